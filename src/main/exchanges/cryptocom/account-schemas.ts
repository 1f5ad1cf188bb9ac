/**
 * What Crypto.com tells the holder of a key, as zod without transforms: amounts are text, or numbers where the wire differs from the
 * documents; account-normalize.ts reads them. Ids beyond 2^53 come as text (`exactIntegers`). Only fields that are read are named; REST
 * rows and stream rows of one thing share a schema.
 * Docs: #private-user-balance, #private-get-open-orders, #private-get-trades, ... · fixtures cryptocom/rest_private.json
 */
import { z } from 'zod'
import { Numeric } from './schemas.ts'

const Id = Numeric
const Absent = Numeric.nullish()

/** private/user-balance and channel `user.balance`: one row, its assets within, and those of isolated positions apart. */
const Assets = z.object({ position_balances: z.array(z.unknown()) })
export const BalanceRow = Assets.extend({ isolated_positions: z.array(Assets).nullish() })
export type BalanceRow = Readonly<z.infer<typeof BalanceRow>>
export const PositionBalance = z.object({ instrument_name: z.string().min(1), quantity: Numeric, reserved_qty: Absent })

/** private/get-open-orders, -order-history, -order-detail and channel `user.order`. */
export const OrderRow = z.object({
  instrument_name: z.string(),
  order_id: Id,
  client_oid: z.string().nullish(),
  order_type: z.string(),
  time_in_force: z.string().nullish(),
  side: z.string(),
  exec_inst: z.array(z.string()).nullish(),
  quantity: Absent,
  limit_price: Absent,
  ref_price: Absent,
  cumulative_quantity: Numeric,
  avg_price: Absent,
  status: z.string(),
  reason: Absent,
  create_time: Absent,
  update_time: Numeric,
})
export type OrderRow = Readonly<z.infer<typeof OrderRow>>

/** private/get-trades and channel `user.trade`. `taker_side` is the role, MAKER or TAKER; `fees` below 0 were taken. */
export const FillRow = z.object({
  instrument_name: z.string(),
  order_id: Id,
  trade_id: Id,
  side: z.string(),
  traded_quantity: Numeric,
  traded_price: Numeric,
  fees: Absent,
  fee_instrument_name: z.string().nullish(),
  taker_side: z.string().nullish(),
  create_time: Numeric,
})
export type FillRow = Readonly<z.infer<typeof FillRow>>

/** private/get-positions and channel `user.positions`. */
export const PositionRow = z.object({
  instrument_name: z.string(),
  quantity: Numeric,
  open_pos_cost: Absent,
  open_position_pnl: Absent,
  update_timestamp_ms: Absent,
  isolation_id: Absent,
})

/** private/get-deposit-history; deposits have no transaction id. */
export const Deposits = z.object({ deposit_list: z.array(z.unknown()) })
export const DepositRow = z.object({
  id: Id,
  currency: z.string().min(1),
  amount: Numeric,
  fee: Absent,
  address: z.string().nullish(),
  status: Numeric,
  create_time: Numeric,
  update_time: Absent,
})

/** private/get-withdrawal-history */
export const Withdrawals = z.object({ withdrawal_list: z.array(z.unknown()) })
export const WithdrawalRow = DepositRow.extend({ txid: z.string().nullish(), network_id: z.string().nullish() })

/** private/get-transactions, of journal type FUNDING. */
export const FundingRow = z.object({
  instrument_name: z.string(),
  journal_type: z.string(),
  journal_id: Id,
  realized_pnl: Numeric,
  transaction_cost: Absent,
  event_timestamp_ms: Numeric,
  isolation_id: Absent,
})

/** private/get-fee-rate, in hundredths of a percent. */
export const FeeRates = z.object({
  effective_spot_maker_rate_bps: Numeric,
  effective_spot_taker_rate_bps: Numeric,
  effective_deriv_maker_rate_bps: Numeric,
  effective_deriv_taker_rate_bps: Numeric,
})

/** private/get-currency-networks */
export const CurrencyMap = z.object({ currency_map: z.record(z.string(), z.unknown()) })
export const CurrencyRow = z.object({ network_list: z.array(z.unknown()) })
export const NetworkRow = z.object({
  network_id: z.string().min(1),
  withdrawal_fee: Absent,
  min_withdrawal_amount: Absent,
  withdraw_enabled: z.boolean(),
  deposit_enabled: z.boolean(),
})

/** A push of the user socket. */
export const UserPush = z.object({ channel: z.string(), data: z.array(z.unknown()) })
