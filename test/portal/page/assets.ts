import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';

const ROOT = new URL('./', import.meta.url);
const SAFE = /^\/__page\/((?:client\/)?(?:[a-z-]+\/)?[a-z-]+\.(?:ts|css))$/;

const TYPES: Readonly<Record<string, string>> = {
  ts: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Style sheets as they are, browser modules with their types stripped: the portal's page needs no bundler. */
export const asset = async (pathname: string): Promise<Response | null> => {
  const file = SAFE.exec(pathname)?.[1];
  if (file === undefined) return null;
  const source = await readFile(new URL(file, ROOT), 'utf8').catch(() => null);
  if (source === null) return null;
  const type = TYPES[file.endsWith('.ts') ? 'ts' : 'css'] ?? '';
  const body = file.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
  return new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-cache' } });
};
