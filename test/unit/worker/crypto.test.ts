import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, sameText, toBase64Url } from '../../../src/crypto/bytes.ts';
import { type SealKeys, seal, unseal } from '../../../src/crypto/seal.ts';
import { sign, verify } from '../../../src/crypto/sign.ts';
import { socketTicket } from '../../../src/session/subprotocol.ts';

const key = (id: string, fill: number) => ({ id, bytes: new Uint8Array(32).fill(fill) });
const keys: SealKeys = [key('new', 1), key('old', 2)];
const where = { portal: 'p1', field: 'refresh_token' };

describe('sealing', () => {
  it('gives back what was sealed, and never the same bytes twice', async () => {
    const [a, b] = [await seal(keys, 'secret', where), await seal(keys, 'secret', where)];
    expect(a).not.toBe(b);
    expect(a).not.toContain('secret');
    expect(await unseal(keys, a, where)).toEqual({ ok: true, value: 'secret' });
  });

  it('opens what an older key sealed, and names the key that is gone', async () => {
    const old = await seal([key('old', 2)], 'secret', where);
    expect((await unseal(keys, old, where)).ok).toBe(true);
    expect(await unseal([key('new', 1)], old, where)).toMatchObject({
      error: { reason: 'configuration', message: expect.stringContaining('"old"') },
    });
  });

  it.each([
    ['another portal', { ...where, portal: 'p2' }],
    ['another field', { ...where, field: 'access_token' }],
  ])('does not open in %s', async (_, elsewhere) => {
    expect((await unseal(keys, await seal(keys, 'secret', where), elsewhere)).ok).toBe(false);
  });

  it('a damaged record is a value, whatever is left of it', async () => {
    const sealed = await seal(keys, 'secret', where);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), async (at) => {
        const damaged = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
        const got = await unseal(keys, damaged, where);
        // The last character carries spare bits that base64 ignores.
        return !got.ok || at === sealed.length - 1;
      }),
    );
  });
});

describe('signing', () => {
  const signKeys = ['first-key-0123456789-0123456789-01', 'second-key-0123456789-0123456789'] as const;

  it('is good for one text and one purpose', async () => {
    const signature = await sign(signKeys, 'events', 'p1');
    expect(await verify(signKeys, 'events', 'p1', signature)).toBe(true);
    expect(await verify(signKeys, 'events', 'p2', signature)).toBe(false);
    expect(await verify(signKeys, 'placement-error', 'p1', signature)).toBe(false);
    for (const bad of ['', '!', `${signature}A`, signature.slice(1)])
      expect(await verify(signKeys, 'events', 'p1', bad)).toBe(false);
  });

  it('outlives a rotation while the old key is still in the list', async () => {
    const signature = await sign([signKeys[1]], 'events', 'p1');
    expect(await verify(signKeys, 'events', 'p1', signature)).toBe(true);
    expect(await verify([signKeys[0]], 'events', 'p1', signature)).toBe(false);
  });
});

describe('texts', () => {
  it('base64url carries any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toBase64Url(bytes);
        return /^[\w-]*$/.test(text) && Buffer.compare(fromBase64(text) ?? Buffer.alloc(0), bytes) === 0;
      }),
    );
  });

  it('sameText compares texts', async () => {
    expect([await sameText('a', 'a'), await sameText('a', 'b'), await sameText('a', 'aa')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('a ticket comes back out of the subprotocol it was put into', () => {
    const ticket = 'body.signature-_';
    expect(socketTicket(`b24phone.v1, t.${toBase64Url(new TextEncoder().encode(ticket))}`)).toEqual({
      ok: true,
      value: ticket,
    });
  });
});
