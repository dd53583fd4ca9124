import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { entries } from '../generated/client.ts';
import { failure, failureResponse } from '../http/failure.ts';

/**
 * `GET /client/<entry>.js`: the newest build's entry under a name without a hash. A frame that was loaded before a
 * deploy asks here when its own chunk is gone, because it may not reload (docs/rules.md).
 */
export const clientRoutes = new Hono<{ Bindings: Env }>();

clientRoutes.get('/client/:file', (c) => {
  const name = /^([a-z]+)\.js$/.exec(c.req.param('file'))?.[1];
  const url = Object.entries(entries).find(([entry]) => entry === name)?.[1];
  if (!url) return failureResponse(failure('not_found', 'There is no such part of the client.'));
  return c.body(`export * from '${url}';\n`, 200, {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-store',
  });
});
