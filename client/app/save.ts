import type { SettingsView } from '../../src/protocol/settings.ts';
import type { Bridge } from '../bitrix24/bridge.ts';
import type { FieldError } from './form.ts';

export type Saved =
  | { readonly ok: true; readonly view: SettingsView }
  | { readonly ok: false; readonly message: string; readonly fields: readonly FieldError[] };

/** What saving needs of its surroundings. */
export interface SaveDesk {
  readonly fetch: typeof fetch;
  /** null outside a Bitrix24 page. */
  readonly bridge: Pick<Bridge, 'call'> | null;
  readonly memberId: string;
  ticket: string;
}

const RENEW_MS = 15_000;

const signedOut = {
  ok: false,
  message: 'Your session has ended. Reload the page and sign in again; what you typed is not saved yet.',
  fields: [],
} as const;

const put = (desk: SaveDesk, body: unknown) =>
  desk.fetch('/api/settings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${desk.ticket}` },
    body: JSON.stringify(body),
  });

/**
 * Gets a new ticket: whoever fills in a table of agents takes longer than a ticket lives. The portal renews its own
 * token first, because the one this page was opened with may have run out as well.
 */
async function renew(desk: SaveDesk): Promise<boolean> {
  const answer = await desk.bridge?.call('refreshAuth', {}, RENEW_MS);
  const token = answer?.answered ? (answer.value as { AUTH_ID?: unknown } | null)?.AUTH_ID : null;
  if (typeof token !== 'string') return false;
  const response = await desk.fetch('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ AUTH_ID: token, member_id: desk.memberId }),
  });
  if (!response.ok) return false;
  desk.ticket = ((await response.json()) as { ticket: string }).ticket;
  return true;
}

/** Saves the settings; never rejects. A ticket that ran out is renewed once. */
export async function save(desk: SaveDesk, body: unknown): Promise<Saved> {
  try {
    let response = await put(desk, body);
    if (response.status === 401) {
      if (!(await renew(desk))) return signedOut;
      response = await put(desk, body);
    }
    if (response.ok) return { ok: true, view: (await response.json()) as SettingsView };
    const problem = (await response.json()) as { message?: string; fields?: readonly FieldError[] };
    return { ok: false, message: problem.message ?? 'The settings were not saved.', fields: problem.fields ?? [] };
  } catch {
    return { ok: false, message: 'The service does not answer. Nothing was saved: try again in a moment.', fields: [] };
  }
}
