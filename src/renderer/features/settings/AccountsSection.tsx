import { useStore } from 'zustand'
import type { PnlMethod } from '../../../shared/pnl.ts'
import type { Settings } from '../../../shared/settings.ts'
import { Button, Segmented } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { NumberSetting, Section, SettingRow, TextSetting, useHolder, useUpdate } from './fields.tsx'

const methods: readonly { readonly value: PnlMethod; readonly text: string }[] = [
  { value: 'average', text: 'Average cost' },
  { value: 'fifo', text: 'First in, first out' },
]
const methodPath = ['pnl', 'method']

/** How what the accounts hold is valued and what they earned is reckoned. Keys are added on the Accounts screen. */
export function AccountsSection({ settings }: { readonly settings: Settings }) {
  const { shell, accounts } = useStores()
  const count = useStore(accounts, (state) => state.accounts?.length ?? 0)
  const holder = useHolder(methodPath)
  const { update, problem, isBusy } = useUpdate()
  return (
    <Section id="accounts" title="Accounts">
      <SettingRow title="Accounts and keys" hint="Keys lie in the keychain of this machine, never in the settings file">
        <Button onClick={() => shell.getState().go('accounts')}>
          {count === 0 ? 'Add an account…' : `${count} on the Accounts screen…`}
        </Button>
      </SettingRow>
      <TextSetting
        path={['valuation', 'currency']}
        title="Value balances in"
        hint="An asset that quotes lead to: USDT, USDC, BTC…"
        value={settings.valuation.currency}
        normalise={(text) => text.trim().toUpperCase()}
        suggestions={['USDT', 'USDC', 'BTC', 'ETH']}
      />
      <NumberSetting
        path={['valuation', 'staleAfterMs']}
        title="A price is old after"
        hint="Values from older quotes are marked"
        unit="ms"
        value={settings.valuation.staleAfterMs}
      />
      <SettingRow
        title="Cost of what is sold"
        hint="How realised profit is reckoned from fills"
        problem={problem}
        holder={holder}
      >
        <Segmented<PnlMethod>
          label="Cost of what is sold"
          value={settings.pnl.method}
          options={methods}
          disabled={holder !== null || isBusy}
          onChange={(value) => void update([{ path: methodPath, value }])}
        />
      </SettingRow>
    </Section>
  )
}
