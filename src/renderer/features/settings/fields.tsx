import { type ReactNode, useEffect, useId, useState } from 'react'
import { useStore } from 'zustand'
import type { SettingsChange } from '../../../shared/settings.ts'
import { numberText, parseNumber } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { heldBy } from './changes.ts'

const t = textsOf('settings')

/** What holds the setting at `path` and keeps it from being changed here; null when nothing does. */
export function useHolder(path: readonly string[]): string | null {
  const { settings } = useStores()
  return useStore(settings, ({ overridden }) => heldBy(overridden, path))
}

/** Sends changes and keeps what the hub says against them, to be shown beside the field. */
export function useUpdate() {
  const { settings } = useStores()
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const update = async (changes: SettingsChange[]): Promise<boolean> => {
    setBusy(true)
    const refused = await settings.getState().update(changes)
    setBusy(false)
    setProblem(refused)
    return refused === null
  }
  return { update, problem, setProblem, isBusy }
}

interface RowProps {
  readonly title: string
  readonly hint?: string
  readonly htmlFor?: string
  readonly problem?: string | null
  readonly problemId?: string
  readonly holder?: string | null
  readonly children: ReactNode
}

/** One setting: what it is, its control, and what is wrong with it. */
export function SettingRow({ title, hint, htmlFor, problem, problemId, holder, children }: RowProps) {
  return (
    <div className="grid grid-cols-[16rem_1fr] items-start gap-x-4 border-b border-line py-2.5 last:border-b-0">
      <div>
        {htmlFor === undefined ? (
          <p className="text-strong">{title}</p>
        ) : (
          <label htmlFor={htmlFor} className="text-strong">
            {title}
          </label>
        )}
        {hint !== undefined && <p className="text-2xs text-muted">{hint}</p>}
      </div>
      <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        {children}
        {holder != null && <HeldBy holder={holder} />}
        {problem != null && (
          <p id={problemId} role="alert" className="basis-full text-down">
            {problem}
          </p>
        )}
      </div>
    </div>
  )
}

export const HeldBy = ({ holder }: { readonly holder: string }) => (
  <span className="self-center rounded border border-line px-1.5 text-2xs text-muted">
    {t('field.held', { holder })}
  </span>
)

interface NumberSettingProps {
  readonly path: readonly string[]
  readonly title: string
  readonly hint: string
  readonly unit: string
  readonly value: number
}

/** A number that is sent when the field is left or Enter is pressed; Escape takes the edit back. */
export function NumberSetting({ path, title, hint, unit, value }: NumberSettingProps) {
  const id = useId()
  const holder = useHolder(path)
  const { update, problem, setProblem, isBusy } = useUpdate()
  const [text, setText] = useState(numberText(value))
  useEffect(() => setText(numberText(value)), [value])

  const commit = () => {
    const next = parseNumber(text)
    if (next === null) setProblem(t('field.notNumber'))
    else if (next === value) setProblem(null)
    else void update([{ path: [...path], value: next }])
  }
  return (
    <SettingRow title={title} hint={hint} htmlFor={id} problem={problem} problemId={`${id}-problem`} holder={holder}>
      <TextField
        id={id}
        data-testid={`setting-${path.join('.')}`}
        className="w-28 text-right"
        inputMode="decimal"
        value={text}
        disabled={holder !== null || isBusy}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
          if (event.key === 'Escape') {
            setText(numberText(value))
            setProblem(null)
          }
        }}
      />
      <span className="text-muted">{unit}</span>
    </SettingRow>
  )
}

interface TextSettingProps {
  readonly path: readonly string[]
  readonly title: string
  readonly hint: string
  readonly value: string
  /** What is typed as it is sent. */
  readonly normalise?: (text: string) => string
  readonly suggestions?: readonly string[]
}

/** A word that is sent when the field is left or Enter is pressed; Escape takes the edit back. */
export function TextSetting({ path, title, hint, value, normalise, suggestions }: TextSettingProps) {
  const id = useId()
  const holder = useHolder(path)
  const { update, problem, setProblem, isBusy } = useUpdate()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])

  const commit = () => {
    const next = normalise?.(text) ?? text.trim()
    if (next === value) {
      setText(value)
      setProblem(null)
    } else void update([{ path: [...path], value: next }])
  }
  return (
    <SettingRow title={title} hint={hint} htmlFor={id} problem={problem} problemId={`${id}-problem`} holder={holder}>
      <TextField
        id={id}
        data-testid={`setting-${path.join('.')}`}
        className="w-28"
        list={suggestions && `${id}-suggestions`}
        value={text}
        disabled={holder !== null || isBusy}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
          if (event.key === 'Escape') {
            setText(value)
            setProblem(null)
          }
        }}
      />
      {suggestions && (
        <datalist id={`${id}-suggestions`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </SettingRow>
  )
}

interface ToggleSettingProps {
  readonly path: readonly string[]
  readonly title: string
  readonly hint: string
  readonly value: boolean
}

export function ToggleSetting({ path, title, hint, value }: ToggleSettingProps) {
  const id = useId()
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  return (
    <SettingRow title={title} hint={hint} htmlFor={id} problem={problem} holder={holder}>
      <input
        id={id}
        type="checkbox"
        className="size-4 accent-accent"
        data-testid={`setting-${path.join('.')}`}
        checked={value}
        disabled={holder !== null || isBusy}
        onChange={(event) => void update([{ path: [...path], value: event.target.checked }])}
      />
      <span className="text-muted">{value ? t('field.on') : t('field.off')}</span>
    </SettingRow>
  )
}

interface SectionProps {
  readonly id: string
  readonly title: string
  readonly intro?: ReactNode
  readonly children: ReactNode
}

export function Section({ id, title, intro, children }: SectionProps) {
  return (
    <section id={`settings-${id}`} aria-labelledby={`settings-${id}-title`} className="mb-8 scroll-mt-4">
      <h2 id={`settings-${id}-title`} className="mb-1 text-sm font-semibold text-strong">
        {title}
      </h2>
      {intro !== undefined && <p className="mb-2 max-w-prose text-muted">{intro}</p>}
      <div className="rounded-md border border-line bg-panel px-4 py-1">{children}</div>
    </section>
  )
}
