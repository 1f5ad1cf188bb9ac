/** Funding rates of the swaps: the current one by stream and by REST, and those that were paid. */
import { decimalTextOf } from '../../../shared/amount.ts'
import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import type { InstrumentLookup, Normalized, SettledRate } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { FundingNotice, FundingRateRow, type OpFrame, PaidRateRow, PaidRatesReply, Rows } from './schemas.ts'
import { rejected } from './wire.ts'

const hourMs = 3_600_000
/** HTX tells no interval; most contracts pay every 8 hours, and which do not is not told either. */
const usualIntervalMs = 8 * hourMs
const paidRatesPerPage = 50

const timeOf = (text: string | null | undefined): EpochMs | null =>
  text !== null && text !== undefined && /^\d{12,14}$/.test(text) ? Number(text) : null

function rateOf(
  instrument: Instrument,
  rate: string,
  dueAt: string,
  dueField: string,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): RowReading<FundingRate> {
  const text = decimalTextOf(rate)
  if (text === null) return bad('funding_rate', rate, 'no decimal number')
  const nextFundingAt = timeOf(dueAt)
  if (nextFundingAt === null) return bad(dueField, dueAt, 'no time in milliseconds')
  const { symbol } = instrument
  return good({
    ...{ exchange: 'htx', symbol, rate: text, nextFundingAt, intervalHours: null, markPrice: null },
    ...{ exchangeAt, receivedAt },
  })
}

/**
 * A push of `public.$contract.funding_rate`, about once a minute.
 *
 * In      {"op":"notify","topic":"public.BTC-USDT.funding_rate","ts":1603778748166,"data":[{"contract_code":"BTC-USDT",
 *         "funding_time":"1603778700000","funding_rate":"-0.000220068774978695","settlement_time":"1603785600000"}]}
 * Out     one funding_rate per row, due at settlement_time (funding_time is here when it was worked out); exchangeAt = ts
 * Source  USDT-M "Subscribe funding rate push (no authentication)"; fixture htx/documented.ndjson
 */
export function normalizeFunding({ ts, data }: OpFrame, receivedAt: EpochMs, lookup: InstrumentLookup): Normalized {
  if (!Array.isArray(data)) return rejected('schema', 'funding_rate: data: no list')
  const events = []
  for (const json of data) {
    let nativeName = ''
    const reading = checked(FundingNotice, json, (row) => {
      nativeName = row.contract_code
      const instrument = lookup.perpetual.get(nativeName)
      if (instrument === undefined) return foreign
      const exchangeAt = ts === undefined ? null : timeOf(String(ts))
      if (ts !== undefined && exchangeAt === null) return bad('ts', ts, 'no time in milliseconds')
      return rateOf(instrument, row.funding_rate, row.settlement_time, 'settlement_time', exchangeAt, receivedAt)
    })
    if (reading.kind === 'foreign') return rejected('unknownInstrument', nativeName)
    if (reading.kind === 'bad') return rejected('value', `funding_rate ${reading.problem}`)
    events.push({ kind: 'funding_rate', rate: reading.value } as const)
  }
  return { kind: 'events', events }
}

/**
 * All contracts in one call; of which those asked for are kept.
 *
 * In      {"status":"ok","data":[{"funding_rate":"-0.007500000000000000","contract_code":"ETC-USDT","funding_time":"1613976000000",...}]}
 * Out     the rate due at funding_time (here the next payment); a contract that is not traded has none, and is left out
 * Source  USDT-M "Query a batch of funding rate"
 */
export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  if (perpetuals.length === 0) return []
  const byName = new Map(perpetuals.map((instrument) => [instrument.nativeName, instrument]))
  const [only, ...others] = perpetuals
  return [
    {
      url: urls.fundingRates,
      query: only === undefined || others.length > 0 ? [] : [['contract_code', only.nativeName]],
      pool: 'swap-public',
      weight: 1,
      parse(body) {
        const reply = Rows.safeParse(body)
        if (!reply.success) return { ok: false, problem: 'funding rates: data: no list' }
        const receivedAt = Date.now()
        return readRows('funding rates', reply.data.data, 'contract_code', (json) =>
          checked(FundingRateRow, json, (row) => readRate(row, byName.get(row.contract_code), receivedAt)),
        )
      },
    },
  ]
}

function readRate(
  { funding_rate, funding_time }: FundingRateRow,
  instrument: Instrument | undefined,
  receivedAt: EpochMs,
): RowReading<FundingRate> {
  if (instrument === undefined || !funding_rate || !funding_time) return foreign
  return rateOf(instrument, funding_rate, funding_time, 'funding_time', null, receivedAt)
}

/**
 * What was paid, in pages of 50, newest first, without a window of time: the page is reckoned for payments every 8 hours, so that of a
 * contract that pays more often only the newest are found.
 *
 * In      {"status":"ok","data":{"total_page":14,"data":[{"funding_rate":"0.000100000000000000","funding_time":"1603670400000",...}]}}
 * Source  USDT-M "Query historical funding rate"
 */
export const settledRates = (instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]> => {
  const newer = Math.floor(Date.now() / usualIntervalMs) - Math.ceil(to / usualIntervalMs) + 1
  return {
    url: urls.fundingRateHistory,
    query: [
      ['contract_code', instrument.nativeName],
      ['page_index', String(Math.floor(Math.max(0, newer) / paidRatesPerPage) + 1)],
      ['page_size', String(paidRatesPerPage)],
    ],
    pool: 'swap-public',
    weight: 1,
    parse(body) {
      const reply = PaidRatesReply.safeParse(body)
      if (!reply.success) return { ok: false, problem: 'paid funding rates: data.data: no list' }
      return readRows('paid funding rates', reply.data.data.data, 'funding_time', (json) =>
        checked(PaidRateRow, json, (row): RowReading<SettledRate> => {
          const [at, rate] = [timeOf(row.funding_time), decimalTextOf(row.funding_rate)]
          if (at === null) return bad('funding_time', row.funding_time, 'no time in milliseconds')
          if (rate === null) return bad('funding_rate', row.funding_rate, 'no decimal number')
          return at >= from && at < to ? good({ at, rate }) : foreign
        }),
      )
    },
  }
}
