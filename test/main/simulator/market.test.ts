import { describe, expect, it } from 'vitest'
import { FairPrices, listedSince, VenueMarket } from '../../../src/main/simulator/market.ts'
import { decimalsOf, defaultSymbols, wellKnownSymbols } from '../../../src/main/simulator/symbols.ts'
import type { SimInstrument, SimKline, SimQuote, SimTrade } from '../../../src/main/simulator/venue.ts'
import { type ExchangeId, exchangeIds, type MarketKind, periodMs, periods } from '../../../src/shared/domain/index.ts'

const now = Date.UTC(2026, 2, 18, 13, 37, 21, 345)
const minuteMs = 60_000

const contracts: Readonly<Record<string, number>> = { BTC: 0.01, DOGE: 1_000, SOL: 1 }

function market(exchange: ExchangeId, seed = 7, symbols: readonly string[] = defaultSymbols, clock = () => now) {
  const rules = {
    exchange,
    kinds: ['spot', 'perpetual'] as const,
    contractSize: (base: string, kind: MarketKind) =>
      exchange === 'okx' && kind === 'perpetual' ? (contracts[base] ?? 0.1) : 1,
  }
  return new VenueMarket({ seed, symbols, rules, fair: new FairPrices(seed), listedAt: listedSince(now), clock })
}

function find(of: VenueMarket, symbol: string): SimInstrument {
  const found = of.instruments.find((instrument) => instrument.symbol === symbol)
  if (!found) throw new Error(`${symbol} is not listed`)
  return found
}

/** Kline fields that follow from trades, by adding up integers of ticks and lots. */
function sumUp(trades: readonly SimTrade[], instrument: SimInstrument) {
  const lots = (quantity: number) => Math.round(quantity / instrument.lotSize)
  const ticks = (price: number) => Math.round(price / instrument.tickSize)
  const prices = trades.map(({ price }) => price)
  const total = trades.reduce((sum, { quantity }) => sum + lots(quantity), 0)
  const bought = trades.filter(({ side }) => side === 'BUY').reduce((sum, { quantity }) => sum + lots(quantity), 0)
  const worth = trades.reduce((sum, { price, quantity }) => sum + ticks(price) * lots(quantity), 0)
  return {
    open: prices[0],
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1),
    lots: total,
    boughtLots: bought,
    tickLots: worth,
    trades: trades.length,
    firstTradeId: trades[0]?.tradeId,
    lastTradeId: trades.at(-1)?.tradeId,
  }
}

function summed(kline: SimKline) {
  const { instrument, open, high, low, close, volume, takerBuyVolume, quoteVolume, trades, firstTradeId, lastTradeId } =
    kline
  return {
    open,
    high,
    low,
    close,
    lots: Math.round(volume / instrument.lotSize),
    boughtLots: Math.round(takerBuyVolume / instrument.lotSize),
    tickLots: Math.round((quoteVolume ?? Number.NaN) / (instrument.lotSize * instrument.tickSize)),
    trades,
    firstTradeId,
    lastTradeId,
  }
}

function tradesBetween(of: VenueMarket, instrument: SimInstrument, after: number, until: number): SimTrade[] {
  const trades: SimTrade[] = []
  of.forTradesBetween(instrument, after, until, (trade) => trades.push(trade))
  return trades
}

