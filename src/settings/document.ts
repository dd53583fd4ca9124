import { err, ok, type Result } from '../http/result.ts';
import type { Line } from '../protocol/frame.ts';
import type { CallSettings, SettingsView } from '../protocol/settings.ts';
import { DEFAULT_CALLS } from './calls-form.ts';

/** Something that does not fit, at one field of the form. `path` is the field's place: `agents.3.sipUser`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export const PASSWORD_MISSING = 'Type the password of this SIP account.';
export const CREDENTIAL_MISSING = 'Type the password of this TURN server.';

/** An agent as the object keeps it; `password` is sealed. */
export interface StoredAgent {
  readonly userId: number;
  readonly name: string;
  readonly sipUser: string;
  readonly authorizationUser: string;
  readonly password: string;
}

/** An ICE server as the object keeps it; `credential` is sealed, null where the server needs none. */
export interface StoredIceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string | null;
}

/** The portal's one settings document (docs/storage.md). */
export interface StoredSettings {
  readonly pbxUrl: string;
  readonly sipDomain: string;
  readonly callHeader: string;
  readonly lines: readonly Line[];
  readonly iceServers: readonly StoredIceServer[];
  readonly agents: readonly StoredAgent[];
  readonly calls: CallSettings;
}

/** A checked form on its way to the object: secrets are sealed already, null means "keep the stored one". */
export interface SettingsDraft extends Omit<StoredSettings, 'iceServers' | 'agents' | 'calls'> {
  /** null: a page that knows nothing of them sent the form; the stored ones stay. */
  readonly calls: CallSettings | null;
  readonly iceServers: readonly StoredIceServer[];
  readonly agents: readonly (Omit<StoredAgent, 'password'> & { readonly password: string | null })[];
}

/** What one employee's browser needs of the document; secrets still sealed. */
export interface StoredPhone extends Omit<StoredSettings, 'agents'> {
  readonly agent: StoredAgent | null;
  /** User parts of everybody's SIP address by user id: a transfer to a colleague names the colleague. */
  readonly colleagues: Readonly<Record<string, string>>;
}

export const EMPTY_SETTINGS: StoredSettings = {
  pbxUrl: '',
  sipDomain: '',
  callHeader: '',
  lines: [],
  iceServers: [],
  agents: [],
  calls: DEFAULT_CALLS,
};

/**
 * Names an ICE server, so that an unchanged one keeps its stored credential although the form never shows it.
 *
 * @example iceKey({ urls: ['turn:turn.example.com'], username: 'phone' }) // 'phone@turn:turn.example.com'
 */
export const iceKey = (server: { readonly urls: readonly string[]; readonly username: string }): string =>
  `${server.username}@${server.urls.join(' ')}`;

/** Whether a server relays media, and so needs a user name and a password (RFC 8656 section 5). */
export const isTurn = (server: { readonly urls: readonly string[] }): boolean =>
  server.urls.some((url) => /^turns?:/i.test(url));

/**
 * Puts a draft over the stored document. Runs inside the object, where nothing can come between reading the old secrets
 * and writing the new ones.
 *
 * @returns the fields whose secret is neither given nor stored
 */
export function mergeDraft(stored: StoredSettings, draft: SettingsDraft): Result<StoredSettings, FieldError[]> {
  const errors: FieldError[] = [];
  const passwords = new Map(stored.agents.map((agent) => [agent.userId, agent.password]));
  const credentials = new Map(stored.iceServers.map((server) => [iceKey(server), server.credential]));

  const agents = draft.agents.map((agent, index) => {
    const password = agent.password ?? passwords.get(agent.userId) ?? '';
    if (!password) errors.push({ path: `agents.${index}.password`, message: PASSWORD_MISSING });
    return { ...agent, password };
  });
  const iceServers = draft.iceServers.map((server, index) => {
    const credential = server.credential ?? credentials.get(iceKey(server)) ?? null;
    if (server.username && credential === null)
      errors.push({ path: `iceServers.${index}.credential`, message: CREDENTIAL_MISSING });
    return { ...server, credential };
  });
  return errors.length > 0 ? err(errors) : ok({ ...draft, agents, iceServers, calls: draft.calls ?? stored.calls });
}

/** The document without its secrets. */
export function viewOf(stored: StoredSettings): SettingsView {
  return {
    ...stored,
    iceServers: stored.iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username && { username }),
      hasCredential: credential !== null,
    })),
    agents: stored.agents.map(({ password, ...agent }) => ({ ...agent, hasPassword: password !== '' })),
  };
}

/** One employee's part of the document. */
export function phoneOf({ agents, ...common }: StoredSettings, userId: number): StoredPhone {
  return {
    ...common,
    agent: agents.find((agent) => agent.userId === userId) ?? null,
    colleagues: Object.fromEntries(agents.map((agent) => [agent.userId, agent.sipUser])),
  };
}
