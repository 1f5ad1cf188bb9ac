/** What the arbitrage desk asks of others about a pair. */
import type { ExchangeId, Instrument } from '../../shared/domain/index.ts'

/** Whether both legs are one asset, as far as is known, and whether the trader wants to see the pair. */
export interface PairStanding {
  readonly standing: 'banned' | 'muted' | 'different' | 'unproven' | 'same'
  /** In words, what shows it: "same contract on ERC20", "prices apart by 12 % for an hour", "confirmed by you". */
  readonly words: string
}

export interface PairJudge {
  /** Cheap enough to be asked whenever boards are made; a judgement that changes is told by `onChange`. */
  standingOf(buy: Instrument, sell: Instrument): PairStanding
  /** Some judgement is another now; the returned function ends it. */
  onChange(listener: () => void): () => void
}

export interface CoinJudge extends PairJudge {
  /**
   * Whether the asset of this name is known to be another coin on one exchange than on the other, or counted in another unit: then neither its
   * prices nor its quantities have anything to do with each other. Cheap enough to be asked for each balance once a second.
   */
  areDifferentCoins(asset: string, one: ExchangeId, other: ExchangeId): boolean
}
