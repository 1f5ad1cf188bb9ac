/** Current funding rates: one reader for the mark price stream and for REST. */
import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { bad, checked, foreign, good, readRows } from '../rows.ts'
import { perpetualRest } from './endpoints.ts'
import { PremiumIndex, PremiumIndexBody, PremiumIndexName } from './schemas.ts'

/**
 * `rate` and `markPrice` as sent. null where the rate is no number. A next time of 0 and a mark price of 0 stand for none (contracts
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
  if (text === null) return null
  const mark = decimalTextOf(markPrice)
  return {
    exchange: 'binance',
    symbol: instrument.symbol,
    rate: text,
    nextFundingAt: nextFundingAt > 0 ? nextFundingAt : null,
    // `fundingInfo` tells it only of contracts with settings of their own
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
        return rate === null ? bad('lastFundingRate', lastFundingRate, 'no number') : good(rate)
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
