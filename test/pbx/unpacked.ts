import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that `unpack.sh` has put into a folder of its own, with everything that they need. */
export interface Unpacked {
  readonly available: true;
  readonly root: string;
  /** Folders of the packages' libraries; the first holds what belongs to single programs, e.g. `kamailio/modules`. */
  readonly libraries: readonly string[];
  /**
   * Program and first arguments: the packages' own loader, so that their libraries fit together.
   * @param own folder of libraries that belong to this program alone, below the first of `libraries`
   */
  command(program: string, own?: string): readonly string[];
}

export interface Unavailable {
  readonly available: false;
  /** One sentence for the person who runs the tests. */
  readonly reason: string;
}

const CACHE = fileURLToPath(new URL('../.cache/', import.meta.url));

/** Older Debian suites keep the C library in /lib, newer ones have everything below /usr. */
const LIBRARY_FOLDERS = ['usr/lib', 'lib'];

const isLoader = (name: string) => /^ld-linux.*\.so\.\d+$/.test(name);

/**
 * Finds what was unpacked, or says why there is nothing.
 * @param name of the folder below test/.cache
 * @param script that unpacks it, for the sentence
 */
export function findUnpacked(name: string, script: string, root = join(CACHE, name)): Unpacked | Unavailable {
  if (process.platform !== 'linux') return { available: false, reason: `The real PBX (${name}) runs on Linux only.` };
  if (!existsSync(join(root, 'complete')))
    return { available: false, reason: `The real PBX (${name}) is not unpacked yet: run ${script}.` };
  const tops = LIBRARY_FOLDERS.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
  const multiarch = tops.flatMap((top) =>
    readdirSync(top)
      .filter((entry) => /-linux-gnu/.test(entry))
      .map((entry) => join(top, entry)),
  );
  const [loader] = multiarch.flatMap((folder) =>
    readdirSync(folder)
      .filter(isLoader)
      .map((entry) => join(folder, entry)),
  );
  if (loader === undefined)
    return { available: false, reason: `The unpacked ${name} is incomplete: remove test/.cache/${name}.` };
  return {
    available: true,
    root,
    libraries: multiarch,
    command: (program, own) => {
      const folders = [...(own === undefined ? [] : [join(multiarch[0] ?? '', own)]), ...multiarch, ...tops];
      return [loader, '--library-path', folders.join(':'), join(root, program)];
    },
  };
}
