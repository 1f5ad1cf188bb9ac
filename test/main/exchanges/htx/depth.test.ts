import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import type { DepthUpdate } from '../../../../src/main/exchanges/depth.ts'
import { htx } from '../../../../src/main/exchanges/htx/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('htx', 'spot', 'BTC', 'USDT', 'btcusdt')
const swap = instrument('htx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT', { contractSize: 0.001 })
const lookup = lookupOf([spot, swap])
const wire = 'market.btcusdt.mbp.150'
const on = (feed: string) => {
  const normalize = htx.createNormalizer(feed, lookup)
  return (frame: object | string): Normalized =>
    normalize(gzipSync(typeof frame === 'string' ? frame : JSON.stringify(frame)), true, 7)
}
const ack = { id: '1', status: 'ok', subbed: wire, ts: 1 }
const change = (prevSeqNum: number, seqNum: number, bids: number[][], asks: number[][] = []) => ({
  ch: wire,
  ts: 1_583_472_025_885,
  tick: { seqNum, prevSeqNum, bids, asks },
})
const snapshot = (seqNum: number, bids: number[][], asks: number[][]) => ({
  ...{ id: wire, rep: wire, status: 'ok', ts: 1_583_472_025_000 },
  data: { seqNum, bids, asks },
})
const sideOf = ({ price, quantity, length }: DepthUpdate['bids']) =>
  Array.from({ length }, (_, at) => [price[at], quantity[at]])
const depthOf = (read: Normalized) => {
  if (read.kind !== 'depth') return read
  const { bids, asks, ...rest } = read.depth
  return { ...rest, bids: sideOf(bids), asks: sideOf(asks) }
}
const ignored = { kind: 'control', control: { type: 'ignored' } }
const documented = readFrames('documented/HTX.ndjson').map(String)
const again = {
  kind: 'control',
  control: { type: 'ack', id: null, wires: [], next: `{"req":"${wire}","id":"${wire}"}` },
}

