/**
 * Cross-exchange spreads over one watch list, in typed arrays: every ordered pair of instruments of the same symbol on two
 * exchanges (`cross`), and spot against perpetual of the same base and quote (`basis`), on one exchange or two.
 *
 *   gross %  = (bid of the sell leg - ask of the buy leg) / ask of the buy leg * 100
 *   net %    = gross with both legs' costs taken off: (bid * (1 - cost) - ask * (1 + cost)) / ask * 100
 *   cost     = the taker fee, and of a perpetual the funding of the pair's next settlement (`funding.ts`), where it is known
 *   low %, high % = what net may be in truth (`certainty.ts`)
 *   quantity = the smaller of what stands at that ask and that bid, base asset
 *   profit   = net difference per unit * quantity, quote asset
 *
 * A leg counts only while it is live on the board, quotes the side needed and is not older than the limit; otherwise every
 * number of the pair is NaN, never a number from before.
 */
import { type Instrument, type SpreadPair, truthCode, verdictCode } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import { halfWidthPercent, Movement } from './certainty.ts'
import type { PairJudge } from './contract.ts'
import type { LegCosts } from './executable.ts'
import { type FundingOf, pairFunding } from './funding.ts'
import { sameTickerJudge } from './standing.ts'

/** No spread of one asset in one unit is above this, gross: a listing, a unit or a price is not what it was. */
const implausiblePercent = 50

/** Quotes are not read in the order in which they come, but within this, ms. */
const mostAheadMs = 5_000

/** The taker fee that holds for an instrument, as a fraction of notional. */
export type TakerFee = (instrument: Instrument) => number

const standingCode = {
  banned: verdictCode.banned,
  muted: verdictCode.muted,
  different: verdictCode.different,
  unproven: verdictCode.unproven,
  same: verdictCode.counts,
} as const

export class SpreadBoard {
  readonly pairs: readonly SpreadPair[]
  readonly grossPercent: Float64Array
  readonly netPercent: Float64Array
  readonly lowNetPercent: Float64Array
  readonly highNetPercent: Float64Array
  readonly buyPrice: Float64Array
  readonly sellPrice: Float64Array
  readonly quantity: Float64Array
  readonly profit: Float64Array
  /** `verdictCode` */
  readonly verdict: Uint8Array
  /** Both books walked as far as it pays, base asset and quote asset; 0: nothing pays, or no exchange takes so little; NaN: not known. */
  readonly executableQuantity: Float64Array
  readonly executableProfit: Float64Array
  /** Of the pair's next settlement, percent of the price; positive: received. NaN: no leg is a perpetual, or not known. */
  readonly fundingPercent: Float64Array
  /** Of basis pairs: a year of funding at today's rates, percent; NaN: another pair, or not known. */
  readonly carryPercent: Float64Array
  /** Board slot of each pair's legs. */
  readonly buySlot: Uint32Array
  readonly sellSlot: Uint32Array
  private readonly quotes: QuoteBoard
  private readonly takerFee: Float64Array
  private readonly buyCost: Float64Array
  private readonly sellCost: Float64Array
  /** What the judge says of the legs, as a verdict: `counts` where they are the same. */
  private readonly standing: Uint8Array
  /** Mid price of the other leg when this one was last quoted. */
  private readonly sellMidAtBuy: Float64Array
  private readonly buyMidAtSell: Float64Array
  private readonly movement: Movement
  /** Exchange clock minus ours, ms; NaN: not measured. */
  private readonly clockOffsetMs: Float64Array
  /** How long each slot's quote was under way, ms; 0 where the exchange's time or clock is not known. */
  private readonly delayMs: Float64Array
  /** Per slot the pairs it takes part in, and on which side: an ask moves buy legs, a bid moves sell legs; both are redone. */
  private readonly pairsOfSlot: readonly Uint32Array[]
  private readonly maximumAgeMs: number

