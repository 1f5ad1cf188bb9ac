/** Entry of a storage thread: the writer, the only one that changes the file, or the reader. */
import { parentPort, workerData } from 'node:worker_threads'
import { collectRegularly } from '../heap.ts'
import { isUnreadable, storageErrorOf } from './error.ts'
import { type Answer, buffersOf, type Handlers, type JobMessage, type Jobs, type WorkerOptions } from './jobs.ts'
import { createReader } from './reader.ts'
import { createWriter } from './writer.ts'

const options: WorkerOptions = workerData

collectRegularly()
if (options.role === 'writer') serve(createWriter(options))
else serve(createReader(options))

/** Answers every message with a value or a StorageError's content; the thread ends by itself after `close`. */
function serve<J extends Jobs>(handlers: Handlers<J>): void {
  const port = parentPort
  if (port === null) throw new Error('worker.ts runs in a worker thread')
  const run = <K extends keyof J>({ job, request }: JobMessage<J, K>) => handlers[job](request)
  port.on('message', (message: JobMessage<J>) => {
    let answer: Answer
    try {
      answer = { id: message.id, ok: true, value: run(message) }
    } catch (error) {
      const { kind, message: text } = storageErrorOf(error, options.file)
      answer = { id: message.id, ok: false, kind, message: text, isFileDamaged: isUnreadable(error) }
    }
    port.postMessage(answer, answer.ok ? buffersOf(answer.value) : [])
    if (message.job === 'close') port.close()
  })
}
