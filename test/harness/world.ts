import { createHash } from 'node:crypto';
import { type DemoPbx, type PbxEvent, startDemoPbx } from '../pbx/demo/demo-pbx.ts';
import type { AppOptions, FakeBitrix24, UserOptions } from '../portal/backend/index.ts';
import type { Demo } from '../portal/page/config.ts';
import { type ServerOptions, type StartedFake, startFakeBitrix24 } from '../portal/server.ts';
import { customers, LINE, type PbxAddress, type PhoneAccount, phoneAccounts, settingsFor, staff } from './cast.ts';
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts';
import { loopbackFetch } from './loopback.ts';
import { type PortalAdmin, portalAdmin } from './portal-admin.ts';
import { freePorts } from './ports.ts';
import { freshSecrets, type Secrets } from './secrets.ts';
import { type RunningWorker, startWorker, type WorkerVars } from './worker.ts';

/** Preferred ports; a busy one is replaced by the next free one. 0 = any. */
export interface WorldPorts {
  readonly app: number;
  readonly portal: number;
  readonly oauth: number;
  readonly pbx: number;
}

export interface WorldOptions {
  /** First labels of the portals' hosts. Default: one, `portal-a`. */
  readonly portals?: readonly string[];
  /**
   * The embedded PBX, a PBX that runs already, or none: the portals' settings then stay as an installation leaves them.
   * Default: the embedded one.
   */
  readonly pbx?: 'demo' | PbxAddress | null;
  /** The portals' people. Default: the staff of cast.ts. */
  readonly users?: readonly UserOptions[];
  /** Whether the portals have the app. Default true. */
  readonly installed?: boolean;
  /** Long loads that a placement survives in a day. Bitrix24's number, and the default: 10. */
  readonly overtimeLimit?: number;
  readonly vars?: Partial<WorkerVars>;
  readonly ports?: WorldPorts;
  /** Buttons on the portals' home page. */
  readonly demo?: Demo;
  /** Further options of the fake Bitrix24. */
  readonly fake?: Partial<Omit<ServerOptions, 'portals' | 'apps' | 'demo' | 'oauthPort' | 'overtimeLimit'>>;
  readonly onPbxEvent?: (event: PbxEvent) => void;
  /** Told what is being done, in words for a person. */
  readonly progress?: (line: string) => void;
}

export interface WorldPortal {
  readonly memberId: string;
  /** e.g. `http://portal-a.localhost:8788` */
  readonly url: string;
}

/** Everything around the browser: the Worker behind its proxy, portals, a PBX. All on loopback. */
export interface World {
  readonly worker: RunningWorker;
  readonly proxy: DelayProxy;
  readonly fake: FakeBitrix24;
  readonly admin: PortalAdmin;
  /** null unless the world has the embedded PBX. */
  readonly pbx: DemoPbx | null;
  readonly secrets: Secrets;
  /** The employees' accounts at the PBX. */
  readonly accounts: readonly PhoneAccount[];
  /** Public origin of the Worker, e.g. `http://app.localhost:8787`. */
  readonly appUrl: string;
  readonly portals: readonly [WorldPortal, ...WorldPortal[]];
  /** Writes one line into the log of every open portal page. */
  say(text: string): void;
  close(): Promise<void>;
}

const ANY: WorldPorts = { app: 0, portal: 0, oauth: 0, pbx: 0 };

/** Bitrix24's member_id is an MD5 in hex. */
const memberIdOf = (name: string) => createHash('md5').update(name).digest('hex');

