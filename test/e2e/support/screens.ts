import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { type Screen as ScreenId, screens, screenWords } from '../../../src/renderer/stores/shell.ts'
import { demoExchangeIds, exchangeTitle } from '../../../src/shared/domain/index.ts'

/** By its title, as the navigation shows it. */
export type Screen = string

/** The keys that lead there: its digit, or `g` and its letter. */
export const keysTo = (screen: ScreenId): readonly string[] => {
  const { digit, letter } = screenWords[screen]
  return digit === null ? ['g', letter] : [digit]
}

const folder = join(import.meta.dirname, '../../../artefacts/screenshots')

/** Goes to a screen by its keys, as a trader would, and waits until it is there. */
export async function goTo(page: Page, title: Screen): Promise<void> {
  const screen = screens.find((id) => screenWords[id].title === title)
  if (screen === undefined) throw new Error(`there is no screen ${title}`)
  await page.getByRole('navigation').first().waitFor()
  // Off the chart: a crosshair would show the candle under it instead of the newest.
  await page.mouse.move(5, 5)
  await goByKeys(page, screen)
}

/** The same without a mouse. */
export async function goByKeys(page: Page, screen: ScreenId): Promise<void> {
  await page.keyboard.press('Escape')
  for (const key of keysTo(screen)) await page.keyboard.press(key)
  await page.locator(`[data-testid="tab-${screen}"][aria-selected="true"]`).waitFor()
  await page.locator('#screen [aria-busy="true"]').first().waitFor({ state: 'detached' })
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** The text of a part of the page changes by itself: what it shows is alive. */
export async function expectToMove(page: Page, testId: string): Promise<void> {
  const part = page.getByTestId(testId)
  await part.waitFor()
  const before = await part.innerText()
  await expect.poll(() => part.innerText(), { timeout: 15_000 }).not.toBe(before)
}

/** All screens of the running demo: there, alive, and pictured. */
export async function walkThroughScreens(page: Page, picturePrefix: string): Promise<void> {
  await goTo(page, 'Markets')
  await expect.poll(() => page.getByTestId('markets-count').innerText(), { timeout: 20_000 }).toMatch(/^13 symbols$/)
  await expectToMove(page, 'markets-grid')
  await screenshot(page, `${picturePrefix}-markets`)

  await goTo(page, 'Spreads')
  await expectToMove(page, 'spreads-grid')
  await screenshot(page, `${picturePrefix}-spreads`)
  await page.getByTestId('spreads-grid').focus()
  for (const key of ['ArrowDown', 'Enter']) await page.keyboard.press(key)
  await expectToMove(page, 'pair-sizes')
  await screenshot(page, `${picturePrefix}-spreads-details`)
  await page.keyboard.press('Escape')
  await page.getByTestId('pair-details').waitFor({ state: 'detached' })

  await goTo(page, 'Chart')
  await expectToMove(page, 'chart-legend')
  await screenshot(page, `${picturePrefix}-chart`)

  await goTo(page, 'Books')
  for (const exchange of demoExchangeIds) {
    await expect
      .poll(() => page.getByTestId(`book-${exchange}-truth`).innerText(), { timeout: 30_000, message: exchange })
      .toContain('live')
    await expectToMove(page, `book-${exchange}`)
  }
  await screenshot(page, `${picturePrefix}-books`)
  await page.keyboard.press('v')
  await expectToMove(page, 'merged-ladder')
  await screenshot(page, `${picturePrefix}-books-consolidated`)
  await page.keyboard.press('v')
  // Its legend comes with the first samples.
  await page.getByTestId('heat-legend').waitFor()
  await screenshot(page, `${picturePrefix}-books-heatmap`)

  await goTo(page, 'Balances')
  await expect.poll(() => page.getByTestId('portfolio-total').innerText(), { timeout: 20_000 }).toMatch(/[1-9]/)
  await screenshot(page, `${picturePrefix}-balances`)
  for (const screen of ['Orders', 'Fills', 'Positions', 'Transfers', 'PnL'] as const) {
    await goTo(page, screen)
    await screenshot(page, `${picturePrefix}-${screen.toLowerCase()}`)
  }
  await goTo(page, 'Accounts')
  await expect
    .poll(() => page.getByTestId('accounts-summary').innerText(), { timeout: 30_000 })
    .toBe(`${demoExchangeIds.length} of ${demoExchangeIds.length} accounts live`)
  await screenshot(page, `${picturePrefix}-accounts`)
  // Many accounts begin closed.
  await page.getByTestId('account-demo-binance-toggle').click()
  await page.getByTestId('account-demo-binance-fees').waitFor()
  await page.getByTestId('accounts-all').click()
  await page.getByTestId('account-demo-coinbase-fees').waitFor()

  await goTo(page, 'Data')
  await expect.poll(() => page.getByTestId('estimate-rows').innerText(), { timeout: 15_000 }).toMatch(/^[1-9]/)
  await screenshot(page, `${picturePrefix}-data-export`)
  for (const part of ['health', 'gaps', 'storage', 'backups'] as const) {
    await page.keyboard.press(']')
    const testIds = { health: 'health', gaps: 'gaps-grid', storage: 'storage-tables', backups: 'backups' }
    await page.getByTestId(testIds[part]).waitFor()
    await screenshot(page, `${picturePrefix}-data-${part}`)
  }
  await goTo(page, 'Bots')
  for (const state of ['api-state', 'redis-state']) await page.getByTestId(state).waitFor()
  await screenshot(page, `${picturePrefix}-bots`)

  await goTo(page, 'Connections')
  const connections = page.getByTestId('screen-connections')
  for (const exchange of demoExchangeIds) {
    await connections.getByText(exchangeTitle(exchange), { exact: true }).first().waitFor()
  }
  await screenshot(page, `${picturePrefix}-connections`)
  await page.getByTestId('connections-all').click()
  await connections.getByRole('table', { name: 'Coinbase sockets' }).waitFor()
  await page.keyboard.press('v')
  await page.getByTestId('league-grid').getByText('Binance').waitFor()
  await screenshot(page, `${picturePrefix}-connections-league`)
  await page.keyboard.press('v')
  await expectToMove(page, 'health-grid')
  await screenshot(page, `${picturePrefix}-connections-markets`)

  await goTo(page, 'Settings')
  await screenshot(page, `${picturePrefix}-settings`)
}
