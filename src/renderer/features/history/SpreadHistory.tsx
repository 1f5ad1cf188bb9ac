import { type ReactNode, useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Opportunity } from '../../../shared/domain/index.ts'
import { type LegFees, netPercentOf } from '../../../shared/history.ts'
import { formatKey } from '../../format/names.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { type Bucket, bucketAt, gridTimes } from './bucketGrid.ts'
import { bucketTimeText } from './bucketText.ts'
import { HistoryPlot } from './HistoryPlot.tsx'
import { LegendLine, ReachState, WithHistory } from './HistoryStates.tsx'
import type { HistoryLine, HistoryPicture, LineValue } from './historyChart.ts'
import { createSpreadFeed, type SpreadFeed } from './spreadFeed.ts'
import { useLiveHistory } from './useLiveHistory.ts'

const t = textsOf('history')

const net = { key: 'net', pane: 0, color: 'accent', stroke: 'solid', style: 'line' } as const satisfies HistoryLine
const gross = { key: 'gross', pane: 0, color: 'muted', stroke: 'dotted', style: 'line' } as const satisfies HistoryLine
const lines: readonly HistoryLine[] = [net, gross]
const axisPercent = (value: number) => formatSignedPercent(value, 3)
const formats = [axisPercent]
const zeroPanes = [0]

export interface SpreadHistoryProps {
  /** Instrument keys. */
  readonly buy: string
  readonly sell: string
  readonly stepMs: number
  /** Beside what is known of how far back it reaches. */
  readonly children?: ReactNode
}

/** Net and gross spread of one direction of a pair over time, opportunities shaded. Any number may be mounted. */
export function SpreadHistory({ buy, sell, stepMs, children }: SpreadHistoryProps) {
  const { api } = useStores()
  const feed = useMemo(() => createSpreadFeed(api, buy, sell, stepMs), [api, buy, sell, stepMs])
  useLiveHistory(feed.history)
  useEffect(() => feed.follow(), [feed])
  const names = { buy: formatKey(buy), sell: formatKey(sell) }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1">
        {children}
        <span className="ml-auto">
          <ReachState history={feed.history} />
        </span>
      </div>
      <Damage feed={feed} />
      <div className="min-h-0 flex-1">
        <WithHistory
          history={feed.history}
          texts={{
            reading: t('spread.reading', names),
            failed: t('spread.failed', names),
            none: t('spread.none', names),
            noneLately: t('spread.noneLately', names),
            whyNone: t('spread.whyNone'),
          }}
        >
          <SpreadPlot key={`${buy} ${sell} ${stepMs}`} feed={feed} />
        </WithHistory>
      </div>
    </div>
  )
}

/** What could not be read is a gap that is not really one. */
function Damage({ feed }: { readonly feed: SpreadFeed }) {
  const damaged = useStore(feed.side, (side) => side.damaged)
  if (damaged === 0) return null
  return (
    <p role="status" className="border-y border-line bg-warnwash px-3 py-1 text-warn">
      <span aria-hidden="true">◐</span> {t('spread.damaged', { count: damaged })}
    </p>
  )
}

