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
  /** A form without it leaves the stored ones as they are. */
  readonly calls?: CallSettings;
}

/** How calls are made, handled and recorded. */
export interface CallSettings {
  readonly transfer: 'attended' | 'blind';
  readonly dtmf: 'stream' | 'info';
  /** Extension of the PBX's conference bridge; `{user}` stands for the agent's SIP user; '' = none. */
  readonly conference: string;
  readonly recording: 'off' | 'browser' | 'pbx';
  /**
   * With `recording: 'pbx'`: https address of a call's record; `{call}` stands for the PBX's name of the call, `{leg}` for
   * the SIP Call-ID of the answered leg.
   */
  readonly recordingUrl: string;
  /** ISO 3166-1 alpha-2, e.g. `DE`; '' = numbers are taken as they are written. */
  readonly country: string;
  /** 0-8. */
  readonly extensionDigits: number;
  readonly dialAs: 'e164' | 'national' | 'as_written';
  readonly dialPrefix: string;
  readonly forbidden: readonly string[];
  readonly emergency: readonly string[];
  /** For which unknown callers Bitrix24 makes a lead. */
  readonly leads: 'never' | 'unknown' | 'by_line';
}

/**
 * What `GET /api/settings` answers: the same without secrets; `hasPassword` and `hasCredential` say whether one is
 * stored. An ICE server keeps its stored credential while its addresses and user name stay the same.
 */
export interface SettingsView extends Omit<SettingsForm, 'agents' | 'iceServers' | 'calls'> {
  readonly calls: CallSettings;
  readonly iceServers: readonly (Omit<IceServer, 'credential'> & { readonly hasCredential: boolean })[];
  readonly agents: readonly (Omit<AgentForm, 'password'> & { readonly hasPassword: boolean })[];
}
