import type { BookStatus, BookTicker, EpochMs, Instrument, KeptBook, Truth } from '../../../shared/domain/index.ts'
import type { BookRules, DepthSnapshot, DepthUpdate } from '../../exchanges/depth.ts'
import { copyOfDepth } from '../../exchanges/held-depth.ts'
import { OrderBook } from './order-book.ts'
import { Rhythm } from './rhythm.ts'

/** A book that is crossed or locked for longer is built anew. */
export const mostCrossedMs = 1_000
/** A best price that stands still for longer and was not once that of the instrument's own quotes is a doubt. */
export const mostDisagreementMs = 3_000
/** A quote this much younger than the book's best price ought to know of it: books come every 100 ms, and not all at once. */
const meetingMs = 500
/** Quotes that stood apart from their book and never met it since are believed again after so long without. */
const mostDisputeMs = 6_000
/** A doubt that no update settles for so long has the book built anew. */
export const mostDoubtMs = 3_000
/** An update may bear a time this far ahead of its exchange's clock as we know it, or behind it on arrival, ms: as quotes may. */
const mostAheadMs = 2_000
const mostLateMs = 5_000
/** Quotes that stay away for so long (ms) while the best prices of the book move on so many times are not told any more. */
const mostOutrunMs = 3_000
const mostMovesUnquoted = 5
/** Updates kept back until a snapshot comes, at most; the oldest are dropped, since a snapshot that comes so late holds them. */
const mostBuffered = 1_000
/** Silence below this is never judged, whatever the rhythm. */
const leastSilenceMs = 5_000
/** Quotes that move on for longer while the book is silent prove its stream dead. */
const leastOutrunMs = 2_000
const mostOutrunDoubtMs = 1_000
/** Usual intervals without an update that a market's own rhythm does not explain, where its connection is as silent or its quotes go on. */
const unlikelyIntervals = 20
/** The same where nothing but the rhythm speaks against it. */
const leastLoneSilenceMs = 60_000
const loneIntervals = 200

/**
 * `ignored` it changes nothing · `changed` it is in the book · `waits` it is kept until a snapshot comes · `gap` something is missing before
 * it · `wrong` the book is not what its checksum says
 */
export type Applied = 'ignored' | 'changed' | 'waits' | 'gap' | 'wrong'

type Phase = 'down' | 'building' | 'ready'

/**
 * One order book and what speaks against it. `down` nothing comes · `building` updates come, and wait for a snapshot · `ready` the book is
 * what the exchange last told, unless a doubt says otherwise. It asks for nothing: the keeper acts on what it answers.
 */
export class TrackedBook implements KeptBook {
  readonly instrument: Instrument
  readonly rules: BookRules
  readonly book: OrderBook
  truth: Truth = 'gap'
  reason = 'nothing has come yet'
  since: EpochMs
  updateId: number | null = null
  exchangeAt: EpochMs | null = null
  receivedAt: EpochMs | null = null
  /** Updates applied, and levels in them. */
  updates = 0
  levels = 0
  /** Times that it was built anew. */
  resyncs = 0
  phase: Phase = 'down'
  private why = this.reason
  private isFirst = false
  private builtAt: EpochMs = 0
  private buffer: DepthUpdate[] = []
  /** It was known up to here before it was lost: a snapshot by REST may be older, and is of no use then. */
  private floorId: number | null = null
  private readonly rhythm = new Rhythm()
  private doubt: { readonly words: string; readonly since: EpochMs } | null = null
  private crossedSince: EpochMs | null = null
  private quote: BookTicker | null = null
  /** When a quote last said something new, and when the first one did since the last update; null: none did. */
  private quoteMovedAt: EpochMs = 0
  private outrunSince: EpochMs | null = null
  /** When the stream last brought an update of any use. */
  private heardAt: EpochMs = 0
  private comparedBid = Number.NaN
  private comparedAsk = Number.NaN
  /** Since when the best prices stand where they are. */
  private bidStandsSince: EpochMs = 0
  private askStandsSince: EpochMs = 0
  /** Times that they moved by what came after the newest quote. */
  private movesUnquoted = 0
  private bidDiffersSince: EpochMs | null = null
  private stoodApartAt: EpochMs = 0
  private agreedAt: EpochMs = 0
  private askDiffersSince: EpochMs | null = null
  /** By how much the newest update's time is ahead of its exchange's clock, ms, negative: behind it; null: no more than it may be. */
  private offTimeMs: number | null = null
  private clockOffsetMs: number | null = null
  private silence: string | null = null
  private silentSince: EpochMs | null = null

