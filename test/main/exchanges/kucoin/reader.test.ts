import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../../../../src/main/exchanges/kucoin/normalize.ts'
import { createReaders } from '../../../../src/main/exchanges/kucoin/reader.ts'
import { countReadByBytes, expectBothWaysAgree } from '../../../support/both-ways.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const lookup = lookupOf([
  instrument('kucoin', 'spot', 'BTC', 'USDT', 'BTC-USDT'),
  instrument('kucoin', 'perpetual', 'ETH', 'USDT', 'ETHUSDTM'),
])
const ways = (feed: string) => ({ readers: createReaders(feed, lookup), normalize: createNormalizer(feed, lookup) })
const documented = readFrames('documented/KUCOIN.ndjson').filter((frame) => frame.includes(':BTC-USDT'))
const hot = documented.filter((frame) => frame.includes('level1:') || frame.includes('level2Depth50:'))
const text = (sides: string) =>
  `{"topic":"/spotMarket/level2Depth50:BTC-USDT","type":"message","subject":"level2","data":{${sides},"timestamp":1733124805073}}`

describe('kucoin readers', () => {
  it('read the documented quotes and books of spot, so that none of them takes the slow way', () => {
    expect(countReadByBytes(ways('spot'), hot)).toEqual([2, 2])
  })

  it('leave futures, whose sizes are numbers, to the normalizer', () => {
    expect(createReaders('perpetual', lookup)).toEqual([])
  })

  it('agree with the normalizer on whatever they read', () => {
    const books = [text('"asks":[],"bids":[["1.5","0"],["1.4","20"]]'), text('"asks":[["0.5","1"]],"bids":[]')]
    expectBothWaysAgree(() => ways('spot'), [...hot, ...books])
  })
})
