import { describe, expect, it } from 'vitest'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import type { BookRules, Follows } from '../../../../src/main/exchanges/depth.ts'
import { depthUpdate, plainDepth, plainSnapshot } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const nkn = instrument('binance', 'spot', 'NKN', 'USDT', 'NKNUSDT')
const bitcoin = instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const sushi = instrument('binance', 'perpetual', 'SUSHI', 'USDT', 'SUSHIUSDT')
const lookup = lookupOf([nkn, bitcoin, sushi])
const receivedAt = 1_700_000_000_000

const read = (feed: string, text: string) =>
  plainDepth(binance.createNormalizer(feed, lookup)(Buffer.from(text), false, receivedAt))
const frameOf = (stream: string, data: object) => JSON.stringify({ stream, data })

const spotData = { e: 'depthUpdate', E: 1, s: 'NKNUSDT', U: 4, u: 6, b: [['0.5', '2.5']], a: [['0.6', '0.00000000']] }
const spot = (more: object) => read('spot', frameOf('nknusdt@depth@100ms', { ...spotData, ...more }))
/** USD-M documentation, 2026. */
const documented =
  '{"e":"depthUpdate","E":1789465500123,"T":1789465500120,"s":"BTCUSDT","ps":"BTCUSDT","U":11563389053377,"u":11563389081061,"pu":11563389052953,"b":[["76888.00","6.760"]],"a":[["76888.10","3.064"]],"st":1}'
const perpetual = (more: object) =>
  read('perpetual-public', frameOf('btcusdt@depth@100ms', { ...JSON.parse(documented), ...more }))

describe('binance depth', () => {
  it('reads a recorded spot message', () => {
    const [frame] = readFrames('binance/ws_spot.ndjson').filter((line) => line.includes('"U":499869765'))
    expect(read('spot', String(frame))).toEqual({
      instrument: nkn,
      isSnapshot: false,
      firstId: 499_869_765,
      lastId: 499_869_767,
      previousId: null,
      bids: [
        [0.3512, 6567],
        [0.3508, 8246],
      ],
      asks: [[0.3534, 0]],
      exchangeAt: 1_633_998_513_369,
      receivedAt,
    })
  })

  it('reads the documented futures message, and a recorded one', () => {
    expect(read('perpetual-public', `{"stream":"btcusdt@depth@100ms","data":${documented}}`)).toEqual({
      instrument: bitcoin,
      isSnapshot: false,
      firstId: 11_563_389_053_377,
      lastId: 11_563_389_081_061,
      previousId: 11_563_389_052_953,
      bids: [[76_888, 6.76]],
      asks: [[76_888.1, 3.064]],
      exchangeAt: 1_789_465_500_120,
      receivedAt,
    })
    const [frame] = readFrames('binance/ws_perpetual.ndjson').filter((line) => line.includes('"pu":600859598061'))
    expect(read('perpetual-public', String(frame))).toMatchObject({
      instrument: sushi,
      firstId: 600_859_599_090,
      lastId: 600_859_600_917,
      previousId: 600_859_598_061,
      bids: [
        [7.504, 813],
        [7.609, 0],
        [7.611, 2],
      ],
    })
  })

  it('ignores what is COIN-M', () => {
    expect(perpetual({ st: 2 })).toEqual({ kind: 'control', control: { type: 'ignored' } })
  })

  it.each<[string, object, string, string]>([
    ['a price of 0', { b: [['0.00000000', '1']] }, 'value', 'bids.0: ["0.00000000","1"]'],
    ['a negative quantity', { a: [['1', '-1']] }, 'value', 'asks.0: ["1","-1"]'],
    [
      'a price that is none',
      {
        a: [
          ['0.6', '1'],
          ['', '1'],
        ],
      },
      'value',
      'asks.1: ["","1"]',
    ],
    ['an infinite quantity', { b: [['1', '1e999']] }, 'value', 'bids.0: ["1","1e999"]'],
    ['the first id after the last', { U: 7 }, 'value', 'first id: 7: after the last, 6'],
    ['an id beyond 2^53', { u: 2 ** 53 }, 'value', 'last id: 9007199254740992'],
    ['an id that is no integer', { U: 1.5 }, 'value', 'first id: 1.5'],
    ['a negative id', { U: -1 }, 'value', 'first id: -1'],
    ['a time of 0', { E: 0 }, 'value', 'time: 0'],
    ['a level without quantity', { b: [['1']] }, 'schema', 'b.0.1'],
    ['prices as numbers', { b: [[1, '1']] }, 'schema', 'b.0.0'],
    ['no asks', { a: undefined }, 'schema', 'a: '],
    ['an id as text', { U: '4' }, 'schema', 'U: '],
    ['a strange symbol', { s: 'XYZUSDT' }, 'unknownInstrument', 'XYZUSDT'],
  ])('rejects %s and says which', (_what, more, reason, detail) => {
    expect(spot(more)).toEqual({ kind: 'rejected', reason, detail: expect.stringContaining(detail) })
  })

  it('rejects a futures message that does not name the one before it', () => {
    expect(perpetual({ pu: undefined })).toMatchObject({ reason: 'schema', detail: expect.stringContaining('pu: ') })
    expect(perpetual({ pu: 2 ** 53 })).toMatchObject({
      reason: 'value',
      detail: expect.stringContaining('previous id'),
    })
  })

  it('counts another speed of depth as not subscribed', () => {
    expect(read('spot', frameOf('nknusdt@depth', spotData))).toEqual({
      kind: 'rejected',
      reason: 'unknownChannel',
      detail: 'documented, not subscribed: nknusdt@depth',
    })
  })
})

