/** The dialog that an INVITE wants to take the place of (RFC 3891 3), as the PBX that holds it names it. */
export interface ReplacedDialog {
  readonly callId: string;
  /** The PBX's own tag. */
  readonly localTag: string;
  /** The phone's tag. */
  readonly remoteTag: string;
}

/**
 * Reads a Replaces header (RFC 3891 6.1).
 * @returns undefined where it is none
 * @example replacedDialog('a1@here;to-tag=pbx;from-tag=phone') // { callId: 'a1@here', localTag: 'pbx', remoteTag: 'phone' }
 */
export function replacedDialog(header: string): ReplacedDialog | undefined {
  const [callId = '', ...rest] = header.split(';').map((part) => part.trim());
  const parameter = (name: string) =>
    rest.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const localTag = parameter('to-tag');
  const remoteTag = parameter('from-tag');
  return callId && localTag && remoteTag ? { callId, localTag, remoteTag } : undefined;
}
