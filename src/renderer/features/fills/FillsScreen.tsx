import { useMemo, useState } from 'react'
import { type Fill, fillKey } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'
import { createFillHistory } from '../../stores/history.ts'
import { ListCount, ListEmpty, ListEnd, StaleAccounts, WithAccounts } from '../../ui/AccountStates.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { commonFilter, emptyForm, isFiltered, symbolText } from '../../ui/filter-form.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { CsvButton, ListFilters } from '../../ui/ListFilters.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useHistory, useHistoryCsv } from '../../ui/useHistory.ts'
import { useNow } from '../../ui/useNow.ts'
import { usePaneForm } from '../../ui/usePaneForm.ts'
import { OrderDetails } from '../orders/OrderDetails.tsx'
import { fillColumns, fillFile } from './columns.tsx'
import { FillSumsBar } from './FillSumsBar.tsx'
import { createFillSums } from './sums.ts'

const t = textsOf('fills')

/** Newest first, as the pages come. */
const order = { by: 'at', descending: true } as const
const keepOrder = () => {}

export function FillsScreen() {
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-fills">
      <WithAccounts what={t('noAccount')}>
        <Fills />
      </WithAccounts>
    </section>
  )
}

function Fills() {
  const { api } = useStores()
  const [form, setForm] = usePaneForm('filter')
  const [opened, setOpened] = useState<Fill | null>(null)
  const labelOf = useAccountLabels()
  const now = useNow(60_000)
  const history = useMemo(() => {
    const filter = commonFilter(form)
    const side = form.side === '' ? null : form.side
    return createFillHistory(api, { ...filter, text: symbolText(filter.text), side })
  }, [api, form])
  const list = useHistory(history)
  const file = useMemo(() => fillFile(labelOf), [labelOf])
  const csv = useHistoryCsv('fills', history, list, file)
  useScreenKeys([['e', csv.toggle]])
  const columns = useMemo(() => fillColumns(now, labelOf), [now, labelOf])
  const [sumOf] = useState(createFillSums)
  const sums = useMemo(() => sumOf(list.rows), [sumOf, list.rows])
  return (
    <>
      <ListFilters
        what="fills"
        placeholder={t('placeholder')}
        form={form}
        onChange={setForm}
        withSide
        withDays
        end={
          <>
            <ListCount list={list} what="fills" testId="fills-count" />
            <CsvButton {...csv} disabled={list.rows.length === 0} testId="fills-csv" />
          </>
        }
      />
      <StaleAccounts account={form.account === '' ? null : form.account} />
      <DataTable<Fill>
        label={t('title')}
        testId="fills-grid"
        columns={columns}
        rows={list.rows}
        keyOf={fillKey}
        sort={order}
        onSort={keepOrder}
        minWidth={1_024}
        onOpen={setOpened}
        onEnd={list.loadOlder}
        footer={<ListEnd list={list} what="fills" />}
        empty={
          <ListEmpty list={list} what="fills" isFiltered={isFiltered(form)} onClear={() => setForm(emptyForm)}>
            <p>{t('empty')}</p>
          </ListEmpty>
        }
      />
      <FillSumsBar sums={sums} count={list.rows.length} isComplete={list.isComplete} />
      {opened && <OrderDetails name={opened} order={null} onClose={() => setOpened(null)} />}
    </>
  )
}
