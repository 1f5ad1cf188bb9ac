/**
 * How far each quote of a board can be relied on (`shared/domain/truth.ts`), and why not.
 *
 *   gap      its feed is down, or nothing has come since it is back
 *   stale    its connection gives no sign of life for longer than its heartbeat explains; or the quote is older than this market's own
 *            rhythm explains
 *   suspect  the quote contradicts itself (bid not below ask), the exchange's clock, or the order book; or it bears no time and was read
 *            right after a long pause of this machine, before which it may have come
 *
 * Rhythm: the longest usual pause between two quotes, which is forgotten slowly: busy markets by the hour, quiet ones by the number of
 * quotes, so that one that speaks every ten minutes is known by its last pauses, not by its last hour. Time comes from the caller.
 * Memory is some numbers per slot; a quote makes no objects.
 */
import {
  type EpochMs,
  type ExchangeId,
  type Instrument,
  type Truth,
  truthCode,
  truthOf,
} from '../../shared/domain/index.ts'
import type { ConnectionLife } from '../net/feed.ts'
import type { QuoteBoard } from './quotes.ts'

export interface QuoteTruthOptions {
  /** Of the connection that brings the instrument's quotes; null: not known. Asked once a second. */
  readonly lifeOf: (instrument: Instrument) => ConnectionLife | null
  /** Exchange clock minus ours, ms; null: not measured, and then its times are not judged. Asked once a second. */
  readonly clockOffsetMs: (exchange: ExchangeId) => number | null
  /** Quotes of this exchange bear times that its clock, as far as it is known, does not explain. Told once a second. */
  readonly onClockDoubt: (exchange: ExchangeId) => void
  /** A truth changed though no quote came. */
  readonly onChange: (slot: number, at: EpochMs) => void
}

/** The answer to a heartbeat may take this long, ms: as long as a connection is given to answer after a pause of the machine. */
const answerMs = 3_000
/** No silence shorter than this is called stale, ms: trading pauses for as long on the busiest markets. */
const shortestStaleMs = 5_000
/** Silence this many times as long as the longest usual pause is not the market's. */
const pausesToStale = 5
/** A rhythm is known after so many pauses and so long a time (ms): before, only the connection is judged. */
const pausesToKnow = 20
const timeToKnowMs = 60_000
/** How the longest pause is forgotten: to 1/e in this time (ms), but by no more than this share with each quote. */
const forgetMs = 1_800_000
const mostForgottenAtOnce = 0.05
/** An exchange's time may lie this far ahead of its clock as we know it, or behind it on arrival, ms. */
const aheadMs = 2_000
const lateMs = 5_000
/** Servers of one exchange differ by less than this, ms: a quote further back in time was overtaken by a newer one. */
const backwardsMs = 250
/** Times that stay back for this long, ms: its clock was set, and what it says now holds. */
const clockSetMs = 10_000
/** A sweep later than this (ms) follows a pause of this machine: what came meanwhile lies unread, so silence proves nothing. */
const lateSweepMs = 3_000
/** After a pause this long (ms) connections may be dead without anybody knowing, and what is read of them is from before it. */
const longPauseMs = 10_000

/** Why a newest quote is doubted; from `ahead` on for its time. */
const doubts = { none: 0, crossed: 1, unproven: 2, ahead: 3, late: 4, backwards: 5 } as const
const silences = { none: 0, connection: 1, market: 2 } as const

const inSeconds = (ms: number): string => `${Number((ms / 1_000).toFixed(ms < 10_000 ? 1 : 0))} s`

