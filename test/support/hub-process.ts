/**
 * A program that is nothing but a hub: starts the demo in a folder, stops it a while after the start began, says so on stdout, and
 * must then end by itself. Run: node test/support/hub-process.ts <folder> <ms>
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Config } from '../../src/main/config.ts'
import { Hub } from '../../src/main/hub.ts'
import { createLogger } from '../../src/main/log.ts'

const [, , folder = '', ms = ''] = process.argv
const config = Config.open({
  file: join(folder, 'crossbook.yaml'),
  template: 'mode: demo\nsymbols: [BTC_USDT, ETH_USDT_PERP]\n',
  flags: {},
  env: {},
})
const hub = new Hub({
  config,
  dataDir: folder,
  dryRun: false,
  door: 'headless',
  version: '0',
  logger: createLogger('silent'),
})
const starting = hub.start()
await delay(Number(ms))
await hub.stop()
await starting
process.stdout.write('stopped\n')
