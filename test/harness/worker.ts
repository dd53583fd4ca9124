import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Secrets } from './secrets.ts';

/** Values for wrangler.toml's `[vars]`; what is absent keeps the value from there. */
export interface WorkerVars {
  readonly B24_OAUTH_HOSTS: string;
  readonly ALLOW_LOCAL_PORTALS?: '1';
  readonly STRIKE_MS?: string;
  readonly STRIKE_ALARM?: string;
  readonly STRIKE_LIMIT?: string;
  readonly TURN_SECRET?: string;
}

export type ObjectClass = 'Portal' | 'PortalSettings' | 'Directory' | 'Recording';

export interface RunningWorker {
  /** Where workerd listens; `url` stays the same while it runs. */
  readonly url: URL;
  /** Stops one object and forgets its memory, as a deploy or a quiet hour does; its storage stays. */
  evict(object: ObjectClass, name: string, webSockets?: 'close' | 'hibernate'): Promise<void>;
  /** Rows of an object's SQLite tables. */
  sql(object: ObjectClass, name: string, query: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  /** From now on, no request reaches any object: every use of their bindings fails. Restarts the Worker. */
  cutObjects(): Promise<void>;
  restoreObjects(): Promise<void>;
  /** What the Worker wrote to its console, oldest first. */
  logs(): readonly { readonly level: string; readonly message: string }[];
  close(): Promise<void>;
}

const top = fileURLToPath(new URL('../../', import.meta.url));

const NO_OBJECTS = 'no-objects';

/** A copy of the bundle and its assets: a build in another terminal must not pull the files from under a running Worker. */
function snapshot(): string {
  const folder = mkdtempSync(join(tmpdir(), 'webphone-worker-'));
  for (const part of ['wrangler.toml', join('dist', 'client'), join('dist', 'worker')])
    cpSync(join(top, part), join(folder, part), { recursive: true });
  return folder;
}

/**
 * Starts the built Worker (see build.mjs) in workerd: the same bundle that `wrangler deploy` would upload, with
 * storage in a folder that dies with it. Outbound requests leave through this process, so loopback portals are reachable.
 *
 * @throws when the bundle is missing or workerd does not start
 */
export async function startWorker(vars: WorkerVars, secrets: Secrets): Promise<RunningWorker> {
  // wrangler reads these when it is loaded: no telemetry, no look-up of this machine's place, nothing on the console.
  process.env.WRANGLER_SEND_METRICS = 'false';
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
  process.env.WRANGLER_HIDE_BANNER = 'true';
  process.env.WRANGLER_LOG ??= 'error';
  const { createTestHarness } = await import('wrangler');
  const { clientId, ...hidden } = secrets;
  const root = snapshot();
  const options = (bindingOverrides: Record<string, string>) => ({
    root,
    workers: [
      {
        configPath: './wrangler.toml',
        prebuiltWorkerDir: './dist/worker',
        vars: { ...vars, B24_CLIENT_ID: clientId },
        secrets: hidden,
        bindingOverrides,
      },
      // The number of Workers cannot change later, so the one that stands in for dead objects is always there.
      {
        config: {
          name: NO_OBJECTS,
          main: join(top, 'test', 'harness', 'no-objects.mjs'),
          compatibility_date: '2026-10-20',
        },
      },
    ],
  });
  const harness = createTestHarness(options({}));
  const { url } = await harness.listen().catch((error: unknown) => {
    rmSync(root, { recursive: true, force: true });
    throw error;
  });
  const handle = harness.getWorker();
  return {
    url,
    evict: (object, name, webSockets = 'hibernate') => handle.evictDurableObject(object, { name, webSockets }),
    async sql(object, name, query, ...values) {
      const storage = await handle.getDurableObjectStorage(object, { name });
      return (await storage.exec(query, ...(values as []))) as Record<string, unknown>[];
    },
    cutObjects: () =>
      harness.update(
        options({ PORTAL: NO_OBJECTS, SETTINGS: NO_OBJECTS, DIRECTORY: NO_OBJECTS, RECORDING: NO_OBJECTS }),
      ),
    restoreObjects: () => harness.update(options({})),
    logs: () => harness.getLogs(),
    async close() {
      await harness.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
