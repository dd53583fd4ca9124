import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { WORDS_FILE } from '../harness/features.mjs';
import { type Product, says, startProduct } from './product.ts';

/**
 * The whole vocabulary between our frame and the call card, used on paths that a person clicks: every command is sent,
 * every event is heard. `nextButtonClick` alone is no click: an external call's card has no such button (docs/card.md).
 */

let product: Product;
/** How often each was seen. */
const commands: Record<string, number> = {};
const events: Record<string, number> = {};
const count = (words: Record<string, number>, word: string) => {
  words[word] = (words[word] ?? 0) + 1;
};

beforeAll(async () => {
  product = await startProduct();
});
afterEach(({ task }) => product?.leave(task));
afterAll(async () => {
  // The table that `npm test` prints.
  writeFileSync(WORDS_FILE, JSON.stringify({ commands, events }));
  await product?.close();
});

/** Keeps what the page has seen before it is closed. */
async function note(stage: Stage): Promise<void> {
  for (const { name } of await stage.commands()) count(commands, name);
  const emitted = await stage.page.evaluate(() => window.fakePortal.events.map(([name]) => name));
  for (const name of emitted) count(events, name.replace('BackgroundCallCard::', ''));
}

async function transferTo(stage: Stage, number: string): Promise<void> {
  await stage.press('transfer');
  await stage.page.fill('[data-transfer-number]', number);
  await stage.page.click('[data-transfer-go]');
}

/** Anna talks with a caller from outside, whom Asterisk can transfer. */
async function talking(): Promise<Stage> {
  const anna = await product.employee(1);
  // Not awaited: it resolves with the answer.
  void product.pbx.callIn({ to: '1001', from: '+49301234567', says: 'tone' });
  await anna.card('incoming');
  await anna.press('answer');
  await anna.card('connected');
  return anna;
}

/** Runs in the page: Asterisk is quicker with a transfer than a test with a click, so the button is met as it appears. */
const clickCompleteAtOnce = () =>
  new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      const button = document.querySelector<HTMLButtonElement>('[data-card] [data-button="complete"]');
      if (!button) return;
      observer.disconnect();
      button.click();
      resolve();
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });

/** Runs in the page. */
const dialledInVainTwice = () => {
  const shown = window.fakePortal.traffic.filter(
    ({ name, data }) => name === 'CallCardSetUiState' && (data as { uiState?: string }).uiState === 'redial',
  );
  return shown.length === 2;
};

describe('what a person clicks on the card', () => {
  it('in a conversation: hold, mute, keys, a comment, a grade, another CRM record', async () => {
    const anna = await product.employee(1);
    const { page } = anna;
    const calling = product.pbx.callIn({ to: '1001', from: '+49301234567', says: 'tone' });
    await anna.card('incoming');
    await anna.press('answer');
    await anna.card('connected');
    await anna.press('hold');
    await says(anna, 'On hold');
    await anna.press('hold');
    await says(anna, 'Connected');
    await anna.press('mute');
    await page.waitForSelector('[data-card] [data-button="mute"][aria-pressed="true"]');
    await anna.press('dialpad');
    await page.click('[data-key="5"]');
    await anna.press('addComment');
    await page.fill('[data-comment]', 'Wants a catalogue');
    await page.click('[data-comment-save]');
    await anna.press('quality');
    await page.click('[data-quality="4"]');
    await page.evaluate(() => window.fakePortal.changeEntity('CONTACT', 5, 'Somebody else'));
    await anna.press('hangup');
    await anna.noCard();
    await (await calling).ended;
    await note(anna);
  });

  it('instead of answering: skip', async () => {
    const anna = await product.employee(1);
    const calling = product.pbx.callIn({ to: '1001', from: '+49301234567' });
    await anna.card('incoming');
    await anna.press('skip');
    await anna.noCard();
    await (await calling).ended;
    await note(anna);
  });

  it('after a busy number: dial again; after a wrong one: close', async () => {
    const anna = await product.employee(1);
    product.clickToCall('604');
    await anna.card('redial');
    await anna.press('redial');
    await anna.page.waitForFunction(dialledInVainTwice);
    await anna.page.keyboard.press('Escape');
    await anna.noCard();
    product.clickToCall('888');
    await anna.card('error');
    await anna.press('close');
    await anna.noCard();
    await note(anna);
  });

  it('in a call list, after a busy number: next', async () => {
    const anna = await product.employee(1);
    const callId = product.clickToCall('604');
    await anna.card('redial');
    await anna.page.evaluate(() => window.fakePortal.nextInList());
    await anna.noCard();
    expect(await product.finished((call) => call.callId === callId)).toMatchObject({ statusCode: '486' });
    await note(anna);
  });

  it('when the line has no credit: tell the administrator', async () => {
    const anna = await product.employee(1);
    const callId = product.clickToCall('611');
    await anna.card('moneyError');
    await anna.press('notifyAdmin');
    await says(anna, 'Tell your administrator');
    await anna.press('close');
    await anna.noCard();
    expect(await product.finished((call) => call.callId === callId)).toMatchObject({ statusCode: '402' });
    await note(anna);
  });

  it('while a transfer is under way: complete, and our leg is free when the PBX has done it', async () => {
    const anna = await talking();
    const completed = anna.page.evaluate(clickCompleteAtOnce);
    await transferTo(anna, '602');
    await completed;
    await anna.noCard();
    await note(anna);
  });

  it('a transfer to somebody without a phone: back to the conversation', async () => {
    const anna = await talking();
    await anna.press('transfer');
    await anna.page.click('[data-transfer-user="3"]');
    await anna.card('transferFailed');
    await anna.press('cancel');
    await anna.card('connected');
    await anna.press('hangup');
    await anna.noCard();
    await note(anna);
  });
});

describe('the vocabulary', () => {
  it('all nine commands were sent', () => {
    expect(Object.keys(commands).sort()).toEqual([
      'Close',
      'GetListUiStates',
      'SetCardTitle',
      'SetHold',
      'SetMute',
      'SetStatusText',
      'SetUiState',
      'StartTimer',
      'StopTimer',
    ]);
  });

  it('all seventeen events were heard', () => {
    expect(Object.keys(events).sort()).toEqual([
      'addCommentButtonClick',
      'answerButtonClick',
      'cancelTransferButtonClick',
      'closeButtonClick',
      'completeTransferButtonClick',
      'dialpadButtonClick',
      'entityChanged',
      'hangupButtonClick',
      'holdButtonClick',
      'initialized',
      'makeCallButtonClick',
      'muteButtonClick',
      'nextButtonClick',
      'notifyAdminButtonClick',
      'qualityMeterClick',
      'skipButtonClick',
      'transferButtonClick',
    ]);
  });
});
