/**
 * What Gate tells of an account, by REST and by streams, without transforms. Streams write as numbers what REST writes as text and
 * the other way round, so one schema takes both; only what is read is named.
 */
import { z } from 'zod'
import { decimalTextOf } from '../../../shared/amount.ts'

/** Decimal text (an exponent allowed) or a JSON number; `account-normalize.ts` writes it out. */
const decimal = z.union([z.string(), z.number()]).refine((value) => decimalTextOf(value) !== null, 'no number')
/** '' stands for nothing told. */
const optional = z.union([decimal, z.literal('')]).nullish()
/** Text, or an integer small enough to have survived JSON.parse. */
const id = z.union([z.string().min(1), z.number().int()])
const name = z.string().min(1)
const words = z.string().nullish()

/** Row of /spot/orders and spot.orders. Streams have `event` and no `status`. */
export const SpotOrder = z.object({
  id,
  text: words,
  create_time: optional,
  create_time_ms: optional,
  update_time: optional,
  update_time_ms: optional,
  status: words,
  event: words,
  finish_as: words,
  currency_pair: name,
  type: name,
  side: z.enum(['buy', 'sell']),
  amount: decimal,
  price: optional,
  time_in_force: words,
  left: decimal,
  filled_amount: optional,
  avg_deal_price: optional,
})
export type SpotOrder = z.infer<typeof SpotOrder>

/** Group of /spot/open_orders: all of one pair. */
export const OpenOrders = z.array(z.object({ currency_pair: z.string(), orders: z.array(z.unknown()) }))

/** Row of /spot/my_trades and spot.usertrades. */
export const SpotFill = z.object({
  id,
  order_id: id,
  currency_pair: name,
  create_time: optional,
  create_time_ms: optional,
  side: z.enum(['buy', 'sell']),
  role: words,
  amount: decimal,
  price: decimal,
  fee: optional,
  fee_currency: words,
  gt_fee: optional,
  point_fee: optional,
})

/** Row of /futures/usdt/orders, orders_timerange and futures.orders; sizes in contracts, negative to sell. */
export const FuturesOrder = z.object({
  id,
  contract: name,
  text: words,
  create_time: optional,
  create_time_ms: optional,
  update_time: optional,
  finish_time: optional,
  finish_time_ms: optional,
  status: z.enum(['open', 'finished']),
  finish_as: words,
  size: decimal,
  left: decimal,
  price: decimal,
  fill_price: optional,
  tif: words,
  is_reduce_only: z.boolean().nullish(),
  is_close: z.boolean().nullish(),
})
export type FuturesOrder = z.infer<typeof FuturesOrder>

/** Row of my_trades_timerange (`trade_id`) and futures.usertrades (`id`). */
export const FuturesFill = z.object({
  id: id.nullish(),
  trade_id: id.nullish(),
  order_id: id,
  contract: name,
  create_time: optional,
  create_time_ms: optional,
  size: decimal,
  price: decimal,
  role: words,
  fee: optional,
  point_fee: optional,
})

/** Row of /futures/usdt/positions and futures.positions. */
export const FuturesPosition = z.object({
  contract: name,
  size: decimal,
  mode: words,
  pos_margin_mode: words,
  lever: optional,
  leverage: optional,
  cross_leverage_limit: optional,
  entry_price: optional,
  mark_price: optional,
  liq_price: optional,
  unrealised_pnl: optional,
  update_time: optional,
  time: optional,
  time_ms: optional,
})

export const SpotBalance = z.object({ currency: name, available: decimal, locked: decimal })

/** Row of spot.balances. */
export const SpotBalanceChange = z.object({
  currency: name,
  available: decimal,
  freeze: optional,
  total: optional,
  timestamp: optional,
  timestamp_ms: optional,
  change_type: words,
})

/** /futures/usdt/accounts */
export const FuturesAccount = z.object({
  currency: words,
  total: decimal,
  available: decimal,
  margin_mode: z.number().nullish(),
})

/** The same: `single`, `dual` or, since April 2026, `dual_plus`, where a side may be held in cross and isolated margin at once. */
export const PositionMode = z.object({ position_mode: words })

/** Row of futures.balances: `balance` is the total after the change; without `currency` it is USDT. */
export const FuturesBalanceChange = z.object({
  balance: decimal,
  currency: words,
  type: words,
  time: optional,
  time_ms: optional,
})

/** Row of /wallet/deposits and /wallet/withdrawals. */
export const WalletRecord = z.object({
  id: name,
  currency: name,
  chain: words,
  address: words,
  txid: words,
  amount: decimal,
  fee: optional,
  timestamp: decimal,
  timestamp2: optional,
  status: name,
})

/** Row of /wallet/sub_account_transfers; `uid` is the main account's number, `sub_account` the other's. */
export const SubAccountMove = z.object({
  timest: decimal,
  uid: name,
  sub_account: name,
  sub_account_type: words,
  currency: name,
  amount: decimal,
  direction: z.enum(['to', 'from']),
  client_order_id: words,
  status: words,
})

/** Row of /futures/usdt/account_book. */
export const LedgerEntry = z.object({
  id: z.union([id, z.literal('')]).nullish(),
  time: decimal,
  change: decimal,
  type: name,
  text: words,
  contract: words,
  trade_id: z.union([id, z.literal('')]).nullish(),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

const userNumber = z.union([z.number().int(), z.string().regex(/^\d+$/)])
/** The user's number: `user_id` in /account/detail, `user` in /futures/usdt/accounts. */
export const UserNumber = z
  .object({ user_id: userNumber.optional(), user: userNumber.optional() })
  .refine(({ user_id, user }) => (user_id ?? user) !== undefined, 'neither user_id nor user')

/** /account/main_keys: one of these or a list of them. */
export const ApiKey = z.object({
  /** Text in the samples, an object without it in the tables. */
  key: z.unknown(),
  state: z.number().nullish(),
  mode: z.number().nullish(),
  ip_whitelist: z.array(z.string()).nullish(),
  perms: z
    .array(z.object({ name: z.union([z.string(), z.array(z.string())]), read_only: z.boolean().nullish() }))
    .nullish(),
})
export type ApiKey = z.infer<typeof ApiKey>
export const ApiKeys = z.union([z.array(ApiKey).min(1), ApiKey])

/** Text of an error on a stream: what REST would have answered. */
export const StreamError = z.object({ label: z.string(), message: z.string().nullish() })
