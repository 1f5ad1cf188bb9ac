import { describe, expect, it } from 'vitest'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import { type ExchangeReading, League } from '../../../src/main/market-health/league.ts'
import { Pulses } from '../../../src/main/market-health/pulse.ts'
import type { BookTicker, Gap } from '../../../src/shared/domain/index.ts'
import { delayBoundsMs, leagueOf, quantileOf } from '../../../src/shared/market-health.ts'
import { btc, btcOkx, opportunity } from '../storage/support.ts'

/** 2023-11-14T22:00:00Z */
const hour = 1_699_999_200_000

const quote = (bidPrice: number, askPrice: number, more: Partial<BookTicker> = {}): BookTicker => ({
  ...{ kind: 'book_ticker', instrument: btc, bidPrice, bidQuantity: 1, askPrice, askQuantity: 1 },
  ...{ exchangeAt: hour, receivedAt: hour },
  ...more,
})

describe('the pulse of a market', () => {
  it('counts updates, spreads, liquidity and opportunities of the last minutes', () => {
    const pulses = new Pulses()
    const board = new QuoteBoard([btc, btcOkx])
    pulses.look(board, hour)
    for (let i = 0; i < 30; i++) board.applyBookTicker(quote(99.5, 100.5))
    pulses.look(board, hour + 5_000)
    board.applyBookTicker(quote(99, 101))
    pulses.look(board, hour + 10_000)
    pulses.sampled(btc, { bidValue: 500, askValue: 300, isWhole: true }, hour + 10_000)
    pulses.sampled(btc, { bidValue: 100, askValue: 300, isWhole: false }, hour + 10_000)
    pulses.opened(opportunity({ openedAt: hour + 9_000 }))
    const { overMs, markets } = pulses.read(board, hour + 10_000)
    expect(overMs).toBe(10_000)
    expect(markets).toEqual([
      {
        instrument: 'binance:BTC_USDT',
        updatesPerSecond: 3.1,
        spreadPercent: 1.5,
        liquidity: 200,
        liquidityIsWhole: false,
        opportunities: 1,
        liveShare: 2 / 3,
      },
      {
        ...{ instrument: 'okx:BTC_USDT', updatesPerSecond: 0, spreadPercent: null, liquidity: null },
        ...{ liquidityIsWhole: true, opportunities: 1, liveShare: 0 },
      },
    ])
    // What is older than a quarter of an hour no longer counts; opportunities do for a day.
    pulses.look(board, hour + 1_200_000)
    expect(pulses.read(board, hour + 1_200_000).markets[0]).toMatchObject({ liquidity: null, opportunities: 1 })
    pulses.look(board, hour + 26 * 3_600_000)
    expect(pulses.read(board, hour + 26 * 3_600_000).markets[0]?.opportunities).toBe(0)
  })

  it('counts updates over no time in which the machine slept, or the market was not watched yet', () => {
    const pulses = new Pulses()
    const before = new QuoteBoard([btc])
    const go = (board: QuoteBoard, from: number, seconds: number) => {
      for (let i = 0; i <= seconds; i += 2) {
        for (const instrument of board.instruments)
          for (let n = 0; n < 4; n++) board.applyBookTicker(quote(1, 2, { instrument }))
        pulses.look(board, from + i * 1_000)
      }
    }
    const rates = (board: QuoteBoard, at: number) =>
      pulses.read(board, at).markets.map(({ updatesPerSecond }) => updatesPerSecond)
    go(before, hour, 60)
    go(before, hour + 600_000, 60)
    expect(rates(before, hour + 660_000)).toEqual([2])
    const after = new QuoteBoard([btc, btcOkx])
    after.copyFrom(before)
    go(after, hour + 662_000, 60)
    expect(rates(after, hour + 722_000)).toEqual([2, 2])
  })

  it('does not take the counts of a new board for updates', () => {
    const pulses = new Pulses()
    const before = new QuoteBoard([btc])
    for (let i = 0; i < 90; i++) before.applyBookTicker(quote(1, 2))
    pulses.look(before, hour)
    const after = new QuoteBoard([btc])
    after.applyBookTicker(quote(1, 2))
    pulses.look(after, hour + 5_000)
    expect(pulses.read(after, hour + 5_000).markets[0]?.updatesPerSecond).toBe(0)
  })

  it('counts no more than its minutes while the clock is back where it was before', () => {
    const pulses = new Pulses()
    const board = new QuoteBoard([btc])
    const go = (from: number, seconds: number, bid: number) => {
      for (let i = 0; i < seconds; i += 2) {
        for (let n = 0; n < 4; n++) board.applyBookTicker(quote(bid, bid + 1))
        pulses.look(board, from + i * 1_000)
      }
    }
    go(hour, 3_600, 99.5)
    // An hour back, and nearly an hour on.
    go(hour, 3_000, 999.5)
    const { overMs, markets } = pulses.read(board, hour + 3_000_000)
    expect(overMs).toBe(898_000)
    expect(markets[0]?.updatesPerSecond).toBeCloseTo(2, 1)
    expect(markets[0]?.spreadPercent).toBeCloseTo(0.1, 9)
  })
})

