import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createAmiReader } from '../../pbx/asterisk/ami.ts';
import { findAsterisk } from '../../pbx/asterisk/files.ts';
import { outcomeOf } from '../../pbx/asterisk/outside.ts';
import { candidateMap, render, renderAgents } from '../../pbx/asterisk/render.ts';
import { freeMembers, readChannelStats } from '../../pbx/asterisk/stats.ts';

const repository = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, repository), 'utf8');

describe('configuration templates', () => {
  it('a value that is not given is an error, not a hole', () => {
    expect(render('port = @WS_PORT@', { WS_PORT: 8088 })).toBe('port = 8088');
    expect(() => render('port = @WS_PORT@', {})).toThrow('@WS_PORT@');
  });

  it('each agent gets endpoint, auth and aor', () => {
    const users = ['1001', '1002'].map((user) => ({ user, password: `pw-${user}`, name: `Agent ${user}` }));
    const text = renderAgents(read('test/pbx/asterisk/config/pjsip-agent.conf'), users);
    expect(text.match(/^\[\d+\]\(webrtc-\w+\)$/gm)).toHaveLength(6);
    expect(text).toContain('password = pw-1002');
  });

  it('every local address is offered as loopback, loopback itself is left alone', () => {
    const listing = [
      '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
      '2: ice0    inet 198.51.100.1/32 scope global ice0\\       valid_lft forever preferred_lft forever',
    ].join('\n');
    expect(candidateMap(listing, '127.0.0.1')).toBe('198.51.100.1 => 127.0.0.1\n');
  });
});

describe('manager interface', () => {
  it('messages are cut out of the stream wherever the network cut it', () => {
    const stream =
      'Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: a1\r\n\r\nEvent: Hangup\r\nChannel: PJSIP/1001-01\r\n\r\n';
    const expected = [
      { Response: 'Success', ActionID: 'a1' },
      { Event: 'Hangup', Channel: 'PJSIP/1001-01' },
    ];
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = createAmiReader();
      expect([...reader(stream.slice(0, cut)), ...reader(stream.slice(cut))]).toEqual(expected);
    }
  });

  it('a repeated field keeps all its values', () => {
    const reader = createAmiReader();
    expect(reader('Response: Success\r\nOutput: one\r\nOutput: two: three\r\n\r\n')).toEqual([
      { Response: 'Success', Output: 'one\ntwo: three' },
    ]);
  });

  it('a call that nobody answered ended as Dial says', () => {
    expect(['BUSY', 'NOANSWER', 'CHANUNAVAIL', 'CANCEL', 'CONGESTION', undefined].map(outcomeOf)).toEqual([
      'busy',
      'no_answer',
      'unreachable',
      'cancelled',
      'failed',
      'failed',
    ]);
  });
});

it('channel statistics are read with and without a bridge', () => {
  const table = [
    '                                             ...........Receive......... .........Transmit..........',
    ' BridgeId ChannelId ........ UpTime.. Codec.   Count    Lost Pct  Jitter   Count    Lost Pct  Jitter RTT....',
    ' ===========================================================================================================',
    '',
    '          1001-00000001      00:00:02 opus        120       0    0   0.000    118       0    0   0.000   0.001',
    ' 7f2b1c3d 1002-00000002      00:01:00 ulaw       3000       1    0   0.002   2998       0    0   0.000   0.001',
    '',
    'Objects found: 2',
  ].join('\n');
  expect(readChannelStats(table)).toEqual([
    { channel: '1001-00000001', codec: 'opus', received: 120, sent: 118 },
    { channel: '1002-00000002', codec: 'ulaw', received: 3000, sent: 2998 },
  ]);
});

it('only members that are not in use count as free', () => {
  const listing = [
    "support has 0 calls (max unlimited) in 'ringall' strategy (0s holdtime, 0s talktime), W:0, C:0, A:0, SL:0.0%",
    '   Members: ',
    '      PJSIP/1001 (ringinuse disabled) (Not in use) has taken no calls yet',
    '      PJSIP/1002 (ringinuse disabled) (Unavailable) has taken no calls yet',
    '      PJSIP/1003 (ringinuse disabled) (in call) (In use) has taken 1 calls (last was 3 secs ago)',
    '   No Callers',
  ].join('\n');
  expect(freeMembers(listing)).toEqual(['1001']);
});

it('a missing Asterisk is a reason that says what to do', () => {
  expect(findAsterisk('/nonexistent')).toMatchObject({ available: false, reason: expect.stringMatching(/\w/) });
});

describe('docs/pbx-guide.md, docs/proxies.md and docs/routing.md', () => {
  const pages = ['pbx-guide', 'proxies', 'routing'].map((page) => read(`docs/${page}.md`)).join('\n');
  const blocks = [...pages.matchAll(/^```ini (\S+)\n([\s\S]*?)^```$/gm)];
  const example = { USER: '1001', NAME: 'Ann Agent', PASSWORD: 'a-long-random-password', ADDRESS: '127.0.0.1' };

  it('show several pieces of the configuration', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });

  it.each(blocks.map(([, path = '', text = '']) => [path, text.split('\n')[0] ?? '', text]))(
    '%s: %s is what the tests call with',
    (path, _first, text) => {
      const source = read(path).replaceAll(
        /@(USER|NAME|PASSWORD|ADDRESS)@/g,
        (_all, name: keyof typeof example) => example[name],
      );
      const plain = (line: string) => line.replace(/\s;.*$/, '').trim();
      const known = new Set(source.split('\n').map(plain));
      const lines = text.split('\n').map(plain).filter(Boolean);
      expect(lines.filter((line) => !known.has(line))).toEqual([]);
    },
  );
});
