import type { Directory } from './directory/directory.ts';
import type { Portal } from './portal/portal.ts';
import type { Recording } from './recording/recording.ts';
import type { PortalSettings } from './settings/settings.ts';

/** What wrangler.toml and the secrets give the Worker. Everything textual is validated by config.ts before use. */
export interface Env {
  readonly PORTAL: DurableObjectNamespace<Portal>;
  readonly SETTINGS: DurableObjectNamespace<PortalSettings>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly RECORDING: DurableObjectNamespace<Recording>;
  readonly ASSETS: Fetcher;
  readonly B24_CLIENT_ID?: string;
  readonly B24_CLIENT_SECRET?: string;
  readonly B24_OAUTH_HOSTS?: string;
  readonly APP_TITLE?: string;
  readonly STRIKE_MS?: string;
  readonly STRIKE_ALARM?: string;
  readonly STRIKE_LIMIT?: string;
  readonly SEAL_KEYS?: string;
  readonly SIGN_KEY?: string;
  readonly STATUS_TOKEN?: string;
  readonly TURN_SECRET?: string;
  readonly ACCESS_TEAM_DOMAIN?: string;
  readonly ACCESS_AUD?: string;
  readonly ALLOW_LOCAL_PORTALS?: string;
}
