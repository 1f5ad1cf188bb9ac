/** HTX's public REST: both hosts, their envelopes and error words, their limits. */
import { type EpochMs, type MarketKind, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAssets } from '../../assets.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { currencyRows } from './assets.ts'
import { type Frames, intervals, openOf, type Row } from './frames.ts'

export const spotOrigin = 'https://api.huobi.pro'
export const swapOrigin = 'https://api.hbdm.com'

/** Requests a second of one address to spot: a number that HTX does not publish. */
const spotRequestsPerSecond = 10
const swapRequests = { limit: 240, windowMs: 3_000 }
const swapMarketRequestsPerSecond = 800

const mostRows = 2_000
const mostWindowedRows = 1_000
const fundingMs = 8 * periodMs['1h']
const fundingMemoryMs = 365 * periodMs['1d']

/** Spot: dashes and words; swaps: underscores and numbers. HTTP status 200 both. */
export const spotError = (code: string, message: string, ts: EpochMs): VenueReply => ({
  status: 200,
  body: { ts, status: 'error', 'err-code': code, 'err-msg': message },
})
export const swapError = (code: number, message: string, ts: EpochMs): VenueReply => ({
  status: 200,
  body: { status: 'error', err_code: code, err_msg: message, ts },
})

/** Counts of whoever asked in windows of the venue's clock. */
export class Windows {
  readonly #counts = new WindowCounts()
  readonly #times: number

  /** `times`: how many times as many requests as are documented. */
  constructor(times: number) {
    this.#times = times
  }

  /** What is left after this one; below 0: it was one too many. */
  take(who: string, limit: number, windowMs: number, now: EpochMs): number {
    return limit * this.#times - this.#counts.add(who, windowMs, now)
  }
}

