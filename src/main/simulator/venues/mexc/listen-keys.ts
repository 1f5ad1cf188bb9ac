import { createHash } from 'node:crypto'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'

const lifetimeMs = 60 * 60_000
const keysPerUser = 60
const connectionsPerKey = 5

interface ListenKey {
  /** The API key that made it. */
  readonly owner: string
  expiresAt: EpochMs
  connections: number
}

/** The listen keys of one account: good for 60 min from their last extension, and as long as the API key that made them. */
export class ListenKeys {
  private readonly keys = new Map<string, ListenKey>()
  private readonly account: SimAccount
  private made = 0

  constructor(account: SimAccount) {
    this.account = account
    account.onEvent((event) => {
      if (event.kind === 'listen_keys_expired') this.keys.clear()
      if (event.kind !== 'key_revoked') return
      for (const [key, { owner }] of this.keys) if (owner === event.key) this.keys.delete(key)
    })
  }

  /** null: there are as many as a user may have. */
  create(owner: string): string | null {
    if (this.list().length >= keysPerUser) return null
    this.made += 1
    const key = createHash('sha256').update(`listen key ${this.account.userId} ${this.made}`).digest('hex')
    this.keys.set(key, { owner, expiresAt: this.account.now() + lifetimeMs, connections: 0 })
    return key
  }

  /** To 60 min from now. False: not known, or expired. */
  extend(key: string): boolean {
    const known = this.find(key)
    if (known) known.expiresAt = this.account.now() + lifetimeMs
    return known !== undefined
  }

  delete(key: string): boolean {
    return this.find(key) !== undefined && this.keys.delete(key)
  }

  list(): readonly string[] {
    return [...this.keys.keys()].filter((key) => this.isGood(key))
  }

  isGood(key: string): boolean {
    return this.find(key) !== undefined
  }

  /** A connection with this key. Null: the key is not good, or has as many as it may. The returned function ends it. */
  connect(key: string): (() => void) | null {
    const known = this.find(key)
    if (!known || known.connections >= connectionsPerKey) return null
    known.connections += 1
    return () => {
      known.connections -= 1
    }
  }

  private find(key: string): ListenKey | undefined {
    const known = this.keys.get(key)
    if (known && known.expiresAt > this.account.now()) return known
    this.keys.delete(key)
    return undefined
  }
}
