import type { Fill } from '../../../shared/domain/index.ts'
import { formatHeld, formatMoney, formatPriceText, formatSignedMoney, signOf } from '../../format/amount.ts'
import { csvTime } from '../../format/csv.ts'
import { splitSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { AccountName, Exact, SideMark, Signed, SymbolName } from '../../ui/marks.tsx'
import type { Column, FileColumn } from '../../ui/table.ts'
import { tradedValue } from './sums.ts'

const t = textsOf('fills')

function feeTitle(fee: string, asset: string | null): string {
  const text = asset === null ? t('fee.assetNotTold', { fee }) : `${fee} ${asset}`
  return signOf(fee) < 0 ? t('fee.rebate', { fee: text }) : text
}

/** A list in pages has one order only, newest first: no column sorts. */
export function fillColumns(now: number, labelOf: (account: string) => string): readonly Column<Fill>[] {
  return [
    {
      id: 'at',
      title: t('columns.at'),
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
      title: t('columns.symbol'),
      width: 'minmax(112px,1fr)',
      cell: ({ symbol }) => <SymbolName symbol={symbol} />,
    },
    {
      id: 'account',
      title: t('columns.account'),
      width: 'minmax(104px,1fr)',
      cell: ({ exchange, account }) => <AccountName exchange={exchange} label={labelOf(account)} />,
    },
    { id: 'side', title: t('columns.side'), width: '68px', cell: ({ side }) => <SideMark side={side} /> },
    {
      id: 'price',
      title: t('columns.price'),
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
      title: t('columns.quantity'),
      width: 'minmax(84px,0.8fr)',
      isNumber: true,
      cell: ({ quantity, symbol }) => (
        <span title={`${quantity} ${splitSymbol(symbol).base}`}>{formatHeld(quantity)}</span>
      ),
    },
    {
      id: 'value',
      title: t('columns.value'),
      hint: t('hints.value'),
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
      title: t('columns.fee'),
      hint: t('hints.fee'),
      width: 'minmax(112px,0.9fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: ({ fee, feeAsset }) =>
        fee === null ? (
          <span className="text-faint" title={t('fee.notTold')}>
            {absent}
          </span>
        ) : (
          <span title={feeTitle(fee, feeAsset)} className={signOf(fee) < 0 ? 'text-up' : undefined}>
            {signOf(fee) < 0 ? `+${formatHeld(fee.slice(1))}` : formatHeld(fee)}{' '}
            <span className="text-2xs text-muted">{feeAsset ?? '?'}</span>
          </span>
        ),
    },
    {
      id: 'liquidity',
      title: t('columns.liquidity'),
      hint: t('hints.liquidity'),
      width: '54px',
      cell: ({ liquidity }) => (
        <span className="text-muted">{liquidity === null ? absent : t(`liquidities.${liquidity}`)}</span>
      ),
    },
    {
      id: 'realisedPnl',
      title: t('columns.realised'),
      hint: t('hints.realised'),
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
      title: t('columns.order'),
      hint: t('hints.order'),
      width: 'minmax(96px,0.9fr)',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ exchangeOrderId, tradeId }) => (
        <span className="font-mono text-muted" title={t('order.ids', { order: exchangeOrderId, trade: tradeId })}>
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
