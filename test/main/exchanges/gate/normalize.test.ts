import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { gate } from '../../../../src/main/exchanges/gate/index.ts'
import { baseQuantity, numberOf } from '../../../../src/main/exchanges/gate/normalize.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = (name: string) => instrument('gate', 'spot', name.split('_')[0] ?? '', name.split('_')[1] ?? '', name)
const perpetual = (name: string, contractSize: number) =>
  instrument('gate', 'perpetual', name.split('_')[0] ?? '', name.split('_')[1] ?? '', name, { contractSize })
const dis = spot('DIS_USDT')
const neo = spot('NEO_BTC')
const fast = spot('FAST_USDT')
const nano = spot('NANO_USDT')
const btc = spot('BTC_USDT')
const others = ['ZKS_ETH', 'INK_USDT', 'HAI_ETH', 'BTC_USDC', 'QTUM3S_USDT', 'OMG_USDT'].map(spot)
const btcPerpetual = perpetual('BTC_USDT', 0.0001)
const ethPerpetual = perpetual('ETH_USDT', 0.01)
const frontPerpetual = perpetual('FRONT_USDT', 1)
const lookup = lookupOf([dis, neo, fast, nano, btc, ...others, btcPerpetual, ethPerpetual, frontPerpetual])

const receivedAt = 1_800_000_000_000
const normalizer = (feed: 'spot' | 'perpetual') => {
  const normalize = gate.createNormalizer(feed, lookup)
  return (frame: string | Buffer | object): Normalized =>
    normalize(
      Buffer.isBuffer(frame) ? frame : Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      false,
      receivedAt,
    )
}
const eventsOf = (result: Normalized | undefined) => (result?.kind === 'events' ? result.events : result)
const ignored = { kind: 'control', control: { type: 'ignored' } }

describe('gate recorded spot frames', () => {
  const frames = readFrames('gate/ws_spot.ndjson')
  const results = frames.map(normalizer('spot'))

  it('are all accounted for', () => {
    const counts: Record<string, number> = {}
    results.forEach((result, index) => {
      const channel = /"channel":"([^"]+)"/.exec(frames[index]?.toString() ?? '')?.[1]
      const outcome =
        result.kind === 'control' ? result.control.type : result.kind === 'rejected' ? result.reason : 'events'
      const key = `${channel} ${outcome}`
      counts[key] = (counts[key] ?? 0) + 1
    })
    expect(counts).toEqual({
      'spot.trades ignored': 1,
      'spot.order_book_update ignored': 10,
      'spot.candlesticks ignored': 10,
      'spot.tickers ignored': 1,
      'spot.order_book_update unknownChannel': 95,
      'spot.tickers unknownChannel': 12,
      'spot.candlesticks events': 11,
      'spot.trades events': 3,
    })
  })

  const events = results.flatMap((result) => (result.kind === 'events' ? result.events : []))

  it('give the trades with the taker side and the time rounded down to ms', () => {
    const common = { kind: 'trade', receivedAt }
    expect(events.filter((event) => event.kind === 'trade')).toEqual([
      {
        ...common,
        instrument: dis,
        tradeId: '816995772',
        price: 121.58,
        quantity: 0.201,
        side: 'SELL',
        exchangeAt: 1619093543708,
      },
      {
        ...common,
        instrument: neo,
        tradeId: '816995970',
        price: 0.0018735,
        quantity: 0.5,
        side: 'BUY',
        exchangeAt: 1619093546958,
      },
      {
        ...common,
        instrument: neo,
        tradeId: '816995982',
        price: 0.0018753,
        quantity: 1.07,
        side: 'SELL',
        exchangeAt: 1619093547078,
      },
    ])
  })

  it('give the candles, base volume out of quote volume where the candle knew one price', () => {
    const klines = events.filter((event) => event.kind === 'kline')
    const kline = (of: typeof dis, price: number, volume: number, quoteVolume: number, exchangeAt: number) => ({
      kind: 'kline',
      instrument: of,
      period: '1m',
      openTime: 1619093520000,
      open: price,
      high: price,
      low: price,
      close: price,
      volume,
      quoteVolume,
      isClosed: false,
      exchangeAt,
      receivedAt,
    })
    expect([klines[0], klines[2], klines[5], klines[10]]).toEqual([
      kline(dis, 120.92, 0, 0, 1619093534000),
      kline(fast, 10.46, 1.964, 20.54344, 1619093534000),
      kline(nano, 8.8192, 0.431, 3.8010752, 1619093534000),
      kline(dis, 121.58, 0.201, 24.43758, 1619093548000),
    ])
  })
})

