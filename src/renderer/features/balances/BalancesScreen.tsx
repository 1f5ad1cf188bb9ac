import { useCallback, useMemo, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { Portfolio } from '../../../shared/portfolio.ts'
import { parseNumber } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys, Segmented, TextField } from '../../ui/controls.tsx'
import { DataTable, type TreePlace } from '../../ui/DataTable.tsx'
import { downloadText, fileName } from '../../ui/download.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { type TableSort, tableCsv } from '../../ui/table.ts'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useNow } from '../../ui/useNow.ts'
import { sortState, usePaneState, writtenText } from '../../ui/usePaneState.ts'
import { balanceColumns } from './columns.tsx'
import { PortfolioHeader } from './PortfolioHeader.tsx'
import { Remembered, readRemembered, remember } from './remembered.ts'
import { type BalanceLine, balanceLines, balancesShown, filterBalances, type Grouping, groupings } from './rows.ts'

const t = textsOf('balances')

const groupingOptions = groupings.map((value) => ({ value, text: t(`groupings.${value}`) }))

export function BalancesScreen() {
  const { portfolio: store, accounts: accountsStore, shell } = useStores()
  const { portfolio, problem, load } = useStore(store)
  const accounts = useStore(accountsStore, (state) => state.accounts)
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-balances">
      {accounts?.length === 0 ? (
        <Empty title={t('noAccount.title')}>
          <p>{t('noAccount.why')}</p>
          <Button kind="primary" onClick={() => shell.getState().show('addAccount')}>
            {t('noAccount.add')}
          </Button>
        </Empty>
      ) : portfolio ? (
        <Balances portfolio={portfolio} />
      ) : problem === null ? (
        <Empty title={t('loading')} busy />
      ) : (
        <Empty title={t('failed')}>
          <p className="text-down select-text">{problem}</p>
          <Button onClick={() => void load()}>{t('tryAgain')}</Button>
        </Empty>
      )}
    </section>
  )
}

const keyOf = ({ key }: BalanceLine) => key

const byValue: TableSort = { by: 'value', descending: true }

