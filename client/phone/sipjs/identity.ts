/** Names of this person's phone at the PBX; the same on every page, so that a new page takes the old one's place. */
export interface SipIdentity {
  /** `+sip.instance` (RFC 5626 4.1). */
  readonly instanceId: string;
  readonly contactName: string;
  readonly viaHost: string;
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Derives the names from the person's room. By default SIP.js makes random ones for each page, and the PBX keeps ringing
 * contacts that nobody answers until they expire. A digest, since the room itself is a secret and the
 * PBX shows contacts to many.
 * @param digest SHA-256
 */
export async function sipIdentity(
  room: string,
  digest: (data: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>,
): Promise<SipIdentity> {
  const text = hex(new Uint8Array(await digest(new TextEncoder().encode(`b24phone contact ${room}`))));
  const part = (from: number, to: number) => text.slice(from, to);
  return {
    // The version and variant of RFC 4122's name-based UUIDs: SIP.js checks the form.
    instanceId: `${part(0, 8)}-${part(8, 12)}-5${part(13, 16)}-a${part(17, 20)}-${part(20, 32)}`,
    contactName: `p${part(32, 44)}`,
    viaHost: `${part(44, 56)}.invalid`,
  };
}
