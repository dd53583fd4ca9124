import { expect, test } from 'vitest';
import { replacedDialog } from '../../pbx/demo/replaces.ts';

test('Replaces names a dialog from the side of whoever receives it (RFC 3891 3)', () => {
  const dialog = { callId: '98732@sip.example.com', localTag: 'pbx', remoteTag: 'phone' };
  expect(replacedDialog('98732@sip.example.com; from-tag=phone ;to-tag=pbx')).toEqual(dialog);
  expect(replacedDialog('98732@sip.example.com;TO-TAG=pbx;from-tag=phone;early-only')).toEqual(dialog);
});

test('without both tags it names none', () => {
  for (const header of ['', 'a;to-tag=x', 'a;from-tag=x', ';to-tag=x;from-tag=y'])
    expect(replacedDialog(header)).toBeUndefined();
});
