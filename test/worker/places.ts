/** Names that the fake network (Node) and the tests (workerd) share. */
export const ORIGIN = 'https://phone.example.com';
export const OAUTH_HOST = '127.0.0.1:9100';
export const PORTAL_COUNT = 670;

export const member = (n: number): string => `member${String(n).padStart(26, '0')}`;
export const restHost = (n: number): string => `127.0.0.1:${20_000 + n}`;

const app = (name: string) => ({
  clientId: `app.${name}`,
  clientSecret: `secret-${name}`,
  code: `${name}.phone`,
  title: 'Webphone',
  installUrl: `${ORIGIN}/install`,
  appUrl: `${ORIGIN}/app`,
});

export const OURS = app('ours');
export const APPS = [OURS, app('other')] as const;

/** Configuration of the Worker under test; every secret is a throw-away. */
export const BINDINGS = {
  B24_CLIENT_ID: OURS.clientId,
  B24_CLIENT_SECRET: OURS.clientSecret,
  B24_OAUTH_HOSTS: OAUTH_HOST,
  APP_TITLE: 'Webphone',
  SEAL_KEYS: `k1:${btoa('k'.repeat(32))}`,
  SIGN_KEY: 'sign-key-of-the-tests-0123456789-0123456789',
  STATUS_TOKEN: 'status-token-of-the-tests',
  ALLOW_LOCAL_PORTALS: '1',
};
