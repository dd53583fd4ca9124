import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { NameAddrHeader } from 'sip.js/lib/grammar/name-addr-header.js';
import { parse } from 'sip.js/lib/grammar/pegjs/dist/grammar.js';
import { URI } from 'sip.js/lib/grammar/uri.js';
import { describe, expect, it } from 'vitest';
import { grammar, START_RULES } from '../../../client/build/grammar.mjs';

const lib = join(import.meta.dirname, '../../../node_modules/sip.js/lib');
const module = join(lib, 'grammar/pegjs/dist/grammar.js');
const whole = readFileSync(module, 'utf8');
const small = grammar(whole, module) ?? '';

/** Not in the build: subscriptions (absent.mjs), and the two ready-made phones, which nothing imports. */
const NOT_BUILT = /subscribe|subscription|simple-user|session-manager/;

type Parse = (input: string, options: { startRule: string; data?: unknown }) => unknown;
const smallParse: Parse = new Function(
  'NameAddrHeader',
  'URI',
  `${small.replace(/^import .*$/gm, '').replace(/^export (const parse.*)?/gm, '')}; return peg$parse;`,
)(NameAddrHeader, URI);

/** As SIP.js's `Grammar.parse` does it. */
function read(parser: Parse, input: string, startRule: string): unknown {
  const options: { startRule: string; data?: unknown } = { startRule };
  try {
    parser(input, options);
  } catch {
    return -1;
  }
  return options.data;
}

/** The whole grammar decodes all its rules for each text; a busy machine takes its time (ms). */
const LONG = 60_000;

const SAMPLES = [
  'SIP/2.0 180 Ringing',
  'SIP/2.0 603 Décliné, désolé',
  'INVITE sip:abc123@192.0.2.7:5060;transport=ws SIP/2.0',
  'NOTIFY sips:%2B49301234567@[2001:db8::9:1]:5061;lr;maddr=198.51.100.1;ttl=16;user=phone;method=INVITE;x=y?a=b SIP/2.0',
  'SIP/2.0/WSS 192.0.2.7:8089;branch=z9hG4bK-1;rport=4711;received=198.51.100.2',
  'SIP/2.0/UDP [2001:db8::1];ttl=3;maddr=pbx.example.com;branch=z9hG4bK2;alias',
  '"Marta \\"M\\" Lind" <sip:+49301234567@pbx.example.com>;tag=as12-3',
  'Anna <sip:1001@pbx.example.com:5060;transport=wss>;tag=1;x="a b"',
  'sip:1001@pbx.example.com;tag=abc',
  '<sip:pbx.example.com;lr>, <sip:10.0.0.1:5060;transport=tcp;lr=on>',
  '<sip:a1b2@abc.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=180;q=0.7, <sip:b@c>;q=1.000',
  '*',
  '4711 INVITE',
  '1 REGISTER',
  '70',
  '0',
  'a84b4c76e66710@pc33.example.com',
  'application/sdp',
  'multipart/mixed;boundary="x y"',
  'session;handling=optional',
  'render',
  'Digest realm="pbx.example.com", nonce="1763/abc==", opaque="5c", qop="auth,auth-int", algorithm=MD5, stale=TRUE',
  'Digest realm="asterisk",nonce="x",algorithm=SHA-256,domain="sip:a sip:b",stale=false,other=1',
  'call-1@10.0.0.1;to-tag=7743;from-tag=6472;early-only',
  '<sip:1002@pbx.example.com?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>',
  'refer;id=93809824',
  'talk',
  '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  'wss://pbx.example.com:8089/ws?a=b',
  'tel:+49-30-1234567',
  'sip:bob@example.com',
];

describe('the grammar of SIP.js that ships', () => {
  it('begins with every rule that SIP.js asks for in what is built, and with no other', () => {
    const asked = new Set<string>();
    for (const file of globSync('{api,core,grammar/*.js,platform/web}{,/**/*.js}', { cwd: lib })) {
      if (!file.endsWith('.js') || NOT_BUILT.test(file)) continue;
      const code = readFileSync(join(lib, file), 'utf8');
      for (const [, rule = ''] of code.matchAll(/Grammar\.parse\(\w+(?:\.\w+)?, "(\w+)"\)/g)) asked.add(rule);
      for (const [, header = ''] of code.matchAll(/parseHeader\("([\w-]+)"/g)) asked.add(header.replaceAll('-', '_'));
    }
    const rules = [...asked].map((rule) => rule.toLowerCase());
    expect([...new Set(rules)].sort()).toEqual(START_RULES.map((rule) => rule.toLowerCase()).sort());
  });

  it('reads each of them as the whole one does', { timeout: LONG }, () => {
    let understood = 0;
    for (const rule of START_RULES) {
      for (const sample of SAMPLES) {
        const told = read(parse, sample, rule);
        expect([rule, sample, read(smallParse, sample, rule)]).toEqual([rule, sample, told]);
        if (told !== -1) understood++;
      }
    }
    // Each rule understands one of the samples, most of them several.
    expect(understood).toBeGreaterThan(2 * START_RULES.length);
  });

  it('reads, and refuses, what is damaged as the whole one does', { timeout: LONG }, () => {
    const damage = fc.array(
      fc.tuple(fc.nat(150), fc.constantFrom('', ' ', ';', '"', '<', '>', ':', '@', '%', 'é', 'z', '0')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...START_RULES), fc.constantFrom(...SAMPLES), damage, (rule, sample, blows) => {
        let text = sample;
        for (const [at, char] of blows) text = text.slice(0, at) + char + text.slice(at + 1);
        expect(read(smallParse, text, rule)).toEqual(read(parse, text, rule));
      }),
      { numRuns: 500 },
    );
  });

  it('is the only module that is changed', () => {
    expect(grammar(whole, '/somewhere/grammar.js')).toBeNull();
  });
});
