import { cpuOf } from './cpu.ts';
import { type Outcome, quantile, spread } from './figures.ts';
import { load } from './load.ts';
import { placementRequest } from './post.ts';
import { startConstant, startProduct, type Workerd } from './workerd.ts';

const WARM_UP = 6_000;
const PAIRS = 10;
/** In one slice: 10 ms, which is what Linux counts in, are then about one per cent. */
const REQUESTS = 8_000;
const CONNECTIONS = 8;

const ID = 'handler_cpu_ratio';
const WHAT = 'handler: CPU per request, against a bare Worker';

interface Slice {
  /** CPU of the server, µs a request. */
  readonly cpu: number;
  readonly times: readonly number[];
}

async function slice({ port, pid }: Workerd, requests: number): Promise<Slice> {
  const request = placementRequest(`127.0.0.1:${port}`);
  const before = cpuOf(pid);
  const times = await load({ port, request, requests, connections: CONNECTIONS });
  return { cpu: (cpuOf(pid) - before) / requests, times };
}

/** What the handler answers; the bare Worker is given exactly this. */
async function answerOf({ port }: Workerd): Promise<{ body: string; headers: Record<string, string> }> {
  const answer = await fetch(`http://127.0.0.1:${port}/placement`, { method: 'POST' });
  const { 'content-length': _length, ...headers } = Object.fromEntries(answer.headers);
  return { body: await answer.text(), headers };
}

async function compare(ours: Workerd, bare: Workerd): Promise<Outcome[]> {
  for (const server of [ours, bare]) await slice(server, WARM_UP);
  const all: { ours: Slice; bare: Slice }[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    // Who goes first changes, so that a busy neighbour meets both alike.
    const first = pair % 2 === 0 ? await slice(ours, REQUESTS) : null;
    const other = await slice(bare, REQUESTS);
    all.push({ ours: first ?? (await slice(ours, REQUESTS)), bare: other });
  }
  const cpu = (who: 'ours' | 'bare') => all.map((pair) => pair[who].cpu);
  const latency = (who: 'ours' | 'bare') => {
    const times = all.flatMap((pair) => pair[who].times);
    return `${quantile(times, 0.5).toFixed(2)}/${quantile(times, 0.95).toFixed(2)} ms`;
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mine, least] = [mean(cpu('ours')), mean(cpu('bare'))];
  return [
    {
      id: ID,
      what: WHAT,
      unit: 'x',
      measured: spread(all.map((pair) => pair.ours.cpu / pair.bare.cpu)),
      target: { atMost: 1.15, of: 'p50' },
      note: `${PAIRS} pairs of ${REQUESTS} requests; all together ${(mine / least).toFixed(2)} x: ${mine.toFixed(0)} µs against ${least.toFixed(0)} µs; answered in p50/p95 ${latency('ours')} against ${latency('bare')} at ${CONNECTIONS} connections`,
    },
  ];
}

/**
 * CPU time of a workerd that runs the bundle, against one that returns the same bytes and headers and does nothing else:
 * the same load, in turns.
 */
export async function measureHandler(): Promise<Outcome[]> {
  if (process.platform !== 'linux')
    return [{ id: ID, what: WHAT, reason: 'CPU time is read from /proc, which only Linux has', fault: false }];
  const ours = await startProduct();
  try {
    const { body, headers } = await answerOf(ours);
    const bare = await startConstant(body, headers);
    try {
      return await compare(ours, bare);
    } finally {
      await bare.close();
    }
  } finally {
    await ours.close();
  }
}
