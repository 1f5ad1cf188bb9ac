import { describe, expect, it } from 'vitest'
import { AlertEngine } from '../../../src/main/alerts/engine.ts'
import { Arbitrage } from '../../../src/main/analytics/arbitrage.ts'
import type { PairJudge } from '../../../src/main/analytics/contract.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import { AlertRule } from '../../../src/shared/alert-rules.ts'
import type { Drift, Fill, FundingRate, Instrument } from '../../../src/shared/domain/index.ts'
import { btc, btcOkx } from '../storage/support.ts'

const pair = 'binance:BTC_USDT>okx:BTC_USDT'
const rule = (more: object): AlertRule => AlertRule.parse({ name: 'mine', coolDownSeconds: 0, ...more })

/** Rules over a board of BTC on two exchanges, fed as the desk feeds it. */
function world(rules: Readonly<Record<string, object>>, judge?: PairJudge) {
  const fired: [at: number, ruleId: string, subject: string][] = []
  const words: string[] = []
  const engine = new AlertEngine((firing) => {
    fired.push([firing.at, firing.ruleId, firing.subject])
    words.push(firing.words)
  })
  const board = new QuoteBoard([btc, btcOkx])
  let now = 0
  const arbitrage = new Arbitrage({
    quotes: board,
    takerFee: () => 0.001,
    maximumAgeMs: 5_000,
    thresholds: { openAbovePercent: 50, closeBelowPercent: 40 },
    lastOpportunityId: 0,
    ...(judge === undefined ? {} : { judge }),
    onOpportunity: () => undefined,
    onPair: (index) => engine.pair(index, now),
  })
  const set = (next: Readonly<Record<string, object>>, at = 0) =>
    engine.setRules(Object.fromEntries(Object.entries(next).map(([id, one]) => [id, rule(one)])), at)
  set(rules)
  engine.useBoards(board, arbitrage.spreads, 0)
  return {
    engine,
    fired,
    words,
    set,
    quote(instrument: Instrument, bid: number, ask: number, at: number) {
      now = at
      const receivedAt = at
      const sizes = { bidQuantity: 1, askQuantity: 1, exchangeAt: null, receivedAt }
      const slot = board.applyBookTicker({ kind: 'book_ticker', instrument, bidPrice: bid, askPrice: ask, ...sizes })
      engine.quote(slot, at)
      arbitrage.quoted(slot, at)
    },
    down(instrument: Instrument, at: number) {
      now = at
      board.clearLive([instrument.id])
      const slot = board.slotOf(instrument.id)
      engine.quote(slot, at)
      arbitrage.legsDown([slot], at, 'disconnected')
    },
  }
}

