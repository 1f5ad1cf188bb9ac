/** The account in Gate's own words: rows of REST replies and of pushes, which write the same things differently. */
import { Amount, amountText } from '../../../../shared/amount.ts'
import type { TransferStatus } from '../../../../shared/domain/index.ts'
import type {
  SimBalance,
  SimFill,
  SimLedgerEntry,
  SimOrder,
  SimPosition,
  SimPositionView,
  SimTransfer,
} from '../../account/contract.ts'
import type { SimInstrument, SimMarket } from '../../venue.ts'
import { nativeName, seconds } from './format.ts'

const averageDecimals = 12

/** Signed base amounts to contracts, exactly: text with X-Gate-Size-Decimal, else an integer truncated toward zero. */
function contractsOf(base: string, { contractSize }: SimInstrument, asText: boolean): string | number {
  const count = new Amount(base).dividedBy(String(contractSize))
  return asText ? amountText(count) : count.truncated().toNumber()
}

const negatedIf = (condition: boolean, amount: string): string =>
  condition ? amountText(new Amount(amount).negated()) : amount

const averageOf = ({ filledQuantity, filledQuote }: SimOrder): string =>
  filledQuantity === '0'
    ? '0'
    : amountText(new Amount(filledQuote).dividedBy(filledQuantity).toDecimalPlaces(averageDecimals))

/** Seconds with milliseconds as a fraction: `1643950262.68`. */
const fractionalSeconds = (at: number): number => at / 1000

/** Gate's users begin their ids with `t-`. */
const textOf = ({ clientOrderId }: SimOrder): string =>
  clientOrderId.startsWith('t-') ? clientOrderId : `t-${clientOrderId}`

const timeInForce = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok', POST_ONLY: 'poc' } as const

/**
 * Why it ended. Gate has no rejected orders in its lists (placing them fails); one that was accepted and then thrown out stands as
 * cancelled.
 */
function endingOf({ status, timeInForce: force }: SimOrder): string {
  if (status === 'FILLED') return 'filled'
  if (status !== 'EXPIRED') return 'cancelled'
  return force === 'GTC' ? 'stp' : timeInForce[force]
}

const isOpen = ({ status }: SimOrder): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'

/** Market buys of spot are given in quote asset: what they were worth when first shown, remembered since it must not change. */
export type QuotedAmounts = Map<string, string>

function spotAmounts(order: SimOrder, market: SimMarket, quoted: QuotedAmounts): { amount: string; left: string } {
  const { instrument, quantity, filledQuantity, filledQuote } = order
  if (order.type !== 'MARKET' || order.side !== 'BUY') {
    return { amount: quantity, left: amountText(new Amount(quantity).minus(filledQuantity)) }
  }
  const known = quoted.get(order.id)
  const price = market.quote(instrument).askPrice.toFixed(instrument.priceDecimals)
  const amount =
    known ??
    (order.status === 'FILLED' ? filledQuote : amountText(new Amount(quantity).times(price).toDecimalPlaces(8)))
  quoted.set(order.id, amount)
  return { amount, left: amountText(Amount.max(0, new Amount(amount).minus(filledQuote))) }
}

export function spotOrder(order: SimOrder, market: SimMarket, quoted: QuotedAmounts, form: 'rest' | 'stream'): object {
  const { createdAt, updatedAt } = order
  const ms = (at: number): string | number => (form === 'rest' ? at : String(at))
  const said = isOpen(order) ? 'open' : order.status === 'FILLED' ? 'closed' : 'cancelled'
  const isNew = order.status === 'NEW' && createdAt === updatedAt
  const event = isNew ? 'put' : isOpen(order) ? 'update' : 'finish'
  return {
    id: order.id,
    text: textOf(order),
    create_time: String(seconds(createdAt)),
    update_time: String(seconds(updatedAt)),
    create_time_ms: ms(createdAt),
    update_time_ms: ms(updatedAt),
    ...(form === 'rest' ? { status: said } : {}),
    currency_pair: nativeName(order.instrument),
    type: order.type.toLowerCase(),
    account: 'spot',
    side: order.side.toLowerCase(),
    ...spotAmounts(order, market, quoted),
    price: order.price ?? '0',
    time_in_force: timeInForce[order.timeInForce],
    iceberg: '0',
    filled_amount: order.filledQuantity,
    fill_price: order.filledQuote,
    filled_total: order.filledQuote,
    avg_deal_price: averageOf(order),
    fee: order.fee,
    fee_currency: order.feeAsset,
    point_fee: '0',
    gt_fee: '0',
    gt_discount: false,
    rebated_fee: '0',
    rebated_fee_currency: order.instrument.quote,
    stp_id: 0,
    stp_act: '-',
    finish_as: isOpen(order) ? 'open' : endingOf(order),
    amend_text: '-',
    ...(form === 'stream' ? { event, biz_info: '-' } : {}),
  }
}

