import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for something that announces itself to nobody, such as a line of /status.
 *
 * @param what named in the error when it does not come
 * @param look asked again and again; a value other than null, undefined and false ends the waiting
 * @param patience ms
 */
export async function until<Value>(
  what: string,
  look: () => Value | null | undefined | false | Promise<Value | null | undefined | false>,
  patience = 30_000,
): Promise<Value> {
  const end = Date.now() + patience;
  for (;;) {
    const value = await look();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`In vain waited for: ${what}`);
    await pause(50);
  }
}
