import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { EquityFlow, EquityHistory, EquityPoint } from '../../../shared/history.ts'
import { formatHeld, formatMoney, formatSignedMoney } from '../../format/amount.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import type { Mark } from '../chart/marks.ts'
import { bucketAt, gridTimes } from './bucketGrid.ts'
import { bucketTimeText } from './bucketText.ts'
import { createEquityFeed, type EquityQuestion } from './equityFeed.ts'
import { HistoryPlot } from './HistoryPlot.tsx'
import { LegendLine } from './HistoryStates.tsx'
import type { HistoryLine, HistoryPicture, LineValue } from './historyChart.ts'

const t = textsOf('history')

const total = { key: 'total', pane: 0, color: 'accent', stroke: 'solid', style: 'line' } as const satisfies HistoryLine
const own = { key: 'own', pane: 0, color: 'muted', stroke: 'dashed', style: 'line' } as const satisfies HistoryLine
const lines: readonly HistoryLine[] = [total, own]
const axisNumber = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 8 })
const formats = [(value: number) => axisNumber.format(value)]
const zeroPanes: readonly number[] = []
/** Samples come every five minutes. */
const readEveryMs = 60_000

/** What the accounts were worth over time, and how much of it they gained themselves. Any number may be mounted. */
export function EquityCurve({ account, from, to }: EquityQuestion) {
  const { api, link } = useStores()
  const feed = useMemo(() => createEquityFeed(api, { account, from, to }), [api, account, from, to])
  const generation = useStore(link, (state) => state.generation)
  useEffect(() => {
    // Asked anew after another opening of the link.
    void generation
    const read = () => void feed.load()
    read()
    const timer = setInterval(read, readEveryMs)
    const end = api.on('accounts.changed', () => void feed.begin())
    return () => {
      clearInterval(timer)
      end()
      feed.close()
    }
  }, [api, feed, generation])
  const { equity, problem } = useStore(feed.store)
  if (equity === null && problem !== null)
    return (
      <Empty title={t('equity.failed')}>
        <p role="alert" className="select-text">
          {problem}
        </p>
        <Button onClick={() => void feed.load()}>{t('retry')}</Button>
      </Empty>
    )
  if (equity === null) return <Empty title={t('equity.reading')} busy />
  if (equity.points.length === 0)
    return (
      <Empty title={t(equity.oldest === null ? 'equity.none' : 'equity.noneInRange')}>
        <p>
          {equity.otherCurrencies.length > 0
            ? t('equity.whyNoneButOthers', { currencies: equity.otherCurrencies.join(', ') })
            : t('equity.whyNone')}
        </p>
      </Empty>
    )
  return <EquityPlot key={`${equity.currency} ${equity.bucketMs}`} equity={equity} problem={problem} />
}