export class QuoteTruth {
  private readonly board: QuoteBoard
  private readonly options: QuoteTruthOptions
  /** When the quote came from which the next pause is measured; NaN: the next quote ends no pause of the market. */
  private readonly beatAt: Float64Array
  private readonly longestPauseMs: Float64Array
  private readonly pauses: Float64Array
  /** Time seen in them, ms. */
  private readonly knownMs: Float64Array
  private readonly offsetMs: Float64Array
  /** The newest exchange time that was not doubted, and when that quote came; NaN: none since the feed is up. */
  private readonly newestExchangeAt: Float64Array
  private readonly newestAt: Float64Array
  private readonly doubt: Uint8Array
  /** By how much, ms; of a crossed quote nothing. */
  private readonly doubtMs: Float64Array
  private readonly silence: Uint8Array
  private readonly silenceLimitMs: Float64Array
  /** What the order book holds against it, in words. */
  private readonly disagreement: (string | null)[]
  /** Until then a quote without a time may be from before a pause of this machine; NaN: it is not. */
  private readonly unprovenUntil: Float64Array
  private sweptAt = Number.NaN
  /** The sweep that followed the newest pause, or found the clock set: whoever has no beat since then is silent at least since then. */
  private beganAnewAt = Number.POSITIVE_INFINITY
  /** The sweep before the newest long pause. */
  private pausedSince = Number.NaN

  constructor(board: QuoteBoard, options: QuoteTruthOptions) {
    const size = board.instruments.length
    const column = () => new Float64Array(size).fill(Number.NaN)
    this.board = board
    this.options = options
    this.beatAt = column()
    this.longestPauseMs = new Float64Array(size)
    this.pauses = new Float64Array(size)
    this.knownMs = new Float64Array(size)
    this.offsetMs = column()
    this.newestExchangeAt = column()
    this.newestAt = column()
    this.doubt = new Uint8Array(size)
    this.doubtMs = new Float64Array(size)
    this.silence = new Uint8Array(size)
    this.silenceLimitMs = new Float64Array(size)
    this.unprovenUntil = column()
    this.disagreement = new Array<string | null>(size).fill(null)
    this.askOffsets()
  }

  /** Takes over what another knows of the instruments that both boards watch. */
  copyFrom(other: QuoteTruth): void {
    this.sweptAt = other.sweptAt
    this.beganAnewAt = other.beganAnewAt
    this.pausedSince = other.pausedSince
    this.board.instruments.forEach(({ id }, slot) => {
      const from = other.board.slotOf(id)
      if (from < 0) return
      for (const name of carried) this[name][slot] = other[name][from] as number
      this.disagreement[slot] = other.disagreement[from] ?? null
    })
  }

  /** The board has just taken a quote into this slot. */
  quoted(slot: number): void {
    const { board } = this
    const receivedAt = board.receivedAt[slot] as number
    const pauseMs = receivedAt - (this.beatAt[slot] as number)
    this.beatAt[slot] = receivedAt
    this.notePause(receivedAt)
    // After a pause of this machine quotes may come before the sweep that is late by it.
    if (pauseMs >= 0 && !(receivedAt - this.sweptAt > lateSweepMs)) this.learn(slot, pauseMs)
    this.silence[slot] = silences.none
    const doubt = this.judge(slot, receivedAt)
    this.doubt[slot] = doubt
    const isDoubted = doubt !== doubts.none || this.disagreement[slot] !== null
    board.truth[slot] = isDoubted ? truthCode.suspect : truthCode.live
  }

  /** The feed of these slots is down, and the board knows. */
  feedDown(slots: readonly number[]): void {
    for (const slot of slots) {
      this.beatAt[slot] = Number.NaN
      this.newestExchangeAt[slot] = Number.NaN
      this.newestAt[slot] = Number.NaN
      // What another connection brings is from after the pause.
      this.unprovenUntil[slot] = Number.NaN
    }
  }

  /** What the order book of the same instrument holds against its quotes, in words; null: nothing (any more). */
  disagrees(slot: number, words: string | null, at: EpochMs): void {
    this.disagreement[slot] = words
    this.settle(slot, at)
  }

