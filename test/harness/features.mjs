// What the product does in a call and which test shows it, with Asterisk and with the proxy. Data and pure functions;
// run.mjs prints the table with what the tests of this run came to.
import { join } from 'node:path';
import { root } from '../start/node.mjs';

/**
 * A test: the file's name and its title, or what a title with values in it begins with.
 *
 * @typedef {readonly [file: string, title: string]} Named
 * @typedef {{ feature: string, asterisk?: Named, proxy?: Named }} Feature
 */

/** What card-words.test.ts has counted: `{ commands: { Close: 3, ... }, events: { ... } }`. */
export const WORDS_FILE = join(root, 'test', '.out', 'card-words.json');

/** @type {readonly Feature[]} */
export const features = [
  {
    feature: 'registration',
    asterisk: ['product-recovery.test.ts', 'the WebSocket is cut: the phone registers again by itself, and rings'],
    proxy: ['peer-calls.test.ts', 'the WebSocket is cut: the phone registers again by itself, and rings'],
  },
  {
    feature: 'call in, sound both ways',
    asterisk: ['product-incoming.test.ts', 'the card shows who calls on which line; answered by click it sounds both'],
    proxy: ['peer-calls.test.ts', 'a customer calls: the card shows who and on which line'],
  },
  {
    feature: 'call out, sound both ways',
    asterisk: ['product-outgoing.test.ts', '600: Bitrix24’s CALL_ID from click to CRM'],
    proxy: ['peer-calls.test.ts', 'a click dials: the customer answers, sound goes both ways'],
  },
  {
    feature: 'far end hangs up',
    asterisk: ['product-outgoing.test.ts', '608: the far end hangs up, the card goes by itself'],
    proxy: ['peer-calls.test.ts', 'a customer calls: the card shows who and on which line'],
  },
  {
    feature: 'cancel while it rings',
    asterisk: ['product-outgoing.test.ts', '606: hung up while it rings'],
    proxy: ['peer-calls.test.ts', 'hung up while it rings: CANCEL, and 487'],
  },
  {
    feature: 'caller gives up',
    asterisk: ['product-incoming.test.ts', 'given up is missed, skipped is declined'],
    proxy: ['peer-calls.test.ts', 'the customer gives up while it rings: the card goes'],
  },
  {
    feature: 'refusals in words',
    asterisk: ['product-outgoing.test.ts', '604 is busy: said on the card in words'],
    proxy: ['peer-calls.test.ts', '604 is busy and 1099 nobody’s number'],
  },
  {
    feature: 'one contact after a reload',
    asterisk: ['product-recovery.test.ts', 'a page that is reloaded registers in the place of its old self'],
  },
  {
    feature: 'wrong password',
    proxy: ['peer-calls.test.ts', 'a wrong password is refused, said, and not tried again and again'],
  },
  { feature: 'early media', asterisk: ['call-phone.test.ts', 'out by click-to-call, early media'] },
  {
    feature: 'hold and resume',
    asterisk: ['product-outgoing.test.ts', 'hold: the customer hears music'],
    proxy: ['peer-calls.test.ts', 'hold: the customer’s phone gets it as sendonly'],
  },
  {
    // Asterisk answers such a hold itself: the phone hears music and no re-INVITE.
    feature: 'held by the far end',
    proxy: ['peer-calls.test.ts', 'the customer holds: their re-INVITE is answered with recvonly'],
  },
  { feature: 'mute', asterisk: ['product-outgoing.test.ts', 'mute: the microphone is silent while the call stands'] },
  {
    feature: 'DTMF',
    asterisk: ['product-outgoing.test.ts', '603: the keys of the card’s dialpad reach the PBX'],
    proxy: ['peer-calls.test.ts', 'keys of the dialpad reach the customer’s phone in the sound (RFC 4733)'],
  },
  {
    feature: 'blind transfer',
    asterisk: ['transfer.test.ts', 'blind, where the portal wants that: one click'],
    proxy: ['peer-calls.test.ts', 'to a colleague: they ring, answer and are heard'],
  },
  {
    feature: 'attended transfer',
    asterisk: ['transfer.test.ts', 'a colleague answers, is told about it, and gets the customer'],
    proxy: ['peer-calls.test.ts', 'the target’s phone takes the customer in our place'],
  },
  {
    feature: 'transfer that fails',
    asterisk: ['transfer.test.ts', 'a target who is busy: the card says so'],
    proxy: ['peer-calls.test.ts', 'to somebody who is not there: the customer is still ours'],
  },
  {
    feature: 'several agents ring',
    asterisk: ['product-incoming.test.ts', 'a queue: registered once, shown to both'],
    proxy: ['peer-calls.test.ts', 'a proxy forks: both ring with one Call-ID'],
  },
  {
    feature: 'socket lost in a call',
    asterisk: ['product-recovery.test.ts', 'the WebSocket is cut: sound goes on, and the customer’s hang-up still'],
  },
  {
    feature: 'call survives a reload',
    asterisk: ['product-reload.test.ts', 'incoming: reloaded, the card is back, both hear each other'],
    proxy: ['peer-reload.test.ts', 'they called: the page is reloaded, both hear each other again'],
  },
  {
    feature: 'second call',
    asterisk: ['second-call.test.ts', 'is answered and swapped by the hold button, and ended alone'],
  },
  { feature: 'conference', asterisk: ['second-call.test.ts', 'joins the first one on the PBX’s bridge'] },
  { feature: 'do not disturb', asterisk: ['second-call.test.ts', 'who does not want to be disturbed is not rung'] },
  { feature: 'auto-answer', asterisk: ['second-call.test.ts', 'answers by itself where the person wants that'] },
  { feature: 'no card, no way to answer', asterisk: ['no-card.test.ts', 'another card is open: asked for once more'] },
  { feature: 'routing to the responsible', asterisk: ['product-routing.test.ts', 'rings that person alone'] },
  { feature: 'session timers', asterisk: ['session-timers.test.ts', 'a call that we dial stands'] },
  { feature: 'TURN', asterisk: ['turn.test.ts', 'the first call finds the relay by TCP'] },
  { feature: 'ICE restart', asterisk: ['turn.test.ts', 'the card says so, ICE is restarted'] },
];

