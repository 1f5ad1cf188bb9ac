/** Current funding rates: one reader for the mark price stream and for REST. */
import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { SettledRate } from '../contract.ts'
import { bad, checked, foreign, good, readRows } from '../rows.ts'
import { perpetualRest } from './endpoints.ts'
import { FundingInfo, PaidRate, PremiumIndex, PremiumIndexBody, PremiumIndexName } from './schemas.ts'

/**
 * `rate` and `markPrice` as sent. null where either is no number. A next time of 0 and a mark price of 0 stand for none (contracts
 * that pay no funding).
 */
export function fundingRateOf(
  instrument: Instrument,
  rate: string,
  nextFundingAt: EpochMs,
  markPrice: string,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): FundingRate | null {
  const text = decimalTextOf(rate)
  const mark = decimalTextOf(markPrice)
  if (text === null || (mark === null && markPrice !== '') || !(exchangeAt > 0)) return null
  return {
    exchange: 'binance',
    symbol: instrument.symbol,
    rate: text,
    nextFundingAt: nextFundingAt > 0 ? nextFundingAt : null,
    // fundingIntervals() tells it
    intervalHours: null,
    markPrice: mark === null || isZeroAmount(mark) ? null : mark,
    exchangeAt,
    receivedAt,
  }
}

function readRates(body: unknown, byName: ReadonlyMap<string, Instrument>): Parsed<readonly FundingRate[]> {
  const parsed = PremiumIndexBody.safeParse(body)
  if (!parsed.success) return { ok: false, problem: 'premiumIndex: no list' }
  const receivedAt = Date.now()
  return readRows('premiumIndex', parsed.data, 'symbol', (json) =>
    checked(PremiumIndexName, json, ({ symbol }) => {
      const instrument = byName.get(symbol)
      if (instrument === undefined) return foreign
      return checked(PremiumIndex, json, (row) => {
        const { lastFundingRate, nextFundingTime, markPrice, time } = row
        const rate = fundingRateOf(instrument, lastFundingRate, nextFundingTime, markPrice, time, receivedAt)
        return rate === null
          ? bad('lastFundingRate', lastFundingRate, `no number, or none as time: ${time}`)
          : good(rate)
      })
    }),
  )
}

/**
 * One call for all contracts, of which those asked for are kept: weight 10, where each by itself costs 1.
 * Source: USD-M documentation, "Mark Price" (`GET /fapi/v1/premiumIndex`)
 */
export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  if (perpetuals.length === 0) return []
  const byName = new Map(perpetuals.map((instrument) => [instrument.nativeName, instrument]))
  return [
    {
      url: `${perpetualRest}/fapi/v1/premiumIndex`,
      query: [],
      pool: 'perpetual',
      weight: 10,
      parse: (body) => readRates(body, byName),
    },
  ]
}

/** Of contracts that `fundingInfo` does not list. */
const usualHours = 8

/**
 * One call for all contracts. A row that cannot be read leaves its contract out, so that it is not taken for one that is not listed.
 * Source: USD-M documentation, "Get Funding Rate Info" (`GET /fapi/v1/fundingInfo`)
 */
export function fundingIntervals(instruments: readonly Instrument[]): RestCall<ReadonlyMap<string, number>> {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  return {
    url: `${perpetualRest}/fapi/v1/fundingInfo`,
    query: [],
    pool: 'perpetual-funding',
    weight: 1,
    parse(body) {
      const rows = PremiumIndexBody.safeParse(body)
      if (!rows.success) return { ok: false, problem: 'fundingInfo: no list' }
      const hoursOf = new Map<string, number | null>()
      for (const json of rows.data) {
        const named = PremiumIndexName.safeParse(json)
        if (!named.success) return { ok: false, problem: 'fundingInfo: a row without its symbol' }
        hoursOf.set(named.data.symbol, FundingInfo.safeParse(json).data?.fundingIntervalHours ?? null)
      }
      const told = perpetuals.flatMap(({ symbol, nativeName }): [string, number][] => {
        const hours = hoursOf.has(nativeName) ? (hoursOf.get(nativeName) ?? null) : usualHours
        return hours === null ? [] : [[symbol, hours]]
      })
      return { ok: true, value: new Map(told) }
    },
  }
}

/** Rows that one reply holds at most; of more it would give the oldest. */
const paidRatesPerCall = 1_000
/** No contract pays more often. */
const shortestIntervalMs = 3_600_000

/**
 * What was paid, ascending. The window is no longer than what fits into one reply.
 *
 * In      {"symbol":"BTCUSDT","fundingRate":"-0.03750000","fundingTime":1570608000000,"markPrice":"34287.54619963"}
 * Source  USD-M documentation, "Get Funding Rate History" (`GET /fapi/v1/fundingRate`)
 */
export const settledRates = (instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]> => ({
  url: `${perpetualRest}/fapi/v1/fundingRate`,
  query: [
    ['symbol', instrument.nativeName],
    ['startTime', String(Math.max(from, to - paidRatesPerCall * shortestIntervalMs))],
    ['endTime', String(to - 1)],
    ['limit', String(paidRatesPerCall)],
  ],
  pool: 'perpetual-funding',
  weight: 1,
  parse(body) {
    const rows = PremiumIndexBody.safeParse(body)
    if (!rows.success) return { ok: false, problem: 'fundingRate: no list' }
    return readRows('fundingRate', rows.data, 'fundingTime', (json) =>
      checked(PaidRate, json, ({ fundingTime, fundingRate }) => {
        const rate = decimalTextOf(fundingRate)
        return rate === null ? bad('fundingRate', fundingRate, 'no number') : good({ at: fundingTime, rate })
      }),
    )
  },
})
