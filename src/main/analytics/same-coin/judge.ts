/**
 * Decides of each pair of markets of one ticker whether they trade one asset. Evidence, strongest first:
 *
 *   1. the trader's own word
 *   2. the list of known tickers
 *   3. contracts and own coins of networks that both exchanges name
 *   4. prices: fifty minutes of moving as one, or ten minutes of being apart
 *
 * Both the base and the quote asset must be the same; prices, which are of both, prove both at once. A perpetual has no contract: it counts
 * for its base asset while its price agrees with the other leg's. What contradicts itself proves nothing.
 *
 * Fed once a second with live quotes only. Work: O(pairs) cheap comparisons a second and one full comparison of each pair a minute.
 */
import { type AssetNetwork, type ExchangeId, exchangeTitle, type Instrument } from '../../../shared/domain/index.ts'
import type {
  CoinEvidence,
  CoinEvidenceLine,
  CoinStanding,
  PriceComparison,
  SameCoinSettings,
} from '../../../shared/same-coin.ts'
import type { QuoteBoard } from '../../market/quotes.ts'
import type { CoinJudge, PairStanding } from '../contract.ts'
import { type Decision, Decisions, decisionWords } from './decisions.ts'
import type { KnownCoins } from './known-coins.ts'
import { compareNetworks, type NetworkEvidence } from './networks.ts'
import { type Comparison, middleOf, PriceHistory, sampleEveryMs } from './price-history.ts'
import {
  follows,
  judgePrices,
  neededSamples,
  type PriceJudgement,
  type PriceVerdict,
  percentText,
} from './price-proof.ts'

export interface SameCoinOptions {
  readonly known: KnownCoins
  readonly decisions: () => SameCoinSettings
  /** What an exchange tells of an asset's networks; empty: nothing. */
  readonly networks: (exchange: ExchangeId, asset: string) => readonly AssetNetwork[]
}

interface Pair {
  readonly a: Instrument
  readonly b: Instrument
  slotA: number
  slotB: number
  price: PriceJudgement
  standing: PairStanding
}

/** Each pair's prices are compared once in this many calls, seconds. */
const comparedEvery = 60
/** An asset that contracts or the list prove is not believed while its prices are further apart than this. */
const implausibleFraction = 0.5
/** A pair that prices alone prove stops counting at once when they come apart further than this. */
const suddenFraction = 0.1
const noPrices: PriceJudgement = { verdict: 'nothing', apart: Number.NaN, words: 'prices not compared yet' }

interface Judged extends PairStanding {
  readonly lines: readonly CoinEvidenceLine[]
}

export class SameCoinJudge implements CoinJudge {
  private readonly options: SameCoinOptions
  private readonly listeners = new Set<() => void>()
  private readonly pairs = new Map<string, Pair>()
  private order: readonly Pair[] = []
  private decisions: Decisions
  private history = new PriceHistory([])
  /** By asset and exchanges, both in order: what the networks say, and in which generation they were looked at. */
  private readonly networkEvidence = new Map<
    string,
    { readonly generation: number; readonly evidence: NetworkEvidence }
  >()
  private generation = 0
  /** As of the last tick. */
  private board: QuoteBoard | null = null
  private compared = 0
  private ticks = 0
  /** By asset and exchanges: whether they are different coins there, as of this minute. */
  private readonly differences = new Map<string, boolean>()
  /** By instrument id: the major it was last seen to follow, and in which tick. */
  private readonly follows = new Map<number, { readonly at: number; readonly major: string | null }>()

  constructor(options: SameCoinOptions) {
    this.options = options
    this.decisions = new Decisions(options.decisions())
  }

  standingOf(buy: Instrument, sell: Instrument): PairStanding {
    return this.pairs.get(keyOf(buy, sell))?.standing ?? this.judge(buy, sell, noPrices)
  }

