import { z } from 'zod'

/**
 * Whether a number can be relied on; worst first, so that the worse of two is the smaller code.
 * `gap` nothing that holds now is known: the feed is down, or what was missed is being fetched · `stale` older than this market's own
 * rhythm explains, or its connection gives no sign of life · `suspect` something contradicts it: sequence, checksum, a crossed book,
 * a clock · `live` none of these
 */
export const truths = ['gap', 'stale', 'suspect', 'live'] as const
export const Truth = z.enum(truths)
export type Truth = z.infer<typeof Truth>

/** A truth as columns of numbers hold it; a column that was never written says `gap`. */
export const truthCode = { gap: 0, stale: 1, suspect: 2, live: 3 } as const satisfies Readonly<Record<Truth, number>>

export const truthOf = (code: number): Truth => truths[code] ?? 'gap'

export const worseOf = (a: Truth, b: Truth): Truth => truthOf(Math.min(truthCode[a], truthCode[b]))