  constructor(instrument: Instrument, rules: BookRules, now: EpochMs) {
    this.instrument = instrument
    this.rules = rules
    this.book = new OrderBook(rules.deletesBehind === true ? null : rules.levels)
    this.since = now
  }

  // ---------------------------------------------------------------- what comes

  /** `clockOffsetMs`: its exchange's clock minus ours; null: not measured, and then times are not judged. */
  apply(update: DepthUpdate, now: EpochMs, clockOffsetMs: number | null = null): Applied {
    this.heardAt = now
    this.outrunSince = null
    this.clockOffsetMs = clockOffsetMs
    if (update.isSnapshot && !(this.rules.isAlwaysWhole && this.phase === 'ready')) {
      this.begin(update, false, now)
      this.rhythm.note(update.receivedAt)
      this.receivedAt = update.receivedAt
      return this.isAsTold(update) ? 'changed' : 'wrong'
    }
    if (this.phase !== 'ready') return this.keep(update)
    const follows = this.rules.follows(update, this.updateId ?? 0, this.isFirst)
    if (follows === 'gap') return 'gap'
    if (follows === 'old') return 'ignored'
    this.take(update)
    if (!this.isAsTold(update)) return 'wrong'
    this.doubt = null
    this.silence = null
    this.silentSince = null
    this.look(now)
    return 'changed'
  }

  /**
   * Lays the updates that waited over a snapshot. False: one between is missing, so the snapshot is older than what waited (or what waited
   * has a hole of its own), or the checksum of the last is another; another snapshot is wanted.
   */
  lay(snapshot: DepthSnapshot, now: EpochMs): boolean {
    const waited = this.buffer
    const { floorId } = this
    // Updates that come below it, too: the exchange counts anew, and no snapshot would ever reach it.
    const hasBegunAnew = floorId !== null && (waited.at(-1)?.lastId ?? floorId) < floorId
    if (floorId !== null && snapshot.lastId < floorId && !hasBegunAnew) return false
    let { lastId } = snapshot
    let isFirst = true
    const next: DepthUpdate[] = []
    for (const [place, update] of waited.entries()) {
      const follows = this.rules.follows(update, lastId, isFirst)
      if (follows === 'old') continue
      if (follows === 'gap') {
        // What came before a hole serves nobody any more.
        if (!isFirst) this.buffer = waited.slice(place)
        return false
      }
      next.push(update)
      lastId = update.lastId
      isFirst = false
    }
    this.begin(snapshot, true, now)
    for (const update of next) this.take(update)
    this.look(now)
    const newest = next.at(-1)
    if (newest === undefined || this.isAsTold(newest)) return true
    this.lose('building', 'its checksum is not the one that the exchange sent')
    return false
  }

  /** A quote of the same instrument, from another channel of the exchange. */
  quoted(quote: BookTicker, now: EpochMs): void {
    const before = this.quote
    const isNew =
      before === null ||
      before.bidPrice !== quote.bidPrice ||
      before.askPrice !== quote.askPrice ||
      before.bidQuantity !== quote.bidQuantity ||
      before.askQuantity !== quote.askQuantity
    if (isNew) {
      this.quoteMovedAt = now
      this.outrunSince ??= now
    }
    this.quote = quote
    this.movesUnquoted = 0
    this.compare(now)
  }

  /** Its quotes do not flow: nothing to compare with. */
  unquoted(): void {
    this.quote = null
    this.bidDiffersSince = null
    this.askDiffersSince = null
  }

  /** The clock was set back: nothing that was noted by it may lie ahead. What was quoted before cannot be told from what comes. */
  beginTimes(now: EpochMs): void {
    const atMost = (at: EpochMs | null) => (at === null ? null : Math.min(at, now))
    this.unquoted()
    this.movesUnquoted = 0
    this.outrunSince = null
    this.builtAt = Math.min(this.builtAt, now)
    this.heardAt = Math.min(this.heardAt, now)
    this.bidStandsSince = Math.min(this.bidStandsSince, now)
    this.askStandsSince = Math.min(this.askStandsSince, now)
    this.stoodApartAt = Math.min(this.stoodApartAt, now)
    this.agreedAt = Math.min(this.agreedAt, now)
    this.crossedSince = atMost(this.crossedSince)
    this.silentSince = atMost(this.silentSince)
    if (this.doubt !== null) this.doubt = { ...this.doubt, since: Math.min(this.doubt.since, now) }
  }

