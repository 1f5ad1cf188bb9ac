/** The account's orders, fills, positions and balances as rows of the REST endpoints, with every documented field. */
import { Amount, sumAmounts } from '../../../../shared/amount.ts'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type {
  SimBalance,
  SimFill,
  SimLedgerEntry,
  SimOrder,
  SimPositionView,
  SimTransfer,
} from '../../account/contract.ts'
import type { SimInstrument } from '../../venue.ts'
import { nativeName } from './listing.ts'

/** Becomes a JSON number of all these digits, more than a float64 may hold. TypeScript's own library does not know it yet. */
export const wholeNumber = (digits: string): unknown =>
  (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(digits)

/** Padded to 8 decimals: all amounts of spot, and balances, fees and profits of futures. */
export const padded = (amount: string): string => new Amount(amount).toFixed(8)
export const price = (instrument: SimInstrument, amount: string | null): string =>
  instrument.kind === 'spot' ? padded(amount ?? '0') : new Amount(amount ?? '0').toFixed(instrument.priceDecimals)
export const quantity = (instrument: SimInstrument, amount: string): string =>
  instrument.kind === 'spot' ? padded(amount) : new Amount(amount).toFixed(instrument.quantityDecimals)

/** Post-only is a type on spot and a time in force on futures. */
export const wordsOf = ({ instrument, type, timeInForce }: SimOrder): { type: string; timeInForce: string } => {
  if (timeInForce !== 'POST_ONLY') return { type, timeInForce }
  return instrument.kind === 'spot' ? { type: 'LIMIT_MAKER', timeInForce: 'GTC' } : { type, timeInForce: 'GTX' }
}

/** Why an order expired, where its time in force says. */
export const expiryReason = ({ status, timeInForce }: SimOrder): string | undefined => {
  if (status !== 'EXPIRED') return undefined
  if (timeInForce === 'IOC') return 'UNFILLED_IOC_QUANTITY_EXPIRED'
  return timeInForce === 'FOK' ? 'UNFILLED_FOK_ORDER_EXPIRED' : undefined
}

/** To two decimals more than prices have. */
export const averagePrice = ({ instrument, filledQuantity, filledQuote }: SimOrder): string => {
  const filled = new Amount(filledQuantity)
  const average = filled.isZero() ? filled : new Amount(filledQuote).div(filled)
  return average.toFixed(instrument.priceDecimals + 2)
}

export function spotOrderRow(order: SimOrder) {
  const { instrument, createdAt } = order
  const reason = expiryReason(order)
  return {
    symbol: nativeName(instrument),
    orderId: wholeNumber(order.id),
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    price: price(instrument, order.price),
    origQty: quantity(instrument, order.quantity),
    executedQty: quantity(instrument, order.filledQuantity),
    cummulativeQuoteQty: padded(order.filledQuote),
    status: order.status,
    ...wordsWithTime(order),
    side: order.side,
    stopPrice: padded('0'),
    icebergQty: padded('0'),
    time: createdAt,
    updateTime: order.updatedAt,
    isWorking: true,
    origQuoteOrderQty: padded('0'),
    workingTime: createdAt,
    selfTradePreventionMode: 'NONE',
    ...(reason === undefined ? {} : { expiryReason: reason }),
  }
}

const wordsWithTime = (order: SimOrder) => {
  const { type, timeInForce } = wordsOf(order)
  return { timeInForce, type }
}

export function futuresOrderRow(order: SimOrder) {
  const { instrument } = order
  const { type, timeInForce } = wordsOf(order)
  return {
    avgPrice: averagePrice(order),
    clientOrderId: order.clientOrderId,
    cumQuote: padded(order.filledQuote),
    cumBase: '0',
    executedQty: quantity(instrument, order.filledQuantity),
    orderId: wholeNumber(order.id),
    origQty: quantity(instrument, order.quantity),
    origType: type,
    price: price(instrument, order.price),
    reduceOnly: order.reduceOnly,
    side: order.side,
    positionSide: 'BOTH',
    status: order.status,
    stopPrice: '0',
    closePosition: false,
    symbol: nativeName(instrument),
    pair: nativeName(instrument),
    time: order.createdAt,
    timeInForce,
    type,
    updateTime: order.updatedAt,
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    priceMatch: 'NONE',
    selfTradePreventionMode: 'NONE',
    goodTillDate: 0,
  }
}

export const spotFillRow = (fill: SimFill) => ({
  symbol: nativeName(fill.instrument),
  id: Number(fill.tradeId),
  orderId: wholeNumber(fill.order.id),
  orderListId: -1,
  price: price(fill.instrument, fill.price),
  qty: quantity(fill.instrument, fill.quantity),
  quoteQty: padded(fill.quoteQuantity),
  commission: padded(fill.fee),
  commissionAsset: fill.feeAsset,
  time: fill.at,
  isBuyer: fill.side === 'BUY',
  isMaker: fill.isMaker,
  isBestMatch: true,
})

export const futuresFillRow = (fill: SimFill) => ({
  buyer: fill.side === 'BUY',
  commission: padded(fill.fee),
  commissionAsset: fill.feeAsset,
  id: Number(fill.tradeId),
  maker: fill.isMaker,
  orderId: wholeNumber(fill.order.id),
  price: price(fill.instrument, fill.price),
  qty: quantity(fill.instrument, fill.quantity),
  quoteQty: padded(fill.quoteQuantity),
  baseQty: '0',
  marginAsset: fill.instrument.quote,
  realizedPnl: padded(fill.realisedPnl),
  side: fill.side,
  positionSide: 'BOTH',
  symbol: nativeName(fill.instrument),
  pair: nativeName(fill.instrument),
  time: fill.at,
})

/** `availableBalance` counts unrealised profit in. */
export function futuresBalanceRow(balance: SimBalance, positions: readonly SimPositionView[], userId: string) {
  const { asset, total, free, updatedAt } = balance
  const profit = sumAmounts(
    positions.filter(({ instrument }) => instrument.quote === asset).map((position) => position.unrealisedPnl),
  )
  const available = Amount.max(0, new Amount(free).plus(profit)).toFixed(8)
  return {
    accountAlias: `Fz${userId}`,
    asset,
    balance: padded(total),
    crossWalletBalance: padded(total),
    crossUnPnl: padded(profit),
    availableBalance: available,
    maxWithdrawAmount: padded(free),
    marginAvailable: true,
    updateTime: updatedAt,
  }
}

export function positionRow(position: SimPositionView) {
  const { instrument, markPrice } = position
  const notional = new Amount(position.quantity).times(markPrice)
  const margin = notional.abs().div(position.leverage).toFixed(8)
  return {
    symbol: nativeName(instrument),
    positionSide: 'BOTH',
    positionAmt: quantity(instrument, position.quantity),
    entryPrice: position.entryPrice,
    breakEvenPrice: position.entryPrice,
    markPrice: padded(markPrice),
    unRealizedProfit: padded(position.unrealisedPnl),
    liquidationPrice: position.liquidationPrice,
    isolatedMargin: '0',
    notional: notional.toFixed(8),
    marginAsset: instrument.quote,
    isolatedWallet: '0',
    initialMargin: margin,
    maintMargin: notional.abs().times('0.004').toFixed(8),
    positionInitialMargin: margin,
    openOrderInitialMargin: '0',
    adl: 2,
    bidNotional: '0',
    askNotional: '0',
    updateTime: position.updatedAt,
  }
}

const depositStatus = { pending: 0, completed: 1, failed: 2, cancelled: 2, refunded: 7 } as const
const withdrawalStatus = { pending: 4, completed: 6, failed: 5, cancelled: 1, refunded: 5 } as const

export const depositRow = (transfer: SimTransfer) => ({
  id: transfer.id,
  amount: transfer.amount,
  coin: transfer.asset,
  network: transfer.network,
  status: depositStatus[transfer.status],
  address: transfer.address,
  addressTag: '',
  txId: transfer.transactionId,
  insertTime: transfer.createdAt,
  completeTime: transfer.status === 'completed' ? transfer.updatedAt : null,
  transferType: 0,
  confirmTimes: transfer.status === 'completed' ? '10/10' : '3/10',
  unlockConfirm: 10,
  walletType: 0,
  travelRuleStatus: 0,
})

/** `2019-10-12 11:12:02`, UTC. */
const utcText = (at: EpochMs): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

export const withdrawalRow = (transfer: SimTransfer) => ({
  id: transfer.id,
  amount: transfer.amount,
  transactionFee: transfer.fee,
  coin: transfer.asset,
  status: withdrawalStatus[transfer.status],
  address: transfer.address,
  txId: transfer.transactionId,
  applyTime: utcText(transfer.createdAt),
  network: transfer.network,
  transferType: 0,
  info: '',
  confirmNo: 3,
  walletType: 0,
  txKey: '',
  ...(transfer.status === 'completed' ? { completeTime: utcText(transfer.updatedAt) } : {}),
})

const incomeTypes: Readonly<Partial<Record<SimLedgerEntry['reason'], string>>> = {
  internal: 'TRANSFER',
  funding: 'FUNDING_FEE',
  fee: 'COMMISSION',
  realised_pnl: 'REALIZED_PNL',
}

/** Numbers above 2^53, which only text can carry. */
const firstTransaction = 4_480_321_991_774_044_580n

/** null: the futures ledger has no word for it. `tranId` is put into the text by `incomeText`. */
export function incomeRow(entry: SimLedgerEntry) {
  const incomeType = incomeTypes[entry.reason]
  if (incomeType === undefined) return null
  return {
    symbol: entry.instrument === null ? '' : nativeName(entry.instrument),
    incomeType,
    income: padded(entry.change),
    asset: entry.asset,
    info: incomeType === 'COMMISSION' ? (entry.fill?.tradeId ?? '') : incomeType,
    time: entry.at,
    tranId: String(firstTransaction + BigInt(entry.number)),
    tradeId: entry.fill?.tradeId ?? '',
  }
}
export type IncomeRow = NonNullable<ReturnType<typeof incomeRow>>

/** JSON in which `tranId` is a number, digits and all. */
export const incomeText = (rows: readonly IncomeRow[]): string =>
  `[${rows.map((row) => JSON.stringify(row).replace(/"tranId":"(\d+)"/, '"tranId":$1')).join(',')}]`
