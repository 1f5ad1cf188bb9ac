import type { Database } from 'better-sqlite3'
import { type EpochMs, Opportunity } from '../../shared/domain/index.ts'

/** A column of a moment's and the field of `OpportunityMoment` in it; `open_` or `best_` stands before its name. */
const momentColumns = [
  ['verdict', 'verdict'],
  ['low_net_percent', 'lowNetPercent'],
  ['high_net_percent', 'highNetPercent'],
  ['executable_quantity', 'executableQuantity'],
  ['executable_profit', 'executableProfit'],
  ['funding_percent', 'fundingPercent'],
  ['buy_book_version', 'buyBookVersion'],
  ['sell_book_version', 'sellBookVersion'],
  ['buy_age_ms', 'buyAgeMs'],
  ['sell_age_ms', 'sellAgeMs'],
] as const

/** The same of the opening alone: of the best moment they are the opportunity's own. */
const openingColumns = [
  ['gross_percent', 'grossPercent'],
  ['net_percent', 'netPercent'],
  ['buy_price', 'buyPrice'],
  ['sell_price', 'sellPrice'],
  ['quantity', 'quantity'],
  ['profit', 'profit'],
] as const

const ownColumns = [
  ['id', 'id'],
  ['kind', 'kind'],
  ['symbol', 'symbol'],
  ['buy', 'buy'],
  ['sell', 'sell'],
  ['opened_at', 'openedAt'],
  ['closed_at', 'closedAt'],
  ['close_reason', 'closeReason'],
  ['best_at', 'bestAt'],
  ['best_gross_percent', 'bestGrossPercent'],
  ['best_net_percent', 'bestNetPercent'],
  ['best_buy_price', 'bestBuyPrice'],
  ['best_sell_price', 'bestSellPrice'],
  ['best_quantity', 'bestQuantity'],
  ['best_profit', 'bestProfit'],
  ['rejection', 'rejection'],
  ['rejection_words', 'rejectionWords'],
  ['buy_fee', 'buyFee'],
  ['sell_fee', 'sellFee'],
] as const

const openColumns = [...momentColumns, ...openingColumns]
const columns: readonly string[] = [
  ...ownColumns.map(([column]) => column),
  ...openColumns.map(([column]) => `open_${column}`),
  ...momentColumns.map(([column]) => `best_${column}`),
]

type Cell = string | number | null
type Row = Readonly<Record<string, Cell>> & { readonly open_verdict: Cell; readonly best_verdict: Cell }

/** Upsert by id. Returns the rows inserted or changed. */
export function createOpportunityWriter(database: Database): (opportunity: Opportunity) => number {
  const changed = columns.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`)
  const upsert = database.prepare<Cell[]>(
    `INSERT INTO opportunities (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${changed.join(', ')}`,
  )
  return (opportunity) => upsert.run(...cellsOf(opportunity)).changes
}

function cellsOf(opportunity: Opportunity): Cell[] {
  const { opening, best } = opportunity
  return [
    ...ownColumns.map(([, field]) => opportunity[field]),
    ...openColumns.map(([, field]) => opening?.[field] ?? null),
    ...momentColumns.map(([, field]) => best?.[field] ?? null),
  ]
}

function opportunityOf(row: Row): Opportunity {
  const picked = (fields: readonly (readonly [column: string, field: string])[], before: string) =>
    Object.fromEntries(fields.map(([column, field]) => [field, row[before + column]]))
  return Opportunity.parse({
    ...picked(ownColumns, ''),
    // Stored before verdicts were.
    opening: row.open_verdict === null ? null : picked(openColumns, 'open_'),
    best: row.best_verdict === null ? null : picked(momentColumns, 'best_'),
  })
}

export function createOpportunityReader(database: Database) {
  const closed = database.prepare<[number, number], Row>(
    `SELECT ${columns.join(', ')} FROM opportunities
     WHERE closed_at IS NOT NULL AND opened_at < ? ORDER BY opened_at DESC, id DESC LIMIT ?`,
  )
  const ofPair = database.prepare<[object], Row>(
    `SELECT ${columns.join(', ')} FROM opportunities INDEXED BY opportunities_by_pair
     WHERE buy = @buy AND sell = @sell AND opened_at < @to AND coalesce(closed_at, best_at) >= @from
     ORDER BY opened_at DESC, id DESC LIMIT @limit`,
  )
  const lastId = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM opportunities').pluck()
  return {
    closed: (before: EpochMs | null, limit: number): readonly Opportunity[] =>
      closed.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(opportunityOf),
    /** Of one direction of a pair, those that lived at some time of from <= t < to, newest first. */
    ofPair: (buy: string, sell: string, from: EpochMs, to: EpochMs, limit: number): readonly Opportunity[] =>
      ofPair.all({ buy, sell, from, to, limit }).map(opportunityOf),
    lastId: (): number => lastId.get() ?? 0,
  }
}
