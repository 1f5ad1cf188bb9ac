/** The subjects that are read from one table each: their columns, as in the views of docs/database.md, and how they are walked. */
import type { ExportSubject } from '../../../shared/data.ts'
import { type Column, type ColumnKind, column } from './columns.ts'

export interface TableSubject {
  /** With the SQL of each. */
  readonly columns: readonly (Column & { readonly sql: string })[]
  /** With what is joined to it. */
  readonly from: string
  /** The same without joins, for counting and paging. */
  readonly table: string
  /** Time of a row, what `from` and `to` mean. */
  readonly time: string
  /**
   * `time`: the order of an index that begins with the time and goes on with `key`. `id`: the order in which the rows came, where no index
   * has the time.
   */
  readonly walk: 'time' | 'id'
  /** Columns of the table that together tell two rows of one time apart; the last one is its rowid. */
  readonly key: readonly string[]
  /** null filters are left out; the SQL is true for rows of the exchanges (symbols) in the JSON array `?`. */
  readonly ofExchanges: string
  readonly ofSymbols: string
}

type Spec = readonly [name: string, kind: ColumnKind, sql?: string, isNullable?: 'nullable']

/** The column's own name unless other SQL is given. */
const columnsOf = (alias: string, specs: readonly Spec[]): TableSubject['columns'] =>
  specs.map(([name, kind, sql, nullable]) => ({
    ...column(name, kind, nullable !== undefined),
    sql: sql ?? `${alias}.${name}`,
  }))

const inJson = (expression: string): string => `${expression} IN (SELECT value FROM json_each(?))`

const account: readonly Spec[] = [
  ['account', 'text', 'coalesce(a.label, r.account)'],
  ['account_id', 'text', 'r.account'],
  ['exchange', 'text'],
]
const optional = (kind: ColumnKind, names: readonly string[]): Spec[] =>
  names.map((name) => [name, kind, `r.${name}`, 'nullable'])

/** What spoke for and against an opportunity at one moment. */
const momentOf = (before: 'open_' | 'best_'): Spec[] => {
  const named = (names: readonly string[]) => names.map((name) => before + name)
  return [
    ...optional('text', named(['verdict'])),
    ...optional('number', named(['low_net_percent', 'high_net_percent', 'executable_quantity', 'executable_profit'])),
    ...optional('number', named(['funding_percent'])),
    ...optional('integer', named(['buy_book_version', 'sell_book_version', 'buy_age_ms', 'sell_age_ms'])),
  ]
}
const joined = (table: string): string => `${table} r LEFT JOIN accounts a ON a.id = r.account`

type AccountSubject = Extract<ExportSubject, 'orders' | 'fills' | 'balances' | 'transfers' | 'funding'>

/** Of the trader's accounts. */
export const accountTables: Readonly<Record<AccountSubject, TableSubject>> = {
  orders: {
    columns: columnsOf('r', [
      ['time', 'time', 'r.placed_at'],
      ...account,
      ['symbol', 'text'],
      ['side', 'text'],
      ['type', 'text'],
      ['status', 'text'],
      ['price', 'amount', 'r.price', 'nullable'],
      ['quantity', 'amount', 'r.quantity', 'nullable'],
      ['filled_quantity', 'amount'],
      ['average_price', 'amount', 'r.average_price', 'nullable'],
      ['stop_price', 'amount', 'r.stop_price', 'nullable'],
      ['quote_quantity', 'amount', 'r.quote_quantity', 'nullable'],
      ['time_in_force', 'text', 'r.time_in_force', 'nullable'],
      ['reduce_only', 'boolean', 'r.reduce_only', 'nullable'],
      ['exchange_status', 'text'],
      ['exchange_order_id', 'text'],
      ['client_order_id', 'text', 'r.client_order_id', 'nullable'],
      ['updated_time', 'time', 'r.updated_at'],
      ['received_time', 'time', 'r.received_at'],
      ['raw', 'text'],
    ]),
    from: joined('orders'),
    table: 'orders r',
    time: 'r.placed_at',
    walk: 'time',
    key: ['r.id'],
    ofExchanges: inJson('r.exchange'),
    ofSymbols: inJson('r.symbol'),
  },
  fills: {
    columns: columnsOf('r', [
      ['time', 'time', 'r.at'],
      ...account,
      ['symbol', 'text'],
      ['side', 'text'],
      ['price', 'amount'],
      ['quantity', 'amount'],
      ['fee', 'amount', 'r.fee', 'nullable'],
      ['fee_asset', 'text', 'r.fee_asset', 'nullable'],
      ['liquidity', 'text', 'r.liquidity', 'nullable'],
      ['realised_pnl', 'amount', 'r.realised_pnl', 'nullable'],
      ['trade_id', 'text'],
      ['exchange_order_id', 'text'],
      ['received_time', 'time', 'r.received_at'],
      ['raw', 'text'],
    ]),
    from: joined('fills'),
    table: 'fills r',
    time: 'r.at',
    walk: 'time',
    key: ['r.id'],
    ofExchanges: inJson('r.exchange'),
    ofSymbols: inJson('r.symbol'),
  },
  balances: {
    columns: columnsOf('r', [
      ['time', 'time', 'r.received_at'],
      ...account,
      ['wallet', 'text'],
      ['asset', 'text'],
      ['free', 'amount', 'r.free', 'nullable'],
      ['locked', 'amount', 'r.locked', 'nullable'],
      ['total', 'amount'],
      ['exchange_time', 'time', 'r.exchange_at', 'nullable'],
    ]),
    from: joined('balances'),
    table: 'balances r',
    time: 'r.received_at',
    walk: 'id',
    key: ['r.id'],
    ofExchanges: inJson('r.exchange'),
    ofSymbols: inJson('r.asset'),
  },
  transfers: {
    columns: columnsOf('r', [
      ['time', 'time', 'r.created_at'],
      ...account,
      ['kind', 'text'],
      ['asset', 'text'],
      ['amount', 'amount'],
      ['fee', 'amount', 'r.fee', 'nullable'],
      ['fee_asset', 'text', 'r.fee_asset', 'nullable'],
      ['status', 'text'],
      ['exchange_status', 'text'],
      ['network', 'text', 'r.network', 'nullable'],
      ['address', 'text', 'r.address', 'nullable'],
      ['transaction_id', 'text', 'r.transaction_id', 'nullable'],
      ['from_wallet', 'text', 'r.from_wallet', 'nullable'],
      ['to_wallet', 'text', 'r.to_wallet', 'nullable'],
      ['transfer_id', 'text'],
      ['updated_time', 'time', 'r.updated_at', 'nullable'],
      ['received_time', 'time', 'r.received_at'],
      ['raw', 'text'],
    ]),
    from: joined('transfers'),
    table: 'transfers r',
    time: 'r.created_at',
    walk: 'time',
    key: ['r.id'],
    ofExchanges: inJson('r.exchange'),
    ofSymbols: inJson('r.asset'),
  },
  funding: {
    columns: columnsOf('r', [
      ['time', 'time', 'r.at'],
      ...account,
      ['symbol', 'text'],
      ['asset', 'text'],
      ['amount', 'amount'],
      ['payment_id', 'text'],
      ['received_time', 'time', 'r.received_at'],
    ]),
    from: joined('funding_payments'),
    table: 'funding_payments r',
    time: 'r.at',
    walk: 'time',
    key: ['r.id'],
    ofExchanges: inJson('r.exchange'),
    ofSymbols: inJson('r.symbol'),
  },
}

