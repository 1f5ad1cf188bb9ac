import { describe, expect, it } from 'vitest'
import {
  type PortfolioInput,
  PriceBoard,
  valuationSymbols,
  valuePortfolio,
} from '../../../src/main/account/valuation.ts'
import type { Balance, Instrument, Truth } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const now = 1_800_000_000_000
let nextId = 1
const spot = (exchange: 'binance' | 'okx', base: string, quote: string): Instrument => ({
  ...instrument(exchange, 'spot', base, quote, `${base}${quote}`),
  id: nextId++,
})
/** No instrument is watched. */
const unjudged = () => null
const balance = (asset: string, total: string, more: Partial<Balance> = {}): Balance => ({
  account: 'binance-main',
  exchange: 'binance',
  wallet: 'spot',
  asset,
  free: total,
  locked: '0',
  total,
  exchangeAt: null,
  receivedAt: now,
  ...more,
})
const value = (board: PriceBoard, balances: readonly Balance[], more: Partial<PortfolioInput> = {}) =>
  valuePortfolio({
    currency: 'USDT',
    now,
    staleAfterMs: 60_000,
    board,
    balances,
    midnight: null,
    knownAtMidnight: new Set(),
    drifting: new Set(),
    staleAccounts: new Set(),
    areDifferentCoins: () => false,
    truthOf: () => ({ truth: 'live', reason: '' }),
    ...more,
  })
const shown = ({ rows }: ReturnType<typeof value>) =>
  rows.map(({ asset, price, value: worth, priceState }) => [asset, price, worth, priceState])

