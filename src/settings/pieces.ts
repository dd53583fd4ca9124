import { fromBase64, toBase64Url } from '../crypto/bytes.ts';

/**
 * itty-durable carries a call's arguments in one HTTP header. A header takes neither a large document nor letters
 * outside Latin-1 (names are often Cyrillic), so a document travels as base64url pieces of this many characters.
 */
export const PIECE_LENGTH = 16 * 1024;

/** Cuts a JSON-able value into header-safe pieces; at least one. */
export function toPieces(value: unknown, length = PIECE_LENGTH): string[] {
  const text = toBase64Url(new TextEncoder().encode(JSON.stringify(value)));
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length));
  return pieces;
}

/** Puts pieces together again; null when they are not whole. */
export function fromPieces(pieces: readonly (string | undefined)[]): unknown {
  const bytes = fromBase64(pieces.join(''));
  if (!bytes || Array.from(pieces).includes(undefined)) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return null;
  }
}
