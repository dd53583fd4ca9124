import { FakeBitrix24, type FakeOptions, type TokenPair } from '../../portal/backend/index.ts';

export const A = '127.0.0.1:9101';
export const B = '127.0.0.1:9102';
export const OAUTH = '127.0.0.1:9100';

export const ours = {
  clientId: 'app.ours',
  clientSecret: 'secret-ours',
  code: 'ours.phone',
  title: 'Webphone',
  installUrl: 'http://app.localhost:8787/install',
  appUrl: 'http://app.localhost:8787/app',
};
export const other = { ...ours, clientId: 'app.other', clientSecret: 'secret-other', code: 'other.app' };

/** Two portals; in the first Ada (1) is administrator, Bob (2) is not. */
export const createFake = (options: Partial<FakeOptions> = {}): FakeBitrix24 =>
  new FakeBitrix24({
    oauthHost: OAUTH,
    apps: [ours, other],
    portals: [
      {
        memberId: 'aaaa',
        domain: 'portal-a.localhost:9101',
        restHost: A,
        installed: [ours.clientId, other.clientId],
        users: [
          { id: 1, name: 'Ada', admin: true, inner: '101' },
          { id: 2, name: 'Bob', inner: '102' },
          { id: 3, name: 'Gone', active: false },
        ],
        contacts: [{ id: 5, name: 'Cleo Customer', phones: ['+44 20 7946 0000'], responsibleId: 2 }],
      },
      {
        memberId: 'bbbb',
        domain: 'portal-b.localhost:9102',
        restHost: B,
        users: [{ id: 1, name: 'Eve', admin: true }],
      },
    ],
    ...options,
  });

export interface Rest {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a REST answer has no one shape; each test names what it reads
  readonly body: any;
}

const read = async (response: Response): Promise<Rest> => ({ status: response.status, body: await response.json() });

/** One REST call with a JSON body. */
export const call = async (
  fake: FakeBitrix24,
  tokens: TokenPair | string,
  method: string,
  params: Record<string, unknown> = {},
  host = A,
): Promise<Rest> => {
  const auth = typeof tokens === 'string' ? tokens : tokens.accessToken;
  const request = new Request(`http://${host}/rest/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...params, auth }),
  });
  return read(await fake.handle(request));
};

export const refresh = async (
  fake: FakeBitrix24,
  refreshToken: string,
  app: { clientId: string; clientSecret: string } = ours,
): Promise<Rest> => {
  const query = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: app.clientId,
    client_secret: app.clientSecret,
    refresh_token: refreshToken,
  });
  return read(await fake.handle(new Request(`http://${OAUTH}/oauth/token/?${query}`)));
};

export const worker = {
  PLACEMENT: 'PAGE_BACKGROUND_WORKER',
  HANDLER: 'http://app.localhost:8787/placement',
  OPTIONS: { errorHandlerUrl: 'http://app.localhost:8787/placement/error?portal=aaaa&key=k' },
};

export const incoming = { USER_ID: 2, PHONE_NUMBER: '+442079460000', TYPE: 2, EXTERNAL_CALL_ID: 'sip-1' };
