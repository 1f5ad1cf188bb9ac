/** Screens of the built program with every exchange there is: nothing crowded, all of it within reach, by keys where it matters. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exchangeIds, exchangeTitle } from '../../src/shared/domain/index.ts'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { goByKeys, screenshot } from './support/screens.ts'

const Ready = z.object({ ready: z.literal(true), link: z.string() })
const patience = { timeout: 30_000 }
const titles = exchangeIds.map(exchangeTitle)

async function open(...args: readonly string[]): Promise<{ page: Page; errors: string[] }> {
  const common = ['serve', '--data', temporaryFolder(), '--port', '0', '--log-level', 'warn']
  const program = crossbook([...common, ...args], { CROSSBOOK_SIMULATOR_RATE: '100' })
  const opened = await openPage(Ready.parse(await program.json()).link)
  // Keys do nothing before it is there.
  await expect.poll(() => opened.page.getByTestId('markets-count').innerText(), patience).toMatch(/^\d+ symbols?$/)
  return opened
}

/** Which of these parts are not wholly within the window. */
async function outside(page: Page, testIds: readonly string[]): Promise<readonly string[]> {
  const size = page.viewportSize()
  const found: string[] = []
  for (const testId of testIds) {
    const box = await page.getByTestId(testId).boundingBox()
    const fits = box && size && box.y >= 0 && box.y + box.height <= size.height && box.x + box.width <= size.width
    if (!fits) found.push(testId)
  }
  return found
}

/** What sticks out of its dialog. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const dialog = document.querySelector('dialog[open]')
    const inner = [...(dialog?.querySelectorAll('*') ?? [])].map((element) => element.getBoundingClientRect().right)
    return Math.max(...inner) - (dialog?.getBoundingClientRect().right ?? 0)
  })

describe.skipIf(browserExecutable === '')('with every exchange', () => {
  it('connections, accounts, spreads, settings and the consolidated book show all of them', async () => {
    const { page, errors } = await open('--demo', '--exchanges', exchangeIds.join(','))
    const count = exchangeIds.length

    // Of Markets more than twice as many exchanges fit where their bids and asks are enough.
    const reach = () =>
      page.evaluate(() => {
        const groups = [...document.querySelectorAll('[data-testid="markets-grid"] th[scope="colgroup"]')]
        return groups.filter((group) => group.getBoundingClientRect().right <= window.innerWidth).length
      })
    const price = async (column: string) => {
      const cell = page.getByTestId(`BTC_USDT-binance-${column}`)
      return (await cell.count()) === 0 ? null : /^[\d,.]+$/.test(await cell.innerText())
    }
    await expect.poll(() => Promise.all(['bid', 'ask', 'last'].map(price)), patience).toEqual([true, true, true])
    const withAll = await reach()
    await page.getByText('Bid and ask', { exact: true }).click()
    await expect.poll(() => Promise.all(['bid', 'ask', 'last'].map(price)), patience).toEqual([true, true, null])
    expect(await reach()).toBeGreaterThanOrEqual(2 * withAll)
    await screenshot(page, 'browser-eleven-markets')
    await page.getByText('All prices', { exact: true }).click()
    await expect.poll(() => price('last'), patience).toBe(true)

    await goByKeys(page, 'connections')
    await expect.poll(() => page.getByTestId('connections-summary').innerText(), patience).toContain(`of ${count} `)
    expect(
      await outside(
        page,
        exchangeIds.map((id) => `connection-${id}`),
      ),
    ).toEqual([])
    const kraken = page.getByTestId('connection-kraken-toggle')
    await kraken.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('table', { name: 'Kraken sockets' }).waitFor()
    expect(await kraken.getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('table').count()).toBe(0)

    await goByKeys(page, 'accounts')
    await expect
      .poll(() => page.getByTestId('accounts-summary').innerText(), patience)
      .toContain(`of ${count} accounts live`)
    const heads = exchangeIds.map((id) => `account-demo-${id}-state`)
    // What drifted stands open.
    await page.getByTestId('accounts-all').click()
    const all = page.getByTestId('accounts-all')
    if ((await all.innerText()) === 'Close all') await all.click()
    expect(await outside(page, heads)).toEqual([])
    expect(await page.getByTestId('status-exchanges').innerText()).toContain(`of ${count} exchanges live`)
    await page.keyboard.press('n')
    const dialog = page.getByTestId('add-account-dialog')
    await dialog.waitFor()
    for (const title of titles) {
      await dialog.locator('label', { hasText: title }).click()
      await expect.poll(() => page.getByTestId('key-advice').innerText()).toMatch(/https:/)
      expect({ title, overflow: await overflowOf(page) }).toEqual({
        title,
        overflow: expect.toSatisfy((px) => px <= 0),
      })
      const needsPassphrase = title === 'OKX' || title === 'KuCoin'
      expect({ title, passphrase: await page.getByTestId('add-passphrase').count() }).toEqual({
        title,
        passphrase: Number(needsPassphrase),
      })
    }
    await screenshot(page, 'browser-eleven-add')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    await goByKeys(page, 'spreads')
    const pairs = async () =>
      Number(/of ([\d,]+) pairs/.exec(await page.getByTestId('screen-spreads').innerText())?.[1]?.replace(',', ''))
    await expect.poll(pairs, patience).toBeGreaterThan(count * (count - 1))
    const rows = page.getByTestId('spreads-grid').getByRole('row')
    await page.getByTestId('spreads-exchange').selectOption({ label: 'Kraken' })
    await expect
      .poll(async () => (await rows.allInnerTexts()).filter((text) => /USDT/.test(text)).length, patience)
      .toBeGreaterThan(0)
    const shown = (await rows.allInnerTexts()).filter((text) => /USDT/.test(text))
    expect(shown.filter((text) => !text.includes('Kraken'))).toEqual([])

    await goByKeys(page, 'settings')
    const filter = page.getByTestId('exchanges-filter')
    await filter.fill('bit')
    const listed = () => page.locator('[data-testid^="setting-exchange-"] legend').allTextContents()
    expect(await listed()).toEqual(['Bybit', 'Bitfinex'])
    await page.getByTestId('setting-exchange-bitfinex-toggle').press('Enter')
    await page.getByTestId('fee-bitfinex-spot-taker').waitFor()
    await filter.press('Escape')
    expect(await listed()).toEqual(titles)

    // The focus is in the filter, where keys are text.
    await page.getByTestId('tab-books').click()
    await page.keyboard.press('v')
    await expect.poll(() => page.getByTestId('weights').getByRole('row').count(), patience).toBeGreaterThan(count - 3)
    expect(await page.getByText('A window hears at most').count()).toBe(0)
    await screenshot(page, 'browser-eleven-consolidated')
    expect(errors).toEqual([])
  })

  it('going live asks which, and says why it cannot go without one', async () => {
    const { page, errors } = await open('--symbols', 'BTC_USDT')
    await page.getByTestId('go-live').click()
    const confirm = page.getByTestId('go-live-confirm')
    await confirm.waitFor()
    expect([await confirm.isDisabled(), await page.getByTestId('go-live-why-not').innerText()]).toEqual([
      true,
      'Choose at least one exchange.',
    ])
    await page.getByTestId('go-live-dialog').getByLabel('OKX').check()
    expect([await confirm.isDisabled(), await page.getByTestId('go-live-why-not').count()]).toEqual([false, 0])
    await page.keyboard.press('Escape')
    expect(errors).toEqual([])
  })
})
