import { createHash, randomBytes } from 'node:crypto';

/** Access tokens live an hour, refresh tokens 180 days (fact 5.3); milliseconds. */
export const ACCESS_MS = 3_600_000;
export const REFRESH_MS = 180 * 86_400_000;

export interface Grant {
  readonly memberId: string;
  readonly clientId: string;
  readonly userId: number;
}

export interface TokenPair extends Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Unix ms. */
  readonly expiresAt: number;
}

interface Held extends Grant {
  readonly expiresAt: number;
}

export type Looked = { readonly state: 'unknown' | 'expired' } | { readonly state: 'live'; readonly grant: Grant };

const token = (): string => randomBytes(35).toString('hex');

export const md5 = (value: string): string => createHash('md5').update(value).digest('hex');
export const randomId = (): string => randomBytes(16).toString('hex');

/** Every token that the OAuth server gave out. A refresh token dies when it is used. */
export class TokenStore {
  readonly #access = new Map<string, Held>();
  readonly #refresh = new Map<string, Held>();

  issue(grant: Grant, now: number): TokenPair {
    const pair = { ...grant, accessToken: token(), refreshToken: token(), expiresAt: now + ACCESS_MS };
    this.#access.set(pair.accessToken, { ...grant, expiresAt: pair.expiresAt });
    this.#refresh.set(pair.refreshToken, { ...grant, expiresAt: now + REFRESH_MS });
    return pair;
  }

  access(value: string, now: number): Looked {
    return look(this.#access.get(value), now);
  }

  refresh(value: string, now: number): Looked {
    return look(this.#refresh.get(value), now);
  }

  /** Takes a refresh token out of use: rotation (fact 5.3). */
  spend(refreshToken: string): void {
    this.#refresh.delete(refreshToken);
  }

  /** Lets the access tokens of a portal (or all) run out at once. */
  expire(now: number, memberId?: string): void {
    for (const [value, held] of this.#access) {
      if (memberId === undefined || held.memberId === memberId)
        this.#access.set(value, { ...held, expiresAt: now - 1 });
    }
  }

  /** Forgets what an app holds in a portal; with `userId`, only that person's. */
  revoke(memberId: string, clientId: string, userId?: number): void {
    for (const map of [this.#access, this.#refresh]) {
      for (const [value, held] of map) {
        const hit = held.memberId === memberId && held.clientId === clientId;
        if (hit && (userId === undefined || held.userId === userId)) map.delete(value);
      }
    }
  }
}

const look = (held: Held | undefined, now: number): Looked => {
  if (held === undefined) return { state: 'unknown' };
  if (held.expiresAt <= now) return { state: 'expired' };
  return { state: 'live', grant: { memberId: held.memberId, clientId: held.clientId, userId: held.userId } };
};
