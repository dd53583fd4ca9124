import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Person } from '../harness/browser.ts';
import { LINE, type PhoneAccount, phoneAccounts } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import { type DemoPbx, startDemoPbx } from '../pbx/demo/demo-pbx.ts';
import { appFrame, clickApp, enter, phoneSays, pictures, refusedContent } from './pages-stage.ts';
import { setScene } from './scene.ts';

/** The app's page in the portal: an administrator types the PBX in, and an employee has a phone. */

const [ANNA, BEN, CARLA] = [1, 2, 3];

// The PBX is there, but nobody has told the portal's settings: that is this test's work.
const scene = setScene<Person>({ pbx: null }, (person) => expect(person.errors).toEqual([]));
let pbx: DemoPbx;
let ben: PhoneAccount;

beforeAll(async () => {
  const accounts = phoneAccounts();
  ben = accounts.find(({ userId }) => userId === BEN) ?? expect.fail('Ben has no account');
  pbx = await startDemoPbx({ port: 0, accounts });
});
afterAll(() => pbx?.close());

async function visit(as: number): Promise<Person> {
  const person = scene.opened(await enter(scene.browser, scene.world.portals[0], as));
  return person;
}

async function openApp(as: number): Promise<{ person: Person; page: Page; app: FrameLocator }> {
  const person = await visit(as);
  const app = await clickApp(person.page);
  await app.getByRole('heading', { name: 'My phone' }).waitFor();
  return { person, page: person.page, app };
}

/** A field of a row of one of the form's tables. */
const cell = (app: FrameLocator, list: 'lines' | 'agents', row: number, name: string) =>
  app.locator(`[data-list="${list}"] tbody tr`).nth(row).locator(`[data-field="${name}"]`);
const rows = (app: FrameLocator, list: 'lines' | 'agents') => app.locator(`[data-list="${list}"] > table > tbody > tr`);
const outcome = (app: FrameLocator, text: string) => app.locator('#outcome', { hasText: text }).waitFor();

async function save(app: FrameLocator, said: string): Promise<void> {
  await app.getByRole('button', { name: 'Save' }).click();
  await outcome(app, said);
}

async function addAgent(app: FrameLocator, values: Readonly<Record<string, string>>): Promise<void> {
  const before = await rows(app, 'agents').count();
  await app.getByRole('button', { name: 'Add an agent' }).click();
  for (const [name, value] of Object.entries(values)) await cell(app, 'agents', before, name).fill(value);
}

test('before anything is set, everybody reads why their browser does not ring, and only the administrator how to change that', async () => {
  const { app } = await openApp(ANNA);
  await app.getByText('Fill in the PBX and add yourself to the agents below.').waitFor();
  expect(await rows(app, 'agents').count()).toBe(0);
  const carla = await openApp(CARLA);
  await carla.app.getByText('Ask an administrator of your portal to add you').waitFor();
});

test('wrong input is named at its field, in words, and nothing is saved', async () => {
  const { person, page, app } = await openApp(ANNA);
  await app.getByLabel('WebSocket address').fill('http://pbx.example.com');
  await app.getByLabel('SIP domain').fill('pbx.example.com');
  await save(app, 'Not saved: one field needs your attention.');
  await app.locator('#pbxUrl-error', { hasText: 'Write the WebSocket address of the PBX' }).waitFor();
  expect(await app.getByLabel('WebSocket address').getAttribute('aria-invalid')).toBe('true');

  await addAgent(app, { userId: 'Ben', sipUser: '10 02' });
  // The address is still wrong, and nobody has typed a password.
  await save(app, 'Not saved: 4 fields need your attention.');
  await app.getByText('Write the number of the employee in Bitrix24.').waitFor();
  await app.getByText('Write the user part of the SIP address').waitFor();
  await app.getByText('Type the password of this SIP account.').waitFor();
  // The person types on where the first problem is.
  expect(await app.getByLabel('WebSocket address').evaluate((input) => input === document.activeElement)).toBe(true);
  await pictures(page, 'app-wrong-input');

  await page.reload();
  await appFrame(page).locator('#settings').waitFor();
  expect(await appFrame(page).getByLabel('SIP domain').inputValue()).toBe('');
  expect(refusedContent(person)).toEqual([]);
});

test('the PBX, a line and an agent are typed in and saved; a reload shows them without the password; the agent has a phone', async () => {
  const { person, page, app } = await openApp(ANNA);
  await app.getByLabel('WebSocket address').fill(pbx.url);
  await app.getByLabel('SIP domain').fill(pbx.domain);
  await app.getByRole('button', { name: 'Add a line' }).click();
  await cell(app, 'lines', 0, 'number').fill('+49 30 555-000');
  await cell(app, 'lines', 0, 'name').fill(LINE.name);
  await addAgent(app, { userId: String(BEN), name: ben.name, sipUser: ben.user, password: ben.password });
  await outcome(app, 'Not saved yet.');
  await save(app, 'Saved.');

  await page.reload();
  const again = appFrame(page);
  await again.locator('#settings').waitFor();
  expect(await again.getByLabel('WebSocket address').inputValue()).toBe(pbx.url);
  expect(await again.getByLabel('SIP domain').inputValue()).toBe(pbx.domain);
  expect(await cell(again, 'lines', 0, 'number').inputValue()).toBe(LINE.number);
  expect(await cell(again, 'agents', 0, 'userId').inputValue()).toBe(String(BEN));
  expect(await cell(again, 'agents', 0, 'sipUser').inputValue()).toBe(ben.user);
  expect(await cell(again, 'agents', 0, 'password').inputValue()).toBe('');
  expect(await cell(again, 'agents', 0, 'password').getAttribute('placeholder')).toContain('kept');
  expect(await again.locator(':root').innerHTML()).not.toContain(ben.password);
  await pictures(page, 'app');

  const { memberId } = scene.world.portals[0];
  await until('the line in Bitrix24', () =>
    scene.world.fake.portal(memberId).lines.some((line) => line.number === LINE.number),
  );
  const employee = await visit(BEN);
  await phoneSays(employee.page, scene.world, 'ready');
  expect(pbx.registrations()).toEqual([ben.user]);
  for (const each of [person, employee]) expect(refusedContent(each)).toEqual([]);
});

