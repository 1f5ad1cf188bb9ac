import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { cryptocom } from '../../../../src/main/exchanges/cryptocom/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('cryptocom', 'spot', 'BTC', 'USDT', 'BTC_USDT')
const eth = instrument('cryptocom', 'perpetual', 'ETH', 'USD', 'ETHUSD-PERP')
const btc = instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')
const lookup = lookupOf([spot, eth, btc])
const receivedAt = 1_790_114_300_000
const normalizer = () => {
  const normalize = cryptocom.createNormalizer('market', lookup)
  return (frame: unknown): Normalized =>
    normalize(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false, receivedAt)
}
const [heartbeat, tooMany, ack, left, refusal, ticker, whole, change, foreignBook, trades, candle, funding] =
  readFrames('documented/CRYPTOCOM.ndjson').map(String)

/** A push of one channel. */
const push = (channel: string, name: string, data: unknown, more: object = {}, id = -1) => ({
  id,
  method: 'subscribe',
  code: 0,
  result: { instrument_name: name, subscription: `${channel}.${name}`, channel, data, ...more },
})

describe('crypto.com housekeeping', () => {
  it('answers a heartbeat with its own id', () => {
    expect(normalizer()(heartbeat)).toEqual({
      kind: 'control',
      control: { type: 'ping', answer: '{"id":1790114291578,"method":"public/respond-heartbeat"}' },
    })
  })
  it('reads acknowledgements and refusals, by channel where one is named', () => {
    expect([ack, left, refusal, tooMany].map(normalizer())).toEqual([
      { kind: 'control', control: { type: 'ack', id: 1, wires: ['book.BTC_USDT.50'] } },
      { kind: 'control', control: { type: 'ack', id: 2, wires: null } },
      {
        kind: 'control',
        control: { type: 'refused', id: 11, wires: ['book.NOPEUSD-PERP.50'], message: '40003 Unknown symbol' },
      },
      {
        kind: 'control',
        control: { type: 'refused', id: 9, wires: null, message: '40107 Maximum subscriptions exceeded' },
      },
    ])
  })
  it('takes numbers written as text, as the documents of 2026 print them', () => {
    const frames = [
      { id: '7', method: 'subscribe', code: '0', channel: 'book.BTC_USDT.50' },
      { id: '1790114291578', method: 'public/heartbeat', code: '0' },
    ]
    expect(frames.map(normalizer())).toMatchObject([
      { control: { type: 'ack', id: 7 } },
      { control: { type: 'ping', answer: '{"id":1790114291578,"method":"public/respond-heartbeat"}' } },
    ])
  })
  it('counts a limit instead of giving the topics up', () => {
    expect(normalizer()({ id: 3, method: 'subscribe', code: 42901, message: 'TOO_MANY_REQUESTS' })).toEqual({
      kind: 'rejected',
      reason: 'value',
      detail: 'error 42901 TOO_MANY_REQUESTS',
    })
  })
})

describe('crypto.com book tickers', () => {
  const event = {
    kind: 'book_ticker',
    instrument: eth,
    bidPrice: 2335.1,
    bidQuantity: 5.4,
    askPrice: 2335.16,
    askQuantity: 1.997,
    exchangeAt: 1_726_069_647_560,
    receivedAt,
  }
  it('are read from b, bs, k and ks', () => {
    expect(normalizer()(ticker)).toEqual({ kind: 'events', events: [event] })
  })
  it('acknowledge their channel when they are the first', () => {
    expect(normalizer()((ticker ?? '').replace('"id":-1', '"id":5'))).toEqual({
      kind: 'events',
      events: [event],
      control: { type: 'ack', id: 5, wires: ['ticker.ETHUSD-PERP'] },
    })
  })
  it('have no side where nobody quotes', () => {
    const row = { b: null, bs: null, k: '1.5', ks: '2', i: 'BTC_USDT', t: 1_726_069_647_560 }
    expect(normalizer()(push('ticker', 'BTC_USDT', [row]))).toMatchObject({
      events: [{ bidPrice: null, bidQuantity: null, askPrice: 1.5, askQuantity: 2 }],
    })
  })
  it.each([
    [{ bs: '' }, 'value', /b 1 bs {2}k 2/],
    [{ b: '-1' }, 'value', /b -1/],
    [{ bs: null }, 'value', /bs null/],
    [{ t: 1_726_069 }, 'value', /t 1726069/],
    [{ k: 2 }, 'schema', /expected instrument_name/],
  ])('are rejected with %j', (wrong, reason, detail) => {
    const row = { b: '1', bs: '1', k: '2', ks: '1', t: 1_726_069_647_560, ...wrong }
    expect(normalizer()(push('ticker', 'BTC_USDT', [row]))).toEqual({
      kind: 'rejected',
      reason,
      detail: expect.stringMatching(detail),
    })
  })
})

