import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spotNkn = instrument('binance', 'spot', 'NKN', 'USDT', 'NKNUSDT')
const spotBnb = instrument('binance', 'spot', 'BNB', 'BTC', 'BNBBTC')
const spotChinese = instrument('binance', 'spot', '币安人生', 'USDT', '币安人生USDT')
const perpetuals = ['SUSHI', 'AKRO', 'CTK', 'KEEP', 'ETH', 'BTC'].map((base) =>
  instrument('binance', 'perpetual', base, 'USDT', `${base}USDT`),
)
const perpetual = (nativeName: string) => perpetuals.find((candidate) => candidate.nativeName === nativeName)
const spots = [
  spotNkn,
  spotBnb,
  spotChinese,
  instrument('binance', 'spot', 'BLZ', 'ETH', 'BLZETH'),
  instrument('binance', 'spot', 'LRC', 'BTC', 'LRCBTC'),
  instrument('binance', 'spot', 'RUNE', 'EUR', 'RUNEEUR'),
]
const lookup = lookupOf([...spots, ...perpetuals])
const receivedAt = 1_700_000_000_000

const read = (feed: string, frame: string | Buffer): Normalized =>
  binance.createNormalizer(feed, lookup)(Buffer.from(frame), false, receivedAt)
const spot = (frame: string | Buffer) => read('spot', frame)
const market = (frame: string | Buffer) => read('perpetual-market', frame)
const publicFeed = (frame: string | Buffer) => read('perpetual-public', frame)

const first = (frames: readonly Buffer[], part: string): Buffer => {
  const found = frames.find((frame) => frame.includes(part))
  if (found === undefined) throw new Error(`no recorded frame with ${part}`)
  return found
}

/** `{"events":53,"rejected unknownChannel":105}` */
function count(results: readonly Normalized[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const result of results) {
    const name =
      result.kind === 'rejected'
        ? `rejected ${result.reason}`
        : result.kind === 'control'
          ? `control ${result.control.type}`
          : result.kind === 'depth'
            ? 'depth'
            : result.events.map((event) => event.kind).join()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

const spotFrames = readFrames('binance/ws_spot.ndjson')
const perpetualFrames = readFrames('binance/ws_perpetual.ndjson')

describe('binance recorded frames', () => {
  it('accounts for every spot frame', () => {
    expect(count(spotFrames.map(spot))).toEqual({
      book_ticker: 52,
      trade: 1,
      kline: 1,
      depth: 105,
    })
  })

  it('accounts for every perpetual frame, whichever feed it comes on', () => {
    const expected = { book_ticker: 378, trade: 58, kline: 42, depth: 443 }
    expect(count(perpetualFrames.map(market))).toEqual(expected)
    expect(count(perpetualFrames.map(publicFeed))).toEqual(expected)
  })

  it('reads a spot book ticker, which carries no time', () => {
    expect(spot(first(spotFrames, '@bookTicker'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'book_ticker',
          instrument: spotNkn,
          bidPrice: 0.3521,
          bidQuantity: 672,
          askPrice: 0.3526,
          askQuantity: 3199,
          exchangeAt: null,
          receivedAt,
        },
      ],
    })
  })

  it('reads a perpetual book ticker with the time the book changed', () => {
    expect(publicFeed(first(perpetualFrames, '@bookTicker'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'book_ticker',
          instrument: perpetual('SUSHIUSDT'),
          bidPrice: 7.611,
          bidQuantity: 2,
          askPrice: 7.612,
          askQuantity: 297,
          exchangeAt: 1_626_992_741_012,
          receivedAt,
        },
      ],
    })
  })

  it('reads an aggregate trade: the buyer was the taker', () => {
    expect(market(first(perpetualFrames, 'ctkusdt@aggTrade'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'trade',
          instrument: perpetual('CTKUSDT'),
          tradeId: '16599292',
          price: 1.011,
          quantity: 10,
          side: 'BUY',
          exchangeAt: 1_626_992_741_421,
          receivedAt,
        },
      ],
    })
  })

  it('reads an aggregate trade of spot', () => {
    expect(spot(first(spotFrames, '@aggTrade'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'trade',
          instrument: spotNkn,
          tradeId: '15683430',
          price: 0.3528,
          quantity: 58,
          side: 'BUY',
          exchangeAt: 1_633_998_523_963,
          receivedAt,
        },
      ],
    })
  })

  it('reads an open kline, volume in base asset', () => {
    expect(spot(first(spotFrames, '@kline_1m'))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'kline',
          instrument: spotNkn,
          period: '1m',
          openTime: 1_633_998_480_000,
          open: 0.3527,
          high: 0.3528,
          low: 0.3522,
          close: 0.3528,
          volume: 25_877,
          quoteVolume: 9_116.046,
          isClosed: false,
          exchangeAt: 1_633_998_523_963,
          receivedAt,
        },
      ],
    })
  })

  it('gives every number as JavaScript itself reads its text', () => {
    for (const frame of perpetualFrames.filter((candidate) => candidate.includes('@bookTicker'))) {
      const { data } = JSON.parse(frame.toString())
      expect(publicFeed(frame)).toMatchObject({
        events: [
          {
            bidPrice: Number(data.b),
            bidQuantity: Number(data.B),
            askPrice: Number(data.a),
            askQuantity: Number(data.A),
          },
        ],
      })
    }
  })
})

