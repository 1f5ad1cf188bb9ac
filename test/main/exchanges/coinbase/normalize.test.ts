import { describe, expect, it } from 'vitest'
import { coinbase } from '../../../../src/main/exchanges/coinbase/index.ts'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { microsecondsOf, millisecondsOf } from '../../../../src/main/exchanges/instants.ts'
import { plainDepth } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const receivedAt = 1_775_572_201_500
const btc = instrument('coinbase', 'spot', 'BTC', 'USD', 'BTC-USD')
const eth = instrument('coinbase', 'spot', 'ETH', 'USD', 'ETH-USD')
const skl = instrument('coinbase', 'spot', 'SKL', 'BTC', 'SKL-BTC')
const band = instrument('coinbase', 'spot', 'BAND', 'GBP', 'BAND-GBP')
const lookup = lookupOf([btc, eth, skl, band])

/** A connection's normalizer; what it gives is copied into plain values, since depth holds until the next frame only. */
function connection(feed: string) {
  const normalize = coinbase.createNormalizer(feed, lookup)
  return (frame: unknown): unknown => {
    const data = Buffer.isBuffer(frame) ? frame : Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame))
    const result: Normalized = normalize(data, false, receivedAt)
    return result.kind === 'depth' ? { ...result, depth: plainDepth(result) } : result
  }
}
const ignored = { kind: 'control', control: { type: 'ignored' } }

/** Books start at 14:30:01 and move by milliseconds. */
const timeOf = (ms: number): string => new Date(Date.UTC(2026, 3, 7, 14, 30, 1, ms)).toISOString()
const idOf = (ms: number): number => (Date.UTC(2026, 3, 7, 14, 30, 1, ms) - Date.UTC(2020, 0, 1)) * 1_000
type Level = readonly [side: 'bid' | 'offer', price: string, quantity: string]
const book = (
  number: number,
  ms: number,
  type: 'snapshot' | 'update',
  levels: readonly Level[],
  product = 'BTC-USD',
) => ({
  channel: 'l2_data',
  client_id: '',
  timestamp: timeOf(ms),
  sequence_num: number,
  events: [
    {
      type,
      product_id: product,
      updates: levels.map(([side, price_level, new_quantity]) => ({
        side,
        event_time: '1970-01-01T00:00:00Z',
        price_level,
        new_quantity,
      })),
    },
  ],
})
const heartbeat = (number: number) => ({
  channel: 'heartbeats',
  timestamp: timeOf(0),
  sequence_num: number,
  events: [{ current_time: 'x', heartbeat_counter: String(number) }],
})
const whole: readonly Level[] = [
  ['bid', '68900.00', '2.00000000'],
  ['bid', '68899.50', '1'],
  ['offer', '68901.00', '0.5'],
  ['offer', '68902.00', '3'],
]

describe('documented coinbase frames of the market socket', () => {
  const frames = readFrames('coinbase/ws_market.ndjson')
  const [beat, depth, subscriptions, candles] = frames.map((frame) => connection('market')(frame))

  it('are heartbeats, acks of every subscription and candles', () => {
    expect(beat).toEqual(ignored)
    const wires = ['level2:BTC-USD', 'market_trades:BTC-USD', 'market_trades:ETH-USD']
    expect(subscriptions).toEqual({ kind: 'control', control: { type: 'ack', id: null, wires } })
    expect(candles).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'kline',
          instrument: btc,
          period: '5m',
          openTime: 1_775_521_800_000,
          open: 68_900,
          high: 68_950,
          low: 68_850,
          close: 68_920.5,
          volume: 42.15,
          quoteVolume: null,
          isClosed: false,
          exchangeAt: Date.UTC(2026, 3, 7, 14, 30, 5),
          receivedAt,
        },
      ],
    })
  })

  it('are changes of a book, which follow on nothing without the whole', () => {
    expect(depth).toEqual({
      kind: 'depth',
      depth: {
        instrument: btc,
        isSnapshot: false,
        firstId: (Date.UTC(2026, 3, 7, 14, 30, 1) - Date.UTC(2020, 0, 1)) * 1_000 + 456_789,
        lastId: (Date.UTC(2026, 3, 7, 14, 30, 1) - Date.UTC(2020, 0, 1)) * 1_000 + 456_789,
        previousId: -1,
        bids: [[68_900, 2]],
        asks: [[68_901, 0]],
        exchangeAt: Date.UTC(2026, 3, 7, 14, 30, 1, 456),
        receivedAt,
      },
    })
  })

  it('take the heartbeats alone for the answer to the first request', () => {
    const frame = {
      channel: 'subscriptions',
      sequence_num: 0,
      events: [{ subscriptions: { heartbeats: ['heartbeats'] } }],
    }
    expect(connection('market')(frame)).toEqual({ kind: 'control', control: { type: 'loggedIn' } })
  })

  it('give of a snapshot of candles the newest of each product', () => {
    const row = { high: '3', low: '1', open: '2', close: '2', volume: '0' }
    const rows = [
      { ...row, start: '1775521800', product_id: 'BTC-USD' },
      { ...row, start: '1775521500', product_id: 'BTC-USD' },
      { ...row, start: '1775521500', product_id: 'ETH-USD' },
    ]
    const frame = {
      channel: 'candles',
      timestamp: timeOf(0),
      sequence_num: 0,
      events: [{ type: 'snapshot', candles: rows }],
    }
    expect(connection('market')(frame)).toMatchObject({
      events: [
        { instrument: btc, openTime: 1_775_521_800_000, volume: 0 },
        { instrument: eth, openTime: 1_775_521_500_000 },
      ],
    })
  })
})

