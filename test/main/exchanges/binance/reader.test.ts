import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../../../../src/main/exchanges/binance/normalize.ts'
import { createReaders } from '../../../../src/main/exchanges/binance/reader.ts'
import { countReadByBytes, expectBothWaysAgree, readByBytes } from '../../../support/both-ways.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spots = ['NKNUSDT', 'BNBBTC', 'BLZETH', 'LRCBTC', 'RUNEEUR', 'BTCUSDT']
const perpetuals = ['SUSHIUSDT', 'AKROUSDT', 'CTKUSDT', 'KEEPUSDT', 'ETHUSDT', 'BTCUSDT']
const lookup = lookupOf([
  ...spots.map((name) => instrument('binance', 'spot', name.slice(0, -3), name.slice(-3), name)),
  ...perpetuals.map((name) => instrument('binance', 'perpetual', name.slice(0, -4), 'USDT', name)),
])
const ways = (feed: string) => ({ readers: createReaders(feed, lookup), normalize: createNormalizer(feed, lookup) })

const recordedSpot = readFrames('binance/ws_spot.ndjson')
const recordedPerpetual = readFrames('binance/ws_perpetual.ndjson')
const documentedSpot = readFrames('documented/BINANCE.ndjson')
const documentedPerpetual = readFrames('documented/BINANCE_FUTURES.ndjson')

describe('binance readers', () => {
  it('read every recorded and documented frame that has an event, so that none of them takes the slow way', () => {
    expect(countReadByBytes(ways('spot'), recordedSpot)).toEqual([159, 159])
    expect(countReadByBytes(ways('perpetual-public'), recordedPerpetual)).toEqual([921, 921])
    expect(countReadByBytes(ways('spot'), documentedSpot)).toEqual([4, 4])
    expect(countReadByBytes(ways('perpetual-market'), documentedPerpetual)).toEqual([3, 3])
  })

  it.each([
    ['spot', recordedSpot, documentedSpot],
    ['perpetual-public', recordedPerpetual, documentedPerpetual],
    ['perpetual-market', recordedPerpetual, documentedPerpetual],
  ])('agree with the normalizer of %s on whatever they read', (feed, recorded, documented) => {
    const ofStream = (name: string) => recorded.filter((frame) => frame.includes(`@${name}`)).slice(0, 3)
    const frames = [...['bookTicker', 'aggTrade', 'kline_1m', 'depth'].flatMap(ofStream), ...documented]
    expectBothWaysAgree(() => ways(feed), frames)
  })

  it.each([
    ['another product', '"st":1', '"st":2'],
    ['an unlisted symbol', '"s":"ETHUSDT"', '"s":"XYZUSDT"'],
    ['a quantity without a price', '"b":"1943.64"', '"b":"0"'],
    ['an empty side', '"b":"1943.64","B":"113.445"', '"b":"","B":""'],
    ['a stream of another name', 'ethusdt@bookTicker', 'ethusdt@bookticker'],
  ])('leave %s to the normalizer', (_what, part, changed) => {
    const frame = String(documentedPerpetual.find((candidate) => candidate.includes('@bookTicker')))
    const { readers } = ways('perpetual-public')
    expect(readByBytes(readers, Buffer.from(frame))).not.toBeNull()
    expect(readByBytes(readers, Buffer.from(frame.replace(part, changed)))).toBeNull()
  })

  it('see an instrument that is replaced in the lookup', () => {
    const spot = new Map(lookup.spot)
    const readers = createReaders('spot', { ...lookup, spot })
    const frame = recordedSpot.find((candidate) => candidate.includes('@bookTicker')) ?? Buffer.alloc(0)
    const halted = { ...instrument('binance', 'spot', 'NKN', 'USDT', 'NKNUSDT'), status: 'halted' as const }
    readByBytes(readers, frame)
    spot.set('NKNUSDT', halted)
    expect(readByBytes(readers, frame)).toMatchObject({ events: [{ instrument: halted }] })
    spot.delete('NKNUSDT')
    expect(readByBytes(readers, frame)).toBeNull()
  })
})
