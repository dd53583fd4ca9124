import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build as bundle } from 'vite';
import { absentSipjs } from './absent.mjs';
import { smallGrammar } from './grammar.mjs';
import { ownMd5 } from './md5.mjs';
import { generatedModule, headersFile, sizeReport } from './output.mjs';
import { quietSipjs } from './quiet.mjs';
import { terseSipjs } from './terse.mjs';

const TARGET = 'es2022';

/** Entry name -> its source, relative to the repository. An entry whose source is not there yet becomes an empty module. */
const ENTRIES = {
  phone: 'client/phone/main.ts',
  app: 'client/app/main.ts',
  install: 'client/install/main.ts',
  status: 'client/status/main.ts',
};

/** Entries that are bundled each by itself. */
const ALONE = ['vault', 'ticker', 'quality', 'reentry', 'recording', 'worklet', 'encoder'];

const PAGES_CSS = 'client/pages.css';
const EMPTY = '\0empty:';

const emptyEntries = {
  name: 'empty-entries',
  resolveId: (id) => (id.startsWith('empty:') ? `\0${id}` : null),
  load: (id) => (id.startsWith(EMPTY) ? 'export {};' : null),
};

function inputs(root) {
  const input = {};
  for (const [name, file] of Object.entries(ENTRIES)) {
    input[name] = existsSync(join(root, file)) ? join(root, file) : `empty:${name}`;
  }
  if (existsSync(join(root, PAGES_CSS))) input.pages = join(root, PAGES_CSS);
  return input;
}

const hashed = {
  entryFileNames: 'assets/[name]-[hash].js',
  chunkFileNames: 'assets/[name]-[hash].js',
  assetFileNames: 'assets/[name]-[hash][extname]',
};

async function bundled(root, { input, output, define = {} }) {
  const result = await bundle({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    root,
    base: '/',
    plugins: [emptyEntries, absentSipjs, ownMd5, smallGrammar, quietSipjs, terseSipjs],
    define,
    build: {
      target: TARGET,
      write: false,
      rolldownOptions: { input, preserveEntrySignatures: 'strict', output },
    },
  });
  return result.output;
}

const urlOf = (parts, name) =>
  JSON.stringify(`/${parts.find((part) => part.type === 'chunk' && part.isEntry && part.name === name).fileName}`);

/** Each alone, so that no code is shared: a worklet and a worker start from one file, and the encoder's library is another. */
async function bundleRecording(root) {
  const worklet = await bundled(root, {
    input: { worklet: join(root, 'client/recording/worklet.ts') },
    output: hashed,
  });
  const encoder = await bundled(root, {
    input: { encoder: join(root, 'client/recording/encoder.ts') },
    // LGPL: whoever wants another LAME replaces this file.
    output: { ...hashed, codeSplitting: { groups: [{ name: 'lame', test: /lamejs/ }] } },
  });
  const recording = await bundled(root, {
    input: { recording: join(root, 'client/recording/main.ts') },
    output: hashed,
    define: { __WORKLET_URL__: urlOf(worklet, 'worklet'), __ENCODER_URL__: urlOf(encoder, 'encoder') },
  });
  return [...worklet, ...encoder, ...recording];
}

/**
 * What is loaded by a hashed URL is bundled before whoever names it: no code is shared between the two, so a frame that is
 * not the phone fetches one file and nothing else, and the bundler's preload helper stays out of it.
 */
async function bundleAll(root) {
  const recording = await bundleRecording(root);
  const one = (name, path) => bundled(root, { input: { [name]: join(root, path) }, output: hashed });
  const quality = await one('quality', 'client/media/quality/main.ts');
  const reentry = await one('reentry', 'client/phone/sipjs/reentry.ts');
  const ticker = await one('ticker', 'client/ticker/main.ts');
  const vault = await one('vault', 'client/vault/main.ts');
  const define = {
    __RECORDING_URL__: urlOf(recording, 'recording'),
    __QUALITY_URL__: urlOf(quality, 'quality'),
    __REENTRY_URL__: urlOf(reentry, 'reentry'),
    __TICKER_URL__: urlOf(ticker, 'ticker'),
  };
  const rest = await bundled(root, { input: inputs(root), output: hashed, define });
  const frame = await bundled(root, {
    input: { frame: join(root, 'client/frame/main.ts') },
    output: hashed,
    define: { __PHONE_URL__: urlOf(rest, 'phone'), __VAULT_URL__: urlOf(vault, 'vault') },
  });
  return [...recording, ...quality, ...reentry, ...ticker, ...vault, ...rest, ...frame];
}

async function bundleBoot(root) {
  const [script] = await bundled(root, { input: join(root, 'client/frame/boot.ts'), output: { format: 'iife' } });
  return script.code.trim();
}

/** Written beside the target and renamed, so that a server that is running meanwhile never reads half a file. */
function writeIfChanged(path, content) {
  const bytes = Buffer.from(content);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, bytes);
  renameSync(draft, path);
}

function removeStale(folder, keep) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!keep.has(name)) rmSync(join(folder, name), { recursive: true });
  }
}

/**
 * Builds everything and writes `dist/client` and `src/generated/client.ts`.
 * @param root the repository's folder
 */
export async function build(root) {
  const started = Date.now();
  const [output, boot] = await Promise.all([bundleAll(root), bundleBoot(root)]);
  // A style sheet as an entry leaves an empty script behind: nobody asks for it.
  const parts = output.filter((part) => !(part.type === 'chunk' && part.name === 'pages'));
  const dist = join(root, 'dist/client');
  for (const part of parts) writeIfChanged(join(dist, part.fileName), part.type === 'chunk' ? part.code : part.source);
  removeStale(join(dist, 'assets'), new Set(parts.map((part) => part.fileName.replace('assets/', ''))));
  writeIfChanged(join(dist, '_headers'), headersFile());
  const bootHash = `sha256-${createHash('sha256').update(boot).digest('base64')}`;
  writeIfChanged(
    join(root, 'src/generated/client.ts'),
    generatedModule({
      parts,
      boot,
      bootHash,
      entries: ['frame', ...ALONE, ...Object.keys(ENTRIES)],
    }),
  );
  const sizes = sizeReport({ parts, boot, brotli: (text) => brotliCompressSync(text).length });
  return { files: parts.length, sizes, ms: Date.now() - started };
}
