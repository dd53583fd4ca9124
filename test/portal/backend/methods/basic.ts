import { type Answer, ok } from '../answers.ts';
import { text } from '../forms.ts';
import type { User } from '../types.ts';
import { type Call, isAdmin, type Method } from './context.ts';

const profile = (call: Call): Answer =>
  ok({
    ID: String(call.user.id),
    ADMIN: isAdmin(call),
    NAME: call.user.name,
    LAST_NAME: call.user.lastName,
    PERSONAL_GENDER: '',
    TIME_ZONE: '',
    TIME_ZONE_OFFSET: 0,
  });

const appInfo = ({ app, install, portal }: Call): Answer =>
  ok({
    ID: install.id,
    CODE: app.code,
    VERSION: install.version,
    STATUS: app.status ?? 'L',
    INSTALLED: install.installed,
    PAYMENT_EXPIRED: 'N',
    DAYS: null,
    LANGUAGE_ID: portal.lang,
    LICENSE: `${portal.lang}_ent250`,
    LICENSE_TYPE: 'ent250',
    LICENSE_FAMILY: 'ent',
  });

const userFields = (user: User): Record<string, unknown> => ({
  ID: String(user.id),
  ACTIVE: user.active,
  NAME: user.name,
  LAST_NAME: user.lastName,
  EMAIL: user.email,
  IS_ONLINE: 'Y',
  PERSONAL_MOBILE: user.phone,
  WORK_PHONE: '',
  WORK_POSITION: user.position,
  UF_PHONE_INNER: user.inner === '' ? null : user.inner,
  UF_DEPARTMENT: [1],
  USER_TYPE: 'employee',
});

const PAGE = 50;

/** The page of 50 that `start` asks for, with `next` where there are more. */
const userGet = ({ portal, params }: Call): Answer => {
  const filter = typeof params.FILTER === 'object' && params.FILTER !== null ? params.FILTER : {};
  const wanted = { ...params, ...(filter as Record<string, unknown>) };
  const ids = [wanted.ID].flat().flatMap((id) => (id === undefined ? [] : [String(id)]));
  const active = wanted.ACTIVE;
  const inner = text(wanted, 'UF_PHONE_INNER');
  const found = [...portal.users.values()].filter(
    (user) =>
      (ids.length === 0 || ids.includes(String(user.id))) &&
      (active === undefined || user.active === (active === true || active === '1' || active === 'Y')) &&
      (inner === '' || user.inner === inner),
  );
  const start = Number(text(params, 'START')) || 0;
  const page = found.slice(start, start + PAGE).map(userFields);
  const next = start + PAGE < found.length ? { next: start + PAGE } : {};
  return { ok: true, result: page, total: found.length, ...next };
};

export const basicMethods: Readonly<Record<string, Method>> = {
  profile: { scope: null, run: profile },
  'app.info': { scope: null, run: appInfo },
  'user.admin': { scope: null, run: (call) => ok(isAdmin(call)) },
  'user.current': { scope: 'user', run: ({ user }) => ok(userFields(user)) },
  'user.get': { scope: 'user', run: userGet },
  'server.time': { scope: null, run: ({ world }) => ok(new Date(world.now()).toISOString()) },
  scope: { scope: null, run: ({ app }) => ok(app.scope ?? []) },
};
