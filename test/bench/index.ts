import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatTable, type Table } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: 'string' }, json: { type: 'string' } },
})

const benches: Readonly<Record<string, () => Promise<readonly Table[]>>> = {
  normalise: async () => (await import('./normalise.ts')).benchNormalise(values.frames),
  exchanges: async () => (await import('./exchanges.ts')).benchExchanges(),
  spreads: async () => (await import('./spreads.ts')).benchSpreads(),
  books: async () => (await import('./books.ts')).benchBooks(),
  depth: async () => (await import('./depth.ts')).benchDepth(),
  storage: async () => (await import('./storage.ts')).benchStorage(),
  cold: async () => (await import('./cold.ts')).benchCold(),
  'spread-history': async () => (await import('./spread-history.ts')).benchSpreadHistory(),
  pnl: async () => (await import('./pnl.ts')).benchPnl(),
  accounts: async () => (await import('./accounts.ts')).benchAccounts(),
  export: async () => (await import('./export.ts')).benchExport(),
  hub: async () => (await import('./hub.ts')).benchHub(),
  metrics: async () => (await import('./metrics.ts')).benchMetrics(),
  api: async () => (await import('./api.ts')).benchApi(),
  redis: async () => (await import('./redis.ts')).benchRedis(),
  renderer: async () => (await import('./renderer.ts')).benchRenderer(),
  screens: async () => (await import('./screens.ts')).benchScreens(),
}

const wanted = positionals.length > 0 ? positionals : Object.keys(benches)
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(`bench: there is no "${unknown.join('", "')}"; there are ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}

const tables: Table[] = []
console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}\n`)
for (const name of wanted) {
  for (const table of (await benches[name]?.()) ?? []) {
    tables.push(table)
    console.log(`${formatTable(table)}\n`)
  }
}
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ node: process.versions.node, at: new Date().toISOString(), tables }, null, 2)}\n`,
  )
// Worker threads and browsers of a bench must not keep the process.
process.exit(0)
