import type { LeagueRow, MarketPulse } from '../../../shared/market-health.ts'
import { exchangeTitle, formatSymbol, splitKey } from '../../format/names.ts'
import { absent, formatAmount, formatCount, formatQuantity, formatRate } from '../../format/number.ts'
import { formatMilliseconds } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import type { Column } from '../../ui/table.ts'
import { DelayLine } from './DelayLine.tsx'

const t = textsOf('health')

const finite = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : value)
const csvNumber = (value: number | null): string | null => {
  const known = finite(value)
  return known === null ? null : String(Number(known.toPrecision(12)))
}
/** Never `100.0 %` where something was missing, nor `0.0 %` where something was there. */
const percent = (share: number | null): string => {
  const known = finite(share)
  if (known === null) return absent
  const text = (known * 100).toFixed(1)
  if (known < 1 && text === '100.0') return '99.9 %'
  return `${known > 0 && text === '0.0' ? '<0.1' : text} %`
}

const quoteOf = ({ instrument }: MarketPulse): string => splitKey(instrument).symbol.split('_')[1] ?? ''

export const marketColumns: readonly Column<MarketPulse>[] = [
  {
    id: 'symbol',
    title: t('markets.columns.symbol'),
    width: 'minmax(9rem,1.5fr)',
    cell: ({ instrument }) => formatSymbol(splitKey(instrument).symbol),
    sortValue: ({ instrument }) => splitKey(instrument).symbol,
    csv: ({ instrument }) => splitKey(instrument).symbol,
  },
  {
    id: 'exchange',
    title: t('markets.columns.exchange'),
    width: 'minmax(6rem,1fr)',
    cell: ({ instrument }) => exchangeTitle(splitKey(instrument).exchange),
    sortValue: ({ instrument }) => splitKey(instrument).exchange,
    csv: ({ instrument }) => splitKey(instrument).exchange,
  },
  {
    id: 'updatesPerSecond',
    title: t('markets.columns.updatesPerSecond'),
    hint: t('markets.hints.updatesPerSecond'),
    width: 'minmax(5rem,1fr)',
    isNumber: true,
    cell: ({ updatesPerSecond }) => formatRate(updatesPerSecond),
    sortValue: ({ updatesPerSecond }) => updatesPerSecond,
    csv: ({ updatesPerSecond }) => csvNumber(updatesPerSecond),
  },
  {
    id: 'spreadPercent',
    title: t('markets.columns.spreadPercent'),
    hint: t('markets.hints.spreadPercent'),
    width: 'minmax(6rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ spreadPercent }) => (spreadPercent === null ? absent : `${formatAmount(spreadPercent)} %`),
    sortValue: ({ spreadPercent }) => spreadPercent,
    csv: ({ spreadPercent }) => csvNumber(spreadPercent),
  },
  {
    id: 'liquidity',
    title: t('markets.columns.liquidity'),
    hint: t('markets.hints.liquidity'),
    width: 'minmax(8rem,1.2fr)',
    isNumber: true,
    cell: (row) =>
      row.liquidity === null
        ? absent
        : `${row.liquidityIsWhole ? '' : '≥ '}${formatQuantity(Math.round(row.liquidity))} ${quoteOf(row)}`,
    sortValue: ({ liquidity }) => liquidity,
    csv: ({ liquidity }) => csvNumber(liquidity),
  },
  {
    id: 'opportunities',
    title: t('markets.columns.opportunities'),
    hint: t('markets.hints.opportunities'),
    width: 'minmax(7rem,1fr)',
    isNumber: true,
    cell: ({ opportunities }) => formatCount(opportunities),
    sortValue: ({ opportunities }) => opportunities,
    csv: ({ opportunities }) => String(opportunities),
  },
  {
    id: 'liveShare',
    title: t('markets.columns.liveShare'),
    hint: t('markets.hints.liveShare'),
    width: 'minmax(5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ liveShare }) => percent(liveShare),
    sortValue: ({ liveShare }) => liveShare,
    csv: ({ liveShare }) => csvNumber(liveShare),
  },
]

/** An exchange, and what its hours were like. */
export interface LeagueLine extends LeagueRow {
  /** By hour of the span, ascending: 99th percentile of the delay, ms; NaN where nothing was measured. */
  readonly delays99: readonly number[]
}

const milliseconds = (value: number): string =>
  Number.isNaN(value)
    ? absent
    : value === Number.POSITIVE_INFINITY
      ? '> 46 s'
      : `≤ ${formatQuantity(Number(value.toPrecision(3)))} ms`

