import { describe, expect, it } from 'vitest'
import type { Follows } from '../../../../src/main/exchanges/depth.ts'
import { gate } from '../../../../src/main/exchanges/gate/index.ts'
import { depthUpdate, plainDepth } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const xrp = instrument('gate', 'spot', 'XRP', 'USDT', 'XRP_USDT')
const bitcoin = instrument('gate', 'perpetual', 'BTC', 'USDT', 'BTC_USDT', { contractSize: 0.0001 })
const ether = instrument('gate', 'perpetual', 'ETH', 'USDT', 'ETH_USDT', { contractSize: 0.01 })
const lookup = lookupOf([xrp, bitcoin, ether])
const receivedAt = 1_800_000_000_000

const read = (feed: 'spot' | 'perpetual', text: string) =>
  plainDepth(gate.createNormalizer(feed, lookup)(Buffer.from(text), false, receivedAt))

const changes = { t: 5, s: 'ob.XRP_USDT.400', U: 7, u: 9, b: [['1.4', '2']], a: [['1.5', '0']] }
const spot = (more: object) =>
  read('spot', JSON.stringify({ channel: 'spot.obu', time_ms: 6, event: 'update', result: { ...changes, ...more } }))

describe('gate depth', () => {
  it('reads the documented messages, of 400 levels', () => {
    const frames = readFrames('gate/ws_documented.ndjson').map((line) =>
      String(line).replace(/(ob\.\w+)\.50/, '$1.400'),
    )
    const of = (channel: string) => frames.filter((line) => line.includes(`"${channel}"`))
    expect(of('spot.obu').map((line) => read('spot', line))).toEqual([
      {
        instrument: xrp,
        isSnapshot: true,
        firstId: 9_649_549_324,
        lastId: 9_649_549_324,
        previousId: null,
        // biome-ignore lint/suspicious/noApproximativeNumericConstant: a price of the sample
        bids: [[1.414, 1397.899]],
        asks: [[1.415, 17_344.926]],
        exchangeAt: 1_777_275_365_213,
        receivedAt,
      },
    ])
    expect(of('futures.obu').map((line) => read('perpetual', line))).toEqual([
      {
        instrument: ether,
        isSnapshot: true,
        firstId: 108_552_472_643,
        lastId: 108_552_472_643,
        previousId: null,
        bids: [[2480.27, 27.816]],
        asks: [[2480.28, 82.92]],
        exchangeAt: 1_789_456_334_981,
        receivedAt,
      },
      {
        instrument: bitcoin,
        isSnapshot: false,
        firstId: 125_033_675_975,
        lastId: 125_033_676_003,
        previousId: null,
        bids: [[77_222.9, 0.0648]],
        asks: [[77_235.2, 0]],
        exchangeAt: 1_789_455_580_280,
        receivedAt,
      },
    ])
  })

  it.each([
    ['without bids', { b: undefined }, { bids: [], asks: [[1.5, 0]] }],
    ['without asks', { a: undefined }, { bids: [[1.4, 2]], asks: [] }],
    ['with a key that nobody knows', { new: 1 }, { bids: [[1.4, 2]], asks: [[1.5, 0]] }],
    ['of ids alone', { a: undefined, b: null }, { bids: [], asks: [] }],
    ['that says it is not whole', { full: false }, { isSnapshot: false, firstId: 7, lastId: 9 }],
    [
      'that is whole, and has changes no first',
      { full: true, U: undefined },
      { isSnapshot: true, firstId: 9, lastId: 9 },
    ],
  ])('reads a message %s', (_what, more, expected) => {
    expect(spot(more)).toMatchObject(expected)
  })

  it.each<[string, object, string, string]>([
    ['a price of 0', { b: [['0', '1']] }, 'value', 'bids.0: ["0","1"]'],
    ['a negative quantity', { a: [['1', '-1']] }, 'value', 'asks.0: ["1","-1"]'],
    ['the first id after the last', { U: 10 }, 'value', 'first id: 10: after the last, 9'],
    ['an id beyond 2^53', { u: 2 ** 53 }, 'value', 'last id: 9007199254740992'],
    ['a time of 0', { t: 0 }, 'value', 'time: 0'],
    ['changes without their first id', { U: undefined }, 'schema', 'U: '],
    ['a price as number', { b: [[1, '1']] }, 'schema', 'b.0.0: '],
    ['no name', { s: undefined }, 'schema', 's: '],
    [
      'asks under another name',
      { a: undefined, asks: [['1.5', '0']] },
      'schema',
      'a: left out, while "asks" is unknown',
    ],
    ['a whole book without asks', { full: true, U: undefined, a: undefined }, 'schema', 'a: '],
    ['another depth', { s: 'ob.XRP_USDT.50' }, 'unknownChannel', 'obu ob.XRP_USDT.50'],
    ['a strange pair', { s: 'ob.XYZ_USDT.400' }, 'unknownInstrument', 'XYZ_USDT'],
  ])('rejects %s and says which', (_what, more, reason, detail) => {
    expect(spot(more)).toEqual({ kind: 'rejected', reason, detail: expect.stringContaining(detail) })
  })
})

