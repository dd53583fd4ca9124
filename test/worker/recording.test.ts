import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { fromBase64 } from '../../src/crypto/bytes.ts';
import type { CallSettings } from '../../src/protocol/settings.ts';
import { PIECE_LIMIT, RECORD_LIMIT } from '../../src/recording/limits.ts';
import { recordingName } from '../../src/recording/recording-name.ts';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { env, json, openPhone, portals, type TestPortal, type TestSocket, worker } from './kit.ts';
import * as said from './legs.ts';
import { settle } from './legs.ts';

const newPortal = portals(330);
const at = Date.parse('2026-11-20T10:00:00Z');
const LEG = 'leg/1@pbx.example.com';

async function saveCalls(portal: TestPortal, calls: Partial<CallSettings>) {
  const { ticket } = await portal.session(1);
  const saved = await worker('/api/settings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ticket}` },
    body: JSON.stringify({
      pbxUrl: 'wss://pbx.example.com/ws',
      sipDomain: 'pbx.example.com',
      callHeader: 'X-Call-Id',
      lines: [],
      iceServers: [],
      agents: [],
      calls: { ...DEFAULT_CALLS, ...calls },
    }),
  });
  expect(saved.status).toBe(200);
}

/** A portal whose browsers record, and employee 2 in a call. */
async function talking(leg = LEG, calls: Partial<CallSettings> = { recording: 'browser' }) {
  const portal = await newPortal().install();
  await saveCalls(portal, calls);
  const phone = await openPhone(portal, 2);
  const callId = await ring(phone, leg);
  await phone.ask({ t: 'answered', id: `ans-${leg}`, leg, at: at + 4000 });
  const { ticket } = await portal.session(2);
  return { portal, phone, callId, ticket, leg };
}

const ring = (phone: TestSocket, leg: string, group: string | null = null) =>
  said.registered(phone, said.ring(leg, { group, startedAt: at }));

async function hangUp(portal: TestPortal, phone: TestSocket, leg = LEG) {
  await phone.ask(said.ended(leg, { at: at + 34_000, seconds: 30 }));
  await settle(portal, 'finish');
}

const path = (leg: string, what: number | string) => `/api/recordings/${encodeURIComponent(leg)}/${what}`;
type Over = { leg?: string; type?: string };
const send = (ticket: string, what: number, bytes: Uint8Array<ArrayBuffer>, over: Over = {}) =>
  worker(path(over.leg ?? LEG, what), {
    method: 'POST',
    headers: { 'content-type': over.type ?? 'audio/mpeg', authorization: `Bearer ${ticket}` },
    body: bytes,
  });
const end = (ticket: string, pieces: number, leg = LEG) =>
  json(path(leg, 'end'), { pieces }, { authorization: `Bearer ${ticket}` });

const piece = (fill: number, length = 1000) => new Uint8Array(length).fill(fill);
const stubOf = (portal: TestPortal, leg = LEG) => env.RECORDING.getByName(recordingName(portal.memberId, leg));
const tables = (portal: TestPortal, leg = LEG) =>
  runInDurableObject(stubOf(portal, leg), (_, state) =>
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")
      .toArray(),
  );
const recordRow = (portal: TestPortal, leg = LEG) =>
  runInDurableObject(
    portal.object,
    (_, state) => state.storage.sql.exec('SELECT * FROM record WHERE leg = ?', leg).toArray()[0],
  );
const callState = async (portal: TestPortal) => (await portal.status()).calls.last[0]?.state;

/** What the portal was given. */
async function attached(portal: TestPortal, callId: string): Promise<{ name: string; url: string; bytes: Uint8Array }> {
  const got = await portal.control('record', { callId });
  if (got === null) throw new Error('nothing is attached');
  return { ...got, bytes: fromBase64(got.base64 ?? '') ?? new Uint8Array() };
}

