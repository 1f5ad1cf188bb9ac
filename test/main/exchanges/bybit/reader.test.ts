import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../../../../src/main/exchanges/bybit/normalize.ts'
import { createReaders } from '../../../../src/main/exchanges/bybit/reader.ts'
import { countReadByBytes, expectBothWaysAgree } from '../../../support/both-ways.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const lookup = lookupOf([
  instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT'),
  instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT'),
])
const ways = (feed: string) => ({ readers: createReaders(feed, lookup), normalize: createNormalizer(feed, lookup) })
const pushes = readFrames('documented/BYBIT.ndjson').filter((frame) => frame.includes('"topic"'))
/** As spot writes it: https://bybit-exchange.github.io/docs/v5/websocket/public/trade, with its ids. */
const spotTrade =
  '{"topic":"publicTrade.BTCUSDT","ts":1672304486868,"type":"snapshot","data":[{"i":"2290000000007764263","T":1672304486865,"p":"16578.50","v":"0.001","S":"Sell","s":"BTCUSDT","BT":false,"RPI":false}]}'
const closed = pushes.map(String).flatMap((text) => (text.includes('"confirm"') ? [text.replace('false', 'true')] : []))

describe('bybit readers', () => {
  it('read every documented frame that has an event, so that none of them takes the slow way', () => {
    const frames = [...pushes, Buffer.from(spotTrade)]
    expect([countReadByBytes(ways('spot'), frames), countReadByBytes(ways('linear'), frames)]).toEqual([
      [7, 7],
      [7, 7],
    ])
  })

  it.each(['spot', 'linear'])('agree with the normalizer on whatever they read of %s', (feed) => {
    expectBothWaysAgree(() => ways(feed), [...pushes, spotTrade, ...closed])
  })
})
