/** A whole hub keeps raw frames of the demo; what is rebuilt from them must be what it stored. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { LocalRawStore } from '../../src/main/raw/store.ts'
import { rebuild } from '../../src/main/rebuild.ts'
import { demoExchangeIds, exchangeIds } from '../../src/shared/domain/index.ts'
import { allExchanges, createHub } from '../support/hub.ts'
import { temporaryFolder } from '../support/temporary.ts'

const settings = {
  mode: 'demo',
  symbols: ['BTC_USDT', 'BTC_USDT_PERP'],
  trades: { record: ['BTC_USDT'] },
  rawFrames: { enabled: true },
  simulator: { seed: 7, rate: 300 },
  history: { backfillCandles: 0 },
}
const recordedMs = 8_000

describe('what is rebuilt from raw frames', () => {
  it('equals what was stored, and what a parser read differently shows', { timeout: 90_000 }, async () => {
    const { hub, ask, folder } = createHub({ settings: { ...settings, exchanges: allExchanges } })
    await hub.start()
    await new Promise((resolve) => setTimeout(resolve, recordedMs))
    expect(await ask('rawFrames.status', {})).toMatchObject({ enabled: true, dropped: 0, problem: null })
    await hub.stop()
    const raw = join(folder, 'raw')
    expect(readdirSync(raw).sort()).toEqual(['.spool', ...exchangeIds].sort())
    const options = {
      store: new LocalRawStore(raw),
      stored: join(folder, 'crossbook.db'),
      from: Date.now() - 3_600_000,
      to: Date.now(),
      exchanges: null,
    }
    const report = await rebuild({ ...options, out: join(folder, 'rebuilt.db') })
    expect(report.frames).toBeGreaterThan(100)
    expect(report.damaged.count).toBe(0)
    expect(report.rejected).toEqual([])
    const { quotes, trades, klines } = report.comparison
    expect(quotes.samples).toEqual([])
    expect(quotes.equal).toBeGreaterThan(10)
    expect(trades.samples).toEqual([])
    expect(trades.equal).toBeGreaterThan(0)
    expect(klines.different).toBe(0)

    // A stored row that says something else is found and named.
    const { default: Database } = await import('better-sqlite3')
    const database = new Database(options.stored)
    const changed = database.prepare(
      `UPDATE book_tickers SET bid_price = bid_price + 1
       WHERE (time, instrument_id) = (SELECT time, instrument_id FROM book_tickers ORDER BY time DESC LIMIT 1 OFFSET 20)`,
    )
    expect(changed.run().changes).toBe(1)
    database.close()
    const again = await rebuild({ ...options, out: join(folder, 'again.db') })
    expect(again.comparison.quotes).toMatchObject({ different: 1, equal: quotes.equal - 1 })
    expect(again.comparison.quotes.samples[0]).toMatch(/^\d{4}-.*Z \w+:BTC_USDT\w*: stored .*, rebuilt /)
  })

  it('is never written over a file', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'there.db')
    writeFileSync(out, '')
    const store = new LocalRawStore(folder)
    const options = { store, stored: join(folder, 'no.db'), from: 0, to: 1, exchanges: null }
    await expect(rebuild({ ...options, out })).rejects.toThrow(/there\.db is there already/)
  })

  it('has no quotes of the time in which no frames were kept', { timeout: 90_000 }, async () => {
    const { hub, ask, folder } = createHub({ settings })
    const keep = (enabled: boolean) =>
      ask('settings.update', { changes: [{ path: ['rawFrames', 'enabled'], value: enabled }] })
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    await hub.start()
    // Every quote flows, so that each is known to have ended when frames are kept no more.
    await vi.waitFor(
      () => expect(hub.connections().map(({ state }) => state)).toEqual(demoExchangeIds.map(() => 'live')),
      30_000,
    )
    await pause(2_000)
    await keep(false)
    const from = Date.now()
    await pause(4_000)
    const to = Date.now()
    await keep(true)
    await pause(2_000)
    await hub.stop()
    const out = join(folder, 'rebuilt.db')
    const stored = join(folder, 'crossbook.db')
    const store = new LocalRawStore(join(folder, 'raw'))
    const range = { from: from - 3_600_000, to: Date.now(), exchanges: null }
    const { comparison } = await rebuild({ ...range, store, stored, out })
    // What was stored meanwhile is only there; its words fill the samples.
    expect(comparison.quotes).toMatchObject({ different: 0, onlyRebuilt: 0 })
    expect(comparison.quotes.onlyStored).toBeGreaterThan(0)
    const { default: Database } = await import('better-sqlite3')
    const rowsOf = (file: string) => {
      const database = new Database(file, { readonly: true })
      const rows = database
        .prepare<[number, number], { count: number }>(
          'SELECT count(*) AS count FROM book_tickers WHERE time > ? AND time < ?',
        )
        .get(from + 1_000, to)
      database.close()
      return rows?.count
    }
    expect(rowsOf(stored)).toBeGreaterThan(0)
    expect(rowsOf(out)).toBe(0)
  })
})
