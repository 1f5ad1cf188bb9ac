/** Cells that open orders and the history share. */
import type { Order } from '../../../shared/domain/index.ts'
import { formatHeld, formatPriceText, formatShare } from '../../format/amount.ts'
import { csvTime } from '../../format/csv.ts'
import { splitSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import type { FileColumn } from '../../ui/table.ts'
import { filledPercent } from './rows.ts'
import { orderTypeText, timeInForceText } from './words.ts'

const t = textsOf('orders')

function filledTitle({ symbol, filledQuantity: filled, quantity, quoteQuantity }: Order): string {
  if (quantity !== null) return t('filled.ofQuantity', { filled, quantity, asset: splitSymbol(symbol).base })
  return quoteQuantity === null
    ? t('filled.ofUnknown', { filled })
    : t('filled.ofValue', { filled, quantity: quoteQuantity })
}

/** The filled share as a bar, with the share in figures. */
export function Filled({ order }: { readonly order: Order }) {
  const percent = filledPercent(order)
  const title = filledTitle(order)
  return (
    <span className="flex h-full items-center justify-end gap-1.5" title={title}>
      {percent !== null && (
        <progress className="meter h-1.5 min-w-0 flex-1" aria-label={title} max={100} value={Number(percent)} />
      )}
      <span className="w-12 shrink-0 text-right">{percent === null ? absent : formatShare(percent)}</span>
    </span>
  )
}

export function TypeText({ order }: { readonly order: Order }) {
  const { type, stopPrice, reduceOnly } = order
  const trigger = stopPrice === null ? null : t('cells.triggersAt', { price: stopPrice })
  const parts = [orderTypeText(type), trigger, reduceOnly === true ? t('cells.reduceOnly') : null]
  return (
    <span title={parts.filter(Boolean).join(', ')}>
      {orderTypeText(type)}
      {reduceOnly === true && <span className="ml-1 text-2xs text-muted">{t('cells.reduce')}</span>}
    </span>
  )
}

/** The order's price; of one without, that at which it is triggered, or that it takes the market's. */
export function PriceText({ order: { price, stopPrice, type } }: { readonly order: Order }) {
  if (price === null && type === 'MARKET') return <span className="text-muted">{t('cells.market')}</span>
  if (price === null && stopPrice !== null)
    return (
      <span title={t('cells.triggersAt', { price: stopPrice })} className="text-muted">
        {t('cells.at', { price: formatPriceText(stopPrice) })}
      </span>
    )
  return (
    <span title={price ?? undefined} className={price === null ? 'text-faint' : 'text-strong'}>
      {formatPriceText(price)}
    </span>
  )
}

export function QuantityText({ order: { quantity, quoteQuantity, symbol } }: { readonly order: Order }) {
  const { base, quote } = splitSymbol(symbol)
  if (quantity === null && quoteQuantity !== null)
    return (
      <span title={`${quoteQuantity} ${quote}`}>
        {formatHeld(quoteQuantity)} <span className="text-2xs text-muted">{quote}</span>
      </span>
    )
  return <span title={quantity === null ? undefined : `${quantity} ${base}`}>{formatHeld(quantity)}</span>
}

export const TimeInForce = ({ order }: { readonly order: Order }) => (
  <span className="text-muted">{timeInForceText(order.timeInForce)}</span>
)

/** An order in a file: everything of it, raw. */
export const orderFile = (labelOf: (account: string) => string): readonly FileColumn<Order>[] => [
  { id: 'symbol', csv: ({ symbol }) => symbol },
  { id: 'exchange', csv: ({ exchange }) => exchange },
  { id: 'account', csv: ({ account }) => labelOf(account) },
  { id: 'side', csv: ({ side }) => side },
  { id: 'type', csv: ({ type }) => type },
  { id: 'time_in_force', csv: ({ timeInForce }) => timeInForce },
  { id: 'price', csv: ({ price }) => price },
  { id: 'stop_price', csv: ({ stopPrice }) => stopPrice },
  { id: 'quantity', csv: ({ quantity }) => quantity },
  { id: 'quote_quantity', csv: ({ quoteQuantity }) => quoteQuantity },
  { id: 'filled_quantity', csv: ({ filledQuantity }) => filledQuantity },
  { id: 'average_price', csv: ({ averagePrice }) => averagePrice },
  { id: 'status', csv: ({ status }) => status },
  { id: 'exchange_status', csv: ({ exchangeStatus }) => exchangeStatus },
  { id: 'reduce_only', csv: ({ reduceOnly }) => (reduceOnly === null ? null : String(reduceOnly)) },
  { id: 'created_at', csv: ({ createdAt }) => csvTime(createdAt) },
  { id: 'updated_at', csv: ({ updatedAt }) => csvTime(updatedAt) },
  { id: 'client_order_id', csv: ({ clientOrderId }) => clientOrderId },
  { id: 'exchange_order_id', csv: ({ exchangeOrderId }) => exchangeOrderId },
]
