/** Entry of the thread that writes raw frames. */
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { collectRegularly } from '../heap.ts'
import { RingFiles } from './files.ts'
import type { FromWorker, RawWorkerOptions, ToWorker } from './messages.ts'
import { LocalRawStore } from './store.ts'

const sweepEveryMs = 5_000
const spoolName = '.spool'

const port = parentPort
if (port === null) throw new Error('raw/worker.ts runs in a worker thread')
const { folder, keepHours, maximumBytes }: RawWorkerOptions = workerData
const tell = (message: FromWorker): void => port.postMessage(message)
collectRegularly()
const files = new RingFiles({
  store: new LocalRawStore(folder),
  spool: join(folder, spoolName),
  keepHours,
  maximumBytes,
})

let turn: Promise<void> = files.start(Date.now())
const inTurn = (run: () => Promise<void>): void => {
  turn = turn.then(run)
}
inTurn(async () => tell({ kind: 'state', state: files.state() }))

const sweeping = setInterval(
  () =>
    inTurn(async () => {
      await files.sweep(Date.now())
      tell({ kind: 'state', state: files.state() })
    }),
  sweepEveryMs,
)

port.on('message', (message: ToWorker) => {
  inTurn(async () => {
    if (message.kind === 'block') {
      const { place, head, block, frames } = message
      const kept = await files.add(place, head, Buffer.from(block.buffer, block.byteOffset, block.byteLength))
      tell({ kind: 'settled', bytes: block.byteLength, frames, kept, state: files.state() })
      return
    }
    clearInterval(sweeping)
    await files.close()
    tell({ kind: 'closed' })
    port.close()
  })
})