describe('gate answers to obu', () => {
  const answer = (more: object) =>
    gate.createNormalizer('spot', lookup)(
      Buffer.from(JSON.stringify({ time: 1, channel: 'spot.obu', event: 'subscribe', ...more })),
      false,
      receivedAt,
    )
  const again = { error: { code: 2, message: 'Alert sub ob.XRP_USDT.400' }, result: { status: 'fail' } }
  const wires = ['spot.obu:ob.XRP_USDT.400']

  it('acknowledge the wire that was asked for, by id or by name', () => {
    const success = { payload: ['ob.XRP_USDT.400'], result: { status: 'success' } }
    expect([answer({ id: 3, ...success }), answer(success)]).toEqual([
      { kind: 'control', control: { type: 'ack', id: 3, wires: null } },
      { kind: 'control', control: { type: 'ack', id: null, wires } },
    ])
  })

  it('that refuse a book which flows already are acks', () => {
    const payload = ['ob.XRP_USDT.400']
    expect([answer({ id: 3, payload, ...again }), answer(again)]).toEqual([
      { kind: 'control', control: { type: 'ack', id: 3, wires } },
      { kind: 'control', control: { type: 'ack', id: null, wires } },
    ])
  })

  it('that refuse several for one which flows refuse the request, so that halves are asked for', () => {
    const payload = ['ob.XRP_USDT.400', 'ob.BTC_USDT.400']
    expect(answer({ id: 3, payload, ...again })).toMatchObject({ control: { type: 'refused', id: 3, wires: null } })
  })

  it('name the book by its pair where nothing else tells', () => {
    const error = { code: 2, message: 'unknown currency pair: XRP_USDT' }
    expect(answer({ error })).toMatchObject({ control: { type: 'refused', id: null, wires } })
  })
})

describe('gate book rules', () => {
  const rules = gate.bookRules('spot')

  it('are one for both markets, with what the stream itself brings', () => {
    expect(rules).toMatchObject({ snapshot: null, levels: 400, intervalMs: 100 })
    expect(gate.bookRules('perpetual')).toBe(rules)
  })

  it.each<[firstId: number, lastId: number, Follows]>([
    [90, 99, 'old'],
    [90, 100, 'old'],
    [101, 101, 'next'],
    [101, 120, 'next'],
    [90, 101, 'gap'],
    [102, 120, 'gap'],
  ])('%d to %d on a book of id 100 is %s', (firstId, lastId, expected) => {
    const message = depthUpdate(xrp, { firstId, lastId })
    expect([true, false].map((isFirst) => rules?.follows(message, 100, isFirst))).toEqual([expected, expected])
  })

  it('let a whole book replace any', () => {
    expect(rules?.follows(depthUpdate(xrp, { isSnapshot: true, firstId: 7, lastId: 7 }), 100, false)).toBe('next')
  })
})
