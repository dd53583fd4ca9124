import type { CallStatus, Direction } from '../protocol/frame.ts';
import type { CallRecord, CallState, LegRecord } from './ledger.ts';

/** A call as its table has it. */
export type CallRow = {
  key: string;
  call_id: string | null;
  type: number;
  direction: Direction;
  number: string;
  line: string;
  state: CallState;
  user_id: number;
  started_at: number;
  answered_by: number | null;
  answered_leg: string | null;
  handed_over: number;
  answered_at: number | null;
  ended_at: number | null;
  seconds: number | null;
  status: CallStatus | null;
  reason: string | null;
  vote: number | null;
};

/** A leg as its table has it. */
export type LegRow = {
  sip_call_id: string;
  call_key: string;
  user_id: number;
  live: number;
  status: CallStatus | null;
  seen_at: number;
  waiting: string | null;
  card: number;
  answered_at: number | null;
  joined: number;
  holder: number | null;
};

export const toCall = (row: CallRow): CallRecord => ({
  key: row.key,
  callId: row.call_id,
  type: row.type,
  direction: row.direction,
  number: row.number,
  line: row.line,
  state: row.state,
  userId: row.user_id,
  startedAt: row.started_at,
  answeredBy: row.answered_by,
  answeredLeg: row.answered_leg,
  handedOver: row.handed_over === 1,
  answeredAt: row.answered_at,
  endedAt: row.ended_at,
  seconds: row.seconds,
  status: row.status,
  reason: row.reason,
  vote: row.vote,
});

export const toLeg = (row: LegRow): LegRecord => ({
  leg: row.sip_call_id,
  callKey: row.call_key,
  userId: row.user_id,
  live: row.live === 1,
  status: row.status,
  seenAt: row.seen_at,
  waiting: row.waiting,
  card: row.card === 1,
  answeredAt: row.answered_at,
  joined: row.joined === 1,
  holder: row.holder,
});
