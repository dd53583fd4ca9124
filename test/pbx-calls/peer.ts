import type { Stage } from '../browser/call-stage.ts';
import type { Kamailio } from '../pbx/kamailio/kamailio.ts';
import type { OutsideEvent } from '../pbx/kamailio/outside.ts';
import type { WireEvent } from '../pbx/kamailio/wire.ts';

/** From now on: what was said and sent in earlier tests doesn't count. */
export function fromNow({ wire, outside }: Kamailio) {
  const [sent, said] = [wire.all.length, outside.events.all.length];
  return {
    sent: (fits: (event: WireEvent) => boolean) => wire.when(fits, sent),
    said: (fits: (event: OutsideEvent) => boolean) => outside.events.when(fits, said),
    /** What was sent up to this moment. */
    wire: () => wire.all.slice(sent),
    events: () => outside.events.all.slice(said),
    keys: () =>
      outside.events.all.slice(said).flatMap(({ type, param = '' }) => (type === 'CALL_DTMF_START' ? [param] : [])),
  };
}

export async function hangUp(stage: Stage) {
  await stage.press('hangup');
  await stage.noCard();
}

export async function answer(stage: Stage) {
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
}