describe('a record reaches Bitrix24', () => {
  it('all pieces in order, in one file, whatever order they came in; then the sound is deleted', async () => {
    const { portal, phone, callId, ticket } = await talking();
    for (const number of [1, 0, 2]) expect((await send(ticket, number, piece(number))).status).toBe(204);
    expect((await end(ticket, 3)).status).toBe(204);
    await runDurableObjectAlarm(stubOf(portal));
    await hangUp(portal, phone);
    const record = await attached(portal, callId);
    expect(record.name).toBe('20261120-100000-442079460000.mp3');
    expect([...record.bytes]).toEqual([...piece(0), ...piece(1), ...piece(2)]);
    expect(await callState(portal)).toBe('recorded');
    expect(await recordRow(portal)).toMatchObject({ state: 'done', bytes: 3000 });
    const count = 'SELECT count(*) AS n FROM piece';
    const left = await runInDurableObject(stubOf(portal), (_, state) => state.storage.sql.exec(count).one());
    expect(left).toEqual({ n: 0 });
  });

  it('nothing is attached before the call is finished, nor while pieces are still awaited', async () => {
    const { portal, phone, ticket } = await talking();
    await send(ticket, 0, piece(1));
    await hangUp(portal, phone);
    expect(await portal.calls('telephony.externalcall.attachrecord')).toEqual([]);
    await send(ticket, 1, piece(2));
    await end(ticket, 2);
    await runDurableObjectAlarm(stubOf(portal));
    await settle(portal, 'record');
    expect(await callState(portal)).toBe('recorded');
  });

  it('a tab that dies in the call: the silence after its last piece ends the record', async () => {
    const { portal, phone, callId, ticket } = await talking();
    await send(ticket, 0, piece(7));
    await send(ticket, 1, piece(8));
    await hangUp(portal, phone);
    expect(await recordRow(portal)).toMatchObject({ state: 'arriving' });
    await runDurableObjectAlarm(stubOf(portal));
    await settle(portal, 'record');
    expect([...(await attached(portal, callId)).bytes]).toEqual([...piece(7), ...piece(8)]);
  });

  it('a piece that is said again counts once, and the first one stays', async () => {
    const { portal, phone, callId, ticket } = await talking();
    await send(ticket, 0, piece(1));
    expect((await send(ticket, 0, piece(9, 10))).status).toBe(204);
    await end(ticket, 1);
    expect((await end(ticket, 1)).status).toBe(204);
    await runDurableObjectAlarm(stubOf(portal));
    await hangUp(portal, phone);
    expect([...(await attached(portal, callId)).bytes]).toEqual([...piece(1)]);
  });

  it('both objects may be evicted between any two steps', async () => {
    const { portal, phone, callId, ticket } = await talking();
    await send(ticket, 0, piece(1));
    await evictDurableObject(stubOf(portal));
    await send(ticket, 1, piece(2));
    await evictDurableObject(stubOf(portal));
    await end(ticket, 2);
    await evictDurableObject(stubOf(portal));
    await runDurableObjectAlarm(stubOf(portal));
    await hangUp(portal, phone);
    await evictDurableObject(portal.object);
    await settle(portal, 'record');
    expect((await attached(portal, callId)).bytes).toHaveLength(2000);
  });

  it('a long pause is not the end: what comes after it is in the same record', async () => {
    const { portal, phone, callId, ticket } = await talking();
    await send(ticket, 0, piece(1));
    await runDurableObjectAlarm(stubOf(portal));
    expect(await recordRow(portal)).toMatchObject({ state: 'whole' });
    await send(ticket, 1, piece(2));
    expect(await recordRow(portal)).toMatchObject({ state: 'arriving' });
    await end(ticket, 2);
    await runDurableObjectAlarm(stubOf(portal));
    await hangUp(portal, phone);
    expect((await attached(portal, callId)).bytes).toHaveLength(2000);
  });

  it('a megabyte and more goes through in parts', async () => {
    const { portal, phone, callId, ticket } = await talking();
    for (const number of [0, 1, 2]) await send(ticket, number, piece(number, PIECE_LIMIT));
    await end(ticket, 3);
    await runDurableObjectAlarm(stubOf(portal));
    await hangUp(portal, phone);
    const { bytes } = await attached(portal, callId);
    expect(bytes).toHaveLength(3 * PIECE_LIMIT);
    expect([bytes[0], bytes[PIECE_LIMIT], bytes[2 * PIECE_LIMIT]]).toEqual([0, 1, 2]);
  });

  it('a call that was handed over is one file: who recorded first, first', async () => {
    const { portal, phone, callId, ticket } = await talking('g-leg-2', { recording: 'browser' });
    const other = await openPhone(portal, 3);
    const third = (await portal.session(3)).ticket;
    // The colleague's leg joins the call by the PBX's name in life; here its row is what matters.
    await ring(other, 'g-leg-3');
    await runInDurableObject(portal.object, (_, state) => {
      state.storage.sql.exec("UPDATE leg SET call_key = 'l:g-leg-2' WHERE sip_call_id = 'g-leg-3'");
      state.storage.sql.exec("DELETE FROM call WHERE key = 'l:g-leg-3'");
    });
    await send(ticket, 0, piece(1), { leg: 'g-leg-2' });
    await send(third, 0, piece(2), { leg: 'g-leg-3' });
    await end(third, 1, 'g-leg-3');
    await end(ticket, 1, 'g-leg-2');
    for (const leg of ['g-leg-3', 'g-leg-2']) await runDurableObjectAlarm(stubOf(portal, leg));
    await hangUp(portal, other, 'g-leg-3');
    await hangUp(portal, phone, 'g-leg-2');
    await settle(portal, 'record');
    expect([...(await attached(portal, callId)).bytes]).toEqual([...piece(1), ...piece(2)]);
  });
});