// Samples of the exchange's documentation, word for word, where the recordings hold none (fixtures/binance/SOURCES.md)
const documentedTrade = `{"stream":"bnbbtc@trade","data":{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}}`
const closedKline = `{"stream":"sushiusdt@kline_1m","data":{"e":"kline","E":1626992760203,"s":"SUSHIUSDT","k":{"t":1626992700000,"T":1626992759999,"s":"SUSHIUSDT","i":"1m","f":126902874,"L":126902986,"o":"7.6080","c":"7.6170","h":"7.6180","l":"7.6070","v":"3005","n":113,"x":true,"q":"22875.8590","V":"1900","Q":"14464.6960","B":"0"}}}`
const bookTicker2026 = `{"stream":"ethusdt@bookTicker","data":{"e":"bookTicker","u":11139947831981,"s":"ETHUSDT","ps":"ETHUSDT","b":"1943.64","B":"113.445","a":"1943.65","A":"182.433","T":1785121247583,"E":1785121247584,"st":1}}`
const trade2026 = `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1789465501241,"a":309917647,"s":"BTCUSDT","p":"76916.00","q":"0.0010","nq":"0.0010","f":537895188,"l":537895188,"T":1789465501090,"m":true,"st":1}}`
const markPrice = `{"stream":"btcusdt@markPrice","data":{"e":"markPriceUpdate","E":1789465500000,"s":"BTCUSDT","p":"76888.10000000","ap":"76888.10000000","P":"77018.80267750","i":"76935.00826087","r":"0.00008900","T":1789488000000,"st":1}}`

describe('binance documented frames', () => {
  it('reads a single trade: the buyer was the maker, so the taker sold', () => {
    expect(spot(documentedTrade)).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'trade',
          instrument: spotBnb,
          tradeId: '12345',
          price: 0.001,
          quantity: 100,
          side: 'SELL',
          exchangeAt: 1_672_515_782_136,
          receivedAt,
        },
      ],
    })
  })

  it('reads a closed kline', () => {
    expect(market(closedKline)).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'kline',
          instrument: perpetual('SUSHIUSDT'),
          period: '1m',
          openTime: 1_626_992_700_000,
          open: 7.608,
          high: 7.618,
          low: 7.607,
          close: 7.617,
          volume: 3_005,
          quoteVolume: 22_875.859,
          isClosed: true,
          exchangeAt: 1_626_992_760_203,
          receivedAt,
        },
      ],
    })
  })

  it('takes the fields added in 2026', () => {
    expect(publicFeed(bookTicker2026)).toMatchObject({
      events: [{ bidPrice: 1_943.64, exchangeAt: 1_785_121_247_583 }],
    })
    expect(market(trade2026)).toMatchObject({ events: [{ tradeId: '309917647', quantity: 0.001, side: 'SELL' }] })
  })

  it.each([
    ['a book ticker', bookTicker2026],
    ['a trade', trade2026],
  ])('leaves %s of COIN-M aside', (_name, frame) => {
    expect(publicFeed(frame.replace('"st":1', '"st":2'))).toEqual({ kind: 'control', control: { type: 'ignored' } })
  })

  it('finds a symbol in Chinese', () => {
    const frame = `{"stream":"币安人生usdt@bookTicker","data":{"u":1,"s":"币安人生USDT","b":"0.1","B":"1","a":"0.2","A":"2"}}`
    expect(spot(frame)).toMatchObject({ events: [{ instrument: spotChinese, bidPrice: 0.1, askQuantity: 2 }] })
  })

  it('knows the same name apart on spot and futures', () => {
    expect(spot(bookTicker2026)).toEqual({ kind: 'rejected', reason: 'unknownInstrument', detail: 'ETHUSDT' })
  })
})

const quote = (b: string, B: string, a: string, A: string) =>
  `{"stream":"nknusdt@bookTicker","data":{"u":1,"s":"NKNUSDT","b":"${b}","B":"${B}","a":"${a}","A":"${A}"}}`

