/** Sizes as samples keep them: coarse enough that a level which hardly changes is the same number again and again. */
import { smallestOctave } from '../../../shared/depth-history.ts'

/** A 16th of an octave a step: a kept size is within 2.2 % of the true one. */
const stepsPerOctave = 16
const octaves = 256
const largestCode = octaves * stepsPerOctave

/** 0 is nothing. */
export const coarseCodeOf = (size: number): number =>
  size > 0 ? Math.min(largestCode, Math.max(1, 1 + Math.round((Math.log2(size) - smallestOctave) * stepsPerOctave))) : 0

/** By coarse code. */
export const sizeOfCoarse: Float64Array = Float64Array.from({ length: 65_536 }, (_, code) =>
  code === 0 ? 0 : 2 ** ((code - 1) / stepsPerOctave + smallestOctave),
)
