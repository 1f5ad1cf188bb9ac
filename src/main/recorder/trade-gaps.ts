import type { EpochMs, Gap, Instrument } from '../../shared/domain/index.ts'
import type { DepthDoubt, TopicsChange } from '../exchanges/session.ts'
import type { Logger } from '../log.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { TradeRow } from '../storage/market-contract.ts'
import { type GapLog, type InstrumentIndex, isTelling, type Reason } from './gap-log.ts'
import { gapOf } from './gaps.ts'
import type { RecordedBefore } from './recorded-before.ts'

/** An instrument may go without a trade for as long as this. */
const quietMs = 3_600_000

const secondOf = (at: EpochMs): EpochMs => at - (at % 1_000)
const secondAfter = (at: EpochMs): EpochMs => secondOf(at + 999)

interface Track {
  readonly instrument: Instrument
  /** Its trades flow. */
  live: boolean
  recording: boolean
  open: Gap | null
  /** The computer slept: its socket may be dead without anybody knowing, until a quote (or a trade, of what has no quotes) shows that it is not. */
  asleep: boolean
  /** A trade came since then. */
  traded: boolean
  /** What kept its trades away before any was recorded in this run. */
  kept: Kept | null
  /** Where its last gap ended. */
  end: EpochMs
  /** Recorded in this run until then. */
  until: EpochMs | null
  /** Trades dropped since the disk last took some. */
  dropped: Gap | null
  /** The last seconds in which a message that may have held trades was not understood. */
  unread: Gap | null
}

interface Kept {
  readonly from: EpochMs
  readonly reason: Reason
}

export interface TradeGapsOptions {
  readonly log: GapLog
  readonly logger: Logger
  readonly instruments: () => InstrumentIndex
  readonly before: RecordedBefore
  readonly isRecorded: (symbol: string) => boolean
  /** Those that are not on the board, and whose trades are received for being recorded. */
  readonly unwatched: () => readonly Instrument[]
  readonly newestTradeAt: (instrumentId: number) => Promise<EpochMs | null>
  readonly reasonBefore: (instrument: Instrument, newest: EpochMs, toleranceMs: number) => Reason
}

/**
 * When the public trades that are recorded may have been missed. No trade for a while is no gap, so a gap is told from what happened:
 * the stream was down or not understood, the computer slept, nobody recorded, the disk took too little. Whole seconds that hold all of it.
 */
export class TradeGaps {
  private readonly options: TradeGapsOptions
  private readonly tracks = new Map<number, Track>()
  private asking = 0
  private recalled = false
  private ending = false

  constructor(options: TradeGapsOptions) {
    this.options = options
  }

  /** False while the newest trades of earlier runs are asked for: none may be stored until then. */
  get isReady(): boolean {
    return this.asking === 0
  }

  follow({ topics, state, reason, cause, at, heardAt }: TopicsChange): void {
    if (this.ending) return
    // What a connection lost after it had fallen silent is missing since then, not only since it was noticed.
    const missingFrom = secondOf(Math.min(at, heardAt ?? at))
    for (const { channel, instrument } of topics) {
      if (channel !== 'trade') continue
      const track = this.track(instrument)
      track.live = state === 'live'
      const why: Reason = { cause: cause ?? 'disconnect', detail: reason }
      if (!track.recording) {
        const isWanted = this.options.isRecorded(instrument.symbol)
        if (isWanted && state === 'down' && isTelling(why)) track.kept ??= { from: secondOf(at), reason: why }
      } else if (state === 'down') this.begin(track, missingFrom, why)
      else this.finish(track, secondAfter(at))
    }
  }

  /** A message was not understood, and trades of these topics may have been in it: its second is missing of each, seconds in a row as one. */
  doubt({ topics, words }: DepthDoubt, at: EpochMs): void {
    if (this.ending) return
    const from = secondOf(at)
    for (const { channel, instrument } of topics) {
      const track = channel === 'trade' ? this.tracks.get(instrument.id) : undefined
      if (!track?.recording || track.open !== null) continue
      const { unread } = track
      const until = unread?.to ?? 0
      if (until > from) continue
      const reason: Reason = { cause: 'unknown', detail: words }
      const gap = unread !== null && until === from ? unread : this.options.log.open('trade', instrument, from, reason)
      track.unread = this.options.log.close(gap, from + 1_000)
    }
  }

  /** Once a second: who is recorded now. `held` are those with a quote of this second. */
  second(time: EpochMs, board: QuoteBoard | null, held: Iterable<number>): void {
    if (this.ending || board === null) return
    const unwatched = this.options.unwatched()
    const others = new Set(unwatched.map(({ id }) => id))
    const isReceived = (id: number) => board.slotOf(id) >= 0 || others.has(id)
    if (!this.recalled) this.recallUnfinished(time, isReceived)
    for (const { id, symbol } of [...board.instruments, ...unwatched]) {
      const track = this.tracks.get(id)
      if (track?.live && !track.recording && this.options.isRecorded(symbol)) this.start(track, time)
    }
    for (const [id, track] of this.tracks) {
      if (!isReceived(id)) track.live = false
      if (track.recording && (!isReceived(id) || !this.options.isRecorded(track.instrument.symbol))) {
        track.recording = false
        track.until = time
        this.finish(track, time)
      }
      if (track.asleep && track.live && track.traded && board.slotOf(id) < 0) this.finish(track, time)
    }
    for (const id of held) {
      const track = this.tracks.get(id)
      if (track?.asleep && track.live) this.finish(track, time)
    }
  }

