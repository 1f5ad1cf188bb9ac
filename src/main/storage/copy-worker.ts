/** Entry of the thread that makes or verifies one copy of the database, or salvages a damaged one, and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import type { SalvageReport } from '../../shared/data.ts'
import type { StorageProblem } from './contract.ts'
import { StorageError, storageErrorOf } from './error.ts'
import { salvage } from './salvage/salvage.ts'
import { type CopyReport, copyVerified, verify } from './verified-copy.ts'

export interface CopyWorkerOptions {
  readonly nativeBinding: string | null
  readonly busyTimeoutMs: number
  /** null: `target` is only verified. */
  readonly file: string | null
  readonly target: string
  /** null: it is a copy, page by page. Else `file` is damaged, and what can be read of it goes into `target`. */
  readonly salvage: { readonly backup: string | null; readonly mode: 'demo' | 'live'; readonly now: number } | null
  /** Not 0: the salvage is to end. */
  readonly stop: Int32Array | null
}

export type CopyMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly report: CopyReport }
  | { readonly kind: 'salvaged'; readonly report: SalvageReport }
  | { readonly kind: 'failed'; readonly problem: StorageProblem; readonly message: string }

const options: CopyWorkerOptions = workerData
const port = parentPort
if (port === null) throw new Error('copy-worker.ts runs in a worker thread')
const tell = (message: CopyMessage): void => port.postMessage(message)
let cancelled = false
port.on('message', () => {
  cancelled = true
})

const { file, target, nativeBinding, busyTimeoutMs } = options
const onProgress = (done: number, total: number) => {
  if (options.stop !== null && Atomics.load(options.stop, 0) !== 0)
    throw new StorageError('stopped', 'the salvage was cancelled')
  tell({ kind: 'progress', done, total })
}
try {
  if (file !== null && options.salvage !== null) {
    const report = salvage({ file, target, nativeBinding, busyTimeoutMs, ...options.salvage }, onProgress)
    tell({ kind: 'salvaged', report })
  } else {
    const report =
      file === null
        ? verify(target, nativeBinding, { alone: false })
        : await copyVerified({ file, busyTimeoutMs, nativeBinding }, target, onProgress, () => cancelled)
    tell({ kind: 'done', report })
  }
} catch (error) {
  const { kind, message } = storageErrorOf(error, target)
  tell({ kind: 'failed', problem: kind, message })
}
port.close()
