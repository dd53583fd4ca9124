import { bootHash, bootScript, entries } from '../generated/client.ts';

/**
 * The invisible frame's page. A constant: the same bytes for everybody, so that no request, lookup or database stands
 * between Bitrix24's load timer and its end (docs/rules.md, rule 1). Nothing in it delays `load`: no subresource, one inline
 * script, and the phone is imported after `load`. What HTML lets a page leave out is left out: each byte is in every page view.
 */
export const PLACEMENT_PAGE = `<!doctype html><meta charset="utf-8"><title>Webphone</title><script data-frame="${entries.frame}">${bootScript}</script>`;

/**
 * Content-Security-Policy of the frame. `connect-src` is open to wss and https because each portal has its own PBX;
 * `frame-ancestors` because each portal has its own domain, and DOMAIN is a claim.
 *
 * @param allowLocal development: portals and PBX on loopback without TLS
 */
export const placementPolicy = (allowLocal: boolean): string =>
  [
    "default-src 'none'",
    `script-src '${bootHash}' 'self'`,
    `connect-src 'self' wss: https:${allowLocal ? ' ws: http:' : ''}`,
    "media-src 'self' blob: data:",
    'img-src data:',
    "worker-src 'self' blob:",
    "frame-src 'self'",
    `frame-ancestors https: 'self'${allowLocal ? ' http:' : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
