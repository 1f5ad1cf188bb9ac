import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { kraken } from '../../../../src/main/exchanges/kraken/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const btc = instrument('kraken', 'spot', 'BTC', 'USD', 'BTC/USD', { tickSize: 0.1, lotSize: 1e-8 })
const matic = instrument('kraken', 'spot', 'MATIC', 'USD', 'MATIC/USD', { tickSize: 0.0001, lotSize: 1e-8 })
const lookup = lookupOf([btc, matic])
const receivedAt = 1_790_000_000_000

const normalizer = () => {
  const normalize = kraken.createNormalizer('public', lookup)
  return (frame: string | Buffer | object): Normalized =>
    normalize(
      Buffer.isBuffer(frame) ? frame : Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      false,
      receivedAt,
    )
}
const frames = readFrames('kraken/ws_documented.ndjson')
const documented = (part: string): Buffer => {
  const frame = frames.find((one) => one.includes(part))
  if (frame === undefined) throw new Error(`no frame with ${part}`)
  return frame
}

describe('kraken documented frames', () => {
  it('are all accounted for', () => {
    const outcome = (result: Normalized) =>
      result.kind === 'control' ? result.control.type : result.kind === 'rejected' ? result.reason : result.kind
    expect(frames.map(normalizer()).map(outcome)).toEqual([
      'ignored',
      'ack',
      'value',
      'value',
      'ignored',
      'pong',
      'events',
      'depth',
      'depth',
      'events',
      'events',
      'unknownChannel',
    ])
  })

  it('give the best bid and ask, with the time cut to milliseconds', () => {
    expect(normalizer()(documented('"channel":"ticker"'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'book_ticker',
          instrument: btc,
          bidPrice: 83_744.2,
          bidQuantity: 0.56251979,
          askPrice: 83_744.3,
          askQuantity: 0.0004478,
          exchangeAt: Date.UTC(2026, 8, 25, 17, 48, 26, 844),
          receivedAt,
        },
      ],
    })
  })

  it('give the trade with the taker side', () => {
    expect(normalizer()(documented('"channel":"trade"'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'trade',
          instrument: btc,
          tradeId: '109116693',
          price: 83_744.3,
          quantity: 0.0004478,
          side: 'BUY',
          exchangeAt: Date.UTC(2026, 8, 25, 17, 48, 26, 844),
          receivedAt,
        },
      ],
    })
  })

  it('give the candle, open, without a quote volume', () => {
    expect(normalizer()(documented('"channel":"ohlc"'))).toEqual({ kind: 'events', events: [kline()] })
  })
})

const openTime = Date.UTC(2026, 8, 25, 17, 48)
const kline = (more: object = {}) => ({
  kind: 'kline',
  instrument: btc,
  period: '1m',
  openTime,
  open: 83_729.5,
  high: 83_745.2,
  low: 83_729.4,
  close: 83_744.3,
  volume: 0.21155628,
  quoteVolume: null,
  isClosed: false,
  exchangeAt: Date.UTC(2026, 8, 25, 17, 48, 26, 844),
  receivedAt,
  ...more,
})

