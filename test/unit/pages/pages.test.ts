import { describe, expect, it } from 'vitest';
import { noAccount, portalFigures, portalVerdict } from '../../../src/app/words.ts';
import { installPage } from '../../../src/install/page.ts';
import { html, jsonBlock } from '../../../src/pages/html.ts';
import { pagePolicy, prefersHtml, shell } from '../../../src/pages/shell.ts';
import { statusPage } from '../../../src/status/page.ts';
import { strikeBar } from '../../../src/status/render.ts';
import { portalStatus, strikesToday } from './portal-status.ts';

const HOSTILE = '"><script>alert(1)</script>';

describe('a JSON block', () => {
  it('cannot be left, and reads back as it was', () => {
    const value = { a: '</script><!--<script>', b: '\u2028&' };
    const block = jsonBlock('data', value).toString();
    expect(block.match(/<\/?script/g)).toEqual(['<script', '</script']);
    expect(block).not.toContain('<!--');
    expect(JSON.parse(block.slice(block.indexOf('>') + 1, block.lastIndexOf('<')))).toEqual(value);
  });
});

describe('the policy of pages', () => {
  it('runs no inline script and no other host’s', () => {
    const policy = pagePolicy('portal', false);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
  });

  it('lets portals on http frame a page in development only', () => {
    expect(pagePolicy('portal', false)).toMatch(/frame-ancestors https: 'self'$/);
    expect(pagePolicy('portal', true)).toMatch(/frame-ancestors https: http: 'self'$/);
    expect(pagePolicy('nobody', true)).toMatch(/frame-ancestors 'none'$/);
  });
});

it('a page has no inline script and no inline style, which its policy would block', () => {
  const document = { generatedAt: '2026-11-22T10:00:00.000Z', portals: [portalStatus({ strikes: strikesToday(4) })] };
  const pages = [
    statusPage(document, { title: 'P', origin: 'https://p.example', styles: '/s.css', script: '/s.js' }),
    installPage({
      title: 'P',
      ok: true,
      steps: [{ name: 'a', ok: true, message: 'b' }],
      styles: '/s.css',
      script: '/i.js',
    }),
  ];
  for (const page of pages) {
    expect(page.toString()).not.toMatch(/ style=| on\w+=|<style/);
    expect(page.toString().replace(/<script type="application\/json"[^>]*>/g, '')).not.toMatch(/<script(?![^>]* src=)/);
  }
});

it('a person is told from a program by what they ask for', () => {
  const request = (accept?: string) => new Request('https://p.example', accept ? { headers: { accept } } : {});
  expect(prefersHtml(request('text/html,application/xhtml+xml'))).toBe(true);
  expect(prefersHtml(request('*/*'))).toBe(false);
  expect(prefersHtml(request('application/json'))).toBe(false);
});

it('what strangers choose stays text', () => {
  const row = portalStatus({
    domain: HOSTILE,
    memberId: HOSTILE,
    binding: 'rebinding',
    rebinds: { count: 1, lastAt: HOSTILE, lastReason: HOSTILE },
    calls: {
      live: 0,
      today: 1,
      backlog: 0,
      last: [{ callId: HOSTILE, direction: 'in', number: HOSTILE, state: HOSTILE, at: HOSTILE }],
    },
  });
  const page = statusPage(
    { generatedAt: '2026-11-22T10:00:00.000Z', portals: [row] },
    { title: HOSTILE, origin: 'https://p.example', styles: '/s', script: '/s' },
  ).toString();
  expect(page).not.toContain('<script>alert');
  const shown = shell({ title: HOSTILE, styles: '/s', script: null, body: html`${HOSTILE}` }).toString();
  expect(shown).not.toContain('<script>alert');
});

describe('the bar of strikes', () => {
  const cells = (bar: string, kind: string) => bar.match(new RegExp(`bar__${kind}`, 'g'))?.length ?? 0;

  it('has a cell for each strike up to the limit and says the same in words', () => {
    const bar = strikeBar(strikesToday(4)).toString();
    expect([cells(bar, 'on'), cells(bar, 'off')]).toEqual([4, 6]);
    expect(bar).toContain('aria-label="4 of 10 slow loads today, alarm at 3"');
  });

  it('is full beyond the limit, and never has hairlines', () => {
    expect(cells(strikeBar(strikesToday(12)).toString(), 'on')).toBe(10);
    const many = strikeBar({ ...strikesToday(50), limit: 100, alarmAt: 30 }).toString();
    expect([cells(many, 'on'), cells(many, 'off')]).toEqual([12, 12]);
  });
});

describe('the words for a portal’s own people', () => {
  const admin = { id: 1, admin: true, name: 'Ann' };

  it('tell who has no phone, and who can give them one', () => {
    expect(noAccount(admin).advice).toContain('add yourself');
    const employee = noAccount({ ...admin, id: 18, admin: false }).advice;
    expect(employee).toContain('Ask an administrator');
    expect(employee).toContain('employee no. 18');
  });

  it('tell an employee that an administrator is needed, and the administrator that they were it', () => {
    const row = portalStatus({ binding: 'needs_admin' });
    expect(portalVerdict(row, false).advice).toContain('as soon as an administrator');
    expect(portalVerdict(row, true).advice).toContain('Your visit');
  });

  it.each([
    [null, 'Starting'],
    [portalStatus(), 'Phone is on'],
    [portalStatus({ binding: 'disabled' }), 'Coming back'],
    [portalStatus({ binding: 'rebinding' }), 'Coming back'],
    [portalStatus({ binding: 'uninstalled' }), 'Uninstalled'],
    [portalStatus({ strikes: strikesToday(3) }), 'Slow today'],
    [portalStatus({ tokens: { state: 'none', expiresAt: null, refreshedAt: null } }), 'No access'],
  ] as const)('name each state', (row, label) => expect(portalVerdict(row, false).label).toBe(label));

  it('count the day', () => {
    expect(portalFigures(portalStatus())).toBe('2 phones on, 0 talking. 0 calls today. 0 of 10 slow page loads today.');
    expect(portalFigures(null)).toBe('');
  });
});

describe('the installer’s page', () => {
  const step = (ok: boolean) => ({ name: 'Phone on every page', ok, message: 'Said why.' });
  const page = (ok: boolean, steps = [step(ok)]) =>
    installPage({ title: 'Webphone', ok, steps, styles: '/s', script: '/i' }).toString();

  it('is readable without its script, done or failed', () => {
    expect(page(true)).toContain('Webphone is installed');
    expect(page(false)).toContain('could not be installed');
    expect(page(false)).toContain('Said why.');
    expect(page(false)).toContain('aria-label="failed"');
  });

  it('says that an open step is tried again', () => {
    expect(page(true, [step(true), step(false)])).toContain('tried again by itself');
    expect(page(true)).not.toContain('tried again by itself');
  });
});
