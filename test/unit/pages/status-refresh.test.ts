// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { need } from '../../../client/pages/dom.ts';
import { refresh } from '../../../client/status/poll.ts';
import { type StatusElements, show } from '../../../client/status/refresh.ts';
import type { PortalStatus, StatusDocument } from '../../../src/protocol/status.ts';
import { statusPage } from '../../../src/status/page.ts';
import { portalStatus, strikesToday } from './portal-status.ts';

const status = (...portals: PortalStatus[]): StatusDocument => ({ generatedAt: '2026-11-22T10:00:00.000Z', portals });
const slow = portalStatus({
  memberId: 'slow',
  domain: 'slow.example',
  strikes: { ...strikesToday(4), last: [{ at: '2026-11-22T09:59:00.000Z', ms: 7000, source: 'vitals' }] },
});
const fine = portalStatus({ memberId: 'fine', domain: 'fine.example' });

const cards = () => [...document.querySelectorAll<HTMLElement>('[data-portal]')];
const domains = () => cards().map((card) => card.querySelector('h2')?.textContent);

describe('the status page, kept fresh', () => {
  let elements: StatusElements;

  beforeEach(() => {
    const options = { title: 'Webphone', origin: 'https://p.example', styles: '/s', script: '/s' };
    const page = statusPage(status(slow, fine), options).toString();
    document.body.innerHTML = page.slice(page.indexOf('<main'), page.indexOf('</main>'));
    elements = {
      asof: need(document, '#asof', HTMLElement),
      summary: need(document, '#summary', HTMLElement),
      portals: need(document, '#portals', HTMLElement),
      empty: need(document, '#empty', HTMLTemplateElement),
    };
  });

  it('shows new figures without a reload', () => {
    show(elements, status({ ...slow, strikes: { ...slow.strikes, today: 7 } }, fine));
    expect(cards()[0]?.textContent).toContain('7 of 10');
  });

  it('leaves a card that did not change untouched', () => {
    const heading = cards()[1]?.querySelector('h2');
    show(elements, status(slow, fine));
    expect(cards()[1]?.querySelector('h2')).toBe(heading);
  });

  it('keeps open what a person opened', () => {
    const details = need(document, 'details[data-part="strikes"]', HTMLDetailsElement);
    details.open = true;
    show(elements, status({ ...slow, strikes: { ...slow.strikes, today: 5 } }, fine));
    expect(need(document, 'details[data-part="strikes"]', HTMLDetailsElement).open).toBe(true);
    show(elements, status({ ...slow, strikes: { ...slow.strikes, today: 6 } }, fine));
    expect(need(document, 'details[data-part="strikes"]', HTMLDetailsElement).open).toBe(true);
  });

  it('puts a portal that gets into trouble first', () => {
    show(elements, status(slow, { ...fine, binding: 'needs_admin' }));
    expect(domains()).toEqual(['fine.example', 'slow.example']);
    expect(elements.summary.textContent).toContain('1 portal needs you');
  });

  it('shows new portals, drops old ones, and says how to install when none is left', () => {
    show(elements, status(slow, fine, portalStatus({ memberId: 'new', domain: 'new.example' })));
    expect(domains()).toEqual(['slow.example', 'fine.example', 'new.example']);
    show(elements, status(fine));
    expect(domains()).toEqual(['fine.example']);
    show(elements, status());
    expect(domains()).toEqual([]);
    expect(elements.portals.textContent).toContain('How a portal gets its phone');
    show(elements, status(fine));
    expect(domains()).toEqual(['fine.example']);
    expect(elements.portals.querySelector('.empty')).toBeNull();
  });
});

describe('asking for the figures', () => {
  const asking = (response: () => Promise<Response>) => refresh(response);

  it('gives the newest document', async () => {
    expect(await asking(async () => Response.json(status(fine)))).toEqual({ ok: true, status: status(fine) });
  });

  it.each([
    ['signed out', async () => new Response('', { status: 401 }), 'signed out'],
    ['an error', async () => new Response('', { status: 503 }), '503'],
    ['silence', () => Promise.reject(new TypeError('offline')), 'does not answer'],
    ['no JSON', async () => new Response('<h1>'), 'does not answer'],
  ])('says what is wrong after %s, and that the figures are old', async (_, response, words) => {
    expect(await asking(response)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
  });
});
