/** The trader's own: balances, positions, orders, fills, transfers, funding, profit and loss. Scope account. */
import { z } from 'zod'
import { isZeroAmount } from '../../../shared/amount.ts'
import {
  AccountState,
  type ExchangeId,
  OrderStatus,
  TransferKind,
  TransferStatus,
} from '../../../shared/domain/index.ts'
import { TimeZoneName } from '../../../shared/pnl.ts'
import {
  alertMessage,
  balanceMessage,
  driftMessage,
  fillMessage,
  fundingPaymentMessage,
  orderUpdateMessage,
  positionMessage,
  transferMessage,
} from '../../../shared/unified/messages.ts'
import {
  AlertMessage,
  BalanceMessage,
  DriftMessage,
  FillMessage,
  FundingPaymentMessage,
  OrderUpdateMessage,
  PositionMessage,
  TransferMessage,
} from '../../../shared/unified/schemas.ts'
import type { GatewayHub } from '../options.ts'
import { account, asset, cursor, exchange, flag, limit, number, side, symbol, time } from './parameters.ts'
import { ask, page, type Route, route, whole } from './route.ts'

const AccountRow = z.object({
  id: z.string(),
  exchange: z.string(),
  label: z.string(),
  state: AccountState,
  reason: z.string().nullable(),
  since: z.number(),
  open_drifts: z.number().int(),
  notes: z.array(z.string()),
  polls: z.array(
    z.object({
      kind: z.string(),
      state: z.string(),
      last_success_time: z.number().nullable(),
      problem: z.string().nullable(),
    }),
  ),
})

const decimal = z.string()
const sums = { realised: decimal, fees: decimal, funding: decimal, net: decimal, fills: z.number().int() }
const Pnl = z.object({
  method: z.enum(['average', 'fifo']),
  days: z.array(z.object({ day: z.string(), asset: z.string(), ...sums })),
  symbols: z.array(
    z.object({
      account: z.string(),
      exchange: z.string(),
      symbol: z.string(),
      asset: z.string(),
      ...sums,
      open_quantity: decimal,
      open_cost: decimal.nullable(),
      unrealised: decimal.nullable(),
      uncovered_quantity: decimal,
    }),
  ),
  fees_elsewhere: z.array(z.object({ asset: z.string(), amount: decimal })),
  first_fill_time: z.number().nullable(),
  notes: z.array(z.string()),
})

/** Of the lists that are read in pages. */
const filter = {
  account: account.optional(),
  exchange: exchange.optional(),
  text: z.string().min(1).max(80).optional().describe('looked for in symbols and ids'),
  from: time.optional(),
  to: time.optional(),
}
const paging = { cursor: cursor.optional(), limit: limit(100) }

const fitsBy = (
  row: { readonly account: string; readonly exchange: string },
  by: { readonly account?: string | undefined; readonly exchange?: string | undefined },
): boolean =>
  (by.account === undefined || row.account === by.account) &&
  (by.exchange === undefined || row.exchange === by.exchange)

const common = { scope: 'account', tag: 'account' } as const

