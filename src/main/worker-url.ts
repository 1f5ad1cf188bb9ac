/**
 * Where a worker's entry lies. From sources (tests, benches) Node runs the TypeScript file itself; built, electron.vite.config.ts
 * lays every entry beside the chunk that starts it.
 */
const entries = {
  storage: { source: './storage/worker.ts', built: './storage-worker.js' },
  copy: { source: './storage/copy-worker.ts', built: './copy-worker.js' },
  export: { source: './storage/export/worker.ts', built: './export-worker.js' },
  backtest: { source: './alerts/backtest/worker.ts', built: './backtest-worker.js' },
  raw: { source: './raw/worker.ts', built: './raw-worker.js' },
  simulator: { source: './simulator/worker.ts', built: './simulator-worker.js' },
} as const

export const workerUrl = (name: keyof typeof entries): URL =>
  new URL(import.meta.url.endsWith('.ts') ? entries[name].source : entries[name].built, import.meta.url)
