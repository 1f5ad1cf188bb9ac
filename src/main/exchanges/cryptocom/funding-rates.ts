/** Funding rates of Crypto.com's perpetuals, which settle every hour: by stream, by REST, and those that were paid. */

import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { SettledRate } from '../contract.ts'
import { RowFields } from '../row-fields.ts'
import { bad, checked, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { Valuation } from './schemas.ts'

const hourMs = 3_600_000
const intervalHours = 1
/** Rows asked for in one reply; the default is 25, and the most that one may ask for is not documented. */
const paidRatesPerCall = 100

/**
 * In      {"v":"-0.000006242","t":1786480859000}
 * Out     the hourly rate in force at `t`, settled at the end of the hour
 */
export function fundingRateOf(row: Valuation, instrument: Instrument, receivedAt: EpochMs): RowReading<FundingRate> {
  const fields = new RowFields()
  const at = fields.time('t', row.t)
  const rate: FundingRate = {
    exchange: 'cryptocom',
    symbol: instrument.symbol,
    rate: fields.decimal('v', row.v),
    nextFundingAt: (Math.floor(at / hourMs) + 1) * hourMs,
    intervalHours,
    markPrice: null,
    exchangeAt: at,
    receivedAt,
  }
  return fields.problem ?? good(rate)
}

const valuations = <T>(
  instrument: Instrument,
  type: 'funding_rate' | 'funding_hist',
  more: RestCall<T>['query'],
  parse: (rows: readonly unknown[]) => Parsed<T>,
): RestCall<T> => ({
  url: urls.valuations,
  query: [['instrument_name', instrument.nativeName], ['valuation_type', type], ...more],
  pool: 'get-valuations',
  weight: 1,
  parse(body) {
    const rows = rowsOf(body)
    return rows.ok ? parse(rows.value) : rows
  },
})

/** One call for each: there is no list of all. */
export const fundingRates = (instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] =>
  instruments
    .filter(({ kind }) => kind === 'perpetual')
    .map((instrument) =>
      valuations(instrument, 'funding_rate', [['count', '1']], (rows) => {
        const receivedAt = Date.now()
        return readRows('funding_rate', rows, 't', (json) =>
          checked(Valuation, json, (row) => fundingRateOf(row, instrument, receivedAt)),
        )
      }),
    )

/**
 * What was paid. Whether the ends of a range belong to it is not documented: a little more is asked for, and what is outside is
 * dropped.
 *
 * In      {"v":"0.000012","t":1786478400000}
 * Source  "public/get-valuations", valuation_type funding_hist: hourly
 */
export const settledRates = (instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]> =>
  valuations(
    instrument,
    'funding_hist',
    [
      ['count', String(paidRatesPerCall)],
      ['start_ts', String(from - 1)],
      ['end_ts', String(to + 1)],
    ],
    (rows) => {
      const parsed = readRows('funding_hist', rows, 't', (json) =>
        checked(Valuation, json, (row): RowReading<SettledRate> => {
          const fields = new RowFields()
          const rate = { at: fields.time('t', row.t), rate: fields.decimal('v', row.v) }
          if (fields.problem !== null) return fields.problem
          return rate.at % hourMs === 0 ? good(rate) : bad('t', row.t, 'no full hour')
        }),
      )
      if (!parsed.ok) return parsed
      return { ...parsed, value: parsed.value.filter(({ at }) => at >= from && at < to) }
    },
  )
