import { useState } from 'react'
import { Trans } from 'react-i18next'
import type { AlertRule, BacktestResult } from '../../../shared/alert-rules.ts'
import { subjectText } from '../../format/alert-words.ts'
import { dayMiddle, formatDateTime, formatDay, formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { Segmented } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useBacktest } from './useBacktest.ts'

const t = textsOf('alerts')

const ranges = (['1', '7', '30'] as const).map((value) => ({
  value,
  text: t('backtest.days', { count: Number(value) }),
}))
type Range = (typeof ranges)[number]['value']

/** How often the rule would have fired in the stored past, before it is saved. */
export function BacktestBox({ rule }: { readonly rule: AlertRule | null }) {
  const [range, setRange] = useState<Range>('7')
  const { result, problem, percent } = useBacktest(rule, Number(range))
  return (
    <section aria-label={t('backtest.title')} className="flex min-h-0 flex-col gap-3" data-testid="backtest">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold text-strong">{t('backtest.title')}</h3>
        <Segmented<Range> label={t('backtest.range')} value={range} options={ranges} onChange={setRange} />
      </div>
      <div aria-live="polite" className="flex min-h-0 flex-1 flex-col gap-3">
        {rule === null ? (
          <p className="text-muted">{t('backtest.incomplete')}</p>
        ) : problem !== null ? (
          <p role="alert" className="text-down select-text">
            {problem}
          </p>
        ) : percent !== null || result === null ? (
          <p className="text-muted">
            <Trans
              t={t}
              i18nKey="backtest.reading"
              components={{ percent: <span className="number" /> }}
              values={{ percent: percent ?? 0 }}
            />
          </p>
        ) : (
          <Answer result={result} />
        )}
      </div>
    </section>
  )
}

function Answer({ result }: { readonly result: BacktestResult }) {
  const { count, first, last, latest, words } = result
  return (
    <>
      <p className="text-lg leading-6 font-semibold text-strong" data-testid="backtest-count">
        {count === null ? t('backtest.unknown') : count === 0 ? t('backtest.never') : t('backtest.times', { count })}
      </p>
      <Coverage result={result} />
      {count !== null && <Days days={result.days} />}
      {first !== null && last !== null && (
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 text-muted">
          <dt>{t('backtest.first')}</dt>
          <dd className="number text-text">{formatDateTime(first)}</dd>
          <dt>{t('backtest.last')}</dt>
          <dd className="number text-text">{formatDateTime(last)}</dd>
        </dl>
      )}
      {latest.length > 0 && (
        <ol className="min-h-0 flex-1 overflow-y-auto rounded border border-line" aria-label={t('backtest.latest')}>
          {latest.map(({ at, subject, message }) => (
            <li
              key={`${at} ${subject}`}
              className="border-b border-line px-2 py-1 last:border-b-0 select-text"
              title={message}
            >
              <span className="number text-muted">{formatDateTime(at)}</span>{' '}
              <span className="text-strong">{subjectText(subject)}</span>
            </li>
          ))}
        </ol>
      )}
      <ul className="text-2xs text-muted">
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </>
  )
}

/** Of how much of the range anything is known: without it a count means nothing. */
function Coverage({ result: { from, to, coveredMs } }: { readonly result: BacktestResult }) {
  const part = coveredMs / (to - from)
  const isWhole = part > 0.999
  return (
    <p className={isWhole ? 'text-muted' : 'text-warn'} data-testid="backtest-coverage">
      <StateMark tone={isWhole ? 'good' : part === 0 ? 'bad' : 'warning'} />{' '}
      {part === 0
        ? t('backtest.none')
        : isWhole
          ? t('backtest.whole')
          : part < 0.01
            ? t('backtest.hardly', { duration: formatDuration(coveredMs) })
            : t('backtest.partly', { duration: formatDuration(coveredMs), percent: Math.floor(part * 100) })}
    </p>
  )
}

/** `2026-11-21: 3`; null: of that day nothing is known. */
export function backtestDay(at: number, count: number | null): string {
  const day = formatDay(dayMiddle(at))
  return count === null ? t('backtest.dayUnknown', { day }) : `${day}: ${count}`
}

function Days({ days }: { readonly days: BacktestResult['days'] }) {
  const most = Math.max(1, ...days.map(({ count }) => count ?? 0))
  return (
    <ol className="flex h-20 items-stretch gap-px" aria-label={t('backtest.byDay')}>
      {days.map(({ at, count }) => {
        const words = backtestDay(at, count)
        return (
          <li key={at} title={words} className="flex min-w-0 flex-1 flex-col justify-end">
            <span className="sr-only">{words}</span>
            {days.length <= 10 && (
              <span aria-hidden="true" className="number truncate text-center text-2xs text-muted">
                {count === null ? '–' : count}
              </span>
            )}
            <span
              aria-hidden="true"
              className={classes('block rounded-t-sm', count === null ? 'bg-transparent' : 'bg-accent')}
              style={{ height: count === null ? '1px' : `${Math.max(2, (count / most) * 52)}px` }}
            />
            <span aria-hidden="true" className="h-px bg-line" />
          </li>
        )
      })}
    </ol>
  )
}
