import { describe, expect, it } from 'vitest'
import { QuoteTruth } from '../../../src/main/market/quote-truth.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import type { ConnectionLife } from '../../../src/main/net/feed.ts'
import type { EpochMs } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const start = 1_800_000_000_000
const minute = 60_000

/** One instrument on a connection that answers its heartbeats, with a clock of its own that sweeps every second. */
function setUp(more: { life?: ConnectionLife | null; clockOffsetMs?: number | null } = {}) {
  const life: ConnectionLife = { silentMs: 0, heartbeatMs: 20_000 }
  const { life: given = life, clockOffsetMs = null } = more
  const state = { now: start, life: given, clockOffsetMs }
  const board = new QuoteBoard([btc])
  const told: string[] = []
  const clockDoubts: EpochMs[] = []
  const truth: QuoteTruth = new QuoteTruth(board, {
    lifeOf: () => state.life,
    clockOffsetMs: () => state.clockOffsetMs,
    onClockDoubt: () => clockDoubts.push(state.now),
    onChange: (slot) => told.push(truth.truthOf(slot)),
  })
  const quote = (prices: { bid?: number; ask?: number; exchangeAt?: number | null } = {}) => {
    const { bid = 100, ask = 101, exchangeAt = null } = prices
    const numbers = { bidPrice: bid, bidQuantity: 1, askPrice: ask, askQuantity: 1, exchangeAt, receivedAt: state.now }
    truth.quoted(board.applyBookTicker({ kind: 'book_ticker', instrument: btc, ...numbers }))
  }
  /** Time goes by, with a quote every so often; Infinity: none. */
  const pass = (ms: number, everyMs = Number.POSITIVE_INFINITY) => {
    const end = state.now + ms
    let nextQuote = state.now + everyMs
    let nextSweep = state.now + 1_000
    while (Math.min(nextQuote, nextSweep) <= end) {
      state.now = Math.min(nextQuote, nextSweep)
      if (state.now === nextQuote) {
        quote()
        nextQuote += everyMs
      }
      if (state.now === nextSweep) {
        truth.sweep(state.now)
        nextSweep += 1_000
      }
    }
    state.now = end
  }
  const shown = () => [truth.truthOf(0), truth.reasonOf(0)]
  return { state, board, truth, told, clockDoubts, quote, pass, shown }
}

