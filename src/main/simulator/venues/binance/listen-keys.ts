import { createHash } from 'node:crypto'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'

const lifetimeMs = 60 * 60_000

interface ListenKey {
  readonly key: string
  /** The API key that made it. */
  readonly owner: string
  expiresAt: EpochMs
}

/**
 * Listen keys of the futures user data stream: one at a time per API key, good for 60 minutes from when it was made, asked for again
 * or extended (USD-M documentation, "User Data Streams").
 */
export class ListenKeys {
  readonly #account: SimAccount
  readonly #byOwner = new Map<string, ListenKey>()
  #made = 0

  constructor(account: SimAccount) {
    this.#account = account
    account.onEvent((event) => {
      if (event.kind === 'listen_keys_expired') this.#byOwner.clear()
      if (event.kind === 'key_revoked') this.#byOwner.delete(event.key)
    })
  }

  /** The active one, extended, or a new one. */
  create(owner: string): string {
    const active = this.extend(owner)
    if (active !== null) return active
    this.#made += 1
    const text = `listen key ${this.#account.userId} ${this.#account.now()} ${this.#made}`
    const key = createHash('sha256').update(text).digest('hex')
    this.#byOwner.set(owner, { key, owner, expiresAt: this.#account.now() + lifetimeMs })
    return key
  }

  /** The one that was extended; null: the API key has none. */
  extend(owner: string): string | null {
    const active = this.#active(owner)
    if (active === undefined) return null
    active.expiresAt = this.#account.now() + lifetimeMs
    return active.key
  }

  /** False: there was none. */
  delete(owner: string): boolean {
    return this.#active(owner) !== undefined && this.#byOwner.delete(owner)
  }

  isGood(key: string): boolean {
    for (const { key: known, owner } of this.#byOwner.values())
      if (known === key) return this.#active(owner) !== undefined
    return false
  }

  #active(owner: string): ListenKey | undefined {
    const known = this.#byOwner.get(owner)
    if (known !== undefined && known.expiresAt > this.#account.now()) return known
    this.#byOwner.delete(owner)
    return undefined
  }
}
