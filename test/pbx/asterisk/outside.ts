import { randomUUID } from 'node:crypto';
import type { Ami, AmiMessage } from './ami.ts';

export interface CallInOptions {
  /** One agent, several that are rung at once by one Dial, or the queue `support` (agents 1001 and 1002). */
  readonly to: string | readonly string[];
  /** Caller's number. */
  readonly from: string;
  readonly name?: string;
  /** The number that the customer dialled. */
  readonly line?: string;
  /**
   * The service is asked first who is responsible for the caller; then the queue rings. With one agent: asked whether that
   * one is coming back, when ringing fails.
   */
  readonly route?: { readonly url: string; readonly key: string };
  /** What the customer says. */
  readonly says?: 'tone' | 'echo' | 'silence';
  /** How long it rings, whole seconds. */
  readonly ringSeconds?: number;
}

/** A call from outside that rings at its agents. */
export interface OutsideCall {
  /** The call's linkedid: what every agent's INVITE carries as `X-Call-Id`. */
  readonly callId: string;
  /** Resolves when an agent answered, or it is clear that nobody will. */
  readonly outcome: Promise<Outcome>;
  /** Resolves when the customer's channel is gone, whoever ended the call. */
  readonly ended: Promise<void>;
  /** The customer hangs up, or gives up while it rings. */
  hangup(): Promise<void>;
}

export type Outcome = 'answered' | 'busy' | 'no_answer' | 'unreachable' | 'cancelled' | 'failed';

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  BUSY: 'busy',
  NOANSWER: 'no_answer',
  CHANUNAVAIL: 'unreachable',
  CANCEL: 'cancelled',
};

/** What Dial's DIALSTATUS says about a call that nobody answered. */
export function outcomeOf(dialStatus: string | undefined): Outcome {
  return OUTCOMES[dialStatus ?? ''] ?? 'failed';
}

/** Lets a customer call in: a Local channel whose far half dials the agents, its near half plays the customer. */
export async function callIn(ami: Ami, options: CallInOptions): Promise<OutsideCall> {
  const { to, from, name = '', line = '+4930999', says = 'tone', ringSeconds = 30 } = options;
  const agents = [to].flat().map((user) => `PJSIP/${user}`);
  const asked = to === 'support' ? 'routed' : 'direct';
  const context = options.route ? `from-outside-${asked}` : to === 'support' ? 'from-outside-queue' : 'from-outside';
  const asks = options.route ? `,__ROUTE_URL=${options.route.url},__ROUTE_KEY=${options.route.key}` : '';
  const callId = `outside-${randomUUID()}`;
  const far = `${callId}-far`;
  const ActionID = `in-${callId}`;
  const mine = (event: AmiMessage) => event.Uniqueid === callId;
  await ami.send('Originate', {
    ActionID,
    Async: 'true',
    Channel: `Local/${line}@${context}/n`,
    ChannelId: callId,
    OtherChannelId: far,
    Context: 'outside',
    Exten: says,
    Priority: '1',
    CallerID: `"${name}" <${from}>`,
    // The dial plan's own limit ends the ringing; this one only must not come first.
    Timeout: String((ringSeconds + 10) * 1000),
    Variable: `__AGENTS=${agents.join('&')},__AGENT=${[to].flat()[0]},__RING_SECONDS=${ringSeconds}${asks}`,
  });
  const { Channel: channel = '' } = await ami.when((event) => event.Event === 'Newchannel' && mine(event));
  return {
    callId,
    outcome: Promise.race<Outcome>([
      ami.when((event) => event.ActionID === ActionID && event.Response === 'Success').then(() => 'answered'),
      ami
        .when((event) => event.UserEvent === 'Unanswered' && event.Call === callId)
        .then((event) => outcomeOf(event.Status)),
      // The customer gave up: the dial plan of the far half ends without a word.
      ami.when((event) => event.Event === 'Hangup' && event.Uniqueid === far).then(() => 'cancelled'),
    ]),
    ended: ami.when((event) => event.Event === 'Hangup' && mine(event)).then(() => undefined),
    async hangup() {
      await ami.send('Hangup', { Channel: channel });
    },
  };
}
