import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { okx } from '../../../../src/main/exchanges/okx/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
const normalizer = () => okx.createNormalizer('public', lookupOf([spot, swap]))
const receivedAt = 1_700_000_000_100
const normalize = (frame: unknown): Normalized =>
  normalizer()(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false, receivedAt)
const events = (...all: unknown[]) => ({ kind: 'events', events: all })

describe('recorded okx frames', () => {
  const frames = readFrames('okx/ws_public.ndjson')
  const results = frames.map((frame) => normalizer()(frame, false, receivedAt))
  const resultOf = (part: string) => results[frames.findIndex((frame) => frame.includes(part))]

  it('are all accounted for', () => {
    const counts: Record<string, number> = {}
    for (const result of results) {
      const names =
        result.kind === 'events'
          ? ['frames with events', ...result.events.map((event) => event.kind)]
          : result.kind === 'depth'
            ? ['depth']
            : [result.kind === 'control' ? result.control.type : `${result.reason} ${result.detail.split(',', 1)}`]
      for (const name of names) counts[name] = (counts[name] ?? 0) + 1
    }
    expect({ frames: frames.length, ...counts }).toEqual({
      frames: 246,
      ack: 18,
      'frames with events': 53,
      book_ticker: 16,
      trade: 37,
      // books without ids, which came later (depth.test.ts)
      'schema expected arg.instId': 171,
      'unknownInstrument BTC-USD-220527': 2,
      'unknownInstrument UNI-USD-SWAP': 2,
    })
  })

  it('give an ack per arg, without id where none was sent', () => {
    expect(results[0]).toEqual({
      kind: 'control',
      control: { type: 'ack', id: null, wires: ['tickers:BTC-USD-220527'] },
    })
  })

  it('give a book ticker for a ticker', () => {
    expect(resultOf('"ts":"1652459224956"')).toEqual(
      events({
        kind: 'book_ticker',
        instrument: spot,
        bidPrice: 30228.6,
        bidQuantity: 0.23393,
        askPrice: 30228.7,
        askQuantity: 1.55896972,
        exchangeAt: 1_652_459_224_956,
        receivedAt,
      }),
    )
  })

  it('give a trade with the taker side', () => {
    expect(resultOf('"tradeId":"338476307"')).toEqual(
      events({
        kind: 'trade',
        instrument: spot,
        tradeId: '338476307',
        price: 30236,
        quantity: 0.0002,
        side: 'BUY',
        exchangeAt: 1_652_459_224_818,
        receivedAt,
      }),
    )
  })

  it('multiply contracts out for a listed swap', () => {
    const uni = instrument('okx', 'perpetual', 'UNI', 'USD', 'UNI-USD-SWAP', { contractSize: 0.1 })
    const frame = frames.find((one) => one.includes('"tradeId":"12883020"')) ?? Buffer.alloc(0)
    expect(okx.createNormalizer('public', lookupOf([uni]))(frame, false, receivedAt)).toEqual(
      events({
        kind: 'trade',
        instrument: uni,
        tradeId: '12883020',
        price: 5.123,
        quantity: 10,
        side: 'SELL',
        exchangeAt: 1_652_459_215_150,
        receivedAt,
      }),
    )
  })
})

