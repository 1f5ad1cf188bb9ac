import fc from 'fast-check'
import { expect } from 'vitest'
import type { Normalized, Normalizer } from '../../src/main/exchanges/contract.ts'
import type { Reader } from '../../src/main/exchanges/scan.ts'
import { plainDepth } from './depth.ts'
import { nearly, nearlyBinary, truncated } from './mutations.ts'

/** What one connection makes of frames by its readers, and by its normalizer alone. */
export interface Ways {
  readonly readers: readonly Reader[]
  readonly normalize: Normalizer
  readonly isBinary?: boolean
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

/** How many of the frames that the normalizer makes events of are read by their bytes: `[read, all]`. */
export function countReadByBytes(
  { readers, normalize, isBinary = false }: Ways,
  frames: readonly Buffer[],
): [number, number] {
  const withEvents = frames.filter((frame) => ['events', 'depth'].includes(normalize(frame, isBinary, receivedAt).kind))
  return [withEvents.filter((frame) => readByBytes(readers, frame) !== null).length, withEvents.length]
}

/**
 * Checks that whatever the readers make of frames like the given ones, cut off and changed in every way, the normalizer makes of
 * them too, on connections that have seen all the frames before. At least a tenth of them must be read, lest nothing is checked.
 */
export function expectBothWaysAgree(create: () => Ways, frames: readonly (string | Buffer)[], numRuns = 4_000): void {
  const { readers, normalize, isBinary = false } = create()
  let compared = 0
  const compare = (frame: Buffer): void => {
    const byBytes = readByBytes(readers, frame)
    if (byBytes === null) return
    compared++
    expect(plainDepth(byBytes)).toEqual(plainDepth(normalize(frame, isBinary, receivedAt)))
  }
  for (const frame of frames) {
    compare(Buffer.from(frame))
    for (const part of truncated(frame)) expect(readByBytes(readers, part)).toBeNull()
  }
  compared = 0
  const changed = isBinary ? nearlyBinary(frames.map((frame) => Buffer.from(frame))) : nearly(frames)
  fc.assert(fc.property(changed, compare), { numRuns })
  expect(compared).toBeGreaterThan(numRuns / 10)
}
