/** RFC 1321 3.4: the table T. */
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
/** How far each round turns its words, in bits; four a round. */
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

type State = readonly [number, number, number, number];

/** The four words after one block of 64 bytes (RFC 1321 3.4). */
function block(start: State, word: (n: number) => number): State {
  let [a, b, c, d] = start;
  for (const [i, sine] of SINES.entries()) {
    const round = i >> 4;
    const [mixed, n] =
      round === 0
        ? [(b & c) | (~b & d), i]
        : round === 1
          ? [(b & d) | (c & ~d), 5 * i + 1]
          : round === 2
            ? [b ^ c ^ d, 3 * i + 5]
            : [c ^ (b | ~d), 7 * i];
    const sum = (a + mixed + sine + word(n % 16)) | 0;
    const turn = TURNS[round * 4 + (i % 4)] ?? 0;
    [a, b, c, d] = [d, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0, b, c];
  }
  return [a + start[0], b + start[1], c + start[2], d + start[3]];
}

/**
 * MD5 of a text's UTF-8 bytes, which digest authentication is made of (RFC 2617 3.2.2).
 * @returns 32 hexadecimal digits
 * @example md5('abc') // '900150983cd24fb0d6963f7d28e17f72'
 */
export function md5(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const size = ((bytes.length + 8) >> 6) * 64 + 64;
  const data = new DataView(new ArrayBuffer(size));
  new Uint8Array(data.buffer).set(bytes);
  data.setUint8(bytes.length, 0x80);
  data.setUint32(size - 8, bytes.length * 8, true);
  let state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < size; at += 64) state = block(state, (n) => data.getUint32(at + n * 4, true));
  for (const [i, word] of state.entries()) data.setInt32(i * 4, word, true);
  return Array.from(new Uint8Array(data.buffer, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
