import type { Database } from 'better-sqlite3'
import type { StoredGap, TradeRow } from '../market-contract.ts'
import { MultiRowInsert } from '../multi-row.ts'

const tradeHead = 'INSERT INTO trades (instrument_id, trade_id, price, quantity, side, exchange_at, received_at)'
/** Rows without a trade id stand outside that index: they are always inserted. */
const oncePerTrade = 'ON CONFLICT (instrument_id, trade_id) WHERE trade_id IS NOT NULL DO NOTHING'

const gapHead =
  'INSERT INTO gaps (id, instrument_id, kind, period, from_time, to_time, cause, detail, filled_at, why_not_filled)'
const gapColumns = 'from_time, to_time, cause, detail, filled_at, why_not_filled'
const upsertGap = `ON CONFLICT (id) DO UPDATE SET
  from_time = excluded.from_time, to_time = excluded.to_time, cause = excluded.cause, detail = excluded.detail,
  filled_at = excluded.filled_at, why_not_filled = excluded.why_not_filled
WHERE (${prefixed('gaps')}) IS NOT (${prefixed('excluded')})`

function prefixed(table: string): string {
  return gapColumns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ')
}

/** Each saves in one transaction and returns the rows inserted or changed. */
export function createMarketRowWriter(database: Database) {
  const insertTrades = new MultiRowInsert(database, tradeHead, 7, oncePerTrade)
  const insertGaps = new MultiRowInsert(database, gapHead, 10, upsertGap)
  return {
    saveTrades: database.transaction((rows: readonly TradeRow[]) =>
      insertTrades.run(rows.length, (values, at, row) => {
        const trade = rows[row]
        if (trade === undefined) return
        values[at] = trade.instrumentId
        values[at + 1] = trade.tradeId
        values[at + 2] = trade.price
        values[at + 3] = trade.quantity
        values[at + 4] = trade.side
        values[at + 5] = trade.exchangeAt
        values[at + 6] = trade.receivedAt
      }),
    ).immediate,
    saveGaps: database.transaction((gaps: readonly StoredGap[]) =>
      insertGaps.run(gaps.length, (values, at, row) => {
        const gap = gaps[row]
        if (gap === undefined) return
        values[at] = gap.id
        values[at + 1] = gap.instrumentId
        values[at + 2] = gap.kind
        values[at + 3] = gap.period
        values[at + 4] = gap.from
        values[at + 5] = gap.to
        values[at + 6] = gap.cause
        values[at + 7] = gap.detail
        values[at + 8] = gap.filledAt
        values[at + 9] = gap.whyNotFilled
      }),
    ).immediate,
  }
}
