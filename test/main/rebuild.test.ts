/** A whole hub keeps raw frames of the demo; what is rebuilt from them must be what it stored. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { RingFiles } from '../../src/main/raw/files.ts'
import { minuteMs, minuteOf, rawKind, recordHeadBytes } from '../../src/main/raw/format.ts'
import { LocalRawStore } from '../../src/main/raw/store.ts'
import { rebuild } from '../../src/main/rebuild.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { demoExchangeIds, exchangeIds } from '../../src/shared/domain/index.ts'
import { allExchanges, createHub } from '../support/hub.ts'
import { instrument } from '../support/instruments.ts'
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
    expect([quotes.notRebuilt, trades.notRebuilt]).toEqual([[], []])

    // A stored row that says something else is found and named.
    const { default: Database } = await import('better-sqlite3')
    const database = new Database(options.stored)
    const changed = database.prepare(
      `UPDATE book_tickers SET bid_price = bid_price + 1
       WHERE (time, instrument_id) = (SELECT time, instrument_id FROM book_tickers ORDER BY time DESC LIMIT 1 OFFSET 20)`,
    )
    expect(changed.run().changes).toBe(1)
    // Nor is an instrument passed over in silence of whose frames nothing is made any more.
    const newest = database
      .prepare<[], { id: number; exchange: string; time: number }>(
        `SELECT instruments.id, exchange, time FROM book_tickers JOIN instruments ON id = instrument_id
         WHERE kind = 'spot' ORDER BY time DESC LIMIT 1`,
      )
      .get()
    if (newest === undefined) throw new Error('nothing was stored')
    const rest = 'exchange, kind, quote, contract_size, status'
    database
      .prepare(
        `INSERT INTO instruments (id, symbol, base, native_name, ${rest})
         SELECT (SELECT max(id) + 1 FROM instruments), 'UNREAD_USDT', 'UNREAD', 'UNREAD-USDT', ${rest}
         FROM instruments WHERE id = ?`,
      )
      .run(newest.id)
    const unread = '(SELECT max(id) FROM instruments)'
    database
      .prepare(`INSERT INTO book_tickers (time, instrument_id, bid_price) VALUES (?, ${unread}, 1)`)
      .run(newest.time)
    database
      .prepare(
        `INSERT INTO trades (instrument_id, trade_id, price, quantity, side, received_at)
         VALUES (${unread}, '1', 1, 1, 'BUY', ?)`,
      )
      .run(newest.time)
    const notRebuilt = [`${newest.exchange}:UNREAD_USDT`]
    database.close()
    const again = await rebuild({ ...options, out: join(folder, 'again.db') })
    expect(again.comparison.quotes).toMatchObject({
      different: 1,
      equal: quotes.equal - 1,
      notRebuilt,
    })
    expect(again.comparison.trades.notRebuilt).toEqual(notRebuilt)
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

  it('has no quotes of the time in which the program was gone or nothing came, whatever was quoted before', async () => {
    const folder = temporaryFolder()
    const stored = join(folder, 'stored.db')
    const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
    const database = await openStorage({ file: stored })
    await database.saveInstruments([btc])
    await database.close()
    const begin = Date.UTC(2026, 10, 21, 13, 4)
    const store = new LocalRawStore(join(folder, 'raw'))
    const files = new RingFiles({ store, spool: join(folder, 'spool'), keepHours: 72, maximumBytes: 1e9 })
    await files.start(begin)
    const write = async (after: number, id: string, kind: number, content: string) => {
      const connection = `binance/spot#1/${id}`
      const bytes = Buffer.alloc(recordHeadBytes)
      bytes.writeDoubleLE(begin + after, 0)
      bytes.writeUInt8(kind, 8)
      bytes.writeUInt32LE(Buffer.byteLength(content), 9)
      const place = { exchange: 'binance', connection, minute: minuteOf(begin + after) } as const
      const head = { format: 1, exchange: 'binance', feed: 'spot', connection } as const
      expect(await files.add(place, head, Buffer.concat([bytes, Buffer.from(content)]))).toBe(true)
    }
    const opens = (after: number, id: string) => write(after, id, rawKind.mark, '"mark":"opens","other":null')
    const quote = (after: number, id: string, bid: number) => {
      const data = { u: after, s: 'BTCUSDT', b: `${bid}`, B: '1', a: '200', A: '1' }
      return write(after, id, rawKind.text, JSON.stringify({ stream: 'btcusdt@bookTicker', data }))
    }
    await opens(0, 'aaaaaa')
    await quote(500, 'aaaaaa', 101)
    await quote(2_500, 'aaaaaa', 102)
    // It was killed, and begins anew seven seconds later.
    await opens(10_000, 'bbbbbb')
    await quote(10_500, 'bbbbbb', 103)
    await quote(12_500, 'bbbbbb', 104)
    // The machine slept for a minute.
    await quote(72_500, 'bbbbbb', 105)
    await quote(74_500, 'bbbbbb', 106)
    await files.close()
    const out = join(folder, 'rebuilt.db')
    await rebuild({ store, stored, out, from: begin, to: begin + 2 * minuteMs, exchanges: null })
    const { default: Database } = await import('better-sqlite3')
    const rebuilt = new Database(out, { readonly: true })
    const rows = rebuilt.prepare<[], { time: number; bid: number }>(
      'SELECT time, bid_price AS bid FROM book_tickers ORDER BY time',
    )
    expect(rows.all().map(({ time, bid }) => [time - begin, bid])).toEqual([
      [1_000, 101],
      [2_000, 101],
      [11_000, 103],
      [12_000, 103],
      [73_000, 105],
      [74_000, 105],
    ])
    rebuilt.close()
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
