import { useMemo, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { GapCause, GapKind } from '../../../shared/domain/index.ts'
import { gapCauses, gapKinds } from '../../format/data-words.ts'
import { textsOf } from '../../i18n.ts'
import { ListEmpty, ListEnd } from '../../ui/AccountStates.tsx'
import { Button, Keys, Select, TextField } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOnLink } from '../../ui/useOnLink.ts'
import { filterGaps, gapColumns, keyOfGap } from './gapColumns.tsx'

const t = textsOf('data')

/** Newest first, as the pages come. */
const order = { by: 'from', descending: true } as const
const keepOrder = () => {}

const kinds: readonly { readonly value: GapKind | ''; readonly text: string }[] = [
  { value: '', text: t('gaps.allKinds') },
  ...GapKind.options.map((value) => ({ value, text: gapKinds[value] })),
]
const causes: readonly { readonly value: GapCause | ''; readonly text: string }[] = [
  { value: '', text: t('gaps.allCauses') },
  ...GapCause.options.map((value) => ({ value, text: gapCauses[value].text })),
]

/** Holes in what was recorded: where, how long, why, and whether they could be filled. */
export function GapsPart() {
  const { gaps } = useStores()
  const list = useStore(gaps)
  const [text, setText] = useState('')
  const [kind, setKind] = useState<GapKind | ''>('')
  const [cause, setCause] = useState<GapCause | ''>('')
  useOnLink(() => void list.load())
  const hasOpen = list.rows.some(({ to }) => to === null)
  const now = useNow(hasOpen ? 1_000 : 60_000)
  const rows = useMemo(() => filterGaps(list.rows, { text, kind, cause }), [list.rows, text, kind, cause])
  const columns = useMemo(() => gapColumns(now), [now])
  const isFiltered = text.trim() !== '' || kind !== '' || cause !== ''
  const clear = () => {
    setText('')
    setKind('')
    setCause('')
  }
  return (
    <div className="flex h-full flex-col bg-panel">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <TextField
          data-filter
          data-testid="filter-text"
          aria-label={t('gaps.filter')}
          placeholder={t('gaps.filterPlaceholder')}
          className="w-48"
          maxLength={80}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={({ key, currentTarget }) => {
            if (key !== 'Escape') return
            if (text === '') currentTarget.blur()
            setText('')
          }}
        />
        <Keys>/</Keys>
        <Select<GapKind | ''>
          label={t('gaps.kind')}
          data-testid="filter-kind"
          value={kind}
          options={kinds}
          onChange={setKind}
        />
        <Select<GapCause | ''>
          label={t('gaps.cause')}
          data-testid="filter-cause"
          value={cause}
          options={causes}
          onChange={setCause}
        />
        {isFiltered && (
          <Button kind="quiet" onClick={clear} data-testid="filter-clear">
            {t('gaps.clear')}
          </Button>
        )}
        <span className="ml-auto text-2xs whitespace-nowrap text-muted" data-testid="gaps-count">
          {list.isLoaded && (
            <Trans
              t={t}
              i18nKey={
                isFiltered
                  ? list.isComplete
                    ? 'gaps.count.filtered'
                    : 'gaps.count.filteredNewest'
                  : list.isComplete
                    ? 'gaps.count.all'
                    : 'gaps.count.newest'
              }
              components={{ shown: <span className="text-text" /> }}
              count={list.rows.length}
              values={{ shown: rows.length }}
            />
          )}
        </span>
      </div>
      <DataTable
        label={t('gaps.title')}
        testId="gaps-grid"
        columns={columns}
        rows={rows}
        keyOf={keyOfGap}
        sort={order}
        onSort={keepOrder}
        minWidth={1_060}
        onEnd={list.loadOlder}
        rowClass={({ to }) => (to === null ? 'heading' : undefined)}
        footer={<ListEnd list={list} what="gaps" />}
        empty={
          <ListEmpty list={list} what="gaps" isFiltered={isFiltered} onClear={clear}>
            <p>{t('gaps.none')}</p>
          </ListEmpty>
        }
      />
    </div>
  )
}
