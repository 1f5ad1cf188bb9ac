import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { AccountStatus } from '../../shared/domain/index.ts'
import type { KeyStore, Portfolio } from '../../shared/portfolio.ts'

export interface Accounts {
  /** In the hub's order; null until first read. */
  readonly accounts: readonly AccountStatus[] | null
  readonly problem: string | null
  /** Whether keys can be kept here, and what each exchange's need; null until first read. */
  readonly keyStore: KeyStore | null
  /** Why `keyStore` could not be read. */
  readonly keyStoreProblem: string | null
  load(): Promise<void>
  loadKeyStore(): Promise<void>
  /** The whole list anew: an account was added, renamed or removed. */
  replace(accounts: readonly AccountStatus[]): void
  /** The newest state of these; accounts that are not in the list are not added by it. */
  update(statuses: readonly AccountStatus[]): void
}

export function createAccountsStore(api: CrossbookApi) {
  // States told while the list is read may be newer than its reply: they are applied again on top of it. null: no reading.
  let told: AccountStatus[] | null = null
  let reading = 0
  return createStore<Accounts>()((set, get) => ({
    accounts: null,
    problem: null,
    keyStore: null,
    keyStoreProblem: null,
    async load() {
      const turn = ++reading
      told = []
      const reply = await api.call('accounts.list', {})
      // A change of the list that came meanwhile is newer than this reply.
      if (turn !== reading) return
      const again = told ?? []
      told = null
      if (!reply.ok) return set({ problem: reply.message })
      set({ accounts: reply.value, problem: null })
      get().update(again)
    },
    async loadKeyStore() {
      const reply = await api.call('accounts.keyStore', {})
      set(reply.ok ? { keyStore: reply.value, keyStoreProblem: null } : { keyStoreProblem: reply.message })
    },
    replace(accounts) {
      reading++
      told = null
      set({ accounts, problem: null })
    },
    update(statuses) {
      if (statuses.length === 0) return
      told?.push(...statuses)
      const newest = new Map(statuses.map((status) => [status.id, status]))
      const { accounts } = get()
      if (accounts) set({ accounts: accounts.map((account) => newest.get(account.id) ?? account) })
    },
  }))
}
export type AccountsStore = ReturnType<typeof createAccountsStore>

export interface PortfolioState {
  /** null until first read. */
  readonly portfolio: Portfolio | null
  readonly problem: string | null
  load(): Promise<void>
  apply(portfolio: Portfolio): void
}

export const createPortfolioStore = (api: CrossbookApi) =>
  createStore<PortfolioState>()((set, get) => ({
    portfolio: null,
    problem: null,
    async load() {
      const reply = await api.call('portfolio.get', {})
      if (reply.ok) get().apply(reply.value)
      else set({ problem: reply.message })
    },
    apply(portfolio) {
      // A push can overtake the reply to an earlier reading.
      if (portfolio.at >= (get().portfolio?.at ?? 0)) set({ portfolio, problem: null })
    },
  }))
export type PortfolioStore = ReturnType<typeof createPortfolioStore>
