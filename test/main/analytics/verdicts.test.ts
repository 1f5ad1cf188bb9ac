import { describe, expect, it } from 'vitest'
import { Arbitrage, type ArbitrageOptions } from '../../../src/main/analytics/arbitrage.ts'
import type { PairStanding } from '../../../src/main/analytics/contract.ts'
import { createSpreadDetail } from '../../../src/main/analytics/detail.ts'
import { PairEvidence } from '../../../src/main/analytics/evidence.ts'
import { OpportunityTracker } from '../../../src/main/analytics/opportunities.ts'
import { SpreadBoard } from '../../../src/main/analytics/spreads.ts'
import { sameTickerJudge } from '../../../src/main/analytics/standing.ts'
import { LevelList } from '../../../src/main/exchanges/depth.ts'
import { OrderBook } from '../../../src/main/market/books/order-book.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import {
  type FundingRate,
  type Instrument,
  type KeptBook,
  type Opportunity,
  type Rejection,
  verdictOf,
} from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const binance = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT', { lotSize: 0.1, minimumNotional: 5 })
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP')
const future = instrument('gate', 'perpetual', 'BTC', 'USDT', 'BTC_USDT')
const fee = 0.001

type Side = readonly (readonly [price: number, quantity: number])[]

function setUp(more: Partial<ArbitrageOptions> = {}, instruments: readonly Instrument[] = [binance, okx]) {
  const quotes = new QuoteBoard(instruments)
  const books = new Map<number, KeptBook>()
  const happened: Opportunity[] = []
  const arbitrage = new Arbitrage({
    quotes,
    takerFee: () => fee,
    maximumAgeMs: 5_000,
    thresholds: { openAbovePercent: 0.05, closeBelowPercent: 0.03 },
    lastOpportunityId: 0,
    bookOf: (id) => books.get(id),
    onOpportunity: (opportunity) => happened.push(opportunity),
    onPair: () => undefined,
    ...more,
  })
  const receive = (
    of: Instrument,
    bid: number,
    ask: number,
    at: number,
    quantity = 1,
    exchangeAt: number | null = null,
  ) => {
    const slot = quotes.applyBookTicker({
      kind: 'book_ticker',
      instrument: of,
      bidPrice: bid,
      bidQuantity: quantity,
      askPrice: ask,
      askQuantity: quantity,
      exchangeAt,
      receivedAt: at,
    })
    arbitrage.quoted(slot, at)
  }
  const keep = (of: Instrument, bids: Side, asks: Side, receivedAt: number, truth: KeptBook['truth'] = 'live') => {
    const book = new OrderBook()
    book.replace({ bids: listOf(bids), asks: listOf(asks) })
    const reason = truth === 'live' ? '' : 'it is being built'
    books.set(of.id, { instrument: of, book, truth, reason, updateId: receivedAt, exchangeAt: null, receivedAt })
    arbitrage.bookChanged(quotes.slotOf(of.id), receivedAt)
  }
  const { spreads } = arbitrage
  return {
    ...{ arbitrage, spreads, quotes, happened, receive, keep },
    verdict: (pair = 0) => verdictOf(spreads.verdict[pair] ?? -1),
    executable: (pair = 0) => [spreads.executableQuantity[pair], spreads.executableProfit[pair]],
    detail: (pair = 0, now = 1_000, withdrawalFeeOf: ArbitrageOptions['withdrawalFeeOf'] = null) => {
      const parts = { quotes, spreads, executor: arbitrage.executor, ladder: [100, 100_000], reasonOf: () => 'why' }
      return createSpreadDetail({ ...parts, bookOf: (id) => books.get(id), ...more, withdrawalFeeOf }, pair, now)
    },
  }
}

function listOf(side: Side): LevelList {
  const list = new LevelList()
  for (const [price, quantity] of side) list.push(price, quantity)
  return list
}

/** Both legs quoted a few times, quietly, so that their movement is known to be little. */
function quiet(s: ReturnType<typeof setUp>, until: number): void {
  for (let at = until - 20_000; at < until; at += 1_000) {
    s.receive(binance, 99.99, 100, at)
    s.receive(okx, 100, 100.01, at)
  }
}

