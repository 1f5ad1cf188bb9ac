/** Tokens of private sockets: each opens subscriptions for a quarter of an hour, and what it opened lasts as long as its socket. */
import { createHash } from 'node:crypto'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'

const goodMs = 900_000

export class Tokens {
  private readonly made = new Map<string, { readonly key: string; readonly until: EpochMs }>()
  private readonly account: SimAccount
  private count = 0

  constructor(account: SimAccount) {
    this.account = account
    account.onEvent((event) => {
      if (event.kind === 'listen_keys_expired') this.made.clear()
    })
  }

  make(key: string): string {
    const token = createHash('sha256')
      .update(`${key} ${++this.count}`)
      .digest('base64')
      .replace(/[+/=]/g, '')
    this.made.set(token, { key, until: this.account.now() + goodMs })
    return token
  }

  /** Whose it is; null: nobody's, or too old. */
  keyOf(token: string): string | null {
    const made = this.made.get(token)
    return made !== undefined && this.account.now() < made.until && this.account.key(made.key) ? made.key : null
  }
}
