/** The account in Crypto.com's words: rows that REST replies and pushes of the user socket share. */
import { Amount, addAmounts, amountText, isZeroAmount, negateAmount } from '../../../../shared/amount.ts'
import type { EpochMs, OrderStatus, TransferStatus } from '../../../../shared/domain/index.ts'
import type {
  SimBalance,
  SimFill,
  SimFunding,
  SimOrder,
  SimPositionView,
  SimTimeInForce,
  SimTransfer,
} from '../../account/contract.ts'
import type { Frames, Row } from './frames.ts'

const accountId = '52e7c00f-1324-5a6c-bfe7-de445bde21a5'

const statuses: Readonly<Record<OrderStatus, string>> = {
  NEW: 'ACTIVE',
  PARTIALLY_FILLED: 'ACTIVE',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
  REJECTED: 'REJECTED',
  EXPIRED: 'EXPIRED',
}
/** Of orders that ended before they were done. */
const reasons: Readonly<Partial<Record<OrderStatus, number>>> = { REJECTED: 306, EXPIRED: 43_003 }

const timesInForce: Readonly<Record<SimTimeInForce, string>> = {
  GTC: 'GOOD_TILL_CANCEL',
  POST_ONLY: 'GOOD_TILL_CANCEL',
  IOC: 'IMMEDIATE_OR_CANCEL',
  FOK: 'FILL_OR_KILL',
}

const depositStatuses: Readonly<Record<TransferStatus, string>> = {
  pending: '0',
  completed: '1',
  failed: '2',
  cancelled: '2',
  refunded: '2',
}
const withdrawalStatuses: Readonly<Record<TransferStatus, string>> = {
  pending: '1',
  completed: '5',
  failed: '4',
  cancelled: '6',
  refunded: '6',
}

/** What happened in one millisecond differs by its number. */
export const nanosecondsOf = (at: EpochMs, number: number): string =>
  `${at}${String(number % 1_000_000).padStart(6, '0')}`
const dateOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10)

export type PrivateRows = ReturnType<typeof createPrivateRows>

export function createPrivateRows(frames: Frames) {
  function positionBalance({ asset, total, locked }: SimBalance): Row {
    return {
      instrument_name: asset,
      quantity: total,
      market_value: total,
      collateral_eligible: true,
      haircut: '0',
      collateral_amount: total,
      max_withdrawal_balance: total,
      reserved_qty: locked,
    }
  }

  return {
    /** The whole wallet, each time. */
    wallet: (balances: readonly SimBalance[]): Row => ({
      instrument_name: 'USD',
      total_available_balance: '0',
      total_margin_balance: '0',
      total_cash_balance: '0',
      is_liquidating: false,
      isolated_positions: [],
      position_balances: balances.filter(({ total }) => !isZeroAmount(total)).map(positionBalance),
    }),

    order(order: SimOrder): Row {
      const { instrument, type, filledQuantity, filledQuote, createdAt, updatedAt, status } = order
      const reason = reasons[status]
      const isUnfilled = isZeroAmount(filledQuantity)
      const average = isUnfilled
        ? '0.0'
        : amountText(new Amount(filledQuote).div(filledQuantity).toSignificantDigits(12))
      return {
        account_id: accountId,
        order_id: order.id,
        client_oid: order.clientOrderId,
        order_type: type,
        time_in_force: timesInForce[order.timeInForce],
        side: order.side,
        exec_inst: order.timeInForce === 'POST_ONLY' ? ['POST_ONLY'] : [],
        quantity: order.quantity,
        ...(order.price === null ? {} : { limit_price: order.price }),
        order_value: amountText(new Amount(order.quantity).times(order.price ?? '0')),
        maker_fee_rate: '0.000500',
        taker_fee_rate: '0.000700',
        avg_price: average,
        cumulative_quantity: filledQuantity,
        cumulative_value: filledQuote,
        cumulative_fee: order.fee,
        status: statuses[status],
        order_date: dateOf(createdAt),
        instrument_name: frames.nameOf(instrument),
        fee_instrument_name: order.feeAsset,
        ...(reason === undefined ? {} : { reason }),
        create_time: createdAt,
        create_time_ns: nanosecondsOf(createdAt, order.number),
        update_time: updatedAt,
      }
    },

    fill: (fill: SimFill): Row => ({
      account_id: accountId,
      event_date: dateOf(fill.at),
      journal_type: 'TRADING',
      traded_quantity: fill.quantity,
      traded_price: fill.price,
      fees: negateAmount(fill.fee),
      fee_credits: '0',
      order_id: fill.order.id,
      trade_id: fill.tradeId,
      trade_match_id: String(fill.number),
      client_oid: fill.order.clientOrderId,
      taker_side: fill.isMaker ? 'MAKER' : 'TAKER',
      side: fill.side,
      instrument_name: frames.nameOf(fill.instrument),
      fee_instrument_name: fill.feeAsset,
      create_time: fill.at,
      create_time_ns: nanosecondsOf(fill.at, fill.number),
      transact_time_ns: nanosecondsOf(fill.at, fill.number),
      match_count: '1',
      match_index: '0',
    }),

    position(position: SimPositionView): Row {
      const cost = amountText(new Amount(position.quantity).times(position.entryPrice))
      return {
        account_id: accountId,
        quantity: position.quantity,
        cost: amountText(new Amount(position.quantity).times(position.markPrice)),
        open_position_pnl: position.unrealisedPnl,
        open_pos_cost: cost,
        session_pnl: addAmounts(position.unrealisedPnl, position.realisedPnl),
        update_timestamp_ms: position.updatedAt,
        instrument_name: frames.nameOf(position.instrument),
        type: 'PERPETUAL_SWAP',
      }
    },

    deposit: (of: SimTransfer): Row => ({
      currency: of.asset,
      fee: '0',
      create_time: of.createdAt,
      id: of.id,
      update_time: of.updatedAt,
      amount: of.amount,
      address: of.address,
      status: depositStatuses[of.status],
    }),

    withdrawal: (of: SimTransfer): Row => ({
      currency: of.asset,
      client_wid: '',
      fee: of.fee,
      create_time: of.createdAt,
      id: of.id,
      update_time: of.updatedAt,
      amount: of.amount,
      address: of.address,
      status: withdrawalStatuses[of.status],
      txid: of.transactionId,
      network_id: of.network === '' ? null : of.network,
    }),

    /** A row of the journal. */
    funding: (of: SimFunding): Row => ({
      account_id: accountId,
      event_date: dateOf(of.at),
      journal_type: 'FUNDING',
      journal_id: of.id,
      transaction_qty: '0',
      transaction_cost: '0.000000',
      realized_pnl: of.amount,
      trade_match_id: '0',
      event_timestamp_ms: of.at,
      event_timestamp_ns: nanosecondsOf(of.at, of.number),
      client_oid: '',
      taker_side: '',
      instrument_name: frames.nameOf(of.instrument),
    }),
  }
}
