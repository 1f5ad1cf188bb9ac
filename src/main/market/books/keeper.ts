/** The order books of a market's run: each kept from its exchange's depth, judged, and built anew by itself when it is not right. */
import type { BookStatus, DownCause, EpochMs, ExchangeId, Instrument, Truth } from '../../../shared/domain/index.ts'
import type { Bus, OrderBookEvent } from '../../bus/index.ts'
import type { DepthUpdate } from '../../exchanges/depth.ts'
import type { DepthDoubt, TopicsChange } from '../../exchanges/session.ts'
import type { Logger } from '../../log.ts'
import type { Random } from '../../net/backoff.ts'
import { BookGaps, type BooksBefore, type GapTeller, noBooksBefore } from './book-gaps.ts'
import { BookBuilder } from './builder.ts'
import type { OrderBooks } from './contract.ts'
import { TrackedBook } from './kept-book.ts'
import type { BookSource } from './source.ts'

/** After a subscription, a book by REST waits so long for its first update before its snapshot is asked for, so that this one is not older. */
const firstUpdateMs = 1_000
/** A stream that begins with its snapshot brings it by itself; one that has not by then is asked to begin anew. */
const firstSnapshotMs = 3_000
/**
 * A book that was built anew for a doubt is left alone for so long: a second, then two, so that it is right soon after a trouble of half a
 * minute; after `patience` times without `calmMs` of being right, doubled every time.
 */
const firstRestMs = 1_000
const usualRestMs = 2_000
const mostRestMs = 120_000
const patience = 10
const calmMs = 10_000
/** A stream of quotes that was begun anew is left alone for so long, doubled every time until quotes come. */
const quotesRestMs = 10_000
/** A book that breaks again and again waits like one whose snapshot failed so many times, at most: within the patience, and beyond. */
const fewFailures = 2
const manyFailures = 5
const restMs = (streak: number): number =>
  streak === 0 ? firstRestMs : Math.min(mostRestMs, usualRestMs * 2 ** Math.max(0, streak - patience))

export interface OrderBookKeeperOptions {
  readonly bus: Bus
  readonly gaps: GapTeller
  /** Absent: nothing was. */
  readonly before?: BooksBefore
  /** Of those whose books are not kept, too. */
  readonly instrumentOf?: (id: number) => Instrument | undefined
  /** null: the exchange does not run. */
  readonly source: (exchange: ExchangeId) => BookSource | null
  /** Its book holds something against the quotes of an instrument, in words; null: no more. */
  readonly onDisagreement?: (instrumentId: number, words: string | null, at: EpochMs) => void
  readonly logger: Logger
  readonly now?: () => EpochMs
  readonly random?: Random
}

/** For metrics. */
export interface BookMeasurements {
  readonly exchange: ExchangeId
  readonly truths: Readonly<Record<Truth, number>>
  /** Since the run began. */
  readonly updates: number
  readonly levels: number
  readonly resyncs: number
}

interface Entry {
  readonly book: TrackedBook
  readonly source: BookSource
  readonly event: OrderBookEvent
  readonly builder: BookBuilder
  /** Rebuilds in a row without a calm time between, and until when doubts do not begin another. */
  streak: number
  restUntil: EpochMs
  builtAt: EpochMs
  /** Its quotes were said to disagree. */
  isDisputed: boolean
  /** How often the stream of its quotes was begun anew without any coming, and until when it is not again. */
  quoteRenewals: number
  quotesRestUntil: EpochMs
}

export class OrderBookKeeper implements OrderBooks {
  private readonly options: OrderBookKeeperOptions
  private readonly now: () => EpochMs
  private readonly gaps: BookGaps
  private readonly entries = new Map<number, Entry>()
  private readonly builders = new Map<ExchangeId, BookBuilder>()
  private unsubscribe: readonly (() => void)[] = []
  /** Of books that are kept no more, by exchange. */
  private readonly earlier = new Map<ExchangeId, { updates: number; levels: number; resyncs: number }>()
  private stopped = false
  private sweptAt: EpochMs = 0

