import type { Portal } from './types.ts';
import type { World } from './world.ts';

const portalState = (world: World, portal: Portal): Record<string, unknown> => ({
  memberId: portal.memberId,
  domain: portal.domain,
  restHost: portal.restHost,
  hostile: portal.hostile,
  users: [...portal.users.values()],
  entities: portal.entities,
  installs: [...portal.installs.values()].map((install) => ({
    ...install,
    userOptions: Object.fromEntries(install.userOptions),
  })),
  placements: portal.placements,
  overtimeResetAt: portal.overtimeResetAt,
  events: portal.events,
  lines: portal.lines,
  defaultLine: portal.defaultLine,
  userDefaultLine: Object.fromEntries(portal.userDefaultLine),
  calls: [...portal.calls.values()],
  finished: portal.finished.map((call) => ({
    ...call,
    record: call.record === null ? null : { ...call.record, bytes: call.record.bytes?.length ?? null },
  })),
  notifications: portal.notifications,
  refreshes: world.refreshes.get(portal.memberId) ?? 0,
});

/** Everything a test may want to look at, as plain JSON. */
export const dump = (world: World, only: Portal | null): Record<string, unknown> => ({
  now: world.now(),
  overtimeLimit: world.overtimeLimit,
  portals: [...world.portals.values()]
    .filter((portal) => only === null || portal === only)
    .map((portal) => portalState(world, portal)),
  deliveries: world.queue.all().filter((item) => only === null || item.memberId === only.memberId),
  faults: world.faults.list(),
  hanging: world.faults.hanging,
  log: world.log.filter((entry) => only === null || entry.memberId === null || entry.memberId === only.memberId),
});
