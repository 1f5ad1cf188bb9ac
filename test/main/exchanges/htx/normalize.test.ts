import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { htx } from '../../../../src/main/exchanges/htx/index.ts'
import { largestTextBytes } from '../../../../src/main/exchanges/htx/wire.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('htx', 'spot', 'BTC', 'USDT', 'btcusdt')
const swap = instrument('htx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT', { contractSize: 0.001 })
const cheap = instrument('htx', 'perpetual', 'BTT', 'USDT', 'BTT-USDT', { contractSize: 1_000_000 })
const recordedNames = ['trioeth', 'borusdt', 'omgbtc', 'xvgeth', 'yfihusd', 'zeneth', 'stnusdt', 'csprusdt']
const lookup = lookupOf([
  spot,
  swap,
  cheap,
  ...recordedNames.map((name) => instrument('htx', 'spot', name.toUpperCase(), 'X', name)),
])
const receivedAt = 1_790_134_840_000
const on = (feed: string) => {
  const normalize = htx.createNormalizer(feed, lookup)
  return (frame: object | string): Normalized =>
    normalize(gzipSync(typeof frame === 'string' ? frame : JSON.stringify(frame)), true, receivedAt)
}
const documented = readFrames('documented/HTX.ndjson').map(String)
const sample = (channel: string): string => {
  const found = documented.find((line) => line.includes(channel))
  if (found === undefined) throw new Error(`no sample of ${channel}`)
  return found
}
const eventsOf = (normalized: Normalized) => (normalized.kind === 'events' ? normalized.events : normalized)

describe('htx frames', () => {
  it('are gzip, whose text may not grow beyond a bound', () => {
    const bomb = gzipSync(Buffer.alloc(largestTextBytes + 1, ' '))
    expect(bomb.length).toBeLessThan(8_000)
    expect(htx.createNormalizer('spot', lookup)(bomb, true, receivedAt)).toMatchObject({
      kind: 'rejected',
      reason: 'json',
      detail: expect.stringMatching(/^gzip of \d+ bytes: /),
    })
  })

  it.each([
    ['no gzip', Buffer.from('{"ping":1}'), 'json'],
    ['gzip that was cut', gzipSync('{"ping":1}').subarray(0, 18), 'json'],
    ['no JSON', gzipSync('{"ping'), 'json'],
    ['no object', gzipSync('[1]'), 'schema'],
    ['neither push nor answer', gzipSync('{"what":1}'), 'schema'],
    [
      'a channel that nobody asked for',
      gzipSync('{"ch":"market.btcusdt.depth.step0","ts":1,"tick":{}}'),
      'unknownChannel',
    ],
    ['a period that is not ours', gzipSync('{"ch":"market.btcusdt.kline.4hour","ts":1,"tick":{}}'), 'unknownChannel'],
    ['an unlisted symbol', gzipSync(sample('btcusdt.bbo').replaceAll('btcusdt', 'xyzusdt')), 'unknownInstrument'],
    ['a field that is missing', gzipSync(sample('btcusdt.bbo').replace('"bid":52665.01,', '')), 'schema'],
    ['a price below 0', gzipSync(sample('btcusdt.bbo').replace('52665.01', '-1')), 'value'],
    ['a side that is none', gzipSync(sample('btcusdt.trade').replace('"sell"', '"both"')), 'value'],
    ['an unknown period start', gzipSync(sample('kline').replace('1583501760', '1583501761')), 'value'],
  ])('are rejected with a reason when they hold %s', (_what, data, reason) => {
    expect(htx.createNormalizer('spot', lookup)(data, true, receivedAt)).toMatchObject({ kind: 'rejected', reason })
  })

  it('never throw, whatever the bytes', () => {
    const normalizers = ['spot', 'spot-books', 'perpetual', 'perpetual-funding'].map((feed) =>
      htx.createNormalizer(feed, lookup),
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, isZipped) => {
        for (const normalize of normalizers)
          normalize(isZipped ? gzipSync(text) : Buffer.from(text), isZipped, receivedAt)
      }),
      { numRuns: 200 },
    )
  })
})

describe('htx quotes', () => {
  it('are those of spot in base asset', () => {
    expect(eventsOf(on('spot')(sample('btcusdt.bbo')))).toEqual([
      {
        ...{ kind: 'book_ticker', instrument: spot, bidPrice: 52665.01, bidQuantity: 0.178567 },
        ...{ askPrice: 52665.02, askQuantity: 1.502181, exchangeAt: 1630994555540, receivedAt },
      },
    ])
  })

  it('are those of swaps, with contracts multiplied out', () => {
    expect(eventsOf(on('perpetual')(sample('BTC-USDT.bbo')))).toEqual([
      {
        ...{ kind: 'book_ticker', instrument: swap, bidPrice: 86859.8, bidQuantity: 6.172 },
        ...{ askPrice: 86859.9, askQuantity: 0.817, exchangeAt: 1790134831587, receivedAt },
      },
    ])
  })

  it.each([
    ['spot', 'spot', { bid: null, bidSize: null, ask: 2, askSize: 3 }],
    ['spot', 'spot', { bid: 0, bidSize: 0, ask: 2, askSize: 3 }],
    ['perpetual', 'perpetual', { bid: null, ask: [2, 3000] }],
    ['perpetual', 'perpetual', { bid: [], ask: [2, 3000] }],
  ])('have null where nobody quotes a side of %s', (_kind, feed, tick) => {
    const ch = `market.${feed === 'spot' ? 'btcusdt' : 'BTC-USDT'}.bbo`
    expect(eventsOf(on(feed)({ ch, ts: 5, tick }))).toMatchObject([
      { bidPrice: null, bidQuantity: null, askPrice: 2, askQuantity: 3 },
    ])
  })
})