  /** A trade of it came. */
  traded({ id }: Instrument): void {
    const track = this.tracks.get(id)
    if (track?.asleep) track.traded = true
  }

  slept(first: EpochMs, reason: Reason): void {
    for (const track of this.tracks.values()) {
      if (!track.recording) continue
      this.begin(track, first, reason)
      track.asleep = true
      track.traded = false
    }
  }

  /**
   * The clock was set back by `ms`, to `now`. What is missing from now on is told by the new one, however far ahead of it earlier gaps
   * lie; a gap that lasts ends by the old one and goes on by the new.
   */
  setBack(ms: number, now: EpochMs): void {
    const at = secondOf(now)
    for (const track of this.tracks.values()) {
      const { open, instrument } = track
      if (open !== null && open.from > at) {
        this.options.log.close(open, secondAfter(now + ms))
        track.open = this.options.log.open('trade', instrument, at, { cause: open.cause, detail: open.detail })
      }
      track.end = Math.min(track.end, at)
      if (track.until !== null) track.until = Math.min(track.until, at)
      track.dropped = null
      track.unread = null
    }
  }

  dropped(rows: readonly TradeRow[]): void {
    for (const { instrumentId, receivedAt } of rows) {
      const instrument = this.options.instruments().byId(instrumentId)
      if (instrument === undefined) continue
      const track = this.track(instrument)
      const gap = track.dropped
      if (gap !== null && receivedAt < (gap.to ?? 0)) continue
      const reason: Reason = { cause: 'storage', detail: 'more trades waited for the disk than fit' }
      const begun = gap ?? this.options.log.open('trade', track.instrument, secondOf(receivedAt), reason)
      track.dropped = this.options.log.close(begun, secondOf(receivedAt) + 1_000)
    }
  }

  /** The disk takes trades: what is dropped from now on is another gap. */
  stored(): void {
    for (const track of this.tracks.values()) track.dropped = null
  }

  /** The run is about to end: a gap begins that the next run ends, so that it is known from when on trades are missing. */
  end(now: EpochMs): void {
    if (this.ending) return
    this.ending = true
    for (const track of this.tracks.values()) {
      if (track.recording) this.begin(track, secondOf(now), { cause: 'shutdown', detail: '' })
    }
  }

  private track(instrument: Instrument): Track {
    const known = this.tracks.get(instrument.id)
    if (known) return known
    const { before } = this.options
    const stored = before.openGaps.find((gap) => gap.kind === 'trade' && gap.instrumentId === instrument.id)
    const open = stored === undefined ? null : gapOf(stored, instrument)
    const track: Track = {
      ...{ instrument, live: false, recording: false, open, asleep: false, traded: false, kept: null, end: 0 },
      ...{ until: null, dropped: null, unread: null },
    }
    this.tracks.set(instrument.id, track)
    return track
  }

  /** Gaps that were not over, of what is no longer recorded, end now. */
  private recallUnfinished(time: EpochMs, isReceived: (id: number) => boolean): void {
    this.recalled = true
    for (const { kind, instrumentId } of this.options.before.openGaps) {
      const instrument = this.options.instruments().byId(instrumentId)
      if (kind !== 'trade' || instrument === undefined) continue
      if (isReceived(instrumentId) && this.options.isRecorded(instrument.symbol)) continue
      const track = this.track(instrument)
      this.finish(track, time)
      track.until = time
    }
  }

  private start(track: Track, time: EpochMs): void {
    const { until, kept } = track
    track.recording = true
    track.kept = null
    if (track.open) {
      this.finish(track, kept?.from ?? time)
      this.keptAway(track, track.end, time, kept)
    } else if (until !== null) this.missed(track, until, time, { cause: 'not_watched', detail: '' })
    else void this.recall(track, time, kept)
  }

  private async recall(track: Track, time: EpochMs, kept: Kept | null): Promise<void> {
    const { newestTradeAt, reasonBefore, logger, before } = this.options
    const { instrument } = track
    this.asking++
    try {
      const newest = await newestTradeAt(instrument.id)
      if (newest === null) return
      const { cause, detail } = reasonBefore(instrument, newest, quietMs)
      const counted = 'counted from the newest stored trade'
      const reason = { cause, detail: detail === '' ? counted : `${detail}; ${counted}` }
      // A gap that ends in what is now the future was told before the clock was set back: it hides none of this time.
      const told = before.tradeGapEnds.get(instrument.id) ?? 0
      const from = Math.max(secondOf(newest) + 1_000, told <= time ? told : 0)
      this.missed(track, from, kept?.from ?? time, reason)
      this.keptAway(track, from, time, kept)
    } catch (error) {
      logger.warn({ err: error, instrument: instrument.key }, 'not known since when its trades are missing')
    } finally {
      this.asking--
    }
  }

  private keptAway(track: Track, from: EpochMs, to: EpochMs, kept: Kept | null): void {
    if (kept !== null) this.missed(track, Math.max(from, kept.from), to, kept.reason)
  }

  private missed({ instrument }: Track, from: EpochMs, to: EpochMs, reason: Reason): void {
    if (to > from) this.options.log.close(this.options.log.open('trade', instrument, from, reason), to)
  }

  private begin(track: Track, from: EpochMs, reason: Reason): void {
    const { log } = this.options
    track.open =
      track.open === null
        ? log.open('trade', track.instrument, Math.max(from, track.end), reason)
        : log.explain(track.open, reason)
  }

  private finish(track: Track, to: EpochMs): void {
    if (track.open) track.end = this.options.log.close(track.open, to).to ?? to
    track.open = null
    track.asleep = false
  }
}
