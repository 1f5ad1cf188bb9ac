import { z } from 'zod'

/** Every exchange Crossbook knows. Adding one adds its id and title here and its line in `main/exchanges/registry.ts`. */
export const exchangeIds = ['binance', 'okx', 'gate', 'mexc'] as const
export const ExchangeId = z.enum(exchangeIds)
export type ExchangeId = z.infer<typeof ExchangeId>

/** As people write them. */
export const exchangeTitles: Readonly<Record<ExchangeId, string>> = {
  binance: 'Binance',
  okx: 'OKX',
  gate: 'Gate',
  mexc: 'MEXC',
}

/** Maker and taker fee as fractions of notional (0.001 is 0.1 %); a negative fee is a rebate. */
export const FeeRates = z.strictObject({ maker: z.number().min(-0.01).max(0.1), taker: z.number().min(-0.01).max(0.1) })
export type FeeRates = z.infer<typeof FeeRates>
