/** Current funding rates: one row reader for channel `funding-rate` and for REST. */

import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import type { SettledRate } from '../contract.ts'
import { RowFields } from '../row-fields.ts'
import { bad, checked, foreign, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { FundingRateRow, PaidRateRow } from './schemas.ts'

const hourMs = 3_600_000

/**
 * In      {"fundingRate":"0.0001875391284828","fundingTime":"1700726400000","instId":"BTC-USDT-SWAP","method":"current_period",
 *         "nextFundingTime":"1700755200000","ts":"1700724675402",...}
 * Out     the rate due at fundingTime; the interval is the time from there to the settlement after it. No mark price is told.
 */
export function fundingRateOf(
  row: FundingRateRow,
  instrument: Instrument,
  receivedAt: EpochMs,
): RowReading<FundingRate> {
  const fields = new RowFields()
  const nextFundingAt = fields.time('fundingTime', row.fundingTime)
  const following = fields.timeOrNull('nextFundingTime', row.nextFundingTime)
  const rate: FundingRate = {
    exchange: 'okx',
    symbol: instrument.symbol,
    rate: fields.decimal('fundingRate', row.fundingRate),
    nextFundingAt,
    intervalHours: following !== null && following > nextFundingAt ? (following - nextFundingAt) / hourMs : null,
    markPrice: null,
    exchangeAt: fields.timeOrNull('ts', row.ts),
    receivedAt,
  }
  return fields.problem ?? good(rate)
}

/** One call: for the one instrument, or for all that OKX has, of which those asked for are kept. */
export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  const [first, ...others] = perpetuals
  if (first === undefined) return []
  const byName = new Map(perpetuals.map((instrument) => [instrument.nativeName, instrument]))
  return [
    {
      url: urls.fundingRate,
      query: [['instId', others.length === 0 ? first.nativeName : 'ANY']],
      pool: 'funding-rate',
      weight: 1,
      parse(body) {
        const rows = rowsOf(body)
        if (!rows.ok) return rows
        const receivedAt = Date.now()
        return readRows('funding-rate', rows.value, 'instId', (json) => {
          const name = typeof json === 'object' && json !== null && 'instId' in json ? json.instId : undefined
          if (typeof name !== 'string') return bad('instId', name)
          const instrument = byName.get(name)
          return instrument
            ? checked(FundingRateRow, json, (row) => fundingRateOf(row, instrument, receivedAt))
            : foreign
        })
      },
    },
  ]
}

/** Rows that one reply holds at most. */
const paidRatesPerCall = 400

/**
 * What was paid; newest first, three months at most. `after` is older than, `before` newer than, both exclusive.
 *
 * In      {"fundingRate":"0.0000746604960499","fundingTime":"1703059200000","realizedRate":"0.0000746572360545",...}
 * Out     the realised rate
 * Source  API v5, "Get funding rate history"
 */
export const settledRates = (instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]> => ({
  url: urls.fundingRateHistory,
  query: [
    ['instId', instrument.nativeName],
    ['before', String(from - 1)],
    ['after', String(to)],
    ['limit', String(paidRatesPerCall)],
  ],
  pool: 'funding-rate-history',
  weight: 1,
  parse(body) {
    const rows = rowsOf(body)
    if (!rows.ok) return rows
    return readRows('funding-rate-history', rows.value, 'fundingTime', (json) =>
      checked(PaidRateRow, json, (row) => {
        const fields = new RowFields()
        const rate: SettledRate = {
          at: fields.time('fundingTime', row.fundingTime),
          rate: fields.decimal('realizedRate', row.realizedRate),
        }
        return fields.problem ?? good(rate)
      }),
    )
  },
})
