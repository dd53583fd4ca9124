import { type Answer, fail, ok } from './answers.ts';
import { type Params, parsePairs, phpArray, phpBool } from './forms.ts';

/** Commands one batch may hold (fact 6). */
export const BATCH_LIMIT = 50;

const REFERENCE = /\$result((?:\[[^\]]+\])+)/g;

const dig = (results: ReadonlyMap<string, unknown>, path: string): unknown => {
  const [first, ...rest] = path.slice(1, -1).split('][');
  let value: unknown = results.get(first ?? '');
  for (const key of rest) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
};

const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** Puts results of earlier commands where `$result[id][field]` stands. A lone reference keeps its type. */
const fill = (value: unknown, results: ReadonlyMap<string, unknown>): unknown => {
  if (Array.isArray(value)) return value.map((item) => fill(item, results));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, results)]));
  }
  if (typeof value !== 'string') return value;
  const alone = /^\$result((?:\[[^\]]+\])+)$/.exec(value)?.[1];
  if (alone !== undefined) return dig(results, alone);
  return value.replace(REFERENCE, (_, path: string) => asText(dig(results, path)));
};

export interface Command {
  readonly id: string;
  readonly method: string;
  readonly query: Params;
}

const commandsOf = (cmd: unknown): Command[] => {
  if (typeof cmd !== 'object' || cmd === null) return [];
  return Object.entries(cmd).map(([id, line]) => {
    const [method = '', ...rest] = String(line).split('?');
    return { id, method: method.trim(), query: parsePairs(new URLSearchParams(rest.join('?'))) };
  });
};

export type RunCommand = (method: string, query: Params) => Promise<{ answer: Answer; time: unknown }>;

/** Runs the commands in order. Empty parts of the result are `[]`, as PHP writes them. */
export const runBatch = async (params: Params, run: RunCommand): Promise<Answer> => {
  const commands = commandsOf(params.CMD);
  if (commands.length > BATCH_LIMIT) {
    return fail('ERROR_BATCH_LENGTH_EXCEEDED', `Max batch length exceeded: ${BATCH_LIMIT}`, 400);
  }
  const halt = phpBool(params.HALT, false);
  const results = new Map<string, unknown>();
  const errors: [string, unknown][] = [];
  const totals: [string, unknown][] = [];
  const nexts: [string, unknown][] = [];
  const times: [string, unknown][] = [];
  for (const { id, method, query } of commands) {
    const filled = fill(query, results) as Params;
    const { answer, time } =
      method.toLowerCase() === 'batch'
        ? { answer: fail('ERROR_BATCH_METHOD_NOT_ALLOWED', 'Method is not allowed for batch usage', 405), time: null }
        : await run(method, filled);
    if (answer.ok) {
      results.set(id, answer.result);
      times.push([id, time]);
      if (answer.total !== undefined) totals.push([id, answer.total]);
      if (answer.next !== undefined) nexts.push([id, answer.next]);
      continue;
    }
    errors.push([id, { error: answer.error, error_description: answer.description, ...answer.extra }]);
    if (halt) break;
  }
  return ok({
    result: phpArray([...results]),
    result_error: phpArray(errors),
    result_total: phpArray(totals),
    result_next: phpArray(nexts),
    result_time: phpArray(times),
  });
};
