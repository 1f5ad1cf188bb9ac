import type { ReactNode } from 'react'
import type { PnlReport } from '../../../shared/pnl.ts'
import { formatExact, formatMoney, formatSignedMoney } from '../../format/amount.ts'
import { formatSymbol } from '../../format/names.ts'
import { formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { Signed } from '../../ui/marks.tsx'
import type { PnlSums } from './sums.ts'

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

/** The range's figures in one asset. */
export function PnlFigures({ sums, asset }: { readonly sums: PnlSums; readonly asset: string }) {
  const { realised, fees, funding, net, unrealised, unpriced, fills } = sums
  const isRebate = fees.startsWith('-')
  return (
    <dl className="flex flex-wrap items-end gap-x-8 gap-y-1 px-3 py-2" data-testid="pnl-figures">
      <div>
        <dt className="text-2xs text-muted">Net, {asset}</dt>
        <dd className="text-2xl font-semibold" data-testid="pnl-net">
          <Signed amount={net} text={formatSignedMoney(net, asset)} />
        </dd>
      </div>
      <Figure title="Realised" hint="What closing brought over its cost, fees not deducted">
        <Signed amount={realised} text={formatSignedMoney(realised, asset)} />
      </Figure>
      <Figure title={isRebate ? 'Rebates' : 'Fees'} hint="Fees paid, less rebates">
        <span className={isRebate ? 'text-up' : 'text-text'} title={fees}>
          {isRebate ? `+${formatMoney(fees.slice(1), asset)}` : formatMoney(fees, asset)}
        </span>
      </Figure>
      <Figure title="Funding" hint="Received (+) or paid (−)">
        <Signed amount={funding} text={formatSignedMoney(funding, asset)} />
      </Figure>
      <Figure title="Unrealised now" hint="Of everything that is open now; it is not in the net">
        <Signed amount={unrealised} text={formatSignedMoney(unrealised, asset)} />
        {unpriced.length > 0 && (
          <span
            className="ml-1 text-2xs font-normal text-warn"
            title={`no price: ${unpriced.map(formatSymbol).join(', ')}`}
          >
            without {unpriced.length === 1 ? formatSymbol(unpriced[0] ?? '') : `${unpriced.length} symbols`}
          </span>
        )}
      </Figure>
      <Figure title="Fills" hint="Own trades in the range">
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
          `Fees in other assets are not in the sums: ${feesElsewhere.map(({ asset, amount }) => `${formatExact(amount)} ${asset}`).join(', ')}`,
        ]),
    ...notes,
  ]
  const written = warnings.length <= mostNotes ? warnings.length : 1
  const [shown, rest] = [warnings.slice(0, written), warnings.slice(written)]
  return (
    <ul
      aria-label="About these figures"
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
            <summary>{rest.length} more notes</summary>
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
        {firstFillAt === null
          ? 'No fill is stored yet.'
          : `The oldest stored fill is of ${formatDateTime(firstFillAt)}; the exchanges may have older ones.`}{' '}
        Days of {zone}.{assets.length > 1 && ` Profit arose in ${assets.length} assets; each stands by itself.`}
      </li>
    </ul>
  )
}
