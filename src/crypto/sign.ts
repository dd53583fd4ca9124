import { fromBase64, toBase64Url } from './bytes.ts';

/** The first key signs, all verify. */
export type SignKeys = readonly [string, ...string[]];

/** What a signature is good for; part of the signed text, so one purpose's signature proves nothing for another. */
export type SignPurpose = 'placement-error' | 'events' | 'ticket' | 'pbx';

const importKey = (key: string) =>
  crypto.subtle.importKey('raw', new TextEncoder().encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);

const signedText = (purpose: SignPurpose, text: string) => new TextEncoder().encode(`${purpose}\n${text}`);

/** HMAC-SHA-256 as base64url. */
export async function sign(keys: SignKeys, purpose: SignPurpose, text: string): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', await importKey(keys[0]), signedText(purpose, text));
  return toBase64Url(new Uint8Array(mac));
}

/** Whether any of the keys made this signature; the comparison is WebCrypto's, in constant time. */
export async function verify(keys: SignKeys, purpose: SignPurpose, text: string, signature: string): Promise<boolean> {
  const mac = fromBase64(signature);
  if (!mac) return false;
  for (const key of keys) {
    if (await crypto.subtle.verify('HMAC', await importKey(key), mac, signedText(purpose, text))) return true;
  }
  return false;
}
