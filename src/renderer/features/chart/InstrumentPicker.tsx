import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import type { Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle, formatKey, formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { TextField } from '../../ui/controls.tsx'
import { searchInstruments } from './chartSelection.ts'

const t = textsOf('chart')

interface InstrumentPickerProps {
  readonly instruments: readonly Instrument[]
  readonly shown: Instrument
  onPick(instrument: Instrument): void
}

/** A search field over the watched instruments. Closed it shows the chosen one; arrow keys and Enter choose, Escape leaves. */
export function InstrumentPicker({ instruments, shown, onPick }: InstrumentPickerProps) {
  const [text, setText] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const found = useMemo(() => searchInstruments(instruments, text ?? ''), [instruments, text])
  const isOpen = text !== null
  const optionId = (index: number) => `${id}-${index}`

  const open = () => {
    if (isOpen) return
    setText('')
    setActive(Math.max(0, instruments.indexOf(shown)))
  }
  const close = () => setText(null)
  const pick = (instrument: Instrument | undefined) => {
    if (!instrument) return
    close()
    field.current?.blur()
    onPick(instrument)
  }
  const move = (index: number) => {
    const next = Math.max(0, Math.min(found.length - 1, index))
    setActive(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      close()
      field.current?.blur()
    } else if (event.key === 'Enter') {
      if (isOpen) pick(found[active])
      else open()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (isOpen) move(active + (event.key === 'ArrowDown' ? 1 : -1))
      else open()
    }
  }

  return (
    <div className="relative">
      <TextField
        ref={field}
        data-filter
        data-testid="chart-instrument"
        role="combobox"
        aria-label={t('instrument.label')}
        aria-expanded={isOpen}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? optionId(active) : undefined}
        className="w-60 font-semibold text-strong placeholder:font-normal"
        placeholder={formatKey(shown.key)}
        value={text ?? formatKey(shown.key)}
        onFocus={open}
        onMouseDown={open}
        onBlur={close}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
      />
      {isOpen && (
        <div
          ref={list}
          id={id}
          role="listbox"
          tabIndex={-1}
          aria-label={t('instrument.list')}
          className="absolute top-8 left-0 z-20 max-h-80 w-80 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-2xl"
        >
          {found.map((instrument, index) => (
            <div
              key={instrument.key}
              id={optionId(index)}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              // The field keeps the focus, or its blur would close the list before the click arrives.
              onMouseDown={(event) => {
                event.preventDefault()
                pick(instrument)
              }}
              onMouseMove={() => setActive(index)}
              className={classes(
                'flex h-7 items-center gap-2 rounded px-2',
                index === active && 'bg-selected text-strong',
              )}
            >
              <span className="w-16 text-muted">{exchangeTitle(instrument.exchange)}</span>
              <span className="font-medium">{formatSymbol(instrument.symbol)}</span>
              <span className="ml-auto text-2xs text-faint">{instrument.nativeName}</span>
              {instrument.key === shown.key && <span className="text-2xs text-accent">{t('instrument.shown')}</span>}
            </div>
          ))}
          {found.length === 0 && <p className="p-2 text-muted">{t('instrument.none', { text })}</p>}
        </div>
      )}
    </div>
  )
}
