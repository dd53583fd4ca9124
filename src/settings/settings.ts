import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import type { Result } from '../http/result.ts';
import type { SettingsView } from '../protocol/settings.ts';
import { DEFAULT_CALLS } from './calls-form.ts';
import {
  EMPTY_SETTINGS,
  type FieldError,
  mergeDraft,
  phoneOf,
  type SettingsDraft,
  type StoredPhone,
  type StoredSettings,
  viewOf,
} from './document.ts';
import { createDurable } from './itty.ts';
import { fromPieces } from './pieces.ts';

/** Host that itty-durable's proxy writes into the requests it makes; no request from outside has it. */
const ITTY_HOST = 'itty-durable';
/** Drafts on their way in; more than a few means that Workers died while sending them. */
const MAX_DRAFTS = 8;

/** What a commit answers; `lost` means that the object was evicted between the pieces: send them again. */
export type CommitAnswer = Result<SettingsView, FieldError[] | 'lost'>;

/** What the Worker calls on the settings document, through itty-durable's proxy. */
export interface SettingsCalls {
  view(): SettingsView;
  phone(userId: number): StoredPhone;
  stage(draft: string, index: number, piece: string): true;
  commit(draft: string, count: number): Promise<CommitAnswer>;
  wipe(): Promise<true>;
}

/** The document itself: one JSON value, loaded at the first call and stored after a change. */
class SettingsDocument extends createDurable({ autoPersist: true }) implements SettingsCalls {
  document: StoredSettings = EMPTY_SETTINGS;
  #stored: StoredSettings = EMPTY_SETTINGS;
  #drafts = new Map<string, string[]>();

  override async onLoad(): Promise<void> {
    // A document of an older version lacks what came later.
    this.document = { ...EMPTY_SETTINGS, ...this.document, calls: { ...DEFAULT_CALLS, ...this.document.calls } };
    this.#stored = this.document;
  }

  /** itty-durable persists after each call; a call that only read must not cost a write. */
  override async persist(): Promise<void> {
    if (this.#stored === this.document) return;
    const next = this.document;
    await this.state.storage.put('data', { document: next });
    this.#stored = next;
  }

  view(): SettingsView {
    return viewOf(this.document);
  }

  phone(userId: number): StoredPhone {
    return phoneOf(this.document, userId);
  }

  stage(draft: string, index: number, piece: string): true {
    const pieces = this.#drafts.get(draft) ?? [];
    pieces[index] = piece;
    this.#drafts.set(draft, pieces);
    const [oldest] = this.#drafts.keys();
    if (this.#drafts.size > MAX_DRAFTS && oldest !== undefined) this.#drafts.delete(oldest);
    return true;
  }

  async commit(draft: string, count: number): Promise<CommitAnswer> {
    const pieces = this.#drafts.get(draft);
    this.#drafts.delete(draft);
    const value = pieces?.length === count ? (fromPieces(pieces) as SettingsDraft | null) : null;
    if (!value) return { ok: false, error: 'lost' };
    const before = this.document;
    const merged = mergeDraft(before, value);
    if (!merged.ok) return merged;
    this.document = merged.value;
    try {
      await this.persist();
    } catch (error) {
      this.document = before;
      throw error;
    }
    return { ok: true, value: this.view() };
  }

  async wipe(): Promise<true> {
    await this.state.storage.deleteAll();
    // Both fields, or autoPersist would write the old document back right after this call.
    this.document = EMPTY_SETTINGS;
    this.#stored = EMPTY_SETTINGS;
    this.#drafts.clear();
    return true;
  }
}

/**
 * Durable Object "PortalSettings", one per portal: settings on itty-durable, by composition.
 *
 * The library's router runs any method that a URL path names (`/do/call/destroy`), so only requests made by its own
 * proxy pass; nobody forwards a request from outside to this object. It has no RPC methods of its own, and the inner
 * object gets an empty env: the library would replace bindings that it mistakes for Durable Objects.
 */
export class PortalSettings extends DurableObject<Env> {
  readonly #inner: SettingsDocument;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#inner = new SettingsDocument(ctx, {});
  }

  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).host !== ITTY_HOST) return new Response(null, { status: 404 });
    return this.#inner.fetch(request);
  }
}
