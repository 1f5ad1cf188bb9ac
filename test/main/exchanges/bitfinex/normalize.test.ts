import { describe, expect, it } from 'vitest'
import { bitfinex } from '../../../../src/main/exchanges/bitfinex/index.ts'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { plainLevels } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const receivedAt = 1_790_134_415_000
const btc = instrument('bitfinex', 'spot', 'BTC', 'USDT', 'tBTCUST')
const perpetual = instrument('bitfinex', 'perpetual', 'BTC', 'USDT', 'tBTCF0:USTF0')
const lookup = lookupOf([btc, perpetual])
const normalizer = (of = lookup) => {
  const normalize = bitfinex.createNormalizer('public', of)
  return (frame: string | Buffer | object, at = receivedAt) =>
    plain(
      normalize(
        Buffer.isBuffer(frame) ? frame : Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)),
        false,
        at,
      ),
    )
}
/** Levels as pairs: their arrays are used again for the next frame. */
function plain(result: Normalized) {
  if (result.kind !== 'depth') return result
  const { bids, asks, instrument: of, ...rest } = result.depth
  return { kind: 'depth', ...rest, symbol: of.symbol, bids: plainLevels(bids), asks: plainLevels(asks) }
}
const events = (...list: object[]) => ({ kind: 'events', events: list })
const control = (what: object) => ({ kind: 'control', control: what })
const ignored = control({ type: 'ignored' })
const quote = (bid: readonly [number, number] | null, ask: readonly [number, number] | null, exchangeAt: number) => ({
  kind: 'book_ticker',
  instrument: btc,
  ...{ bidPrice: bid?.[0] ?? null, bidQuantity: bid?.[1] ?? null },
  ...{ askPrice: ask?.[0] ?? null, askQuantity: ask?.[1] ?? null },
  ...{ exchangeAt, receivedAt },
})

describe('documented bitfinex frames', () => {
  const normalize = normalizer()
  const read = readFrames('documented/BITFINEX.ndjson').map((frame) => normalize(frame))
  const ack = (id: number, wire: string, handle: number) => control({ type: 'ack', id, wires: [wire], handle })
  const depth = (id: number, previousId: number | null, exchangeAt: number, more: object) => ({
    kind: 'depth',
    symbol: 'BTC_USDT',
    isSnapshot: previousId === null,
    ...{ firstId: id, lastId: id, previousId, bids: [], asks: [], checksum: null, exchangeAt, receivedAt },
    ...more,
  })
  const candle = (openTime: number, o: number, h: number, l: number, c: number, volume: number, at: number) => ({
    ...{ kind: 'kline', instrument: btc, period: '1m', openTime, open: o, high: h, low: l, close: c, volume },
    ...{ quoteVolume: null, isClosed: false, exchangeAt: at, receivedAt },
  })
  const first = candle(1_574_698_260_000, 7379.785503, 7388.3, 7379.785503, 7383.8, 1.68829482, 1_790_134_414_886)
  const late = candle(1_574_698_260_000, 7379.785503, 7388.3, 7379.785503, 7383.9, 1.7, 1_790_134_414_892)

  it('are read in order, number by number', () => {
    expect(read).toEqual([
      ignored,
      control({ type: 'loggedIn' }),
      ack(1, 'quote:tBTCUST', 759_361),
      events(quote([86704, 0.03460649], [86719, 0.03483509], 1_790_134_414_853)),
      ack(2, 'book:tBTCUST', 759_362),
      depth(2, null, 1_790_134_414_856, {
        bids: [
          [86704, 0.03460649],
          [86701, 0.07296393],
        ],
        asks: [
          [86719, 0.03483509],
          [86723, 0.5],
        ],
      }),
      depth(3, 2, 1_790_134_414_859, { bids: [[86697, 0.03650034]] }),
      depth(4, 3, 1_790_134_414_862, { checksum: 1_077_566_173 }),
      // the ask has left one price and not reached the next
      ignored,
      events(quote([86704, 0.03460649], [86720, 0.25], 1_790_134_414_868)),
      ignored,
      depth(8, 4, 1_790_134_414_874, {}),
      ack(3, 'trades:tBTCUST', 232_959),
      events({
        ...{ kind: 'trade', instrument: btc, tradeId: '1966969152', price: 86703, quantity: 0.5, side: 'SELL' },
        ...{ exchangeAt: 1_790_134_414_800, receivedAt },
      }),
      events({
        ...{ kind: 'trade', instrument: btc, tradeId: '1966969153', price: 86719, quantity: 0.00012941, side: 'BUY' },
        ...{ exchangeAt: 1_790_134_414_900, receivedAt },
      }),
      ignored,
      ack(4, 'candles:1m:tBTCUST', 343_351),
      events(first),
      events(
        { ...first, isClosed: true, exchangeAt: 1_790_134_414_889 },
        candle(1_574_698_320_000, 7383.8, 7384, 7383.8, 7384, 0.25, 1_790_134_414_889),
      ),
      events({ ...late, isClosed: true }),
      ack(5, 'status:tBTCF0:USTF0', 759_363),
      events({
        kind: 'funding_rate',
        rate: {
          ...{ exchange: 'bitfinex', symbol: 'BTC_USDT_PERP', rate: '0', nextFundingAt: 1_790_150_400_000 },
          ...{ intervalHours: 8, markPrice: '86676.3172', exchangeAt: 1_790_133_734_000, receivedAt },
        },
      }),
      control({ type: 'refused', id: 6, wires: ['book:tNOPE'], message: '10300 symbol: invalid' }),
      ack(7, 'book:tBTCUST', 759_362),
      control({ type: 'pong' }),
      ignored,
      // late data of a channel that was left
      ignored,
      control({ type: 'closing', message: '20051 Stopping. Please try to reconnect' }),
    ])
  })
})

