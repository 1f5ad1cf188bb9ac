import { useEffect, useMemo } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { type AccountStatus, type Drift, exchangeIds } from '../../../shared/domain/index.ts'
import { troubleOf } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOpenCards } from '../../ui/useOpenCards.ts'
import { AccountCard, isStuck } from './AccountCard.tsx'

const t = textsOf('accounts')

export function AccountsScreen() {
  const { accounts: store, shell } = useStores()
  const { accounts, problem, load } = useStore(store)
  useScreenKeys([['n', () => shell.getState().show('addAccount')]])
  return (
    <section aria-label={t('title')} className="relative h-full overflow-auto p-3" data-testid="screen-accounts">
      {accounts === null ? (
        problem === null ? (
          <Empty title={t('loading')} busy />
        ) : (
          <Empty title={t('failed')}>
            <p className="text-down select-text">{problem}</p>
            <Button onClick={() => void load()}>{t('tryAgain')}</Button>
          </Empty>
        )
      ) : accounts.length === 0 ? (
        <NoAccount />
      ) : (
        <AccountList accounts={accounts} />
      )}
    </section>
  )
}

/** The one line that says why keys cannot be kept, or accounts not added; nothing when both can. */
function KeyStoreLine() {
  const { keyStore, keyStoreProblem } = useStore(useStores().accounts)
  const text = keyStore?.cannotAdd ?? keyStore?.problem ?? keyStoreProblem
  if (text === null || text === undefined) return null
  return (
    <p className="rounded border border-line bg-warnwash px-3 py-1.5 select-text" data-testid="key-store-line">
      <StateMark tone="warning" /> {text}
    </p>
  )
}

function AddButton() {
  const { shell, accounts } = useStores()
  const cannotAdd = useStore(accounts, ({ keyStore }) => keyStore?.cannotAdd ?? null)
  return (
    <Button
      kind="primary"
      disabled={cannotAdd !== null}
      title={cannotAdd ?? t('add.openHint')}
      data-testid="add-account"
      onClick={() => shell.getState().show('addAccount')}
    >
      {t('add.open')}
    </Button>
  )
}

function NoAccount() {
  return (
    <Empty title={t('empty.title')}>
      <p className="max-w-[36rem]">{t('empty.why', { exchanges: exchangeIds.map(exchangeTitle).join(', ') })}</p>
      <AddButton />
      <KeyStoreLine />
    </Empty>
  )
}

const noDrifts: readonly Drift[] = []

function AccountList({ accounts }: { readonly accounts: readonly AccountStatus[] }) {
  const { activity, shell, link } = useStores()
  const drifts = useStore(activity.drifts, ({ rows }) => rows)
  const asked = useStore(shell, (state) => state.account)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const now = useNow(1_000)
  const byAccount = useMemo(
    () => new Map(accounts.map(({ id }) => [id, drifts.filter(({ account }) => account === id)])),
    [accounts, drifts],
  )
  // What asks for a decision; what only reconnects does not open its card for a moment.
  const stuck = useMemo(
    () =>
      new Set(
        accounts.flatMap(({ id, state, permissions }) =>
          isStuck(state) || permissions?.canWithdraw === true || (byAccount.get(id) ?? noDrifts).length > 0 ? [id] : [],
        ),
      ),
    [accounts, byAccount],
  )
  const cards = useOpenCards(
    accounts.map(({ id }) => id),
    stuck,
  )
  const { open } = cards
  useEffect(() => {
    if (asked !== null) open(asked)
  }, [asked, open])
  const live = accounts.filter(({ state }) => state === 'live').length
  const trouble = troubleOf(accounts)
  return (
    <div className="flex flex-col gap-2">
      <div className="mb-1 flex flex-wrap items-center gap-3">
        <p className="text-muted" data-testid="accounts-summary">
          <Trans
            t={t}
            i18nKey="summary"
            count={accounts.length}
            values={{ live }}
            components={{ live: <span className="text-text" /> }}
          />
          {trouble !== null && (
            <span className={trouble.tone === 'bad' ? 'text-down' : 'text-warn'}> · {trouble.text}</span>
          )}
        </p>
        <Button kind="quiet" className="ml-auto" onClick={cards.toggleAll} data-testid="accounts-all">
          {t(cards.opensAll ? 'openAll' : 'closeAll')}
        </Button>
        <Keys>n</Keys>
        <AddButton />
      </div>
      <KeyStoreLine />
      {accounts.map((account) => (
        <AccountCard
          key={account.id}
          account={account}
          drifts={byAccount.get(account.id) ?? noDrifts}
          isAsked={asked === account.id}
          isOpen={cards.isOpen(account.id)}
          onToggle={() => cards.toggle(account.id)}
          isLinked={isLinked}
          now={now}
        />
      ))}
    </div>
  )
}
