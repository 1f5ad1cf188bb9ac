/**
 * What a frame costs while 5,000 quote changes a second arrive for 500 instruments, in ten batches a second as the hub sends
 * them, and 17 orders a second with their fills on five accounts: the built interface in headless Chromium on a market and
 * accounts made up in its own page (bench/renderer/). Four order books of 50 levels a side change ten times a second while they are
 * shown; the calendar of continuity holds 365 days of every instrument, and is scrolled. Drawing is done by the processor here; with a graphics card frames cost
 * less.
 */
import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import { openPreview } from './renderer/preview.ts'
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
  const preview = await openPreview()
  try {
    return [await measureScreens(preview.url, executablePath)]
  } finally {
    await preview.close()
  }
}

export const chromiumPath = (): string | undefined =>
  [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  )

async function measureScreens(url: string, executablePath: string): Promise<Table> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } })
    const startedAt = performance.now()
    await page.goto(
      `${url}?instruments=${instruments}&changes=${changesPerSecond}&events=${accountEventsPerSecond}&books=live`,
    )
    await page.getByTestId('markets-grid').waitFor()
    const interactiveMs = performance.now() - startedAt
    const rows: Row[] = []
    for (const screen of ['markets', 'spreads', 'chart', 'balances', 'accounts'] as const) {
      await page.getByTestId(`tab-${screen}`).click()
      rows.push({ screen, ...(await measureFrames(page)) })
    }
    await page.getByTestId('tab-books').click()
    await page.getByText('50', { exact: true }).click()
    rows.push({ screen: 'books', ...(await measureFrames(page)) })
    await page.getByTestId('tab-data').click()
    await page.keyboard.press(']')
    await page.getByText('1 year', { exact: true }).click()
    await page.getByTestId('health-grid').waitFor()
    rows.push({ screen: 'health', ...(await measureFrames(page)) })
    await page.getByTestId('health-grid').evaluate(scrollOn)
    rows.push({ screen: 'health, scrolled', ...(await measureFrames(page)) })
    const load = `${instruments} instruments, ${changesPerSecond.toLocaleString('en-US')} quote changes a second, ${accountEventsPerSecond} orders and fills a second`
    return { title: `renderer: frame times, ${load}; interactive after ${Math.round(interactiveMs)} ms`, rows }
  } finally {
    await browser.close()
  }
}

/** Scrolls what holds a table for as long as the page lives, down and back up, four rows a frame. Runs in the page. */
function scrollOn(table: Element): void {
  const box = table.parentElement
  let step = 112
  const scroll = () => {
    if (box) {
      if (box.scrollTop <= 0) step = 112
      else if (box.scrollTop + box.clientHeight >= box.scrollHeight) step = -112
      box.scrollTop += step
    }
    requestAnimationFrame(scroll)
  }
  scroll()
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
