/** When the candles of a series could not be heard of in this run, and why: from feeds that were down and sleeps. */
import type { EpochMs, GapCause, Instrument, Period } from '../../shared/domain/index.ts'
import type { TopicsChange } from '../exchanges/session.ts'
import { isMoreTelling } from '../recorder/gap-log.ts'

interface Downtime {
  readonly from: EpochMs
  /** null: it lasts. */
  to: EpochMs | null
  readonly cause: GapCause
  readonly detail: string
}

/** Of one series, and of the machine: older ones are forgotten, and their holes with them are long told. */
const mostKept = 100

export class Downtimes {
  private readonly series = new Map<string, Downtime[]>()
  private readonly sleeps: Downtime[] = []

  follow({ topics, state, cause, reason, at }: TopicsChange): void {
    for (const { channel, instrument, period } of topics) {
      if (channel !== 'kline' || period === null) continue
      const key = keyOf(instrument, period)
      const known = this.series.get(key) ?? []
      const last = known.at(-1)
      if (state === 'live') {
        if (last?.to === null) last.to = at
        continue
      }
      if (last?.to === null) {
        const reasons = { cause: cause ?? 'disconnect', detail: reason }
        if (isMoreTelling(last, reasons)) known[known.length - 1] = { ...last, ...reasons }
        continue
      }
      this.series.set(key, [
        ...known.slice(1 - mostKept),
        { from: at, to: null, cause: cause ?? 'disconnect', detail: reason },
      ])
    }
  }

  /** The machine slept: feeds may have been dead all the while. */
  slept(from: EpochMs, to: EpochMs): void {
    this.sleeps.push({ from, to, cause: 'sleep', detail: '' })
    if (this.sleeps.length > mostKept) this.sleeps.shift()
  }

  /** What lay longest over from <= t < to; null: nothing did. */
  reasonOf(
    instrument: Instrument,
    period: Period,
    from: EpochMs,
    to: EpochMs,
  ): Pick<Downtime, 'cause' | 'detail'> | null {
    let longest = 0
    let found: Downtime | null = null
    for (const downtime of [...this.sleeps, ...(this.series.get(keyOf(instrument, period)) ?? [])]) {
      const overlap = Math.min(to, downtime.to ?? to) - Math.max(from, downtime.from)
      if (overlap <= longest) continue
      longest = overlap
      found = downtime
    }
    return found && { cause: found.cause, detail: found.detail }
  }
}

const keyOf = ({ id }: Instrument, period: Period): string => `${id} ${period}`