  /** Call about once a second: silence grows by itself. */
  sweep(now: EpochMs): void {
    const { board, options } = this
    this.notePause(now)
    const sinceSweepMs = now - this.sweptAt
    this.sweptAt = now
    this.askOffsets()
    // The machine stood still, or its clock was set: no pause of a market, and no silence of a connection.
    if (sinceSweepMs > lateSweepMs || sinceSweepMs < 0) {
      this.beatAt.fill(Number.NaN)
      this.beganAnewAt = now
      // The clock was set back: what lay behind lies behind it still.
      if (sinceSweepMs < 0)
        this.unprovenUntil.forEach((until, slot) => {
          this.unprovenUntil[slot] = until + sinceSweepMs
        })
      return
    }
    const doubted = new Set<ExchangeId>()
    for (let slot = 0; slot < board.instruments.length; slot++) {
      const instrument = board.instruments[slot]
      if (!instrument || board.truth[slot] === truthCode.gap) continue
      if ((this.doubt[slot] as number) >= doubts.ahead) doubted.add(instrument.exchange)
      // By now its connection has answered, or the feed would be down.
      else if (this.doubt[slot] === doubts.unproven && now >= (this.unprovenUntil[slot] as number))
        this.doubt[slot] = doubts.none
      const life = options.lifeOf(instrument)
      const receivedAt = board.receivedAt[slot] as number
      // A quote from before the clock was set back bears a time that is still to come.
      const hasBeat = !Number.isNaN(this.beatAt[slot] as number)
      const ageMs = now - (hasBeat ? receivedAt : Math.min(receivedAt, this.beganAnewAt))
      const pauseLimitMs = this.pauseLimitMs(slot)
      if (life !== null && life.silentMs > life.heartbeatMs + answerMs) {
        this.silence[slot] = silences.connection
        this.silenceLimitMs[slot] = life.heartbeatMs
      } else if (ageMs > pauseLimitMs) {
        this.silence[slot] = silences.market
        this.silenceLimitMs[slot] = pauseLimitMs
      } else this.silence[slot] = silences.none
      this.settle(slot, now)
    }
    for (const exchange of doubted) options.onClockDoubt(exchange)
  }

  truthOf(slot: number): Truth {
    return truthOf(this.board.truth[slot] ?? truthCode.gap)
  }

  /** In words, why a slot's quote is not live; empty where it is. */
  reasonOf(slot: number): string {
    switch (this.truthOf(slot)) {
      case 'live':
        return ''
      case 'gap':
        return this.board.updates[slot] === 0
          ? 'no quote has come yet'
          : 'its feed went down, and no quote has come since'
      case 'stale':
        return this.silenceWords(slot)
      case 'suspect':
        return this.doubtWords(slot)
    }
  }

  private silenceWords(slot: number): string {
    const limit = inSeconds(this.silenceLimitMs[slot] as number)
    return this.silence[slot] === silences.connection
      ? `its connection gives no sign of life, and is asked for one every ${limit}`
      : `no quote for more than ${limit}, ${pausesToStale} times the longest pause that is usual here`
  }

  private doubtWords(slot: number): string {
    const by = inSeconds(this.doubtMs[slot] as number)
    switch (this.doubt[slot]) {
      case doubts.crossed:
        return `its bid ${this.board.bidPrice[slot]} is not below its ask ${this.board.askPrice[slot]}`
      case doubts.unproven:
        return 'it bears no time, and may have come before a pause of this machine'
      case doubts.ahead:
        return `its time is ${by} ahead of the exchange's clock`
      case doubts.late:
        return `it came ${by} after the time it bears`
      case doubts.backwards:
        return `its time is ${by} before that of an earlier quote`
      default:
        return this.disagreement[slot] ?? ''
    }
  }

  /** So much time has gone by without a sweep that this machine slept, or its clock was set forward: once for each such time. */
  private notePause(now: EpochMs): void {
    if (!(now - this.sweptAt > longPauseMs) || this.pausedSince === this.sweptAt) return
    this.pausedSince = this.sweptAt
    this.unprovenUntil.fill(now + answerMs)
  }

