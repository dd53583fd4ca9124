import { describe, expect, it } from 'vitest';
import { uploader, WAITING_LIMIT } from '../../../client/recording/upload.ts';
import { handClock, settle } from './support.ts';

interface Sent {
  readonly what: string;
  readonly size: number;
  readonly ticket: string;
  readonly keepalive: boolean;
}

/** A service that answers what the test says; 0 = no connection. */
function setup(statuses: number[] = [], tickets: (string | null)[] = []) {
  const clock = handClock();
  const sent: Sent[] = [];
  const troubles: string[] = [];
  const asked: boolean[] = [];
  const hanging: (() => void)[] = [];
  let hang = false;
  const upload = uploader('a/b', {
    fetch: async (path, init) => {
      const { authorization = '' } = init.headers as Record<string, string>;
      const body = init.body as Uint8Array | string;
      sent.push({
        what: typeof body === 'string' ? `end ${body}` : path.replace('/api/recordings/a%2Fb/', ''),
        size: body.length,
        ticket: authorization.replace('Bearer ', ''),
        keepalive: init.keepalive === true,
      });
      if (hang) await new Promise<void>((go) => hanging.push(go));
      const status = statuses.shift() ?? 204;
      if (status === 0) throw new TypeError('no connection');
      return { status };
    },
    ticket: async (refused) => {
      asked.push(refused);
      return tickets.length > 0 ? (tickets.shift() ?? null) : 't1';
    },
    setTimeout: clock.setTimeout,
    random: () => 0.5,
    trouble: (text) => troubles.push(text),
  });
  const names = () => sent.map(({ what }) => what);
  return { clock, upload, sent, names, troubles, asked, hold: () => (hang = true), answer: () => hanging.shift()?.() };
}

const piece = (length = 100) => new Uint8Array(length);

describe('pieces of a record', () => {
  it('leave one after the other; the end says how many there were', async () => {
    const { upload, names } = setup();
    for (let n = 0; n < 3; n++) upload.add(piece());
    upload.end();
    await settle();
    expect(names()).toEqual(['0', '1', '2', 'end {"pieces":3}']);
  });

  it('of a call without sound are none, and no end is said', async () => {
    const { upload, names } = setup();
    upload.end();
    await settle();
    expect(names()).toEqual([]);
  });

  it.each([[0], [500], [502], [429], [404]])('are said again after %i until the service takes them', async (status) => {
    const { clock, upload, names, troubles } = setup([status, status]);
    upload.add(piece());
    upload.add(piece());
    await clock.tick(10_000);
    expect(names()).toEqual(['0', '0', '0', '1']);
    expect(troubles).toEqual([expect.stringContaining('tried again'), '']);
  });

  it('a dead ticket is renewed at once, and nobody hears of it', async () => {
    const { upload, clock, sent, asked, troubles } = setup([401], ['old', 'old', 'new', 'new']);
    upload.add(piece());
    await clock.tick(0);
    expect(sent.map(({ ticket }) => ticket)).toEqual(['old', 'new']);
    expect(asked).toEqual([false, false, true]);
    expect(troubles).toEqual([]);
  });

  it.each([[403], [413], [415]])('a refusal (%i) ends it with one sentence', async (status) => {
    const { upload, clock, names, troubles } = setup([status]);
    upload.add(piece());
    upload.add(piece());
    upload.end();
    await clock.tick(60_000);
    expect(names()).toEqual(['0']);
    expect(troubles).toEqual([expect.stringContaining('refused')]);
  });

  it('wait in bounded memory: what does not fit is lost, said, and leaves no gap in the numbers', async () => {
    const { upload, clock, names, troubles } = setup([0, 0]);
    const big = WAITING_LIMIT / 2;
    for (const size of [big, big, 100]) upload.add(piece(size));
    await settle();
    expect(troubles).toEqual([expect.stringContaining('lost')]);
    await clock.tick(10_000);
    upload.add(piece());
    upload.end();
    await settle();
    expect(names().slice(-4)).toEqual(['0', '1', '2', 'end {"pieces":3}']);
  });
});

describe('a page that goes away', () => {
  it('sends the rest and the end without waiting, in requests that outlive it', async () => {
    const { upload, sent, hold } = setup();
    await settle();
    hold();
    upload.add(piece(20_000));
    await settle();
    upload.add(piece(9000));
    upload.leave();
    expect(sent.map(({ what }) => what)).toEqual(['0', '0', '1', 'end {"pieces":2}']);
    expect(sent.every(({ keepalive }) => keepalive)).toBe(true);
  });

  it('sends no more than the browser keeps alive, and then no end: the service waits for none', async () => {
    const { upload, sent } = setup([0]);
    for (let n = 0; n < 5; n++) upload.add(piece(20_000));
    await settle();
    upload.leave();
    expect(sent.slice(1).map(({ what }) => what)).toEqual(['0', '1', '2']);
  });

  it('answers that come too late change nothing', async () => {
    const { upload, names, hold, answer } = setup();
    await settle();
    hold();
    upload.add(piece());
    await settle();
    upload.leave();
    answer();
    await settle();
    expect(names()).toEqual(['0', '0', 'end {"pieces":1}']);
  });
});
