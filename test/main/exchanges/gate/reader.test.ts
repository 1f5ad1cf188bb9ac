import { describe, expect, it } from 'vitest'
import { type CandleTopics, createNormalizer } from '../../../../src/main/exchanges/gate/normalize.ts'
import { createReaders } from '../../../../src/main/exchanges/gate/reader.ts'
import { countReadByBytes, expectBothWaysAgree, readByBytes } from '../../../support/both-ways.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const listed = (kind: 'spot' | 'perpetual', name: string, contractSize = 1) =>
  instrument('gate', kind, name.split('_')[0] ?? '', name.split('_')[1] ?? '', name, { contractSize })
const spots = ['DIS_USDT', 'NEO_BTC', 'FAST_USDT', 'NANO_USDT', 'BTC_USDT', 'GT_USDT', 'ZKS_ETH', 'INK_USDT', 'HAI_ETH']
const lookup = lookupOf([
  ...[...spots, 'BTC_USDC', 'QTUM3S_USDT', 'OMG_USDT'].map((name) => listed('spot', name)),
  listed('perpetual', 'BTC_USDT', 0.0001),
  listed('perpetual', 'ODD_USDT', 0.3),
  listed('perpetual', 'FRONT_USDT', 10),
])
/** Each way with candles of its own, as on two connections. */
const ways = (feed: string) => ({
  readers: createReaders(feed, lookup, new Map()),
  normalize: createNormalizer(feed, lookup, new Map()),
})

const recorded = readFrames('gate/ws_spot.ndjson')
const documented = readFrames('documented/GATEIO.ndjson')
const isFutures = (frame: Buffer) => frame.includes('"futures.')
const spotPushes = documented.filter((frame) => !isFutures(frame)).map(String)
const perpetualPushes = documented.filter(isFutures).map(String)

describe('gate readers', () => {
  it('read every recorded and documented frame that has an event, so that none of them takes the slow way', () => {
    expect(countReadByBytes(ways('spot'), recorded)).toEqual([14, 14])
    expect(countReadByBytes(ways('spot'), spotPushes.map(Buffer.from))).toEqual([3, 3])
    expect(countReadByBytes(ways('perpetual'), perpetualPushes.map(Buffer.from))).toEqual([6, 6])
  })

  it('agree with the normalizer on whatever spot frames they read', () => {
    const pushes = recorded.filter((frame) => frame.includes('"update"'))
    const trades = pushes.filter((frame) => frame.includes('"spot.trades"')).slice(0, 2)
    const candles = pushes.filter((frame) => frame.includes('"spot.candlesticks"')).slice(0, 2)
    const unflagged = spotPushes.map((frame) => frame.replace(',"w":true', ''))
    const onePrice = candles.map((frame) => String(frame).replace(/"l":"([^"]*)"/, '"l":"$10"'))
    const twoPrices = candles.map((frame) => String(frame).replace(/"h":"[^"]*"/, '"h":"130"'))
    const frames = [...trades, ...candles, ...onePrice, ...twoPrices, ...spotPushes, ...unflagged]
    expectBothWaysAgree(() => ways('spot'), frames)
  })

  it('agree with the normalizer on whatever perpetual frames they read', () => {
    const odd = perpetualPushes.map((frame) => frame.replace(/(BTC|FRONT)_USDT/, 'ODD_USDT'))
    const flagged = perpetualPushes.map((frame) => frame.replace('"n":', '"w":true,"n":'))
    const fractions = perpetualPushes.map((frame) => frame.replace(/"(size|B|v)":"(-?\d+)"/, '"$1":"$2.5"'))
    expectBothWaysAgree(() => ways('perpetual'), [...perpetualPushes, ...odd, ...flagged, ...fractions])
  })

  it.each([
    ['an internal trade', '"is_internal":false', '"is_internal":true'],
    ['several trades', '"result":[', '"result":[{"size":1},'],
    ['a trade of no contracts', '"size":-108', '"size":0'],
    ['an unlisted contract', 'BTC_USDT', 'XYZ_USDT'],
    ['an answer', '"event":"update"', '"event":"subscribe"'],
  ])('leave %s to the normalizer', (_what, part, changed) => {
    const frame = perpetualPushes.find((push) => push.includes('"futures.trades"')) ?? ''
    const { readers } = ways('perpetual')
    expect(readByBytes(readers, Buffer.from(frame))).not.toBeNull()
    expect(readByBytes(readers, Buffer.from(frame.replace(part, changed)))).toBeNull()
  })

  it('close a candle without a flag when the next one opens, whichever way the two were read', () => {
    const topics: CandleTopics = new Map()
    const readers = createReaders('perpetual', lookup, topics)
    const normalize = createNormalizer('perpetual', lookup, topics)
    const frame = perpetualPushes.find((push) => push.includes('"futures.candlesticks"')) ?? ''
    // an escape sends the first to the normalizer
    const first = frame.replace('"n":"1m_FRONT_USDT"', '"n":"1m\\u005fFRONT_USDT"')
    const next = frame.replace('"t":1684930140', '"t":1684930200')
    expect(readByBytes(readers, Buffer.from(first))).toBeNull()
    expect(normalize(Buffer.from(first), false, 0)).toMatchObject({ events: [{ isClosed: false }] })
    expect(readByBytes(readers, Buffer.from(next))).toMatchObject({
      events: [
        { openTime: 1_684_930_140_000, isClosed: true },
        { openTime: 1_684_930_200_000, isClosed: false },
      ],
    })
    expect(readByBytes(readers, Buffer.from(frame))).toEqual({ kind: 'control', control: { type: 'ignored' } })
  })
})
