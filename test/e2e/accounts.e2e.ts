import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadSecrets } from '../../src/main/keychain.ts'
import type { Simulator } from '../../src/main/simulator/index.ts'
import { settingsFor, simulatorThread } from '../support/hub.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { electronExecutable, startDesktop } from './support/desktop.ts'
import { expectToMove, goTo, screenshot } from './support/screens.ts'

/** Set by scripts/e2e.mjs, which opens a keyring there; empty where this machine has none. */
const keyring = process.env.CROSSBOOK_E2E_KEYRING ?? ''

/** A data folder whose settings lead the real connectors to the simulator. */
function folderFor(simulator: Simulator): string {
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'crossbook.yaml'),
    stringify(settingsFor(simulator, { symbols: ['BTC_USDT', 'ETH_USDT', 'SOL_USDT', 'BTC_USDT_PERP'] })),
  )
  return folder
}

async function openDialog(page: Page, exchange: string, name: string): Promise<void> {
  await goTo(page, 'Accounts')
  await page.getByTestId('add-account').click()
  await page
    .getByTestId('add-account-dialog')
    .locator('label', { hasText: new RegExp(`^${exchange}$`) })
    .click()
  await page.getByTestId('add-label').fill(name)
}

/** Everything below a folder, as one text. */
const everythingIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

describe.skipIf(electronExecutable === '' || keyring === '')('accounts in a real Electron with a real keyring', () => {
  it('are added, live, still there after a restart, and gone from the keychain when removed', async () => {
    const simulator = await simulatorThread({
      symbols: ['BTC_USDT', 'ETH_USDT', 'SOL_USDT'],
      rate: 300,
      accounts: { history: true, ordersPerMinute: 120 },
    })
    const folder = folderFor(simulator)
    const key = simulator.keys.binance
    if (!key) throw new Error('binance is not simulated')
    const first = await startDesktop(['--data', folder])
    const { page } = first
    await openDialog(page, 'Binance', 'Main')
    await page.getByTestId('add-key').fill(key.key)
    await page.getByTestId('add-secret').fill(key.secret)
    await page.getByTestId('add-test').click()
    await page.getByTestId('test-result').waitFor()
    await screenshot(page, 'accounts-add')
    await page.getByTestId('add-save').click()
    await page.getByTestId('add-account-dialog').waitFor({ state: 'detached' })
    await expect
      .poll(() => page.getByTestId('account-binance-main-state').innerText(), { timeout: 30_000 })
      .toMatch(/^\W*Live/)
    expect(await loadSecrets('binance-main')).toEqual({ key: key.key, secret: key.secret, passphrase: null })
    await screenshot(page, 'accounts')

    // Balances move as the account trades.
    await goTo(page, 'Balances')
    await expect.poll(() => page.getByTestId('portfolio-total').innerText(), { timeout: 20_000 }).toMatch(/[1-9]/)
    await expectToMove(page, 'portfolio-total')
    await screenshot(page, 'balances')
    for (const screen of ['Orders', 'Fills', 'Positions', 'Transfers', 'PnL'] as const) {
      await goTo(page, screen)
      await page.waitForTimeout(700)
      await screenshot(page, screen.toLowerCase())
    }
    // The page never holds the secret again, wherever one looks.
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(key.secret)
    expect(first.errors).toEqual([])
    await first.app.close()

    const second = await startDesktop(['--data', folder])
    await goTo(second.page, 'Accounts')
    await expect
      .poll(() => second.page.getByTestId('account-binance-main-state').innerText(), { timeout: 30_000 })
      .toMatch(/^\W*Live/)
    await second.page.getByTestId('account-binance-main-remove').click()
    await second.page.getByTestId('remove-confirm').click()
    await second.page.getByTestId('account-binance-main').waitFor({ state: 'detached' })
    expect(await loadSecrets('binance-main')).toBeNull()
    expect(readFileSync(join(folder, 'crossbook.yaml'), 'utf8')).not.toContain('binance-main')
    await second.app.close()
    const everything = everythingIn(folder)
    expect(everything).not.toContain(key.secret)
    expect(everything).not.toContain(key.key)
  })

  it('with keys that can withdraw are refused, and taken only in words', async () => {
    const simulator = await simulatorThread({ symbols: ['BTC_USDT'], rate: 100, venues: ['okx'] })
    const folder = folderFor(simulator)
    const key = simulator.withdrawingKeys.okx
    if (!key?.passphrase) throw new Error('okx is not simulated')
    const { page } = await startDesktop(['--data', folder])
    await openDialog(page, 'OKX', 'Vault')
    await page.getByTestId('add-key').fill(key.key)
    await page.getByTestId('add-secret').fill(key.secret)
    await page.getByTestId('add-passphrase').fill(key.passphrase)
    await page.getByTestId('add-save').click()
    await page.getByTestId('withdraw-refused').waitFor()
    await screenshot(page, 'accounts-withdraw-refused')
    expect(await loadSecrets('okx-vault')).toBeNull()
    await page.getByTestId('add-override').fill('this key can withdraw')
    await page.getByTestId('add-save').click()
    await page.getByTestId('add-account-dialog').waitFor({ state: 'detached' })
    expect(await loadSecrets('okx-vault')).toMatchObject({ key: key.key })

    // A key taken back at the exchange stops its account, with a way on, and nothing else.
    const revoked = await simulator.inject({ kind: 'revoke_key', exchange: 'okx' })
    await page.getByTestId('account-okx-vault-refresh').click()
    await expect
      .poll(() => page.getByTestId('account-okx-vault-state').innerText(), { timeout: 30_000 })
      .toContain('key rejected')
    await screenshot(page, 'accounts-rejected')
    await revoked.stop()
    await page.getByTestId('account-okx-vault-restart').click()
    await expect
      .poll(() => page.getByTestId('account-okx-vault-state').innerText(), { timeout: 30_000 })
      .toMatch(/^\W*Live/)
  })
})
