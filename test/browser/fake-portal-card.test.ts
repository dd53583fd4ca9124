import { expect, test } from 'vitest';
import {
  ADA,
  ask,
  CALLER,
  CLIENT,
  card,
  E1,
  heard,
  MEMBER,
  people,
  register,
  rest,
  shown,
  started,
  visit,
  worker,
} from './fake-portal-stage.ts';

/** The fake portal's call card in a real browser, each quirk under its fact's number. */

test('3 a call goes through the card: initialized, answer, connected, hang-up, finished in the panel', async () => {
  const page = await visit();
  const frame = await worker(page);
  const { CALL_ID } = await register({ LINE_NUMBER: '700' });
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'incoming' });
  await page.click('[data-event=answerButtonClick]');
  expect(await ask(frame, 'CallCardSetUiState', { uiState: 'connected', disableAutoStartTimer: true })).toEqual([]);
  expect(await ask(frame, 'CallCardStartTimer')).toBe('silence');
  await page.waitForSelector('[data-card-timer]:not(:empty)');
  await page.click('[data-event=hangupButtonClick]');
  expect(await card(page).count()).toBe(1);
  const [first, ...others] = await heard(frame);
  expect(JSON.parse(first?.[1] ?? '')).toMatchObject({ CALL_ID, LINE_NUMBER: '700', CALL_DIRECTION: 'incoming' });
  expect(others).toEqual([
    ['answerButtonClick', ''],
    ['hangupButtonClick', ''],
  ]);
  await rest('telephony.externalCall.finish', { CALL_ID, USER_ID: ADA, DURATION: 65 });
  await card(page).waitFor({ state: 'detached' });
  await page.waitForSelector(`[data-call-id="${CALL_ID}"][data-status=Answered][data-seconds="65"]`);
  expect(await ask(frame, 'CallCardSetStatusText', { statusText: 'x' })).toEqual(E1);
});

test.each([
  { order: 'the later answer comes first', turns: [1, 0] },
  { order: 'in their order', turns: [0, 1] },
])(
  'a call that begins and ends at once stands as ended, whatever the panel’s answers do: $order',
  async ({ turns }) => {
    const page = await visit();
    const held = await page.evaluateHandle(() => {
      const answers: (() => void)[] = [];
      const ask = window.fetch;
      window.fetch = async (...question) => {
        const answer = await ask(...question);
        if (String(question[0]).startsWith('/__portal/calls')) await new Promise<void>((go) => answers.push(go));
        return answer;
      };
      return answers;
    });
    const answers = (count: number) => expect.poll(() => held.evaluate(({ length }) => length)).toBe(count);
    const { CALL_ID } = await register();
    await answers(1);
    await rest('telephony.externalCall.finish', { CALL_ID, USER_ID: ADA, DURATION: 0 });
    await answers(2);
    for (const turn of turns) await held.evaluate((all, index) => all[index]?.(), turn);
    await page.waitForSelector(`[data-calls] tr[data-live="no"][data-call-id="${CALL_ID}"]`);
  },
);

test('3.3 every button of a connected card says what it should, with the payload it should', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register();
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'connected' });
  await page.click('[data-event=muteButtonClick]');
  await page.click('[data-event=holdButtonClick]');
  await page.click('[data-event=holdButtonClick]');
  await page.click('[data-event=dialpadButtonClick]');
  await page.click('[data-key="#"]');
  await page.click('[data-event=qualityMeterClick]');
  await page.click('[data-quality="4"]');
  await page.click('[data-event=transferButtonClick]');
  await page.click('[data-transfer-user="2"]');
  await page.click('[data-event=addCommentButtonClick]');
  await page.fill('[data-comment]', 'Wants an offer');
  await page.click('[data-comment-save]');
  await expect
    .poll(async () => (await heard(frame)).slice(1))
    .toEqual([
      ['muteButtonClick', 'true'],
      ['holdButtonClick', 'true'],
      ['holdButtonClick', 'false'],
      ['dialpadButtonClick', '"#"'],
      ['qualityMeterClick', '"4"'],
      ['transferButtonClick', JSON.stringify({ phoneNumber: CALLER, target: 2 })],
      ['addCommentButtonClick', '"Wants an offer"'],
    ]);
});

test('3.1 in the simple layout connected is applied but never answered', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register({ PHONE_NUMBER: '102' });
  await page.waitForSelector('[data-card][data-layout=simple]');
  expect(await ask(frame, 'CallCardSetUiState', { uiState: 'connected' })).toBe('silence');
  await page.waitForSelector('[data-ui-state=connected]');
});

test('3.4 one card per page: a second call is registered but not shown', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register();
  await shown(page);
  const second = await register({ PHONE_NUMBER: '+4930901820' });
  await page.waitForFunction((id) => JSON.stringify(window.fakePortal.pulled).includes(id), second.CALL_ID ?? '');
  expect(await card(page).count()).toBe(1);
  expect((await heard(frame)).filter(([name]) => name === 'initialized')).toHaveLength(1);
});

