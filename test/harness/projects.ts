import type { TestProjectInlineConfiguration } from 'vitest/config';

/** Calls, browsers and workerd share the machine: files one after another, and time enough for a busy one. */
const calls = {
  environment: 'node',
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  globalSetup: ['test/harness/build-once.ts'],
};

/** Calls through the second peer, which is set up apart from Asterisk. */
const PEERS = 'test/pbx-calls/peer-*.test.ts';

/** The vitest projects that run in Node; the Worker's own project is defined in vitest.config.ts. */
export const nodeProjects: TestProjectInlineConfiguration[] = [
  { test: { name: 'unit', environment: 'node', include: ['test/unit/**/*.test.ts'] } },
  { test: { name: 'browser', ...calls, include: ['test/browser/**/*.test.ts'] } },
  { test: { name: 'pbx', ...calls, include: ['test/pbx-calls/**/*.test.ts'], exclude: [PEERS] } },
  { test: { name: 'peers', ...calls, include: [PEERS] } },
  // With SOAK=10000 it takes as long as ten thousand calls take.
  { test: { name: 'soak', ...calls, testTimeout: 3_600_000, include: ['test/soak/**/*.test.ts'] } },
];
