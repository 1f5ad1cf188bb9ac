import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { z } from 'zod'
import { useStore } from 'zustand'
import type { PnlMethod, PnlReport, PnlSymbol } from '../../../shared/pnl.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatAge, zoneName, zoneOfDays } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { StaleAccounts, WithAccounts } from '../../ui/AccountStates.tsx'
import { classes } from '../../ui/classes.ts'
import { Button, Empty, Segmented, Select, TextField } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { downloadText, fileName } from '../../ui/download.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { sortRows, type TableSort, tableCsv } from '../../ui/table.ts'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useNow } from '../../ui/useNow.ts'
import { oneOf, sortState, usePaneState, writtenText } from '../../ui/usePaneState.ts'
import { Attribution } from '../chart/Attribution.tsx'
import { EquityCurve } from '../history/EquityCurve.tsx'
import { dayColumns, dayFile, symbolColumns, symbolFile } from './columns.tsx'
import { PnlPicture } from './PnlPicture.tsx'
import { PnlFigures, PnlNotes } from './PnlSummary.tsx'
import { type Range, spanOf } from './range.ts'
import { assetsOf, chartDays, type DayLine, dayLines, sumsOf } from './sums.ts'
import { type ReportState, useReport } from './useReport.ts'

const t = textsOf('pnl')

const rangeOptions: readonly { readonly value: Range; readonly text: string }[] = [
  { value: '7d', text: t('range.7d') },
  { value: '30d', text: t('range.30d') },
  { value: '90d', text: t('range.90d') },
  { value: 'all', text: t('range.all') },
  { value: 'own', text: t('range.own') },
]
type View = 'profit' | 'equity'
const viewOptions = [
  { value: 'profit', text: t('view.profit') },
  { value: 'equity', text: t('view.equity') },
] as const
const methodOptions: readonly { readonly value: PnlMethod; readonly text: string }[] = [
  { value: 'average', text: t('method.average') },
  { value: 'fifo', text: t('method.fifo') },
]

const rangeState = oneOf(rangeOptions)
const viewState = oneOf(viewOptions)
const methodState = oneOf(methodOptions).nullable()
const byDay: TableSort = { by: 'day', descending: true }
const byNet: TableSort = { by: 'net', descending: true }

export function PnlScreen() {
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-pnl">
      <WithAccounts what={t('noAccount')}>
        <Pnl />
      </WithAccounts>
    </section>
  )
}

