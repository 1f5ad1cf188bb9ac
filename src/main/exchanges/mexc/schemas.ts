/**
 * MEXC's text frames and replies as they arrive; binary frames have their own definitions in protobuf.ts.
 * Fields nobody reads are left out; unknown ones are tolerated everywhere.
 */
import { z } from 'zod'

/** Answer to SUBSCRIPTION, UNSUBSCRIPTION and PING: `{"id":1,"code":0,"msg":"spot@…"}`. `code` is 0 even for a refusal. */
export const Answer = z.object({
  id: z.number().int().nullish(),
  code: z.number(),
  msg: z.string(),
})

/** What every binary push has; `reader.ts` reads the rest. */
export const PushName = z.object({ channel: z.string().min(1) })

const PushedLevel = z.object({ price: z.string(), quantity: z.string() })
/** A push of depth as `pushToJson` gives it: integers are text, an empty side and a time that is 0 are absent. */
export const DepthPush = z.object({
  symbol: z.string().min(1),
  sendTime: z.string().optional(),
  publicAggreDepths: z.object({
    bids: z.array(PushedLevel).optional(),
    asks: z.array(PushedLevel).optional(),
    fromVersion: z.string(),
    toVersion: z.string(),
  }),
})

/** GET /api/v3/depth: `{"lastUpdateId":1377043284,"bids":[["30225.80","0.000019"]],"asks":[],"timestamp":1661931910123}` */
export const DepthReply = z.object({
  lastUpdateId: z.number(),
  bids: z.array(z.tuple([z.string(), z.string()], z.unknown())),
  asks: z.array(z.tuple([z.string(), z.string()], z.unknown())),
  timestamp: z.number().nullish(),
})

/** GET /api/v3/time: `{"serverTime":1645539742000}` */
export const TimeReply = z.object({ serverTime: z.number().int().positive() })

/** GET /api/v3/exchangeInfo; rows are checked one by one, so that one odd listing does not lose the rest. */
export const ExchangeInfoReply = z.object({ symbols: z.array(z.unknown()) })

/** Decimal text mostly, but numbers and null occur. */
const Numeric = z.union([z.string(), z.number()]).nullish()

/**
 * A row of exchangeInfo. Only the names are demanded: a row given up would make its instrument look delisted. The precision fields
 * are misnamed by MEXC: `baseSizePrecision` is the smallest quantity, `quoteAmountPrecision` the smallest order value.
 */
export const SymbolRow = z.object({
  symbol: z.string().min(1),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  status: Numeric.catch(null),
  tradeSideType: Numeric.catch(null),
  quotePrecision: Numeric.catch(null),
  quoteAssetPrecision: Numeric.catch(null),
  baseAssetPrecision: Numeric.catch(null),
  baseSizePrecision: Numeric.catch(null),
  quoteAmountPrecision: Numeric.catch(null),
})
export type SymbolRow = z.infer<typeof SymbolRow>

export const KlinesReply = z.array(z.unknown())
/**
 * A row of GET /api/v3/klines: open time (epoch ms), open, high, low, close, base volume, close time, quote volume;
 * `[1640804880000,"47482.36","47482.36","47416.57","47436.1","3.550717",1640804940000,"168387.3"]`.
 */
export const KlineRow = z.array(z.union([z.string(), z.number(), z.null()])).min(6)
export type KlineRow = z.infer<typeof KlineRow>

/** `{"code":700002,"msg":"…"}`, sometimes with `"_extend":null`. */
export const ErrorBody = z.object({ code: z.union([z.number(), z.string()]), msg: z.string().nullish() })
