import type { DownCause, EpochMs, Gap, Instrument } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { StoredGap } from '../storage/market-contract.ts'
import { type GapLog, type InstrumentIndex, isMoreTelling, isTelling, type Reason } from './gap-log.ts'
import type { RecordedBefore } from './recorded-before.ts'

/** Other instruments of an exchange were recorded this much longer: then this one was not watched at the end. */
const muchLaterMs = 60_000

const noPrice: Reason = { cause: 'unknown', detail: 'nobody quoted a price' }
const notWatched: Reason = { cause: 'not_watched', detail: '' }
export const slept: Reason = { cause: 'sleep', detail: '' }
export const busy: Reason = { cause: 'busy', detail: '' }
export const setForward: Reason = { cause: 'clock', detail: 'the clock was set forward' }
const cameTwice: Reason = {
  cause: 'clock',
  detail: 'the clock was set back: these seconds came twice, and what was recorded the first time stands',
}
/** What stands of this time is the last that was known, and may be wrong. */
const nothingCame = 'nothing came over its connection; what is stored of this time is the last that was known'
/** Of connections that are well, too, nothing comes for so long. */
const usualSilenceMs = 2_000
/** A file whose newest row lies further ahead than this was written under another clock. */
const otherClockMs = 60_000
const secondOf = (at: EpochMs): EpochMs => at - (at % 1_000)
const nothing: ReadonlySet<number> = new Set()
const nobody: ReadonlyMap<number, Reason> = new Map()

/** What is known of one instrument's seconds. */
interface Track {
  readonly instrument: Instrument
  /** The first second that is neither held nor in a gap that is over; null: nothing was ever held, so nothing is missing. */
  next: EpochMs | null
  open: Gap | null
  /** Why the seconds before it was watched (again) are missing; null once a row is held. */
  before: Reason | null
  watched: boolean
}

/** One second of the snapshot clock, or several missed ones, on its way through storage. */
interface Second {
  readonly time: EpochMs
  /** null: the program is about to end, and only what is held counts. */
  readonly board: QuoteBoard | null
  readonly held: ReadonlySet<number>
  /** Feeds that were down then. */
  readonly down: ReadonlyMap<number, Reason>
  /** Quotes that could not be relied on then. */
  readonly doubted: ReadonlyMap<number, Reason>
  /** Why an instrument without a row has none, where its feed was not down. */
  readonly otherwise: Reason
  begun: boolean
  /** undefined: storage has not answered; null: stored; else in words why it was not. */
  problem: string | null | undefined
}

export interface QuoteGapsOptions {
  readonly log: GapLog
  readonly instruments: () => InstrumentIndex
  readonly before: RecordedBefore
}

/**
 * Accounts for every second of every watched instrument from its first snapshot row on: either the row is stored or a gap says
 * why it is not. One gap per instrument at a time, in whole seconds from the first missing one to the first held again; the first
 * cause stands for all of it, unless the feed's next attempts tell more than that it was cut. The time in which nobody recorded ends where
 * something else keeps the feed down.
 *
 * Seconds are judged in order, each when storage has answered for it. A gap that begins is published before the row that ends it is
 * handed to storage, and storage writes in order: after a crash no hole is without its gap. Where a clock that was set back brings
 * seconds again, what was said of them stands.
 */
export class QuoteGaps {
  private readonly options: QuoteGapsOptions
  private readonly tracks = new Map<number, Track>()
  private readonly seconds: Second[] = []
  private readonly down = new Map<number, Reason>()
  private readonly newestOfExchange = new Map<string, EpochMs>()
  private board: QuoteBoard | null = null
  private ending = false

  constructor(options: QuoteGapsOptions) {
    this.options = options
    for (const [id, newest] of options.before.newestSnapshots) {
      const exchange = options.instruments().byId(id)?.exchange
      if (exchange === undefined) continue
      this.newestOfExchange.set(exchange, Math.max(newest, this.newestOfExchange.get(exchange) ?? 0))
    }
  }

  /** The feed of these instruments is down. */
  feedDown(instrumentIds: readonly number[], reason: Reason): void {
    for (const id of instrumentIds) {
      const known = this.down.get(id)
      if (known !== undefined && !isMoreTelling(known, reason)) continue
      this.down.set(id, reason)
      const track = this.tracks.get(id)
      if (known !== undefined && track?.open) track.open = this.options.log.explain(track.open, reason)
    }
  }

  /**
   * The clock was set back: seconds from `first` on come again. What was recorded of them stands, so the second time nothing of them is
   * kept where there is a row: told as a gap of each instrument that is over, though no row is missing in it.
   */
  setBack(first: EpochMs): void {
    for (const track of this.tracks.values()) if (track.watched) this.twice(track, first)
  }

  /**
   * The connection of this instrument's quotes was found lost at `at`, and nothing had come over it since `heardAt`: told as a gap that is
   * over, though rows stand in it.
   */
  silent({ id }: Instrument, heardAt: EpochMs, at: EpochMs, cause: DownCause): void {
    const track = this.tracks.get(id)
    if (this.ending || !track?.watched || track.next === null || at - heardAt <= usualSilenceMs) return
    const { instrument, open } = track
    const from = secondOf(heardAt) + 1_000
    // From there on another gap says why nothing is held.
    const to = Math.min(secondOf(at) + 1_000, open?.from ?? Number.POSITIVE_INFINITY)
    const { log } = this.options
    if (to > from) log.close(log.open('book_ticker', instrument, from, { cause, detail: nothingCame }), to)
  }

  private twice({ instrument, next, open }: Track, first: EpochMs): void {
    if (next === null || open !== null || next <= first) return
    const { log } = this.options
    log.close(log.open('book_ticker', instrument, first, cameTwice), next)
  }