export function spotFill(fill: SimFill, form: 'rest' | 'stream'): object {
  const shared = {
    order_id: fill.order.id,
    currency_pair: nativeName(fill.instrument),
    create_time_ms: `${fill.at}.${String(fill.number % 1_000_000).padStart(6, '0')}`,
    side: fill.side.toLowerCase(),
    role: fill.isMaker ? 'maker' : 'taker',
    amount: fill.quantity,
    price: fill.price,
    fee: fill.fee,
    fee_currency: fill.feeAsset,
    point_fee: '0',
    gt_fee: '0',
    text: textOf(fill.order),
  }
  return form === 'rest'
    ? {
        id: fill.tradeId,
        create_time: String(seconds(fill.at)),
        ...shared,
        amend_text: '-',
        sequence_id: String(fill.number),
      }
    : { id: Number(fill.tradeId), create_time: seconds(fill.at), ...shared, id_market: Number(fill.tradeId) }
}

export const spotBalance = ({ asset, free, locked }: SimBalance, number: number): object => ({
  currency: asset,
  available: free,
  locked,
  update_id: number,
})

/** A push of spot.balances; `before` is the balance as last told. */
export function spotBalanceChange(
  balance: SimBalance,
  before: SimBalance | undefined,
  user: string,
  type: string,
  at: number,
): object {
  const { asset, free, locked, total } = balance
  return {
    timestamp: String(seconds(at)),
    timestamp_ms: String(at),
    user,
    currency: asset,
    change: amountText(new Amount(total).minus(before?.total ?? '0')),
    total,
    available: free,
    freeze: locked,
    freeze_change: amountText(new Amount(locked).minus(before?.locked ?? '0')),
    change_type: type,
  }
}

export function futuresOrder(
  order: SimOrder,
  user: string,
  { form, sizesAsText }: { readonly form: 'rest' | 'stream'; readonly sizesAsText: boolean },
): object {
  const { instrument, side, status, quantity, filledQuantity, createdAt, updatedAt } = order
  const size = (base: string) => contractsOf(negatedIf(side === 'SELL', base), instrument, sizesAsText)
  const open = isOpen(order)
  const shared = {
    id: Number(order.id),
    contract: nativeName(instrument),
    status: open ? 'open' : 'finished',
    size: size(quantity),
    left: size(amountText(new Amount(quantity).minus(filledQuantity))),
    iceberg: sizesAsText ? '0' : 0,
    tif: order.type === 'MARKET' && order.timeInForce === 'GTC' ? 'ioc' : timeInForce[order.timeInForce],
    text: textOf(order),
    refu: 0,
    is_reduce_only: order.reduceOnly,
    is_close: false,
    is_liq: false,
    stp_id: 0,
    stp_act: '-',
    amend_text: '-',
  }
  if (form === 'rest') {
    const finish = { finish_time: fractionalSeconds(updatedAt), finish_as: endingOf(order) }
    return {
      ...shared,
      user: Number(user),
      create_time: fractionalSeconds(createdAt),
      update_time: fractionalSeconds(updatedAt),
      ...(open ? {} : finish),
      price: order.price ?? '0',
      fill_price: averageOf(order),
      mkfr: '0.0002',
      tkfr: '0.0005',
      refr: '0',
    }
  }
  const finished = { finish_time: seconds(updatedAt), finish_time_ms: updatedAt }
  return {
    ...shared,
    user,
    create_time: seconds(createdAt),
    create_time_ms: createdAt,
    update_time: updatedAt,
    ...(open ? {} : finished),
    finish_as: status === 'NEW' ? '_new' : status === 'PARTIALLY_FILLED' ? '_update' : endingOf(order),
    price: Number(order.price ?? 0),
    fill_price: Number(averageOf(order)),
    mkfr: 0.0002,
    tkfr: 0.0005,
    refr: 0,
    update_id: order.revision,
    stop_loss_price: '',
    stop_profit_price: '',
    market_order_slip_ratio: '',
  }
}

export function futuresFill(
  fill: SimFill,
  { form, sizesAsText }: { readonly form: 'rest' | 'stream'; readonly sizesAsText: boolean },
): object {
  const shared = {
    contract: nativeName(fill.instrument),
    order_id: fill.order.id,
    size: contractsOf(negatedIf(fill.side === 'SELL', fill.quantity), fill.instrument, sizesAsText),
    price: fill.price,
    role: fill.isMaker ? 'maker' : 'taker',
    text: textOf(fill.order),
  }
  return form === 'rest'
    ? {
        trade_id: fill.tradeId,
        create_time: fractionalSeconds(fill.at),
        ...shared,
        close_size: sizesAsText ? '0' : 0,
        fee: fill.fee,
        point_fee: '0',
      }
    : {
        id: fill.tradeId,
        create_time: seconds(fill.at),
        create_time_ms: fill.at,
        ...shared,
        fee: Number(fill.fee),
        point_fee: 0,
      }
}

