const RATE = 48_000;
const SECONDS = 3;
const HEADER = 44;

/**
 * A WAV file (48 kHz, mono, 16 bit) for Chromium's fake microphone: bursts of three tones, 0.2 s on and 0.2 s off, so
 * that voice detection and level meters see something like speech. Chromium's own beeps are shared by all pages of a
 * browser; a file is read by each capture on its own, so both ends of a call can be heard apart.
 */
export function microphoneWav(): Buffer {
  const samples = RATE * SECONDS;
  const wav = Buffer.alloc(HEADER + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(HEADER - 8 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1) {
    const t = i / RATE;
    const tone = 300 + 500 * (Math.floor(t / 0.4) % 3);
    const level = t % 0.4 < 0.2 ? Math.round(9000 * Math.sin(2 * Math.PI * tone * t)) : 0;
    wav.writeInt16LE(level, HEADER + i * 2);
  }
  return wav;
}
