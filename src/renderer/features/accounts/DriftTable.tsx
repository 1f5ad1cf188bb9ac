import { useState } from 'react'
import { subtractAmounts } from '../../../shared/amount.ts'
import { DecimalText, type Drift } from '../../../shared/domain/index.ts'
import { driftSubjects } from '../../format/account-words.ts'
import { formatExact, formatSignedHeld } from '../../format/amount.ts'
import { absent } from '../../format/number.ts'
import { formatDuration, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'

const t = textsOf('accounts')

interface DriftTableProps {
  readonly account: string
  /** Open ones first. */
  readonly drifts: readonly Drift[]
  /** The account is live, so that no open drift means that the exchange agrees. */
  readonly isCompared: boolean
  readonly now: number
}

const shownResolved = 20

/** Where the exchange's answer differed from what its streams led to: what still does, and on demand what was resolved. */
export function DriftTable({ account, drifts, isCompared, now }: DriftTableProps) {
  const [withResolved, setWithResolved] = useState(false)
  const open = drifts.filter(({ resolvedAt }) => resolvedAt === null)
  const resolved = drifts.filter(({ resolvedAt }) => resolvedAt !== null)
  const shown = withResolved ? [...open, ...resolved.slice(0, shownResolved)] : open
  return (
    <section aria-label={t('drifts.label', { account })} className="border-t border-line" data-testid="drifts">
      <header className="flex min-h-8 items-center gap-3 px-3">
        <h3 className="font-medium text-strong">{t('drifts.title')}</h3>
        <span className={open.length > 0 ? 'text-warn' : 'text-muted'}>
          <StateMark tone={open.length > 0 ? 'warning' : isCompared ? 'good' : 'idle'} />{' '}
          {open.length > 0
            ? t('drifts.open', { count: open.length })
            : t(isCompared ? 'drifts.none' : 'drifts.noneFound')}
        </span>
        {resolved.length > 0 && (
          <Button
            kind="quiet"
            className="h-6"
            aria-expanded={withResolved}
            onClick={() => setWithResolved(!withResolved)}
          >
            {t(withResolved ? 'drifts.hide' : 'drifts.show', { count: resolved.length })}
          </Button>
        )}
      </header>
      {shown.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full text-left">
            <thead className="text-2xs text-muted">
              <tr className="h-6 [&>th]:px-3 [&>th]:font-normal">
                <th scope="col">{t('drifts.what')}</th>
                <th scope="col" className="text-right">
                  {t('drifts.expected')}
                </th>
                <th scope="col" className="text-right">
                  {t('drifts.got')}
                </th>
                <th scope="col" className="text-right">
                  {t('drifts.difference')}
                </th>
                <th scope="col">{t('drifts.found')}</th>
                <th scope="col">{t('drifts.agreed')}</th>
                <th scope="col">{t('drifts.state')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((drift) => (
                <DriftRow key={drift.id} drift={drift} now={now} />
              ))}
            </tbody>
          </table>
          {withResolved && resolved.length > shownResolved && (
            <p className="px-3 py-1 text-2xs text-muted">{t('drifts.newest', { count: shownResolved })}</p>
          )}
        </div>
      )}
    </section>
  )
}

function DriftRow({ drift, now }: { readonly drift: Drift; readonly now: number }) {
  const { subject, item, field, expected, got, foundAt, since, resolvedAt, resolution } = drift
  return (
    <tr
      data-testid={`drift-${drift.id}`}
      className="h-7 border-t border-line align-top [&>td]:px-3 [&>td]:py-1 [&>th]:px-3 [&>th]:py-1"
    >
      <th scope="row" className="font-normal">
        <span className="text-muted">{driftSubjects[subject]}</span>{' '}
        <span className="font-medium text-strong">{item}</span> <span className="text-muted">{field}</span>
      </th>
      <td className="text-right select-text">{valueText(expected)}</td>
      <td className="text-right text-strong select-text">{valueText(got)}</td>
      <td className="text-right select-text">{differenceText(expected, got)}</td>
      <td className="whitespace-nowrap">{formatWhen(foundAt, now)}</td>
      <td className="whitespace-nowrap">{since === null ? t('drifts.neverAgreed') : formatWhen(since, now)}</td>
      <td>
        {resolvedAt === null ? (
          <span className="text-warn">
            <StateMark tone="warning" /> {t('drifts.openFor', { duration: formatDuration(now - foundAt) })}
          </span>
        ) : (
          <span>
            <StateMark tone="good" /> {t('drifts.resolved', { when: formatWhen(resolvedAt, now) })}
            {resolution !== null && <span className="block text-muted select-text">{resolution}</span>}
          </span>
        )}
      </td>
    </tr>
  )
}

const isDecimal = (text: string | null): text is string => text !== null && DecimalText.safeParse(text).success
const valueText = (text: string | null): string =>
  text === null ? t('drifts.nothing') : isDecimal(text) ? formatExact(text) : text
const differenceText = (expected: string | null, got: string | null): string =>
  isDecimal(expected) && isDecimal(got) ? formatSignedHeld(subtractAmounts(got, expected)) : absent
