import type { LeagueRow, MarketPulse } from '../../../shared/market-health.ts'
import { exchangeTitle, formatSymbol, splitKey } from '../../format/names.ts'
import { absent, formatAmount, formatCount, formatQuantity, formatRate } from '../../format/number.ts'
import { formatMilliseconds } from '../../format/time.ts'
import type { Column } from '../../ui/table.ts'
import { DelayLine } from './DelayLine.tsx'

const finite = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : value)
const csvNumber = (value: number | null): string | null => {
  const known = finite(value)
  return known === null ? null : String(Number(known.toPrecision(12)))
}
const percent = (share: number | null): string =>
  finite(share) === null ? absent : `${((share ?? 0) * 100).toFixed(1)} %`

const quoteOf = ({ instrument }: MarketPulse): string => splitKey(instrument).symbol.split('_')[1] ?? ''

export const marketColumns: readonly Column<MarketPulse>[] = [
  {
    id: 'symbol',
    title: 'Market',
    width: 'minmax(9rem,1.5fr)',
    cell: ({ instrument }) => formatSymbol(splitKey(instrument).symbol),
    sortValue: ({ instrument }) => splitKey(instrument).symbol,
    csv: ({ instrument }) => splitKey(instrument).symbol,
  },
  {
    id: 'exchange',
    title: 'Exchange',
    width: 'minmax(6rem,1fr)',
    cell: ({ instrument }) => exchangeTitle(splitKey(instrument).exchange),
    sortValue: ({ instrument }) => splitKey(instrument).exchange,
    csv: ({ instrument }) => splitKey(instrument).exchange,
  },
  {
    id: 'updatesPerSecond',
    title: 'Updates/s',
    hint: 'Quotes a second',
    width: 'minmax(5rem,1fr)',
    isNumber: true,
    cell: ({ updatesPerSecond }) => formatRate(updatesPerSecond),
    sortValue: ({ updatesPerSecond }) => updatesPerSecond,
    csv: ({ updatesPerSecond }) => csvNumber(updatesPerSecond),
  },
  {
    id: 'spreadPercent',
    title: 'Spread',
    hint: 'Best ask less best bid of this market alone, mean over the time, percent of the middle',
    width: 'minmax(6rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ spreadPercent }) => (spreadPercent === null ? absent : `${formatAmount(spreadPercent)} %`),
    sortValue: ({ spreadPercent }) => spreadPercent,
    csv: ({ spreadPercent }) => csvNumber(spreadPercent),
  },
  {
    id: 'liquidity',
    title: 'Liquidity 0.1 %',
    hint: 'Within 0.1 % of the middle, the smaller side, mean over the time; ≥: the book is not always known that far',
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
    title: 'Opportunities',
    hint: 'To act on, with this market as a leg, in the last 24 hours of this run',
    width: 'minmax(7rem,1fr)',
    isNumber: true,
    cell: ({ opportunities }) => formatCount(opportunities),
    sortValue: ({ opportunities }) => opportunities,
    csv: ({ opportunities }) => String(opportunities),
  },
  {
    id: 'liveShare',
    title: 'Live',
    hint: 'Of the time',
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
    title: 'Exchange',
    width: 'minmax(6rem,1fr)',
    cell: ({ exchange }) => <span className="font-medium text-strong">{exchangeTitle(exchange)}</span>,
    sortValue: ({ exchange }) => exchange,
    csv: ({ exchange }) => exchange,
  },
  {
    id: 'liveShare',
    title: 'Live',
    hint: 'Of the minutes watched: at their end everything wanted flowed',
    width: 'minmax(4.5rem,1fr)',
    isNumber: true,
    cell: ({ liveShare }) => percent(liveShare),
    sortValue: ({ liveShare }) => finite(liveShare),
    csv: ({ liveShare }) => csvNumber(liveShare),
  },
  {
    id: 'gapsPerMillion',
    title: 'Gaps/million',
    hint: 'Holes in quotes, trades and order books that were the exchange’s or its connection’s, per million messages',
    width: 'minmax(6.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ gapsPerMillion }) => formatAmount(gapsPerMillion),
    sortValue: ({ gapsPerMillion }) => finite(gapsPerMillion),
    csv: ({ gapsPerMillion }) => csvNumber(gapsPerMillion),
  },
  {
    id: 'reconnects',
    title: 'Reconnects',
    width: 'minmax(5.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ reconnects }) => formatCount(reconnects),
    sortValue: ({ reconnects }) => reconnects,
    csv: ({ reconnects }) => String(reconnects),
  },
  {
    id: 'resyncs',
    title: 'Books anew',
    hint: 'Order books built anew',
    width: 'minmax(6rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ resyncs }) => formatCount(resyncs),
    sortValue: ({ resyncs }) => resyncs,
    csv: ({ resyncs }) => String(resyncs),
  },
  {
    id: 'delayP50Ms',
    title: 'Delay, median',
    hint: 'From the exchange’s time of quotes and trades to ours, by its measured clock: upper bound of the class, 19 % wide',
    width: 'minmax(6.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ delayP50Ms }) => milliseconds(delayP50Ms),
    sortValue: ({ delayP50Ms }) => (Number.isNaN(delayP50Ms) ? null : delayP50Ms),
    csv: ({ delayP50Ms }) => csvNumber(delayP50Ms),
  },
  {
    id: 'delayP99Ms',
    title: 'Delay, 99 %',
    hint: 'The same: 99 of 100 were no later',
    width: 'minmax(6.5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ delayP99Ms }) => milliseconds(delayP99Ms),
    sortValue: ({ delayP99Ms }) => (Number.isNaN(delayP99Ms) ? null : delayP99Ms),
    csv: ({ delayP99Ms }) => csvNumber(delayP99Ms),
  },
  {
    id: 'delays99',
    title: 'by the hour',
    hint: 'Delay, 99 %, hour by hour; higher is later',
    width: 'minmax(7rem,1.5fr)',
    cell: ({ exchange, delays99 }) => <DelayLine delays={delays99} name={exchangeTitle(exchange)} />,
  },
  {
    id: 'clockOffsetMs',
    title: 'Clock',
    hint: 'Its clock less ours, mean',
    width: 'minmax(5.5rem,1fr)',
    isNumber: true,
    cell: ({ clockOffsetMs }) => formatMilliseconds(clockOffsetMs),
    sortValue: ({ clockOffsetMs }) => (clockOffsetMs === null ? null : Math.abs(clockOffsetMs)),
    csv: ({ clockOffsetMs }) => csvNumber(clockOffsetMs),
  },
  {
    id: 'messages',
    title: 'Messages',
    width: 'minmax(6rem,1fr)',
    isNumber: true,
    cell: ({ messages }) => formatCount(messages),
    sortValue: ({ messages }) => messages,
    csv: ({ messages }) => String(messages),
  },
  {
    id: 'rejected',
    title: 'Not read',
    hint: 'Messages that were not understood',
    width: 'minmax(5rem,1fr)',
    isNumber: true,
    descendsFirst: false,
    cell: ({ rejected }) => formatCount(rejected),
    sortValue: ({ rejected }) => rejected,
    csv: ({ rejected }) => String(rejected),
  },
]

/** What a file holds besides what is shown. */
export const leagueFile: readonly Column<LeagueLine>[] = [
  ...leagueColumns,
  {
    id: 'gaps',
    title: 'Gaps',
    width: '0',
    cell: ({ gaps }) => gaps,
    csv: ({ gaps }) => String(gaps),
  },
  {
    id: 'observedMinutes',
    title: 'Minutes',
    width: '0',
    cell: ({ observedMinutes }) => observedMinutes,
    csv: ({ observedMinutes }) => String(observedMinutes),
  },
]
