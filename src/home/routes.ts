import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { styles } from '../generated/client.ts';
import { pageResponse } from '../pages/shell.ts';
import { homePage } from './page.ts';

/** `GET /`: what this service is. Needs no configuration, so that a fresh deployment already explains itself. */
export const homeRoutes = new Hono<{ Bindings: Env }>().get('/', (c) =>
  pageResponse(
    homePage({ title: c.env.APP_TITLE || 'Webphone', origin: new URL(c.req.url).origin, styles: styles.pages }),
    { framing: 'nobody', allowLocal: false },
  ),
);
