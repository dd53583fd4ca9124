import { sign } from '../../src/crypto/sign.ts';
import type { FrameMessage } from '../../src/protocol/frame.ts';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { openPhone, type TestPortal, type TestSocket, worker } from './kit.ts';
import { BINDINGS } from './places.ts';

/** Customer of the fake portal whom Bob (2) is responsible for. */
export const CLEO = '+442079460000';
export const STRANGER = '+442079460999';
export const LINE = '+4930111111';
export const startedAt = Date.parse('2026-11-20T10:00:00Z');

type Register = Extract<FrameMessage, { t: 'register' }>;
type Ended = Extract<FrameMessage, { t: 'ended' }>;

export const ring = (leg: string, over: Partial<Register> = {}): Register => ({
  t: 'register',
  id: `reg-${leg}`,
  leg,
  group: null,
  direction: 'in',
  number: CLEO,
  line: LINE,
  startedAt,
  ...over,
});
export const answered = (leg: string) =>
  ({ t: 'answered', id: `ans-${leg}`, leg, at: startedAt + 4000 }) satisfies FrameMessage;
export const ended = (leg: string, over: Partial<Ended> = {}): Ended => ({
  t: 'ended',
  id: `end-${leg}`,
  leg,
  at: startedAt + 34_000,
  seconds: 30,
  status: '200',
  reason: '',
  ...over,
});

/** Registers a leg. @returns its CALL_ID */
export async function registered(phone: TestSocket, leg: string, over: Partial<Register> = {}): Promise<string> {
  const answer = await phone.ask(ring(leg, over));
  if (answer.t !== 'registered') throw new Error(`got ${JSON.stringify(answer)}`);
  return answer.callId;
}

/** Brings jobs forward and runs them, one kind after the other. */
export async function settle(portal: TestPortal, ...kinds: string[]): Promise<void> {
  for (const kind of kinds) {
    await portal.makeDue(kind);
    await portal.runDue();
  }
}

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
