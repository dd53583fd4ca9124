import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { type Fetch, postForm, rest } from '../../src/bitrix24/rest.ts';
import { readConfig } from '../../src/config.ts';
import { DueJobs, type DueOutcome } from '../../src/portal/due.ts';
import { TokenKeeper } from '../../src/portal/tokens.ts';
import { env, openPhone, portals } from './kit.ts';

const newPortal = portals(170);

const read = readConfig(env);
if (!read.ok) throw new Error(read.error.message);
const config = read.value;

describe('a portal that answers without end', () => {
  it('is read up to a limit, and no further: other portals’ objects share the memory', async () => {
    let sent = 0;
    const endless: Fetch = async () =>
      new Response(
        new ReadableStream({
          pull(stream) {
            sent += 1024 * 1024;
            if (sent > 64 * 1024 * 1024) stream.close();
            else stream.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
          },
        }),
      );
    const got = await postForm(endless, 'https://acme.example.com/rest/batch.json', {});
    expect(got).toMatchObject({ ok: false, error: { kind: 'unavailable', code: 'TOO_LARGE' } });
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('has its error texts cut: they are stored, shown and logged', async () => {
    const long: Fetch = async () =>
      Response.json({ error: 'E'.repeat(5000), error_description: 'd'.repeat(100_000) }, { status: 400 });
    const got = await rest(long, { endpoint: 'https://acme.example.com/rest/', token: 't' }, 'profile', {});
    if (got.ok) throw new Error('an error was expected');
    expect(got.error.code.length).toBeLessThanOrEqual(64);
    expect(got.error.message.length).toBeLessThanOrEqual(300);
  });
});

describe('an uninstallation while a token refresh is under way', () => {
  it('leaves no token behind', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const phone = await openPhone(portal, 2);
    await portal.control('uninstall', {});
    await runInDurableObject(portal.object, async (_, { storage }) => {
      storage.sql.exec('UPDATE token SET expires_at = 1');
      let resolve: (answer: Response) => void = () => {};
      const answer = new Promise<Response>((go) => {
        resolve = go;
      });
      const tokens = new TokenKeeper(
        storage.sql,
        config,
        () => answer,
        () => {},
        () => {},
      );
      const calling = tokens.batch({ it: { method: 'profile' } });
      storage.sql.exec('DELETE FROM token');
      resolve(
        Response.json({
          access_token: 'a',
          refresh_token: 'r',
          member_id: portal.memberId,
          client_endpoint: 'http://127.0.0.1:1/rest/',
        }),
      );
      expect(await calling).toMatchObject({ ok: false, error: { kind: 'denied' } });
      expect(storage.sql.exec('SELECT * FROM token').toArray()).toEqual([]);
    });
    phone.socket.close();
  });
});

describe('after an uninstallation', () => {
  it('nothing is owed but telling /status and forgetting the calls that stay', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const phone = await openPhone(portal, 2);
    const call = { leg: 'l', group: null, direction: 'in', number: '+442079460000', line: '0000' } as const;
    await phone.ask({ t: 'register', id: 'r', ...call, startedAt: Date.now() });
    await portal.control('uninstall', {});
    await portal.deliver();
    await runInDurableObject(portal.object, async (_, { storage }) => {
      // A job that ran meanwhile plans another one.
      storage.sql.exec("INSERT INTO due (kind, key, at, attempt) VALUES ('finish', 'l:l', 0, 0)");
      storage.sql.exec('UPDATE call SET started_at = 1');
    });
    expect(await portal.due()).toContain('sweep');
    await portal.makeDue('sweep');
    await portal.runDue();
    expect(await portal.due()).not.toContain('finish');
    expect((await portal.status()).calls.last).toEqual([]);
  });
});

describe('due jobs', () => {
  const clock = () => {
    const set: number[] = [];
    return {
      set,
      getAlarm: async () => set.at(-1) ?? null,
      setAlarm: async (at: number) => void set.push(at),
      deleteAlarm: async () => void set.push(Number.POSITIVE_INFINITY),
    };
  };
  type Work = ConstructorParameters<typeof DueJobs>[2];
  const jobs = (sql: SqlStorage, alarm: ReturnType<typeof clock>, work: Partial<Work>) => {
    sql.exec('DELETE FROM due');
    return new DueJobs(sql, alarm, work as Work, () => {});
  };
  const gate = () => {
    let open: (outcome: DueOutcome) => void = () => {};
    const work = new Promise<DueOutcome>((resolve) => {
      open = resolve;
    });
    return { work, open };
  };
  const planned = (sql: SqlStorage) =>
    sql.exec<{ kind: string; at: number }>('SELECT kind, at FROM due ORDER BY kind').toArray();

  it('what is planned while the same job runs is done once more', async () => {
    const portal = await newPortal().install();
    await runInDurableObject(portal.object, async (_, { storage }) => {
      const { work, open } = gate();
      const due = jobs(storage.sql, clock(), { bind: () => work });
      due.plan('bind', '', 1000);
      const running = due.run(Date.now());
      const again = Date.now() + 500;
      due.plan('bind', '', again);
      open('done');
      await running;
      expect(planned(storage.sql)).toEqual([{ kind: 'bind', at: again }]);
    });
  });

  it('a job that hangs does not keep the others from their time', async () => {
    const portal = await newPortal().install();
    await runInDurableObject(portal.object, async (_, { storage }) => {
      const { work, open } = gate();
      const alarm = clock();
      const due = jobs(storage.sql, alarm, { finish: () => work });
      due.plan('finish', 'a', 1000);
      const later = Date.now() + 5000;
      due.plan('bind', '', later);
      await due.run(Date.now());
      expect(alarm.set.at(-1)).toBe(later);
      open('done');
      await expect.poll(() => planned(storage.sql)).toEqual([{ kind: 'bind', at: later }]);
    });
  });

  it('a job that runs is not found due again and again', async () => {
    const portal = await newPortal().install();
    await runInDurableObject(portal.object, async (_, { storage }) => {
      const { work, open } = gate();
      const alarm = clock();
      const due = jobs(storage.sql, alarm, { register: () => work });
      due.plan('register', 'a', Date.now());
      const running = due.runNow('register', 'a');
      expect(alarm.set.length).toBe(1);
      await due.arm();
      expect(Math.min(...alarm.set)).toBeGreaterThan(Date.now() + 10_000);
      open('done');
      await running;
      expect(planned(storage.sql)).toEqual([]);
    });
  });
});