describe("htx's spot books", () => {
  it('begin with the snapshot that is asked for, and the changes that came before it', () => {
    const read = on('spot-books')
    read(ack)
    // As documented: the snapshot lies in the middle of the change that waits.
    const [waits, whole] = documented.filter((line) => line.includes('mbp.150'))
    expect(read(waits ?? '')).toEqual(ignored)
    expect(read(change(104998984994, 104998985000, [[9058.1, 0.75]]))).toEqual(ignored)
    expect(depthOf(read(whole ?? ''))).toEqual({
      ...{ instrument: spot, isSnapshot: true, firstId: 104998985000, lastId: 104998985000, previousId: null },
      bids: [[9058.1, 0.75]],
      asks: [
        [9084.27, 0.2],
        [9084.3, 1],
      ],
      exchangeAt: 1494903858000,
      receivedAt: 7,
    })
    expect(depthOf(read(change(104998985000, 104998985010, [[9058.1, 0]], [[9090, 2]])))).toEqual({
      ...{ instrument: spot, isSnapshot: false, firstId: 104998985010, lastId: 104998985010 },
      ...{ previousId: 104998985000, bids: [[9058.1, 0]], asks: [[9090, 2]], exchangeAt: 1583472025885, receivedAt: 7 },
    })
  })

  it('leave out what the snapshot knows already', () => {
    const read = on('spot-books')
    read(ack)
    read(change(1, 5, [[10, 1]]))
    read(change(5, 9, [[11, 1]]))
    expect(depthOf(read(snapshot(9, [[10, 3]], [[12, 1]])))).toMatchObject({ lastId: 9, bids: [[10, 3]] })
  })

  it('ask once more for a snapshot that is older than what waits, and give up in words', () => {
    const read = on('spot-books')
    read(ack)
    read(change(20, 25, [[10, 1]]))
    expect(read(snapshot(19, [], []))).toEqual(again)
    expect(depthOf(read(snapshot(20, [[9, 1]], [[12, 1]])))).toMatchObject({
      lastId: 25,
      bids: [
        [10, 1],
        [9, 1],
      ],
    })
    read(ack)
    read(change(30, 35, [[10, 1]]))
    for (let n = 0; n < 3; n++) expect(read(snapshot(29, [], []))).toEqual(again)
    expect(read(snapshot(29, [], []))).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it('ask again for a snapshot that was refused as too soon after another, and leave it after the fourth time', () => {
    const read = on('spot-books')
    const tooSoon = { id: wire, status: 'error', 'err-code': 'too-many-request', 'err-msg': 'limit', ts: 1 }
    expect(read(tooSoon)).toEqual(ignored)
    read(ack)
    read(change(20, 25, [[10, 1]]))
    expect(read(tooSoon)).toEqual(again)
    expect(depthOf(read(snapshot(20, [[9, 1]], [[12, 1]])))).toMatchObject({ isSnapshot: true, lastId: 25 })
    read(ack)
    for (let n = 0; n < 3; n++) expect(read(tooSoon)).toEqual(again)
    expect(read(tooSoon)).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it('begin anew with every acknowledgement, and read no snapshot that nobody waits for', () => {
    const read = on('spot-books')
    read(ack)
    expect(read(snapshot(5, [[10, 1]], [[12, 1]])).kind).toBe('depth')
    expect(read(snapshot(6, [[10, 1]], [[12, 1]]))).toEqual(ignored)
    read({ id: '2', status: 'ok', unsubbed: wire, ts: 1 })
    read(ack)
    expect(read(change(6, 7, [[10, 2]]))).toEqual(ignored)
    expect(depthOf(read(snapshot(7, [[10, 2]], [[12, 1]])))).toMatchObject({ isSnapshot: true, lastId: 7 })
  })

  it.each([
    ['a gap', 12, 15, 10, 'gap'],
    ['the next one', 10, 15, 10, 'next'],
    ['one that began earlier', 8, 15, 10, 'next'],
    ['one that is known', 8, 10, 10, 'old'],
  ])('know %s by prevSeqNum and seqNum', (_what, previousId, lastId, known, expected) => {
    const read = on('spot-books')
    const told = read(change(previousId, lastId, [[1, 1]]))
    if (told.kind !== 'depth') throw new Error('no depth')
    expect(htx.bookRules('spot')?.follows(told.depth, known, false)).toBe(expected)
  })

  it.each([
    ['a price of 0', change(1, 2, [[0, 1]]), 'value'],
    ['a size below 0', change(1, 2, [[1, -1]]), 'value'],
    ['an id beyond 2^53', change(1, 2 ** 53, [[1, 1]]), 'schema'],
    ['no ids', { ch: wire, ts: 1, tick: { bids: [], asks: [] } }, 'schema'],
    ['an unlisted symbol', { ...change(1, 2, []), ch: 'market.xyzusdt.mbp.150' }, 'unknownInstrument'],
    ['another depth', { ...change(1, 2, []), ch: 'market.btcusdt.mbp.20' }, 'unknownChannel'],
  ])('reject %s', (_what, frame, reason) => {
    expect(on('spot-books')(frame)).toMatchObject({ kind: 'rejected', reason })
  })
})

describe("htx's swap books", () => {
  const [first = '', second = ''] = documented.filter((line) => line.includes('high_freq'))

  it('begin with a snapshot, count contracts, and name the state before', () => {
    const read = on('perpetual')
    expect(depthOf(read(first))).toEqual({
      ...{ instrument: swap, isSnapshot: true, firstId: 100129125618870, lastId: 100129125618870, previousId: null },
      bids: [
        [86859.8, 6.172],
        [86858.5, 0.147],
      ],
      asks: [
        [86859.9, 0.817],
        [86864.5, 0.014],
      ],
      exchangeAt: 1790134831753,
      receivedAt: 7,
    })
    expect(depthOf(read(second))).toEqual({
      ...{ instrument: swap, isSnapshot: false, firstId: 100129125618998, lastId: 100129125618998 },
      ...{ previousId: 100129125618870, asks: [], exchangeAt: 1790134831873, receivedAt: 7 },
      bids: [
        [86853.4, 0.002],
        [86848.5, 0],
      ],
    })
  })

  it('break where a version is missing, and pass over one that came before', () => {
    const read = on('perpetual')
    read(first)
    const skipped = read(second.replace('1789895280798', '1789895280799'))
    expect(depthOf(skipped)).toMatchObject({ previousId: -1 })
    if (skipped.kind !== 'depth') throw new Error('no depth')
    expect(htx.bookRules('perpetual')?.follows(skipped.depth, 100129125618870, false)).toBe('gap')
    expect(read(second)).toEqual(ignored)
    expect(depthOf(read(first))).toMatchObject({ isSnapshot: true })
    expect(depthOf(read(second))).toMatchObject({ previousId: 100129125618870 })
  })

  it('break where the message before could not be read', () => {
    const read = on('perpetual')
    read(first)
    expect(read(second.replace('86853.4', '-1'))).toMatchObject({ kind: 'rejected', reason: 'value' })
    expect(depthOf(read(second.replace('1789895280798', '1789895280799')))).toMatchObject({ previousId: -1 })
  })
})
