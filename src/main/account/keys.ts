/** Where accounts' keys come from: the keychain, environment variables that settings name, or the demo's simulator. */
import { type ExchangeId, exchangeTitle, type KeyPermissions } from '../../shared/domain/index.ts'
import type { NewKey } from '../../shared/portfolio.ts'
import type { AccountSettings } from '../../shared/settings.ts'
import { createBus } from '../bus/index.ts'
import type { Credentials } from '../exchanges/account-contract.ts'
import { connectorOf } from '../exchanges/registry.ts'
import { ExchangeSession } from '../exchanges/session.ts'
import { KeychainError, loadSecrets } from '../keychain.ts'
import type { Logger } from '../log.ts'
import type { OriginMap } from '../net/origins.ts'
import type { RestResult } from '../net/rest.ts'
import type { ProxyServer } from '../net/tunnel.ts'

export type KeyLookup =
  | { readonly ok: true; readonly credentials: Credentials }
  /** In words. `retry`: it may pass without anybody doing anything here (a keyring that starts later). */
  | { readonly ok: false; readonly problem: string; readonly retry: boolean }

/**
 * A keychain that took longer to say no has shown somebody a prompt, who closed it: asking again by itself would be a nuisance. A
 * quick no (nobody to ask on a server, the keyring not started yet) is asked again now and then.
 */
const quickMs = 1_000

/**
 * Reads keys one after the other, so that a locked keychain asks once: what waits behind the first question goes on when it is
 * answered, and is told the same when it is declined.
 */
export class KeyRing {
  private readonly environment: Readonly<Record<string, string | undefined>>
  private turn: Promise<unknown> = Promise.resolve()
  private declined: string | null = null

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.environment = environment
  }

  load(account: AccountSettings): Promise<KeyLookup> {
    if (account.environment) return Promise.resolve(this.fromEnvironment(account, account.environment))
    const loading = this.turn.then(() => this.fromKeychain(account))
    this.turn = loading
    return loading
  }

  /** Somebody wants another try: the keychain may ask again. */
  askAgain(): void {
    this.declined = null
  }

  private fromEnvironment(
    { exchange }: AccountSettings,
    names: NonNullable<AccountSettings['environment']>,
  ): KeyLookup {
    const key = this.environment[names.key]
    const secret = this.environment[names.secret]
    const passphrase = names.passphrase === undefined ? undefined : this.environment[names.passphrase]
    const missing = [
      ...(key ? [] : [names.key]),
      ...(secret ? [] : [names.secret]),
      ...(names.passphrase !== undefined && !passphrase ? [names.passphrase] : []),
    ]
    if (!key || !secret || missing.length > 0) {
      return { ok: false, problem: `not set in the environment: ${missing.join(', ')}`, retry: false }
    }
    if (connectorOf(exchange).account.needsPassphrase && !passphrase) {
      const problem = `${exchangeTitle(exchange)} keys have a passphrase: name its variable under environment.passphrase`
      return { ok: false, problem, retry: false }
    }
    return { ok: true, credentials: { key, secret, passphrase: passphrase ?? null } }
  }

  private async fromKeychain({ id, label }: AccountSettings): Promise<KeyLookup> {
    if (this.declined !== null) return { ok: false, problem: this.declined, retry: false }
    const askedAt = performance.now()
    const refused = (problem: string): KeyLookup => {
      const retry = performance.now() - askedAt < quickMs
      if (!retry) this.declined = problem
      return { ok: false, problem, retry }
    }
    try {
      const credentials = await loadSecrets(id)
      if (credentials) return { ok: true, credentials }
      return refused(
        `the keychain gives no key for '${label}': unlock it and start the account again, or, if its entry crossbook/${id} is gone, ` +
          'remove the account and add it anew',
      )
    } catch (error) {
      if (!(error instanceof KeychainError)) throw error
      return refused(error.message)
    }
  }
}

export const credentialsOf = ({ key, secret, passphrase }: NewKey): Credentials => ({ key, secret, passphrase })

/** Asks the exchange what a key may do, over a connection of its own that is closed again. Nothing is kept. */
export async function askPermissions(
  exchange: ExchangeId,
  credentials: Credentials,
  origins: OriginMap,
  logger: Logger,
  proxy: ProxyServer | null = null,
): Promise<RestResult<KeyPermissions>> {
  const session = new ExchangeSession({
    connector: connectorOf(exchange),
    origins,
    bus: createBus(() => undefined),
    logger,
    network: { watch: null, proxy: () => proxy },
    restTiming: { attempts: 2 },
  })
  try {
    const connector = connectorOf(exchange).account.create({
      account: 'key-test',
      credentials,
      lookup: { spot: new Map(), perpetual: new Map() },
    })
    return await connector.permissions((call) => session.ask(call))
  } finally {
    await session.stop()
  }
}

/** An id for a new account that no other has: `binance-main`, `binance-main-2`. */
export function newAccountId(exchange: ExchangeId, label: string, taken: readonly string[]): string {
  const slug = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  const wanted = slug === '' ? exchange : `${exchange}-${slug}`
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}-${n}`
    if (!taken.includes(id)) return id
  }
}
