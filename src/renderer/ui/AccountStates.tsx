/** What account screens say when there is no account, when nothing could be read, and when something is out of date. */
import type { ReactNode } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { accountStates } from '../format/account-words.ts'
import { exchangeTitle } from '../format/names.ts'
import { textsOf } from '../i18n.ts'
import type { List } from '../stores/list.ts'
import { Button, Empty } from './controls.tsx'
import { StateMark } from './StateMark.tsx'
import { useStores } from './StoresContext.tsx'

const t = textsOf('ui')

/** Lists that speak of themselves: their sentences are whole in each language. */
export type ListName = 'alerts' | 'fills' | 'gaps' | 'open orders' | 'orders' | 'positions' | 'transfers'

/** `children` once an account is there; else how to get one. `what`: "its open orders and what became of others show", before "here". */
export function WithAccounts({ what, children }: { readonly what: string; readonly children: ReactNode }) {
  const { accounts, shell } = useStores()
  const isEmpty = useStore(accounts, (state) => state.accounts?.length === 0)
  if (!isEmpty) return children
  return (
    <Empty title={t('noAccount.title')}>
      <p>{t('noAccount.why', { what })}</p>
      <Button kind="primary" onClick={() => shell.getState().show('addAccount')}>
        {t('noAccount.add')}
      </Button>
    </Empty>
  )
}

/** One line for every account whose rows may be out of date, with the way to it. `account` null: of all. */
export function StaleAccounts({ account }: { readonly account: string | null }) {
  const { accounts: store, shell } = useStores()
  const accounts = useStore(store, (state) => state.accounts) ?? []
  const stale = accounts.filter(({ id, state }) => state !== 'live' && (account === null || id === account))
  if (stale.length === 0) return null
  return (
    <ul
      aria-label={t('staleAccounts.label')}
      data-testid="stale-accounts"
      className="flex flex-wrap gap-x-6 border-b border-line bg-warnwash px-3 text-2xs leading-6"
    >
      {stale.map(({ id, exchange, label, state, reason }) => (
        <li key={id} className="flex min-w-0 items-center gap-1">
          <StateMark tone={accountStates[state].tone} />
          <button
            type="button"
            className="truncate text-text hover:underline"
            title={reason ?? undefined}
            onClick={() => shell.getState().openAccount(id)}
          >
            <Trans
              t={t}
              i18nKey="staleAccounts.one"
              components={{ state: <span className="text-warn" /> }}
              values={{ account: `${exchangeTitle(exchange)} ${label}`, words: accountStates[state].within }}
            />
          </button>
        </li>
      ))}
    </ul>
  )
}

interface ListEmptyProps {
  readonly list: Pick<List<unknown>, 'isLoaded' | 'problem' | 'load'>
  readonly what: ListName
  readonly isFiltered: boolean
  onClear(): void
  /** What it means that there are none. */
  readonly children: ReactNode
}

/** What stands in place of a list's rows. */
export function ListEmpty({ list, what, isFiltered, onClear, children }: ListEmptyProps) {
  if (list.problem !== null)
    return (
      <Empty title={t(`lists.unread.${what}`)}>
        <p role="alert" className="text-down select-text">
          {list.problem}
        </p>
        <Button onClick={() => void list.load()}>{t('again')}</Button>
      </Empty>
    )
  if (!list.isLoaded) return <Empty title={t(`lists.reading.${what}`)} busy />
  if (isFiltered)
    return (
      <Empty title={t(`lists.filteredOut.${what}`)}>
        <Button onClick={onClear}>{t('lists.clear')}</Button>
      </Empty>
    )
  return <Empty title={t(`lists.none.${what}`)}>{children}</Empty>
}

interface ListCountProps {
  readonly list: List<unknown>
  readonly what: ListName
  readonly testId: string
}

/** How many rows there are, as far as they were read; nothing before that. */
export const ListCount = ({ list, what, testId }: ListCountProps) => (
  <span className="text-2xs whitespace-nowrap text-muted" data-testid={testId}>
    {list.isLoaded && (
      <Trans
        t={t}
        i18nKey={list.isComplete ? `lists.all.${what}` : 'lists.newest'}
        count={list.rows.length}
        components={{ number: <span className="text-text" /> }}
      />
    )}
  </span>
)

/** What stands below a list's last row. */
export function ListEnd({ list, what }: { readonly list: List<unknown>; readonly what: ListName }) {
  return (
    <p className="px-3 py-1.5 text-2xs text-muted" data-testid="list-end">
      {list.problem !== null ? (
        <span role="alert" className="text-down">
          {list.isLoading ? '' : `${t(`lists.moreUnread.${what}`, { problem: list.problem })} `}
          <button
            type="button"
            className="underline"
            onClick={() => void (list.isLoaded ? list.loadOlder() : list.load())}
          >
            {t('again')}
          </button>
        </span>
      ) : list.isLoading ? (
        t(`lists.${list.isLoaded ? 'readingOlder' : 'reading'}.${what}`)
      ) : list.isComplete ? (
        t(`lists.end.${what}`)
      ) : (
        ''
      )}
    </p>
  )
}
