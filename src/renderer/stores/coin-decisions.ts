/** What the trader decides of a pair, as changes of the settings. Pure. */
import { ExchangeId } from '../../shared/domain/index.ts'
import {
  type CoinPair,
  coinPairKey,
  type MutedPair,
  mutedPairKey,
  type SameCoinSettings,
} from '../../shared/same-coin.ts'
import type { SettingsChange } from '../../shared/settings.ts'
import { splitKey, splitSymbol } from '../format/names.ts'

export type CoinDecision = 'confirmed' | 'banned' | 'muted'

/** Two instruments of one ticker, by key. */
export interface PairKeys {
  readonly buy: string
  readonly sell: string
}

/** null: an exchange that this build does not know. */
export function coinPairOf({ buy, sell }: PairKeys): CoinPair | null {
  const [one, other] = [splitKey(buy), splitKey(sell)]
  const exchanges = [ExchangeId.safeParse(one.exchange), ExchangeId.safeParse(other.exchange)] as const
  if (!exchanges[0].success || !exchanges[1].success) return null
  return { asset: splitSymbol(one.symbol).base, exchanges: [exchanges[0].data, exchanges[1].data] }
}

/** Every decision on the pair, the one in force first. */
export function decisionsOn(settings: SameCoinSettings, pair: PairKeys): readonly CoinDecision[] {
  const coins = coinPairOf(pair)
  const key = coins === null ? null : coinPairKey(coins)
  const names = (list: readonly CoinPair[]) => list.some((one) => coinPairKey(one) === key)
  const muted = mutedPairKey([pair.buy, pair.sell])
  return [
    ...(names(settings.banned) ? ['banned' as const] : []),
    ...(settings.muted.some((one) => mutedPairKey(one) === muted) ? ['muted' as const] : []),
    ...(names(settings.confirmed) ? ['confirmed' as const] : []),
  ]
}

const coinPath = (decision: CoinDecision): string[] => ['sameCoin', decision]
/** An empty list leaves nothing in the file. */
const coinChange = (decision: CoinDecision, list: readonly CoinPair[]): SettingsChange => ({
  path: coinPath(decision),
  value: list.length === 0 ? null : list.map(({ asset, exchanges }) => ({ asset, exchanges: [...exchanges] })),
})
const muteChange = (list: readonly MutedPair[]): SettingsChange => ({
  path: coinPath('muted'),
  value: list.length === 0 ? null : list.map((pair) => [...pair]),
})

/** A confirmation takes a ban back, and a ban a confirmation. Nothing where the exchanges are not known. */
export function decide(settings: SameCoinSettings, decision: CoinDecision, pair: PairKeys): SettingsChange[] {
  if (decision === 'muted') {
    return [muteChange([...withoutMute(settings.muted, [pair.buy, pair.sell]), [pair.buy, pair.sell]])]
  }
  const coins = coinPairOf(pair)
  if (coins === null) return []
  const opposite = decision === 'confirmed' ? 'banned' : 'confirmed'
  const changes = [coinChange(decision, [...withoutCoins(settings[decision], coins), coins])]
  const rest = withoutCoins(settings[opposite], coins)
  return rest.length === settings[opposite].length ? changes : [...changes, coinChange(opposite, rest)]
}

export const undoCoins = (
  settings: SameCoinSettings,
  decision: 'confirmed' | 'banned',
  coins: CoinPair,
): SettingsChange => coinChange(decision, withoutCoins(settings[decision], coins))

export const undoMute = (settings: SameCoinSettings, pair: MutedPair): SettingsChange =>
  muteChange(withoutMute(settings.muted, pair))

export function undo(settings: SameCoinSettings, decision: CoinDecision, pair: PairKeys): SettingsChange[] {
  if (decision === 'muted') return [undoMute(settings, [pair.buy, pair.sell])]
  const coins = coinPairOf(pair)
  return coins === null ? [] : [undoCoins(settings, decision, coins)]
}

const withoutCoins = (list: readonly CoinPair[], coins: CoinPair): readonly CoinPair[] =>
  list.filter((one) => coinPairKey(one) !== coinPairKey(coins))
const withoutMute = (list: readonly MutedPair[], pair: MutedPair): readonly MutedPair[] =>
  list.filter((one) => mutedPairKey(one) !== mutedPairKey(pair))
