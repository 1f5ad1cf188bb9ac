/** Hours of exchanges as lines of the league table. Pure. */
import { type ExchangeHour, leagueOf, quantileOf } from '../../../shared/market-health.ts'
import type { LeagueLine } from './columns.tsx'

const hourMs = 3_600_000

/** `from` and `to`: the span, whose hours without a row are holes. */
export function leagueLines(hours: readonly ExchangeHour[], from: number, to: number): readonly LeagueLine[] {
  const first = Math.max(from - (from % hourMs), Math.min(...hours.map(({ hour }) => hour)))
  const count = hours.length === 0 ? 0 : Math.floor((to - first) / hourMs) + 1
  return leagueOf(hours).map((row) => {
    const counts = Array.from({ length: count }, (): number[] => [])
    for (const { exchange, hour, delayCounts } of hours) {
      const into = counts[(hour - first) / hourMs]
      if (exchange !== row.exchange || into === undefined) continue
      delayCounts.forEach((delays, place) => {
        into[place] = (into[place] ?? 0) + delays
      })
    }
    return {
      ...row,
      delays99: counts.map((one) =>
        quantileOf(
          Array.from(one, (delays) => delays ?? 0),
          0.99,
        ),
      ),
    }
  })
}
