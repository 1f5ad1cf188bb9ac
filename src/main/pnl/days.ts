import type { EpochMs } from '../../shared/domain/index.ts'

const dayMs = 86_400_000

/** The day, `2026-11-21`, of a time in the time zone `utcOffsetMinutes` east of UTC. Remembers the last one: times ascend. */
export function createDayOf(utcOffsetMinutes: number): (at: EpochMs) => string {
  let lastNumber = Number.NaN
  let lastDay = ''
  return (at) => {
    const number = Math.floor((at + utcOffsetMinutes * 60_000) / dayMs)
    if (number !== lastNumber) {
      lastNumber = number
      lastDay = new Date(number * dayMs).toISOString().slice(0, 10)
    }
    return lastDay
  }
}
