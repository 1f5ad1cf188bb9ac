import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import type { CandleFeed } from './candleFeed.ts'
import { candleTimeText, clockOf } from './timeAxis.ts'

const t = textsOf('chart')

/** How far back the loaded candles reach, or why they reach no further. */
export function HistoryState({ feed }: { readonly feed: CandleFeed }) {
  const count = useStore(feed.store, ({ candles }) => candles.length)
  const oldest = useStore(feed.store, ({ candles }) => candles[0]?.openTime ?? null)
  const isLoadingOlder = useStore(feed.store, (state) => state.isLoadingOlder)
  const isComplete = useStore(feed.store, (state) => state.isComplete)
  const olderProblem = useStore(feed.store, (state) => state.olderProblem)
  return (
    <span role="status" data-testid="chart-history">
      {olderProblem !== null ? (
        <span className="flex items-center gap-2 text-warn">
          {t('history.failed', { problem: olderProblem })}
          <Button className="h-5" onClick={() => void feed.loadOlder()}>
            {t('retry')}
          </Button>
        </span>
      ) : (
        oldest !== null && (
          <span data-roomy>
            {t(isLoadingOlder ? 'history.loading' : isComplete ? 'history.complete' : 'history.since', {
              count,
              since: candleTimeText(oldest, clockOf(feed.period)),
            })}
          </span>
        )
      )}
    </span>
  )
}
