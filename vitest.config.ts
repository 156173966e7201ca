import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** A second, which is the default, is too short for what comes by a timer, a queue or a browser. */
const expect = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    // Files wait for each other's timers, sockets and disks more than for processors: two at a time also on two cores,
    // where one would be the rule.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      // Limits are for what hangs, not for what is slow on a busy machine.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            // Its consumer, which stands beside the tests, would only fail: there is no Postgres here, and in the
            // plugin's module resolution `pg` finds no socket. Tests look at what is sent, and so does nobody else.
            miniflare: { queueProducers: { RECORDS: { queueName: 'records-without-consumer' } } },
          }),
        ],
        test: {
          name: 'worker',
          expect,
          include: ['test/worker/**/*.test.ts'],
          globalSetup: ['test/support/destination-setup.ts'],
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'integration',
          expect,
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          hookTimeout: 180_000,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'faults',
          expect,
          include: ['test/faults/**/*.test.ts'],
          globalSetup: ['test/support/postgres-server.ts', 'test/faults/bundle-setup.ts'],
          // Cells wait for retries more than for processors; but no more of them than a slow machine serves in time.
          maxConcurrency: 16,
          maxWorkers: 2,
          hookTimeout: 180_000,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'causality',
          expect,
          include: ['test/causality/**/*.test.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          // One world after the other: each keeps both cores busy.
          fileParallelism: false,
          hookTimeout: 180_000,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/world-setup.ts'],
          // One world, one after the other: a test that stops the log server must not meet another's.
          fileParallelism: false,
          expect,
          hookTimeout: 180_000,
          testTimeout: 300_000,
        },
      },
    ],
  },
});
