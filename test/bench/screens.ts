/**
 * What screens cost when the whole program is under load: the built program without a window, its simulated exchanges sending about
 * 5,000 messages a second, and its interface in headless Chromium: single screens, and a desk of eleven panes. Scripting is what the
 * budget is about (300 ms of each second); drawing is done by the processor here, beside the program and its exchanges.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { stringify } from 'yaml'
import { z } from 'zod'
import { defaultSymbols } from '../../src/main/simulator/symbols.ts'
import { noLinks } from '../../src/renderer/stores/presets.ts'
import { Desk } from '../../src/shared/layouts.ts'
import { chromiumPath } from './renderer.ts'
import type { Row, Table } from './table.ts'

const messagesPerSecond = 5_000
const symbols = [...defaultSymbols, ...defaultSymbols.map((symbol) => `${symbol}_PERP`)]
/** Candles and books are there by then. */
const warmUpMs = 15_000
const settleMs = 3_000
const measureMs = 10_000
/** Of each second, for scripts. */
const scriptingBudgetMs = 300
const viewport = { width: 2_560, height: 1_440 }

const kinds = [
  'markets',
  'spreads',
  'opportunities',
  'chart',
  'books',
  'balances',
  'pnl',
  'positions',
  'orders',
  'fills',
  'connections',
] as const

/** Eleven panes side by side in three columns, none behind another. */
const elevenPanes = Desk.parse({
  panes: kinds.map((kind) => ({ id: kind, kind, link: null, own: { symbol: null, exchange: null }, period: '1m' })),
  root: {
    kind: 'row',
    share: 1,
    parts: [kinds.slice(0, 3), kinds.slice(3, 7), kinds.slice(7)].map((column) => ({
      kind: 'column',
      share: 1 / 3,
      parts: column.map((kind) => ({ kind: 'tabs', share: 1 / column.length, panes: [kind], shown: kind })),
    })),
  },
  windows: [],
})

export async function benchScreens(): Promise<readonly Table[]> {
  const executablePath = chromiumPath()
  if (!executablePath) {
    console.log('screens: no Chromium found (set CHROMIUM_PATH); skipped\n')
    return []
  }
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-screens-'))
  writeFileSync(
    join(folder, 'crossbook.yaml'),
    stringify({ symbols, simulator: { rate: messagesPerSecond }, periods: ['1m'] }),
  )
  const standing = { name: null, desk: elevenPanes, links: noLinks }
  writeFileSync(join(folder, 'layouts.json'), JSON.stringify({ version: 1, layouts: [], standing }))
  const launcher = join(import.meta.dirname, '../../bin/crossbook.mjs')
  const program = spawn(
    process.execPath,
    [launcher, 'serve', '--demo', '--data', folder, '--port', '0', '--log-level', 'error'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const { link } = z.object({ link: z.string() }).parse(JSON.parse(await firstLine(program)))
    return [await measure(link, executablePath)]
  } finally {
    if (program.exitCode === null) {
      program.kill('SIGTERM')
      await once(program, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

async function firstLine(program: ChildProcess): Promise<string> {
  if (!program.stdout) throw new Error('the program has no output')
  const ended = once(program, 'exit').then(([code]) => {
    throw new Error(`the program ended with ${code} before it was ready`)
  })
  const [line] = await Promise.race([once(createInterface({ input: program.stdout }), 'line'), ended])
  ended.catch(() => undefined) // It ends later, when it is told to.
  return String(line)
}

async function measure(link: string, executablePath: string): Promise<Table> {
  const chrome = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await chrome.newPage({ viewport })
    await page.goto(link)
    await page.getByTestId('markets-grid').or(page.locator('#screen')).first().waitFor()
    await page.waitForTimeout(warmUpMs)
    const rows: Row[] = []
    for (const screen of ['markets', 'spreads', 'books', 'workspace'] as const) {
      await page.getByTestId(`tab-${screen}`).click()
      rows.push({
        screen: screen === 'workspace' ? `desk, ${kinds.length} panes` : screen,
        ...(await measureScreen(page)),
      })
    }
    const rate = await page.getByTestId('message-rate').innerText()
    const title = `screens: ${symbols.length} symbols on the simulated exchanges, ${rate} at the end, ${viewport.width}x${viewport.height}; scripting budget ${scriptingBudgetMs} ms/s`
    return { title, rows }
  } finally {
    await chrome.close()
  }
}

/** In the page: counts frames and long tasks from now on. */
function count(): void {
  const counted: { frames: number; longTasks: number[] } = { frames: 0, longTasks: [] }
  Object.assign(window, { counted })
  const frame = () => {
    counted.frames++
    if (Reflect.get(window, 'counted') === counted) requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  // What the browser calls a long task: more than 50 ms.
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) counted.longTasks.push(duration)
  }).observe({ type: 'longtask' })
}

const Counted = z.object({ frames: z.number(), longTasks: z.array(z.number()) })

async function measureScreen(page: Page): Promise<Row> {
  await page.waitForTimeout(settleMs)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const read = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    const seconds = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
    return {
      at: seconds('Timestamp'),
      script: seconds('ScriptDuration'),
      layout: seconds('LayoutDuration') + seconds('RecalcStyleDuration'),
      task: seconds('TaskDuration'),
    }
  }
  await page.evaluate(count)
  const before = await read()
  await page.waitForTimeout(measureMs)
  const after = await read()
  const { frames, longTasks } = Counted.parse(await page.evaluate('window.counted'))
  await cdp.detach()
  const seconds = after.at - before.at
  const share = (part: 'script' | 'layout' | 'task') => ((after[part] - before[part]) / seconds) * 1_000
  const scripting = share('script')
  return {
    'scripting ms/s': scripting,
    'style and layout ms/s': share('layout'),
    'main thread ms/s': share('task'),
    'long tasks': longTasks.length,
    'longest ms': Math.max(0, ...longTasks),
    'frames/s': frames / seconds,
    'in budget': scripting <= scriptingBudgetMs ? 'yes' : 'no',
  }
}
