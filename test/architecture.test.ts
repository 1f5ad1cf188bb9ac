import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectors } from '../src/main/exchanges/registry.ts'
import { exchangeIds } from '../src/shared/domain/index.ts'

const root = resolve(import.meta.dirname, '..')
const source = join(root, 'src')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))

const importsOf = (file: string): string[] =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name]) => name ?? '')

/** From the top down: a layer may import itself and what stands below it. */
const layers: readonly (readonly string[])[] = [
  ['main/index.ts', 'main/cli.ts'],
  ['main/shell/', 'main/gateway/', 'main/commands/'],
  ['main/hub.ts'],
  [
    'main/calls.ts',
    'main/account-calls.ts',
    'main/alert-calls.ts',
    'main/alert-side.ts',
    'main/data-calls.ts',
    'main/bot-calls.ts',
    'main/truth-calls.ts',
    'main/coin-calls.ts',
    'main/coin-side.ts',
    'main/asset-calls.ts',
    'main/spread-calls.ts',
    'main/history-calls.ts',
    'main/layout-calls.ts',
    'main/account-side.ts',
    'main/market-run.ts',
    'main/observation-calls.ts',
    'main/database-replacement.ts',
    'main/bot-side.ts',
    'main/network.ts',
  ],
  [
    'main/data-side.ts',
    'main/observation-side.ts',
    'main/database-desk.ts',
    'main/continuity.ts',
    'main/history-requests.ts',
    'main/raw-recording.ts',
    'main/rebuild',
    'main/exports.ts',
    'main/backups.ts',
    'main/upkeep.ts',
    'main/metrics/',
  ],
  ['main/happenings.ts'],
  [
    'main/handlers.ts',
    'main/broadcaster.ts',
    'main/market-database.ts',
    'main/alerts.ts',
    'main/alerts/',
    'main/progress.ts',
  ],
  ['main/analytics/'],
  ['main/market-health/'],
  ['main/market/', 'main/account/', 'main/depth-history/'],
  ['main/replay/', 'main/bridges/', 'main/data-contract.ts', 'main/bots-contract.ts', 'main/truth-contract.ts'],
  ['main/recorder.ts', 'main/recorder/'],
  ['main/simulator/'],
  ['main/raw/'],
  ['main/storage/'],
  ['main/pnl.ts', 'main/pnl/'],
  ['main/exchanges/'],
  ['main/net/'],
  [
    'main/bus/',
    'main/config.ts',
    'main/data-folder.ts',
    'main/keychain.ts',
    'main/log.ts',
    'main/disk.ts',
    'main/errors.ts',
    'main/files.ts',
    'main/layouts.ts',
    'main/heap.ts',
    'main/tokens.ts',
    'main/paths.ts',
    'main/version.ts',
    'main/worker-url.ts',
  ],
  ['shared/'],
]
const layerOf = (file: string) => layers.findIndex((names) => names.some((name) => file.startsWith(name)))

describe('imports', () => {
  const inner = files.filter((file) => !file.startsWith('renderer/') && !file.startsWith('preload/'))

  it('know a layer for every file', () => {
    expect(inner.filter((file) => layerOf(file) < 0)).toEqual([])
  })

  it('point downwards only', () => {
    const upwards = inner.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(source, resolve(source, dirname(file), name)).replaceAll('\\', '/'))
        .filter((target) => layerOf(target) < layerOf(file))
        // The recorder reads the quote board; venues and wire formats know the exchange's own tables.
        .filter((target) => !(file.startsWith('main/recorder') && target === 'main/market/quotes.ts'))
        .map((target) => `${file} imports ${target}`),
    )
    expect(upwards).toEqual([])
  })

  it('keep main and renderer apart', () => {
    const crossing = files
      .filter((file) => file.startsWith('renderer/') || file.startsWith('preload/'))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => name.includes('/main/'))
          .map((name) => `${file} imports ${name}`),
      )
    expect(crossing).toEqual([])
  })

  it('bring Electron into the desktop door only', () => {
    const users = inner.filter((file) => importsOf(file).includes('electron'))
    expect(users.filter((file) => file !== 'main/index.ts' && !file.startsWith('main/shell/'))).toEqual([])
  })
})

describe('every exchange', () => {
  const folder = join(source, 'main/exchanges')
  const folders = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )

  it('has a folder, an id and a line in the registry', () => {
    expect(folders.sort()).toEqual([...exchangeIds].sort())
    expect(Object.entries(connectors).every(([id, connector]) => id === connector.exchange)).toBe(true)
  })

  it.each(folders)('has the same files, a venue and fixtures with their source (%s)', (exchange) => {
    const expected = [
      ...['index', 'endpoints', 'schemas', 'subscribe', 'normalize', 'depth'].map(
        (name) => `src/main/exchanges/${exchange}/${name}.ts`,
      ),
      // The private half.
      ...['signing', 'account', 'account-schemas', 'account-normalize'].map(
        (name) => `src/main/exchanges/${exchange}/${name}.ts`,
      ),
      `src/main/simulator/venues/${exchange}.ts`,
      `test/fixtures/${exchange}/SOURCES.md`,
    ]
    expect(expected.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('is named nowhere in net/, nor where all exchanges are treated alike', () => {
    const contracts = ['contract', 'account-contract', 'registry'].map((name) => `main/exchanges/${name}.ts`)
    const named = files
      .filter((file) => file.startsWith('main/net/') || /^main\/exchanges\/[\w-]+\.ts$/.test(file))
      .filter((file) => !contracts.includes(file))
      .filter((file) =>
        exchangeIds.some((id) => new RegExp(`\\b${id}\\b`, 'i').test(readFileSync(join(source, file), 'utf8'))),
      )
    expect(named).toEqual([])
  })
})

describe('watching only', () => {
  const changing = /method: '(POST|PUT|DELETE|PATCH)'/g

  it('changes nothing at an exchange but listen keys', () => {
    const calls = files
      .filter((file) => file.startsWith('main/exchanges/') || file.startsWith('main/account/'))
      .flatMap((file) => {
        const text = readFileSync(join(source, file), 'utf8')
        // The call's address stands within the lines around its method.
        return [...text.matchAll(changing)].map(
          ({ index }) => `${file}: ${text.slice(Math.max(0, index - 200), index + 200)}`,
        )
      })
      .filter((around) => !/listenKey/i.test(around))
    expect(calls).toEqual([])
  })

  it('knows no address that places, changes or cancels an order', () => {
    const addresses =
      /order\/test|order\/cancel|cancel-order|amend-order|batch-orders|close-position|order\.place|order\.cancel|price_orders|batch_orders|countdown_cancel/
    const users = files
      .filter((file) => file.startsWith('main/') && !file.startsWith('main/simulator/'))
      .filter((file) => addresses.test(readFileSync(join(source, file), 'utf8')))
    expect(users).toEqual([])
  })
})
