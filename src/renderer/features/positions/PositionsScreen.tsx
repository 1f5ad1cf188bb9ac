import { useMemo } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { formatMoney, formatSignedMoney } from '../../format/amount.ts'
import { lastMidnight } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { ListEmpty, ListEnd, StaleAccounts, WithAccounts } from '../../ui/AccountStates.tsx'
import { Button } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { downloadText, fileName } from '../../ui/download.ts'
import { emptyForm, isFiltered } from '../../ui/filter-form.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { ListFilters } from '../../ui/ListFilters.tsx'
import { Signed } from '../../ui/marks.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { sortRows, type TableSort, tableCsv } from '../../ui/table.ts'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useNow } from '../../ui/useNow.ts'
import { usePaneForm } from '../../ui/usePaneForm.ts'
import { sortState, usePaneState } from '../../ui/usePaneState.ts'
import { positionColumns, positionFile } from './columns.tsx'
import {
  filterPositions,
  fundingByPosition,
  type PositionLine,
  type PositionSums,
  positionLines,
  positionSums,
} from './rows.ts'
import { useFundingToday } from './useFundingToday.ts'
import { usePositions } from './usePositions.ts'

const t = textsOf('positions')

const byValue: TableSort = { by: 'value', descending: true }
const keyOf = ({ key }: PositionLine) => key

export function PositionsScreen() {
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-positions">
      <WithAccounts what={t('noAccount')}>
        <Positions />
      </WithAccounts>
    </section>
  )
}

function Positions() {
  const { activity, shell } = useStores()
  const [form, setForm] = usePaneForm('filter')
  const [sort, setSort] = usePaneState('sort', sortState, byValue)
  const labelOf = useAccountLabels()
  const now = useNow(1_000)
  const midnight = lastMidnight(now)
  const list = usePositions()
  const payments = useFundingToday(midnight)
  const rates = useStore(activity.fundingRates, ({ rows }) => rows)

  const lines = useMemo(
    () => positionLines(list.rows, rates, fundingByPosition(payments.rows), midnight),
    [list.rows, rates, payments.rows, midnight],
  )
  const hedged = useMemo(() => {
    const seen = new Set<string>()
    const names = lines.map(({ position }) => `${position.account} ${position.symbol}`)
    return new Set(names.filter((name) => seen.has(name) || !seen.add(name)))
  }, [lines])
  const columns = useMemo(() => positionColumns({ now, hedged, labelOf }), [now, hedged, labelOf])
  const shown = useMemo(() => {
    const sorted = sortRows(filterPositions(lines, form, labelOf), columns, sort)
    const isClosed = ({ direction }: PositionLine) => direction === 'closed'
    return [...sorted.filter((line) => !isClosed(line)), ...sorted.filter(isClosed)]
  }, [lines, form, labelOf, columns, sort])
  const sums = useMemo(() => {
    const names = new Set(shown.map(({ position }) => `${position.account} ${position.symbol}`))
    // Of a filtered list the payments of its symbols; else all, also those of positions that are gone.
    const own = isFiltered(form)
      ? payments.rows.filter(({ account, symbol }) => names.has(`${account} ${symbol}`))
      : payments.rows
    return positionSums(shown, own, now)
  }, [shown, form, payments.rows, now])
  const open = shown.filter(({ direction }) => direction !== 'closed').length

  const save = () =>
    downloadText(fileName('positions', 'csv', new Date()), 'text/csv', tableCsv(positionFile(labelOf), shown))
  useScreenKeys([['e', save]])
  return (
    <>
      <ListFilters
        what="positions"
        placeholder={t('placeholder')}
        form={form}
        onChange={setForm}
        end={
          <>
            <span className="text-2xs whitespace-nowrap text-muted" data-testid="positions-count">
              {list.isLoaded && (
                <Trans t={t} i18nKey="count.open" count={open} components={{ open: <span className="text-text" /> }} />
              )}
              {shown.length > open && `, ${t('count.closed', { count: shown.length - open })}`}
            </span>
            <Button onClick={save} disabled={shown.length === 0} data-testid="positions-csv" title={t('csv.hint')}>
              {t('csv.button')}
            </Button>
          </>
        }
      />
      <StaleAccounts account={form.account === '' ? null : form.account} />
      {payments.problem !== null && (
        <p role="alert" className="border-b border-line bg-warnwash px-3 text-2xs leading-6 text-warn">
          {t('fundingFailed', { problem: payments.problem })}
        </p>
      )}
      <DataTable<PositionLine>
        label={t('title')}
        testId="positions-grid"
        columns={columns}
        rows={shown}
        keyOf={keyOf}
        sort={sort}
        onSort={setSort}
        minWidth={1_130}
        onOpen={({ position }) => shell.getState().openChart(position.symbol, position.exchange)}
        rowClass={({ direction }) => (direction === 'closed' ? 'text-muted' : undefined)}
        footer={list.problem === null ? undefined : <ListEnd list={list} what="positions" />}
        empty={
          <ListEmpty list={list} what="positions" isFiltered={isFiltered(form)} onClear={() => setForm(emptyForm)}>
            <p>{t('empty')}</p>
          </ListEmpty>
        }
      />
      {shown.length > 0 && <SumsBar sums={sums} />}
    </>
  )
}

/** What the positions shown add up to: each settlement asset by itself. */
function SumsBar({ sums }: { readonly sums: readonly PositionSums[] }) {
  return (
    <section
      aria-label={t('sums.label')}
      data-testid="position-sums"
      className="flex flex-wrap items-baseline gap-x-8 gap-y-0.5 border-t border-line bg-raised px-3 py-1.5 text-xs"
    >
      {sums.map(({ asset, longs, shorts, unrealised, funding, withoutMark, withoutProfit, oldMarks }) => (
        <span key={asset} className="flex flex-wrap gap-x-4">
          <span className="font-semibold text-strong">{asset}</span>
          <span title={longs}>
            <span className="text-muted">{t('sums.long')}</span> {formatMoney(longs, asset)}
          </span>
          <span title={shorts}>
            <span className="text-muted">{t('sums.short')}</span> {formatMoney(shorts, asset)}
          </span>
          <span>
            <span className="text-muted">{t('sums.unrealised')}</span>{' '}
            <Signed amount={unrealised} text={formatSignedMoney(unrealised, asset)} className="font-semibold" />
          </span>
          <span>
            <span className="text-muted">{t('sums.funding')}</span>{' '}
            <Signed amount={funding} text={formatSignedMoney(funding, asset)} />
          </span>
          {withoutMark > 0 && <span className="text-warn">{t('sums.withoutMark', { count: withoutMark })}</span>}
          {withoutProfit > 0 && <span className="text-warn">{t('sums.withoutProfit', { count: withoutProfit })}</span>}
          {oldMarks > 0 && <span className="text-warn">◐ {t('sums.oldMarks', { count: oldMarks })}</span>}
        </span>
      ))}
    </section>
  )
}
