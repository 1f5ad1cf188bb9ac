import type { ReactNode } from 'react'
import type { PnlReport } from '../../../shared/pnl.ts'
import { formatExact, formatMoney, formatSignedMoney } from '../../format/amount.ts'
import { formatSymbol } from '../../format/names.ts'
import { formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Signed } from '../../ui/marks.tsx'
import type { PnlSums } from './sums.ts'

const t = textsOf('pnl')

interface FigureProps {
  readonly title: string
  readonly hint: string
  readonly children: ReactNode
}

const Figure = ({ title, hint, children }: FigureProps) => (
  <div>
    <dt className="text-2xs text-muted" title={hint}>
      {title}
    </dt>
    <dd className="text-base font-semibold">{children}</dd>
  </div>
)

interface PnlFiguresProps {
  readonly sums: PnlSums
  readonly asset: string
  /** The report ends before now: what is open now is not of its time. */
  readonly isOver: boolean
}

/** The range's figures in one asset. */
export function PnlFigures({ sums, asset, isOver }: PnlFiguresProps) {
  const { realised, fees, funding, net, unrealised, unpriced, fills } = sums
  const isRebate = fees.startsWith('-')
  return (
    <dl className="flex flex-wrap items-end gap-x-8 gap-y-1 px-3 py-2" data-testid="pnl-figures">
      <div>
        <dt className="text-2xs text-muted">{t('figures.net', { asset })}</dt>
        <dd className="text-2xl font-semibold" data-testid="pnl-net">
          <Signed amount={net} text={formatSignedMoney(net, asset)} />
        </dd>
      </div>
      <Figure title={t('columns.realised')} hint={t('hints.realised')}>
        <Signed amount={realised} text={formatSignedMoney(realised, asset)} />
      </Figure>
      <Figure title={isRebate ? t('figures.rebates') : t('figures.fees')} hint={t('figures.feesHint')}>
        <span className={isRebate ? 'text-up' : 'text-text'} title={fees}>
          {isRebate ? `+${formatMoney(fees.slice(1), asset)}` : formatMoney(fees, asset)}
        </span>
      </Figure>
      <Figure title={t('columns.funding')} hint={t('hints.funding')}>
        <Signed amount={funding} text={formatSignedMoney(funding, asset)} />
      </Figure>
      {!isOver && (
        <Figure title={t('figures.unrealised')} hint={t('figures.unrealisedHint')}>
          <Signed amount={unrealised} text={formatSignedMoney(unrealised, asset)} />
          {unpriced.length > 0 && (
            <span
              className="ml-1 text-2xs font-normal text-warn"
              title={t('figures.unpricedHint', { symbols: unpriced.map(formatSymbol).join(', ') })}
            >
              {t('figures.unpriced', { count: unpriced.length, symbol: formatSymbol(unpriced[0] ?? '') })}
            </span>
          )}
        </Figure>
      )}
      <Figure title={t('figures.fills')} hint={t('figures.fillsHint')}>
        <span className="text-text">{formatCount(fills)}</span>
      </Figure>
    </dl>
  )
}

/** So many are written out; of more the first, and the rest on demand. */
const mostNotes = 2

interface PnlNotesProps {
  readonly report: PnlReport
  readonly assets: readonly string[]
  readonly zone: string
}

/** What the report leaves out, and from when on it knows anything; in words. */
export function PnlNotes({ report, assets, zone }: PnlNotesProps) {
  const { feesElsewhere, notes, firstFillAt } = report
  const warnings = [
    ...(feesElsewhere.length === 0
      ? []
      : [
          t('notes.feesElsewhere', {
            fees: feesElsewhere.map(({ asset, amount }) => `${formatExact(amount)} ${asset}`).join(', '),
          }),
        ]),
    ...notes,
  ]
  const written = warnings.length <= mostNotes ? warnings.length : 1
  const [shown, rest] = [warnings.slice(0, written), warnings.slice(written)]
  return (
    <ul
      aria-label={t('notes.label')}
      data-testid="pnl-notes"
      className="ml-auto max-w-[44rem] flex-1 basis-72 self-center px-3 py-1 text-right text-2xs"
    >
      {shown.map((note) => (
        <li key={note} className="text-warn select-text">
          {note}
        </li>
      ))}
      {rest.length > 0 && (
        <li className="text-warn">
          <details className="relative">
            <summary>{t('notes.more', { count: rest.length })}</summary>
            <ul className="absolute right-0 z-20 mt-1 max-h-64 w-max max-w-[min(44rem,90vw)] overflow-auto rounded border border-line bg-raised px-3 py-2 text-left shadow-lg">
              {rest.map((note) => (
                <li key={note} className="leading-5 select-text">
                  {note}
                </li>
              ))}
            </ul>
          </details>
        </li>
      )}
      <li className="text-muted">
        {firstFillAt === null ? t('notes.noFill') : t('notes.firstFill', { at: formatDateTime(firstFillAt) })}{' '}
        {t('notes.zone', { zone })} {assets.length > 1 && t('notes.assets', { count: assets.length })}
      </li>
    </ul>
  )
}