describe('rules about spreads', () => {
  const net = { kind: 'net_spread', abovePercent: 0.5 }

  it('fire for the pair whose net spread is above, and say at which prices', () => {
    const { quote, fired, words } = world({ net })
    quote(btc, 99, 100, 1_000)
    quote(btcOkx, 100.6, 101, 1_000)
    expect(fired).toEqual([])
    quote(btcOkx, 102, 103, 1_001)
    expect(fired).toEqual([[1_001, 'net', pair]])
    expect(words).toEqual(['buy binance:BTC_USDT at 100, sell okx:BTC_USDT at 102: net 1.798 % is above 0.5 %'])
  })

  it('look at one symbol where they name one', () => {
    const { quote, fired } = world({ btc: { ...net, symbol: 'BTC_USDT' }, eth: { ...net, symbol: 'ETH_USDT' } })
    quote(btc, 99, 100, 1_000)
    quote(btcOkx, 102, 103, 1_000)
    expect(fired).toEqual([[1_000, 'btc', pair]])
  })

  it('never fire for pairs that are not known to be one asset, muted, or of which the sign is not certain', () => {
    for (const standing of ['banned', 'muted', 'different', 'unproven'] as const) {
      const judge: PairJudge = { standingOf: () => ({ standing, words: '' }), onChange: () => () => undefined }
      const { quote, fired } = world({ net: { ...net, abovePercent: -5 } }, judge)
      quote(btc, 99, 100, 1_000)
      quote(btcOkx, 102, 103, 1_000)
      expect([standing, fired]).toEqual([standing, []])
    }
    const uncertain = world({ net: { ...net, abovePercent: 0 } })
    uncertain.quote(btc, 99, 100, 1_000)
    uncertain.quote(btcOkx, 100.21, 101, 1_000)
    expect(uncertain.fired).toEqual([])
  })

  it('neither end nor begin anything while the sign of the spread is not certain', () => {
    const { quote, engine, fired } = world({ net: { ...net, abovePercent: 0, holdSeconds: 2 } })
    const both = (okxBid: number, at: number) => {
      quote(btc, 99, 100, at)
      quote(btcOkx, okxBid, 101, at)
    }
    const state = () => engine.status(60_000).map(({ state, unknown, words }) => [state, unknown, words])
    const [certain, uncertain, below] = [100.4, 100.21, 100.1]
    both(certain, 1_000)
    engine.sweep(2_000)
    both(uncertain, 2_000)
    engine.sweep(4_500)
    expect([fired, state()]).toEqual([[], [['holding', 0, `${pair}: holds for 1 s of 2 s`]]])
    both(certain, 4_500)
    engine.sweep(5_400)
    expect(fired).toEqual([])
    engine.sweep(5_500)
    expect(fired).toEqual([[5_500, 'net', pair]])
    // It stands: certain again, it is not another one.
    both(uncertain, 6_000)
    expect(state()[0]?.[0]).toBe('fired')
    both(certain, 7_000)
    engine.sweep(11_000)
    expect([fired.length, state()[0]?.[0]]).toEqual([1, 'fired'])
    // Seen to be below, it is over, and begins anew.
    both(below, 11_000)
    both(certain, 12_000)
    engine.sweep(14_000)
    expect(fired.length).toBe(2)
  })

  it('wait, and say so, while a leg is not live: the hold goes on from where it stood', () => {
    const { quote, down, engine, fired } = world({ net: { ...net, holdSeconds: 2 } })
    quote(btc, 99, 100, 1_000)
    quote(btcOkx, 102, 103, 1_000)
    engine.sweep(2_000)
    down(btcOkx, 2_000)
    engine.sweep(60_000)
    expect(fired).toEqual([])
    expect(engine.status(60_000)).toEqual([
      {
        ...{ id: 'net', state: 'waiting', subjects: 2, unknown: 2, fired: 0, lastFiredAt: null },
        words: `${pair}: not live, so its hold stands still at 1 s of 2 s`,
      },
    ])
    quote(btc, 99, 100, 60_000)
    quote(btcOkx, 102, 103, 60_000)
    engine.sweep(60_900)
    expect(fired).toEqual([])
    engine.sweep(61_000)
    expect(fired).toEqual([[61_000, 'net', pair]])
  })
})

describe('rules about quotes', () => {
  it('look at the middle of best bid and ask, and at its width', () => {
    const { quote, fired, words } = world({
      above: { kind: 'price', instrument: 'binance:BTC_USDT', side: 'above', price: 100 },
      below: { kind: 'price', instrument: 'binance:BTC_USDT', side: 'below', price: 90 },
      wide: { kind: 'spread_width', instrument: 'binance:BTC_USDT', abovePercent: 5 },
      other: { kind: 'price', instrument: 'gate:BTC_USDT', side: 'above', price: 1 },
    })
    quote(btc, 99, 101, 1_000)
    expect(fired).toEqual([])
    quote(btc, 100, 101, 2_000)
    quote(btc, 80, 90, 3_000)
    expect(fired).toEqual([
      [2_000, 'above', 'binance:BTC_USDT'],
      [3_000, 'below', 'binance:BTC_USDT'],
      [3_000, 'wide', 'binance:BTC_USDT'],
    ])
    expect(words).toEqual([
      'binance:BTC_USDT at 100.5 is above 100',
      'binance:BTC_USDT at 85 is below 90',
      'binance:BTC_USDT: spread of 11.7647 % is wider than 5 %',
    ])
  })

  it('know nothing of a side that nobody quotes', () => {
    const { quote, fired } = world({
      below: { kind: 'price', instrument: 'binance:BTC_USDT', side: 'below', price: 90 },
    })
    quote(btc, Number.NaN, 10, 1_000)
    quote(btc, 0, 10, 1_001)
    expect(fired).toEqual([])
  })

  it('go on where they stood when only their name or ways out change, and begin anew when the condition does', () => {
    const price = { kind: 'price', instrument: 'binance:BTC_USDT', side: 'above', price: 100, holdSeconds: 2 }
    const { quote, set, engine, fired } = world({ price })
    quote(btc, 200, 201, 1_000)
    set({ price: { ...price, name: 'another name', redis: false } }, 1_500)
    engine.sweep(3_000)
    expect(fired).toEqual([[3_000, 'price', 'binance:BTC_USDT']])
    // A new condition sees at once what holds.
    set({ price: { ...price, price: 150 } }, 4_000)
    engine.sweep(6_000)
    set({ price: { ...price, price: 150, enabled: false } }, 6_500)
    engine.sweep(60_000)
    expect(fired.map(([at]) => at)).toEqual([3_000, 6_000])
    expect(engine.status(60_000)).toMatchObject([{ state: 'off', words: null }])
  })
})