function Pnl() {
  const { settings, accounts: accountsStore } = useStores()
  const accounts = useStore(accountsStore, (state) => state.accounts) ?? []
  const usualMethod = useStore(settings, (state) => state.settings?.pnl.method ?? 'average')
  const [chosenMethod, setMethod] = usePaneState<PnlMethod | null>('method', methodState, null)
  const method = chosenMethod ?? usualMethod
  const [range, setRange] = usePaneState<Range>('range', rangeState, '30d')
  const [fromDay, setFromDay] = usePaneState('fromDay', writtenText, '')
  const [toDay, setToDay] = usePaneState('toDay', writtenText, '')
  const [account, setAccount] = useState('')
  const ask = useCallback(() => {
    const now = Date.now()
    const span = spanOf(range, { fromDay, toDay }, now)
    return { account: account === '' ? null : account, method, ...span, days: zoneOfDays(now) }
  }, [account, method, range, fromDay, toDay])
  const state = useReport(ask)
  const assets = useMemo(() => (state.report === null ? [] : assetsOf(state.report)), [state.report])
  const [chosenAsset, setAsset] = useState<string | null>(null)
  const asset = chosenAsset !== null && assets.includes(chosenAsset) ? chosenAsset : (assets[0] ?? null)
  const [view, setView] = usePaneState<View>('view', viewState, 'profit')
  // Its days move on at midnight.
  const span = spanOf(range, { fromDay, toDay }, useNow(60_000))
  useScreenKeys([['q', () => setView(view === 'profit' ? 'equity' : 'profit')]])
  const isBackwards = range === 'own' && fromDay !== '' && toDay !== '' && fromDay > toDay
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-2 border-b border-line px-3 py-2">
        <Segmented<View> label={t('view.label')} value={view} options={viewOptions} onChange={setView} />
        <Segmented<Range> label={t('range.label')} value={range} options={rangeOptions} onChange={setRange} />
        {range === 'own' && (
          <span className="flex items-center gap-1.5 text-muted">
            <TextField
              type="date"
              aria-label={t('range.from')}
              data-testid="pnl-from"
              className="w-30"
              value={fromDay}
              aria-invalid={isBackwards}
              onChange={({ target }) => setFromDay(target.value)}
            />
            –
            <TextField
              type="date"
              aria-label={t('range.to')}
              data-testid="pnl-to"
              className="w-30"
              value={toDay}
              aria-invalid={isBackwards}
              onChange={({ target }) => setToDay(target.value)}
            />
            {isBackwards && <span className="text-down">{t('range.backwards')}</span>}
          </span>
        )}
        <Select
          label={t('account.label')}
          data-testid="pnl-account"
          data-filter
          className="max-w-44"
          value={account}
          options={[
            { value: '', text: t('account.all') },
            ...accounts.map(({ id, exchange, label }) => ({ value: id, text: `${exchangeTitle(exchange)} ${label}` })),
          ]}
          onChange={setAccount}
        />
        {view === 'profit' && (
          <Segmented<PnlMethod> label={t('method.label')} value={method} options={methodOptions} onChange={setMethod} />
        )}
        {view === 'profit' && asset !== null && assets.length > 1 && (
          <Segmented
            label={t('asset')}
            value={asset}
            options={assets.map((value) => ({ value, text: value }))}
            onChange={setAsset}
          />
        )}
        {view === 'profit' ? (
          <ReadState state={state} />
        ) : (
          <span className="ml-auto">
            <Attribution />
          </span>
        )}
      </div>
      <StaleAccounts account={account === '' ? null : account} />
      {view === 'equity' ? (
        <div className="min-h-0 flex-1">
          <EquityCurve account={account === '' ? null : account} {...span} />
        </div>
      ) : state.report ? (
        <Report
          report={state.report}
          assets={assets}
          asset={asset}
          isOld={state.isOld}
          isOver={span.to !== null && span.to <= state.at}
        />
      ) : state.problem !== null ? (
        <Empty title={t('report.failed')}>
          <p role="alert" className="text-down select-text">
            {state.problem}
          </p>
          <Button onClick={state.load}>{t('report.retry')}</Button>
        </Empty>
      ) : (
        <Empty title={t('report.making')} busy />
      )}
    </>
  )
}

/** How old the report is, and why it could not be made anew. */
function ReadState({ state }: { readonly state: ReportState }) {
  const now = useNow(1_000)
  const { report, at, isReading, problem, load } = state
  if (report === null) return null
  return (
    <span className="ml-auto flex items-center gap-2 text-2xs text-muted" role="status">
      {problem !== null ? (
        <span className="text-warn">{t('report.old', { age: formatAge(now - at), problem })}</span>
      ) : state.isOld && isReading ? (
        t('report.remaking')
      ) : (
        <span title={t('report.ageHint')}>{t('report.age', { age: formatAge(now - at) })}</span>
      )}
      <Button kind="quiet" onClick={load} disabled={isReading}>
        {t('report.refresh')}
      </Button>
    </span>
  )
}

const tables = ['symbols', 'days'] as const
type Table = (typeof tables)[number]
const tableState = z.enum(tables)

interface ReportProps {
  readonly report: PnlReport
  readonly assets: readonly string[]
  /** The one that is shown; null: there is none. */
  readonly asset: string | null
  readonly isOld: boolean
  /** It ends before now. */
  readonly isOver: boolean
}

