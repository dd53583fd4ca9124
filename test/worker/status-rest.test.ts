import { expect, it } from 'vitest';
import { portals, type TestPortal, worker } from './kit.ts';
import { readyPhone, ring } from './market-kit.ts';
import { BINDINGS } from './places.ts';

const newPortal = portals(620);
const look = (portal: TestPortal, query = '') =>
  worker(`/status/rest?portal=${portal.memberId}${query}`, {
    headers: { authorization: `Bearer ${BINDINGS.STATUS_TOKEN}`, accept: 'text/html' },
  });
/** Waits until /status knows the portal: its object tells a moment later. */
const known = async () => {
  const portal = await newPortal().install();
  await portal.makeDue('tell');
  await portal.runDue();
  return portal;
};

it('whoever runs the service sees a portal\u2019s requests, the failed ones first', async () => {
  const portal = await known();
  const all = await (await look(portal, '&all=1')).text();
  expect(all).toContain('placement.bind');
  expect(await (await look(portal, '&method=placement.bind')).text()).toContain(
    'No request of placement.bind has failed in the days that are kept.',
  );
  await portal.control('fault', { method: 'telephony.externalcall.register', error: 'ERROR_CORE', status: 400 });
  const phone = await readyPhone(portal, 2);
  expect((await phone.ask(ring('leg-1'))).t).toBe('refused');
  const failed = await (await look(portal)).text();
  expect(failed).toContain('<strong>ERROR_CORE</strong>');
  expect(failed).not.toContain('placement.bind');
});

it('nobody else does, and an unknown portal is 404', async () => {
  const portal = await known();
  expect((await worker(`/status/rest?portal=${portal.memberId}`)).status).toBe(401);
  expect((await look(newPortal())).status).toBe(404);
});
