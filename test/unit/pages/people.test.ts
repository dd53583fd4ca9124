// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { runColleagues } from '../../../client/app/colleagues.ts';
import { peopleList } from '../../../src/presence/render.ts';
import { byPresence, countsOf, personView } from '../../../src/presence/view.ts';
import type { PersonPresence, Presence, PresenceAnswer } from '../../../src/protocol/status.ts';
import { portalCard } from '../../../src/status/render.ts';
import { portalStatus } from './portal-status.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const person = (userId: number, presence: Presence, over: Partial<PersonPresence> = {}): PersonPresence => ({
  userId,
  name: `Person ${userId}`,
  presence,
  since: '2026-11-22T09:57:10.000Z',
  ...over,
});

describe('a person is listed', () => {
  it('with presence, how long it lasts, and what is wrong', () => {
    expect(personView(person(1, 'talking'), NOW)).toMatchObject({ label: 'Talking', since: 'for 2 min', why: '' });
    expect(personView(person(1, 'not_ready', { reason: 'microphone_denied', since: NOW }), NOW)).toMatchObject({
      label: 'Not ready',
      why: 'microphone blocked',
      since: 'just now',
    });
    expect(personView(person(1, 'away', { since: null }), NOW).since).toBe('never here yet');
  });
  it('by number where the settings have no name', () => {
    const { name: _, ...nameless } = person(7, 'away');
    expect(personView(nameless, NOW).who).toBe('Employee 7');
  });
  it('so that who can be reached stands first, each group by name', () => {
    const people = [person(1, 'away'), person(3, 'reachable'), person(2, 'reachable'), person(4, 'talking')];
    expect(byPresence(people).map(({ userId }) => userId)).toEqual([2, 3, 4, 1]);
    expect(countsOf(people)).toBe('2 reachable, 1 talking, 1 away');
  });
  it('without letting a name become markup', () => {
    expect(peopleList([person(1, 'away', { name: '<b>' })], NOW).toString()).toContain('&lt;b&gt;');
  });
});

describe('/status', () => {
  it('lists the people of a portal, and nothing for a row of an older version', () => {
    const agents = { phones: 1, reachable: 1, talking: 0 };
    const people = [person(1, 'reachable'), person(2, 'not_ready', { reason: 'wrong_password' })];
    const card = portalCard(portalStatus({ agents: { ...agents, people } }), NOW).toString();
    expect(card).toContain('People: 1 reachable, 1 not ready');
    expect(card).toContain('SIP account refused by the PBX, for 2 min');
    expect(portalCard(portalStatus({ agents }), NOW).toString()).not.toContain('People');
  });
});

describe('the list of colleagues', () => {
  /** The section before a service that answers what the test says, one question after the other. */
  async function page(answers: readonly (() => Response | Promise<Response>)[]) {
    document.body.innerHTML =
      '<section id="colleagues" hidden><div id="people"></div><p id="people-state" hidden></p></section>';
    const asked: (string | null)[] = [];
    const rest = [...answers];
    const shown: string[] = [];
    const text = (selector: string) => document.querySelector(selector)?.textContent ?? '';
    const look = () => shown.push([...document.querySelectorAll('.person')].map((item) => item.textContent).join(' '));
    await Promise.race([
      runColleagues(
        { ticket: 't1', userId: 1 },
        {
          root: document,
          fetch: async (_, init) => {
            asked.push(new Headers(init.headers).get('authorization'));
            return (rest.shift() as () => Response)();
          },
          pause: async () => {
            if (asked.length > 0) look();
            if (rest.length === 0) await over();
          },
        },
      ),
      ended,
    ]);
    return { asked, shown, text, hidden: () => document.querySelector<HTMLElement>('#colleagues')?.hidden };
  }
  let over: () => Promise<void> = async () => {};
  let ended: Promise<void> = Promise.resolve();
  const untilOver = () => {
    ended = new Promise((end) => {
      over = () => {
        end();
        return new Promise(() => {});
      };
    });
  };
  const says = (people: PersonPresence[], ticket?: string) => () =>
    Response.json({ generatedAt: NOW, people, ...(ticket && { ticket }) } satisfies PresenceAnswer);

  it('is kept fresh, without the person themselves, with the newest ticket', async () => {
    untilOver();
    const { asked, shown, hidden } = await page([
      says([person(1, 'talking'), person(2, 'reachable')], 't2'),
      says([person(1, 'talking'), person(2, 'talking'), person(3, 'away')]),
    ]);
    expect(asked).toEqual(['Bearer t1', 'Bearer t2']);
    expect(shown).toEqual(['Person 2', 'Person 2 Person 3']);
    expect(hidden()).toBe(false);
  });
  it('stays as it was while the service is away, and says so until it is back', async () => {
    untilOver();
    const first = await page([says([person(2, 'reachable')]), () => Promise.reject(new Error('away'))]);
    expect(first.shown).toEqual(['Person 2', 'Person 2']);
    expect(first.text('#people-state')).toContain('last known state');
    untilOver();
    const back = await page([() => new Response('?', { status: 502 }), says([person(2, 'reachable')])]);
    expect(back.text('#people-state')).toBe('');
  });
  it('ends with the session, and says what to do', async () => {
    untilOver();
    const { asked, text } = await page([() => new Response(null, { status: 401 }), says([])]);
    expect(asked).toHaveLength(1);
    expect(text('#people-state')).toContain('open the app again');
  });
});
