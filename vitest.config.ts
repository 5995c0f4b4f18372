import { defineConfig } from 'vitest/config'

// The library's source runs unbuilt in tests; its package.json maps `#crypto` to the built files.
const resolve = {
  alias: [
    { find: /^#crypto$/, replacement: new URL('packages/routekey/src/crypto/node.ts', import.meta.url).pathname },
  ],
}

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/web/{lib,app}/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        test: {
          name: 'database',
          include: ['packages/*/test/database/**/*.test.ts', 'supabase/tests/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['packages/*/test/integration/**/*.test.ts', 'apps/web/test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each file starts a stack of several processes.
          maxWorkers: 2,
        },
      },
      {
        resolve,
        // Measures, so nothing else may run beside it.
        test: {
          name: 'scale',
          include: ['packages/*/test/scale/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['apps/web/test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
          maxWorkers: 2,
        },
      },
    ],
  },
})
