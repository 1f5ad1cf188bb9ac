import { exchangeTitle } from '../../../format/names.ts'
import { formatCount } from '../../../format/number.ts'
import type { HealthKind } from '../../../stores/health.ts'
import { SymbolName } from '../../../ui/marks.tsx'
import type { Column } from '../../../ui/table.ts'
import { DayStrip } from './DayStrip.tsx'
import { heldShare, type Series, shareText } from './day.ts'

/** What is counted. */
export const unitOf = (kind: HealthKind): string => (kind === 'kline' ? 'candles' : 'seconds')

const exchangeOf = ({ instrument }: Series): string => instrument.slice(0, instrument.indexOf(':'))
const symbolOf = ({ instrument }: Series): string => instrument.slice(instrument.indexOf(':') + 1)

export const seriesColumns = (days: readonly number[], unit: string): readonly Column<Series>[] => [
  {
    id: 'exchange',
    title: 'Exchange',
    width: '92px',
    sortValue: exchangeOf,
    csv: exchangeOf,
    cell: (series) => exchangeTitle(exchangeOf(series)),
  },
  {
    id: 'symbol',
    title: 'Symbol',
    width: '132px',
    sortValue: symbolOf,
    csv: symbolOf,
    cell: (series) => <SymbolName symbol={symbolOf(series)} />,
  },
  {
    id: 'held',
    title: 'Held',
    hint: `Share of the expected ${unit} that is stored`,
    width: '84px',
    isNumber: true,
    sortValue: heldShare,
    csv: (series) => String(heldShare(series) ?? ''),
    cell: (series) => shareText(heldShare(series)),
  },
  {
    id: 'missing',
    title: 'Missing',
    hint: `In ${unit}`,
    width: '92px',
    isNumber: true,
    sortValue: ({ missing }) => missing,
    csv: ({ missing }) => String(missing),
    cell: ({ missing }) => (missing === 0 ? <span className="text-faint">0</span> : formatCount(missing)),
  },
  {
    id: 'days',
    title: days.length === 0 ? 'Days' : `${days.length} days, today on the right`,
    width: 'minmax(320px,1fr)',
    isFirstOfGroup: true,
    className: 'py-1!',
    cell: (series) => <DayStrip series={series} days={days} unit={unit} />,
  },
]
