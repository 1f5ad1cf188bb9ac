import { useMemo, useState } from 'react'
import { type Transfer, TransferKind, TransferStatus, transferKey } from '../../../shared/domain/index.ts'
import { transferKinds, transferStatuses } from '../../format/account-words.ts'
import { textsOf } from '../../i18n.ts'
import { createTransferHistory } from '../../stores/history.ts'
import { ListCount, ListEmpty, ListEnd, StaleAccounts, WithAccounts } from '../../ui/AccountStates.tsx'
import { Select } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { commonFilter, emptyForm, type FilterForm, isFiltered } from '../../ui/filter-form.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { CsvButton, ListFilters } from '../../ui/ListFilters.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { useHistory, useHistoryCsv } from '../../ui/useHistory.ts'
import { useNow } from '../../ui/useNow.ts'
import { transferColumns, transferFile } from './columns.tsx'
import { RefreshButton } from './RefreshButton.tsx'

const t = textsOf('transfers')

/** Newest first, as the pages come. */
const order = { by: 'createdAt', descending: true } as const
const keepOrder = () => {}

const kindOptions: readonly { readonly value: TransferKind | ''; readonly text: string }[] = [
  { value: '', text: t('filter.allKinds') },
  ...TransferKind.options.map((value) => ({ value, text: transferKinds[value] })),
]
const statusOptions: readonly { readonly value: TransferStatus | ''; readonly text: string }[] = [
  { value: '', text: t('filter.anyStatus') },
  ...TransferStatus.options.map((value) => ({ value, text: transferStatuses[value].text })),
]

export function TransfersScreen() {
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-transfers">
      <WithAccounts what={t('noAccount')}>
        <Transfers />
      </WithAccounts>
    </section>
  )
}

function Transfers() {
  const { api } = useStores()
  const [form, setForm] = useState<FilterForm>(emptyForm)
  const [kind, setKind] = useState<TransferKind | ''>('')
  const [status, setStatus] = useState<TransferStatus | ''>('')
  const labelOf = useAccountLabels()
  const now = useNow(60_000)
  const history = useMemo(
    () =>
      createTransferHistory(api, {
        ...commonFilter(form),
        kind: kind === '' ? null : kind,
        status: status === '' ? null : status,
      }),
    [api, form, kind, status],
  )
  const list = useHistory(history)
  const file = useMemo(() => transferFile(labelOf), [labelOf])
  const csv = useHistoryCsv('transfers', history, list, file)
  useScreenKeys([['e', csv.toggle]])
  const columns = useMemo(() => transferColumns(now, labelOf), [now, labelOf])
  const isFilteredToo = kind !== '' || status !== ''
  const clear = () => {
    setForm(emptyForm)
    setKind('')
    setStatus('')
  }
  return (
    <>
      <ListFilters
        what="transfers"
        placeholder={t('filter.placeholder')}
        form={form}
        onChange={setForm}
        withDays
        isFilteredToo={isFilteredToo}
        onClear={clear}
        end={
          <>
            <ListCount list={list} what="transfers" testId="transfers-count" />
            <RefreshButton account={form.account} />
            <CsvButton {...csv} disabled={list.rows.length === 0} testId="transfers-csv" />
          </>
        }
      >
        <Select<TransferKind | ''>
          label={t('filter.kind')}
          data-testid="filter-kind"
          value={kind}
          options={kindOptions}
          onChange={setKind}
        />
        <Select<TransferStatus | ''>
          label={t('filter.status')}
          data-testid="filter-status"
          value={status}
          options={statusOptions}
          onChange={setStatus}
        />
      </ListFilters>
      <StaleAccounts account={form.account === '' ? null : form.account} />
      <DataTable<Transfer>
        label={t('title')}
        testId="transfers-grid"
        columns={columns}
        rows={list.rows}
        keyOf={transferKey}
        sort={order}
        onSort={keepOrder}
        minWidth={1_144}
        onEnd={list.loadOlder}
        footer={<ListEnd list={list} what="transfers" />}
        empty={
          <ListEmpty list={list} what="transfers" isFiltered={isFiltered(form) || isFilteredToo} onClear={clear}>
            <p>{t('empty.why')}</p>
          </ListEmpty>
        }
      />
    </>
  )
}
