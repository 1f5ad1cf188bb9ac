/** OKX V5: spot and linear perpetual swaps over one API. Docs: https://www.okx.com/docs-v5/en/ */
import { multiplyDecimal, parseDecimal, scaleOf } from '../../../shared/decimal.ts'
import { type InstrumentStatus, type ListedInstrument, periodMs, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { quirks, unverified } from './about.ts'
import { okxAccount } from './account.ts'
import { bookRules } from './depth.ts'
import { candlesPerCall, dialect, fees, pools, recentCandles, restOrigin, streamOrigin, urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { fundingRates, settledRates } from './funding-rates.ts'
import { maintenance } from './maintenance.ts'
import { createNormalizer, readCandle } from './normalize.ts'
import { createReaders } from './reader.ts'
import { CandleRow, InstrumentRow, TimeRow } from './schemas.ts'
import { bars, feeds, route } from './subscribe.ts'

export const okx: Connector = {
  exchange: 'okx',
  title: 'OKX',
  kinds: ['spot', 'perpetual'],
  origins: [restOrigin, streamOrigin],
  fees,
  quirks,
  unverified,
  account: okxAccount,
  feeds,
  route,
  createNormalizer: (feed, lookup) => readFirst(createReaders(feed, lookup), createNormalizer(feed, lookup)),
  bookRules: () => bookRules,
  dialect,
  pools,
  serverTime: () => ({
    url: urls.time,
    query: [],
    pool: 'time',
    weight: 1,
    parse(body) {
      const rows = rowsOf(body)
      if (!rows.ok) return rows
      const row = TimeRow.safeParse(rows.value[0])
      const now = row.success ? parseDecimal(row.data.ts) : Number.NaN
      return now > 0
        ? { ok: true, value: now }
        : { ok: false, problem: `data[0].ts is no time: ${JSON.stringify(rows.value[0])}` }
    },
  }),
  maintenance,
  instruments: () => [instrumentsCall('SPOT'), instrumentsCall('SWAP')],
  klinesPerCall: () => candlesPerCall,
  klines,
  fundingRates,
  settledRates,
}

/**
 * `after` is older than, `before` newer than, both exclusive. /market/candles knows the newest 1,440 bars with the open one;
 * /market/history-candles goes back years, but is not promised to have the newest. Where the caller tells the time, a range
 * within the newest bars is asked of the former; else of the latter, and the stream brings what is newest.
 */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to, now } = range
  const isRecent = now !== undefined && from > now - (recentCandles - 1) * periodMs[period]
  return {
    url: isRecent ? urls.candles : urls.historyCandles,
    query: [
      ['instId', instrument.nativeName],
      ['bar', bars[period]],
      ['after', String(to + 1)],
      ['before', String(from - 1)],
      ['limit', String(candlesPerCall)],
    ],
    pool: isRecent ? 'candles' : 'history-candles',
    weight: 1,
    parse: (body) => readCandles(body, range),
  }
}

/** Rows come newest first. */
function readCandles(body: unknown, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  const rows = rowsOf(body)
  if (!rows.ok) return rows
  return readCandleRows(range, rows.value, 0, (json) =>
    checked(CandleRow, json, (row) => {
      const candle = readCandle(row, range.instrument)
      return candle === null ? bad('candle', row, 'impossible values') : good(candle)
    }),
  )
}

function instrumentsCall(instType: 'SPOT' | 'SWAP'): RestCall<readonly ListedInstrument[]> {
  return {
    url: urls.instruments,
    query: [['instType', instType]],
    pool: 'instruments',
    weight: 1,
    parse: readInstruments,
  }
}

function readInstruments(body: unknown): Parsed<readonly ListedInstrument[]> {
  const rows = rowsOf(body)
  if (!rows.ok) return rows
  const parsed = readListing('instruments', rows.value, 'instId', (json) =>
    checked(InstrumentRow, json, readInstrument),
  )
  if (!parsed.ok) return parsed
  const bySymbol = new Map<string, ListedInstrument>()
  for (const listed of parsed.value) {
    // Two contracts on one pair (`ETH-USD_UM-SWAP` beside another) share a symbol: the one that trades, else the first.
    const known = bySymbol.get(listed.symbol)
    if (!known || (known.status !== 'trading' && listed.status === 'trading')) bySymbol.set(listed.symbol, listed)
  }
  return { ...parsed, value: [...bySymbol.values()] }
}

/**
 * Not ours to list: coin-margined and dated contracts, swaps on stocks, commodities, currencies and bonds, whose base names would collide
 * with tokens, tests, and `preopen` rows of which OKX does not tell all yet. A `preopen` row that has what it needs is listed.
 */
function readInstrument(row: InstrumentRow): RowReading<ListedInstrument> {
  const isSwap = row.instType === 'SWAP'
  if ((!isSwap && row.instType !== 'SPOT') || row.state === 'test') return foreign
  if (isSwap && (row.ctType === 'inverse' || !cryptoCategories.has(row.instCategory ?? ''))) return foreign
  const wrong = (field: keyof InstrumentRow, why: string) =>
    row.state === 'preopen' ? foreign : bad(field, row[field], why)
  if (isSwap && row.ctType !== 'linear') return wrong('ctType', 'neither linear nor inverse')
  // Swap rows leave baseCcy and quoteCcy empty; their underlying `BTC-USDT` names both. Names of instruments are never cut up:
  // `ETH-USD_UM-SWAP` would give a quote asset that does not exist.
  const [base = '', quote = ''] = isSwap ? row.uly.split('-') : [row.baseCcy, row.quoteCcy]
  if (base === '') return wrong(isSwap ? 'uly' : 'baseCcy', 'no base asset')
  if (quote === '') return wrong(isSwap ? 'uly' : 'quoteCcy', 'no quote asset')
  if (isSwap && row.ctValCcy !== base) return wrong('ctValCcy', `a contract is not counted in ${base}`)
  const contractSize = isSwap ? multiplyDecimal(row.ctVal, scaleOf(parseDecimal(row.ctMult))) : 1
  if (!(contractSize > 0)) return wrong('ctVal', `with ctMult ${row.ctMult} no contract size`)
  const size = scaleOf(contractSize)
  const kind = isSwap ? 'perpetual' : 'spot'
  return good({
    exchange: 'okx',
    symbol: symbolOf(base, quote, kind),
    kind,
    base,
    quote,
    nativeName: row.instId,
    tickSize: positiveOrNull(parseDecimal(row.tickSz)),
    lotSize: positiveOrNull(multiplyDecimal(row.lotSz, size)),
    minimumQuantity: positiveOrNull(multiplyDecimal(row.minSz, size)),
    minimumNotional: null,
    contractSize,
    status: statusOf(row.state),
  })
}

/** `instCategory`: 1 crypto, '' not told; 3 stocks, 4 commodities, 5 forex, 6 bonds. */
const cryptoCategories: ReadonlySet<string> = new Set(['1', ''])

const positiveOrNull = (value: number): number | null => (value > 0 ? value : null)

/** `suspend`, `preopen`, `rebase`, `post_only` and states yet to come are listed but cannot be traded at the market. */
function statusOf(state: string): InstrumentStatus {
  if (state === 'live') return 'trading'
  return state === 'expired' ? 'delisted' : 'halted'
}
