import { useId, useState } from 'react'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { TextField } from '../../ui/controls.tsx'

const t = textsOf('data')

interface SymbolChipsProps {
  readonly what: 'symbol' | 'asset' | 'recordedSymbol'
  readonly chosen: readonly string[]
  readonly suggestions: readonly string[]
  /** What is typed as it is kept; '' for nothing. */
  normalise(text: string): string
  readonly placeholder: string
  readonly disabled?: boolean
  onChange(chosen: readonly string[]): void
}

/** A list of names: Enter or a comma adds what is typed, Backspace in the empty field takes the last one away. */
export function SymbolChips(props: SymbolChipsProps) {
  const { what, chosen, suggestions, normalise, placeholder, disabled = false, onChange } = props
  const id = useId()
  const [text, setText] = useState('')
  const add = (typed: string) => {
    const found = typed
      .split(/[,;]/)
      .map(normalise)
      .filter((name) => name !== '')
    setText('')
    if (found.length > 0) onChange([...new Set([...chosen, ...found])])
  }
  const remove = (name: string) => onChange(chosen.filter((other) => other !== name))
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">
      {chosen.length > 0 && (
        <ul aria-label={t(`chips.chosen.${what}`)} className="contents">
          {chosen.map((name) => (
            <li key={name} className="flex h-7 items-center rounded border border-line bg-raised pl-2">
              <span className="font-medium text-strong">{formatSymbol(name)}</span>
              <button
                type="button"
                aria-label={t('chips.remove', { name: formatSymbol(name) })}
                className="h-full px-1.5 text-muted hover:text-down disabled:opacity-40"
                disabled={disabled}
                onClick={() => remove(name)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <TextField
        list={`${id}-known`}
        aria-label={t(`chips.add.${what}`)}
        data-testid={`add-${what}`}
        className="min-w-28 flex-1"
        maxLength={60}
        placeholder={placeholder}
        value={text}
        disabled={disabled}
        onChange={({ target, nativeEvent }) => {
          // A suggestion that is picked comes as a whole, without a key.
          const isPicked = !(nativeEvent instanceof InputEvent) && suggestions.includes(target.value)
          if (isPicked || /[,;]/.test(target.value)) add(target.value)
          else setText(target.value)
        }}
        onBlur={() => add(text)}
        onKeyDown={(event) => {
          const last = chosen.at(-1)
          if (event.key === 'Enter' && text.trim() !== '') {
            event.preventDefault()
            add(text)
          } else if (event.key === 'Escape') setText('')
          else if (event.key === 'Backspace' && text === '' && last !== undefined) remove(last)
        }}
      />
      <datalist id={`${id}-known`}>
        {suggestions
          .filter((name) => !chosen.includes(name))
          .map((name) => (
            <option key={name} value={name} />
          ))}
      </datalist>
    </div>
  )
}
