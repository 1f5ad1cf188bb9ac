import { formatHeld, formatMoney, formatSignedMoney, signOf } from '../../format/amount.ts'
import { formatCount } from '../../format/number.ts'
import { Signed } from '../../ui/marks.tsx'
import type { FillSums } from './sums.ts'

interface FillSumsBarProps {
  readonly sums: FillSums
  readonly count: number
  /** Every fill that passes the filters is among them. */
  readonly isComplete: boolean
}

/** What the rows read so far add up to: each asset by itself. */
export function FillSumsBar({ sums, count, isComplete }: FillSumsBarProps) {
  if (count === 0) return null
  return (
    <section
      aria-label="Sums"
      data-testid="fill-sums"
      className="flex flex-wrap items-baseline gap-x-5 gap-y-0.5 border-t border-line bg-raised px-3 py-1.5 text-xs"
    >
      <span className="text-2xs text-muted" title={isComplete ? undefined : 'Older fills count once they are read'}>
        {isComplete ? 'All' : 'Newest'} {formatCount(count)}
      </span>
      {sums.quotes.map(({ asset, bought, sold, realised }) => (
        <span key={asset} className="flex gap-x-3">
          <Sum title="Bought" exact={bought} text={formatMoney(bought, asset)} asset={asset} />
          <Sum title="Sold" exact={sold} text={formatMoney(sold, asset)} asset={asset} />
          {realised !== null && (
            <span>
              <span className="text-muted">Realised</span>{' '}
              <Signed amount={realised} text={formatSignedMoney(realised, asset)} />{' '}
              <span className="text-2xs text-muted">{asset}</span>
            </span>
          )}
        </span>
      ))}
      <span className="flex flex-wrap gap-x-3 border-l border-line pl-5">
        <span className="text-muted">Fees</span>
        {sums.fees.map(({ asset, amount }) => (
          <span key={asset} title={`${amount} ${asset}`}>
            {signOf(amount) < 0 ? `+${formatHeld(amount.slice(1))} back` : formatHeld(amount)}{' '}
            <span className="text-2xs text-muted">{asset}</span>
          </span>
        ))}
        {sums.withoutFee > 0 && (
          <span className="text-warn">
            {formatCount(sums.withoutFee)} {sums.withoutFee === 1 ? 'fill' : 'fills'} without a known fee
          </span>
        )}
      </span>
    </section>
  )
}

interface SumProps {
  readonly title: string
  readonly exact: string
  readonly text: string
  readonly asset: string
}

const Sum = ({ title, exact, text, asset }: SumProps) => (
  <span title={`${exact} ${asset}`}>
    <span className="text-muted">{title}</span> {text} <span className="text-2xs text-muted">{asset}</span>
  </span>
)
