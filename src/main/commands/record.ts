import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { ExchangeId } from '../../shared/domain/index.ts'
import { createBus } from '../bus/index.ts'
import { connectors } from '../exchanges/registry.ts'
import { ExchangeSession } from '../exchanges/session.ts'
import { createLogger } from '../log.ts'
import { InstrumentCatalog } from '../market/catalog.ts'
import { dataDirOf } from '../paths.ts'
import { startSimulatorWorker } from '../simulator/index.ts'
import { openConfig } from './open-config.ts'

export interface RecordFlags {
  readonly exchange: readonly ExchangeId[]
  readonly symbols: readonly string[]
  readonly seconds: number
  readonly demo?: boolean
  readonly config?: string
  readonly data?: string
  readonly out: string
  readonly logLevel?: string
}

/**
 * Raw frames of an exchange as a fixture: one frame a line in the order they came, text as it is, binary frames (MEXC) as
 * `base64:` and their bytes. Prints one JSON line with the counts.
 */
export async function record(flags: RecordFlags): Promise<void> {
  const config = openConfig(dataDirOf(flags.data, process.env), flags.config, {
    demo: flags.demo,
    logLevel: flags.logLevel,
  })
  const logger = createLogger(config.settings.log.level)
  const out = createWriteStream(flags.out, { flags: 'wx' })
  await once(out, 'open')
  const venues = flags.exchange
  const simulator = flags.demo
    ? await startSimulatorWorker({
        seed: config.settings.simulator.seed,
        rate: config.settings.simulator.rate,
        venues,
        symbols: flags.symbols,
        port: 0,
      })
    : null
  const catalog = new InstrumentCatalog([])
  const bus = createBus((error) => logger.error({ err: error }, 'a listener failed'))
  const counts = { frames: 0, bytes: 0 }
  const sessions: ExchangeSession[] = []
  try {
    for (const exchange of venues) {
      const session = new ExchangeSession({
        connector: connectors[exchange],
        origins: simulator?.origins ?? config.settings.exchanges[exchange]?.origins ?? {},
        bus,
        logger,
        onRawFrame: (frame, isBinary) => {
          counts.frames++
          counts.bytes += frame.length
          out.write(isBinary ? `base64:${frame.toString('base64')}\n` : `${frame.toString()}\n`)
        },
      })
      sessions.push(session)
      const listed = await session.loadInstruments()
      if (!listed.ok) throw new Error(`${connectors[exchange].title}: ${listed.failure.message}`)
      catalog.merge(exchange, listed.value)
      session.useInstruments(catalog.lookup(exchange))
      const instruments = catalog.watched(exchange, flags.symbols)
      const missing = flags.symbols.filter((symbol) => !instruments.some((instrument) => instrument.symbol === symbol))
      if (missing.length > 0) logger.warn({ exchange, missing }, 'not listed')
      session.want(
        instruments.flatMap((instrument) => [
          { channel: 'book_ticker' as const, instrument, period: null },
          { channel: 'trade' as const, instrument, period: null },
          { channel: 'kline' as const, instrument, period: '1m' as const },
        ]),
      )
      session.start()
    }
    await new Promise((resolve) => setTimeout(resolve, flags.seconds * 1_000))
  } finally {
    await Promise.all(sessions.map((session) => session.stop()))
    await simulator?.close()
    out.end()
    await finished(out)
  }
  process.stdout.write(`${JSON.stringify({ file: flags.out, ...counts })}\n`)
  process.exit(0)
}
