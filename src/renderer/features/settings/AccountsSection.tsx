import { useStore } from 'zustand'
import type { PnlMethod } from '../../../shared/pnl.ts'
import type { Settings } from '../../../shared/settings.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Segmented } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { NumberSetting, Section, SettingRow, TextSetting, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

const methods: readonly { readonly value: PnlMethod; readonly text: string }[] = [
  { value: 'average', text: t('accounts.method.average') },
  { value: 'fifo', text: t('accounts.method.fifo') },
]
const methodPath = ['pnl', 'method']

/** How what the accounts hold is valued and what they earned is reckoned. Keys are added on the Accounts screen. */
export function AccountsSection({ settings }: { readonly settings: Settings }) {
  const { shell, accounts } = useStores()
  const count = useStore(accounts, (state) => state.accounts?.length ?? 0)
  const holder = useHolder(methodPath)
  const { update, problem, isBusy } = useUpdate()
  return (
    <Section id="accounts" title={t('sections.accounts')}>
      <SettingRow title={t('accounts.keys.title')} hint={t('accounts.keys.hint')}>
        <Button onClick={() => shell.getState().go('accounts')}>
          {count === 0 ? t('accounts.keys.add') : t('accounts.keys.open', { count })}
        </Button>
      </SettingRow>
      <TextSetting
        path={['valuation', 'currency']}
        title={t('accounts.currency.title')}
        hint={t('accounts.currency.hint')}
        value={settings.valuation.currency}
        normalise={(text) => text.trim().toUpperCase()}
        suggestions={['USDT', 'USDC', 'BTC', 'ETH']}
      />
      <NumberSetting
        path={['valuation', 'staleAfterMs']}
        title={t('accounts.staleAfter.title')}
        hint={t('accounts.staleAfter.hint')}
        unit="ms"
        value={settings.valuation.staleAfterMs}
      />
      <SettingRow title={t('accounts.method.title')} hint={t('accounts.method.hint')} problem={problem} holder={holder}>
        <Segmented<PnlMethod>
          label={t('accounts.method.title')}
          value={settings.pnl.method}
          options={methods}
          disabled={holder !== null || isBusy}
          onChange={(value) => void update([{ path: methodPath, value }])}
        />
      </SettingRow>
    </Section>
  )
}
