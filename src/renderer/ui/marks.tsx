/** Small marks of account rows. Each has a sign or a word besides its colour. */
import type { Order, OrderStatus, TransferStatus } from '../../shared/domain/index.ts'
import { orderStatuses, sideTitles, transferStatuses } from '../format/account-words.ts'
import { signOf } from '../format/amount.ts'
import { exchangeTitle, splitSymbol } from '../format/names.ts'
import { directionSign } from '../format/number.ts'
import { classes } from './classes.ts'
import { StateMark } from './StateMark.tsx'

/** `▲ Buy`, `▼ Sell` */
export const SideMark = ({ side }: { readonly side: Order['side'] }) => (
  <span className={side === 'BUY' ? 'text-up' : 'text-down'}>
    <span aria-hidden="true" className="text-[9px]">
      {side === 'BUY' ? '▲' : '▼'}
    </span>{' '}
    {sideTitles[side]}
  </span>
)

interface StatusMarkProps<T> {
  readonly status: T
  /** The exchange's own words, on hover. */
  readonly exchangeStatus: string
}

export const OrderStatusMark = ({ status, exchangeStatus }: StatusMarkProps<OrderStatus>) => (
  <span title={exchangeStatus} data-exchange-words>
    <StateMark tone={orderStatuses[status].tone} /> {orderStatuses[status].text}
  </span>
)

export const TransferStatusMark = ({ status, exchangeStatus }: StatusMarkProps<TransferStatus>) => (
  <span title={exchangeStatus} data-exchange-words>
    <StateMark tone={transferStatuses[status].tone} /> {transferStatuses[status].text}
  </span>
)

interface SignedProps {
  /** Decimal text; null: absent. It is the title, too: every digit of it. */
  readonly amount: string | null
  /** How it is written, sign included. */
  readonly text: string
  readonly className?: string
}

/** `▲ +12.40` in the colour of its direction. */
export function Signed({ amount, text, className }: SignedProps) {
  const sign = signOf(amount)
  return (
    <span
      title={amount ?? undefined}
      className={classes(sign > 0 ? 'text-up' : sign < 0 ? 'text-down' : 'text-muted', className)}
    >
      {sign !== 0 && (
        <span aria-hidden="true" className="text-[9px]">
          {directionSign(sign)}{' '}
        </span>
      )}
      {text}
    </span>
  )
}

/** Rounded text with the exact one on hover. */
export const Exact = ({ amount, text }: { readonly amount: string | null; readonly text: string }) => (
  <span title={amount ?? undefined} className={amount === null ? 'text-faint' : undefined}>
    {text}
  </span>
)

/** `BTC USDT perp`: base in front, the rest small. */
export function SymbolName({ symbol }: { readonly symbol: string }) {
  const { base, quote, isPerpetual } = splitSymbol(symbol)
  return (
    <>
      <span className="font-semibold text-strong">{base}</span>
      <span className="ml-1 text-2xs text-muted">
        {quote}
        {isPerpetual && ' perp'}
      </span>
    </>
  )
}

/** `Binance main`: exchange and the account's label. */
export const AccountName = ({ exchange, label }: { readonly exchange: string; readonly label: string }) => (
  <>
    {exchangeTitle(exchange)} <span className="text-muted">{label}</span>
  </>
)
