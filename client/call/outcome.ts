import type { CallStatus } from '../../src/protocol/frame.ts';
import type { UiState } from '../card/commands.ts';

/** How a refused call looks on the card and in the CRM. */
export interface Outcome {
  readonly ui: Extract<UiState, 'error' | 'redial' | 'moneyError'>;
  readonly status: CallStatus;
  readonly text: string;
}

const BUSY: Outcome = { ui: 'redial', status: '486', text: 'Busy' };
const NO_ANSWER: Outcome = { ui: 'redial', status: '480', text: 'No answer' };
const DECLINED: Outcome = { ui: 'redial', status: '603', text: 'Declined' };
const WRONG_NUMBER: Outcome = { ui: 'error', status: '404', text: 'This number does not exist' };
const INCOMPLETE: Outcome = { ui: 'error', status: '484', text: 'The number is incomplete or not valid on this line' };
const FORBIDDEN: Outcome = { ui: 'error', status: '403', text: 'The PBX does not allow this call' };
const NO_CREDIT: Outcome = { ui: 'moneyError', status: '402', text: 'The line has no credit left' };
const UNAVAILABLE: Outcome = { ui: 'redial', status: '503', text: 'The line is not available at the moment' };
const NO_MEDIA: Outcome = { ui: 'error', status: 'OTHER', text: 'The other side understands no common audio format' };
const UNREACHABLE: Outcome = { ui: 'redial', status: 'OTHER', text: 'The PBX did not answer' };

/** SIP status of the final answer -> outcome (RFC 3261 section 21; the codes on the right are Bitrix24's, fact 4.1). */
const REFUSALS: ReadonlyMap<number, Outcome> = new Map([
  [0, UNREACHABLE],
  [401, FORBIDDEN],
  [402, NO_CREDIT],
  [403, FORBIDDEN],
  [404, WRONG_NUMBER],
  [407, FORBIDDEN],
  [408, NO_ANSWER],
  [410, WRONG_NUMBER],
  [415, NO_MEDIA],
  [416, INCOMPLETE],
  [480, NO_ANSWER],
  [484, INCOMPLETE],
  [485, INCOMPLETE],
  [486, BUSY],
  [487, NO_ANSWER],
  [488, NO_MEDIA],
  [600, BUSY],
  [603, DECLINED],
  [604, WRONG_NUMBER],
  [606, NO_MEDIA],
]);

/** Q.850 cause -> outcome, for PBXs that answer 480, 500, 503 or 603 and say why in a Reason header (RFC 3326). */
const CAUSES: ReadonlyMap<number, Outcome> = new Map([
  [1, WRONG_NUMBER],
  [17, BUSY],
  [18, NO_ANSWER],
  [19, NO_ANSWER],
  [20, NO_ANSWER],
  [21, DECLINED],
  [22, WRONG_NUMBER],
  [28, INCOMPLETE],
]);
/** Answers that say little by themselves. */
const VAGUE: ReadonlySet<number> = new Set([480, 500, 503, 603]);

/**
 * What a refused INVITE means to the person and to the CRM.
 * @param status SIP status 300-699, or 0 when no answer came
 * @param cause Q.850 cause 1-127, where the PBX gave one
 */
export function refusal(status: number, cause?: number): Outcome {
  const exact = VAGUE.has(status) && cause !== undefined ? CAUSES.get(cause) : undefined;
  if (exact) return exact;
  return REFUSALS.get(status) ?? (status >= 500 && status < 600 ? UNAVAILABLE : { ...UNAVAILABLE, status: 'OTHER' });
}
