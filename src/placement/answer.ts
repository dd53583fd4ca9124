import type { Env } from '../env.ts';
import { PLACEMENT_PAGE, placementPolicy } from './page.ts';

const headersFor = (allowLocal: boolean) => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': placementPolicy(allowLocal),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});

const HEADERS = headersFor(false);
const LOCAL_HEADERS = headersFor(true);

/** The handler's answer: from memory, whatever was posted; the POST is not even read (docs/rules.md, rule 1). */
export const placementAnswer = (env: Pick<Env, 'ALLOW_LOCAL_PORTALS'>): Response =>
  new Response(PLACEMENT_PAGE, { headers: env.ALLOW_LOCAL_PORTALS === '1' ? LOCAL_HEADERS : HEADERS });

/**
 * Whether a request is for the handler. By the text of its URL, as parsing it would cost as much as the whole answer
 * (docs/benchmarks.md).
 *
 * @example isForHandler({ method: 'POST', url: 'https://phone.example.com/placement?LANG=en' }) // true
 */
export const isForHandler = ({ method, url }: Pick<Request, 'method' | 'url'>): boolean =>
  (method === 'POST' || method === 'GET') && /^https?:\/\/[^/?#]+\/placement(?:\?|$)/.test(url);
