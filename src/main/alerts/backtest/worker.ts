/** Entry of a back-testing thread: one back-test, then it ends. Works without pause, with a connection of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { openForReading } from '../../storage/database.ts'
import { storageErrorOf } from '../../storage/error.ts'
import type { BacktestMessage, BacktestThreadData } from './messages.ts'
import { runBacktest } from './run.ts'

const { plan, database: file, nativeBinding, cancel }: BacktestThreadData = workerData
const busyTimeoutMs = 5_000
/** Screens need no more. */
const tellEveryMs = 200

const tell = (message: BacktestMessage): void => {
  if (parentPort === null) throw new Error('worker.ts runs in a worker thread')
  parentPort.postMessage(message)
}

try {
  const database = openForReading({ file, busyTimeoutMs, nativeBinding, maximumBytes: null })
  let toldAt = 0
  const result = runBacktest(database, plan, {
    onProgress: (part) => {
      if (performance.now() - toldAt < tellEveryMs) return
      toldAt = performance.now()
      tell({ kind: 'progress', part })
    },
    isCancelled: () => Atomics.load(cancel, 0) === 1,
  })
  database.close()
  tell(result === null ? { kind: 'cancelled' } : { kind: 'finished', result })
} catch (error) {
  tell({ kind: 'failed', message: storageErrorOf(error, file).message })
}
