import { type Answer, fail, ok } from '../answers.ts';
import { text, whole } from '../forms.ts';
import { activeUser, nextId } from '../portal.ts';
import type { Call, Method } from './context.ts';

/** A notification in the person's bell; shown on each open page. A repeated TAG replaces the earlier one. */
const personalAdd = ({ world, portal, params, user }: Call): Answer => {
  const userId = whole(params, 'USER_ID') || whole(params, 'TO') || user.id;
  const message = text(params, 'MESSAGE');
  const tag = text(params, 'TAG');
  if (message === '') return fail('MESSAGE_EMPTY', "Message can't be empty");
  if (activeUser(portal, userId) === null) return fail('USER_ID_EMPTY', "User ID can't be empty");
  const before = portal.notifications.findIndex((entry) => tag !== '' && entry.tag === tag && entry.userId === userId);
  if (before !== -1) portal.notifications.splice(before, 1);
  const entry = { id: nextId(portal), userId, message, tag, at: world.now() };
  portal.notifications.push(entry);
  world.pull.send(portal.memberId, userId, { command: 'notify', params: { message, tag } });
  return ok(entry.id);
};

export const notifyMethods: Readonly<Record<string, Method>> = {
  'im.notify': { scope: 'im', run: personalAdd },
  'im.notify.personal.add': { scope: 'im', run: personalAdd },
  'im.notify.system.add': { scope: 'im', run: personalAdd },
};
