import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

/** Hot reload needs inline scripts and a socket, which the page's own policy forbids; built pages keep it. */
const withoutPolicyInDevelopment: Plugin = {
  name: 'without-policy-in-development',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta[^>]*Content-Security-Policy[^>]*>/i, ''),
}

// Targets: the oldest runtime the end-to-end tests use, Electron 33 (Node 20.18, Chromium 130).
export default defineConfig({
  main: {
    build: {
      target: 'node20',
      sourcemap: true,
      rollupOptions: {
        input: {
          index: 'src/main/index.ts',
          cli: 'src/main/cli.ts',
          'storage-worker': 'src/main/storage/worker.ts',
          'copy-worker': 'src/main/storage/copy-worker.ts',
          'export-worker': 'src/main/storage/export/worker.ts',
          'backtest-worker': 'src/main/alerts/backtest/worker.ts',
          'raw-worker': 'src/main/raw/worker.ts',
          'plugin-host': 'src/main/plugins/host.ts',
          'simulator-worker': 'src/main/simulator/worker.ts',
        },
        // Flat, so that a worker's file lies beside whichever chunk starts it (see worker-url.ts).
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      rollupOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react(), tailwindcss(), withoutPolicyInDevelopment],
    build: { target: 'chrome130', rollupOptions: { input: { index: 'src/renderer/index.html' } } },
  },
})
