import type { PageConfig, PageFrame } from '../config.ts';
import { ask } from './api.ts';
import type { BackgroundWorker } from './background-worker.ts';
import type { FakePortalHooks } from './hooks.ts';
import { type FrameMessage, formatReply, judge, parseFrameMessage } from './protocol.ts';

/** Denied to every placement but the app's own page (fact 1.2). */
const DENIED = ['setTitle'];

interface Auth {
  readonly AUTH_ID: string;
  readonly AUTH_EXPIRES: number;
  readonly REFRESH_ID: string;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** PHP writes an empty options array as a list. */
const phpOptions = (options: Record<string, unknown>): unknown => (Object.keys(options).length === 0 ? [] : options);

/** The portal page's end of the bridge to one app frame (fact 2.1). */
export class AppLayout {
  readonly #frame: PageFrame;
  readonly #element: HTMLIFrameElement;
  readonly #config: PageConfig;
  readonly #worker: BackgroundWorker | null;
  readonly #hooks: FakePortalHooks;
  readonly #origin: string;
  readonly #bindings: { readonly event: string; readonly callback: string }[] = [];
  readonly #userOptions: Record<string, unknown>;
  readonly #appOptions: Record<string, unknown>;
  #auth: Auth;

  constructor(
    frame: PageFrame,
    element: HTMLIFrameElement,
    config: PageConfig,
    worker: BackgroundWorker | null,
    hooks: FakePortalHooks,
  ) {
    this.#frame = frame;
    this.#element = element;
    this.#config = config;
    this.#worker = worker;
    this.#hooks = hooks;
    // Taken from the registered address: a handler that redirects to another host loses the bridge.
    this.#origin = new URL(frame.action).origin;
    this.#userOptions = { ...frame.userOptions };
    this.#appOptions = { ...frame.appOptions };
    this.#auth = {
      AUTH_ID: frame.fields.AUTH_ID ?? '',
      AUTH_EXPIRES: Number(frame.fields.AUTH_EXPIRES),
      REFRESH_ID: frame.fields.REFRESH_ID ?? '',
    };
    worker?.attach(this);
    window.addEventListener('message', (event) => this.#receive(event));
  }

  /** Delivers an event to each of its bindings; bound twice is delivered twice. */
  fire(event: string, payload: unknown): void {
    for (const binding of this.#bindings) {
      if (binding.event === event) this.#post(binding.callback, payload);
    }
  }

  #receive(event: MessageEvent): void {
    const message = parseFrameMessage(event.data);
    if (message === null) return;
    const denied = this.#frame.placement === 'DEFAULT' ? [] : DENIED;
    const verdict = judge({ origin: event.origin, message }, { origin: this.#origin, sid: this.#frame.sid, denied });
    const done = verdict === 'accepted' && this.#perform(message);
    // Another frame's traffic is that frame's to log.
    if (verdict !== 'foreign sid') {
      this.#log(
        'from frame',
        message.method,
        message.params,
        verdict !== 'accepted' ? verdict : done ? '' : 'no such method',
      );
    }
  }

  #perform({ method, params, callback }: FrameMessage): boolean {
    const reply = (value: unknown): void => {
      if (callback !== '') this.#post(callback, value);
    };
    const given = record(params);
    if (this.#system(method, given, callback, reply)) return true;
    return this.#worker?.run(method, params, reply) ?? false;
  }

  #system(method: string, params: Record<string, unknown>, callback: string, reply: (value: unknown) => void): boolean {
    switch (method) {
      case 'getInitData':
        reply(this.#initData());
        return true;
      case 'getInterface':
        reply({ command: this.#worker?.commands ?? [], event: this.#worker?.events ?? [] });
        return true;
      case 'placementBindEvent':
        return this.#bind(String(params.event), callback);
      case 'refreshAuth':
        void this.#refreshAuth(reply);
        return true;
      case 'setInstallFinish':
        void this.#installFinish(params.value);
        return true;
      case 'setUserOption':
        void this.#setOption('user-option', this.#userOptions, params, reply);
        return true;
      case 'setAppOption':
        if (this.#frame.admin) void this.#setOption('app-option', this.#appOptions, params, reply);
        return this.#frame.admin;
      default:
        return this.#window(method, params, reply);
    }
  }

  #window(method: string, params: Record<string, unknown>, reply: (value: unknown) => void): boolean {
    switch (method) {
      case 'resizeWindow':
        if (Number(params.height) > 0) this.#element.style.height = `${Number(params.height)}px`;
        reply({ width: this.#element.offsetWidth, height: this.#element.offsetHeight });
        return true;
      case 'setTitle':
        document.title = String(params.title);
        reply(document.title);
        return true;
      case 'setScroll':
        window.scrollTo(0, Number(params.scroll) || 0);
        reply(Number(params.scroll) || 0);
        return true;
      case 'reloadWindow':
        location.reload();
        return true;
      case 'setInstall':
        reply(params.install ?? null);
        return true;
      default:
        return false;
    }
  }

  /** Honoured only if the event is listed at this moment; otherwise dropped without a word (fact 2.2). */
  #bind(event: string, callback: string): boolean {
    if (!(this.#worker?.events ?? []).includes(event)) return false;
    this.#bindings.push({ event, callback });
    return true;
  }

  #initData(): Record<string, unknown> {
    const { lang, domain, scheme, memberId } = this.#config;
    return {
      LANG: lang,
      DOMAIN: domain,
      PROTOCOL: scheme === 'https' ? 1 : 0,
      PATH: '/rest',
      ...this.#auth,
      MEMBER_ID: memberId,
      FIRST_RUN: false,
      IS_ADMIN: this.#frame.admin,
      INSTALL: this.#frame.install,
      USER_OPTIONS: phpOptions(this.#userOptions),
      APP_OPTIONS: phpOptions(this.#appOptions),
      PLACEMENT: this.#frame.placement,
      PLACEMENT_OPTIONS: this.#frame.placementOptions ?? [],
    };
  }

  async #refreshAuth(reply: (value: unknown) => void): Promise<void> {
    const auth = await ask<Auth | null>('refresh-auth', { clientId: this.#frame.clientId }).catch(() => null);
    if (auth === null) {
      window.alert('Unable to get new token! Reload page, please!');
      return;
    }
    this.#auth = auth;
    reply(auth);
  }

  async #installFinish(value: unknown): Promise<void> {
    if (!this.#frame.install) return;
    await ask('install-finish', { clientId: this.#frame.clientId, value: value === false ? 'N' : 'Y' });
    const url = new URL(location.href);
    url.searchParams.set('install_finished', value === false ? 'N' : 'Y');
    location.assign(url);
  }

  async #setOption(
    where: string,
    options: Record<string, unknown>,
    params: Record<string, unknown>,
    reply: (value: unknown) => void,
  ): Promise<void> {
    const name = String(params.name);
    const value = typeof params.value === 'object' ? params.value : String(params.value);
    options[name] = value;
    await ask(where, { clientId: this.#frame.clientId, name, value }, true).catch(() => null);
    reply(params.value);
  }

  #post(callback: string, value: unknown): void {
    this.#log('to frame', callback, value, '');
    this.#element.contentWindow?.postMessage(formatReply(callback, value), this.#origin);
  }

  #log(way: 'from frame' | 'to frame', name: string, data: unknown, ignored: string): void {
    const { clientId, sid } = this.#frame;
    this.#hooks.traffic.push({ at: Date.now(), way, clientId, sid, name, data, ignored });
  }
}