describe('the interval of a spread', () => {
  it('is narrow where both legs are quiet and young, and the spread counts', () => {
    const s = setUp()
    quiet(s, 30_000)
    s.receive(binance, 99.99, 100, 30_000)
    s.receive(okx, 100.5, 100.51, 30_010)
    s.receive(binance, 99.99, 100, 30_020)
    const net = ((100.5 * (1 - fee) - 100 * (1 + fee)) / 100) * 100
    expect(s.spreads.netPercent[0]).toBeCloseTo(net, 12)
    expect(s.verdict()).toBe('counts')
    const [low, high] = [s.spreads.lowNetPercent[0] ?? 0, s.spreads.highNetPercent[0] ?? 0]
    expect(high - net).toBeCloseTo(net - low, 9)
    expect(high - low).toBeLessThan(0.15)
  })

  it('reaches to where the earlier leg would be if it followed the later one, until it is heard again', () => {
    const s = setUp()
    quiet(s, 30_000)
    s.receive(okx, 100.5, 100.51, 30_000)
    expect([s.verdict(), s.verdict(1)]).toEqual(['uncertain', 'counts'])
    expect(s.spreads.lowNetPercent[0]).toBeLessThan((s.spreads.netPercent[0] ?? 0) - 0.49)
    s.receive(binance, 99.99, 100, 30_050)
    expect(s.verdict()).toBe('counts')
    expect(s.happened.map(({ rejection, closedAt }) => [rejection, closedAt])).toEqual([
      ['uncertain', null],
      [null, null],
    ])
    expect(s.happened[0]?.rejectionWords).toMatch(/^between -0\.\d+ % and 0\.\d+ % with legs 1\.0 s and 0\.0 s old$/)
  })

  it('counts a quote’s way from its exchange, where that is known', () => {
    const width = (offsetMs: number | null) => {
      const s = setUp({ clockOffsetMs: () => offsetMs })
      quiet(s, 30_000)
      s.arbitrage.sweep(30_000)
      s.receive(binance, 99.99, 100, 30_000, 1, 29_000)
      s.receive(okx, 100, 100.01, 30_000)
      return (s.spreads.highNetPercent[0] ?? 0) - (s.spreads.lowNetPercent[0] ?? 0)
    }
    const unknown = width(null)
    // Its clock is 1 s behind ours: it came at once.
    expect(width(-1_000)).toBeCloseTo(unknown, 12)
    expect(width(0)).toBeGreaterThan(1.5 * unknown)
  })

  it('is as wide on boards that are made anew', () => {
    const s = setUp({ clockOffsetMs: () => 0 })
    s.arbitrage.sweep(1_000)
    quiet(s, 30_000)
    s.receive(binance, 99.99, 100, 30_000, 1, 29_000)
    s.receive(okx, 100.5, 100.51, 32_000, 1, 31_000)
    const other = new QuoteBoard([okx, swap, binance])
    other.copyFrom(s.quotes)
    const anew = new SpreadBoard(other, () => fee, 5_000)
    anew.copyFrom(s.spreads)
    const pair = anew.pairs.findIndex(({ buy, sell }) => buy === binance.key && sell === okx.key)
    anew.update(pair, 32_000)
    expect(verdictOf(anew.verdict[pair] ?? -1)).toBe('uncertain')
    expect([anew.lowNetPercent[pair], anew.highNetPercent[pair]]).toEqual([
      s.spreads.lowNetPercent[0],
      s.spreads.highNetPercent[0],
    ])
  })

  it('goes on learning how much a market moves while the clock is back where it was before', () => {
    const s = setUp()
    quiet(s, 3_630_000)
    const width = () => (s.spreads.highNetPercent[0] ?? 0) - (s.spreads.lowNetPercent[0] ?? 0)
    const before = width()
    for (let at = 10_000; at < 30_000; at += 1_000) {
      const price = at % 2_000 === 0 ? 100 : 100.4
      s.receive(binance, price, price + 0.01, at)
      s.receive(okx, price, price + 0.01, at)
    }
    // No leg is left behind the other one, which would widen it as well.
    s.receive(binance, 100.4, 100.41, 29_010)
    expect(width()).toBeGreaterThan(5 * before)
  })

  it('widens as the legs age, and more where they move more', () => {
    const wild = setUp()
    const calm = setUp()
    quiet(calm, 30_000)
    for (let at = 10_000; at < 30_000; at += 1_000) {
      const price = at % 2_000 === 0 ? 100 : 100.4
      wild.receive(binance, price, price + 0.01, at)
      wild.receive(okx, price, price + 0.01, at)
    }
    const width = ({ spreads }: ReturnType<typeof setUp>) =>
      (spreads.highNetPercent[0] ?? 0) - (spreads.lowNetPercent[0] ?? 0)
    const young = width(calm)
    expect(width(wild)).toBeGreaterThan(5 * young)
    calm.arbitrage.recomputeAll(33_000)
    expect(width(calm)).toBeGreaterThan(2 * young)
  })
})

