import { useState } from 'react'
import { useStore } from 'zustand'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('transfers')

/** Asks the exchanges now instead of at the next hour; `account` '': every account whose key works. */
export function RefreshButton({ account }: { readonly account: string }) {
  const { api, accounts, shell } = useStores()
  const all = useStore(accounts, (state) => state.accounts) ?? []
  const [isBusy, setBusy] = useState(false)
  const asked = all.filter(
    ({ id, state }) =>
      (account === '' || id === account) && state !== 'rejected' && state !== 'no_key' && state !== 'stopped',
  )
  const refresh = async () => {
    setBusy(true)
    const problems = await Promise.all(
      asked.map(async ({ id, exchange, label }) => {
        const reply = await api.call('accounts.refresh', { id })
        return reply.ok ? null : `${exchangeTitle(exchange)} ${label}: ${reply.message}`
      }),
    )
    setBusy(false)
    const told = problems.filter((problem) => problem !== null)
    shell.getState().tell(told.length === 0 ? null : told.join('; '))
  }
  return (
    <Button
      onClick={() => void refresh()}
      disabled={isBusy || asked.length === 0}
      data-testid="transfers-refresh"
      title={asked.length === 0 ? t('refresh.nobody') : t('refresh.hint')}
    >
      {isBusy ? t('refresh.asking') : t('refresh.ask')}
    </Button>
  )
}
