/** Stored data and the doors for bots, used as a trader would in a real Electron: whose Node has no zstd of its own. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openStorage } from '../../src/main/storage/index.ts'
import { demoExchangeIds } from '../../src/shared/domain/index.ts'
import { instruments } from '../main/storage/support.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { electronExecutable, startDesktop } from './support/desktop.ts'
import { goTo, screenshot } from './support/screens.ts'

const rowsBefore = 3_000

/** A data folder of the demo with quotes that are hours old. */
async function folderWithOldQuotes(): Promise<string> {
  const folder = temporaryFolder()
  const storage = await openStorage({ file: join(folder, 'crossbook.db'), queuedSnapshots: rowsBefore })
  await storage.setMeta('mode', 'demo')
  await storage.saveInstruments(instruments)
  const [first] = instruments
  const start = Math.floor(Date.now() / 1_000) * 1_000 - 5 * 3_600_000
  const saved = Array.from({ length: rowsBefore }, (_, second) =>
    storage.saveSnapshot({
      time: start + second * 1_000,
      instrumentIds: Uint32Array.of(first?.id ?? 0),
      bidPrice: Float64Array.of(100 + second / 100),
      bidQuantity: Float64Array.of(1.5),
      askPrice: Float64Array.of(100.01 + second / 100),
      askQuantity: Float64Array.of(Number.NaN),
    }),
  )
  await Promise.all(saved)
  await storage.close()
  const settings = ['mode: demo', 'storage: { coldAfterHours: 1 }', 'gateway: { port: 0 }', 'symbols: [BTC_USDT]']
  writeFileSync(join(folder, 'crossbook.yaml'), `${settings.join('\n')}\n`)
  return folder
}

describe.skipIf(electronExecutable === '')('stored data in a real Electron', () => {
  it('is compressed, exported, shown in its folder, and backed up', async () => {
    const folder = await folderWithOldQuotes()
    const { app, page, errors } = await startDesktop(['--data', folder])
    await app.evaluate(({ shell }) => {
      shell.showItemInFolder = (file) => Reflect.set(globalThis, 'revealed', file)
    })

    await goTo(page, 'Data')
    await page.locator('label', { hasText: /^Storage$/ }).click()
    await page.getByTestId('compact').click()
    const chunks = () => {
      const database = new Database(join(folder, 'crossbook.db'), { readonly: true })
      const sum = database.prepare<[], number>('SELECT coalesce(sum(row_count), 0) FROM book_ticker_chunks').pluck()
      const rows = sum.get()
      database.close()
      return rows
    }
    await expect.poll(chunks, { timeout: 30_000 }).toBe(rowsBefore)
    await screenshot(page, 'desktop-data-storage')

    await page.locator('label', { hasText: /^Export$/ }).click()
    await page
      .getByTestId('export-form')
      .locator('label', { hasText: /^Parquet$/ })
      .click()
    await page.getByTestId('export-file').fill('quotes.parquet')
    await page.getByTestId('export-start').click()
    const job = page.getByTestId(/^export-job-export/).first()
    await job.getByText('Finished').waitFor({ timeout: 30_000 })
    await screenshot(page, 'desktop-data-export')
    await job.getByRole('button', { name: /folder/ }).click()
    const file = join(folder, 'exports', 'quotes.parquet')
    await expect.poll(() => app.evaluate(() => Reflect.get(globalThis, 'revealed'))).toBe(file)
    const duck = await (await DuckDBInstance.create()).connect()
    const read = await duck.runAndReadAll(
      `SELECT count(*), min(bid_price), max(bid_price), count(ask_quantity) FROM '${file}' WHERE bid_price < 1000`,
    )
    expect(read.getRows()).toEqual([[BigInt(rowsBefore), 100, 100 + (rowsBefore - 1) / 100, 0n]])
    duck.closeSync()

    await page.locator('label', { hasText: /^Backups$/ }).click()
    await page.getByTestId('backup-now').click()
    const row = page.getByTestId('backups-table').locator('tbody tr').first()
    await row
      .getByText(/verified/i)
      .first()
      .waitFor({ timeout: 30_000 })
    await screenshot(page, 'desktop-data-backups')
    expect(errors).toEqual([])
    await app.close()
    expect(existsSync(join(folder, 'crossbook.lock'))).toBe(false)
  })

  it('is served to bots beside the window, to whoever holds a token', async () => {
    const folder = await folderWithOldQuotes()
    const { page, errors } = await startDesktop(['--data', folder])
    await goTo(page, 'Bots')
    await page.getByTestId('setting-gateway.onDesktop').click()
    await expect.poll(() => page.getByTestId('api-state').innerText(), { timeout: 15_000 }).toContain('Open')
    const text = await page.getByTestId('screen-bots').innerText()
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? ''
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect((await fetch(`${url}/api/v1/quotes`)).status).toBe(401)

    await page.getByTestId('create-token').click()
    await page.getByTestId('token-name').fill('e2e')
    await page.getByTestId('token-create').click()
    const token = (await page.getByTestId('token-shown').innerText()).trim()
    await screenshot(page, 'desktop-bots-token')
    await page.getByTestId('token-done').click()
    const quotes = async () => {
      const reply = await fetch(`${url}/api/v1/quotes?symbol=BTC_USDT`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const body: { data: { exchange: string; is_live: boolean }[] } = JSON.parse(await reply.text())
      return body.data.filter(({ is_live }) => is_live).map(({ exchange }) => exchange)
    }
    await expect.poll(quotes, { timeout: 20_000 }).toEqual(demoExchangeIds.map((id) => id.toUpperCase()))
    await page.getByTestId('tokens-table').getByText('e2e').waitFor()
    await screenshot(page, 'desktop-bots')
    // The page itself stays where it was: inside the program, without the API.
    expect(page.url()).not.toContain(url)
    expect(errors).toEqual([])
  })
})
