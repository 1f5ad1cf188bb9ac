/** The contract's calls about the trader's accounts. */
import { exchangeIds } from '../shared/domain/index.ts'
import type { SettingsChange } from '../shared/settings.ts'
import type { AccountDesk } from './account/desk.ts'
import { type AccountKeeper, addAccount, removeAccount, renameAccount, testKey } from './account/manage.ts'
import type { Config } from './config.ts'
import { connectorOf } from './exchanges/registry.ts'
import { CallError, type Handlers } from './handlers.ts'
import { keychainProblem } from './keychain.ts'
import type { Logger } from './log.ts'
import type { FundingRates } from './market/funding-rates.ts'
import { withUnrealised } from './pnl/unrealised.ts'
import type { AccountStorage } from './storage/account-contract.ts'

export interface AccountCallParts {
  readonly config: Config
  readonly logger: Logger
  mode(): 'demo' | 'live'
  accounts(): AccountDesk
  fundingRates(): FundingRates
  /** null: nothing is recorded, and `whyNoStorage` says why. */
  accountStorage(): AccountStorage | null
  whyNoStorage(): string | null
  updateSettings(changes: readonly SettingsChange[]): Promise<void>
}

export type AccountCall = Extract<
  keyof Handlers,
  | `accounts.${string}`
  | `portfolio.${string}`
  | `orders.${string}`
  | `fills.${string}`
  | `positions.${string}`
  | `transfers.${string}`
  | `funding${string}`
  | `pnl.${string}`
  | `drifts.${string}`
>

const demoProblem =
  "this is the demo, and its accounts are the simulator's: switch to real markets in Settings to add your own"

export function createAccountHandlers(parts: AccountCallParts): Pick<Handlers, AccountCall> {
  const keeper = (): AccountKeeper => ({
    get settings() {
      return parts.config.latest()
    },
    update: (changes) => parts.updateSettings(changes),
    logger: parts.logger,
  })
  const stored = (): AccountStorage => {
    const storage = parts.accountStorage()
    if (storage) return storage
    throw new CallError('unavailable', `nothing is stored: ${parts.whyNoStorage() ?? 'the database is not open'}`)
  }
  const known = (id: string): AccountDesk => {
    const desk = parts.accounts()
    if (!desk.has(id)) throw new CallError('badRequest', `there is no account "${id}"`)
    return desk
  }
  const notInDemo = (): void => {
    if (parts.mode() === 'demo') throw new CallError('badRequest', demoProblem)
  }
  return {
    'accounts.list': () => parts.accounts().list(),
    'accounts.keyStore': async () => ({
      problem: await keychainProblem(),
      exchanges: exchangeIds.map((exchange) => {
        const { needsPassphrase, keyAdvice } = connectorOf(exchange).account
        return { exchange, needsPassphrase, advice: keyAdvice }
      }),
      cannotAdd: parts.mode() === 'demo' ? demoProblem : null,
    }),
    'accounts.testKey': async (key) => {
      notInDemo()
      const { ok, permissions, problem } = await testKey(parts.config.settings, key, parts.logger)
      return { ok, permissions, problem }
    },
    'accounts.add': async (request) => {
      notInDemo()
      const { account } = await addAccount(keeper(), request)
      const status = parts
        .accounts()
        .list()
        .find(({ id }) => id === account.id)
      if (!status) throw new CallError('unavailable', `'${account.label}' was added, but accounts do not run now`)
      return status
    },
    'accounts.rename': async ({ id, label }) => {
      notInDemo()
      await renameAccount(keeper(), id, label)
      return null
    },
    'accounts.remove': async ({ id }) => {
      notInDemo()
      await removeAccount(keeper(), id)
      return null
    },
    'accounts.restart': async ({ id }) => {
      await known(id).restart(id)
      return null
    },
    'accounts.refresh': async ({ id }) => {
      if (!(await known(id).refresh(id))) throw new CallError('unavailable', `the account "${id}" does not run now`)
      return null
    },
    'portfolio.get': () => parts.accounts().portfolio(),
    'orders.open': () => [...parts.accounts().openOrders()],
    'orders.list': async ({ filter, cursor, limit }) => list(await stored().orders(filter, cursor, limit)),
    'orders.events': async ({ account, symbol, exchangeOrderId }) => [
      ...(await stored().orderEvents(account, symbol, exchangeOrderId)),
    ],
    'fills.list': async ({ filter, cursor, limit }) => list(await stored().fills(filter, cursor, limit)),
    'positions.list': () => [...parts.accounts().positions()],
    'transfers.list': async ({ filter, cursor, limit }) => list(await stored().transfers(filter, cursor, limit)),
    'fundingPayments.list': async ({ account, from, cursor, limit }) =>
      list(await stored().fundingPayments(account, from, cursor, limit)),
    'fundingRates.list': () => [...parts.fundingRates().list()],
    'pnl.report': async (request) => {
      const report = await stored().pnl(request)
      const desk = parts.accounts()
      return withUnrealised(report, request, {
        now: Date.now(),
        positions: desk.positions(),
        isLive: (account) => desk.arePositionsConfirmed(account),
        priceOf: (exchange, base, quote) => desk.priceOf(exchange, base, quote),
      })
    },
    'drifts.list': async ({ account, withResolved }) => [...(await stored().drifts(account, withResolved))],
  }
}

const list = <T>({ rows, next }: { readonly rows: readonly T[]; readonly next: string | null }) => ({
  rows: [...rows],
  next,
})
