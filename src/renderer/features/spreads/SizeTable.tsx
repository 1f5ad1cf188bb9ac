import type { SpreadDetail, SpreadSize } from '../../../shared/spreads.ts'
import { splitKey, splitSymbol } from '../../format/names.ts'
import {
  absent,
  decimalsOf,
  formatAmount,
  formatPrice,
  formatQuantity,
  formatSignedPercent,
  numberText,
} from '../../format/number.ts'
import { problemWords } from '../../format/spread-words.ts'
import { textsOf } from '../../i18n.ts'
import { DetailPart } from './DetailPart.tsx'

const t = textsOf('spreads')

/** Both books walked for the sizes of the ladder, and as far as it pays. */
export function SizeTable({ detail }: { readonly detail: SpreadDetail }) {
  const { base, quote } = splitSymbol(detail.symbol)
  const { untilZero } = detail
  return (
    <DetailPart title={t('sizes.title', { quote })}>
      <table className="w-full text-right text-xs" data-testid="pair-sizes">
        <thead className="text-2xs text-muted">
          <tr className="[&>th]:pb-0.5 [&>th+th]:pl-2 [&>th]:font-normal">
            <th scope="col" className="text-left">
              {t('sizes.size')}
            </th>
            <th scope="col">{base}</th>
            <th scope="col">{t('buy')}</th>
            <th scope="col">{t('sell')}</th>
            <th scope="col">{t('sizes.net')}</th>
            <th scope="col">{t('sizes.profit')}</th>
          </tr>
        </thead>
        <tbody>
          {detail.ladder.map((size) => (
            <SizeRow key={size.value} size={size} detail={detail} title={formatQuantity(size.value)} />
          ))}
          <SizeRow size={untilZero} detail={detail} title={t('sizes.untilZero')} isLast />
        </tbody>
      </table>
      <p className="mt-1 text-2xs text-muted">{costsText(detail)}</p>
    </DetailPart>
  )
}

/** Which costs the profits are after. */
export function costsText({
  symbol,
  fundingPercent,
  countsWithdrawalFee,
  withdrawalFee,
}: Pick<SpreadDetail, 'symbol' | 'fundingPercent' | 'countsWithdrawalFee' | 'withdrawalFee'>): string {
  const costs = fundingPercent === null ? 'plain' : 'funding'
  const withdrawal = !countsWithdrawalFee ? '' : withdrawalFee === null ? 'Unknown' : 'Withdrawal'
  return t(`sizes.costs.${costs}${withdrawal}`, {
    fee: withdrawalFee === null ? absent : numberText(withdrawalFee),
    asset: splitSymbol(symbol).base,
  })
}

interface SizeRowProps {
  readonly size: SpreadSize
  readonly detail: SpreadDetail
  readonly title: string
  readonly isLast?: boolean
}

function SizeRow({ size, detail, title, isLast = false }: SizeRowProps) {
  const { buy, sell } = detail
  const exchanges = { buy: splitKey(buy.instrument.key).exchange, sell: splitKey(sell.instrument.key).exchange }
  const isNothing = size.quantity === 0
  return (
    <>
      <tr className={isLast ? 'border-t border-line font-semibold text-strong' : undefined}>
        <th scope="row" className="text-left font-normal text-muted">
          {title}
        </th>
        <td className="pl-2">{formatQuantity(isNothing ? null : size.quantity)}</td>
        <td className="pl-2">{averageText(size.buyAverage, buy.instrument.tickSize)}</td>
        <td className="pl-2">{averageText(size.sellAverage, sell.instrument.tickSize)}</td>
        <td className="signed pl-2 whitespace-nowrap" data-sign={signOf(size.netPercent)}>
          {formatSignedPercent(size.netPercent)}
        </td>
        <td className="signed pl-2" data-sign={signOf(size.profit)}>
          {formatAmount(isNothing ? null : size.profit)}
        </td>
      </tr>
      {size.problem !== null && (
        <tr className="text-warn">
          <td colSpan={6} className="text-left text-2xs">
            {problemWords(size.problem, detail, exchanges)}
          </td>
        </tr>
      )}
    </>
  )
}

const signOf = (value: number | null): 'up' | 'down' | undefined =>
  value === null || value === 0 ? undefined : value > 0 ? 'up' : 'down'

/** Where no step of prices is known. */
const averageDigits = 7

/** An average lies between two prices: one digit more than they have. */
function averageText(average: number | null, tickSize: number | null): string {
  const decimals = decimalsOf(tickSize)
  if (average === null) return formatPrice(average, null)
  if (decimals === null) return formatPrice(Number(average.toPrecision(averageDigits)), null)
  return formatPrice(Number(average.toFixed(decimals + 1)), decimals)
}