describe('binance book ticker with an empty side', () => {
  it.each([
    ['no bids', quote('0.00000000', '0.00000000', '0.3', '5'), [null, null, 0.3, 5]],
    ['no asks', quote('0.2', '4', '0.00000000', '0.00000000'), [0.2, 4, null, null]],
    ['nothing at all', quote('', '', '', ''), [null, null, null, null]],
  ])('shows %s as null', (_name, frame, [bidPrice, bidQuantity, askPrice, askQuantity]) => {
    expect(spot(frame)).toMatchObject({ events: [{ bidPrice, bidQuantity, askPrice, askQuantity }] })
  })
})

describe('binance housekeeping', () => {
  it.each([
    ['an acknowledgement', '{"result":null,"id":1}', { type: 'ack', id: 1, wires: null }],
    ['a list of subscriptions', '{"result":["btcusdt@aggTrade"],"id":3}', { type: 'ignored' }],
    ['an answer without our id', '{"result":null,"id":null}', { type: 'ignored' }],
    [
      'a flat error',
      '{"code":2,"msg":"Invalid request: missing field `method` at line 1 column 73"}',
      {
        type: 'refused',
        id: null,
        wires: null,
        message: '2: Invalid request: missing field `method` at line 1 column 73',
      },
    ],
    [
      'a flat error with an id',
      '{"code":0,"msg":"Unknown property","id":7}',
      { type: 'refused', id: 7, wires: null, message: '0: Unknown property' },
    ],
    [
      'a nested error',
      '{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":1}',
      { type: 'refused', id: 1, wires: null, message: '2: Invalid request: invalid stream' },
    ],
    [
      'a shutdown, combined',
      '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}',
      { type: 'closing', message: 'serverShutdown' },
    ],
    ['a shutdown, raw', '{"e":"serverShutdown","E":1770123456789}', { type: 'closing', message: 'serverShutdown' }],
  ])('reads %s', (_name, frame, control) => {
    expect(spot(frame)).toEqual({ kind: 'control', control })
  })
})