describe('a quote', () => {
  it('is a gap until one comes, and again from the moment its feed is down', () => {
    const { board, truth, quote, shown } = setUp()
    expect(shown()).toEqual(['gap', 'no quote has come yet'])
    quote()
    expect(shown()).toEqual(['live', ''])
    board.clearLive([btc.id])
    truth.feedDown([0])
    truth.sweep(start + 1_000)
    expect(shown()).toEqual(['gap', 'its feed went down, and no quote has come since'])
  })

  it('stays live in a market that speaks every ten minutes, on a connection that lives', () => {
    const { told, pass, shown } = setUp()
    pass(360 * minute, 10 * minute)
    pass(20 * minute)
    expect([told, shown()]).toEqual([[], ['live', '']])
  })

  it('stays live while too little is known of its rhythm', () => {
    const { told, pass, shown } = setUp()
    pass(5_000, 50)
    pass(30 * minute)
    expect([told, shown()[0]]).toEqual([[], 'live'])
  })

  it('stays live where quiet hours follow busy ones by and by', () => {
    const { told, pass } = setUp()
    for (const everyMs of [50, 200, 800, 3_000, 12_000, 48_000]) pass(5 * minute, everyMs)
    expect(told).toEqual([])
  })

  it('is stale when a market that speaks 20 times a second stops while its connection lives, and live with the next one', () => {
    const { told, quote, pass, shown } = setUp()
    pass(2 * minute, 50)
    pass(5_000)
    expect(told).toEqual([])
    pass(1_000)
    expect(told).toEqual(['stale'])
    expect(shown()).toEqual(['stale', 'no quote for more than 5 s, 5 times the longest pause that is usual here'])
    quote()
    expect(shown()).toEqual(['live', ''])
  })

  it('is stale when its connection gives no sign of life for longer than its heartbeat explains', () => {
    const { state, told, pass, shown } = setUp()
    pass(1_000, 500)
    state.life = { silentMs: 22_900, heartbeatMs: 20_000 }
    pass(1_000)
    expect(told).toEqual([])
    state.life = { silentMs: 23_100, heartbeatMs: 20_000 }
    pass(1_000)
    expect(shown()).toEqual(['stale', 'its connection gives no sign of life, and is asked for one every 20 s'])
    state.life = { silentMs: 0, heartbeatMs: 20_000 }
    pass(1_000)
    expect(told).toEqual(['stale', 'live'])
  })

  it.each([
    ['the next sweep', 'the next quote'],
    ['the next quote', 'the next sweep'],
  ])(
    'is not called stale for a pause of this machine, which is no pause of the market either: %s first, then %s',
    (first) => {
      const { state, truth, told, quote, pass } = setUp({ clockOffsetMs: 0 })
      pass(2 * minute, 50)
      state.now += 8 * minute
      const sweep = () => truth.sweep(state.now)
      const next = () => quote({ exchangeAt: state.now })
      for (const step of first === 'the next sweep' ? [sweep, next] : [next, sweep]) step()
      expect(told).toEqual([])
      pass(6_000)
      expect(told).toEqual(['stale'])
    },
  )

  it('knows the rhythm of its market after the clock was set forward, too', () => {
    const { state, told, pass, quote } = setUp({ clockOffsetMs: 0 })
    pass(2 * minute, 50)
    state.now += 60 * minute
    state.clockOffsetMs = -60 * minute
    for (let quotes = 0; quotes < 10; quotes++) {
      state.now += 50
      quote({ exchangeAt: state.now - 60 * minute })
    }
    pass(2 * minute, 50)
    expect(told).toEqual([])
    pass(6_000)
    expect(told).toEqual(['stale'])
  })

  it('is stale in its time though the clock was set back meanwhile, and by no later time live again', () => {
    const { state, told, pass, shown } = setUp()
    pass(2 * minute, 50)
    state.now -= 10 * minute
    pass(5_000)
    expect(told).toEqual([])
    pass(2_000)
    expect(told).toEqual(['stale'])
    // Past the time that it bears.
    pass(12 * minute)
    expect([told, shown()[0]]).toEqual([['stale'], 'stale'])
  })

  it('keeps its rhythm when the watch list changes', () => {
    const { state, board, truth, pass } = setUp()
    pass(2 * minute, 50)
    const wider = new QuoteBoard([instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT'), btc])
    wider.copyFrom(board)
    const next = new QuoteTruth(wider, {
      lifeOf: () => null,
      clockOffsetMs: () => null,
      ...{ onClockDoubt: () => undefined, onChange: () => undefined },
    })
    next.copyFrom(truth)
    for (let second = 1; second <= 6; second++) next.sweep(state.now + second * 1_000)
    expect([next.truthOf(0), next.truthOf(1)]).toEqual(['gap', 'stale'])
  })
})

describe('a quote is suspect', () => {
  it.each([
    ['crossed', 102, 101],
    ['locked', 101, 101],
  ])('when it is %s in itself', (_name, bid, ask) => {
    const { quote, shown } = setUp()
    quote({ bid, ask })
    expect(shown()).toEqual(['suspect', `its bid ${bid} is not below its ask ${ask}`])
    quote()
    expect(shown()).toEqual(['live', ''])
  })

  it('when its time is ahead of the measured clock, or too late on arrival', () => {
    const { quote, shown } = setUp({ clockOffsetMs: 10_000 })
    const exchangeNow = start + 10_000
    quote({ exchangeAt: exchangeNow + 2_100 })
    expect(shown()).toEqual(['suspect', "its time is 2.1 s ahead of the exchange's clock"])
    quote({ exchangeAt: exchangeNow - 50 })
    expect(shown()).toEqual(['live', ''])
    quote({ exchangeAt: exchangeNow - 40 })
    expect(shown()).toEqual(['live', ''])
  })

  it('when it comes late, though not the first of a connection, which may be old', () => {
    const { state, quote, shown } = setUp({ clockOffsetMs: 0 })
    quote({ exchangeAt: start - 60_000 })
    expect(shown()).toEqual(['live', ''])
    state.now += 1_000
    quote({ exchangeAt: state.now - 6_000 })
    expect(shown()).toEqual(['suspect', 'it came 6 s after the time it bears'])
  })

  it('when its time lies before an earlier one, until that time is reached or ten seconds have passed', () => {
    const { state, quote, shown } = setUp()
    quote({ exchangeAt: start })
    quote({ exchangeAt: start - 200 })
    expect(shown()[0]).toBe('live')
    quote({ exchangeAt: start })
    quote({ exchangeAt: start - 3_000 })
    expect(shown()).toEqual(['suspect', 'its time is 3 s before that of an earlier quote'])
    quote({ exchangeAt: start - 2_900 })
    expect(shown()[0]).toBe('suspect')
    state.now += 10_000
    quote({ exchangeAt: start + 7_000 - 20_000 })
    expect(shown()[0]).toBe('live')
  })

  it('not by a time before its clock was set back, once that was measured; until then its clock is doubted', () => {
    const { state, truth, clockDoubts, quote, shown } = setUp({ clockOffsetMs: 0 })
    truth.sweep(state.now)
    quote({ exchangeAt: state.now })
    state.now += 1_000
    truth.sweep(state.now)
    expect(clockDoubts).toEqual([])
    quote({ exchangeAt: state.now - 4_000 })
    expect(shown()).toEqual(['suspect', 'its time is 3 s before that of an earlier quote'])
    truth.sweep(state.now)
    expect(clockDoubts).toEqual([state.now])
    state.clockOffsetMs = -4_000
    state.now += 1_000
    truth.sweep(state.now)
    quote({ exchangeAt: state.now - 4_000 })
    expect(shown()).toEqual(['live', ''])
    quote({ exchangeAt: state.now - 5_000 })
    expect(shown()[0]).toBe('suspect')
  })

  it('while the order book disagrees, and is told at once', () => {
    const { state, truth, told, quote, shown } = setUp()
    truth.disagrees(0, 'its bid 100 is not in the order book', state.now)
    quote()
    expect(shown()).toEqual(['suspect', 'its bid 100 is not in the order book'])
    truth.disagrees(0, null, state.now)
    expect([told, shown()]).toEqual([['live'], ['live', '']])
  })

  it('right after a long pause of this machine, where no time tells that it is not from before it, until its connection has answered', () => {
    const { state, truth, told, quote, pass, shown } = setUp({ clockOffsetMs: 0 })
    pass(5_000, 500)
    state.now += 60 * minute
    quote()
    const words = 'it bears no time, and may have come before a pause of this machine'
    expect(shown()).toEqual(['suspect', words])
    truth.sweep(state.now)
    expect(shown()).toEqual(['suspect', words])
    quote({ exchangeAt: state.now })
    expect(shown()).toEqual(['live', ''])
    quote()
    pass(2_000)
    expect([told, shown()[0]]).toEqual([[], 'suspect'])
    pass(1_000)
    expect([told, shown()]).toEqual([['live'], ['live', '']])
  })

  it('by no pause of this machine that is over, though the clock is set back to before it', () => {
    const { state, quote, pass, shown } = setUp()
    pass(5_000, 500)
    state.now += 10 * minute
    pass(minute, 500)
    expect(shown()).toEqual(['live', ''])
    state.now -= 30 * minute
    pass(2_000)
    quote()
    expect(shown()).toEqual(['live', ''])
  })

  it('not by a pause of this machine that its connection did not live through, nor by a short one', () => {
    const { state, board, truth, quote, pass, shown } = setUp()
    pass(5_000, 500)
    state.now += 60 * minute
    truth.sweep(state.now)
    board.clearLive([btc.id])
    truth.feedDown([0])
    quote()
    expect(shown()).toEqual(['live', ''])
    pass(5_000, 500)
    state.now += 9_000
    quote()
    expect(shown()).toEqual(['live', ''])
  })

  it('by no time where the clock of the exchange is not known', () => {
    const { quote, shown } = setUp()
    quote({ exchangeAt: start + 3_600_000 })
    expect(shown()).toEqual(['live', ''])
  })
})
