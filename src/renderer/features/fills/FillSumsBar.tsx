import { formatHeld, formatMoney, formatSignedMoney, signOf } from '../../format/amount.ts'
import { textsOf } from '../../i18n.ts'
import { Signed } from '../../ui/marks.tsx'
import type { FillSums } from './sums.ts'

const t = textsOf('fills')

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
      aria-label={t('sums.label')}
      data-testid="fill-sums"
      className="flex flex-wrap items-baseline gap-x-5 gap-y-0.5 border-t border-line bg-raised px-3 py-1.5 text-xs"
    >
      <span className="text-2xs text-muted" title={isComplete ? undefined : t('sums.newestHint')}>
        {t(isComplete ? 'sums.all' : 'sums.newest', { count })}
      </span>
      {sums.quotes.map(({ asset, bought, sold, realised, withoutProfit }) => (
        <span key={asset} className="flex gap-x-3">
          <Sum title={t('sums.bought')} exact={bought} text={formatMoney(bought, asset)} asset={asset} />
          <Sum title={t('sums.sold')} exact={sold} text={formatMoney(sold, asset)} asset={asset} />
          {realised !== null && (
            <span>
              <span className="text-muted">{t('sums.realised')}</span>{' '}
              <Signed amount={realised} text={formatSignedMoney(realised, asset)} />{' '}
              <span className="text-2xs text-muted">{asset}</span>
            </span>
          )}
          {withoutProfit > 0 && <span className="text-warn">{t('sums.withoutProfit', { count: withoutProfit })}</span>}
        </span>
      ))}
      <span className="flex flex-wrap gap-x-3 border-l border-line pl-5">
        <span className="text-muted">{t('sums.fees')}</span>
        {sums.fees.map(({ asset, amount }) => (
          <span key={asset} title={`${amount} ${asset}`}>
            {signOf(amount) < 0 ? t('sums.rebate', { amount: formatHeld(amount.slice(1)) }) : formatHeld(amount)}{' '}
            <span className="text-2xs text-muted">{asset}</span>
          </span>
        ))}
        {sums.withoutFee > 0 && <span className="text-warn">{t('sums.withoutFee', { count: sums.withoutFee })}</span>}
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
