/** What an account at Binance pays: spot at once, futures symbol by symbol. */
import { z } from 'zod'
import { decimalTextOf, isSameAmount } from '../../../shared/amount.ts'
import type { AccountFees, EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import type { InstrumentLookup } from '../contract.ts'
import { checked, foreign, good, readRows } from '../rows.ts'
import { unreadable } from './account-lists.ts'

const Rate = z.string().refine((text) => decimalTextOf(text) !== null, 'decimal text')
const AccountRates = z.object({ commissionRates: z.object({ maker: Rate, taker: Rate }) })
const TradeFee = z.object({ symbol: z.string().min(1), makerCommission: Rate, takerCommission: Rate })
const CommissionRate = z.object({ symbol: z.string(), makerCommissionRate: Rate, takerCommissionRate: Rate })

export interface FeeContext {
  readonly account: string
  readonly lookup: InstrumentLookup
  readonly receivedAt: EpochMs
}

/** `commissionRates` of GET /api/v3/account: of every spot symbol. Source: rest-api.md; fixture account_rest.ndjson, `spotAccount` */
export function readSpotRates(body: unknown, { account, receivedAt }: FeeContext): Parsed<AccountFees> {
  const parsed = AccountRates.safeParse(body)
  if (!parsed.success) return unreadable('account', parsed.error.issues)
  const { maker, taker } = parsed.data.commissionRates
  return {
    ok: true,
    value: { account, exchange: 'binance', kind: 'spot', symbol: null, maker, taker, receivedAt },
  }
}

/**
 * GET /sapi/v1/asset/tradeFee (weight 1 by IP): a row for each spot symbol, of which those that say something else than `usual`
 * (promotions, mostly). Source: wallet documentation, "Trade Fee"; fixture account_rest.ndjson, `tradeFee`
 */
export function readTradeFees(
  body: unknown,
  usual: AccountFees,
  { account, lookup, receivedAt }: FeeContext,
): Parsed<readonly AccountFees[]> {
  if (!Array.isArray(body)) return { ok: false, problem: 'tradeFee: no list' }
  const rows = readRows('tradeFee', body, 'symbol', (json) =>
    checked(TradeFee, json, ({ symbol, makerCommission: maker, takerCommission: taker }) => {
      const instrument = lookup.spot.get(symbol)
      if (instrument === undefined) return foreign
      const { exchange, kind } = instrument
      return good<AccountFees>({ account, exchange, kind, symbol: instrument.symbol, maker, taker, receivedAt })
    }),
  )
  if (!rows.ok) return rows
  const isUsual = ({ maker, taker }: AccountFees) =>
    isSameAmount(maker, usual.maker) && isSameAmount(taker, usual.taker)
  return { ...rows, value: rows.value.filter((row) => !isUsual(row)) }
}

/**
 * GET /fapi/v1/commissionRate?symbol= (weight 20).
 * Source: USD-M documentation, "User Commission Rate"; fixture account_rest.ndjson, `commissionRate`
 */
export function readCommissionRate(
  body: unknown,
  { exchange, kind, symbol, nativeName }: Instrument,
  { account, receivedAt }: FeeContext,
): Parsed<AccountFees> {
  const parsed = CommissionRate.safeParse(body)
  if (!parsed.success) return unreadable('commissionRate', parsed.error.issues)
  const { makerCommissionRate: maker, takerCommissionRate: taker } = parsed.data
  if (parsed.data.symbol !== nativeName) {
    return { ok: false, problem: `commissionRate: symbol: ${parsed.data.symbol}: asked for ${nativeName}` }
  }
  return { ok: true, value: { account, exchange, kind, symbol, maker, taker, receivedAt } }
}
