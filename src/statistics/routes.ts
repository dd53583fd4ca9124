import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { failureResponse } from '../http/failure.ts';
import { wrongMethod } from '../http/method.ts';
import { admitAdmin } from '../session/admin.ts';
import { settingsFor } from '../settings/store.ts';
import { KEPT_DAYS, readRange } from './range.ts';
import { dayOf, type NamedRow, toCsv } from './summary.ts';

/** `GET /api/statistics`: the portal's calls added up, for its administrators (Bearer ticket). */
export const statisticsRoutes = new Hono<{ Bindings: Env }>()
  .get('/api/statistics', async (c) => {
    const admitted = await admitAdmin(c.env, c.req.raw);
    if (!admitted.ok) return failureResponse(admitted.error);
    const range = readRange(c.req.query('from'), c.req.query('to'), Date.now());
    if (!range.ok) return failureResponse(range.error);
    const { portal } = admitted.value.claims;
    const [rows, settings] = await Promise.all([
      c.env.PORTAL.getByName(portal).figures(range.value.from, range.value.to),
      settingsFor(c.env, portal).view(),
    ]);
    const names = new Map(settings.agents.map(({ userId, name }) => [userId, name]));
    const named = rows.map((row): NamedRow => ({ ...row, agent: names.get(row.userId) ?? '' }));
    const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    const [from, to] = [dayOf(range.value.from), dayOf(range.value.to - 1)];
    if (c.req.query('format') !== 'csv')
      return Response.json({ from, to, keptDays: KEPT_DAYS, rows: named }, { headers });
    // The mark tells Excel that names are UTF-8.
    return new Response(`\ufeff${toCsv(named)}`, {
      headers: {
        ...headers,
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="calls-${from}-${to}.csv"`,
      },
    });
  })
  .all('/api/statistics', wrongMethod('GET'));
