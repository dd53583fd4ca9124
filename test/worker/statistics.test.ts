import { describe, expect, it } from 'vitest';
import { portals, type TestPortal, worker } from './kit.ts';
import { answered, CLEO, ended, readyPhone, registered, saveSettings } from './market-kit.ts';

const newPortal = portals(600);
const ask = async (portal: TestPortal, userId: number, query = '') =>
  worker(`/api/statistics${query}`, { headers: { authorization: `Bearer ${(await portal.session(userId)).ticket}` } });

async function twoCalls(): Promise<TestPortal> {
  const portal = await newPortal().install();
  await saveSettings(portal);
  const phone = await readyPhone(portal, 2);
  await registered(phone, 'leg-1');
  await phone.ask(answered('leg-1'));
  await phone.ask({
    t: 'quality',
    id: 'q',
    leg: 'leg-1',
    quality: { mos: 4.1, jitterMs: 3, lossPercent: 0, rttMs: 20, oneWayS: 0 },
  });
  await phone.ask(ended('leg-1'));
  await registered(phone, 'leg-2', { startedAt: Date.parse('2026-11-20T11:00:00Z'), number: CLEO });
  await phone.ask(ended('leg-2', { seconds: 0, status: '304', at: Date.parse('2026-11-20T11:00:09Z') }));
  return portal;
}

describe('statistics, for the portal\u2019s administrators', () => {
  it('by day, agent, direction and outcome, with talk time and quality', async () => {
    const portal = await twoCalls();
    const answer = await ask(portal, 1, '?from=2026-11-20&to=2026-11-20');
    const common = { day: '2026-11-20', userId: 2, agent: 'Bob Builder', direction: 'in' };
    expect(await answer.json()).toEqual({
      from: '2026-11-20',
      to: '2026-11-20',
      keptDays: 30,
      rows: [
        { ...common, outcome: 'answered', calls: 1, talkSeconds: 30, mos: 4.1 },
        { ...common, outcome: 'missed', calls: 1, talkSeconds: 0, mos: null },
      ],
    });
  });

  it('as a file for a spreadsheet', async () => {
    const portal = await twoCalls();
    const answer = await ask(portal, 1, '?from=2026-11-20&to=2026-11-21&format=csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toContain('calls-2026-11-20-2026-11-21.csv');
    expect(await answer.text()).toContain('2026-11-20,2,Bob Builder,in,answered,1,30,4.1\r\n');
  });

  it('a day without calls is an empty answer; a wrong day is 400', async () => {
    const portal = await newPortal().install();
    expect(await (await ask(portal, 1, '?from=2026-11-01&to=2026-11-02')).json()).toMatchObject({ rows: [] });
    expect((await ask(portal, 1, '?from=soon')).status).toBe(400);
  });

  it('an employee is refused, and whoever has no ticket', async () => {
    const portal = await newPortal().install();
    expect((await ask(portal, 2)).status).toBe(403);
    expect((await worker('/api/statistics')).status).toBe(401);
  });
});
