/** Strength of one frequency in mono samples (-1 to 1), 0-1 of full scale: Goertzel's algorithm. */
export function strength(samples: ArrayLike<number>, hertz: number, rate: number): number {
  const k = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [a, b] = [0, 0];
  for (let i = 0; i < samples.length; i++) [a, b] = [(samples[i] ?? 0) + k * a - b, a];
  return (2 * Math.sqrt(Math.max(0, a * a + b * b - k * a * b))) / samples.length;
}