type MarketSubject = Exclude<ExportSubject, AccountSubject | 'book_tickers' | 'klines'>

const half = (column: string, part: 'exchange' | 'symbol'): string =>
  part === 'exchange'
    ? `substr(r.${column}, 1, instr(r.${column}, ':') - 1)`
    : `substr(r.${column}, instr(r.${column}, ':') + 1)`

/** Of the market, but for the two that come in a rhythm. */
export const marketTables: Readonly<Record<MarketSubject, TableSubject>> = {
  trades: {
    columns: columnsOf('r', [
      ['time', 'time'],
      ['exchange', 'text', 'i.exchange'],
      ['symbol', 'text', 'i.symbol'],
      ['trade_id', 'text', 'r.trade_id', 'nullable'],
      ['price', 'number'],
      ['quantity', 'number'],
      ['side', 'text'],
      ['received_time', 'time', 'r.received_at'],
    ]),
    from: 'trades r JOIN instruments i ON i.id = r.instrument_id',
    table: 'trades r',
    time: 'r.time',
    walk: 'time',
    key: ['r.instrument_id', 'r.id'],
    ofExchanges: `r.instrument_id IN (SELECT id FROM instruments WHERE ${inJson('exchange')})`,
    ofSymbols: `r.instrument_id IN (SELECT id FROM instruments WHERE ${inJson('symbol')})`,
  },
  funding_rates: {
    columns: columnsOf('r', [
      ['time', 'time', 'r.received_at'],
      ['exchange', 'text'],
      ['symbol', 'text'],
      ['rate', 'amount'],
      ['next_funding_time', 'time', 'r.next_funding_at', 'nullable'],
      ['interval_hours', 'number', 'r.interval_hours', 'nullable'],
      ['mark_price', 'amount', 'r.mark_price', 'nullable'],
      ['exchange_time', 'time', 'r.exchange_at', 'nullable'],
    ]),
    from: 'funding_rates r',
    table: 'funding_rates r',
    time: 'r.received_at',
    walk: 'id',
    key: ['r.id'],
    ofExchanges: inJson('r.exchange'),
    ofSymbols: inJson('r.symbol'),
  },
  opportunities: {
    columns: columnsOf('r', [
      ['id', 'integer'],
      ['kind', 'text'],
      ['symbol', 'text'],
      ['buy_exchange', 'text', half('buy', 'exchange')],
      ['buy_symbol', 'text', half('buy', 'symbol')],
      ['sell_exchange', 'text', half('sell', 'exchange')],
      ['sell_symbol', 'text', half('sell', 'symbol')],
      ['time', 'time', 'r.opened_at'],
      ['closed_time', 'time', 'r.closed_at', 'nullable'],
      ['duration_ms', 'integer', 'r.duration_ms', 'nullable'],
      ['close_reason', 'text', 'r.close_reason', 'nullable'],
      ['best_time', 'time', 'r.best_at'],
      ['best_gross_percent', 'number'],
      ['best_net_percent', 'number'],
      ['best_buy_price', 'number'],
      ['best_sell_price', 'number'],
      ['best_quantity', 'number'],
      ['best_profit', 'number'],
      ...optional('text', ['rejection', 'rejection_words']),
      ...optional('number', ['buy_fee', 'sell_fee']),
      ...momentOf('open_'),
      ...optional('number', ['open_gross_percent', 'open_net_percent', 'open_buy_price', 'open_sell_price']),
      ...optional('number', ['open_quantity', 'open_profit']),
      ...momentOf('best_'),
    ]),
    from: 'opportunities r',
    table: 'opportunities r',
    time: 'r.opened_at',
    walk: 'time',
    key: ['r.id'],
    // Either leg: the array is asked for once.
    ofExchanges: `EXISTS (SELECT 1 FROM json_each(?) WHERE value IN (${half('buy', 'exchange')}, ${half('sell', 'exchange')}))`,
    ofSymbols: inJson('r.symbol'),
  },
}
