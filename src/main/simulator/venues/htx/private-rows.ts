/** The account in HTX's words: rows that private replies and pushes share. Amounts are text, sizes of swaps contracts. */
import { Amount, amountText, multiplyAmounts, negateAmount } from '../../../../shared/amount.ts'
import type { SimBalance, SimFill, SimFunding, SimOrder, SimPositionView, SimTransfer } from '../../account/contract.ts'
import type { SimInstrument, SimMarket } from '../../venue.ts'
import type { Frames, Row } from './frames.ts'

export const isOpen = ({ status }: SimOrder): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'

const spotKinds: Readonly<Record<SimOrder['timeInForce'], string>> = {
  GTC: 'limit',
  IOC: 'ioc',
  FOK: 'limit-fok',
  POST_ONLY: 'limit-maker',
}

/** HTX has no word for orders that were refused or ended by themselves: they were cancelled. */
function spotState({ status, filledQuantity }: SimOrder): string {
  if (status === 'NEW') return 'submitted'
  if (status === 'PARTIALLY_FILLED') return 'partial-filled'
  if (status === 'FILLED') return 'filled'
  return filledQuantity === '0' ? 'canceled' : 'partial-canceled'
}
function swapState({ status, filledQuantity }: SimOrder): string {
  if (status === 'NEW') return 'new'
  if (status === 'PARTIALLY_FILLED') return 'partially_filled'
  if (status === 'FILLED') return 'filled'
  return filledQuantity === '0' ? 'canceled' : 'partially_canceled'
}

/** The account knows no margin modes: every second order is called isolated, since HTX lists each mode by itself. */
const marginModeOf = ({ number }: SimOrder): 'cross' | 'isolated' => (number % 2 === 0 ? 'isolated' : 'cross')

export interface PrivateRows {
  spotType(order: SimOrder): string
  /** `prefix`: how the list calls what was filled. */
  spotOrder(order: SimOrder, prefix: 'filled' | 'field'): Row
  spotFill(fill: SimFill): Row
  spotBalances(balances: readonly SimBalance[]): readonly Row[]
  balancePush(balance: SimBalance, changeType: string | null): Row
  orderPush(order: SimOrder, fill: SimFill | null): Row
  clearing(fill: SimFill): Row
  transfer(transfer: SimTransfer): Row
  swapDetail(balance: SimBalance, unrealised: string): Row
  swapOrder(order: SimOrder, fill: SimFill | null): Row
  swapFill(fill: SimFill): Row
  /** As `trade` pushes it: without the fee. */
  swapTrade(fill: SimFill): Row
  position(position: SimPositionView): Row
  funding(payment: SimFunding): Row
  move(transfer: SimTransfer): Row
}

/** The account's own numbers; any would do. */
export const spotAccountId = 100_009

