/** The trader's own word on pairs, as settings hold it. */
import type { ExchangeId, Instrument } from '../../../shared/domain/index.ts'
import { coinPairKey, mutedPairKey, type SameCoinSettings } from '../../../shared/same-coin.ts'

export type Decision = 'banned' | 'muted' | 'confirmed'

export class Decisions {
  private readonly confirmed: ReadonlySet<string>
  private readonly banned: ReadonlySet<string>
  private readonly muted: ReadonlySet<string>

  constructor({ confirmed, banned, muted }: SameCoinSettings) {
    this.confirmed = new Set(confirmed.map(coinPairKey))
    this.banned = new Set(banned.map(coinPairKey))
    this.muted = new Set(muted.map(mutedPairKey))
  }

  /** On the coins themselves, whichever their markets; null: none. */
  onCoins(asset: string, one: ExchangeId, other: ExchangeId): Exclude<Decision, 'muted'> | null {
    const coins = coinPairKey({ asset, exchanges: [one, other] })
    if (this.banned.has(coins)) return 'banned'
    return this.confirmed.has(coins) ? 'confirmed' : null
  }

  /** The strongest; null: none. */
  on(a: Instrument, b: Instrument): Decision | null {
    const coins = coinPairKey({ asset: a.base, exchanges: [a.exchange, b.exchange] })
    if (this.banned.has(coins)) return 'banned'
    if (this.muted.has(mutedPairKey([a.key, b.key]))) return 'muted'
    return this.confirmed.has(coins) ? 'confirmed' : null
  }
}

export const decisionWords: Readonly<Record<Decision, string>> = {
  banned: 'banned by you',
  muted: 'muted by you',
  confirmed: 'confirmed by you',
}
