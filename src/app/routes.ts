import { type Context, Hono } from 'hono';
import { type Config, readConfig } from '../config.ts';
import { sign } from '../crypto/sign.ts';
import type { Env } from '../env.ts';
import { entries, styles } from '../generated/client.ts';
import { readForm } from '../http/body.ts';
import { callerNetwork } from '../http/caller.ts';
import { type Failure, failure, failureResponse, failureStatus } from '../http/failure.ts';
import { ok, type Result } from '../http/result.ts';
import type { HtmlEscapedString } from '../pages/html.ts';
import { messagePage, pageResponse, prefersHtml } from '../pages/shell.ts';
import type { Session } from '../protocol/frame.ts';
import { openSession } from '../session/open.ts';
import { settingsFor } from '../settings/store.ts';
import { appPage } from './page.ts';

type AppContext = Context<{ Bindings: Env }>;

/** Opens the session that Bitrix24's form stands for. Nothing of the form is believed before that. */
async function admit(
  c: AppContext,
  config: Config,
  open: typeof openSession,
): Promise<Result<{ session: Session; memberId: string }, Failure>> {
  const form = await readForm(c.req.raw);
  if (!form.ok) return form;
  const memberId = form.value.get('member_id') ?? '';
  const identity = {
    AUTH_ID: form.value.get('AUTH_ID') ?? '',
    member_id: memberId,
    // An administrator lends it to a portal whose own tokens can no longer bind.
    REFRESH_ID: form.value.get('REFRESH_ID') ?? '',
  };
  const session = await open(c.env, config, identity, Date.now(), callerNetwork(c.req.raw));
  return session.ok ? ok({ session: session.value, memberId }) : session;
}

async function build(c: AppContext, config: Config, session: Session, memberId: string): Promise<HtmlEscapedString> {
  const [status, settings] = await Promise.all([
    c.env.PORTAL.getByName(memberId).status(),
    session.user.admin ? settingsFor(c.env, memberId).view() : null,
  ]);
  const query = new URLSearchParams({ portal: memberId });
  return appPage({
    title: config.appTitle,
    pbx: settings && {
      url: `${new URL(c.req.url).origin}/api/route?${query}`,
      key: await sign(config.signKeys, 'pbx', memberId),
    },
    styles: styles.pages,
    script: entries.app,
    session,
    status,
    now: new Date().toISOString(),
    data: {
      room: session.sip && session.room,
      colleagues: { ticket: session.ticket, userId: session.user.id },
      records: session.calling?.recording === 'browser',
      admin: settings && { ticket: session.ticket, memberId, settings, mintsTurn: config.turnSecret !== null },
    },
  });
}

function refuse(c: AppContext, problem: Failure, allowLocal: boolean, headers: Record<string, string> = {}): Response {
  if (!prefersHtml(c.req.raw)) return failureResponse(problem, headers);
  const page = messagePage(c.env.APP_TITLE || 'Webphone', problem.message, styles.pages);
  return pageResponse(page, { framing: 'portal', allowLocal, status: failureStatus(problem), headers });
}

async function postApp(c: AppContext, open: typeof openSession): Promise<Response> {
  const config = readConfig(c.env);
  if (!config.ok) return refuse(c, config.error, false);
  const { allowLocal } = config.value;
  const admitted = await admit(c, config.value, open);
  if (!admitted.ok) return refuse(c, admitted.error, allowLocal);
  const page = await build(c, config.value, admitted.value.session, admitted.value.memberId);
  return pageResponse(page, { framing: 'portal', allowLocal });
}

/** The route with its way to open a session handed in. */
export const appRoutesWith = (open: typeof openSession) =>
  new Hono<{ Bindings: Env }>()
    .post('/app', (c) => postApp(c, open))
    .all('/app', (c) =>
      refuse(c, failure('method_not_allowed', 'Open this app from the menu of your Bitrix24 portal.'), false, {
        allow: 'POST',
      }),
    );

/** `POST /app`: the app's page, which Bitrix24 opens in a frame with a form POST. */
export const appRoutes = appRoutesWith(openSession);