  // ---------------------------------------------------------------- what is wrong

  /** It holds nothing from now on: the feed is `down`, or it is being built anew. */
  lose(phase: 'down' | 'building', why: string): void {
    if (phase === 'down' || this.phase === 'ready') this.buffer = []
    // After an outage an exchange may count anew.
    this.floorId = phase === 'down' ? null : this.updateId
    this.phase = phase
    this.why = why
    this.book.clear()
    this.rhythm.interrupt()
    this.clearDoubts()
  }

  /** Updates come, or will: it waits for a snapshot. */
  prepare(why: string): void {
    this.phase = 'building'
    this.why = why
  }

  /** Why it is still being built. */
  explain(why: string): void {
    this.why = why
  }

  /** An update may have been lost without anybody knowing: the next one proves it or settles it. */
  suspect(words: string, now: EpochMs): void {
    if (this.phase === 'ready') this.doubt ??= { words, since: now }
  }

  /** Keeps an update that did not follow: the snapshot to come goes before it. */
  keep(update: DepthUpdate): Applied {
    if (this.rules.snapshot === null) return 'ignored'
    if (this.buffer.length === mostBuffered) this.buffer.shift()
    this.buffer.push(copyOfDepth(update))
    return 'waits'
  }

  /** Since when it holds what may be wrong, and why it should be built anew now; null: no need. */
  overdue(now: EpochMs): { readonly why: string; readonly since: EpochMs; readonly resubscribe: boolean } | null {
    if (this.phase !== 'ready') return null
    const { crossedSince, doubt, silentSince } = this
    if (crossedSince !== null && now - crossedSince > mostCrossedMs) {
      return { why: this.crossedWords(), since: crossedSince, resubscribe: false }
    }
    const differsSince = this.differsSince()
    if (differsSince !== null && now - differsSince > mostDisagreementMs + mostDoubtMs / 3) {
      // Where nothing came since, it is the stream that has died.
      const resubscribe = now - this.heardAt > mostDisagreementMs
      return { why: this.disagreementWords(), since: differsSince, resubscribe }
    }
    if (doubt !== null && now - doubt.since > mostDoubtMs)
      return { why: doubt.words, since: doubt.since, resubscribe: false }
    if (silentSince !== null && now - silentSince > (this.outrunSince === null ? mostDoubtMs : mostOutrunDoubtMs)) {
      return { why: this.silence ?? 'silent', since: this.receivedAt ?? silentSince, resubscribe: true }
    }
    return null
  }

