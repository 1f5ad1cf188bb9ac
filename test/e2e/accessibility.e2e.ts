/** Every screen of the built program for whoever sees little, sees colours otherwise, or has no mouse. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Screen, screens } from '../../src/renderer/stores/shell.ts'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { seriousFindings } from './support/axe.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { type FocusWay, focusWay, followFocus, readFocus, unnamed } from './support/focus.ts'
import { goByKeys, screenshot } from './support/screens.ts'

const Ready = z.object({ ready: z.literal(true), link: z.string() })
/** Tabs between two looks at whether the focus has been everywhere. */
const tabsAtOnce = 25
/** No screen has as many places for the focus: more Tabs than these mean that it is caught somewhere. */
const mostTabs = 400

async function openDemo(...more: readonly string[]): Promise<{ page: Page; errors: string[] }> {
  const args = ['serve', '--demo', '--data', temporaryFolder(), '--port', '0', '--log-level', 'warn', ...more]
  // What is looked at is there however quiet the markets are, and the browser has more time.
  const program = crossbook(args, { CROSSBOOK_SIMULATOR_RATE: '100' })
  const { page, errors } = await openPage(Ready.parse(await program.json()).link)
  await expect.poll(() => page.getByTestId('markets-count').innerText(), { timeout: 30_000 }).toMatch(/^13 symbols$/)
  return { page, errors }
}

/** Chooses a command of the palette by its words. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByTestId('command-palette').waitFor()
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
  await page.getByTestId('command-palette').waitFor({ state: 'detached' })
}

async function findingsOf(page: Page, those: readonly Screen[], only: readonly string[] | null) {
  const found: Partial<Record<Screen, readonly string[]>> = {}
  for (const screen of those) {
    await goByKeys(page, screen)
    const findings = await seriousFindings(page, only)
    if (findings.length > 0) found[screen] = findings
  }
  return found
}

describe.skipIf(browserExecutable === '')('every screen', () => {
  it('has no serious finding of axe-core, nor has any overlay; in dark and light, and in both pairs of colours', async () => {
    const { page, errors } = await openDemo('--exchanges', exchangeIds.join(','))
    expect(await findingsOf(page, screens, null)).toEqual({})
    await goByKeys(page, 'markets')
    const overlays = {
      palette: () => page.keyboard.press('Control+k'),
      keys: () => page.keyboard.press('?'),
      watchlists: () => command(page, 'watchlists import'),
      addAccount: () => command(page, 'add account'),
      goLive: () => page.getByTestId('go-live').click(),
    }
    for (const [overlay, open] of Object.entries(overlays)) {
      await open()
      await page.locator('dialog[open]').waitFor()
      expect({ [overlay]: await seriousFindings(page) }).toEqual({ [overlay]: [] })
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    // What differs from look to look is colours alone; test/renderer/styles.test.ts has every pair of them.
    await command(page, 'switch theme')
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light')
    expect(await findingsOf(page, screens, ['color-contrast'])).toEqual({})
    await command(page, 'blue orange')
    await command(page, 'density compact')
    await expect.poll(() => page.locator('html').getAttribute('data-colours')).toBe('blue-orange')
    await expect.poll(() => page.locator('html').getAttribute('data-density')).toBe('compact')
    expect(await findingsOf(page, ['markets', 'spreads', 'books', 'pnl'], ['color-contrast'])).toEqual({})
    await command(page, 'times utc')
    await expect
      .poll(() => page.getByTestId('status-strip').locator('time').innerText())
      .toMatch(/^\d\d:\d\d:\d\d UTC$/)
    expect(errors).toEqual([])
  })

  it('can be walked through without a mouse: the focus is seen, named, never lost or caught, and dialogs give it back', async () => {
    const { page, errors } = await openDemo()
    for (const screen of screens) {
      await goByKeys(page, screen)
      await followFocus(page)
      let way: FocusWay = { problems: [], lost: 0, unreached: [] }
      for (
        let tabs = 0;
        tabs < mostTabs && (tabs === 0 || way.unreached.length > 0) && way.lost < 3;
        tabs += tabsAtOnce
      ) {
        for (let i = 0; i < tabsAtOnce; i++) await page.keyboard.press('Tab')
        way = await focusWay(page)
      }
      // Where text is being written, keys are text.
      while (await page.evaluate(() => document.activeElement?.matches('input, select, textarea')))
        await page.keyboard.press('Tab')
      const { problems, unreached } = way
      expect({ screen, problems, unreached, unnamed: await unnamed(page) }).toEqual({
        screen,
        problems: [],
        unreached: [],
        unnamed: [],
      })
    }
    await goByKeys(page, 'markets')
    await focusOn(page, 'Lists…')
    for (const [dialog, key] of Object.entries({ palette: 'Control+k', keys: '?', watchlists: 'Enter' })) {
      await page.keyboard.press(key)
      await page.locator('dialog[open]').waitFor()
      expect((await readFocus(page)).isInDialog, dialog).toBe(true)
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab')
        const { name, isInDialog } = await readFocus(page)
        if (name !== null) expect({ dialog, name, isInDialog }).toEqual({ dialog, name, isInDialog: true })
      }
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
      expect({ dialog, focus: (await readFocus(page)).name }).toEqual({ dialog, focus: 'Lists…' })
    }
    expect(errors).toEqual([])
  })
})

describe.skipIf(browserExecutable === '')('watchlists', () => {
  it('are imported, shown, starred and watched by keys alone', async () => {
    const { page, errors } = await openDemo()
    await command(page, 'watchlists import')
    await focusOn(page, 'Import…')
    await page.keyboard.press('Enter')
    await page.keyboard.type('BTCUSDT\nOKX:ETHUSDT.P, avax/usdt\nNASDAQ:AAPL')
    await expect.poll(() => page.getByTestId('import-summary').innerText()).toBe('3 symbols; 1 not understood:')
    await screenshot(page, 'browser-watchlist-import')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Mine')
    await page.keyboard.press('Enter')
    await page.getByTestId('watchlist-name').waitFor()
    await screenshot(page, 'browser-watchlists')
    await page.keyboard.press('Escape')
    const count = () => page.getByTestId('markets-count').innerText()
    await page.keyboard.press('w')
    await expect.poll(count).toBe('2 of 13 symbols')
    // What nobody subscribed to is said, and added on demand.
    await focusOn(page, 'Watch it')
    await page.keyboard.press('Enter')
    await expect.poll(count, { timeout: 20_000 }).toBe('3 of 14 symbols')
    await page.keyboard.press('/')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('s')
    await expect.poll(count).toBe('2 of 14 symbols')
    await screenshot(page, 'browser-watchlist-shown')
    await page.keyboard.press('W')
    await expect.poll(count).toBe('14 symbols')
    // The choice is kept for the next start of this window.
    await page.keyboard.press('w')
    await page.reload()
    await expect.poll(count, { timeout: 20_000 }).toBe('2 of 14 symbols')
    expect(errors).toEqual([])
  })
})

/** Tabs on to what has this name. */
async function focusOn(page: Page, name: string): Promise<void> {
  for (let i = 0; i < mostTabs; i++) {
    await page.keyboard.press('Tab')
    if ((await readFocus(page)).name === name) return
  }
  throw new Error(`Tab does not lead to “${name}”`)
}
