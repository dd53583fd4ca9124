import type { StatusDocument } from '../../src/protocol/status.ts';

/** How often the page asks (ms). */
export const REFRESH_MS = 2000;

const OLD = 'What you see is the last known state.';

export type Refresh =
  | { readonly ok: true; readonly status: StatusDocument }
  /** One sentence for the banner: the figures below are old, and why. */
  | { readonly ok: false; readonly message: string };

/** Asks once for the newest document; never rejects. */
export async function refresh(fetchJson: typeof fetch): Promise<Refresh> {
  try {
    const response = await fetchJson('/status.json', { cache: 'no-store', signal: AbortSignal.timeout(10_000) });
    if (response.status === 401 || response.status === 403)
      return { ok: false, message: `You are signed out: reload this page. ${OLD}` };
    if (!response.ok) return { ok: false, message: `The service answers with an error (${response.status}). ${OLD}` };
    return { ok: true, status: (await response.json()) as StatusDocument };
  } catch {
    return { ok: false, message: `The service does not answer. ${OLD}` };
  }
}