  /** `connectionSilentMs`: since its connection gave a sign of life; null: it has none. */
  listen(connectionSilentMs: number | null, now: EpochMs): void {
    if (this.phase !== 'ready') return
    const heardAt = Math.max(this.heardAt, this.builtAt)
    const silentMs = now - heardAt
    const usualMs = this.rhythm.usualMs ?? this.rules.intervalMs
    const { outrunSince } = this
    const explainedMs = usualMs * unlikelyIntervals
    const quotesGoOn = outrunSince !== null && this.quoteMovedAt - outrunSince > Math.max(leastOutrunMs, explainedMs)
    const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`
    this.silence = null
    if (silentMs <= Math.max(leastSilenceMs, explainedMs) && !quotesGoOn) this.silentSince = null
    else if (connectionSilentMs !== null && connectionSilentMs > leastSilenceMs) {
      this.silence = `nothing has come over its connection for ${seconds(connectionSilentMs)}`
      // Its connection is asked for a sign of life, and replaced without one: that is nothing to mend here.
      this.silentSince = null
    } else {
      const tooLong = silentMs > Math.max(leastLoneSilenceMs, usualMs * loneIntervals) && this.rhythm.usualMs !== null
      if (quotesGoOn || tooLong) {
        this.silence = `no update for ${seconds(silentMs)}${quotesGoOn ? ' while its quotes move' : ''}; usually one comes every ${Math.round(usualMs)} ms`
        this.silentSince ??= now
      } else this.silentSince = null
    }
  }

  /**
   * What it holds against the quotes of the same instrument, in words; null: nothing. undefined: it cannot say now, so that what it said
   * last stands.
   */
  disagreement(now: EpochMs): string | null | undefined {
    const { quote } = this
    if (this.phase !== 'ready' || this.silence !== null || this.crossedSince !== null) return undefined
    // Quotes that bear a time are judged by their own.
    if (this.offTimeMs !== null && quote?.exchangeAt === null) {
      return 'it bears no time, and its order book came late or with a time ahead of the clock'
    }
    if (quote !== null && this.areQuotesOutrun(now)) {
      const differs =
        !Object.is(quote.bidPrice ?? Number.NaN, this.comparedBid) ||
        !Object.is(quote.askPrice ?? Number.NaN, this.comparedAsk)
      // One that has come back to the old prices by chance settles nothing: the next quote does.
      return differs
        ? 'no quote comes while its order book, from another channel, moves on to other best prices'
        : undefined
    }
    const differsSince = this.differsSince()
    if (differsSince !== null && now - differsSince > mostDisagreementMs) {
      this.stoodApartAt = now
      return 'its order book, which comes over another channel, has stood at other best prices'
    }
    if (quote === null || quote.receivedAt < this.builtAt) return undefined
    // They are believed again once they met, or, in a market that moves, when one that is still wrong would have shown.
    const haveMet = this.agreedAt > this.stoodApartAt
    return haveMet || now - this.stoodApartAt > mostDisputeMs ? null : undefined
  }

  /** No quote comes while its best prices move: what brings them has died. */
  areQuotesOutrun(now: EpochMs): boolean {
    const { quote } = this
    return quote !== null && this.movesUnquoted >= mostMovesUnquoted && now - quote.receivedAt > mostOutrunMs
  }

  /** Its newest update bears a time that cannot be. */
  get isOffTime(): boolean {
    return this.phase === 'ready' && this.offTimeMs !== null
  }

  /** Works out the truth; true: it, or what is said of it, is another than before. */
  judge(now: EpochMs): boolean {
    const [truth, reason] = this.verdict(now)
    if (truth === this.truth && reason === this.reason) return false
    if (truth !== this.truth) this.since = now
    this.truth = truth
    this.reason = reason
    return true
  }

  status(): BookStatus {
    const { truth, reason, since, updateId, updates, resyncs, receivedAt, book } = this
    const { bidLevels, askLevels } = book
    return {
      ...{ instrument: this.instrument.key, truth, reason, since, bidLevels, askLevels },
      ...{ updateId, updates, resyncs, receivedAt },
    }
  }

  private verdict(now: EpochMs): readonly [Truth, string] {
    if (this.phase !== 'ready') return ['gap', this.why]
    if (this.silence !== null) return ['stale', this.silence]
    if (this.crossedSince !== null) return ['suspect', this.crossedWords()]
    if (this.doubt !== null) return ['suspect', this.doubt.words]
    if (this.offTimeMs !== null) return ['suspect', this.timeWords(this.offTimeMs)]
    const differsSince = this.differsSince()
    if (differsSince !== null && now - differsSince > mostDisagreementMs) return ['suspect', this.disagreementWords()]
    return ['live', '']
  }

  private crossedWords(): string {
    const { bestBid, bestAsk } = this.book
    return `${bestBid === bestAsk ? 'locked' : 'crossed'}: the best bid ${bestBid} is not below the best ask ${bestAsk}`
  }

  private timeWords(offTimeMs: number): string {
    const seconds = `${(Math.abs(offTimeMs) / 1_000).toFixed(1)} s`
    return offTimeMs > 0
      ? `the time of its newest update is ${seconds} ahead of the exchange's clock`
      : `its newest update came ${seconds} after the time that it bears`
  }

  private disagreementWords(): string {
    const { bestBid, bestAsk } = this.book
    const { quote } = this
    const [ours, theirs] = [priceWords(bestBid, bestAsk), priceWords(quote?.bidPrice, quote?.askPrice)]
    return `its best prices ${ours} are not those of its quotes, ${theirs}`
  }

