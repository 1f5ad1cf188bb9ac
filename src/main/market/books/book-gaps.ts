import type { EpochMs, Gap, Instrument } from '../../../shared/domain/index.ts'
import type { GapLog, Reason } from '../../recorder/gap-log.ts'
import { gapOf } from '../../recorder/gaps.ts'
import type { RecordedBefore } from '../../recorder/recorded-before.ts'
import type { LastGap, StoredGap } from '../../storage/market-contract.ts'

/** Where gaps are told: the recorder's log. */
export type GapTeller = Pick<GapLog, 'open' | 'close' | 'explain'>

/** What earlier runs left of order books. */
export type BooksBefore = Pick<RecordedBefore, 'openGaps' | 'lastBookGaps' | 'cutShort'>

export const noBooksBefore: BooksBefore = { openGaps: [], lastBookGaps: new Map(), cutShort: null }

const notKept: Reason = { cause: 'not_watched', detail: '' }
/** An empty gap of this kind stands where a book ceased to be kept. */
const isEnd = ({ cause, from, to }: LastGap): boolean => cause === 'not_watched' && from === to

interface Track {
  readonly instrument: Instrument
  /** It was right at least once in this run, or in an earlier one whose gap is not over. */
  wasLive: boolean
  open: Gap | null
  /** Where its last gap ended. */
  end: EpochMs
}

/**
 * When a book that had been right once was not: from when it broke until it is live again. The first cause stands for all of it, unless the feed's next attempts
 * tell more. Also when it was not kept, and what lies between two runs of which the first could not tell that it ended.
 */
export class BookGaps {
  private readonly log: GapTeller
  private readonly tracks = new Map<number, Track>()
  /** Of earlier runs, by instrument id: not over yet, and over. */
  private readonly before: Map<number, StoredGap>
  private readonly last: Map<number, LastGap>
  private readonly cutShort: RecordedBefore['cutShort']
  /** Those kept once in this run, and no more: since when. */
  private readonly unkept = new Map<number, EpochMs>()
  private ended = false

  constructor(log: GapTeller, { openGaps, lastBookGaps, cutShort }: BooksBefore) {
    this.log = log
    const ours = openGaps.filter(({ kind }) => kind === 'order_book')
    this.before = new Map(ours.map((gap) => [gap.instrumentId, gap]))
    this.last = new Map(lastBookGaps)
    this.cutShort = cutShort
  }

  watch(instruments: readonly Instrument[], now: EpochMs): void {
    for (const instrument of instruments) {
      if (this.tracks.has(instrument.id)) continue
      const open = this.begun(instrument, now)
      this.tracks.set(instrument.id, { instrument, wasLive: open !== null, open, end: 0 })
    }
  }

  /** Gaps of earlier runs that are not over end now, where nobody wants the book any more. Call once what is wanted is watched. */
  recall(find: (id: number) => Instrument | undefined, now: EpochMs): void {
    for (const [id, stored] of this.before) {
      const instrument = find(id)
      if (instrument === undefined) continue
      this.before.delete(id)
      this.finishKeeping(instrument, this.log.close(gapOf(stored, instrument), now).to ?? now)
    }
  }

  /** As it was left: the gap that goes on until it is live. */
  private begun(instrument: Instrument, now: EpochMs): Gap | null {
    const { id } = instrument
    const [since, stored, last] = [this.unkept.get(id), this.before.get(id), this.last.get(id)]
    this.unkept.delete(id)
    this.before.delete(id)
    this.last.delete(id)
    if (since !== undefined) return this.log.open('order_book', instrument, since, notKept)
    if (stored !== undefined) return gapOf(stored, instrument)
    if (last === undefined) return null
    if (isEnd(last)) return this.log.open('order_book', instrument, last.to, notKept)
    // It was right, or a gap would not be over.
    if (this.cutShort === null) return null
    const from = Math.max(last.to, this.cutShort.at)
    return from < now ? this.log.open('order_book', instrument, from, this.cutShort.reason) : null
  }

  live({ id }: Instrument, at: EpochMs): void {
    const track = this.tracks.get(id)
    if (track === undefined || this.ended) return
    track.wasLive = true
    if (track.open !== null) this.finish(track, track.open, at)
  }

  broken({ id }: Instrument, from: EpochMs, reason: Reason): void {
    const track = this.tracks.get(id)
    if (track === undefined || !track.wasLive || this.ended) return
    track.open =
      track.open === null
        ? this.log.open('order_book', track.instrument, Math.max(from, track.end), reason)
        : this.log.explain(track.open, reason)
  }

  /**
   * The clock was set back, from `before` to `now`. What breaks from now on is told by the new one, however far ahead of it earlier gaps
   * lie; a gap that lasts ends by the old one and goes on by the new.
   */
  setBack(before: EpochMs, now: EpochMs): void {
    for (const track of this.tracks.values()) {
      const { open, instrument } = track
      if (open !== null && open.from > now) {
        this.log.close(open, before)
        track.open = this.log.open('order_book', instrument, now, { cause: open.cause, detail: open.detail })
      }
      track.end = Math.min(track.end, now)
    }
    for (const [id, since] of this.unkept) this.unkept.set(id, Math.min(since, now))
  }

  /** Its book is kept no more. */
  forget({ id }: Instrument, at: EpochMs): void {
    const track = this.tracks.get(id)
    this.tracks.delete(id)
    if (track === undefined || !track.wasLive || this.ended) return
    if (track.open) this.finish(track, track.open, at)
    this.finishKeeping(track.instrument, Math.max(at, track.end))
  }

  /** The run is about to end: what was right begins a gap that the next run ends. */
  end(now: EpochMs): void {
    for (const { instrument } of this.tracks.values()) this.broken(instrument, now, { cause: 'shutdown', detail: '' })
    this.ended = true
  }

  private finishKeeping(instrument: Instrument, at: EpochMs): void {
    this.log.close(this.log.open('order_book', instrument, at, notKept), at)
    this.unkept.set(instrument.id, at)
  }

  private finish(track: Track, gap: Gap, to: EpochMs): void {
    track.end = this.log.close(gap, to).to ?? to
    track.open = null
  }
}
