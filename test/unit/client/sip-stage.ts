import { afterEach, beforeEach } from 'vitest';
import type { CallEvent } from '../../../client/call/types.ts';
import type { SipNews, SipPhone } from '../../../client/phone/sip.ts';
import { type AgentDeps, createSipPhone } from '../../../client/phone/sipjs/agent.ts';
import * as reentry from '../../../client/phone/sipjs/reentry.ts';
import type { KeptCall, NotReady } from '../../../src/protocol/frame.ts';
import { until } from '../../harness/until.ts';
import { behaviour, connections, fakeStream, fakeWebRtc } from './fake-webrtc.ts';
import { type Dialog, dialogOf, type Message, PATIENCE_MS, SDP, type SipPeer, startSipPeer } from './sip-peer.ts';
import { handClock } from './support.ts';

/**
 * The whole SIP side, SIP.js included, against a PBX that does what the test says. One of each for every test of the file that
 * imports this.
 */

fakeWebRtc();
const usual = { ...behaviour };

export let peer: SipPeer;
export let phone: SipPhone;
export let clock: ReturnType<typeof handClock>;
export let news: SipNews[];

export async function start(change: Partial<AgentDeps> = {}): Promise<void> {
  // What a phone says after its test is not the next one's news.
  const own = news;
  phone = createSipPhone({
    account: {
      uri: 'sip:1001@127.0.0.1',
      server: peer.url,
      authorizationUser: '1001',
      password: 'x',
      displayName: 'Ann',
    },
    identity: { instanceId: '00000000-0000-5000-a000-000000000000', contactName: 'pann', viaHost: 'ann.invalid' },
    ice: () => [],
    callHeader: null,
    keys: 'stream',
    microphone: { open: async () => null, borrow: fakeStream, close: () => {}, onTrack: () => {} },
    reentry: async () => reentry,
    hear: () => {},
    tell: (item) => own.push(item),
    log: () => {},
    now: () => 0,
    random: () => 0,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    pulse: { onTick: () => {}, onWake: () => {}, doubt: () => {}, onDoubt: () => {} },
    ...change,
  });
  phone.start();
  await peer.takes('REGISTER');
}

export const eventsOf = (leg: string): CallEvent[] =>
  news.flatMap((item) => (item.on === 'leg' && item.leg === leg ? [item.event] : []));
export const told = (leg: string, on: CallEvent['on']) =>
  until(
    `${on} of ${leg}; came: ${JSON.stringify(eventsOf(leg))}`,
    async () => {
      await clock.tick(20);
      return eventsOf(leg).find((event) => event.on === on);
    },
    PATIENCE_MS,
  );
/** How the registration stands, as it was told; null = registered. */
export const registration = (problem: NotReady | null) =>
  until(`the registration: ${problem}`, () =>
    news.some((item) => item.on === 'registration' && item.problem === problem),
  );
export const incoming = () => until('an incoming call', () => news.find((item) => item.on === 'incoming')?.call);
/** What the phone sends while its clock runs. */
export const takes = (start: string): Promise<Message> => {
  const message = peer.takes(start);
  const run = () => clock.tick(20).then(() => (done ? undefined : setTimeout(run, 5)));
  let done = false;
  void message.finally(() => {
    done = true;
  });
  void run();
  return message;
};

export const ROUTES = ['<sip:10.0.0.1;transport=ws;lr>', '<sip:10.0.0.2;lr>'];
/** What an earlier page has left of a call. */
export const kept: KeptCall = {
  leg: 'old-leg',
  sipCallId: 'old-call',
  localTag: 'ours',
  remoteTag: 'theirs',
  remoteUri: 'sip:+4930@pbx.example.com',
  inside: { target: 'sip:+4930@10.0.0.7:5060;x=1', routes: ROUTES, localUri: 'sip:1001@pbx.example.com', cseq: 4 },
  callId: 'c1',
  direction: 'in',
  number: '+4930',
  name: '',
  line: '',
  answeredAt: 0,
  held: false,
  muted: false,
};

/** A call that we dialled and that stands. */
export async function talks(leg = 'leg-1', headers: readonly string[] = []): Promise<Dialog> {
  phone.invite(leg, '600', '');
  const invite = await takes('INVITE');
  peer.answer(invite, 200, { body: SDP, headers });
  await takes('ACK');
  await told(leg, 'established');
  return dialogOf(invite);
}

beforeEach(async () => {
  Object.assign(behaviour, usual);
  connections.length = 0;
  news = [];
  clock = handClock();
  peer = await startSipPeer();
});
afterEach(async () => {
  phone?.retire();
  await peer.close();
});

/** News that came until now are no longer of interest. */
export const forget = (): void => {
  news.length = 0;
};
