import { md5, randomId } from './tokens.ts';
import type { Entity, EntityType, FakeOptions, Install, Portal, PortalOptions, User, UserOptions } from './types.ts';
import type { World } from './world.ts';

const userOf = (options: UserOptions): User => ({
  id: options.id,
  name: options.name,
  lastName: options.lastName ?? '',
  admin: options.admin ?? false,
  inner: options.inner ?? '',
  phone: options.phone ?? '',
  email: options.email ?? `${options.name.toLowerCase()}@example.com`,
  position: options.position ?? '',
  active: options.active ?? true,
  desktop: options.desktop ?? false,
  timeman: 'OPENED',
});

export const nextId = (portal: Portal): number => {
  portal.lastId += 1;
  return portal.lastId;
};

export const createPortal = (options: PortalOptions, fake: FakeOptions, now: number): Portal => {
  const portal: Portal = {
    memberId: options.memberId,
    domain: options.domain,
    restHost: options.restHost ?? options.domain,
    formerHosts: new Map(),
    title: options.title ?? 'Example Ltd',
    lang: options.lang ?? 'en',
    hostile: options.hostile ?? false,
    uploadUrl: null,
    users: new Map(options.users.map((user) => [user.id, userOf(user)])),
    deals: options.deals ?? [],
    entities: (options.contacts ?? []).map((entity) => ({
      type: entity.type ?? 'CONTACT',
      id: entity.id,
      name: entity.name,
      phones: entity.phones,
      responsibleId: entity.responsibleId,
      company: entity.company ?? '',
    })),
    installs: new Map(),
    placements: [],
    overtimeResetAt: 0,
    events: [],
    lines: [],
    defaultLine: null,
    userDefaultLine: new Map(),
    calls: new Map(),
    finished: [],
    notifications: [],
    uploads: new Map(),
    operating: new Map(),
    operatingCost: new Map(),
    bucket: { level: 0, at: now },
    lastId: 100,
  };
  for (const clientId of options.installed ?? []) {
    const app = fake.apps.find((entry) => entry.clientId === clientId);
    if (app !== undefined) addInstall(portal, clientId, app.version ?? 1).installed = true;
  }
  return portal;
};

/** The app's record in the portal; created on first sight, not yet marked installed. */
export const addInstall = (portal: Portal, clientId: string, version: number): Install => {
  const known = portal.installs.get(clientId);
  if (known !== undefined) return known;
  const install: Install = {
    id: nextId(portal),
    clientId,
    installed: false,
    version,
    applicationToken: md5(`${portal.memberId}:${clientId}:${randomId()}`),
    userOptions: new Map(),
    appOptions: {},
  };
  portal.installs.set(clientId, install);
  return install;
};

export const origin = (world: World, host: string): string => `${world.scheme}://${host}`;
export const clientEndpoint = (world: World, portal: Portal): string => `${origin(world, portal.restHost)}/rest/`;
export const serverEndpoint = (world: World): string => `${origin(world, world.options.oauthHost)}/rest/`;

/** Digits only: how numbers are compared. */
export const digits = (number: string): string => number.replace(/\D/g, '');

const sameNumber = (a: string, b: string): boolean => {
  const [x, y] = [digits(a), digits(b)];
  return x !== '' && (x === y || (x.length >= 9 && y.length >= 9 && x.slice(-9) === y.slice(-9)));
};

export const findByNumber = (portal: Portal, number: string): Entity[] =>
  portal.entities.filter((entity) => entity.phones.some((phone) => sameNumber(phone, number)));

export const findEntity = (portal: Portal, type: string, id: number): Entity | null =>
  portal.entities.find((entity) => entity.type === type && entity.id === id) ?? null;

export const createLead = (portal: Portal, number: string, responsibleId: number): Entity => {
  const lead: Entity = {
    type: 'LEAD' satisfies EntityType,
    id: nextId(portal),
    name: `${number} - Incoming call`,
    phones: [number],
    responsibleId,
    company: '',
  };
  portal.entities.push(lead);
  return lead;
};

export const activeUser = (portal: Portal, id: number): User | null => {
  const user = portal.users.get(id);
  return user?.active === true ? user : null;
};

export const userByInner = (portal: Portal, inner: string): User | null =>
  [...portal.users.values()].find((user) => user.inner !== '' && user.inner === inner) ?? null;

export const fullName = (user: User): string => `${user.name} ${user.lastName}`.trim();
