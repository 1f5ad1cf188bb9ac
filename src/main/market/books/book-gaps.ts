import type { EpochMs, Gap, Instrument } from '../../../shared/domain/index.ts'
import type { GapLog, Reason } from '../../recorder/gap-log.ts'
import { gapOf } from '../../recorder/gaps.ts'
import type { StoredGap } from '../../storage/market-contract.ts'

/** Where gaps are told: the recorder's log. */
export type GapTeller = Pick<GapLog, 'open' | 'close' | 'explain'>

interface Track {
  readonly instrument: Instrument
  /** It was right at least once in this run, or in an earlier one whose gap is not over. */
  wasLive: boolean
  open: Gap | null
  /** Where its last gap ended. */
  end: EpochMs
}

/** When a book that had been right once was not: from when it broke until it is live again. The first cause stands for all of it, unless the feed's next attempts tell more. */
export class BookGaps {
  private readonly log: GapTeller
  private readonly tracks = new Map<number, Track>()
  /** Of earlier runs, by instrument id. */
  private readonly before: Map<number, StoredGap>
  private ended = false

  constructor(log: GapTeller, openGaps: readonly StoredGap[]) {
    this.log = log
    const ours = openGaps.filter(({ kind }) => kind === 'order_book')
    this.before = new Map(ours.map((gap) => [gap.instrumentId, gap]))
  }

  watch(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) {
      if (this.tracks.has(instrument.id)) continue
      const stored = this.before.get(instrument.id)
      this.before.delete(instrument.id)
      const open = stored === undefined ? null : gapOf(stored, instrument)
      this.tracks.set(instrument.id, { instrument, wasLive: open !== null, open, end: 0 })
    }
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

  /** Its book is kept no more. */
  forget({ id }: Instrument, at: EpochMs): void {
    const track = this.tracks.get(id)
    if (track?.open) this.finish(track, track.open, at)
    this.tracks.delete(id)
  }

  /** The run is about to end: what was right begins a gap that the next run ends. */
  end(now: EpochMs): void {
    for (const { instrument } of this.tracks.values()) this.broken(instrument, now, { cause: 'shutdown', detail: '' })
    this.ended = true
  }

  private finish(track: Track, gap: Gap, to: EpochMs): void {
    track.end = this.log.close(gap, to).to ?? to
    track.open = null
  }
}
