import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SENT, terse } from '../../../client/build/terse.mjs';

const root = join(import.meta.dirname, '../../..');
const lib = join(root, 'node_modules/sip.js/lib');
const some = join(lib, 'api/session.js');
const tersed = (code: string, id = some) => terse(code, id)?.code;
const module = (file: string) => readFileSync(join(lib, file), 'utf8');

describe('exceptions of SIP.js', () => {
  it('are without words, however they were written', () => {
    expect(tersed('throw new Error("Dialog undefined.");')).toBe('throw new Error();');
    const inState = `f(new TransportError(\`Failed in \${state}.\`));`;
    expect(tersed(inState)).toBe('f(new TransportError());');
  });

  it('keep what is not only a text', () => {
    const code = 'throw new Error(); throw new Error(text); throw new Error("a" + b); throw make("c"); new Map("d");';
    expect(tersed(code)).toBe(code);
  });

  it('are read by nobody here', () => {
    const reading = globSync('client/phone/**/*.ts', { cwd: root }).filter((file) =>
      /\b(?:e|err|error|reason)\.message\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(reading).toEqual([]);
  });

  it('stay in code that is not SIP.js', () => {
    expect(terse('throw new Error("x");', '/somewhere/client/phone/phone.ts')).toBeNull();
  });
});

describe('reason phrases of SIP.js', () => {
  it('are those of the statuses that it or the phone can send, as they were', () => {
    const utils = 'core/messages/utils.js';
    const phrases = (code: string) =>
      new Map([...code.matchAll(/(\d{3}): ("[^"]+")/g)].map(([, status, text]) => [status, text]));
    const all = phrases(module(utils));
    const kept = phrases(tersed(module(utils), join(lib, utils)) ?? '');
    expect([...kept]).toEqual([...all].filter(([status]) => SENT.includes(Number(status))));
    expect(kept.size).toBe(SENT.length);
  });

  it('are there for every status that SIP.js answers with', () => {
    const sent = new Set<number>();
    for (const file of globSync('{api,core,platform/web/session-description-handler,platform/web/transport}/**/*.js', {
      cwd: lib,
    })) {
      for (const [, status] of module(file).matchAll(/statusCode: ?(\d{3})\b/g)) sent.add(Number(status));
    }
    expect([...sent].filter((status) => !SENT.includes(status))).toEqual([]);
  });
});
