import { describe, expect, it } from 'vitest';
import { createFeed } from '../../pbx/feed.ts';
import { createNetstringReader } from '../../pbx/kamailio/outside.ts';
import { readWire } from '../../pbx/kamailio/wire.ts';

describe('what passes the proxy', () => {
  it('a request is told with what it offers, transfers and replaces', () => {
    const line = ' 9(28060) ALERT: <script>: WIRE|INVITE|1003|abc|id@host|<null>|x;to-tag=1;from-tag=2|sendonly|';
    expect(readWire(line)).toEqual({
      what: 'INVITE',
      from: '1003',
      to: 'abc',
      callId: 'id@host',
      referTo: '',
      replaces: 'x;to-tag=1;from-tag=2',
      body: 'sendonly',
    });
  });

  it('a NOTIFY is told with its status line, which ends the line of the log', () => {
    expect(readWire('WIRE|NOTIFY|+49|1001|id|<null>|<null>|SIP/2.0 200 OK\r')?.body).toBe('SIP/2.0 200 OK');
  });

  it('any other line of the log tells of no message', () => {
    expect(readWire('Listening on udp: 127.0.0.1')).toBeNull();
  });
});

describe('the control port of baresip', () => {
  it('messages are cut out of the stream wherever the network cut it, by bytes and not by characters', () => {
    const texts = [JSON.stringify({ type: 'CALL_RINGING', name: 'Jörg' }), JSON.stringify({ response: true })];
    const stream = Buffer.from(texts.map((text) => `${Buffer.byteLength(text)}:${text},`).join(''));
    for (let cut = 0; cut <= stream.length; cut++) {
      const read = createNetstringReader();
      const messages = [...read(stream.subarray(0, cut)), ...read(stream.subarray(cut))];
      expect(messages).toEqual([{ type: 'CALL_RINGING', name: 'Jörg' }, { response: true }]);
    }
  });
});

describe('a feed', () => {
  it('what has happened is found, what happens later is awaited, and what is too old does not count', async () => {
    const feed = createFeed<number>();
    feed.add(1);
    expect(await feed.when((item) => item === 1)).toBe(1);
    const later = feed.when((item) => item < 3, feed.all.length);
    feed.add(5);
    feed.add(2);
    expect(await later).toBe(2);
  });
});
