// Adds up what the parts of `npm test` found. Pure; run.mjs starts the parts and prints.

/**
 * What one part came to. `notes` are lines for the person: names of failed and of skipped tests, or why a part did not run.
 *
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, notes: string[] }} Outcome
 */

/** A line of a report is read in a terminal, and a log may keep nothing but the end of it. */
const REASON_LENGTH = 300;

/** What a failed test said first, and where in the tests it stood then. */
function reasonOf(messages = []) {
  const [first = '', ...stack] = (messages[0] ?? '').split('\n');
  const place = stack.map((line) => /test\/[\w/.-]+\.test\.ts:\d+/.exec(line)?.[0]).find(Boolean);
  return [first.slice(0, REASON_LENGTH), place].filter(Boolean).join(', at ');
}

/**
 * Counts a vitest JSON report.
 *
 * A file that could not be loaded has no tests to fail, and an error outside of any test fails none: both count as one
 * failure, or a broken suite would look like a small one.
 *
 * @param {string} name of the part
 * @param {{ testResults: { name: string, status: string, message?: string, assertionResults: { fullName: string, status: string, failureMessages?: string[] }[] }[] } | null} report null = vitest wrote none
 * @param {number} exitCode of vitest
 * @returns {Outcome}
 */
export function countReport(name, report, exitCode) {
  if (report === null)
    return { name, passed: 0, failed: 1, skipped: 0, notes: [`FAILED ${name}: vitest wrote no report`] };
  const outcome = { name, passed: 0, failed: 0, skipped: 0, notes: [] };
  for (const file of report.testResults) {
    const path = `${name}: ${file.name.split(/[\\/]/).at(-1)}`;
    for (const { fullName, status, failureMessages } of file.assertionResults) {
      if (status === 'passed') outcome.passed += 1;
      else if (status === 'failed') {
        outcome.failed += 1;
        const reason = reasonOf(failureMessages);
        outcome.notes.push(`FAILED ${path}: ${fullName}${reason && `\n    ${reason}`}`);
      } else {
        outcome.skipped += 1;
        outcome.notes.push(`skipped ${path}: ${fullName}`);
      }
    }
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      outcome.failed += 1;
      outcome.notes.push(`FAILED ${path} (${(file.message ?? '').split('\n')[0]})`);
    }
  }
  if (exitCode !== 0 && outcome.failed === 0) {
    outcome.failed = 1;
    outcome.notes.push(`FAILED ${name}: vitest ended with ${exitCode} although no test failed`);
  }
  return outcome;
}

/**
 * A part that could not run here. How many tests it has is not known, so it counts as one.
 *
 * @param {string} name
 * @param {string} reason one sentence
 * @returns {Outcome}
 */
export const skippedPart = (name, reason) => ({
  name,
  passed: 0,
  failed: 0,
  skipped: 1,
  notes: [`skipped ${name}: ${reason}`],
});

/**
 * The verdict over all parts.
 *
 * @param {readonly Outcome[]} outcomes
 * @param {boolean} strict a skip is a failure (CI: a machine there is made for all parts)
 * @returns {{ exitCode: 0 | 1, line: string }} line is `N passed, N failed, N skipped`
 */
export function verdict(outcomes, strict) {
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const bad = failed > 0 || passed === 0 || (strict && skipped > 0);
  return { exitCode: bad ? 1 : 0, line: `${passed} passed, ${failed} failed, ${skipped} skipped` };
}
