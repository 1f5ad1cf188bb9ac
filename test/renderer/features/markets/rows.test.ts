import { describe, expect, it } from 'vitest'
import {
  bestOf,
  buildMarketTable,
  longestPrice,
  matchesFilter,
  type SortColumn,
  sortRows,
} from '../../../../src/renderer/features/markets/rows.ts'
import { QuoteTable } from '../../../../src/renderer/stores/quotes.ts'
import { truthCode } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'
import { quoteColumns } from '../../support/columns.ts'

const now = 1_000_000
const instruments = [
  instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { tickSize: 0.01 }),
  instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT', { tickSize: 0.1 }),
  instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT'),
  instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT'),
]
const [binanceBtc, okxBtc, okxEth, binancePerpetual] = instruments.map(({ id }) => id) as [
  number,
  number,
  number,
  number,
]

function setUp() {
  const table = new QuoteTable(instruments)
  table.apply(
    quoteColumns([
      { id: binanceBtc, bidPrice: 100, askPrice: 101, lastPrice: 100.5, receivedAt: now - 100 },
      { id: okxBtc, bidPrice: 102, askPrice: 103, lastPrice: 102.5, receivedAt: now - 200 },
      { id: okxEth, bidPrice: 10, askPrice: 11, receivedAt: now - 300 },
    ]),
  )
  const market = buildMarketTable(table)
  return { table, market, freshness: { now, maximumAgeMs: 5_000, isLinked: true } }
}
type Case = ReturnType<typeof setUp>
const rowOf = ({ market }: Case, symbol: string) => {
  const row = market.rows.find((each) => each.symbol === symbol)
  if (!row) throw new Error(`no row ${symbol}`)
  return row
}

it('makes a row per symbol with a slot and the decimals of each exchange', () => {
  const { market } = setUp()
  expect(market).toEqual({
    exchanges: ['binance', 'okx'],
    rows: [
      { symbol: 'BTC_USDT', base: 'BTC', kind: 'spot', slots: [0, 1], decimals: [2, 1] },
      { symbol: 'ETH_USDT', base: 'ETH', kind: 'spot', slots: [-1, 2], decimals: [null, 2] },
      { symbol: 'BTC_USDT_PERP', base: 'BTC', kind: 'perpetual', slots: [3, -1], decimals: [2, null] },
    ],
  })
})

describe('the best of all exchanges', () => {
  it('is the highest bid and the lowest ask', () => {
    const given = setUp()
    expect(bestOf(rowOf(given, 'BTC_USDT'), given.table, given.freshness)).toEqual({
      bid: 1,
      ask: 0,
      crossPercent: (1 / 101) * 100,
    })
  })
  it.each([
    ['a quote that is too old', 150, 'live'],
    ['a suspect quote', 5_000, 'suspect'],
    ['a stale quote', 5_000, 'stale'],
    ['what was quoted before a gap', 5_000, 'gap'],
  ] as const)('leaves out %s', (_name, maximumAgeMs, truth) => {
    const given = setUp()
    given.table.apply(
      quoteColumns([
        { id: okxBtc, bidPrice: 102, askPrice: 103, lastPrice: 102.5, receivedAt: now - 200, truth: truthCode[truth] },
      ]),
    )
    const best = bestOf(rowOf(given, 'BTC_USDT'), given.table, { now, maximumAgeMs, isLinked: true })
    expect(best).toEqual({ bid: 0, ask: 0, crossPercent: (-1 / 101) * 100 })
  })
  it('is of one coin, where exchanges mean two by one name', () => {
    const given = setUp()
    const keys = [`binance:BTC_USDT`, `okx:BTC_USDT`]
    const isOtherCoin = (one: string, other: string) => keys.includes(one) && keys.includes(other) && one !== other
    const best = bestOf(rowOf(given, 'BTC_USDT'), given.table, { ...given.freshness, isOtherCoin })
    expect(best).toEqual({ bid: 0, ask: 0, crossPercent: (-1 / 101) * 100 })
  })
  it('is absent while the hub is not heard', () => {
    const given = setUp()
    const best = bestOf(rowOf(given, 'BTC_USDT'), given.table, { ...given.freshness, isLinked: false })
    expect(best).toEqual({ bid: -1, ask: -1, crossPercent: Number.NaN })
  })
  it('is absent without quotes', () => {
    const given = setUp()
    const best = bestOf(rowOf(given, 'BTC_USDT_PERP'), given.table, given.freshness)
    expect(best).toEqual({ bid: -1, ask: -1, crossPercent: Number.NaN })
  })
})

it.each([
  ['btc', 'all', ['BTC_USDT', 'BTC_USDT_PERP']],
  ['eth/usdt', 'all', ['ETH_USDT']],
  ['perp btc', 'all', ['BTC_USDT_PERP']],
  ['btc eth', 'all', []],
  ['usdt perp', 'all', ['BTC_USDT_PERP']],
  ['', 'spot', ['BTC_USDT', 'ETH_USDT']],
  ['', 'perpetual', ['BTC_USDT_PERP']],
] as const)('filters by %j and %s', (text, kind, symbols) => {
  const { market } = setUp()
  expect(market.rows.filter((row) => matchesFilter(row, { text, kind })).map(({ symbol }) => symbol)).toEqual(symbols)
})

describe('sorting', () => {
  const order = (by: SortColumn, descending: boolean) => {
    const { market, table, freshness } = setUp()
    return sortRows(market.rows, { by, descending }, market, table, freshness).map(({ symbol }) => symbol)
  }
  const okxBid: SortColumn = { kind: 'quote', exchange: 'okx', column: 'bid' }
  it('is by symbol', () => expect(order({ kind: 'symbol' }, true)).toEqual(['ETH_USDT', 'BTC_USDT_PERP', 'BTC_USDT']))
  it('puts absent values last in either direction', () =>
    expect([order(okxBid, false), order(okxBid, true)]).toEqual([
      ['ETH_USDT', 'BTC_USDT', 'BTC_USDT_PERP'],
      ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP'],
    ]))
  it('puts the oldest first by age, descending', () =>
    expect(order({ kind: 'quote', exchange: 'okx', column: 'age' }, true)).toEqual([
      'ETH_USDT',
      'BTC_USDT',
      'BTC_USDT_PERP',
    ]))
})

it('knows how long its longest price is', () => {
  const { market, table } = setUp()
  expect(longestPrice(market, table)).toBe('100.50'.length)
  table.apply(quoteColumns([{ id: binancePerpetual, bidPrice: 64_250.5 }]))
  expect(longestPrice(market, table)).toBe('64,250.50'.length)
})
