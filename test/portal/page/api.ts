import type { FakeBitrix24, FramePost } from '../backend/index.ts';
import type { Portal, User } from '../backend/types.ts';
import type { PageFrame } from './config.ts';
import { callRows, callsHtml } from './content.ts';

type Body = Readonly<Record<string, unknown>>;

interface Visit {
  readonly fake: FakeBitrix24;
  readonly portal: Portal;
  readonly user: User;
  readonly body: Body;
  readonly url: URL;
}

type Handler = (visit: Visit) => unknown;

const text = (body: Body, key: string): string => (typeof body[key] === 'string' ? body[key] : '');
const number = (body: Body, key: string): number => (typeof body[key] === 'number' ? body[key] : 0);

export const pageFrame = (post: FramePost): PageFrame => ({
  action: post.action,
  frameName: post.frameName,
  sid: post.sid,
  fields: post.fields,
  clientId: post.clientId,
  placement: post.placement,
  placementId: post.placementId,
  placementOptions: JSON.parse(post.fields.PLACEMENT_OPTIONS ?? 'null'),
  userOptions: post.userOptions,
  appOptions: post.appOptions,
  install: post.install,
  admin: post.admin,
});

/** The lazyload request of one worker row. null = refused: the page's script then finds no iframe (fact 1.1). */
const lazyload: Handler = ({ fake, portal, user, body }) => {
  const placementId = number(body, 'placementId');
  const posts = fake.workerFields({ memberId: portal.memberId, userId: user.id }, text(body, 'uri'));
  const post = posts.find((entry) => entry.placementId === placementId);
  return post === undefined ? null : pageFrame(post);
};

const optionTarget = ({ fake, portal, body }: Visit) => portal.installs.get(fake.app(text(body, 'clientId')).clientId);

const userOption: Handler = (visit) => {
  const install = optionTarget(visit);
  if (install === undefined) return false;
  const before = install.userOptions.get(visit.user.id) ?? {};
  install.userOptions.set(visit.user.id, { ...before, [text(visit.body, 'name')]: visit.body.value });
  return true;
};

const appOption: Handler = (visit) => {
  const install = optionTarget(visit);
  if (install === undefined || !visit.user.admin) return false;
  install.appOptions[text(visit.body, 'name')] = visit.body.value;
  return true;
};

const refreshAuth: Handler = ({ fake, portal, user, body }) => {
  const clientId = text(body, 'clientId');
  if (!portal.installs.has(clientId) || !user.active) return null;
  const pair = fake.issueTokens({ memberId: portal.memberId, clientId, userId: user.id });
  return { AUTH_ID: pair.accessToken, AUTH_EXPIRES: 3600, REFRESH_ID: pair.refreshToken };
};

const installFinish: Handler = ({ fake, portal, user, body }) => {
  if (!user.admin) return false;
  if (text(body, 'value') === 'N') return true;
  fake.finishInstall({ memberId: portal.memberId, clientId: text(body, 'clientId'), userId: user.id });
  return true;
};

const call: Handler = ({ fake, portal, user, body }) => {
  const entityType = text(body, 'entityType');
  const wanted = { userId: user.id, number: text(body, 'number') };
  const entity = entityType === '' ? {} : { entityType, entityId: number(body, 'entityId') };
  return fake.clickToCall({ ...wanted, ...entity }, portal.memberId)?.callId ?? null;
};

const comment: Handler = ({ portal, body }) => {
  const live = portal.calls.get(text(body, 'callId'));
  if (live !== undefined) live.comment = text(body, 'text');
  return live !== undefined;
};

/** CRM part of the card (voximplant.callview.getCrmCard): who this is, and what happened before. */
const crmCard: Handler = ({ portal, body }) => {
  const entity = portal.entities.find(
    (entry) => entry.type === text(body, 'entityType') && entry.id === number(body, 'entityId'),
  );
  const responsible = entity === undefined ? undefined : portal.users.get(entity.responsibleId);
  return {
    name: entity?.name ?? '',
    company: entity?.company ?? '',
    responsible: responsible === undefined ? '' : `${responsible.name} ${responsible.lastName}`.trim(),
    calls: entity === undefined ? 0 : callRows(portal, entity).filter((row) => !row.live).length,
  };
};

const handlers: Readonly<Record<string, Handler>> = {
  lazyload,
  'long-load': ({ fake, portal, body }) => fake.setLongLoad(portal.memberId, number(body, 'placementId')),
  'refresh-auth': refreshAuth,
  'user-option': userOption,
  'app-option': appOption,
  'install-finish': installFinish,
  call,
  comment,
  'crm-card': crmCard,
  calls: ({ portal, url }) => callsHtml(callRows(portal, entityAt(portal, url.searchParams.get('of')))),
};

/** The client that a page is about, from its path `/<type>/<id>/`. */
export const entityAt = (portal: Portal, path: string | null) => {
  const [, type, id] = /^\/(contact|company|lead)\/(\d+)\/$/.exec(path ?? '') ?? [];
  if (type === undefined) return null;
  return portal.entities.find((entry) => entry.type === type.toUpperCase() && entry.id === Number(id)) ?? null;
};

/** `/__portal/<name>`: what the pages' own scripts ask of their portal, as the person the page was made for. */
export const pageApi = async (
  fake: FakeBitrix24,
  portal: Portal,
  user: User,
  request: Request,
): Promise<{ readonly result: unknown } | null> => {
  const url = new URL(request.url);
  const name = url.pathname.slice('/__portal/'.length);
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler === undefined) return null;
  const raw = request.method === 'POST' ? await request.text() : '';
  const parsed: unknown = raw === '' ? {} : JSON.parse(raw);
  const body = typeof parsed === 'object' && parsed !== null ? (parsed as Body) : {};
  return { result: (await handler({ fake, portal, user, body, url })) ?? null };
};