describe('htx numbers', () => {
  const bbo = '{"ch":"market.BTC-USDT.bbo","ts":5,"tick":{"bid":[1,1],"ask":[2,1]}}'
  const kline =
    '{"ch":"market.BTC-USDT.kline.1min","ts":5,"tick":{"id":60,"open":1,"close":1,"low":1,"high":1,"amount":2,"vol":2}}'
  it.each([
    ['a quote at a price without end', bbo.replace('[1,', '[1e400,'), 'schema'],
    ['a quote of a time without end', bbo.replace('"ts":5', '"ts":1e400'), 'schema'],
    ['a candle of a time of 0', kline.replace('"ts":5', '"ts":-0'), 'value'],
  ])('are none in %s', (_what, text, reason) => {
    const read = on('perpetual')
    expect([bbo, kline].map((sound) => read(sound).kind)).toEqual(['events', 'events'])
    expect(read(text)).toMatchObject({ kind: 'rejected', reason })
  })
})

describe('htx trades', () => {
  it('have the id of the trade and the side of the taker', () => {
    expect(eventsOf(on('spot')(sample('btcusdt.trade')))).toEqual([
      {
        ...{ kind: 'trade', instrument: spot, tradeId: '103627913547', price: 77523.25, quantity: 0.00018 },
        ...{ side: 'SELL', exchangeAt: 1788335110452, receivedAt },
      },
    ])
  })

  it('of swaps count one side only, and keep ids beyond 2^53 whole', () => {
    expect(eventsOf(on('perpetual')(sample('BTT-USDT.trade')))).toEqual([
      {
        ...{ kind: 'trade', instrument: cheap, tradeId: '1001291256186830000', price: 0.00000202, quantity: 1_000_000 },
        ...{ side: 'SELL', exchangeAt: 1645287034907, receivedAt },
      },
    ])
  })

  it('are all read of what was recorded, beside acks, pings and the books of step0', () => {
    const normalize = htx.createNormalizer('spot', lookupOf(recordedLookup()))
    const kinds = new Map<string, number>()
    for (const line of readFrames('recordings/HUOBI.ndjson')) {
      const read = normalize(line, false, receivedAt)
      const kind = read.kind === 'control' ? read.control.type : read.kind === 'rejected' ? read.reason : read.kind
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    expect(Object.fromEntries(kinds)).toEqual({ ack: 20, ping: 2, events: 32, unknownChannel: 127 })
  })
})

/** Whatever the recording names. */
function recordedLookup() {
  const names = new Set(
    readFrames('recordings/HUOBI.ndjson').flatMap((line) => /"market\.([a-z0-9]+)\./.exec(String(line))?.[1] ?? []),
  )
  return [...names].map((name) => instrument('htx', 'spot', name.toUpperCase(), 'X', name))
}

describe('htx candles', () => {
  const candle = (id: number, amount: number, more: object = {}) => ({
    ch: 'market.btcusdt.kline.1min',
    ts: id * 1_000 + 5_000,
    tick: { id, open: 10, close: 12, low: 9, high: 13, amount, vol: amount * 11, count: 3, ...more },
  })
  const minute = 1583501760
  const told = (openTime: number, volume: number, isClosed: boolean) => ({ openTime, volume, isClosed })

  it('of spot carry base and quote volume', () => {
    expect(eventsOf(on('spot')(sample('kline')))).toEqual([
      {
        ...{ kind: 'kline', instrument: spot, period: '1m', openTime: 1583501760000, open: 9094.5, high: 9094.51 },
        ...{ low: 9094.5, close: 9094.51, volume: 0.4475, quoteVolume: 4069.2, isClosed: false },
        ...{ exchangeAt: 1583501786794, receivedAt },
      },
    ])
  })

  it('of swaps count one side: half of amount and of trade_turnover', () => {
    const tick = { id: minute, open: 10, close: 12, low: 9, high: 13, amount: 0.006, vol: 6, trade_turnover: 0.0662 }
    const read = on('perpetual')({
      ch: 'market.BTC-USDT.kline.5min',
      ts: 1583501786794,
      tick: { ...tick, id: 1583501700 },
    })
    expect(eventsOf(read)).toMatchObject([{ period: '5m', volume: 0.003, quoteVolume: 0.0331 }])
  })

  it('are closed by the next one, with what was told last', () => {
    const read = on('spot')
    expect(
      [candle(minute, 1), candle(minute, 3), candle(minute, 2), candle(minute + 60, 1), candle(minute, 4)]
        .map(read)
        .map(eventsOf),
    ).toMatchObject([
      [told(minute * 1_000, 1, false)],
      [told(minute * 1_000, 3, false)],
      { kind: 'control', control: { type: 'ignored' } },
      [{ ...told(minute * 1_000, 3, true), exchangeAt: (minute + 65) * 1_000 }, told((minute + 60) * 1_000, 1, false)],
      [told(minute * 1_000, 4, true)],
    ])
  })
})

describe('htx funding rates', () => {
  it('are due at settlement_time', () => {
    expect(eventsOf(on('perpetual-funding')(sample('funding_rate')))).toEqual([
      {
        kind: 'funding_rate',
        rate: {
          ...{ exchange: 'htx', symbol: 'BTC_USDT_PERP', rate: '-0.000220068774978695', nextFundingAt: 1603785600000 },
          ...{ intervalHours: null, markPrice: null, exchangeAt: 1603778748166, receivedAt },
        },
      },
    ])
  })

  it.each([
    ['a rate that is none', '-0.000220068774978695', 'null', 'value'],
    ['a time that is none', '1603785600000', 'soon', 'value'],
    ['a time of sending that is none', '1603778748166', '"soon"', 'value'],
    ['a time of sending before all time', '1603778748166', '-1603778748166', 'value'],
    ['a contract that is not listed', '"BTC-USDT"', '"XYZ-USDT"', 'unknownInstrument'],
  ])('are rejected for %s', (_what, from, to, reason) => {
    expect(on('perpetual-funding')(sample('funding_rate').replace(from, to))).toMatchObject({
      kind: 'rejected',
      reason,
    })
  })
})

describe('htx housekeeping', () => {
  const control = (what: object) => ({ kind: 'control', control: what })
  it.each([
    ['the ping of the markets', 'spot', { ping: 1618678073643 }, { type: 'ping', answer: '{"pong":1618678073643}' }],
    [
      'the ping of the notifications',
      'perpetual-funding',
      { op: 'ping', ts: '1645202800015' },
      { type: 'ping', answer: '{"op":"pong","ts":"1645202800015"}' },
    ],
    [
      'an ack',
      'spot',
      { id: '7', status: 'ok', subbed: 'market.btcusdt.bbo', ts: 1 },
      { type: 'ack', id: 7, wires: ['market.btcusdt.bbo'] },
    ],
    [
      'an ack whose id is a number',
      'spot',
      { id: 7, status: 'ok', unsubbed: 'market.btcusdt.bbo', ts: 1 },
      { type: 'ack', id: 7, wires: ['market.btcusdt.bbo'] },
    ],
    [
      'a refusal',
      'spot',
      { ts: 1, status: 'error', 'err-code': 'bad-request', 'err-msg': 'invalid mbp.150.symbol linkusdt', id: '2' },
      { type: 'refused', id: 2, wires: null, message: 'bad-request invalid mbp.150.symbol linkusdt' },
    ],
    [
      'an ack of the notifications',
      'perpetual-funding',
      { op: 'sub', cid: '3', topic: 'public.BTC-USDT.funding_rate', ts: 1, 'err-code': 0 },
      { type: 'ack', id: 3, wires: null },
    ],
    [
      'a refusal of the notifications',
      'perpetual-funding',
      {
        op: 'sub',
        cid: '4',
        topic: 'public.X.funding_rate',
        'err-code': 2011,
        'err-msg': "Contract doesn't exist.",
        ts: 1,
      },
      { type: 'refused', id: 4, wires: null, message: "2011 Contract doesn't exist." },
    ],
    [
      'the ack of a book, which is followed by the request for the whole of it',
      'spot-books',
      { id: '1', status: 'ok', subbed: 'market.btcusdt.mbp.150', ts: 1 },
      {
        ...{ type: 'ack', id: 1, wires: ['market.btcusdt.mbp.150'] },
        next: '{"req":"market.btcusdt.mbp.150","id":"market.btcusdt.mbp.150"}',
      },
    ],
  ])('reads %s', (_what, feed, frame, expected) => {
    expect(on(feed)(frame)).toEqual(control(expected))
  })

  it.each([
    { status: 'error', 'err-code': 'too-many-request', 'err-msg': 'limit', id: '2', ts: 1 },
    { status: 'error', 'err-code': 'bad-request', 'err-msg': 'not json, is not json string', id: '', ts: 1 },
  ])('leaves to the next request what asking again may help', (frame) => {
    expect(on('spot')(frame)).toMatchObject({ kind: 'rejected', reason: 'value' })
  })
})
