import { describe, expect, it } from 'vitest';
import { type SaveDesk, save } from '../../../client/app/save.ts';
import type { Answer } from '../../../client/bitrix24/bridge.ts';

const view = { pbxUrl: '', sipDomain: '', callHeader: '', lines: [], iceServers: [], agents: [] };

/** A service that knows one ticket, and a portal that answers `refreshAuth` as told. */
function desk(ticket: string, portal: Answer | null, settings?: Response): SaveDesk & { sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    ticket,
    memberId: 'm1',
    bridge: portal && { call: async () => portal },
    fetch: async (url, init) => {
      sent.push(`${init?.method} ${url} ${init?.body}`);
      if (url === '/api/session') return Response.json({ ticket: 'fresh' });
      const known = new Headers(init?.headers).get('authorization') === 'Bearer fresh';
      return known
        ? (settings ?? Response.json(view))
        : Response.json({ error: 'unauthorized', message: 'old' }, { status: 401 });
    },
  };
}

const renewed: Answer = { answered: true, value: { AUTH_ID: 'token' } };

describe('saving', () => {
  it('answers what is stored now', async () => {
    expect(await save(desk('fresh', null), { a: 1 })).toEqual({ ok: true, view });
  });

  it('renews a ticket that ran out while the person was typing, and saves after all', async () => {
    const at = desk('old', renewed);
    expect(await save(at, { a: 1 })).toEqual({ ok: true, view });
    expect(at.sent).toEqual([
      'PUT /api/settings {"a":1}',
      'POST /api/session {"AUTH_ID":"token","member_id":"m1"}',
      'PUT /api/settings {"a":1}',
    ]);
    expect(at.ticket).toBe('fresh');
  });

  it.each([
    ['outside a portal', null],
    ['when the portal keeps silent', { answered: false }],
    ['when the portal gives no token', { answered: true, value: {} }],
  ] as const)('says that the session has ended %s', async (_, portal) => {
    const at = desk('old', portal);
    expect(await save(at, {})).toMatchObject({ ok: false, message: expect.stringContaining('session has ended') });
    expect(at.sent).toHaveLength(1);
  });

  it('hands on which fields to mend', async () => {
    const fields = [{ path: 'pbxUrl', message: 'Use wss://.' }];
    const refused = Response.json({ error: 'bad_request', message: 'Use wss://.', fields }, { status: 400 });
    expect(await save(desk('fresh', null, refused), {})).toEqual({ ok: false, message: 'Use wss://.', fields });
  });

  it('says so when the service does not answer, or not in JSON', async () => {
    const silent: SaveDesk = { ...desk('fresh', null), fetch: () => Promise.reject(new TypeError('offline')) };
    expect(await save(silent, {})).toMatchObject({ ok: false, message: expect.stringContaining('does not answer') });
    const odd = new Response('<h1>502</h1>', { status: 502 });
    expect(await save(desk('fresh', null, odd), {})).toMatchObject({ ok: false, fields: [] });
  });
});