  constructor(quotes: QuoteBoard, takerFee: TakerFee, maximumAgeMs: number, judge: PairJudge = sameTickerJudge) {
    this.quotes = quotes
    this.maximumAgeMs = maximumAgeMs
    this.takerFee = Float64Array.from(quotes.instruments, takerFee)
    const found = findPairs(quotes.instruments)
    this.pairs = found.map(({ buy, sell, kind }, index) => {
      const buyLeg = instrumentAt(quotes, buy)
      const sellLeg = instrumentAt(quotes, sell)
      const symbol = kind === 'basis' ? `${buyLeg.base}_${buyLeg.quote}` : buyLeg.symbol
      return { index, kind, symbol, buy: buyLeg.key, sell: sellLeg.key }
    })
    this.buySlot = Uint32Array.from(found, ({ buy }) => buy)
    this.sellSlot = Uint32Array.from(found, ({ sell }) => sell)
    const column = () => new Float64Array(found.length).fill(Number.NaN)
    this.grossPercent = column()
    this.netPercent = column()
    this.lowNetPercent = column()
    this.highNetPercent = column()
    this.buyPrice = column()
    this.sellPrice = column()
    this.quantity = column()
    this.profit = column()
    this.verdict = new Uint8Array(found.length)
    this.executableQuantity = column()
    this.executableProfit = column()
    this.fundingPercent = column()
    this.carryPercent = column()
    this.buyCost = Float64Array.from(found, ({ buy }) => this.takerFee[buy] as number)
    this.sellCost = Float64Array.from(found, ({ sell }) => this.takerFee[sell] as number)
    this.sellMidAtBuy = column()
    this.buyMidAtSell = column()
    this.movement = new Movement(quotes.instruments.length)
    this.clockOffsetMs = new Float64Array(quotes.instruments.length).fill(Number.NaN)
    this.delayMs = new Float64Array(quotes.instruments.length)
    this.standing = new Uint8Array(found.length)
    this.judge(judge)
    const ofSlot: number[][] = quotes.instruments.map(() => [])
    found.forEach(({ buy, sell }, index) => {
      ofSlot[buy]?.push(index)
      ofSlot[sell]?.push(index)
    })
    this.pairsOfSlot = ofSlot.map((list) => Uint32Array.from(list))
  }

  /** What was seen of instruments and pairs that another board has, too: without it no interval is as wide as it must be. */
  copyFrom(other: SpreadBoard): void {
    this.quotes.instruments.forEach(({ id }, slot) => {
      const from = other.quotes.slotOf(id)
      if (from < 0) return
      this.movement.copySlot(slot, other.movement, from)
      this.clockOffsetMs[slot] = other.clockOffsetMs[from] as number
      this.delayMs[slot] = other.delayMs[from] as number
    })
    const known = new Map(other.pairs.map(({ buy, sell, index }) => [`${buy}>${sell}`, index]))
    for (const { buy, sell, index } of this.pairs) {
      const from = known.get(`${buy}>${sell}`)
      if (from === undefined) continue
      this.sellMidAtBuy[index] = other.sellMidAtBuy[from] as number
      this.buyMidAtSell[index] = other.buyMidAtSell[from] as number
    }
  }

  /** Asks the judge anew about every pair. True when something is another than before; the pairs are not recomputed. */
  judge(judge: PairJudge): boolean {
    let isOther = false
    for (let pair = 0; pair < this.pairs.length; pair++) {
      const { standing } = judge.standingOf(this.buyLeg(pair), this.sellLeg(pair))
      const code = standingCode[standing]
      isOther ||= this.standing[pair] !== code
      this.standing[pair] = code
    }
    return isOther
  }

  /** Takes the funding of this pair's perpetual legs into its costs; what has been due already is not known. The pair is not recomputed. */
  fund(pair: number, fundingOf: FundingOf, now: number): void {
    const buy = this.buyLeg(pair)
    const sell = this.sellLeg(pair)
    if (buy.kind !== 'perpetual' && sell.kind !== 'perpetual') return
    const funding = pairFunding(buy, sell, fundingOf, now)
    this.fundingPercent[pair] = funding.percent
    this.carryPercent[pair] = buy.kind === sell.kind ? Number.NaN : funding.carryPercent
    this.buyCost[pair] = (this.takerFee[this.buySlot[pair] as number] as number) + funding.buyRate
    this.sellCost[pair] = (this.takerFee[this.sellSlot[pair] as number] as number) - funding.sellRate
  }

