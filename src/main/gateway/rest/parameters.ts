/** What the routes' parameters look like: text, as a query brings it. */
import { z } from 'zod'
import {
  AccountId,
  type ExchangeId,
  exchangeIds,
  type Instrument,
  instrumentKey,
  OrderSide,
  Period,
  PluginExchangeId,
} from '../../../shared/domain/index.ts'
import { ApiError } from '../errors.ts'
import type { GatewayHub } from '../options.ts'

const names = exchangeIds.map((id) => id.toUpperCase()).join(', ')

export const exchange = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(
    z.union([z.enum(exchangeIds), PluginExchangeId], {
      error: `expected one of ${names}, or a plugin's such as X-ACME`,
    }),
  )
  .describe(`${names}, or a plugin's such as X-ACME, in any case`)

export const symbol = z
  .string()
  .regex(/^[^\s_:*]{1,30}_[^\s_:*]{1,20}(_PERP)?$/, 'expected a symbol such as BTC_USDT or BTC_USDT_PERP')
  .describe('such as BTC_USDT (spot) or BTC_USDT_PERP (linear perpetual)')

export const period = Period.describe('of a candle')
export const account = AccountId.describe('id of one of your accounts')
export const side = OrderSide
export const asset = z
  .string()
  .regex(/^\S{1,30}$/, 'expected an asset such as USDT')
  .describe('such as USDT')

/** A whole number as text; other spellings (0x10, 1e3, blanks) are refused. */
export const number = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,16}$/, `expected a whole number from ${least} to ${most}`)
    .transform(Number)
    .pipe(
      z
        .int()
        .min(least, `expected a whole number from ${least} to ${most}`)
        .max(most, `expected a whole number from ${least} to ${most}`),
    )

export const flag = z
  .enum(['true', 'false'], { error: 'expected true or false' })
  .transform((text) => text === 'true')
  .pipe(z.boolean())

/** 2100-01-01, so that nothing computed from it leaves what a number holds exactly. */
export const latestTime = 4_102_444_800_000
export const time = number(0, latestTime).describe('epoch ms')
export const limit = (standard: number, most = 1_000) => number(1, most).default(standard).describe('rows of one page')
export const cursor = z
  .string()
  .regex(/^\d{1,16}-\d{1,16}$/, 'expected the next of the page before')
  .describe('`next` of the page before')

/** Throws an ApiError: 404 for what no exchange lists. */
export function instrumentOf(hub: Pick<GatewayHub, 'instrument'>, id: ExchangeId, of: string): Instrument {
  const instrument = hub.instrument(instrumentKey(id, of))
  if (instrument) return instrument
  throw new ApiError(
    404,
    `symbol: ${id.toUpperCase()} lists no ${JSON.stringify(of)}; GET /api/v1/instruments?query=… finds what it lists`,
  )
}
