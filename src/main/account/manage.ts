/** Adding and removing accounts, for the app and the command line alike: the key into the keychain, the rest into settings. */
import { exchangeTitle, type KeyPermissions } from '../../shared/domain/index.ts'
import type { KeyTest, NewKey } from '../../shared/portfolio.ts'
import type { AccountSettings, Settings, SettingsChange } from '../../shared/settings.ts'
import { connectorOf } from '../exchanges/registry.ts'
import { keychainProblem, removeSecrets, saveSecrets } from '../keychain.ts'
import type { Logger } from '../log.ts'
import { loadProxy } from '../net/proxy-password.ts'
import { askPermissions, credentialsOf, newAccountId } from './keys.ts'

/** Says in words why an account could not be added or removed; holds no secret. */
export class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly code: 'badRequest' | 'unavailable'
  constructor(code: 'badRequest' | 'unavailable', message: string) {
    super(message)
    this.code = code
  }
}

export interface AccountKeeper {
  /** As they are stored now: another Crossbook may add or remove accounts while this one waits for an exchange or a keychain. */
  readonly settings: Settings
  /** Writes settings and applies them. */
  update(changes: readonly SettingsChange[]): Promise<void>
  readonly logger: Logger
}

export interface NewAccount extends NewKey {
  readonly label: string
  readonly allowWithdrawals: boolean
}

/** What the exchange says of the key. Never rejects for what the exchange or the network does. */
export async function testKey(
  settings: Settings,
  key: NewKey,
  logger: Logger,
): Promise<KeyTest & { isRefused: boolean }> {
  const { needsPassphrase } = connectorOf(key.exchange).account
  const title = exchangeTitle(key.exchange)
  if (needsPassphrase && key.passphrase === null) {
    return {
      ok: false,
      isRefused: true,
      permissions: null,
      problem: `passphrase: ${title} keys have one; it was chosen when the key was made`,
    }
  }
  const origins = settings.exchanges[key.exchange]?.origins ?? {}
  const { proxy } = await loadProxy(settings.network.proxy, process.env)
  const reply = await askPermissions(key.exchange, credentialsOf(key), origins, logger, proxy)
  if (reply.ok) return { ok: true, isRefused: false, permissions: reply.value, problem: null }
  const { kind, message } = reply.failure
  const isRefused = kind === 'rejectedKey' || kind === 'forbidden' || kind === 'invalid'
  const problem = isRefused ? `${title} refuses the key: ${message}` : `${title} could not be asked: ${message}`
  return { ok: false, isRefused, permissions: null, problem }
}

/** Throws an AccountError: a key that is refused or may withdraw, a label in use, no keychain, an exchange out of reach. */
export async function addAccount(
  keeper: AccountKeeper,
  account: NewAccount,
): Promise<{ account: AccountSettings; permissions: KeyPermissions }> {
  const { exchange, label } = account
  const title = exchangeTitle(exchange)
  const refuseTaken = (accounts: readonly AccountSettings[]): void => {
    if (!accounts.some((other) => other.exchange === exchange && other.label === label)) return
    throw new AccountError(
      'badRequest',
      `label: there is an account '${label}' at ${title} already; choose another name`,
    )
  }
  refuseTaken(keeper.settings.accounts)
  const noKeychain = await keychainProblem()
  if (noKeychain !== null) throw new AccountError('unavailable', noKeychain)
  const { ok, isRefused, permissions, problem } = await testKey(keeper.settings, account, keeper.logger)
  if (!ok || permissions === null) {
    throw new AccountError(isRefused ? 'badRequest' : 'unavailable', problem ?? 'the key could not be tested')
  }
  if (permissions.canWithdraw === true && !account.allowWithdrawals) {
    throw new AccountError(
      'badRequest',
      `this key can withdraw from ${title}, and Crossbook only watches: make a read-only key, or allow this one (in words in the app, --allow-withdrawals on the command line)`,
    )
  }
  const { accounts } = keeper.settings
  refuseTaken(accounts)
  const added: AccountSettings = {
    id: newAccountId(
      exchange,
      label,
      accounts.map(({ id }) => id),
    ),
    exchange,
    label,
    enabled: true,
  }
  await saveSecrets(added.id, credentialsOf(account))
  try {
    const enables: SettingsChange = { path: ['exchanges', exchange, 'enabled'], value: true }
    const { settings } = keeper
    const isEnabled = settings.exchanges[exchange]?.enabled ?? false
    await keeper.update([toAccounts([...settings.accounts, added]), ...(isEnabled ? [] : [enables])])
  } catch (error) {
    // Without its line in settings nobody would ever find the key again.
    await removeSecrets(added.id)
    throw error
  }
  return { account: added, permissions }
}

/** Throws an AccountError where there is no such account, a KeychainError where its key cannot be removed: then it stays. */
export async function removeAccount(keeper: AccountKeeper, id: string): Promise<void> {
  const { settings } = keeper
  const account = settings.accounts.find((one) => one.id === id)
  if (!account) throw unknownAccount(settings, id)
  if (!account.environment) await removeSecrets(id)
  await keeper.update([toAccounts(keeper.settings.accounts.filter((one) => one.id !== id))])
}

export async function renameAccount(keeper: AccountKeeper, id: string, label: string): Promise<void> {
  const { settings } = keeper
  const account = settings.accounts.find((one) => one.id === id)
  if (!account) throw unknownAccount(settings, id)
  if (
    settings.accounts.some((other) => other.id !== id && other.exchange === account.exchange && other.label === label)
  ) {
    throw new AccountError(
      'badRequest',
      `label: there is an account '${label}' at ${exchangeTitle(account.exchange)} already`,
    )
  }
  const renamed = settings.accounts.map((one) => (one.id === id ? { ...one, label } : one))
  await keeper.update([toAccounts(renamed)])
}

/** Written whole: a list has no keys to change one by one. */
const toAccounts = (accounts: readonly AccountSettings[]): SettingsChange => ({
  path: ['accounts'],
  value: accounts.map(({ id, exchange, label, enabled, environment }) => ({
    id,
    exchange,
    label,
    enabled,
    ...(environment && {
      environment: {
        key: environment.key,
        secret: environment.secret,
        ...(environment.passphrase !== undefined && { passphrase: environment.passphrase }),
      },
    }),
  })),
})

export const unknownAccount = (settings: Settings, id: string): AccountError =>
  new AccountError(
    'badRequest',
    `there is no account "${id}"; known are ${settings.accounts.map((account) => account.id).join(', ') || 'none'}`,
  )
