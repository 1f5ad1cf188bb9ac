/** A book message of every feed that has them, changed at any place: what comes of it can be a book, or nothing comes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../src/main/exchanges/contract.ts'
import type { DepthUpdate, LevelList } from '../../../src/main/exchanges/depth.ts'
import { connectors } from '../../../src/main/exchanges/registry.ts'
import { exchangeIds } from '../../../src/shared/domain/index.ts'
import { type Frame, lookupFor, readCorpus, type Source } from '../../fuzz/corpus.ts'
import { expectations } from '../../fuzz/expected/index.ts'
import { plainLevels } from '../../support/depth.ts'

const receivedAt = 1_800_000_000_000

/** How a connection of the source reads a frame: one for all frames, but where a frame needs others before it one that has just begun. */
function readerOf({ exchange, name }: Source, corpus: readonly Source[]): (frame: Frame) => Normalized {
  const lookup = lookupFor(exchange, corpus)
  const create = () => connectors[exchange].createNormalizer(name, lookup)
  const lasting = create()
  const { before } = expectations[exchange]
  return ({ data, isBinary }) => {
    const normalize = before === undefined ? lasting : create()
    for (const one of before?.(data) ?? []) normalize(one, false, receivedAt)
    return normalize(data, isBinary, receivedAt)
  }
}

const corpus = readCorpus()
const feeds = corpus
  .filter(({ kind }) => kind === 'public')
  .flatMap((source) => {
    const read = readerOf(source, corpus)
    const [frame] = source.frames
      .filter((one) => read(one).kind === 'depth')
      .sort((a, b) => a.data.length - b.data.length)
    return frame === undefined ? [] : [{ exchange: source.exchange, feed: source.name, frame, read }]
  })

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

it('are told by every exchange', () => {
  expect([...new Set(feeds.map(({ exchange }) => exchange))].sort()).toEqual([...exchangeIds].sort())
})

describe.each(feeds)('a depth frame of $exchange on $feed', ({ frame, read }) => {
  it('gives a possible book or none, whatever comes to stand in any place of it', () => {
    const { data, isBinary } = frame
    fc.assert(
      fc.property(fc.nat({ max: data.length }), fc.integer({ min: 0, max: 6 }), odd, (at, length, piece) => {
        const changed = Buffer.concat([data.subarray(0, at), Buffer.from(piece), data.subarray(at + length)])
        const result = read({ data: changed, isBinary })
        return result.kind !== 'depth' || isPossible(result.depth)
      }),
      { numRuns: 3_000 },
    )
  })
})
