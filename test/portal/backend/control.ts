import { json } from './answers.ts';
import type { FakeBitrix24, Who } from './fake.ts';
import type { FaultOptions } from './faults.ts';
import type { Portal } from './types.ts';

type Body = Readonly<Record<string, unknown>>;
type Action = (fake: FakeBitrix24, body: Body) => unknown;

const string = (body: Body, key: string): string | undefined => {
  const value = body[key];
  return typeof value === 'string' ? value : undefined;
};
const number = (body: Body, key: string): number | undefined => {
  const value = body[key];
  return typeof value === 'number' ? value : undefined;
};
const required = (body: Body, key: string): string => {
  const value = string(body, key);
  if (value === undefined) throw new Error(`'${key}' must be text`);
  return value;
};
const requiredNumber = (body: Body, key: string): number => {
  const value = number(body, key);
  if (value === undefined) throw new Error(`'${key}' must be a number`);
  return value;
};

const who = (body: Body): Who => {
  const [memberId, clientId, userId] = [string(body, 'memberId'), string(body, 'clientId'), number(body, 'userId')];
  return {
    ...(memberId === undefined ? {} : { memberId }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(userId === undefined ? {} : { userId }),
  };
};

const entity = (body: Body): { entityType?: string; entityId?: number } => {
  const [entityType, entityId] = [string(body, 'entityType'), number(body, 'entityId')];
  return { ...(entityType === undefined ? {} : { entityType }), ...(entityId === undefined ? {} : { entityId }) };
};

const setUser: Action = (fake, body) => {
  const user = fake.user(fake.portal(string(body, 'memberId')), requiredNumber(body, 'userId'));
  if (typeof body.admin === 'boolean') user.admin = body.admin;
  if (typeof body.active === 'boolean') user.active = body.active;
  user.timeman = string(body, 'timeman') ?? user.timeman;
  return user;
};

const setDefaultLine: Action = (fake, body) => {
  const clientId = body.clientId === null ? null : fake.app(string(body, 'clientId')).clientId;
  const line = clientId === null ? null : { clientId, number: string(body, 'number') ?? '' };
  fake.setDefaultLine(line, string(body, 'memberId'), number(body, 'userId'));
  return line;
};

const setPortal: Action = (fake, body) => {
  const portal = fake.portal(string(body, 'memberId'));
  if (typeof body.hostile === 'boolean') portal.hostile = body.hostile;
  if (typeof body.uploadUrl === 'string') portal.uploadUrl = body.uploadUrl;
  if (typeof body.paymentRequired === 'boolean') {
    fake.world.paymentRequired[body.paymentRequired ? 'add' : 'delete'](portal.memberId);
  }
  if (typeof body.lossyQueue === 'boolean') fake.world.queue.lossy = body.lossyQueue;
  const method = string(body, 'operatingMethod');
  if (method !== undefined) portal.operatingCost.set(method.toLowerCase(), requiredNumber(body, 'operatingSeconds'));
  return true;
};

/** What was attached to a call; its bytes as base64. */
const attached: Action = (fake, body) => {
  const callId = required(body, 'callId');
  const call = fake.portal(string(body, 'memberId')).finished.find((done) => done.callId === callId);
  if (!call?.record) return null;
  const { bytes, ...record } = call.record;
  return { ...record, base64: bytes && Buffer.from(bytes).toString('base64') };
};

/** Every action of `POST /__control/<name>`; docs/fake-portal.md lists their fields. */
const actions: Readonly<Record<string, Action>> = {
  state: (fake, body) => fake.state(string(body, 'memberId')),
  'install-fields': (fake, body) => fake.installFields(who(body)),
  'app-fields': (fake, body) => fake.appFields(who(body)),
  'worker-fields': (fake, body) => fake.workerFields(who(body), string(body, 'uri') ?? '/'),
  'install-finish': (fake, body) => fake.finishInstall(who(body)),
  'install-by-event': (fake, body) => fake.installByEvent(who(body)),
  'update-app': (fake, body) => fake.updateApp(requiredNumber(body, 'version'), who(body)),
  uninstall: (fake, body) => fake.uninstall(who(body), body.clean === true),
  tokens: (fake, body) => fake.issueTokens(who(body)),
  'expire-tokens': (fake, body) => fake.expireTokens(string(body, 'memberId')),
  'revoke-tokens': (fake, body) => {
    const portal = fake.portal(string(body, 'memberId'));
    fake.world.tokens.revoke(portal.memberId, fake.app(string(body, 'clientId')).clientId, number(body, 'userId'));
  },
  'long-load': (fake, body) => fake.longLoad(who(body), number(body, 'times') ?? 1),
  'default-line': setDefaultLine,
  record: attached,
  'click-to-call': (fake, body) =>
    fake.clickToCall(
      {
        userId: requiredNumber(body, 'userId'),
        number: required(body, 'number'),
        mobile: body.mobile === true,
        ...entity(body),
      },
      string(body, 'memberId'),
    ),
  'callback-form': (fake, body) =>
    fake.callbackForm(
      {
        clientId: fake.app(string(body, 'clientId')).clientId,
        number: required(body, 'number'),
        line: string(body, 'line') ?? '',
        text: string(body, 'text') ?? '',
        ...entity(body),
      },
      string(body, 'memberId'),
    ),
  'move-domain': (fake, body) => {
    const restHost = string(body, 'restHost');
    const to = { domain: required(body, 'domain'), ...(restHost === undefined ? {} : { restHost }) };
    fake.moveDomain(to, string(body, 'memberId'));
  },
  user: setUser,
  portal: setPortal,
  fault: (fake, body) => {
    required(body, 'method');
    fake.fault(body as unknown as FaultOptions);
  },
  'clear-faults': (fake) => fake.clearFaults(),
  'release-hangs': (fake) => fake.releaseHangs(),
  advance: (fake, body) => fake.advance(requiredNumber(body, 'seconds')),
  outbox: (fake) => fake.takeOutbox(),
  settled: (fake) => fake.settled(),
  'clear-log': (fake) => {
    fake.world.log.length = 0;
  },
};

const readBody = async (request: Request): Promise<Body> => {
  const url = new URL(request.url);
  const query = Object.fromEntries(url.searchParams);
  const body = request.method === 'POST' ? await request.text() : '';
  const parsed: unknown = body === '' ? {} : JSON.parse(body);
  return { ...query, ...(typeof parsed === 'object' && parsed !== null ? parsed : {}) };
};

/**
 * `/__control/<action>`: JSON in, `{ok: true, result}` out. On a portal's host, memberId defaults to that portal.
 * A wrong field is 400 with the reason; an unknown action is 404.
 */
export const control = async (fake: FakeBitrix24, portal: Portal | null, request: Request): Promise<Response> => {
  const name = new URL(request.url).pathname.slice('/__control/'.length).replace(/\/$/, '');
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) return json({ ok: false, message: `no action '${name}'` }, 404);
  try {
    const body = await readBody(request);
    const here = portal === null ? {} : { memberId: portal.memberId };
    const result = await action(fake, { ...here, ...body });
    return json({ ok: true, result: result ?? null });
  } catch (cause) {
    return json({ ok: false, message: cause instanceof Error ? cause.message : String(cause) }, 400);
  }
};