describe('gate documented frames', () => {
  const frames = readFrames('gate/ws_documented.ndjson')
  const run = (channel: string, feed: 'spot' | 'perpetual') =>
    frames.filter((frame) => frame.includes(`"channel":"${channel}"`)).map(normalizer(feed))

  it('maps a spot book ticker', () => {
    expect(run('spot.book_ticker', 'spot').map(eventsOf)).toEqual([
      [
        {
          kind: 'book_ticker',
          instrument: btc,
          bidPrice: 19177.79,
          bidQuantity: 0.0003341504,
          askPrice: 19179.38,
          askQuantity: 0.09,
          exchangeAt: 1606293275123,
          receivedAt,
        },
      ],
    ])
  })

  it('maps a perpetual book ticker, contracts multiplied out', () => {
    expect(run('futures.book_ticker', 'perpetual').map(eventsOf)).toEqual([
      [
        {
          kind: 'book_ticker',
          instrument: btcPerpetual,
          bidPrice: 77179,
          bidQuantity: 10.7847,
          askPrice: 77179.1,
          askQuantity: 0.5808,
          exchangeAt: 1789456337013,
          receivedAt,
        },
      ],
    ])
  })

  it('maps perpetual trades: the sign is the taker side, the amount contracts', () => {
    expect(run('futures.trades', 'perpetual').map(eventsOf)).toEqual([
      [
        {
          kind: 'trade',
          instrument: btcPerpetual,
          tradeId: '27753479',
          price: 77175.1,
          quantity: 0.0108,
          side: 'SELL',
          exchangeAt: 1789456337021,
          receivedAt,
        },
      ],
    ])
  })

  it('maps a spot candle: v is quote volume, a base volume, w closed', () => {
    expect(run('spot.candlesticks', 'spot').map(eventsOf)).toEqual([
      [
        {
          kind: 'kline',
          instrument: btc,
          period: '1m',
          openTime: 1606292580000,
          open: 19128.1,
          high: 19128.1,
          low: 19128.1,
          close: 19128.1,
          volume: 3.8283,
          quoteVolume: 2362.32035,
          isClosed: true,
          exchangeAt: 1606292600376,
          receivedAt,
        },
      ],
    ])
  })

  it('maps a perpetual candle', () => {
    expect(run('futures.candlesticks', 'perpetual').map(eventsOf)).toEqual([
      [
        {
          kind: 'kline',
          instrument: frontPerpetual,
          period: '1m',
          openTime: 1684930140000,
          open: 0.1701,
          high: 0.1701,
          low: 0.1701,
          close: 0.1701,
          volume: 0,
          quoteVolume: null,
          isClosed: false,
          exchangeAt: 1684930165934,
          receivedAt,
        },
      ],
    ])
  })

  it('reads acks, refusals and pongs', () => {
    expect([...run('spot.trades', 'spot'), ...run('spot.pong', 'spot'), ...run('futures.pong', 'perpetual')]).toEqual([
      { kind: 'control', control: { type: 'ack', id: 1, wires: null } },
      {
        kind: 'control',
        control: {
          type: 'refused',
          id: 1,
          wires: null,
          message: 'unknown currency pair: LUNARLENS_USDT',
        },
      },
      { kind: 'control', control: { type: 'pong' } },
      { kind: 'control', control: { type: 'pong' } },
    ])
  })

  it('reads refusals without id and payload by the name in the message, and shows the others', () => {
    expect(run('futures.orders', 'perpetual')).toEqual([
      {
        kind: 'control',
        control: {
          type: 'refused',
          id: null,
          wires: ['futures.orders:BTC_USDT_20220318'],
          message: 'unknown contract BTC_USDT_20220318',
        },
      },
      {
        kind: 'rejected',
        reason: 'unknownChannel',
        detail: 'futures.orders subscribe: {"label":"INVALID_KEY","message":"Invalid key provided"}',
      },
    ])
  })

  it('counts what nobody reads as unknown channels', () => {
    const results = [
      ...run('spot.obu', 'spot'),
      ...run('futures.order_book_update', 'perpetual'),
      ...run('futures.obu', 'perpetual'),
    ]
    const unread = ['obu ob.XRP_USDT.50', 'futures.order_book_update', 'obu ob.ETH_USDT.50', 'obu ob.BTC_USDT.50']
    expect(results).toEqual(unread.map((detail) => ({ kind: 'rejected', reason: 'unknownChannel', detail })))
  })
})

