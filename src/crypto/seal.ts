import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { fromBase64, toBase64Url } from './bytes.ts';

/** One entry of SEAL_KEYS. */
export interface SealKey {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The first key seals, all open: a key is rotated by putting the new one in front. */
export type SealKeys = readonly [SealKey, ...SealKey[]];

/** Where a secret is stored. Bound to the ciphertext, so a record copied to another portal or field does not open. */
export interface SealedPlace {
  readonly portal: string;
  readonly field: string;
}

const NONCE_BYTES = 12;

const importKey = (key: SealKey) =>
  crypto.subtle.importKey('raw', key.bytes, { name: 'AES-GCM' }, false, ['encrypt', 'decrypt']);

const boundTo = (where: SealedPlace) => new TextEncoder().encode(JSON.stringify([where.portal, where.field]));

/**
 * Encrypts a secret for storage: AES-256-GCM, random 96-bit nonce, place as additional data (NIST SP 800-38D).
 *
 * @returns `v1.<key id>.<base64url of nonce and ciphertext>`
 * @example await seal(config.sealKeys, refreshToken, { portal: memberId, field: 'refresh_token' })
 */
export async function seal(keys: SealKeys, text: string, where: SealedPlace): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: boundTo(where) },
    await importKey(keys[0]),
    new TextEncoder().encode(text),
  );
  const whole = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  whole.set(nonce);
  whole.set(new Uint8Array(sealed), NONCE_BYTES);
  return `v1.${keys[0].id}.${toBase64Url(whole)}`;
}

/**
 * Opens what {@link seal} made.
 *
 * @returns a `configuration` failure when the key is gone from SEAL_KEYS or the record belongs elsewhere
 */
export async function unseal(keys: SealKeys, sealed: string, where: SealedPlace): Promise<Result<string, Failure>> {
  const [version, id, data] = sealed.split('.');
  const key = keys.find((candidate) => candidate.id === id);
  const bytes = fromBase64(data ?? '');
  if (version !== 'v1' || !bytes || bytes.length <= NONCE_BYTES)
    return err(failure('configuration', `The stored ${where.field} is damaged.`));
  if (!key) return err(failure('configuration', `SEAL_KEYS lacks the key "${id}" that sealed ${where.field}.`));
  try {
    const text = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytes.subarray(0, NONCE_BYTES), additionalData: boundTo(where) },
      await importKey(key),
      bytes.subarray(NONCE_BYTES),
    );
    return ok(new TextDecoder().decode(text));
  } catch {
    return err(failure('configuration', `The stored ${where.field} does not open with the key "${id}".`));
  }
}
