import type { Look } from '../../../shared/look.ts'
import { zoneName } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Segmented } from '../../ui/controls.tsx'
import { SettingRow, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

interface Option<T extends string> {
  readonly value: T
  readonly text: string
}

const themes: readonly Option<Look['theme']>[] = [
  { value: 'system', text: t('look.theme.system') },
  { value: 'dark', text: t('look.theme.dark') },
  { value: 'light', text: t('look.theme.light') },
]
const densities: readonly Option<Look['density']>[] = [
  { value: 'comfortable', text: t('look.density.comfortable') },
  { value: 'compact', text: t('look.density.compact') },
]
const colours: readonly Option<Look['colours']>[] = [
  { value: 'standard', text: t('look.colours.greenRed') },
  { value: 'blue-orange', text: t('look.colours.blueOrange') },
]
const times: readonly Option<Look['times']>[] = [
  { value: 'local', text: t('look.times.local') },
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
      title={t('look.language.title')}
      hint={t('look.language.hint')}
      value={look.language}
      options={languages}
    />
    <Choice name="theme" title={t('look.theme.title')} value={look.theme} options={themes} />
    <Choice
      name="density"
      title={t('look.density.title')}
      hint={t('look.density.hint')}
      value={look.density}
      options={densities}
    />
    <Choice
      name="colours"
      title={t('look.colours.title')}
      hint={t('look.colours.hint')}
      value={look.colours}
      options={colours}
    />
    <Choice
      name="times"
      title={t('look.times.title')}
      hint={t('look.times.hint', { zone: zoneName(Date.now()) })}
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
