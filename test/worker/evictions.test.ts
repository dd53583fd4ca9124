import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { openPhone, portals } from './kit.ts';
import { settle } from './legs.ts';

const newPortal = portals(455);
const start = Date.parse('2026-11-20T10:00:00Z');

/** What a call goes through; `failing` names the REST step whose first answer does not come. */
const STEPS = ['register', 'registered', 'answered', 'ended', 'finished'] as const;
const FAULTS = ['none', 'lost', 'garbled', 'duplicate', 'reset', 'page'] as const;

const cases = STEPS.flatMap((step) => FAULTS.map((fault) => ({ step, fault })));

describe('an object that is evicted', () => {
  it.each(cases)(
    'after the step "$step", with REST answers $fault: the call is on record once',
    async ({ step, fault }) => {
      const portal = await newPortal().install();
      const phone = await openPhone(portal, 2);
      const evictAfter = async (done: (typeof STEPS)[number]) => {
        if (done === step) await evictDurableObject(portal.object, { webSockets: 'hibernate' });
      };
      const strike = () => (fault === 'none' ? null : portal.control('fault', { method: 'batch', kind: fault }));
      await strike();
      const said = {
        id: 'r',
        leg: 'leg',
        group: null,
        direction: 'in',
        number: '+442079460000',
        line: '0000',
      } as const;
      phone.send({ t: 'register', ...said, startedAt: start });
      await phone.ask({ t: 'renew', id: 'said' });
      await evictAfter('register');
      await settle(portal, 'register');
      await phone.next('registered');
      await evictAfter('registered');
      await phone.ask({ t: 'answered', id: 'a', leg: 'leg', at: start + 4000 });
      await evictAfter('answered');
      await strike();
      await phone.ask({ t: 'ended', id: 'e', leg: 'leg', at: start + 34_000, seconds: 30, status: '200', reason: '' });
      await evictAfter('ended');
      await settle(portal, 'finish');
      await evictAfter('finished');
      await settle(portal, 'finish');
      await expect.poll(async () => (await portal.status()).calls.backlog).toBe(0);
      const { calls, finished } = await portal.state();
      expect(calls).toEqual([]);
      expect(finished).toMatchObject([
        { userId: 2, duration: 30, statusCode: '200', type: 2, externalCallId: 'l:leg' },
      ]);
    },
    60_000,
  );
});
