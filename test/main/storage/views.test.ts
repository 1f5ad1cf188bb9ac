import { describe, expect, it } from 'vitest'
import { instruments, kline, openPlain, openTemporary, opportunity, second, snapshot } from './support.ts'

const filled = async () => {
  const storage = await openTemporary()
  await storage.saveInstruments(instruments)
  await storage.saveSnapshot(snapshot(second, [[2, 100, 1, 101, 2]]))
  await storage.saveSnapshot(snapshot(second + 1_000, [[3, 10, 4, Number.NaN, Number.NaN]]))
  await storage.saveKlines([kline({ instrumentId: 2, isClosed: true })])
  await storage.saveOpportunity(opportunity())
  await storage.saveOpportunity(opportunity({ id: 2, closedAt: null, closeReason: null }))
  return openPlain(storage.file)
}

describe('views', () => {
  it('show quotes with exchange, symbol, both times, spread and spread in percent of mid', async () => {
    const database = await filled()
    expect(database.prepare('SELECT * FROM v_book_tickers ORDER BY time_ms').all()).toEqual([
      {
        time: '2023-11-14T22:13:20.000Z',
        time_ms: second,
        exchange: 'okx',
        symbol: 'BTC_USDT',
        bid_price: 100,
        bid_quantity: 1,
        ask_price: 101,
        ask_quantity: 2,
        spread: 1,
        spread_pct: (1 / 100.5) * 100,
      },
      {
        time: '2023-11-14T22:13:21.000Z',
        time_ms: second + 1_000,
        exchange: 'gate',
        symbol: 'ETH_USDT_PERP',
        bid_price: 10,
        bid_quantity: 4,
        ask_price: null,
        ask_quantity: null,
        spread: null,
        spread_pct: null,
      },
    ])
  })

  it('show candles', async () => {
    const database = await filled()
    expect(database.prepare('SELECT * FROM v_klines').all()).toEqual([
      {
        exchange: 'okx',
        symbol: 'BTC_USDT',
        period: '1m',
        time: '2023-11-14T22:13:00.000Z',
        time_ms: 1_699_999_980_000,
        open: 100,
        high: 110,
        low: 90,
        close: 105,
        volume: 12.5,
        quote_volume: 1_300.25,
        is_closed: 1,
      },
    ])
  })

  it('show opportunities with their legs taken apart and their duration', async () => {
    const database = await filled()
    const columns = 'buy_exchange, buy_symbol, sell_exchange, time, time_ms, closed_time, duration_ms, close_reason'
    expect(database.prepare(`SELECT ${columns} FROM v_opportunities ORDER BY id`).raw().all()).toEqual([
      [
        'binance',
        'BTC_USDT',
        'okx',
        '2023-11-14T22:13:20.000Z',
        second,
        '2023-11-14T22:13:22.500Z',
        2_500,
        'threshold',
      ],
      ['binance', 'BTC_USDT', 'okx', '2023-11-14T22:13:20.000Z', second, null, null, null],
    ])
  })

  it('show instruments', async () => {
    const database = await filled()
    const row = database.prepare("SELECT * FROM v_instruments WHERE symbol = 'ETH_USDT_PERP'").get()
    expect(row).toEqual({
      id: 3,
      exchange: 'gate',
      symbol: 'ETH_USDT_PERP',
      kind: 'perpetual',
      base: 'ETH',
      quote: 'USDT',
      native_name: 'ETH_USDT',
      tick_size: 0.01,
      lot_size: 0.0001,
      minimum_quantity: null,
      minimum_notional: 5,
      contract_size: 0.01,
      status: 'halted',
    })
  })

  it('write the same ISO time as everybody else, to the millisecond', async () => {
    const database = openPlain((await openTemporary()).file)
    database.pragma('foreign_keys = OFF')
    const times = Array.from({ length: 3_000 }, (_, index) => second + index * 86_399_337 + (index % 1_000))
    const insert = database.prepare(
      `INSERT INTO opportunities (id, kind, symbol, buy, sell, opened_at, best_at, best_gross_percent, best_net_percent,
         best_buy_price, best_sell_price, best_quantity, best_profit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    database.transaction(() => {
      times.forEach((time, index) => {
        insert.run(index, 'cross', 'A', 'b:A', 'c:A', time, time, 0, 0, 0, 0, 0, 0)
      })
    })()
    expect(database.prepare('SELECT time FROM v_opportunities ORDER BY id').pluck().all()).toEqual(
      times.map((time) => new Date(time).toISOString()),
    )
  })

  const okx = "exchange = 'okx' AND symbol = 'BTC_USDT'"
  it.each([
    ['v_book_tickers', 'time_ms >= 1 AND time_ms < 2', 'SEARCH b USING PRIMARY KEY (time>? AND time<?)'],
    ['v_book_tickers', `${okx} AND time_ms >= 1 AND time_ms < 2`, 'SEARCH b USING PRIMARY KEY (time>? AND time<?)'],
    ['v_book_tickers', okx, '(symbol=? AND exchange=?)'],
    ['v_klines', `${okx} AND period = '1m' AND time_ms >= 1`, '(instrument_id=? AND period=? AND open_time>?)'],
    ['v_klines', "symbol = 'BTC_USDT' AND period = '1m'", '(instrument_id=? AND period=?)'],
    ['v_klines', 'time_ms >= 1', 'klines_by_open_time (open_time>?)'],
    ['v_opportunities', 'time_ms >= 1', 'opportunities_by_opened_at (opened_at>?)'],
    ['v_instruments', okx, '(symbol=? AND exchange=?)'],
  ])('use an index: %s where %s', async (view, condition, used) => {
    const database = await filled()
    const plan = database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT * FROM ${view} WHERE ${condition}`)
      .all()
      .map(({ detail }) => detail)
      .join('\n')
    expect(plan).toContain(used)
  })
})
