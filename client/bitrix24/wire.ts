/**
 * The words between a frame and the portal page that holds it, as Bitrix24's AppLayout speaks them (fact 2.1).
 * Pure: text in, values out.
 */

/** Who holds this frame, as the frame's own name says it. */
export interface PortalAddress {
  /** Origin of the portal's page, without a default port. */
  readonly origin: string;
  /** APP_SID: names this rendering of the frame; the last part of every message. */
  readonly sid: string;
}

/**
 * Reads `window.name`, which Bitrix24 sets to `<host>|<1 or 0 for https>|<APP_SID>`.
 * @returns null when this document is not in a Bitrix24 page
 * @example parseFrameName('acme.bitrix24.de|1|5e5a') // { origin: 'https://acme.bitrix24.de', sid: '5e5a' }
 */
export function parseFrameName(name: string): PortalAddress | null {
  const [host, secure, sid] = name.split('|');
  if (!host || !sid) return null;
  try {
    // The port of the other scheme's default (acme:443 over http) is no part of the origin for Bitrix24 either.
    const { origin } = new URL(`http${secure === '1' ? 's' : ''}://${host.replace(/:(80|443)$/, '')}`);
    return { origin, sid };
  } catch {
    return null;
  }
}

/** One message to the portal: `method:JSON or nothing:callback id:APP_SID`. */
export function encodeCall(method: string, params: unknown, id: string, sid: string): string {
  return `${method}:${params === undefined ? '' : JSON.stringify(params)}:${id}:${sid}`;
}

/**
 * One message from the portal: `callback id:JSON or nothing`, split at the first colon, as the JSON has colons of its own.
 * @returns null for anything else: other scripts post to the same window
 */
export function decodeReply(data: unknown): { readonly id: string; readonly value: unknown } | null {
  if (typeof data !== 'string') return null;
  const colon = data.indexOf(':');
  if (colon < 1) return null;
  const json = data.slice(colon + 1);
  try {
    return { id: data.slice(0, colon), value: json === '' ? undefined : JSON.parse(json) };
  } catch {
    return null;
  }
}
