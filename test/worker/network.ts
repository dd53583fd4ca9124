import { Response as NetworkResponse } from 'miniflare';
import { FakeBitrix24, LostAnswer, type PortalOptions } from '../portal/backend/index.ts';
import { APPS, member, OAUTH_HOST, PORTAL_COUNT, restHost } from './places.ts';

/**
 * The only network that Worker tests have: a fake Bitrix24 with many portals, so that each test has one of its own.
 * Runs in Node, behind workerd's outbound service; whatever is not Bitrix24 is refused.
 */
const portals: PortalOptions[] = Array.from({ length: PORTAL_COUNT }, (_, n) => ({
  memberId: member(n),
  domain: `portal-${n}.localhost`,
  restHost: restHost(n),
  users: [
    { id: 1, name: 'Ada', lastName: 'Admin', admin: true, inner: '101' },
    { id: 2, name: 'Bob', lastName: 'Builder', inner: '102' },
    { id: 3, name: 'Cy', lastName: 'Caller', inner: '103' },
  ],
  contacts: [
    { id: 5, name: 'Cleo Customer', phones: ['+442079460000'], responsibleId: 2, company: 'Cleo Ltd' },
    { id: 6, name: 'Acme', type: 'COMPANY', phones: ['+442079460006'], responsibleId: 3 },
  ],
  deals: [
    { id: 1, title: 'Old deal', contactId: 5 },
    { id: 2, title: 'New deal', contactId: 5 },
    { id: 3, title: 'Won deal', contactId: 5, closed: true },
  ],
}));

const fake = new FakeBitrix24({ oauthHost: OAUTH_HOST, portals, apps: [...APPS], deliver: null, rateLimit: false });

/** miniflare's outboundService. */
export async function network(request: Request): Promise<NetworkResponse> {
  const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer();
  try {
    const answer = await fake.handle(
      new Request(request.url, { method: request.method, headers: [...request.headers], body }),
    );
    const bytes = [204, 304].includes(answer.status) ? null : await answer.arrayBuffer();
    return new NetworkResponse(bytes, { status: answer.status, headers: [...answer.headers] });
  } catch (error) {
    if (error instanceof LostAnswer) throw new Error('the connection broke', { cause: error });
    throw error;
  }
}
