import type { PhoneHost } from '../../../client/frame/contract.ts';
import { type FrameEnv, runFrame } from '../../../client/frame/frame.ts';
import { USER_OPTION } from '../../../client/frame/identity.ts';
import type { VaultPort } from '../../../client/frame/vault.ts';
import type { VaultMessage } from '../../../client/vault/contract.ts';
import { createVault } from '../../../client/vault/vault.ts';
import type { Session } from '../../../src/protocol/frame.ts';
import { aSession, channelHub, fakePortal, handClock, LINE, lockTable } from './support.ts';

export const NOW = 1_900_000_000_000;
export const ROOM = aSession().room;
export const LOCK = `b24phone:${ROOM}`;
export const stored = (change = {}) => ({
  [USER_OPTION]: JSON.stringify({ uid: 7, phone: true, room: ROOM, at: NOW - 1000, lines: [LINE], ...change }),
});
export const outgoing = { CALL_ID: 'c1', CALL_DIRECTION: 'outgoing', LINE_NUMBER: LINE, PHONE_NUMBER: '+4940' };

/** A browser's vaults, which outlive its pages. */
function vaultTable(now: () => number) {
  const vaults = new Map<string, ReturnType<typeof createVault>>();
  const opened: string[] = [];
  const open: FrameEnv['openVault'] = (name) => {
    opened.push(name);
    const vault = vaults.get(name) ?? createVault(now);
    vaults.set(name, vault);
    const port: VaultPort = {
      onmessage: null,
      postMessage: (message) =>
        vault(structuredClone(message) as VaultMessage, (data) =>
          queueMicrotask(() => port.onmessage?.({ data } as MessageEvent)),
        ),
    };
    return port;
  };
  return { open, opened };
}

/** One browser: its frames share locks and channels; each frame is a page of the same person. */
export function browser(options: { locks?: boolean; vaults?: boolean } = {}) {
  const clock = handClock();
  const vaults = vaultTable(() => NOW + clock.now());
  const hub = channelHub();
  const locks = lockTable();
  let frames = 0;
  const open = (
    init: Record<string, unknown>,
    answer: Session | number,
    loadMs = 120,
    commands: Record<string, unknown> = {},
  ) => {
    const requests: { url: string; body: unknown }[] = [];
    const beacons: { url: string; body: Blob }[] = [];
    const shown: Record<string, string> = {};
    const hosts: PhoneHost[] = [];
    const hide: (() => void)[] = [];
    const ends: (() => void)[] = [];
    const stops: { freeze(): void; resume(): void }[] = [];
    const phone = { talks: false, over: false, log: [] as string[] };
    const portal = fakePortal({
      getInitData: { AUTH_ID: 'token', AUTH_EXPIRES: 3600, MEMBER_ID: 'm1', ...init },
      CallCardSetUiState: [],
      CallCardSetStatusText: [],
      ...commands,
    });
    const env: FrameEnv = {
      bridge: portal.bridge,
      frame: `frame-${++frames}`,
      locks: options.locks === false ? undefined : locks,
      fetch: async (url, request) => {
        requests.push({ url: String(url), body: JSON.parse(String(request?.body)) });
        return typeof answer === 'number' ? new Response('{}', { status: answer }) : Response.json(answer);
      },
      openChannel: (name) => {
        const channel = hub.open(name);
        ends.push(channel.close);
        return channel;
      },
      importPhone: async () => ({
        startPhone: async (host) => {
          hosts.push(host);
          return {
            pause: () => !phone.talks && phone.log.push('pause') > 0,
            isOver: () => phone.over,
            resume: ({ ticket }) => void phone.log.push(`resume ${ticket}`),
          };
        },
      }),
      openVault: (...vault) => {
        if (options.vaults === false) throw new DOMException('blocked', 'SecurityError');
        return vaults.open(...vault);
      },
      onFreeze: (freeze, resume) => void stops.push({ freeze, resume }),
      beacon: (url, body) => beacons.push({ url, body }),
      onPageHide: (callback) => void hide.push(callback),
      show: (key, word) => {
        shown[key] = word;
      },
      setTimeout: clock.setTimeout,
      now: () => NOW + clock.now(),
      random: () => 0.5,
    };
    void runFrame(env, loadMs);
    const close = () => {
      for (const callback of [...hide, ...ends]) callback();
    };
    const freeze = () => stops[0]?.freeze();
    const resume = () => stops[0]?.resume();
    return { ...portal, requests, beacons, shown, hosts, phone, close, freeze, resume };
  };
  return { open, clock, hub, locks, vaults };
}