describe('gate book tickers', () => {
  const frame = (result: object) => ({ time: 1, channel: 'spot.book_ticker', event: 'update', result })
  const whole = { t: 1606293275123, u: 1, s: 'BTC_USDT', b: '1.5', B: '2', a: '1.6', A: '3' }

  it.each([
    ['no bid price', { b: '', B: '' }, { bidPrice: null, bidQuantity: null, askPrice: 1.6, askQuantity: 3 }],
    ['a bid price of 0', { b: '0', B: '0' }, { bidPrice: null, bidQuantity: null, askPrice: 1.6, askQuantity: 3 }],
    ['an ask without size', { A: '0' }, { bidPrice: 1.5, bidQuantity: 2, askPrice: null, askQuantity: null }],
    [
      'nobody at all',
      { b: '', B: '0', a: '0', A: '' },
      { bidPrice: null, bidQuantity: null, askPrice: null, askQuantity: null },
    ],
  ])('shows an empty side as null: %s', (_name, more, sides) => {
    expect(eventsOf(normalizer('spot')(frame({ ...whole, ...more })))).toEqual([
      { kind: 'book_ticker', instrument: btc, ...sides, exchangeAt: 1606293275123, receivedAt },
    ])
  })

  it.each([
    ['words', { b: 'abc' }],
    ['blank text', { b: ' ' }],
    ['a negative size', { A: '-1' }],
    ['infinity', { a: 'Infinity' }],
    ['no time', { t: 0 }],
  ])('rejects a value no market has: %s', (_name, more) => {
    expect(normalizer('spot')(frame({ ...whole, ...more }))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it('takes perpetual sizes as integers and as text alike, fractions included', () => {
    const result = { t: 1, u: 1, s: 'ETH_USDT', b: '2480.27', a: '2480.28' }
    const sizes = [
      { B: 27, A: 8292 },
      { B: '27', A: '8292' },
      { B: '27.1', A: '0.7' },
      { B: '', A: 0 },
    ].map((size) =>
      eventsOf(
        normalizer('perpetual')({ channel: 'futures.book_ticker', event: 'update', result: { ...result, ...size } }),
      ),
    )
    const of = (bidQuantity: number | null, askQuantity: number | null) => [
      {
        kind: 'book_ticker',
        instrument: ethPerpetual,
        bidPrice: bidQuantity === null ? null : 2480.27,
        bidQuantity,
        askPrice: askQuantity === null ? null : 2480.28,
        askQuantity,
        exchangeAt: 1,
        receivedAt,
      },
    ]
    expect(sizes).toEqual([of(0.27, 82.92), of(0.27, 82.92), of(0.271, 0.007), of(null, null)])
  })

  it('keeps spot and perpetual apart though they share the name', () => {
    const result = normalizer('perpetual')(frame(whole))
    expect(result).toEqual({ kind: 'rejected', reason: 'unknownChannel', detail: 'spot.book_ticker' })
  })
})

describe('gate trades', () => {
  const trade = {
    id: 1,
    create_time: 1,
    create_time_ms: 1789456337021,
    contract: 'BTC_USDT',
    price: '77175.1',
    size: 3,
  }
  const frame = (...result: object[]) => ({ channel: 'futures.trades', event: 'update', result })

  it('leaves out internal trades', () => {
    expect(normalizer('perpetual')(frame({ ...trade, is_internal: true }))).toEqual(ignored)
    const both = normalizer('perpetual')(frame({ ...trade, is_internal: true }, { ...trade, id: 2, size: '-3' }))
    expect(eventsOf(both)).toMatchObject([{ tradeId: '2', quantity: 0.0003, side: 'SELL' }])
  })

  it.each([
    ['a size of 0', { size: 0 }],
    ['a price of 0', { price: '0' }],
    ['an empty price', { price: '' }],
    ['no time', { create_time_ms: 0 }],
    ['a size that cannot be written', { size: { toString: 1 } }],
  ])('rejects %s', (_name, more) => {
    expect(normalizer('perpetual')(frame({ ...trade, ...more }))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })
})

describe('gate candles', () => {
  const old = (t: number, more: object = {}) => ({
    time: t + 10,
    channel: 'spot.candlesticks',
    event: 'update',
    result: { t: String(t), v: '20', c: '10', h: '10', l: '10', o: '10', n: '1m_BTC_USDT', ...more },
  })
  const candle = (t: number, exchangeAt: number, isClosed: boolean, volume = 2, quoteVolume = 20) => ({
    kind: 'kline',
    instrument: btc,
    period: '1m',
    openTime: t * 1000,
    open: 10,
    high: 10,
    low: 10,
    close: 10,
    volume,
    quoteVolume,
    isClosed,
    exchangeAt: exchangeAt * 1000,
    receivedAt,
  })

  it('without a flag close when the next one opens, and never before', () => {
    const normalize = normalizer('spot')
    expect([old(600), old(600, { v: '30' }), old(720)].map((frame) => eventsOf(normalize(frame)))).toEqual([
      [candle(600, 610, false)],
      [candle(600, 610, false, 3, 30)],
      [candle(600, 730, true, 3, 30), candle(720, 730, false)],
    ])
  })

  it('without a flag do not reopen what was closed', () => {
    const normalize = normalizer('spot')
    expect([old(600), old(660), old(600)].map(normalize)[2]).toEqual(ignored)
  })

  it('remember nothing across connections', () => {
    normalizer('spot')(old(600))
    expect(eventsOf(normalizer('spot')(old(660)))).toEqual([candle(660, 670, false)])
  })

  it('without base volume are rejected where they knew several prices, and not closed from an older state', () => {
    const normalize = normalizer('spot')
    normalize(old(600))
    expect(normalize(old(600, { h: '11' }))).toEqual({
      kind: 'rejected',
      reason: 'schema',
      detail: 'a: no base volume in 1m_BTC_USDT',
    })
    expect(eventsOf(normalize(old(660)))).toEqual([candle(660, 670, false)])
  })

  it('with a flag go by it alone', () => {
    const normalize = normalizer('spot')
    const frames = [old(600, { a: '2', w: false }), old(660, { a: '2', w: false }), old(600, { a: '2', w: true })]
    expect(frames.map((frame) => eventsOf(normalize(frame)))).toEqual([
      [candle(600, 610, false)],
      [candle(660, 670, false)],
      [candle(600, 610, true)],
    ])
  })

  it('of a perpetual close in the same way and count contracts', () => {
    const normalize = normalizer('perpetual')
    const frame = (...rows: { t: number; v: string | number; w?: boolean }[]) => ({
      time: 1,
      time_ms: 1_700_000_000_000,
      channel: 'futures.candlesticks',
      event: 'update',
      result: rows.map((row) => ({ ...row, c: '10', h: '10', l: '10', o: '10', n: '5m_ETH_USDT', a: '999' })),
    })
    const results = [
      frame({ t: 600, v: 7 }),
      frame({ t: 900, v: '0.5' }),
      frame({ t: 900, v: '8', w: true }, { t: 1200, v: 0, w: false }),
    ]
    const brief = results.map((result) => {
      const outcome = normalize(result)
      return outcome.kind === 'events'
        ? outcome.events.map(
            (event) => event.kind === 'kline' && [event.openTime, event.volume, event.quoteVolume, event.isClosed],
          )
        : outcome
    })
    expect(brief).toEqual([
      [[600_000, 0.07, null, false]],
      [
        [600_000, 0.07, null, true],
        [900_000, 0.005, null, false],
      ],
      [
        [900_000, 0.08, null, true],
        [1_200_000, 0, null, false],
      ],
    ])
  })

  it.each([
    ['a period that is not ours', { n: '10s_BTC_USDT' }, 'unknownChannel'],
    ['a mark price candle', { n: '1m_mark_BTC_USDT' }, 'unknownInstrument'],
    ['an open time off the grid', { t: '601' }, 'value'],
    ['a high below the low', { h: '9', a: '1', w: true }, 'value'],
    ['a negative volume', { v: '-1' }, 'value'],
    ['no open', { o: undefined }, 'schema'],
  ])('reject %s', (_name, more, reason) => {
    expect(normalizer('spot')(old(600, more))).toMatchObject({ kind: 'rejected', reason })
  })
})

describe('gate replies', () => {
  const reply = (more: object) => ({ time: 1, channel: 'spot.trades', event: 'subscribe', ...more })
  const refusal = (code: number, message: string, more: object = {}) => reply({ error: { code, message }, ...more })
  const success = { result: { status: 'success' } }

  it.each([
    ['an ack by id', reply({ id: 7, payload: ['A_B'], ...success }), { type: 'ack', id: 7, wires: null }],
    [
      'an ack without id by its payload',
      reply({ payload: ['A_B'], ...success }),
      { type: 'ack', id: null, wires: ['spot.trades:A_B'] },
    ],
    [
      'a candle ack without id by its payload',
      reply({ channel: 'spot.candlesticks', payload: ['1m', 'A_B'], ...success }),
      { type: 'ack', id: null, wires: ['spot.candlesticks:1m:A_B'] },
    ],
    ['an old ack that names nothing', reply(success), { type: 'ignored' }],
    [
      'an unsubscribe ack without id',
      reply({ event: 'unsubscribe', payload: ['A_B'], ...success }),
      { type: 'ignored' },
    ],
    ['an unsubscribe ack', reply({ id: 8, event: 'unsubscribe', ...success }), { type: 'ack', id: 8, wires: null }],
    [
      'an unknown symbol of a group, the whole request refused (the session asks for halves)',
      refusal(2, 'unknown currency pair: X_Y', { id: 3, payload: ['A_B', 'X_Y'] }),
      { type: 'refused', id: 3, wires: null, message: 'unknown currency pair: X_Y' },
    ],
    [
      'an unknown symbol of a group without id, only that one refused',
      refusal(2, 'unknown currency pair: X_Y', { payload: ['A_B', 'X_Y'] }),
      { type: 'refused', id: null, wires: ['spot.trades:X_Y'], message: 'unknown currency pair: X_Y' },
    ],
    [
      'an unknown symbol of a candle request, the whole request refused',
      refusal(2, 'unknown currency pair: X_Y', { channel: 'spot.candlesticks', id: 4, payload: ['1h', 'X_Y'] }),
      { type: 'refused', id: 4, wires: null, message: 'unknown currency pair: X_Y' },
    ],
    [
      'an unknown symbol of a candle request of which nothing else is known, refused in every period',
      refusal(2, 'unknown currency pair: X_Y', { channel: 'spot.candlesticks' }),
      {
        type: 'refused',
        id: null,
        wires: ['1m', '5m', '15m', '1h', '1d'].map((period) => `spot.candlesticks:${period}:X_Y`),
        message: 'unknown currency pair: X_Y',
      },
    ],
    ['a server error, to be asked again', refusal(3, 'busy', { id: 5 }), { type: 'ignored' }],
    [
      'another refusal',
      refusal(2, 'Unknown channel x', { id: 6 }),
      { type: 'refused', id: 6, wires: null, message: 'Unknown channel x' },
    ],
  ])('reads %s', (_name, frame, control) => {
    expect(normalizer('spot')(frame)).toEqual({ kind: 'control', control })
  })

  it('takes the upgrade notice as closing', () => {
    const frame = { time: 1, channel: 'futures.system', event: 'update', result: { type: 'upgrade', msg: 'soon' } }
    expect(normalizer('perpetual')(frame)).toEqual({ kind: 'control', control: { type: 'closing', message: 'soon' } })
  })
})

describe('gate bad input', () => {
  it.each([
    ['cut-off text', '{"channel":"spot.trades"', 'json'],
    ['a bare value', '7', 'schema'],
    ['no channel', '{}', 'schema'],
    ['a push without a result', '{"channel":"spot.trades","event":"update"}', 'schema'],
    ['an unknown event', '{"channel":"spot.trades","event":"all","result":{}}', 'unknownChannel'],
    ['an event that is no text', '{"channel":"spot.trades","event":{"toString":1}}', 'unknownChannel'],
    ['an ack that says nothing', '{"channel":"spot.trades","event":"subscribe"}', 'schema'],
  ])('rejects %s', (_name, text, reason) => {
    expect(normalizer('spot')(text)).toMatchObject({ kind: 'rejected', reason })
  })

  const feed = fc.constantFrom('spot' as const, 'perpetual' as const)
  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(feed, fc.uint8Array(), (of, bytes) => void normalizer(of)(Buffer.from(bytes))))
  })
  it('never throws, whatever the JSON', () => {
    fc.assert(fc.property(feed, fc.json(), (of, text) => void normalizer(of)(text)))
  })
  it('lets no impossible number out of near-real frames', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.constantFrom('1.5', '0', '', '60', 'BTC_USDT', '1m_BTC_USDT'),
    )
    const fields = ['t', 's', 'n', 'o', 'h', 'l', 'c', 'v', 'a', 'A', 'b', 'B', 'id', 'size', 'price', 'amount', 'side']
    const result = fc.record(Object.fromEntries(fields.map((field) => [field, value])), { requiredKeys: [] })
    const base = {
      s: 'BTC_USDT',
      n: '1m_BTC_USDT',
      currency_pair: 'BTC_USDT',
      contract: 'BTC_USDT',
      t: 60,
      create_time_ms: 1,
    }
    const channels = fc.constantFrom('book_ticker', 'trades', 'candlesticks')
    fc.assert(
      fc.property(feed, channels, result, (of, channel, fuzz) => {
        const one = { ...base, ...fuzz }
        const isArray = of === 'perpetual' && channel !== 'book_ticker'
        const family = of === 'spot' ? 'spot' : 'futures'
        const frame = { time: 1, channel: `${family}.${channel}`, event: 'update', result: isArray ? [one] : one }
        const outcome = normalizer(of)(frame)
        for (const event of outcome.kind === 'events' ? outcome.events : []) {
          const numbers = Object.values(event).filter((field) => typeof field === 'number')
          expect(numbers.every((number) => Number.isFinite(number) && number >= 0)).toBe(true)
        }
      }),
    )
  })
})

