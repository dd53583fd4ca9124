import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { absent } from '../../../client/build/absent.mjs';

const root = join(import.meta.dirname, '../../..');
const lib = join(root, 'node_modules/sip.js/lib');
const sources = (folder: string, pattern: string) =>
  globSync(pattern, { cwd: join(root, folder) }).map((file) => ({
    file,
    code: readFileSync(join(root, folder, file), 'utf8'),
  }));
const left = globSync('**/*.js', { cwd: lib }).filter((file) => absent(join(lib, file)) !== null);

describe('what the build leaves out of SIP.js', () => {
  it('is what subscribes and what publishes, nothing that a PBX reaches', () => {
    expect(left.sort()).toEqual([
      'core/user-agents/publish-user-agent-client.js',
      'core/user-agents/subscribe-user-agent-client.js',
    ]);
  });

  it('has the names that the module had', () => {
    const names = (code: string) =>
      [...code.matchAll(/export (?:class|const|function) (\w+)/g)].map(([, name]) => name);
    for (const file of left) {
      expect(names(absent(join(lib, file)) ?? '')).toEqual(names(readFileSync(join(lib, file), 'utf8')));
    }
  });

  it('is made by the core in two methods only', () => {
    const made = /new (?:Subscribe|Publish)UserAgentClient\(/g;
    const places = sources('node_modules/sip.js/lib', '**/*.js').flatMap(({ file, code }) =>
      [...code.matchAll(made)].map(() => file),
    );
    expect(places).toEqual(Array(2).fill('core/user-agent-core/user-agent-core.js'));
  });

  it('is never asked for by the phone', () => {
    const asking = sources('client', '**/*.ts').filter(({ code }) =>
      /\b(?:Subscriber|Publisher|SubscribeUserAgentClient)\b|[cC]ore\.(?:subscribe|publish)\(/.test(code),
    );
    expect(asking.map(({ file }) => file)).toEqual([]);
  });
});
