import { z } from 'zod'

/**
 * A happening worth a line: an opportunity above its threshold, a wide spread, a thin top of book, a slow feed, a missed
 * snapshot, a full disk, or what one of the trader's own rules waited for. `subject` is an instrument key, two of them (`buy>sell`), an
 * exchange id, an account or a part of the program.
 */
export const Alert = z.object({
  /** Grows, also over restarts; not one by one. */
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
    'webhook',
    // The trader's own rules; of `drift` and `disk` there are both.
    'net_spread',
    'price',
    'spread_width',
    'funding',
    'balance_drop',
    'order_fill',
    'feed_down',
  ]),
  /** Of the trader's own rule that fired; null: it is one of Crossbook's. */
  ruleId: z.string().nullable(),
  subject: z.string(),
  message: z.string(),
  /** When somebody said that it was seen; null: nobody has, or it does not ask for it. */
  acknowledgedAt: z.number().nullable(),
})
export type Alert = Readonly<z.infer<typeof Alert>>

/** It stays in the count at the top until it is acknowledged. What merely informs does not ask for that. */
export const asksToBeSeen = ({ severity, ruleId }: Pick<Alert, 'severity' | 'ruleId'>): boolean =>
  ruleId !== null || severity !== 'info'

/** Crossbook's own line about an opportunity is kept with the opportunities, not among the alerts. */
export const isKept = ({ rule }: Pick<Alert, 'rule'>): boolean => rule !== 'opportunity'
