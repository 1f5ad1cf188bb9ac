import { describe, expect, it } from 'vitest'
import { Arbitrage } from '../../../src/main/analytics/arbitrage.ts'
import { SpreadBoard } from '../../../src/main/analytics/spreads.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import { type Instrument, type Opportunity, truthCode, truthOf } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const binance = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP')
const eth = instrument('gate', 'spot', 'ETH', 'USDT', 'ETH_USDT')

const quote = (of: Instrument, bid: [number, number] | null, ask: [number, number] | null, receivedAt: number) => ({
  kind: 'book_ticker' as const,
  instrument: of,
  bidPrice: bid?.[0] ?? null,
  bidQuantity: bid?.[1] ?? null,
  askPrice: ask?.[0] ?? null,
  askQuantity: ask?.[1] ?? null,
  exchangeAt: null,
  receivedAt,
})

function setUp(instruments: readonly Instrument[] = [binance, okx]) {
  const board = new QuoteBoard(instruments)
  const happened: Opportunity[] = []
  const arbitrage = new Arbitrage({
    quotes: board,
    takerFee: ({ exchange }) => (exchange === 'binance' ? 0.001 : 0.0005),
    maximumAgeMs: 5_000,
    thresholds: { openAbovePercent: 0.05, closeBelowPercent: 0.03 },
    lastOpportunityId: 41,
    onOpportunity: (opportunity) => happened.push(opportunity),
    onPair: () => undefined,
  })
  const receive = (...args: Parameters<typeof quote>) => {
    const event = quote(...args)
    arbitrage.quoted(board.applyBookTicker(event), event.receivedAt)
  }
  return { board, arbitrage, happened, receive }
}

describe('spread pairs', () => {
  it('are every direction between exchanges, and spot against perpetual', () => {
    const { pairs } = new SpreadBoard(new QuoteBoard([binance, okx, swap, eth]), () => 0, 1_000)
    expect(pairs.map(({ kind, symbol, buy, sell }) => `${kind} ${symbol} ${buy} > ${sell}`)).toEqual([
      'cross BTC_USDT binance:BTC_USDT > okx:BTC_USDT',
      'basis BTC_USDT binance:BTC_USDT > okx:BTC_USDT_PERP',
      'cross BTC_USDT okx:BTC_USDT > binance:BTC_USDT',
      'basis BTC_USDT okx:BTC_USDT > okx:BTC_USDT_PERP',
      'basis BTC_USDT okx:BTC_USDT_PERP > binance:BTC_USDT',
      'basis BTC_USDT okx:BTC_USDT_PERP > okx:BTC_USDT',
    ])
  })
})

describe('a spread', () => {
  it('is gross, net of both taker fees, and executable at the top of both books', () => {
    const { arbitrage, receive } = setUp()
    receive(binance, [99, 1], [100, 2], 1_000)
    receive(okx, [101, 3], [102, 1], 1_000)
    const { spreads } = arbitrage
    const net = 101 * (1 - 0.0005) - 100 * (1 + 0.001)
    expect([spreads.grossPercent[0], spreads.netPercent[0], spreads.quantity[0], spreads.profit[0]]).toEqual([
      1,
      (net / 100) * 100,
      2,
      net * 2,
    ])
    expect(spreads.grossPercent[1]).toBeCloseTo(((99 - 102) / 102) * 100, 12)
  })

  it.each([
    ['a side nobody quotes', (s: ReturnType<typeof setUp>) => s.receive(okx, null, [102, 1], 1_000)],
    ['a leg that is too old', (s: ReturnType<typeof setUp>) => s.receive(binance, [99, 1], [100, 1], 6_001)],
    [
      'a feed that went down',
      (s: ReturnType<typeof setUp>) => {
        s.board.clearLive([okx.id])
        s.arbitrage.legsDown([1], 1_000, 'disconnected')
      },
    ],
    [
      'a leg that is doubted',
      (s: ReturnType<typeof setUp>) => {
        s.board.truth[1] = truthCode.suspect
        s.arbitrage.changed(1, 1_000)
      },
    ],
  ])('counts no longer with %s', (_name, change) => {
    const all = setUp()
    all.receive(okx, [101, 3], [102, 1], 1_000)
    all.receive(binance, [99, 1], [100, 2], 1_000)
    expect(all.arbitrage.spreads.grossPercent[0]).toBe(1)
    change(all)
    expect(all.arbitrage.spreads.grossPercent[0]).toBeNaN()
    expect(all.arbitrage.spreads.profit[0]).toBeNaN()
  })
})

