import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { formatCount } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import type { LineLook } from '../chart/chartView.ts'
import { LineSample } from '../chart/LineSample.tsx'
import { bucketTimeText, stepText } from './bucketText.ts'
import type { PagedHistory } from './pagedHistory.ts'

const t = textsOf('history')

/** What is said while there is no picture. */
export interface HistoryTexts {
  readonly reading: string
  readonly failed: string
  readonly none: string
  /** Nothing in what was read, but further back there may be something. */
  readonly noneLately: string
  readonly whyNone: string
}

interface LoadedProps<T> {
  readonly history: PagedHistory<T>
  readonly texts: HistoryTexts
  readonly children: ReactNode
}

/** The picture, or why there is none. */
export function WithHistory<T extends { readonly at: number }>({ history, texts, children }: LoadedProps<T>) {
  const isLoaded = useStore(history.store, (state) => state.isLoaded)
  const problem = useStore(history.store, (state) => state.problem)
  const isEmpty = useStore(history.store, ({ rows }) => rows.length === 0)
  const isComplete = useStore(history.store, (state) => state.isComplete)
  const isLoadingOlder = useStore(history.store, (state) => state.isLoadingOlder)
  if (!isLoaded && problem !== null)
    return (
      <Empty title={texts.failed}>
        <p role="alert" className="select-text">
          {problem}
        </p>
        <Button onClick={() => void history.load()}>{t('retry')}</Button>
      </Empty>
    )
  if (!isLoaded) return <Empty title={texts.reading} busy />
  if (isEmpty)
    return (
      <Empty title={isComplete ? texts.none : texts.noneLately} busy={isLoadingOlder}>
        <p>{texts.whyNone}</p>
        {!isComplete && (
          <Button disabled={isLoadingOlder} onClick={() => void history.loadOlder()}>
            {t(isLoadingOlder ? 'empty.lookingBack' : 'empty.lookBack')}
          </Button>
        )}
      </Empty>
    )
  return children
}

/** How far back what was read reaches, or why it reaches no further. */
export function ReachState<T extends { readonly at: number }>({ history }: { readonly history: PagedHistory<T> }) {
  const count = useStore(history.store, ({ rows }) => rows.length)
  const oldest = useStore(history.store, ({ rows }) => rows[0]?.at ?? null)
  const isLoadingOlder = useStore(history.store, (state) => state.isLoadingOlder)
  const isComplete = useStore(history.store, (state) => state.isComplete)
  const problem = useStore(history.store, (state) => (state.isLoaded ? state.problem : null))
  const olderProblem = useStore(history.store, (state) => state.olderProblem)
  return (
    <span role="status" data-testid="history-state" className="text-2xs text-muted">
      {olderProblem !== null ? (
        <span className="flex items-center gap-2 text-warn">
          {t('reach.failed', { problem: olderProblem })}
          <Button className="h-5" onClick={() => void history.loadOlder()}>
            {t('retry')}
          </Button>
        </span>
      ) : problem !== null ? (
        <span className="text-warn">◐ {t('stalled', { problem })}</span>
      ) : (
        oldest !== null &&
        t(isLoadingOlder ? 'reach.reading' : isComplete ? 'reach.complete' : 'reach.since', {
          buckets: formatCount(count),
          step: stepText(history.stepMs),
          since: bucketTimeText(oldest, history.stepMs),
        })
      )}
    </span>
  )
}

interface LegendLineProps {
  readonly look: LineLook
  readonly name: string
  readonly value: string
  readonly detail?: ReactNode
}

/** One line of a legend: its stroke, its name, its value, and what there is to say of it. */
export const LegendLine = ({ look, name, value, detail }: LegendLineProps) => (
  <div className="flex items-baseline gap-2">
    <LineSample look={look} />
    <span className="text-muted">{name}</span>
    <span className="font-semibold text-strong">{value}</span>
    {detail !== undefined && <span className="text-2xs text-muted">{detail}</span>}
  </div>
)