  private learn(slot: number, pauseMs: number): void {
    const known = this.longestPauseMs[slot] as number
    const kept = known * (1 - Math.min(pauseMs / forgetMs, mostForgottenAtOnce))
    this.longestPauseMs[slot] = pauseMs > kept ? pauseMs : kept
    this.pauses[slot] = (this.pauses[slot] as number) + 1
    this.knownMs[slot] = (this.knownMs[slot] as number) + pauseMs
  }

  /** Silence up to this is the market's own, ms. */
  private pauseLimitMs(slot: number): number {
    const isKnown = (this.pauses[slot] as number) >= pausesToKnow && (this.knownMs[slot] as number) >= timeToKnowMs
    return isKnown
      ? Math.max(shortestStaleMs, pausesToStale * (this.longestPauseMs[slot] as number))
      : Number.POSITIVE_INFINITY
  }

  private judge(slot: number, receivedAt: number): number {
    const { board } = this
    const isCrossed = (board.bidPrice[slot] as number) >= (board.askPrice[slot] as number)
    const exchangeAt = board.exchangeAt[slot] as number
    // Some exchanges send no time with some quotes: NaN, which every comparison below takes for nothing to doubt.
    const aheadByMs = exchangeAt - (receivedAt + (this.offsetMs[slot] as number))
    const newest = this.newestExchangeAt[slot] as number
    let doubt: number = doubts.none
    if (Number.isNaN(aheadByMs) && receivedAt < (this.unprovenUntil[slot] as number)) doubt = doubts.unproven
    else if (aheadByMs > aheadMs) {
      doubt = doubts.ahead
      this.doubtMs[slot] = aheadByMs
    } else if (newest - exchangeAt > backwardsMs && receivedAt - (this.newestAt[slot] as number) < clockSetMs) {
      doubt = doubts.backwards
      this.doubtMs[slot] = newest - exchangeAt
    } else {
      // What is sent at once on subscribing tells when the book last changed, which may be long ago: the first is not late.
      if (-aheadByMs > lateMs && !Number.isNaN(newest)) {
        doubt = doubts.late
        this.doubtMs[slot] = -aheadByMs
      }
      this.newestExchangeAt[slot] = exchangeAt
      this.newestAt[slot] = receivedAt
    }
    return isCrossed ? doubts.crossed : doubt
  }

  /** What follows from silence and doubt; not for a slot whose feed is down. */
  private settle(slot: number, at: EpochMs): void {
    const { truth } = this.board
    if (truth[slot] === truthCode.gap) return
    const isDoubted = this.doubt[slot] !== doubts.none || this.disagreement[slot] !== null
    const isSilent = this.silence[slot] !== silences.none
    const next = isSilent ? truthCode.stale : isDoubted ? truthCode.suspect : truthCode.live
    if (next === truth[slot]) return
    truth[slot] = next
    this.options.onChange(slot, at)
  }

  private askOffsets(): void {
    const known = new Map<ExchangeId, number>()
    this.board.instruments.forEach(({ exchange }, slot) => {
      let offset = known.get(exchange)
      if (offset === undefined) {
        offset = this.options.clockOffsetMs(exchange) ?? Number.NaN
        known.set(exchange, offset)
      }
      // Its clock was set back: what it said before is no measure for what comes.
      if ((this.offsetMs[slot] as number) - offset > backwardsMs) this.newestExchangeAt[slot] = Number.NaN
      this.offsetMs[slot] = offset
    })
  }
}

/** What a new board of the same instruments goes on with. */
const carried = [
  'beatAt',
  'longestPauseMs',
  'pauses',
  'knownMs',
  'newestExchangeAt',
  'newestAt',
  'doubt',
  'doubtMs',
  'silence',
  'silenceLimitMs',
  'unprovenUntil',
] as const
