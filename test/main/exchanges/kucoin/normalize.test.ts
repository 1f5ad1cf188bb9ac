import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { kucoin } from '../../../../src/main/exchanges/kucoin/index.ts'
import { msOfNanoseconds } from '../../../../src/main/exchanges/kucoin/nanoseconds.ts'
import { plainDepth } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('kucoin', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const ethSpot = instrument('kucoin', 'spot', 'ETH', 'USDT', 'ETH-USDT')
const bsv = instrument('kucoin', 'spot', 'BCHSV', 'USDT', 'BCHSV-USDT')
const dappt = instrument('kucoin', 'spot', 'DAPPT', 'BTC', 'DAPPT-BTC')
const perpetual = instrument('kucoin', 'perpetual', 'BTC', 'USDT', 'XBTUSDTM', { contractSize: 0.001 })
const ethPerpetual = instrument('kucoin', 'perpetual', 'ETH', 'USDT', 'ETHUSDTM', { contractSize: 0.01 })
const lookup = lookupOf([spot, ethSpot, bsv, dappt, perpetual, ethPerpetual])
const receivedAt = 1_790_000_000_100

type Feed = 'spot' | 'perpetual'
const normalizer = (feed: Feed) => kucoin.createNormalizer(feed, lookup)
const normalize = (feed: Feed, frame: unknown): Normalized =>
  normalizer(feed)(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false, receivedAt)
const message = (topic: string, data: unknown) => ({ topic, type: 'message', subject: 'any', data })
const events = (...all: unknown[]) => ({ kind: 'events', events: all })
const rejected = (reason: string, detail: string) => ({
  kind: 'rejected',
  reason,
  detail: expect.stringContaining(detail),
})

describe('recorded kucoin frames', () => {
  const read = normalizer('spot')
  const frames = readFrames('recordings/KUCOIN.ndjson')
  const results = frames.map((frame) => read(frame, false, receivedAt))
  const resultOf = (part: string) => results[frames.findIndex((frame) => frame.includes(part))]

  it('are all accounted for', () => {
    const counts: Record<string, number> = {}
    for (const result of results) {
      const names =
        result.kind === 'events'
          ? result.events.map((event) => event.kind)
          : [result.kind === 'control' ? result.control.type : result.kind === 'rejected' ? result.reason : result.kind]
      for (const name of names) counts[name] = (counts[name] ?? 0) + 1
    }
    expect({ frames: frames.length, ...counts }).toEqual({
      frames: 2360,
      loggedIn: 1,
      ack: 13,
      book_ticker: 156,
      trade: 13,
      kline: 5,
      // /market/level2, and quotes of markets that are not listed here
      unknownChannel: 1916,
      unknownInstrument: 257,
    })
  })

  it('give a book ticker for a ticker', () => {
    expect(resultOf('"sequence":"1613277183873"')).toEqual(
      events({
        kind: 'book_ticker',
        instrument: bsv,
        bidPrice: 242.654,
        bidQuantity: 0.68148185,
        askPrice: 242.951,
        askQuantity: 4.51280965,
        exchangeAt: 1_619_378_326_330,
        receivedAt,
      }),
    )
  })

  it('give a trade with the side of the taker and its time in ms', () => {
    expect(resultOf('"sequence":"1612701563869"')).toEqual(
      events({
        kind: 'trade',
        instrument: dappt,
        tradeId: '6085c09769bc506996295e36',
        price: 0.0000001117,
        quantity: 81.8814,
        side: 'BUY',
        exchangeAt: 1_619_378_327_739,
        receivedAt,
      }),
    )
  })

  it('close a candle by the next one', () => {
    const candles = results.filter((result) => result.kind === 'events' && result.events[0]?.kind === 'kline')
    const common = { kind: 'kline', instrument: dappt, period: '1m', receivedAt }
    const opened = {
      ...common,
      ...{ openTime: 1_619_378_220_000, open: 1.116e-7, high: 1.116e-7, low: 1.116e-7, close: 1.116e-7 },
      ...{ volume: 0, quoteVolume: 0, isClosed: false, exchangeAt: 1_619_378_328_806 },
    }
    expect(candles.slice(0, 2)).toEqual([
      events(opened),
      events(
        { ...opened, isClosed: true },
        {
          ...common,
          ...{ openTime: 1_619_378_280_000, open: 1.117e-7, high: 1.123e-7, low: 1.117e-7, close: 1.123e-7 },
          ...{ volume: 3437.9375, quoteVolume: 0.00038556424505, isClosed: false, exchangeAt: 1_619_378_328_806 },
        },
      ),
    ])
  })
})

describe('documented kucoin frames', () => {
  const read = (feed: Feed, part: string) => {
    const frame = readFrames('documented/KUCOIN.ndjson').find((one) => one.includes(part))
    if (frame === undefined) throw new Error(`no frame of ${part}`)
    return plainDepth(normalizer(feed)(frame, false, receivedAt))
  }

  it('are quotes of spot', () => {
    const quote = { kind: 'book_ticker', receivedAt }
    expect(read('spot', '/spotMarket/level1:')).toEqual(
      events({
        ...{ ...quote, instrument: spot, bidPrice: 68_145.7, bidQuantity: 1.29267802, askPrice: 68_145.8 },
        ...{ askQuantity: 0.51987471, exchangeAt: 1_729_816_058_766 },
      }),
    )
    expect(read('spot', '/market/ticker:')).toEqual(
      events({
        ...{ ...quote, instrument: ethSpot, bidPrice: 2_667.6, bidQuantity: 0.8915, askPrice: 2_667.61 },
        ...{ askQuantity: 10.5900853, exchangeAt: 1_790_984_011_673 },
      }),
    )
  })

  it('are quotes of perpetuals, whose lots become base asset and nanoseconds milliseconds', () => {
    expect(read('perpetual', '/contractMarket/tickerV2:')).toEqual(
      events({
        ...{ kind: 'book_ticker', instrument: perpetual, bidPrice: 86_454.5, bidQuantity: 5.044, askPrice: 86_454.6 },
        ...{ askQuantity: 0.073, exchangeAt: 1_740_641_976_241, receivedAt },
      }),
    )
  })

  it('are trades', () => {
    expect(read('spot', '/market/match:')).toEqual(
      events({
        ...{ kind: 'trade', instrument: spot, tradeId: '11067996711960577', price: 67_523, quantity: 0.003 },
        ...{ side: 'BUY', exchangeAt: 1_729_843_222_921, receivedAt },
      }),
    )
    expect(read('perpetual', '/contractMarket/execution:')).toEqual(
      events({
        ...{ kind: 'trade', instrument: perpetual, tradeId: '1794100537695', price: 90_503.9, quantity: 0.002 },
        ...{ side: 'BUY', exchangeAt: 1_731_898_619_520, receivedAt },
      }),
    )
  })

  it('are candles, close before high, and on futures the quote volume before the lots', () => {
    const kline = { kind: 'kline', isClosed: false, receivedAt }
    expect(read('spot', '/market/candles:')).toEqual(
      events({
        ...{ ...kline, instrument: spot, period: '1h', openTime: 1_729_839_600_000, open: 67_644.9, high: 67_724.8 },
        ...{ low: 67_243.8, close: 67_437.6, volume: 44.88321441, quoteVolume: 3_027_558.991928447 },
        exchangeAt: 1_729_842_192_785,
      }),
    )
    expect(read('perpetual', '/contractMarket/limitCandle:')).toEqual(
      events({
        ...{ ...kline, instrument: perpetual, period: '1m', openTime: 1_790_993_280_000, open: 84_568.3 },
        ...{ high: 84_568.3, low: 84_544.2, close: 84_556.7, volume: 12.785, quoteVolume: 1_080_991.7836 },
        exchangeAt: 1_790_993_360_463,
      }),
    )
  })

  it('are whole books, whose id is their time', () => {
    const depth = { isSnapshot: true, previousId: null, receivedAt }
    expect(read('spot', '/spotMarket/level2Depth50:')).toEqual({
      ...{ ...depth, instrument: spot, firstId: 1_733_124_805_073, lastId: 1_733_124_805_073 },
      bids: [
        [95_964.2, 1.35483359],
        [95_964.1, 0.01117492],
      ],
      asks: [
        [95_964.3, 0.08168874],
        [95_967.9, 0.00985094],
      ],
      exchangeAt: 1_733_124_805_073,
    })
    expect(read('perpetual', '/contractMarket/level2Depth50:')).toEqual({
      ...{ ...depth, instrument: ethPerpetual, firstId: 1_790_114_460_610, lastId: 1_790_114_460_610 },
      bids: [
        [2_749.68, 2.41],
        [2_749.61, 0.45],
      ],
      asks: [
        [2_749.69, 0.44],
        [2_749.7, 1.02],
      ],
      exchangeAt: 1_790_114_460_610,
    })
  })

  it('of channels that are not subscribed are rejected by name', () => {
    expect(read('spot', '/market/level2:')).toEqual(rejected('unknownChannel', '/market/level2:BTC-USDT'))
    expect(read('perpetual', '/contractMarket/level2:')).toEqual(rejected('unknownChannel', '/contractMarket/level2:'))
    expect(read('perpetual', '/contract/instrument:')).toEqual(rejected('unknownChannel', '/contract/instrument:'))
  })

  it('of a connection are housekeeping', () => {
    const replies = readFrames('kucoin/ws_replies.ndjson').map((frame) => normalizer('spot')(frame, false, receivedAt))
    const control = (what: unknown) => ({ kind: 'control', control: what })
    expect(replies).toEqual([
      control({ type: 'loggedIn' }),
      // an id of ours is small: what another client's request was called is none
      rejected('schema', '1545910660739'),
      control({ type: 'pong' }),
      control({ type: 'refused', id: 1, wires: null, message: '404 topic does not exist' }),
      rejected('value', 'error 400 ping timeout'),
    ])
    expect(normalize('spot', '{"id":"7","type":"ack"}')).toEqual(control({ type: 'ack', id: 7, wires: null }))
  })
})

describe('kucoin quotes', () => {
  const level1 = (data: object) =>
    normalize(
      'spot',
      message('/spotMarket/level1:BTC-USDT', { asks: ['2', '1'], bids: ['1', '3'], timestamp: 5, ...data }),
    )

  it('show a side that nobody quotes as null', () => {
    expect(level1({ bids: [] })).toMatchObject({
      events: [{ bidPrice: null, bidQuantity: null, askPrice: 2, askQuantity: 1 }],
    })
    const ticker = { bestAsk: '', bestAskSize: '', bestBid: '1', bestBidSize: '2', time: 5 }
    expect(normalize('spot', message('/market/ticker:BTC-USDT', ticker))).toMatchObject({
      events: [{ bidPrice: 1, bidQuantity: 2, askPrice: null, askQuantity: null }],
    })
  })

  it('of all symbols at once name theirs in the subject', () => {
    const ticker = { bestAsk: '2', bestAskSize: '1', bestBid: '1', bestBidSize: '2', time: 5 }
    expect(
      normalize('spot', { topic: '/market/ticker:all', type: 'message', subject: 'ETH-USDT', data: ticker }),
    ).toMatchObject({ events: [{ instrument: ethSpot }] })
  })

  it.each([
    ['a price of 0', { bids: ['0', '1'] }, 'value', 'bid 0,1'],
    ['a price without a size', { bids: ['1'] }, 'value', 'BTC-USDT bid 1'],
    ['a size that is no number', { asks: ['1', ''] }, 'value', 'ask 1,'],
    ['no time', { timestamp: 0 }, 'value', 'at 0'],
    ['a time as text', { timestamp: '5' }, 'schema', 'timestamp'],
    ['a level of numbers', { asks: [1, 2] }, 'schema', 'asks.0'],
  ])('with %s are rejected', (_what, data, reason, detail) => {
    expect(level1(data)).toEqual(rejected(reason, detail))
  })
})

describe('kucoin candles', () => {
  const push = (start: number, close: string, volume = '2', name = 'BTC-USDT_1min') =>
    Buffer.from(
      JSON.stringify(
        message(`/market/candles:${name}`, {
          candles: [String(start), '1', close, '9', '1', volume, '5'],
          time: 1_790_000_000_000_000_000,
        }),
      ),
    )
  const closes = (result: Normalized) =>
    result.kind === 'events'
      ? result.events.map((event) => (event.kind === 'kline' ? [event.openTime, event.close, event.isClosed] : []))
      : result

  it('late for a candle that is closed correct it, and with less volume change nothing', () => {
    const read = normalizer('spot')
    const told = [push(60, '2'), push(60, '3', '1'), push(120, '4'), push(60, '5', '3')]
    expect(told.map((frame) => closes(read(frame, false, receivedAt)))).toEqual([
      [[60_000, 2, false]],
      [],
      [
        [60_000, 2, true],
        [120_000, 4, false],
      ],
      [[60_000, 5, true]],
    ])
  })

  it.each([
    ['off the grid', push(61, '2'), 'value', 'BTC-USDT_1min candle 61'],
    ['whose close is above the high', push(60, '10'), 'value', 'candle'],
    ['of another period', push(60, '2', '2', 'BTC-USDT_3min'), 'unknownChannel', 'BTC-USDT_3min'],
    ['of a strange name', push(60, '2', '2', 'XYZ-USDT_1min'), 'unknownInstrument', 'XYZ-USDT_1min'],
  ])('%s are rejected', (_what, frame, reason, detail) => {
    expect(normalizer('spot')(frame, false, receivedAt)).toEqual(rejected(reason, detail))
  })
})

describe('kucoin times', () => {
  it('in nanoseconds are whole milliseconds, whatever digits a JSON number has lost', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
        fc.integer({ min: 0, max: 998 }),
        (ms, us) => {
          const digits = `${ms}${String(us).padStart(3, '0')}000`
          expect([msOfNanoseconds(digits), msOfNanoseconds(Number(digits))]).toEqual([ms, ms])
        },
      ),
    )
    expect([msOfNanoseconds('1729843222921'), msOfNanoseconds(0), msOfNanoseconds('')]).toEqual([NaN, NaN, NaN])
  })
})

