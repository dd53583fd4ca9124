import { evictDurableObject } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DIRECTORY_NAME } from '../../src/directory/directory.ts';
import type { Env } from '../../src/env.ts';
import { portalStatus } from '../unit/pages/portal-status.ts';

const env = bindings as unknown as Env;
const directory = () => env.DIRECTORY.getByName(DIRECTORY_NAME);

describe('the directory', () => {
  it('keeps one row for each portal, the newest', async () => {
    await directory().tell(portalStatus({ memberId: 'a', domain: 'a.example' }));
    await directory().tell(portalStatus({ memberId: 'b', domain: 'b.example' }));
    await directory().tell(portalStatus({ memberId: 'a', domain: 'renamed.example' }));
    const rows = await directory().rows();
    expect(rows.map((row) => row.domain).toSorted()).toEqual(['b.example', 'renamed.example']);
    expect(rows.find((row) => row.memberId === 'b')).toEqual(portalStatus({ memberId: 'b', domain: 'b.example' }));
  });

  it('survives eviction', async () => {
    await directory().tell(portalStatus({ memberId: 'kept', domain: 'kept.example' }));
    await evictDurableObject(directory());
    expect((await directory().rows()).some((row) => row.memberId === 'kept')).toBe(true);
  });

  it('forgets a portal, known or not', async () => {
    await directory().tell(portalStatus({ memberId: 'gone', domain: 'gone.example' }));
    await directory().forget('gone');
    await directory().forget('never-there');
    expect((await directory().rows()).some((row) => row.memberId === 'gone')).toBe(false);
  });
});
