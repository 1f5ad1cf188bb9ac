import type { SpreadDetail, SpreadLeg } from '../../../shared/spreads.ts'
import { exchangeTitle } from '../../format/names.ts'
import { absent, decimalsOf, formatPrice, formatQuantity, fractionToPercentText } from '../../format/number.ts'
import { formatAge } from '../../format/time.ts'
import { TruthMark } from '../../ui/TruthMark.tsx'
import { DetailPart } from './DetailPart.tsx'

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
    <DetailPart title="Legs">
      <table className="w-full" data-testid="pair-legs">
        <thead>
          <tr className="[&>th]:font-medium">
            <td />
            <LegTitle leg={buy} side="Buy" />
            <LegTitle leg={sell} side="Sell" />
          </tr>
        </thead>
        <tbody>
          {row('Price', ({ price, instrument }) => formatPrice(price, decimalsOf(instrument.tickSize)))}
          {row('Stands there', ({ quantity }) => formatQuantity(quantity))}
          {row('Age', ({ receivedAt }) => (receivedAt === null ? absent : formatAge(detail.at - receivedAt)))}
          {row('Taker fee', ({ takerFee }) => `${fractionToPercentText(takerFee)} %`)}
          {row('Order book', ({ book }) => (book === null ? 'top only' : `#${book.updateId ?? absent}`))}
          {row('Lots of', ({ instrument }) => formatQuantity(instrument.lotSize))}
          {row('Least order', ({ instrument }) => leastOrder(instrument))}
        </tbody>
      </table>
      {[buy, sell].map(({ instrument, bookReason }) =>
        bookReason === '' ? null : (
          <p key={instrument.key} className="mt-1 text-2xs text-warn">
            {exchangeTitle(instrument.exchange)}: {bookReason}; only the quote’s own level is walked.
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
