import type { Core, Inviter, URI, UserAgent } from 'sip.js';
import type { Inside, KeptCall } from '../../../src/protocol/frame.ts';

/**
 * Speaks inside the dialog of a leg that an earlier page had. SIP.js has no way to do so: it knows a dialog only by having
 * begun it. A bundle of its own, for it is needed where a far end refuses Replaces; what it works with is handed in, so that
 * SIP.js is not in it a second time.
 */

/** The part of SIP.js that it works with. */
export interface Sip {
  readonly agent: UserAgent;
  readonly Inviter: typeof Inviter;
  readonly makeURI: (text: string) => URI | undefined;
}

/** What the bundle exports. */
export interface ReentryModule {
  reenter: typeof reenter;
  release: typeof release;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Internals {
  fromTag: string;
  _id: string;
  onAccept(response: { readonly session: unknown }): unknown;
}

/**
 * A CSeq that no request of an earlier page can have had. The newest that was kept may be older than the page: its last keys
 * or its hang-up went out after it, and so did the attempt of a page that was left before it had the call. So it is moved
 * on by the tenths of a second since the answer; gaps are allowed (RFC 3261 12.2.2).
 * @param now Unix ms
 * @example nextCseq({ cseq: 2, answeredAt: 1000 }, 61_000) // 603
 */
export const nextCseq = ({ cseq, answeredAt }: Pick<Inside, 'cseq'> & Pick<KeptCall, 'answeredAt'>, now: number) =>
  cseq + 1 + Math.max(0, Math.floor((now - answeredAt) / 100));

/** Above our INVITE of the same moment, and what a digest challenge has added to it. */
const BYE_AFTER = 10;

/**
 * An INVITE inside that dialog, not sent yet, whose session goes on as if this page had begun it.
 * @returns null for a call that was kept without what it takes
 */
export function reenter({ agent, Inviter: Make, makeURI }: Sip, kept: KeptCall, now: number): Inviter | null {
  const { inside, sipCallId, localTag, remoteTag, remoteUri, answeredAt } = kept;
  const target = inside && makeURI(inside.target);
  if (!target) return null;
  const params = {
    callId: sipCallId,
    toTag: remoteTag,
    cseq: nextCseq({ ...inside, answeredAt }, now),
    routeSet: [...inside.routes],
    toUri: remoteUri,
    fromUri: inside.localUri,
  };
  // The type leaves half of the fields out.
  const inviter = new Make(agent, target, { params: params as object });
  takeTag(inviter, agent, localTag);
  keepRoutes(inviter, inside.routes);
  return inviter;
}

/** An Inviter always makes a new tag, and is filed under it. */
function takeTag(inviter: Inviter, agent: UserAgent, tag: string): void {
  const inner = inviter as unknown as Internals;
  const request = inviter.request as Writable<Core.OutgoingRequestMessage>;
  const sessions = agent._sessions;
  delete sessions[inner._id];
  inner.fromTag = request.fromTag = tag;
  inner._id = request.callId + tag;
  sessions[inner._id] = inviter;
  request.from.setParam('tag', tag);
  request.setHeader('from', request.from.toString());
}

/** To SIP.js this 200 begins a dialog, so it would take the route from it; that of a re-INVITE has none (RFC 3261 12.2). */
function keepRoutes(inviter: Inviter, routes: readonly string[]): void {
  const inner = inviter as unknown as Internals;
  const usual = inner.onAccept.bind(inviter);
  inner.onAccept = (response) => {
    (response.session as { dialogState: { routeSet: string[] } }).dialogState.routeSet = [...routes];
    return usual(response);
  };
}

/** BYE inside that dialog. Whatever the answer is, nobody waits for it. */
export function release({ agent, makeURI }: Sip, kept: KeptCall, now: number): void {
  const { inside, sipCallId, localTag, remoteTag, answeredAt } = kept;
  const target = inside && makeURI(inside.target);
  const from = inside && makeURI(inside.localUri);
  const to = makeURI(kept.remoteUri);
  if (!target || !from || !to) return;
  const core = agent.userAgentCore;
  const cseq = nextCseq({ ...inside, answeredAt }, now) + BYE_AFTER;
  const routeSet = [...inside.routes];
  const options = { callId: sipCallId, fromTag: localTag, toTag: remoteTag, cseq, routeSet };
  core.request(core.makeOutgoingRequestMessage('BYE', target, from, to, options));
}
