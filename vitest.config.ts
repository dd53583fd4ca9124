import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { nodeProjects } from './test/harness/projects.ts';
import { network } from './test/worker/network.ts';
import { BINDINGS } from './test/worker/places.ts';

export default defineConfig({
  test: {
    projects: [
      ...nodeProjects,
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: BINDINGS, outboundService: network },
          }),
        ],
        test: {
          name: 'worker',
          // The object logs what it is meant to; it is read only where something failed.
          silent: 'passed-only',
          include: ['test/worker/**/*.test.ts'],
          // One fake OAuth server for all: its faults must meet the test that asked for them.
          fileParallelism: false,
          // itty-durable is CommonJS that requires ES modules.
          deps: { optimizer: { ssr: { enabled: true, include: ['itty-durable'] } } },
        },
      },
    ],
  },
});
