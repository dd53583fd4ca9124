import { expect, test } from 'vitest';
import { ringNoLonger } from '../../../client/phone/sipjs/ringing.ts';
import { handClock } from './support.ts';

test('a phone rings on for 5 s after its socket was lost, then ends what still rings; other calls go on', async () => {
  const clock = handClock();
  const ringing = new Set(['a', 'b']);
  const ended: string[] = [];
  ringNoLonger(['a', 'b', 'talking'], {
    ringing: (leg) => ringing.has(leg),
    giveUp: (leg) => ended.push(leg),
    setTimeout: clock.setTimeout,
  });
  await clock.tick(4999);
  expect(ended).toEqual([]);
  // Answered meanwhile.
  ringing.delete('b');
  await clock.tick(1);
  expect(ended).toEqual(['a']);
});

test('where nothing rings, nothing waits', () => {
  const clock = handClock();
  ringNoLonger(['talking'], { ringing: () => false, giveUp: () => {}, setTimeout: clock.setTimeout });
  expect(clock.waiting()).toBe(0);
});