  private begin(levels: DepthSnapshot, isFirst: boolean, now: EpochMs): void {
    this.book.replace(levels)
    this.buffer = []
    this.phase = 'ready'
    this.why = ''
    this.isFirst = isFirst
    this.builtAt = now
    this.updateId = levels.lastId
    this.exchangeAt = levels.exchangeAt
    this.receivedAt = now
    this.updates++
    this.levels += levels.bids.length + levels.asks.length
    this.clearDoubts()
    this.look(now)
  }

  private take(update: DepthUpdate): void {
    if (update.isSnapshot) this.book.replace(update)
    else this.book.apply(update)
    this.isFirst = false
    this.updateId = update.lastId
    this.exchangeAt = update.exchangeAt
    this.receivedAt = update.receivedAt
    this.updates++
    this.levels += update.bids.length + update.asks.length
    this.rhythm.note(update.receivedAt)
    this.time(update)
  }

  private isAsTold({ checksum }: DepthUpdate): boolean {
    const { rules, book, instrument } = this
    if (checksum === undefined || checksum === null || rules.checksum === undefined) return true
    const own = rules.checksum(book, instrument)
    return own === null || own === checksum
  }

  /** A snapshot, and an update without levels that only keeps a stream alive, may bear the time of the last change, which is no delay. */
  private time({ exchangeAt, receivedAt, bids, asks }: DepthUpdate): void {
    const { clockOffsetMs } = this
    if (bids.length === 0 && asks.length === 0) return
    const aheadMs = exchangeAt === null || clockOffsetMs === null ? 0 : exchangeAt - receivedAt - clockOffsetMs
    this.offTimeMs = aheadMs > mostAheadMs || aheadMs < -mostLateMs ? aheadMs : null
  }

  private look(now: EpochMs): void {
    if (!this.book.isCrossed) this.crossedSince = null
    else this.crossedSince ??= now
    this.compare(now)
  }

  /**
   * The book and the quotes are told at moments of their own, and in a market that moves they hardly ever meet: what counts is for how long
   * a side stood still at a price that was not once quoted, while quotes went on. One from before the price came to stand says nothing.
   */
  private compare(now: EpochMs): void {
    const { quote } = this
    const { bestBid, bestAsk } = this.book
    // By Object.is: a side without a level, NaN, stands still as a price does.
    const hasBidMoved = !Object.is(bestBid, this.comparedBid)
    const hasAskMoved = !Object.is(bestAsk, this.comparedAsk)
    if (hasBidMoved) {
      this.bidDiffersSince = null
      this.bidStandsSince = now
    }
    if (hasAskMoved) {
      this.askDiffersSince = null
      this.askStandsSince = now
    }
    // What was held back while connections changed may be older than the quote, which then knows of it.
    const isNews = quote === null || (this.receivedAt ?? now) >= quote.receivedAt
    if (isNews && (hasBidMoved || hasAskMoved)) this.movesUnquoted++
    this.comparedBid = bestBid
    this.comparedAsk = bestAsk
    // A quote from before the book was built says nothing about it.
    if (quote === null || this.phase !== 'ready' || quote.receivedAt < this.builtAt) return
    const bidMeets = quote.bidPrice === null || quote.bidPrice === bestBid
    const askMeets = quote.askPrice === null || quote.askPrice === bestAsk
    if (bidMeets && askMeets) this.agreedAt = now
    if (bidMeets) this.bidDiffersSince = null
    else if (quote.receivedAt > this.bidStandsSince + meetingMs) this.bidDiffersSince ??= now
    if (askMeets) this.askDiffersSince = null
    else if (quote.receivedAt > this.askStandsSince + meetingMs) this.askDiffersSince ??= now
  }

  private differsSince(): EpochMs | null {
    const { bidDiffersSince: bid, askDiffersSince: ask } = this
    return bid === null || ask === null ? (bid ?? ask) : Math.min(bid, ask)
  }

  private clearDoubts(): void {
    this.doubt = null
    this.offTimeMs = null
    this.crossedSince = null
    this.bidDiffersSince = null
    this.askDiffersSince = null
    this.silence = null
    this.silentSince = null
    this.outrunSince = null
  }
}

const priceWords = (...prices: (number | null | undefined)[]): string =>
  prices.map((price) => (price == null || Number.isNaN(price) ? 'none' : price)).join(' and ')