export function createPrivateRows(market: SimMarket, frames: Frames): PrivateRows {
  /** What market buys were given in: quote asset, reckoned when the order was first told. */
  const quoted = new Map<string, string>()

  function quotedAmount(order: SimOrder): string {
    const known = quoted.get(order.id)
    if (known !== undefined) return known
    const spent = new Amount(order.filledQuote)
    const rest = new Amount(order.quantity).minus(order.filledQuantity)
    const amount = amountText(spent.plus(rest.times(String(market.quote(order.instrument).askPrice))))
    quoted.set(order.id, amount)
    return amount
  }

  const contracts = (quantity: string, { contractSize }: SimInstrument): string =>
    amountText(new Amount(quantity).dividedBy(String(contractSize)))
  const averageOf = ({ filledQuote, filledQuantity }: SimOrder): string =>
    filledQuantity === '0' ? '0' : new Amount(filledQuote).dividedBy(filledQuantity).toFixed(8)
  const spotType = ({ side, type, timeInForce }: SimOrder): string =>
    `${side.toLowerCase()}-${type === 'MARKET' ? 'market' : spotKinds[timeInForce]}`
  const isQuoted = ({ type, side }: SimOrder): boolean => type === 'MARKET' && side === 'BUY'

  return {
    spotType,

    spotOrder(order, prefix) {
      const { id, instrument, price, quantity, filledQuantity, filledQuote, fee, createdAt, updatedAt } = order
      const isCancelled = !isOpen(order) && order.status !== 'FILLED'
      return {
        id: Number(id),
        symbol: frames.nameOf(instrument),
        'account-id': spotAccountId,
        'client-order-id': order.clientOrderId,
        amount: isQuoted(order) ? quotedAmount(order) : quantity,
        price: price ?? '0',
        'created-at': createdAt,
        type: spotType(order),
        [`${prefix}-amount`]: filledQuantity,
        [`${prefix}-cash-amount`]: filledQuote,
        [`${prefix}-fees`]: fee,
        ...(isOpen(order) ? {} : { 'finished-at': updatedAt, 'canceled-at': isCancelled ? updatedAt : 0 }),
        source: 'api',
        state: spotState(order),
      }
    },

    spotFill: (fill) => ({
      symbol: frames.nameOf(fill.instrument),
      'fee-currency': fill.feeAsset.toLowerCase(),
      source: 'api',
      'order-id': Number(fill.order.id),
      price: fill.price,
      'created-at': fill.at,
      role: fill.isMaker ? 'maker' : 'taker',
      'match-id': fill.number,
      'filled-amount': fill.quantity,
      'filled-fees': fill.fee,
      'filled-points': '0.0',
      'fee-deduct-currency': '',
      'fee-deduct-state': 'done',
      'trade-id': Number(fill.tradeId),
      id: 313_288_753_000_000 + fill.number,
      type: spotType(fill.order),
    }),

    spotBalances: (balances) =>
      balances.flatMap(({ asset, free, locked }) => [
        { currency: asset.toLowerCase(), type: 'trade', balance: free, 'seq-num': '1' },
        { currency: asset.toLowerCase(), type: 'frozen', balance: locked, 'seq-num': '1' },
      ]),

    balancePush: ({ asset, free, total, updatedAt }, changeType) => ({
      currency: asset.toLowerCase(),
      accountId: spotAccountId,
      balance: total,
      available: free,
      changeType,
      accountType: 'trade',
      seqNum: '86872993928',
      changeTime: changeType === null ? null : updatedAt,
    }),

    orderPush(order, fill) {
      const { id, instrument, price, quantity, filledQuantity, filledQuote, createdAt, updatedAt } = order
      const size = isQuoted(order) ? { orderValue: quotedAmount(order) } : { orderSize: quantity }
      // Of market buys in quote asset, as all that is told of them but their trades.
      const [whole, execAmt] = isQuoted(order) ? [quotedAmount(order), filledQuote] : [quantity, filledQuantity]
      const done = { remainAmt: amountText(new Amount(whole).minus(execAmt)), execAmt }
      const shared = {
        symbol: frames.nameOf(instrument),
        orderId: Number(id),
        clientOrderId: order.clientOrderId,
        orderSource: 'spot-api',
        accountId: spotAccountId,
        ...(price === null ? {} : { orderPrice: price }),
        ...size,
        type: spotType(order),
        orderStatus: spotState(order),
      }
      if (fill !== null)
        return {
          ...shared,
          eventType: 'trade',
          tradePrice: fill.price,
          tradeVolume: fill.quantity,
          tradeId: Number(fill.tradeId),
          tradeTime: fill.at,
          aggressor: !fill.isMaker,
          ...done,
        }
      if (order.status === 'NEW') return { ...shared, eventType: 'creation', orderCreateTime: createdAt }
      return {
        ...shared,
        eventType: isOpen(order) ? 'trade' : 'cancellation',
        lastActTime: updatedAt,
        ...done,
      }
    },

    clearing: (fill) => ({
      eventType: 'trade',
      symbol: frames.nameOf(fill.instrument),
      orderId: Number(fill.order.id),
      orderSide: fill.side.toLowerCase(),
      orderType: spotType(fill.order),
      accountId: spotAccountId,
      source: 'spot-api',
      orderCreateTime: fill.order.createdAt,
      orderStatus: spotState(fill.order),
      feeCurrency: fill.feeAsset.toLowerCase(),
      tradePrice: fill.price,
      tradeVolume: fill.quantity,
      aggressor: !fill.isMaker,
      tradeId: Number(fill.tradeId),
      tradeTime: fill.at,
      transactFee: fill.fee,
      feeDeduct: '0',
      feeDeductType: '',
    }),

    transfer: ({ id, kind, asset, network, transactionId, amount, address, fee, status, createdAt, updatedAt }) => ({
      id: Number(id),
      type: kind === 'deposit' ? 'deposit' : 'withdraw',
      'sub-type': 'NORMAL',
      currency: asset.toLowerCase(),
      chain: network.toLowerCase(),
      'tx-hash': transactionId,
      amount: Number(amount),
      'from-addr-tag': '',
      address,
      'address-tag': '',
      fee: Number(fee),
      state: transferStates[kind === 'deposit' ? 'deposit' : 'withdrawal'][status],
      'created-at': createdAt,
      'updated-at': updatedAt,
    }),

    swapDetail: ({ asset, free, locked, total, updatedAt }, unrealised) => ({
      currency: asset,
      equity: amountText(new Amount(total).plus(unrealised)),
      available: free,
      profit_unreal: unrealised,
      initial_margin: locked,
      available_margin: free,
      withdraw_available: free,
      created_time: updatedAt,
      updated_time: updatedAt,
    }),

    swapOrder(order, fill) {
      const { id, instrument, side, type, timeInForce, price, quantity, filledQuantity, createdAt, updatedAt } = order
      const isPostOnly = timeInForce === 'POST_ONLY'
      return {
        id,
        side: side.toLowerCase(),
        type: type === 'MARKET' ? 'market' : isPostOnly ? 'post_only' : 'limit',
        price: price ?? '0',
        volume: contracts(quantity, instrument),
        state: swapState(order),
        contract_code: frames.nameOf(instrument),
        position_side: 'both',
        price_match: null,
        order_id: id,
        client_order_id: order.clientOrderId,
        margin_mode: marginModeOf(order),
        lever_rate: 10,
        order_source: 'api',
        reduce_only: order.reduceOnly,
        time_in_force: isPostOnly ? 'gtc' : timeInForce.toLowerCase(),
        trade_avg_price: averageOf(order),
        trade_volume: contracts(filledQuantity, instrument),
        trade_turnover: order.filledQuote,
        fee_currency: order.feeAsset,
        fee: negateAmount(order.fee),
        profit: fill?.realisedPnl ?? '0',
        contract_type: 'swap',
        cancel_reason: '',
        created_time: String(createdAt),
        updated_time: String(updatedAt),
      }
    },

    swapFill: (fill) => ({
      id: String(1_124_147_000 + fill.number),
      contract_code: frames.nameOf(fill.instrument),
      order_id: fill.order.id,
      trade_id: fill.tradeId,
      side: fill.side.toLowerCase(),
      position_side: 'both',
      order_type: '1',
      margin_mode: marginModeOf(fill.order),
      type: fill.order.type === 'MARKET' ? 'market' : 'limit',
      role: fill.isMaker ? 'MAKER' : 'TAKER',
      trade_price: fill.price,
      trade_volume: contracts(fill.quantity, fill.instrument),
      trade_turnover: multiplyAmounts(fill.price, fill.quantity),
      created_time: String(fill.at),
      updated_time: String(fill.at),
      order_source: 'api',
      fee_currency: fill.feeAsset,
      trade_fee: fill.fee,
      deduction_price: '',
      profit: fill.realisedPnl,
      contract_type: 'swap',
    }),

    swapTrade: (fill) => ({
      direction: fill.side.toLowerCase(),
      id: `${fill.number}-${fill.order.id}-1`,
      contract_code: frames.nameOf(fill.instrument),
      order_id: fill.order.id,
      trade_id: fill.tradeId,
      position_side: 'both',
      trade_volume: contracts(fill.quantity, fill.instrument),
      trade_price: fill.price,
      trade_turnover: multiplyAmounts(fill.price, fill.quantity),
      role: fill.isMaker ? 'maker' : 'taker',
      created_time: String(fill.at),
    }),

    position: (position) => {
      const { instrument, quantity, entryPrice, markPrice, unrealisedPnl, liquidationPrice, leverage, updatedAt } =
        position
      const held = new Amount(quantity)
      const volume = contracts(amountText(held.abs()), instrument)
      return {
        contract_code: frames.nameOf(instrument),
        position_side: 'both',
        direction: held.isNegative() ? 'sell' : 'buy',
        margin_mode: 'cross',
        open_avg_price: entryPrice,
        volume,
        available: volume,
        lever_rate: Number(leverage),
        adl_risk_percent: null,
        liquidation_price: liquidationPrice,
        profit_unreal: unrealisedPnl,
        mark_price: markPrice,
        last_price: markPrice,
        margin_currency: instrument.quote,
        contract_type: 'swap',
        created_time: updatedAt,
        updated_time: updatedAt,
      }
    },

    funding: ({ number, instrument, amount, asset, at }) => ({
      id: String(2_000_000_000 + number),
      contract_code: frames.nameOf(instrument),
      margin_mode: 'cross',
      currency: asset,
      type: amount.startsWith('-') ? '31' : '30',
      amount,
      created_time: String(at),
    }),

    move: ({ id, asset, amount, toWallet, createdAt }) => ({
      id,
      contract_code: '',
      margin_mode: 'cross',
      currency: asset,
      type: toWallet === 'futures' ? '14' : '15',
      amount: toWallet === 'futures' ? amount : negateAmount(amount),
      created_time: String(createdAt),
    }),
  }
}

const transferStates = {
  deposit: { pending: 'confirming', completed: 'safe', failed: 'orphan', cancelled: 'orphan', refunded: 'orphan' },
  withdrawal: {
    pending: 'submitted',
    completed: 'confirmed',
    failed: 'wallet-reject',
    cancelled: 'canceled',
    refunded: 'repealed',
  },
} as const
