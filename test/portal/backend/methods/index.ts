import { basicMethods } from './basic.ts';
import { callMethods } from './calls.ts';
import type { Method } from './context.ts';
import { crmMethods } from './crm.ts';
import { eventMethods } from './events.ts';
import { lineMethods } from './lines.ts';
import { notifyMethods } from './notify.ts';
import { placementMethods } from './placements.ts';
import { recordMethods } from './records.ts';

/** Every REST method of the fake except `batch`, by its name in lower case. */
export const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...basicMethods,
    ...callMethods,
    ...crmMethods,
    ...eventMethods,
    ...lineMethods,
    ...notifyMethods,
    ...placementMethods,
    ...recordMethods,
  }),
);