  constructor(options: OrderBookKeeperOptions) {
    this.options = options
    this.now = options.now ?? Date.now
    this.gaps = new BookGaps(options.gaps, options.before ?? noBooksBefore)
  }

  watch(instruments: readonly Instrument[]): void {
    if (this.stopped) return
    const isFirst = this.unsubscribe.length === 0
    if (isFirst) this.listen()
    const now = this.now()
    const wanted = new Map(instruments.map((instrument) => [instrument.id, instrument]))
    for (const [id, entry] of this.entries) {
      if (wanted.has(id)) continue
      const { book, builder } = entry
      this.settle(entry, now)
      builder.done(book)
      this.entries.delete(id)
      this.gaps.forget(book.instrument, now)
      const { updates, levels, resyncs } = this.earlierOf(book.instrument.exchange)
      this.earlier.set(book.instrument.exchange, {
        updates: updates + book.updates,
        levels: levels + book.levels,
        resyncs: resyncs + book.resyncs,
      })
    }
    for (const [id, instrument] of wanted) {
      if (this.entries.has(id)) continue
      const source = this.options.source(instrument.exchange)
      const rules = source?.rules(instrument.kind) ?? null
      if (source === null || rules === null) continue
      const book = new TrackedBook(instrument, rules, now)
      const builder = this.builderOf(instrument.exchange)
      const event: OrderBookEvent = { kind: 'order_book', book }
      const calm = { streak: 0, restUntil: 0, builtAt: 0, isDisputed: false, quoteRenewals: 0, quotesRestUntil: 0 }
      this.entries.set(id, { book, source, event, builder, ...calm })
      this.gaps.watch([instrument], now)
    }
    if (isFirst) this.gaps.recall(this.options.instrumentOf ?? (() => undefined), now)
  }

  apply(depth: DepthUpdate): void {
    const entry = this.entries.get(depth.instrument.id)
    if (entry === undefined || this.stopped) return
    const { book, builder, source } = entry
    const now = this.now()
    const wasReady = book.phase === 'ready'
    switch (book.apply(depth, now, source.clockOffsetMs())) {
      case 'changed':
        if (!wasReady) {
          builder.done(book)
          entry.builtAt = now
        }
        // A book that is led over what was held back would go back in time for whoever reads it.
        if (depth.isFollowed !== true) this.tell(entry, now)
        return
      case 'gap':
        this.rebuild(
          entry,
          `an update is missing between ${book.updateId} and ${depth.firstId}`,
          book.receivedAt ?? now,
          now,
        )
        book.keep(depth)
        return
      case 'wrong':
        this.rebuild(entry, 'its checksum is not the one that the exchange sent', book.receivedAt ?? now, now)
        return
      case 'waits':
        if (book.phase === 'down') this.begin(entry, now)
        builder.build(book)
        return
      case 'ignored':
        // Its stream flowed before the book was wanted, as that of quotes does where both come over one: nobody tells that it is live.
        if (book.phase !== 'down') return
        this.begin(entry, now)
        builder.build(book, { delayMs: firstSnapshotMs })
        return
    }
  }

  follow({ topics, state, reason, cause, at, heardAt }: TopicsChange): void {
    if (this.stopped) return
    for (const { channel, instrument } of topics) {
      const entry = channel === 'order_book' ? this.entries.get(instrument.id) : undefined
      if (entry === undefined) continue
      if (state === 'down') this.down(entry, reason, cause ?? 'disconnect', at, heardAt ?? at)
      else if (entry.book.phase === 'down') {
        this.begin(entry, at)
        const delayMs = entry.book.rules.snapshot === null ? firstSnapshotMs : firstUpdateMs
        entry.builder.build(entry.book, { delayMs })
      }
    }
  }

  /** A frame that could have been depth of these topics was not understood. */
  doubt({ topics, words }: DepthDoubt): void {
    if (this.stopped) return
    const now = this.now()
    for (const { channel, instrument } of topics) {
      const entry = channel === 'order_book' ? this.entries.get(instrument.id) : undefined
      if (entry === undefined) continue
      entry.book.suspect(words, now)
      this.tellTruth(entry, now)
    }
  }

