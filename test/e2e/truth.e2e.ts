/** Order books, truth marks, health and the network on the screens, in a real browser on made-up data (test/bench/renderer). */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPreview, type Preview } from '../bench/renderer/preview.ts'
import { accessibilityProblems } from './support/accessibility.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { screenshot } from './support/screens.ts'
import { holds } from './support/secrets.ts'

type Scene = 'usual' | 'none' | 'loading' | 'failing'
const patience = { timeout: 20_000 }
const narrow = { width: 1024, height: 768 }

describe.skipIf(browserExecutable === '')('the screens of truth and continuity', () => {
  let preview: Preview
  beforeAll(async () => {
    preview = await openPreview()
  })
  afterAll(() => preview?.close())

  async function open(scene: Scene = 'usual', colorScheme: 'dark' | 'light' = 'dark') {
    const { page, errors } = await openPage(`${preview.url}?accounts=${scene}&changes=10`, colorScheme)
    await page.getByTestId('open-palette').waitFor()
    return { page, errors }
  }
  const press = async (page: Page, ...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const choose = (page: Page, text: string) => page.getByText(text, { exact: true }).click()
  const text = (page: Page, testId: string) => page.getByTestId(testId).first().innerText()

  it('offer the ways out of a damaged database by the keyboard, and tell what a salvage brought', async () => {
    for (const scheme of ['dark', 'light'] as const) {
      const { page, errors } = await openPage(`${preview.url}?accounts=usual&database=damaged`, scheme)
      await page.setViewportSize(narrow)
      const banner = page.getByTestId('database-banner')
      await banner.waitFor()
      expect(await banner.innerText()).toContain('The database is damaged')
      await expect.poll(() => accessibilityProblems(page), patience).toEqual([])
      await screenshot(page, `truth-database-${scheme}`)
      await page.getByTestId('database-begin-anew').focus()
      await press(page, 'Enter')
      await page.getByTestId('database-begin-anew-dialog').waitFor()
      await press(page, 'Escape')
      await page.getByTestId('database-begin-anew-dialog').waitFor({ state: 'detached' })
      await page.getByTestId('database-salvage').focus()
      await press(page, 'Enter')
      await expect.poll(() => accessibilityProblems(page), patience).toEqual([])
      await page.getByTestId('database-salvage-dialog-confirm').click()
      await page.getByText('book_tickers').waitFor()
      await screenshot(page, `truth-salvaged-${scheme}`)
      expect(errors).toEqual([])
      await page.close()
    }
  })

  it('show the past by keys alone, in words too', async () => {
    const { page, errors } = await open()
    const spoken = (testId: string) => page.getByTestId(testId).getAttribute('aria-valuetext')
    await press(page, 'g', 'h')
    await page.getByTestId('spread-history').waitFor()
    expect(await spoken('spread-history')).toMatch(/, net [+−]\d\.\d+ %, gross [+−]\d\.\d+ %/)
    await page.getByTestId('spread-history').focus()
    const newest = await spoken('spread-history')
    await press(page, 'PageUp', 'ArrowLeft')
    await expect.poll(() => spoken('spread-history'), patience).not.toBe(newest)
    expect(await text(page, 'spread-history-legend')).toContain('at today’s fees (0.1 % + 0.1 %)')
    await expect.poll(() => accessibilityProblems(page), patience).toEqual([])
    await press(page, 'b')
    await page.getByTestId('basis-history').waitFor()
    expect(await spoken('basis-history')).toMatch(/, basis [+−]\d\.\d+ %, funding by the year/)
    await press(page, '3')
    await page.getByTestId('chart-area').waitFor()
    await press(page, 't')
    await expect.poll(() => text(page, 'chart-trades'), patience).toMatch(/\d trades/)
    await press(page, 'f')
    await expect.poll(() => page.getByTestId('toggle-fills').getAttribute('aria-pressed'), patience).toBe('false')
    await press(page, '9')
    await page.getByTestId('pnl-account').waitFor()
    await press(page, 'q')
    await page.getByTestId('equity-curve').waitFor()
    expect(await spoken('equity-curve')).toMatch(/USDT, gained/)
    await expect.poll(() => accessibilityProblems(page), patience).toEqual([])
    await screenshot(page, 'history-equity-dark')
    expect(errors).toEqual([])
  })

  it('pass a machine’s reading, dark and light, and fit into 1024 pixels', async () => {
    for (const scheme of ['dark', 'light'] as const) {
      const { page, errors } = await open('usual', scheme)
      await page.setViewportSize(narrow)
      const screens = [
        [['g', 'm'], 'markets-grid'],
        [['g', 's'], 'spreads-grid'],
        [['g', 'k'], 'book-binance'],
        [['g', 'n'], 'network-events'],
        [['g', 'd', ']'], 'health-grid'],
      ] as const
      for (const [keys, testId] of screens) {
        await press(page, ...keys)
        await page.getByTestId(testId).waitFor()
        await expect
          .poll(() => accessibilityProblems(page), { ...patience, message: `${testId}, ${scheme}` })
          .toEqual([])
      }
      // Nothing of the bars is cut off: their last parts lie within the window.
      for (const part of [
        page.getByRole('button', { name: 'Keys' }),
        page.locator('footer time, section time').last(),
      ]) {
        const box = await part.boundingBox()
        expect(box === null ? Number.NaN : box.x + box.width).toBeLessThanOrEqual(narrow.width)
      }
      await press(page, 'g', 'k')
      const last = await page.getByTestId('book-mexc').boundingBox()
      expect(last === null ? Number.NaN : last.x + last.width).toBeLessThanOrEqual(narrow.width)
      expect(errors).toEqual([])
    }
  })

  it('say by word what cannot be relied on, and why, to eyes and to screen readers', async () => {
    const { page } = await open()
    expect(await text(page, 'status-quotes')).toMatch(/Quotes: \d+ suspect, \d+ stale, \d+ gap$/)
    const ages = () => page.getByTestId('markets-grid').innerText()
    await expect.poll(ages, patience).toMatch(/suspect/)
    await expect.poll(ages, patience).toMatch(/stale/)
    await expect.poll(ages, patience).toMatch(/gap/)

    await press(page, 'g', 'k')
    const states = {
      binance: ['live', ''],
      okx: ['suspect', 'its best bid is not below its best ask'],
      gate: ['stale', 'nothing came for 48 s'],
      mexc: ['gap', 'a sequence broke'],
    } as const
    for (const [exchange, [word, reason]] of Object.entries(states)) {
      await expect.poll(() => text(page, `book-${exchange}-truth`), patience).toContain(word)
      expect(await page.getByTestId(`book-${exchange}`).getByRole('status').innerText()).toContain(reason)
      // The mark itself says the reason where no eye reads the line.
      expect(await page.getByTestId(`book-${exchange}-truth`).textContent()).toContain(reason)
    }
    // What does not count has neither bars nor the colours of the sides.
    const depth = (exchange: string) =>
      page
        .getByTestId(`book-${exchange}`)
        .locator('[data-side=bid]')
        .first()
        .evaluate((row) => getComputedStyle(row).backgroundImage)
    expect(await depth('binance')).toContain('gradient')
    expect(await depth('gate')).toBe('none')
  })

  it('show books by keyboard: symbols, levels with the best in sight, and one built anew', async () => {
    const { page } = await open()
    await press(page, 'g', 'k')
    const symbol = page.getByTestId('books-symbol')
    const first = await symbol.inputValue()
    await press(page, ']')
    expect(await symbol.inputValue()).not.toBe(first)
    await press(page, '[')
    expect(await symbol.inputValue()).toBe(first)
    await press(page, '/')
    expect(await symbol.evaluate((element) => element === document.activeElement)).toBe(true)
    await choose(page, '50')
    const book = page.getByTestId('book-binance')
    await expect.poll(() => book.locator('[data-side=bid]').count(), patience).toBe(50)
    const isInSight = () =>
      book.locator('[data-middle]').evaluate((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        const box = row.closest('div')?.getBoundingClientRect()
        return box !== undefined && top > box.top && bottom < box.bottom
      })
    await expect.poll(isInSight, patience).toBe(true)
    const before = await book.locator('tbody').innerText()
    await expect.poll(() => book.locator('tbody').innerText(), patience).not.toBe(before)
    await book.getByRole('button', { name: 'Build anew the book of Binance' }).press('Enter')
  })

  it('are found by the command palette and told among the keys', async () => {
    const { page } = await open()
    const find = async (words: string) => {
      await press(page, 'Control+k')
      await page.keyboard.type(words)
      await press(page, 'Enter')
    }
    await find('go to books')
    await page.getByTestId('screen-books').waitFor()
    await find('how whole')
    await page.getByTestId('health-grid').waitFor()
    await find('check connections')
    await page.getByText('Every connection is being checked.').waitFor()
    await find('book eth_usdt')
    await expect.poll(() => page.getByTestId('books-symbol').inputValue(), patience).toMatch(/^ETH_USDT/)
    await press(page, 'Escape', '?')
    const keys = await text(page, 'keys-help')
    expect(keys).toMatch(/g k, g h\s+Books, History/)
    expect(keys).toContain('Export, Health, Gaps, Storage, Backups')
  })

  it('tell each day of a series by keyboard, with its causes', async () => {
    const { page } = await open()
    await press(page, 'g', 'd', ']')
    await page.getByTestId('health-grid').waitFor()
    await press(page, 'ArrowDown')
    const days = page.getByTestId('health-days')
    await expect.poll(() => days.innerText(), patience).toMatch(/\d+ days with holes[\s\S]*seconds/)
    const of = await days.getAttribute('aria-label')
    await press(page, 'ArrowDown')
    await expect.poll(() => days.getAttribute('aria-label'), patience).not.toBe(of)
    // Every strip says what it holds, and a day says itself under the pointer.
    const strip = page.getByTestId('health-grid').getByRole('img').first()
    expect(await strip.getAttribute('aria-label')).toMatch(/^30 days, \d+ with holes$/)
    await strip.hover()
    expect(await strip.getAttribute('title')).toMatch(/^\w{3},? \d+ \w{3}: /)
    await choose(page, '1 year')
    await expect.poll(() => strip.getAttribute('aria-label'), patience).toMatch(/^365 days/)
    await choose(page, 'Candles')
    await expect.poll(() => text(page, 'health-sum'), patience).toContain('candles missing')
    await press(page, '/')
    await page.keyboard.type('okx btc')
    await expect.poll(() => text(page, 'health-sum'), patience).toMatch(/^2 series/)
    await press(page, 'ArrowDown')
    await days.getByRole('button', { name: 'All gaps…' }).click()
    await page.getByTestId('gaps-grid').waitFor()
  })

  it('say that they are reading, that there is nothing, and why something could not be read', async () => {
    const words: Readonly<Record<Exclude<Scene, 'usual'>, readonly [books: RegExp, health: RegExp]>> = {
      loading: [/nothing came yet/, /Reading how whole the recording is/],
      none: [/waiting for the first snapshot/, /Nothing of this kind was expected/],
      failing: [/locked by another program/, /locked by another program/],
    }
    for (const scene of ['loading', 'none', 'failing'] as const) {
      const { page, errors } = await open(scene)
      await press(page, 'g', 'k')
      await page.getByTestId('book-binance').getByText(words[scene][0]).first().waitFor()
      expect(await text(page, 'book-binance-truth')).toContain('gap')
      expect(await accessibilityProblems(page), `books, ${scene}`).toEqual([])
      await press(page, 'g', 'd', ']')
      await page.getByTestId('health').getByText(words[scene][1]).first().waitFor()
      expect(await accessibilityProblems(page), `health, ${scene}`).toEqual([])
      await press(page, 'g', 'n')
      await page.getByTestId('connection-binance-state').waitFor()
      expect(await page.getByTestId('network').count()).toBe(0)
      expect(errors).toEqual([])
    }
  })

  it('take a proxy and its password, and keep the password nowhere in the page', async () => {
    const { page } = await open()
    await press(page, 'g', 'e')
    const password = `secret-${Math.random().toString(36).slice(2)}-of-the-proxy`
    const field = page.getByTestId('proxy-password')
    await field.focus()
    await page.keyboard.type(password)
    expect(await field.getAttribute('type')).toBe('password')
    await press(page, 'Enter')
    await page.getByTestId('proxy-password-remove').waitFor()
    expect(await field.inputValue()).toBe('')
    await expect.poll(() => holds(page, password), patience).toBe(false)
    const proxy = page.getByTestId('setting-network.proxy')
    await proxy.fill('telnet://nowhere')
    await press(page, 'Enter')
    await page.locator('#settings-network').getByRole('alert').first().waitFor()
    await proxy.fill('socks5://10.0.0.9:1080')
    await press(page, 'Enter')
    await expect.poll(() => page.locator('#settings-network').getByRole('alert').count(), patience).toBe(0)
  })

  it('keep raw frames when told to, and say what they cost', async () => {
    const { page } = await open()
    await press(page, 'g', 'd', ']', ']', ']')
    const panel = page.getByTestId('raw-frames')
    expect(await panel.getByTestId('raw-bytes').count()).toBe(0)
    await page.getByTestId('setting-rawFrames.enabled').check()
    await expect.poll(() => text(page, 'raw-bytes'), patience).toMatch(/\d GB/)
    await expect.poll(() => accessibilityProblems(page), patience).toEqual([])
  })
})
