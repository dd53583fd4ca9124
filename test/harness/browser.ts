import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { microphoneWav } from './microphone.ts';
import { freePorts } from './ports.ts';

/**
 * Replaces Playwright's own list (the last `--disable-features` counts), because that one switches storage partitioning
 * off: people's browsers have it, and what frames of different portals share depends on it. The first two keep
 * http://*.localhost on http.
 */
const DISABLED_FEATURES = [
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'MediaRouter',
  'PaintHolding',
  'OptimizationHints',
  'DestroyProfileOnBrowserClose',
];

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** First port tried for a browser with `hiding`. */
const DEBUGGING_PORT = 29_222;
/** What Playwright starts a browser with so that pages in the background run as if they were in front. */
const KEEPS_AWAKE = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

export interface BrowserOptions {
  /**
   * Offers 127.0.0.1 as an ICE candidate. Default true: a network with nothing but loopback (as the PBX tests run in)
   * has no other; false is what a person's browser does.
   */
  readonly loopbackCandidates?: boolean;
  /**
   * Pages can be hidden: a tab in front of another one hides it, as in a person's browser. Playwright otherwise makes each
   * page think that it is looked at, and the browser freezes none that is. All people of such a browser are one.
   */
  readonly hiding?: boolean;
  /**
   * The portals' frames get no storage: localStorage and Web Locks throw, as where a person's settings block third-party
   * data. Blocking third-party cookies alone does not do so any more: since storage is partitioned, frames keep theirs.
   */
  readonly refusesStorage?: boolean;
  /** Names that this browser finds elsewhere than on loopback, with their addresses. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** One person at a browser: own cookies, own storage. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console lines and uncaught errors of all this person's pages and frames, oldest first. */
  readonly log: readonly string[];
  /** Uncaught errors alone: a test of a healthy path expects none. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly browser: Browser;
  /** A new person. `microphone: false` has answered "block" to every portal that asked. */
  person(options?: { readonly microphone?: boolean }): Promise<Person>;
  /** Stops every process of the browser, as a computer does that falls asleep. @returns wakes it up; more than once is allowed */
  sleep(): () => void;
  /** Saves a picture of every open page into test/.out and returns what the consoles said: call it when a test failed. */
  evidence(name: string): Promise<string>;
  close(): Promise<void>;
}

const out = fileURLToPath(new URL('../.out/', import.meta.url));

/**
 * Launches the Chromium of this machine, headless, with a fake microphone that plays tone bursts.
 *
 * @throws when no Chromium is installed
 */
export async function launchBrowser({
  loopbackCandidates = true,
  hiding = false,
  refusesStorage = false,
  hosts = {},
}: BrowserOptions = {}): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('No Chromium found: install one or set CHROMIUM to its path.');
  const folder = mkdtempSync(join(tmpdir(), 'webphone-browser-'));
  const microphone = join(folder, 'microphone.wav');
  writeFileSync(microphone, microphoneWav());
  const [port = 0] = hiding ? await freePorts([DEBUGGING_PORT]) : [];
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    // Playwright's own --headless is the old kind in some builds; --mute-audio would silence what the tests listen to.
    ignoreDefaultArgs: ['--headless', '--mute-audio', ...(hiding ? KEEPS_AWAKE : [])],
    args: [
      '--headless=new',
      ...ARGUMENTS,
      // Third-party storage that can't be partitioned is refused.
      `--disable-features=${[...DISABLED_FEATURES, ...(refusesStorage ? ['ThirdPartyStoragePartitioning'] : [])].join(',')}`,
      `--use-file-for-fake-audio-capture=${microphone}`,
      ...(loopbackCandidates ? ['--allow-loopback-in-peer-connection'] : []),
      ...(hiding ? [`--remote-debugging-port=${port}`] : []),
      `--host-resolver-rules=${Object.entries(hosts)
        .map(([host, address]) => `MAP ${host} ${address}`)
        .join(',')}`,
    ],
  });
  // The browser's own context, without what Playwright does to every page.
  const plain = hiding ? await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true }) : null;
  const people = new Set<Person>();
  let wake = () => {};
  return {
    browser,
    sleep() {
      const group = processGroup(folder);
      process.kill(-group, 'SIGSTOP');
      let asleep = true;
      wake = () => {
        if (asleep) process.kill(-group, 'SIGCONT');
        asleep = false;
      };
      return wake;
    },
    async person({ microphone: allowed = true } = {}) {
      const context = plain?.contexts()[0] ?? (await browser.newContext({ locale: 'en-GB' }));
      await context.grantPermissions(allowed ? ['microphone'] : []);
      const person = await watch(context, plain !== null);
      people.add(person);
      context.on('close', () => people.delete(person));
      return person;
    },
    evidence: (name) => evidence(name, people),
    async close() {
      wake();
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The process that leads the group of all that were started with this word on their command line. Linux only. */
function processGroup(word: string): number {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      // Behind the program's name in brackets: state, parent, group (proc(5)).
      const group = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
      if (group === name && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word)) return Number(group);
    } catch {
      // It ended in between.
    }
  }
  throw new Error('the browser’s processes were not found');
}

async function watch(context: BrowserContext, lasting: boolean): Promise<Person> {
  const log: string[] = [];
  const errors: string[] = [];
  context.on('console', (message) => log.push(`${message.type()}: ${message.text()} (${message.location().url})`));
  context.on('weberror', (error) => {
    const text = error.error().stack ?? String(error.error());
    errors.push(text);
    log.push(`uncaught: ${text}`);
  });
  const page = await context.newPage();
  const closePages = async () => {
    for (const open of context.pages()) await open.close();
  };
  return { context, page, log, errors, close: () => (lasting ? closePages() : context.close()) };
}

async function evidence(name: string, people: ReadonlySet<Person>): Promise<string> {
  mkdirSync(out, { recursive: true });
  const base = name.replace(/[^\w-]+/g, '-').slice(0, 80);
  const lines: string[] = [];
  let n = 0;
  for (const person of people) {
    for (const page of person.context.pages()) {
      n += 1;
      const file = join(out, `${base}-${n}.png`);
      await page.screenshot({ path: file, timeout: 5_000 }).catch(() => undefined);
      lines.push(`${page.url()} -> test/.out/${base}-${n}.png`);
    }
    lines.push(...person.log);
  }
  writeFileSync(join(out, `${base}.log`), `${lines.join('\n')}\n`);
  return lines.join('\n');
}