describe('kraken candles', () => {
  const row = {
    symbol: 'BTC/USD',
    ...{
      open: 83_729.5,
      high: 83_745.2,
      low: 83_729.4,
      close: 83_744.3,
      trades: 33,
      volume: 0.21155628,
      vwap: 83_736.4,
    },
    ...{ interval_begin: '2026-09-25T17:48:00.000000000Z', interval: 1, timestamp: '2026-09-25T17:49:00.000000Z' },
  }
  const frame = (at: string, ...data: readonly object[]) => ({ channel: 'ohlc', type: 'update', timestamp: at, data })
  const [first, second] = ['2026-09-25T17:48:59.1Z', '2026-09-25T17:49:01.5Z']
  const at = { first: Date.UTC(2026, 8, 25, 17, 48, 59, 100), second: Date.UTC(2026, 8, 25, 17, 49, 1, 500) }
  const next = { ...row, interval_begin: '2026-09-25T17:49:00Z', volume: 0.5 }
  const eventsOf = (result: Normalized) => (result.kind === 'events' ? result.events : result)

  it('are closed, and told again, once one of a later interval comes', () => {
    const normalize = normalizer()
    expect([frame(first, row), frame(second, next)].map(normalize).map(eventsOf)).toEqual([
      [kline({ exchangeAt: at.first })],
      [
        kline({ exchangeAt: at.second, isClosed: true }),
        kline({ exchangeAt: at.second, openTime: openTime + 60_000, volume: 0.5 }),
      ],
    ])
  })

  it('that come late correct a closed one, and with less volume are passed over', () => {
    const normalize = normalizer()
    const late = { ...row, volume: 0.3 }
    const less = { ...next, volume: 0.4 }
    const results = [frame(first, row), frame(second, next), frame(second, late), frame(second, less)].map(normalize)
    expect(results.slice(2).map(eventsOf)).toEqual([
      [kline({ exchangeAt: at.second, isClosed: true, volume: 0.3 })],
      { kind: 'control', control: { type: 'ignored' } },
    ])
  })

  it('of one symbol and several intervals do not close each other', () => {
    const normalize = normalizer()
    const hour = { ...row, interval: 60, interval_begin: '2026-09-25T17:00:00Z' }
    const results = [frame(first, row), frame(first, hour), frame(second, { ...hour, volume: 1 })].map(normalize)
    expect(
      results.map(
        (one) =>
          one.kind === 'events' && one.events.map((event) => event.kind === 'kline' && [event.period, event.isClosed]),
      ),
    ).toEqual([[['1m', false]], [['1h', false]], [['1h', false]]])
  })

  it('of a snapshot are closed but for the last', () => {
    const result = normalizer()({ ...frame(second, row, next), type: 'snapshot' })
    expect(result.kind === 'events' && result.events.map((event) => event.kind === 'kline' && event.isClosed)).toEqual([
      false,
      true,
      false,
    ])
  })
})

describe('kraken answers', () => {
  const control = (answer: object) => normalizer()(answer)
  // 8 kinds of streams: a request of id 8n is for tickers, of 8n + 5 for candles of 15 minutes
  it('name the wire of every symbol', () => {
    const ack = { method: 'subscribe', success: true, req_id: 21 }
    const results = [
      { ...ack, result: { channel: 'ohlc', interval: 15, snapshot: false, symbol: 'BTC/USD' } },
      { ...ack, method: 'unsubscribe', result: { channel: 'ticker', event_trigger: 'bbo', symbol: 'BTC/USD' } },
    ].map(control)
    expect(results).toEqual([
      { kind: 'control', control: { type: 'ack', id: 21, wires: ['ohlc-15:BTC/USD'] } },
      { kind: 'control', control: { type: 'ack', id: 21, wires: ['ticker:BTC/USD'] } },
    ])
  })

  it('that refuse name the channel by the id of their request', () => {
    const error = {
      method: 'subscribe',
      success: false,
      error: 'Currency pair not supported XBT/USD',
      symbol: 'XBT/USD',
    }
    const message = error.error
    expect([16, 18, 21].map((req_id) => control({ ...error, req_id }))).toEqual([
      { kind: 'control', control: { type: 'refused', id: 16, wires: ['ticker:XBT/USD'], message } },
      { kind: 'control', control: { type: 'refused', id: 18, wires: ['book:XBT/USD'], message } },
      { kind: 'control', control: { type: 'refused', id: 21, wires: ['ohlc-15:XBT/USD'], message } },
    ])
  })

  it('without a symbol are about the whole request', () => {
    expect(control({ method: 'subscribe', success: false, error: 'Symbol(s) not found', req_id: 16 })).toEqual({
      kind: 'control',
      control: { type: 'refused', id: 16, wires: null, message: 'Symbol(s) not found' },
    })
  })

  it('about a limit leave the request to be made again, about what flows already are an ack', () => {
    const error = { method: 'subscribe', success: false, symbol: 'BTC/USD', req_id: 17 }
    expect([
      control({ ...error, error: 'Rate limit for snapshot requests exceeded' }),
      control({ ...error, error: 'Already subscribed' }),
    ]).toEqual([
      { kind: 'rejected', reason: 'value', detail: 'subscribe: Rate limit for snapshot requests exceeded' },
      { kind: 'control', control: { type: 'ack', id: 17, wires: ['trade:BTC/USD'] } },
    ])
  })
})

