import { fail, json } from './answers.ts';
import { LostAnswer } from './faults.ts';
import { parsePairs, text } from './forms.ts';
import { clientEndpoint, serverEndpoint } from './portal.ts';
import { ACCESS_MS } from './tokens.ts';
import type { LogEntry, World } from './world.ts';

export const defaultScope = ['telephony', 'placement', 'user', 'im', 'crm', 'pull'] as const;

const refuse = (entry: LogEntry, error: string, description: string, status: number): Response => {
  entry.status = status;
  entry.error = error;
  return json({ error, error_description: description }, status);
};

const answer = (world: World, entry: LogEntry, clientId: string, refreshToken: string): Response => {
  const looked = world.tokens.refresh(refreshToken, world.now());
  if (looked.state !== 'live') return refuse(entry, 'invalid_grant', 'Invalid refresh token', 400);
  const { grant } = looked;
  const portal = world.portals.get(grant.memberId);
  const app = world.apps.get(clientId);
  if (grant.clientId !== clientId || portal === undefined || app === undefined) {
    return refuse(entry, 'invalid_grant', 'Invalid refresh token', 400);
  }
  if (world.paymentRequired.has(grant.memberId)) {
    return refuse(entry, 'PAYMENT_REQUIRED', 'Payment required', 400);
  }
  world.tokens.spend(refreshToken);
  const pair = world.tokens.issue(grant, world.now());
  world.refreshes.set(grant.memberId, (world.refreshes.get(grant.memberId) ?? 0) + 1);
  entry.status = 200;
  entry.userId = grant.userId;
  return json({
    access_token: pair.accessToken,
    expires: Math.floor(pair.expiresAt / 1000),
    expires_in: ACCESS_MS / 1000,
    scope: (app.scope ?? defaultScope).join(','),
    // The OAuth server's own host, not the portal's (fact 5.3).
    domain: world.options.oauthHost.split(':')[0],
    server_endpoint: serverEndpoint(world),
    status: app.status ?? 'L',
    client_endpoint: clientEndpoint(world, portal),
    member_id: portal.memberId,
    user_id: grant.userId,
    refresh_token: pair.refreshToken,
  });
};

/**
 * `GET|POST /oauth/token/`: only grant_type=refresh_token. The member_id of the answer comes from the token alone,
 * so that no portal can speak for another one (fact 5.3).
 */
export const oauthToken = async (world: World, request: Request): Promise<Response> => {
  const url = new URL(request.url);
  const body = request.method === 'POST' ? await request.text() : '';
  const params = { ...parsePairs(url.searchParams), ...parsePairs(new URLSearchParams(body)) };
  const clientId = text(params, 'client_id');
  const entry = world.note({
    at: world.now(),
    side: 'oauth',
    memberId: null,
    verb: request.method,
    url: url.pathname,
    method: 'oauth',
    params,
    batched: false,
    userId: null,
    clientId,
    status: 0,
    error: null,
  });
  const fault = world.faults.meet('oauth', null);
  if (fault?.kind === 'hang') {
    await world.faults.hang();
    return new Response('<h1>504 Gateway Time-out</h1>', { status: 504, headers: { 'content-type': 'text/html' } });
  }
  if (fault?.kind === 'error') return refuse(entry, fault.error, fault.description, fault.status);
  const response = checkAndAnswer(world, entry, params, clientId);
  if (fault?.kind === 'lost') throw new LostAnswer();
  if (fault?.kind === 'garbled') {
    return new Response('<h1>502 Bad Gateway</h1>', { status: fault.status, headers: { 'content-type': 'text/html' } });
  }
  return response;
};

const checkAndAnswer = (world: World, entry: LogEntry, params: Record<string, unknown>, clientId: string): Response => {
  const app = world.apps.get(clientId);
  const missing = fail('invalid_request', 'Invalid request', 400);
  if (text(params, 'grant_type') !== 'refresh_token' || clientId === '' || text(params, 'refresh_token') === '') {
    return refuse(entry, missing.error, missing.description, missing.status);
  }
  if (app === undefined || app.clientSecret !== text(params, 'client_secret')) {
    return refuse(entry, 'invalid_client', 'Invalid client', 401);
  }
  return answer(world, entry, clientId, text(params, 'refresh_token'));
};
