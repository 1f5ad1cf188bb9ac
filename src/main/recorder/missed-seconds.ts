import type { EpochMs } from '../../shared/domain/index.ts'
import type { Gap, GapReason } from './snapshot-clock.ts'

/** Gaps that follow each other more closely than this are told together. */
const quietTicks = 60
const words: Readonly<Record<GapReason, string>> = {
  busy: 'the program was busy',
  sleep: 'the computer slept',
  clock: 'its clock was set forward',
}

export const secondsOf = (count: number): string => (count === 1 ? '1 second' : `${count} seconds`)

/** Seconds that went by without a snapshot, told in words: the first gap at once, those that follow closely in one line. */
export class MissedSeconds {
  private untold: {
    readonly seconds: number
    readonly gaps: number
    readonly longest: number
    /** Of the longest. */
    readonly why: GapReason
    readonly first: EpochMs
  } | null = null
  private quietUntilTick = 0

  add({ first, seconds, why }: Gap): void {
    const { untold } = this
    this.untold = {
      seconds: seconds + (untold?.seconds ?? 0),
      gaps: 1 + (untold?.gaps ?? 0),
      ...(untold !== null && untold.longest >= seconds
        ? { longest: untold.longest, why: untold.why }
        : { longest: seconds, why }),
      first: untold?.first ?? first,
    }
  }

  /** Call with every tick of the snapshot clock; null where there is nothing to tell now. */
  tell(tick: number): string | null {
    if (this.untold === null || tick < this.quietUntilTick) return null
    const { seconds, gaps, why, first } = this.untold
    this.untold = null
    this.quietUntilTick = tick + quietTicks
    const when = `${gaps === 1 ? 'from' : `in ${gaps} gaps since`} ${new Date(first).toISOString()}`
    return `${secondsOf(seconds)} not recorded ${when}: ${words[why]}`
  }
}
