import { z } from 'zod'
import { ExchangeId } from './exchange.ts'

export const MarketKind = z.enum(['spot', 'perpetual'])
export type MarketKind = z.infer<typeof MarketKind>

/** `trading` takes orders; `halted` is listed but paused; `delisted` no longer stands in the exchange's list. */
export const InstrumentStatus = z.enum(['trading', 'halted', 'delisted'])
export type InstrumentStatus = z.infer<typeof InstrumentStatus>

/** One market of one exchange. Sizes are in base asset (contracts already multiplied out), prices in quote asset per base asset. */
export const Instrument = z.object({
  /** Small integer, stable within one data folder; `instruments.id` in the database. */
  id: z.number().int().nonnegative(),
  /** `binance:BTC_USDT` */
  key: z.string(),
  exchange: ExchangeId,
  /** `BTC_USDT` spot, `BTC_USDT_PERP` linear perpetual */
  symbol: z.string(),
  kind: MarketKind,
  base: z.string(),
  quote: z.string(),
  /** The exchange's own name: `BTCUSDT`, `BTC-USDT-SWAP`. */
  nativeName: z.string(),
  /** Smallest price step; null where the exchange tells none. */
  tickSize: z.number().positive().nullable(),
  /** Smallest quantity step in base asset; null where the exchange tells none. */
  lotSize: z.number().positive().nullable(),
  /** Smallest order in base asset; null = no rule. */
  minimumQuantity: z.number().positive().nullable(),
  /** Smallest order value in quote asset; null = no rule. */
  minimumNotional: z.number().positive().nullable(),
  /** Base asset per contract; 1 for spot. */
  contractSize: z.number().positive(),
  status: InstrumentStatus,
})
export type Instrument = Readonly<z.infer<typeof Instrument>>

/** What a connector reads from the exchange's list, before the data folder has given it an id. */
export type ListedInstrument = Omit<Instrument, 'id' | 'key'>

export const instrumentKey = (exchange: ExchangeId, symbol: string): string => `${exchange}:${symbol}`

/** `BTC_USDT` or `BTC_USDT_PERP` of an exchange's base and quote asset. */
export const symbolOf = (base: string, quote: string, kind: MarketKind): string =>
  kind === 'perpetual' ? `${base}_${quote}_PERP` : `${base}_${quote}`
