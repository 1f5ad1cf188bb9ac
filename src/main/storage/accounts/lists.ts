import type { Database } from 'better-sqlite3'
import { Fill, FundingPayment, Transfer } from '../../../shared/domain/index.ts'
import type { FillFilter, OrderFilter, TransferFilter } from '../../../shared/portfolio.ts'
import * as columns from './columns.ts'
import type { FundingFilter, PageRequest } from './jobs.ts'
import { orderOf } from './order-writer.ts'
import { atLeast, below, containing, createPageReader, equal, oneOf } from './pages.ts'

/** The lists that screens page through, newest first. */
export function createListReader(database: Database) {
  const orders = createPageReader(database, {
    table: 'orders',
    time: 'placed_at',
    fields: columns.orderColumns.fields,
    parse: orderOf,
  })
  const fills = createPageReader(database, {
    table: 'fills',
    time: 'at',
    fields: columns.fillColumns.fields,
    parse: (row) => Fill.parse(row),
  })
  const transfers = createPageReader(database, {
    table: 'transfers',
    time: 'created_at',
    fields: columns.transferColumns.fields,
    parse: (row) => Transfer.parse(row),
  })
  const fundingPayments = createPageReader(database, {
    table: 'funding_payments',
    time: 'at',
    fields: columns.fundingPaymentColumns.fields,
    parse: (row) => FundingPayment.parse(row),
  })
  const common = (
    time: string,
    { account, exchange, text, from, to }: Pick<FillFilter, 'account' | 'exchange' | 'text' | 'from' | 'to'>,
  ) => [atLeast(time, from), below(time, to), equal('account', account), equal('exchange', exchange), containing(text)]
  return {
    orders: ({ filter, cursor, limit }: PageRequest<OrderFilter>) =>
      orders(
        [...common('placed_at', filter), equal('side', filter.side), oneOf('status', filter.statuses)],
        cursor,
        limit,
      ),
    fills: ({ filter, cursor, limit }: PageRequest<FillFilter>) =>
      fills([...common('at', filter), equal('side', filter.side)], cursor, limit),
    transfers: ({ filter, cursor, limit }: PageRequest<TransferFilter>) =>
      transfers(
        [...common('created_at', filter), equal('kind', filter.kind), equal('status', filter.status)],
        cursor,
        limit,
      ),
    fundingPayments: ({ filter: { account, from }, cursor, limit }: PageRequest<FundingFilter>) =>
      fundingPayments([atLeast('at', from), equal('account', account)], cursor, limit),
  }
}
