import { z } from 'zod'

/**
 * A happening worth a line: an opportunity above its threshold, a wide spread, a thin top of book, a slow feed, a missed
 * snapshot, a full disk. `subject` is an instrument key, an exchange id or a part of the program.
 */
export const Alert = z.object({
  id: z.number().int(),
  at: z.number(),
  severity: z.enum(['info', 'warning', 'error']),
  rule: z.enum([
    'opportunity',
    'wide_spread',
    'thin_book',
    'slow_feed',
    'missed_snapshot',
    'storage',
    'connection',
    'fill',
    'account',
    'drift',
    'disk',
    'backup',
    'redis',
    'gap',
  ]),
  subject: z.string(),
  message: z.string(),
})
export type Alert = Readonly<z.infer<typeof Alert>>
