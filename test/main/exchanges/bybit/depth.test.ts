import { describe, expect, it } from 'vitest'
import { bybit } from '../../../../src/main/exchanges/bybit/index.ts'
import type { Follows } from '../../../../src/main/exchanges/depth.ts'
import { depthUpdate, plainDepth } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const perpetual = instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const receivedAt = 1_700_000_000_100
const normalizers = {
  spot: bybit.createNormalizer('spot', lookupOf([spot, perpetual])),
  linear: bybit.createNormalizer('linear', lookupOf([spot, perpetual])),
}
const read = (text: string | Buffer, feed: 'spot' | 'linear' = 'linear') =>
  plainDepth(normalizers[feed](Buffer.from(text), false, receivedAt))

const documented = readFrames('documented/BYBIT.ndjson').filter((frame) => frame.includes('"orderbook.200'))
const whole = { s: 'BTCUSDT', b: [['1', '4']], a: [['2', '3']], u: 7, seq: 9 }
const readRow = (more: object, head: object = {}) =>
  read(
    JSON.stringify({
      topic: 'orderbook.200.BTCUSDT',
      type: 'delta',
      ts: 5,
      ...head,
      data: { ...whole, ...more },
      cts: 4,
    }),
  )

describe('bybit depth', () => {
  it('reads the documented messages, `ts` before `type` and behind it', () => {
    const delta = {
      isSnapshot: false,
      firstId: 177_400_507,
      lastId: 177_400_507,
      previousId: null,
      bids: [
        [30_247.2, 30.028],
        [30_245.4, 0.224],
        [30_242.1, 1.593],
        [30_240.3, 1.305],
        [30_240, 0],
      ],
      asks: [
        [30_248.7, 0],
        [30_249.3, 0.892],
        [30_249.5, 1.778],
        [30_249.6, 0],
        [30_251.9, 2.947],
        [30_252.2, 0.659],
        [30_252.5, 4.591],
      ],
      exchangeAt: 1_687_940_967_466,
      receivedAt,
    }
    const [snapshot = '', linear = '', spotDelta = ''] = documented
    expect([read(snapshot), read(linear), read(spotDelta, 'spot')]).toEqual([
      {
        instrument: perpetual,
        isSnapshot: true,
        firstId: 18_521_288,
        lastId: 18_521_288,
        previousId: null,
        bids: [
          [16_493.5, 0.006],
          [16_493, 0.1],
        ],
        asks: [
          [16_611, 0.029],
          [16_612, 0.213],
        ],
        exchangeAt: 1_672_304_484_978,
        receivedAt,
      },
      { instrument: perpetual, ...delta },
      { instrument: spot, ...delta },
    ])
  })

  it('takes a message with id 1 for a whole book, whatever it calls itself', () => {
    expect(readRow({ u: 1 })).toMatchObject({ isSnapshot: true, firstId: 1, lastId: 1 })
    // the same where it is read by its bytes no more
    expect(readRow({ u: 1, extra: true })).toMatchObject({ isSnapshot: true, firstId: 1, lastId: 1 })
  })

  it.each<[string, object, object, string, string]>([
    ['a price of 0', { a: [['0', '1']] }, {}, 'value', 'asks.0: ["0","1"]'],
    ['an empty quantity', { b: [['1', '']] }, {}, 'value', 'bids.0: ["1",""]'],
    ['a negative quantity', { b: [['1', '-1']] }, {}, 'value', 'bids.0'],
    ['an id beyond 2^53', { u: 2 ** 53 }, {}, 'value', 'id: 9007199254740992'],
    ['a time that is none', {}, { ts: 0 }, 'value', 'time'],
    ['an id as text', { u: '7' }, {}, 'schema', 'data.u'],
    ['no id', { u: undefined }, {}, 'schema', 'data.u'],
    ['a type that there is not', {}, { type: 'update' }, 'schema', 'type'],
    ['a level of numbers', { b: [[1, 1]] }, {}, 'schema', 'data.b.0.0'],
    ['a market that is not listed', { s: 'FOOUSDT' }, {}, 'unknownInstrument', 'FOOUSDT'],
  ])('rejects %s and says which', (_what, more, head, reason, detail) => {
    expect(readRow(more, head)).toEqual({ kind: 'rejected', reason, detail: expect.stringContaining(detail) })
  })
})

describe('bybit book rules', () => {
  const rules = bybit.bookRules('spot')
  const follows = (lastId: number, known: number, isSnapshot = false): Follows | undefined =>
    rules?.follows(depthUpdate(spot, { firstId: lastId, lastId, isSnapshot }), known, false)

  it('follow by one, know what came twice, and miss whatever else', () => {
    expect([
      follows(101, 100),
      follows(100, 100),
      follows(90, 100),
      follows(102, 100),
      // a count begun anew, whose first message was lost
      follows(2, 100),
      follows(1, 100, true),
      follows(5_000, 100, true),
    ]).toEqual(['next', 'old', 'old', 'gap', 'gap', 'next', 'next'])
  })
  it('begin with the stream', () => {
    expect(rules).toMatchObject({ snapshot: null, levels: 200, intervalMs: 100 })
  })
})
