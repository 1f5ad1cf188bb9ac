import { z } from 'zod'
import { ExchangeId } from './exchange.ts'
import { Period } from './market.ts'

/** What is recorded continuously, so that a hole in it is one. */
export const GapKind = z.enum(['book_ticker', 'trade', 'kline'])
export type GapKind = z.infer<typeof GapKind>

/**
 * `disconnect` the feed was down · `sleep` the computer slept or its clock was set forward · `shutdown` Crossbook was not running ·
 * `crash` it did not end cleanly · `storage` the disk refused or did not keep up · `busy` the program was late ·
 * `not_watched` nobody had asked for it · `outage` the exchange could not be asked · `unknown` nothing recorded says why
 */
export const GapCause = z.enum([
  'disconnect',
  'sleep',
  'shutdown',
  'crash',
  'storage',
  'busy',
  'not_watched',
  'outage',
  'unknown',
])
export type GapCause = z.infer<typeof GapCause>

/** A hole in what is recorded of one instrument: from <= t < to, epoch ms. */
export const Gap = z.object({
  id: z.number().int(),
  /** `binance:BTC_USDT` */
  instrument: z.string(),
  exchange: ExchangeId,
  symbol: z.string(),
  kind: GapKind,
  /** of klines, else null */
  period: Period.nullable(),
  from: z.number(),
  /** null while it lasts */
  to: z.number().nullable(),
  cause: GapCause,
  /** In words; empty where there is nothing to add. */
  detail: z.string(),
  /** When it was filled; null: it is not. Quotes cannot be. */
  filledAt: z.number().nullable(),
  /** In words, why it cannot be filled; null where it is filled or may still be. */
  whyNotFilled: z.string().nullable(),
})
export type Gap = Readonly<z.infer<typeof Gap>>
