import { useState } from 'react'
import type { AlertRule, BacktestResult } from '../../../shared/alert-rules.ts'
import { subjectText } from '../../format/alert-words.ts'
import { formatCount } from '../../format/number.ts'
import { formatDateTime, formatDay, formatDuration } from '../../format/time.ts'
import { classes } from '../../ui/classes.ts'
import { Segmented } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useBacktest } from './useBacktest.ts'

const ranges = [
  { value: '1', text: '1 day' },
  { value: '7', text: '7 days' },
  { value: '30', text: '30 days' },
] as const
type Range = (typeof ranges)[number]['value']

/** How often the rule would have fired in the stored past, before it is saved. */
export function BacktestBox({ rule }: { readonly rule: AlertRule | null }) {
  const [range, setRange] = useState<Range>('7')
  const { result, problem, percent } = useBacktest(rule, Number(range))
  return (
    <section aria-label="In the stored past" className="flex min-h-0 flex-col gap-3" data-testid="backtest">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold text-strong">In the stored past</h3>
        <Segmented<Range> label="How far back" value={range} options={ranges} onChange={setRange} />
      </div>
      <div aria-live="polite" className="flex min-h-0 flex-1 flex-col gap-3">
        {rule === null ? (
          <p className="text-muted">Once the condition is complete, this says how often it would have fired.</p>
        ) : problem !== null ? (
          <p role="alert" className="text-down select-text">
            {problem}
          </p>
        ) : percent !== null || result === null ? (
          <p className="text-muted">
            Reading what is stored… <span className="number">{percent ?? 0} %</span>
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
        {count === null
          ? 'Nothing stored tells'
          : count === 0
            ? 'Not once'
            : count === 1
              ? 'Once'
              : `${formatCount(count)} times`}
      </p>
      <Coverage result={result} />
      {count !== null && <Days days={result.days} />}
      {first !== null && last !== null && (
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 text-muted">
          <dt>First</dt>
          <dd className="number text-text">{formatDateTime(first)}</dd>
          <dt>Last</dt>
          <dd className="number text-text">{formatDateTime(last)}</dd>
        </dl>
      )}
      {latest.length > 0 && (
        <ol className="min-h-0 flex-1 overflow-y-auto rounded border border-line" aria-label="The latest ones">
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
        ? 'There is no data of this time.'
        : isWhole
          ? 'There is data of the whole time.'
          : `There is data of ${formatDuration(coveredMs)}, ${part < 0.01 ? 'less than 1' : Math.floor(part * 100)} % of it.`}
    </p>
  )
}

function Days({ days }: { readonly days: BacktestResult['days'] }) {
  const most = Math.max(1, ...days.map(({ count }) => count ?? 0))
  return (
    <ol className="flex h-20 items-stretch gap-px" aria-label="Firings by day">
      {days.map(({ at, count }) => {
        const words = `${formatDay(at)}: ${count === null ? 'no data' : count}`
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