describe('documented okx frames', () => {
  it('are understood as the documentation says', () => {
    const results = readFrames('okx/documented.ndjson').map((frame) => normalizer()(frame, false, receivedAt))
    expect(results).toEqual([
      events({
        kind: 'book_ticker',
        instrument: spot,
        bidPrice: 30228.6,
        bidQuantity: 0.23393,
        askPrice: 30228.7,
        askQuantity: 1.55896972,
        exchangeAt: 1_652_459_224_956,
        receivedAt,
      }),
      events({
        kind: 'book_ticker',
        instrument: spot,
        bidPrice: 36232.1,
        bidQuantity: 0.00572212,
        askPrice: 36232.2,
        askQuantity: 1.8826134,
        exchangeAt: 1_651_826_598_363,
        receivedAt,
      }),
      { kind: 'rejected', reason: 'unknownChannel', detail: 'books5' },
      events({
        kind: 'trade',
        instrument: spot,
        tradeId: '338476307',
        price: 30236,
        quantity: 0.0002,
        side: 'BUY',
        exchangeAt: 1_652_459_224_818,
        receivedAt,
      }),
      events({
        kind: 'kline',
        instrument: spot,
        period: '1m',
        openTime: 1_629_993_600_000,
        open: 42500,
        high: 48199.9,
        low: 41006.1,
        close: 41006.1,
        volume: 3587.41204591,
        quoteVolume: 166741046.2258313,
        isClosed: false,
        exchangeAt: null,
        receivedAt,
      }),
      events({
        kind: 'funding_rate',
        rate: {
          exchange: 'okx',
          symbol: 'BTC_USDT_PERP',
          rate: '0.0001875391284828',
          nextFundingAt: 1_700_726_400_000,
          intervalHours: 8,
          markPrice: null,
          exchangeAt: 1_700_724_675_402,
          receivedAt,
        },
      }),
      { kind: 'rejected', reason: 'unknownChannel', detail: 'mark-price' },
      { kind: 'control', control: { type: 'ack', id: 1512, wires: ['trades:BTC-USDT'] } },
      { kind: 'control', control: { type: 'ack', id: null, wires: ['trades:BTC-USDT'] } },
      {
        kind: 'control',
        control: {
          type: 'refused',
          id: 1512,
          wires: ['trades:FOO-USDT'],
          message:
            "60018 Wrong URL or channel:trades,instId:FOO-USDT doesn't exist. Please use the correct URL, channel and parameters referring to API document.",
        },
      },
      {
        kind: 'control',
        control: {
          type: 'refused',
          id: 1512,
          wires: null,
          message: '60012 Invalid request: {"op":"subscribe","argss":[]}',
        },
      },
      {
        kind: 'control',
        control: {
          type: 'closing',
          message: 'The connection will soon be closed for a service upgrade. Please reconnect.',
        },
      },
      { kind: 'control', control: { type: 'ignored' } },
      { kind: 'control', control: { type: 'ignored' } },
      { kind: 'rejected', reason: 'value', detail: 'error 60009 Login failed.' },
    ])
  })
})

