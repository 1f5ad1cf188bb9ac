/** Builds the interface on its made-up market and serves it, for the bench and for tests that look at it in a browser. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

async function serve(folder: string) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const file = join(folder, pathname === '/' ? 'index.html' : pathname)
    const body = await readFile(file).catch(() => null)
    response.statusCode = body === null ? 404 : 200
    response.setHeader('content-type', contentTypes[extname(file)] ?? 'application/octet-stream')
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

export interface Preview {
  /** See page.ts for what may follow it. */
  readonly url: string
  close(): Promise<void>
}

export async function openPreview(): Promise<Preview> {
  const outDir = await mkdtemp(join(tmpdir(), 'crossbook-preview-'))
  const remove = () => rm(outDir, { recursive: true, force: true })
  try {
    await build({
      configFile: false,
      root: import.meta.dirname,
      base: './',
      logLevel: 'error',
      plugins: [react(), tailwindcss()],
      build: { target: 'chrome130', outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    })
    const server = await serve(outDir)
    return {
      url: server.url,
      async close() {
        await server.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
