import { describe, expect, it } from 'vitest';
import { directionOf, mediaAddress } from '../../pbx/demo/media.ts';
import { resultOf } from '../../pbx/demo/ring.ts';

describe('direction of an SDP', () => {
  it('is what its audio section says, and both ways without a word (RFC 8866 6.7)', () => {
    const sdp = (line: string) => `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=audio 9 RTP/SAVPF 0\r\n${line}a=mid:0\r\n`;
    expect(directionOf(sdp('a=sendonly\r\n'))).toBe('sendonly');
    expect(directionOf(sdp('a=inactive\r\n'))).toBe('inactive');
    expect(directionOf(sdp(''))).toBe('sendrecv');
  });
});

describe('media address', () => {
  const entry = (address: string, internal: boolean, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    ({ address, internal, family, netmask: '', mac: '', cidr: null, scopeid: 0 }) as never;

  it('is the first IPv4 address of the machine that is not loopback', () => {
    const interfaces = {
      lo: [entry('127.0.0.1', true)],
      eth0: [entry('fd00::2', false, 'IPv6'), entry('192.0.2.2', false)],
      eth1: [entry('192.0.2.9', false)],
    };
    expect(mediaAddress(interfaces)).toBe('192.0.2.2');
  });

  it('is loopback where there is no network', () => {
    expect(mediaAddress({ lo: [entry('127.0.0.1', true)] })).toBe('127.0.0.1');
    expect(mediaAddress({})).toBe('127.0.0.1');
  });
});

describe('outcome of ringing an agent', () => {
  it.each([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [480, 'no_answer'],
    [408, 'no_answer'],
    [487, 'cancelled'],
    [488, 'failed'],
    [503, 'failed'],
  ] as const)('%i is %s', (status, result) => {
    expect(resultOf(status)).toBe(result);
  });
});
