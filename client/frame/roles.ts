import type { Channel } from './channel.ts';

/** What an election needs of the browser. */
export interface RoleDeps {
  /** `navigator.locks`; absent or throwing where third-party storage is blocked. */
  readonly locks:
    | { request(name: string, options: { signal: AbortSignal }, hold: () => Promise<void>): Promise<unknown> }
    | undefined;
  setTimeout(callback: () => void, ms: number): unknown;
}

const ANSWER_MS = 300;
const CLAIM_MS = 200;
const LOOK_AFTER_MS = 3000;

/**
 * Resolves when this frame is the person's phone; while another frame is, it keeps waiting.
 * A Web Lock elects within some 20 ms of the holder's end, crashed pages included. Where locks are refused the
 * frames agree over their channel. Either way the object's lease has the last word.
 * @param term aborted when this frame stands back: a candidate waits no more, and whoever has the role gives it up
 */
export async function becomePhone(
  room: string,
  frame: string,
  channel: Channel,
  deps: RoleDeps,
  term: AbortSignal,
): Promise<void> {
  const { locks } = deps;
  if (locks) {
    const held = new Promise<boolean>((resolve) => {
      try {
        // Held until this frame stands back, or its document ends.
        const hold = () =>
          new Promise<void>((release) => {
            term.addEventListener('abort', () => release());
            // It may have been granted while this frame stood back.
            if (term.aborted) release();
            else resolve(true);
          });
        locks.request(`b24phone:${room}`, { signal: term }, hold).catch(() => term.aborted || resolve(false));
      } catch {
        resolve(false);
      }
    });
    if (await held) return;
  }
  await claimByChannel(frame, channel, deps, term);
}

/**
 * Election by words: nobody answers `hello` -> `claim`; the smallest name of those who claim at the same time wins.
 * Followers ask again every few seconds instead of listening for a heartbeat, because timers of a hidden page are
 * throttled and messages are not; and at once when a page says that it goes.
 */
async function claimByChannel(frame: string, channel: Channel, deps: RoleDeps, term: AbortSignal): Promise<void> {
  let heard = false;
  let outbid = false;
  let mine = false;
  let lookNow = () => {};
  const pause = (ms: number, stoppable = false) =>
    new Promise<void>((resolve) => {
      const go = () => term.aborted || resolve();
      if (stoppable) lookNow = go;
      deps.setTimeout(go, ms);
    });
  channel.listen(({ t, from }) => {
    if (t === 'phone' || t === 'mine') heard = true;
    else if (t === 'claim' && from < frame) outbid = true;
    else if (t === 'bye') lookNow();
    // The phone itself speaks once it has its session and its bundle: nobody else must begin meanwhile.
    if (mine && (t === 'hello' || t === 'claim')) channel.post({ t: 'mine', from: frame });
  }, term);
  for (;;) {
    heard = outbid = false;
    channel.post({ t: 'hello', from: frame });
    await pause(ANSWER_MS);
    if (!heard) {
      channel.post({ t: 'claim', from: frame });
      await pause(CLAIM_MS);
      mine = !heard && !outbid;
      if (mine) return;
    }
    await pause(LOOK_AFTER_MS, true);
  }
}
