import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { build, type Plugin } from 'vite'

/** Hot reload needs inline scripts and a socket, which the page's own policy forbids; built pages keep it. */
const withoutPolicyInDevelopment: Plugin = {
  name: 'without-policy-in-development',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta[^>]*Content-Security-Policy[^>]*>/i, ''),
}

/**
 * The process of a plugin is one file that needs no other: the Node of the trader's own that runs it reads no archive (electron-builder.yml
 * lays it beside), and of files it may read this one alone. `.mjs`, since no package.json lies there to say what `.js` is.
 */
const pluginHost: Plugin = {
  name: 'plugin-host',
  apply: 'build',
  closeBundle: async () => {
    await build({
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      ssr: { noExternal: true },
      build: {
        ssr: 'src/main/plugins/host.ts',
        outDir: 'out/plugin-host',
        target: 'node20',
        rollupOptions: { output: { entryFileNames: 'host.mjs', codeSplitting: false } },
      },
    })
  },
}

// Targets: the oldest runtime the end-to-end tests use, Electron 33 (Node 20.18, Chromium 130).
export default defineConfig({
  main: {
    plugins: [pluginHost],
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
