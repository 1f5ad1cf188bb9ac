import { once } from 'node:events'
import { createWriteStream, rmSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExchangeId, Instrument } from '../../shared/domain/index.ts'
import { createBus } from '../bus/index.ts'
import type { Config } from '../config.ts'
import { codeOf, messageOf } from '../errors.ts'
import type { Topic } from '../exchanges/contract.ts'
import { connectorOf } from '../exchanges/registry.ts'
import { ExchangeSession } from '../exchanges/session.ts'
import { createLogger, type Logger } from '../log.ts'
import { InstrumentCatalog } from '../market/catalog.ts'
import { dataDirOf } from '../paths.ts'
import { type Simulator, startSimulatorWorker } from '../simulator/index.ts'
import { CommandError } from './command-error.ts'
import { openConfig } from './open-config.ts'
import { untilAskedToStop } from './shutdown.ts'

export interface RecordFlags {
  readonly exchange: ExchangeId
  readonly symbols: readonly string[]
  readonly seconds: number
  readonly demo?: boolean
  readonly config?: string
  readonly data?: string
  readonly out: string
  readonly logLevel?: string
}

/** Frames that wait for the disk; more than this and the recording ends rather than eat the machine's memory. */
const mostWaitingBytes = 64 * 1024 * 1024

/**
 * Raw frames of an exchange as a fixture: one frame a line in the order they came, text as it is, binary frames (MEXC's) as
 * `base64:` and their bytes. Prints one JSON line with the counts. Ends after `seconds` or on a signal, with a whole file.
 */
export async function record(flags: RecordFlags): Promise<void> {
  const { exchange } = flags
  const config = openConfig(dataDirOf(flags.data, process.env), flags.config, {
    demo: flags.demo,
    logLevel: flags.logLevel,
  })
  const logger = createLogger(config.settings.log.level).child({ exchange })
  const out = await openNew(flags.out)
  const ending = new AbortController()
  const recording = new Recording(out, (problem) => ending.abort(problem))
  void untilAskedToStop(logger).then(() => ending.abort())
  let simulator: Simulator | null = null
  let session: ExchangeSession | null = null
  let problem: unknown = null
  try {
    simulator = flags.demo ? await simulatorFor(config, flags) : null
    session = new ExchangeSession({
      connector: connectorOf(exchange),
      origins: simulator?.origins ?? config.settings.exchanges[exchange]?.origins ?? {},
      bus: createBus((error) => logger.error({ err: error }, 'a listener failed')),
      logger,
      onRawFrame: (frame, isBinary) => recording.add(frame, isBinary),
    })
    const instruments = await instrumentsOf(session, flags, logger, ending.signal)
    session.want(instruments.flatMap(topicsOf))
    session.start()
    await delay(flags.seconds * 1_000, undefined, { signal: ending.signal })
  } catch (error) {
    // Asked to stop is an end like any other; a disk that cannot take more is why it was stopped.
    problem = ending.signal.aborted ? recording.problem : error
  }
  await session?.stop()
  await simulator?.close()
  await recording.end()
  problem ??= recording.problem
  if (problem !== null) {
    // Nothing in it worth keeping, and in the way of another try.
    if (recording.frames === 0) rmSync(flags.out, { force: true })
    throw problem
  }
  const { frames, bytes } = recording
  process.stdout.write(`${JSON.stringify({ file: flags.out, frames, bytes })}\n`)
  process.exit(0)
}

/** Never over another fixture. */
async function openNew(file: string): Promise<WriteStream> {
  const out = createWriteStream(file, { flags: 'wx' })
  try {
    await once(out, 'open')
    return out
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') throw new CommandError(`${file} is there already: remove it, or choose another --out`)
    throw new CommandError(`${file} cannot be written: ${messageOf(error)}`)
  }
}

/** Frames into a file, in order; the first trouble with it is kept and told once. */
class Recording {
  frames = 0
  bytes = 0
  problem: CommandError | null = null
  private readonly out: WriteStream
  private readonly onProblem: (problem: CommandError) => void

  constructor(out: WriteStream, onProblem: (problem: CommandError) => void) {
    this.out = out
    this.onProblem = onProblem
    out.on('error', (error) => this.fail(`${String(out.path)} cannot be written any further: ${error.message}`))
  }

  add(frame: Buffer, isBinary: boolean): void {
    if (this.problem !== null) return
    this.frames++
    this.bytes += frame.length
    // A line is a frame: text with a line break inside travels as bytes too.
    this.out.write(isBinary || frame.includes(10) ? `base64:${frame.toString('base64')}\n` : `${frame.toString()}\n`)
    if (this.out.writableLength > mostWaitingBytes) this.fail('the disk does not keep up with the frames')
  }

  /** Resolves when all that could be written is. */
  async end(): Promise<void> {
    if (this.out.destroyed) return
    this.out.end()
    await finished(this.out).catch((error: unknown) => this.fail(String(error)))
  }

  private fail(message: string): void {
    if (this.problem !== null) return
    this.problem = new CommandError(message)
    this.onProblem(this.problem)
  }
}

function simulatorFor(config: Config, { exchange, symbols }: RecordFlags): Promise<Simulator> {
  const { seed, rate } = config.settings.simulator
  return startSimulatorWorker({ seed, rate, venues: [exchange], symbols, port: 0 })
}

/** Those of the wanted symbols that the exchange lists, of which there must be one. */
async function instrumentsOf(
  session: ExchangeSession,
  { exchange, symbols }: RecordFlags,
  logger: Logger,
  signal: AbortSignal,
): Promise<readonly Instrument[]> {
  const { title } = connectorOf(exchange)
  const listed = await session.loadInstruments({ signal })
  if (!listed.ok) throw new CommandError(`${title} gave no list of instruments: ${listed.failure.message}`)
  const catalog = new InstrumentCatalog([])
  catalog.merge(exchange, listed.value)
  session.useInstruments(catalog.lookup(exchange))
  const instruments = catalog.watched(exchange, symbols)
  const missing = symbols.filter((symbol) => !instruments.some((instrument) => instrument.symbol === symbol))
  if (instruments.length === 0) throw new CommandError(`${title} does not list ${missing.join(', ')}`)
  if (missing.length > 0) logger.warn({ missing }, 'not listed')
  return instruments
}

const topicsOf = (instrument: Instrument): Topic[] => [
  { channel: 'book_ticker', instrument, period: null },
  { channel: 'trade', instrument, period: null },
  { channel: 'kline', instrument, period: '1m' },
]
