import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../../src/main/bus/index.ts'
import { connectorOf } from '../../../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../../src/main/log.ts'
import { OrderBookKeeper } from '../../../../src/main/market/books/keeper.ts'
import { bookSourceOf } from '../../../../src/main/market/books/source.ts'
import type { SessionTiming } from '../../../../src/main/net/session-timing.ts'
import { GapLog } from '../../../../src/main/recorder/gap-log.ts'
import { type Fault, type LocalSimulator, startSimulator } from '../../../../src/main/simulator/index.ts'
import {
  type BuiltInExchangeId,
  exchangeIds,
  type Gap,
  type Instrument,
  type KeptBook,
} from '../../../../src/shared/domain/index.ts'
import { BookJudge, toldByLevel } from '../../../support/book-judge.ts'
import { loadListed } from '../../../support/instruments.ts'

const symbols = ['BTC_USDT', 'ETH_USDT']
/** From the end of a disturbance until every book is right again. */
const recoveryMs = 5_000
/** One exchange's books, kept from the simulator over real sockets, and each live state of them held against the truth. */
class Kept {
  readonly wrong: string[] = []
  /** Messages are, or were, lost on the way. */
  isDisturbed = false
  /** A level of every message is lost on the way, which no rule of an exchange can show. */
  leavesOut = false
  readonly gaps: Gap[] = []
  readonly seen = new Map<string, number>()
  /** A fault makes bids up that cross: where levels come one by one, such a bid is a level like any other until it does. */
  hasMadeUpBids = false
  private readonly judge: BookJudge
  readonly keeper: OrderBookKeeper
  readonly session: ExchangeSession

  constructor(
    exchange: BuiltInExchangeId,
    market: LocalSimulator,
    rotateMs: number | null,
    timing: Partial<SessionTiming>,
  ) {
    this.judge = new BookJudge(market, { isDisturbed: () => this.isDisturbed })
    const bus = createBus((error) => {
      throw error
    })
    const connector = connectorOf(exchange)
    this.session = new ExchangeSession({
      connector:
        rotateMs === null
          ? connector
          : { ...connector, feeds: connector.feeds.map((rules) => ({ ...rules, lifetimeMs: rotateMs })) },
      origins: market.originsOf(exchange),
      bus,
      logger: createLogger('silent'),
      sessionTiming: timing,
      onDepth: (depth) => {
        if (this.leavesOut) depth.bids.length = Math.max(0, depth.bids.length - 1)
        this.keeper.apply(depth)
      },
      onDoubt: (doubt) => this.keeper.doubt(doubt),
      onTopics: (change) => this.keeper.follow(change),
    })
    const instruments = new Map<number, Instrument>()
    const index = {
      get: (key: string) => [...instruments.values()].find((one) => one.key === key),
      byId: (id: number) => instruments.get(id),
    }
    this.keeper = new OrderBookKeeper({
      bus,
      gaps: new GapLog({ bus, instruments: () => index, lastId: 0 }),
      source: () => bookSourceOf(this.session),
      logger: createLogger('silent'),
    })
    bus.on('gap', ({ gap }) => this.gaps.push(gap))
    bus.on('order_book', ({ book }) => this.compare(book))
    const sweep = setInterval(() => this.keeper.sweep(Date.now()), 1_000)
    onTestFinished(async () => {
      clearInterval(sweep)
      this.keeper.stop()
      await this.session.stop()
    })
  }

  static async open(
    exchange: BuiltInExchangeId,
    { rotateMs = null, timing = {} }: { rotateMs?: number | null; timing?: Partial<SessionTiming> } = {},
  ): Promise<{ readonly kept: Kept; readonly market: LocalSimulator }> {
    const market = await startSimulator({ venues: [exchange], symbols, limits: 100 })
    onTestFinished(() => market.close())
    const kept = new Kept(exchange, market, rotateMs, timing)
    const instruments = await loadListed(kept.session, ({ kind }) => connectorOf(exchange).bookRules(kind) !== null)
    kept.session.want(
      instruments.flatMap((instrument) =>
        (['order_book', 'book_ticker'] as const).map((channel) => ({ channel, instrument, period: null })),
      ),
    )
    kept.keeper.watch(instruments)
    kept.session.start()
    await kept.recovers(15_000)
    return { kept, market }
  }

  /** Every book is live, and was changed since. */
  async recovers(timeout = recoveryMs): Promise<void> {
    this.seen.clear()
    await vi.waitFor(
      () => {
        const list = this.keeper.list()
        expect(list.filter(({ truth }) => truth !== 'live')).toEqual([])
        expect(list.filter(({ instrument }) => (this.seen.get(instrument) ?? 0) < 2)).toEqual([])
        expect(list.length).toBeGreaterThan(0)
      },
      { timeout, interval: 20 },
    )
  }