describe('a clock that is set back', () => {
  it('makes no old quote young again', () => {
    const { arbitrage, receive, happened } = setUp()
    const back = 3_600_000
    receive(binance, [99, 1], [100, 2], back)
    receive(okx, [101, 1], [102, 1], back + 10)
    expect(arbitrage.spreads.grossPercent[0]).toBeCloseTo(1, 9)
    // Nothing comes of Binance any more.
    arbitrage.sweep(1_000)
    expect(arbitrage.spreads.grossPercent[0]).toBeNaN()
    receive(okx, [101, 1], [102, 1], 2_000)
    expect(arbitrage.spreads.grossPercent[0]).toBeNaN()
    receive(binance, [99, 1], [100, 2], 2_500)
    expect(arbitrage.spreads.grossPercent[0]).toBeCloseTo(1, 9)
    expect(happened.map(({ closeReason }) => closeReason)).toEqual([null, 'stale', null])
  })

  it('lets no opportunity end before it began', () => {
    const { arbitrage, receive, happened } = setUp()
    const back = 3_600_000
    receive(binance, [99, 1], [100, 2], back)
    receive(okx, [101, 1], [102, 1], back + 10)
    receive(okx, [101.5, 1], [102, 1], back + 700)
    arbitrage.sweep(1_000)
    expect(happened.map(({ openedAt, closedAt }) => [openedAt, closedAt])).toEqual([
      [back + 10, null],
      [back + 10, back + 700],
    ])
  })
})

describe('the truth of a pair', () => {
  it.each([
    ['live', 'live', 'live'],
    ['live', 'suspect', 'suspect'],
    ['stale', 'suspect', 'stale'],
    ['gap', 'live', 'gap'],
  ] as const)('is that of the worse leg: %s and %s make %s', (one, other, both) => {
    const { arbitrage, board } = setUp()
    board.truth[0] = truthCode[one]
    board.truth[1] = truthCode[other]
    expect([0, 1].map((pair) => truthOf(arbitrage.spreads.truthOf(pair)))).toEqual([both, both])
  })
})

describe('an opportunity', () => {
  it('closes as stale when a leg is no longer live', () => {
    const { board, arbitrage, happened, receive } = setUp()
    receive(binance, [99, 1], [100, 2], 1_000)
    receive(okx, [100.2, 3], [102, 1], 1_000)
    board.truth[1] = truthCode.stale
    arbitrage.changed(1, 3_000)
    expect(happened.map(({ closedAt, closeReason }) => [closedAt, closeReason])).toEqual([
      [null, null],
      [3_000, 'stale'],
    ])
  })

  it('opens above the threshold, keeps its best moment, and closes below the other with its duration', () => {
    const { happened, receive, arbitrage } = setUp()
    receive(binance, [99, 1], [100, 2], 1_000)
    receive(okx, [100.04, 3], [102, 1], 1_000)
    expect(happened).toEqual([])
    receive(okx, [100.2, 3], [102, 1], 2_000)
    receive(okx, [100.5, 1], [102, 1], 3_000)
    receive(okx, [100.04, 3], [102, 1], 4_000)
    expect(arbitrage.opportunities.live()).toHaveLength(1)
    receive(okx, [100.02, 3], [102, 1], 5_000)
    const net = 100.5 * (1 - 0.0005) - 100 * (1 + 0.001)
    expect(happened.map(({ id, openedAt, closedAt, rejection }) => [id, openedAt, closedAt, rejection])).toEqual([
      [42, 2_000, null, 'uncertain'],
      [42, 2_000, null, null],
      [42, 2_000, 5_000, null],
    ])
    const { opening, best, ...plain } = happened[2] ?? {}
    expect(plain).toEqual({
      id: 42,
      kind: 'cross',
      symbol: 'BTC_USDT',
      buy: 'binance:BTC_USDT',
      sell: 'okx:BTC_USDT',
      openedAt: 2_000,
      closedAt: 5_000,
      closeReason: 'threshold',
      bestAt: 3_000,
      bestGrossPercent: 0.5,
      bestNetPercent: (net / 100) * 100,
      bestBuyPrice: 100,
      bestSellPrice: 100.5,
      bestQuantity: 1,
      bestProfit: net,
      rejection: null,
      rejectionWords: null,
      buyFee: 0.001,
      sellFee: 0.0005,
    })
    expect(opening).toMatchObject({
      verdict: 'uncertain',
      sellPrice: 100.2,
      quantity: 2,
      buyAgeMs: 1_000,
      sellAgeMs: 0,
    })
    expect(best).toMatchObject({ verdict: 'counts', executableQuantity: 1, buyAgeMs: 2_000, buyBookVersion: null })
    expect(arbitrage.opportunities.live()).toEqual([])
  })

  it.each([
    ['stale', (s: ReturnType<typeof setUp>) => s.arbitrage.sweep(6_001)],
    [
      'disconnected',
      (s: ReturnType<typeof setUp>) => {
        s.board.clearLive([binance.id])
        s.arbitrage.legsDown([0], 2_000, 'disconnected')
      },
    ],
    ['shutdown', (s: ReturnType<typeof setUp>) => s.arbitrage.stop(2_000)],
  ])('closes as %s', (reason, end) => {
    const all = setUp()
    all.receive(binance, [99, 1], [100, 2], 1_000)
    all.receive(okx, [101, 3], [102, 1], 1_000)
    end(all)
    expect(all.happened.map(({ closeReason }) => closeReason)).toEqual([null, reason])
  })

  it('never comes of a basis pair, which is carried and not crossed', () => {
    const { happened, receive } = setUp([binance, swap])
    receive(binance, [99, 1], [100, 2], 1_000)
    receive(swap, [105, 3], [106, 1], 1_000)
    expect(happened).toEqual([])
  })
})
