import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { exchangeIds, type Order } from '../../shared/domain/index.ts'
import { sideTitles } from '../format/account-words.ts'
import { exchangeTitle } from '../format/names.ts'
import { textsOf } from '../i18n.ts'
import type { ListName } from './AccountStates.tsx'
import { Button, Keys, Select, TextField } from './controls.tsx'
import { emptyForm, type FilterForm, formProblem, isFiltered } from './filter-form.ts'
import { useStores } from './StoresContext.tsx'
import type { CsvExport } from './useHistory.ts'

const t = textsOf('ui')

const textDelayMs = 200

interface ListFiltersProps {
  readonly what: ListName
  readonly placeholder: string
  readonly form: FilterForm
  onChange(form: FilterForm): void
  /** Before the filters: what is listed, how it is grouped. */
  readonly start?: ReactNode
  readonly withSide?: boolean
  readonly withDays?: boolean
  /** Filters of this list only, at the end of the common ones. */
  readonly children?: ReactNode
  /** Whether `children` filter, so that everything can be taken back. */
  readonly isFilteredToo?: boolean
  onClear?(): void
  /** How much there is, and buttons. */
  readonly end: ReactNode
}

const sides: readonly { readonly value: FilterForm['side']; readonly text: string }[] = [
  { value: '', text: t('filters.bothSides') },
  { value: 'BUY' satisfies Order['side'], text: `▲ ${sideTitles.BUY}` },
  { value: 'SELL' satisfies Order['side'], text: `▼ ${sideTitles.SELL}` },
]

/** The filters above a list. Text is taken a moment after the last key. */
export function ListFilters(props: ListFiltersProps) {
  const { what, placeholder, form, onChange, withSide = false, withDays = false, children, end } = props
  const accounts = useStore(useStores().accounts, (state) => state.accounts) ?? []
  const exchanges = exchangeIds.filter((id) => accounts.some(({ exchange }) => exchange === id))
  const change = (part: Partial<FilterForm>) => onChange({ ...form, ...part })
  const problem = formProblem(form)
  const clear = () => {
    onChange(emptyForm)
    props.onClear?.()
  }
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-2 border-b border-line px-3 py-2">
      {props.start}
      <FilterText
        label={t(`filters.text.${what}`)}
        placeholder={placeholder}
        text={form.text}
        onText={(text) => change({ text })}
      />
      <Keys>/</Keys>
      <Select
        label={t('filters.account')}
        data-testid="filter-account"
        className="max-w-40"
        value={form.account}
        options={[
          { value: '', text: t('filters.allAccounts') },
          ...accounts.map(({ id, exchange, label }) => ({ value: id, text: `${exchangeTitle(exchange)} ${label}` })),
        ]}
        onChange={(account) => change({ account })}
      />
      {exchanges.length > 1 && (
        <Select
          label={t('filters.exchange')}
          data-testid="filter-exchange"
          value={form.exchange}
          options={[
            { value: '', text: t('filters.allExchanges') },
            ...exchanges.map((id) => ({ value: id as string, text: exchangeTitle(id) })),
          ]}
          onChange={(exchange) => change({ exchange })}
        />
      )}
      {withSide && (
        <Select
          label={t('filters.side')}
          data-testid="filter-side"
          value={form.side}
          options={sides}
          onChange={(side) => change({ side })}
        />
      )}
      {withDays && (
        <span className="flex items-center gap-1.5 text-muted">
          <TextField
            type="date"
            aria-label={t('filters.fromDay')}
            data-testid="filter-from"
            className="w-28"
            value={form.fromDay}
            aria-invalid={problem !== null}
            onChange={({ target }) => change({ fromDay: target.value })}
          />
          –
          <TextField
            type="date"
            aria-label={t('filters.toDay')}
            data-testid="filter-to"
            className="w-28"
            value={form.toDay}
            aria-invalid={problem !== null}
            onChange={({ target }) => change({ toDay: target.value })}
          />
        </span>
      )}
      {children}
      {problem !== null && <span className="text-down">{problem}</span>}
      {(isFiltered(form) || props.isFilteredToo) && (
        <Button kind="quiet" onClick={clear} data-testid="filter-clear">
          {t('filters.clear')}
        </Button>
      )}
      <span className="ml-auto flex items-center gap-2">{end}</span>
    </div>
  )
}

interface FilterTextProps {
  readonly label: string
  readonly placeholder: string
  readonly text: string
  onText(text: string): void
}

function FilterText({ label, placeholder, text, onText }: FilterTextProps) {
  const [written, setWritten] = useState(text)
  // The filters were taken back from outside.
  const [taken, setTaken] = useState(text)
  if (taken !== text) {
    setTaken(text)
    setWritten(text)
  }
  // Rows come many times a second and render this anew: the delay counts from the last key.
  const take = useRef(onText)
  take.current = onText
  useEffect(() => {
    if (written === text) return
    const timer = setTimeout(() => take.current(written), textDelayMs)
    return () => clearTimeout(timer)
  }, [written, text])
  return (
    <TextField
      data-filter
      data-testid="filter-text"
      aria-label={label}
      placeholder={placeholder}
      className="w-32"
      maxLength={80}
      value={written}
      onChange={({ target }) => setWritten(target.value)}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Escape' && written === '') currentTarget.blur()
        else if (key === 'Escape') {
          setWritten('')
          onText('')
        } else if (key === 'Enter') onText(written)
      }}
    />
  )
}

interface CsvButtonProps extends CsvExport {
  readonly disabled: boolean
  readonly testId: string
}

export const CsvButton = ({ count, toggle, disabled, testId }: CsvButtonProps) => (
  <Button
    onClick={toggle}
    disabled={disabled}
    data-testid={testId}
    title={t(count === null ? 'csv.hint' : 'csv.stopHint')}
  >
    {count === null ? t('csv.button') : t('csv.stop', { rows: count })}
  </Button>
)
