import { useEffect, useId, useState } from 'react'
import type { SettingsChange } from '../../../shared/settings.ts'
import { textsOf } from '../../i18n.ts'
import { TextField } from '../../ui/controls.tsx'
import { SettingRow, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

interface WideTextSettingProps {
  readonly path: readonly string[]
  readonly title: string
  readonly hint: string
  /** null: not set, `placeholder` says what holds then. */
  readonly value: string | null
  readonly placeholder?: string
  /** Emptied it is not set; without this it must hold something. */
  readonly isOptional?: boolean
  readonly className?: string
}

/** A path or an address that is sent when the field is left or Enter is pressed; Escape takes the edit back. */
export function WideTextSetting(props: WideTextSettingProps) {
  const { path, title, hint, value, placeholder, isOptional = false, className = 'min-w-0 flex-1 max-w-96' } = props
  const id = useId()
  const holder = useHolder(path)
  const { update, problem, setProblem, isBusy } = useUpdate()
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])

  const reset = () => {
    setText(value ?? '')
    setProblem(null)
  }
  const commit = () => {
    const typed = text.trim()
    if (typed === (value ?? '')) return reset()
    if (typed === '' && !isOptional) return setProblem(t('field.empty'))
    const change: SettingsChange = { path: [...path], value: typed === '' ? null : typed }
    void update([change])
  }
  return (
    <SettingRow title={title} hint={hint} htmlFor={id} problem={problem} problemId={`${id}-problem`} holder={holder}>
      <TextField
        id={id}
        data-testid={`setting-${path.join('.')}`}
        className={className}
        placeholder={placeholder}
        value={text}
        disabled={holder !== null || isBusy}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={({ target }) => setText(target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
          if (event.key === 'Escape') reset()
        }}
      />
    </SettingRow>
  )
}
