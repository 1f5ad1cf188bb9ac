/** Current funding rates, all in one call, and those that were paid. */

import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import type { SettledRate } from '../contract.ts'
import { RowFields } from '../row-fields.ts'
import { bad, checked, foreign, good, readRows } from '../rows.ts'
import { paidRatesPerCall, urls } from './endpoints.ts'
import { pageOf } from './fields.ts'
import { PaidRateRow, TickerRow } from './schemas.ts'

/**
 * In      {"symbol":"BTCUSDT","markPrice":"114898.43","fundingRate":"0.0001","nextFundingTime":"1760371200000",
 *         "fundingIntervalHour":"8",...}; dated futures stand in the same list
 * Out     the rate due at nextFundingTime, of the perpetuals asked for; one is asked for by its name, several with all there are
 * Source  V5 documentation, "Get Tickers"
 */
export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  const [first, ...others] = perpetuals
  if (first === undefined) return []
  const byName = new Map(perpetuals.map((instrument) => [instrument.nativeName, instrument]))
  return [
    {
      url: urls.tickers,
      query: [['category', 'linear'], ...(others.length === 0 ? [['symbol', first.nativeName] as const] : [])],
      pool: 'market',
      weight: 1,
      parse(body) {
        const page = pageOf(body)
        if (!page.ok) return page
        const receivedAt = Date.now()
        return readRows('tickers', page.value.rows, 'symbol', (json) => {
          const name = typeof json === 'object' && json !== null && 'symbol' in json ? json.symbol : undefined
          if (typeof name !== 'string') return bad('symbol', name)
          const instrument = byName.get(name)
          if (!instrument) return foreign
          return checked(TickerRow, json, (row) => {
            const fields = new RowFields()
            const hours = Number(fields.decimalOrNull('fundingIntervalHour', row.fundingIntervalHour) ?? 0)
            const rate: FundingRate = {
              exchange: 'bybit',
              symbol: instrument.symbol,
              rate: fields.decimal('fundingRate', row.fundingRate),
              nextFundingAt: fields.timeOrNull('nextFundingTime', row.nextFundingTime),
              intervalHours: hours > 0 ? hours : null,
              markPrice: fields.decimalOrNull('markPrice', row.markPrice),
              exchangeAt: null,
              receivedAt,
            }
            return fields.problem ?? good(rate)
          })
        })
      },
    },
  ]
}

/**
 * Documented are the newest 200 up to `endTime`; what several hundred between two times would bring is not, so that the earlier time is
 * left out and older rates are passed over.
 *
 * In      {"symbol":"ETHPERP","fundingRate":"0.0001","fundingRateTimestamp":"1672041600000"}
 * Source  V5 documentation, "Get Funding Rate History"
 */
export const settledRates = (instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]> => ({
  url: urls.fundingHistory,
  query: [
    ['category', 'linear'],
    ['symbol', instrument.nativeName],
    ['endTime', String(to - 1)],
    ['limit', String(paidRatesPerCall)],
  ],
  pool: 'market',
  weight: 1,
  parse(body) {
    const page = pageOf(body)
    if (!page.ok) return page
    return readRows('funding/history', page.value.rows, 'fundingRateTimestamp', (json) =>
      checked(PaidRateRow, json, (row) => {
        const fields = new RowFields()
        const rate: SettledRate = {
          at: fields.time('fundingRateTimestamp', row.fundingRateTimestamp),
          rate: fields.decimal('fundingRate', row.fundingRate),
        }
        if (fields.problem !== null) return fields.problem
        return rate.at < from || rate.at >= to ? foreign : good(rate)
      }),
    )
  },
})
