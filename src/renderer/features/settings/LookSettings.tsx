import type { Look } from '../../../shared/look.ts'
import { zoneName } from '../../format/time.ts'
import { Segmented } from '../../ui/controls.tsx'
import { SettingRow, useHolder, useUpdate } from './fields.tsx'

interface Option<T extends string> {
  readonly value: T
  readonly text: string
}

const themes: readonly Option<Look['theme']>[] = [
  { value: 'system', text: 'As the system' },
  { value: 'dark', text: 'Dark' },
  { value: 'light', text: 'Light' },
]
const densities: readonly Option<Look['density']>[] = [
  { value: 'comfortable', text: 'Comfortable' },
  { value: 'compact', text: 'Compact' },
]
const colours: readonly Option<Look['colours']>[] = [
  { value: 'standard', text: 'Green and red' },
  { value: 'blue-orange', text: 'Blue and orange' },
]
const times: readonly Option<Look['times']>[] = [
  { value: 'local', text: 'This machine’s zone' },
  { value: 'utc', text: 'UTC' },
]

/** Each in its own words, so that whoever cannot read the others finds it. */
const languages: readonly Option<Look['language']>[] = [
  { value: 'en', text: 'English' },
  { value: 'de', text: 'Deutsch' },
]

/** How every page looks, in force at once. */
export const LookSettings = ({ look }: { readonly look: Look }) => (
  <>
    <Choice
      name="language"
      title="Language"
      hint="Of the screens; files, logs and the API stay English"
      value={look.language}
      options={languages}
    />
    <Choice name="theme" title="Theme" value={look.theme} options={themes} />
    <Choice
      name="density"
      title="Density"
      hint="Compact shows about a quarter more rows"
      value={look.density}
      options={densities}
    />
    <Choice
      name="colours"
      title="Up and down"
      hint="Blue and orange are told apart with any colour-blindness"
      value={look.colours}
      options={colours}
    />
    <Choice
      name="times"
      title="Times"
      hint={`Shown in ${zoneName(Date.now())} now; candles of a day are days of UTC either way`}
      value={look.times}
      options={times}
    />
  </>
)

interface ChoiceProps<T extends string> {
  readonly name: keyof Look
  readonly title: string
  readonly hint?: string
  readonly value: T
  readonly options: readonly Option<T>[]
}

function Choice<T extends string>({ name, title, hint, value, options }: ChoiceProps<T>) {
  const path = ['appearance', name]
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  return (
    <SettingRow title={title} problem={problem} holder={holder} {...(hint !== undefined && { hint })}>
      <Segmented<T>
        label={title}
        value={value}
        options={options}
        disabled={holder !== null || isBusy}
        onChange={(next) => void update([{ path, value: next }])}
      />
    </SettingRow>
  )
}
