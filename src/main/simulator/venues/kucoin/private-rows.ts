/** The account in KuCoin's words: rows that replies and private pushes share. */
import { Amount, amountText, subtractAmounts } from '../../../../shared/amount.ts'
import type {
  SimAccount,
  SimBalance,
  SimFill,
  SimFunding,
  SimLedgerEntry,
  SimOrder,
  SimPositionView,
  SimTransfer,
  SimWallet,
} from '../../account/contract.ts'
import { nanoseconds, nativeName, type Row } from './frames.ts'

const isOpen = ({ status }: SimOrder): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'
/** KuCoin has no other word for an order that ended before it was filled. */
const isCanceled = (order: SimOrder): boolean => !isOpen(order) && order.status !== 'FILLED'
const sideOf = ({ side }: { readonly side: 'BUY' | 'SELL' }) => side.toLowerCase()
const timeInForceOf = ({ timeInForce }: SimOrder) => (timeInForce === 'POST_ONLY' ? 'GTC' : timeInForce)

/** Whole lots of base asset. */
const lots = ({ instrument }: Pick<SimOrder, 'instrument'>, quantity: string): number =>
  new Amount(quantity).div(instrument.contractSize).round().toNumber()
const remaining = ({ quantity, filledQuantity }: SimOrder) => subtractAmounts(quantity, filledQuantity)

/** JSON text in which these fields are written as they are: numbers beyond what JavaScript writes. */
export const withNumbers = (row: Row, numbers: Readonly<Record<string, string>>): string => {
  const written = Object.entries(numbers).map(([name, digits]) => `"${name}":${digits}`)
  return `${JSON.stringify(row).slice(0, -1)},${written.join(',')}}`
}

export function spotOrder(order: SimOrder): Row {
  const { id, clientOrderId, instrument, type, price, quantity, filledQuantity, filledQuote } = order
  const unfilled = remaining(order)
  const canceled = isCanceled(order) ? unfilled : '0'
  return {
    ...{ id, clientOid: clientOrderId, symbol: nativeName(instrument), opType: 'DEAL', type: type.toLowerCase() },
    ...{ side: sideOf(order), price: price ?? '0', size: quantity, funds: '0', dealSize: filledQuantity },
    ...{ dealFunds: filledQuote, remainSize: isOpen(order) ? unfilled : '0', remainFunds: '0' },
    ...{ cancelledSize: canceled, cancelledFunds: '0', fee: order.fee, feeCurrency: order.feeAsset, stp: null },
    ...{ timeInForce: timeInForceOf(order), postOnly: order.timeInForce === 'POST_ONLY', hidden: false },
    ...{ iceberg: false, visibleSize: '0', cancelAfter: 0, channel: 'API', remark: null, tags: null },
    ...{ cancelExist: isCanceled(order), tradeType: 'TRADE', inOrderBook: isOpen(order), active: isOpen(order) },
    ...{ tax: '0', createdAt: order.createdAt, lastUpdatedAt: order.updatedAt },
  }
}

/** JSON text. */
export function futuresOrder(order: SimOrder): string {
  const { id, clientOrderId, instrument, type, price, filledQuantity, filledQuote } = order
  const [size, filled] = [lots(order, order.quantity), lots(order, filledQuantity)]
  const average = filled === 0 ? '0' : amountText(new Amount(filledQuote).div(filledQuantity).toSignificantDigits(12))
  const row = {
    ...{ id, symbol: nativeName(instrument), type: type.toLowerCase(), side: sideOf(order), price: price ?? '', size },
    ...{ value: '0', dealValue: filledQuote, dealSize: filled, stp: '', stop: '', stopPrice: null },
    ...{ timeInForce: timeInForceOf(order), postOnly: order.timeInForce === 'POST_ONLY', hidden: false },
    ...{ leverage: '5', closeOrder: false, visibleSize: 0, clientOid: clientOrderId, remark: null, tags: '' },
    ...{ isActive: isOpen(order), cancelExist: isCanceled(order), createdAt: order.createdAt },
    ...{ updatedAt: order.updatedAt, endAt: isOpen(order) ? null : order.updatedAt, settleCurrency: instrument.quote },
    ...{ marginMode: 'CROSS', avgDealPrice: average, filledSize: filled, filledValue: filledQuote },
    ...{ status: isOpen(order) ? 'open' : 'done', reduceOnly: order.reduceOnly },
  }
  return withNumbers(row, { orderTime: nanoseconds(order.createdAt) })
}

const liquidityOf = ({ isMaker }: SimFill) => (isMaker ? 'maker' : 'taker')

