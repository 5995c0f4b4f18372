import { defineConfig } from 'vitest/config'

// The library's source runs unbuilt in tests; its package.json maps `#crypto` to the built files.
const resolve = {
  alias: [
    { find: /^#crypto$/, replacement: new URL('packages/routekey/src/crypto/node.ts', import.meta.url).pathname },
  ],
}

// More than there are processors on a small machine, because much of the time the tests wait: for a server to start, a timer
// or a process. Files of these projects run side by side, those of the unit tests last, where they fill the gaps.
const maxWorkers = 3

// `isolate: false`: a process does file after file, and loads PGlite and the SDKs once, which is a quarter less work. So a file
// leaves nothing behind.

/** Of the attacks on the built application, those whose cost is measured. */
const requestCost = 'apps/web/test/security/request-cost.test.ts'

export default defineConfig({
  test: {
    // One line a file: slow tests would get lines of their own.
    slowTestThreshold: Number.POSITIVE_INFINITY,
    // The embedded Supabase prints every statement that the database rejects. Tests that provoke this assert on the response.
    onConsoleLog: (text) => !text.startsWith('Supabase: '),
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/web/{app,features,forms,server,ui}/**/*.test.ts',
            'tools/**/*.test.ts',
          ],
          testTimeout: 30_000,
          // Start in half the time that processes take.
          pool: 'threads',
          isolate: false,
          maxWorkers,
        },
      },
      {
        resolve,
        test: {
          name: 'database',
          include: ['packages/*/test/database/**/*.test.ts', 'supabase/tests/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          isolate: false,
          maxWorkers,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['packages/*/test/integration/**/*.test.ts', 'apps/web/test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          isolate: false,
          maxWorkers,
        },
      },
      {
        resolve,
        // Measures, so nothing else may run beside it.
        test: {
          name: 'scale',
          include: ['packages/*/test/scale/**/*.test.ts', requestCost],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        resolve,
        // Attacks on the built application.
        test: {
          name: 'security',
          include: ['apps/web/test/security/**/*.test.ts'],
          exclude: [requestCost],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          isolate: false,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['apps/web/test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          isolate: false,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'screenshots',
          include: ['apps/web/test/browser/take-screenshots.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
