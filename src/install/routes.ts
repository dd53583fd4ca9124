import { type Context, Hono } from 'hono';
import type { Fetch } from '../bitrix24/rest.ts';
import { type Config, readConfig } from '../config.ts';
import type { Env } from '../env.ts';
import { entries, styles } from '../generated/client.ts';
import { readForm } from '../http/body.ts';
import { type Failure, failure, failureResponse, failureStatus } from '../http/failure.ts';
import { ok, type Result } from '../http/result.ts';
import { log } from '../log.ts';
import { pageResponse, prefersHtml } from '../pages/shell.ts';
import { portalOf } from '../portal/stub.ts';
import { type InstallStep, installPage } from './page.ts';
import { type InstallClaim, proveInstall, readClaim } from './prove.ts';

type InstallContext = Context<{ Bindings: Env }>;

const callOut: Fetch = (input, init) => fetch(input, init);

interface Installed {
  readonly claim: InstallClaim;
  readonly steps: readonly InstallStep[];
}

async function install(c: InstallContext, config: Config): Promise<Result<Installed, Failure>> {
  const form = await readForm(c.req.raw);
  if (!form.ok) return form;
  const claim = readClaim(form.value);
  if (!claim.ok) return claim;
  const proof = await proveInstall(callOut, config, claim.value, new URL(c.req.url).origin, Date.now());
  if (!proof.ok) return proof;
  const portal = portalOf(c.env, proof.value.tokens.memberId);
  if (!portal) return { ok: false, error: failure('bad_request', 'member_id is malformed.') };
  const steps = await portal.install(proof.value);
  if (!steps.ok) return steps;
  return ok({ claim: claim.value, steps: steps.value });
}

function page(c: InstallContext, title: string, steps: readonly InstallStep[], problem: Failure | null): Response {
  const allowLocal = c.env.ALLOW_LOCAL_PORTALS === '1';
  const body = installPage({ title, ok: problem === null, steps, styles: styles.pages, script: entries.install });
  return pageResponse(body, { framing: 'portal', allowLocal, status: problem ? failureStatus(problem) : 200 });
}

function refuse(c: InstallContext, problem: Failure): Response {
  log('warn', 'install_refused', { reason: problem.reason });
  if (!prefersHtml(c.req.raw)) return failureResponse(problem);
  const step = { name: 'Installation', ok: false, message: problem.message };
  return page(c, c.env.APP_TITLE || 'Webphone', [step], problem);
}

/**
 * `POST /install`: the installer frame (a person waits for a page that finishes the installation) or ONAPPINSTALL from
 * Bitrix24's queue (which waits for a 2xx). Steps that failed are done again by the object, so the installation may be
 * finished all the same: an app that is not marked as installed gets no frame and no event (fact 5.1).
 */
export const installRoutes = new Hono<{ Bindings: Env }>();

installRoutes.post('/install', async (c) => {
  const config = readConfig(c.env);
  if (!config.ok) return refuse(c, config.error);
  const done = await install(c, config.value);
  if (!done.ok) return refuse(c, done.error);
  if (done.value.claim.by === 'queue') return c.json({ ok: true, steps: done.value.steps });
  return page(c, config.value.appTitle, done.value.steps, null);
});