/** JSON text: its trade's id is a number beyond 2^53. */
export function spotFill(fill: SimFill): string {
  const { number, order, instrument, price, quantity, quoteQuantity } = fill
  const row = {
    ...{ id: number, orderId: order.id, counterOrderId: '67174228135f9e000709da8c', symbol: nativeName(instrument) },
    ...{ side: sideOf(fill), liquidity: liquidityOf(fill), type: order.type.toLowerCase(), forceTaker: false, price },
    ...{ size: quantity, funds: quoteQuantity, fee: fill.fee, feeRate: '0.001', feeCurrency: fill.feeAsset, stop: '' },
    ...{ tradeType: 'TRADE', createdAt: fill.at },
  }
  return withNumbers(row, { tradeId: fill.tradeId })
}

/** JSON text. */
export function futuresFill(fill: SimFill): string {
  const { order, instrument, price, quantity, quoteQuantity, tradeId } = fill
  const row = {
    ...{ symbol: nativeName(instrument), tradeId, orderId: order.id, side: sideOf(fill), liquidity: liquidityOf(fill) },
    ...{ forceTaker: false, price, size: lots(fill, quantity), value: quoteQuantity, openFeePay: fill.fee },
    ...{ closeFeePay: '0', stop: '', feeRate: '0.00060', fixFee: '0', feeCurrency: fill.feeAsset },
    ...{ marginMode: 'CROSS', settleCurrency: instrument.quote, fee: fill.fee, orderType: order.type.toLowerCase() },
    ...{ displayType: order.type.toLowerCase(), tradeType: 'trade', subTradeType: null, createdAt: fill.at },
  }
  return withNumbers(row, { tradeTime: nanoseconds(fill.at) })
}

const accountTypes: Readonly<Record<SimWallet, string>> = { funding: 'main', spot: 'trade', futures: 'contract' }

export const accountRow = ({ wallet, asset, free, locked, total }: SimBalance, index: number): Row => ({
  ...{ id: String(548_674_591_000 + index), currency: asset, type: accountTypes[wallet] },
  ...{ balance: total, available: free, holds: locked },
})

const none: Pick<SimBalance, 'free' | 'locked' | 'total'> = { free: '0', locked: '0', total: '0' }
const unrealised = (account: SimAccount): string =>
  amountText(account.positions().reduce((sum, { unrealisedPnl }) => sum.plus(unrealisedPnl), new Amount(0)))

/** JSON text: amounts are numbers, with all their digits. */
export function overview(account: SimAccount, currency: string): string {
  const { free, locked, total } = account.balances('futures').find(({ asset }) => asset === currency) ?? none
  const profit = unrealised(account)
  const numbers = {
    ...{ accountEquity: amountText(new Amount(total).plus(profit)), unrealisedPNL: profit, marginBalance: total },
    ...{ positionMargin: locked, orderMargin: '0', frozenFunds: '0', availableBalance: free, maxWithdrawAmount: free },
  }
  return withNumbers({ currency, riskRatio: 0 }, numbers)
}

/** JSON text; sizes in lots. */
export function position({ instrument, quantity, entryPrice, leverage, ...view }: SimPositionView): string {
  const currentQty = lots({ instrument }, quantity)
  const row = {
    ...{ id: `5000000000${nativeName(instrument)}`, symbol: nativeName(instrument), crossMode: true },
    ...{ currentTimestamp: view.updatedAt, currentQty, isOpen: currentQty !== 0, settleCurrency: instrument.quote },
    ...{ isInverse: false, marginMode: 'CROSS', positionSide: 'BOTH' },
  }
  const numbers = {
    ...{ markPrice: view.markPrice, unrealisedPnl: view.unrealisedPnl, realisedPnl: view.realisedPnl },
    ...{ avgEntryPrice: entryPrice, liquidationPrice: view.liquidationPrice, leverage },
  }
  return withNumbers(row, numbers)
}

const transferStatuses = {
  pending: 'PROCESSING',
  completed: 'SUCCESS',
  failed: 'FAILURE',
  cancelled: 'FAILURE',
  refunded: 'FAILURE',
} as const

/** Deposits tell no id. */
export const walletRecord = ({ kind, id, asset, amount, fee, network, address, ...transfer }: SimTransfer): Row => ({
  ...(kind === 'withdrawal' ? { id } : {}),
  ...{ currency: asset, chain: network.toLowerCase(), status: transferStatuses[transfer.status], address, memo: '' },
  ...{ isInner: false, amount, fee, walletTxId: transfer.transactionId || null, createdAt: transfer.createdAt },
  ...{ updatedAt: transfer.updatedAt, remark: '', arrears: false },
})

