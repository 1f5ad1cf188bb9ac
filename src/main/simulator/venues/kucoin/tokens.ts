import { createHash } from 'node:crypto'
import type { EpochMs, MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'

const lifetimeMs = 24 * 60 * 60_000

export interface Token {
  readonly kind: MarketKind
  /** The API key that asked for it; null: anybody may. */
  readonly owner: string | null
  readonly expiresAt: EpochMs
}

/** Tokens that open sockets: of spot or of futures, good for 24 h, private ones as long as their key. */
export class Tokens {
  private readonly tokens = new Map<string, Token>()
  private readonly account: SimAccount
  private readonly watchers = new Map<string, Set<() => void>>()
  private made = 0

  constructor(account: SimAccount) {
    this.account = account
    account.onEvent((event) => {
      for (const [name, { owner }] of this.tokens) {
        const ends =
          event.kind === 'listen_keys_expired' ? owner !== null : event.kind === 'key_revoked' && owner === event.key
        if (ends) this.end(name)
      }
    })
  }

  make(kind: MarketKind, owner: string | null): string {
    this.made += 1
    const digest = createHash('sha384').update(`token ${this.account.userId} ${this.made}`).digest('base64')
    const name = `2neAiuYvAU61ZDXANAGAsiL4-${digest}.${digest.slice(0, 22)}==`
    this.tokens.set(name, { kind, owner, expiresAt: this.account.now() + lifetimeMs })
    return name
  }

  /** Runs when it is declared no good before its time. The returned function ends that. */
  watch(name: string, run: () => void): () => void {
    const watchers = this.watchers.get(name) ?? new Set()
    this.watchers.set(name, watchers.add(run))
    return () => {
      watchers.delete(run)
    }
  }

  private end(name: string): void {
    this.tokens.delete(name)
    for (const run of [...(this.watchers.get(name) ?? [])]) run()
    this.watchers.delete(name)
  }

  /** undefined: nobody made it, or it is no longer good. */
  find(name: string): Token | undefined {
    const token = this.tokens.get(name)
    return token !== undefined && token.expiresAt > this.account.now() ? token : undefined
  }
}