describe('crypto.com trades', () => {
  it('come oldest first, with the taker’s side', () => {
    const trade = { kind: 'trade', instrument: spot, price: 77558.92, side: 'SELL', receivedAt }
    const exchangeAt = 1_788_335_095_880
    expect(normalizer()(trades)).toEqual({
      kind: 'events',
      events: [
        { ...trade, tradeId: '1788335095880381801', quantity: 0.00064, exchangeAt },
        { ...trade, tradeId: '1788335095880381802', quantity: 0.00004, exchangeAt },
      ],
    })
  })
  it.each([
    ['an unknown side', { s: 'both' }],
    ['no quantity', { q: '0' }],
    ['no id', { d: '' }],
  ])('are rejected with %s', (_name, wrong) => {
    const row = { d: '1', t: 1_788_335_095_880, p: '1', q: '1', s: 'buy', ...wrong }
    expect(normalizer()(push('trade', 'BTC_USDT', [row]))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })
})

describe('crypto.com candles', () => {
  const minute = 60_000
  const begin = 1_612_224_000_000
  const row = (n: number, close: string) => ({ o: '10', h: '12', l: '9', c: close, v: '3.5', t: begin + n * minute })
  const rows = (...data: unknown[]) => push('candlestick', 'BTC_USDT', data, { interval: '1m' })
  const shown = (normalized: Normalized) =>
    normalized.kind === 'events'
      ? normalized.events.map((event) => event.kind === 'kline' && [event.openTime, event.close, event.isClosed])
      : normalized

  it('are read, and acknowledge their channel', () => {
    expect(normalizer()(candle)).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'kline',
          instrument: spot,
          period: '1m',
          openTime: begin,
          open: 51140.5,
          high: 51699,
          low: 49212,
          close: 51313.5,
          volume: 867.9432,
          quoteVolume: null,
          isClosed: false,
          exchangeAt: null,
          receivedAt,
        },
      ],
      control: { type: 'ack', id: 1, wires: ['candlestick.1m.BTC_USDT'] },
    })
  })
  it('are closed by the next one, with what was last told of them', () => {
    const normalize = normalizer()
    expect(
      [rows(row(0, '10')), rows(row(0, '11')), rows(row(1, '12'))].map((frame) => shown(normalize(frame))),
    ).toEqual([
      [[begin, 10, false]],
      [[begin, 11, false]],
      [
        [begin, 11, true],
        [begin + minute, 12, false],
      ],
    ])
  })
  it('of history are the newest two, whatever their order', () => {
    expect(shown(normalizer()(rows(row(2, '12'), row(0, '10'), row(1, '11'))))).toEqual([
      [begin + minute, 11, false],
      [begin + minute, 11, true],
      [begin + 2 * minute, 12, false],
    ])
  })
  it('that come late are closed', () => {
    const normalize = normalizer()
    normalize(rows(row(1, '12')))
    expect(shown(normalize(rows(row(0, '11'))))).toEqual([[begin, 11, true]])
  })
  it.each([
    ['no open time of its period', rows({ ...row(0, '10'), t: begin + 1 }), 'value'],
    ['impossible prices', rows({ ...row(0, '10'), h: '8' }), 'value'],
    ['another interval', push('candlestick', 'BTC_USDT', [row(0, '10')], { interval: '7D' }), 'unknownChannel'],
  ])('are rejected with %s', (_name, frame, reason) => {
    expect(normalizer()(frame)).toMatchObject({ kind: 'rejected', reason })
  })
})

