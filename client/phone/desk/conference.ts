import { refusal } from '../../call/outcome.ts';
import type { CallEvent } from '../../call/types.ts';
import { words } from '../../call/words.ts';
import { click, isActive, isConsultation, places, say, settle, tell } from './place.ts';
import type { Bridge, Desk, Spot, Work } from './types.ts';

/**
 * Three parties on the PBX's bridge: both are held, our own leg goes there first, so that a bridge which does not answer
 * costs nothing; then the PBX is asked to bring one after the other (REFER). Both records stay open until we leave.
 */

/** Whether the two calls can be joined now. */
export function canConfer({ rules, front, other, bridge, turn }: Desk): boolean {
  const talks = (place: Desk['front']) => place?.call.phase === 'talking' && place.call.asking.length === 0;
  return (
    rules.calling.conference !== null && !bridge && !turn && talks(front) && talks(other) && !isConsultation(other)
  );
}

/** The person wants it. */
export function confer(work: Work) {
  if (!canConfer(work.desk)) return;
  work.desk = { ...work.desk, bridge: { leg: work.now.leg, stage: 'holding', accepted: false } };
  for (const spot of ['front', 'other'] as const) {
    const call = work.desk[spot]?.call;
    if (call && isActive(call)) click(work, spot, { name: 'holdButtonClick', held: true });
  }
  say(work, words.conferring);
}

const move = (work: Work, part: Partial<Bridge>) => {
  if (work.desk.bridge) work.desk = { ...work.desk, bridge: { ...work.desk.bridge, accepted: false, ...part } };
};

/** News of our own leg to the bridge. */
export function onBridge(work: Work, event: CallEvent) {
  const { bridge, front } = work.desk;
  if (!bridge) return;
  if (bridge.stage !== 'opening') {
    // Whoever is on the bridge is heard and held by this leg.
    for (const spot of ['other', 'front'] as const) if (work.desk[spot]?.call.conferred) tell(work, spot, event);
    if (event.on === 'over') work.desk = { ...work.desk, bridge: null };
    return;
  }
  switch (event.on) {
    case 'established':
      if (front?.call.muted) command(work, { do: 'mute', muted: true });
      return bring(work, 'front', 'first');
    case 'rejected':
      return giveUp(work, refusal(event.status, event.cause).text, false);
    case 'over':
    case 'microphone':
    case 'noPath':
      return giveUp(work, refusal(0).text, false);
  }
}

function command(work: Work, effect: { do: 'mute'; muted: boolean } | { do: 'hangup'; refuse: number }) {
  if (work.desk.bridge) work.effects.push({ do: 'sip', leg: work.desk.bridge.leg, effect });
}

function bring(work: Work, spot: Spot, stage: 'first' | 'second') {
  const { conference } = work.desk.rules.calling;
  const leg = work.desk[spot]?.call.leg;
  if (leg === undefined || conference === null) return;
  move(work, { stage });
  work.effects.push({ do: 'sip', leg, effect: { do: 'refer', number: conference } });
}

/** Who is being brought to the bridge. */
const underway = ({ bridge }: Desk): Spot | null =>
  bridge?.stage === 'first' ? 'front' : bridge?.stage === 'second' ? 'other' : null;

/**
 * News of a party's leg, as far as they are about bringing it to the bridge.
 * @returns whether they were
 */
export function onParty(work: Work, spot: Spot, event: CallEvent): boolean {
  const { bridge } = work.desk;
  if (!bridge || underway(work.desk) !== spot) return false;
  if (event.on === 'transfer') {
    if (event.step === 'accepted') move(work, { accepted: true });
    else if (event.step === 'done') joined(work, spot, true);
    else notJoined(work, spot);
    return true;
  }
  // The PBX may take the leg away before its NOTIFY has come.
  if (event.on !== 'over' || !bridge.accepted) return false;
  joined(work, spot, false);
  return true;
}

function joined(work: Work, spot: Spot, hangup: boolean) {
  const call = work.desk[spot]?.call;
  if (!call) return;
  if (hangup) work.effects.push({ do: 'sip', leg: call.leg, effect: { do: 'hangup', refuse: 486 } });
  settle(work, spot, [{ ...call, conferred: true, held: false, asking: [] }, [{ do: 'showHold', held: false }]]);
  if (spot === 'front' && work.desk.other) return bring(work, 'other', 'second');
  opened(work);
}

function opened(work: Work) {
  move(work, { stage: 'open' });
  say(work, words.conference(places(work.desk).flatMap(({ call }) => (call.conferred ? [call] : []))));
}

function notJoined(work: Work, spot: Spot) {
  const call = work.desk[spot]?.call;
  if (spot === 'front' || !call) return giveUp(work, words.conferenceRefused, true);
  move(work, { stage: 'open' });
  say(work, words.conferenceWithout(call));
}

/** Back to two calls, both on hold. */
function giveUp(work: Work, why: string, hangup: boolean) {
  if (hangup) command(work, { do: 'hangup', refuse: 486 });
  work.desk = { ...work.desk, bridge: null };
  say(work, words.conferenceFailed(why));
}

/** After each event: the next step, or the end of what has lost its sense. */
export function mindBridge(work: Work) {
  const { bridge, front, other } = work.desk;
  if (!bridge) return;
  const calls = places(work.desk).map(({ call }) => call);
  const conferred = calls.filter((call) => call.conferred);
  if (bridge.stage === 'over') {
    work.desk = { ...work.desk, bridge: null };
    for (const spot of ['other', 'front'] as const) {
      if (work.desk[spot]?.call.conferred) tell(work, spot, { on: 'over', reason: '', at: work.now.at });
    }
  } else if (bridge.stage === 'holding') {
    if (!front || !other) work.desk = { ...work.desk, bridge: null };
    else if (calls.every(({ asking }) => asking.length === 0))
      openBridge(
        work,
        calls.every(({ held }) => held),
      );
  } else if (conferred.length === 0 && !(front && other)) giveUp(work, words.conferenceRefused, true);
  else if (bridge.stage === 'second' && !other) opened(work);
}

function openBridge(work: Work, held: boolean) {
  const { bridge, rules, front } = work.desk;
  if (!bridge || rules.calling.conference === null) return;
  if (!held) return giveUp(work, words.holdRefused, false);
  move(work, { stage: 'opening' });
  const effect = {
    do: 'invite',
    leg: bridge.leg,
    number: rules.calling.conference,
    line: front?.call.line ?? '',
  } as const;
  work.effects.push({ do: 'sip', leg: bridge.leg, effect });
}