it('keeps the best moment of those at which nothing spoke against an opportunity', () => {
  const { spreads, arbitrage } = setUp()
  const tracker = new OpportunityTracker({ openAbovePercent: 0.05, closeBelowPercent: 0.03 }, 0)
  const [pair] = spreads.pairs
  if (pair === undefined) throw new Error('two exchanges make a pair')
  const evidence = new PairEvidence(
    new QuoteBoard([binance, okx]),
    spreads,
    arbitrage.executor,
    sameTickerJudge,
    () => undefined,
  )
  const seen = (at: number, netPercent: number, rejection: Rejection | null) => {
    const numbers = { grossPercent: netPercent + 0.2, netPercent, buyPrice: 1, sellPrice: 1, quantity: 1, profit: 1 }
    return tracker.update(pair, at, { ...numbers, rejection }, evidence)
  }
  expect(seen(1, 0.9, 'uncertain')).toMatchObject({ bestAt: 1, rejection: 'uncertain' })
  expect(seen(2, 0.1, null)).toMatchObject({ bestAt: 2, rejection: null, rejectionWords: null })
  expect([seen(3, 0.8, 'uncertain'), seen(4, 0.2, null)]).toEqual([null, null])
  expect(tracker.close(0, 5, 'stale')).toMatchObject({ openedAt: 1, bestAt: 4, bestNetPercent: 0.2, rejection: null })
})

