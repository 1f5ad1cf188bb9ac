import { z } from 'zod'
import { ExchangeId } from './exchange.ts'
import { Period } from './market.ts'

/** What is kept continuously, so that a hole in it is one. Order books are not stored: their gaps are times without a true one. */
export const GapKind = z.enum(['book_ticker', 'trade', 'kline', 'order_book'])
export type GapKind = z.infer<typeof GapKind>

/**
 * `disconnect` the feed was down · `network` this machine had none (names not resolved, a sign-in page, the proxy) · `outage` the
 * exchange was down or in maintenance · `blocked` it refuses this address or region · `sleep` the computer slept · `clock` its clock was
 * set · `resync` a sequence broke and the state was built anew · `shutdown` Crossbook was not running · `update` it was being updated ·
 * `crash` it did not end cleanly · `storage` the disk refused or did not keep up · `busy` the program was late ·
 * `not_watched` nobody had asked for it · `unknown` nothing recorded says why
 */
export const GapCause = z.enum([
  'disconnect',
  'network',
  'outage',
  'blocked',
  'sleep',
  'clock',
  'resync',
  'shutdown',
  'update',
  'crash',
  'storage',
  'busy',
  'not_watched',
  'unknown',
])
export type GapCause = z.infer<typeof GapCause>

/** Why a feed is down. */
export const downCauses = ['disconnect', 'network', 'outage', 'blocked', 'sleep', 'resync'] as const
export type DownCause = (typeof downCauses)[number]

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
