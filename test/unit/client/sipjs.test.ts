import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoff, PBX_WAITS } from '../../../client/phone/backoff.ts';
import { sendKey } from '../../../client/phone/sipjs/dtmf.ts';
import { sipIdentity } from '../../../client/phone/sipjs/identity.ts';
import { logConnector, redact } from '../../../client/phone/sipjs/log.ts';
import {
  answeredElsewhere,
  calledLine,
  dialString,
  incomingLegName,
  userOf,
  wantsAutoAnswer,
} from '../../../client/phone/sipjs/parties.ts';
import { referStatus } from '../../../client/phone/sipjs/refer.ts';
import { registrationProblem } from '../../../client/phone/sipjs/registration.ts';
import { glareDelayMs, reinviteQueue } from '../../../client/phone/sipjs/reinvite.ts';
import { handClock, settle } from './support.ts';

/** UTF-16 units in any order, halves of pairs included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const sha256 = (data: Uint8Array<ArrayBuffer>) => crypto.subtle.digest('SHA-256', data);

describe('the log', () => {
  const message = [
    'REGISTER sip:pbx SIP/2.0',
    'Authorization: Digest username="1001", response="deadbeef"',
    'Proxy-Authorization: Digest response="cafe"',
    'a=ice-pwd:s3cret',
    'To: <sip:1001@pbx>',
  ].join('\r\n');
  test('digest answers and media passwords are taken out, the rest stays', () => {
    const text = redact(message);
    for (const secret of ['deadbeef', 'cafe', 's3cret']) expect(text).not.toContain(secret);
    expect(text).toContain('To: <sip:1001@pbx>');
  });
  test('only warnings and errors are logged', () => {
    const lines: string[] = [];
    const log = logConnector((line) => lines.push(line));
    log('debug', 'sip.Transport', undefined, message);
    log('log', 'sip.Transport', undefined, message);
    log('warn', 'sip.Transport', undefined, message);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('deadbeef');
  });
});

describe('the phone’s names at the PBX', () => {
  test('are the same on every page, and a UUID where RFC 5626 wants one', async () => {
    const [first, second] = [await sipIdentity('room-a', sha256), await sipIdentity('room-a', sha256)];
    expect(first).toEqual(second);
    expect(first.instanceId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  test('differ between people, and don’t give the room away', async () => {
    const names = await sipIdentity('cm9vbQ', sha256);
    expect(names).not.toEqual(await sipIdentity('room-b', sha256));
    expect(JSON.stringify(names)).not.toContain('cm9vbQ');
  });
});

describe('re-INVITEs (RFC 3261 14.1)', () => {
  test('after 491 the owner of the Call-ID waits 2.1-4 s, the other side 0-2 s, in steps of 10 ms', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const owner = glareDelayMs(true, random);
        const other = glareDelayMs(false, random);
        expect(owner).toBeGreaterThanOrEqual(2100);
        expect(owner).toBeLessThanOrEqual(4000);
        expect(other).toBeGreaterThanOrEqual(0);
        expect(other).toBeLessThanOrEqual(2000);
        expect(owner % 10).toBe(0);
        expect(other % 10).toBe(0);
      }),
    );
  });
  test('one at a time, in order; 491 is tried again, anything else is the answer', async () => {
    const clock = handClock();
    const enqueue = reinviteQueue({ ownsCallId: false, random: () => 0.5, setTimeout: clock.setTimeout });
    const log: string[] = [];
    const answers = [491, 200, 488];
    const send = (name: string) => async () => {
      log.push(name);
      return answers.shift() ?? 0;
    };
    const first = enqueue(send('hold'));
    const second = enqueue(send('resume'));
    await settle();
    expect(log).toEqual(['hold']);
    await clock.tick(2000);
    expect(await first).toBe(200);
    expect(await second).toBe(488);
    expect(log).toEqual(['hold', 'hold', 'resume']);
  });
  test('a request that can’t be sent is an answer, too, and blocks nothing', async () => {
    const clock = handClock();
    const enqueue = reinviteQueue({ ownsCallId: true, random: () => 0, setTimeout: clock.setTimeout });
    expect(await enqueue(() => Promise.reject(new Error('gone')))).toBe(0);
    expect(await enqueue(async () => 200)).toBe(200);
  });
  test('a far end that collides for ever ends the attempt', async () => {
    const clock = handClock();
    const enqueue = reinviteQueue({ ownsCallId: true, random: () => 0, setTimeout: clock.setTimeout });
    const result = enqueue(async () => 491);
    await clock.tick(60_000);
    expect(await result).toBe(491);
    expect(clock.waiting()).toBe(0);
  });
});

describe('keys', () => {
  test('go into the audio stream, and by INFO only where that fails', () => {
    const bodies: unknown[] = [];
    sendKey(
      '5',
      '',
      () => true,
      (body) => bodies.push(body),
    );
    expect(bodies).toEqual([]);
    sendKey(
      '5',
      '',
      () => false,
      (body) => bodies.push(body),
    );
    sendKey('#', '', null, (body) => bodies.push(body));
    expect(bodies).toEqual([
      expect.objectContaining({ contentType: 'application/dtmf-relay', content: 'Signal=5\r\nDuration=100' }),
      expect.objectContaining({ content: 'Signal=#\r\nDuration=100' }),
    ]);
  });
  test('pressed faster than they sound, none is lost: a new tone takes the place of those that wait', () => {
    let buffer = '';
    const insert = (keys: string) => {
      buffer = keys;
      return true;
    };
    for (const key of '190') sendKey(key, buffer, insert, () => expect.fail('no INFO'));
    expect(buffer).toBe('190');
  });
});

describe('a transfer’s NOTIFY (RFC 3515)', () => {
  test('decides with a final status only', () => {
    expect(referStatus('SIP/2.0 100 Trying\r\n')).toBeNull();
    expect(referStatus('SIP/2.0 180 Ringing')).toBeNull();
    expect(referStatus('')).toBeNull();
    expect(referStatus('SIP/2.0 200 OK')).toBe(200);
    expect(referStatus('SIP/2.0 486 Busy Here')).toBe(486);
  });
});

describe('who calls whom', () => {
  const headers = (table: Record<string, string>) => ({ getHeader: (name: string) => table[name] });
  test('the dialled line comes from P-Called-Party-ID, else from the diversion', () => {
    expect(calledLine(headers({ 'P-Called-Party-ID': '<sip:+4930555@pbx>', Diversion: '<sip:1@pbx>' }))).toBe(
      '+4930555',
    );
    expect(calledLine(headers({ Diversion: '"x" <tel:+4930666>;reason=unconditional' }))).toBe('+4930666');
    expect(calledLine(headers({}))).toBe('');
  });
  test('a PBX that wants the call answered without a person says it in one of two headers', () => {
    expect(wantsAutoAnswer(headers({ 'Call-Info': '<sip:pbx>; answer-after=0' }))).toBe(true);
    expect(wantsAutoAnswer(headers({ 'Alert-Info': '<http://x>;info=alert-autoanswer' }))).toBe(true);
    expect(wantsAutoAnswer(headers({ 'Alert-Info': 'Auto Answer' }))).toBe(true);
    expect(wantsAutoAnswer(headers({ 'Call-Info': '<sip:pbx>;answer-after=05', 'Alert-Info': 'ring-2' }))).toBe(false);
  });
  test('a user part is decoded, and nonsense stays what it is', () => {
    expect(userOf('<sip:a%20b@pbx>')).toBe('a b');
    expect(userOf('<sip:50%@pbx>')).toBe('50%');
    expect(userOf('nobody')).toBe('');
  });
  test('two branches of one Call-ID are two legs, whose names the object takes', () => {
    const long = 'x'.repeat(300);
    expect(incomingLegName('abc@host', 'z9hG4bKa')).toBe('abc@host;z9hG4bKa');
    expect(incomingLegName(long, `${long}1`)).not.toBe(incomingLegName(long, `${long}2`));
    expect(incomingLegName(long, long).length).toBeLessThanOrEqual(256);
  });

  test('a number as people write it becomes one that can be dialled', () => {
    expect(dialString(' +49 (30) 555-000 ')).toBe('+4930555000');
    expect(dialString('*21#')).toBe('*21#');
    expect(dialString('a b;x')).toBe('a%20b%3Bx');
    expect(dialString('\ud800')).toBe('');
  });
  test('no text makes an address with a second host or parameter', () => {
    fc.assert(fc.property(anyText, (text) => !/[@;>\s<"]/.test(dialString(text))));
  });
  test('a CANCEL says whether a colleague has the call (RFC 3326)', () => {
    expect(answeredElsewhere('SIP;cause=200;text="Call completed elsewhere"')).toBe(true);
    expect(answeredElsewhere('Q.850;cause=16, SIP ;cause=200')).toBe(true);
    expect(answeredElsewhere('SIP;cause=487')).toBe(false);
    expect(answeredElsewhere(undefined)).toBe(false);
  });
});

describe('registration', () => {
  test('a refused password is told apart from everything that may pass', () => {
    expect([401, 403, 407].map(registrationProblem)).toEqual(['wrong_password', 'wrong_password', 'wrong_password']);
    expect([0, 408, 480, 500, 503].map(registrationProblem)).toEqual(Array(5).fill('not_registered'));
  });
});

describe('waiting before another attempt', () => {
  test('is short at first, grows to half a minute, and is spread', () => {
    const delays = (random: number) =>
      [0, 1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backoff(() => random).delayMs(attempt));
    expect(delays(0)[0]).toBe(0);
    expect(Math.max(...delays(0.999))).toBeLessThanOrEqual(45_000);
    expect(delays(0.5).at(-1)).toBe(30_000);
    // A PBX that was started anew has nobody wait so long.
    expect(backoff(() => 0.5, PBX_WAITS).delayMs(50)).toBe(15_000);
    for (const [low, high] of delays(0).map((delay, n) => [delay, delays(0.9)[n] ?? 0]))
      expect(high).toBeGreaterThan(low ?? 0);
  });
});
