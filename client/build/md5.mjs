import { join } from 'node:path';

/** SIP.js's MD5: a class for streams and buffers, of which it asks the sum of a text. */
const MD5 = /[\\/]sip\.js[\\/]lib[\\/]core[\\/]messages[\\/]md5\.js$/;
const OURS = join(import.meta.dirname, '../phone/sipjs/md5.ts');

/**
 * What is built in place of SIP.js's MD5.
 * @param id the module's path
 * @returns null for every other module
 */
export const md5Module = (id) =>
  MD5.test(id) ? `import { md5 } from ${JSON.stringify(OURS)};\nexport const Md5 = { hashStr: md5 };` : null;

/** Vite's plugin: a challenge is answered with client/phone/sipjs/md5.ts, which is a quarter of the size (docs/sipjs.md). */
export const ownMd5 = {
  name: 'own-md5',
  load: md5Module,
};
