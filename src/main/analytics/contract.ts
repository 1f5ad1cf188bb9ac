/** What the arbitrage desk asks of others about a pair. */
import type { Instrument } from '../../shared/domain/index.ts'

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
