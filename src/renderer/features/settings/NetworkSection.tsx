import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { Segmented } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { Section, SettingRow, useHolder, useUpdate } from './fields.tsx'
import { PasswordSetting } from './PasswordSetting.tsx'
import { WideTextSetting } from './WideTextSetting.tsx'

type Books = 'watched' | 'listed' | 'none'
const books: readonly { readonly value: Books; readonly text: string }[] = [
  { value: 'watched', text: 'Every watched symbol' },
  { value: 'none', text: 'None' },
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
    <Section id="network" title="Network">
      <WideTextSetting
        path={['network', 'proxy']}
        title="Proxy"
        hint="http://host:port, https://host:port or socks5://host:port, with user@ where it wants one; for REST and streams alike"
        isOptional
        placeholder="none: exchanges are reached directly"
        value={settings.network.proxy}
      />
      {settings.network.proxy !== null && (
        <PasswordSetting
          hasPassword={network?.hasProxyPassword ?? null}
          keychainProblem={network?.keychainProblem ?? null}
          testId="proxy-password"
          removal="It leaves the keychain, and the proxy is asked without one."
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
    value === 'listed'
      ? [...books, { value, text: symbols.length === 1 ? '1 symbol' : `${symbols.length} symbols` }]
      : books
  return (
    <SettingRow
      title="Full order books"
      hint={
        typeof symbols === 'string' || symbols.length === 0
          ? 'About ten messages a second for each; a list of symbols can stand in the settings file'
          : symbols.join(', ')
      }
      problem={problem}
      holder={holder}
    >
      <Segmented<Books>
        label="Full order books"
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