  /** The run is about to end: what is missing from now on belongs to the time without Crossbook, which the next run tells. */
  end(): void {
    this.ending = true
  }

  /**
   * A second's rows are about to be handed to storage. Call the returned function with storage's answer: null when they are stored,
   * else in words why not. `doubted`: why quotes of the board without a row could not be relied on.
   */
  second(
    time: EpochMs,
    board: QuoteBoard | null,
    heldIds: Iterable<number>,
    doubted: ReadonlyMap<number, Reason> = nobody,
  ): (problem: string | null) => void {
    const held = new Set(heldIds)
    const second = this.add(time, board, held, noPrice, undefined, doubted)
    for (const id of held) this.down.delete(id)
    return (problem) => {
      second.problem = problem
      this.judge()
    }
  }

  /** The clock went past seconds from `first` on; the next call of `second` ends it. */
  missed(first: EpochMs, board: QuoteBoard | null, reason: Reason): void {
    this.add(first, board, nothing, reason, null, nobody)
  }

  /** Why an instrument has no rows between `newest` and the beginning of this run. */
  reasonBefore({ exchange }: Instrument, newest: EpochMs, toleranceMs = muchLaterMs): Reason {
    const longer = (this.newestOfExchange.get(exchange) ?? 0) - newest
    if (longer > toleranceMs) return notWatched
    return this.options.before.away
  }

  private add(
    time: EpochMs,
    board: QuoteBoard | null,
    held: ReadonlySet<number>,
    otherwise: Reason,
    problem: null | undefined,
    doubted: ReadonlyMap<number, Reason>,
  ): Second {
    const down = new Map(this.down)
    const second = { time, board: this.ending ? null : board, held, down, doubted, otherwise, begun: false, problem }
    this.seconds.push(second)
    this.judge()
    return second
  }

  private judge(): void {
    for (let second = this.seconds[0]; second; second = this.seconds[0]) {
      if (!second.begun) this.begin(second)
      if (second.problem === undefined) return
      this.finish(second, second.problem)
      this.seconds.shift()
    }
  }

  /** What is known before storage answers: who is watched, and who has no row. */
  private begin(second: Second): void {
    second.begun = true
    const { board, time, held, down, doubted, otherwise } = second
    if (board === null) return
    if (board !== this.board) this.watch(board, time)
    for (const { id } of board.instruments) {
      const track = this.tracks.get(id)
      if (track === undefined) continue
      if (!held.has(id)) this.missing(track, time, down.get(id) ?? doubted.get(id) ?? otherwise)
      else if (track.next !== null && track.next < time) this.missing(track, time, otherwise)
    }
  }

  private finish({ time, held, board }: Second, problem: string | null): void {
    for (const id of held) {
      const track = this.tracks.get(id)
      if (track === undefined) continue
      if (problem === null) this.held(track, time)
      else if (board !== null) this.missing(track, time, { cause: 'storage', detail: problem })
    }
  }

  private held(track: Track, time: EpochMs): void {
    track.before = null
    if (track.next !== null && time < track.next) return
    if (track.open) this.options.log.close(track.open, time)
    track.open = null
    track.next = time + 1_000
  }

  private missing(track: Track, time: EpochMs, reason: Reason): void {
    const { instrument, next, before } = track
    if (next === null || time < next) return
    const { log } = this.options
    track.open ??= log.open('book_ticker', instrument, next, before ?? reason)
    if (before === null || !isTelling(reason)) return
    track.before = null
    log.close(track.open, time)
    track.open = log.open('book_ticker', instrument, time, reason)
  }

  private watch(board: QuoteBoard, time: EpochMs): void {
    if (this.board === null) this.recall(board)
    this.board = board
    for (const instrument of board.instruments) {
      const track = this.tracks.get(instrument.id)
      if (track === undefined) {
        const begun = this.begun(instrument)
        this.tracks.set(instrument.id, begun)
        if (begun.next !== null && begun.next > time + otherClockMs) this.twice(begun, time)
      } else if (!track.watched) {
        track.watched = true
        track.before = notWatched
      }
    }
    for (const [id, track] of this.tracks) {
      if (!track.watched || board.slotOf(id) >= 0) continue
      track.watched = false
      this.down.delete(id)
      if (!track.open) continue
      track.next = this.options.log.close(track.open, time).to
      track.open = null
    }
  }

  /** Gaps that were not over, also of instruments that are no longer watched: these end now. */
  private recall(board: QuoteBoard): void {
    for (const { kind, instrumentId } of this.options.before.openGaps) {
      const instrument = this.options.instruments().byId(instrumentId)
      if (kind !== 'book_ticker' || instrument === undefined || board.slotOf(instrumentId) >= 0) continue
      this.tracks.set(instrumentId, this.begun(instrument))
    }
  }

  /** As earlier runs left it. */
  private begun(instrument: Instrument): Track {
    const { before, log } = this.options
    const track: Track = { instrument, next: null, open: null, before: null, watched: true }
    const newest = before.newestSnapshots.get(instrument.id)
    const stored = before.openGaps.find((gap) => gap.kind === 'book_ticker' && gap.instrumentId === instrument.id)
    if (stored !== undefined) {
      const gap = gapOf(stored, instrument)
      const resumedAt = before.resumedAt.get(stored.id)
      if (resumedAt === undefined) return { ...track, next: gap.from, open: gap }
      log.close(gap, resumedAt)
    }
    if (newest === undefined) return track
    const next = Math.max(newest + 1_000, before.quoteGapEnds.get(instrument.id) ?? 0)
    return { ...track, next, before: this.reasonBefore(instrument, newest) }
  }
}

export function gapOf({ instrumentId: _, ...gap }: StoredGap, { key, exchange, symbol }: Instrument): Gap {
  return { ...gap, instrument: key, exchange, symbol }
}
