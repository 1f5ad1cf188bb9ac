import type { EpochMs } from '../../shared/domain/index.ts'
import type { DayZone } from '../../shared/pnl.ts'

const dayMs = 86_400_000
/** Clocks are changed at the beginning of one, everywhere: the whole of it belongs to one day. */
const quarterMs = 900_000

/** The day, `2026-11-21`, of a time in a zone. Remembers what it answered: asking a time zone for it costs a microsecond or two. */
export function createDayOf(zone: DayZone): (at: EpochMs) => string {
  const [stepMs, offsetMs] = typeof zone === 'number' ? [dayMs, zone * 60_000] : [quarterMs, 0]
  const calendar =
    typeof zone === 'number'
      ? null
      : new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const days = new Map<number, string>()
  let lastStep = Number.NaN
  let lastDay = ''
  return (at) => {
    const step = Math.floor((at + offsetMs) / stepMs)
    if (step === lastStep) return lastDay
    let day = days.get(step)
    if (day === undefined) {
      day = calendar?.format(step * stepMs) ?? new Date(step * stepMs).toISOString().slice(0, 10)
      days.set(step, day)
    }
    lastStep = step
    lastDay = day
    return day
  }
}
