import type { SettingsView } from '../protocol/settings.ts';

/** What the admin's page hands to its script (`<script type="application/json" id="app-data">`). */
export interface AppData {
  /** Proof of the session; lives in the page only. */
  readonly ticket: string;
  readonly memberId: string;
  readonly settings: SettingsView;
  /** TURN credentials are made by the Worker, so a TURN server needs none of its own. */
  readonly mintsTurn: boolean;
}
