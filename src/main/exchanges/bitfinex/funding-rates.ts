/** Current funding rates: one row reader for channel `status` and for REST, where the key stands before the same fields. */
import { decimalTextOf } from '../../../shared/amount.ts'
import type { FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import { bad, foreign, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'

/** Places in a row of the stream. */
const column = { at: 0, nextFundingAt: 7, currentFunding: 11, markPrice: 14 } as const
/** Funding is exchanged every eight hours (docs: Derivatives, funding). */
const intervalHours = 8

/**
 * In      [1790133734000,null,86710.46,86670.5,null,62210384.95,null,1790150400000,0.00015317,3873,null,0,null,null,86676.3172,…]
 * Out     CURRENT_FUNDING, "funding applied in the current 8h period", as what is due at NEXT_FUNDING_EVT_MTS. That NEXT_FUNDING_ACCRUED
 *         is not what will be paid then, but in the period after, is how the documentation reads; it was not watched live
 * Empty   a contract without a rate: nothing
 */
export function fundingRateOf(
  row: readonly unknown[],
  instrument: Instrument,
  receivedAt: number,
): RowReading<FundingRate> {
  const [at, next] = [row[column.at], row[column.nextFundingAt]]
  const [current, mark] = [row[column.currentFunding] ?? null, row[column.markPrice] ?? null]
  if (current === null) return foreign
  const rate = decimalTextOf(current)
  if (rate === null) return bad('CURRENT_FUNDING', current, 'no number')
  const markPrice = decimalTextOf(mark)
  if (mark !== null && markPrice === null) return bad('MARK_PRICE', mark, 'no number')
  const isTime = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value > 0
  if (!isTime(at)) return bad('MTS', at, 'no time in milliseconds')
  const nextFundingAt = isTime(next) ? next : null
  const { symbol } = instrument
  return good({
    exchange: 'bitfinex',
    symbol,
    rate,
    nextFundingAt,
    intervalHours,
    markPrice,
    exchangeAt: at,
    receivedAt,
  })
}

/** One call for all of them; more names than these would make the address too long, and all are asked for. */
const mostNames = 20

export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  if (perpetuals.length === 0) return []
  const byName = new Map(perpetuals.map((instrument) => [instrument.nativeName, instrument]))
  const keys = perpetuals.length > mostNames ? 'ALL' : [...byName.keys()].join(',')
  return [
    {
      url: urls.perpetualStatus,
      query: [['keys', keys]],
      pool: 'perpetual-status',
      weight: 1,
      parse(body) {
        if (!Array.isArray(body)) return { ok: false, problem: 'status/deriv: no list' }
        const receivedAt = Date.now()
        return readRows<FundingRate, unknown>('status/deriv', body, 0, (json) => {
          if (!Array.isArray(json) || typeof json[0] !== 'string') return bad('row', json)
          const instrument = byName.get(json[0])
          return instrument === undefined ? foreign : fundingRateOf(json.slice(1), instrument, receivedAt)
        })
      },
    },
  ]
}