const ledgerWords: Readonly<Record<SimLedgerEntry['reason'], string>> = {
  trade: 'TRADE_EXCHANGE',
  fee: 'TRADE_EXCHANGE',
  realised_pnl: 'REALISED_PNL',
  funding: 'FUNDING',
  deposit: 'DEPOSIT',
  withdrawal: 'WITHDRAW',
  withdrawal_fee: 'WITHDRAW',
  internal: 'TRANSFER',
}
export const isMove = ({ reason }: SimLedgerEntry): boolean => reason === 'internal'

export const ledgerRow = ({ number, wallet, asset, change, total, reason, at }: SimLedgerEntry): Row => ({
  ...{ id: String(354_689_988_000_000 + number), currency: asset, amount: amountText(new Amount(change).abs()) },
  ...{
    fee: '0',
    balance: total,
    accountType: wallet === 'funding' ? 'MAIN' : 'TRADE_HF',
    bizType: ledgerWords[reason],
  },
  ...{ direction: change.startsWith('-') ? 'out' : 'in', createdAt: at, context: '' },
})

/** JSON text. */
export function transaction({ number, asset, change, total, reason, at }: SimLedgerEntry): string {
  const type = reason !== 'internal' ? 'RealisedPNL' : change.startsWith('-') ? 'TransferOut' : 'TransferIn'
  const row = { time: at, type, fee: 0, status: 'Completed', remark: '', offset: number, currency: asset }
  return withNumbers(row, { amount: change, accountEquity: total })
}

/** JSON text. */
export function funding({ number, instrument, rate, markPrice, quantity, amount, asset, at }: SimFunding): string {
  const row = {
    ...{ id: 1_472_387_374_000_000 + number, symbol: nativeName(instrument), timePoint: at },
    ...{ positionQty: lots({ instrument }, quantity), settleCurrency: asset, context: '', marginMode: 'CROSS' },
  }
  return withNumbers(row, { fundingRate: rate, markPrice, funding: amount })
}

// ---------------------------------------------------------------- pushes

/** What a change of an order is told as. */
export type Change = 'received' | 'open' | 'match' | 'filled' | 'canceled'

/** JSON text, of spot and of futures alike but for sizes and times. Of one that was only received spot tells nothing of what is filled. */
export function orderPush(order: SimOrder, type: Change, fill: SimFill | null): string {
  const { instrument, price, filledQuantity, quantity } = order
  const isSpot = instrument.kind === 'spot'
  const size = (value: string) => (isSpot ? value : String(lots(order, value)))
  const unfilled = remaining(order)
  const times = {
    orderTime: isSpot ? String(order.createdAt) : nanoseconds(order.createdAt),
    ts: nanoseconds(order.updatedAt),
  }
  if (isSpot && type === 'received') {
    const { id: orderId, clientOrderId: clientOid } = order
    const named = { clientOid, orderId, orderType: order.type.toLowerCase(), symbol: nativeName(instrument) }
    const asked = { originSize: quantity, ...(price === null ? {} : { price }), side: sideOf(order) }
    return withNumbers({ ...named, ...asked, status: 'new', type }, times)
  }
  const isEnded = type === 'filled' || type === 'canceled'
  const matched = fill && {
    ...{ feeType: fill.isMaker ? 'makerFee' : 'takerFee', liquidity: liquidityOf(fill), matchPrice: fill.price },
    ...{ matchSize: size(fill.quantity), tradeId: fill.tradeId },
  }
  const row = {
    ...{ canceledSize: type === 'canceled' ? size(unfilled) : '0', clientOid: order.clientOrderId },
    ...{ filledSize: size(filledQuantity), orderId: order.id, orderType: order.type.toLowerCase() },
    ...(isSpot ? { originSize: quantity } : { tradeType: 'trade', marginMode: 'CROSS' }),
    ...(price === null ? {} : { price }),
    ...{ remainSize: isEnded ? '0' : size(unfilled), side: sideOf(order), size: size(quantity) },
    ...{ status: isEnded ? 'done' : isSpot ? type : 'open', symbol: nativeName(instrument), type, ...matched },
  }
  return withNumbers(row, times)
}

export const balancePush = ({ asset, free, locked, total, updatedAt }: SimBalance, relationEvent: string): Row => ({
  ...{ accountId: '548674591753', currency: asset, total, available: free, hold: locked, availableChange: '0' },
  ...{
    holdChange: '0',
    relationContext: {},
    relationEvent,
    relationEventId: '354689988084000',
    time: String(updatedAt),
  },
})

export const walletPush = ({ asset, free, locked, total, updatedAt }: SimBalance, account: SimAccount): Row => ({
  ...{ crossPosMargin: locked, isolatedOrderMargin: '0', holdBalance: '0', version: '1' },
  ...{ equity: amountText(new Amount(total).plus(unrealised(account))), availableBalance: free, walletBalance: total },
  ...{ isolatedPosMargin: '0', crossOrderMargin: '0', currency: asset, timestamp: String(updatedAt) },
})