describe('the league of exchanges', () => {
  const reading = (more: Partial<ExchangeReading> = {}): ExchangeReading => ({
    ...{ exchange: 'okx', isLive: true, messages: 0, rejected: 0, reconnects: 0, resyncs: 0, clockOffsetMs: 10 },
    ...more,
  })
  const gap = (more: Partial<Gap> = {}): Gap => ({
    ...{ id: 1, instrument: 'okx:BTC_USDT', exchange: 'okx', symbol: 'BTC_USDT', kind: 'book_ticker', period: null },
    ...{ from: hour, to: null, cause: 'disconnect', detail: '', filledAt: null, whyNotFilled: null },
    ...more,
  })

  it('counts each minute into its hour, and hands over hours that end', () => {
    const league = new League()
    expect(league.read([reading({ messages: 100, reconnects: 2 })], hour + 3_480_000)).toEqual([])
    league.arrived(quote(1, 2, { instrument: btcOkx, receivedAt: hour + 20 }), 10)
    league.arrived(quote(1, 2, { instrument: btcOkx, receivedAt: hour - 500 }), 10)
    league.arrived(quote(1, 2, { instrument: btcOkx, exchangeAt: null }), 10)
    league.arrived(quote(1, 2, { instrument: btcOkx }), null)
    league.gap(gap())
    league.gap(gap({ to: hour + 5 }))
    league.gap(gap({ id: 2, cause: 'shutdown' }))
    league.gap(gap({ id: 3, kind: 'kline' }))
    league.read([reading({ messages: 500_100, reconnects: 3, isLive: false })], hour + 3_540_000)
    const over = league.read([reading({ messages: 1_000_100, reconnects: 3, clockOffsetMs: 20 })], hour + 3_600_000)
    const delayCounts = new Array<number>(21).fill(0)
    delayCounts[0] = 1
    // 30 ms lie in the class up to 2^5.
    delayCounts[20] = 1
    expect(over).toEqual([
      {
        ...{ exchange: 'okx', hour, since: hour + 3_480_000, observedMinutes: 2, liveMinutes: 1, messages: 1_000_000 },
        ...{ rejected: 0, reconnects: 1, gaps: 1, resyncs: 0, delayCounts, clockOffsetMs: 15, clockMinutes: 2 },
      },
    ])
    // The run ends within a minute: what came counts, the minute does not.
    league.read([reading({ messages: 1_000_107, reconnects: 3 })], hour + 3_610_000, false)
    expect(league.present()).toMatchObject([
      { observedMinutes: 0, hour: hour + 3_600_000, since: hour + 3_600_000, messages: 7 },
    ])
    const [row] = leagueOf([...over, ...over])
    expect(row).toMatchObject({
      ...{ liveShare: 0.5, messages: 2_000_000, gapsPerMillion: 1, delayP50Ms: 1, delayP99Ms: 32, delays: 4 },
      clockOffsetMs: 15,
    })
  })

  it('ends an hour also where the clock goes back to the one before', () => {
    const league = new League()
    league.read([reading()], hour + 3_600_000)
    league.read([reading({ messages: 10 })], hour + 3_660_000)
    const over = league.read([reading({ messages: 30 })], hour + 60_000)
    expect(over).toMatchObject([{ hour: hour + 3_600_000, observedMinutes: 2, messages: 30 }])
    league.read([reading({ messages: 35 })], hour + 120_000)
    expect(league.present()).toMatchObject([{ hour, since: hour + 60_000, observedMinutes: 1, messages: 5 }])
  })

  it('tells quantiles as the upper bound of their class', () => {
    expect(quantileOf([], 0.99)).toBeNaN()
    expect(quantileOf([99, 1], 0.99)).toBe(1)
    expect(quantileOf([98, 2], 0.99)).toBe(2 ** 0.25)
    expect(quantileOf([...delayBoundsMs.map(() => 0), 5], 0.5)).toBe(Number.POSITIVE_INFINITY)
  })
})
