import { defineConfig } from 'vitest/config'

// End to end: the built program in a real Electron and a real browser (scripts/e2e.mjs builds and finds both).
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    pool: 'forks',
    // CI sets it: real sockets and clocks on a shared machine are sometimes late. A test that needed it is named as retried.
    retry: Number(process.env.CROSSBOOK_TEST_RETRIES ?? 0),
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