  private compare(kept: KeptBook): void {
    this.judge.note(kept)
    const { key, exchange } = kept.instrument
    if (kept.truth !== 'live' || (this.hasMadeUpBids && toldByLevel.has(exchange))) return
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1)
    const wrong = this.judge.wrongWith(kept)
    if (wrong !== null) this.wrong.push(wrong)
  }
}

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function disturb(market: LocalSimulator, fault: Fault, ms: number): Promise<void> {
  const injected = await market.inject(fault)
  await pass(ms)
  await injected.stop()
}

/** All exchanges beside each other, since most of it is waiting. */
const each = (check: (exchange: BuiltInExchangeId) => Promise<void>) => () => Promise.all(exchangeIds.map(check))

describe('order books over real sockets', () => {
  it(
    'equal those of the exchange, and break nowhere by themselves',
    each(async (exchange) => {
      const { kept } = await Kept.open(exchange)
      await pass(1_500)
      expect(kept.wrong).toEqual([])
      expect(kept.gaps).toEqual([])
      expect(kept.keeper.list().map(({ resyncs }) => resyncs)).not.toContain(1)
    }),
    60_000,
  )

  it('would be found wrong by this comparison', async () => {
    const { kept } = await Kept.open('binance')
    kept.leavesOut = true
    await vi.waitFor(() => expect(kept.wrong.length).toBeGreaterThan(0), { timeout: 5_000 })
  }, 60_000)

  it(
    'are never live and wrong, whatever happens to their messages, and right again soon after',
    each(async (exchange) => {
      const { kept, market } = await Kept.open(exchange)
      kept.isDisturbed = true
      const struck = { exchange, channel: 'order_book', probability: 0.2 } as const
      for (const kind of ['gap', 'duplicate', 'reorder', 'malformed'] as const) {
        await disturb(market, { kind, ...struck }, 500)
        await kept.recovers()
      }
      expect(kept.wrong).toEqual([])
      // Where every message is whole, one that is lost leaves no hole.
      const breaks = connectorOf(exchange).bookRules('spot')?.isAlwaysWhole !== true
      expect(new Set(kept.gaps.map(({ cause }) => cause))).toEqual(new Set(breaks ? ['resync'] : []))
      expect(kept.gaps.filter(({ to }) => to !== null).length).toBe(kept.gaps.length / 2)
    }),
    60_000,
  )

  it(
    'are a gap while their connection is gone',
    each(async (exchange) => {
      const { kept, market } = await Kept.open(exchange)
      await market.dropSockets(exchange)
      await vi.waitFor(() => expect(kept.gaps.map(({ cause }) => cause)).toContain('disconnect'), { timeout: 5_000 })
      await kept.recovers()
      expect(kept.wrong).toEqual([])
      expect(kept.gaps.filter(({ to }) => to !== null).length).toBe(kept.gaps.length / 2)
    }),
    60_000,
  )

  it(
    'are suspect while crossed, and built anew',
    each(async (exchange) => {
      const { kept, market } = await Kept.open(exchange)
      kept.hasMadeUpBids = true
      const injected = await market.inject({ kind: 'cross', exchange, symbol: 'BTC_USDT' })
      const btc = () => kept.keeper.list().find(({ instrument }) => instrument === `${exchange}:BTC_USDT`)
      await vi.waitFor(() => expect(btc()?.reason).toMatch(/^crossed: the best bid/), { timeout: 5_000, interval: 10 })
      expect(btc()?.truth).not.toBe('live')
      await vi.waitFor(() => expect(btc()?.resyncs).toBeGreaterThan(0), { timeout: 10_000 })
      await injected.stop()
      await pass(500)
      kept.hasMadeUpBids = false
      await kept.recovers()
      expect(kept.wrong).toEqual([])
    }),
    60_000,
  )

  it(
    'go over to a new connection without a hole',
    each(async (exchange) => {
      const { kept } = await Kept.open(exchange, { rotateMs: 3_000, timing: { overlapMs: 500 } })
      const opened = () => kept.session.measurements().feeds.reduce((sum, feed) => sum + feed.opened, 0)
      const before = opened()
      await vi.waitFor(() => expect(opened()).toBeGreaterThan(before + 1), { timeout: 15_000 })
      await pass(1_000)
      await kept.recovers()
      expect(kept.wrong).toEqual([])
      expect(kept.gaps).toEqual([])
    }),
    60_000,
  )
})
