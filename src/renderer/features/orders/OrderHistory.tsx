import { type ReactNode, useMemo } from 'react'
import { z } from 'zod'
import { type Order, OrderStatus, orderKey } from '../../../shared/domain/index.ts'
import { orderStatuses } from '../../format/account-words.ts'
import { textsOf } from '../../i18n.ts'
import { createOrderHistory } from '../../stores/history.ts'
import { ListCount, ListEmpty, ListEnd, StaleAccounts } from '../../ui/AccountStates.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { commonFilter, emptyForm, isFiltered, symbolText } from '../../ui/filter-form.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { CsvButton, ListFilters } from '../../ui/ListFilters.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useHistory, useHistoryCsv } from '../../ui/useHistory.ts'
import { useNow } from '../../ui/useNow.ts'
import { usePaneForm } from '../../ui/usePaneForm.ts'
import { usePaneState } from '../../ui/usePaneState.ts'
import { orderFile } from './cells.tsx'
import { historyColumns } from './historyColumns.tsx'

const t = textsOf('orders')

const statuses = OrderStatus.options
const statusesState = z.array(OrderStatus)
const none: readonly OrderStatus[] = []
/** Newest first, as the pages come. */
const order = { by: 'placed', descending: true } as const
const keepOrder = () => {}

interface OrderHistoryProps {
  readonly tabs: ReactNode
  onOpen(order: Order): void
}

/** Every order that is stored, open ones too. */
export function OrderHistory({ tabs, onOpen }: OrderHistoryProps) {
  const { api } = useStores()
  const [form, setForm] = usePaneForm('historyFilter')
  const [wanted, setWanted] = usePaneState<readonly OrderStatus[]>('statuses', statusesState, none)
  const labelOf = useAccountLabels()
  const now = useNow(60_000)
  const history = useMemo(() => {
    const filter = commonFilter(form)
    return createOrderHistory(api, {
      ...filter,
      text: symbolText(filter.text),
      side: form.side === '' ? null : form.side,
      statuses: wanted.length === 0 ? null : [...wanted],
    })
  }, [api, form, wanted])
  const list = useHistory(history)
  const file = useMemo(() => orderFile(labelOf), [labelOf])
  const csv = useHistoryCsv('orders', history, list, file)
  useScreenKeys([['e', csv.toggle]])
  const columns = useMemo(() => historyColumns(now, labelOf), [now, labelOf])
  const toggle = (status: OrderStatus) =>
    setWanted(wanted.includes(status) ? wanted.filter((other) => other !== status) : [...wanted, status])
  const clear = () => {
    setForm(emptyForm)
    setWanted(none)
  }
  return (
    <>
      <ListFilters
        what="orders"
        placeholder={t('placeholder')}
        form={form}
        onChange={setForm}
        withSide
        withDays
        start={tabs}
        isFilteredToo={wanted.length > 0}
        onClear={clear}
        end={
          <>
            <ListCount list={list} what="orders" testId="orders-count" />
            <CsvButton {...csv} disabled={list.rows.length === 0} testId="orders-csv" />
          </>
        }
      >
        <fieldset className="flex h-7 items-center gap-0.5" aria-label={t('history.statuses')}>
          {statuses.map((status) => (
            <label
              key={status}
              className="flex h-6 items-center rounded border border-line px-1 text-2xs text-muted has-checked:border-accent has-checked:bg-selected has-checked:text-strong has-focus-visible:outline-2 has-focus-visible:outline-accent hover:text-text"
            >
              <input
                type="checkbox"
                className="sr-only"
                checked={wanted.includes(status)}
                data-testid={`status-${status}`}
                onChange={() => toggle(status)}
              />
              {orderStatuses[status].text}
            </label>
          ))}
        </fieldset>
      </ListFilters>
      <StaleAccounts account={form.account === '' ? null : form.account} />
      <DataTable<Order>
        label={t('title')}
        testId="orders-history"
        columns={columns}
        rows={list.rows}
        keyOf={orderKey}
        sort={order}
        onSort={keepOrder}
        minWidth={1_210}
        onOpen={onOpen}
        onEnd={list.loadOlder}
        footer={<ListEnd list={list} what="orders" />}
        empty={
          <ListEmpty list={list} what="orders" isFiltered={isFiltered(form) || wanted.length > 0} onClear={clear}>
            <p>{t('history.empty')}</p>
          </ListEmpty>
        }
      />
    </>
  )
}
