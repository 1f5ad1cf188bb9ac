import { Worker } from 'node:worker_threads'
import type { RawFramesStatus } from '../../shared/data.ts'
import type { EpochMs, ExchangeId } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { workerUrl } from '../worker-url.ts'
import { minuteOf, type RawHead, rawFormat, rawKind, recordHeadBytes, topicsConnection } from './format.ts'
import type { FromWorker, RawWorkerOptions, RingState, ToWorker } from './messages.ts'

/** A connection's frames go to the writing thread when this many bytes wait, or after this long: what a crash can lose. */
const blockBytes = 1024 * 1024
const flushEveryMs = 2_000
/** Bytes that wait for the writing thread; above it frames are dropped and counted. */
const mostWaitingBytes = 128 * 1024 * 1024
const firstBlockBytes = 16 * 1024
const restartAfterMs = 10_000
const closeLimitMs = 2_000
/** Text of a block and a part that is compressed are soon rubbish: without a limit its heap grows to some 170 MB before V8 clears it up. */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 192 }

export interface RawRingOptions extends RawWorkerOptions {
  readonly logger: Logger
  /** Told when the state turns bad, in words. */
  readonly onProblem: (words: string) => void
}

/** Frames of one connection and minute that were not handed over yet. */
interface Block {
  readonly head: RawHead
  minute: EpochMs
  bytes: Buffer
  length: number
  /** Without marks. */
  frames: number
}

const nothing: RingState = { bytes: 0, files: 0, oldest: null, newest: null, problem: null }

/**
 * Keeps every public frame as it came, in files of the last hours. A frame costs one copy here; turning it into text, compressing and
 * writing happen in a thread of its own. Never waits: what the disk cannot take is dropped, counted, and told.
 */
export class RawRing {
  private readonly options: RawRingOptions
  private readonly blocks = new Map<string, Block>()
  /** Of which anything was kept. */
  private readonly exchanges = new Set<ExchangeId>()
  private worker: Worker | null = null
  private timer: NodeJS.Timeout | null = null
  private restart: NodeJS.Timeout | null = null
  private onClosed: (() => void) | null = null
  private state = nothing
  private waitingBytes = 0
  private waitingFrames = 0
  private frames = 0
  private dropped = 0
  private problem: string | null = null

  constructor(options: RawRingOptions) {
    this.options = options
  }

  start(): void {
    this.startWorker()
    this.timer = setInterval(() => this.flush(), flushEveryMs)
  }

  /** Called with every frame; its bytes are copied. */
  frame(
    exchange: ExchangeId,
    feed: string,
    connection: string,
    at: EpochMs,
    content: Uint8Array,
    isBinary: boolean,
  ): void {
    this.add(exchange, feed, connection, at, isBinary ? rawKind.binary : rawKind.text, content)
  }

  /** A step in a connection's life; see format.ts. */
  mark(
    exchange: ExchangeId,
    feed: string,
    connection: string,
    at: EpochMs,
    mark: 'opens' | 'takes_over' | 'ends',
    other: string | null,
  ): void {
    const fields = JSON.stringify({ mark, other }).slice(1, -1)
    this.add(exchange, feed, connection, at, rawKind.mark, Buffer.from(fields))
  }

  /** Topics of a feed came or went. */
  topics(exchange: ExchangeId, feed: string, at: EpochMs, mark: 'down' | 'live', instruments: readonly string[]): void {
    const fields = JSON.stringify({ mark, feed, instruments }).slice(1, -1)
    this.add(exchange, topicsConnection, topicsConnection, at, rawKind.mark, Buffer.from(fields))
  }

  status(): RawFramesStatus {
    const { folder } = this.options
    const { bytes, files, oldest, newest } = this.state
    const problem = this.problem ?? this.state.problem
    return { enabled: true, folder, bytes, files, oldest, newest, frames: this.frames, dropped: this.dropped, problem }
  }

