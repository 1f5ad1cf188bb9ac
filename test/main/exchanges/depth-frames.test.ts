import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DepthUpdate, LevelList } from '../../../src/main/exchanges/depth.ts'
import { encodePush } from '../../../src/main/exchanges/mexc/protobuf.ts'
import { connectors } from '../../../src/main/exchanges/registry.ts'
import type { ExchangeId } from '../../../src/shared/domain/index.ts'
import { plainLevels } from '../../support/depth.ts'
import { instrument, lookupOf } from '../../support/instruments.ts'

const receivedAt = 1_800_000_000_000
const listed = (exchange: ExchangeId, kind: 'spot' | 'perpetual', nativeName: string) =>
  instrument(exchange, kind, 'BTC', 'USDT', nativeName, { contractSize: kind === 'spot' ? 1 : 0.01 })

const json = (frame: object): Buffer => Buffer.from(JSON.stringify(frame))
const levels = {
  b: [['76888.00', '6.760']],
  a: [
    ['76888.10', '3.064'],
    ['76889', '0'],
  ],
}
const frames: readonly (readonly [ExchangeId, feed: string, nativeName: string, frame: Buffer])[] = [
  [
    'binance',
    'spot',
    'BTCUSDT',
    json({ stream: 'btcusdt@depth@100ms', data: { E: 5, s: 'BTCUSDT', U: 1, u: 2, ...levels } }),
  ],
  [
    'binance',
    'perpetual-public',
    'BTCUSDT',
    json({ stream: 'btcusdt@depth@100ms', data: { T: 5, s: 'BTCUSDT', U: 1, u: 2, pu: 0, ...levels } }),
  ],
  [
    'okx',
    'public',
    'BTC-USDT-SWAP',
    json({
      arg: { channel: 'books', instId: 'BTC-USDT-SWAP' },
      action: 'update',
      data: [{ asks: levels.a, bids: levels.b, ts: '1597026383185', checksum: 0, prevSeqId: 1, seqId: 2 }],
    }),
  ],
  [
    'gate',
    'perpetual',
    'BTC_USDT',
    json({
      time_ms: 5,
      channel: 'futures.obu',
      event: 'update',
      result: { t: 5, s: 'ob.BTC_USDT.400', U: 1, u: 2, ...levels },
    }),
  ],
  [
    'mexc',
    'spot',
    'BTCUSDT',
    encodePush({
      channel: 'spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT',
      symbol: 'BTCUSDT',
      sendTime: receivedAt,
      publicAggreDepths: {
        asks: [{ price: '117145.49', quantity: '0' }],
        bids: [{ price: '117053.41', quantity: '1.86837271' }],
        eventType: 'x',
        fromVersion: '43296363236',
        toVersion: '43296363255',
      },
    }),
  ],
]

const isPossible = ({ firstId, lastId, previousId, exchangeAt, bids, asks }: DepthUpdate): boolean =>
  [firstId, lastId, previousId ?? 0].every(Number.isSafeInteger) &&
  firstId >= 0 &&
  firstId <= lastId &&
  (exchangeAt === null || exchangeAt > 0) &&
  [bids, asks].every(areLevels)
const areLevels = (list: LevelList): boolean =>
  plainLevels(list).every(
    ([price, quantity]) => Number.isFinite(price) && price > 0 && Number.isFinite(quantity) && quantity >= 0,
  )

/** What may come to stand in place of one piece of a frame. */
const odd = fc.constantFrom(
  ...[
    '-',
    '',
    '"',
    '[',
    '}',
    '1e999',
    'null',
    '-1',
    '9007199254740993',
    '0',
    '{}',
    '[]',
    '""',
    'NaN',
    '0x1',
    '"-5"',
    '"0"',
    '٣',
    ',',
  ],
)

describe.each(frames)('a depth frame of %s on %s', (exchange, feed, nativeName, frame) => {
  const kind = feed === 'spot' ? 'spot' : 'perpetual'
  const lookup = lookupOf([listed(exchange, kind, nativeName)])
  const normalize = connectors[exchange].createNormalizer(feed, lookup)
  const isBinary = exchange === 'mexc'

  it('is read', () => {
    expect(normalize(frame, isBinary, receivedAt)).toMatchObject({ kind: 'depth', depth: { receivedAt } })
  })

  it('gives a possible book or none, whatever comes to stand in any place of it', () => {
    fc.assert(
      fc.property(fc.nat({ max: frame.length }), fc.integer({ min: 0, max: 6 }), odd, (at, length, piece) => {
        const changed = Buffer.concat([frame.subarray(0, at), Buffer.from(piece), frame.subarray(at + length)])
        const result = normalize(changed, isBinary, receivedAt)
        return result.kind !== 'depth' || isPossible(result.depth)
      }),
      { numRuns: 3_000 },
    )
  })
})
