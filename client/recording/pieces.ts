/** Bytes after which a piece is cut: five seconds at 32 kbit/s, which is what a tab that is killed loses. */
export const PIECE_BYTES = 20_000;

/** Cuts what the encoder hands on into pieces. It hands on whole frames, so each piece can be played by itself. */
export function pieceCutter() {
  let waiting: Uint8Array[] = [];
  let size = 0;
  const cut = (): Uint8Array<ArrayBuffer> | null => {
    if (size === 0) return null;
    const piece = new Uint8Array(size);
    let at = 0;
    for (const bytes of waiting) {
      piece.set(bytes, at);
      at += bytes.length;
    }
    waiting = [];
    size = 0;
    return piece;
  };
  return {
    /** @returns a piece when there is enough for one */
    add(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
      waiting.push(bytes);
      size += bytes.length;
      return size >= PIECE_BYTES ? cut() : null;
    },
    /** What there is, however little; null = nothing. */
    rest: cut,
  };
}
