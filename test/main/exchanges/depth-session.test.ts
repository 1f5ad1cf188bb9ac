import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import type { BookRules, DepthUpdate } from '../../../src/main/exchanges/depth.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../src/main/log.ts'
import type { Simulator } from '../../../src/main/simulator/index.ts'
import { type ExchangeId, exchangeIds, type Instrument } from '../../../src/shared/domain/index.ts'
import { PlainBook } from '../../support/depth.ts'
import { loadListed } from '../../support/instruments.ts'
import { simulator } from '../../support/simulator.ts'

const symbols = ['BTC_USDT', 'ETH_USDT']
/** Ids of these count the frames of a connection: that of a book says nothing to another one. */
const countsByConnection: ReadonlySet<ExchangeId> = new Set(['bitfinex'])

/** The connector's books over sockets, on plain maps; where a message does not follow, the answer is kept and the book left alone. */
class Books {
  readonly session: ExchangeSession
  instruments: readonly Instrument[] = []
  readonly gaps: string[] = []
  private readonly books = new Map<number, PlainBook>()
  private readonly early = new Map<number, DepthUpdate[]>()
  /** What each book looked like at each id, by instrument. */
  private readonly seen = new Map<number, Map<number, string>>()
  private readonly exchange: ExchangeId

  constructor(exchange: ExchangeId, market: Simulator) {
    this.exchange = exchange
    this.session = new ExchangeSession({
      connector: connectorOf(exchange),
      origins: market.originsOf(exchange),
      bus: createBus((error) => {
        throw error
      }),
      logger: createLogger('silent'),
      onDepth: (depth) => this.apply(depth),
    })
    onTestFinished(() => this.session.stop())
  }

  async open(): Promise<void> {
    this.instruments = await loadListed(this.session)
    this.session.want(
      this.instruments.map((instrument) => ({ channel: 'order_book', instrument, period: null }) as const),
    )
    this.session.start()
  }

  /** Ids and books of an instrument so far. */
  seenOf = ({ id }: Instrument): ReadonlyMap<number, string> => this.seen.get(id) ?? new Map()

  private rulesOf({ kind }: Instrument): BookRules {
    const rules = connectorOf(this.exchange).bookRules(kind)
    if (rules === null) throw new Error('no books are kept')
    return rules
  }

  private apply(update: DepthUpdate): void {
    const { instrument } = update
    const rules = this.rulesOf(instrument)
    const book = this.books.get(instrument.id)
    if (book !== undefined) this.follow(instrument, book, update)
    else if (update.isSnapshot) this.books.set(instrument.id, new PlainBook(rules, update))
    else if (rules.snapshot !== null) {
      const kept = { ...update, bids: update.bids.copy(), asks: update.asks.copy() }
      const early = this.early.get(instrument.id)
      this.early.set(instrument.id, [...(early ?? []), kept])
      if (early === undefined) void this.begin(instrument, rules)
    }
  }

  /** A whole book by REST, again until what came meanwhile follows on it. */
  private async begin(instrument: Instrument, rules: BookRules): Promise<void> {
    if (rules.snapshot === null) return
    const reply = await this.session.ask(rules.snapshot(instrument))
    if (!reply.ok) {
      this.gaps.push(`${instrument.symbol}: ${reply.failure.message}`)
      return
    }
    const early = this.early.get(instrument.id) ?? []
    const book = new PlainBook(rules, reply.value)
    if (early.some((update) => book.apply(update) === 'gap')) return this.begin(instrument, rules)
    this.books.set(instrument.id, book)
  }

  private follow(instrument: Instrument, book: PlainBook, update: DepthUpdate): void {
    if (book.apply(update) === 'gap') {
      this.gaps.push(`${instrument.symbol}: ${update.firstId} to ${update.lastId} on ${book.lastId}`)
      return
    }
    const seen = this.seen.get(instrument.id) ?? new Map<number, string>()
    this.seen.set(instrument.id, seen.set(book.lastId, JSON.stringify(book.levels())))
  }
}

describe.each(exchangeIds.filter((id) => !countsByConnection.has(id)))('order books of %s over sockets', (exchange) => {
  it('follow without a gap, and one begun later is the same as one kept since the beginning', async () => {
    const market = await simulator({ venues: [exchange], symbols })
    const first = new Books(exchange, market)
    await first.open()
    await vi.waitFor(() => expect(first.instruments.map((one) => first.seenOf(one).size > 3)).not.toContain(false), {
      timeout: 15_000,
      interval: 50,
    })
    const second = new Books(exchange, market)
    await second.open()

    const shared = () =>
      first.instruments.map((one, at) => {
        const other = second.instruments[at]
        const ofSecond = other === undefined ? new Map<number, string>() : second.seenOf(other)
        return [...first.seenOf(one)].filter(([id]) => ofSecond.has(id)).map(([id, book]) => [book, ofSecond.get(id)])
      })
    await vi.waitFor(() => expect(shared().map((pairs) => pairs.length > 3)).not.toContain(false), {
      timeout: 15_000,
      interval: 50,
    })
    for (const [ofFirst, ofSecond] of shared().flat()) expect(ofSecond).toBe(ofFirst)
    expect([...first.gaps, ...second.gaps]).toEqual([])
    expect([first, second].flatMap(({ session }) => session.status().rejected)).toEqual([])
    expect([first, second].flatMap(({ session }) => session.status().notes)).toEqual([])
  }, 60_000)
})
