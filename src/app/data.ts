import type { SettingsView } from '../protocol/settings.ts';

/** What an administrator's page knows besides. */
export interface AdminData {
  /** Proof of the session; lives in the page only. */
  readonly ticket: string;
  readonly memberId: string;
  readonly settings: SettingsView;
  /** TURN credentials are made by the Worker, so a TURN server needs none of its own. */
  readonly mintsTurn: boolean;
}

/** What the list of colleagues is kept fresh with. */
export interface ColleaguesData {
  /** Proof of the session; lives in the page only. */
  readonly ticket: string;
  /** The person themselves, who is not listed. */
  readonly userId: number;
}

/** What the app's page hands to its script (`<script type="application/json" id="app-data">`). */
export interface AppData {
  /** The person's room, by which the panel finds the phone; null = no SIP account, so no phone. */
  readonly room: string | null;
  /** This browser records calls (`recording: 'browser'` in the settings). */
  readonly records: boolean;
  readonly colleagues: ColleaguesData;
  /** null: not an administrator, who sees no settings. */
  readonly admin: AdminData | null;
}