describe('valuing balances', () => {
  it('takes the middle of the direct market, the currency itself as 1, and lists what has no price', () => {
    const board = new PriceBoard(unjudged)
    board.apply(spot('binance', 'BTC', 'USDT'), 49_999, 50_001, now - 1_000)
    const portfolio = value(board, [balance('BTC', '0.5'), balance('USDT', '100.25'), balance('NEW', '7')])
    expect(shown(portfolio)).toEqual([
      ['BTC', '50000', '25000', 'live'],
      ['USDT', '1', '100.25', 'self'],
      ['NEW', null, null, 'missing'],
    ])
    expect(portfolio).toMatchObject({ total: '25100.25', missingPrices: ['NEW'], stalePrices: [] })
  })

  it('goes over a bridge, and by the inverse, where there is no direct market', () => {
    const board = new PriceBoard(unjudged)
    board.apply(spot('binance', 'ABC', 'BTC'), 0.001, 0.001, now)
    board.apply(spot('binance', 'BTC', 'USDT'), 50_000, 50_000, now)
    board.apply(spot('binance', 'USDT', 'EUR'), 0.8, 0.8, now)
    expect(shown(value(board, [balance('ABC', '2'), balance('EUR', '8')]))).toEqual([
      ['ABC', '50', '100', 'live'],
      ['EUR', '1.25', '10', 'live'],
    ])
  })

  it('says stale for an old quote and for one whose feed is down, and prefers a live one of another exchange', () => {
    const board = new PriceBoard(unjudged)
    const own = spot('binance', 'ETH', 'USDT')
    board.apply(own, 2_000, 2_000, now - 61_000)
    expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2000', '2000', 'stale']])
    board.apply(own, 2_010, 2_010, now)
    expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2010', '2010', 'live']])
    board.feedDown([own.id])
    expect(value(board, [balance('ETH', '1')]).stalePrices).toEqual(['ETH'])
    board.apply(spot('okx', 'ETH', 'USDT'), 2_020, 2_020, now - 5)
    expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2020', '2020', 'live']])
  })

  it('does not take the price of a coin that is known to be another, whatever it is called', () => {
    const areDifferentCoins = (asset: string, one: string, other: string) =>
      one !== other && (asset === 'GMT' || asset === 'BEAM')
    const board = new PriceBoard(unjudged, areDifferentCoins)
    board.apply(spot('binance', 'GMT', 'USDT'), 0.2, 0.2, now - 61_000)
    board.apply(spot('okx', 'GMT', 'USDT'), 5, 5, now)
    // Nor where its own exchange tells no price at all, nor as a way over another market.
    board.apply(spot('okx', 'BEAM', 'USDT'), 7, 7, now)
    board.apply(spot('okx', 'BEAM', 'BTC'), 0.1, 0.1, now)
    board.apply(spot('binance', 'ETH', 'USDT'), 2_000, 2_000, now - 61_000)
    board.apply(spot('okx', 'ETH', 'USDT'), 2_010, 2_010, now)
    const held = [balance('GMT', '10'), balance('BEAM', '3'), balance('ETH', '1')]
    const atOkx = { account: 'okx-main', exchange: 'okx' as const }
    const more = [balance('GMT', '1', atOkx), balance('ETH', '1', atOkx)]
    const portfolio = value(board, [...held, ...more], { areDifferentCoins })
    expect(shown(portfolio)).toEqual([
      ['GMT', '0.2', '2', 'stale'],
      ['BEAM', null, null, 'missing'],
      ['ETH', '2010', '2010', 'live'],
      ['GMT', '5', '5', 'live'],
      ['ETH', '2010', '2010', 'live'],
    ])
    expect(portfolio.rows.map(({ otherCoinThan }) => otherCoinThan)).toEqual([null, null, null, 'binance', null])
  })

  it('says stale of the price from before a side of the market emptied, also where its quote is live', () => {
    const own = spot('binance', 'ETH', 'USDT')
    const board = new PriceBoard(() => 'live')
    board.apply(own, 2_000, 2_000, now)
    board.apply(own, null, 2_600, now)
    expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2000', '2000', 'stale']])
    board.apply(own, 2_400, 2_600, now)
    expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2500', '2500', 'live']])
  })

  it('adds up exactly', () => {
    const portfolio = value(
      new PriceBoard(unjudged),
      Array.from({ length: 10 }, (_, i) => balance('USDT', '0.1', { account: `a${i}` })),
    )
    expect(portfolio.total).toBe('1')
  })

  it('tells the change since midnight where it is known, and keeps what was sold off since', () => {
    const board = new PriceBoard(unjudged)
    board.apply(spot('binance', 'BTC', 'USDT'), 50_000, 50_000, now)
    const portfolio = value(
      board,
      [balance('BTC', '0'), balance('USDT', '600'), balance('USDT', '5', { account: 'young' })],
      {
        midnight: new Map([
          ['binance-main spot BTC', '0.01'],
          ['binance-main spot USDT', '100'],
        ]),
        knownAtMidnight: new Set(['binance-main']),
      },
    )
    expect(
      portfolio.rows.map(({ account, asset, changeSinceMidnight }) => [account, asset, changeSinceMidnight]),
    ).toEqual([
      ['binance-main', 'BTC', '-0.01'],
      ['binance-main', 'USDT', '500'],
      ['young', 'USDT', null],
    ])
    expect(portfolio.changeSinceMidnight).toBe('0')
  })

  it('marks rows with a drift and accounts that are not confirmed', () => {
    const [row] = value(new PriceBoard(unjudged), [balance('USDT', '1')], {
      drifting: new Set(['binance-main spot USDT']),
      staleAccounts: new Set(['binance-main']),
    }).rows
    expect(row).toMatchObject({ hasDrift: true, isStale: true })
  })

  it('takes the word of who judges a quote: one that is live counts however old, one that is not is stale however young', () => {
    const own = spot('binance', 'ETH', 'USDT')
    const verdict: { truth: Truth } = { truth: 'live' }
    const board = new PriceBoard(() => verdict.truth)
    board.apply(own, 2_000, 2_000, now - 3_600_000)
    expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2000', '2000', 'live']])
    board.apply(own, 2_010, 2_010, now)
    for (const truth of ['suspect', 'stale', 'gap'] as const) {
      verdict.truth = truth
      expect(shown(value(board, [balance('ETH', '1')]))).toEqual([['ETH', '2010', '2010', 'stale']])
    }
  })

  it('says of each row how far its quantity can be relied on, and why not', () => {
    const truthOf = () => ({ truth: 'suspect', reason: 'total: 2 expected, the exchange says 1' }) as const
    const [row] = value(new PriceBoard(unjudged), [balance('USDT', '1')], { truthOf }).rows
    expect(row).toMatchObject({ truth: 'suspect', truthReason: 'total: 2 expected, the exchange says 1' })
  })

  it('wants the direct market first, then bridges', () => {
    expect(valuationSymbols('ABC', 'USDT').slice(0, 3)).toEqual(['ABC_USDT', 'USDT_ABC', 'ABC_USDC'])
    expect(valuationSymbols('USDT', 'USDT')).toEqual([])
  })
})