test('3.4 a card of the portal itself takes the one place: E1 and no events', async () => {
  const page = await visit();
  const frame = await worker(page);
  await page.evaluate(() => window.fakePortal.openPortalCard());
  await register();
  expect(await ask(frame, 'CallCardSetMute', { muted: true })).toEqual(E1);
  expect(await heard(frame)).toEqual([]);
});

test('3.4 an early title is overwritten by the card’s own', async () => {
  const page = await visit('/', { titleDelay: 2000 });
  const frame = await worker(page);
  await register();
  await card(page).waitFor();
  await ask(frame, 'CallCardSetCardTitle', { title: 'too early' });
  await page.waitForSelector('[data-card-title]:text("too early")');
  await page.waitForSelector('[data-card-title]:text("Incoming call: Cleo Hart")');
});

test('3.2 ESC closes a redial card without a word, and not a connected one', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register();
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'connected' });
  await page.keyboard.press('Escape');
  expect(await card(page).count()).toBe(1);
  await ask(frame, 'CallCardSetUiState', { uiState: 'redial' });
  await page.keyboard.press('Escape');
  await card(page).waitFor({ state: 'detached' });
  expect((await heard(frame)).map(([name]) => name)).toEqual(['initialized']);
  expect(await ask(frame, 'CallCardSetMute', { muted: true })).toEqual(E1);
});

test('3.4 a comment that is being written keeps the card open after finish, and blocks the next one', async () => {
  const page = await visit();
  const frame = await worker(page);
  const { CALL_ID } = await register();
  await shown(page);
  await page.click('[data-event=addCommentButtonClick]');
  await rest('telephony.externalCall.finish', { CALL_ID, USER_ID: ADA });
  const next = await register({ PHONE_NUMBER: '+4930901820' });
  await page.waitForFunction((id) => JSON.stringify(window.fakePortal.pulled).includes(id), next.CALL_ID ?? '');
  expect(await card(page).getAttribute('data-call-id')).toBe(CALL_ID);
  await page.click('[data-comment-cancel]');
  await card(page).waitFor({ state: 'detached' });
  expect((await heard(frame)).filter(([name]) => name === 'initialized')).toHaveLength(1);
});

test('3.4 tabs that hear of a call together all show it; closing in one closes all, without a word', async () => {
  // Nothing is announced to other tabs while this test runs, however slow the machine: "together" is that.
  const together = { guardDelay: 600_000 };
  const first = await visit('/', together);
  const second = await visit('/telephony/calls/', together, people[0]);
  const [one, two] = [await worker(first), await worker(second)];
  await register();
  await shown(first);
  await shown(second);
  await ask(one, 'CallCardClose');
  await card(second).waitFor({ state: 'detached' });
  expect((await heard(two)).map(([name]) => name)).toEqual(['initialized']);
});

test('3.4 a tab that hears of a call later than the first shows nothing', async () => {
  const first = await visit();
  const late = await visit('/crm/lead/list/', { pullHeld: true }, people[0]);
  await worker(late);
  const { CALL_ID = '' } = await register();
  await first.waitForFunction(() => localStorage.getItem('viExternalCard') !== null);
  await late.evaluate(() => window.fakePortal.releasePull());
  await late.waitForFunction((id) => JSON.stringify(window.fakePortal.pulled).includes(id), CALL_ID);
  expect(await card(first).count()).toBe(1);
  expect(await card(late).count()).toBe(0);
});

test('3.4 a folded card that no app used comes back after a load, but as a card of no app', async () => {
  const page = await visit();
  await worker(page);
  await register();
  await shown(page);
  await page.click('[data-button=fold]');
  await page.reload();
  await page.waitForSelector('[data-card][data-folded=true][data-external=false]');
  expect(await ask(await worker(page), 'CallCardSetMute', { muted: true })).toEqual(E1);
});

test('3.4 after a load externalCall.show brings the card back', async () => {
  const page = await visit();
  const frame = await worker(page);
  const { CALL_ID } = await register();
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'connected' });
  await page.reload();
  const again = await worker(page);
  expect(await card(page).count()).toBe(0);
  await rest('telephony.externalCall.show', { CALL_ID, USER_ID: ADA });
  await shown(page);
  expect((await heard(again)).map(([name]) => name)).toEqual(['initialized']);
});

test('4.2 a click on a number shows the outgoing card with Bitrix24’s own CALL_ID', async () => {
  started.fake.setDefaultLine({ clientId: CLIENT, number: '700' }, MEMBER);
  const page = await visit('/crm/lead/list/');
  const frame = await worker(page);
  await page.click('[data-call]');
  await shown(page);
  const [callId] = started.fake.portal().calls.keys();
  const [first] = await heard(frame);
  expect(JSON.parse(first?.[1] ?? '')).toMatchObject({
    CALL_ID: callId,
    CALL_DIRECTION: 'outgoing',
    LINE_NUMBER: '700',
  });
});
