import { describe, expect, it } from 'vitest';
import { recordCalls, withRecords } from '../../../client/recording/follow.ts';
import type { GraphNews } from '../../../client/recording/graph.ts';
import { PIECE_BYTES } from '../../../client/recording/pieces.ts';
import { recordLegs } from '../../../client/recording/record.ts';
import { createRecorder, type Recorder, type RecorderNews } from '../../../client/recording/recorder.ts';
import { handClock, settle } from './support.ts';

const [mic, headset] = ['mic', 'headset'] as unknown as MediaStreamTrack[];
const far = 'far' as unknown as MediaStream;
if (!mic || !headset) throw new Error('no tracks');

/** The recorder on a sound engine that only remembers; `opens` decides whether it can be opened. */
function setup(opens: () => Promise<void> = async () => {}) {
  const did: string[] = [];
  const told: RecorderNews[] = [];
  let news: GraphNews | null = null;
  const recorder = recordLegs({
    tell: (what) => told.push(what),
    openGraph: async (listener) => {
      news = listener;
      await opens();
      return {
        use: (local, remote) => did.push(`use ${String(local)} ${String(remote)}`),
        pause: (paused) => did.push(`pause ${paused}`),
        end: () => did.push('end'),
        close: () => did.push('close'),
      };
    },
    openUploads: (leg) => ({
      add: (bytes) => did.push(`${leg}: ${bytes.length}`),
      end: () => did.push(`${leg}: end`),
      leave: () => did.push(`${leg}: leave`),
    }),
  });
  const heard = (): GraphNews => news ?? expect.fail('nothing is open');
  return { recorder, did, told, heard, last: () => told.at(-1) };
}

describe('one leg', () => {
  it('is recorded from start to stop: pieces as they fill, the rest, then the end', async () => {
    const { recorder, did, heard, last } = setup();
    recorder.start('a', mic, far);
    await settle();
    expect(last()).toEqual({ leg: 'a', state: 'on', trouble: '' });
    heard().bytes(new Uint8Array(PIECE_BYTES), 0);
    heard().bytes(new Uint8Array(300), 0);
    recorder.stop('a');
    heard().bytes(new Uint8Array(50), 0);
    heard().ended();
    expect(did.filter((what) => what.startsWith('a'))).toEqual([`a: ${PIECE_BYTES}`, 'a: 350', 'a: end']);
    expect(last()?.state).toBe('off');
  });

  it('goes on with another microphone, and is not begun anew for the same', async () => {
    const { recorder, did } = setup();
    recorder.start('a', mic, far);
    await settle();
    recorder.start('a', mic, far);
    recorder.start('a', headset, far);
    expect(did.filter((what) => what.startsWith('use'))).toEqual(['use mic far', 'use headset far']);
  });

  it('pauses and resumes, also while it is still being opened', async () => {
    const { recorder, did, told } = setup();
    recorder.start('a', mic, far);
    recorder.pause('a');
    await settle();
    recorder.resume('a');
    expect(did).toEqual(['pause true', 'use mic far', 'pause false']);
    expect(told.map(({ state }) => state)).toEqual(['paused', 'on']);
  });

  it('that ended before its sound was open leaves nothing open', async () => {
    const { recorder, did, last } = setup();
    recorder.start('a', mic, far);
    recorder.stop('a');
    await settle();
    expect(did).toContain('close');
    expect(last()?.state).toBe('off');
  });

  it('whose sound cannot be opened, or breaks, says so in one sentence; what was recorded is kept', async () => {
    const broken = setup(() => Promise.reject(new Error('no engine')));
    broken.recorder.start('a', mic, far);
    await settle();
    expect(broken.last()).toEqual({ leg: 'a', state: 'off', trouble: expect.stringContaining('not recorded') });
    const late = setup();
    late.recorder.start('a', mic, far);
    await settle();
    late.heard().bytes(new Uint8Array(100), 0);
    late.heard().failed();
    expect(late.did.slice(-2)).toEqual(['a: 100', 'a: end']);
    expect(late.last()?.state).toBe('off');
  });

  it('that the browser does not let sound, or that lost some, says so', async () => {
    const { recorder, heard, last } = setup();
    recorder.start('a', mic, far);
    await settle();
    heard().suspended(true);
    expect(last()?.trouble).toContain('click into the page');
    heard().suspended(false);
    expect(last()?.trouble).toBe('');
    heard().bytes(new Uint8Array(1), 4096);
    expect(last()?.trouble).toContain('lost');
  });

  it('of a page that goes away sends what it has at once', async () => {
    const { recorder, did, heard } = setup();
    recorder.start('a', mic, far);
    await settle();
    heard().bytes(new Uint8Array(100), 0);
    recorder.leave();
    expect(did.slice(-3)).toEqual(['a: 100', 'a: leave', 'close']);
  });
});