  sweep(now: EpochMs): void {
    if (this.stopped) return
    const isSetBack = now < this.sweptAt
    if (isSetBack) this.gaps.setBack(this.sweptAt, now)
    this.sweptAt = now
    for (const entry of this.entries.values()) {
      const { book, source } = entry
      if (isSetBack) this.beginTimes(entry, now)
      book.listen(source.silentMs(book.instrument), now)
      if (book.isOffTime) source.doubtClock()
      this.dispute(entry, now)
      this.renewQuotes(entry, now)
      if (!this.mend(entry, now)) this.tellTruth(entry, now)
      if (entry.streak > 0 && book.truth === 'live' && now - entry.builtAt > calmMs) entry.streak = 0
    }
  }

  of(instrumentId: number): TrackedBook | undefined {
    return this.entries.get(instrumentId)?.book
  }

  list(): readonly BookStatus[] {
    const now = this.now()
    return [...this.entries.values()].map((entry) => {
      this.tellTruth(entry, now)
      return entry.book.status()
    })
  }

  measurements(): readonly BookMeasurements[] {
    return [...this.builders.keys()].map((exchange) => {
      const truths: Record<Truth, number> = { gap: 0, stale: 0, suspect: 0, live: 0 }
      let { updates, levels, resyncs } = this.earlierOf(exchange)
      for (const { book } of this.entries.values()) {
        if (book.instrument.exchange !== exchange) continue
        truths[book.truth]++
        updates += book.updates
        levels += book.levels
        resyncs += book.resyncs
      }
      return { exchange, truths, updates, levels, resyncs }
    })
  }

  resync(instrumentId: number, why: string): boolean {
    const entry = this.entries.get(instrumentId)
    if (entry === undefined) return false
    const now = this.now()
    if (entry.book.phase === 'ready') this.rebuild(entry, why, now, now)
    return true
  }

  /** Call before feeds are closed down: what is missing from now on is the next run's to tell. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    for (const off of this.unsubscribe) off()
    for (const builder of this.builders.values()) builder.stop()
    const now = this.now()
    this.gaps.end(now)
    for (const entry of this.entries.values()) {
      entry.book.lose('down', 'stopped')
      this.tellTruth(entry, now)
    }
    this.entries.clear()
  }

  private listen(): void {
    const { bus } = this.options
    this.unsubscribe = [
      bus.on('book_ticker', (quote) => this.entries.get(quote.instrument.id)?.book.quoted(quote, this.now())),
      bus.on('connection', ({ state, instrumentIds }) => {
        if (state === 'down') for (const id of instrumentIds) this.entries.get(id)?.book.unquoted()
      }),
    ]
  }

  // ---------------------------------------------------------------- one book

  /** Updates come again: it waits for its snapshot. */
  private begin(entry: Entry, now: EpochMs): void {
    entry.book.prepare('waiting for a snapshot')
    this.tellTruth(entry, now)
  }

  /** What a connection lost after it had fallen silent, at `heardAt`, is missing since then. */
  private down(entry: Entry, reason: string, cause: DownCause, at: EpochMs, heardAt: EpochMs): void {
    const { book, builder } = entry
    builder.done(book)
    book.lose('down', reason)
    this.settle(entry, at)
    this.gaps.broken(book.instrument, Math.min(at, heardAt), { cause, detail: reason })
    this.tellTruth(entry, at)
  }

  private rebuild(entry: Entry, why: string, since: EpochMs, now: EpochMs, resubscribe = false): void {
    const { book, builder } = entry
    const { instrument } = book
    this.options.logger.info({ instrument: instrument.key, why, streak: entry.streak }, 'an order book is built anew')
    book.resyncs++
    book.lose('building', why)
    this.gaps.broken(instrument, Math.min(since, now), { cause: 'resync', detail: why })
    this.tellTruth(entry, now)
    // The first two at once: what was lost in one moment often breaks a book twice.
    const mostFailures = entry.streak > patience ? manyFailures : fewFailures
    builder.build(book, { resubscribe, failures: Math.min(mostFailures, Math.max(0, entry.streak - 1)) })
    entry.restUntil = now + restMs(entry.streak)
    entry.streak++
  }