test('how calls are made and recorded is set, section by section; every problem is named at the first try', async () => {
  const { person, page, app } = await openApp(ANNA);
  await app.getByLabel('Country').fill('xx');
  await app.getByLabel('Never dialled').fill('+1900*\n\nabc');
  await app.getByLabel('Calls are recorded').selectOption('By the PBX');
  await cell(app, 'lines', 0, 'number').fill('no number');
  await save(app, 'Not saved: 4 fields need your attention.');
  await app.getByText('No country has these two letters.').waitFor();
  await app.getByText('Line 3 (abc): Write a number').waitFor();
  await app.getByText('Write where the PBX keeps its records').waitFor();
  await pictures(page, 'app-calls-wrong');

  await cell(app, 'lines', 0, 'number').fill(LINE.number);
  await app.getByLabel('Country').fill('de');
  await app.getByLabel('Never dialled').fill('+1900*');
  await app.getByLabel('Emergency numbers').fill('112\n110');
  await app.getByLabel('Calls are recorded').selectOption('By the agent’s browser');
  await app.getByLabel('The PBX wants numbers').selectOption('In full: +493012345');
  await app.getByLabel('The transfer button').selectOption('Hands over at once');
  await app.getByLabel('Conference room').fill('8{user}');
  await app.getByLabel('Bitrix24 makes a lead').selectOption('By the line they called');
  await app.getByRole('checkbox', { name: 'Makes leads' }).check();
  await save(app, 'Saved.');

  await page.reload();
  const again = appFrame(page);
  await again.locator('#settings').waitFor();
  expect(await again.getByLabel('Country').inputValue()).toBe('DE');
  expect(await again.getByLabel('Emergency numbers').inputValue()).toBe('112\n110');
  expect(await again.getByRole('checkbox', { name: 'Makes leads' }).isChecked()).toBe(true);
  expect(await again.getByLabel('Address of a call’s record').isVisible()).toBe(false);
  await pictures(page, 'app-calls');
  const { calling, lines } = await scene.world.admin.session(scene.world.portals[0].memberId, BEN);
  expect(lines).toMatchObject([{ leads: true }]);
  expect(calling).toMatchObject({
    transfer: 'blind',
    conference: `8${ben.user}`,
    recording: 'browser',
    dialling: { countryCode: '49', dialAs: 'e164', forbidden: ['+1900*'], emergency: ['112', '110'] },
  });
  expect(refusedContent(person)).toEqual([]);
});

test('saving again keeps the stored password', async () => {
  const { app } = await openApp(ANNA);
  await app.getByLabel('Call header (optional)').fill('X-Call-Id');
  await save(app, 'Saved.');
  const session = await scene.world.admin.session(scene.world.portals[0].memberId, BEN);
  expect(session).toMatchObject({ callHeader: 'X-Call-Id', sip: { password: ben.password } });
});

test('an employee who is no administrator sees their own phone and the portal’s, and no settings', async () => {
  const { person, page, app } = await openApp(BEN);
  await app.getByText(`Your number: ${ben.user}@${pbx.domain}`).waitFor();
  await app.getByText('The phone is on every page of this portal.').waitFor();
  const html = await app.locator(':root').innerHTML();
  expect(html).not.toContain(pbx.url);
  expect(html).not.toContain(LINE.number);
  expect(await app.locator('form').count()).toBe(0);
  await pictures(page, 'app-employee');
  expect(refusedContent(person)).toEqual([]);
});

test('a removed agent has no phone from the next page on', async () => {
  const { page, app } = await openApp(ANNA);
  await app.getByRole('button', { name: 'Remove this agent' }).click();
  await save(app, 'Saved.');
  await page.reload();
  await appFrame(page).locator('#settings').waitFor();
  expect(await rows(appFrame(page), 'agents').count()).toBe(0);
  const employee = await visit(BEN);
  await phoneSays(employee.page, scene.world, 'none');
});

test('what is not ours does not run in the page, and the browser says so', async () => {
  const { person, app } = await openApp(ANNA);
  await app.locator('body').evaluate((body) => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    body.append(script);
  });
  expect(await app.locator('body').evaluate(() => 'injected' in window)).toBe(false);
  await until('the browser’s complaint', () => refusedContent(person).length > 0);
});
