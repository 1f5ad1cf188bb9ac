import { useEffect, useId, useState } from 'react'
import { parseNumber } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { TextField } from '../../ui/controls.tsx'
import { SettingRow, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

const path = ['arbitrage', 'ladder'] as const

/** Numbers with blanks between them, sent when the field is left or Enter is pressed; Escape takes the edit back. */
export function LadderSetting({ value }: { readonly value: readonly number[] }) {
  const id = useId()
  const holder = useHolder(path)
  const { update, problem, setProblem, isBusy } = useUpdate()
  const shown = value.join(' ')
  const [text, setText] = useState(shown)
  useEffect(() => setText(shown), [shown])

  const reset = () => {
    setText(shown)
    setProblem(null)
  }
  const commit = () => {
    const words = text.split(/\s+/).filter((word) => word !== '')
    const sizes = words.map((word) => parseNumber(word) ?? Number.NaN)
    const wrong = words.find((_word, n) => !((sizes[n] ?? Number.NaN) > 0))
    if (words.join(' ') === shown) return reset()
    if (words.length === 0) return setProblem(t('field.empty'))
    if (wrong !== undefined) return setProblem(t('thresholds.ladder.wrong', { word: wrong }))
    void update([{ path: [...path], value: sizes }])
  }
  return (
    <SettingRow
      title={t('thresholds.ladder.title')}
      hint={t('thresholds.ladder.hint')}
      htmlFor={id}
      problem={problem}
      problemId={`${id}-problem`}
      holder={holder}
    >
      <TextField
        id={id}
        data-testid={`setting-${path.join('.')}`}
        className="w-72"
        inputMode="decimal"
        value={text}
        disabled={holder !== null || isBusy}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={({ target }) => setText(target.value)}
        onBlur={commit}
        onKeyDown={({ key }) => {
          if (key === 'Enter') commit()
          if (key === 'Escape') reset()
        }}
      />
    </SettingRow>
  )
}
