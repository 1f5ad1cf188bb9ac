import { describe, expect, it } from 'vitest'
import type { Follows } from '../../../../src/main/exchanges/depth.ts'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { encodePush, type Push } from '../../../../src/main/exchanges/mexc/protobuf.ts'
import { depthUpdate, plainDepth, plainSnapshot } from '../../../support/depth.ts'
import { bitcoin, documentedFrame, lookup } from './documented.ts'

const receivedAt = 1_754_741_322_300
const normalize = mexc.createNormalizer('spot', lookup)
const read = (frame: Buffer) => plainDepth(normalize(frame, true, receivedAt))

const channel = 'spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT'
const depths = {
  asks: [{ price: '117145.49', quantity: '0' }],
  bids: [{ price: '117053.41', quantity: '1.86837271' }],
  eventType: 'spot@public.aggre.depth.v3.api.pb@100ms',
  fromVersion: '43296363236',
  toVersion: '43296363255',
}
const push = (more: Partial<Push['publicAggreDepths']>, wrapper: Partial<Push> = {}): Buffer =>
  encodePush({
    channel,
    symbol: 'BTCUSDT',
    sendTime: 1_754_741_322_152,
    ...wrapper,
    publicAggreDepths: { ...depths, ...more },
  })

describe('MEXC depth', () => {
  it('reads the documented push, which our encoder writes byte for byte', () => {
    const frame = documentedFrame('aggreDepth')
    expect(push({}).toString('hex')).toBe(frame.toString('hex'))
    expect(read(frame)).toEqual({
      instrument: bitcoin,
      isSnapshot: false,
      firstId: 43_296_363_236,
      lastId: 43_296_363_255,
      previousId: null,
      bids: [[117_053.41, 1.86837271]],
      asks: [[117_145.49, 0]],
      exchangeAt: 1_754_741_322_152,
      receivedAt,
    })
  })

  it('takes an absent side for one without changes, and an absent time for none', () => {
    expect(read(push({ asks: [] }, { sendTime: 0, createTime: 5 }))).toMatchObject({
      bids: [[117_053.41, 1.86837271]],
      asks: [],
      exchangeAt: null,
    })
    expect(read(push({ bids: [], lastOrderCreateTime: 1_754_741_322_100 }))).toMatchObject({ bids: [] })
  })

  it.each<[string, Partial<Push['publicAggreDepths']>, string, string]>([
    ['a version beyond 2^53', { toVersion: '9007199254740992' }, 'value', '43296363236 to 9007199254740992'],
    ['a version that is no number', { fromVersion: '0x1' }, 'value', '0x1 to 43296363255'],
    ['an empty version', { fromVersion: '' }, 'schema', 'fromVersion'],
    ['the first version after the last', { fromVersion: '43296363256' }, 'value', 'after the last, 43296363255'],
    ['a price of 0', { bids: [{ price: '0', quantity: '1' }] }, 'value', 'bids.0: ["0","1"]'],
    ['a negative quantity', { asks: [{ price: '1', quantity: '-1' }] }, 'value', 'asks.0: ["1","-1"]'],
    ['an infinite price', { asks: [{ price: 'Infinity', quantity: '1' }] }, 'value', 'asks.0'],
    ['a level without quantity', { asks: [{ price: '1', quantity: '' }] }, 'schema|value', 'asks.0'],
  ])('rejects %s and says which', (_what, more, reason, detail) => {
    expect(read(push(more))).toEqual({
      kind: 'rejected',
      reason: expect.stringMatching(new RegExp(`^(?:${reason})$`)),
      detail: expect.stringContaining(detail),
    })
  })

  it('rejects a symbol that is not listed, and a push without one', () => {
    expect([read(push({}, { symbol: 'XYZUSDT' })), read(push({}, { symbol: '' }))]).toMatchObject([
      { reason: 'unknownInstrument', detail: 'XYZUSDT' },
      { reason: 'schema' },
    ])
  })
})

describe('MEXC book rules', () => {
  const rules = mexc.bookRules('spot')

  it('are for spot', () => {
    expect([rules?.levels, rules?.intervalMs, mexc.bookRules('perpetual')]).toEqual([null, 100, null])
  })

  it.each<[firstId: number, lastId: number, Follows, Follows]>([
    [90, 99, 'old', 'old'],
    [90, 100, 'old', 'old'],
    [90, 101, 'next', 'gap'],
    [100, 120, 'next', 'gap'],
    [101, 120, 'next', 'next'],
    [102, 120, 'gap', 'gap'],
  ])('%d to %d on a book of id 100 is %s as the first and %s later', (firstId, lastId, first, later) => {
    const message = depthUpdate(bitcoin, { firstId, lastId })
    expect([true, false].map((isFirst) => rules?.follows(message, 100, isFirst))).toEqual([first, later])
  })
})

describe('MEXC book by REST', () => {
  const call = mexc.bookRules('spot')?.snapshot?.(bitcoin)
  /** Documentation, "Order Book". */
  const reply = { lastUpdateId: 1_377_043_284, bids: [['30225.80', '0.000019']], asks: [['30225.82', '1.5']] }

  it('asks for 1,000 levels from a pool of its own', () => {
    expect(call).toMatchObject({
      url: 'https://api.mexc.com/api/v3/depth',
      query: [
        ['symbol', 'BTCUSDT'],
        ['limit', '1000'],
      ],
      pool: 'depth',
      weight: 1,
    })
    expect(mexc.pools).toContainEqual({ id: 'depth', limit: 500, intervalMs: 10_000 })
  })

  it('reads the documented reply, whose time may be missing', () => {
    const expected = { lastId: 1_377_043_284, bids: [[30_225.8, 0.000019]], asks: [[30_225.82, 1.5]] }
    const [timed, timeless] = [call?.parse({ ...reply, timestamp: 1_661_931_910_123 }), call?.parse(reply)]
    expect(timed?.ok && plainSnapshot(timed.value)).toEqual({ ...expected, exchangeAt: 1_661_931_910_123 })
    expect(timeless?.ok && plainSnapshot(timeless.value)).toEqual({ ...expected, exchangeAt: null })
  })

  it.each<[string, unknown, string]>([
    [
      'a price that is none',
      {
        ...reply,
        bids: [
          ['1', '1'],
          ['', '1'],
        ],
      },
      'bids.1: ["","1"]: no price',
    ],
    ['a quantity as number', { ...reply, asks: [['4', 1]] }, 'asks.0.1: 1: '],
    ['an id as text', { ...reply, lastUpdateId: '1' }, 'lastUpdateId: "1": '],
    ['an id beyond 2^53', { ...reply, lastUpdateId: 2 ** 53 }, '9007199254740992: no safe integer'],
    ['a refusal', { code: -1121, msg: 'Invalid symbol.' }, 'lastUpdateId: absent: '],
  ])('names the field and the value of %s', (_what, body, problem) => {
    expect(call?.parse(body)).toEqual({ ok: false, problem: expect.stringContaining(`depth: `) })
    expect(call?.parse(body)).toMatchObject({ problem: expect.stringContaining(problem) })
  })
})
