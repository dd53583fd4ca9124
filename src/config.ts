import { fromBase64 } from './crypto/bytes.ts';
import type { SealKey, SealKeys } from './crypto/seal.ts';
import type { SignKeys } from './crypto/sign.ts';
import type { Env } from './env.ts';
import { type Failure, failure } from './http/failure.ts';
import { err, ok, type Result } from './http/result.ts';

/** The checked configuration. docs/deploying.md explains each setting. */
export interface Config {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Hosts (with port where one is given) that may be sent our client_secret. */
  readonly oauthHosts: readonly [string, ...string[]];
  readonly appTitle: string;
  /** A frame load longer than this is a strike (ms). */
  readonly strikeMs: number;
  /** Strikes a day at which /status raises the alarm. */
  readonly strikeAlarm: number;
  /** Strikes a day after which Bitrix24 removes the placement. */
  readonly strikeLimit: number;
  readonly sealKeys: SealKeys;
  readonly signKeys: SignKeys;
  readonly statusToken: string | null;
  readonly turnSecret: string | null;
  /** Development only: portals and OAuth hosts on loopback are called over http. */
  readonly allowLocal: boolean;
  readonly access: { readonly teamDomain: string; readonly audience: string } | null;
}

const SEAL_KEY_BYTES = 32;
const SIGN_KEY_MIN = 32;

const problem = (name: string, what: string) =>
  err(failure('configuration', `${name} ${what} See "Deploying" in README.md.`));

const list = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function readSealKeys(text: string | undefined): Result<SealKeys, Failure> {
  const keys: SealKey[] = [];
  for (const entry of list(text)) {
    const split = entry.indexOf(':');
    const id = entry.slice(0, split);
    const bytes = fromBase64(entry.slice(split + 1));
    if (split < 1 || !/^[\w-]+$/.test(id) || bytes?.length !== SEAL_KEY_BYTES)
      return problem('SEAL_KEYS', 'is malformed: each entry is id:base64 of 32 random bytes.');
    keys.push({ id, bytes });
  }
  const [first, ...rest] = keys;
  return first ? ok([first, ...rest]) : problem('SEAL_KEYS', 'is missing.');
}

function readSignKeys(text: string | undefined): Result<SignKeys, Failure> {
  const [first, ...rest] = list(text);
  if (!first) return problem('SIGN_KEY', 'is missing.');
  if ([first, ...rest].some((key) => key.length < SIGN_KEY_MIN))
    return problem('SIGN_KEY', `is too short: each key has ${SIGN_KEY_MIN} or more characters.`);
  return ok([first, ...rest]);
}

function readNumber(name: string, text: string | undefined, fallback: number): Result<number, Failure> {
  if (text === undefined || text === '') return ok(fallback);
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? ok(value) : problem(name, 'must be a whole number above 0.');
}

const trimSlash = (host: string) =>
  host
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .toLowerCase();

function readRequired(name: string, text: string | undefined): Result<string, Failure> {
  return text ? ok(text) : problem(name, 'is missing.');
}

function checkConfig(env: Env): Result<Config, Failure> {
  const clientId = readRequired('B24_CLIENT_ID', env.B24_CLIENT_ID);
  if (!clientId.ok) return clientId;
  const clientSecret = readRequired('B24_CLIENT_SECRET', env.B24_CLIENT_SECRET);
  if (!clientSecret.ok) return clientSecret;
  const sealKeys = readSealKeys(env.SEAL_KEYS);
  if (!sealKeys.ok) return sealKeys;
  const signKeys = readSignKeys(env.SIGN_KEY);
  if (!signKeys.ok) return signKeys;
  const [oauthHost, ...moreHosts] = list(env.B24_OAUTH_HOSTS ?? 'oauth.bitrix.info,oauth.bitrix24.tech').map(trimSlash);
  if (!oauthHost) return problem('B24_OAUTH_HOSTS', 'is empty.');
  const strikeMs = readNumber('STRIKE_MS', env.STRIKE_MS, 5000);
  if (!strikeMs.ok) return strikeMs;
  const strikeAlarm = readNumber('STRIKE_ALARM', env.STRIKE_ALARM, 3);
  if (!strikeAlarm.ok) return strikeAlarm;
  const strikeLimit = readNumber('STRIKE_LIMIT', env.STRIKE_LIMIT, 10);
  if (!strikeLimit.ok) return strikeLimit;
  const teamDomain = env.ACCESS_TEAM_DOMAIN ? trimSlash(env.ACCESS_TEAM_DOMAIN) : '';
  if (Boolean(teamDomain) !== Boolean(env.ACCESS_AUD))
    return problem('ACCESS_TEAM_DOMAIN and ACCESS_AUD', 'go together: one of them is missing.');
  return ok({
    clientId: clientId.value,
    clientSecret: clientSecret.value,
    oauthHosts: [oauthHost, ...moreHosts],
    appTitle: env.APP_TITLE || 'Webphone',
    strikeMs: strikeMs.value,
    strikeAlarm: strikeAlarm.value,
    strikeLimit: strikeLimit.value,
    sealKeys: sealKeys.value,
    signKeys: signKeys.value,
    statusToken: env.STATUS_TOKEN || null,
    turnSecret: env.TURN_SECRET || null,
    allowLocal: env.ALLOW_LOCAL_PORTALS === '1',
    access: teamDomain && env.ACCESS_AUD ? { teamDomain, audience: env.ACCESS_AUD } : null,
  });
}

const checked = new WeakMap<Env, Result<Config, Failure>>();

/**
 * Checks the configuration, once per isolate. A missing or malformed value stops the request with a message that names
 * it and never shows it.
 */
export function readConfig(env: Env): Result<Config, Failure> {
  let result = checked.get(env);
  if (!result) {
    result = checkConfig(env);
    checked.set(env, result);
  }
  return result;
}
