import { Hono } from 'hono';
import { appRoutes } from './app/routes.ts';
import { clientRoutes } from './client/routes.ts';
import type { Env } from './env.ts';
import { eventRoutes } from './events/routes.ts';
import { homeRoutes } from './home/routes.ts';
import { failure, failureResponse } from './http/failure.ts';
import { wrongMethod } from './http/method.ts';
import { installRoutes } from './install/routes.ts';
import { bugName, log } from './log.ts';
import { isForHandler, placementAnswer } from './placement/answer.ts';
import { placementRoutes } from './placement/routes.ts';
import { presenceRoutes } from './presence/routes.ts';
import { recordingRoutes } from './recording/routes.ts';
import { pbxRoutes } from './route/routes.ts';
import { sessionRoutes } from './session/routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { statisticsRoutes } from './statistics/routes.ts';
import { statusRoutes } from './status/routes.ts';

export { Directory } from './directory/directory.ts';
export { Portal } from './portal/portal.ts';
export { Recording } from './recording/recording.ts';
export { PortalSettings } from './settings/settings.ts';

/** The Worker: routes only. docs/http.md lists them with who calls and what proves it. */
const app = new Hono<{ Bindings: Env }>();

app.route('/', placementRoutes);
app.route('/', sessionRoutes);
app.route('/', eventRoutes);
app.route('/', installRoutes);
app.route('/', appRoutes);
app.route('/', settingsRoutes);
app.route('/', recordingRoutes);
app.route('/', pbxRoutes);
app.route('/', presenceRoutes);
app.route('/', statisticsRoutes);
app.route('/', statusRoutes);
app.route('/', clientRoutes);
app.route('/', homeRoutes);
app.get('/healthz', (c) => c.json({ ok: true }, 200, { 'cache-control': 'no-store' }));

for (const path of ['/placement', '/placement/error']) app.all(path, wrongMethod('GET, POST'));
for (const path of ['/install', '/events', '/api/session', '/api/vitals']) app.all(path, wrongMethod('POST'));
for (const path of ['/healthz', '/api/socket']) app.all(path, wrongMethod('GET'));

app.all('/api/recordings/:leg/:index', wrongMethod('POST'));

app.notFound(() => failureResponse(failure('not_found', 'There is nothing at this address.')));
app.onError((error, c) => {
  log('error', 'bug', { path: c.req.path, code: bugName(error) });
  return Response.json(
    { error: 'internal', message: 'Something went wrong here. It was logged; try again in a moment.' },
    { status: 500 },
  );
});

export default {
  // Bitrix24 times the handler, so it does not even pass the router: that alone would be a fifth of its cost.
  fetch: (request: Request, env: Partial<Env>, context?: ExecutionContext): Response | Promise<Response> =>
    isForHandler(request) ? placementAnswer(env) : app.fetch(request, env, context),
};