describe('coinbase books', () => {
  it('begin with the whole, go on by the message before, and tell the best of both sides when it changes', () => {
    const read = connection('market')
    const quote = {
      kind: 'book_ticker',
      instrument: btc,
      bidPrice: 68_900,
      bidQuantity: 2,
      askPrice: 68_901,
      askQuantity: 0.5,
    }
    expect(read(book(1, 0, 'snapshot', whole))).toEqual({
      kind: 'depth',
      depth: {
        ...{ instrument: btc, isSnapshot: true, firstId: idOf(0), lastId: idOf(0), previousId: null },
        bids: [
          [68_900, 2],
          [68_899.5, 1],
        ],
        asks: [
          [68_901, 0.5],
          [68_902, 3],
        ],
        exchangeAt: Date.UTC(2026, 3, 7, 14, 30, 1),
        receivedAt,
      },
      quote: { ...quote, exchangeAt: Date.UTC(2026, 3, 7, 14, 30, 1), receivedAt },
    })
    // deep in the book: no other quote
    expect(read(book(2, 50, 'update', [['bid', '68899.50', '7']]))).toMatchObject({
      depth: { previousId: idOf(0), lastId: idOf(50), isSnapshot: false },
      quote: null,
    })
    expect(read(book(3, 100, 'update', [['bid', '68900.00', '0.00000000']]))).toMatchObject({
      depth: { previousId: idOf(50) },
      quote: { bidPrice: 68_899.5, bidQuantity: 7, askPrice: 68_901, exchangeAt: Date.UTC(2026, 3, 7, 14, 30, 1, 100) },
    })
    const bare: readonly Level[] = [
      ['offer', '68901.00', '0'],
      ['offer', '68902.00', '0'],
    ]
    expect(read(book(4, 150, 'update', bare))).toMatchObject({ quote: { askPrice: null, askQuantity: null } })
  })

  it('go on with a frame that came at the same time as the one before', () => {
    const read = connection('market')
    read(book(0, 0, 'snapshot', whole))
    expect(read(book(1, 0, 'update', [['bid', '1', '1']]))).toMatchObject({
      depth: { previousId: idOf(0), lastId: idOf(0) },
    })
  })

  it('break with a frame that is missing, whatever it was, until they begin anew', () => {
    const read = connection('market')
    read(book(0, 0, 'snapshot', whole))
    read(book(1, 10, 'snapshot', whole, 'ETH-USD'))
    expect(read(heartbeat(4))).toEqual({
      kind: 'rejected',
      reason: 'value',
      detail: 'sequence_num: 4 after 1: 2 frames are missing',
    })
    const update: readonly Level[] = [['bid', '68900.00', '5']]
    expect(read(book(5, 20, 'update', update))).toMatchObject({ kind: 'depth', depth: { previousId: -1 } })
    expect(read(book(6, 30, 'update', update, 'ETH-USD'))).not.toHaveProperty('quote')
    expect(read(book(7, 40, 'snapshot', whole))).toMatchObject({ depth: { isSnapshot: true }, quote: null })
    expect(read(book(8, 50, 'update', update))).toMatchObject({
      depth: { previousId: idOf(40) },
      quote: { bidQuantity: 5 },
    })
    expect(read(book(9, 60, 'update', update, 'ETH-USD'))).toMatchObject({ depth: { previousId: -1 } })
  })

  it('have the connection replaced where nobody begins them anew', () => {
    const read = connection('market')
    read(book(0, 0, 'snapshot', whole))
    read(heartbeat(2))
    const answers = [3, 4, 5, 6, 7, 8, 9].map((number) => read(heartbeat(number)))
    expect(answers.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => ignored))
    expect(answers[6]).toEqual({ kind: 'control', control: { type: 'closing', message: '1 books lost a frame' } })
  })

  it('are forgotten with their subscription', () => {
    const read = connection('market')
    read(book(0, 0, 'snapshot', whole))
    read({ channel: 'subscriptions', sequence_num: 2, events: [{ subscriptions: { heartbeats: ['heartbeats'] } }] })
    const answers = Array.from({ length: 9 }, (_, at) => read(heartbeat(3 + at)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(read(book(12, 20, 'update', whole))).toMatchObject({ depth: { previousId: -1 } })
  })

  it('pass over a frame that comes twice, or late', () => {
    const read = connection('market')
    read(book(5, 0, 'snapshot', whole))
    expect(read(book(5, 0, 'snapshot', whole))).toEqual(ignored)
    expect(read(book(4, 0, 'update', whole))).toEqual(ignored)
    expect(read(book(6, 10, 'update', whole))).toMatchObject({ depth: { previousId: idOf(0) } })
  })

  it.each<[string, unknown, unknown]>([
    ['no JSON', '{"channel":"l2', { reason: 'json' }],
    ['no object', '7', { reason: 'schema' }],
    ['no number', { channel: 'l2_data' }, { reason: 'schema', detail: 'no channel with a sequence_num' }],
    ['a number that is none', heartbeat(-1), { reason: 'value', detail: 'sequence_num: -1: no number' }],
    [
      'a side that is none',
      { ...book(0, 0, 'update', []), events: [{ type: 'update', product_id: 'BTC-USD', updates: [{}] }] },
      { reason: 'schema' },
    ],
    ['two events', { ...book(0, 0, 'update', []), events: [{}, {}] }, { reason: 'schema' }],
    ['a price of 0', book(0, 0, 'update', [['bid', '0', '1']]), { reason: 'value' }],
    ['a quantity below 0', book(0, 0, 'update', [['bid', '1', '-1']]), { reason: 'value' }],
    ['a quantity that is none', book(0, 0, 'update', [['bid', '1', '']]), { reason: 'value' }],
    [
      'a time that is none',
      { ...book(0, 0, 'update', whole), timestamp: 'now' },
      { reason: 'value', detail: 'BTC-USD depth: timestamp: now: no time' },
    ],
    [
      'a product not listed',
      book(0, 0, 'update', whole, 'FOO-USD'),
      { reason: 'unknownInstrument', detail: 'FOO-USD' },
    ],
    ['another channel', { channel: 'status', sequence_num: 0 }, { reason: 'unknownChannel', detail: 'status' }],
    [
      'an error',
      { type: 'error', message: 'authentication failure' },
      { reason: 'value', detail: 'error: authentication failure' },
    ],
    [
      'a candle that is none',
      {
        channel: 'candles',
        timestamp: timeOf(0),
        sequence_num: 0,
        events: [
          {
            type: 'update',
            candles: [{ start: '300', high: '1', low: '2', open: '1', close: '1', volume: '1', product_id: 'BTC-USD' }],
          },
        ],
      },
      { reason: 'value' },
    ],
  ])('reject %s and say why', (_name, frame, expected) => {
    expect(connection('market')(frame)).toMatchObject({ kind: 'rejected', ...Object(expected) })
  })
})

describe('recorded frames of the trades socket', () => {
  const read = connection('trades')
  const results = readFrames('recordings/COINBASE.ndjson').map((frame) => read(frame))
  const counts = new Map<string, number>()
  for (const result of results) {
    const { kind, ...more }: { kind?: string; detail?: string; control?: { type: string } } = Object(result)
    const name = `${kind} ${more.control?.type ?? more.detail ?? ''}`.trim()
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }

  it('are all accounted for', () => {
    expect(Object.fromEntries(counts)).toEqual({
      'control ack': 3,
      'rejected type snapshot': 10,
      'rejected type l2update': 2472,
      'rejected type ticker': 30,
      // of the ten products eight are not listed here
      'rejected NMR-EUR': 8,
      'rejected SKL-USD': 8,
      'rejected SKL-GBP': 2,
      'rejected DASH-BTC': 2,
      'rejected NU-GBP': 1,
      'rejected YFI-BTC': 1,
      'rejected CRV-EUR': 1,
      'rejected BAND-BTC': 1,
      events: 6,
    })
  })

  it('give trades with the side of the taker, the newest before the subscription first', () => {
    const events = results.filter((result) => Object(result).kind === 'events')
    expect(events[0]).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'trade',
          instrument: band,
          tradeId: '881613',
          price: 14.7775,
          quantity: 0.04,
          side: 'BUY',
          exchangeAt: Date.UTC(2021, 3, 17, 16, 43, 30, 244),
          receivedAt,
        },
      ],
    })
    expect(events[2]).toMatchObject({
      events: [{ instrument: skl, tradeId: '280232', price: 0.00001305, quantity: 985, side: 'BUY' }],
    })
  })

  it('acknowledge trades alone, by all that is subscribed', () => {
    const channels = [
      { name: 'matches', product_ids: ['BTC-USD', 'ETH-USD'] },
      { name: 'heartbeat', product_ids: ['BTC-USD'] },
    ]
    expect(read({ type: 'subscriptions', channels })).toEqual({
      kind: 'control',
      control: { type: 'ack', id: null, wires: ['matches:BTC-USD', 'matches:ETH-USD'] },
    })
    expect(read({ type: 'heartbeat', sequence: 90, last_trade_id: 20, product_id: 'BTC-USD' })).toEqual(ignored)
  })

  it('show with the next heartbeat that trades were left out', () => {
    const told = connection('trades')
    const trade = (type: 'match' | 'last_match', id: number, product = 'BTC-USD') =>
      told({ type, trade_id: id, side: 'buy', size: '1', price: '2', product_id: product, time: timeOf(0) })
    const beat = (product = 'BTC-USD') =>
      told({ type: 'heartbeat', sequence: 1, last_trade_id: 0, product_id: product })
    // The newest before the subscription says nothing of what comes after it.
    trade('last_match', 4)
    for (const id of [7, 8, 8]) expect(trade('match', id)).toMatchObject({ kind: 'events' })
    expect(beat()).toEqual(ignored)
    expect(trade('match', 11)).toMatchObject({ kind: 'events', events: [{ tradeId: '11' }] })
    expect(beat('ETH-USD')).toEqual(ignored)
    const missing = { kind: 'rejected', reason: 'value', detail: 'BTC-USD: trades before 11 are missing: 2' }
    expect([beat(), beat()]).toEqual([missing, ignored])
    // One that comes late is not missing.
    for (const id of [13, 12]) trade('match', id)
    expect(beat()).toEqual(ignored)
    for (const type of ['last_match', 'match'] as const) trade(type, 20)
    expect(beat()).toEqual(ignored)
  })

  it.each(['FOO-USD is not a valid product', 'FOO-USD is delisted'])(
    'refuse the product that is named: %s',
    (reason) => {
      expect(read({ type: 'error', message: 'Failed to subscribe', reason })).toEqual({
        kind: 'control',
        control: { type: 'refused', id: null, wires: ['matches:FOO-USD'], message: `Failed to subscribe: ${reason}` },
      })
    },
  )

  it.each([
    [
      'an error that names none',
      { type: 'error', message: 'Failed to subscribe', reason: 'x is not a valid channel' },
      'value',
    ],
    [
      'a price that is none',
      { type: 'match', trade_id: 1, side: 'buy', size: '1', price: 'x', product_id: 'BTC-USD', time: timeOf(0) },
      'value',
    ],
    [
      'a time of year 1',
      {
        type: 'match',
        trade_id: 1,
        side: 'buy',
        size: '1',
        price: '1',
        product_id: 'BTC-USD',
        time: '0001-01-01T00:00:00Z',
      },
      'value',
    ],
    [
      'a side that is none',
      { type: 'match', trade_id: 1, side: 'x', size: '1', price: '1', product_id: 'BTC-USD', time: timeOf(0) },
      'schema',
    ],
  ])('reject %s', (_name, frame, reason) => {
    expect(read(frame)).toMatchObject({ kind: 'rejected', reason })
  })
})

describe('coinbase times', () => {
  it.each([
    ['2026-04-07T14:30:01.456789Z', 1_775_572_201_456_789],
    ['2025-09-15T17:02:49.90120868Z', 1_757_955_769_901_208],
    ['2026-04-07T14:30:05Z', 1_775_572_205_000_000],
    ['2015-03-11T13:13:35-07:00', 1_426_104_815_000_000],
    ['1970-01-01T00:00:00Z', Number.NaN],
    ['0001-01-01T00:00:00Z', Number.NaN],
    ['2023-06-23 20:31:56.121961769 +0000 UTC', Number.NaN],
    ['', Number.NaN],
  ])('%s is %d microseconds', (text, micros) => {
    expect(microsecondsOf(text)).toBe(micros)
  })

  it('are cut to milliseconds', () => {
    expect(millisecondsOf('2026-04-07T14:30:01.456999Z')).toBe(1_775_572_201_456)
  })
})
