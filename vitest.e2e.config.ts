import { defineConfig } from 'vitest/config'

// End to end: the built program in a real Electron and a real browser (scripts/e2e.mjs builds and finds both).
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
