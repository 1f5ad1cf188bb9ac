import { stat } from 'node:fs/promises'
import type { Logger } from '../log.ts'
import { createContinuityAsker } from './continuity/ask.ts'
import type { Storage, StorageProblem } from './contract.ts'
import { nativeBindingOf, type OpenedDatabase } from './database.ts'
import { StorageError, storageErrorOf } from './error.ts'
import { createHistoryAsker } from './history/ask.ts'
import type { ReadJobs, WorkerOptions, WriteJobs } from './jobs.ts'
import { toKlineBatch } from './klines.ts'
import { WorkerLink } from './link.ts'
import { WriteQueue } from './queue.ts'
import { WriteMeasurements } from './write-measurements.ts'

export { StorageError } from './error.ts'

export interface StorageOptions {
  /** Path of the database; made, with its folder, where there is none. */
  readonly file: string
  readonly logger?: Logger
  /** Snapshots that may wait for the disk before the oldest is dropped. */
  readonly queuedSnapshots?: number
  /** How long a statement waits for another program's lock, ms. */
  readonly busyTimeoutMs?: number
  /** The file may not grow beyond this; writes then fail as on a full disk. */
  readonly maximumBytes?: number
}

/** Problems of the file or its disk, as against one of a single row or of the thread. */
const lasting: readonly StorageProblem[] = ['full', 'locked', 'readonly', 'corrupt']

