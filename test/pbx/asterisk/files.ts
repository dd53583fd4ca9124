import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The unpacked Asterisk of `install-asterisk.sh`. */
export interface AsteriskFiles {
  readonly root: string;
  readonly modules: string;
  /** Program and first arguments: the packages' own loader, so that their libraries fit together. */
  readonly command: readonly string[];
}

export interface Unavailable {
  readonly available: false;
  /** One sentence for the person who runs the tests. */
  readonly reason: string;
}

const ROOT = fileURLToPath(new URL('../../.cache/asterisk', import.meta.url));

/** Finds the unpacked Asterisk, or says why there is none. */
export function findAsterisk(root = ROOT): ({ readonly available: true } & AsteriskFiles) | Unavailable {
  if (process.platform !== 'linux') return { available: false, reason: 'The real PBX (Asterisk) runs on Linux only.' };
  if (!existsSync(join(root, 'complete'))) {
    return { available: false, reason: 'Asterisk is not unpacked yet: run test/pbx/asterisk/install-asterisk.sh.' };
  }
  const libraries = readdirSync(join(root, 'usr/lib'))
    .map((name) => join(root, 'usr/lib', name))
    .find((folder) => existsSync(join(folder, 'asterisk/modules')));
  const loader = libraries && readdirSync(libraries).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
  if (!libraries || !loader) return { available: false, reason: 'The unpacked Asterisk is incomplete: remove it.' };
  return {
    available: true,
    root,
    modules: join(libraries, 'asterisk/modules'),
    command: [
      join(libraries, loader),
      '--library-path',
      `${libraries}:${join(root, 'usr/lib')}`,
      join(root, 'usr/sbin/asterisk'),
    ],
  };
}