function rulesOf(kind: 'spot' | 'perpetual'): BookRules {
  const rules = binance.bookRules(kind)
  if (rules === null) throw new Error(`no rules for ${kind}`)
  return rules
}

type Ids = readonly [firstId: number, lastId: number, previousId?: number]
/** As the first message after a snapshot of id 100, and later. */
const answers = (kind: 'spot' | 'perpetual', [firstId, lastId, previousId]: Ids): readonly Follows[] =>
  [true, false].map((isFirst) =>
    rulesOf(kind).follows(depthUpdate(nkn, { firstId, lastId, previousId: previousId ?? null }), 100, isFirst),
  )

describe('binance book rules', () => {
  it.each<[Ids, Follows]>([
    [[90, 99], 'old'],
    [[90, 100], 'old'],
    [[90, 101], 'next'],
    [[101, 101], 'next'],
    [[101, 120], 'next'],
    [[102, 120], 'gap'],
  ])('spot: %j on a book of id 100 is %s, the first and later', (ids, expected) => {
    expect(answers('spot', ids)).toEqual([expected, expected])
  })

  it.each<[Ids, Follows, Follows]>([
    [[90, 99, 80], 'old', 'old'],
    [[90, 100, 80], 'next', 'old'],
    [[90, 110, 80], 'next', 'gap'],
    [[100, 110, 99], 'next', 'gap'],
    [[101, 110, 99], 'gap', 'gap'],
    [[105, 110, 100], 'next', 'next'],
    [[105, 110, 101], 'gap', 'gap'],
  ])('futures: %j on a book of id 100 is %s as the first and %s later', (ids, first, later) => {
    expect(answers('perpetual', ids)).toEqual([first, later])
  })
})

describe('binance book by REST', () => {
  const call = (kind: 'spot' | 'perpetual') => {
    const call = rulesOf(kind).snapshot?.(kind === 'spot' ? nkn : bitcoin)
    if (call === undefined) throw new Error('no call')
    return call
  }
  const sides = { bids: [['4.00000000', '431.5']], asks: [['4.00000200', '12.00000000']] }

  it('asks for 1,000 levels within the weight it costs', () => {
    const { parse: _, ...ofSpot } = call('spot')
    expect(ofSpot).toEqual({
      url: 'https://api.binance.com/api/v3/depth',
      query: [
        ['symbol', 'NKNUSDT'],
        ['limit', '1000'],
      ],
      pool: 'spot',
      weight: 50,
    })
    const { parse: __, ...ofFutures } = call('perpetual')
    expect(ofFutures).toEqual({
      url: 'https://fapi.binance.com/fapi/v1/depth',
      query: [
        ['symbol', 'BTCUSDT'],
        ['limit', '1000'],
      ],
      pool: 'perpetual',
      weight: 20,
    })
  })

  it('reads the documented replies', () => {
    const ofSpot = call('spot').parse({ lastUpdateId: 1_027_024, ...sides })
    const ofFutures = call('perpetual').parse({ lastUpdateId: 1_027_024, E: 1589436922972, T: 1589436922959, ...sides })
    const expected = { lastId: 1_027_024, bids: [[4, 431.5]], asks: [[4.000002, 12]] }
    expect(ofSpot.ok && plainSnapshot(ofSpot.value)).toEqual({ ...expected, exchangeAt: null })
    expect(ofFutures.ok && plainSnapshot(ofFutures.value)).toEqual({ ...expected, exchangeAt: 1_589_436_922_959 })
  })

  it.each<[string, unknown, string]>([
    [
      'a price that is none',
      {
        lastUpdateId: 1,
        bids: [
          ['4', '1'],
          ['x', '1'],
        ],
        asks: [],
      },
      'bids.1: ["x","1"]: no price',
    ],
    ['a quantity as number', { lastUpdateId: 1, bids: [], asks: [['4', 1]] }, 'asks.0.1: 1: '],
    ['no id', { bids: [], asks: [] }, 'lastUpdateId: absent: '],
    ['an id beyond 2^53', { lastUpdateId: 2 ** 53, ...sides }, '9007199254740992: no safe integer'],
    ['no object', [], 'row: []: '],
  ])('names the field and the value of %s', (_what, body, problem) => {
    expect(call('spot').parse(body)).toEqual({ ok: false, problem: expect.stringContaining(`depth: `) })
    expect(call('spot').parse(body)).toMatchObject({ problem: expect.stringContaining(problem) })
  })
})
