/**
 * A program that is nothing but a hub over the folder's settings, until it is killed: `node hub-process.ts FOLDER`. Prints a line
 * for each fill right when it is on the bus (`fill ACCOUNT SYMBOL TRADE ORDER`), how the accounts are (`states …`), and
 * `live` once every one is.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '../../src/main/config.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { Hub } from '../../src/main/hub.ts'
import { createLogger } from '../../src/main/log.ts'
import { AccountStatus, fillKey } from '../../src/shared/domain/index.ts'

// The venues it meets allow a thousand times as much, since it is started more often in a minute than a person could.
for (const { pools } of Object.values(connectors))
  for (const pool of pools) Object.assign(pool, { limit: pool.limit * 1_000 })

const [folder = ''] = process.argv.slice(2)
const hub = new Hub({
  config: Config.open({ file: join(folder, 'crossbook.yaml'), template: null, flags: {}, env: {} }),
  dataDir: folder,
  dryRun: false,
  door: 'headless',
  version: '0',
  logger: createLogger('silent'),
})
hub.bus.on('fill', ({ fill }) => void writeSync(1, `fill ${fillKey(fill)}\n`))
await hub.start()
const client = { send: () => {}, keepsUp: () => true }
for (let isLive = false; !isLive; ) {
  await new Promise((resolve) => setTimeout(resolve, 100))
  const reply = await hub.call(client, 'accounts.list', {})
  const accounts = AccountStatus.array().parse(reply.ok ? reply.value : [])
  isLive = accounts.length > 0 && accounts.every(({ state }) => state === 'live')
  writeSync(1, `states ${accounts.map(({ id, state, reason }) => `${id} ${state} ${reason}`).join(', ')}\n`)
}
writeSync(1, 'live\n')
