import type { Database } from 'better-sqlite3'
import { type EpochMs, Opportunity } from '../../shared/domain/index.ts'

const fields = `id, kind, symbol, buy, sell, opened_at AS openedAt, closed_at AS closedAt, close_reason AS closeReason,
  best_at AS bestAt, best_gross_percent AS bestGrossPercent, best_net_percent AS bestNetPercent, best_buy_price AS bestBuyPrice,
  best_sell_price AS bestSellPrice, best_quantity AS bestQuantity, best_profit AS bestProfit`

/** Upsert by id. Returns the rows inserted or changed. */
export function createOpportunityWriter(database: Database): (opportunity: Opportunity) => number {
  const upsert = database.prepare<[Opportunity]>(
    `INSERT INTO opportunities (id, kind, symbol, buy, sell, opened_at, closed_at, close_reason, best_at, best_gross_percent,
       best_net_percent, best_buy_price, best_sell_price, best_quantity, best_profit)
     VALUES (@id, @kind, @symbol, @buy, @sell, @openedAt, @closedAt, @closeReason, @bestAt, @bestGrossPercent,
       @bestNetPercent, @bestBuyPrice, @bestSellPrice, @bestQuantity, @bestProfit)
     ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, symbol = excluded.symbol, buy = excluded.buy, sell = excluded.sell,
       opened_at = excluded.opened_at, closed_at = excluded.closed_at, close_reason = excluded.close_reason,
       best_at = excluded.best_at, best_gross_percent = excluded.best_gross_percent,
       best_net_percent = excluded.best_net_percent, best_buy_price = excluded.best_buy_price,
       best_sell_price = excluded.best_sell_price, best_quantity = excluded.best_quantity, best_profit = excluded.best_profit`,
  )
  return (opportunity) => upsert.run(opportunity).changes
}

export function createOpportunityReader(database: Database) {
  const closed = database.prepare<[number, number]>(
    `SELECT ${fields} FROM opportunities WHERE closed_at IS NOT NULL AND opened_at < ? ORDER BY opened_at DESC, id DESC LIMIT ?`,
  )
  const ofPair = database.prepare<[object]>(
    `SELECT ${fields} FROM opportunities INDEXED BY opportunities_by_pair
     WHERE buy = @buy AND sell = @sell AND opened_at < @to AND coalesce(closed_at, best_at) >= @from
     ORDER BY opened_at DESC, id DESC LIMIT @limit`,
  )
  const lastId = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM opportunities').pluck()
  return {
    closed: (before: EpochMs | null, limit: number): readonly Opportunity[] =>
      closed.all(before ?? Number.MAX_SAFE_INTEGER, limit).map((row) => Opportunity.parse(row)),
    /** Of one direction of a pair, those that lived at some time of from <= t < to, newest first. */
    ofPair: (buy: string, sell: string, from: EpochMs, to: EpochMs, limit: number): readonly Opportunity[] =>
      ofPair.all({ buy, sell, from, to, limit }).map((row) => Opportunity.parse(row)),
    lastId: (): number => lastId.get() ?? 0,
  }
}
