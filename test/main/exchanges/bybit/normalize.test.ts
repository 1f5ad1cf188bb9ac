import { describe, expect, it } from 'vitest'
import { bybit } from '../../../../src/main/exchanges/bybit/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const perpetual = instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const lookup = lookupOf([spot, perpetual])
const receivedAt = 1_700_000_000_100
const normalizers = { spot: bybit.createNormalizer('spot', lookup), linear: bybit.createNormalizer('linear', lookup) }
const read = (frame: string | Buffer | object, feed: 'spot' | 'linear' = 'linear') => {
  const data = Buffer.isBuffer(frame) || typeof frame === 'string' ? frame : JSON.stringify(frame)
  return normalizers[feed](Buffer.from(data), false, receivedAt)
}
const documented = readFrames('documented/BYBIT.ndjson')
const named = (topic: string): Buffer => documented.find((frame) => frame.includes(`"${topic}`)) ?? Buffer.from('')
const control = (what: object) => ({ kind: 'control', control: what })

describe('bybit frames', () => {
  it('account for every documented one', () => {
    expect(documented.map((frame) => read(frame).kind)).toEqual([
      'events',
      ...['depth', 'depth', 'depth'],
      ...['events', 'events'],
      ...['control', 'control', 'control'],
      // an answer without the id of a request
      'rejected',
    ])
  })

  it('belong to the market of their feed, since names are shared', () => {
    const best = named('orderbook.1.')
    const event = {
      kind: 'book_ticker',
      bidPrice: 16_493.5,
      bidQuantity: 0.006,
      askPrice: 16_611,
      askQuantity: 0.029,
      exchangeAt: 1_672_304_484_978,
      receivedAt,
    }
    expect([read(best, 'spot'), read(best, 'linear')]).toEqual([
      { kind: 'events', events: [{ ...event, instrument: spot }] },
      { kind: 'events', events: [{ ...event, instrument: perpetual }] },
    ])
  })

  it('of a side nobody quotes have null, never 0', () => {
    const [bids, asks] = [[['1', '2']], [['3', '4']]]
    const best = (b: unknown, a: unknown) =>
      read({
        topic: 'orderbook.1.BTCUSDT',
        ts: 5,
        type: 'snapshot',
        data: { s: 'BTCUSDT', b, a, u: 1, seq: 1 },
        cts: 4,
      })
    expect([best([], asks), best(bids, []), best([], [])]).toMatchObject([
      { events: [{ bidPrice: null, bidQuantity: null, askPrice: 3, askQuantity: 4 }] },
      { events: [{ bidPrice: 1, bidQuantity: 2, askPrice: null, askQuantity: null }] },
      { events: [{ bidPrice: null, bidQuantity: null, askPrice: null, askQuantity: null }] },
    ])
  })

  it('of level 1 are no changes: half a quote is none', () => {
    const text = String(named('orderbook.1.')).replace('"snapshot"', '"delta"')
    expect(read(text)).toEqual({
      kind: 'rejected',
      reason: 'schema',
      detail: 'BTCUSDT type: delta: level 1 comes whole',
    })
  })

  it('of trades are one event each, the taker’s side', () => {
    const row = { T: 5, s: 'BTCUSDT', S: 'Sell', v: '0.5', p: '16578.50', i: '2290000000007764263', BT: false }
    expect([
      read(named('publicTrade')),
      read(
        { topic: 'publicTrade.BTCUSDT', type: 'snapshot', ts: 6, data: [row, { ...row, S: 'Buy', i: '8' }] },
        'spot',
      ),
    ]).toEqual([
      {
        kind: 'events',
        events: [
          {
            kind: 'trade',
            instrument: perpetual,
            tradeId: '20f43950-d8dd-5b31-9112-a178eb6023af',
            price: 16_578.5,
            quantity: 0.001,
            side: 'BUY',
            exchangeAt: 1_672_304_486_865,
            receivedAt,
          },
        ],
      },
      {
        kind: 'events',
        events: [
          expect.objectContaining({ instrument: spot, tradeId: '2290000000007764263', side: 'SELL', quantity: 0.5 }),
          expect.objectContaining({ instrument: spot, tradeId: '8', side: 'BUY' }),
        ],
      },
    ])
  })

  it('of candles tell period, both volumes and whether it is closed', () => {
    const frame = named('kline.5')
    const event = {
      kind: 'kline',
      instrument: perpetual,
      period: '5m',
      openTime: 1_672_324_800_000,
      open: 16_649.5,
      high: 16_677,
      low: 16_608,
      close: 16_677,
      volume: 2.081,
      quoteVolume: 34_666.4005,
      isClosed: false,
      exchangeAt: 1_672_324_988_882,
      receivedAt,
    }
    const as = (interval: string, confirm = 'false') =>
      read(String(frame).replace('kline.5.', `kline.${interval}.`).replace('"confirm":false', `"confirm":${confirm}`))
    expect(as('5')).toEqual({ kind: 'events', events: [event] })
    expect(as('D', 'true')).toEqual({ kind: 'events', events: [{ ...event, period: '1d', isClosed: true }] })
    expect(as('60')).toMatchObject({ events: [{ period: '1h' }] })
  })

  it('answer requests as wholes', () => {
    const answer = (more: object) => read({ conn_id: 'x', op: 'subscribe', req_id: '7', ...more })
    const message = 'error:handler not found,topic:kline.1.FOOUSDT'
    expect([
      answer({ success: true, ret_msg: 'subscribe' }),
      answer({ success: true, ret_msg: '' }),
      answer({ success: true, ret_msg: '', op: 'unsubscribe' }),
      // nobody documents whether the other topics are served: they are asked for again, in halves
      answer({ success: false, ret_msg: message }),
      answer({ success: false, ret_msg: 'error:already subscribed,topic:publicTrade.BTCUSDT' }),
      read({ success: true, ret_msg: 'pong', conn_id: 'x', op: 'ping' }, 'spot'),
      read({ success: true, ret_msg: 'pong', conn_id: 'x', req_id: '', op: 'ping' }),
    ]).toEqual([
      control({ type: 'ack', id: 7, wires: null }),
      control({ type: 'ack', id: 7, wires: null }),
      control({ type: 'ack', id: 7, wires: null }),
      control({ type: 'refused', id: 7, wires: null, message }),
      control({ type: 'ack', id: null, wires: ['publicTrade.BTCUSDT'] }),
      control({ type: 'pong' }),
      control({ type: 'pong' }),
    ])
  })

  it.each<[string, string | object, string, string]>([
    ['cut-off text', '{"topic":"order', 'json', '{"topic":"order'],
    ['no object', '5', 'schema', '5'],
    ['neither topic nor op', {}, 'schema', 'op'],
    ['a topic that is no text', { topic: 5 }, 'schema', 'topic'],
    ['another channel', { topic: 'tickers.BTCUSDT' }, 'unknownChannel', 'tickers.BTCUSDT'],
    ['another interval', { topic: 'kline.3.BTCUSDT', ts: 1, data: [] }, 'unknownChannel', 'kline.3.BTCUSDT'],
    ['another op', { op: 'auth', success: true, ret_msg: '' }, 'unknownChannel', 'op auth'],
    [
      'an unlisted market',
      String(named('publicTrade')).replace('"s":"BTC', '"s":"FOO'),
      'unknownInstrument',
      'FOOUSDT',
    ],
    ['an unlisted candle', String(named('kline.5')).replace('5.BTC', '5.FOO'), 'unknownInstrument', 'FOOUSDT'],
    ['an unknown side', String(named('publicTrade')).replace('Buy', 'buy'), 'value', 'S buy'],
    ['a quantity of 0', String(named('publicTrade')).replace('0.001', '0'), 'value', 'v 0'],
    ['a price that is none', String(named('orderbook.1.')).replace('16493.50', ''), 'value', 'b ,0.006'],
    ['a high below the low', String(named('kline.5')).replace('"high":"16677"', '"high":"1"'), 'value', '"high":"1"'],
    ['a volume that is a number', String(named('kline.5')).replace('"2.081"', '2.081'), 'schema', 'volume'],
  ])('with %s are rejected and say why', (_what, frame, reason, detail) => {
    expect(read(frame)).toEqual({ kind: 'rejected', reason, detail: expect.stringContaining(detail) })
  })
})