describe('kraken frames that cannot be read', () => {
  const ticker = { symbol: 'BTC/USD', bid: 1, bid_qty: 1, ask: 2, ask_qty: 1, timestamp: '2026-09-25T17:48:26.844359Z' }
  const trade = { symbol: 'BTC/USD', side: 'buy', price: 1, qty: 1, trade_id: 5, timestamp: ticker.timestamp }
  const book = { symbol: 'BTC/USD', bids: [], asks: [], checksum: 0, timestamp: ticker.timestamp }
  const frame = (channel: string, row: object) => ({ channel, type: 'update', data: [row] })

  it.each<[string, string | object, string, RegExp]>([
    ['cut off', '{"channel":"tick', 'json', /tick/],
    ['no object', '7', 'schema', /^7$/],
    ['neither push nor answer', '{"event":"x"}', 'schema', /no channel, no method/],
    ['a field missing', frame('ticker', { ...ticker, bid: undefined }), 'schema', /bid/],
    ['a number as text', frame('trade', { ...trade, price: '1' }), 'schema', /price/],
    ['an unlisted symbol', frame('ticker', { ...ticker, symbol: 'XBT/USD' }), 'unknownInstrument', /^XBT\/USD$/],
    ['a price of 0 with a quantity', frame('ticker', { ...ticker, bid: 0 }), 'value', /bid 0 bid_qty 1/],
    ['a time that is none', frame('ticker', { ...ticker, timestamp: 'now' }), 'value', /timestamp now/],
    ['a side that is none', frame('trade', { ...trade, side: 'b' }), 'value', /side b/],
    ['a trade of nothing', frame('trade', { ...trade, qty: 0 }), 'value', /qty 0/],
    [
      'an id that is rounded',
      '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":1,"qty":1,"trade_id":9007199254740993,"timestamp":"2026-09-25T17:48:26Z"}]}',
      'value',
      /trade/,
    ],
    [
      'a price beyond numbers',
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":1e999,"qty":1}],"asks":[],"checksum":0,"timestamp":"2026-09-25T17:48:26Z"}]}',
      'value',
      /BTC\/USD depth: bids.0: Infinity 1/,
    ],
    ['a negative quantity', frame('book', { ...book, asks: [{ price: 1, qty: -1 }] }), 'value', /asks.0: 1 -1/],
    ['a change without a time', frame('book', { ...book, timestamp: undefined }), 'value', /timestamp: undefined: no/],
    ['a checksum that is none', frame('book', { ...book, checksum: -5 }), 'value', /checksum: -5/],
    ['an unknown channel', frame('level3', book), 'unknownChannel', /^level3$/],
  ])('are rejected with the reason: %s', (_name, frameOf, reason, detail) => {
    expect(normalizer()(frameOf)).toMatchObject({ kind: 'rejected', reason, detail: expect.stringMatching(detail) })
  })

  it('does not take a side that nobody quotes for a price of 0', () => {
    expect(normalizer()(frame('ticker', { ...ticker, bid: 0, bid_qty: 0, timestamp: undefined }))).toMatchObject({
      events: [{ bidPrice: null, bidQuantity: null, askPrice: 2, exchangeAt: null }],
    })
  })
})
