import type { Core, Session } from 'sip.js';
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

/** What names a session's dialog, and lets the next page speak in it; null before it is confirmed. */
export function dialogOf(session: Session | undefined): Dialog | null {
  // The type of `dialog` leaves out what a dialog knows of the way.
  const dialog = session?.dialog as Core.SessionDialog | undefined;
  if (!dialog) return null;
  const { callId: sipCallId, localTag, remoteTag, remoteURI, remoteTarget, routeSet, localURI } = dialog;
  return {
    sipCallId,
    localTag,
    remoteTag,
    remoteUri: remoteURI.toString(),
    inside: {
      target: remoteTarget.toRaw(),
      routes: routeSet,
      localUri: localURI.toString(),
      // Whoever was called has counted nothing before their first request.
      cseq: dialog.localSequenceNumber ?? 0,
    },
  };
}
