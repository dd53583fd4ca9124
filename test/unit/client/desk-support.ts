import type { Report } from '../../../client/call/types.ts';
import { createDesk } from '../../../client/phone/desk.ts';
import { type CallingRules, DEFAULT_CALLING, type ObjectMessage } from '../../../src/protocol/frame.ts';
import { handClock, LINE, legCommands } from './support.ts';

/** A desk between a PBX, an object and cards that remember what they were told. */
export function aDesk(
  change: { excuse?: string | null; lines?: { number: string; name: string }[]; calling?: Partial<CallingRules> } = {},
) {
  const clock = handClock();
  const pbx: unknown[][] = [];
  const reports: Report[] = [];
  const commands: { frame: string; command: string; params: unknown }[] = [];
  const tones: string[] = [];
  const phases: string[] = [];
  let legs = 0;
  let ids = 0;
  const desk = createDesk({
    sip: legCommands((...command) => pbx.push(command)),
    command: async (frame, _callId, command, params) => {
      commands.push({ frame, command: command.replace('CallCard', ''), params });
      return { answered: true, value: [] };
    },
    report: (report) => {
      reports.push(report);
      return `report-${++ids}`;
    },
    tone: (tone) => tones.push(tone),
    excuse: () => change.excuse ?? null,
    changed: ({ front }) => phases.push(front?.call.phase ?? 'none'),
    rules: {
      lines: change.lines ?? [{ number: LINE, name: 'Office' }],
      colleagues: { 12: '1002' },
      calling: { ...DEFAULT_CALLING, ...change.calling },
    },
    newLeg: () => `own-${++legs}`,
    now: () => 1000 + clock.now(),
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  const ring = (leg = 'sip-1', line = LINE) =>
    desk.onSip({ on: 'incoming', call: { leg, group: 'g1', number: '+4940', name: 'Ada', line, autoAnswer: false } });
  const card = (name: string, data?: unknown, callId = 'c1', frame = 'f1') =>
    desk.onCard({ frame, callId, name, data });
  const opens = (direction: string, line = LINE, callId = 'c1', frame = 'f1') =>
    card(
      'initialized',
      { CALL_ID: callId, CALL_DIRECTION: direction, LINE_NUMBER: line, PHONE_NUMBER: '+4940' },
      callId,
      frame,
    );
  const object = (message: ObjectMessage) => desk.onObject(message);
  const registered = (callId = 'c1', leg = 'sip-1') => object({ t: 'registered', id: 'x', leg, callId });
  const leg = (
    event: Parameters<typeof desk.onSip>[0] extends infer News ? (News extends { event: infer E } ? E : never) : never,
    id = 'sip-1',
  ) => desk.onSip({ on: 'leg', leg: id, event });
  /** Answered by the PBX; `how` answers it here first. */
  const talk = (id = 'sip-1') => {
    card('answerButtonClick');
    leg({ on: 'established', at: 1000 }, id);
  };
  /** The id under which this leg was registered. */
  const idOf = (id: string) =>
    `report-${reports.findIndex((report) => report.t === 'register' && report.leg === id) + 1}`;
  const kinds = () => reports.map((report) => report.t);
  const did = (name: string) => pbx.filter(([what]) => what === name);
  const uis = () =>
    commands.flatMap(({ command, params }) =>
      command === 'SetUiState' ? [(params as { uiState: string }).uiState] : [],
    );
  const statuses = () =>
    commands.flatMap(({ command, params }) =>
      command === 'SetStatusText' ? [(params as { statusText: string }).statusText] : [],
    );
  const dialledLeg = (number?: string) =>
    String(pbx.findLast(([what, , to]) => what === 'invite' && (number === undefined || to === number))?.[1]);
  return {
    desk,
    statuses,
    dialledLeg,
    talk,
    idOf,
    clock,
    pbx,
    reports,
    commands,
    tones,
    phases,
    ring,
    card,
    opens,
    object,
    registered,
    leg,
    kinds,
    did,
    uis,
  };
}
