import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectors } from '../src/main/exchanges/registry.ts'
import { venues } from '../src/main/simulator/venues/index.ts'
import { exchangeIds, exchangeTitle } from '../src/shared/domain/index.ts'

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
  ['main/plugins/'],
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

/** What every exchange's folder holds, beside what is its own. The contract's docstring and ARCHITECTURE.md say what each is for. */
const coreFiles = [
  ...['index', 'about', 'endpoints', 'schemas', 'subscribe', 'normalize', 'depth'],
  // What a key opens.
  ...['signing', 'account', 'account-stream', 'account-schemas', 'account-normalize'],
].map((name) => `${name}.ts`)

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

const namesIn = (path: string): readonly string[] => readdirSync(join(root, path))

const anyId = `(${exchangeIds.join('|')})`
/** An exchange's id as code has it: quoted, as a key or as a property. Words for people may say `binance:BTC_USDT`. */
const idInCode = new RegExp(`['"\`]${anyId}['"\`]|^\\s*${anyId}:|\\.${anyId}\\b`, 'm')
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')

describe('every exchange', () => {
  it('has an id, a folder, and its line in the registry and among the venues, and nothing else has', () => {
    const ids = [...exchangeIds].sort()
    const entries = readdirSync(join(source, 'main/exchanges'), { withFileTypes: true })
    expect(entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()).toEqual(ids)
    expect(Object.entries(connectors).map(([id, { exchange, title }]) => [id, exchange, title])).toEqual(
      exchangeIds.map((id) => [id, id, exchangeTitle(id)]),
    )
    expect(Object.keys(venues).sort()).toEqual(ids)
  })

  it.each(exchangeIds)('has the same files, a venue, fixtures and tests (%s)', (exchange) => {
    const expected = [
      ...coreFiles.map((name) => `src/main/exchanges/${exchange}/${name}`),
      `src/main/simulator/venues/${exchange}.ts`,
      `src/main/simulator/venues/${exchange}/account-rules.ts`,
      `test/fixtures/${exchange}/SOURCES.md`,
      `test/fixtures/simulated/${exchange}.ndjson`,
      ...['index', 'normalize', 'signing'].map((name) => `test/main/exchanges/${exchange}/${name}.test.ts`),
      `test/main/simulator/venues/${exchange}.test.ts`,
    ]
    expect(expected.filter((file) => !existsSync(join(root, file)))).toEqual([])
    expect(namesIn(`test/main/exchanges/${exchange}`)).toContainEqual(
      expect.stringMatching(/^account[\w-]*\.test\.ts$/),
    )
  })

  it.each(exchangeIds)('has public frames that were recorded or documented, and private samples (%s)', (exchange) => {
    // `GATEIO`, `BINANCE_FUTURES`: recordings bear the names of their source.
    const isOf = (name: string) => name.toLowerCase().startsWith(exchange)
    const frames = [...namesIn('test/fixtures/documented'), ...namesIn('test/fixtures/recordings')]
    expect(frames.filter(isOf)).not.toEqual([])
    const privateOnes = expect.stringMatching(/^(account_|rest_private|ws_private|ws_user)/)
    expect(namesIn(`test/fixtures/${exchange}`)).toContainEqual(privateOnes)
  })

  it('says what it is like: a section of docs/exchanges.md with its quirks, and how to make its key in the README', () => {
    const titles = exchangeIds.map((id) => exchangeTitle(id))
    const sections = textOf('docs/exchanges.md').matchAll(/^## (.+)$/gm)
    expect([...sections].map(([, title]) => title)).toEqual(titles)
    expect(exchangeIds.filter((id) => connectors[id].quirks.length === 0)).toEqual([])
    const [, keys = ''] = textOf('README.md').split('## Connect your accounts')
    const rows = keys.split('\n## ')[0]?.matchAll(/^\| ([A-Z][\w.]+) \|/gm) ?? []
    expect([...rows].map(([, title]) => title)).toEqual(titles)
  })

  it('finds these files told where a newcomer looks', () => {
    const [docstring = ''] = textOf('src/main/exchanges/contract.ts').split('*/')
    const guide = textOf('docs/adding-an-exchange.md')
    expect(coreFiles.filter((name) => !docstring.includes(name) || !guide.includes(name))).toEqual([])
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

  it('is treated apart by no code outside its folder and its venue', () => {
    const own = [...exchangeIds.map((id) => `main/exchanges/${id}/`), 'main/simulator/venues/']
    const lists = ['shared/domain/exchange.ts', 'main/exchanges/registry.ts']
    // The simulated world: who alone lists an asset, and where a ticker means another one than elsewhere.
    const world = ['main/simulator/symbols.ts', 'main/simulator/assets.ts']
    const apart = files
      .filter((file) => !own.some((folder) => file.startsWith(folder)) && ![...lists, ...world].includes(file))
      .filter((file) => idInCode.test(withoutComments(readFileSync(join(source, file), 'utf8'))))
    expect(apart).toEqual([])
  })
})

describe('watching only', () => {
  const changing = /method: '(POST|PUT|DELETE|PATCH)'/g

  it('changes nothing at an exchange but listen keys and tokens of sockets, and posts else only what its list of readings allows', () => {
    const calls = files
      .filter((file) => file.startsWith('main/exchanges/') || file.startsWith('main/account/'))
      .flatMap((file) => {
        const text = readFileSync(join(source, file), 'utf8')
        // The call's address stands within the lines around its method.
        return [...text.matchAll(changing)].map(
          ({ index }) => `${file}: ${text.slice(Math.max(0, index - 200), index + 200)}`,
        )
      })
      .filter((around) => !/listenKey|\/bullet-|ReadingPath|ReadingMethod/i.test(around))
    expect(calls).toEqual([])
  })

  it('knows no address that places, changes or cancels an order', () => {
    const addresses =
      /order\/test|order\/cancel|cancel-order|amend-order|batch-orders|close-position|AddOrder|AmendOrder|EditOrder|CancelOrder|CancelAll|order\.place|order\.cancel|price_orders|batch_orders|countdown_cancel/
    const users = files
      .filter((file) => file.startsWith('main/') && !file.startsWith('main/simulator/'))
      .filter((file) => addresses.test(readFileSync(join(source, file), 'utf8')))
    expect(users).toEqual([])
  })
})