  /** What is in memory goes to the disk, for two seconds at most; the next start stores the rest. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer)
    if (this.restart) clearTimeout(this.restart)
    this.timer = null
    this.restart = null
    const at = Date.now()
    for (const exchange of this.exchanges)
      this.add(exchange, topicsConnection, topicsConnection, at, rawKind.mark, Buffer.from('"mark":"stops"'))
    this.flush()
    const { worker } = this
    if (worker === null) return
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, closeLimitMs)
      this.onClosed = () => {
        clearTimeout(limit)
        resolve()
      }
      this.post({ kind: 'close' })
    })
    this.worker = null
    await worker.terminate()
  }

  private add(
    exchange: ExchangeId,
    feed: string,
    connection: string,
    at: EpochMs,
    kind: number,
    content: Uint8Array,
  ): void {
    const size = recordHeadBytes + content.length
    const frames = kind === rawKind.mark ? 0 : 1
    if (this.waitingBytes + size > mostWaitingBytes || this.worker === null) {
      this.dropped += frames
      return
    }
    this.exchanges.add(exchange)
    const key = `${exchange}/${connection}`
    let block = this.blocks.get(key)
    if (block !== undefined && (minuteOf(at) !== block.minute || block.length + size > blockBytes)) {
      this.handOver(block)
      this.blocks.delete(key)
      block = undefined
    }
    if (block === undefined) {
      const head: RawHead = { format: rawFormat, exchange, feed, connection }
      const bytes = Buffer.allocUnsafeSlow(Math.max(firstBlockBytes, size))
      block = { head, minute: minuteOf(at), bytes, length: 0, frames: 0 }
      this.blocks.set(key, block)
    }
    if (block.length + size > block.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(block.bytes.length * 2, block.length + size))
      block.bytes.copy(larger, 0, 0, block.length)
      block.bytes = larger
    }
    const { bytes, length } = block
    bytes.writeDoubleLE(at, length)
    bytes.writeUInt8(kind, length + 8)
    bytes.writeUInt32LE(content.length, length + 9)
    bytes.set(content, length + recordHeadBytes)
    block.length += size
    block.frames += frames
  }

  private flush(): void {
    for (const block of this.blocks.values()) this.handOver(block)
    this.blocks.clear()
  }

  private handOver({ head, minute, bytes, length, frames }: Block): void {
    // A copy of its own length: the rest of the buffer would travel along.
    const block = new Uint8Array(length)
    block.set(bytes.subarray(0, length))
    this.waitingBytes += length
    this.waitingFrames += frames
    const { exchange, connection } = head
    this.post({ kind: 'block', place: { exchange, connection, minute }, head, block, frames }, [block.buffer])
  }

  private post(message: ToWorker, transferred: ArrayBuffer[] = []): void {
    this.worker?.postMessage(message, transferred)
  }

  private startWorker(): void {
    const { logger, onProblem, ...workerData } = this.options
    const worker = new Worker(workerUrl('raw'), { workerData, name: 'raw frames', resourceLimits })
    this.worker = worker
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'closed') {
        this.onClosed?.()
        return
      }
      if (message.kind === 'settled') {
        this.waitingBytes -= message.bytes
        this.waitingFrames -= message.frames
        if (message.kept) this.frames += message.frames
        else this.dropped += message.frames
      }
      const { problem } = message.state
      if (problem !== null && this.state.problem === null) onProblem(problem)
      this.state = message.state
      this.problem = null
    })
    worker.on('error', (error) => {
      this.problem = `the thread that writes raw frames ended: ${messageOf(error)}; it is started again`
      logger.error({ err: error }, 'the thread that writes raw frames ended')
      onProblem(this.problem)
    })
    worker.on('exit', () => {
      this.onClosed?.()
      if (this.worker !== worker) return
      this.worker = null
      this.waitingBytes = 0
      this.dropped += this.waitingFrames
      this.waitingFrames = 0
      if (this.timer) this.restart = setTimeout(() => this.startWorker(), restartAfterMs)
    })
  }
}

/** What is told while nothing is kept. */
export const rawFramesOff = (folder: string): RawFramesStatus => ({
  enabled: false,
  folder,
  ...{ bytes: 0, files: 0, oldest: null, newest: null, frames: 0, dropped: 0, problem: null },
})
