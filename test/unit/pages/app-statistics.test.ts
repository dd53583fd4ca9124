// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { cellsOf, runCopies, runStatistics, talkTime } from '../../../client/app/statistics.ts';
import { pbxAccess, statistics } from '../../../src/app/office.ts';

const row = { day: '2026-11-20', userId: 2, agent: 'Bob', direction: 'in', outcome: 'no_answer', calls: 3 } as const;

/** The section as an administrator has it, before a service that answers what the test says. */
async function page(answer: () => Response) {
  document.body.innerHTML = String(await statistics());
  const asked: string[] = [];
  const saved: string[] = [];
  runStatistics({
    root: document,
    ticket: 't1',
    fetch: async (url, init) => {
      asked.push(`${url} ${new Headers(init.headers).get('authorization')}`);
      return answer();
    },
    save: (_file, name) => saved.push(name),
  });
  const section = document.querySelector<HTMLDetailsElement>('#statistics');
  const open = () => {
    if (section) section.open = true;
  };
  const text = (selector: string) => document.querySelector(selector)?.textContent ?? '';
  return { asked, saved, open, text };
}

it('asks nothing before it is opened, then shows the lines', async () => {
  const { asked, open, text } = await page(() => Response.json({ rows: [{ ...row, talkSeconds: 65, mos: 4.1 }] }));
  expect(asked).toEqual([]);
  open();
  await expect.poll(() => text('tbody')).toBe('2026-11-20Bobinno answer31:054.10');
  expect(asked).toEqual(['/api/statistics?format=json Bearer t1']);
});

it('says that there are none, and that the session has ended', async () => {
  const none = await page(() => Response.json({ rows: [] }));
  none.open();
  await expect.poll(() => none.text('#statistics-state')).toBe('No calls yet.');
  const ended = await page(() => new Response(null, { status: 401 }));
  ended.open();
  await expect.poll(() => ended.text('#statistics-state')).toContain('open the app again');
});

it('gives a file', async () => {
  const { asked, saved } = await page(() => new Response('day\r\n'));
  document.querySelector<HTMLElement>('[data-download="csv"]')?.click();
  await expect.poll(() => saved).toEqual(['calls.csv']);
  expect(asked).toEqual(['/api/statistics?format=csv Bearer t1']);
});

it('counts time as people read it, and names who has no account any more', () => {
  expect([0, 65, 3725].map(talkTime)).toEqual(['0:00', '1:05', '1:02:05']);
  expect(cellsOf({ ...row, agent: '', talkSeconds: 0, mos: null })).toContain('Employee 2');
});

it('the key is shown whole and selected where it cannot be copied', async () => {
  document.body.innerHTML = String(await pbxAccess({ url: 'https://phone.example.com/api/route?portal=p', key: 'k' }));
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  runCopies(document);
  const button = document.querySelector<HTMLElement>('[data-copy="route-key"]');
  button?.click();
  await expect.poll(() => button?.textContent).toContain('Selected');
});
