/** Entry of the thread that makes or verifies one copy of the database, and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import type { StorageProblem } from './contract.ts'
import { storageErrorOf } from './error.ts'
import { type CopyReport, copyVerified, verify } from './verified-copy.ts'

export interface CopyWorkerOptions {
  readonly nativeBinding: string | null
  readonly busyTimeoutMs: number
  /** null: `target` is only verified. */
  readonly file: string | null
  readonly target: string
}

export type CopyMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly report: CopyReport }
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
try {
  const report =
    file === null
      ? verify(target, nativeBinding, { alone: false })
      : await copyVerified(
          { file, busyTimeoutMs, nativeBinding },
          target,
          (done, total) => tell({ kind: 'progress', done, total }),
          () => cancelled,
        )
  tell({ kind: 'done', report })
} catch (error) {
  const { kind, message } = storageErrorOf(error, target)
  tell({ kind: 'failed', problem: kind, message })
}
port.close()