  buyLeg(pair: number): Instrument {
    return instrumentAt(this.quotes, this.buySlot[pair] as number)
  }

  sellLeg(pair: number): Instrument {
    return instrumentAt(this.quotes, this.sellSlot[pair] as number)
  }

  takerFeeOf(slot: number): number {
    return this.takerFee[slot] ?? Number.NaN
  }

  /** `offsetMs`: the exchange's clock minus ours; null: not measured. Holds for quotes that come from now on. */
  setClock(slot: number, offsetMs: number | null): void {
    this.clockOffsetMs[slot] = offsetMs ?? Number.NaN
  }

  /** Writes the pair's costs into an object of the caller's: the hot path makes none. */
  costsOf(pair: number, into: { -readonly [K in keyof LegCosts]: number }): void {
    into.buy = this.buyCost[pair] as number
    into.sell = this.sellCost[pair] as number
  }

  /** Pairs that one instrument takes part in. */
  pairsOf(slot: number): Uint32Array {
    return this.pairsOfSlot[slot] ?? empty
  }

  /** `truthCode` of the pair: its worse leg's. */
  truthOf(pair: number): number {
    const { truth } = this.quotes
    return Math.min(truth[this.buySlot[pair] as number] as number, truth[this.sellSlot[pair] as number] as number)
  }

