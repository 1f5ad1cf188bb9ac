/** Profit and loss as it is reported. */
import { z } from 'zod'
import { DecimalText, ExchangeId } from './domain/index.ts'

export const PnlMethod = z.enum(['average', 'fifo'])
export type PnlMethod = z.infer<typeof PnlMethod>

export const TimeZoneName = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'expected a time zone such as Europe/Berlin or UTC' })
/** Whose midnights part days: so many minutes east of UTC, all through, or a time zone, with the changes of its clocks. */
export const DayZone = z.union([z.number().int().min(-900).max(900), TimeZoneName])
export type DayZone = z.infer<typeof DayZone>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/**
 * Profit and loss in the asset it arose in (quote asset of spot, settlement asset of perpetuals), fees and funding kept apart:
 * net = realised - fees + funding. Fees paid in another asset are valued at their fill's price where that is their base asset;
 * others are in `feesElsewhere`, never dropped.
 */
export const PnlDay = z.object({
  /** `2026-11-21` in the time zone asked for */
  day: z.string(),
  asset: z.string(),
  realised: DecimalText,
  fees: DecimalText,
  funding: DecimalText,
  net: DecimalText,
  fills: z.number().int(),
})
export type PnlDay = Readonly<z.infer<typeof PnlDay>>
export const PnlSymbol = z.object({
  account: z.string(),
  exchange: ExchangeId,
  symbol: z.string(),
  asset: z.string(),
  realised: DecimalText,
  fees: DecimalText,
  funding: DecimalText,
  net: DecimalText,
  /** Of what the fills have left open: base asset, signed. */
  openQuantity: DecimalText,
  openCost: DecimalText.nullable(),
  /**
   * From the exchange for perpetuals, else open quantity at the newest price; null: no price, funding in another asset than the symbol's,
   * or the report ends before now.
   */
  unrealised: DecimalText.nullable(),
  fills: z.number().int(),
  /** Base asset sold that no stored fill bought: its cost is unknown and it is left out of `realised`. */
  uncoveredQuantity: DecimalText,
})
export type PnlSymbol = Readonly<z.infer<typeof PnlSymbol>>
export const PnlReport = z.object({
  method: PnlMethod,
  days: z.array(PnlDay),
  symbols: z.array(PnlSymbol),
  feesElsewhere: z.array(z.object({ asset: z.string(), amount: DecimalText })),
  /** Time of the oldest fill that is stored: there may be older ones at the exchange. */
  firstFillAt: z.number().nullable(),
  /** What the report could not take into account, in words. */
  notes: z.array(z.string()),
})
export type PnlReport = Readonly<z.infer<typeof PnlReport>>
