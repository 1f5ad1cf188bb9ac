/**
 * The frames that are read by layouts (best bid and ask, depth) and MEXC's pushes of both, both ways: from their bytes, and by JSON (or the
 * general decoder) and schema. CROSSBOOK_FUZZ_CASES says how many changed frames are compared in all; 20,000 without it.
 */
import { describe, expect, it } from 'vitest'
import { createNormalizer as normalizeBinance } from '../../../src/main/exchanges/binance/normalize.ts'
import { createReaders as readBinance } from '../../../src/main/exchanges/binance/reader.ts'
import { createNormalizer as normalizeGate } from '../../../src/main/exchanges/gate/normalize.ts'
import { createReaders as readGate } from '../../../src/main/exchanges/gate/reader.ts'
import { readLayouts } from '../../../src/main/exchanges/layout.ts'
import { readBookTicker as readMexcBookTicker } from '../../../src/main/exchanges/mexc/book-ticker-reader.ts'
import { readDepth as readMexcDepth } from '../../../src/main/exchanges/mexc/depth-reader.ts'
import { createNormalizer as normalizeMexc } from '../../../src/main/exchanges/mexc/normalize.ts'
import { encodePush } from '../../../src/main/exchanges/mexc/protobuf.ts'
import { createNormalizer as normalizeOkx } from '../../../src/main/exchanges/okx/normalize.ts'
import { createReaders as readOkx } from '../../../src/main/exchanges/okx/reader.ts'
import { countReadByBytes, expectBothWaysAgree, readByBytes, type Ways } from '../../support/both-ways.ts'
import { readFrames } from '../../support/frames.ts'
import { instrument, lookupOf } from '../../support/instruments.ts'

const cases = Number(process.env.CROSSBOOK_FUZZ_CASES ?? 20_000)

const ofChannels = (fixtures: readonly string[], ...channels: readonly string[]): readonly string[] =>
  fixtures
    .flatMap((fixture) => readFrames(fixture))
    .map(String)
    .filter((frame) => channels.some((channel) => frame.includes(channel)))

const binanceSpot = ofChannels(['binance/ws_spot.ndjson', 'documented/BINANCE.ndjson'], '@bookTicker', '@depth')
const binanceFutures = [
  ...ofChannels(['binance/ws_perpetual.ndjson', 'documented/BINANCE_FUTURES.ndjson'], '@bookTicker', '@depth'),
  // USD-M documentation, 2026: with `ps` and `st`
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1789465500123,"T":1789465500120,"s":"BTCUSDT","ps":"BTCUSDT","U":11563389053377,"u":11563389081061,"pu":11563389052953,"b":[["76888.00","6.760"]],"a":[["76888.10","3.064"]],"st":1}}',
]
/** Recorded in 2022, when books had no ids yet: given those of the documentation, in the orders both seen. */
const okxBooks = ofChannels(['okx/ws_public.ndjson'], '"books"')
  .filter((frame) => frame.includes('"data"'))
  .flatMap((frame) => [
    frame.replace(/("checksum":-?\d+)/, '$1,"prevSeqId":123456,"seqId":123457'),
    frame.replace(/("checksum":-?\d+)/, '$1,"seqId":123457,"prevSeqId":123456'),
  ])
