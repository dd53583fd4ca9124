import type { Config } from '../config.ts';
import { randomId } from '../crypto/bytes.ts';
import { seal, unseal } from '../crypto/seal.ts';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { log } from '../log.ts';
import type { CallingRules, IceServer, Line, SipAccount } from '../protocol/frame.ts';
import type { SettingsView } from '../protocol/settings.ts';
import { callingOf } from './calling.ts';
import { firstAtEachField, legible, missingSecrets } from './cross.ts';
import {
  type FieldError,
  iceKey,
  isTurn,
  type SettingsDraft,
  type StoredIceServer,
  type StoredPhone,
} from './document.ts';
import { type CheckedForm, checkForm } from './form.ts';
import { ittyCalls } from './itty.ts';
import { toPieces } from './pieces.ts';
import type { CommitAnswer, SettingsCalls } from './settings.ts';
import { turnCredential } from './turn.ts';

/** A failure that can also say which fields to mend. */
export interface SettingsFailure extends Failure {
  readonly fields: readonly FieldError[];
}

/** What one employee's browser needs to be a phone. Never stored, never logged. */
export interface Phone {
  /** null: no SIP account for this employee, or the PBX is not set yet. */
  readonly sip: SipAccount | null;
  readonly ice: readonly IceServer[];
  readonly lines: readonly Line[];
  readonly callHeader: string | null;
  /** User id -> user part of the SIP address. Empty for who has no SIP account: it serves transfers only. */
  readonly colleagues: Readonly<Record<string, string>>;
  readonly calling: CallingRules;
}

/** The settings of one portal. */
export interface SettingsStore {
  /** The settings without secrets. */
  view(): Promise<SettingsView>;
  /**
   * Checks, seals and stores the form. Empty passwords keep the stored ones.
   *
   * @returns bad_request with every field that did not fit; upstream when the object did not answer
   */
  save(config: Config, form: unknown): Promise<Result<SettingsView, SettingsFailure>>;
  /** One employee's SIP account, opened, and what goes with it. `now`: Unix ms. */
  phoneOf(config: Config, userId: number, now?: number): Promise<Phone>;
  /** Forgets everything, for an uninstalled portal. */
  wipe(): Promise<void>;
}

const passwordPlace = (portal: string, userId: number) => ({ portal, field: `sip_password:${userId}` });
const credentialPlace = (portal: string, server: { urls: readonly string[]; username: string }) => ({
  portal,
  field: `ice_credential:${iceKey(server)}`,
});

async function sealForm(config: Config, portal: string, form: CheckedForm): Promise<SettingsDraft> {
  const agents = form.agents.map(async (agent) => ({
    ...agent,
    password: agent.password ? await seal(config.sealKeys, agent.password, passwordPlace(portal, agent.userId)) : null,
  }));
  const iceServers = form.iceServers.map(async (server) => ({
    ...server,
    credential: server.credential
      ? await seal(config.sealKeys, server.credential, credentialPlace(portal, server))
      : null,
  }));
  return { ...form, agents: await Promise.all(agents), iceServers: await Promise.all(iceServers) };
}

async function sendDraft(env: Env, portal: string, draft: SettingsDraft): Promise<CommitAnswer> {
  const id = randomId();
  const pieces = toPieces(draft);
  const calls = ittyCalls<SettingsCalls>(env.SETTINGS, portal);
  await Promise.all(pieces.map((piece, index) => calls.stage(id, index, piece)));
  return calls.commit(id, pieces.length);
}

const invalid = (fields: readonly FieldError[]): SettingsFailure => ({
  ...failure('bad_request', fields[0]?.message ?? 'The settings do not fit.'),
  fields,
});
const unavailable = (): SettingsFailure => ({
  ...failure('upstream', 'The settings could not be stored. Nothing was changed: try again in a moment.'),
  fields: [],
});

