/** Entry of an exporting thread: one export or estimate, then it ends. Works without pause, so that only the disk sets its pace. */
import { parentPort, workerData } from 'node:worker_threads'
import { codeOf, messageOf } from '../../errors.ts'
import { storageErrorOf } from '../error.ts'
import { ExportCancelled, estimateExport, runExport } from './job.ts'
import type { ExportFailure, ExportMessage, ExportThreadData } from './messages.ts'
import { RequestError } from './request-error.ts'

const { plan, job, cancel }: ExportThreadData = workerData

const tell = (message: ExportMessage): void => {
  if (parentPort === null) throw new Error('worker.ts runs in a worker thread')
  parentPort.postMessage(message)
}

/** The file that was to be written is meant, not the database that was read. */
const fullDisk = ['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL']

function failureOf(error: unknown): { failure: ExportFailure; message: string } {
  const code = codeOf(error)
  const where = plan.out ?? 'standard output'
  if (error instanceof RequestError) return { failure: 'request', message: error.message }
  if (error instanceof ExportCancelled) return { failure: 'cancelled', message: error.message }
  if (code === 'EPIPE') return { failure: 'pipe', message: 'nobody reads standard output any more' }
  if (fullDisk.includes(code)) {
    return {
      failure: 'failed',
      message: `the disk is full, so ${where} could not be completed: make room; nothing was kept`,
    }
  }
  // SQLite's own codes, and what was put into words below, speak of the database; the file system's of what is written.
  if (code.startsWith('SQLITE_') || code === '') {
    return { failure: 'failed', message: storageErrorOf(error, plan.database).message }
  }
  const detail = messageOf(error)
  return { failure: 'failed', message: `${where} could not be written: ${detail}` }
}

try {
  if (job === 'estimate') tell({ kind: 'estimated', estimate: estimateExport(plan) })
  else {
    const summary = await runExport(plan, {
      onStarted: (totalRows) => tell({ kind: 'started', totalRows }),
      onProgress: (progress) => tell({ kind: 'progress', progress }),
      isCancelled: () => Atomics.load(cancel, 0) === 1,
    })
    tell({ kind: 'finished', summary })
  }
} catch (error) {
  tell({ kind: 'failed', ...failureOf(error) })
}
