/** Funding rates of Gate's perpetuals, by REST and by stream. Sources: API V4 "Get a single contract"; stream document "futures.tickers". */
import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { EpochMs, FundingRate, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Normalized, SettledRate } from '../contract.ts'
import { bad, checked, good, readRows } from '../rows.ts'
import { decimalSizes, urls } from './endpoints.ts'
import { ContractFunding, PaidRate, PerpetualTickers, problemOf, Rows } from './schemas.ts'

/** Above so many one call for the whole list (some 700 contracts) is cheaper than one each. */
const singlyUpTo = 5

/** GET /futures/usdt/contracts[/{contract}]: the tickers have no funding interval. */
export function fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[] {
  const wanted = new Map(
    instruments.filter(({ kind }) => kind === 'perpetual').map((instrument) => [instrument.nativeName, instrument]),
  )
  const call = (url: string, rowsOf: (body: unknown) => unknown): RestCall<readonly FundingRate[]> => ({
    url,
    query: [],
    headers: decimalSizes,
    pool: 'futures/contracts',
    weight: 1,
    parse: (body) => readContracts(rowsOf(body), wanted),
  })
  if (wanted.size === 0) return []
  if (wanted.size > singlyUpTo) return [call(urls.contracts, (body) => body)]
  return [...wanted.keys()].map((name) => call(`${urls.contracts}/${encodeURIComponent(name)}`, (body) => [body]))
}

/** Rows that one reply holds at most. */
const paidRatesPerCall = 1_000

/**
 * What was paid, newest first; times in seconds.
 *
 * In      {"r":"0.000157","t":1543968000}
 * Source  API V4, "Futures market historical funding rate" (`GET /futures/{settle}/funding_rate`)
 */
export const settledRates = (instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]> => ({
  url: urls.paidRates,
  query: [
    ['contract', instrument.nativeName],
    ['from', String(Math.ceil(from / 1_000))],
    ['to', String(Math.ceil(to / 1_000) - 1)],
    ['limit', String(paidRatesPerCall)],
  ],
  pool: 'futures/funding_rate',
  weight: 1,
  parse(body) {
    const rows = Rows.safeParse(body)
    if (!rows.success) return { ok: false, problem: `funding_rate: ${problemOf(rows.error)}` }
    return readRows('funding_rate', rows.data, 't', (json) =>
      checked(PaidRate, json, ({ r, t }) => {
        const rate = decimalTextOf(r)
        return rate === null ? bad('r', r, 'no number') : good({ at: t * 1_000, rate })
      }),
    )
  },
})

function readContracts(body: unknown, wanted: ReadonlyMap<string, Instrument>): Parsed<readonly FundingRate[]> {
  const rows = Rows.safeParse(body)
  if (!rows.success) return { ok: false, problem: `contracts: ${problemOf(rows.error)}` }
  const ours = rows.data.filter((row) => wanted.has(nameOf(row)))
  if (rows.data.length > 0 && ours.length === 0) return { ok: false, problem: 'contracts: none of those asked for' }
  const receivedAt = Date.now()
  return readRows('contracts', ours, 'name', (json) =>
    checked(ContractFunding, json, (row) => {
      const rate = rateOf(wanted.get(row.name), row, null, receivedAt)
      return rate === null ? bad('funding_rate', row.funding_rate, 'no rate') : good(rate)
    }),
  )
}

const nameOf = (row: unknown): string =>
  typeof row === 'object' && row !== null && 'name' in row && typeof row.name === 'string' ? row.name : ''

/** What is known of a contract's funding: the fields that REST and stream share. */
interface Funding {
  readonly mark_price?: string | number | null | undefined
  readonly funding_rate?: string | number | null | undefined
  /** seconds */
  readonly funding_interval?: number | null | undefined
  /** unix seconds */
  readonly funding_next_apply?: number | null | undefined
}

/** null where there is no rate, or no instrument. */
function rateOf(
  instrument: Instrument | undefined,
  funding: Funding,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): FundingRate | null {
  const rate = decimalTextOf(funding.funding_rate)
  if (!instrument || rate === null) return null
  const { funding_next_apply: next, funding_interval: interval } = funding
  const markPrice = decimalTextOf(funding.mark_price)
  return {
    exchange: 'gate',
    symbol: instrument.symbol,
    rate,
    nextFundingAt: next ? next * 1000 : null,
    intervalHours: interval ? interval / 3600 : null,
    markPrice: markPrice === null || isZeroAmount(markPrice) ? null : markPrice,
    exchangeAt,
    receivedAt,
  }
}

/**
 * futures.tickers: an array, about once a second. Whether every push carries every field is not documented, so what is absent stands as
 * the connection last told it; before a rate came nothing goes out.
 *
 * In      [{"contract":"BTC_USDT","mark_price":"77183.5","funding_rate":"0.000072","funding_interval":28800,
 *           "funding_next_apply":1789459200,"t":1789456337802,…}]
 * Out     one funding_rate per contract; exchangeAt = t, or the frame's time
 */
export function createTickerNormalizer(instruments: ReadonlyMap<string, Instrument>) {
  const known = new Map<string, Funding>()
  return (result: unknown, sentAt: EpochMs, receivedAt: EpochMs): Normalized => {
    const parsed = PerpetualTickers.safeParse(result)
    if (!parsed.success) return { kind: 'rejected', reason: 'schema', detail: problemOf(parsed.error) }
    const rates: FundingRate[] = []
    for (const row of parsed.data) {
      const instrument = instruments.get(row.contract)
      if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: row.contract }
      for (const name of ['funding_rate', 'mark_price'] as const) {
        const told = row[name]
        if (told && decimalTextOf(told) === null)
          return { kind: 'rejected', reason: 'value', detail: `${row.contract} ${name} ${told}` }
      }
      const before = known.get(row.contract)
      const funding = {
        mark_price: row.mark_price ?? before?.mark_price,
        funding_rate: row.funding_rate || before?.funding_rate,
        funding_interval: row.funding_interval ?? before?.funding_interval,
        funding_next_apply: row.funding_next_apply ?? before?.funding_next_apply,
      }
      known.set(row.contract, funding)
      const exchangeAt = row.t ?? (Number.isNaN(sentAt) ? null : sentAt)
      if (exchangeAt !== null && !(exchangeAt > 0))
        return { kind: 'rejected', reason: 'value', detail: `${row.contract} t ${exchangeAt}` }
      const rate = rateOf(instrument, funding, exchangeAt, receivedAt)
      if (rate !== null) rates.push(rate)
    }
    if (rates.length === 0) return { kind: 'control', control: { type: 'ignored' } }
    return { kind: 'events', events: rates.map((rate) => ({ kind: 'funding_rate', rate })) }
  }
}