const okx = [...ofChannels(['okx/documented.ndjson', 'documented/OKX.ndjson'], '"books"', '"bbo-tbt"'), ...okxBooks]
/** The documents show books of 50 levels. */
const ofAllLevels = (frame: string): string => frame.replace(/("ob\.\w+)\.50"/, '$1.400"')
const gateFrames = ['gate/ws_documented.ndjson', 'documented/GATEIO.ndjson']
const gateSpot = [
  ...ofChannels(gateFrames, '"spot.book_ticker"', '"spot.obu"'),
  // as futures send it, and changes without levels, which are legal
  '{"time":1777275365,"time_ms":1777275365214,"channel":"spot.obu","event":"update","result":{"t":1777275365213,"s":"ob.XRP_USDT.50","U":9649549325,"u":9649549326,"b":[["1.414","1397.899"],["1.413","0"]],"a":[]}}',
  '{"channel":"spot.obu","result":{"t":1777275365213,"s":"ob.XRP_USDT.50","U":9649549325,"u":9649549326},"time_ms":1777275365214,"event":"update"}',
].map(ofAllLevels)
const gateFutures = ofChannels(gateFrames, '"futures.book_ticker"', '"futures.obu"').map(ofAllLevels)
const mexcDepth = [1, 3, 0].map((count) =>
  encodePush({
    channel: 'spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT',
    symbol: 'BTCUSDT',
    sendTime: 1_754_741_322_152,
    publicAggreDepths: {
      asks: Array.from({ length: count }, (_, at) => ({ price: `117145.4${at}`, quantity: '0' })),
      bids: [{ price: '117053.41', quantity: '1.86837271' }],
      eventType: 'spot@public.aggre.depth.v3.api.pb@100ms',
      fromVersion: '43296363236',
      toVersion: '43296363255',
    },
  }),
)
/** As documented, and with what came in June 2026. */
const mexcTickers = [
  {},
  { version: '217143209577200' },
  { version: '217143209577201', lastOrderCreateTime: 1_754_741_322_001 },
].map((more) =>
  encodePush({
    channel: 'spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT',
    symbol: 'BTCUSDT',
    sendTime: 1_754_741_322_152,
    publicAggreBookTicker: {
      ...{ bidPrice: '93387.28', bidQuantity: '3.73485', askPrice: '93387.29', askQuantity: '7.669875', ...more },
    },
  }),
)

const anyListed = (exchange: 'binance' | 'okx' | 'gate' | 'mexc', frames: readonly string[], pattern: RegExp) => {
  const names = new Set(frames.flatMap((frame) => [...frame.matchAll(pattern)].map((match) => match[1] ?? '')))
  return lookupOf(
    [...names].flatMap((name) => {
      const [base = '', quote = 'USDT'] = name.split(/[-_]/)
      const kinds =
        exchange === 'okx'
          ? ([name.endsWith('-SWAP') ? 'perpetual' : 'spot'] as const)
          : (['spot', 'perpetual'] as const)
      return kinds.map((kind) =>
        instrument(exchange, kind, base, quote, name, {
          contractSize: kind === 'perpetual' && exchange !== 'binance' ? 0.01 : 1,
        }),
      )
    }),
  )
}
const binanceLookup = anyListed('binance', [...binanceSpot, ...binanceFutures], /"s":"(\w+)"/g)
const okxLookup = anyListed('okx', okx, /"instId":"([\w-]+)"/g)
const gateLookup = anyListed('gate', [...gateSpot, ...gateFutures], /"s":"(?:ob\.)?(\w+)/g)
const mexcLookup = lookupOf([instrument('mexc', 'spot', 'BTC', 'USDT', 'BTCUSDT')])

interface Source {
  readonly title: string
  readonly ways: () => Ways
  readonly frames: readonly (string | Buffer)[]
}
const sources: readonly Source[] = [
  {
    title: 'Binance spot',
    ways: () => ({
      readers: readBinance('spot', binanceLookup),
      normalize: normalizeBinance('spot', binanceLookup),
    }),
    frames: binanceSpot,
  },
  {
    title: 'Binance futures',
    ways: () => ({
      readers: readBinance('perpetual-public', binanceLookup),
      normalize: normalizeBinance('perpetual-public', binanceLookup),
    }),
    frames: binanceFutures,
  },
  {
    title: 'OKX',
    ways: () => ({ readers: readOkx('public', okxLookup), normalize: normalizeOkx('public', okxLookup) }),
    frames: okx,
  },
  {
    title: 'Gate spot',
    ways: () => ({
      readers: readGate('spot', gateLookup, new Map()),
      normalize: normalizeGate('spot', gateLookup),
    }),
    frames: gateSpot,
  },
  {
    title: 'Gate futures',
    ways: () => ({
      readers: readGate('perpetual', gateLookup, new Map()),
      normalize: normalizeGate('perpetual', gateLookup),
    }),
    frames: gateFutures,
  },
  {
    title: 'MEXC depth',
    ways: () => ({
      readers: [readMexcDepth(mexcLookup.spot)],
      normalize: normalizeMexc(mexcLookup.spot),
      isBinary: true,
    }),
    frames: mexcDepth,
  },
  {
    title: 'MEXC book ticker',
    ways: () => ({
      readers: [readLayouts(readMexcBookTicker((name) => mexcLookup.spot.get(name)))],
      normalize: normalizeMexc(mexcLookup.spot),
      isBinary: true,
    }),
    frames: mexcTickers,
  },
]
/** Longer frames are compared as they are, and not changed over and over. */
const longest = 1_500

describe.each(sources)('best bid and ask and depth of $title', ({ ways, frames }) => {
  it('are read from their bytes as they are recorded and documented', () => {
    const all = frames.map((frame) => Buffer.from(frame))
    expect(all.length).toBeGreaterThan(1)
    const [read, withEvents] = countReadByBytes(ways(), all)
    expect(withEvents).toBe(all.length)
    expect(read).toBe(all.length)
  })

  it('are the same both ways, or refused by one', { timeout: 60_000 + cases }, () => {
    const short = frames.filter((frame) => frame.length < longest)
    // of each length one: recordings repeat themselves
    const various = [...new Map(short.map((frame) => [frame.length, frame])).values()].slice(-40)
    expectBothWaysAgree(ways, various, Math.ceil(cases / sources.length))
  })
})

it('leaves a whole book of Gate that lacks its sides to the slow way, which refuses it', () => {
  const whole =
    '{"channel":"spot.obu","result":{"t":1777275365213,"full":true,"s":"ob.XRP_USDT.400","u":9649549324},"time_ms":1777275365214,"event":"update"}'
  const read = readByBytes(readGate('spot', gateLookup, new Map()), Buffer.from(whole))
  expect(read).toBeNull()
  expect(normalizeGate('spot', gateLookup)(Buffer.from(whole), false, 0).kind).toBe('rejected')
})
