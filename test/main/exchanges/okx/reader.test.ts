import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../../../../src/main/exchanges/okx/normalize.ts'
import { createReaders } from '../../../../src/main/exchanges/okx/reader.ts'
import { countReadByBytes, expectBothWaysAgree, readByBytes } from '../../../support/both-ways.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const lookup = lookupOf([
  instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT'),
  // with the sizes of real swaps, and one that is no power of ten
  instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 }),
  instrument('okx', 'perpetual', 'ODD', 'USDT', 'ODD-USDT-SWAP', { contractSize: 0.3 }),
  instrument('okx', 'perpetual', 'SHIB', 'USDT', 'SHIB-USDT-SWAP', { contractSize: 1_000_000 }),
])
const ways = (feed: string) => ({ readers: createReaders(feed, lookup), normalize: createNormalizer(feed, lookup) })

const recorded = readFrames('okx/ws_public.ndjson')
const documented = readFrames('documented/OKX.ndjson')
const isCandle = (frame: Buffer) => frame.includes('candle')
const pushes = [
  ...['"tickers"', '"trades"', '"books"'].flatMap((name) =>
    recorded.filter((frame) => frame.includes(`${name},"instId":"BTC-USDT"},"data"`)).slice(0, 3),
  ),
  ...documented.filter((frame) => !isCandle(frame)),
].map(String)
const swaps = ['BTC', 'ODD', 'SHIB'].flatMap((base) =>
  pushes.map((frame) => frame.replace('"BTC-USDT"', `"${base}-USDT-SWAP"`)),
)
const candles = documented.filter(isCandle).map(String)
const candle = candles[0] ?? ''

describe('okx readers', () => {
  it('read every recorded and documented frame that has an event, so that none of them takes the slow way', () => {
    const [read, all] = countReadByBytes(ways('public'), recorded)
    expect(all).toBeGreaterThan(40)
    expect(read).toBe(all)
    expect(
      countReadByBytes(
        ways('public'),
        documented.filter((frame) => !isCandle(frame)),
      ),
    ).toEqual([3, 3])
    expect(countReadByBytes(ways('business'), documented.filter(isCandle))).toEqual([1, 1])
  })

  it('agree with the normalizer on whatever book tickers and trades they read', () => {
    // of several levels the first counts, but all of them are checked
    const levels = ['["36232.3","1"],', '["36232.3",1],', '[]'].map((more) =>
      String(documented[0]).replace('"asks":[', `"asks":[${more}`),
    )
    expectBothWaysAgree(() => ways('public'), [...pushes, ...swaps, ...levels])
  })

  it('agree with the normalizer on whatever candles they read', () => {
    const frames = [
      candle,
      candle.replace('"0"]', '"1"]'),
      candle.replace('candle1m', 'candle1Dutc'),
      candle.replace('candle1m', 'candle1D'),
      candle.replace('BTC-USDT', 'BTC-USDT-SWAP'),
    ]
    expectBothWaysAgree(() => ways('business'), frames)
  })

  it.each([
    ['an answer', '"data"', '"event":"x","data"'],
    ['two trades', '"data":[', '"data":[{"tradeId":"1","px":"1","sz":"1","side":"buy","ts":"1"},'],
    ['an unlisted instrument', '"instId":"BTC-USDT"}', '"instId":"XYZ-USDT"}'],
    ['an unknown side', '"buy"', '"both"'],
    ['a size of 0', '"sz":"0.0002"', '"sz":"0"'],
  ])('leave %s to the normalizer', (_what, part, changed) => {
    const frame = String(documented.find((push) => push.includes('"trades"')))
    const { readers } = ways('public')
    expect(readByBytes(readers, Buffer.from(frame))).not.toBeNull()
    expect(readByBytes(readers, Buffer.from(frame.replace(part, changed)))).toBeNull()
  })
})
