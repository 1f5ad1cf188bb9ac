/** A market made up in the page itself: what the renderer costs is measured without a hub, a socket or a simulator beside it. */

import type { QuoteColumns, SpreadColumns } from '../../../src/shared/columns.ts'
import {
  exchangeIds,
  type Instrument,
  type SpreadPair,
  symbolOf,
  truthCode,
  verdictCode,
} from '../../../src/shared/domain/index.ts'

/** The same numbers every time (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const knownBases = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC']
const knownPrices = [64_250, 3_180, 148.2, 0.5312, 0.12345, 0.3871, 13.42, 71.9]
const takerFee = 0.001

export interface Market {
  readonly instruments: readonly Instrument[]
  readonly pairs: readonly SpreadPair[]
  quotes(slots: readonly number[]): QuoteColumns
  spreads(): SpreadColumns
  /** Moves `count` quotes and says which. */
  move(count: number, now: number): readonly number[]
  /** Middle of an instrument's quote. */
  priceOf(slot: number): number
}

/** `count` instruments: symbols on all four exchanges, alternately spot and perpetual (MEXC has spot only). */
export function createMarket(count: number, random: () => number): Market {
  const instruments: Instrument[] = []
  const fair: number[] = []
  for (let i = 0; instruments.length < count; i++) {
    const kind = i % 3 === 2 ? 'perpetual' : 'spot'
    const at = Math.floor(i / 3) * 2 + (kind === 'spot' ? i % 3 : 0)
    const base = knownBases[at] ?? `COIN${at}`
    const price = knownPrices[at] ?? 10 ** (random() * 5 - 2)
    const tickSize = 10 ** (Math.floor(Math.log10(price)) - 4)
    for (const exchange of exchangeIds) {
      if ((kind === 'perpetual' && exchange === 'mexc') || instruments.length >= count) continue
      const symbol = symbolOf(base, 'USDT', kind)
      instruments.push({
        id: instruments.length + 1,
        key: `${exchange}:${symbol}`,
        exchange,
        symbol,
        kind,
        base,
        quote: 'USDT',
        nativeName: `${base}USDT`,
        tickSize,
        lotSize: 0.0001,
        minimumQuantity: null,
        minimumNotional: null,
        contractSize: 1,
        status: 'trading',
      })
      fair.push(price)
    }
  }
  const column = () => new Float64Array(instruments.length).fill(Number.NaN)
  const columns = {
    bidPrice: column(),
    bidQuantity: column(),
    askPrice: column(),
    askQuantity: column(),
    lastPrice: column(),
    exchangeAt: column(),
    receivedAt: column(),
  }
  const pairs = pairsOf(instruments)

  function set(slot: number, now: number): void {
    const step = instruments[slot]?.tickSize ?? 0.01
    const middle = (fair[slot] ?? 1) * (1 + (random() - 0.5) * 0.002)
    const bid = Math.round(middle / step) * step
    columns.bidPrice[slot] = bid
    columns.askPrice[slot] = bid + step * (1 + Math.floor(random() * 3))
    columns.bidQuantity[slot] = random() * 10
    columns.askQuantity[slot] = random() * 10
    if (random() < 0.5) columns.lastPrice[slot] = bid
    columns.exchangeAt[slot] = now - 20
    columns.receivedAt[slot] = now
  }

  return {
    instruments,
    pairs,
    priceOf: (slot) => fair[slot] ?? 1,
    quotes(slots) {
      const pick = (source: Float64Array) => Float64Array.from(slots, (slot) => source[slot] ?? Number.NaN)
      return {
        instrumentIds: Uint32Array.from(slots, (slot) => instruments[slot]?.id ?? 0),
        bidPrice: pick(columns.bidPrice),
        bidQuantity: pick(columns.bidQuantity),
        askPrice: pick(columns.askPrice),
        askQuantity: pick(columns.askQuantity),
        lastPrice: pick(columns.lastPrice),
        exchangeAt: pick(columns.exchangeAt),
        receivedAt: pick(columns.receivedAt),
        truth: Uint8Array.from(slots, truthOfSlot),
      }
    },
    spreads() {
      const slotOf = new Map(instruments.map(({ key }, slot) => [key, slot]))
      const buySlots = pairs.map(({ buy }) => slotOf.get(buy) ?? 0)
      const sellSlots = pairs.map(({ sell }) => slotOf.get(sell) ?? 0)
      const pick = (source: Float64Array, slots: readonly number[]) =>
        Float64Array.from(slots, (slot) => source[slot] ?? 0)
      const buyPrice = pick(columns.askPrice, buySlots)
      const sellPrice = pick(columns.bidPrice, sellSlots)
      const grossPercent = buyPrice.map((buy, i) => (((sellPrice[i] ?? 0) - buy) / buy) * 100)
      const quantity = buyPrice.map((_buy, i) =>
        Math.min(columns.askQuantity[buySlots[i] ?? 0] ?? 0, columns.bidQuantity[sellSlots[i] ?? 0] ?? 0),
      )
      const truth = Uint8Array.from(pairs, (_pair, i) =>
        Math.min(truthOfSlot(buySlots[i] ?? 0), truthOfSlot(sellSlots[i] ?? 0)),
      )
      const ofLive = (numbers: Float64Array) =>
        numbers.map((number, i) => (truth[i] === truthCode.live ? number : Number.NaN))
      return {
        pairIndexes: Uint32Array.from(pairs, ({ index }) => index),
        grossPercent: ofLive(grossPercent),
        netPercent: ofLive(grossPercent.map((gross) => gross - takerFee * 200)),
        buyPrice,
        sellPrice,
        quantity,
        profit: ofLive(
          quantity.map((size, i) => size * (buyPrice[i] ?? 0) * ((grossPercent[i] ?? 0) / 100 - 2 * takerFee)),
        ),
        verdict: Uint8Array.from(truth, (code) => (code === truthCode.live ? verdictCode.counts : verdictCode.absent)),
        lowNetPercent: ofLive(grossPercent.map((gross) => gross - takerFee * 200 - 0.01)),
        highNetPercent: ofLive(grossPercent.map((gross) => gross - takerFee * 200 + 0.01)),
        executableQuantity: ofLive(quantity),
        executableProfit: ofLive(quantity.map(() => 0)),
        fundingPercent: new Float64Array(pairs.length).fill(Number.NaN),
        carryPercent: new Float64Array(pairs.length).fill(Number.NaN),
        buyReceivedAt: pick(columns.receivedAt, buySlots),
        sellReceivedAt: pick(columns.receivedAt, sellSlots),
        truth,
      }
    },
    move(changes, now) {
      const slots = Array.from({ length: changes }, () => Math.floor(random() * instruments.length))
      for (const slot of slots) set(slot, now)
      return slots
    },
  }
}

/** Now and then a quote that cannot be relied on: every state must be seen. */
const truthOfSlot = (slot: number): number =>
  ({ 5: truthCode.suspect, 8: truthCode.stale, 14: truthCode.gap })[slot % 26] ?? truthCode.live

/** Both directions of every two exchanges of a symbol. */
function pairsOf(instruments: readonly Instrument[]): readonly SpreadPair[] {
  const pairs: SpreadPair[] = []
  for (const buy of instruments) {
    for (const sell of instruments) {
      if (buy.symbol !== sell.symbol || buy === sell) continue
      pairs.push({ index: pairs.length, kind: 'cross', symbol: buy.symbol, buy: buy.key, sell: sell.key })
    }
  }
  return pairs
}
