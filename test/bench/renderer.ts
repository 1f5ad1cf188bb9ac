/**
 * What a frame costs while 5,000 quote changes a second arrive for 500 instruments, in ten batches a second as the hub sends
 * them, and 17 orders a second with their fills on five accounts: the built interface in headless Chromium on a market and
 * accounts made up in its own page (bench/renderer/). Drawing is done by the processor here; with a graphics card frames cost
 * less.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import type { Row, Table } from './table.ts'

const instruments = 500
const changesPerSecond = 5_000
/** Orders and fills: 1,020 a minute. */
const accountEventsPerSecond = 17
const settleMs = 2_000
const measureMs = 10_000
/** A frame this long was missed at 60 a second; one this long is felt. */
const missedMs = 25
const feltMs = 50

export async function benchRenderer(): Promise<readonly Table[]> {
  const executablePath = chromiumPath()
  if (!executablePath) {
    console.log('renderer: no Chromium found (set CHROMIUM_PATH); skipped\n')
    return []
  }
  const outDir = await mkdtemp(join(tmpdir(), 'crossbook-bench-renderer-'))
  try {
    await build({
      configFile: false,
      root: join(import.meta.dirname, 'renderer'),
      base: './',
      logLevel: 'warn',
      plugins: [react(), tailwindcss()],
      build: { target: 'chrome130', outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    })
    return [await measureScreens(outDir, executablePath)]
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
}

const chromiumPath = (): string | undefined =>
  [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  )

async function measureScreens(folder: string, executablePath: string): Promise<Table> {
  const server = await serve(folder)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } })
    const startedAt = performance.now()
    await page.goto(
      `${server.url}?instruments=${instruments}&changes=${changesPerSecond}&events=${accountEventsPerSecond}`,
    )
    await page.getByTestId('markets-grid').waitFor()
    const interactiveMs = performance.now() - startedAt
    const rows: Row[] = []
    for (const screen of ['markets', 'spreads', 'chart', 'balances', 'accounts'] as const) {
      await page.getByTestId(`tab-${screen}`).click()
      rows.push({ screen, ...(await measureFrames(page)) })
    }
    const load = `${instruments} instruments, ${changesPerSecond.toLocaleString('en-US')} quote changes a second, ${accountEventsPerSecond} orders and fills a second`
    return { title: `renderer: frame times, ${load}; interactive after ${Math.round(interactiveMs)} ms`, rows }
  } finally {
    await browser.close()
    await server.close()
  }
}

async function measureFrames(page: Page) {
  await page.waitForTimeout(settleMs)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const busy = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
  await page.evaluate(() => window.takeFrames?.())
  const busyBefore = await busy()
  await page.waitForTimeout(measureMs)
  const busySeconds = (await busy()) - busyBefore
  const frames = (await page.evaluate(() => window.takeFrames?.() ?? [])).sort((a, b) => a - b)
  const percentile = (part: number) =>
    frames[Math.min(frames.length - 1, Math.floor(frames.length * part))] ?? Number.NaN
  return {
    frames: frames.length,
    'p50 ms': percentile(0.5),
    'p95 ms': percentile(0.95),
    'p99 ms': percentile(0.99),
    'longest ms': percentile(1),
    [`over ${missedMs} ms`]: frames.filter((ms) => ms > missedMs).length,
    [`over ${feltMs} ms`]: frames.filter((ms) => ms > feltMs).length,
    'main thread busy %': (busySeconds / (measureMs / 1_000)) * 100,
  }
}

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
