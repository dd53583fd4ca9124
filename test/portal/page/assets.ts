import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = new URL('./', import.meta.url);
const STYLES = /^\/__page\/([a-z-]+\.css)$/;
const SCRIPT = '/__page/main.js';

const answer = (body: string, type: string): Response =>
  new Response(body, { headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' } });

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    root: fileURLToPath(ROOT),
    build: {
      target: 'es2022',
      minify: false,
      write: false,
      modulePreload: false,
      rolldownOptions: { input: fileURLToPath(new URL('client/main.ts', ROOT)) },
    },
  });
  const chunks = Array.isArray(result)
    ? result.flatMap(({ output }) => output)
    : 'output' in result
      ? result.output
      : [];
  const [script] = chunks.filter((chunk) => chunk.type === 'chunk');
  if (script === undefined || chunks.length !== 1) throw new Error('the portal’s script is not one file');
  return script.code;
}

let script: Promise<string> | undefined;

/**
 * Style sheets as they are; the browser's part as one script, bundled when it is first asked for. Module by module it cost a
 * page two dozen requests, and whoever opened it more of the processor than the phone did.
 */
export const asset = async (pathname: string): Promise<Response | null> => {
  if (pathname === SCRIPT) {
    script ??= bundle();
    return answer(await script, 'text/javascript');
  }
  const file = STYLES.exec(pathname)?.[1];
  if (file === undefined) return null;
  const source = await readFile(new URL(file, ROOT), 'utf8').catch(() => null);
  return source === null ? null : answer(source, 'text/css');
};
