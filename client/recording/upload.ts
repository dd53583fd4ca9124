/** Pieces that wait for the service are kept up to this many bytes, more than an hour; later ones are lost. */
export const WAITING_LIMIT = 16 * 1024 * 1024;
/** A browser keeps requests of this many bytes in all alive after the page has gone (Fetch standard, 64 KiB). */
export const KEEPALIVE_BYTES = 60_000;

const SECONDS = [1, 2, 5, 10, 30] as const;

export interface UploadDeps {
  fetch(path: string, init: RequestInit): Promise<{ readonly status: number }>;
  ticket(refused: boolean): Promise<string | null>;
  setTimeout(callback: () => void, ms: number): unknown;
  /** 0 <= n < 1 */
  random(): number;
  /** A sentence on what is lost, or '' when it goes on. */
  trouble(text: string): void;
}

const AWAY = 'The record is not saved at the moment; it is tried again.';
const FULL = 'The service has been away too long: a part of the record is lost.';
const REFUSED = 'The record is not saved: the service has refused it.';

type Outcome = 'done' | 'again' | 'ticket' | 'refused';

/** 404: the ledger has not heard of the leg yet, its message may be under way. */
const outcomeOf = (status: number): Outcome => {
  if (status >= 200 && status < 300) return 'done';
  if (status === 401) return 'ticket';
  return status === 404 || status === 429 || status >= 500 ? 'again' : 'refused';
};

/**
 * Uploads the pieces of one leg's record, one after the other, each until the service has taken it; then says how many
 * there were. What the service refuses for good ends it.
 */
export function uploader(leg: string, deps: UploadDeps) {
  const path = `/api/recordings/${encodeURIComponent(leg)}`;
  const waiting: { readonly index: number; readonly bytes: Uint8Array<ArrayBuffer> }[] = [];
  let count = 0;
  let size = 0;
  let ended = false;
  let over = false;
  let busy = false;
  let failures = 0;
  /** The newest ticket, for when there is no time left to ask for one. */
  let ticket: string | null = null;
  let refused = false;
  let told = '';

  const tell = (text: string) => {
    if (text === told) return;
    told = text;
    deps.trouble(text);
  };

  const post = (what: number | 'end', body: BodyInit, bytes: number, carried: string) =>
    deps.fetch(`${path}/${what}`, {
      method: 'POST',
      headers: {
        'content-type': what === 'end' ? 'application/json' : 'audio/mpeg',
        authorization: `Bearer ${carried}`,
      },
      body,
      // A page that goes away must not take the request with it.
      keepalive: bytes < KEEPALIVE_BYTES,
    });

  const attempt = async (what: number | 'end', body: BodyInit, bytes: number): Promise<Outcome> => {
    ticket = await deps.ticket(refused);
    refused = false;
    // Sent by leave() meanwhile.
    if (over) return 'done';
    if (ticket === null) return 'again';
    const { status } = await post(what, body, bytes, ticket);
    return outcomeOf(status);
  };

  const next = (): [number | 'end', BodyInit, number] | null => {
    const [first] = waiting;
    if (first) return [first.index, first.bytes, first.bytes.length];
    return ended && count > 0 ? ['end', JSON.stringify({ pieces: count }), 100] : null;
  };

  const settle = async (what: number | 'end', outcome: Outcome): Promise<void> => {
    if (over) return;
    if (outcome === 'done') {
      failures = 0;
      tell('');
      if (what === 'end') over = true;
      // While it was on its way the page may have gone and sent the rest.
      else if (waiting[0]?.index === what) size -= waiting.shift()?.bytes.length ?? 0;
      return run();
    }
    if (outcome === 'refused') {
      over = true;
      waiting.length = 0;
      return tell(REFUSED);
    }
    const wait = SECONDS[Math.min(failures++, SECONDS.length - 1)] ?? 1;
    if (failures > 1) tell(AWAY);
    refused = outcome === 'ticket';
    deps.setTimeout(() => void run(), failures === 1 && refused ? 0 : wait * 1000 * (0.75 + deps.random() / 2));
  };

  const run = async (): Promise<void> => {
    const job = over || busy ? null : next();
    if (!job) return;
    busy = true;
    const outcome = await attempt(...job).catch((): Outcome => 'again');
    busy = false;
    await settle(job[0], outcome);
  };

  deps.ticket(false).then(
    (first) => {
      ticket ??= first;
    },
    () => {},
  );

  return {
    add(bytes: Uint8Array<ArrayBuffer>): void {
      if (over) return;
      if (size + bytes.length > WAITING_LIMIT) {
        tell(FULL);
        return;
      }
      waiting.push({ index: count++, bytes });
      size += bytes.length;
      if (failures === 0) void run();
    },
    /** No more comes. */
    end(): void {
      ended = true;
      if (failures === 0) void run();
    },
    /**
     * The page goes away: sends what fits into the browser's budget without waiting for answers, also what is under way,
     * for it may not have left yet.
     */
    leave(): void {
      if (over || ticket === null) return;
      over = true;
      let budget = KEEPALIVE_BYTES - (busy ? (waiting[0]?.bytes.length ?? 0) : 0);
      for (const { index, bytes } of waiting) {
        budget -= bytes.length;
        if (budget < 0) return;
        post(index, bytes, bytes.length, ticket).catch(() => {});
      }
      if (count > 0) post('end', JSON.stringify({ pieces: count }), 100, ticket).catch(() => {});
    },
  };
}
