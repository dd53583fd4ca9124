import { sign } from '../../src/crypto/sign.ts';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { openPhone, type TestPortal, type TestSocket, worker } from './kit.ts';
import * as said from './legs.ts';
import { type Ended, type Register, settle } from './legs.ts';
import { BINDINGS } from './places.ts';

/** Customer of the fake portal whom Bob (2) is responsible for. */
export const CLEO = '+442079460000';
export const STRANGER = '+442079460999';
export const LINE = '+4930111111';
export const startedAt = Date.parse('2026-11-20T10:00:00Z');

export const ring = (leg: string, over: Partial<Register> = {}) => said.ring(leg, { line: LINE, startedAt, ...over });
export const answered = (leg: string) => said.answered(leg, startedAt + 4000);
export const ended = (leg: string, over: Partial<Ended> = {}) =>
  said.ended(leg, { at: startedAt + 34_000, seconds: 30, ...over });

/** Registers a leg. @returns its CALL_ID */
export const registered = (phone: TestSocket, leg: string, over: Partial<Register> = {}) =>
  said.registered(phone, ring(leg, over));

/** The only call that the portal has as finished. */
export async function finished(portal: TestPortal) {
  await settle(portal, 'finish');
  const calls = (await portal.state()).finished;
  if (calls.length !== 1) throw new Error(`${calls.length} finished calls`);
  return calls[0];
}

/** The portal's settings as the admin saves them, with Bob at 1002 and Cy at 1003. */
export async function saveSettings(portal: TestPortal, calls: Partial<typeof DEFAULT_CALLS> = {}, lines = LINES) {
  const { ticket } = await portal.session(1);
  const answer = await worker('/api/settings', {
    method: 'PUT',
    headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      pbxUrl: 'wss://pbx.example.com/ws',
      sipDomain: 'pbx.example.com',
      callHeader: 'X-Call-Id',
      lines,
      iceServers: [],
      agents: [
        { userId: 2, name: 'Bob Builder', sipUser: '1002', authorizationUser: '', password: 'secret' },
        { userId: 3, name: 'Cy Caller', sipUser: '1003', authorizationUser: '', password: 'secret' },
      ],
      calls: { ...DEFAULT_CALLS, country: 'DE', extensionDigits: 3, ...calls },
    }),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  await answer.text();
  await settle(portal, 'lines');
}

const LINES: readonly { number: string; name: string; leads?: boolean }[] = [
  { number: LINE, name: 'Sales', leads: true },
  { number: '+4930222222', name: 'Support' },
];

/** The PBX of a portal asks. */
export const pbx = async (portal: TestPortal, path: string, init: RequestInit = {}): Promise<Response> =>
  worker(path, {
    ...init,
    headers: { authorization: `Bearer ${await sign([BINDINGS.SIGN_KEY], 'pbx', portal.memberId)}`, ...init.headers },
  });

/** A phone whose state the object has read for certain. */
export async function readyPhone(portal: TestPortal, userId: number): Promise<TestSocket> {
  const phone = await openPhone(portal, userId);
  await phone.ask({ t: 'renew', id: 'in order' });
  return phone;
}