describe('the simulated market', () => {
  it('gives the same numbers for the same seed, whenever it was made and whatever runs beside it', () => {
    const all = market('gate')
    const alone = market('gate', 7, ['SOL_USDT'], () => now + 3_600_000)
    const view = (of: VenueMarket) => {
      const instrument = find(of, 'SOL_USDT_PERP')
      return [
        of.quoteAt(instrument, now),
        of.klinesAt(instrument, '5m', now - 3_600_000, now, now),
        of.tradesAt(instrument, 50, now),
      ]
    }
    // One asked for history, quotes and trades elsewhere before; the other was just made.
    for (const instrument of all.instruments) all.klinesAt(instrument, '1h', now - 86_400_000, now, now)
    expect(view(all)).toEqual(view(alone))
  })

  it('gives other numbers for another seed', () => {
    const quote = (seed: number) => {
      const of = market('okx', seed)
      return of.quoteAt(find(of, 'BTC_USDT'), now)
    }
    expect(quote(7)).not.toEqual(quote(8))
  })

  it('keeps prices within a few percent of each other across venues and seeds near the base price', () => {
    const mids = exchangeIds.map((exchange) => {
      const of = market(exchange)
      const { bidPrice, askPrice } = of.quoteAt(find(of, 'ETH_USDT'), now)
      return (bidPrice + askPrice) / 2
    })
    expect(Math.max(...mids) / Math.min(...mids)).toBeLessThan(1.004)
    for (const mid of mids) expect(mid).toBeGreaterThan(2_000)
    for (const mid of mids) expect(mid).toBeLessThan(6_000)
  })

  it('lists every pair as spot and perpetual, whole contracts where the venue counts them, 1000PEPE where it is traded', () => {
    const names = (exchange: ExchangeId) => market(exchange).instruments.map(({ symbol }) => symbol)
    expect(names('okx')).toEqual(defaultSymbols.filter((s) => !s.startsWith('1000')).flatMap((s) => [s, `${s}_PERP`]))
    expect(names('binance').filter((name) => name.startsWith('1000'))).toEqual(['1000PEPE_USDT_PERP'])
    const okx = market('okx')
    const sizes = ['BTC_USDT', 'BTC_USDT_PERP', 'DOGE_USDT_PERP', 'SOL_USDT_PERP'].map((symbol) => {
      const { lotSize, contractSize } = find(okx, symbol)
      return [symbol, lotSize, contractSize]
    })
    expect(sizes).toEqual([
      ['BTC_USDT', 0.00001, 1],
      ['BTC_USDT_PERP', 0.01, 0.01],
      ['DOGE_USDT_PERP', 1_000, 1_000],
      ['SOL_USDT_PERP', 1, 1],
    ])
  })

  it('knows fifty coins that every venue lists as spot, whatever the seed, with fine ticks and small lots', () => {
    const [one, other] = [market('kraken', 7, wellKnownSymbols), market('kraken', 8, wellKnownSymbols)]
    const spot = one.instruments.filter(({ kind }) => kind === 'spot')
    expect([spot.length, new Set(spot.map(({ base }) => base)).size]).toEqual([50, 50])
    for (const instrument of spot) {
      const { bidPrice } = one.quote(instrument)
      const { bidPrice: elsewhere } = other.quote(find(other, instrument.symbol))
      expect(Math.abs(Math.log(bidPrice / elsewhere)), instrument.symbol).toBeLessThan(1.5)
      expect(instrument.tickSize / bidPrice, instrument.symbol).toBeLessThan(0.000_6)
      expect(instrument.lotSize * bidPrice, instrument.symbol).toBeLessThan(20)
    }
  })

  it('invents an unknown coin from the seed, with a fine tick and a small lot', () => {
    const [coin] = market('mexc', 7, ['WOBBLE_USDC']).instruments
    const [again] = market('mexc', 7, ['WOBBLE_USDC']).instruments
    expect(coin).toEqual(again)
    if (!coin) throw new Error('not listed')
    const of = market('mexc', 7, ['WOBBLE_USDC'])
    const { bidPrice } = of.quoteAt(find(of, 'WOBBLE_USDC'), now)
    expect(coin.tickSize / bidPrice).toBeLessThan(0.000_2)
    expect(coin.priceDecimals).toBe(decimalsOf(coin.tickSize))
  })

  it('quotes bid below ask, both on the tick, quantities on the lot, at every moment', () => {
    const wrong: SimQuote[] = []
    for (const exchange of exchangeIds) {
      const of = market(exchange)
      for (const instrument of of.instruments) {
        for (let step = 0; step < 200; step++) {
          const quote = of.quoteAt(instrument, now - step * 1_733)
          const { tickSize, lotSize, priceDecimals, quantityDecimals } = instrument
          const onGrid = (value: number, grid: number, decimals: number) =>
            value > 0 && Number((Math.round(value / grid) * grid).toFixed(decimals)) === value
          const fine =
            quote.bidPrice < quote.askPrice &&
            onGrid(quote.bidPrice, tickSize, priceDecimals) &&
            onGrid(quote.askPrice, tickSize, priceDecimals) &&
            onGrid(quote.bidQuantity, lotSize, quantityDecimals) &&
            onGrid(quote.askQuantity, lotSize, quantityDecimals)
          if (!fine) wrong.push(quote)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('prints every trade at the bid or ask of its millisecond, ids growing by one, across minutes', () => {
    const of = market('binance')
    const instrument = find(of, 'XRP_USDT')
    const trades = tradesBetween(of, instrument, now - 1_800_000, now)
    expect(trades.length).toBeGreaterThan(100)
    expect(trades.map(({ tradeId }) => tradeId)).toEqual(trades.map((_, index) => (trades[0]?.tradeId ?? 0) + index))
    for (const trade of trades) {
      const quote = of.quoteAt(instrument, trade.at)
      expect(trade.price).toBe(trade.side === 'BUY' ? quote.askPrice : quote.bidPrice)
    }
    expect(of.tradesAt(instrument, trades.length, now)).toEqual(trades)
  })

  it('gives every trade once however the time is cut', () => {
    const of = market('gate')
    const instrument = find(of, 'BTC_USDT')
    const cut: SimTrade[] = []
    for (let at = now - 180_000; at < now; at += 7)
      cut.push(...tradesBetween(of, instrument, at, Math.min(at + 7, now)))
    expect(cut).toEqual(tradesBetween(market('gate'), instrument, now - 180_000, now))
  })

  it.each(periods)('closes a %s candle as the sum of its trades', (period) => {
    const of = market('okx')
    for (const symbol of ['BTC_USDT', 'DOGE_USDT_PERP', 'FIL_USDT']) {
      const instrument = find(of, symbol)
      const length = periodMs[period]
      const from = now - (now % length) - 2 * length
      const klines = of.klinesAt(instrument, period, from, from + length, now)
      expect(klines.map(({ isClosed, openTime }) => [isClosed, openTime])).toEqual([
        [true, from],
        [true, from + length],
      ])
      for (const kline of klines) {
        const trades = tradesBetween(of, instrument, kline.openTime - 1, kline.openTime + length - 1)
        expect(summed(kline)).toEqual(sumUp(trades, instrument))
      }
    }
  })

  it.each(periods)(
    'shows the open %s candle as the trades so far, and without a seam as the closed one later',
    (period) => {
      const of = market('binance')
      const instrument = find(of, 'ETH_USDT')
      const length = periodMs[period]
      const openTime = now - (now % length)
      const [open] = of.klinesAt(instrument, period, openTime, openTime, now)
      if (!open) throw new Error('no candle')
      expect(open.isClosed).toBe(false)
      expect(summed(open)).toEqual(sumUp(tradesBetween(of, instrument, openTime - 1, now), instrument))
      // Minute after minute, as a live stream asks, then as a newcomer's history.
      const step = Math.max(1_000, length / 60)
      for (let at = now; at < openTime + length; at += step) of.klinesAt(instrument, period, openTime, openTime, at)
      const end = openTime + length
      const [streamed] = of.klinesAt(instrument, period, openTime, openTime, end)
      const [history] = market('binance').klinesAt(instrument, period, openTime, openTime, end)
      expect(streamed).toEqual(history)
      expect(streamed?.isClosed).toBe(true)
    },
  )

  it('repeats the last price, and says so with no trades, where nobody traded', () => {
    const of = market('mexc')
    const instrument = find(of, 'FIL_USDT')
    const klines = of.klinesAt(instrument, '1m', now - 6 * 3_600_000, now - minuteMs, now)
    const empty = klines.findIndex((kline, index) => index > 0 && kline.trades === 0)
    const before = klines[empty - 1]
    expect(empty).toBeGreaterThan(0)
    const price = before?.close
    expect(klines[empty]).toMatchObject({ open: price, high: price, low: price, close: price })
    expect(klines[empty]).toMatchObject({ volume: 0, quoteVolume: 0, trades: 0, firstTradeId: -1, lastTradeId: -1 })
  })

  it('has no candle before the listing and none after now', () => {
    const of = market('binance')
    const instrument = find(of, 'BTC_USDT')
    const days = of.klinesAt(instrument, '1d', now - 500 * 86_400_000, now + 86_400_000, now)
    expect(days[0]?.openTime).toBe(Date.UTC(2026, 1, 2))
    expect(new Date(instrument.listedAt).getUTCDay()).toBe(1)
    expect(days).toHaveLength(45)
    expect(days.map(({ isClosed }) => isClosed)).toEqual(days.map((_, index) => index < days.length - 1))
  })

  it('keeps to its week: simulators started in the same week list from the same Monday', () => {
    const monday = Date.UTC(2026, 2, 16)
    expect([monday, now, monday + 7 * 86_400_000 - 1].map(listedSince)).toEqual(Array(3).fill(Date.UTC(2026, 1, 2)))
    expect(listedSince(monday - 1)).toBe(Date.UTC(2026, 0, 26))
  })

  it('opens and closes arbitrage above 0.05 % in an hour, somewhere but not all the time', () => {
    const markets = exchangeIds.map((exchange) => market(exchange))
    const symbols = ['BTC_USDT', 'ETH_USDT', 'SOL_USDT', 'XRP_USDT', 'DOGE_USDT']
    let opened = 0
    let closed = 0
    let openSeconds = 0
    for (const symbol of symbols) {
      let isOpen = false
      for (let second = 0; second < 3_600; second++) {
        const quotes = markets.map((of) => of.quoteAt(find(of, symbol), now + second * 1_000))
        const bestBid = Math.max(...quotes.map(({ bidPrice }) => bidPrice))
        const bestAsk = Math.min(...quotes.map(({ askPrice }) => askPrice))
        const is = bestBid / bestAsk - 1 > 0.0005
        if (is && !isOpen) opened += 1
        if (!is && isOpen) closed += 1
        if (is) openSeconds += 1
        isOpen = is
      }
    }
    expect(opened).toBeGreaterThan(30)
    expect(opened).toBeLessThan(180)
    expect(opened - closed).toBeLessThanOrEqual(symbols.length)
    expect(openSeconds / (3_600 * symbols.length)).toBeLessThan(0.15)
  })

  it('shifts the clock and every time it tells, but no price, when skewed', () => {
    const of = market('gate')
    const instrument = find(of, 'BTC_USDT')
    const straight = of.quoteAt(instrument, now)
    of.skewMs = -2_500
    expect(of.now()).toBe(now - 2_500)
    expect(of.quoteAt(instrument, now)).toEqual({ ...straight, at: now - 2_500 })
  })
})