describe('gate numbers', () => {
  it('takes decimal text and numbers, and nothing else', () => {
    expect(['-3', '1e-7', 5, 0.5].map(numberOf)).toEqual([-3, 1e-7, 5, 0.5])
    expect(['', '.5', '5.', '0x10', 'x', null, true, []].map(numberOf)).toEqual(Array(8).fill(Number.NaN))
  })

  it.each([
    [3, 0.0001, 0.0003],
    ['-108', 0.0001, -0.0108],
    ['0.7', 0.01, 0.007],
    ['2781.6', 0.01, 27.816],
    ['1.1', 10, 11],
    [7, 0.3, 2.1],
    [1234567, 1000, 1234567000],
    ['3', 0.00001, 0.00003],
    [0.1, 0.0001, 0.00001],
  ])('multiplies %s contracts of %s out to %s', (contracts, contractSize, quantity) => {
    expect(baseQuantity(contracts, contractSize)).toBe(quantity)
  })

  it('gives the float64 nearest to the exact product for every contract size of a power of ten', () => {
    const contracts = fc.tuple(fc.integer({ min: 0, max: 10 ** 10 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(contracts, fc.integer({ min: -6, max: 4 }), ([units, decimals], power) => {
        const text =
          decimals === 0
            ? String(units)
            : `${Math.floor(units / 10 ** decimals)}.${String(units % 10 ** decimals).padStart(decimals, '0')}`
        expect(baseQuantity(text, Number(`1e${power}`))).toBe(Number(`${units}e${power - decimals}`))
      }),
    )
  })
})
