/** What one client shows, as it tells the hub, and how much of it at most: each client costs the hub and the wire its share. */
import { z } from 'zod'
import { Period } from './domain/index.ts'

/** Candle series that one client hears at once. */
export const maxShownKlines = 32
/** Order books that one client hears at once. */
export const maxShownBooks = 24
/** Levels of each side of one book. */
export const maxLevelsOfBook = 500
/** Levels of each side of all books of one client together. */
export const maxShownLevels = 4_000

export const ShownSeries = z.strictObject({ instrument: z.string(), period: Period })
export type ShownSeries = Readonly<z.infer<typeof ShownSeries>>

export const ShownBook = z.strictObject({
  instrument: z.string(),
  levels: z.number().int().min(1).max(maxLevelsOfBook),
})
export type ShownBook = Readonly<z.infer<typeof ShownBook>>

export const ShownView = z.strictObject({
  visible: z.boolean(),
  klines: z.array(ShownSeries).max(maxShownKlines),
  books: z
    .array(ShownBook)
    .max(maxShownBooks)
    .refine((books) => books.reduce((sum, { levels }) => sum + levels, 0) <= maxShownLevels, {
      message: `levels of all books together are at most ${maxShownLevels}`,
    })
    .default([]),
})