function Report({ report, assets, asset, isOld, isOver }: ReportProps) {
  const labelOf = useAccountLabels()
  const [table, setTable] = usePaneState<Table>('table', tableState, 'symbols')
  const [daySort, setDaySort] = usePaneState('daySort', sortState, byDay)
  const [symbolSort, setSymbolSort] = usePaneState('symbolSort', sortState, byNet)
  const days = useMemo(() => dayLines(report.days.filter((day) => day.asset === asset)), [report, asset])
  const points = useMemo(() => chartDays(days), [days])
  const symbols = useMemo(() => report.symbols.filter((symbol) => symbol.asset === asset), [report, asset])
  const sums = useMemo(() => sumsOf(days, symbols), [days, symbols])
  const columns = useMemo(() => symbolColumns(labelOf, isOver), [labelOf, isOver])
  const shownDays = useMemo(() => sortRows(days, dayColumns, daySort), [days, daySort])
  const shownSymbols = useMemo(() => sortRows(symbols, columns, symbolSort), [symbols, columns, symbolSort])
  const save = (subject: Table) => {
    const csv = subject === 'days' ? tableCsv(dayFile, shownDays) : tableCsv(symbolFile(labelOf), shownSymbols)
    downloadText(fileName(`pnl-${subject}`, 'csv', new Date()), 'text/csv', csv)
  }
  useScreenKeys([
    ['e', () => save('symbols')],
    ['E', () => save('days')],
  ])
  const choice = (
    <Segmented<Table>
      label={t('tables.label')}
      value={table}
      options={[
        { value: 'symbols', text: t('tables.symbols') },
        { value: 'days', text: t('tables.days') },
      ]}
      onChange={setTable}
    />
  )
  const zone = zoneName(Date.now())
  if (asset === null)
    return (
      <Empty title={t('empty.trades')}>
        <PnlNotes report={report} assets={assets} zone={zone} />
      </Empty>
    )
  return (
    <div className={classes('flex min-h-0 flex-1 flex-col', isOld && 'opacity-60')} aria-busy={isOld}>
      <div className="flex flex-wrap items-start border-b border-line">
        <PnlFigures sums={sums} asset={asset} isOver={isOver} />
        <PnlNotes report={report} assets={assets} zone={zone} />
      </div>
      <div className="h-[30%] max-h-72 min-h-32 shrink-0 border-b border-line">
        {points.length > 0 ? (
          <PnlPicture days={points} asset={asset} />
        ) : (
          <Empty title={t('empty.realised', { asset })} />
        )}
      </div>
      <div className="flex min-h-0 flex-1">
        <TablePane
          title={t('tables.symbols')}
          choice={choice}
          isShown={table === 'symbols'}
          className="flex-[1.6]"
          onSave={() => save('symbols')}
          keys="e"
        >
          <DataTable<PnlSymbol>
            label={t('tables.bySymbol')}
            testId="pnl-symbols"
            columns={columns}
            rows={shownSymbols}
            keyOf={symbolKey}
            sort={symbolSort}
            onSort={setSymbolSort}
            minWidth={842}
            empty={<Empty title={t('empty.symbols', { asset })} />}
          />
        </TablePane>
        <TablePane
          title={t('tables.days')}
          choice={choice}
          isShown={table === 'days'}
          className="flex-1 border-line xl:border-l"
          onSave={() => save('days')}
          keys="E"
        >
          <DataTable<DayLine>
            label={t('tables.byDay')}
            testId="pnl-days"
            columns={dayColumns}
            rows={shownDays}
            keyOf={dayKey}
            sort={daySort}
            onSort={setDaySort}
            minWidth={550}
            empty={<Empty title={t('empty.days', { asset })} />}
          />
        </TablePane>
      </div>
    </div>
  )
}

const symbolKey = ({ account, symbol, asset }: PnlSymbol) => `${account} ${symbol} ${asset}`
const dayKey = ({ day }: DayLine) => day

interface TablePaneProps {
  readonly title: string
  /** Where there is room for one table only: whether it is this one, and the choice between them. */
  readonly isShown: boolean
  readonly choice: ReactNode
  readonly className: string
  readonly keys: string
  onSave(): void
  readonly children: ReactNode
}

const TablePane = ({ title, isShown, choice, className, keys, onSave, children }: TablePaneProps) => (
  <section aria-label={title} className={classes('min-w-0 flex-col xl:flex', isShown ? 'flex' : 'hidden', className)}>
    <header className="flex h-9 shrink-0 items-center justify-between border-b border-line px-3">
      <h3 className="sr-only font-medium text-strong xl:not-sr-only">{title}</h3>
      <span className="xl:hidden">{choice}</span>
      <Button kind="quiet" className="h-6" onClick={onSave} title={t('tables.save', { keys })}>
        {t('tables.file')}
      </Button>
    </header>
    {children}
  </section>
)
