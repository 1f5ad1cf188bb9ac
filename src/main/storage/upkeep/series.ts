import type { HotRow } from '../cold/hot-rows.ts'
import { columnNames, noQuotes, type Quotes } from '../cold/order.ts'

interface Series {
  readonly instrumentId: number
  quotes: Quotes
  length: number
}

/** Where parts of many more instruments follow each other, their columns are not all kept. */
const mostKept = 100

/**
 * Rows of one frame, which come by time, put instrument by instrument. What it gives is valid until `clear`; its columns are used
 * again for the next frame.
 */
export class SeriesOfFrame {
  private readonly byId = new Map<number, Series>()
  /** In the order in which they came first: every snapshot mostly tells them in this order. */
  private readonly inTurn: Series[] = []
  rows = 0

  clear(): void {
    this.rows = 0
    if (this.inTurn.length > mostKept) {
      this.byId.clear()
      this.inTurn.length = 0
    }
    for (const series of this.inTurn) series.length = 0
  }

  add(rows: readonly HotRow[]): void {
    const { inTurn } = this
    let turn = 0
    for (const row of rows) {
      let series = inTurn[turn]
      if (series?.instrumentId !== row[1]) {
        turn = this.turnOf(row[1])
        series = inTurn[turn]
        if (!series) continue
      }
      turn = turn + 1 === inTurn.length ? 0 : turn + 1
      const at = series.length++
      if (at === series.quotes.time.length) series.quotes = larger(series.quotes)
      const { quotes } = series
      quotes.time[at] = row[0]
      quotes.bidPrice[at] = row[2] ?? Number.NaN
      quotes.bidQuantity[at] = row[3] ?? Number.NaN
      quotes.askPrice[at] = row[4] ?? Number.NaN
      quotes.askQuantity[at] = row[5] ?? Number.NaN
    }
    this.rows += rows.length
  }

  /** Those that have rows, by instrument. */
  series(): readonly Quotes[] {
    return this.inTurn
      .filter(({ length }) => length > 0)
      .sort((a, b) => a.instrumentId - b.instrumentId)
      .map(({ instrumentId, quotes, length }) => {
        quotes.instrumentIds.fill(instrumentId)
        return { ...quotes, length }
      })
  }

  private turnOf(instrumentId: number): number {
    const known = this.byId.get(instrumentId)
    if (known) return this.inTurn.indexOf(known)
    const series = { instrumentId, quotes: noQuotes(720), length: 0 }
    this.byId.set(instrumentId, series)
    return this.inTurn.push(series) - 1
  }
}

function larger(quotes: Quotes): Quotes {
  const into = noQuotes(quotes.time.length * 2)
  for (const name of columnNames) into[name].set(quotes[name])
  return into
}