describe('whatever breaks on the way to Bitrix24', () => {
  async function ready() {
    const it = await talking();
    await send(it.ticket, 0, piece(5));
    await end(it.ticket, 1);
    await runDurableObjectAlarm(stubOf(it.portal));
    return it;
  }

  it.each([
    ['the answer of attachRecord is lost', 'telephony.externalcall.attachrecord', 'error', 500],
    ['the answer of the upload is lost', 'upload', 'lost', 500],
    ['the upload answers a page', 'upload', 'garbled', 502],
    ['the upload is refused once', 'upload', 'error', 400],
  ])('%s: it is asked again, and Bitrix24 replaces the file', async (_what, method, kind, status) => {
    const { portal, phone, callId } = await ready();
    await portal.control('fault', { method, kind, status, memberId: portal.memberId, error: 'ERROR_CORE' });
    await hangUp(portal, phone);
    expect(await portal.due()).toContain('record');
    expect(await recordRow(portal)).toMatchObject({ state: 'whole' });
    await settle(portal, 'record');
    expect([...(await attached(portal, callId)).bytes]).toEqual([...piece(5)]);
    expect(await callState(portal)).toBe('recorded');
    expect(await portal.due()).not.toContain('record');
  });

  it('a refusal that stays is given up after five more attempts; the record keeps the reason and the sound', async () => {
    const { portal, phone } = await ready();
    const refusal = { error: 'ERROR_CORE', description: 'The disk is full', status: 400 };
    await portal.control('fault', { method: 'upload', kind: 'error', times: 9, memberId: portal.memberId, ...refusal });
    await hangUp(portal, phone);
    for (let again = 0; again < 5; again++) await settle(portal, 'record');
    expect(await recordRow(portal)).toMatchObject({ state: 'failed', reason: 'ERROR_CORE: The disk is full' });
    expect(await portal.due()).not.toContain('record');
    expect((await portal.status()).calls.last[0]).toMatchObject({
      state: 'finished',
      recordProblem: 'ERROR_CORE: The disk is full',
    });
    expect((await tables(portal)).length).toBeGreaterThan(0);
  });

  it('a portal that names an address inside a network for the upload is not followed', async () => {
    const { portal, phone } = await ready();
    await portal.control('portal', { uploadUrl: 'https://10.0.0.1/upload' });
    await hangUp(portal, phone);
    for (let again = 0; again < 5; again++) await settle(portal, 'record');
    expect(await recordRow(portal)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('UPLOAD_ADDRESS'),
    });
    expect((await portal.control('state')).log.filter((entry: { side: string }) => entry.side === 'stray')).toEqual([]);
  });

  it('after Bitrix24 has it, a late piece begins no second record', async () => {
    const { portal, phone, ticket } = await ready();
    await hangUp(portal, phone);
    const late = await send(ticket, 1, piece(6));
    expect(late.status).toBe(403);
    expect(await portal.calls('telephony.externalcall.attachrecord')).toHaveLength(1);
  });

  it('a week later nothing of it is left', async () => {
    const { portal, phone } = await ready();
    await hangUp(portal, phone);
    await runDurableObjectAlarm(stubOf(portal));
    expect(await tables(portal)).toEqual([]);
  });

  it('an uninstallation that asks for it removes the sound at once', async () => {
    const { portal } = await ready();
    await portal.learnApplicationToken();
    await portal.control('uninstall', { clean: true });
    await portal.deliver();
    expect(await tables(portal)).toEqual([]);
  });
});

