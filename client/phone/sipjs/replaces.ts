import type { Session } from 'sip.js';
import type { KeptCall } from '../../../src/protocol/frame.ts';
import type { Dialog } from '../sip.ts';

/**
 * The headers of an INVITE that takes the place of a leg of ours (RFC 3891 3 and 7.1). From the PBX's side the tags are the
 * other way round: `to-tag` is its own, which is our remote one. `Require`, because a PBX that ignores Replaces would
 * ring the customer anew.
 */
export const replacesHeaders = ({ sipCallId, localTag, remoteTag }: KeptCall): string[] => [
  `Replaces: ${sipCallId};to-tag=${remoteTag};from-tag=${localTag}`,
  'Require: replaces',
];

/** What names a session's dialog; null before it is confirmed. */
export function dialogOf(session: Session | undefined): Dialog | null {
  const dialog = session?.dialog;
  if (!dialog) return null;
  const { callId: sipCallId, localTag, remoteTag, remoteURI } = dialog;
  return { sipCallId, localTag, remoteTag, remoteUri: remoteURI.toString() };
}