function EquityPlot({ equity, problem }: { readonly equity: EquityHistory; readonly problem: string | null }) {
  const { currency, bucketMs, flows, changes, otherCurrencies } = equity
  const labelOf = useAccountLabels()
  const rows = useMemo(() => equityRows(equity), [equity])
  const picture = useMemo(() => equityPicture(rows, equity), [rows, equity])
  const at = (marked: number | null) => (marked === null ? (rows.at(-1) ?? null) : bucketAt(rows, marked))
  const within = <T extends { readonly at: number }>(list: readonly T[], marked: number | null) =>
    marked === null ? [] : list.filter((one) => one.at >= marked && one.at < marked + bucketMs)
  return (
    <HistoryPlot
      stepMs={bucketMs}
      lines={lines}
      formats={formats}
      zeroPanes={zeroPanes}
      label={t('equity.label', { currency })}
      testId="equity-curve"
      picture={picture}
      spoken={(marked) => {
        const row = at(marked)
        if (row === null) return t('equity.spokenGap', { time: bucketTimeText(marked ?? 0, bucketMs) })
        const { at: time, value, profit } = row.point
        const values = { time: formatDateTime(time), value: formatMoney(value, currency), currency }
        const worth =
          profit === null
            ? t('equity.spokenUngained', values)
            : t('equity.spoken', { ...values, gained: formatSignedMoney(profit, currency) })
        return [worth, ...within(flows, marked).map(flowText)].join(', ')
      }}
      legend={(marked) => {
        const row = at(marked)
        const point = row?.point
        return (
          <>
            <div className="flex items-baseline gap-2.5">
              <span className="text-muted">
                {point ? formatDateTime(point.at) : bucketTimeText(marked ?? 0, bucketMs)}
              </span>
              {row === null && <span className="text-warn">{t('equity.gap')}</span>}
              {problem !== null && <span className="text-warn">◐ {t('stalled', { problem })}</span>}
              {otherCurrencies.length > 0 && (
                <span className="text-warn">
                  {t('equity.otherCurrencies', { currencies: otherCurrencies.join(', ') })}
                </span>
              )}
            </div>
            <LegendLine
              look={total}
              name={t('equity.worth')}
              value={point ? `${formatMoney(point.value, currency)} ${currency}` : ''}
              detail={t('equity.worthDetail')}
            />
            <LegendLine look={own} name={t('equity.own')} value={point ? gainText(point, currency) : ''} />
            {point && point.leftOut.length > 0 && (
              <span className="text-2xs text-warn">{t('equity.leftOut', { assets: point.leftOut.join(', ') })}</span>
            )}
            {point && point.oldPrices.length > 0 && (
              <span className="text-2xs text-warn">
                {t('equity.oldPrices', { assets: point.oldPrices.join(', ') })}
              </span>
            )}
            {within(flows, marked).map((flow) => (
              <span key={`${flow.account} ${flow.at} ${flow.asset} ${flow.amount}`} className="text-text">
                {flowText(flow)} · {labelOf(flow.account)}
              </span>
            ))}
            {within(changes, marked).map(({ account, kind }) => (
              <span key={`${account} ${kind}`} className="text-text">
                {t(`account.${kind}`, { account: labelOf(account) })}
              </span>
            ))}
          </>
        )
      }}
    />
  )
}

const gainText = ({ profit }: EquityPoint, currency: string): string =>
  profit === null ? t('equity.ungained') : t('equity.gained', { gained: formatSignedMoney(profit, currency) })

const flowText = ({ kind, amount, asset, value }: EquityFlow): string =>
  t(value === null ? `flow.${kind}Unvalued` : `flow.${kind}`, { amount: formatHeld(amount), asset })

export interface EquityRow {
  /** Start of its bucket. */
  readonly at: number
  readonly point: EquityPoint
}

export const equityRows = ({
  points: all,
  bucketMs,
}: Pick<EquityHistory, 'points' | 'bucketMs'>): readonly EquityRow[] =>
  all.map((point) => ({ at: Math.floor(point.at / bucketMs) * bucketMs, point }))

/** The curve without flows begins where the other does, so that what parts them is what came in or went out. */
export function equityPicture(
  rows: readonly EquityRow[],
  { bucketMs, flows }: Pick<EquityHistory, 'bucketMs' | 'flows'>,
): HistoryPicture {
  const begin = Number(rows[0]?.point.value ?? Number.NaN)
  const flat = (at: number, value: number, isJoined: boolean): LineValue => ({
    ...{ at, minimum: value, maximum: value, last: value, isJoined },
  })
  return {
    times: gridTimes(
      rows.map(({ at }) => at),
      bucketMs,
    ),
    values: {
      total: rows.map(({ at, point }) => flat(at, Number(point.value), point.isJoined)),
      own: rows.flatMap(({ at, point }) =>
        point.profit === null ? [] : flat(at, begin + Number(point.profit), point.isJoined),
      ),
    },
    shades: [],
    marks: flows.map(
      (flow, i): Mark => ({
        id: String(i),
        at: flow.at,
        price: null,
        shape: flow.kind === 'deposit' ? 'up' : 'down',
        color: flow.value === null ? 'warn' : 'text',
        size: 5,
      }),
    ),
  }
}
