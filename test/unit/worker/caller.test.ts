import { describe, expect, it } from 'vitest';
import { callerNetwork } from '../../../src/http/caller.ts';

const from = (address?: string) =>
  callerNetwork(new Request('https://phone.example.com/', address ? { headers: { 'cf-connecting-ip': address } } : {}));

describe('guesses are counted by network', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::17', '2001:db8:1:2'],
    ['2001:db8::17', '2001:db8'],
    [undefined, ''],
  ])('%s is of %s', (address, network) => {
    expect(from(address)).toBe(network);
  });
});
