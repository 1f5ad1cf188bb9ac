import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Handover } from '../../../src/main/exchanges/handover.ts'
import type { BookTicker, Kline, MarketEvent, Trade } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('binance', 'spot', 'ETH', 'USDT', 'ETHUSDT')

const trade = (tradeId: string | null, more: Partial<Trade> = {}): Trade => ({
  kind: 'trade',
  instrument: btc,
  tradeId,
  price: 100,
  quantity: 1,
  side: 'BUY',
  exchangeAt: 1_000,
  receivedAt: 1_010,
  ...more,
})
const quote = (exchangeAt: number | null, bidPrice: number, more: Partial<BookTicker> = {}): BookTicker => ({
  kind: 'book_ticker',
  instrument: btc,
  bidPrice,
  bidQuantity: 1,
  askPrice: bidPrice + 1,
  askQuantity: 1,
  exchangeAt,
  receivedAt: 1_010,
  ...more,
})
const kline = (openTime: number, volume: number, isClosed = false): Kline => ({
  kind: 'kline',
  instrument: btc,
  period: '1m',
  openTime,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume,
  quoteVolume: null,
  isClosed,
  exchangeAt: null,
  receivedAt: 1_010,
})

function released(passed: readonly MarketEvent[], held: readonly MarketEvent[]): MarketEvent[] {
  const handover = new Handover()
  for (const event of passed) handover.passed(event)
  for (const event of held) handover.hold(event)
  const events: MarketEvent[] = []
  handover.release((event) => events.push(event))
  return events
}

describe('Handover', () => {
  it('publishes every trade once and in order, wherever the two connections begin and end', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(20), fc.boolean(), (before, both, after, named) => {
        // Without ids three neighbours are equal on purpose; an overlap is always longer than a millisecond's trades.
        const overlap = named ? both : both + 3
        const all = Array.from({ length: before + overlap + after }, (_, i) =>
          trade(named ? String(i) : null, { price: named ? 100 : Math.floor(i / 3) }),
        )
        const old = all.slice(0, before + overlap)
        expect([...old, ...released(old, all.slice(before))]).toEqual(all)
      }),
    )
  })

  it('does not take the same id on another instrument for the same trade', () => {
    const other = trade('1', { instrument: eth })
    expect(released([trade('1')], [trade('1'), other])).toEqual([other])
  })

  it.each([
    ['an update already published', [kline(0, 5)], [kline(0, 5)], []],
    ['an update behind the published one', [kline(0, 5)], [kline(0, 4)], []],
    ['an update after the closing one', [kline(0, 5, true)], [kline(0, 5)], []],
    ['a closing one already published', [kline(0, 5, true)], [kline(0, 5, true)], []],
    ['an open candle before the published one', [kline(60_000, 1)], [kline(0, 5)], []],
  ])('drops %s', (_name, passed, held, expected) => {
    expect(released(passed, held)).toEqual(expected)
  })

  it.each([
    ['an update with more volume', [kline(0, 5)], [kline(0, 6)]],
    ['the closing one after an update', [kline(0, 5)], [kline(0, 5, true)]],
    ['a late closing one', [kline(60_000, 1)], [kline(0, 5, true)]],
    ['the next candle', [kline(0, 5, true)], [kline(60_000, 1)]],
    ['a candle of a series that was quiet', [], [kline(0, 5)]],
  ])('publishes %s', (_name, passed, held) => {
    expect(released(passed, held)).toEqual(held)
  })

  it('publishes the newest quote of each instrument', () => {
    const other = quote(1, 7, { instrument: eth })
    expect(released([quote(1_000, 100)], [quote(1_000, 100), other, quote(1_005, 101)])).toEqual([
      quote(1_005, 101),
      other,
    ])
  })

  it("drops a quote that the exchange's own time proves older", () => {
    expect(released([quote(1_010, 102)], [quote(1_005, 101)])).toEqual([])
  })

  it('publishes a quote without a time: the new connection is right from now on', () => {
    expect(released([quote(null, 102)], [quote(null, 101)])).toEqual([quote(null, 101)])
  })

  it('goes by their arrival where quotes bear no time, so that no older one follows a newer', () => {
    const early = quote(null, 101, { receivedAt: 1_010 })
    const late = quote(null, 102, { receivedAt: 1_015 })
    expect(released([late], [early])).toEqual([])
    // The old connection had died before: what came over the new one meanwhile is news.
    expect(released([early], [late])).toEqual([late])
  })

  it('says when it is full', () => {
    const handover = new Handover()
    let held = 1
    while (handover.hold(trade(String(held)))) held++
    expect(held).toBe(50_000)
  })
})
