import type { Fill } from '../../../shared/domain/index.ts'
import { formatHeld, formatMoney, formatPriceText, formatSignedMoney, signOf } from '../../format/amount.ts'
import { csvTime } from '../../format/csv.ts'
import { splitSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { AccountName, Exact, SideMark, Signed, SymbolName } from '../../ui/marks.tsx'
import type { Column, FileColumn } from '../../ui/table.ts'
import { tradedValue } from './sums.ts'

const liquidities = { maker: 'Maker', taker: 'Taker' } as const

/** A list in pages has one order only, newest first: no column sorts. */
export function fillColumns(now: number, labelOf: (account: string) => string): readonly Column<Fill>[] {
  return [
    {
      id: 'at',
      title: 'Time',
      width: '106px',
      className: 'small',
      cell: ({ at }) => (
        <span className="text-muted" title={`${formatDateTime(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`}>
          {formatWhen(at, now)}
        </span>
      ),
    },
    {
      id: 'symbol',
      title: 'Symbol',
      width: 'minmax(112px,1fr)',
      cell: ({ symbol }) => <SymbolName symbol={symbol} />,
    },
    {
      id: 'account',
      title: 'Account',
      width: 'minmax(104px,1fr)',
      cell: ({ exchange, account }) => <AccountName exchange={exchange} label={labelOf(account)} />,
    },
    { id: 'side', title: 'Side', width: '58px', cell: ({ side }) => <SideMark side={side} /> },
    {
      id: 'price',
      title: 'Price',
      width: 'minmax(88px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: ({ price }) => (
        <span className="text-strong">
          <Exact amount={price} text={formatPriceText(price)} />
        </span>
      ),
    },
    {
      id: 'quantity',
      title: 'Quantity',
      width: 'minmax(84px,0.8fr)',
      isNumber: true,
      cell: ({ quantity, symbol }) => (
        <span title={`${quantity} ${splitSymbol(symbol).base}`}>{formatHeld(quantity)}</span>
      ),
    },
    {
      id: 'value',
      title: 'Value',
      hint: 'Price times quantity, in the quote asset',
      width: 'minmax(100px,0.9fr)',
      isNumber: true,
      cell: (fill) => {
        const { quote } = splitSymbol(fill.symbol)
        const value = tradedValue(fill)
        return (
          <span title={`${value} ${quote}`}>
            {formatMoney(value, quote)} <span className="text-2xs text-muted">{quote}</span>
          </span>
        )
      },
    },
    {
      id: 'fee',
      title: 'Fee',
      hint: 'Paid; a rebate has a plus',
      width: 'minmax(112px,0.9fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: ({ fee, feeAsset }) =>
        fee === null ? (
          <span className="text-faint" title="The exchange has not told it">
            {absent}
          </span>
        ) : (
          <span
            title={`${fee} ${feeAsset ?? 'of an asset that was not told'}${signOf(fee) < 0 ? ', a rebate' : ''}`}
            className={signOf(fee) < 0 ? 'text-up' : undefined}
          >
            {signOf(fee) < 0 ? `+${formatHeld(fee.slice(1))}` : formatHeld(fee)}{' '}
            <span className="text-2xs text-muted">{feeAsset ?? '?'}</span>
          </span>
        ),
    },
    {
      id: 'liquidity',
      title: 'As',
      hint: 'Maker: the order stood in the book. Taker: it met one that did.',
      width: '54px',
      cell: ({ liquidity }) => (
        <span className="text-muted">{liquidity === null ? absent : liquidities[liquidity]}</span>
      ),
    },
    {
      id: 'realisedPnl',
      title: 'Realised',
      hint: 'As the exchange tells it, before the fee; perpetuals only',
      width: 'minmax(88px,0.8fr)',
      isNumber: true,
      cell: ({ realisedPnl, symbol }) => (
        <Signed
          amount={realisedPnl}
          text={realisedPnl === null ? absent : formatSignedMoney(realisedPnl, splitSymbol(symbol).quote)}
        />
      ),
    },
    {
      id: 'order',
      title: 'Order',
      hint: 'The exchange’s id of its order; Enter opens it',
      width: 'minmax(96px,0.9fr)',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ exchangeOrderId, tradeId }) => (
        <span className="font-mono text-muted" title={`order ${exchangeOrderId}, trade ${tradeId}`}>
          {exchangeOrderId}
        </span>
      ),
    },
  ]
}

export const fillFile = (labelOf: (account: string) => string): readonly FileColumn<Fill>[] => [
  { id: 'time', csv: ({ at }) => csvTime(at) },
  { id: 'exchange', csv: ({ exchange }) => exchange },
  { id: 'account', csv: ({ account }) => labelOf(account) },
  { id: 'symbol', csv: ({ symbol }) => symbol },
  { id: 'side', csv: ({ side }) => side },
  { id: 'price', csv: ({ price }) => price },
  { id: 'quantity', csv: ({ quantity }) => quantity },
  { id: 'value', csv: tradedValue },
  { id: 'value_asset', csv: ({ symbol }) => splitSymbol(symbol).quote },
  { id: 'fee', csv: ({ fee }) => fee },
  { id: 'fee_asset', csv: ({ feeAsset }) => feeAsset },
  { id: 'liquidity', csv: ({ liquidity }) => liquidity },
  { id: 'realised_pnl', csv: ({ realisedPnl }) => realisedPnl },
  { id: 'exchange_order_id', csv: ({ exchangeOrderId }) => exchangeOrderId },
  { id: 'trade_id', csv: ({ tradeId }) => tradeId },
]
