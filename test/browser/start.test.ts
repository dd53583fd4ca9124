import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { until } from '../harness/until.ts';

/** `npm start` as a newcomer sees it: one address in the terminal, and a page whose buttons do what they say. */

const main = fileURLToPath(new URL('../start/main.mjs', import.meta.url));

let browser: TestBrowser;
let demo: ChildProcess;
let output = '';
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  demo = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [demo.stdout, demo.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  await until(
    'the demo is ready',
    () => {
      if (demo.exitCode !== null) throw new Error(`The demo ended:\n${output}`);
      return /Ctrl-C stops/.test(output);
    },
    100_000,
  );
  ({ page } = await browser.person());
});
afterAll(async () => {
  await browser?.close();
  if (demo?.exitCode === null) demo.kill('SIGTERM');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(`${await browser.evidence(task.name)}\n${output}`);
});

const addresses = () => output.match(/https?:\/\/\S+/g) ?? [];
const card = (state: string) => page.waitForSelector(`[data-card][data-ui-state="${state}"]`);
const press = (button: string) => page.click(`[data-card] [data-button="${button}"]`);
const logged = (text: string | RegExp) => page.locator('[data-log]').getByText(text).first().waitFor();

test('it prints one address, the portal page', async () => {
  expect(addresses()).toHaveLength(1);
  await page.goto(addresses()[0] ?? '');
  await until('the phone is registered', () => output.includes('the phone 1001 is registered'));
});

test('"call me": a customer rings, the card opens, answering connects, hanging up ends it', async () => {
  await page.click('[data-demo="call-me"]');
  await card('incoming');
  await press('answer');
  await card('connected');
  await logged('The customer hears you.');
  await press('hangup');
  await page.waitForSelector('[data-card]', { state: 'detached' });
  await logged(/call over/);
});

test('"call the echo line": Bitrix24 opens the card, the phone dials', async () => {
  await page.click('[data-demo="call-echo"]');
  await card('connected');
  await press('hangup');
  await page.waitForSelector('[data-card]', { state: 'detached' });
});

test('"slow" and "fast again" say what to do next', async () => {
  await page.click('[data-demo="slow"]');
  await logged(/Reload this page 3 times/);
  await page.click('[data-demo="fast"]');
  await logged(/fast again/);
});

test('"open /status" leads to the page that the printed password opens', async () => {
  const href = (await page.getAttribute('[data-demo-link="status"]', 'href')) ?? '';
  const password = /any user name, (\S+)/.exec(output)?.[1] ?? '';
  const operator = await browser.browser.newContext({ httpCredentials: { username: 'me', password } });
  const status = await operator.newPage();
  expect((await status.goto(href))?.status()).toBe(200);
  await operator.close();
});

test('Ctrl-C stops everything', async () => {
  demo.kill('SIGTERM');
  const [code] = demo.exitCode === null ? await once(demo, 'close') : [demo.exitCode];
  expect(code).toBe(0);
  await expect(fetch(addresses()[0]?.replace('portal-a.localhost', '127.0.0.1') ?? '')).rejects.toThrow();
});
