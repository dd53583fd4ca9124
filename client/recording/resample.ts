/** Zero crossings of the filter's sinc on each side: enough for a stop band far below what a telephone lets through. */
const CROSSINGS = 12;
/** Steps of the filter's table between two zero crossings. */
const STEPS = 256;
/** Where the filter begins to cut, as a part of the new rate's half: leaves room for its slope. */
const CUT = 0.92;

/** Half of a sinc under a Blackman window, the middle first. */
function filterTable(): Float32Array {
  const table = new Float32Array(CROSSINGS * STEPS + 2);
  for (let i = 0; i < CROSSINGS * STEPS; i++) {
    const x = i / STEPS;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const t = x / CROSSINGS;
    table[i] = sinc * (0.42 + 0.5 * Math.cos(Math.PI * t) + 0.08 * Math.cos(2 * Math.PI * t));
  }
  return table;
}

const clamp = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767)));

/**
 * Brings a stream of samples to a lower rate and to 16 bits, block by block without a seam, by a windowed sinc: whatever a
 * browser's context runs at (44.1 or 48 kHz, less on some headsets), the record has one rate. Two voices that add up to more
 * than full scale are cut there.
 *
 * @param from samples a second
 * @example const resample = resampler(48_000, 16_000); resample(block) // about a third as many
 */
export function resampler(from: number, to: number): (samples: Float32Array) => Int16Array {
  const table = filterTable();
  const ratio = from / to;
  // A rate that doesn't fall has nothing that would have to be cut.
  const scale = ratio <= 1 ? 1 : CUT / ratio;
  const reach = Math.ceil(CROSSINGS / scale);
  let held = new Float32Array(reach);
  /** Place of the next output sample in `held`, in input samples. */
  let place = reach;

  const at = (position: number): number => {
    const first = Math.ceil(position - reach);
    const last = Math.floor(position + reach);
    let sum = 0;
    for (let i = Math.max(first, 0); i <= last; i++) {
      const distance = Math.abs(i - position) * scale * STEPS;
      const step = Math.floor(distance);
      if (step >= CROSSINGS * STEPS) continue;
      const low = table[step] ?? 0;
      sum += (held[i] ?? 0) * (low + (distance - step) * ((table[step + 1] ?? 0) - low));
    }
    return sum * scale;
  };

  return (samples) => {
    const joined = new Float32Array(held.length + samples.length);
    joined.set(held);
    joined.set(samples, held.length);
    held = joined;
    const count = Math.max(0, Math.ceil((held.length - reach - place) / ratio));
    const out = new Int16Array(count);
    for (let i = 0; i < count; i++) out[i] = clamp(at(place + i * ratio));
    place += count * ratio;
    const done = Math.max(0, Math.floor(place) - reach);
    held = held.slice(done);
    place -= done;
    return out;
  };
}
