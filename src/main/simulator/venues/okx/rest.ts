/** OKX's REST under /api/v5: envelope, error codes and per-endpoint limits as documented; public lists here, private ones beside. */
import { type EpochMs, openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { createAssets } from '../../assets.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { checkRequest, unauthorized } from './auth.ts'
import { type Frames, periodsByBar } from './frames.ts'
import { createPrivateRest, type PrivateEndpoint } from './private-rest.ts'
import type { PrivateRows } from './private-rows.ts'

/** Data of a reply, or the reply that says why there is none. */
type Answer = readonly unknown[] | VenueReply
const isReply = (answer: Answer): answer is VenueReply => !Array.isArray(answer)

const failed = (status: number, code: string, msg: string): VenueReply => ({ status, body: { code, msg, data: [] } })
const missing = (name: string) => failed(400, '50014', `Parameter ${name} can not be empty.`)
const wrong = (name: string) => failed(400, '51000', `Parameter ${name} error`)
const tooMany = () => failed(429, '50011', 'Too Many Requests')
const unknownInstrument = () => failed(200, '51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")

interface Endpoint {
  /** Requests in 2 s from one address, or in `windowMs`. */
  readonly limit: number
  readonly windowMs?: number
  /** The parameter that the limit is counted by too. */
  readonly limitedBy?: string
  answer(query: URLSearchParams): Answer
}

const windowMs = 2_000
/** /market/candles keeps this many bars. */
const recentBars = 1_440
const fundingMs = 8 * 3_600_000
const fundingMemoryMs = 92 * 86_400_000

export function createRest(
  market: SimMarket,
  frames: Frames,
  account: SimAccount,
  rows: PrivateRows,
  limits: number,
  maintenance: () => readonly SimMaintenance[],
  seed: number,
): (request: VenueRequest) => VenueReply {
  const counts = new WindowCounts()

  /** `who` is an address, or the user of a private endpoint. */
  function isOverLimit(path: string, who: string, limit: number, forMs = windowMs): boolean {
    return counts.add(`${path} ${who}`, forMs, market.now()) > limit * limits
  }

  /** Every endpoint about one instrument begins so. */
  function ofInstrument(query: URLSearchParams, answer: (instrument: SimInstrument) => Answer): Answer {
    const instId = query.get('instId')
    if (!instId) return missing('instId')
    const instrument = frames.find(instId)
    return instrument ? answer(instrument) : unknownInstrument()
  }

  /** `SPOT` and `SWAP` list something here; the other types are OKX's, too, and empty. */
  function ofType(query: URLSearchParams, answer: (instruments: readonly SimInstrument[]) => Answer): Answer {
    const instType = query.get('instType')
    if (!instType) return missing('instType')
    if (!['SPOT', 'SWAP', 'MARGIN', 'FUTURES', 'OPTION'].includes(instType)) return wrong('instType')
    const listed = frames.instruments.filter((instrument) => frames.instType(instrument) === instType)
    const instId = query.get('instId')
    if (!instId) return answer(listed)
    const instrument = listed.find((one) => frames.instId(one) === instId)
    return instrument ? answer([instrument]) : unknownInstrument()
  }

  /**
   * The newest `limit` candles older than `after` and newer than `before` (both exclusive), newest first. With `before` alone
   * that is the newest of all, not the ones that follow it. History has closed candles only.
   */
  function candles(query: URLSearchParams, isHistory: boolean): Answer {
    return ofInstrument(query, (instrument) => {
      const period = periodsByBar.get(query.get('bar') ?? '1m')
      if (!period) return wrong('bar')
      const limit = integer(query.get('limit'), 100, 300)
      if (limit === null) return wrong('limit')
      const after = time(query.get('after'))
      if (after === null) return wrong('after')
      const before = time(query.get('before'))
      if (before === null) return wrong('before')
      const step = periodMs[period]
      const newest = openTimeOf(market.now(), period)
      const to = Math.min(
        isHistory ? newest - step : newest,
        after === undefined ? newest : Math.ceil(after / step - 1) * step,
      )
      const from = Math.max(
        to - (limit - 1) * step,
        isHistory ? 0 : newest - (recentBars - 1) * step,
        before === undefined ? 0 : Math.floor(before / step + 1) * step,
      )
      return from > to ? [] : market.klines(instrument, period, from, to).map(frames.candle).reverse()
    })
  }

  const endpoints: Readonly<Record<string, Endpoint>> = {
    '/public/time': { limit: 10, answer: () => [{ ts: String(market.now()) }] },
    '/public/instruments': {
      limit: 20,
      limitedBy: 'instType',
      answer: (query) => ofType(query, (instruments) => instruments.map(frames.instrument)),
    },
    '/public/funding-rate': {
      limit: 10,
      limitedBy: 'instId',
      answer: (query) => {
        const swaps = frames.instruments.filter(({ kind }) => kind === 'perpetual')
        if (query.get('instId') === 'ANY') return swaps.map(frames.fundingRate)
        return ofInstrument(query, (instrument) =>
          instrument.kind === 'perpetual' ? [frames.fundingRate(instrument)] : wrong('instId'),
        )
      },
    },
    // Newest first, three months; `after` is older than, `before` newer than, both exclusive.
    '/public/funding-rate-history': {
      limit: 10,
      limitedBy: 'instId',
      answer: (query) =>
        ofInstrument(query, (instrument) => {
          if (instrument.kind !== 'perpetual') return wrong('instId')
          const limit = integer(query.get('limit'), 400, 400)
          if (limit === null) return wrong('limit')
          const [after, before] = [time(query.get('after')), time(query.get('before'))]
          if (after === null) return wrong('after')
          if (before === null) return wrong('before')
          const newest = Math.min(market.now(), (after ?? Number.POSITIVE_INFINITY) - 1)
          const oldest = Math.max(market.now() - fundingMemoryMs, (before ?? 0) + 1)
          const rows: unknown[] = []
          for (let at = newest - (newest % fundingMs); at >= oldest && rows.length < limit; at -= fundingMs)
            rows.push(frames.paidRate(instrument, at))
          return rows
        }),
    },
    '/public/mark-price': {
      limit: 10,
      limitedBy: 'instId',
      answer: (query) => ofType(query, (instruments) => instruments.map(frames.markPrice)),
    },
    '/market/candles': { limit: 40, answer: (query) => candles(query, false) },
    '/market/history-candles': { limit: 20, answer: (query) => candles(query, true) },
    '/market/ticker': {
      limit: 20,
      answer: (query) => ofInstrument(query, (instrument) => [frames.ticker(market.quote(instrument))]),
    },
    '/market/tickers': {
      limit: 20,
      answer: (query) =>
        ofType(query, (instruments) => instruments.map((instrument) => frames.ticker(market.quote(instrument)))),
    },
    '/market/books': {
      limit: 40,
      answer: (query) =>
        ofInstrument(query, (instrument) => {
          const depth = integer(query.get('sz'), 1, 400)
          if (depth === null) return wrong('sz')
          const book = market.book(instrument)
          return [{ ...frames.book(book, depth), ts: String(book.at), seqId: book.updateId }]
        }),
    },
    '/market/trades': {
      limit: 100,
      answer: (query) =>
        ofInstrument(query, (instrument) => {
          const limit = integer(query.get('limit'), 100, 500)
          return limit === null ? wrong('limit') : market.trades(instrument, limit).map(frames.trade).reverse()
        }),
    },
    '/system/status': {
      limit: 1,
      windowMs: 5_000,
      answer: (query) =>
        maintenance()
          .map(maintenanceRow)
          .filter(({ state }) => state === (query.get('state') || state)),
    },
  }

  const privateEndpoints = createPrivateRest(account, frames, rows, createAssets(seed, 'okx', market))

  /** Limits of private endpoints are the user's, so that the key comes first. */
  function answerPrivately(path: string, { limit, windowMs, answer }: PrivateEndpoint, request: VenueRequest): Answer {
    const checked = checkRequest(account, request)
    if (!checked.ok) return unauthorized(checked)
    if (request.method !== 'GET') return failed(405, '50115', 'Invalid request method')
    if (isOverLimit(path, account.userId, limit, windowMs)) return tooMany()
    return answer(request.query, checked.key)
  }

  function answerPublicly(
    path: string,
    { limit, limitedBy, windowMs, answer }: Endpoint,
    request: VenueRequest,
  ): Answer {
    const { method, address, query } = request
    if (method !== 'GET') return failed(405, '50115', 'Invalid request method')
    const who = limitedBy ? `${address} ${query.get(limitedBy)}` : address
    return isOverLimit(path, who, limit, windowMs) ? tooMany() : answer(query)
  }

  return (request) => {
    const path = request.path.startsWith('/api/v5/') ? request.path.slice('/api/v5'.length) : ''
    const isRest = request.origin.startsWith('http')
    const open = isRest && Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
    const closed = isRest && Object.hasOwn(privateEndpoints, path) ? privateEndpoints[path] : undefined
    const answer = open
      ? answerPublicly(path, open, request)
      : closed
        ? answerPrivately(path, closed, request)
        : notFound
    return isReply(answer) ? answer : { status: 200, body: { code: '0', msg: '', data: answer } }
  }
}

/** Of the trading service; an end that nobody knows is ''. */
const maintenanceRow = ({ from, until, isOngoing }: SimMaintenance) => ({
  begin: String(from),
  end: until === null ? '' : String(until),
  env: '1',
  href: '',
  maintType: '1',
  preOpenBegin: '',
  scheDesc: '',
  serviceType: '5',
  state: isOngoing ? 'ongoing' : 'scheduled',
  system: 'unified',
  title: 'Trading account system upgrade',
})

const notFound: VenueReply = { status: 404, body: { code: '404', msg: 'Not Found', data: [] } }

/** A count from 1, at most `maximum` (more is cut); null where it is none. */
function integer(text: string | null, standard: number, maximum: number): number | null {
  if (text === null || text === '') return standard
  return /^[1-9]\d{0,8}$/.test(text) ? Math.min(Number(text), maximum) : null
}

/** undefined where it is not given, null where it is no time. */
function time(text: string | null): EpochMs | null | undefined {
  if (text === null || text === '') return undefined
  return /^\d{1,16}$/.test(text) ? Number(text) : null
}
