import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { textsOf } from '../../i18n.ts'
import { Segmented } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { Section, SettingRow, useHolder, useUpdate } from './fields.tsx'
import { PasswordSetting } from './PasswordSetting.tsx'
import { WideTextSetting } from './WideTextSetting.tsx'

const t = textsOf('settings')

type Books = 'watched' | 'listed' | 'none'
const books: readonly { readonly value: Books; readonly text: string }[] = [
  { value: 'watched', text: t('network.books.watched') },
  { value: 'none', text: t('network.books.none') },
]

/** The way to the exchanges, and how much of their order books is received. */
export function NetworkSection({ settings }: { readonly settings: Settings }) {
  const { api, status } = useStores()
  const network = useStore(status, (state) => state.network)
  const send = async (password: string | null): Promise<string | null> => {
    const reply = await api.call('network.setProxyPassword', { password })
    if (!reply.ok) return reply.message
    const next = await api.call('network.status', {})
    if (next.ok) status.setState({ network: next.value })
    return null
  }
  return (
    <Section id="network" title={t('sections.network')}>
      <WideTextSetting
        path={['network', 'proxy']}
        title={t('network.proxy.title')}
        hint={t('network.proxy.hint')}
        isOptional
        placeholder={t('network.proxy.none')}
        value={settings.network.proxy}
      />
      {settings.network.proxy !== null && (
        <PasswordSetting
          hasPassword={network?.hasProxyPassword ?? null}
          keychainProblem={network?.keychainProblem ?? null}
          testId="proxy-password"
          removal={t('network.proxy.passwordRemoval')}
          send={send}
        />
      )}
      <BooksSetting symbols={settings.orderBooks.symbols} />
    </Section>
  )
}

function BooksSetting({ symbols }: { readonly symbols: Settings['orderBooks']['symbols'] }) {
  const path = ['orderBooks', 'symbols']
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  const value: Books = symbols === 'watched' ? 'watched' : symbols.length === 0 ? 'none' : 'listed'
  const options =
    value === 'listed' ? [...books, { value, text: t('network.books.listed', { count: symbols.length }) }] : books
  return (
    <SettingRow
      title={t('network.books.title')}
      hint={typeof symbols === 'string' || symbols.length === 0 ? t('network.books.hint') : symbols.join(', ')}
      problem={problem}
      holder={holder}
    >
      <Segmented<Books>
        label={t('network.books.title')}
        value={value}
        options={options}
        disabled={holder !== null || isBusy}
        onChange={(next) => {
          if (next !== 'listed') void update([{ path, value: next === 'none' ? [] : 'watched' }])
        }}
      />
    </SettingRow>
  )
}
