/** Funding rates of perpetuals, by REST. Docs: https://www.kucoin.com/docs-new/rest/futures-trading/funding-fees */
import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import type { SettledRate } from '../contract.ts'
import { bad, checked, foreign, good, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './replies.ts'
import { ContractFunding, PaidRate } from './schemas.ts'

const hourMs = 3_600_000

/**
 * One call for all contracts there are.
 *
 * In      {"symbol":"XBTUSDTM","fundingFeeRate":0.000038,"fundingRateGranularity":28800000,"nextFundingRateTime":10561278,
 *         "nextFundingRateDateTime":1790121600000,"markPrice":39995.94,…}
 * Out     the rate due at nextFundingRateDateTime (`nextFundingRateTime` is the time left until then); no time of its own
 */
export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  if (perpetuals.length === 0) return []
  const byName = new Map(perpetuals.map((instrument) => [instrument.nativeName, instrument]))
  return [
    {
      url: urls.contracts,
      query: [],
      pool: 'public',
      weight: 3,
      parse: (body) =>
        rowsOf(body, (rows) => {
          const receivedAt = Date.now()
          return readRows('contracts', rows, 'symbol', (json) => {
            const instrument = byName.get(nameOf(json))
            if (instrument === undefined) return foreign
            return checked(ContractFunding, json, (row) => {
              const rate = decimalTextOf(row.fundingFeeRate)
              if (rate === null) return bad('fundingFeeRate', row.fundingFeeRate, 'no rate')
              const { fundingRateGranularity: interval, nextFundingRateDateTime: nextFundingAt } = row
              const markPrice = decimalTextOf(row.markPrice)
              return good<FundingRate>({
                exchange: 'kucoin',
                symbol: instrument.symbol,
                rate,
                nextFundingAt: nextFundingAt ?? null,
                intervalHours: interval ? interval / hourMs : null,
                markPrice: markPrice === null || isZeroAmount(markPrice) ? null : markPrice,
                exchangeAt: null,
                receivedAt,
              })
            })
          })
        }),
    },
  ]
}

const nameOf = (row: unknown): string =>
  typeof row === 'object' && row !== null && 'symbol' in row && typeof row.symbol === 'string' ? row.symbol : ''

/**
 * What was paid, newest first. How many rows one reply holds at most is not documented, and whether `to` counts neither: it is asked for a
 * millisecond less.
 *
 * In      {"symbol":"XBTUSDTM","fundingRate":2.1E-4,"timepoint":1702296000000}
 */
export const settledRates = (instrument: Instrument, from: number, to: number): RestCall<readonly SettledRate[]> => ({
  url: urls.paidRates,
  query: [
    ['symbol', instrument.nativeName],
    ['from', String(from)],
    ['to', String(to - 1)],
  ],
  pool: 'public',
  weight: 5,
  parse: (body) =>
    rowsOf(body, (rows) =>
      readRows('funding-rates', rows, 'timepoint', (json) =>
        checked(PaidRate, json, ({ fundingRate, timepoint }) => {
          const rate = decimalTextOf(fundingRate)
          if (timepoint < from || timepoint >= to) return foreign
          return rate === null ? bad('fundingRate', fundingRate, 'no rate') : good({ at: timepoint, rate })
        }),
      ),
    ),
})
