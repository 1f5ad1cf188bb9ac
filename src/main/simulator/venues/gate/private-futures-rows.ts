/** The account's futures side in Gate's own words; spot and transfers: private-rows.ts. */
import { Amount, amountText } from '../../../../shared/amount.ts'
import type {
  SimBalance,
  SimFill,
  SimLedgerEntry,
  SimOrder,
  SimPosition,
  SimPositionView,
} from '../../account/contract.ts'
import type { SimInstrument } from '../../venue.ts'
import { nativeName, seconds } from './format.ts'
import { averageOf, endingOf, isOpen, textOf, timeInForce } from './private-rows.ts'

/** Signed base amounts to contracts, exactly: text with X-Gate-Size-Decimal, else an integer truncated toward zero. */
function contractsOf(base: string, { contractSize }: SimInstrument, asText: boolean): string | number {
  const count = new Amount(base).dividedBy(String(contractSize))
  return asText ? amountText(count) : count.truncated().toNumber()
}

const negatedIf = (condition: boolean, amount: string): string =>
  condition ? amountText(new Amount(amount).negated()) : amount

/** Seconds with milliseconds as a fraction: `1643950262.68`. */
const fractionalSeconds = (at: number): number => at / 1000

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
  position_mode: 'single',
})

export const position = (held: SimPositionView, user: string, sizesAsText: boolean): object => ({
  user: Number(user),
  contract: nativeName(held.instrument),
  size: contractsOf(held.quantity, held.instrument, sizesAsText),
  leverage: held.leverage,
  lever: held.leverage,
  pos_margin_mode: 'isolated',
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
