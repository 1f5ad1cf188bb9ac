/** How whole the recording is, by instrument and day: checks what is asked, and asks storage. */
import type { ContinuityReport, ContinuityRequest } from '../shared/data.ts'
import type { EpochMs, GapKind, Instrument } from '../shared/domain/index.ts'
import { CallError } from './handlers.ts'
import type { Storage } from './storage/contract.ts'

export interface ContinuityParts {
  readonly storage: () => Storage | null
  /** In words why there is none. */
  readonly whyNoStorage: () => string | null
  /** By key, `binance:BTC_USDT`. */
  readonly find: (key: string) => Instrument | undefined
  readonly watched: () => readonly Instrument[]
  /** Of trades and order books: they are recorded at this moment. */
  readonly isRecorded: (kind: GapKind, instrument: Instrument) => boolean
  readonly now?: () => EpochMs
}

export type AskContinuity = (request: ContinuityRequest, signal?: AbortSignal) => Promise<ContinuityReport>

const dayMs = 86_400_000
export const longestContinuityDays = 400

/** What lies in the future is left out: `to` of the report is now at the latest. Rejects with a CallError or a StorageError. */
export function createContinuity(parts: ContinuityParts): AskContinuity {
  const { now = Date.now } = parts
  return async (request, signal) => {
    const problem = badContinuityRequest(request)
    if (problem !== null) throw new CallError('badRequest', problem)
    const keys = request.instruments === null ? null : [...new Set(request.instruments)]
    const instruments = keys === null ? parts.watched() : keys.map((key) => known(parts, key))
    const storage = parts.storage()
    if (storage === null) {
      const why = parts.whyNoStorage() ?? 'the database is not open'
      throw new CallError('unavailable', `nothing is stored: ${why}`)
    }
    const { kind, period, from, utcOffsetMinutes } = request
    const to = Math.max(from, Math.min(request.to, now()))
    const asked = instruments.map((instrument) => ({
      id: instrument.id,
      isRecorded: parts.isRecorded(kind, instrument),
    }))
    const stored = await storage.continuity({ instruments: asked, kind, period, from, to, utcOffsetMinutes }, signal)
    const series = stored.flatMap(({ instrumentId, ...numbers }) => {
      const instrument = instruments.find(({ id }) => id === instrumentId)
      return instrument ? [{ instrument: instrument.key, ...numbers }] : []
    })
    return { kind, period, from, to, series }
  }
}

function known({ find }: ContinuityParts, key: string): Instrument {
  const instrument = find(key)
  if (instrument) return instrument
  throw new CallError('badRequest', `instruments: no exchange lists "${key}"; keys look like binance:BTC_USDT`)
}

/** In words what is wrong with it, naming field and value; null: nothing. */
export function badContinuityRequest({ kind, period, from, to }: ContinuityRequest): string | null {
  if (from >= to) return `from: ${from} is not before to (${to})`
  if (to - from > longestContinuityDays * dayMs) {
    const days = Math.ceil((to - from) / dayMs)
    return `to: ${days} days after from; one report covers ${longestContinuityDays} days at most`
  }
  if (kind === 'kline' && period === null) return 'period: none given; candles need one, such as 1m'
  if (kind !== 'kline' && period !== null) return `period: "${period}" given; only kline has one, not ${kind}`
  return null
}