/** The parts of `npm test` whose reports the columns are read from. */
export const COLUMNS = { asterisk: 'pbx', proxy: 'peers' };

/**
 * How a named test ended, e.g. `passed`; `missing` where the report has no such test.
 *
 * @param {{ testResults: { name: string, assertionResults: { title: string, status: string }[] }[] } | null} report
 * @param {Named} named
 */
export function outcomeOf(report, [file, title]) {
  const found = (report?.testResults ?? [])
    .filter(({ name }) => name.endsWith(`/${file}`) || name.endsWith(`\\${file}`))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((test) => test.title.startsWith(title));
  if (found.length === 0) return 'missing';
  return found.find(({ status }) => status !== 'passed')?.status ?? 'passed';
}

/** Printed in a cell. Where a test did not run, its part is counted as failed or skipped already. */
const MARKS = { passed: 'yes', pending: 'skipped', skipped: 'skipped', missing: 'MISSING' };

/**
 * The table, and the cells for which no test has run although its part did.
 *
 * @param {Record<'asterisk' | 'proxy', object | null>} reports null = that part did not run
 * @param {readonly Feature[]} [list]
 * @returns {{ lines: string[], missing: string[] }}
 */
export function featureTable(reports, list = features) {
  const missing = [];
  const cell = (row, column) => {
    const named = row[column];
    if (named === undefined) return '-';
    if (reports[column] === null) return 'not run';
    const outcome = outcomeOf(reports[column], named);
    if (outcome === 'missing') missing.push(`${row.feature}, ${column}: no test "${named[1]}" in ${named[0]}`);
    return MARKS[outcome] ?? 'FAILED';
  };
  const lines = list.map((row) => line([row.feature, cell(row, 'asterisk'), cell(row, 'proxy')]));
  return { lines: [line(['in a call', 'Asterisk', 'Kamailio']), ...lines], missing };
}

const line = ([feature = '', ...cells]) =>
  `  ${feature.padEnd(28)}${cells.map((text) => text.padEnd(12)).join('')}`.trimEnd();

/**
 * What was said between our frame and the card, with how often.
 *
 * @param {{ commands: Record<string, number>, events: Record<string, number> } | null} words null = nobody has counted
 * @param {{ commands: readonly string[], events: readonly string[] }} vocabulary
 * @returns {{ lines: string[], missing: string[] }}
 */
export function wordTable(words, vocabulary) {
  const missing = [];
  const lines = ['commands', 'events'].flatMap((kind) => [
    `  card ${kind}`,
    ...vocabulary[kind].map((word) => {
      const times = words?.[kind][word] ?? 0;
      if (times === 0) missing.push(`card ${kind}: ${word} was not used`);
      return `    ${word.padEnd(28)}${times === 0 ? 'MISSING' : `${times} x`}`;
    }),
  ]);
  return { lines, missing };
}

/** The nine commands and seventeen events of the card (docs/card.md). */
export const VOCABULARY = {
  commands: [
    'GetListUiStates',
    'SetUiState',
    'StartTimer',
    'StopTimer',
    'SetCardTitle',
    'SetStatusText',
    'SetMute',
    'SetHold',
    'Close',
  ],
  events: [
    'initialized',
    'entityChanged',
    'addCommentButtonClick',
    'muteButtonClick',
    'holdButtonClick',
    'transferButtonClick',
    'cancelTransferButtonClick',
    'completeTransferButtonClick',
    'answerButtonClick',
    'skipButtonClick',
    'hangupButtonClick',
    'makeCallButtonClick',
    'closeButtonClick',
    'notifyAdminButtonClick',
    'dialpadButtonClick',
    'qualityMeterClick',
    'nextButtonClick',
  ],
};
