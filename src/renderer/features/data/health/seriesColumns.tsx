import { exchangeTitle } from '../../../format/names.ts'
import { formatCount } from '../../../format/number.ts'
import { textsOf } from '../../../i18n.ts'
import type { HealthKind } from '../../../stores/health.ts'
import { SymbolName } from '../../../ui/marks.tsx'
import type { Column } from '../../../ui/table.ts'
import { DayStrip } from './DayStrip.tsx'
import { heldShare, type Series, shareText } from './day.ts'

const t = textsOf('data')

/** What is counted. */
export const unitOf = (kind: HealthKind): string =>
  kind === 'kline' ? t('health.units.candles') : t('health.units.seconds')

const exchangeOf = ({ instrument }: Series): string => instrument.slice(0, instrument.indexOf(':'))
const symbolOf = ({ instrument }: Series): string => instrument.slice(instrument.indexOf(':') + 1)

export const seriesColumns = (days: readonly number[], unit: string): readonly Column<Series>[] => [
  {
    id: 'exchange',
    title: t('health.columns.exchange'),
    width: '92px',
    sortValue: exchangeOf,
    csv: exchangeOf,
    cell: (series) => exchangeTitle(exchangeOf(series)),
  },
  {
    id: 'symbol',
    title: t('health.columns.symbol'),
    width: '132px',
    sortValue: symbolOf,
    csv: symbolOf,
    cell: (series) => <SymbolName symbol={symbolOf(series)} />,
  },
  {
    id: 'held',
    title: t('health.columns.held'),
    hint: t('health.columns.heldHint', { unit }),
    width: '84px',
    isNumber: true,
    sortValue: heldShare,
    csv: (series) => String(heldShare(series) ?? ''),
    cell: (series) => shareText(heldShare(series)),
  },
  {
    id: 'missing',
    title: t('health.columns.missing'),
    hint: t('health.columns.missingHint', { unit }),
    width: '92px',
    isNumber: true,
    sortValue: ({ missing }) => missing,
    csv: ({ missing }) => String(missing),
    cell: ({ missing }) => (missing === 0 ? <span className="text-faint">0</span> : formatCount(missing)),
  },
  {
    id: 'days',
    title: days.length === 0 ? t('health.columns.days') : t('health.columns.strip', { count: days.length }),
    width: 'minmax(320px,1fr)',
    isFirstOfGroup: true,
    className: 'py-1!',
    cell: (series) => <DayStrip series={series} days={days} unit={unit} />,
  },
]
