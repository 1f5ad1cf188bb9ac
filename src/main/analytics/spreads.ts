/**
 * Cross-exchange spreads over one watch list, in typed arrays: every ordered pair of instruments of the same symbol on two
 * exchanges (`cross`), and spot against perpetual of the same base and quote (`basis`), on one exchange or two.
 *
 *   gross %  = (bid of the sell leg - ask of the buy leg) / ask of the buy leg * 100
 *   net %    = gross with both taker fees taken off: (bid * (1 - fee) - ask * (1 + fee)) / ask * 100
 *   quantity = the smaller of what stands at that ask and that bid, base asset
 *   profit   = net difference per unit * quantity, quote asset
 *
 * A leg counts only while it is live on the board, quotes the side needed and is not older than the limit; otherwise every
 * number of the pair is NaN, never a number from before.
 */
import { type Instrument, type SpreadPair, truthCode } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'

/** The taker fee that holds for an instrument, as a fraction of notional. */
export type TakerFee = (instrument: Instrument) => number

export class SpreadBoard {
  readonly pairs: readonly SpreadPair[]
  readonly grossPercent: Float64Array
  readonly netPercent: Float64Array
  readonly buyPrice: Float64Array
  readonly sellPrice: Float64Array
  readonly quantity: Float64Array
  readonly profit: Float64Array
  /** Board slot of each pair's legs. */
  readonly buySlot: Uint32Array
  readonly sellSlot: Uint32Array
  private readonly quotes: QuoteBoard
  private readonly takerFee: Float64Array
  /** Per slot the pairs it takes part in, and on which side: an ask moves buy legs, a bid moves sell legs; both are redone. */
  private readonly pairsOfSlot: readonly Uint32Array[]
  private readonly maximumAgeMs: number

  constructor(quotes: QuoteBoard, takerFee: TakerFee, maximumAgeMs: number) {
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
    this.buyPrice = column()
    this.sellPrice = column()
    this.quantity = column()
    this.profit = column()
    const ofSlot: number[][] = quotes.instruments.map(() => [])
    found.forEach(({ buy, sell }, index) => {
      ofSlot[buy]?.push(index)
      ofSlot[sell]?.push(index)
    })
    this.pairsOfSlot = ofSlot.map((list) => Uint32Array.from(list))
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

  /** Recomputes one pair as of `now`. True when its numbers count (both legs live, quoted and young). */
  update(pair: number, now: number): boolean {
    const { askPrice, askQuantity, bidPrice, bidQuantity, truth, receivedAt } = this.quotes
    const buy = this.buySlot[pair] as number
    const sell = this.sellSlot[pair] as number
    const ask = askPrice[buy] as number
    const bid = bidPrice[sell] as number
    const oldest = now - this.maximumAgeMs
    // NaN compares false, so an absent side or time fails here too.
    const counts =
      truth[buy] === truthCode.live &&
      truth[sell] === truthCode.live &&
      ask > 0 &&
      bid > 0 &&
      (receivedAt[buy] as number) >= oldest &&
      (receivedAt[sell] as number) >= oldest
    if (!counts) {
      this.grossPercent[pair] = Number.NaN
      this.netPercent[pair] = Number.NaN
      this.buyPrice[pair] = Number.NaN
      this.sellPrice[pair] = Number.NaN
      this.quantity[pair] = Number.NaN
      this.profit[pair] = Number.NaN
      return false
    }
    const quantity = Math.min(askQuantity[buy] as number, bidQuantity[sell] as number)
    const netPerUnit = bid * (1 - (this.takerFee[sell] as number)) - ask * (1 + (this.takerFee[buy] as number))
    this.grossPercent[pair] = ((bid - ask) / ask) * 100
    this.netPercent[pair] = (netPerUnit / ask) * 100
    this.buyPrice[pair] = ask
    this.sellPrice[pair] = bid
    this.quantity[pair] = quantity
    this.profit[pair] = netPerUnit * quantity
    return true
  }
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
