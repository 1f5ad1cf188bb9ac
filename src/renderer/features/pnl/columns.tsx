import { isZeroAmount } from '../../../shared/amount.ts'
import type { PnlSymbol } from '../../../shared/pnl.ts'
import { formatHeld, formatMoney, formatPriceText, formatSignedHeld, formatSignedMoney } from '../../format/amount.ts'
import { exchangeTitle, formatSymbol, splitSymbol } from '../../format/names.ts'
import { absent, formatCount } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { AccountName, Signed, SymbolName } from '../../ui/marks.tsx'
import type { Column, FileColumn } from '../../ui/table.ts'
import type { DayLine } from './sums.ts'

const t = textsOf('pnl')

type Figures = Pick<DayLine, 'asset' | 'realised' | 'fees' | 'funding' | 'net' | 'fills'>

/** Nothing of a kind is a quiet zero, so that what is there stands out. */
const Money = ({ amount, asset }: { readonly amount: string; readonly asset: string }) =>
  isZeroAmount(amount) ? (
    <span className="text-faint">0</span>
  ) : (
    <Signed amount={amount} text={formatSignedMoney(amount, asset)} />
  )

/** The columns that days and symbols share. */
function figureColumns<T extends Figures>(): readonly Column<T>[] {
  return [
    {
      id: 'realised',
      title: t('columns.realised'),
      hint: t('hints.realised'),
      width: 'minmax(84px,1fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ realised }) => realised,
      csv: ({ realised }) => realised,
      cell: ({ realised, asset }) => <Money amount={realised} asset={asset} />,
    },
    {
      id: 'fees',
      title: t('columns.fees'),
      hint: t('hints.fees'),
      width: 'minmax(70px,0.8fr)',
      isNumber: true,
      sortAmount: ({ fees }) => fees,
      csv: ({ fees }) => fees,
      cell: ({ fees, asset }) => (
        <span className={isZeroAmount(fees) ? 'text-faint' : undefined} title={fees}>
          {isZeroAmount(fees)
            ? '0'
            : fees.startsWith('-')
              ? `+${formatMoney(fees.slice(1), asset)}`
              : formatMoney(fees, asset)}
        </span>
      ),
    },
    {
      id: 'funding',
      title: t('columns.funding'),
      hint: t('hints.funding'),
      width: 'minmax(70px,0.8fr)',
      isNumber: true,
      sortAmount: ({ funding }) => funding,
      csv: ({ funding }) => funding,
      cell: ({ funding, asset }) => <Money amount={funding} asset={asset} />,
    },
    {
      id: 'net',
      title: t('columns.net'),
      hint: t('hints.net'),
      width: 'minmax(94px,1fr)',
      isNumber: true,
      sortAmount: ({ net }) => net,
      csv: ({ net }) => net,
      className: 'font-semibold',
      cell: ({ net, asset }) => <Money amount={net} asset={asset} />,
    },
  ]
}

const fillsColumn = <T extends Figures>(): Column<T> => ({
  id: 'fills',
  title: t('columns.fills'),
  width: '52px',
  isNumber: true,
  className: 'text-muted',
  sortValue: ({ fills }) => fills,
  csv: ({ fills }) => String(fills),
  cell: ({ fills }) => formatCount(fills),
})

export const dayColumns: readonly Column<DayLine>[] = [
  {
    id: 'day',
    title: t('columns.day'),
    width: '92px',
    sortValue: ({ day }) => day,
    descendsFirst: true,
    csv: ({ day }) => day,
    cell: ({ day }) => <span className="text-strong">{day}</span>,
  },
  ...figureColumns<DayLine>(),
  {
    id: 'cumulative',
    title: t('columns.cumulative'),
    hint: t('hints.cumulative'),
    width: 'minmax(88px,1fr)',
    isNumber: true,
    isFirstOfGroup: true,
    sortAmount: ({ cumulative }) => cumulative,
    csv: ({ cumulative }) => cumulative,
    cell: ({ cumulative, asset }) => <Money amount={cumulative} asset={asset} />,
  },
  fillsColumn<DayLine>(),
]