/**
 * Starts a whole world. What started is closed again when a later part fails.
 *
 * @example
 * const world = await startWorld({ overtimeLimit: 2 });
 * const { page } = await browser.person();
 * await page.goto(world.portals[0].url);
 * await world.close();
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of closers.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await build(options, (stop) => closers.push(stop))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(options: WorldOptions, onClose: (stop: () => Promise<unknown>) => void) {
  const { progress = () => {}, pbx: wantedPbx = 'demo', installed = true } = options;
  const secrets = freshSecrets();
  const ports = await choosePorts(options);

  progress('starting the portal (a stand-in for Bitrix24)');
  let workerUrl: URL | null = null;
  const proxy = await startDelayProxy({ port: ports.app, target: () => workerUrl ?? new URL('http://127.0.0.1:9') });
  onClose(() => proxy.close());
  const appUrl = `http://app.localhost:${proxy.port}`;
  const started = await startPortals(options, appUrl, secrets, ports);
  onClose(() => started.close());

  progress('starting the Worker (workerd)');
  const worker = await startWorker(
    { B24_OAUTH_HOSTS: started.oauthHost, ALLOW_LOCAL_PORTALS: '1', ...options.vars },
    secrets,
  );
  onClose(() => worker.close());
  workerUrl = worker.url;

  const accounts = phoneAccounts();
  let pbx: DemoPbx | null = null;
  if (wantedPbx === 'demo') {
    progress('starting the PBX');
    const { onPbxEvent: onEvent } = options;
    const running = await startDemoPbx({
      port: ports.pbx,
      accounts,
      ...(onEvent === undefined ? {} : { onEvent }),
    });
    onClose(() => running.close());
    pbx = running;
  }
  const address = wantedPbx === 'demo' ? pbx && { url: pbx.url, domain: pbx.domain, accounts } : wantedPbx;

  const admin = portalAdmin(started.fake, appUrl, secrets.STATUS_TOKEN);
  const portals = started.portals.map(({ memberId, url }) => ({ memberId, url }));
  if (installed) await preparePortals({ admin, fake: started.fake, portals, address, secrets, progress });
  const [first, ...others] = portals;
  if (first === undefined) throw new Error('A world needs a portal.');
  const fakeSide = { fake: started.fake, say: started.say };
  return {
    ...fakeSide,
    accounts: address?.accounts ?? [],
    worker,
    proxy,
    admin,
    pbx,
    secrets,
    appUrl,
    portals: [first, ...others] as const,
  };
}

interface ChosenPorts {
  readonly app: number;
  readonly portals: readonly number[];
  readonly oauth: number;
  readonly pbx: number;
}

async function choosePorts({ ports = ANY, portals = ['portal-a'] }: WorldOptions): Promise<ChosenPorts> {
  const wanted = [ports.app, ports.oauth, ports.pbx, ...portals.map(() => ports.portal)];
  const [app = 0, oauth = 0, pbx = 0, ...rest] = await freePorts(wanted);
  return { app, oauth, pbx, portals: rest };
}

async function startPortals(
  { portals = ['portal-a'], users = staff, overtimeLimit, demo, fake }: WorldOptions,
  appUrl: string,
  secrets: Secrets,
  ports: ChosenPorts,
): Promise<StartedFake> {
  const app: AppOptions = {
    clientId: secrets.clientId,
    clientSecret: secrets.B24_CLIENT_SECRET,
    code: secrets.clientId,
    title: 'Webphone',
    installUrl: `${appUrl}/install`,
    appUrl: `${appUrl}/app`,
  };
  const served = [];
  for (const [index, name] of portals.entries()) {
    const port = ports.portals[index] ?? 0;
    served.push({ name, memberId: memberIdOf(name), port, title: 'Nordlicht', users, contacts: customers });
  }
  return startFakeBitrix24({
    deliver: loopbackFetch,
    ...fake,
    portals: served,
    apps: [app],
    oauthPort: ports.oauth,
    ...(overtimeLimit === undefined ? {} : { overtimeLimit }),
    ...(demo === undefined ? {} : { demo }),
  });
}

interface Preparation {
  readonly admin: PortalAdmin;
  readonly fake: FakeBitrix24;
  readonly portals: readonly WorldPortal[];
  readonly address: PbxAddress | null;
  readonly secrets: Secrets;
  readonly progress: (line: string) => void;
}

async function preparePortals({ admin, fake, portals, address, secrets, progress }: Preparation): Promise<void> {
  for (const { memberId } of portals) {
    progress('installing the app in the portal');
    await admin.install(memberId);
    if (address === null) continue;
    progress('saving the PBX settings');
    await admin.saveSettings(memberId, settingsFor(address));
    // A portal's administrator picks the line for outgoing calls; without one, a click on a number calls nobody.
    fake.setDefaultLine({ clientId: secrets.clientId, number: LINE.number }, memberId);
  }
}
