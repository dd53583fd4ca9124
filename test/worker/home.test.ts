import { expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import { homeRoutes } from '../../src/home/routes.ts';

it('says what this is and how a portal gets it, also before anything is configured', async () => {
  const response = await homeRoutes.request('https://phone.example.com/', {}, {} as Env);
  expect(response.status).toBe(200);
  const page = await response.text();
  expect(page).toContain('A browser phone for Bitrix24');
  expect(page).toContain('https://phone.example.com/install');
  expect(page).toContain('https://phone.example.com/app');
});
