import type { EpochMs } from '../../shared/domain/index.ts'
import type { Gap } from './snapshot-clock.ts'

/** Gaps that follow each other more closely than this are told together. */
const quietTicks = 60
/** A gap this long is no busy program. */
const sleepSeconds = 30

export const isSleep = (seconds: number): boolean => seconds >= sleepSeconds

export const secondsOf = (count: number): string => (count === 1 ? '1 second' : `${count} seconds`)

/** Seconds that went by without a snapshot, told in words: the first gap at once, those that follow closely in one line. */
export class MissedSeconds {
  private untold: {
    readonly seconds: number
    readonly gaps: number
    readonly longest: number
    readonly first: EpochMs
  } | null = null
  private quietUntilTick = 0

  add({ first, seconds }: Gap): void {
    const { untold } = this
    this.untold = {
      seconds: seconds + (untold?.seconds ?? 0),
      gaps: 1 + (untold?.gaps ?? 0),
      longest: Math.max(seconds, untold?.longest ?? 0),
      first: untold?.first ?? first,
    }
  }

  /** Call with every tick of the snapshot clock; null where there is nothing to tell now. */
  tell(tick: number): string | null {
    if (this.untold === null || tick < this.quietUntilTick) return null
    const { seconds, gaps, longest, first } = this.untold
    this.untold = null
    this.quietUntilTick = tick + quietTicks
    const why = isSleep(longest) ? 'the computer slept or its clock was set forward' : 'the program was busy'
    const when = `${gaps === 1 ? 'from' : `in ${gaps} gaps since`} ${new Date(first).toISOString()}`
    return `${secondsOf(seconds)} not recorded ${when}: ${why}`
  }
}
