import fc from 'fast-check'
import { expect } from 'vitest'
import type { Normalized, Normalizer } from '../../src/main/exchanges/contract.ts'
import type { LevelList } from '../../src/main/exchanges/depth.ts'
import type { Reader } from '../../src/main/exchanges/scan.ts'
import { nearly, truncated } from './mutations.ts'

/** What one connection makes of frames by its readers, and by its normalizer alone. */
export interface Ways {
  readonly readers: readonly Reader[]
  readonly normalize: Normalizer
}

const receivedAt = 1_700_000_000_000

/** What the readers make of a frame; null where they leave it to the normalizer. */
export function readByBytes(readers: readonly Reader[], frame: Buffer): Normalized | null {
  for (const read of readers) {
    const normalized = read(frame, receivedAt)
    if (normalized !== null) return normalized
  }
  return null
}

const valuesOf = ({ price, quantity, length }: LevelList) => ({
  price: [...price.subarray(0, length)],
  quantity: [...quantity.subarray(0, length)],
})

/** What a frame became, as it stands now: lists of levels are filled again by the next, and hold old levels behind their length. */
export const frozen = (normalized: Normalized): unknown =>
  normalized.kind === 'depth'
    ? { ...normalized.depth, bids: valuesOf(normalized.depth.bids), asks: valuesOf(normalized.depth.asks) }
    : normalized

/** How many of the frames that the normalizer makes events of are read by their bytes: `[read, all]`. */
export function countReadByBytes({ readers, normalize }: Ways, frames: readonly Buffer[]): [number, number] {
  const withEvents = frames.filter((frame) => ['events', 'depth'].includes(normalize(frame, false, receivedAt).kind))
  return [withEvents.filter((frame) => readByBytes(readers, frame) !== null).length, withEvents.length]
}

/**
 * Checks that whatever the readers make of frames like the given ones, cut off and changed in every way, the normalizer makes of
 * them too, on connections that have seen all the frames before. At least a tenth of them must be read, lest nothing is checked.
 */
export function expectBothWaysAgree(create: () => Ways, frames: readonly (string | Buffer)[], numRuns = 4_000): void {
  const { readers, normalize } = create()
  let compared = 0
  const compare = (frame: Buffer): void => {
    const byBytes = readByBytes(readers, frame)
    if (byBytes === null) return
    compared++
    expect(frozen(byBytes)).toEqual(frozen(normalize(frame, false, receivedAt)))
  }
  for (const frame of frames) {
    compare(Buffer.from(String(frame)))
    for (const part of truncated(frame)) expect(readByBytes(readers, part)).toBeNull()
  }
  compared = 0
  fc.assert(fc.property(nearly(frames), compare), { numRuns })
  expect(compared).toBeGreaterThan(numRuns / 10)
}
