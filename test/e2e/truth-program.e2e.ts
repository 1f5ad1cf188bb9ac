/** The built program against simulated exchanges that go wrong: what its screens say then, and that they find back. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { crossbook } from '../support/program.ts'
import { simulator } from '../support/simulator.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { expectToMove, goTo, screenshot } from './support/screens.ts'
import { holds } from './support/secrets.ts'

const Ready = z.object({ link: z.string() })
const proxy = 'http://trader@proxy.example:3128'
const patience = { timeout: 60_000 }

/** Crossbook in live mode whose Binance and OKX are simulated. */
async function serveSimulated() {
  const exchanges = await simulator({ venues: ['binance', 'okx'], symbols: ['BTC_USDT', 'ETH_USDT'] })
  const origins = (['binance', 'okx'] as const).map((exchange) => {
    const lines = Object.entries(exchanges.originsOf(exchange)).map(([real, ours]) => `      ${real}: ${ours}`)
    return `  ${exchange}:\n    origins:\n${lines.join('\n')}`
  })
  const folder = temporaryFolder()
  const settings = [
    'mode: live',
    'symbols: [BTC_USDT, ETH_USDT]',
    'history: { backfillCandles: 10 }',
    'exchanges:',
    ...origins,
    '  gate: { enabled: false }',
    '  mexc: { enabled: false }',
  ]
  writeFileSync(join(folder, 'crossbook.yaml'), `${settings.join('\n')}\n`)
  const program = crossbook(['serve', '--data', folder, '--port', '0', '--log-level', 'warn'])
  const { link } = Ready.parse(await program.json())
  return { exchanges, folder, link }
}

const text = (page: Page, testId: string) => page.getByTestId(testId).first().innerText()
const bookSays = (page: Page, exchange: string, word: string | RegExp) =>
  expect.poll(() => text(page, `book-${exchange}-truth`), { ...patience, message: exchange }).toMatch(word)

/** Every file below a folder. */
const filesBelow = (folder: string): readonly string[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .filter((file) => statSync(file).isFile())

describe.skipIf(browserExecutable === '')('the screens of truth and continuity of the built program', () => {
  it('say what is not right while an exchange goes wrong, and live again after', async () => {
    const { exchanges, link } = await serveSimulated()
    const { page } = await openPage(link)
    await goTo(page, 'Books')
    for (const exchange of ['binance', 'okx']) await bookSays(page, exchange, /live/)
    await expectToMove(page, 'book-okx')
    await screenshot(page, 'truth-books-live')

    const crossed = await exchanges.inject({ kind: 'cross', exchange: 'okx', symbol: 'BTC_USDT' })
    await bookSays(page, 'okx', /suspect|gap/)
    await expect.poll(() => page.getByTestId('book-okx').getByRole('status').innerText(), patience).toMatch(/\w{4}/)
    await screenshot(page, 'truth-books-crossed')
    // The other exchange's book does not suffer.
    expect(await text(page, 'book-binance-truth')).toContain('live')
    crossed.stop()
    await bookSays(page, 'okx', /live/)

    const refused = await exchanges.inject({ kind: 'refuse', exchange: 'binance' })
    exchanges.dropSockets('binance')
    await bookSays(page, 'binance', /gap/)
    await goTo(page, 'Markets')
    const age = () => text(page, 'BTC_USDT-binance-age')
    await expect.poll(age, patience).toMatch(/gap|stale/)
    await expect.poll(() => text(page, 'status-quotes'), patience).toMatch(/Quotes: .*\d+ (gap|stale)/)
    await screenshot(page, 'truth-markets-gap')
    await goTo(page, 'Spreads')
    await screenshot(page, 'truth-spreads-gap')
    // A row is expected each full second: two of them pass, however quick the screens were.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    refused.stop()
    await goTo(page, 'Markets')
    await expect.poll(age, patience).toMatch(/^[\d.]+ ?m?s$/)
    await expect.poll(() => page.getByTestId('status-quotes').count(), patience).toBe(0)
    await goTo(page, 'Books')
    await bookSays(page, 'binance', /live/)

    // What was missed stands in today's row, with its cause.
    await goTo(page, 'Data')
    await page.getByText('Health', { exact: true }).click()
    const grid = page.getByTestId('health-grid')
    await expect.poll(() => grid.innerText(), patience).toMatch(/Binance[\s\S]*BTC/)
    await grid.locator('tr', { hasText: 'Binance' }).filter({ hasText: 'BTC' }).first().click()
    await expect.poll(() => text(page, 'health-days'), patience).toMatch(/1 day with holes[\s\S]*seconds/)
    await screenshot(page, 'truth-health')
    await page.getByText('Gaps', { exact: true }).click()
    await expect.poll(() => text(page, 'gaps-grid'), patience).toMatch(/Binance[\s\S]*Feed was down/)
    await screenshot(page, 'truth-gaps')
  })

  it('check connections when told to, keep raw frames, and never give a proxy’s password back', async () => {
    const { folder, link } = await serveSimulated()
    const { page, errors } = await openPage(link)
    await goTo(page, 'Data')
    await page.getByText('Storage', { exact: true }).click()
    const keep = page.getByTestId('setting-rawFrames.enabled')
    // It shows what the hub has taken, not what was clicked.
    await keep.click()
    await expect.poll(() => keep.isChecked(), patience).toBe(true)

    await goTo(page, 'Connections')
    await expect.poll(() => text(page, 'connection-okx-state'), patience).toContain('Live')
    await page.getByTestId('check-connections').click()
    await page.getByText('Every connection is being checked.').waitFor()
    await expect.poll(() => text(page, 'connection-okx-state'), patience).toContain('Live')
    await screenshot(page, 'truth-connections')

    const password = `secret-${Math.random().toString(36).slice(2)}-of-the-proxy`
    await goTo(page, 'Settings')
    await page.getByTestId('setting-network.proxy').fill(proxy)
    await page.keyboard.press('Enter')
    const field = page.getByTestId('proxy-password')
    await field.focus()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByTestId('proxy-password-remove').waitFor(patience)
    await screenshot(page, 'truth-settings-network')
    // Out of the field: there, keys are text.
    await page.getByTestId('tab-settings').focus()
    // What is on this machine is never reached through one, so the simulated exchanges stay live.
    await goTo(page, 'Connections')
    await expect.poll(() => text(page, 'connection-okx-state'), patience).toContain('Live')
    await expect.poll(() => text(page, 'network'), patience).toMatch(/Through the proxy \S*proxy\.example:3128/)
    await screenshot(page, 'truth-connections-proxy')
    await goTo(page, 'Settings')
    await page.reload()
    await page.getByTestId('proxy-password-remove').waitFor(patience)
    expect(await field.inputValue()).toBe('')
    expect(await holds(page, password)).toBe(false)
    for (const file of filesBelow(folder)) expect(readFileSync(file).includes(password), file).toBe(false)
    await page.getByTestId('proxy-password-remove').click()
    await page.getByTestId('proxy-password-forget-confirm').click()
    await page.getByTestId('proxy-password-remove').waitFor({ state: 'detached' })

    // A file is whole when its minute is over.
    await goTo(page, 'Data')
    await page.getByText('Storage', { exact: true }).click()
    await expect.poll(() => filesBelow(join(folder, 'raw')).length, { timeout: 120_000 }).toBeGreaterThan(0)
    await expect.poll(() => text(page, 'raw-bytes'), patience).toMatch(/[1-9]/)
    await page.getByTestId('raw-frames').scrollIntoViewIfNeeded()
    await screenshot(page, 'truth-raw-frames')
    expect(errors).toEqual([])
  }, 240_000)
})
