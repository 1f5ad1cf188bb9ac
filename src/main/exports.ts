/** Exports that the app or a client asks for: into one folder, two at a time, each told of as it goes on. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportEstimate, ExportJob, ExportRequest } from '../shared/data.ts'
import type { EpochMs } from '../shared/domain/index.ts'
import type { ExportDesk } from './data-contract.ts'
import { messageOf } from './errors.ts'
import { freeBytesOf } from './files.ts'
import { CallError } from './handlers.ts'
import type { Logger } from './log.ts'
import { nativeBindingOf } from './storage/database.ts'
import {
  ExportError,
  estimateExport,
  gapsFileFor,
  madeUpName,
  nameProblem,
  numbered,
  type RunningExport,
  startExport,
  withEnding,
} from './storage/export/index.ts'

export interface ExportDeskOptions {
  /** The database to read. */
  readonly database: string
  /** Where the files go; made when the first one comes. Asked anew each time: it is a setting. */
  readonly folder: () => string
  readonly logger: Logger
  /** After every step of a job: about five times a second while it runs, and at its end. */
  readonly onChange: (job: ExportJob) => void
  readonly now?: () => EpochMs
}

/** More would only take the disk from each other, and from the recorder. */
const mostAtOnce = 2
const mostListed = 100
/** Names like the made-up one that are tried before giving up. */
const mostNumbers = 1_000

interface Entry {
  job: ExportJob
  readonly running: RunningExport
}

export function createExportDesk(options: ExportDeskOptions): ExportDesk {
  const { database, logger, onChange } = options
  const now = options.now ?? Date.now
  const entries: Entry[] = []
  let lastId = 0
  let stopped = false

  const isRunning = ({ job }: Entry): boolean => job.state === 'running'

  const planFor = (request: ExportRequest, out: string, overwrite: boolean) => ({
    request,
    database,
    nativeBinding: nativeBindingOf(process.env),
    out,
    overwrite,
  })

  const folder = (): string => {
    const path = options.folder()
    try {
      mkdirSync(path, { recursive: true })
      return path
    } catch (error) {
      const detail = messageOf(error)
      throw new CallError('unavailable', `the folder of exports ${path} cannot be made: ${detail}`)
    }
  }

  /** A made-up name steps aside for what is there; a chosen one is checked when it is begun. */
  const fileFor = (request: ExportRequest, fileName: string | null, overwrite: boolean): string => {
    if (fileName !== null) {
      const problem = nameProblem(fileName)
      if (problem !== null)
        throw new CallError('badRequest', `fileName "${fileName}" is no name for a file: ${problem}`)
      return join(folder(), withEnding(fileName, request.format))
    }
    const name = madeUpName(request, now())
    const taken = (candidate: string): boolean => {
      const file = join(options.folder(), candidate)
      const gaps = gapsFileFor(request, file)
      const isBeingWritten = entries.some((entry) => isRunning(entry) && entry.job.file === file)
      return isBeingWritten || (!overwrite && (existsSync(file) || (gaps !== null && existsSync(gaps))))
    }
    for (let number = 1; number <= mostNumbers; number++) {
      const candidate = number === 1 ? name : numbered(name, number)
      if (!taken(candidate)) return join(folder(), candidate)
    }
    throw new CallError(
      'badRequest',
      `fileName: there are too many files like ${name} in ${options.folder()}: choose one`,
    )
  }

  const change = (entry: Entry, more: Partial<ExportJob>): void => {
    entry.job = { ...entry.job, ...more }
    onChange(entry.job)
  }

  const follow = async (entry: Entry): Promise<void> => {
    const { id, file } = entry.job
    try {
      const { rows, bytes, expectedRows, gaps } = await entry.running.done
      change(entry, { state: 'finished', rows, totalRows: rows, bytes, expectedRows, gaps, finishedAt: now() })
      logger.info({ export: id, file, rows, bytes }, 'exported')
    } catch (error) {
      const cancelled = error instanceof ExportError && error.failure === 'cancelled'
      const problem = messageOf(error)
      change(entry, {
        state: cancelled ? 'cancelled' : 'failed',
        problem: cancelled ? null : problem,
        finishedAt: now(),
      })
      if (!cancelled) logger.warn({ export: id, file, problem }, 'an export failed')
    }
  }

  return {
    get folder() {
      return options.folder()
    },

    async estimate(request): Promise<ExportEstimate> {
      checkRange(request)
      try {
        const estimate = await estimateExport(planFor(request, join(options.folder(), 'estimate'), false))
        return { ...estimate, freeBytes: knownFreeBytesOf(folder()) }
      } catch (error) {
        throw callErrorOf(error)
      }
    },

    async start({ fileName, overwrite, ...request }): Promise<ExportJob> {
      if (stopped) throw new CallError('unavailable', 'the database is being closed')
      checkRange(request)
      if (entries.filter(isRunning).length >= mostAtOnce) {
        throw new CallError('unavailable', `${mostAtOnce} exports are running already: wait for one, or cancel it`)
      }
      const file = fileFor(request, fileName, overwrite)
      if (entries.some((entry) => isRunning(entry) && entry.job.file === file)) {
        throw new CallError('badRequest', `fileName: ${file} is being written already`)
      }
      const running = startExport(planFor(request, file, overwrite), ({ rows, totalRows, bytes }) => {
        if (isRunning(entry)) change(entry, { rows, totalRows, bytes })
      })
      const entry: Entry = {
        running,
        job: {
          id: `export-${++lastId}`,
          request,
          file,
          gapsFile: gapsFileFor(request, file),
          state: 'running',
          rows: 0,
          totalRows: 0,
          bytes: 0,
          expectedRows: null,
          gaps: null,
          startedAt: now(),
          finishedAt: null,
          problem: null,
        },
      }
      entries.unshift(entry)
      try {
        const totalRows = await running.started
        if (isRunning(entry)) change(entry, { totalRows })
      } catch (error) {
        // Never begun: it is the answer to this call and no job.
        entries.splice(entries.indexOf(entry), 1)
        throw callErrorOf(error)
      } finally {
        entries.splice(mostListed)
      }
      void follow(entry)
      return entry.job
    },

    cancel(id): void {
      const entry = entries.find(({ job }) => job.id === id)
      if (!entry) throw new CallError('badRequest', `id: there is no export "${id}"`)
      entry.running.cancel()
    },

    list: () => entries.map(({ job }) => job),

    async stop(): Promise<void> {
      stopped = true
      const running = entries.filter(isRunning)
      for (const { running: one } of running) one.cancel()
      await Promise.allSettled(running.map(({ running: one }) => one.done))
    },
  }
}

function checkRange({ from, to, period, what }: ExportRequest): void {
  if (from !== null && to !== null && from >= to) {
    throw new CallError('badRequest', `from ${from} is not before to ${to}: both are epoch milliseconds`)
  }
  if (period !== null && what !== 'klines') {
    throw new CallError('badRequest', `period "${period}": only klines have one, so of ${what} it is null`)
  }
}

function callErrorOf(error: unknown): unknown {
  if (!(error instanceof ExportError)) return error
  return new CallError(error.failure === 'request' ? 'badRequest' : 'unavailable', error.message)
}

/** null: the system does not tell. */
function knownFreeBytesOf(folder: string): number | null {
  try {
    return freeBytesOf(folder)
  } catch {
    // Some network file systems have no such call.
    return null
  }
}
