/** The contract's calls about stored data: history on demand, gaps, exports, what lies on the disk, backups. */
import type { DatabaseStatus, SalvageReport } from '../shared/data.ts'
import type { Instrument } from '../shared/domain/index.ts'
import type { BackupDesk, ExportDesk, Upkeep } from './data-contract.ts'
import { CallError, type Handlers } from './handlers.ts'
import type { HistoryRequests } from './history-requests.ts'
import type { InstrumentCatalog } from './market/catalog.ts'
import type { Storage } from './storage/contract.ts'

export interface DataCallParts {
  catalog(): InstrumentCatalog
  storage(): Storage | null
  whyNoStorage(): string | null
  readonly historyRequests: HistoryRequests
  exports(): ExportDesk | null
  /** Also without a database: a backup may bring one back. */
  backups(): BackupDesk
  upkeep(): Upkeep | null
  cancelData(id: string): void
  restoreBackup(id: string): Promise<{ readonly setAside: string | null }>
  databaseStatus(): Promise<DatabaseStatus>
  salvageDatabase(): Promise<{ readonly setAside: string | null; readonly report: SalvageReport }>
  beginAnew(): Promise<{ readonly setAside: string | null }>
  /** Shows a file in the system's file manager; null: this door has none. */
  readonly reveal: ((file: string) => void) | null
}

export type DataCall = Extract<
  keyof Handlers,
  | `history.${string}`
  | 'klines.latest'
  | `gaps.${string}`
  | `exports.${string}`
  | `storage.${string}`
  | `backups.${string}`
  | `database.${string}`
>

export function createDataHandlers(parts: DataCallParts): Pick<Handlers, DataCall> {
  const stored = (): Storage => {
    const storage = parts.storage()
    if (storage) return storage
    throw new CallError('unavailable', `nothing is stored: ${parts.whyNoStorage() ?? 'the database is not open'}`)
  }
  const needed = <T>(part: T | null): T => {
    stored()
    if (part !== null) return part
    throw new CallError('unavailable', 'the database is not open')
  }
  const instrumentOf = (key: string): Instrument => {
    const instrument = parts.catalog().get(key)
    if (instrument) return instrument
    throw new CallError('badRequest', `no exchange lists "${key}"; keys look like binance:BTC_USDT`)
  }
  return {
    'klines.latest': async ({ instrument, period }) => ({
      openTime: await stored().newestClosedKline(instrumentOf(instrument).id, period),
    }),
    'history.request': (request, client) => {
      instrumentOf(request.instrument)
      if (request.from >= request.to) {
        throw new CallError('badRequest', `from: ${request.from} is not before to (${request.to})`)
      }
      return { id: parts.historyRequests.start(request, client) }
    },
    'history.cancel': ({ id }, client) => {
      parts.historyRequests.cancel(id, client)
      return null
    },
    'gaps.list': async ({ instrument, from, to, after, limit }) => {
      const instrumentId = instrument === null ? null : instrumentOf(instrument).id
      const gaps = await stored().marketRows.gaps({ instrumentId, from, to, after, limit })
      return gaps.flatMap(({ instrumentId: id, ...gap }) => {
        const found = parts.catalog().byId(id)
        return found ? [{ ...gap, instrument: found.key, exchange: found.exchange, symbol: found.symbol }] : []
      })
    },
    'exports.estimate': (request) => needed(parts.exports()).estimate(request),
    'exports.start': (request) => needed(parts.exports()).start(request),
    'exports.cancel': ({ id }) => {
      needed(parts.exports()).cancel(id)
      return null
    },
    'exports.list': () => {
      const exports = needed(parts.exports())
      return { folder: exports.folder, jobs: [...exports.list()] }
    },
    'exports.reveal': ({ id }) => {
      if (!parts.reveal) throw new CallError('unavailable', 'there is no file manager here: the path is shown instead')
      const job = needed(parts.exports())
        .list()
        .find((one) => one.id === id)
      if (!job) throw new CallError('badRequest', `there is no export "${id}"`)
      parts.reveal(job.file)
      return null
    },
    'storage.report': () => needed(parts.upkeep()).report(),
    'storage.compact': async () => {
      await needed(parts.upkeep()).runNow()
      return null
    },
    'backups.list': async () => {
      const backups = parts.backups()
      return { folder: backups.folder, backups: [...(await backups.list())] }
    },
    'backups.create': () => parts.backups().create('manual'),
    'backups.restore': ({ id }) => parts.restoreBackup(id),
    'database.status': () => parts.databaseStatus(),
    'database.salvage': () => parts.salvageDatabase(),
    'database.beginAnew': () => parts.beginAnew(),
    'backups.remove': async ({ id }) => {
      await parts.backups().remove(id)
      return null
    },
  }
}
