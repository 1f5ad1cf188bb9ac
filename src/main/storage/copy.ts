import { existsSync, rmSync, truncateSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { SalvageReport } from '../../shared/data.ts'
import { workerUrl } from '../worker-url.ts'
import type { CopyMessage, CopyWorkerOptions } from './copy-worker.ts'
import { nativeBindingOf } from './database.ts'
import { StorageError } from './error.ts'
import { partialSalvage } from './salvage/salvage.ts'
import { type CopyReport, partialCopy } from './verified-copy.ts'

const busyTimeoutMs = 5_000

export interface CopyOptions {
  readonly signal?: AbortSignal
  /** From 0 to 1. */
  readonly onProgress?: (share: number) => void
}

/** A verified copy of a database that may be in use, in a thread of its own. Rejects with a StorageError; then there is no copy. */
export const copyDatabase = (file: string, target: string, options: CopyOptions = {}): Promise<CopyReport> =>
  run({ file, target, salvage: null, stop: null, busyTimeoutMs, nativeBinding: nativeBindingOf(process.env) }, options)

/** Checks a copy wholly. Rejects with a StorageError that says what is wrong with it. */
export const verifyCopy = (target: string, options: CopyOptions = {}): Promise<CopyReport> =>
  run(
    { file: null, target, salvage: null, stop: null, busyTimeoutMs, nativeBinding: nativeBindingOf(process.env) },
    options,
  )

export interface SalvageChoice {
  /** A verified backup to compare with and to fill holes from; null: there is none. */
  readonly backup: string | null
  readonly mode: 'demo' | 'live'
  readonly now: number
}

/**
 * What can be read of the damaged `file`, which nobody may write to meanwhile, as a fresh database at `target`. In a thread of its own.
 * Rejects with a StorageError; then there is no `target`.
 */
export function salvageDatabase(
  file: string,
  target: string,
  choice: SalvageChoice,
  { signal, onProgress }: CopyOptions = {},
): Promise<SalvageReport> {
  return new Promise((resolve, reject) => {
    // The thread is busy from beginning to end: it reads no message, so that it looks here.
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const workerData: CopyWorkerOptions = {
      ...{ file, target, salvage: choice, stop, busyTimeoutMs, nativeBinding: nativeBindingOf(process.env) },
    }
    const worker = new Worker(workerUrl('copy'), { workerData, name: 'database salvage' })
    const cancel = () => {
      Atomics.store(stop, 0, 1)
      endCheck(partialSalvage(target))
    }
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    worker.on('message', (message: CopyMessage) => {
      if (message.kind === 'progress') onProgress?.(message.total === 0 ? 0 : message.done / message.total)
      else if (signal?.aborted) {
        // It may have been ready at the very moment.
        rmSync(target, { force: true })
        reject(new StorageError('stopped', 'the salvage was cancelled'))
      } else if (message.kind === 'salvaged') resolve(message.report)
      else if (message.kind === 'failed') reject(new StorageError(message.problem, message.message))
    })
    worker.on('error', (error) =>
      reject(new StorageError('stopped', `the salvage ended unexpectedly: ${String(error)}`)),
    )
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', cancel)
      // After an answer this changes nothing.
      reject(new StorageError('stopped', `the salvage ended unexpectedly (exit code ${code})`))
    })
  })
}

function run(workerData: CopyWorkerOptions, { signal, onProgress }: CopyOptions): Promise<CopyReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl('copy'), { workerData, name: 'database copy' })
    const cancel = () => {
      worker.postMessage('cancel')
      if (workerData.file !== null) endCheck(partialCopy(workerData.target))
    }
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    worker.on('message', (message: CopyMessage) => {
      if (message.kind === 'progress') onProgress?.(message.total === 0 ? 0 : message.done / message.total)
      else if (signal?.aborted) {
        // It may have been ready at the very moment.
        if (message.kind === 'done' && workerData.file !== null) rmSync(workerData.target, { force: true })
        reject(new StorageError('stopped', 'the copy was cancelled'))
      } else if (message.kind === 'done') resolve(message.report)
      else if (message.kind === 'failed') reject(new StorageError(message.problem, message.message))
    })
    worker.on('error', (error) => reject(new StorageError('stopped', `the copy ended unexpectedly: ${String(error)}`)))
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', cancel)
      // After an answer this changes nothing.
      reject(new StorageError('stopped', `the copy ended unexpectedly (exit code ${code})`))
    })
  })
}

/**
 * SQLite cannot be asked to end the check of a copy, which takes half a minute for a few gigabytes and would hold up the end of the
 * program. Without its pages it finds the copy damaged and ends at once; the copy is to go anyway.
 */
function endCheck(partial: string): void {
  try {
    if (existsSync(partial)) truncateSync(partial)
  } catch {
    // Gone meanwhile, or held by a system that does not let go of open files: then the check goes on to its end.
  }
}
