import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { encodePush, type Push, pushToJson } from '../../../../src/main/exchanges/mexc/protobuf.ts'
import { readFrames } from '../../../support/frames.ts'
import { bitcoin, documented, documentedFrame, lookup } from './documented.ts'

const receivedAt = 1_760_000_000_000
const normalizer = () => mexc.createNormalizer('spot', lookup)
const push = (frame: Buffer): Normalized => normalizer()(frame, true, receivedAt)
const answer = (text: string): Normalized => normalizer()(Buffer.from(text), false, receivedAt)

const bookTicker = (body: Push['publicAggreBookTicker']): Push => ({
  channel: 'spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT',
  symbol: 'BTCUSDT',
  sendTime: 1_736_412_092_433,
  ...(body ? { publicAggreBookTicker: body } : {}),
})
const deals = (...list: NonNullable<Push['publicAggreDeals']>['deals']): Push => ({
  channel: 'spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT',
  symbol: 'BTCUSDT',
  sendTime: 1_736_409_765_052,
  publicAggreDeals: { deals: list, eventType: 'spot@public.aggre.deals.v3.api.pb@100ms' },
})
const deal = { price: '93220.00', quantity: '0.04438243', tradeType: 2, time: 1_736_409_765_051 }
const candle = {
  interval: 'Min1',
  windowStart: 1_754_737_920,
  openingPrice: '117317.31',
  closingPrice: '117325.26',
  highestPrice: '117341',
  lowestPrice: '117317.3',
  volume: '3.12599854',
  amount: '366804.43',
  windowEnd: 1_754_737_980,
}
const kline = (body: Partial<typeof candle>, createTime = 1_754_737_941_062): Push => ({
  channel: 'spot@public.kline.v3.api.pb@BTCUSDT@Min1',
  symbol: 'BTCUSDT',
  createTime,
  publicSpotKline: { ...candle, ...body },
})

const quote = {
  kind: 'book_ticker',
  instrument: bitcoin,
  bidPrice: 93_387.28,
  bidQuantity: 3.73485,
  askPrice: 93_387.29,
  askQuantity: 7.669875,
  exchangeAt: 1_736_412_092_433,
  receivedAt,
}
const openKline = {
  kind: 'kline',
  instrument: bitcoin,
  period: '1m',
  openTime: 1_754_737_920_000,
  open: 117_317.31,
  high: 117_341,
  low: 117_317.3,
  close: 117_325.26,
  volume: 3.12599854,
  quoteVolume: 366_804.43,
  isClosed: false,
  exchangeAt: 1_754_737_941_062,
  receivedAt,
}
const trade = {
  kind: 'trade',
  instrument: bitcoin,
  tradeId: null,
  price: 93_220,
  quantity: 0.04438243,
  side: 'SELL',
  exchangeAt: 1_736_409_765_051,
  receivedAt,
}

describe('MEXC documented pushes', () => {
  it.each(documented)('decodes $name to the documented sample', ({ frame, json }) => {
    expect(pushToJson(frame)).toEqual(json)
  })

  it.each<[string, unknown]>([
    ['bookTicker', { kind: 'events', events: [quote] }],
    ['kline', { kind: 'events', events: [openKline] }],
    ['deals', { kind: 'events', events: [trade] }],
    ['limitDepth', unknownChannel('spot@public.limit.depth.v3.api.pb@BTCUSDT@5')],
    ['privateAccount', unknownChannel('spot@private.account.v3.api.pb')],
    ['privateDeals', unknownChannel('spot@private.deals.v3.api.pb')],
    ['privateOrder', unknownChannel('spot@private.orders.v3.api.pb')],
  ])('normalizes %s', (name, expected) => {
    expect(push(documentedFrame(name))).toEqual(expected)
  })

  it('reads the vectors from the bytes that our own encoder writes for them', () => {
    const { bidPrice, bidQuantity, askPrice, askQuantity } = {
      bidPrice: '93387.28',
      bidQuantity: '3.73485',
      askPrice: '93387.29',
      askQuantity: '7.669875',
    }
    const symbolId = '2fb942154ef44a4ab2ef98c8afb6a4a7'
    expect([
      encodePush(bookTicker({ bidPrice, bidQuantity, askPrice, askQuantity })).toString('hex'),
      encodePush({ ...kline({}), symbolId }).toString('hex'),
      encodePush(deals(deal)).toString('hex'),
    ]).toEqual(['bookTicker', 'kline', 'deals'].map((name) => documentedFrame(name).toString('hex')))
  })

  it.each(documented)('rejects $name cut short at any byte', ({ frame }) => {
    for (let length = 0; length < frame.length; length++)
      expect(push(frame.subarray(0, length))).toMatchObject({
        kind: 'rejected',
        reason: expect.stringMatching(/^(schema|unknownChannel)$/),
      })
  })
})

