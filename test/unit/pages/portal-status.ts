import type { PortalStatus } from '../../../src/protocol/status.ts';

/** A healthy portal's row, with what a test changes. */
export const portalStatus = (over: Partial<PortalStatus> = {}): PortalStatus => ({
  memberId: 'm1',
  domain: 'acme.bitrix24.com',
  binding: 'bound',
  handler: {
    url: 'https://phone.example.com/placement',
    loads: 120,
    slow: 0,
    p50: 310,
    p95: 1240,
    lastAt: '2026-11-22T09:58:00.000Z',
  },
  strikes: { today: 0, total: 0, alarmAt: 3, limit: 10, windowResetsAt: null, last: [], unverified: 0 },
  rebinds: { count: 0, lastAt: null, lastReason: null },
  tokens: { state: 'ok', expiresAt: '2026-11-22T10:40:00.000Z', refreshedAt: '2026-11-22T09:40:00.000Z' },
  calls: { live: 0, today: 0, backlog: 0, last: [] },
  agents: { phones: 2, reachable: 2, talking: 0 },
  ...over,
});

/** The strikes of a portal with so many slow loads today. */
export const strikesToday = (today: number): PortalStatus['strikes'] => ({ ...portalStatus().strikes, today });