describe('what is executable', () => {
  it('is nothing where the top of the books leaves nothing, and not known where a leg is not live', () => {
    const s = setUp()
    s.receive(binance, 99.9, 100, 1_000)
    s.receive(okx, 100.1, 100.2, 1_000)
    expect(s.executable()).toEqual([0, 0])
    s.arbitrage.sweep(6_001)
    expect([s.verdict(), ...s.executable()]).toEqual(['absent', Number.NaN, Number.NaN])
  })

  it('is the top of the quotes where no book is kept, and both books as far as it pays where they are', () => {
    const s = setUp()
    s.receive(binance, 99, 100, 1_000)
    s.receive(okx, 101, 102, 1_000)
    const perUnit = (bid: number, ask: number) => bid * (1 - fee) - ask * (1 + fee)
    expect(s.executable()).toEqual([1, perUnit(101, 100)])
    s.keep(
      binance,
      [],
      [
        [100, 1],
        [100.5, 1.04],
        [102, 50],
      ],
      1_000,
    )
    s.keep(
      okx,
      [
        [101, 1.5],
        [100.8, 5],
      ],
      [],
      1_000,
    )
    // At lots of 0.1: 2.04 would still pay.
    const [quantity, profit] = s.executable()
    expect(quantity).toBe(2)
    expect(profit).toBeCloseTo(perUnit(101, 100) + 0.5 * perUnit(101, 100.5) + 0.5 * perUnit(100.8, 100.5), 9)
  })

  it('takes a quote that is newer than its book for the best level of it', () => {
    const s = setUp()
    s.receive(binance, 99, 100, 1_000)
    s.receive(okx, 101, 102, 1_000)
    s.keep(
      binance,
      [],
      [
        [99.5, 4],
        [100, 9],
        [100.2, 2],
        [102, 50],
      ],
      900,
    )
    s.keep(okx, [[101, 3]], [], 1_000)
    // 99.5 is gone and 1 is left at 100, says the quote.
    expect(s.executable()[0]).toBe(3)
    expect(s.detail()?.untilZero).toMatchObject({ quantity: 3, buyNotional: 100 + 2 * 100.2 })
  })

  it('does not walk a book that is not live, and says so', () => {
    const s = setUp()
    s.receive(binance, 99, 100, 1_000)
    s.receive(okx, 101, 102, 1_000)
    s.keep(binance, [], [[100, 9]], 1_000, 'gap')
    expect(s.executable()[0]).toBe(1)
    expect(s.detail()?.buy).toMatchObject({ book: null, bookReason: 'its order book: it is being built' })
    expect(s.detail()?.sell).toMatchObject({ book: null, bookReason: 'no order book of it is kept' })
  })

  it('is nothing below what an exchange takes, and the opportunity says which', () => {
    const s = setUp()
    quiet(s, 30_000)
    s.receive(okx, 101, 101.01, 30_000, 0.09)
    s.receive(binance, 99.99, 100, 30_010, 0.09)
    expect(s.executable()).toEqual([0, 0])
    s.arbitrage.stop(30_020)
    expect(s.happened.at(-1)).toMatchObject({
      rejection: 'unexecutable',
      rejectionWords: 'less than one lot of okx, 0.1 BTC',
    })
    expect(s.detail(0, 30_010)?.untilZero.problem).toEqual({ leg: 'sell', rule: 'lotSize', limit: 0.1 })
  })

  it('pays for the way where that is wanted, and is not known where the fee is not', () => {
    const paid = setUp({ withdrawalFeeOf: () => 0.001 })
    const unknown = setUp({ withdrawalFeeOf: () => null })
    const dear = setUp({ withdrawalFeeOf: () => 0.9 })
    for (const s of [paid, unknown, dear]) {
      s.receive(binance, 99, 100, 1_000)
      s.receive(okx, 101, 102, 1_000)
    }
    expect(paid.executable()[1]).toBeCloseTo(101 * (1 - fee) - 100 * (1 + fee) - 0.001 * 101, 9)
    expect(unknown.executable()).toEqual([Number.NaN, Number.NaN])
    expect(dear.executable()).toEqual([0, 0])
    expect(dear.happened.at(-1)).toMatchObject({
      rejection: 'unexecutable',
      rejectionWords: 'the withdrawal fee takes it all',
    })
  })
})

describe('what a judge says of a pair', () => {
  it.each(['banned', 'muted', 'different', 'unproven'] as const)('is its verdict: %s', (standing) => {
    const s = setUp({ judge: { standingOf: () => ({ standing, words: 'because' }), onChange: () => () => undefined } })
    s.receive(binance, 99, 100, 1_000)
    s.receive(okx, 101, 102, 1_000)
    expect(s.verdict()).toBe(standing)
    expect(s.happened).toMatchObject([
      { rejection: standing, rejectionWords: 'because', opening: { verdict: standing } },
    ])
    expect(s.executable()[0]).toEqual(standing === 'unproven' ? 1 : Number.NaN)
  })

  it('does not hold for a leg that jumps to another unit, before the judge has looked again', () => {
    const s = setUp()
    quiet(s, 30_000)
    s.receive(binance, 99.99, 100, 30_000)
    s.receive(okx, 140, 140.1, 30_010)
    s.receive(binance, 99.99, 100, 30_020)
    expect(s.verdict()).toBe('counts')
    s.receive(okx, 100_000, 100_001, 30_030)
    s.receive(binance, 99.99, 100, 30_040)
    expect(s.verdict()).toBe('unproven')
  })

  it('holds from when it changes', () => {
    let standing: PairStanding['standing'] = 'unproven'
    const s = setUp({ judge: { standingOf: () => ({ standing, words: '' }), onChange: () => () => undefined } })
    s.receive(binance, 99, 100, 1_000)
    s.receive(okx, 101, 102, 1_000)
    standing = 'same'
    s.arbitrage.judged(1_100)
    expect(s.verdict()).toBe('counts')
    expect(s.happened.map(({ rejection }) => rejection)).toEqual(['unproven', null])
  })
})