export function accountRoutes(hub: GatewayHub): Route[] {
  return [
    route({
      ...common,
      path: '/accounts',
      summary: 'The accounts and how each is',
      query: {},
      reply: page(AccountRow),
      answer: async () =>
        whole(
          (await ask(hub, 'accounts.list', {})).map((one) => ({
            id: one.id,
            exchange: one.exchange.toUpperCase(),
            label: one.label,
            state: one.state,
            reason: one.reason,
            since: one.since,
            open_drifts: one.openDrifts,
            notes: one.notes,
            polls: one.polls.map(({ kind, state, lastSuccessAt, problem }) => ({
              kind,
              state,
              last_success_time: lastSuccessAt,
              problem,
            })),
          })),
        ),
    }),
    route({
      ...common,
      path: '/balances',
      summary: 'What is held of each asset in each wallet',
      query: { account: account.optional(), exchange: exchange.optional(), asset: asset.optional() },
      reply: page(BalanceMessage),
      async answer({ query }) {
        const { rows } = await ask(hub, 'portfolio.get', {})
        return whole(
          rows
            .filter((row) => fitsBy(row, query) && (query.asset === undefined || row.asset === query.asset))
            .map((row) => balanceMessage(row, row.truth)),
        )
      },
    }),
    route({
      ...common,
      path: '/positions',
      summary: 'Open positions of perpetuals',
      query: { account: account.optional(), exchange: exchange.optional(), symbol: symbol.optional() },
      reply: page(PositionMessage),
      async answer({ query }) {
        const rows = await ask(hub, 'positions.list', {})
        return whole(
          rows
            // Those that closed since the start are told to screens, with a quantity of 0.
            .filter(({ quantity }) => !isZeroAmount(quantity))
            .filter((row) => fitsBy(row, query) && (query.symbol === undefined || row.symbol === query.symbol))
            .map(positionMessage),
        )
      },
    }),
    route({
      ...common,
      path: '/orders/open',
      summary: 'Orders that are open now',
      query: { account: account.optional(), exchange: exchange.optional(), symbol: symbol.optional() },
      reply: page(OrderUpdateMessage),
      async answer({ query }) {
        const rows = await ask(hub, 'orders.open', {})
        return whole(
          rows
            .filter((row) => fitsBy(row, query) && (query.symbol === undefined || row.symbol === query.symbol))
            .map(orderUpdateMessage),
        )
      },
    }),
    route({
      ...common,
      path: '/orders',
      summary: 'All stored orders in their newest state, newest first',
      query: { ...filter, side: side.optional(), status: OrderStatus.optional(), ...paging },
      reply: page(OrderUpdateMessage),
      async answer({ query: { cursor: from, limit: most, status, ...by } }) {
        const { side: ofSide = null, ...rest } = by
        const statuses = status === undefined ? null : [status]
        const { rows, next } = await ask(hub, 'orders.list', {
          filter: { ...filterOf(rest), side: ofSide, statuses },
          cursor: from ?? null,
          limit: most,
        })
        return { data: rows.map(orderUpdateMessage), next }
      },
    }),
    route({
      ...common,
      path: '/fills',
      summary: 'Own trades, newest first',
      query: { ...filter, side: side.optional(), ...paging },
      reply: page(FillMessage),
      async answer({ query: { cursor: from, limit: most, side: ofSide = null, ...rest } }) {
        const { rows, next } = await ask(hub, 'fills.list', {
          filter: { ...filterOf(rest), side: ofSide },
          cursor: from ?? null,
          limit: most,
        })
        return { data: rows.map((fill) => fillMessage(fill, false)), next }
      },
    }),
    route({
      ...common,
      path: '/transfers',
      summary: 'Deposits, withdrawals and moves between wallets, newest first',
      query: { ...filter, kind: TransferKind.optional(), status: TransferStatus.optional(), ...paging },
      reply: page(TransferMessage),
      async answer({ query: { cursor: from, limit: most, kind = null, status = null, ...rest } }) {
        const { rows, next } = await ask(hub, 'transfers.list', {
          filter: { ...filterOf(rest), kind, status },
          cursor: from ?? null,
          limit: most,
        })
        return { data: rows.map(transferMessage), next }
      },
    }),
    route({
      ...common,
      path: '/funding-payments',
      summary: 'Funding received and paid, newest first',
      query: { account: account.optional(), from: time.optional(), ...paging },
      reply: page(FundingPaymentMessage),
      async answer({ query }) {
        const { rows, next } = await ask(hub, 'fundingPayments.list', {
          account: query.account ?? null,
          from: query.from ?? null,
          cursor: query.cursor ?? null,
          limit: query.limit,
        })
        return { data: rows.map(fundingPaymentMessage), next }
      },
    }),
    route({
      ...common,
      path: '/pnl',
      summary: 'Profit and loss by day and by symbol, in the asset it arose in: net = realised - fees + funding',
      query: {
        account: account.optional(),
        method: z.enum(['average', 'fifo']).optional().describe('of cost; as in the settings where not given'),
        from: time.optional(),
        to: time.optional(),
        utc_offset_minutes: number(-900, 900).default(0).describe('of the days, east of UTC, all through'),
        time_zone: TimeZoneName.optional().describe(
          'of the days, such as Europe/Berlin; goes before utc_offset_minutes',
        ),
      },
      reply: Pnl,
      async answer({ query }) {
        const report = await ask(hub, 'pnl.report', {
          account: query.account ?? null,
          method: query.method ?? hub.settings.pnl.method,
          from: query.from ?? null,
          to: query.to ?? null,
          days: query.time_zone ?? query.utc_offset_minutes,
        })
        return {
          method: report.method,
          days: report.days,
          symbols: report.symbols.map(({ openQuantity, openCost, uncoveredQuantity, exchange: id, ...row }) => ({
            ...row,
            exchange: id.toUpperCase(),
            open_quantity: openQuantity,
            open_cost: openCost,
            uncovered_quantity: uncoveredQuantity,
          })),
          fees_elsewhere: report.feesElsewhere,
          first_fill_time: report.firstFillAt,
          notes: report.notes,
        }
      },
    }),
    route({
      ...common,
      path: '/drifts',
      summary: 'Differences between what the streams led to and what the exchange said, newest first',
      query: { account: account.optional(), resolved: flag.default(false).describe('the resolved ones, too') },
      reply: page(DriftMessage),
      async answer({ query }) {
        const drifts = await ask(hub, 'drifts.list', { account: query.account ?? null, withResolved: query.resolved })
        return whole(drifts.map(driftMessage))
      },
    }),
    route({
      ...common,
      path: '/alerts',
      summary: 'The newest alerts',
      query: {},
      reply: page(AlertMessage),
      answer: async () => whole((await ask(hub, 'alerts.list', {})).map(alertMessage)),
    }),
  ]
}

interface ListFilter {
  readonly account?: string | undefined
  readonly exchange?: ExchangeId | undefined
  readonly text?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}
/** What is not given does not filter: null, in the contract. */
const filterOf = ({
  account: id = null,
  exchange: at = null,
  text = null,
  from = null,
  to = null,
}: NullableFilter) => ({
  account: id,
  exchange: at,
  text,
  from,
  to,
})
type NullableFilter = { readonly [K in keyof ListFilter]: ListFilter[K] | null }
