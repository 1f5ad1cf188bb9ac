/** Recorded public trades of a range; of very many the largest. */
import type { Database } from 'better-sqlite3'
import type { EpochMs, Side } from '../../../shared/domain/index.ts'
import type { StoredTrades, TradesQuestion } from '../history-contract.ts'

type TradeRow = readonly [at: EpochMs, price: number, quantity: number, side: Side]

/** A slice of work: so much time at once, of all instruments whose trades are recorded. */
const sliceMs = 600_000
/** Above so many times the limit the smaller ones are dropped. */
const crowd = 4

export function createTradesReader(database: Database): (question: TradesQuestion) => Generator<void, StoredTrades> {
  const between = database
    .prepare<[EpochMs, EpochMs, number], TradeRow>(
      `SELECT time, price, quantity, side FROM trades INDEXED BY trades_by_time
       WHERE time >= ? AND time < ? AND instrument_id = ? ORDER BY time`,
    )
    .raw()
  const first = database
    .prepare<[EpochMs], EpochMs | null>('SELECT min(time) FROM trades INDEXED BY trades_by_time WHERE time >= ?')
    .pluck()
  const notional = ([, price, quantity]: TradeRow) => price * quantity
  const largest = (rows: readonly TradeRow[], limit: number): TradeRow[] =>
    rows.length <= limit ? [...rows] : [...rows].sort((a, b) => notional(b) - notional(a)).slice(0, limit)

  return function* ({ instrumentId, from, to, limit }) {
    let kept: TradeRow[] = []
    let count = 0
    for (
      let start = first.get(from) ?? null;
      start !== null && start < to;
      start = first.get(start + sliceMs) ?? null
    ) {
      const rows = between.all(start, Math.min(start + sliceMs, to), instrumentId)
      count += rows.length
      kept.push(...largest(rows, limit))
      if (kept.length > limit * crowd) kept = largest(kept, limit)
      yield
    }
    return {
      rows: largest(kept, limit)
        .sort((a, b) => a[0] - b[0])
        .map(([at, price, quantity, side]) => ({ at, price, quantity, side })),
      count,
    }
  }
}