describe('the bundle that records', () => {
  const remember = (did: string[]): Recorder => ({
    start: (leg) => did.push(`start ${leg}`),
    pause: (leg) => did.push(`pause ${leg}`),
    resume: (leg) => did.push(`resume ${leg}`),
    stop: (leg) => did.push(`stop ${leg}`),
    leave: () => did.push('leave'),
  });

  it('is fetched once, by the first recorded call; nothing overtakes its start', async () => {
    const did: string[] = [];
    let loads = 0;
    const load = async () => {
      loads++;
      return { openRecorder: () => remember(did) };
    };
    const recorder = createRecorder(load, { ticket: async () => null, tell: () => {} });
    recorder.stop('nobody');
    expect(loads).toBe(0);
    recorder.start('a', mic, far);
    recorder.pause('a');
    recorder.stop('a');
    await settle();
    recorder.start('b', mic, far);
    expect([loads, did]).toEqual([1, ['start a', 'pause a', 'stop a', 'start b']]);
  });

  it('that cannot be fetched is said, and asked for again at the next call', async () => {
    const told: RecorderNews[] = [];
    const did: string[] = [];
    const answers = [() => Promise.reject(new Error('gone')), async () => ({ openRecorder: () => remember(did) })];
    const load = () => (answers.shift() ?? expect.fail('asked too often'))();
    const recorder = createRecorder(load, { ticket: async () => null, tell: (news) => told.push(news) });
    recorder.start('a', mic, far);
    await settle();
    expect(told).toEqual([{ leg: 'a', state: 'off', trouble: expect.stringContaining('could not be loaded') }]);
    recorder.start('b', mic, far);
    await settle();
    expect(did).toEqual(['start b']);
  });
});

describe('which calls are recorded', () => {
  function follower() {
    const clock = handClock();
    const did: string[] = [];
    const sounds = new Map<string, MediaStreamTrack>();
    let tell: (news: RecorderNews) => void = () => {};
    const recordings = recordCalls({
      openRecorder: (deps) => {
        tell = deps.tell;
        return {
          start: (leg, local) => did.push(`start ${leg} ${String(local)}`),
          pause: (leg) => did.push(`pause ${leg}`),
          resume: (leg) => did.push(`resume ${leg}`),
          stop: (leg) => did.push(`stop ${leg}`),
          leave: () => {},
        };
      },
      ticket: async () => null,
      sound: (leg) => {
        const local = sounds.get(leg);
        return local ? { local, remote: far } : null;
      },
      changed: () => {},
      setTimeout: clock.setTimeout,
    });
    return { clock, did, sounds, recordings, tell: (news: RecorderNews) => tell(news) };
  }
  const call = (leg: string, phase: 'offered' | 'talking' | 'transferring' | 'ended', recorded = true) => ({
    leg,
    phase,
    recorded,
  });

  it('those that are talked on and that the ledger knows, as soon as they have sound, until they are over', async () => {
    const { clock, did, sounds, recordings } = follower();
    recordings.follow([call('a', 'offered'), call('inner', 'talking', false)]);
    recordings.follow([call('a', 'talking')]);
    await clock.tick(600);
    expect(did).toEqual([]);
    sounds.set('a', mic);
    await clock.tick(500);
    recordings.follow([call('a', 'transferring')]);
    recordings.follow([call('a', 'ended')]);
    expect(did).toEqual(['start a mic', 'stop a']);
    await clock.tick(5000);
    expect(clock.waiting()).toBe(0);
  });

  it('with whatever microphone they have by now', async () => {
    const { clock, did, sounds, recordings } = follower();
    sounds.set('a', mic);
    recordings.follow([call('a', 'talking')]);
    sounds.set('a', headset);
    await clock.tick(500);
    expect(did).toEqual(['start a mic', 'start a headset']);
  });

  it('the panel shows what is recorded; a fault of the record hides no fault of the sound', () => {
    const { recordings, tell } = follower();
    tell({ leg: 'a', state: 'paused', trouble: 'lost' });
    const panel = (trouble: string) => withRecords({ calls: [{ leg: 'a', trouble }] } as never, recordings).calls[0];
    expect(panel('')).toMatchObject({ recording: 'paused', trouble: 'lost' });
    expect(panel('silence')).toMatchObject({ trouble: 'silence' });
  });
});
