import type { IceServer, Line } from './frame.ts';

/** One employee's SIP account as the app's page edits it. The password travels inwards only. */
export interface AgentForm {
  readonly userId: number;
  readonly name: string;
  /** User part of the SIP address, e.g. `1001`. */
  readonly sipUser: string;
  /** Digest user where it differs from sipUser; '' = the same. */
  readonly authorizationUser: string;
  /** '' = keep the stored one. */
  readonly password: string;
}

/** What `PUT /api/settings` takes. */
export interface SettingsForm {
  /** `wss://…` (or `ws://` on loopback in development); '' = the PBX is not set yet. */
  readonly pbxUrl: string;
  readonly sipDomain: string;
  readonly lines: readonly Line[];
  readonly iceServers: readonly IceServer[];
  /** SIP header that names the call a leg belongs to, e.g. `X-Call-Id`; '' = none. */
  readonly callHeader: string;
  readonly agents: readonly AgentForm[];
}

/**
 * What `GET /api/settings` answers: the same without secrets; `hasPassword` and `hasCredential` say whether one is
 * stored. An ICE server keeps its stored credential while its addresses and user name stay the same.
 */
export interface SettingsView extends Omit<SettingsForm, 'agents' | 'iceServers'> {
  readonly iceServers: readonly (Omit<IceServer, 'credential'> & { readonly hasCredential: boolean })[];
  readonly agents: readonly (Omit<AgentForm, 'password'> & { readonly hasPassword: boolean })[];
}