/** Everything at once: which passwords are missing is known by the object alone. One that is away adds nothing. */
async function withMissingSecrets(env: Env, portal: string, form: unknown, errors: readonly FieldError[]) {
  try {
    const stored = await ittyCalls<SettingsCalls>(env.SETTINGS, portal).view();
    return firstAtEachField(errors, missingSecrets(legible(form), stored));
  } catch {
    return errors;
  }
}

async function saveForm(env: Env, portal: string, config: Config, form: unknown) {
  const checked = checkForm(form, { allowLocal: config.allowLocal, mintsTurn: config.turnSecret !== null });
  if (!checked.ok) return err(invalid(await withMissingSecrets(env, portal, form, checked.error)));
  const draft = await sealForm(config, portal, checked.value);
  try {
    let answer = await sendDraft(env, portal, draft);
    if (!answer.ok && answer.error === 'lost') answer = await sendDraft(env, portal, draft);
    if (answer.ok) return ok(answer.value);
    return err(answer.error === 'lost' ? unavailable() : invalid(answer.error));
  } catch {
    return err(unavailable());
  }
}

/** Opens one secret; a key that is gone is said in the log, because the browser can do nothing about it. */
async function open(config: Config, sealed: string, place: { portal: string; field: string }): Promise<string | null> {
  const opened = await unseal(config.sealKeys, sealed, place);
  if (opened.ok) return opened.value;
  // The place's field may hold a server's address, so only its kind is logged.
  log('error', 'secret_not_opened', { portal: place.portal, kind: place.field.split(':')[0] ?? '' });
  return null;
}

async function sipAccount(config: Config, portal: string, stored: StoredPhone): Promise<SipAccount | null> {
  const { agent, pbxUrl, sipDomain } = stored;
  if (!agent || !pbxUrl) return null;
  const password = await open(config, agent.password, passwordPlace(portal, agent.userId));
  if (password === null) return null;
  return {
    uri: `sip:${agent.sipUser}@${sipDomain}`,
    server: pbxUrl,
    authorizationUser: agent.authorizationUser || agent.sipUser,
    password,
    displayName: agent.name,
  };
}

async function iceServer(
  config: Config,
  portal: string,
  server: StoredIceServer,
  userId: number,
  now: number,
): Promise<IceServer> {
  if (server.credential !== null) {
    const credential = await open(config, server.credential, credentialPlace(portal, server));
    return { urls: server.urls, username: server.username, ...(credential !== null && { credential }) };
  }
  if (isTurn(server) && config.turnSecret)
    return { urls: server.urls, ...(await turnCredential(config.turnSecret, userId, now)) };
  return { urls: server.urls };
}

async function openPhone(env: Env, portal: string, config: Config, userId: number, now: number): Promise<Phone> {
  const stored = await ittyCalls<SettingsCalls>(env.SETTINGS, portal).phone(userId);
  const [sip, ...ice] = await Promise.all([
    sipAccount(config, portal, stored),
    ...stored.iceServers.map((server) => iceServer(config, portal, server, userId, now)),
  ]);
  return {
    sip,
    ice,
    lines: stored.lines,
    callHeader: stored.callHeader || null,
    colleagues: sip ? stored.colleagues : {},
    calling: callingOf(stored.calls, stored.agent?.sipUser ?? ''),
  };
}

/**
 * The settings of one portal.
 *
 * @example const { sip } = await settingsFor(env, claims.portal).phoneOf(config, claims.userId);
 */
export function settingsFor(env: Env, memberId: string): SettingsStore {
  return {
    view: () => ittyCalls<SettingsCalls>(env.SETTINGS, memberId).view(),
    save: (config, form) => saveForm(env, memberId, config, form),
    phoneOf: (config, userId, now = Date.now()) => openPhone(env, memberId, config, userId, now),
    wipe: async () => {
      await ittyCalls<SettingsCalls>(env.SETTINGS, memberId).wipe();
    },
  };
}