describe('kucoin frames that are none', () => {
  it.each([
    ['cut-off text', '{"topic":"/market', 'json', '{"topic"'],
    ['no type', '{"topic":"/market/match:BTC-USDT"}', 'schema', 'type'],
    ['an unknown type', '{"type":"notice"}', 'unknownChannel', 'type notice'],
    ['no topic', '{"type":"message","data":{}}', 'unknownChannel', ''],
    ['a strange symbol', message('/market/match:XYZ-USDT', {}), 'unknownInstrument', 'XYZ-USDT'],
    ['a side that is none', message('/market/match:BTC-USDT', trade({ side: 'both' })), 'value', 'side both'],
    ['a price as a number', message('/market/match:BTC-USDT', trade({ price: 1 })), 'schema', 'price'],
  ])('%s', (_what, frame, reason, detail) => {
    expect(normalize('spot', frame)).toEqual(rejected(reason, detail))
  })

  it('never throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('spot' as const, 'perpetual' as const), (value, feed) => {
        const frames = [
          value,
          message('/market/match:BTC-USDT', value),
          message('/contractMarket/tickerV2:XBTUSDTM', value),
        ]
        for (const frame of frames)
          normalize(feed, JSON.stringify(frame, (_key, one) => (typeof one === 'bigint' ? '' : one)) ?? '')
      }),
    )
  })
})

function trade(more: object) {
  return { tradeId: '1', price: '1', size: '1', side: 'buy', time: '1729843222921000000', ...more }
}