  /** A quote of this slot came: call before its pairs are updated. */
  quoted(slot: number): void {
    const { receivedAt, exchangeAt } = this.quotes
    const at = receivedAt[slot] as number
    this.movement.note(slot, this.midOf(slot), at)
    const delayMs = at - (exchangeAt[slot] as number) + (this.clockOffsetMs[slot] as number)
    // NaN is not above 0 either.
    this.delayMs[slot] = delayMs > 0 ? delayMs : 0
    const pairs = this.pairsOf(slot)
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i] as number
      const buyMid = this.midOf(this.buySlot[pair] as number)
      const sellMid = this.midOf(this.sellSlot[pair] as number)
      const isBuy = this.buySlot[pair] === slot
      // Also the first one that is known: what the other leg did before that nobody can say.
      if (isBuy || Number.isNaN(this.sellMidAtBuy[pair] as number)) this.sellMidAtBuy[pair] = sellMid
      if (!isBuy || Number.isNaN(this.buyMidAtSell[pair] as number)) this.buyMidAtSell[pair] = buyMid
    }
  }

  /** Recomputes one pair as of `now`. True when its numbers count (both legs live, quoted and young). */
  update(pair: number, now: number): boolean {
    const { askPrice, askQuantity, bidPrice, bidQuantity, truth, receivedAt } = this.quotes
    const buy = this.buySlot[pair] as number
    const sell = this.sellSlot[pair] as number
    const ask = askPrice[buy] as number
    const bid = bidPrice[sell] as number
    // NaN compares false, so an absent side or time fails here too.
    const counts =
      truth[buy] === truthCode.live &&
      truth[sell] === truthCode.live &&
      ask > 0 &&
      bid > 0 &&
      this.isYoung(buy, now) &&
      this.isYoung(sell, now)
    if (!counts) {
      this.grossPercent[pair] = Number.NaN
      this.netPercent[pair] = Number.NaN
      this.lowNetPercent[pair] = Number.NaN
      this.highNetPercent[pair] = Number.NaN
      this.buyPrice[pair] = Number.NaN
      this.sellPrice[pair] = Number.NaN
      this.quantity[pair] = Number.NaN
      this.profit[pair] = Number.NaN
      this.clearExecutable(pair)
      this.verdict[pair] = verdictCode.absent
      return false
    }
    const quantity = Math.min(askQuantity[buy] as number, bidQuantity[sell] as number)
    const netPerUnit = bid * (1 - (this.sellCost[pair] as number)) - ask * (1 + (this.buyCost[pair] as number))
    const net = (netPerUnit / ask) * 100
    this.grossPercent[pair] = ((bid - ask) / ask) * 100
    this.netPercent[pair] = net
    this.buyPrice[pair] = ask
    this.sellPrice[pair] = bid
    this.quantity[pair] = quantity
    this.profit[pair] = netPerUnit * quantity
    this.bound(pair, net, now - (receivedAt[buy] as number), now - (receivedAt[sell] as number))
    return true
  }

  /** Not for a quote from what is now the future: the clock was set back, and how old it is nobody knows. */
  isYoung(slot: number, now: number): boolean {
    const ageMs = now - (this.quotes.receivedAt[slot] as number)
    return ageMs <= this.maximumAgeMs && ageMs >= -mostAheadMs
  }

  /** What is executable of this pair is not known, or nobody's to act on. */
  clearExecutable(pair: number): void {
    this.executableQuantity[pair] = Number.NaN
    this.executableProfit[pair] = Number.NaN
  }

  /** The interval and the verdict. */
  private bound(pair: number, net: number, buyAgeMs: number, sellAgeMs: number): void {
    const buy = this.buySlot[pair] as number
    const sell = this.sellSlot[pair] as number
    // The leg quoted earlier has not told what the other one's movement since then did to it; that of the younger leg is 0 here.
    const sellMoved = changeOf(this.sellMidAtBuy[pair] as number, this.midOf(sell))
    const buyMoved = changeOf(this.buyMidAtSell[pair] as number, this.midOf(buy))
    const followed = net + (buyMoved - sellMoved) * 100
    const { movement } = this
    const width = halfWidthPercent(
      movement.variance(buy),
      buyAgeMs + (this.delayMs[buy] as number),
      movement.variance(sell),
      sellAgeMs + (this.delayMs[sell] as number),
    )
    const low = Math.min(net, followed) - width
    const high = Math.max(net, followed) + width
    this.lowNetPercent[pair] = low
    this.highNetPercent[pair] = high
    const known = this.standing[pair] as number
    // Between a leg's jump and the judge's next look, so that not even one opportunity opens on it.
    const isImplausible = (this.grossPercent[pair] as number) > implausiblePercent && known === verdictCode.counts
    const standing = isImplausible ? verdictCode.unproven : known
    const isUncertain = low <= 0 && high > 0
    this.verdict[pair] = isUncertain && standing === verdictCode.counts ? verdictCode.uncertain : standing
  }

  /** NaN where a side is empty. */
  private midOf(slot: number): number {
    return ((this.quotes.bidPrice[slot] as number) + (this.quotes.askPrice[slot] as number)) / 2
  }
}

/** Relative; 0 where either is absent: the other leg had not been quoted yet, so there is nothing to follow. */
function changeOf(before: number, now: number): number {
  const change = now / before - 1
  return Number.isNaN(change) ? 0 : change
}

const empty = new Uint32Array(0)

function instrumentAt(quotes: QuoteBoard, slot: number): Instrument {
  const instrument = quotes.instruments[slot]
  if (!instrument) throw new Error(`no instrument at slot ${slot}`)
  return instrument
}

function findPairs(instruments: readonly Instrument[]): { kind: 'cross' | 'basis'; buy: number; sell: number }[] {
  const byAssets = new Map<string, number[]>()
  instruments.forEach(({ base, quote }, slot) => {
    const assets = `${base}/${quote}`
    byAssets.set(assets, [...(byAssets.get(assets) ?? []), slot])
  })
  const pairs: { kind: 'cross' | 'basis'; buy: number; sell: number }[] = []
  for (const slots of byAssets.values()) {
    for (const buy of slots) {
      for (const sell of slots) {
        if (buy === sell) continue
        pairs.push({ kind: instruments[buy]?.kind === instruments[sell]?.kind ? 'cross' : 'basis', buy, sell })
      }
    }
  }
  return pairs
}
