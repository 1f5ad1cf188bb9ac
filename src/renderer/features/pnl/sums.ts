/** What a report says of one asset: assets are never added together. Pure, exact. */
import { addAmounts, isZeroAmount, sumAmounts } from '../../../shared/amount.ts'
import type { PnlDay, PnlReport, PnlSymbol } from '../../../shared/pnl.ts'

const dayMs = 86_400_000

/** Those with most fills first. */
export function assetsOf({ days, symbols }: PnlReport): readonly string[] {
  const counts = new Map<string, number>()
  for (const { asset, fills } of [...symbols, ...days]) counts.set(asset, (counts.get(asset) ?? 0) + fills)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([asset]) => asset)
}

export interface PnlSums {
  readonly realised: string
  readonly fees: string
  readonly funding: string
  readonly net: string
  readonly fills: number
  /** Of what is open now; null: of nothing open the price is known. */
  readonly unrealised: string | null
  /** Symbols with something open that `unrealised` leaves out for want of a price. */
  readonly unpriced: readonly string[]
}

export function sumsOf(days: readonly PnlDay[], symbols: readonly PnlSymbol[]): PnlSums {
  const open = symbols.filter(({ openQuantity }) => !isZeroAmount(openQuantity))
  const known = symbols.flatMap(({ unrealised }) => unrealised ?? [])
  return {
    realised: sumAmounts(days.map(({ realised }) => realised)),
    fees: sumAmounts(days.map(({ fees }) => fees)),
    funding: sumAmounts(days.map(({ funding }) => funding)),
    net: sumAmounts(days.map(({ net }) => net)),
    fills: days.reduce((sum, { fills }) => sum + fills, 0),
    unrealised: known.length === 0 ? null : sumAmounts(known),
    unpriced: open.flatMap(({ unrealised, symbol }) => (unrealised === null ? symbol : [])),
  }
}

/** A day of the table and the picture, with the sum of all up to it. */
export interface DayLine extends PnlDay {
  readonly cumulative: string
}

/** Ascending. */
export function dayLines(days: readonly PnlDay[]): readonly DayLine[] {
  let cumulative = '0'
  return [...days]
    .sort((a, b) => (a.day < b.day ? -1 : 1))
    .map((day) => {
      cumulative = addAmounts(cumulative, day.net)
      return { ...day, cumulative }
    })
}

export interface ChartDay {
  readonly day: string
  /** null: nothing happened that day. */
  readonly net: string | null
  readonly cumulative: string
}

/** Every day from the first to the last, also those on which nothing happened. */
export function chartDays(lines: readonly DayLine[]): readonly ChartDay[] {
  const points: ChartDay[] = []
  for (const { day, net, cumulative } of lines) {
    const before = points.at(-1)
    let next = before && followingDay(before.day)
    while (before && next !== undefined && next < day) {
      points.push({ day: next, net: null, cumulative: before.cumulative })
      next = followingDay(next)
    }
    points.push({ day, net, cumulative })
  }
  return points
}

function followingDay(day: string): string | undefined {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(at) ? undefined : new Date(at + dayMs).toISOString().slice(0, 10)
}
