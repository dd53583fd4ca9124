import process from 'node:process';
import { buildWorker } from '../harness/build.mjs';
import { customers, LINE, staff } from '../harness/cast.ts';
import { startWorld, type World } from '../harness/world.ts';
import type { Demo } from '../portal/page/config.ts';
import { DEMO_INTRO, demoActions, describe, LOADS_TO_CLOSE, SLOW_MS } from './actions.ts';
import { explainStartFailure } from './failures.ts';
import { statusNews } from './news.ts';
import { projectNode } from './node.mjs';

/** Preferred ports of the demo; a busy one is replaced by the next free one. */
const PORTS = { app: 8787, portal: 8788, oauth: 8789, pbx: 8790 };

const STATUS_MS = 1_000;

const say = (line: string) => console.log(`  ${line}`);

type Run = Demo['run'];

function callMe(world: World, userId: number): string {
  const person = staff.find(({ id }) => id === userId);
  const customer = customers[0];
  const number = customer?.phones[0];
  if (world.pbx === null || !person?.inner || number === undefined)
    return `${person?.name ?? 'This person'} has no SIP account. Switch to Anna or Ben at the top of the page.`;
  if (!world.pbx.registrations().includes(person.inner))
    return `The phone ${person.inner} is not registered: is the microphone allowed, and is the handler slow or the placement gone?`;
  const call = world.pbx.callAgent(person.inner, {
    from: number,
    name: customer?.name ?? number,
    line: LINE.number,
    says: 'greeting',
  });
  call.then(
    ({ result }) =>
      world.say(result === 'answered' ? 'The customer hears you.' : `The customer was not answered: ${result}.`),
    (error: unknown) => world.say(`The PBX could not call: ${error}`),
  );
  return `${customer?.name} calls ${person.inner} from ${number}.`;
}

function callEcho(world: World, memberId: string, userId: number): string {
  const call = world.fake.clickToCall({ userId, number: '600' }, memberId);
  return call === null
    ? 'No installed app has the line for outgoing calls.'
    : `Bitrix24 registered the call to 600 (${call.callId}) and opens the card.`;
}

function runAction(world: World): Run {
  return async (id, { memberId, userId }) => {
    switch (id) {
      case 'call-me':
        return callMe(world, userId);
      case 'call-echo':
        return callEcho(world, memberId, userId);
      case 'slow':
        world.proxy.setPlacementDelay(SLOW_MS);
        return `The handler takes ${SLOW_MS / 1000} s from now on. Reload this page ${LOADS_TO_CLOSE} times, and wait each time.`;
      case 'fast':
        world.proxy.setPlacementDelay(0);
        return 'The handler is fast again. Reload this page.';
      default:
        throw new Error(`There is no action "${id}".`);
    }
  };
}

async function startDemo(): Promise<World> {
  // The page's buttons exist before what they act on: they are part of the portal, which the Worker needs in order to start.
  let world: World | null = null;
  const actions: Demo['actions'][number][] = [];
  const demo: Demo = {
    title: 'Try the webphone',
    intro: DEMO_INTRO,
    actions,
    run: async (id, context) => (world === null ? 'Still starting.' : runAction(world)(id, context)),
  };
  world = await startWorld({
    ports: PORTS,
    demo,
    // The limit is what a placement survives; the one after it closes the door.
    overtimeLimit: LOADS_TO_CLOSE - 1,
    onPbxEvent(event) {
      const line = describe(event);
      if (line === null) return;
      say(line);
      world?.say(line);
    },
    progress: (line) => say(`${line} ...`),
  });
  actions.push(...demoActions(`${world.appUrl}/status`, world.secrets.STATUS_TOKEN));
  return world;
}

/** Looks at /status now and then and tells the terminal and the page what is new. */
async function reportStatus(world: World): Promise<() => void> {
  let [before] = (await world.admin.status()).portals;
  const timer = setInterval(async () => {
    // A look that fails is one look less: the Worker may be busy, or stopping.
    const [after] = (await world.admin.status().catch(() => ({ portals: [] }))).portals;
    if (before && after)
      for (const line of statusNews(before, after)) {
        say(line);
        world.say(line);
      }
    before = after ?? before;
  }, STATUS_MS);
  return () => clearInterval(timer);
}

async function main(): Promise<void> {
  const node = projectNode();
  say('building client and Worker ...');
  const built = node.ok ? await buildWorker(node.path) : { code: 1, output: node.message };
  if (built.code !== 0) throw new Error(`The build failed:\n${built.output.trim()}`);
  const world = await startDemo();
  const stopReporting = await reportStatus(world);
  let closing = false;
  const stop = () => {
    // The second Ctrl-C is from a person who does not want to wait.
    if (closing) process.exit(130);
    closing = true;
    console.log('\n  stopping ...');
    stopReporting();
    world.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  // wrangler's own handlers end the process at once, before portal and PBX are closed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
  console.log(`
  Ready. Open this page in Chrome, Edge or Firefox:

      ${world.portals[0].url}/

  Its buttons do the rest. /status asks for a password: any user name, ${world.secrets.STATUS_TOKEN}
  Ctrl-C stops everything; nothing is kept.
`);
}

main().catch((error: unknown) => {
  console.error(`\n${explainStartFailure(error)}`);
  process.exit(1);
});
