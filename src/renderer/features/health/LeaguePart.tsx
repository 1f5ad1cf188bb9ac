import { useMemo } from 'react'
import { formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Segmented } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { downloadText, fileName } from '../../ui/download.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { sortRows, type TableSort, tableCsv } from '../../ui/table.ts'
import { oneOf, sortState, usePaneState } from '../../ui/usePaneState.ts'
import { type LeagueLine, leagueColumns, leagueFile } from './columns.tsx'
import { leagueLines } from './league.ts'
import { useRead } from './useRead.ts'

const t = textsOf('health')

const hourMs = 3_600_000
const spans = [
  { value: '1', text: t('league.spans.hour') },
  { value: '24', text: t('league.spans.day') },
  { value: '168', text: t('league.spans.week') },
  { value: '720', text: t('league.spans.month') },
] as const
type Span = (typeof spans)[number]['value']
const spanState = oneOf(spans)
const everyMs = 30_000
const byDelay: TableSort = { by: 'delayP99Ms', descending: false }

/** How the exchanges compare over hours and days. */
export function LeaguePart() {
  const [span, setSpan] = usePaneState<Span>('leagueSpan', spanState, '24')
  return (
    <>
      <div className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-2">
        <Segmented<Span> label={t('league.span')} value={span} options={spans} onChange={setSpan} />
        <span className="text-2xs text-muted">{t('league.note')}</span>
      </div>
      <League key={span} hours={Number(span)} />
    </>
  )
}

function League({ hours }: { readonly hours: number }) {
  const [sort, setSort] = usePaneState('leagueSort', sortState, byDelay)
  const fromNow = () => {
    const now = Date.now()
    return now - (now % hourMs) - (hours - 1) * hourMs
  }
  const { value, problem } = useRead((api) => api.call('health.league', { from: fromNow() }), everyMs)
  const lines = useMemo(() => {
    if (value === null) return []
    const now = Date.now()
    return sortRows(leagueLines(value, now - (now % hourMs) - (hours - 1) * hourMs, now), leagueColumns, sort)
  }, [value, sort, hours])
  const save = () => downloadText(fileName('exchanges', 'csv', new Date()), 'text/csv', tableCsv(leagueFile, lines))
  useScreenKeys([['e', save]])
  const observed = Math.max(0, ...lines.map(({ observedMinutes }) => observedMinutes))
  return (
    <>
      <DataTable<LeagueLine>
        label={t('league.title')}
        testId="league-grid"
        columns={leagueColumns}
        rows={lines}
        keyOf={keyOf}
        sort={sort}
        onSort={setSort}
        minWidth={1_040}
        empty={
          value === null && problem === null ? (
            <Empty title={t('loading')} busy />
          ) : (
            <Empty title={t(problem === null ? 'league.empty' : 'league.unreadable')}>
              {problem !== null && <p>{problem}</p>}
            </Empty>
          )
        }
      />
      <footer className="flex shrink-0 items-center gap-3 border-t border-line bg-panel px-3 py-1.5 text-2xs text-muted">
        <span>{t('league.watched', { time: formatDuration(observed * 60_000) })}</span>
        {problem !== null && lines.length > 0 && (
          <span className="text-warn">◐ {t('notUpToDate', { why: problem })}</span>
        )}
        <Button
          className="ml-auto"
          onClick={save}
          disabled={lines.length === 0}
          data-testid="league-csv"
          title={t('file')}
        >
          CSV
        </Button>
      </footer>
    </>
  )
}

const keyOf = ({ exchange }: LeagueLine): string => exchange
