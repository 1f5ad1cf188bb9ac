import { describe, expect, it } from 'vitest'
import { MarketHealth } from '../../../src/main/analytics/health.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import { instrument } from '../../support/instruments.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const limits = { wideSpreadPercent: 0.1, thinTopOfBook: 1_000, minimumUpdatesPerMinute: 500 }

function setUp() {
  const board = new QuoteBoard([btc])
  const health = new MarketHealth(board, limits)
  const quote = (bid: [number, number], ask: [number, number]) =>
    board.applyBookTicker({
      kind: 'book_ticker',
      instrument: btc,
      bidPrice: bid[0],
      bidQuantity: bid[1],
      askPrice: ask[0],
      askQuantity: ask[1],
      exchangeAt: null,
      receivedAt: 0,
    })
  /** One check a second over (from, to], in seconds. */
  const run = (from: number, to: number) => {
    const told: string[] = []
    for (let second = from + 1; second <= to; second++) {
      for (const { rule, message } of health.check(second * 1_000)) told.push(`${second} ${rule}: ${message}`)
    }
    return told
  }
  return { board, quote, run }
}

describe('market health', () => {
  it('tells of a wide spread once it has held, and again only a quarter of an hour later', () => {
    const { quote, run } = setUp()
    quote([1_000, 10], [1_002, 10])
    expect(run(0, 59)).toEqual(['6 wide_spread: Spread 0.200 % is wider than 0.1 %'])
    expect(run(60, 950).filter((line) => line.includes('wide_spread'))).toEqual([
      '906 wide_spread: Spread 0.200 % is wider than 0.1 %',
    ])
  })

  it('tells of a thin top of book by its smaller side', () => {
    const { quote, run } = setUp()
    quote([1_000, 10], [1_000.5, 0.5])
    expect(run(0, 30)).toEqual(['6 thin_book: Top of book worth 500 USDT, below 1000'])
  })

  it('says nothing of what passes quickly, or of a feed that is down', () => {
    const { board, quote, run } = setUp()
    quote([1_000, 10], [1_002, 10])
    expect(run(0, 3)).toEqual([])
    quote([1_000, 10], [1_000.1, 10])
    expect(run(3, 20)).toEqual([])
    quote([1_000, 10], [1_002, 10])
    board.clearLive([btc.id])
    expect(run(20, 50)).toEqual([])
  })

  it('calls no feed slow for the time in which the machine slept, and is not silenced by a clock set back', () => {
    const { quote, run } = setUp()
    for (let i = 0; i < 600; i++) quote([1_000, 10], [1_002, 10])
    expect(run(10_000, 10_030)).toEqual(['10006 wide_spread: Spread 0.200 % is wider than 0.1 %'])
    expect(run(20_000, 20_030)).toEqual(['20006 wide_spread: Spread 0.200 % is wider than 0.1 %'])
    expect(run(100, 130)).toEqual(['106 wide_spread: Spread 0.200 % is wider than 0.1 %'])
    for (let i = 0; i < 600; i++) quote([1_000, 10], [1_002, 10])
    expect(run(130, 200)).toEqual([])
  })

  it('tells of a slow feed again only a quarter of an hour later, or when it was fast meanwhile', () => {
    const { quote, run } = setUp()
    const told = (from: number, to: number) => run(from, to).map((line) => line.split(' ')[0])
    quote([1_000, 10], [1_000.1, 10])
    expect(told(0, 1_000)).toEqual(['61', '961'])
    run(1_000, 1_021)
    for (let i = 0; i < 600; i++) quote([1_000, 10], [1_000.1, 10])
    expect(told(1_021, 1_081)).toEqual([])
    expect(told(1_081, 1_200)).toEqual(['1141'])
  })

  it('counts a feed’s updates by the minute', () => {
    const { board, quote, run } = setUp()
    quote([1_000, 10], [1_000.1, 10])
    run(0, 1)
    for (let i = 0; i < 499; i++) quote([1_000, 10], [1_000.1, 10])
    expect(run(1, 61)).toEqual(['61 slow_feed: 499 quote updates in the last minute, fewer than 500'])
    for (let i = 0; i < 500; i++) quote([1_000, 10], [1_000.1, 10])
    expect(run(61, 121)).toEqual([])
    expect(board.updates[0]).toBe(1_000)
  })
})