describe('crypto.com funding rates', () => {
  it('are hourly and fall due at the end of the hour', () => {
    expect(normalizer()(funding)).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'funding_rate',
          rate: {
            exchange: 'cryptocom',
            symbol: 'BTC_USD_PERP',
            rate: '-0.000006242',
            nextFundingAt: Date.UTC(2026, 7, 11, 21),
            intervalHours: 1,
            markPrice: null,
            exchangeAt: 1_786_480_859_000,
            receivedAt,
          },
        },
      ],
    })
  })
})

describe('crypto.com order books', () => {
  const levels = (normalized: Normalized) => {
    if (normalized.kind !== 'depth') return normalized
    const { bids, asks, instrument: of, ...rest } = normalized.depth
    const rows = (side: typeof bids) =>
      Array.from({ length: side.length }, (_, at) => [side.price[at], side.quantity[at]])
    return { of: of.symbol, bids: rows(bids), asks: rows(asks), ...rest }
  }
  it('begin with the whole and go on with changes, each naming the one before', () => {
    const normalize = normalizer()
    expect([levels(normalize(whole)), levels(normalize(change))]).toEqual([
      {
        of: 'ETH_USD_PERP',
        bids: [
          [2749.61, 0.0786],
          [2749.59, 0.0001],
        ],
        asks: [
          [2749.62, 0.2008],
          [2749.79, 0.0001],
        ],
        isSnapshot: true,
        firstId: 375_554_806_244_928,
        lastId: 375_554_806_244_928,
        previousId: null,
        exchangeAt: 1_790_114_273_395,
        receivedAt,
      },
      {
        of: 'ETH_USD_PERP',
        bids: [
          [2748.12, 0],
          [2748.1, 5.4582],
        ],
        asks: [
          [2750.2, 0],
          [2753.11, 0.2616],
        ],
        isSnapshot: false,
        firstId: 375_554_807_336_512,
        lastId: 375_554_807_336_512,
        previousId: 375_554_807_297_984,
        exchangeAt: 1_790_114_273_659,
        receivedAt,
      },
    ])
  })
  it('of markets that are not listed are unknown', () => {
    expect(normalizer()(foreignBook)).toEqual({ kind: 'rejected', reason: 'unknownInstrument', detail: 'NVDAUSD-PERP' })
  })
  it('go by previous ids alone', () => {
    const rules = cryptocom.bookRules('perpetual')
    const follows = (update: { isSnapshot?: boolean; lastId: number; previousId: number | null }, known: number) => {
      const normalized = normalizer()(change)
      if (normalized.kind !== 'depth') throw new Error('no depth')
      const depth = { ...normalized.depth, firstId: update.lastId, ...update }
      return rules?.follows(depth, known, false)
    }
    expect([
      follows({ lastId: 90, previousId: 70 }, 70),
      follows({ lastId: 90, previousId: 80 }, 70),
      // Nothing changed.
      follows({ lastId: 70, previousId: 70 }, 70),
      // The same message again.
      follows({ lastId: 70, previousId: 60 }, 70),
      // Ids that begin anew are no old news.
      follows({ lastId: 5, previousId: 4 }, 70),
      follows({ isSnapshot: true, lastId: 5, previousId: null }, 70),
    ]).toEqual(['next', 'gap', 'next', 'old', 'gap', 'next'])
  })
})

describe('crypto.com frames', () => {
  it.each([
    ['cut-off text', '{"id":1', 'json'],
    ['no object', '[]', 'schema'],
    ['a method that was never called', { id: -1, method: 'ERROR', code: 40003 }, 'unknownChannel'],
    ['a channel that was not asked for', push('mark', 'BTCUSD-PERP', [{ v: '1', t: 1 }]), 'unknownChannel'],
    ['an unlisted market', push('trade', 'XYZ_USDT', []), 'unknownInstrument'],
    ['a result without a channel', { id: 1, method: 'subscribe', result: {} }, 'schema'],
    ['a book without ids', push('book', 'BTC_USDT', [{ asks: [], bids: [], t: 1 }]), 'schema'],
    [
      'a book that is a change too',
      push('book', 'BTC_USDT', [{ asks: [], bids: [], t: 1, u: 1, update: null }]),
      'schema',
    ],
  ])('with %s are rejected and say why', (_name, frame, reason) => {
    expect(normalizer()(frame)).toEqual({ kind: 'rejected', reason, detail: expect.any(String) })
  })
})