  areDifferentCoins(asset: string, one: ExchangeId, other: ExchangeId): boolean {
    if (one === other) return false
    const [first, second] = one < other ? [one, other] : [other, one]
    const key = `${asset} ${first} ${second}`
    const known = this.differences.get(key)
    if (known !== undefined) return known
    const differ = this.differ(asset, first, second)
    this.differences.set(key, differ)
    return differ
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The trader decided something, or exchanges told of networks: all pairs are judged anew. */
  refresh(): void {
    this.decisions = new Decisions(this.options.decisions())
    this.generation++
    this.differences.clear()
    this.rejudge(this.order)
    // Before the first tick there are no pairs yet, and yet somebody may have asked.
    if (this.order.length === 0) this.tell()
  }

  /** Another market begins, whose instruments only have the same names: what was seen of this one says nothing of them. */
  forget(): void {
    this.history = new PriceHistory([])
    this.board = null
    this.pairs.clear()
    this.order = []
    this.networkEvidence.clear()
    this.follows.clear()
    this.tell()
  }

  /** Call once a second. */
  tick(board: QuoteBoard, now: number): void {
    if (board.instruments !== this.history.instruments) this.watch(board.instruments)
    this.board = board
    this.history.sample(board, now)
    this.ticks++
    if (this.ticks % comparedEvery === 0) this.differences.clear()
    const { order } = this
    const due: Pair[] = []
    const count = Math.ceil(order.length / comparedEvery)
    for (let i = 0; i < count; i++) {
      const pair = order[this.compared++ % order.length]
      if (pair === undefined) continue
      pair.price = this.comparePrices(pair)
      due.push(pair)
    }
    if (this.compared >= order.length) this.compared = 0
    for (const pair of order) {
      if (pair.standing.standing !== 'same') continue
      const price = this.unlessApart(pair, pair.price)
      if (price === pair.price) continue
      pair.price = price
      due.push(pair)
    }
    this.rejudge(due)
  }

  /** All there is to say about a pair. Its prices are compared anew, so that what is told is what holds from now on. */
  evidenceOf(buy: Instrument, sell: Instrument): CoinEvidence {
    const pair = this.pairs.get(keyOf(buy, sell))
    if (pair !== undefined) {
      pair.price = this.comparePrices(pair)
      this.rejudge([pair])
    }
    const comparison = pair && this.history.compare(...this.slotsOf(pair, buy))
    const { standing, words, lines } = this.judge(buy, sell, pair?.price ?? noPrices)
    const { networks } = this.networksOf(buy.base, buy.exchange, sell.exchange)
    return {
      ...{ asset: buy.base, buy: buy.key, sell: sell.key, standing, words },
      lines: [...lines],
      networks: buy.exchange === sell.exchange ? [] : [...networks],
      prices: shownComparison(comparison),
    }
  }

  private slotsOf(pair: Pair, buy: Instrument): [number, number] {
    return pair.a.id === buy.id ? [pair.slotA, pair.slotB] : [pair.slotB, pair.slotA]
  }

  private watch(instruments: readonly Instrument[]): void {
    this.history = this.history.followedBy(instruments)
    const before = new Map(this.pairs)
    this.pairs.clear()
    const byAssets = new Map<string, number[]>()
    instruments.forEach(({ base, quote }, slot) => {
      const assets = `${base} ${quote}`
      const slots = byAssets.get(assets)
      if (slots === undefined) byAssets.set(assets, [slot])
      else slots.push(slot)
    })
    for (const slots of byAssets.values()) {
      slots.forEach((slotA, index) => {
        for (const slotB of slots.slice(index + 1)) this.addPair(instruments, slotA, slotB, before)
      })
    }
    this.order = [...this.pairs.values()]
    this.compared = 0
    this.follows.clear()
  }

  private addPair(instruments: readonly Instrument[], slotA: number, slotB: number, before: Map<string, Pair>): void {
    const [a, b] = [instruments[slotA], instruments[slotB]]
    if (a === undefined || b === undefined) return
    const key = keyOf(a, b)
    const known = before.get(key)
    // The same order as before is not promised: what prices say of a pair is said of both orders.
    const price = known?.price ?? noPrices
    this.pairs.set(key, { a, b, slotA, slotB, price, standing: known?.standing ?? this.judge(a, b, price) })
  }

  private rejudge(pairs: Iterable<Pair>): void {
    let hasChanged = false
    for (const pair of pairs) {
      const { standing, words } = this.judge(pair.a, pair.b, pair.price)
      hasChanged ||= standing !== pair.standing.standing
      if (words !== pair.standing.words || standing !== pair.standing.standing) pair.standing = { standing, words }
    }
    if (hasChanged) this.tell()
  }

  private tell(): void {
    this.differences.clear()
    for (const listener of this.listeners) listener()
  }

  private comparePrices(pair: Pair): PriceJudgement {
    const judged = this.unlessApart(pair, judgePrices(this.history.compare(pair.slotA, pair.slotB)))
    if (judged.verdict !== 'same' || pair.price.verdict === 'same') return judged
    const major = this.followed(pair)
    if (major === null) return judged
    return { ...judged, verdict: 'tied', words: `prices agree, but follow those of ${major}: they prove nothing` }
  }

  /** What the past says, unless the prices of this moment are too far apart for it. */
  private unlessApart({ slotA, slotB }: Pair, judged: PriceJudgement): PriceJudgement {
    if (this.board === null || judged.verdict === 'unit' || judged.verdict === 'apart') return judged
    const apart = Math.abs(middleOf(this.board, slotB) / middleOf(this.board, slotA) - 1)
    // NaN, where one of them is not live, is not apart.
    if (!(apart > (judged.verdict === 'same' ? suddenFraction : implausibleFraction))) return judged
    return { verdict: 'nothing', apart, words: `prices have just come apart by ${percentText(apart)}` }
  }

  /**
   * The major on its exchange whose price this instrument's follows: it may be pegged to it, and so may another of the same name. Asked once
   * a minute of an instrument at most.
   */
  private followed({ a, slotA }: Pair): string | null {
    const known = this.follows.get(a.id)
    if (known !== undefined && this.ticks - known.at < comparedEvery) return known.major
    const { instruments } = this.history
    let major: string | null = null
    for (let slot = 0; slot < instruments.length && major === null; slot++) {
      const other = instruments[slot]
      if (other === undefined || other.exchange !== a.exchange || other.quote !== a.quote || other.base === a.base)
        continue
      const isMajor = this.options.known.ask(other.base, other.exchange, other.exchange).says === 'same'
      if (isMajor && follows(this.history.compare(slotA, slot))) major = other.base
    }
    this.follows.set(a.id, { at: this.ticks, major })
    return major
  }

  private networksOf(asset: string, buy: ExchangeId, sell: ExchangeId): NetworkEvidence {
    const key = `${asset} ${buy} ${sell}`
    const known = this.networkEvidence.get(key)
    if (known?.generation === this.generation) return known.evidence
    const [ofBuy, ofSell] = [this.options.networks(buy, asset), this.options.networks(sell, asset)]
    const titles = { buy: exchangeTitle(buy), sell: exchangeTitle(sell) }
    // What contracts have shown holds though an exchange tells nothing any more.
    const isSilent = ofBuy.length === 0 || ofSell.length === 0
    const evidence = known !== undefined && isSilent ? known.evidence : compareNetworks(ofBuy, ofSell, titles)
    this.networkEvidence.set(key, { generation: this.generation, evidence })
    return evidence
  }

  private judge(a: Instrument, b: Instrument, price: PriceJudgement): Judged {
    const decision = this.decisions.on(a, b)
    const list = this.options.known.ask(a.base, a.exchange, b.exchange)
    const isOneExchange = a.exchange === b.exchange
    const contracts: NetworkEvidence = isOneExchange
      ? { says: 'nothing', words: `one exchange, one name: ${a.base}`, networks: [] }
      : this.networksOf(a.base, a.exchange, b.exchange)
    const quote = this.quoteEvidence(a.quote, a.exchange, b.exchange)
    const lines: CoinEvidenceLine[] = [
      ...(decision === null
        ? []
        : [{ source: 'you' as const, says: decisionSays[decision], words: decisionWords[decision] }]),
      { source: 'list', says: list.says, words: list.words },
      { source: 'contracts', says: contracts.says, words: contracts.words },
      ...(quote.says === 'same' ? [] : [quote]),
      { source: 'prices', says: priceSays[price.verdict], words: price.words },
    ]
    const judged = (standing: CoinStanding, words: string): Judged => ({ standing, words, lines })

    if (decision === 'banned' || decision === 'muted') return judged(decision, decisionWords[decision])
    // Also of what the trader confirmed: one asset, but not one price.
    if (price.verdict === 'unit') return judged('different', price.words)
    if (decision === 'confirmed') return judged(...whileProven(decisionWords.confirmed, price, false))
    if (list.says === 'different') return judged('different', list.words)
    // The list is older than what an exchange tells now, but of majors an odd network is no news.
    if (contracts.says === 'different' && list.says !== 'same') return judged('different', contracts.words)
    if (quote.says === 'different') return judged('different', quote.words)

    const name = `${a.base} on one exchange`
    if (quote.says === 'same') {
      if (list.says === 'same') return judged(...whileProven(list.words, price, false))
      const withPerpetual = a.kind === 'perpetual' || b.kind === 'perpetual'
      if (contracts.says === 'same') return judged(...whileProven(contracts.words, price, withPerpetual))
      if (isOneExchange && price.verdict === 'apart') return judged('different', `${name}, but ${price.words}`)
      if (isOneExchange) return judged(...whileProven(name, price, true))
    }
    return judged(...byPrices(price, list.pricesProveNothing, list.says === 'nothing' ? contracts.words : quote.words))
  }

  /** As `judge`, of the coins alone: what a market's quote asset, a perpetual or a mute speak against says nothing of what is held. */
  private differ(asset: string, one: ExchangeId, other: ExchangeId): boolean {
    const decision = this.decisions.onCoins(asset, one, other)
    if (decision === 'banned') return true
    const markets = this.order.filter(
      ({ a, b }) =>
        a.base === asset &&
        a.kind === 'spot' &&
        b.kind === 'spot' &&
        ((a.exchange === one && b.exchange === other) || (a.exchange === other && b.exchange === one)),
    )
    if (markets.some(({ price }) => price.verdict === 'unit')) return true
    if (decision === 'confirmed') return false
    const list = this.options.known.ask(asset, one, other)
    if (list.says !== 'nothing') return list.says === 'different'
    const contracts = this.networksOf(asset, one, other)
    if (contracts.says !== 'nothing') return contracts.says === 'different'
    return markets.some(
      ({ a, price }) => price.verdict === 'apart' && this.quoteEvidence(a.quote, one, other).says !== 'different',
    )
  }

  private quoteEvidence(quote: string, buy: ExchangeId, sell: ExchangeId): CoinEvidenceLine {
    const source = 'quote' as const
    if (buy === sell) return { source, says: 'same', words: `${quote} on one exchange` }
    const list = this.options.known.ask(quote, buy, sell)
    if (list.says !== 'nothing') return { source, says: list.says, words: `${quote}: ${list.words}` }
    const { says, words } = this.networksOf(quote, buy, sell)
    return { source, says, words: `${quote}: ${words}` }
  }
}

type Answer = [CoinStanding, string]

/** The assets are the same; `needsPrice`: that both legs are of them shows in their prices. */
function whileProven(proof: string, price: PriceJudgement, needsPrice: boolean): Answer {
  if (price.apart > implausibleFraction) return ['unproven', `${proof}, but ${price.words}`]
  const isTied = price.verdict === 'same' || price.verdict === 'tied'
  if (needsPrice && !isTied) return ['unproven', `${proof}; of a perpetual the price must show it: ${price.words}`]
  return ['same', proof]
}

function byPrices(price: PriceJudgement, pricesProveNothing: string | null, otherwise: string): Answer {
  if (price.verdict === 'apart') return ['different', price.words]
  if (price.verdict !== 'same') return ['unproven', `${otherwise}; ${price.words}`]
  if (pricesProveNothing === null) return ['same', price.words]
  return ['unproven', `${price.words}, but ${pricesProveNothing}`]
}

const keyOf = (a: Instrument, b: Instrument): string => (a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`)

type Says = CoinEvidenceLine['says']
const decisionSays: Readonly<Record<Decision, Says>> = { banned: 'different', muted: 'nothing', confirmed: 'same' }
const priceSays: Readonly<Record<PriceVerdict, Says>> = {
  same: 'same',
  tied: 'nothing',
  unit: 'different',
  apart: 'different',
  nothing: 'nothing',
}

const absentAsNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value
const percentOrNull = (fraction: number | undefined): number | null =>
  fraction === undefined || !Number.isFinite(fraction) ? null : fraction * 100

const shownComparison = (comparison: Comparison | undefined): PriceComparison => ({
  samples: comparison?.samples ?? 0,
  neededSamples,
  sampleSeconds: sampleEveryMs / 1_000,
  ratio: absentAsNull(comparison?.ratio),
  correlation: absentAsNull(comparison?.correlation),
  buyMovementPercent: percentOrNull(comparison?.movementA),
  sellMovementPercent: percentOrNull(comparison?.movementB),
  ratioMovementPercent: percentOrNull(comparison?.movementRatio),
})