describe('binance bad input', () => {
  const kline = (change: Record<string, unknown>) => {
    const frame = JSON.parse(closedKline)
    Object.assign(frame.data.k, change)
    return JSON.stringify(frame)
  }

  it.each([
    ['cut-off text', '{"stream":"nknusdt@bookTicker","da', 'json', '{"stream":"nknusdt@bookTicker","da'],
    ['an empty frame', '', 'json', ''],
    ['a number', '5', 'schema', 'neither an event, nor an answer, nor an error'],
    ['an empty object', '{}', 'schema', 'neither an event, nor an answer, nor an error'],
    ['an object for a type', '{"e":{"toString":1}}', 'schema', 'neither an event, nor an answer, nor an error'],
    ['a stream that is no text', '{"stream":5,"data":{}}', 'schema', 'stream is no text'],
    [
      'a wrapper without data',
      '{"stream":"nknusdt@bookTicker"}',
      'schema',
      'neither an event, nor an answer, nor an error',
    ],
    ['an unwrapped event', '{"e":"trade","s":"BNBBTC"}', 'unknownChannel', 'unwrapped: trade'],
    ['an unheard-of stream', '{"stream":"nknusdt@novelty","data":{}}', 'unknownChannel', 'unknown: nknusdt@novelty'],
    ['mark prices', markPrice, 'unknownChannel', 'documented, not subscribed: btcusdt@markPrice'],
    [
      'liquidations',
      '{"stream":"btcusdt@forceOrder","data":{}}',
      'unknownChannel',
      'documented, not subscribed: btcusdt@forceOrder',
    ],
    [
      'a whole-market array',
      '{"stream":"!markPrice@arr","data":[]}',
      'unknownChannel',
      'documented, not subscribed: !markPrice@arr',
    ],
    [
      'klines of another day',
      '{"stream":"nknusdt@kline_1d@+08:00","data":{}}',
      'unknownChannel',
      'documented, not subscribed: nknusdt@kline_1d@+08:00',
    ],
    [
      'a missing field',
      '{"stream":"nknusdt@bookTicker","data":{"u":1,"s":"NKNUSDT","b":"0.1","B":"1","a":"0.2"}}',
      'schema',
      'nknusdt@bookTicker: A: Invalid input: expected string, received undefined',
    ],
    [
      'a price that is a number',
      '{"stream":"nknusdt@bookTicker","data":{"u":1,"s":"NKNUSDT","b":0.1,"B":"1","a":"0.2","A":"1"}}',
      'schema',
      'nknusdt@bookTicker: b: Invalid input: expected string, received number',
    ],
    ['an unlisted symbol', quote('1', '1', '2', '2').replace('NKNUSDT', 'XYZUSDT'), 'unknownInstrument', 'XYZUSDT'],
    ['words for a price', quote('abc', '1', '2', '2'), 'value', 'nknusdt@bookTicker: bid abc x 1, ask 2 x 2'],
    ['a negative price', quote('-1', '1', '2', '2'), 'value', 'nknusdt@bookTicker: bid -1 x 1, ask 2 x 2'],
    ['a hexadecimal price', quote('0x10', '1', '2', '2'), 'value', 'nknusdt@bookTicker: bid 0x10 x 1, ask 2 x 2'],
    ['a quantity without a price', quote('0', '1', '2', '2'), 'value', 'nknusdt@bookTicker: bid 0 x 1, ask 2 x 2'],
    [
      'a trade at price 0',
      documentedTrade.replace('"0.001"', '"0"'),
      'value',
      'bnbbtc@trade: 100 at 0, time 1672515782136',
    ],
    [
      'a trade of nothing',
      documentedTrade.replace('"100"', '""'),
      'value',
      'bnbbtc@trade:  at 0.001, time 1672515782136',
    ],
    [
      'a trade before all time',
      documentedTrade.replace('"T":', '"T":-'),
      'value',
      'bnbbtc@trade: 100 at 0.001, time -1672515782136',
    ],
    ['a kline of another interval than its stream', kline({ i: '5m' }), 'schema', 'sushiusdt@kline_1m: interval 5m'],
  ])('rejects %s and says why', (_name, frame, reason, detail) => {
    const feed = frame.includes('sushi') ? market : spot
    expect(feed(frame)).toEqual({ kind: 'rejected', reason, detail })
  })

  it.each([
    ['a close above the high', { c: '7.7' }],
    ['a low above the open', { l: '7.6085' }],
    ['a negative volume', { v: '-1' }],
    ['an empty volume', { v: '' }],
    ['an open time off the minute', { t: 1_626_992_700_001 }],
    ['prices of 0', { o: '0', h: '0', l: '0', c: '0' }],
  ])('rejects a kline with %s', (_name, change) => {
    expect(market(kline(change))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it.each([
    ['a quote', bookTicker2026, '"T":'],
    ['a kline', closedKline, '"E":'],
  ])('rejects %s of a time before all time', (_name, frame, time) => {
    expect(market(frame.replace(time, `${time}-`))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it('rejects a binary frame, since only another host sends those', () => {
    const normalizer = binance.createNormalizer('spot', lookup)
    expect(normalizer(Buffer.from(documentedTrade), true, receivedAt)).toEqual({
      kind: 'rejected',
      reason: 'json',
      detail: 'binary frame',
    })
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isBinary) => {
        for (const feed of binance.feeds) {
          const result = binance.createNormalizer(feed.id, lookup)(Buffer.from(bytes), isBinary, receivedAt)
          expect(['events', 'depth', 'control', 'rejected']).toContain(result.kind)
        }
      }),
    )
  })

  it('never throws, whatever the JSON, bare or wrapped as any stream', () => {
    const stream = fc.oneof(
      fc
        .constantFrom('bookTicker', 'trade', 'aggTrade', 'kline_1m', 'kline_1d', 'depth')
        .map((name) => `nknusdt@${name}`),
      fc.string(),
    )
    const frame = fc.oneof(
      fc.json(),
      fc.tuple(stream, fc.jsonValue()).map(([name, data]) => JSON.stringify({ stream: name, data })),
    )
    fc.assert(
      fc.property(frame, (text) => {
        for (const feed of binance.feeds) read(feed.id, text)
      }),
    )
  })

  it('never throws and never shows an impossible number, whatever a field of a good frame turns into', () => {
    const frames = [documentedTrade, closedKline, bookTicker2026, trade2026].map((text) => JSON.parse(text))
    const change = fc.tuple(
      fc.constantFrom(...frames),
      fc.nat(20),
      fc.oneof(
        fc.jsonValue(),
        fc.double().map(String),
        fc.constantFrom('', '-0', '1e400', 'Infinity', 'NaN', ' 1', '1.', '.5'),
      ),
    )
    fc.assert(
      fc.property(change, ([frame, at, value]) => {
        const changed = structuredClone(frame)
        const target = changed.data.k !== undefined && at % 2 === 0 ? changed.data.k : changed.data
        const names = Object.keys(target)
        target[names[at % names.length] ?? 's'] = value
        for (const feed of binance.feeds) {
          const result = read(feed.id, JSON.stringify(changed))
          if (result.kind !== 'events') continue
          for (const event of result.events)
            for (const [name, number] of Object.entries(event))
              if (/price|quantity|open|high|low|close|volume/i.test(name) && typeof number === 'number')
                expect(number >= 0 && number < Number.POSITIVE_INFINITY).toBe(true)
        }
      }),
    )
  })
})