/**
 * Opens the database in threads of its own: a writer, the only one to change the file, and a reader. Checks it after a crash,
 * migrates it (with a backup), or begins a fresh one. Rejects with a StorageError: `newer`, `corrupt`, `locked`, `readonly`,
 * `full` or `other`.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { file, logger } = options
  const notices: string[] = []
  const database = {
    file,
    busyTimeoutMs: options.busyTimeoutMs ?? 5_000,
    nativeBinding: nativeBindingOf(process.env),
    maximumBytes: options.maximumBytes ?? null,
  }
  const link = (role: WorkerOptions['role']) => ({
    worker: { ...database, role },
    onCrash: (message: string) => {
      notices.push(message)
      logger?.error({ file }, message)
    },
    onDamage: (message: string) => {
      if (trouble?.kind === 'corrupt') return
      trouble = { kind: 'corrupt', message }
      notices.push(message)
      logger?.error({ file }, message)
    },
  })
  let trouble: Storage['trouble'] = null
  let setAside: string | null = null
  const writer = new WorkerLink<WriteJobs>(link('writer'))
  const reader = new WorkerLink<ReadJobs>(link('reader'))
  const queue = new WriteQueue(options.queuedSnapshots ?? 120)
  const measurements = new WriteMeasurements()

  const open = async (): Promise<boolean> => {
    const report = await writer.call('open', null)
    notices.push(...report.notices)
    logOpened(report, file, logger)
    setAside = report.setAside
    return report.wasUnclean
  }
  /** A thread that ended unexpectedly is started again by the next write, which opens the file first. */
  const write = async <K extends keyof WriteJobs & string>(job: K, request: WriteJobs[K]['request']) => {
    // What is written into a damaged file may spoil what can still be read of it.
    if (trouble?.kind === 'corrupt') throw new StorageError('corrupt', trouble.message)
    try {
      if (!writer.isRunning) await open()
      const reply = await writer.call(job, request)
      trouble = null
      return reply
    } catch (error) {
      if (error instanceof StorageError && lasting.includes(error.kind)) {
        const { kind, message } = error
        trouble = { kind, message }
      }
      throw error
    }
  }
  const save = <K extends keyof WriteJobs & string>(job: K, request: WriteJobs[K]['request'], droppable = false) =>
    closed
      ? Promise.reject(new StorageError('stopped', 'the storage is closed'))
      : queue.add(() => measurements.measure(job, () => write(job, request)), droppable)
  let closed: Promise<void> | null = null
  const close = async (): Promise<void> => {
    await queue.settled()
    // The reader first: the last connection to close removes the WAL.
    for (const thread of [reader, writer]) {
      await thread.close(trouble?.kind === 'corrupt' ? 'damaged' : null).catch((error: unknown) => {
        logger?.warn({ file, problem: storageErrorOf(error, file).message }, 'the database was not closed cleanly')
      })
    }
  }

  let wasUnclean: boolean
  try {
    wasUnclean = await open()
  } catch (error) {
    await writer.close()
    throw error
  }

  return {
    file,
    notices,
    wasUnclean,
    get trouble() {
      return trouble
    },
    get setAside() {
      return setAside
    },
    accounts: {
      save: (batch) => save('saveAccounts', batch),
      memory: (account, since) => reader.call('accountMemory', { account, since }),
      ledger: (account, since) => reader.call('ledger', { account, since }),
      orders: (filter, cursor, limit) => reader.call('orders', { filter, cursor, limit }),
      orderEvents: (account, symbol, exchangeOrderId) =>
        reader.call('orderEvents', { account, symbol, exchangeOrderId }),
      fills: (filter, cursor, limit) => reader.call('fills', { filter, cursor, limit }),
      transfers: (filter, cursor, limit) => reader.call('transfers', { filter, cursor, limit }),
      fundingPayments: (account, from, cursor, limit) =>
        reader.call('fundingPayments', { filter: { account, from }, cursor, limit }),
      drifts: (account, withResolved) => reader.call('drifts', { account, withResolved }),
      lastDriftId: () => reader.call('lastDriftId', null),
      ranAt: (at) => reader.call('ranAt', at),
      absentAt: (at) => reader.call('absentAt', at),
      balancesAt: (at) => reader.call('balancesAt', at),
      pnl: (request) => reader.call('pnl', request),
    },
    marketRows: {
      saveTrades: (rows) => save('saveTrades', rows),
      newestTradeAt: (instrumentId) => reader.call('newestTradeAt', instrumentId),
      saveGaps: (gaps) => save('saveGaps', gaps),
      gaps: (filter) => reader.call('gaps', filter),
      lastGapId: () => reader.call('lastGapId', null),
      gapEnds: (kind) => reader.call('gapEnds', kind),
      lastGaps: (kind) => reader.call('lastGaps', kind),
      newestSnapshots: () => reader.call('newestSnapshots', null),
      firstSnapshot: (instrumentId, from) => reader.call('firstSnapshot', { instrumentId, from }),
      klineRange: (instrumentId, period, from, to) => reader.call('klineRange', { instrumentId, period, from, to }),
    },
    upkeep: {
      rollUp: (request) => save('rollUp', request),
      prune: (request) => save('prune', request),
      returnFreeSpace: (pages) => save('returnFreeSpace', pages),
      backlog: (before) => reader.call('backlog', before),
      pastTime: (table, before) => reader.call('pastTime', { table, before }),
      report: () => reader.call('report', null),
    },
    alerts: {
      save: (alerts) => save('saveAlerts', alerts),
      acknowledge: (request, at) => save('acknowledgeAlerts', { request, at }),
      list: (filter, cursor, limit) => reader.call('alerts', { filter, cursor, limit }),
      state: () => reader.call('alertState', null),
    },
    depth: {
      save: (block) => save('saveDepth', block),
      columns: (question) => reader.call('depthColumns', question),
      oldest: () => reader.call('oldestDepth', null),
    },
    exchangeHours: {
      save: (hours) => save('saveExchangeHours', hours),
      list: (from) => reader.call('exchangeHours', from),
    },
    continuity: createContinuityAsker(reader),
    history: createHistoryAsker(reader),
    instruments: () => reader.call('instruments', null),
    saveInstruments: (instruments) => save('saveInstruments', instruments),
    saveSnapshot: (batch) => save('saveSnapshot', batch, true),
    saveKlines: (rows) => save('saveKlines', toKlineBatch(rows)),
    saveOpportunity: (opportunity) => save('saveOpportunity', opportunity),
    klines: (instrumentId, period, before, limit) => reader.call('klines', { instrumentId, period, before, limit }),
    newestClosedKline: (instrumentId, period) => reader.call('newestClosedKline', { instrumentId, period }),
    opportunities: (before, limit) => reader.call('opportunities', { before, limit }),
    opportunitiesOf: (buy, sell, from, to, limit) => reader.call('opportunitiesOf', { buy, sell, from, to, limit }),
    lastOpportunityId: () => reader.call('lastOpportunityId', null),
    meta: (key) => reader.call('meta', key),
    setMeta: async (key, value) => {
      await save('setMeta', { key, value })
    },
    measurements: () => ({ ...queue.counts, writes: measurements.list() }),
    bytes: async () => (await sizeOf(file)) + (await sizeOf(`${file}-wal`)),
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

function logOpened({ migrated, wasUnclean, notices }: Omit<OpenedDatabase, 'database'>, file: string, logger?: Logger) {
  for (const notice of notices) logger?.error({ file }, notice)
  if (wasUnclean) logger?.warn({ file }, 'the database was not closed the last time; it was checked and is sound')
  if (migrated.length > 0) logger?.info({ file, versions: migrated }, 'database brought up to date')
}

/** 0 where there is no such file. */
const sizeOf = async (file: string): Promise<number> => {
  const stats = await stat(file).catch(() => null)
  return stats?.size ?? 0
}
