/** The contract's calls about what can be relied on: order books, continuity, the network, raw frames. */
import type { ContinuityReport, ContinuityRequest } from '../shared/data.ts'
import type { Instrument } from '../shared/domain/index.ts'
import { CallError, type Handlers } from './handlers.ts'
import { bookColumns, type OrderBooks } from './market/books/contract.ts'
import type { InstrumentCatalog } from './market/catalog.ts'
import type { NetworkPart, RawFramesPart } from './truth-contract.ts'

export interface TruthCallParts {
  catalog(): InstrumentCatalog
  orderBooks(): OrderBooks | null
  network(): NetworkPart | null
  rawFrames(): RawFramesPart | null
  /** Rejects with a CallError or a StorageError. */
  continuity(request: ContinuityRequest): Promise<ContinuityReport>
}

type TruthCall = Extract<
  keyof Handlers,
  `books.${string}` | `network.${string}` | 'continuity.get' | 'rawFrames.status'
>

export function createTruthHandlers(parts: TruthCallParts): Pick<Handlers, TruthCall> {
  const instrumentOf = (key: string): Instrument => {
    const instrument = parts.catalog().get(key)
    if (instrument) return instrument
    throw new CallError('badRequest', `no exchange lists "${key}"; keys look like binance:BTC_USDT`)
  }
  const needed = <T>(part: T | null, what: string): T => {
    if (part !== null) return part
    throw new CallError('unavailable', `${what}: nothing runs`)
  }
  const noBook = (key: string) =>
    new CallError('badRequest', `no order book of "${key}" is kept; settings: symbols, orderBooks.symbols`)
  return {
    'books.list': () => [...(parts.orderBooks()?.list() ?? [])],
    'books.depth': ({ instrument: key, levels }) => {
      const kept = needed(parts.orderBooks(), 'order books').of(instrumentOf(key).id)
      if (kept === undefined) throw noBook(key)
      return bookColumns(kept, levels)
    },
    'books.resync': ({ instrument: key }) => {
      const asked = needed(parts.orderBooks(), 'order books').resync(instrumentOf(key).id, 'asked for by hand')
      if (!asked) throw noBook(key)
      return null
    },
    'network.status': () => needed(parts.network(), 'the network').status(),
    'network.setProxyPassword': async ({ password }) => {
      await needed(parts.network(), 'the network').setProxyPassword(password)
      return null
    },
    'network.reconnect': () => {
      needed(parts.network(), 'the network').reconnect()
      return null
    },
    'continuity.get': (request) => parts.continuity(request),
    'rawFrames.status': () => needed(parts.rawFrames(), 'raw frames').status(),
  }
}
