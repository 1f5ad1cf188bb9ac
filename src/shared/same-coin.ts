/** Whether two markets of one ticker trade one asset: the trader's decisions, and the evidence as the contract gives it. */
import { z } from 'zod'
import { ExchangeId } from './domain/index.ts'

/** One asset on two exchanges, in either order; both the same for spot against perpetual on one exchange. */
export const CoinPair = z.strictObject({
  asset: z.string().regex(/^[^\s_:]{1,40}$/, 'an asset such as BTC'),
  exchanges: z.tuple([ExchangeId, ExchangeId]),
})
export type CoinPair = Readonly<z.infer<typeof CoinPair>>

const instrumentKey = z
  .string()
  .regex(/^(x-)?[a-z0-9]+:[^\s_]+_[^\s_]+(_PERP)?$/, 'an instrument such as binance:BTC_USDT or okx:BTC_USDT_PERP')

/** Two instruments, in either order. */
export const MutedPair = z.tuple([instrumentKey, instrumentKey])
export type MutedPair = Readonly<z.infer<typeof MutedPair>>

const mostDecisions = 2_000

/** What the trader decided. A ban is stronger than a mute, a mute than a confirmation; all three are stronger than any evidence. */
export const SameCoinSettings = z.strictObject({
  /** One asset: the pair counts. */
  confirmed: z.array(CoinPair).max(mostDecisions).default([]),
  /** Different assets: the pair never counts. */
  banned: z.array(CoinPair).max(mostDecisions).default([]),
  /** Not of interest: the pair never counts. */
  muted: z.array(MutedPair).max(mostDecisions).default([]),
})
export type SameCoinSettings = Readonly<z.infer<typeof SameCoinSettings>>

/** The same for both orders of the exchanges. */
export const coinPairKey = ({ asset, exchanges: [a, b] }: CoinPair): string =>
  a <= b ? `${asset} ${a} ${b}` : `${asset} ${b} ${a}`
/** The same for both orders of the instruments. */
export const mutedPairKey = ([a, b]: MutedPair): string => (a <= b ? `${a} ${b}` : `${b} ${a}`)

export const standings = ['banned', 'muted', 'different', 'unproven', 'same'] as const
export const CoinStanding = z.enum(standings)
export type CoinStanding = z.infer<typeof CoinStanding>

/** One kind of evidence: what it says by itself, and in words why. `nothing`: it is not there, or not enough. */
export const CoinEvidenceLine = z.object({
  source: z.enum(['you', 'list', 'contracts', 'quote', 'prices']),
  says: z.enum(['same', 'different', 'nothing']),
  words: z.string(),
})
export type CoinEvidenceLine = Readonly<z.infer<typeof CoinEvidenceLine>>

/** One network that both exchanges name for the asset. */
export const ComparedNetwork = z.object({
  /** As people call it: `Ethereum`. */
  network: z.string(),
  /** As each exchange writes it; null: it tells none. */
  buyContract: z.string().nullable(),
  sellContract: z.string().nullable(),
  /** `native`: the chain's own coin on both; `unclear`: a contract is missing or of a form that cannot be compared. */
  result: z.enum(['equal', 'native', 'different', 'unclear']),
})
export type ComparedNetwork = Readonly<z.infer<typeof ComparedNetwork>>

/** Both prices over the last hour, from moments at which both quotes were live. Absent is null. */
export const PriceComparison = z.object({
  samples: z.number().int(),
  neededSamples: z.number().int(),
  sampleSeconds: z.number(),
  /** Middle of the sell leg by middle of the buy leg: the median of the last ten minutes. */
  ratio: z.number().nullable(),
  /** Of one-minute returns. */
  correlation: z.number().nullable(),
  /** Standard deviation of each price around its mean, percent: how much there was to compare. */
  buyMovementPercent: z.number().nullable(),
  sellMovementPercent: z.number().nullable(),
  /** The same of the ratio: how far they strayed from each other. */
  ratioMovementPercent: z.number().nullable(),
})
export type PriceComparison = Readonly<z.infer<typeof PriceComparison>>

export const CoinEvidence = z.object({
  asset: z.string(),
  /** Instrument keys. */
  buy: z.string(),
  sell: z.string(),
  standing: CoinStanding,
  words: z.string(),
  /** Strongest first. */
  lines: z.array(CoinEvidenceLine),
  networks: z.array(ComparedNetwork),
  prices: PriceComparison,
})
export type CoinEvidence = Readonly<z.infer<typeof CoinEvidence>>

/**
 * Those that are another coin than the most of them, each with one of these that it differs from; of groups as large, the first one's coin is
 * meant. Nowhere are two together that are known to differ; what is not known to be another counts as the same, as everywhere that only looks on.
 */
export function strangersOf<Key extends string>(
  keys: readonly Key[],
  isOther: (one: Key, other: Key) => boolean,
): ReadonlyMap<Key, Key> {
  const groups: Key[][] = []
  const fits = (key: Key, group: readonly Key[]) => !group.some((member) => isOther(member, key))
  for (const key of keys) {
    const group = groups.find((one) => fits(key, one))
    if (group === undefined) groups.push([key])
    else group.push(key)
  }
  const most = groups.reduce<Key[]>((best, group) => (group.length > best.length ? group : best), [])
  const strangers = new Map<Key, Key>()
  for (const key of keys) {
    if (most.includes(key)) continue
    const differs = most.find((member) => isOther(member, key))
    if (differs === undefined) most.push(key)
    else strangers.set(key, differs)
  }
  return strangers
}
