/** What account screens say when there is no account, when nothing could be read, and when something is out of date. */
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { accountStates } from '../format/account-words.ts'
import { exchangeTitle } from '../format/names.ts'
import { formatCount } from '../format/number.ts'
import type { List } from '../stores/list.ts'
import { Button, Empty } from './controls.tsx'
import { StateMark } from './StateMark.tsx'
import { useStores } from './StoresContext.tsx'

/** `children` once an account is there; else how to get one. `what`: "its open orders and what became of others show". */
export function WithAccounts({ what, children }: { readonly what: string; readonly children: ReactNode }) {
  const { accounts, shell } = useStores()
  const isEmpty = useStore(accounts, (state) => state.accounts?.length === 0)
  if (!isEmpty) return children
  return (
    <Empty title="No account yet">
      <p>Add an account with a key that can only read, and {what} here.</p>
      <Button kind="primary" onClick={() => shell.getState().show('addAccount')}>
        Add an account…
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
      aria-label="Accounts that may be out of date"
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
            {exchangeTitle(exchange)} {label}:{' '}
            <span className="text-warn">{accountStates[state].text.toLowerCase()}</span>, its rows may be out of date
          </button>
        </li>
      ))}
    </ul>
  )
}

interface ListEmptyProps {
  readonly list: Pick<List<unknown>, 'isLoaded' | 'problem' | 'load'>
  /** `orders` */
  readonly what: string
  readonly isFiltered: boolean
  onClear(): void
  /** What it means that there are none. */
  readonly children: ReactNode
}

/** What stands in place of a list's rows. */
export function ListEmpty({ list, what, isFiltered, onClear, children }: ListEmptyProps) {
  if (list.problem !== null)
    return (
      <Empty title={`The ${what} could not be read`}>
        <p role="alert" className="text-down select-text">
          {list.problem}
        </p>
        <Button onClick={() => void list.load()}>Try again</Button>
      </Empty>
    )
  if (!list.isLoaded) return <Empty title={`Reading ${what}…`} busy />
  if (isFiltered)
    return (
      <Empty title={`None of the ${what} pass these filters`}>
        <Button onClick={onClear}>Clear the filters</Button>
      </Empty>
    )
  return <Empty title={`No ${what} yet`}>{children}</Empty>
}

interface ListCountProps {
  readonly list: List<unknown>
  readonly what: string
  readonly testId: string
}

/** How many rows there are, as far as they were read; nothing before that. */
export const ListCount = ({ list, what, testId }: ListCountProps) => (
  <span className="text-2xs whitespace-nowrap text-muted" data-testid={testId}>
    {list.isLoaded && (
      <>
        <span className="text-text">{formatCount(list.rows.length)}</span> {list.isComplete ? what : 'newest read'}
      </>
    )}
  </span>
)

/** What stands below a list's last row. */
export function ListEnd({ list, what }: { readonly list: List<unknown>; readonly what: string }) {
  return (
    <p className="px-3 py-1.5 text-2xs text-muted" data-testid="list-end">
      {list.problem !== null ? (
        <span role="alert" className="text-down">
          {list.isLoading ? '' : `More ${what} could not be read: ${list.problem} `}
          <button
            type="button"
            className="underline"
            onClick={() => void (list.isLoaded ? list.loadOlder() : list.load())}
          >
            Try again
          </button>
        </span>
      ) : list.isLoading ? (
        `Reading ${list.isLoaded ? 'older ' : ''}${what}…`
      ) : list.isComplete ? (
        `That is all ${what} that are stored.`
      ) : (
        ''
      )}
    </p>
  )
}
