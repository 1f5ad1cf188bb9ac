import { describe, expect, it } from 'vitest'
import type { Follows } from '../../../../src/main/exchanges/depth.ts'
import { okx } from '../../../../src/main/exchanges/okx/index.ts'
import { depthUpdate, plainDepth } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
const receivedAt = 1_700_000_000_100
const normalize = okx.createNormalizer('public', lookupOf([spot, swap]))
const read = (text: string) => plainDepth(normalize(Buffer.from(text), false, receivedAt))

/** Samples of the V5 documentation, "Order book channel", 2026. */
const snapshot =
  '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["8476.98","415","0","13"],["8477","7","0","2"]],"bids":[["8476.97","256","0","12"]],"ts":"1597026383085","checksum":0,"prevSeqId":-1,"seqId":123456}]}'
const update =
  '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["30243.5","1.2112","0","4"],["30247.5","0","0","0"]],"bids":[],"ts":"1597026383185","checksum":0,"prevSeqId":123456,"seqId":123457}]}'
const heartbeat =
  '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[],"bids":[],"ts":"1597026443185","checksum":0,"prevSeqId":123457,"seqId":123457}]}'

const whole = {
  asks: [['2', '3', '0', '1']],
  bids: [['1', '4', '0', '1']],
  ts: '5',
  checksum: 0,
  prevSeqId: 6,
  seqId: 7,
}
const readRow = (more: object, instId = 'BTC-USDT', action = 'update') =>
  read(JSON.stringify({ arg: { channel: 'books', instId }, action, data: [{ ...whole, ...more }] }))

describe('okx depth', () => {
  it('reads the documented messages', () => {
    const common = { instrument: spot, receivedAt }
    expect([snapshot, update, heartbeat].map(read)).toEqual([
      {
        ...common,
        isSnapshot: true,
        firstId: 123_456,
        lastId: 123_456,
        previousId: null,
        bids: [[8476.97, 256]],
        asks: [
          [8476.98, 415],
          [8477, 7],
        ],
        exchangeAt: 1_597_026_383_085,
      },
      {
        ...common,
        isSnapshot: false,
        firstId: 123_457,
        lastId: 123_457,
        previousId: 123_456,
        bids: [],
        asks: [
          [30_243.5, 1.2112],
          [30_247.5, 0],
        ],
        exchangeAt: 1_597_026_383_185,
      },
      {
        ...common,
        isSnapshot: false,
        firstId: 123_457,
        lastId: 123_457,
        previousId: 123_457,
        bids: [],
        asks: [],
        exchangeAt: 1_597_026_443_185,
      },
    ])
  })

  it('reads every recorded message of a listed instrument, given the ids that came later', () => {
    const frames = readFrames('okx/ws_public.ndjson').filter((line) => line.includes('"books","instId":"BTC-USDT"'))
    const books = frames
      .filter((line) => line.includes('"action"'))
      .map((line, index) =>
        read(String(line).replace(/"checksum":-?\d+/, `"checksum":0,"prevSeqId":${index - 1},"seqId":${index}`)),
      )
    expect(books.length).toBeGreaterThan(50)
    expect(books.every((book) => 'bids' in book && book.bids.length + book.asks.length > 0)).toBe(true)
    const [whole] = books
    expect(whole).toMatchObject({ isSnapshot: true, previousId: null })
    expect(whole !== undefined && 'bids' in whole && [whole.bids.length, whole.asks.length]).toEqual([400, 400])
  })

  it('turns contracts of a swap into base asset', () => {
    expect(readRow({}, 'BTC-USDT-SWAP')).toMatchObject({ instrument: swap, bids: [[1, 0.04]], asks: [[2, 0.03]] })
  })

  it('takes a sequence that begins anew', () => {
    expect(readRow({ prevSeqId: 1000, seqId: 3 })).toMatchObject({ previousId: 1000, firstId: 3, lastId: 3 })
  })

  it.each<[string, object, string, string]>([
    ['a price of 0', { asks: [['0', '1', '0', '1']] }, 'value', 'asks.0: ["0","1","0","1"]'],
    ['an empty quantity', { bids: [['1', '', '0', '1']] }, 'value', 'bids.0: ["1","","0","1"]'],
    ['a negative quantity', { bids: [['1', '-1', '0', '1']] }, 'value', 'bids.0'],
    ['an id beyond 2^53', { seqId: 2 ** 53 }, 'value', 'id: 9007199254740992'],
    ['a previous id beyond 2^53', { prevSeqId: 2 ** 53 }, 'value', 'previous id: 9007199254740992'],
    ['a time that is none', { ts: '' }, 'value', 'time'],
    ['an id as text', { seqId: '7' }, 'schema', 'seqId'],
    ['no id', { prevSeqId: undefined }, 'schema', 'prevSeqId'],
    ['a level of numbers', { bids: [[1, 1]] }, 'schema', 'bids'],
  ])('rejects %s and says which', (_what, more, reason, detail) => {
    expect(readRow(more)).toEqual({ kind: 'rejected', reason, detail: expect.stringContaining(detail) })
  })

  it('rejects an unknown action, a strange name, and two rows at once', () => {
    const two = JSON.stringify({ ...JSON.parse(update), data: [whole, whole] })
    expect([readRow({}, 'BTC-USDT', 'partial'), readRow({}, 'XYZ-USDT'), read(two)]).toMatchObject([
      { reason: 'schema' },
      { reason: 'unknownInstrument', detail: 'XYZ-USDT' },
      { reason: 'schema' },
    ])
  })
})

describe('okx book rules', () => {
  const rules = okx.bookRules('spot')

  it('are one for all markets, with what the stream itself brings', () => {
    expect(rules).toMatchObject({ snapshot: null, levels: 400, intervalMs: 100 })
    expect(okx.bookRules('perpetual')).toBe(rules)
  })

  it.each<[string, number, number, Follows]>([
    ['the next', 100, 105, 'next'],
    ['a heartbeat', 100, 100, 'next'],
    ['ids that begin anew', 100, 3, 'next'],
    ['the one applied last, again', 98, 100, 'old'],
    ['one behind a lost one', 101, 105, 'gap'],
    // it may be what follows on a beginning anew that was lost
    ['a lower one', 3, 4, 'gap'],
    ['one that names none before it', -1, 105, 'gap'],
  ])('%s, %d to %d, on a book of id 100', (_what, previousId, lastId, expected) => {
    const message = depthUpdate(spot, { firstId: lastId, lastId, previousId })
    expect([true, false].map((isFirst) => rules?.follows(message, 100, isFirst))).toEqual([expected, expected])
  })

  it('let a snapshot replace any book', () => {
    expect(rules?.follows(depthUpdate(spot, { isSnapshot: true, firstId: 7, lastId: 7 }), 100, false)).toBe('next')
  })
})
