import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { md5Module } from '../../../client/build/md5.mjs';
import { md5 } from '../../../client/phone/sipjs/md5.ts';

const lib = join(import.meta.dirname, '../../../node_modules/sip.js/lib');

describe('MD5', () => {
  it.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
    ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
  ])('of RFC 1321’s test suite: %j', (text, sum) => {
    expect(md5(text)).toBe(sum);
  });

  it('is Node’s for any text, at every length around the ends of blocks', () => {
    const sum = (text: string) => createHash('md5').update(text).digest('hex');
    for (let length = 0; length < 200; length++) expect(md5('x'.repeat(length))).toBe(sum('x'.repeat(length)));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 150 }), (text) => {
        expect(md5(text)).toBe(sum(text));
      }),
    );
  });

  it('stands where SIP.js asks for the sum of a text, and SIP.js asks for nothing else', () => {
    const asked = globSync('**/*.js', { cwd: lib }).flatMap((file) => {
      const code = readFileSync(join(lib, file), 'utf8');
      return /md5\.js"/.test(code) ? [...code.matchAll(/\bMd5\b[^;}]*/g)].map(([text]) => `${file}: ${text}`) : [];
    });
    expect(asked).toEqual([
      'core/messages/digest-authentication.js: Md5 ',
      'core/messages/digest-authentication.js: Md5.hashStr(s)',
    ]);
    expect(md5Module(join(lib, 'core/messages/md5.js'))).toContain('export const Md5 = { hashStr: md5 }');
    expect(md5Module(join(lib, 'core/messages/body.js'))).toBeNull();
  });
});