describe('who may store a record', () => {
  it('without a ticket nobody; with a dead one nobody', async () => {
    const { portal, ticket } = await talking();
    expect((await worker(path(LEG, 0), { method: 'POST', body: piece(1) })).status).toBe(401);
    expect((await send('x.y', 0, piece(1))).status).toBe(401);
    await runInDurableObject(portal.object, (_, state) => {
      state.storage.sql.exec('DELETE FROM session');
    });
    expect((await send(ticket, 0, piece(1))).status).toBe(401);
    expect(await tables(portal)).toEqual([]);
  });

  it('a colleague neither begins nor adds to nor ends the record of a leg', async () => {
    const { portal, ticket } = await talking();
    const third = (await portal.session(3)).ticket;
    expect((await send(third, 0, piece(1))).status).toBe(403);
    expect(await tables(portal)).toEqual([]);
    await send(ticket, 0, piece(1));
    expect((await send(third, 1, piece(1))).status).toBe(403);
    expect((await end(third, 1)).status).toBe(403);
  });

  it('a leg that the ledger does not know is asked for again, and stores nothing', async () => {
    const { portal, ticket } = await talking();
    expect((await send(ticket, 0, piece(1), { leg: 'unheard-of' })).status).toBe(404);
    expect((await end(ticket, 1, 'unheard-of')).status).toBe(404);
    expect(await tables(portal, 'unheard-of')).toEqual([]);
  });

  it.each(['off', 'pbx'] as const)('recording %s: no browser stores one', async (recording) => {
    const { portal, ticket } = await talking(LEG, { recording, recordingUrl: 'https://pbx.example.com/{leg}.mp3' });
    expect((await send(ticket, 0, piece(1))).status).toBe(403);
    expect(await tables(portal)).toEqual([]);
  });

  it.each([
    ['an empty piece', 0, piece(1, 0), {}, 400],
    ['a piece that is no mp3', 0, piece(1), { type: 'audio/wav' }, 415],
    ['a piece over 1 MB', 0, piece(1, PIECE_LIMIT + 1), {}, 413],
    ['the piece after a day', 17_280, piece(1), {}, 413],
    ['a leg with an endless name', 0, piece(1), { leg: 'x'.repeat(257) }, 400],
  ])('%s is refused', async (_what, number, bytes, over, status) => {
    const { portal, ticket } = await talking();
    const answer = await send(ticket, number, bytes, over);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ message: expect.any(String) });
    expect(await tables(portal)).toEqual([]);
  });

  it('a record grows to its limit and no further', async () => {
    const { portal, ticket } = await talking();
    await send(ticket, 0, piece(1));
    await runInDurableObject(stubOf(portal), (_, state) => {
      state.storage.sql.exec('UPDATE record SET bytes = ?', RECORD_LIMIT - 500);
    });
    expect((await send(ticket, 1, piece(1, 501))).status).toBe(413);
    expect((await send(ticket, 2, piece(1, 500))).status).toBe(204);
  });

  it('the end says how many pieces there were, and only with a count', async () => {
    const { ticket } = await talking();
    await send(ticket, 0, piece(1));
    expect((await end(ticket, 0)).status).toBe(400);
    expect((await worker(path(LEG, 0))).status).toBe(405);
    expect((await send(ticket, Number.NaN, piece(1))).status).toBe(405);
  });
});

describe('the PBX records', () => {
  const pbx = { recording: 'pbx', recordingUrl: 'https://pbx.example.com/rec/{call}.wav?leg={leg}' } as const;
  const PBX_LEG = 'a/b@pbx;z9hG4bK17';

  async function hungUp(calls: Partial<CallSettings> = pbx, fault: Record<string, unknown> | null = null) {
    const portal = await newPortal().install();
    if (fault) await portal.control('fault', { ...fault, memberId: portal.memberId });
    await saveCalls(portal, calls);
    const phone = await openPhone(portal, 2);
    const callId = await ring(phone, PBX_LEG, 'name 17');
    await phone.ask({ t: 'answered', id: 'ans', leg: PBX_LEG, at: at + 4000 });
    await hangUp(portal, phone, PBX_LEG);
    return { portal, callId };
  }

  it('its address is attached, with the names of call and leg', async () => {
    const { portal, callId } = await hungUp();
    expect(await attached(portal, callId)).toMatchObject({
      url: 'https://pbx.example.com/rec/name%2017.wav?leg=a%2Fb%40pbx',
      name: '20261120-100000-442079460000.wav',
    });
    expect(await callState(portal)).toBe('recorded');
  });

  it('a file that is not written yet is asked for again, and given up in the end', async () => {
    const { portal } = await hungUp(pbx, {
      method: 'telephony.externalcall.attachrecord',
      kind: 'error',
      times: 9,
      error: 'ERROR_CORE',
      description: 'Server returns HTTP error code 404',
      status: 400,
    });
    for (let again = 0; again < 5; again++) {
      expect(await portal.due()).toContain('record');
      await settle(portal, 'record');
    }
    expect(await portal.due()).not.toContain('record');
    expect(await recordRow(portal, PBX_LEG)).toMatchObject({
      state: 'failed',
      reason: 'ERROR_CORE: Server returns HTTP error code 404',
    });
  });

  it('recording off: nothing is attached', async () => {
    const { portal } = await hungUp({ recording: 'off' });
    expect(await portal.calls('telephony.externalcall.attachrecord')).toEqual([]);
    expect(await callState(portal)).toBe('finished');
  });
});
