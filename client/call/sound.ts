import type { Call, CallEvent, Effect, MicrophoneProblem, SoundTrouble, Step } from './types.ts';

/** What is wrong with a call's sound, and what to do about it. */
export const SOUND: Readonly<Record<Exclude<SoundTrouble, 'none'>, string>> = {
  blocked: 'The browser keeps the sound back: click anywhere on the page.',
  no_incoming: 'No sound arrives from the other side.',
  no_microphone: 'Your microphone is silent: check it, or choose another one.',
  not_heard: 'Your voice does not reach the other side.',
  bad: 'The connection is bad: words may get lost.',
};

/** Why the microphone did not open. */
export const MICROPHONE: Readonly<Record<MicrophoneProblem, string>> = {
  forbidden: 'This page of the portal may not use the microphone: open another page, or ask your administrator.',
  denied: 'No microphone: allow it in the browser.',
  none: 'No microphone found: plug one in.',
  busy: 'The microphone does not start: another program may be using it.',
};

const PATH_LOST = 'Connection lost, looking for another way…';

/** The sentence about a call's sound; '' = nothing to say. */
export function soundText({ sound }: Call): string {
  if (sound === null) return '';
  if (!sound.alive) return PATH_LOST;
  return sound.trouble === 'none' ? sound.notice : SOUND[sound.trouble];
}

/** The status text of an answered call: its sound comes first, for nobody can talk without it. */
export function talkingText(call: Call): string {
  return soundText(call) || (call.held ? 'On hold' : 'Connected');
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