function Balances({ portfolio }: { readonly portfolio: Portfolio }) {
  const { shell } = useStores()
  const pane = usePane()
  const [last] = useState(readRemembered)
  const [view, setView] = usePaneState('rows', Remembered, last)
  const [text, setText] = usePaneState('text', writtenText, '')
  const [sort, setSort] = usePaneState('sort', sortState, byValue)
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set())
  const labelOf = useAccountLabels()
  const now = useNow(1_000)
  const change = (part: Partial<Remembered>) => {
    const next = { ...view, ...part }
    setView(next)
    if (pane === null) remember(next)
  }
  const toggle = useCallback(
    (key: string) =>
      setOpen((before) => {
        const next = new Set(before)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  const onDrift = useCallback(
    (line: BalanceLine) => {
      const drifted = line.balances.find(({ hasDrift }) => hasDrift) ?? line.balances[0]
      if (drifted) shell.getState().openAccount(drifted.account)
    },
    [shell],
  )

  const { grouping } = view
  const { currency, total } = portfolio
  const threshold = parseNumber(view.threshold)
  const isThresholdBad = threshold === null || threshold < 0
  const hideBelow = view.hidesSmall && !isThresholdBad ? view.threshold.trim().replace(',', '.') : null
  const columns = useMemo(
    () =>
      balanceColumns({
        grouping,
        currency,
        total,
        now,
        labelOf,
        isOpen: (key) => open.has(key),
        onToggle: toggle,
        onDrift,
      }),
    [grouping, currency, total, now, labelOf, open, toggle, onDrift],
  )
  const { rows, small } = useMemo(
    () => filterBalances(portfolio.rows, { text, hideBelow }, labelOf),
    [portfolio, text, hideBelow, labelOf],
  )
  // Balances that pass a filter are to be seen: then every group is open.
  const isFiltered = text.trim() !== ''
  const groupKeys = useMemo(
    () => new Set(balanceLines(rows, grouping, new Set(), [], sort).map(({ key }) => key)),
    [rows, grouping, sort],
  )
  const shownOpen = isFiltered ? groupKeys : open
  const lines = useMemo(
    () => balanceLines(rows, grouping, shownOpen, columns, sort),
    [rows, grouping, shownOpen, columns, sort],
  )
  const save = () => {
    const csv = tableCsv(columns, balancesShown(rows, grouping, columns, sort))
    downloadText(fileName('balances', 'csv', new Date()), 'text/csv', csv)
  }
  const toggleAll = () => setOpen(open.size > 0 ? new Set() : groupKeys)
  useScreenKeys([
    ['e', save],
    ['x', toggleAll],
  ])
  const placeOf = useCallback(
    (line: BalanceLine): TreePlace =>
      line.group === null ? { level: 2, isOpen: null } : { level: 1, isOpen: shownOpen.has(line.key) },
    [shownOpen],
  )

  return (
    <>
      <PortfolioHeader portfolio={portfolio} now={now} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
        <TextField
          data-filter
          aria-label={t('filter.label')}
          placeholder={t('filter.placeholder')}
          className="w-44"
          data-testid="balances-filter"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setText('')
          }}
        />
        <Keys>/</Keys>
        <Segmented<Grouping>
          label={t('groupings.label')}
          value={grouping}
          options={groupingOptions}
          onChange={(value) => {
            change({ grouping: value })
            setOpen(new Set())
            setSort({ by: 'value', descending: true })
          }}
        />
        <label className="flex items-center gap-1.5 text-muted">
          <input
            type="checkbox"
            className="accent-accent"
            data-testid="hide-small"
            checked={view.hidesSmall}
            onChange={(event) => change({ hidesSmall: event.target.checked })}
          />
          {t('filter.hideBelow')}
        </label>
        <span className="-ml-1.5 flex items-center gap-1.5 text-muted">
          <TextField
            aria-label={t('filter.threshold', { currency })}
            className="w-14 text-right"
            inputMode="decimal"
            aria-invalid={isThresholdBad}
            value={view.threshold}
            onChange={(event) => change({ threshold: event.target.value })}
          />
          {currency}
        </span>
        {isThresholdBad && <span className="text-down">{t('filter.noAmount')}</span>}
        <span className="ml-auto text-2xs text-muted" data-testid="balances-count">
          <Trans
            t={t}
            i18nKey="count.shown"
            count={portfolio.rows.length}
            values={{ shown: rows.length }}
            components={{ shown: <span className="text-text" /> }}
          />
          {small > 0 && ` ${t('count.small', { count: small })}`}
        </span>
        {grouping !== 'flat' && (
          <Button kind="quiet" onClick={toggleAll} title={t('groups.hint')} disabled={isFiltered}>
            {t(open.size > 0 ? 'groups.closeAll' : 'groups.openAll')}
          </Button>
        )}
        <Button onClick={save} disabled={rows.length === 0} data-testid="balances-csv" title={t('csv.hint')}>
          {t('csv.button')}
        </Button>
      </div>
      <DataTable<BalanceLine>
        label={t('title')}
        testId="balances-grid"
        columns={columns}
        rows={lines}
        keyOf={keyOf}
        sort={sort}
        onSort={setSort}
        minWidth={grouping === 'exchange' ? 1_084 : 996}
        onOpen={onDrift}
        {...(grouping === 'flat' ? {} : { placeOf, onToggle: (line: BalanceLine) => toggle(line.key) })}
        rowClass={(line) => (line.group !== null ? 'heading' : undefined)}
        empty={
          portfolio.rows.length === 0 ? (
            <Empty title={t('empty.title')}>
              <p>{t('empty.why')}</p>
            </Empty>
          ) : (
            <Empty title={t('empty.filtered')}>
              <Button
                onClick={() => {
                  setText('')
                  change({ hidesSmall: false })
                }}
              >
                {t('empty.showAll', { count: portfolio.rows.length })}
              </Button>
            </Empty>
          )
        }
      />
    </>
  )
}
