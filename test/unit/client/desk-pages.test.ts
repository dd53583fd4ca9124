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
