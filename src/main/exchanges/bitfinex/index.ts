/** Bitfinex v2: spot and perpetuals over one API and one socket. Docs: https://docs.bitfinex.com/docs */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange, Maintenance } from '../contract.ts'
import { bad, checked, good, readCandleRows } from '../rows.ts'
import { quirks, unverified } from './about.ts'
import { bitfinexAccount } from './account.ts'
import { bookRules } from './depth.ts'
import {
  candlesPerCall,
  dialect,
  fees,
  pools,
  privateRestOrigin,
  privateStreamOrigin,
  restOrigin,
  streamOrigin,
  urls,
} from './endpoints.ts'
import { fundingRates } from './funding-rates.ts'
import { instruments } from './instruments.ts'
import { candleOf, createNormalizer } from './normalize.ts'
import { CandleRow, PlatformStatus } from './schemas.ts'
import { feeds, route, timeframes } from './subscribe.ts'

export const bitfinex: Connector = {
  exchange: 'bitfinex',
  title: 'Bitfinex',
  kinds: ['spot', 'perpetual'],
  origins: [restOrigin, privateRestOrigin, streamOrigin, privateStreamOrigin],
  fees,
  quirks,
  unverified,
  account: bitfinexAccount,
  feeds,
  route,
  createNormalizer: (_feed, lookup) => createNormalizer(lookup),
  bookRules: () => bookRules,
  dialect,
  pools,
  serverTime,
  maintenance,
  instruments,
  klinesPerCall: () => candlesPerCall,
  klines,
  fundingRates,
}

const platformStatus: Omit<RestCall<unknown>, 'parse'> = {
  url: urls.platformStatus,
  query: [],
  pool: 'platform-status',
  weight: 1,
}

/** The header counts whole seconds: the middle of the one it names is off by half a second at most. */
const halfSecondMs = 500

/** No endpoint tells the time; every reply's `Date` does. */
function serverTime(): RestCall<EpochMs> {
  return {
    ...platformStatus,
    parse(_body, head) {
      const date = head?.headers.date
      const at = typeof date === 'string' ? Date.parse(date) : Number.NaN
      return at > 0
        ? { ok: true, value: at + halfSecondMs }
        : { ok: false, problem: `Date is no time: ${JSON.stringify(date)}` }
    },
  }
}

/** `[0]`: there is maintenance now. Of what is to come it says nothing, nor when it ends. */
function maintenance(): RestCall<readonly Maintenance[]> {
  return {
    ...platformStatus,
    parse(body) {
      const status = PlatformStatus.safeParse(body)
      const [code] = status.data ?? []
      if (code !== 0 && code !== 1) return { ok: false, problem: `platform/status: ${JSON.stringify(body)}` }
      return { ok: true, value: code === 1 ? [] : [{ title: '', from: null, until: null, isOngoing: true }] }
    },
  }
}

/** Ascending, both ends inclusive; minutes without a trade have no candle. The newest row is under way: nothing says so but time. */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to } = range
  return {
    url: `${urls.candles}/trade:${timeframes[period]}:${instrument.nativeName}/hist`,
    query: [
      ['start', String(from)],
      ['end', String(to)],
      ['sort', '1'],
      ['limit', String(candlesPerCall)],
    ],
    pool: 'candles',
    weight: 1,
    parse: (body) => readCandles(body, range),
  }
}

function readCandles(body: unknown, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  if (!Array.isArray(body)) return { ok: false, problem: 'candles: no list' }
  return readCandleRows(range, body, 0, (json) =>
    checked(CandleRow, json, (row) => {
      const candle = candleOf(row)
      return candle === null ? bad('candle', row, 'impossible values') : good({ ...candle, isClosed: null })
    }),
  )
}
