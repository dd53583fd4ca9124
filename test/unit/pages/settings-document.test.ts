import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_SETTINGS, mergeDraft, type SettingsDraft, viewOf } from '../../../src/settings/document.ts';
import { fromPieces, toPieces } from '../../../src/settings/pieces.ts';
import { turnCredential } from '../../../src/settings/turn.ts';

const draft = (over: Partial<SettingsDraft> = {}): SettingsDraft => ({
  ...EMPTY_SETTINGS,
  agents: [{ userId: 1, name: 'Ann', sipUser: '1001', authorizationUser: '', password: 'sealed-1' }],
  iceServers: [{ urls: ['turn:a', 'turn:b'], username: 'u', credential: 'sealed-2' }],
  ...over,
});

function stored(from: SettingsDraft) {
  const merged = mergeDraft(EMPTY_SETTINGS, from);
  if (!merged.ok) throw new Error('the draft is whole');
  return merged.value;
}

describe('merging', () => {
  it('keeps a secret that the draft leaves out', () => {
    const before = stored(draft());
    const silent = draft({
      agents: draft().agents.map((agent) => ({ ...agent, name: 'Ann M.', password: null })),
      iceServers: draft().iceServers.map((server) => ({ ...server, credential: null })),
    });
    expect(mergeDraft(before, silent)).toMatchObject({
      ok: true,
      value: { agents: [{ name: 'Ann M.', password: 'sealed-1' }], iceServers: [{ credential: 'sealed-2' }] },
    });
  });

  it('asks for the secret of a newcomer and of a changed TURN server, and changes nothing', () => {
    const answer = mergeDraft(stored(draft()), {
      ...draft(),
      agents: [{ userId: 2, name: '', sipUser: '1002', authorizationUser: '', password: null }],
      iceServers: [{ urls: ['turn:a'], username: 'u', credential: null }],
    });
    expect(answer).toMatchObject({
      ok: false,
      error: [{ path: 'agents.0.password' }, { path: 'iceServers.0.credential' }],
    });
  });

  it('lets a server without a user name go without a credential', () => {
    const stun = draft({ iceServers: [{ urls: ['stun:a'], username: '', credential: null }] });
    expect(mergeDraft(EMPTY_SETTINGS, stun).ok).toBe(true);
  });
});

it('the view has no secret, sealed or not', () => {
  const view = viewOf(stored(draft()));
  expect(JSON.stringify(view)).not.toContain('sealed');
  expect(view).toMatchObject({ agents: [{ hasPassword: true }], iceServers: [{ hasCredential: true, username: 'u' }] });
});

describe('pieces', () => {
  it('carry any document through headers, whatever its letters', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 64 }), (value, length) => {
        const pieces = toPieces(value, length);
        for (const piece of pieces) expect(piece).toMatch(/^[\w-]*$/);
        expect(JSON.stringify(fromPieces(pieces))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('that are not whole are nothing', () => {
    const pieces: (string | undefined)[] = toPieces({ a: 'bcdefghij' }, 4);
    expect(fromPieces(pieces.slice(0, -1))).toBeNull();
    pieces[1] = undefined;
    expect(fromPieces(pieces)).toBeNull();
    const holes = ['e30'];
    holes[3] = 'e30';
    expect(fromPieces(holes)).toBeNull();
  });
});

it('a TURN credential is coturn’s: expiry and employee as user name, HMAC-SHA-1 as password', async () => {
  // Reference value: printf '87400:17' | openssl dgst -sha1 -hmac north -binary | base64
  expect(await turnCredential('north', 17, 1_000_000)).toEqual({
    username: '87400:17',
    credential: 'jODlyrIpTQ8tLE8/eCPl4fmVWu4=',
  });
});