export const leagueColumns: readonly Column<LeagueLine>[] = [
  {
    id: 'exchange',
    title: t('league.columns.exchange'),
    width: 'minmax(6rem,1fr)',
    cell: ({ exchange }) => <span className="font-medium text-strong">{exchangeTitle(exchange)}</span>,
    sortValue: ({ exchange }) => exchange,
    csv: ({ exchange }) => exchange,
  },
  {
    id: 'liveShare',
    title: t('league.columns.liveShare'),
    hint: t('league.hints.liveShare'),
    width: 'minmax(4.5rem,1fr)',
    isNumber: true,
    cell: ({ liveShare }) => percent(liveShare),
    sortValue: ({ liveShare }) => finite(liveShare),
    csv: ({ liveShare }) => csvNumber(liveShare),
  },
  {
    id: 'gapsPerMillion',
    title: t('league.columns.gapsPerMillion'),
    hint: t('league.hints.gapsPerMillion'),
    width: 'minmax(6.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ gapsPerMillion }) => formatAmount(gapsPerMillion),
    sortValue: ({ gapsPerMillion }) => finite(gapsPerMillion),
    csv: ({ gapsPerMillion }) => csvNumber(gapsPerMillion),
  },
  {
    id: 'reconnects',
    title: t('league.columns.reconnects'),
    width: 'minmax(5.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ reconnects }) => formatCount(reconnects),
    sortValue: ({ reconnects }) => reconnects,
    csv: ({ reconnects }) => String(reconnects),
  },
  {
    id: 'resyncs',
    title: t('league.columns.resyncs'),
    hint: t('league.hints.resyncs'),
    width: 'minmax(6rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ resyncs }) => formatCount(resyncs),
    sortValue: ({ resyncs }) => resyncs,
    csv: ({ resyncs }) => String(resyncs),
  },
  {
    id: 'delayP50Ms',
    title: t('league.columns.delayP50Ms'),
    hint: t('league.hints.delayP50Ms'),
    width: 'minmax(6.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ delayP50Ms }) => milliseconds(delayP50Ms),
    sortValue: ({ delayP50Ms }) => (Number.isNaN(delayP50Ms) ? null : delayP50Ms),
    csv: ({ delayP50Ms }) => csvNumber(delayP50Ms),
  },
  {
    id: 'delayP99Ms',
    title: t('league.columns.delayP99Ms'),
    hint: t('league.hints.delayP99Ms'),
    width: 'minmax(6.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ delayP99Ms }) => milliseconds(delayP99Ms),
    sortValue: ({ delayP99Ms }) => (Number.isNaN(delayP99Ms) ? null : delayP99Ms),
    csv: ({ delayP99Ms }) => csvNumber(delayP99Ms),
  },
  {
    id: 'delays99',
    title: t('league.columns.delays99'),
    hint: t('league.hints.delays99'),
    width: 'minmax(7rem,1.5fr)',
    cell: ({ exchange, delays99 }) => <DelayLine delays={delays99} name={exchangeTitle(exchange)} />,
  },
  {
    id: 'clockOffsetMs',
    title: t('league.columns.clockOffsetMs'),
    hint: t('league.hints.clockOffsetMs'),
    width: 'minmax(5.5rem,1fr)',
    isNumber: true,
    cell: ({ clockOffsetMs }) => formatMilliseconds(clockOffsetMs),
    sortValue: ({ clockOffsetMs }) => (clockOffsetMs === null ? null : Math.abs(clockOffsetMs)),
    csv: ({ clockOffsetMs }) => csvNumber(clockOffsetMs),
  },
  {
    id: 'messages',
    title: t('league.columns.messages'),
    width: 'minmax(6rem,1fr)',
    isNumber: true,
    cell: ({ messages }) => formatCount(messages),
    sortValue: ({ messages }) => messages,
    csv: ({ messages }) => String(messages),
  },
  {
    id: 'rejected',
    title: t('league.columns.rejected'),
    hint: t('league.hints.rejected'),
    width: 'minmax(5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ rejected }) => formatCount(rejected),
    sortValue: ({ rejected }) => rejected,
    csv: ({ rejected }) => String(rejected),
  },
]

/** What a file holds besides what is shown; their titles are seen nowhere. */
export const leagueFile: readonly Column<LeagueLine>[] = [
  ...leagueColumns,
  {
    id: 'gaps',
    title: 'gaps',
    width: '0',
    cell: ({ gaps }) => gaps,
    csv: ({ gaps }) => String(gaps),
  },
  {
    id: 'observedMinutes',
    title: 'observedMinutes',
    width: '0',
    cell: ({ observedMinutes }) => observedMinutes,
    csv: ({ observedMinutes }) => String(observedMinutes),
  },
]