describe('okx normalizer', () => {
  const bbo = (instId: string, bids: unknown, asks: unknown, ts = '1651826598363') => ({
    arg: { channel: 'bbo-tbt', instId },
    data: [{ asks, bids, ts, checksum: 0, seqId: 363996337 }],
  })

  it('takes the text pong for a pong', () => {
    expect(normalize('pong')).toEqual({ kind: 'control', control: { type: 'pong' } })
  })

  it('gives swap quotes in base asset, without the errors of binary fractions', () => {
    expect(normalize(bbo('BTC-USDT-SWAP', [['36232.1', '3', '0', '2']], [['36232.2', '0.7', '0', '1']]))).toEqual(
      events({
        kind: 'book_ticker',
        instrument: swap,
        bidPrice: 36232.1,
        bidQuantity: 0.03,
        askPrice: 36232.2,
        askQuantity: 0.007,
        exchangeAt: 1_651_826_598_363,
        receivedAt,
      }),
    )
  })

  it('shows an empty side of the book as null', () => {
    const quote = { kind: 'book_ticker', instrument: spot, exchangeAt: 1_651_826_598_363, receivedAt }
    expect(normalize(bbo('BTC-USDT', [], [['2', '1', '0', '1']]))).toEqual(
      events({ ...quote, bidPrice: null, bidQuantity: null, askPrice: 2, askQuantity: 1 }),
    )
    expect(normalize(bbo('BTC-USDT', [['2', '1', '0', '1']], []))).toEqual(
      events({ ...quote, bidPrice: 2, bidQuantity: 1, askPrice: null, askQuantity: null }),
    )
  })

  it('shows a side a ticker leaves empty as null', () => {
    const ticker = { askPx: '', askSz: '', bidPx: '5', bidSz: '2', ts: '1' }
    expect(normalize({ arg: { channel: 'tickers', instId: 'BTC-USDT-SWAP' }, data: [ticker] })).toEqual(
      events({
        kind: 'book_ticker',
        instrument: swap,
        bidPrice: 5,
        bidQuantity: 0.02,
        askPrice: null,
        askQuantity: null,
        exchangeAt: 1,
        receivedAt,
      }),
    )
  })

  it('gives one trade per element, in order', () => {
    const data = [
      { instId: 'BTC-USDT-SWAP', tradeId: '7', px: '10.5', sz: '12', side: 'sell', ts: '1001', count: '3' },
      { instId: 'BTC-USDT-SWAP', tradeId: '8', px: '10.6', sz: '0.1', side: 'buy', ts: '1002', count: '1' },
    ]
    const trade = { kind: 'trade', instrument: swap, receivedAt }
    expect(normalize({ arg: { channel: 'trades', instId: 'BTC-USDT-SWAP' }, data })).toEqual(
      events(
        { ...trade, tradeId: '7', price: 10.5, quantity: 0.12, side: 'SELL', exchangeAt: 1001 },
        { ...trade, tradeId: '8', price: 10.6, quantity: 0.001, side: 'BUY', exchangeAt: 1002 },
      ),
    )
  })

  it.each([
    ['candle1m', '1m'],
    ['candle5m', '5m'],
    ['candle15m', '15m'],
    ['candle1H', '1h'],
    ['candle1Dutc', '1d'],
  ])('reads %s of a swap: base volume from volCcy, quote volume from volCcyQuote', (channel, period) => {
    const row = ['1697026380000', '3.72', '3.74', '3.67', '3.7', '840', '8.4', '31.1', '1']
    expect(normalize({ arg: { channel, instId: 'BTC-USDT-SWAP' }, data: [row] })).toEqual(
      events({
        kind: 'kline',
        instrument: swap,
        period,
        openTime: 1_697_026_380_000,
        open: 3.72,
        high: 3.74,
        low: 3.67,
        close: 3.7,
        volume: 8.4,
        quoteVolume: 31.1,
        isClosed: true,
        exchangeAt: null,
        receivedAt,
      }),
    )
  })

  it('does not take a passing error for a refusal', () => {
    expect(normalize({ id: '4', event: 'error', code: '60014', msg: 'Requests too frequent.' })).toEqual({
      kind: 'rejected',
      reason: 'value',
      detail: 'error 60014 Requests too frequent.',
    })
  })

  const candle: unknown[] = ['1697026380000', '3.72', '3.74', '3.67', '3.7', '840', '8.4', '31.1', '0']
  const withColumn = (column: number, value: unknown) => ({
    arg: { channel: 'candle1m', instId: 'BTC-USDT' },
    data: [candle.with(column, value)],
  })
  const trade = { tradeId: '7', px: '10.5', sz: '12', side: 'sell', ts: '1001' }
  const withTrade = (change: object) => ({
    arg: { channel: 'trades', instId: 'BTC-USDT' },
    data: [trade, { ...trade, ...change }],
  })
  it.each<[string, unknown, string]>([
    ['nothing', '', 'json'],
    ['cut-off text', '{"arg":{"channel":"bbo-tbt"', 'json'],
    ['a number', '5', 'schema'],
    ['null', 'null', 'schema'],
    ['an array', '[]', 'schema'],
    ['an object without arg', '{}', 'schema'],
    ['an arg that is null', '{"arg":null}', 'schema'],
    ['a channel that is a number', '{"arg":{"channel":5},"data":[]}', 'schema'],
    ['an event that is a number', '{"event":5}', 'schema'],
    ['an ack without arg', '{"event":"subscribe"}', 'schema'],
    ['an unknown event', '{"event":"party"}', 'unknownChannel'],
    ['another notice', '{"event":"notice","code":"1","msg":"hello"}', 'unknownChannel'],
    ['an unknown channel', '{"arg":{"channel":"toString","instId":"BTC-USDT"},"data":[]}', 'unknownChannel'],
    ['an unlisted instrument', bbo('FOO-USDT', [], []), 'unknownInstrument'],
    ['a book without sides', { arg: { channel: 'bbo-tbt', instId: 'BTC-USDT' }, data: [{ ts: '1' }] }, 'schema'],
    ['a frame without data', { arg: { channel: 'trades', instId: 'BTC-USDT' } }, 'schema'],
    ['a price as a JSON number', bbo('BTC-USDT', [[1.5, '1']], []), 'schema'],
    ['a level that is no array', bbo('BTC-USDT', ['1.5'], []), 'schema'],
    ['a price that is no number', bbo('BTC-USDT', [['abc', '1']], []), 'value'],
    ['an empty price', bbo('BTC-USDT', [['', '1']], []), 'value'],
    ['a price of zero', bbo('BTC-USDT', [['0', '1']], []), 'value'],
    ['a negative price', bbo('BTC-USDT', [['-1', '1']], []), 'value'],
    ['an infinite price', bbo('BTC-USDT', [], [['Infinity', '1']]), 'value'],
    ['a size of zero', bbo('BTC-USDT', [], [['1', '0']]), 'value'],
    ['a size that is no number', bbo('BTC-USDT-SWAP', [], [['1', '0x10']]), 'value'],
    ['a time that is no number', bbo('BTC-USDT', [], [], 'now'), 'value'],
    ['an unknown side', withTrade({ side: 'BUY' }), 'value'],
    ['a bad price in a later trade', withTrade({ px: 'NaN' }), 'value'],
    ['a trade without id', withTrade({ tradeId: undefined }), 'schema'],
    ['a candle with a bad number', withColumn(2, '1,5'), 'value'],
    ['a candle with an empty volume', withColumn(5, ''), 'value'],
    ['a candle neither open nor closed', withColumn(8, '2'), 'value'],
    ['a candle with a number', withColumn(1, 3.7), 'schema'],
    ['a short candle', { arg: { channel: 'candle1m', instId: 'BTC-USDT' }, data: [['1', '2']] }, 'schema'],
  ])('rejects %s and says why', (_name, frame, reason) => {
    expect(normalize(frame)).toEqual({ kind: 'rejected', reason, detail: expect.any(String) })
  })

  it('never throws, whatever JSON comes', () => {
    const channel = fc.constantFrom('bbo-tbt', 'tickers', 'trades', 'candle1m', 'books', 'x')
    const text = fc.oneof(fc.string(), fc.constantFrom('1', '1.5', '', 'buy', '0', '1e5'))
    const row = fc.oneof(
      fc.array(fc.oneof(text, fc.jsonValue()), { maxLength: 10 }),
      fc.record({ asks: fc.array(fc.array(text)), bids: fc.jsonValue(), ts: text }, { requiredKeys: [] }),
      fc.record({ tradeId: text, px: text, sz: text, side: text, ts: text }, { requiredKeys: [] }),
      fc.jsonValue(),
    )
    const push = fc.record(
      {
        arg: fc.record(
          { channel, instId: fc.constantFrom('BTC-USDT', 'BTC-USDT-SWAP', 'x') },
          { requiredKeys: ['channel'] },
        ),
        data: fc.oneof(fc.array(row), fc.jsonValue()),
      },
      { requiredKeys: ['arg'] },
    )
    const event = fc.record(
      {
        event: fc.oneof(fc.constantFrom('subscribe', 'error', 'notice', 'login'), fc.jsonValue()),
        id: fc.jsonValue(),
        code: fc.string(),
        msg: fc.string(),
        arg: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    const run = normalizer()
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), push, event), (json) => {
        const result = run(Buffer.from(JSON.stringify(json)), false, receivedAt)
        expect(['events', 'depth', 'control', 'rejected']).toContain(result.kind)
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws, whatever bytes come', () => {
    const run = normalizer()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isBinary) => {
        expect(['events', 'depth', 'control', 'rejected']).toContain(run(Buffer.from(bytes), isBinary, receivedAt).kind)
      }),
    )
  })
})
