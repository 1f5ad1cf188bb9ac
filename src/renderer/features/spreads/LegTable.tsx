import type { SpreadDetail, SpreadLeg } from '../../../shared/spreads.ts'
import { exchangeTitle } from '../../format/names.ts'
import { absent, decimalsOf, formatPrice, formatQuantity, fractionToPercentText } from '../../format/number.ts'
import { formatAge } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { TruthMark } from '../../ui/TruthMark.tsx'
import { DetailPart } from './DetailPart.tsx'

const t = textsOf('spreads')

/** Both legs side by side: price, age, fee, the book that was walked, and what the exchange takes. */
export function LegTable({ detail }: { readonly detail: SpreadDetail }) {
  const { buy, sell } = detail
  const row = (title: string, text: (leg: SpreadLeg) => string) => (
    <tr>
      <th scope="row" className="pr-2 text-left font-normal text-muted">
        {title}
      </th>
      <td className="text-right">{text(buy)}</td>
      <td className="pl-3 text-right">{text(sell)}</td>
    </tr>
  )
  return (
    <DetailPart title={t('legs.title')}>
      <table className="w-full" data-testid="pair-legs">
        <thead>
          <tr className="[&>th]:font-medium">
            <td />
            <LegTitle leg={buy} side={t('buy')} />
            <LegTitle leg={sell} side={t('sell')} />
          </tr>
        </thead>
        <tbody>
          {row(t('legs.price'), ({ price, instrument }) => formatPrice(price, decimalsOf(instrument.tickSize)))}
          {row(t('legs.quantity'), ({ quantity }) => formatQuantity(quantity))}
          {row(t('legs.age'), ({ receivedAt }) => (receivedAt === null ? absent : formatAge(detail.at - receivedAt)))}
          {row(t('legs.takerFee'), ({ takerFee }) => `${fractionToPercentText(takerFee)} %`)}
          {row(t('legs.book'), ({ book }) => (book === null ? t('legs.noBook') : `#${book.updateId ?? absent}`))}
          {row(t('legs.lots'), ({ instrument }) => formatQuantity(instrument.lotSize))}
          {row(t('legs.leastOrder'), ({ instrument }) => leastOrder(instrument))}
        </tbody>
      </table>
      {[buy, sell].map(({ instrument, bookReason }) =>
        bookReason === '' ? null : (
          <p key={instrument.key} className="mt-1 text-2xs text-warn">
            {t('legs.topOnly', { exchange: exchangeTitle(instrument.exchange), reason: bookReason })}
          </p>
        ),
      )}
    </DetailPart>
  )
}

function LegTitle({ leg, side }: { readonly leg: SpreadLeg; readonly side: string }) {
  return (
    <th scope="col" className="pl-3 text-right">
      <span className="text-muted">{side}</span> {exchangeTitle(leg.instrument.exchange)}{' '}
      <TruthMark truth={leg.truth} reason={leg.reason} />
    </th>
  )
}

function leastOrder({ minimumQuantity, minimumNotional, base, quote }: SpreadLeg['instrument']): string {
  const rules = [
    ...(minimumQuantity === null ? [] : [`${formatQuantity(minimumQuantity)} ${base}`]),
    ...(minimumNotional === null ? [] : [`${formatQuantity(minimumNotional)} ${quote}`]),
  ]
  return rules.length === 0 ? absent : rules.join(', ')
}