describe('recorded bitfinex frames', () => {
  const frames = readFrames('recordings/BITFINEX.ndjson')
  const names = new Set(frames.flatMap((frame) => /"symbol":"(t[^"]+)"/.exec(String(frame))?.[1] ?? []))
  const of = lookupOf([...names].map((name) => instrument('bitfinex', 'spot', name, 'USD', name)))

  it('are all accounted for: books of a hundred levels and tickers are not ours, trades are history', () => {
    const normalize = bitfinex.createNormalizer('public', of)
    const counts: Record<string, number> = {}
    for (const frame of frames) {
      const result = normalize(frame, false, receivedAt)
      const key =
        result.kind === 'rejected' ? result.reason : result.kind === 'control' ? result.control.type : result.kind
      counts[key] = (counts[key] ?? 0) + 1
    }
    expect(counts).toEqual({ ignored: 15, loggedIn: 1, unknownChannel: 992, ack: 7 })
  })

  it('give trades, oldest first, to whoever heard them in time', () => {
    const normalize = bitfinex.createNormalizer('public', of)
    const at = 1_618_665_870_435
    const results = frames.map((frame) => normalize(frame, false, at))
    const trades = results.flatMap((result) => (result.kind === 'events' ? result.events : []))
    expect(trades.filter((event) => event.kind === 'trade' && event.instrument.nativeName === 'tBFTUSD')).toMatchObject(
      [
        { tradeId: '669899156', side: 'BUY', quantity: 762, price: 0.076539 },
        { tradeId: '669899157', side: 'BUY', quantity: 6110.1472, price: 0.07654 },
        { tradeId: '669899158', side: 'BUY', quantity: 6961.461304, price: 0.076985 },
        { tradeId: '669899159', side: 'BUY', quantity: 166.391496, price: 0.076989, exchangeAt: at },
      ],
    )
  })

  it('of books follow each other where their length is what was asked for', () => {
    const normalize = normalizer(of)
    const told = frames
      .map((frame) => normalize(String(frame).replace('"len":"100"', '"len":"250"')))
      .filter((result) => result.kind === 'depth' && 'symbol' in result)
    expect(told.length).toBeGreaterThan(900)
    const last = new Map<unknown, unknown>()
    for (const depth of told) {
      if (!('symbol' in depth)) continue
      if (depth.isSnapshot) expect(last.has(depth.symbol)).toBe(false)
      else expect(depth.previousId).toBe(last.get(depth.symbol))
      last.set(depth.symbol, depth.lastId)
    }
  })
})