describe('costs', () => {
  it('above the gross spread reject an opportunity, in numbers', () => {
    const s = setUp()
    s.receive(binance, 99.9, 100, 1_000)
    s.receive(okx, 100.1, 100.2, 1_000)
    expect(s.happened).toMatchObject([
      { rejection: 'unprofitable', rejectionWords: '0.100 % gross, costs take 0.200 %', buyFee: fee, sellFee: fee },
    ])
  })

  const rate = (
    of: Instrument,
    text: string,
    nextFundingAt: number | null,
    intervalHours: number | null = 8,
  ): FundingRate => ({
    exchange: of.exchange,
    symbol: of.symbol,
    rate: text,
    nextFundingAt,
    intervalHours,
    markPrice: null,
    exchangeAt: null,
    receivedAt: 0,
  })

  it('of perpetuals are the funding of the pair’s next settlement: longs pay a positive rate', () => {
    const rates = new Map([
      [swap.key, rate(swap, '0.0004', 10_000)],
      [future.key, rate(future, '0.0001', 10_500, 4)],
    ])
    const s = setUp({ fundingOf: ({ key }) => rates.get(key) ?? null }, [binance, swap, future])
    s.arbitrage.fund(1_000)
    for (const of of [binance, swap, future]) s.receive(of, 100, 100.01, 1_000)
    const at = (buy: Instrument, sell: Instrument) =>
      s.spreads.pairs.findIndex((pair) => pair.buy === buy.key && pair.sell === sell.key)
    const net = (buyCost: number, sellCost: number) => ((100 * (1 - sellCost) - 100.01 * (1 + buyCost)) / 100.01) * 100
    expect(s.spreads.netPercent[at(binance, swap)]).toBeCloseTo(net(fee, fee - 0.0004), 12)
    expect(s.spreads.netPercent[at(swap, future)]).toBeCloseTo(net(fee + 0.0004, fee - 0.0001), 12)
    expect(s.spreads.fundingPercent[at(future, swap)]).toBeCloseTo(0.03, 12)
    // Three payments of 0.04 % a day, six of 0.01 %.
    expect(s.spreads.carryPercent[at(binance, swap)]).toBeCloseTo(0.04 * 3 * 365, 9)
    expect(s.spreads.carryPercent[at(future, binance)]).toBeCloseTo(-0.01 * 6 * 365, 9)
    expect(s.spreads.carryPercent[at(swap, future)]).toBeNaN()
    expect(s.detail(at(binance, swap))?.sell.funding).toMatchObject({ rate: 0.0004, isCounted: true })
    // The settlement is over: what the next one brings is not known.
    s.arbitrage.sweep(10_600)
    expect(s.spreads.fundingPercent[at(binance, swap)]).toBeNaN()
    rates.set(swap.key, rate(swap, '-0.001', 20_000))
    s.arbitrage.sweep(10_700)
    expect(s.spreads.fundingPercent[at(binance, swap)]).toBeCloseTo(-0.1, 12)
    // One leg alone would pass for both.
    expect(s.spreads.fundingPercent[at(swap, future)]).toBeNaN()
  })

  it('change with the rate though no quote comes', () => {
    const rates = new Map([[swap.key, rate(swap, '0', 100_000)]])
    const s = setUp({ fundingOf: ({ key }) => rates.get(key) ?? null }, [binance, swap])
    s.arbitrage.fund(1_000)
    for (const of of [binance, swap]) s.receive(of, 100, 100, 1_000)
    expect(s.spreads.netPercent[0]).toBeCloseTo(-0.2, 12)
    rates.set(swap.key, rate(swap, '0.003', 100_000))
    s.arbitrage.sweep(2_000)
    expect(s.spreads.fundingPercent[0]).toBeCloseTo(0.3, 12)
    expect(s.spreads.netPercent[0]).toBeCloseTo(0.1, 12)
  })

  it('come with what the price basis would pay a year: to who sells the dearer leg, over eight hours however often it settles', () => {
    const rates = new Map([
      [swap.key, rate(swap, '0.0001', 10_000, 8)],
      [future.key, rate(future, '0.0001', 10_000, 1)],
    ])
    const s = setUp({ fundingOf: ({ key }) => rates.get(key) ?? null }, [binance, swap, future])
    s.arbitrage.fund(1_000)
    // Both perpetuals stand 1 % above spot, and quote without a spread.
    for (const of of [swap, future]) s.receive(of, 101, 101, 1_000)
    s.receive(binance, 100, 100, 1_000)
    const at = (buy: Instrument, sell: Instrument) =>
      s.spreads.pairs.findIndex((pair) => pair.buy === buy.key && pair.sell === sell.key)
    const carry = (buy: Instrument, sell: Instrument) => s.detail(at(buy, sell))?.basisCarryPercent
    for (const of of [swap, future]) {
      expect(carry(binance, of)).toBeCloseTo(1 * 3 * 365, 9)
      // Longs of a perpetual above spot pay: as the funding beside it says.
      expect(carry(of, binance)).toBeCloseTo((-1 / 1.01) * 3 * 365, 9)
      expect(s.spreads.carryPercent[at(of, binance)]).toBeLessThan(0)
    }
    expect(carry(swap, future)).toBeNull()
  })

  it('leave out what settles later than the pair’s next settlement', () => {
    const rates = new Map([
      [swap.key, rate(swap, '0.0004', 10_000)],
      [future.key, rate(future, '0.0001', 3_600_000)],
    ])
    const s = setUp({ fundingOf: ({ key }) => rates.get(key) ?? null }, [swap, future])
    s.arbitrage.fund(1_000)
    expect([s.spreads.fundingPercent[0], s.spreads.fundingPercent[1]].map((value) => value?.toFixed(6))).toEqual([
      '-0.040000',
      '0.040000',
    ])
    expect(s.detail(0, 1_000)?.sell.funding).toMatchObject({ isCounted: false })
  })
})