export const dayFile: readonly FileColumn<DayLine>[] = [
  { id: 'day', csv: ({ day }) => day },
  { id: 'asset', csv: ({ asset }) => asset },
  ...dayColumns.slice(1),
]

/** `isOver`: the report ends before now, and tells nothing unrealised. */
export function symbolColumns(labelOf: (account: string) => string, isOver = false): readonly Column<PnlSymbol>[] {
  const name = ({ exchange, account }: PnlSymbol) => `${exchangeTitle(exchange)} ${labelOf(account)}`
  return [
    {
      id: 'symbol',
      title: t('columns.symbol'),
      width: 'minmax(108px,1.1fr)',
      sortValue: ({ symbol }) => formatSymbol(symbol),
      csv: ({ symbol }) => symbol,
      cell: ({ symbol }) => <SymbolName symbol={symbol} />,
    },
    {
      id: 'account',
      title: t('columns.account'),
      width: 'minmax(104px,1fr)',
      sortValue: name,
      csv: name,
      cell: ({ exchange, account }) => <AccountName exchange={exchange} label={labelOf(account)} />,
    },
    ...figureColumns<PnlSymbol>(),
    {
      id: 'openQuantity',
      title: t('columns.open'),
      hint: t('hints.open'),
      width: 'minmax(86px,0.9fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ openQuantity }) => openQuantity,
      csv: ({ openQuantity }) => openQuantity,
      csvTitle: 'open_quantity',
      cell: ({ openQuantity, openCost, symbol, asset }) =>
        isZeroAmount(openQuantity) ? (
          <span className="text-faint">0</span>
        ) : (
          <span
            title={
              openCost === null
                ? `${openQuantity} ${splitSymbol(symbol).base}`
                : t('cells.openCost', {
                    quantity: openQuantity,
                    base: splitSymbol(symbol).base,
                    cost: openCost,
                    asset,
                  })
            }
          >
            {splitSymbol(symbol).isPerpetual ? formatSignedHeld(openQuantity) : formatHeld(openQuantity)}
          </span>
        ),
    },
    {
      id: 'unrealised',
      title: t('columns.unrealised'),
      hint: t('hints.unrealised'),
      width: 'minmax(92px,1fr)',
      isNumber: true,
      sortAmount: ({ unrealised }) => unrealised,
      csv: ({ unrealised }) => unrealised,
      cell: ({ unrealised, openQuantity, asset }) =>
        unrealised === null ? (
          isOver || isZeroAmount(openQuantity) ? (
            <span className="text-faint">{absent}</span>
          ) : (
            <span className="text-warn">{t('cells.noPrice')}</span>
          )
        ) : (
          <Money amount={unrealised} asset={asset} />
        ),
    },
    {
      id: 'uncovered',
      title: t('columns.uncovered'),
      hint: t('hints.uncovered'),
      width: 'minmax(70px,0.7fr)',
      isNumber: true,
      sortAmount: ({ uncoveredQuantity }) => uncoveredQuantity,
      csv: ({ uncoveredQuantity }) => uncoveredQuantity,
      csvTitle: 'uncovered_quantity',
      cell: ({ uncoveredQuantity, symbol }) =>
        isZeroAmount(uncoveredQuantity) ? (
          <span className="text-faint">0</span>
        ) : (
          <span className="text-warn" title={`${uncoveredQuantity} ${splitSymbol(symbol).base}`}>
            {formatPriceText(uncoveredQuantity, 6)}
          </span>
        ),
    },
    fillsColumn<PnlSymbol>(),
  ]
}

export const symbolFile = (labelOf: (account: string) => string): readonly FileColumn<PnlSymbol>[] => {
  const [symbol, account, ...rest] = symbolColumns(labelOf)
  return [
    ...(symbol && account ? [symbol, account] : []),
    { id: 'asset', csv: ({ asset }) => asset },
    ...rest,
    { id: 'open_cost', csv: ({ openCost }) => openCost },
  ]
}