describe('rules about funding', () => {
  const key = 'binance:BTC_USDT_PERP'
  const rate = (text: string, receivedAt: number): FundingRate => ({
    ...{ exchange: 'binance', symbol: 'BTC_USDT_PERP', rate: text, nextFundingAt: 3_600_000, intervalHours: 8 },
    ...{ markPrice: null, exchangeAt: null, receivedAt },
  })

  it('compare the rate with its sign, or its amount, and forget one that was due long ago', () => {
    const { engine, fired } = world({
      beyond: { kind: 'funding', instrument: key, when: 'beyond', percent: 0.05 },
      negative: { kind: 'funding', instrument: key, when: 'negative' },
      positive: { kind: 'funding', instrument: key, when: 'positive', percent: 0.01 },
    })
    engine.funding(rate('0.0001', 1_000), 1_000)
    engine.funding(rate('-0.0001', 2_000), 2_000)
    engine.funding(rate('0.0006', 3_000), 3_000)
    expect(fired).toEqual([
      [2_000, 'negative', key],
      [3_000, 'beyond', key],
      [3_000, 'positive', key],
    ])
    engine.fundingLive(key, false, 4_000)
    expect(engine.status(4_000).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting'])
    engine.fundingLive(key, true, 5_000)
    engine.sweep(3_600_000 + 600_001)
    expect(engine.status(3_600_000 + 600_001)[0]).toMatchObject({ state: 'waiting' })
    expect(fired).toHaveLength(3)
  })
})

describe('rules about accounts', () => {
  const balance = (wallet: string, total: string, isLive = true) => ({
    account: 'main',
    wallet,
    asset: 'USDT',
    total,
    isLive,
  })

  it('see what fell over all wallets within the time, and not what moved between them', () => {
    const { engine, fired, words } = world({
      percent: { kind: 'balance_drop', asset: 'USDT', unit: 'percent', drop: 10, withinMinutes: 10 },
      amount: { kind: 'balance_drop', account: 'main', asset: 'USDT', unit: 'amount', drop: 500, withinMinutes: 10 },
      other: { kind: 'balance_drop', account: 'other', asset: 'USDT', unit: 'amount', drop: 1, withinMinutes: 10 },
    })
    engine.balance(balance('spot', '1000.1'), 0)
    engine.balance(balance('futures', '1000'), 1)
    engine.balance(balance('futures', '1400'), 60_000)
    engine.balance(balance('spot', '600.1'), 61_000)
    expect(fired).toEqual([[61_000, 'percent', 'main USDT']])
    expect(words).toEqual(['main holds 2000.1 USDT, 400 less than 2400.1 within 10 min'])
    engine.balance(balance('spot', '500.1'), 62_000)
    expect(fired.slice(1)).toEqual([[62_000, 'amount', 'main USDT']])
  })

  it('forget what was held before the time, and wait while a balance is not live', () => {
    const { engine, fired } = world({
      drop: { kind: 'balance_drop', asset: 'USDT', unit: 'amount', drop: 10, withinMinutes: 1 },
    })
    engine.balance(balance('spot', '100'), 0)
    engine.balance(balance('spot', '95'), 30_000)
    // At 90.001 s the 100 are out of sight, and 95 - 86 is too little.
    engine.balance(balance('spot', '86'), 90_001)
    expect(fired).toEqual([])
    engine.balance(balance('spot', '50', false), 91_000)
    expect(fired).toEqual([])
    engine.balance(balance('spot', '50'), 92_000)
    expect(fired).toEqual([[92_000, 'drop', 'main USDT']])
    engine.sweep(152_001)
    expect(engine.status(152_001)[0]).toMatchObject({ state: 'quiet', fired: 1 })
  })

  it('fire for each fill that is news, and for a difference that stays open', () => {
    const { engine, fired } = world({
      fills: { kind: 'order_fill', symbol: 'BTC_USDT' },
      drift: { kind: 'drift', holdSeconds: 60 },
    })
    const fill: Fill = {
      ...{ account: 'main', exchange: 'binance', symbol: 'BTC_USDT', tradeId: '1', exchangeOrderId: '1', side: 'BUY' },
      ...{ price: '1', quantity: '1', fee: null, feeAsset: null, liquidity: null, realisedPnl: null },
      ...{ at: 1_000_000, receivedAt: 1_000_100 },
    }
    engine.fill(fill, 1_000_100)
    engine.fill({ ...fill, tradeId: '2' }, 1_000_101)
    engine.fill({ ...fill, symbol: 'ETH_USDT' }, 1_000_102)
    engine.fill({ ...fill, tradeId: '3', at: 1_000 }, 1_000_103)
    const drift: Drift = {
      ...{ id: 1, account: 'main', subject: 'balance', item: 'spot BTC', field: 'total', expected: '1', got: '2' },
      ...{ since: null, foundAt: 2_000_000, resolvedAt: null, resolution: null },
    }
    engine.drift(drift, 2_000_000)
    engine.drift({ ...drift, resolvedAt: 2_030_000 }, 2_030_000)
    engine.sweep(2_070_000)
    engine.drift({ ...drift, id: 2 }, 3_000_000)
    engine.sweep(3_060_000)
    expect(fired).toEqual([
      [1_000_100, 'fills', 'main BTC_USDT'],
      [1_000_101, 'fills', 'main BTC_USDT'],
      [3_060_000, 'drift', 'main'],
    ])
  })
})

describe('rules about an account that is not live', () => {
  it('wait: a difference that cannot be settled now does not grow older, and the status says so', () => {
    const { engine, fired } = world({
      drift: { kind: 'drift', holdSeconds: 60 },
      fills: { kind: 'order_fill', account: 'main' },
    })
    engine.account('main', true, 0)
    engine.account('other', false, 0)
    const drift: Drift = {
      ...{ id: 1, account: 'main', subject: 'balance', item: 'spot BTC', field: 'total', expected: '1', got: '2' },
      ...{ since: null, foundAt: 0, resolvedAt: null, resolution: null },
    }
    engine.drift(drift, 0)
    engine.account('main', false, 30_000)
    engine.sweep(600_000)
    expect(fired).toEqual([])
    expect(engine.status(600_000)).toMatchObject([
      { state: 'waiting', subjects: 2, unknown: 2, words: 'main: not live, so its hold stands still at 30 s of 1 min' },
      { state: 'waiting', subjects: 1, unknown: 1 },
    ])
    engine.account('main', true, 600_000)
    engine.sweep(629_999)
    expect(fired).toEqual([])
    engine.sweep(630_000)
    expect(fired).toEqual([[630_000, 'drift', 'main']])
  })
})

describe('rules about the program', () => {
  it('see a feed that is down and a disk that is short, and nothing of what is not known', () => {
    const { engine, fired, words } = world({
      down: { kind: 'feed_down', exchange: 'okx', holdSeconds: 10 },
      disk: { kind: 'disk', belowGigabytes: 5 },
    })
    engine.feed('binance', 'holds', 'gone', 0)
    engine.feed('okx', 'unknown', 'switched off', 0)
    engine.disk(null, 0)
    engine.sweep(60_000)
    expect(fired).toEqual([])
    engine.feed('okx', 'holds', 'no answer', 60_000)
    engine.disk(4.2e9, 61_000)
    engine.sweep(70_000)
    expect(fired).toEqual([
      [61_000, 'disk', 'disk'],
      [70_000, 'down', 'okx'],
    ])
    expect(words).toEqual(['4.2 GB are free on the disk, less than 5 GB', 'okx is not live, for 10 s: no answer'])
    // The same market begins anew: what fired does not fire again, since nobody saw it end.
    engine.begin(true, 70_500)
    expect(engine.status(70_500).map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    engine.feed('okx', 'holds', 'no answer', 70_600)
    engine.disk(4.1e9, 70_600)
    engine.sweep(90_000)
    expect(fired).toHaveLength(2)
    engine.begin(false, 71_000)
    expect(engine.status(71_000).map(({ state, words: said }) => [state, said])).toEqual([
      ['quiet', 'nothing that it could look at is watched'],
      ['waiting', 'nothing live is known of 1 of 1'],
    ])
  })
})