export function createRest(
  market: SimMarket,
  frames: Frames,
  windows: Windows,
  limits: number,
  maintenance: () => readonly SimMaintenance[],
  assets: SimAssets,
): (request: VenueRequest) => VenueReply {
  const isSpotHost = ({ origin }: VenueRequest) => origin === spotOrigin
  const listed = (kind: MarketKind) => frames.instruments.filter((instrument) => instrument.kind === kind)

  const ok = (body: Row): VenueReply => ({ status: 200, body })
  const invalid = (what: string) => spotError('invalid-parameter', `invalid ${what}`, market.now())
  const noContract = () => swapError(1013, 'This contract symbol doesnt exist.', market.now())

  function spotOf(query: URLSearchParams, answer: (instrument: SimInstrument) => VenueReply): VenueReply {
    const instrument = frames.find('spot', query.get('symbol') ?? '')
    return instrument === undefined ? invalid('symbol') : answer(instrument)
  }
  /** Codes may come in lower case, too. */
  function swapOf(query: URLSearchParams, answer: (instrument: SimInstrument) => VenueReply): VenueReply {
    const instrument = frames.find('perpetual', (query.get('contract_code') ?? '').toUpperCase())
    return instrument === undefined ? noContract() : answer(instrument)
  }

  const candleReply = (instrument: SimInstrument, period: string, rows: readonly Row[]): VenueReply =>
    ok({ ch: `market.${frames.nameOf(instrument)}.kline.${period}`, status: 'ok', ts: market.now(), data: rows })

  /** The newest `size` candles, newest first. */
  const spotKlines = (query: URLSearchParams) =>
    spotOf(query, (instrument) => {
      const period = query.get('period') ?? ''
      const interval = intervals.get(period)
      const size = countOf(query.get('size') ?? '150')
      if (interval === undefined) return invalid('period')
      if (size === null || size > mostRows) return invalid('size, valid range: [1,2000]')
      const now = market.now()
      const from = openOf(interval, now) - (size - 1) * interval.lengthMs
      return candleReply(
        instrument,
        period,
        frames.candles(instrument, interval, from, now).map(frames.candle).reverse(),
      )
    })

  /** Of a window in seconds; in no document, and more than 1,000 rows give none. Which way they come is not told: newest first here. */
  const spotCandles = (query: URLSearchParams) =>
    spotOf(query, (instrument) => {
      const period = query.get('period') ?? ''
      const interval = intervals.get(period)
      const [from, to, size] = [query.get('from'), query.get('to'), query.get('size')].map((text) =>
        countOf(text ?? ''),
      )
      if (interval === undefined) return invalid('period')
      if (!from || !to) return invalid('from')
      const most = size ?? 150
      if (most > mostWindowedRows) return candleReply(instrument, period, [])
      const candles = frames.candles(instrument, interval, from * 1_000, Math.min(to * 1_000, market.now()))
      return candleReply(instrument, period, candles.slice(-most).map(frames.candle).reverse())
    })

  /** With `size` the newest, whatever else is asked; else those of a window. Ascending. */
  const swapKlines = (query: URLSearchParams) =>
    swapOf(query, (instrument) => {
      const period = query.get('period') ?? ''
      const interval = intervals.get(period)
      if (interval === undefined) return spotError('bad-request', 'invalid period', market.now())
      const now = market.now()
      const [from, to, size] = [query.get('from'), query.get('to'), query.get('size')].map((text) =>
        countOf(text ?? ''),
      )
      if (!size && (!from || !to)) return spotError('bad-request', 'size or from and to', now)
      const [first, last] = size
        ? [openOf(interval, now) - (Math.min(size, mostRows) - 1) * interval.lengthMs, now]
        : [(from ?? 0) * 1_000, Math.min((to ?? 0) * 1_000, now)]
      return candleReply(
        instrument,
        period,
        frames.candles(instrument, interval, first, last).slice(-mostRows).map(frames.candle),
      )
    })

  const mergedReply = (instrument: SimInstrument): VenueReply =>
    ok({
      ch: `market.${frames.nameOf(instrument)}.detail.merged`,
      status: 'ok',
      ts: market.now(),
      tick: frames.merged(instrument),
    })

  const depthReply = (instrument: SimInstrument, most: number): VenueReply => {
    const book = market.book(instrument)
    const { updateId, at } = book
    const tick = { ...frames.levels(book, most), version: updateId, ts: at }
    return ok({ ch: `market.${frames.nameOf(instrument)}.depth.step0`, status: 'ok', ts: market.now(), tick })
  }

  /** 1 normal, 2 halted; one to come is told as well, with the market still normal. */
  function marketStatus(): VenueReply {
    const [next] = [...maintenance()].sort((a, b) => a.from - b.from)
    const data =
      next === undefined
        ? { marketStatus: 1 }
        : {
            marketStatus: next.isOngoing ? 2 : 1,
            haltStartTime: next.from,
            ...(next.until === null ? {} : { haltEndTime: next.until }),
            haltReason: 2,
            affectedSymbols: 'all',
          }
    return ok({ code: 200, message: 'success', data })
  }

  /** Newest first. */
  const paidRates = (query: URLSearchParams) =>
    swapOf(query, (instrument) => {
      const [page, size] = [countOf(query.get('page_index') ?? '1'), countOf(query.get('page_size') ?? '20')]
      if (page === null || size === null || size > 50)
        return swapError(1030, 'Input error. Please check your input.', market.now())
      const now = market.now()
      const newest = now - (now % fundingMs)
      const oldest = Math.max(now - fundingMemoryMs, instrument.listedAt)
      const total = Math.floor((newest - oldest) / fundingMs) + 1
      const rows: Row[] = []
      for (let n = (page - 1) * size; n < Math.min(total, page * size); n++)
        rows.push(frames.paidRate(instrument, newest - n * fundingMs))
      const data = { total_page: Math.ceil(total / size), current_page: page, total_size: total, data: rows }
      return ok({ status: 'ok', data, ts: now })
    })

  type Answer = (query: URLSearchParams) => VenueReply
  const spotEndpoints: Readonly<Record<string, Answer>> = {
    '/v1/common/timestamp': () => ok({ status: 'ok', data: market.now() }),
    '/v2/market-status': marketStatus,
    '/v2/reference/currencies': () => ok({ code: 200, data: currencyRows(assets, market.now()) }),
    '/v1/settings/common/market-symbols': () =>
      ok({ status: 'ok', data: listed('spot').map(frames.spotSymbol), ts: String(market.now()), full: 1 }),
    '/market/history/kline': spotKlines,
    '/market/history/candles': spotCandles,
    '/market/detail/merged': (query) => spotOf(query, mergedReply),
    '/market/depth': (query) =>
      spotOf(query, (instrument) => depthReply(instrument, countOf(query.get('depth') ?? '150') ?? 150)),
  }
  const swapEndpoints: Readonly<Record<string, Answer>> = {
    '/api/v1/timestamp': () => ok({ status: 'ok', ts: market.now() }),
    '/linear-swap-api/v1/swap_contract_info': (query) => {
      const isOurs = (query.get('business_type') ?? 'swap') !== 'futures'
      const code = query.get('contract_code')
      const contracts = listed('perpetual').filter(
        (one) => isOurs && (!code || frames.nameOf(one) === code.toUpperCase()),
      )
      if (code && contracts.length === 0) return noContract()
      return ok({ status: 'ok', data: contracts.map(frames.contract), ts: market.now() })
    },
    '/linear-swap-api/v1/swap_batch_funding_rate': (query) => {
      if (query.has('contract_code'))
        return swapOf(query, (one) => ok({ status: 'ok', data: [frames.fundingRate(one)], ts: market.now() }))
      return ok({ status: 'ok', data: listed('perpetual').map(frames.fundingRate), ts: market.now() })
    },
    '/linear-swap-api/v1/swap_funding_rate': (query) =>
      swapOf(query, (one) => ok({ status: 'ok', data: frames.fundingRate(one), ts: market.now() })),
    '/linear-swap-api/v1/swap_historical_funding_rate': paidRates,
    '/linear-swap-ex/market/history/kline': swapKlines,
    '/linear-swap-ex/market/detail/merged': (query) => swapOf(query, mergedReply),
    '/linear-swap-ex/market/depth': (query) => swapOf(query, (instrument) => depthReply(instrument, 150)),
  }

  function answerSpot(request: VenueRequest, answer: Answer): VenueReply {
    const now = market.now()
    const left = windows.take(`spot ${request.address} ${request.path}`, spotRequestsPerSecond, 1_000, now)
    return left < 0 ? spotError('rate-too-many-requests', 'request limit', now) : answer(request.query)
  }

  function answerSwap(request: VenueRequest, answer: Answer): VenueReply {
    const now = market.now()
    const { address, path, query } = request
    if (path.startsWith('/linear-swap-ex/')) {
      const left = windows.take(`swap market ${address}`, swapMarketRequestsPerSecond, 1_000, now)
      return left < 0 ? tooMany(now) : answer(query)
    }
    const { limit, windowMs } = swapRequests
    const left = windows.take(`swap ${address}`, limit, windowMs, now)
    const headers = {
      'ratelimit-limit': String(limit * limits),
      'ratelimit-interval': String(windowMs),
      'ratelimit-remaining': String(Math.max(0, left)),
      'ratelimit-reset': String(windowMs - (now % windowMs)),
    }
    const reply = left < 0 ? tooMany(now) : answer(query)
    return { ...reply, headers }
  }
  const tooMany = (now: EpochMs) => swapError(1032, 'The number of access exceeded the limit.', now)

  return (request) => {
    const endpoints = isSpotHost(request) ? spotEndpoints : request.origin === swapOrigin ? swapEndpoints : {}
    const answer = Object.hasOwn(endpoints, request.path) ? endpoints[request.path] : undefined
    if (answer === undefined) return { status: 404, body: 'Not Found' }
    if (request.method !== 'GET') return { status: 405, body: 'Method Not Allowed' }
    // A GET with a body is not let in.
    if (request.body !== '') return { status: 403, body: 'Forbidden' }
    return isSpotHost(request) ? answerSpot(request, answer) : answerSwap(request, answer)
  }
}

/** A whole number from 1; null where it is none. */
const countOf = (text: string): number | null => (/^[1-9]\d{0,11}$/.test(text) ? Number(text) : null)
