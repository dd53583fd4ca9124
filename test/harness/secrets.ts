import { randomBytes } from 'node:crypto';

/** What a deployment would set with `wrangler secret put`, and the app's id that goes with the client secret. */
export interface Secrets {
  readonly clientId: string;
  readonly B24_CLIENT_SECRET: string;
  readonly SEAL_KEYS: string;
  readonly SIGN_KEY: string;
  readonly STATUS_TOKEN: string;
}

/** Fresh secrets for one run: nothing secret is ever in the repository, not even for a demo. */
export function freshSecrets(): Secrets {
  return {
    clientId: `local.${randomBytes(7).toString('hex')}`,
    B24_CLIENT_SECRET: randomBytes(25).toString('base64url'),
    SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    SIGN_KEY: randomBytes(32).toString('base64url'),
    STATUS_TOKEN: randomBytes(12).toString('base64url'),
  };
}
