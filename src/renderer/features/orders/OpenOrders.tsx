import { useCallback, useMemo, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { Order } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'
import { ListEmpty, StaleAccounts } from '../../ui/AccountStates.tsx'
import { Button, Segmented } from '../../ui/controls.tsx'
import { DataTable, type TreePlace } from '../../ui/DataTable.tsx'
import { downloadText, fileName } from '../../ui/download.ts'
import { emptyForm, isFiltered } from '../../ui/filter-form.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { ListFilters } from '../../ui/ListFilters.tsx'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { type TableSort, tableCsv } from '../../ui/table.ts'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useNow } from '../../ui/useNow.ts'
import { usePaneForm } from '../../ui/usePaneForm.ts'
import { oneOf, sortState, usePaneState } from '../../ui/usePaneState.ts'
import { orderFile } from './cells.tsx'
import { openColumns } from './openColumns.tsx'
import { distancePercent, filterOrders, type Grouping, groupings, type OrderLine, orderLines } from './rows.ts'

const t = textsOf('orders')

const groupingOptions = groupings.map((value) => ({ value, text: t(`groupings.${value}`) }))
const groupingState = oneOf(groupingOptions)
const groupingItem = 'crossbook.orders.grouping'
const rememberedGrouping = (): Grouping =>
  groupings.find((one) => one === window.localStorage.getItem(groupingItem)) ?? 'symbol'

const keyOf = ({ key }: OrderLine) => key
const newestFirst: TableSort = { by: 'age', descending: false }

interface OpenOrdersProps {
  /** Chooses between open orders and history. */
  readonly tabs: React.ReactNode
  onOpen(order: Order): void
}

export function OpenOrders({ tabs, onOpen }: OpenOrdersProps) {
  const { activity, quotes, link } = useStores()
  const list = useStore(activity.openOrders)
  const table = useStore(quotes, (state) => state.table)
  const [form, setForm] = usePaneForm('openFilter')
  const pane = usePane()
  const [last] = useState(rememberedGrouping)
  const [grouping, setGrouping] = usePaneState<Grouping>('grouping', groupingState, last)
  // Groups are open until closed: what is working is to be seen.
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => new Set())
  const [sort, setSort] = usePaneState('sort', sortState, newestFirst)
  const labelOf = useAccountLabels()
  const now = useNow(1_000)
  const isLinked = useStore(link, ({ state }) => state === 'open')

  const isFilteredNow = isFiltered(form)
  const isOpen = useCallback((key: string) => isFilteredNow || !closed.has(key), [isFilteredNow, closed])
  const toggle = useCallback(
    (key: string) =>
      setClosed((before) => {
        const next = new Set(before)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  const columns = useMemo(
    () => openColumns({ grouping, now, labelOf, isOpen, onToggle: toggle }),
    [grouping, now, labelOf, isOpen, toggle],
  )
  const distanceOf = useCallback((order: Order) => distancePercent(order, table, isLinked), [table, isLinked])
  const orders = useMemo(() => filterOrders(list.rows, form, labelOf), [list.rows, form, labelOf])
  const lines = useMemo(
    () => orderLines(orders, { grouping, isOpen, distanceOf, columns, sort }),
    [orders, grouping, isOpen, distanceOf, columns, sort],
  )
  const clear = () => setForm(emptyForm)
  const save = () => {
    const shown = orderLines(orders, { grouping, isOpen: () => true, distanceOf, columns, sort })
    const csv = tableCsv(
      orderFile(labelOf),
      shown.flatMap(({ order }) => order ?? []),
    )
    downloadText(fileName('open-orders', 'csv', new Date()), 'text/csv', csv)
  }
  const toggleAll = () =>
    setClosed(closed.size > 0 ? new Set() : new Set(lines.flatMap(({ order, key }) => (order === null ? [key] : []))))
  useScreenKeys([
    ['e', save],
    ['x', toggleAll],
  ])
  const placeOf = useCallback(
    (line: OrderLine): TreePlace =>
      line.order === null ? { level: 1, isOpen: isOpen(line.key) } : { level: 2, isOpen: null },
    [isOpen],
  )

  return (
    <>
      <ListFilters
        what="open orders"
        placeholder={t('placeholder')}
        form={form}
        onChange={setForm}
        withSide
        start={
          <>
            {tabs}
            <Segmented<Grouping>
              label={t('groupings.label')}
              value={grouping}
              options={groupingOptions}
              onChange={(value) => {
                setGrouping(value)
                if (pane === null) window.localStorage.setItem(groupingItem, value)
                setClosed(new Set())
              }}
            />
          </>
        }
        end={
          <>
            <span className="text-2xs whitespace-nowrap text-muted" data-testid="orders-count">
              {list.isLoaded && (
                <Trans
                  t={t}
                  i18nKey="open.count"
                  count={list.rows.length}
                  values={{ shown: orders.length }}
                  components={{ shown: <span className="text-text" /> }}
                />
              )}
            </span>
            {grouping !== 'flat' && (
              <Button kind="quiet" onClick={toggleAll} disabled={isFilteredNow} title={t('groups.hint')}>
                {t(closed.size > 0 ? 'groups.openAll' : 'groups.closeAll')}
              </Button>
            )}
            <Button onClick={save} disabled={orders.length === 0} data-testid="orders-csv" title={t('open.csvHint')}>
              {t('open.csv')}
            </Button>
          </>
        }
      />
      <StaleAccounts account={form.account === '' ? null : form.account} />
      {list.problem !== null && list.rows.length > 0 && (
        <p role="alert" className="border-b border-line bg-warnwash px-3 text-2xs leading-6 text-warn">
          {t('open.outdated', { problem: list.problem })}{' '}
          <button type="button" className="underline" onClick={() => void list.load()}>
            {t('open.tryAgain')}
          </button>
        </p>
      )}
      <DataTable<OrderLine>
        label={t('open.title')}
        testId="orders-grid"
        columns={columns}
        rows={lines}
        keyOf={keyOf}
        sort={sort}
        onSort={setSort}
        minWidth={1_118}
        onOpen={({ order }) => order && onOpen(order)}
        {...(grouping === 'flat' ? {} : { placeOf, onToggle: (line: OrderLine) => toggle(line.key) })}
        rowClass={({ order }) => (order === null ? 'heading' : undefined)}
        empty={
          <ListEmpty list={list} what="open orders" isFiltered={isFilteredNow} onClear={clear}>
            <p>{t('open.empty')}</p>
          </ListEmpty>
        }
      />
    </>
  )
}
