import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { type Form, readForm } from '../http/body.ts';
import { failure, failureResponse } from '../http/failure.ts';
import { signedPortal } from '../placement/routes.ts';
import { portalOf } from '../portal/stub.ts';

/** `POST /events`: Bitrix24's queue, which neither repeats nor waits. */
export const eventRoutes = new Hono<{ Bindings: Env }>();

/** The event's `data[...]` fields, one level deep. */
function dataOf(form: Form): Record<string, string> {
  const data: Record<string, string> = {};
  for (const [key, value] of form) {
    const name = /^data\[([A-Z_0-9]+)\]$/i.exec(key)?.[1];
    if (name) data[name.toUpperCase()] = value;
  }
  return data;
}

eventRoutes.post('/events', async (c) => {
  const memberId = await signedPortal(c.env, c.req.url, 'events');
  if (!memberId.ok) return failureResponse(memberId.error);
  const portal = portalOf(c.env, memberId.value);
  const form = await readForm(c.req.raw);
  if (!form.ok) return failureResponse(form.error);
  const event = (form.value.get('event') ?? '').toUpperCase();
  const claimed = form.value.get('auth[member_id]');
  if (!event) return failureResponse(failure('bad_request', 'The field event is missing.'));
  if (!portal || (claimed !== undefined && claimed !== memberId.value))
    return failureResponse(failure('forbidden', 'The event is for another portal.'));
  const taken = await portal.event({
    event,
    applicationToken: form.value.get('auth[application_token]') ?? '',
    accessToken: form.value.get('auth[access_token]') ?? null,
    data: dataOf(form.value),
  });
  return taken.ok ? c.json({ ok: true }) : failureResponse(taken.error);
});
