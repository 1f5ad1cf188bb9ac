/** The contract's calls about the past as charts draw it. */
import type { CallRequest } from '../shared/contract.ts'
import type { EpochMs, Instrument } from '../shared/domain/index.ts'
import { bucketFor } from '../shared/history.ts'
import { sampleEveryMs } from './account/equity.ts'
import { equityCurve } from './account/equity-curve.ts'
import type { Client } from './broadcaster.ts'
import type { Config } from './config.ts'
import { CallError, type Handlers } from './handlers.ts'
import type { InstrumentCatalog } from './market/catalog.ts'
import type { SettledRates } from './market/settled-rates.ts'
import type { Storage } from './storage/contract.ts'

export interface HistoryCallParts {
  readonly config: Pick<Config, 'settings'>
  catalog(): InstrumentCatalog
  storage(): Storage | null
  whyNoStorage(): string | null
  /** As a fraction of notional, as it is now. */
  takerFee(instrument: Instrument): number
  settledRates(): SettledRates
}

export type HistoryCall = Extract<
  keyof Handlers,
  'spreads.history' | 'basis.history' | 'rates.history' | 'equity.history' | 'trades.list' | 'opportunities.ofPair'
>

/** Of one pair in one range; beyond that the newest are told. */
const mostOpportunities = 2_000

export function createHistoryHandlers(parts: HistoryCallParts): Pick<Handlers, HistoryCall> {
  const newest = createNewestWins()
  const stored = (): Storage => {
    const storage = parts.storage()
    if (storage) return storage
    throw new CallError('unavailable', `nothing is stored: ${parts.whyNoStorage() ?? 'the database is not open'}`)
  }
  const instrumentOf = (field: string, key: string): Instrument => {
    const instrument = parts.catalog().get(key)
    if (instrument) return instrument
    throw new CallError('badRequest', `${field}: no exchange lists "${key}"; keys look like binance:BTC_USDT`)
  }
  const pair = (
    measure: 'spread' | 'basis',
    first: Instrument,
    second: Instrument,
    request: CallRequest<'spreads.history'> | CallRequest<'basis.history'>,
    client: Client,
  ) => {
    const range = bucketed(request)
    return newest(client, request.chart, async (signal) => ({
      ...range,
      ...(await stored().history.read('pair', { measure, first: first.id, second: second.id, ...range }, signal)),
    }))
  }
  return {
    'spreads.history': async (request, client) => {
      const buy = instrumentOf('buy', request.buy)
      const sell = instrumentOf('sell', request.sell)
      if (buy === sell) throw new CallError('badRequest', `sell: ${sell.key} is bought too; a spread needs two`)
      const history = await pair('spread', buy, sell, request, client)
      return { ...history, fees: { buy: parts.takerFee(buy), sell: parts.takerFee(sell) } }
    },
    'basis.history': (request, client) => {
      const spot = instrumentOf('spot', request.spot)
      const perpetual = instrumentOf('perpetual', request.perpetual)
      if (spot.kind !== 'spot') throw new CallError('badRequest', `spot: ${spot.key} is a ${spot.kind}`)
      if (perpetual.kind !== 'perpetual')
        throw new CallError('badRequest', `perpetual: ${perpetual.key} is a ${perpetual.kind} market`)
      return pair('basis', spot, perpetual, request, client)
    },
    'rates.history': async ({ instrument: key, from, to, chart }, client) => {
      const instrument = instrumentOf('instrument', key)
      if (instrument.kind !== 'perpetual')
        throw new CallError('badRequest', `instrument: ${key} is a ${instrument.kind} market and has no funding rates`)
      assertOrder(from, to)
      const { exchange, symbol } = instrument
      return newest(client, chart, async (signal) => {
        const [{ rows, oldest }, settled] = await Promise.all([
          stored().history.read('rates', { exchange, symbol, from, to }, signal),
          parts.settledRates().read(instrument, from, to, signal),
        ])
        return {
          rates: [...rows],
          settled: settled.rates === null ? null : [...settled.rates],
          settledProblem: settled.problem,
          oldest,
        }
      })
    },
    'trades.list': ({ instrument: key, from, to, limit, chart }, client) => {
      const { id } = instrumentOf('instrument', key)
      assertOrder(from, to)
      return newest(client, chart, async (signal) => {
        const { rows, count } = await stored().history.read('trades', { instrumentId: id, from, to, limit }, signal)
        return {
          at: Float64Array.from(rows, (row) => row.at),
          price: Float64Array.from(rows, (row) => row.price),
          quantity: Float64Array.from(rows, (row) => row.quantity),
          isBuy: Uint8Array.from(rows, ({ side }) => (side === 'BUY' ? 1 : 0)),
          count,
        }
      })
    },
    'equity.history': (request, client) => {
      const { account, chart } = request
      // In shorter ones most would be empty.
      const range = bucketed(request, sampleEveryMs)
      const { currency } = parts.config.settings.valuation
      return newest(client, chart, async (signal) => {
        const question = { account, currency, ...range }
        return equityCurve(await stored().history.read('equity', question, signal), question)
      })
    },
    'opportunities.ofPair': async ({ buy, sell, from, to }) => {
      assertOrder(from, to)
      return [...(await stored().opportunitiesOf(buy, sell, from, to, mostOpportunities))]
    },
  }
}

function assertOrder(from: EpochMs, to: EpochMs): void {
  if (from >= to) throw new CallError('badRequest', `from: ${from} is not before to (${to})`)
}

/** The range in full buckets, none shorter than `leastMs`. */
function bucketed(
  { from, to, points }: { readonly from: number; readonly to: number; readonly points: number },
  leastMs = 0,
) {
  assertOrder(from, to)
  const shortest = bucketFor(from, to, points)
  if (shortest === null) {
    const days = Math.ceil((to - from) / 86_400_000)
    throw new CallError('badRequest', `points: ${points} are too few for ${days} days`)
  }
  const bucketMs = Math.max(shortest, leastMs)
  return { from: Math.floor(from / bucketMs) * bucketMs, to: Math.ceil(to / bucketMs) * bucketMs, bucketMs }
}

/** Of the readings of one client and chart only the newest goes on; the one before ends at its next step. */
function createNewestWins() {
  const underWay = new WeakMap<Client, Map<string, AbortController>>()
  return async <T>(client: Client, chart: string, read: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const charts = underWay.get(client) ?? new Map<string, AbortController>()
    underWay.set(client, charts)
    charts.get(chart)?.abort()
    const own = new AbortController()
    charts.set(chart, own)
    try {
      return await read(own.signal)
    } finally {
      if (charts.get(chart) === own) charts.delete(chart)
    }
  }
}
