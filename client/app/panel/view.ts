import type { Panel, PanelAct, PanelCall } from '../../frame/panel.ts';
import { type QualityView, qualityView } from './quality.ts';
import { stateWords } from './words.ts';

/** One button of a call. `key` stays the same while its label changes, so that the focus stays with it. */
export interface ActView {
  readonly key: 'answer' | 'decline' | 'hangup' | 'swap' | 'hold' | 'mute' | 'record';
  readonly label: string;
  readonly tone: 'good' | 'bad' | 'plain';
  /** For buttons that are on or off. */
  readonly pressed?: boolean;
  readonly act: PanelAct;
}

/** A call as it is shown. */
export interface CallView {
  readonly leg: string;
  readonly tone: 'ringing' | 'talking' | 'held' | 'quiet';
  /** Who it is: the best name that is known. */
  readonly who: string;
  /** Company, deal and number, as far as they say more than `who`. */
  readonly about: string;
  readonly direction: 'Incoming' | 'Outgoing';
  readonly state: string;
  /** `2:07`, since the answer; '' before. */
  readonly timer: string;
  readonly muted: boolean;
  readonly recording: '' | 'Recording' | 'Recording paused';
  readonly quality: QualityView | null;
  readonly trouble: string;
  readonly acts: readonly ActView[];
}

/** What the portal's settings allow besides what the phone says. */
export interface PanelRules {
  /** This browser records, so that a person may pause it. */
  readonly records: boolean;
}

/**
 * A length of time as clocks show it.
 *
 * @param ms 0 or more; less counts as 0
 * @example clock(3_727_000) // '1:02:07'
 */
export function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

const CONNECTED = ['talking', 'transferring'];
const ENDED = ['closing', 'ended'];

function nameOf({ customer, name, number }: PanelCall): string {
  return customer?.name || name || number || 'Hidden number';
}

function aboutOf(call: PanelCall): string {
  const { customer, number } = call;
  const who = nameOf(call);
  return [customer?.company, customer?.deal, number].filter((part) => part && part !== who).join(' · ');
}

function toneOf({ phase, held }: PanelCall): CallView['tone'] {
  if (phase === 'offered') return 'ringing';
  if (CONNECTED.includes(phase)) return held ? 'held' : 'talking';
  return 'quiet';
}

/** A button that stays pressed while what it says can be undone. */
const toggle = (key: ActView['key'], label: string, pressed: boolean, act: ActView['act']): ActView => ({
  key,
  label,
  tone: 'plain',
  pressed,
  act,
});

function talkingActs(call: PanelCall, other: PanelCall | undefined, { records }: PanelRules): ActView[] {
  const { leg, held, muted, recording } = call;
  const acts: ActView[] = [];
  // With two calls, to resume one is to hold the other.
  if (held && other && call.phase === 'talking')
    acts.push({ key: 'swap', label: 'Switch to this call', tone: 'good', act: { act: 'swap' } });
  else if (call.phase === 'talking')
    acts.push(toggle('hold', held ? 'Resume' : 'Hold', held, { act: 'hold', leg, held: !held }));
  acts.push(toggle('mute', muted ? 'Unmute' : 'Mute', muted, { act: 'mute', leg, muted: !muted }));
  if (records) {
    const on = recording === 'on';
    const label = on ? 'Pause recording' : recording === 'paused' ? 'Go on recording' : 'Record';
    acts.push(toggle('record', label, on, { act: 'record', leg, on: !on }));
  }
  return acts;
}

function actsOf(call: PanelCall, other: PanelCall | undefined, rules: PanelRules): ActView[] {
  const { leg, phase, direction } = call;
  if (ENDED.includes(phase)) return [];
  if (phase === 'offered' && direction === 'in') {
    const busy = other !== undefined && CONNECTED.includes(other.phase) && !other.held;
    return [
      { key: 'answer', label: busy ? 'Answer, hold the other' : 'Answer', tone: 'good', act: { act: 'answer', leg } },
      { key: 'decline', label: 'Decline', tone: 'bad', act: { act: 'decline', leg } },
    ];
  }
  const hangup: ActView = {
    key: 'hangup',
    label: CONNECTED.includes(phase) ? 'Hang up' : 'Cancel',
    tone: 'bad',
    act: { act: 'hangup', leg },
  };
  return CONNECTED.includes(phase) ? [...talkingActs(call, other, rules), hangup] : [hangup];
}

const RECORDING = { off: '', on: 'Recording', paused: 'Recording paused' } as const;

/** @param now Unix ms by the clock that `answeredAt` is of: the same computer's */
function callView(call: PanelCall, other: PanelCall | undefined, rules: PanelRules, now: number): CallView {
  const over = ENDED.includes(call.phase);
  return {
    leg: call.leg,
    tone: toneOf(call),
    who: nameOf(call),
    about: aboutOf(call),
    direction: call.direction === 'in' ? 'Incoming' : 'Outgoing',
    state: stateWords(call),
    timer: call.answeredAt === null || over ? '' : clock(now - call.answeredAt),
    muted: call.muted && !over,
    recording: over ? '' : RECORDING[call.recording],
    quality: over ? null : qualityView(call.quality),
    trouble: over ? '' : call.trouble,
    acts: actsOf(call, other, rules),
  };
}

/** The calls of a panel as they are shown now. `now`: Unix ms. */
export function callViews({ calls }: Pick<Panel, 'calls'>, rules: PanelRules, now: number): CallView[] {
  return calls.map((call) =>
    callView(
      call,
      calls.find((other) => other.leg !== call.leg && !ENDED.includes(other.phase)),
      rules,
      now,
    ),
  );
}

/** What a screen reader says of its own accord: who rings, and what the last act came to. */
export function spoken(views: readonly CallView[], notice: string): string {
  const ringing = views.filter(({ tone }) => tone === 'ringing').map(({ who }) => `${who} is calling.`);
  return [...ringing, notice].filter(Boolean).join(' ');
}
