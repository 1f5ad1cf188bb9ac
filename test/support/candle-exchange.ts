/** An exchange of candles over real HTTP for tests of history: what it has, refuses and suffers is the test's choice, and every request is noted. */
import { onTestFinished } from 'vitest'
import type { HistoryCandle, KlineRange } from '../../src/main/exchanges/contract.ts'
import type { KlineSource } from '../../src/main/market/history.ts'
import { RateLimiter } from '../../src/main/net/rate-limit.ts'
import type { Parsed, RestCall, RestDialect } from '../../src/main/net/rest.ts'
import { RestClient } from '../../src/main/net/rest-client.ts'
import { type EpochMs, openTimeOf, type Period, periodMs } from '../../src/shared/domain/index.ts'
import { json, serveHttp } from './loopback.ts'

/** All of it may change while it runs. */
export interface CandleManners {
  /** Its clock. */
  now: EpochMs
  listedAt: EpochMs
  perCall: number
  /** Candles it does not have though listed. */
  lacks: (openTime: EpochMs, period: Period) => boolean
  /** Refused with 400 where older than so many candles. */
  depth: number | null
  /** HTTP status of every answer instead of candles. */
  status: number | null
  /** Resolves when an answer may go out. */
  hold: () => Promise<void>
}

export interface Asked {
  readonly symbol: string
  readonly period: Period
  readonly from: EpochMs
  readonly to: EpochMs
}

export interface CandleExchange {
  readonly source: KlineSource
  readonly manners: CandleManners
  readonly asked: Asked[]
  readonly priorities: Set<string>
  /** Requests whose client left before the answer. */
  left(): number
  /** What it has of a range, both ends inclusive. */
  has(period: Period, from: EpochMs, to: EpochMs): number[]
}

const dialect: RestDialect = {
  usage: () => null,
  failure: ({ status }, body) =>
    status < 400
      ? null
      : {
          kind: status === 400 ? 'invalid' : status === 429 ? 'rateLimited' : 'unavailable',
          ...{ code: String(status), message: String(body), retryAfterMs: null },
        },
}

/** Any candle's price follows from its time. */
export const priceAt = (openTime: EpochMs): number => ((openTime / 60_000) % 9_973) + 1

export async function candleExchange(more: Partial<CandleManners> = {}): Promise<CandleExchange> {
  const manners: CandleManners = {
    now: Date.UTC(2025, 5, 2, 12, 0, 30),
    listedAt: 0,
    perCall: 100,
    lacks: () => false,
    depth: null,
    status: null,
    hold: async () => undefined,
    ...more,
  }
  const asked: Asked[] = []
  const priorities = new Set<string>()
  let left = 0
  const has = (period: Period, from: EpochMs, to: EpochMs): number[] => {
    const step = periodMs[period]
    const times: number[] = []
    // The candle of the day of listing exists though the listing came later.
    const first = openTimeOf(manners.listedAt + (period === '1d' ? 0 : step - 1), period)
    for (let at = Math.max(from, first); at <= Math.min(to, openTimeOf(manners.now, period)); at += step) {
      if (!manners.lacks(at, period)) times.push(at)
    }
    return times
  }
  const server = await serveHttp(async (request, response) => {
    const query = new URL(request.url ?? '', 'http://loopback').searchParams
    const period = periodOf(query.get('period'))
    const [from, to] = [Number(query.get('from')), Number(query.get('to'))]
    asked.push({ symbol: query.get('symbol') ?? '', period, from, to })
    response.on('close', () => {
      if (!response.writableEnded) left++
    })
    await manners.hold()
    const step = periodMs[period]
    if ((to - from) / step + 1 > manners.perCall) return json(response, 'too many candles', 400)
    if (manners.status !== null) return json(response, 'under maintenance', manners.status)
    if (manners.depth !== null && from <= openTimeOf(manners.now, period) - manners.depth * step) {
      return json(response, 'too long ago', 400)
    }
    json(response, has(period, from, to))
  })
  const rest = new RestClient({
    dialect,
    limiter: new RateLimiter([{ id: 'candles', limit: 1_000_000, intervalMs: 1_000 }]),
    timing: { attempts: 2, backoff: { baseMs: 1, capMs: 2 } },
  })
  onTestFinished(async () => {
    await rest.close()
    await server.close()
  })
  const call = ({ instrument, period, from, to }: KlineRange): RestCall<readonly HistoryCandle[]> => ({
    url: `${server.origin}/klines`,
    query: [
      ['symbol', instrument.symbol],
      ['period', period],
      ['from', String(from)],
      ['to', String(to)],
    ],
    pool: 'candles',
    weight: 1,
    parse: (body): Parsed<readonly HistoryCandle[]> =>
      Array.isArray(body) ? { ok: true, value: body.map(Number).map(candle) } : { ok: false, problem: 'no list' },
  })
  const source: KlineSource = {
    klinesPerCall: () => manners.perCall,
    klines: (range, options) => {
      priorities.add(options.priority)
      return rest.call(call(range), options)
    },
    now: () => manners.now,
  }
  return { source, manners, asked, priorities, left: () => left, has }
}

function candle(openTime: EpochMs): HistoryCandle {
  const price = priceAt(openTime)
  return {
    ...{
      openTime,
      open: price,
      high: price + 1,
      low: price / 2,
      close: price + 0.5,
      volume: 2,
      quoteVolume: 2 * price,
    },
    isClosed: null,
  }
}

function periodOf(text: string | null): Period {
  if (text === '1m' || text === '5m' || text === '15m' || text === '1h' || text === '1d') return text
  throw new Error(`no period: ${text}`)
}