function unknownChannel(detail: string): Normalized {
  return { kind: 'rejected', reason: 'unknownChannel', detail }
}

describe('MEXC book ticker', () => {
  const levels = { bidPrice: '1.5', bidQuantity: '2', askPrice: '1.6', askQuantity: '3' }

  it.each([
    ['absent', { askPrice: '1.6', askQuantity: '3' }],
    ['empty', { ...levels, bidPrice: '', bidQuantity: '' }],
    ['zero', { ...levels, bidPrice: '0', bidQuantity: '0.000' }],
    ['a price without quantity', { ...levels, bidQuantity: '0' }],
  ])('shows a side that is %s as null', (_name, body) => {
    expect(push(encodePush(bookTicker(body)))).toEqual({
      kind: 'events',
      events: [{ ...quote, bidPrice: null, bidQuantity: null, askPrice: 1.6, askQuantity: 3 }],
    })
  })

  it('skips fields it does not know, of every wire type', () => {
    // field 400: varint, fixed64, text, a group with a text inside, fixed32
    const unknown = Buffer.from(
      '801901' + '81190102030405060708' + '821902abcd' + '83190a0161' + '8419' + '851901020304',
      'hex',
    )
    const frame = documentedFrame('bookTicker')
    expect(push(Buffer.concat([unknown, frame, unknown]))).toEqual({ kind: 'events', events: [quote] })
  })

  it('reads the fields MEXC added in June 2026 past', () => {
    const body = { ...levels, version: '81721676217', lastOrderCreateTime: 1_736_412_092_400 }
    expect(push(encodePush(bookTicker(body)))).toMatchObject({ events: [{ bidPrice: 1.5, askQuantity: 3 }] })
  })

  it('leaves the time null where the push has none', () => {
    const { sendTime: _, ...untimed } = bookTicker(levels)
    expect(push(encodePush(untimed))).toMatchObject({ events: [{ exchangeAt: null, receivedAt }] })
  })

  it.each([
    ['text', { ...levels, bidPrice: 'abc' }],
    ['a negative price', { ...levels, askPrice: '-1' }],
    ['hexadecimal', { ...levels, bidPrice: '0x10' }],
    ['infinity', { ...levels, askQuantity: '1e999' }],
    ['a second point', { ...levels, askQuantity: '1.2.3' }],
    ['a bare point', { ...levels, askQuantity: '.' }],
    ['a quantity without price', { ...levels, bidPrice: '' }],
  ])('rejects %s as an impossible value', (_name, body) => {
    const frame = encodePush(bookTicker(body))
    expect(push(frame)).toEqual({ kind: 'rejected', reason: 'value', detail: JSON.stringify(pushToJson(frame)) })
  })

  it('rejects a time beyond all dates', () => {
    const frame = encodePush({ ...bookTicker(levels), sendTime: 9e15 })
    expect(push(frame)).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it.each([
    ['missing', undefined, ''],
    ['unlisted', 'FOOUSDT', 'FOOUSDT'],
  ])('rejects a push whose symbol is %s', (_name, symbol, detail) => {
    const { symbol: __, ...rest } = bookTicker(levels)
    expect(push(encodePush(symbol ? { ...rest, symbol } : rest))).toEqual({
      kind: 'rejected',
      reason: 'unknownInstrument',
      detail,
    })
  })
})

describe('MEXC deals', () => {
  it('gives every trade of a push in order, with its id where there is one', () => {
    const bought = {
      price: '93221.5',
      quantity: '1',
      tradeType: 1,
      time: 1_736_409_765_052,
      tradeId: '730292425431437318X0',
    }
    expect(push(encodePush(deals(deal, bought)))).toEqual({
      kind: 'events',
      events: [
        trade,
        {
          ...trade,
          tradeId: '730292425431437318X0',
          price: 93_221.5,
          quantity: 1,
          side: 'BUY',
          exchangeAt: 1_736_409_765_052,
        },
      ],
    })
  })

  it('ignores a push without trades', () => {
    expect(push(encodePush(deals()))).toEqual({ kind: 'control', control: { type: 'ignored' } })
  })

  it.each([
    ['an unknown side', { ...deal, tradeType: 3 }],
    ['no price', { ...deal, price: '' }],
    ['a quantity of 0', { ...deal, quantity: '0' }],
    ['a negative time', { ...deal, time: -1 }],
  ])('rejects %s', (_name, bad) => {
    expect(push(encodePush(deals(deal, bad)))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })
})

describe('MEXC klines', () => {
  it('closes a candle when one of a later window comes', () => {
    const normalize = normalizer()
    const first = normalize(encodePush(kline({})), true, receivedAt)
    const update = normalize(
      encodePush(kline({ closingPrice: '117330', volume: '4' }, 1_754_737_979_000)),
      true,
      receivedAt + 1,
    )
    const next = normalize(encodePush(kline({ windowStart: 1_754_737_980 }, 1_754_737_981_000)), true, receivedAt + 2)
    const updated = { ...openKline, close: 117_330, volume: 4 }
    expect([first, update, next]).toEqual([
      { kind: 'events', events: [openKline] },
      { kind: 'events', events: [{ ...updated, exchangeAt: 1_754_737_979_000, receivedAt: receivedAt + 1 }] },
      {
        kind: 'events',
        events: [
          { ...updated, isClosed: true, exchangeAt: 1_754_737_981_000, receivedAt: receivedAt + 2 },
          { ...openKline, openTime: 1_754_737_980_000, exchangeAt: 1_754_737_981_000, receivedAt: receivedAt + 2 },
        ],
      },
    ])
  })

  it('keeps intervals apart', () => {
    const normalize = normalizer()
    normalize(encodePush(kline({})), true, receivedAt)
    const fiveMinutes = encodePush(kline({ interval: 'Min5', windowStart: 1_754_738_100 }))
    expect(normalize(fiveMinutes, true, receivedAt)).toEqual({
      kind: 'events',
      events: [{ ...openKline, period: '5m', openTime: 1_754_738_100_000 }],
    })
  })

  it('takes a late push of an earlier window as a correction of a closed candle', () => {
    const normalize = normalizer()
    normalize(encodePush(kline({ windowStart: 1_754_737_980 })), true, receivedAt)
    expect(normalize(encodePush(kline({})), true, receivedAt)).toEqual({
      kind: 'events',
      events: [{ ...openKline, isClosed: true }],
    })
  })

  it('ignores a push of the same window that says less than the last', () => {
    const normalize = normalizer()
    normalize(encodePush(kline({})), true, receivedAt)
    const older = normalize(encodePush(kline({ volume: '3', closingPrice: '117320' })), true, receivedAt)
    const next = normalize(encodePush(kline({ windowStart: 1_754_737_980 })), true, receivedAt)
    expect([older, next]).toEqual([
      { kind: 'control', control: { type: 'ignored' } },
      {
        kind: 'events',
        events: [
          { ...openKline, isClosed: true },
          { ...openKline, openTime: 1_754_737_980_000 },
        ],
      },
    ])
  })

  it('remembers nothing from one connection to the next', () => {
    push(encodePush(kline({})))
    expect(push(encodePush(kline({ windowStart: 1_754_737_980 })))).toMatchObject({ events: [{ isClosed: false }] })
  })

  it.each([
    ['Min1', '1m'],
    ['Min5', '5m'],
    ['Min15', '15m'],
    ['Min60', '1h'],
    ['Day1', '1d'],
  ])('reads %s as %s', (interval, period) => {
    expect(push(encodePush(kline({ interval, windowStart: 1_754_697_600 })))).toMatchObject({ events: [{ period }] })
  })

  it('leaves the quote volume null where it is absent', () => {
    const { amount: _, ...body } = candle
    const frame = encodePush(kline({}))
    expect(push(frame)).toMatchObject({ events: [{ quoteVolume: 366_804.43 }] })
    const channel = 'spot@public.kline.v3.api.pb@BTCUSDT@Min1'
    expect(push(encodePush({ channel, symbol: 'BTCUSDT', publicSpotKline: { ...body } }))).toMatchObject({
      events: [{ quoteVolume: null }],
    })
  })

  it('rejects an interval nobody asked for', () => {
    expect(push(encodePush(kline({ interval: 'Min30' })))).toEqual(
      unknownChannel('spot@public.kline.v3.api.pb@BTCUSDT@Min1'),
    )
  })

  it.each([
    ['a start within the interval', { windowStart: 1_754_737_921 }],
    ['milliseconds for seconds', { windowStart: 1_754_737_920_000_000 }],
    ['no start', { windowStart: 0 }],
    ['a price that is no number', { highestPrice: 'NaN' }],
    ['a price of 0', { lowestPrice: '0' }],
    ['a volume that is no number', { volume: '-' }],
    ['an amount that is no number', { amount: '-' }],
    ['a negative volume', { volume: '-1' }],
    ['a negative amount', { amount: '-1' }],
  ])('rejects %s', (_name, body) => {
    expect(push(encodePush(kline(body)))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })
})

describe('MEXC answers', () => {
  const channel = 'spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT'

  it('reads every documented answer', () => {
    const refusal = 'Not Subscribed successfully! [spot@public.aggre.deals.v3.api.pb@100ms@FOOUSDT].  Reason： Blocked!'
    expect(readFrames('mexc/ws_answers.jsonl').map((frame) => normalizer()(frame, false, receivedAt))).toEqual([
      { kind: 'control', control: { type: 'ack', id: 1, wires: [channel] } },
      { kind: 'control', control: { type: 'ack', id: 2, wires: [channel] } },
      { kind: 'control', control: { type: 'pong' } },
      {
        kind: 'control',
        control: {
          type: 'refused',
          id: 0,
          wires: ['spot@public.aggre.deals.v3.api.pb@100ms@FOOUSDT'],
          message: refusal,
        },
      },
    ])
  })

  it('splits a comma-joined answer', () => {
    expect(answer('{"id":7,"code":0,"msg":"spot@a@BTCUSDT,spot@b@BTCUSDT@Min1"}')).toEqual({
      kind: 'control',
      control: { type: 'ack', id: 7, wires: ['spot@a@BTCUSDT', 'spot@b@BTCUSDT@Min1'] },
    })
  })

  it('names what was refused where a text tells of both', () => {
    const msg =
      'Subscribed successful! [spot@a@X]. Not Subscribed successfully! [spot@b@Y,spot@c@Y]. Reason： Blocked! '
    expect(answer(JSON.stringify({ id: 7, code: 0, msg }))).toEqual({
      kind: 'control',
      control: { type: 'refused', id: 7, wires: ['spot@b@Y', 'spot@c@Y'], message: msg.trim() },
    })
  })

  it('takes a code for a refusal of the whole request', () => {
    expect(answer('{"id":3,"code":730001,"msg":"bad request"}')).toEqual({
      kind: 'control',
      control: { type: 'refused', id: 3, wires: null, message: 'bad request' },
    })
  })

  it.each([
    ['cut-off text', '{"id":0,', 'json'],
    ['an old JSON push', '{"c":"spot@public.deals.v3.api@BTCUSDT","d":{}}', 'schema'],
    ['a text without meaning', '{"id":0,"code":0,"msg":"hello"}', 'schema'],
    ['null', 'null', 'schema'],
  ])('rejects %s', (_name, text, reason) => {
    expect(answer(text)).toEqual({ kind: 'rejected', reason, detail: text })
  })
})

describe('MEXC frames that may be anything', () => {
  const kinds = ['events', 'depth', 'control', 'rejected']

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isBinary) =>
        kinds.includes(normalizer()(Buffer.from(bytes), isBinary, receivedAt).kind),
      ),
      { numRuns: 2_000 },
    )
  })

  it('survives any JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => kinds.includes(answer(text).kind)))
  })

  it('survives any change to a documented push', () => {
    const change = fc.tuple(fc.constantFrom(...documented), fc.nat(), fc.uint8Array({ maxLength: 8 }))
    fc.assert(
      fc.property(change, ([{ frame }, at, bytes]) => {
        const changed = Buffer.from(frame)
        changed.set(bytes.slice(0, frame.length - (at % frame.length)), at % frame.length)
        return kinds.includes(push(changed).kind)
      }),
      { numRuns: 5_000 },
    )
  })
})