describe('the details of a pair', () => {
  it('walk the sizes of the ladder, and say where a book ends', () => {
    const s = setUp()
    s.receive(binance, 99, 100, 1_000)
    s.receive(okx, 101, 102, 1_000)
    s.keep(
      binance,
      [],
      [
        [100, 3],
        [110, 5],
      ],
      1_000,
    )
    s.keep(
      okx,
      [
        [101, 1.5],
        [100.8, 5],
      ],
      [],
      1_000,
    )
    const detail = s.detail()
    expect(detail?.ladder).toMatchObject([
      { value: 100, quantity: 1, buyAverage: 100, sellAverage: 101, grossPercent: 1, problem: null },
      { value: 100_000, quantity: 6.5, problem: { leg: 'buy', rule: 'depth', limit: 8 } },
    ])
    expect(detail?.ladder[0]?.profit).toBeCloseTo(s.spreads.netPercent[0] ?? Number.NaN, 9)
    expect(detail?.untilZero).toMatchObject({ value: null, quantity: 3, problem: null })
    expect(detail?.untilZero.profit).toBeCloseTo(s.spreads.executableProfit[0] ?? Number.NaN, 9)
    expect(detail).toMatchObject({ verdict: 'counts', buy: { book: { updateId: 1_000 } }, withdrawalFee: null })
    expect(s.detail(99)).toBeNull()
  })

  it('walk nothing while a leg is not live', () => {
    const s = setUp()
    s.receive(binance, 99, 100, 1_000)
    expect(s.detail()).toMatchObject({
      ...{ verdict: 'absent', netPercent: null, sell: { price: null, truth: 'gap', reason: 'why' } },
      untilZero: { quantity: 0, profit: 0, netPercent: null, problem: null },
    })
  })
})
