import { describe, expect, it } from 'vitest';
import { createEventReader, keyOf, keyOfInfo } from '../../pbx/demo/dtmf.ts';

const event = (key: number, end = false) => Uint8Array.of(key, (end ? 0x80 : 0) | 10, 0, 160);

describe('telephone events', () => {
  it('one press is many packets with one timestamp and counts once', () => {
    const read = createEventReader();
    expect([event(5), event(5), event(5, true), event(5, true)].map((packet) => read(packet, 800))).toEqual([
      '5',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('the same key pressed again has a new timestamp', () => {
    const read = createEventReader();
    expect([read(event(1), 800), read(event(1), 2400), read(event(11), 4000)]).toEqual(['1', '1', '#']);
  });

  it('flash and other tones are no keys, and half a packet is none', () => {
    expect(keyOf(16)).toBeUndefined();
    expect(keyOf(15)).toBe('D');
    expect(createEventReader()(Uint8Array.of(1, 2), 800)).toBeUndefined();
  });
});

describe('INFO bodies', () => {
  it('dtmf-relay and plain dtmf are read', () => {
    expect(keyOfInfo('application/dtmf-relay', 'Signal=5\r\nDuration=160')).toBe('5');
    expect(keyOfInfo('Application/DTMF-Relay; charset=utf-8', 'Signal = a\r\n')).toBe('A');
    expect(keyOfInfo('application/dtmf', '#')).toBe('#');
  });

  it('anything else is no key', () => {
    expect(keyOfInfo('text/plain', '5')).toBeUndefined();
    expect(keyOfInfo(undefined, 'Signal=5')).toBeUndefined();
    expect(keyOfInfo('application/dtmf-relay', 'Signal=55')).toBeUndefined();
  });
});
