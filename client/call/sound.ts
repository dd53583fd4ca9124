import type { Call, CallEvent, Effect, Step } from './types.ts';
import { SOUND, words } from './words.ts';

/** The sentence about a call's sound; '' = nothing to say. */
export function soundText({ sound }: Call): string {
  if (sound === null) return '';
  if (!sound.alive) return words.lost;
  return sound.trouble === 'none' ? sound.notice : SOUND[sound.trouble];
}

/** The status text of an answered call: its sound comes first, for nobody can talk without it. */
export function talkingText(call: Call): string {
  return soundText(call) || (call.held ? words.onHold : words.connected);
}

/** News of the sound: kept in every phase, said only while the status text has nothing more urgent to tell. */
export function soundNews(call: Call, event: CallEvent & { readonly on: 'sound' | 'notice' | 'path' }): Step {
  const before = call.sound ?? { alive: true, trouble: 'none', notice: '', now: null, total: null };
  const { on: _, ...news } = event;
  const next: Call = { ...call, sound: { ...before, ...news } };
  if (call.phase !== 'talking' || soundText(next) === soundText(call)) return [next, []];
  return [next, [{ do: 'status', text: talkingText(next) }]];
}

/** What the object is told of a call's sound when it is over; nothing where nothing was measured. */
export function qualityReport({ leg, sound }: Call): Effect[] {
  return sound?.total ? [{ do: 'report', report: { t: 'quality', leg, quality: sound.total } }] : [];
}
