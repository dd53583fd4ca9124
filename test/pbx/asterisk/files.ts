import { join } from 'node:path';
import { findUnpacked, type Unavailable } from '../unpacked.ts';

/** The unpacked Asterisk of `install-asterisk.sh`. */
export interface AsteriskFiles {
  readonly root: string;
  readonly modules: string;
  /** Program and first arguments. */
  readonly command: readonly string[];
}

/** Finds the unpacked Asterisk, or says why there is none. */
export function findAsterisk(root?: string): ({ readonly available: true } & AsteriskFiles) | Unavailable {
  const found = findUnpacked('asterisk', 'test/pbx/asterisk/install-asterisk.sh', root);
  if (!found.available) return found;
  const [libraries = ''] = found.libraries;
  return {
    available: true,
    root: found.root,
    modules: join(libraries, 'asterisk/modules'),
    command: found.command('usr/sbin/asterisk'),
  };
}
