import { type ClipboardEvent, type RefObject, useId, useState } from 'react'
import { Trans } from 'react-i18next'
import { textsOf } from '../../i18n.ts'
import { TextField } from '../../ui/controls.tsx'
import { type PastedKey, parsePastedKey } from './pasted-key.ts'

const t = textsOf('accounts')

export type KeyPart = keyof PastedKey

/** The inputs themselves hold what is typed: no state of React's, no store, nothing that outlives the dialog. */
export type KeyInputs = Readonly<Record<KeyPart, RefObject<HTMLInputElement | null>>>

interface KeyFieldsProps {
  readonly inputs: KeyInputs
  readonly needsPassphrase: boolean
  readonly problems: Partial<Readonly<Record<KeyPart, string>>>
  readonly readOnly: boolean
  /** Something of the key is another now: what was said of the one before does not hold. */
  onEdit(part: KeyPart): void
}

export function KeyFields({ inputs, needsPassphrase, problems, readOnly, onEdit }: KeyFieldsProps) {
  const parts: readonly KeyPart[] = needsPassphrase ? ['key', 'secret', 'passphrase'] : ['key', 'secret']
  const write = (part: KeyPart, text: string) => {
    const input = inputs[part].current
    if (!input) return
    input.value = text
    onEdit(part)
  }
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    if (readOnly) return
    const text = event.clipboardData.getData('text')
    const pasted = parsePastedKey(text)
    if (pasted) {
      event.preventDefault()
      for (const part of parts) if (pasted[part] !== null) write(part, pasted[part])
      const missing = parts.find((part) => inputs[part].current?.value === '')
      inputs[missing ?? parts.at(-1) ?? 'secret'].current?.focus()
    } else if (text !== text.trim()) {
      event.preventDefault()
      const input = event.currentTarget
      input.setRangeText(text.trim(), input.selectionStart ?? 0, input.selectionEnd ?? input.value.length, 'end')
      const part = parts.find((one) => inputs[one].current === input)
      if (part) onEdit(part)
    }
  }
  return parts.map((part) => (
    <SecretField
      key={part}
      part={part}
      input={inputs[part]}
      problem={problems[part] ?? null}
      readOnly={readOnly}
      onPaste={onPaste}
      onInput={() => onEdit(part)}
    />
  ))
}

interface SecretFieldProps {
  readonly part: KeyPart
  readonly input: RefObject<HTMLInputElement | null>
  readonly problem: string | null
  readonly readOnly: boolean
  onPaste(event: ClipboardEvent<HTMLInputElement>): void
  onInput(): void
}

function SecretField({ part, input, problem, readOnly, onPaste, onInput }: SecretFieldProps) {
  const id = useId()
  // The key by itself opens nothing, and seeing it helps to paste the right one.
  const [isShown, setShown] = useState(part === 'key')
  return (
    <div className="grid grid-cols-[6.5rem_1fr] items-center gap-x-3">
      <label htmlFor={id} className="text-strong">
        {t(`keyFields.${part}`)}
      </label>
      <div className="flex gap-1.5">
        <TextField
          ref={input}
          id={id}
          type={isShown ? 'text' : 'password'}
          autoComplete={part === 'key' ? 'off' : 'new-password'}
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          data-1p-ignore
          data-lpignore="true"
          data-testid={`add-${part}`}
          className="min-w-0 flex-1 font-mono text-xs"
          readOnly={readOnly}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onPaste={onPaste}
          onInput={onInput}
        />
        <button
          type="button"
          className="min-w-12 rounded border border-line px-1 text-2xs text-muted hover:bg-hover hover:text-strong"
          onClick={() => setShown(!isShown)}
        >
          <Trans
            t={t}
            i18nKey={isShown ? `hide.${part}` : `show.${part}`}
            components={{ what: <span className="sr-only" /> }}
          />
        </button>
      </div>
      {problem !== null && (
        <p id={`${id}-problem`} className="col-start-2 text-down">
          {problem}
        </p>
      )}
    </div>
  )
}
