import { useMemo } from 'react'
import type { MarketPulse } from '../../../shared/market-health.ts'
import { matchesSymbol, splitKey } from '../../format/names.ts'
import { formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys, TextField } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { downloadText, fileName } from '../../ui/download.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { sortRows, type TableSort, tableCsv } from '../../ui/table.ts'
import { sortState, usePaneState, writtenText } from '../../ui/usePaneState.ts'
import { marketColumns } from './columns.tsx'
import { useRead } from './useRead.ts'

const t = textsOf('health')

const everyMs = 2_000
const byLiquidity: TableSort = { by: 'liquidity', descending: true }

/** How active, tight and deep each market was over the last minutes. */
export function MarketsPart() {
  const { shell } = useStores()
  const [text, setText] = usePaneState('marketsText', writtenText, '')
  const [sort, setSort] = usePaneState('marketsSort', sortState, byLiquidity)
  const { value, problem } = useRead((api) => api.call('health.markets', {}), everyMs)
  const rows = useMemo(() => {
    const wanted = (value?.markets ?? []).filter(({ instrument }) => matchesSymbol(instrument, text))
    return sortRows(wanted, marketColumns, sort)
  }, [value, text, sort])
  const save = () =>
    downloadText(fileName('market-health', 'csv', new Date()), 'text/csv', tableCsv(marketColumns, rows))
  useScreenKeys([['e', save]])
  return (
    <>
      <div className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-2">
        <TextField
          data-filter
          type="search"
          aria-label={t('markets.filter')}
          placeholder={t('markets.filterHint')}
          className="w-52"
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={({ key }) => {
            if (key === 'Escape') setText('')
          }}
        />
        <Keys>/</Keys>
        <span className="text-2xs text-muted" data-testid="markets-over">
          {value === null ? '' : t('markets.over', { time: formatDuration(value.overMs) })}
        </span>
        {problem !== null && value !== null && (
          <span className="text-warn">◐ {t('notUpToDate', { why: problem })}</span>
        )}
        <Button
          className="ml-auto"
          onClick={save}
          disabled={rows.length === 0}
          data-testid="health-csv"
          title={t('file')}
        >
          CSV
        </Button>
      </div>
      <DataTable<MarketPulse>
        label={t('markets.title')}
        testId="health-grid"
        columns={marketColumns}
        rows={rows}
        keyOf={keyOf}
        sort={sort}
        onSort={setSort}
        minWidth={860}
        onOpen={({ instrument }) => shell.getState().openBooks(splitKey(instrument).symbol)}
        empty={
          value === null && problem === null ? (
            <Empty title={t('loading')} busy />
          ) : (
            <Empty title={problem ?? t(text === '' ? 'markets.empty' : 'markets.noMatch')} />
          )
        }
      />
    </>
  )
}

const keyOf = ({ instrument }: MarketPulse): string => instrument