function SpreadPlot({ feed }: { readonly feed: SpreadFeed }) {
  const { stepMs, store } = feed.history
  const rows = useStore(store, (state) => state.rows)
  const fees = useStore(feed.side, (side) => side.fees)
  const opportunities = useStore(feed.side, (side) => side.opportunities)
  const list = useMemo(() => [...opportunities.values()], [opportunities])
  const picture = useMemo(() => spreadPicture(rows, fees, list, stepMs), [rows, fees, list, stepMs])
  const at = (marked: number | null) => (marked === null ? (rows.at(-1) ?? null) : bucketAt(rows, marked))
  const textOf = (value: number) => formatSignedPercent(value, 3)
  const netOf = (value: number) => (fees === null ? Number.NaN : netPercentOf(value, fees))
  const range = (bucket: Bucket, of: (value: number) => number) =>
    bucket.seconds > 1
      ? t('spread.range', { lowest: textOf(of(bucket.minimum)), highest: textOf(of(bucket.maximum)) })
      : ''
  return (
    <HistoryPlot
      stepMs={stepMs}
      lines={lines}
      formats={formats}
      zeroPanes={zeroPanes}
      label={t('spread.label', { buy: formatKey(feed.buy), sell: formatKey(feed.sell) })}
      testId="spread-history"
      picture={picture}
      onNearOldest={() => {
        if (store.getState().olderProblem === null) void feed.history.loadOlder()
      }}
      spoken={(marked) => {
        const bucket = at(marked)
        if (bucket === null) return t('spread.spokenGap', { time: bucketTimeText(marked ?? 0, stepMs) })
        const values = {
          time: bucketTimeText(bucket.at, stepMs),
          net: textOf(netOf(bucket.last)),
          gross: textOf(bucket.last),
        }
        return [t('spread.spoken', values), ...livedAt(list, bucket.at, stepMs).map(opportunityText)].join(', ')
      }}
      legend={(marked) => {
        const bucket = at(marked)
        const when = marked ?? bucket?.at ?? null
        return (
          <>
            <div className="flex items-baseline gap-2.5">
              <span className="text-muted">{when === null ? '' : bucketTimeText(when, stepMs)}</span>
              {bucket === null ? (
                <span className="text-warn">{t('spread.gap')}</span>
              ) : (
                bucket.seconds < stepMs / 1_000 &&
                marked !== null && (
                  <span className="text-muted">
                    {t('spread.partly', { known: bucket.seconds, all: stepMs / 1_000 })}
                  </span>
                )
              )}
            </div>
            <LegendLine
              look={net}
              name={
                fees === null
                  ? t('spread.net')
                  : t('spread.netAtFees', { buy: formatFee(fees.buy), sell: formatFee(fees.sell) })
              }
              value={bucket === null ? '' : textOf(netOf(bucket.last))}
              detail={bucket === null ? '' : range(bucket, netOf)}
            />
            <LegendLine
              look={gross}
              name={t('spread.gross')}
              value={bucket === null ? '' : textOf(bucket.last)}
              detail={bucket === null ? '' : range(bucket, (value) => value)}
            />
            {when !== null &&
              livedAt(list, when, stepMs).map((one) => (
                <div key={one.id} className="flex items-baseline gap-2">
                  <span aria-hidden="true" className={one.rejection === null ? 'text-accent' : 'text-warn'}>
                    {one.rejection === null ? '▮' : '▨'}
                  </span>
                  <span className={one.rejection === null ? 'text-text' : 'text-muted'}>{opportunityText(one)}</span>
                </div>
              ))}
          </>
        )
      }}
    />
  )
}

const formatFee = (fraction: number) => `${Number((fraction * 100).toFixed(4))} %`

/** Told of one bucket at most: more would hide the picture. */
const mostTold = 3
const livedAt = (list: readonly Opportunity[], at: number, stepMs: number): readonly Opportunity[] =>
  list.filter(({ openedAt, closedAt }) => openedAt < at + stepMs && (closedAt ?? Infinity) >= at).slice(0, mostTold)

export function opportunityText({
  openedAt,
  closedAt,
  bestNetPercent,
  rejectionWords,
  rejection,
}: Opportunity): string {
  const net = formatSignedPercent(bestNetPercent, 3)
  const lasted = closedAt === null ? null : formatDuration(closedAt - openedAt)
  if (rejection === null)
    return lasted === null ? t('opportunity.open', { net }) : t('opportunity.closed', { net, lasted })
  const reason = rejectionWords ?? rejection
  return lasted === null
    ? t('opportunity.rejectedOpen', { net, reason })
    : t('opportunity.rejectedClosed', { net, reason, lasted })
}

/** What is drawn of a spread's buckets; one that is still open is shaded up to the newest bucket. */
export function spreadPicture(
  rows: readonly Bucket[],
  fees: LegFees | null,
  opportunities: readonly Opportunity[],
  stepMs: number,
): HistoryPicture {
  const netOf = ({ at, minimum, maximum, last }: Bucket, known: LegFees): LineValue => ({
    at,
    minimum: netPercentOf(minimum, known),
    maximum: netPercentOf(maximum, known),
    last: netPercentOf(last, known),
  })
  const newest = rows.at(-1)
  const end = newest === undefined ? 0 : newest.at + stepMs
  return {
    times: gridTimes(
      rows.map(({ at }) => at),
      stepMs,
    ),
    values: {
      net: fees === null ? [] : rows.map((row) => netOf(row, fees)),
      // Its range would lie over that of the net line.
      gross: rows.map(({ at, last }) => ({ at, minimum: last, maximum: last, last })),
    },
    shades: opportunities.map(({ openedAt, closedAt, rejection }) => ({
      from: openedAt,
      to: closedAt ?? Math.max(end, openedAt),
      pattern: rejection === null ? 'plain' : 'hatched',
    })),
    marks: [],
  }
}
