import { type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import { formatKey } from '../../format/names.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { type BasisFeed, type BasisSide, createBasisFeed } from './basisFeed.ts'
import { type Bucket, bucketAt, gridTimes } from './bucketGrid.ts'
import { bucketTimeText } from './bucketText.ts'
import { paidRates, paidValues, toldRates } from './funding.ts'
import { HistoryPlot } from './HistoryPlot.tsx'
import { LegendLine, ReachState, WithHistory } from './HistoryStates.tsx'
import type { HistoryLine, HistoryPicture, LineValue } from './historyChart.ts'
import { useLiveHistory } from './useLiveHistory.ts'

const t = textsOf('history')

const basis = { key: 'basis', pane: 0, color: 'accent', stroke: 'solid', style: 'line' } as const satisfies HistoryLine
const told = { key: 'told', pane: 1, color: 'muted', stroke: 'solid', style: 'steps' } as const satisfies HistoryLine
const paid = { key: 'paid', pane: 1, color: 'warn', stroke: 'solid', style: 'dots' } as const satisfies HistoryLine
const lines: readonly HistoryLine[] = [basis, told, paid]
const formats = [(value: number) => formatSignedPercent(value, 3), (value: number) => formatSignedPercent(value, 2)]
const zeroPanes = [0, 1]

export interface BasisHistoryProps {
  /** Instrument keys. */
  readonly spot: string
  readonly perpetual: string
  readonly stepMs: number
  readonly children?: ReactNode
}

/** A perpetual's price above the spot market's over time, and its funding rates by the year below. Any number may be mounted. */
export function BasisHistory({ spot, perpetual, stepMs, children }: BasisHistoryProps) {
  const { api } = useStores()
  const feed = useMemo(() => createBasisFeed(api, spot, perpetual, stepMs), [api, spot, perpetual, stepMs])
  useLiveHistory(feed.history)
  const problem = useStore(feed.side, (side) => side.ratesProblem)
  const settledProblem = useStore(feed.side, (side) => side.settledProblem)
  const hasPaid = useStore(feed.side, (side) => (side.settled ?? []).length > 0)
  const names = { spot: formatKey(spot), perpetual: formatKey(perpetual) }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1">
        {children}
        <span className="ml-auto flex items-center gap-4">
          {problem !== null && <span className="text-2xs text-warn">{t('basis.ratesFailed', { problem })}</span>}
          {settledProblem !== null && (
            <span className="text-2xs text-muted">
              {t(hasPaid ? 'basis.notAllPaidRates' : 'basis.noPaidRates', { problem: settledProblem.words })}
            </span>
          )}
          <ReachState history={feed.history} />
        </span>
      </div>
      <div className="min-h-0 flex-1">
        <WithHistory
          history={feed.history}
          texts={{
            reading: t('basis.reading', names),
            failed: t('basis.failed', names),
            none: t('basis.none', names),
            noneLately: t('basis.noneLately', names),
            whyNone: t('basis.whyNone'),
          }}
        >
          <BasisPlot key={`${spot} ${perpetual} ${stepMs}`} feed={feed} />
        </WithHistory>
      </div>
    </div>
  )
}

function BasisPlot({ feed }: { readonly feed: BasisFeed }) {
  const { stepMs, store } = feed.history
  const rows = useStore(store, (state) => state.rows)
  const side = useStore(feed.side)
  const { picture, shown } = useMemo(() => basisPicture(rows, side, stepMs), [rows, side, stepMs])
  const paidOnes = useMemo(() => paidRates(side.settled ?? []), [side.settled])
  const names = { spot: formatKey(feed.spot), perpetual: formatKey(feed.perpetual) }
  const whenOf = (marked: number | null) => marked ?? rows.at(-1)?.at ?? null
  const texts = (marked: number | null) => {
    const when = whenOf(marked)
    const of = (values: readonly LineValue[]) => (when === null ? null : (bucketAt(values, when)?.last ?? null))
    const before = when === null ? undefined : paidOnes.findLast(({ at }) => at < when + stepMs)
    return {
      time: when === null ? '' : bucketTimeText(when, stepMs),
      basis: formatSignedPercent(of(shown.basis), 3),
      told: formatSignedPercent(of(shown.told), 2),
      paid: before === undefined ? '' : formatSignedPercent(before.rate * 100, 4),
      paidAt:
        before === undefined
          ? ''
          : t('basis.paidAt', { time: bucketTimeText(before.at, stepMs), hours: before.intervalHours }),
    }
  }
  return (
    <HistoryPlot
      stepMs={stepMs}
      lines={lines}
      formats={formats}
      zeroPanes={zeroPanes}
      label={t('basis.label', names)}
      testId="basis-history"
      picture={picture}
      onNearOldest={() => {
        if (store.getState().olderProblem === null) void feed.history.loadOlder()
      }}
      spoken={(marked) => t('basis.spoken', texts(marked))}
      legend={(marked) => {
        const text = texts(marked)
        return (
          <>
            <span className="text-muted">{text.time}</span>
            <LegendLine look={basis} name={t('basis.above', names)} value={text.basis} />
            <LegendLine look={told} name={t('basis.told')} value={text.told} detail={t('basis.toldDetail')} />
            {side.settled !== null && (
              <LegendLine look={paid} name={t('basis.paid')} value={text.paid} detail={text.paidAt} />
            )}
          </>
        )
      }}
    />
  )
}

export function basisPicture(
  rows: readonly Bucket[],
  { rates, settled }: Pick<BasisSide, 'rates' | 'settled'>,
  stepMs: number,
): { readonly picture: HistoryPicture; readonly shown: Readonly<Record<'basis' | 'told', readonly LineValue[]>> } {
  const times = gridTimes(
    rows.map(({ at }) => at),
    stepMs,
  )
  const paid = paidRates(settled ?? [])
  const shown = { basis: rows, told: toldRates(rates, times, stepMs, paid) }
  return {
    picture: {
      times,
      values: { ...shown, paid: paidValues(paid, times, stepMs) },
      shades: [],
      marks: [],
    },
    shown,
  }
}
