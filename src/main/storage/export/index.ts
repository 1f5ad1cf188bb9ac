/** Exports as the rest of the program sees them: each in a thread of its own, with a connection of its own. */
import { Worker } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { workerUrl } from '../../worker-url.ts'
import type {
  ExportEstimateOfFile,
  ExportFailure,
  ExportMessage,
  ExportPlan,
  ExportProgress,
  ExportSummary,
  ExportThreadData,
} from './messages.ts'

export { gapsFileFor, madeUpName, nameProblem, numbered, withEnding } from './file-name.ts'
export type { ExportEstimateOfFile, ExportFailure, ExportPlan, ExportProgress, ExportSummary } from './messages.ts'

/** Why nothing was exported; `message` is one line in words. */
export class ExportError extends Error {
  readonly failure: ExportFailure

  constructor(failure: ExportFailure, message: string) {
    super(message)
    this.name = 'ExportError'
    this.failure = failure
  }
}

export interface RunningExport {
  /** Resolves with the rows expected once the request is known to be right and the file is begun. Rejects with an ExportError. */
  readonly started: Promise<number>
  /** Rejects with an ExportError; then nothing is left of it. */
  readonly done: Promise<ExportSummary>
  /** `done` rejects soon. */
  cancel(): void
}

export function startExport(plan: ExportPlan, onProgress: (progress: ExportProgress) => void): RunningExport {
  const cancel = new Int32Array(new SharedArrayBuffer(4))
  let begun: (rows: number) => void = () => undefined
  const beginning = new Promise<number>((resolve) => {
    begun = resolve
  })
  const done = runThread<ExportSummary>({ plan, job: 'export', cancel }, (message, settle) => {
    if (message.kind === 'started') begun(message.totalRows)
    else if (message.kind === 'progress') onProgress(message.progress)
    else if (message.kind === 'finished') settle(message.summary)
  })
  const started = Promise.race([beginning, done.then(({ rows }) => rows)])
  // Whoever waits for one of the two is told there.
  started.catch(() => undefined)
  done.catch(() => undefined)
  return { started, done, cancel: () => void Atomics.store(cancel, 0, 1) }
}

/** Rejects with an ExportError. */
export function estimateExport(plan: ExportPlan): Promise<ExportEstimateOfFile> {
  const cancel = new Int32Array(new SharedArrayBuffer(4))
  return runThread<ExportEstimateOfFile>({ plan, job: 'estimate', cancel }, (message, settle) => {
    if (message.kind === 'estimated') settle(message.estimate)
  })
}

function runThread<T>(
  data: ExportThreadData,
  onMessage: (message: ExportMessage, settle: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    // Rows come and go in large batches: without a bound V8 lets garbage pile up.
    const worker = new Worker(workerUrl('export'), {
      workerData: data,
      name: 'export',
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    let cause = ''
    worker.on('message', (message: ExportMessage) => {
      if (message.kind === 'failed') reject(new ExportError(message.failure, message.message))
      else onMessage(message, resolve)
    })
    worker.on('error', (error) => {
      cause = messageOf(error)
    })
    // After an answer this changes nothing.
    worker.on('exit', (code) =>
      reject(new ExportError('failed', `the exporting thread ended unexpectedly (${cause || `exit code ${code}`})`)),
    )
  })
}