describe('a bitfinex connection', () => {
  const asked = { event: 'conf', status: 'OK', flags: 229_376 }
  const subscribed = (chanId: number, fields: object) => ({ event: 'subscribed', chanId, ...fields })
  const quotes = subscribed(5, { channel: 'book', symbol: 'tBTCUST', len: '1' })
  const whole = [
    [100, 1, 2],
    [101, 1, -3],
  ]
  const at = receivedAt
  const begun = () => {
    const normalize = normalizer()
    normalize(asked)
    normalize(quotes)
    normalize([5, whole, 1, at])
    return normalize
  }

  it('passes over what came before', () => {
    const normalize = begun()
    expect(normalize([5, [100, 1, 9], 1, at])).toEqual(ignored)
    expect(normalize([5, [100, 1, 4], 2, at])).toEqual(events(quote([100, 4], [101, 3], at)))
  })

  it('believes no quote after a frame is missing, says so, and goes on telling trades', () => {
    const normalize = begun()
    normalize(subscribed(6, { channel: 'trades', symbol: 'tBTCUST' }))
    expect(normalize([6, 'te', [7, at, -1, 100], 3, at])).toMatchObject(events({ tradeId: '7', side: 'SELL' }))
    expect(normalize([5, [100, 1, 4], 4, at])).toEqual(
      control({ type: 'closing', message: 'frames 2 to 2 are missing' }),
    )
  })

  it('tells books that they have a hole, also by a heartbeat', () => {
    const normalize = begun()
    normalize(subscribed(7, { channel: 'book', symbol: 'tBTCUST', len: '250' }))
    normalize([7, whole, 2, at])
    expect(normalize([7, 'hb', 9, at])).toMatchObject({ kind: 'depth', lastId: 9, previousId: -1 })
  })

  it('compares a book with no checksum that is none', () => {
    const normalize = begun()
    normalize(subscribed(7, { channel: 'book', symbol: 'tBTCUST', len: '250' }))
    normalize([7, whole, 2, at])
    expect(normalize('[7,"cs",1e400,3,1790134415000]')).toMatchObject({ kind: 'depth', lastId: 3, checksum: null })
  })

  it('closes no candle with what it knew before a hole', () => {
    const normalize = begun()
    normalize(subscribed(8, { channel: 'candles', key: 'trade:1m:tBTCUST' }))
    normalize([8, [1_574_698_200_000, 1, 2, 3, 1, 5], 2, at])
    expect(normalize([8, [1_574_698_260_000, 1, 2, 3, 1, 5], 4, at])).toMatchObject({
      events: [{ openTime: 1_574_698_260_000, isClosed: false }],
    })
  })

  it('tells of a side that stays empty with the next frame', () => {
    const normalize = begun()
    expect(normalize([5, [101, 0, -1], 2, at])).toEqual(ignored)
    expect(normalize([5, 'hb', 3, at + 1])).toEqual(events(quote([100, 2], null, at + 1)))
  })

  it('tells of no side missing while both are under way', () => {
    const normalize = begun()
    // As recorded: what goes first, bids then asks; then what is new, bids then asks.
    expect(normalize([5, [100, 0, 1], 2, at])).toEqual(ignored)
    expect(normalize([5, [101, 0, -1], 3, at])).toEqual(ignored)
    expect(normalize([5, [102, 1, 4], 4, at])).toEqual(ignored)
    expect(normalize([5, [103, 1, -5], 5, at])).toEqual(events(quote([102, 4], [103, 5], at)))
    expect(normalize([5, [103, 0, -1], 6, at])).toEqual(ignored)
    expect(normalize([5, [102, 2, 6], 7, at])).toEqual(ignored)
    expect(normalize([5, 'cs', 1, 8, at])).toEqual(events(quote([102, 6], null, at)))
    expect(normalize([5, [102, 2, 7], 9, at])).toEqual(events(quote([102, 7], null, at)))
  })

  it('waits while bid and ask cross', () => {
    const normalize = begun()
    expect(normalize([5, [101, 1, 1], 2, at])).toEqual(ignored)
    expect(normalize([5, [101, 0, -1], 3, at])).toEqual(ignored)
    expect(normalize([5, [102, 1, -1], 4, at])).toEqual(events(quote([101, 1], [102, 1], at)))
  })

  it.each([
    ['another protocol', { event: 'info', version: 3 }, { type: 'loginRefused', message: 'it speaks version 3' }],
    [
      'maintenance',
      { event: 'info', version: 2, platform: { status: 0 } },
      { type: 'loginRefused', message: 'it is in maintenance' },
    ],
    ['flags refused', { event: 'conf', status: 'FAILED' }, { type: 'loginRefused', message: 'conf: "FAILED"' }],
    ['the end of maintenance', { event: 'info', code: 20_061 }, { type: 'closing', message: '20061' }],
  ])('heeds %s', (_, frame, expected) => expect(normalizer()(frame)).toEqual(control(expected)))

  it.each([
    ['cut-off text', '[5,[100', 'json'],
    ['no object', '7', 'schema'],
    ['no channel', '["x",[]]', 'schema'],
    ['a channel nobody asked for', '[9,"hb",2,1790134415000]', 'unknownChannel'],
    ['no sequence', '[5,"hb"]', 'schema'],
    ['a time without end', '[5,"hb",2,1e400]', 'schema'],
    ['a price of 0', '[5,[0,1,1],2,1790134415000]', 'value'],
    ['an event nobody knows', '{"event":"party"}', 'unknownChannel'],
    ['not ready', '{"event":"error","code":10011,"channel":"trades","symbol":"tBTCUST"}', 'value'],
  ])('rejects %s and says why', (_, frame, reason) =>
    expect(begun()(frame)).toMatchObject({ kind: 'rejected', reason, detail: expect.any(String) }),
  )

  it('rejects an instrument that is not listed', () => {
    const normalize = normalizer(lookupOf([]))
    normalize(asked)
    normalize(quotes)
    expect(normalize([5, whole, 1, at])).toEqual({ kind: 'rejected', reason: 'unknownInstrument', detail: 'tBTCUST' })
  })
})