/** All margins stand under position_margin, as the engine does not tell them from those of orders. */
export const futuresAccount = (
  { asset, free, locked, total }: SimBalance,
  user: string,
  unrealised: string,
): object => ({
  user: Number(user),
  currency: asset,
  total,
  unrealised_pnl: unrealised,
  position_margin: locked,
  order_margin: '0',
  available: free,
  point: '0',
  bonus: '0',
  in_dual_mode: false,
  enable_credit: false,
  margin_mode: 0,
})

export const position = (held: SimPositionView, user: string, sizesAsText: boolean): object => ({
  user: Number(user),
  contract: nativeName(held.instrument),
  size: contractsOf(held.quantity, held.instrument, sizesAsText),
  leverage: held.leverage,
  cross_leverage_limit: '0',
  entry_price: held.entryPrice,
  mark_price: held.markPrice,
  liq_price: held.liquidationPrice,
  unrealised_pnl: held.unrealisedPnl,
  realised_pnl: held.realisedPnl,
  mode: 'single',
  update_time: seconds(held.updatedAt),
  update_id: 1,
})

export const positionChange = (held: SimPositionView | SimPosition, user: string, sizesAsText: boolean): object => ({
  contract: nativeName(held.instrument),
  cross_leverage_limit: 0,
  entry_price: Number(held.entryPrice),
  history_pnl: 0,
  leverage: Number(held.leverage),
  leverage_max: 100,
  liq_price: 'liquidationPrice' in held ? Number(held.liquidationPrice) : 0,
  mode: 'single',
  realised_pnl: Number(held.realisedPnl),
  size: contractsOf(held.quantity, held.instrument, sizesAsText),
  time: seconds(held.updatedAt),
  time_ms: held.updatedAt,
  update_id: 1,
  user,
})

const ledgerTypes = { fee: 'fee', realised_pnl: 'pnl', funding: 'fund', internal: 'dnw' } as const
type LedgerType = (typeof ledgerTypes)[keyof typeof ledgerTypes]

/** null for what the futures side does not know (deposits, spot trades). */
export const ledgerType = ({ reason }: SimLedgerEntry): LedgerType | null =>
  reason in ledgerTypes ? (Object.entries(ledgerTypes).find(([name]) => name === reason)?.[1] ?? null) : null

/** `BTC_USDT:123028481731` */
const ledgerText = ({ instrument, order, funding }: SimLedgerEntry): string =>
  instrument ? `${nativeName(instrument)}:${order?.id ?? funding?.id ?? ''}` : ''

/** Row of the account book; transfers and funding payments go by the engine's own ids. Its times have microseconds. */
export const ledgerRow = (entry: SimLedgerEntry): object => ({
  time: Number(`${fractionalSeconds(entry.at).toFixed(3)}456`),
  change: entry.change,
  balance: entry.total,
  type: ledgerType(entry),
  text: ledgerText(entry),
  contract: entry.instrument ? nativeName(entry.instrument) : '',
  trade_id: entry.fill?.tradeId ?? '',
  id: entry.transfer?.id ?? entry.funding?.id ?? String(entry.number),
})

export const futuresBalanceChange = (entry: SimLedgerEntry, user: string): object => ({
  balance: Number(entry.total),
  change: Number(entry.change),
  text: ledgerText(entry),
  time: seconds(entry.at),
  time_ms: entry.at,
  type: ledgerType(entry),
  user,
  currency: entry.asset.toLowerCase(),
})

const transferStatuses: Readonly<Record<TransferStatus, string>> = {
  pending: 'PEND',
  completed: 'DONE',
  failed: 'FAIL',
  cancelled: 'CANCEL',
  refunded: 'CANCEL',
}

export function walletRecord(transfer: SimTransfer): object {
  const { id, asset, network, address, amount, transactionId, createdAt, updatedAt, status, fee } = transfer
  const shared = {
    id,
    currency: asset,
    chain: network,
    address,
    amount,
    txid: transactionId,
    timestamp: String(seconds(createdAt)),
    status: transferStatuses[status],
    memo: '',
  }
  if (transfer.kind === 'deposit') return shared
  return { ...shared, timestamp2: String(seconds(updatedAt)), fee, withdraw_order_id: '', block_number: '', type: '' }
}
