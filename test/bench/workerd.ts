import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../harness/ports.ts';
import { until } from '../harness/until.ts';

const top = fileURLToPath(new URL('../../', import.meta.url));

/** A workerd with one Worker and nothing around it: no wrangler, no miniflare, no proxy. */
export interface Workerd {
  readonly port: number;
  readonly pid: number;
  close(): Promise<void>;
}

/** Name -> class of an object. */
type Objects = Readonly<Record<string, string>>;

interface WorkerSource {
  /** The module's text, or a path to it. */
  readonly module: { readonly text: string } | { readonly path: string };
  readonly objects?: Objects;
  readonly texts?: Readonly<Record<string, string>>;
}

const compatibilityDate = (): string =>
  /^compatibility_date = "(.+)"$/m.exec(readFileSync(join(top, 'wrangler.toml'), 'utf8'))?.[1] ?? '2026-10-20';

const list = (items: readonly string[]): string => `[${items.join(', ')}]`;

/** workerd.capnp in words of its own: a socket, a Worker, its bindings. */
function configFor(port: number, { objects = {}, texts = {} }: WorkerSource): string {
  const classes = Object.values(objects);
  const bindings = [
    ...Object.entries(objects).map(([name, of]) => `(name = "${name}", durableObjectNamespace = "${of}")`),
    ...Object.entries(texts).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "${compatibilityDate()}",
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(classes.map((name) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`))},
  durableObjectStorage = (inMemory = void)
);
`;
}

async function startWorkerd(source: WorkerSource): Promise<Workerd> {
  const folder = mkdtempSync(join(tmpdir(), 'webphone-bench-'));
  const [port = 0] = await freePorts([0]);
  if ('path' in source.module) copyFileSync(source.module.path, join(folder, 'worker.js'));
  else writeFileSync(join(folder, 'worker.js'), source.module.text);
  writeFileSync(join(folder, 'config.capnp'), configFor(port, source));
  // The package's main module is the path of the program for this platform.
  const { default: program } = createRequire(import.meta.url)('workerd') as { default: string };
  const child = spawn(program, ['serve', join(folder, 'config.capnp')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const close = async () => {
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('workerd listening', () => {
      if (child.exitCode !== null) throw new Error(`workerd ended: ${said}`);
      return listens(port);
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { port, pid: child.pid ?? 0, close };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** The Worker as `wrangler deploy` would upload it; build it first. `ALLOW_LOCAL_PORTALS` lets an http page frame it. */
export const startProduct = (): Promise<Workerd> =>
  startWorkerd({
    module: { path: join(top, 'dist', 'worker', 'index.js') },
    objects: { PORTAL: 'Portal', SETTINGS: 'PortalSettings', DIRECTORY: 'Directory' },
    texts: { ALLOW_LOCAL_PORTALS: '1' },
  });

/** The least that a Worker can do: the same constant answer to every request, without a router or a library. */
export function startConstant(body: string, headers: Readonly<Record<string, string>>): Promise<Workerd> {
  const text = `const body = ${JSON.stringify(body)};
const headers = ${JSON.stringify(headers)};
export default { fetch: () => new Response(body, { headers }) };
`;
  return startWorkerd({ module: { text } });
}
