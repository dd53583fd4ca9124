import { describe, expect, test } from 'vitest';
import { aDesk } from './desk-support.ts';
import { LINE, settle } from './support.ts';

/** A person's pages come and go, and each may have the card. */

const outgoing = { CALL_ID: 'c1', CALL_DIRECTION: 'outgoing', LINE_NUMBER: LINE, PHONE_NUMBER: '+4940' };

describe('a card that was open before this page was the phone', () => {
  test('is no click: nothing is dialled, though it looks like one', () => {
    const { desk, did, kinds } = aDesk();
    desk.onCard({ frame: 'f1', callId: 'c1', name: 'initialized', data: outgoing, again: true });
    expect(did('invite')).toEqual([]);
    expect(kinds()).toEqual([]);
  });
  test('is the card of its call, whichever of the two is heard of first', () => {
    for (const cardFirst of [true, false]) {
      const { desk, ring, registered, uis } = aDesk();
      const data = { ...outgoing, CALL_DIRECTION: 'incoming' };
      const tellAgain = () => desk.onCard({ frame: 'f2', callId: 'c1', name: 'initialized', data, again: true });
      if (cardFirst) tellAgain();
      ring();
      registered();
      if (!cardFirst) tellAgain();
      expect(uis()).toEqual(['incoming']);
    }
  });
});

describe('the page with the only card is left', () => {
  const shows = (kinds: readonly string[]) => kinds.filter((kind) => kind === 'show').length;
  test('a call that rings or is talked asks for it, so that another page opens one', () => {
    for (const answered of [false, true]) {
      const { desk, ring, registered, opens, talk, kinds } = aDesk();
      ring();
      registered();
      opens('incoming');
      if (answered) talk();
      desk.onCard({ frame: 'f1', left: true });
      expect(shows(kinds())).toBe(1);
    }
  });
  test('while another page has one, nothing is asked for', () => {
    const { desk, ring, registered, opens, kinds } = aDesk();
    ring();
    registered();
    opens('incoming');
    opens('incoming', LINE, 'c1', 'f2');
    desk.onCard({ frame: 'f1', left: true });
    expect(shows(kinds())).toBe(0);
  });
  test('a call that rings and that nobody can see for ten seconds is handed back to the PBX', async () => {
    const { desk, clock, ring, registered, opens, did } = aDesk();
    ring();
    registered();
    opens('incoming');
    desk.onCard({ frame: 'f1', left: true });
    await clock.tick(5000);
    expect(did('hangup')).toEqual([]);
    await clock.tick(5000);
    expect(did('hangup')).toEqual([['hangup', 'sip-1', 480]]);
  });
});

describe('a card that opened before its frame listened', () => {
  const anew = (reports: readonly object[]) => reports.filter((report) => 'anew' in report);
  test('is opened anew with all cards of the call that lies here, once; the new one shows how the call is', () => {
    const { desk, ring, registered, opens, talk, reports, uis } = aDesk();
    ring();
    registered();
    opens('incoming');
    talk();
    desk.onCard({ frame: 'f2', unheard: true });
    expect(anew(reports)).toEqual([{ t: 'show', leg: 'sip-1', anew: true }]);
    const before = uis().length;
    // Bitrix24 has closed both without a word (fact 3.4), and opens them again.
    opens('incoming', LINE, 'c1', 'f1');
    opens('incoming', LINE, 'c1', 'f2');
    expect(uis().slice(before)).toEqual(['connected', 'connected']);
    expect(anew(reports)).toHaveLength(1);
  });
  test('waits for the call’s CALL_ID', () => {
    const { desk, ring, registered, reports } = aDesk();
    desk.onCard({ frame: 'f2', unheard: true });
    ring();
    expect(anew(reports)).toEqual([]);
    registered();
    expect(anew(reports)).toEqual([{ t: 'show', leg: 'sip-1', anew: true }]);
  });
  test('without a call of ours it is somebody else’s', () => {
    const { desk, ring, registered, card, opens, reports } = aDesk();
    ring();
    registered();
    opens('incoming');
    card('skipButtonClick');
    desk.onCard({ frame: 'f2', unheard: true });
    desk.onCard({ frame: 'f2', left: true });
    ring('sip-2');
    registered('c2', 'sip-2');
    expect(anew(reports)).toEqual([]);
  });
});

test('a page that was taken for gone and clicks is back: its card follows the call again', async () => {
  const { desk, ring, registered, opens, card, talk, commands } = aDesk();
  ring();
  registered();
  opens('incoming');
  opens('incoming', LINE, 'c1', 'f2');
  talk();
  desk.onCard({ frame: 'f2', left: true });
  const before = commands.length;
  card('muteButtonClick', true, 'c1', 'f2');
  await settle();
  const heard = commands.slice(before).filter(({ frame }) => frame === 'f2');
  expect(heard).toContainEqual({
    frame: 'f2',
    command: 'SetUiState',
    params: { uiState: 'connected', disableAutoStartTimer: true },
  });
});

test('a page that was taken for gone and was only slow is back: its card is brought up to date', async () => {
  const { desk, ring, registered, opens, talk, commands } = aDesk();
  ring();
  registered();
  opens('incoming');
  opens('incoming', LINE, 'c1', 'f2');
  desk.onCard({ frame: 'f2', left: true });
  talk();
  const before = commands.length;
  desk.onCard({ frame: 'f2', callId: 'another', back: true });
  expect(commands.slice(before).filter(({ frame }) => frame === 'f2')).toEqual([]);
  desk.onCard({ frame: 'f2', callId: 'c1', back: true });
  await settle();
  expect(commands.slice(before).filter(({ frame }) => frame === 'f2')).toContainEqual({
    frame: 'f2',
    command: 'SetUiState',
    params: { uiState: 'connected', disableAutoStartTimer: true },
  });
});