  private built(entry: Entry, now: EpochMs): void {
    entry.builtAt = now
    this.tell(entry, now)
  }

  /** True: a doubt has stood for too long, and it is being built anew. */
  private mend(entry: Entry, now: EpochMs): boolean {
    if (now < entry.restUntil) return false
    const overdue = entry.book.overdue(now)
    if (overdue === null) return false
    this.rebuild(entry, overdue.why, overdue.since, now, overdue.resubscribe)
    return true
  }

  /** After a change of what is in it. */
  private tell(entry: Entry, now: EpochMs): void {
    if (this.mend(entry, now)) return
    this.judge(entry, now)
    this.options.bus.publish(entry.event)
  }

  private tellTruth(entry: Entry, now: EpochMs): void {
    if (this.judge(entry, now)) this.options.bus.publish(entry.event)
  }

  /** Two channels of one exchange that disagree: neither is believed until they agree again. */
  private dispute(entry: Entry, now: EpochMs): void {
    const words = entry.book.disagreement(now)
    if (words === undefined || (words === null) === !entry.isDisputed) return
    entry.isDisputed = words !== null
    this.options.onDisagreement?.(entry.book.instrument.id, words, now)
  }

  /** Quotes that have died on a connection that lives come back by themselves. */
  private renewQuotes(entry: Entry, now: EpochMs): void {
    const { book, source } = entry
    if (!book.areQuotesOutrun(now)) entry.quoteRenewals = 0
    else if (now >= entry.quotesRestUntil && source.resubscribe(book.instrument, 'book_ticker')) {
      this.options.logger.info({ instrument: book.instrument.key }, 'the stream of quotes is begun anew')
      entry.quotesRestUntil = now + Math.min(mostRestMs, quotesRestMs * 2 ** entry.quoteRenewals++)
    }
  }

  /** The clock was set back: what was noted by it lies ahead, and nothing would be judged, nor built anew, until it is there again. */
  private beginTimes(entry: Entry, now: EpochMs): void {
    entry.book.beginTimes(now)
    entry.restUntil = Math.min(entry.restUntil, now + restMs(entry.streak))
    entry.quotesRestUntil = Math.min(entry.quotesRestUntil, now + mostRestMs)
    entry.builtAt = Math.min(entry.builtAt, now)
  }

  private settle(entry: Entry, at: EpochMs): void {
    if (!entry.isDisputed) return
    entry.isDisputed = false
    this.options.onDisagreement?.(entry.book.instrument.id, null, at)
  }

  private judge({ book }: Entry, now: EpochMs): boolean {
    const before = book.truth
    if (!book.judge(now)) return false
    if (book.truth === 'live' && before !== 'live') this.gaps.live(book.instrument, now)
    if (book.isOffTime) this.gaps.broken(book.instrument, now, { cause: 'unknown', detail: book.reason })
    return true
  }

  private entryOf({ instrument }: TrackedBook): Entry {
    const entry = this.entries.get(instrument.id)
    if (entry === undefined) throw new Error(`no order book of ${instrument.key} is kept`)
    return entry
  }

  private builderOf(exchange: ExchangeId): BookBuilder {
    const known = this.builders.get(exchange)
    if (known !== undefined) return known
    const builder = new BookBuilder({
      source: () => this.options.source(exchange),
      random: this.options.random ?? Math.random,
      now: this.now,
      onBuilt: (book) => this.built(this.entryOf(book), this.now()),
      onExplained: (book) => this.tellTruth(this.entryOf(book), this.now()),
    })
    this.builders.set(exchange, builder)
    return builder
  }

  private earlierOf(exchange: ExchangeId): { updates: number; levels: number; resyncs: number } {
    return this.earlier.get(exchange) ?? { updates: 0, levels: 0, resyncs: 0 }
  }
}
