import type { ExchangeId } from '../../shared/domain/index.ts'
import { openGateway } from '../gateway/index.ts'
import { keepHeapSmall } from '../heap.ts'
import { Hub } from '../hub.ts'
import { createLogger } from '../log.ts'
import { dataDirOf, rendererDir } from '../paths.ts'
import { version } from '../version.ts'
import { openConfig } from './open-config.ts'
import { reportBugs, untilAskedToStop } from './shutdown.ts'

export interface ServeFlags {
  readonly config?: string
  readonly data?: string
  readonly demo?: boolean
  readonly exchanges?: readonly ExchangeId[]
  readonly symbols?: readonly string[]
  readonly port?: number
  readonly dryRun?: boolean
  readonly logLevel?: string
}

/** The hub headless. Prints one JSON line on stdout when serving. */
export async function serve(flags: ServeFlags): Promise<void> {
  keepHeapSmall()
  const dataDir = dataDirOf(flags.data, process.env)
  const { demo, exchanges, symbols, port, logLevel } = flags
  const config = openConfig(dataDir, flags.config, { demo, exchanges, symbols, port, logLevel })
  const logger = createLogger(config.settings.log.level)
  const hub = new Hub({ config, dataDir, dryRun: flags.dryRun ?? false, door: 'headless', version, logger })
  const asked = untilAskedToStop(logger)
  reportBugs(logger, () => void hub.stop().finally(() => process.exit(1)))
  try {
    await hub.start()
    const gateway = await openGateway({ hub, dataDir, rendererDir: rendererDir(), logger })
    const ready = { ready: true, url: gateway.url, link: gateway.link(), token: gateway.token, dataDir: hub.dataDir }
    process.stdout.write(`${JSON.stringify(ready)}\n`)
    logger.info({ url: gateway.url, mode: hub.info().mode }, 'serving')
    await asked
    await gateway.close()
  } finally {
    await hub.stop()
  }
  logger.info('stopped')
  // Nothing is left to do; a library's lingering handle must not keep the process.
  process.exit(0)
}
