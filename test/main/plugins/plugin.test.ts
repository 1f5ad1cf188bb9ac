/** Connectors of others through the real thing: a process of their own under Node's permissions, a loopback exchange, a hub with its database. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { findPlugin } from '../../../src/main/plugins/manifest.ts'
import { nodeForPlugins } from '../../../src/main/plugins/node.ts'
import { PluginSession, type PluginSessionOptions } from '../../../src/main/plugins/session.ts'
import type { MarketEvent } from '../../../src/shared/domain/index.ts'
import { startAcme } from '../../support/acme.ts'
import { query, startHub, type TestHub } from '../../support/hub.ts'
import { bundledNode, programOf } from '../../support/nodes.ts'
import { crossbook, ensureBuilt } from '../../support/program.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const acmeFolder = fileURLToPath(new URL('../../fixtures/plugins/crossbook-connector-acme', import.meta.url))
const withinMs = 60_000

interface SetUp {
  readonly origins: Readonly<Record<string, string>>
  readonly folder?: string
  readonly allowed?: boolean
  readonly pluginNode?: string | null
}

const settingsOf = ({ origins, folder = acmeFolder, allowed = true, pluginNode = null }: SetUp) => ({
  mode: 'live',
  pluginNode,
  plugins: [{ package: folder, exchange: 'x-acme', allowed }],
  exchanges: { 'x-acme': { origins } },
  symbols: ['BTC_USDT', 'ETH_USDT'],
  periods: ['1m'],
  trades: { record: ['BTC_USDT'] },
  history: { backfillCandles: 50 },
})

/** Acme with other code of its module: `before` runs when it is loaded, `change` is laid over what it exports. */
function otherwise(before: string, change = '({})'): string {
  const folder = temporaryFolder()
  const manifest = {
    exchange: 'x-acme',
    title: 'Acme',
    kinds: ['spot'],
    origins: ['https://api.acme.example', 'wss://stream.acme.example'],
    fees: { spot: { maker: 0.001, taker: 0.002 }, perpetual: { maker: 0.001, taker: 0.002 } },
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', crossbook: manifest }))
  writeFileSync(
    join(folder, 'index.js'),
    `import acme from ${JSON.stringify(pathToFileURL(join(folder, 'acme.js')).href)}\n${before}\n` +
      `export default (kit) => { const plain = acme(kit); return { ...plain, ...(${change}) } }\n`,
  )
  // Its own copy: what lies outside of its folder cannot be read.
  writeFileSync(join(folder, 'acme.js'), readAcme())
  return folder
}
/** For `before`: what a plugin can tell past the program's own code in its process, frame by frame. */
const tellsItself = `import { writeSync } from 'node:fs'
const write = (bytes) => {
  for (let at = 0; at < bytes.length; )
    try { at += writeSync(3, bytes, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
}
const head = (length) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(length); return bytes }
const tell = (message) => {
  const text = Buffer.from(JSON.stringify(message))
  write(Buffer.concat([head(text.length), text]))
}
`
const readAcme = (): string => readFileSync(join(acmeFolder, 'index.js'), 'utf8')

/** Without a hub; stopped when the test ends. */
function sessionOf(
  folder: string,
  origins: Readonly<Record<string, string>>,
  { pluginNode = null, ...limits }: Pick<PluginSessionOptions, 'mostMemory'> & { pluginNode?: string | null } = {},
): PluginSession {
  const runs = nodeForPlugins(pluginNode)
  if (!runs.ok) throw new Error(`${runs.status.fault}`)
  const found = findPlugin({ package: folder, exchange: 'x-acme', allowed: true }, '')
  if (!found.ok) throw new Error(found.problem)
  const ignore = () => undefined
  const session = new PluginSession({
    plugin: { ...found.plugin, node: runs.node },
    network: { watch: null, proxy: () => null },
    origins,
    bus: createBus(ignore),
    logger: createLogger('silent'),
    onTopics: ignore,
    onDepth: ignore,
    onDoubt: ignore,
    longestSilenceMs: 3_000,
    ...limits,
  })
  onTestFinished(() => session.stop())
  return session
}

/** Such as the machine has besides: of another version, and so with other flags. */
const otherNodes = ['/usr/bin/node', '/usr/local/bin/node'].filter((path) => nodeForPlugins(path).ok)

const status = ({ hub }: TestHub) => hub.connections().find(({ exchange }) => exchange === 'x-acme')

function heard(test: TestHub): MarketEvent[] {
  const events: MarketEvent[] = []
  for (const kind of ['book_ticker', 'trade', 'kline'] as const) test.hub.bus.on(kind, (event) => events.push(event))
  return events
}

// What runs in a plugin's process is the built one, for hubs from sources as well.
beforeAll(ensureBuilt, 180_000)

// One after the other: which plugins are in force is the process's to know, and these hubs share one.
describe('a plugin', () => {
  it('brings quotes, trades, candles and books to the bus and the database', { timeout: 120_000 }, async () => {
    const { origins, topics } = await startAcme()
    const test = await startHub({ settings: settingsOf({ origins }) })
    const events = heard(test)
    const rowsOf = (sql: string) => test.rows<{ n: number }>(sql)[0]?.n ?? 0
    await expect
      .poll(() => new Set(events.map(({ kind }) => kind)), { timeout: withinMs })
      .toEqual(new Set(['book_ticker', 'trade', 'kline']))
    expect(topics()).toContain('book:BTC-USDT')
    await expect
      .poll(() => rowsOf("SELECT count(*) AS n FROM v_book_tickers WHERE exchange = 'x-acme'"), { timeout: withinMs })
      .toBeGreaterThan(2)
    await expect
      .poll(() => rowsOf("SELECT count(*) AS n FROM v_klines WHERE exchange = 'x-acme' AND is_closed"), {
        timeout: withinMs,
      })
      .toBeGreaterThan(80)
    await expect
      .poll(() => rowsOf("SELECT count(*) AS n FROM v_trades WHERE exchange = 'x-acme'"), { timeout: withinMs })
      .toBeGreaterThan(2)
    const truths = async () => (await test.ask('books.list', {})).map(({ truth }) => truth)
    await expect.poll(truths, { timeout: withinMs }).toEqual(['live', 'live'])
    const btc = test.hub.instrument('x-acme:BTC_USDT')
    const best = test.hub.orderBook(btc?.id ?? -1)?.book.top(2)
    expect([[...(best?.bidQuantity ?? [])], [...(best?.askQuantity ?? [])]]).toEqual([
      [2, 7],
      [3, 8],
    ])
    expect(status(test)).toMatchObject({ state: 'live', instruments: 2, watched: 2 })
    const quote = events.find((event) => event.kind === 'book_ticker')
    expect(quote).toMatchObject({ bidQuantity: 2, askQuantity: 3, instrument: { exchange: 'x-acme' } })
  })

  it('is not loaded unless it is allowed, and is told of', { timeout: 120_000 }, async () => {
    const { origins, requests } = await startAcme()
    const test = await startHub({ settings: settingsOf({ origins, allowed: false }) })
    const { plugins } = await test.ask('settings.get', {})
    expect(plugins).toEqual([
      {
        package: acmeFolder,
        exchange: 'x-acme',
        allowed: false,
        title: 'Acme',
        version: '1.0.0',
        origins: ['https://api.acme.example', 'wss://stream.acme.example'],
        problem: null,
      },
    ])
    expect(status(test)).toBeUndefined()
    await test.ask('settings.update', {
      changes: [{ path: ['plugins'], value: [{ package: acmeFolder, exchange: 'x-acme', allowed: true }] }],
    })
    expect(requests).toEqual([])
    await expect.poll(() => status(test)?.state, { timeout: withinMs }).toBe('live')
  })

  it.each([bundledNode, ...otherNodes])(
    'can neither read files, load keytar, start processes nor reach what listens at a file, on the Node %s',
    {
      timeout: 120_000,
    },
    async (pluginNode) => {
      const { address, origins, requests } = await startAcme()
      const socketFile = join(temporaryFolder(), 'bus')
      const connections: unknown[] = []
      const listening = createServer((socket) => connections.push(socket))
      await new Promise<void>((resolve) => listening.listen(socketFile, resolve))
      onTestFinished(() => void listening.close())
      const keytar = createRequire(import.meta.url).resolve('keytar')
      const data = temporaryFolder()
      const attempts = {
        program: `(await import('node:fs')).readFileSync(${JSON.stringify(fileURLToPath(new URL('../../../package.json', import.meta.url)))})`,
        settings: `(await import('node:fs')).readFileSync(${JSON.stringify(join(data, 'crossbook.yaml'))})`,
        write: `(await import('node:fs')).writeFileSync(${JSON.stringify(join(data, 'mine'))}, '')`,
        spawn: `(await import('node:child_process')).spawnSync('true')`,
        worker: `new (await import('node:worker_threads')).Worker('1', { eval: true })`,
        keytar: `await (await import(${JSON.stringify(pathToFileURL(keytar).href)})).default.findCredentials('crossbook')`,
        sqlite: `new (await import('node:sqlite')).DatabaseSync(${JSON.stringify(join(data, 'crossbook.db'))})`,
        signal: `process.kill(process.ppid, 0)`,
        debugger: `process._debugProcess(process.ppid)`,
        priority: `(await import('node:os')).setPriority(process.ppid, 19)`,
        listen: `await new Promise((resolve, reject) => import('node:net').then(({ createServer }) => createServer().on('error', reject).listen(${JSON.stringify(join(data, 'mine'))}, resolve)).catch(reject))`,
        bus: `await new Promise((resolve, reject) => import('node:net').then(({ connect }) => connect(${JSON.stringify(socketFile)}, resolve).on('error', reject)).catch(reject))`,
        binding: `process.binding('pipe_wrap')`,
        environment: `if (Object.keys(process.env).some((name) => /CROSSBOOK|DBUS|HOME|TOKEN/.test(name))) 0; else throw new Error('nothing there')`,
      }
      const before = Object.entries(attempts)
        .map(([name, code]) => `try { ${code}; done.push('${name}') } catch { refused.push('${name}') }`)
        .join('\n')
      const folder = otherwise(
        `const [done, refused] = [[], []]\n${before}\n` +
          `await fetch('${address}/report?done=' + done.join() + '&refused=' + refused.join())`,
      )
      await startHub({ settings: settingsOf({ origins, folder, pluginNode }), folder: data })
      const report = () => requests.find((path) => path.startsWith('/report'))
      await expect.poll(report, { timeout: withinMs }).toBe(`/report?done=&refused=${Object.keys(attempts).join()}`)
      expect(connections).toEqual([])
    },
  )

  it('runs on the Node that the settings name, and on no other', { timeout: 120_000 }, async () => {
    const { origins, topics } = await startAcme()
    const started = join(temporaryFolder(), 'started')
    const pluginNode = programOf(`echo "$@" >> "${started}"\nexec "${bundledNode}" "$@"`)
    const test = await startHub({ settings: settingsOf({ origins, pluginNode }) })
    await expect.poll(topics, { timeout: withinMs }).toContain('quote:BTC-USDT')
    await expect.poll(() => status(test)?.state, { timeout: withinMs }).toBe('live')
    const [first, second, ...more] = readFileSync(started, 'utf8').trim().split('\n')
    expect([first, more]).toEqual(['--version', []])
    expect(second).toMatch(/^--permission .*out\/plugin-host\/host\.mjs$/)
    const { nodeForPlugins: node, plugins } = await test.ask('settings.get', {})
    expect(node).toEqual({ named: pluginNode, version: process.versions.node, fault: null })
    expect(plugins[0]?.problem).toBeNull()
  })

  it('does not run where the Node named for it is none, and the hub runs all the same', async () => {
    const { origins, requests } = await startAcme()
    const pluginNode = join(temporaryFolder(), 'gone')
    const test = await startHub({ settings: settingsOf({ origins, pluginNode }) })
    const { nodeForPlugins: node, plugins } = await test.ask('settings.get', {})
    expect(node).toEqual({ named: pluginNode, version: null, fault: 'absent' })
    expect(plugins[0]?.problem).toBe('there is no Node to run it')
    expect(status(test)).toBeUndefined()
    expect(requests).toEqual([])
  })

  it('is not even loaded by a program that passes the permissions over', { timeout: 120_000 }, async () => {
    const { origins } = await startAcme()
    const loaded = join(temporaryFolder(), 'loaded')
    const folder = otherwise(`(await import('node:fs')).writeFileSync(${JSON.stringify(loaded)}, '')`)
    const careless = programOf(
      `case "$1" in --version) exec "${bundledNode}" --version ;; esac\nfor last; do :; done\nexec "${bundledNode}" "$last"`,
    )
    const session = sessionOf(folder, origins, { pluginNode: careless })
    session.start()
    await expect
      .poll(() => session.status().reason, { timeout: withinMs })
      .toMatch(/^its connector cannot be used: the program that was named as Node keeps to no permissions; /)
    expect(existsSync(loaded)).toBe(false)
  })

  it('goes down with its process, and comes back with its candles', { timeout: 120_000 }, async () => {
    const { origins, requests, send } = await startAcme()
    const folder = otherwise(
      '',
      `{ createNormalizer: (feed, lookup) => {
        const read = plain.createNormalizer(feed, lookup)
        return (data, ...more) => (data.toString() === '"crash"' ? process.exit(7) : read(data, ...more))
      } }`,
    )
    const test = await startHub({ settings: settingsOf({ origins, folder }) })
    const feeds: unknown[] = []
    test.hub.bus.on('connection', ({ exchange, state, reason, cause, reconnected }) => {
      if (exchange === 'x-acme') feeds.push({ state, reason, cause, reconnected })
    })
    const quotes = heard(test)
    const rowsOf = <T>(sql: string) => test.rows<T>(sql)
    // Nothing is missing of what was never recorded.
    const recorded = () => rowsOf('SELECT DISTINCT instrument_id FROM book_tickers').length
    await expect.poll(recorded, { timeout: withinMs }).toBe(2)
    const marketsAsked = (since: number) =>
      new Set(requests.slice(since).flatMap((path) => /^\/candles\?market=([^&]+)/.exec(path)?.[1] ?? []))
    await expect.poll(() => marketsAsked(0), { timeout: withinMs }).toEqual(new Set(['BTC-USDT', 'ETH-USDT']))
    const askedBefore = requests.length
    const feedsBefore = feeds.length
    send('"crash"')
    await expect.poll(() => status(test)?.state, { timeout: withinMs }).toBe('waiting')
    const ended = 'its process ended by itself (code 7)'
    expect(feeds.slice(feedsBefore)).toEqual([{ state: 'down', reason: ended, cause: 'outage', reconnected: false }])
    expect(status(test)?.reason).toBe(`${ended}; it is started again in 1 s`)
    const before = quotes.length
    await expect.poll(() => quotes.length, { timeout: withinMs }).toBeGreaterThan(before)
    expect(status(test)?.notes).toContain('restarts of its process: 1')
    expect(feeds.slice(feedsBefore + 1)).toContainEqual(expect.objectContaining({ state: 'live', reconnected: true }))
    await expect.poll(() => marketsAsked(askedBefore), { timeout: withinMs }).toEqual(marketsAsked(0))
    const gaps = () =>
      rowsOf<object>(
        "SELECT cause, detail, to_time > from_time AS is_over FROM gaps WHERE kind = 'book_ticker' ORDER BY instrument_id",
      )
    const gap = { cause: 'outage', detail: ended, is_over: 1 }
    await expect.poll(gaps, { timeout: withinMs }).toEqual([gap, gap])
  })

  it('that hangs, floods or cannot be read is ended and named for it', { timeout: 120_000 }, async () => {
    const { origins } = await startAcme()
    const reasonOf = (before: string, change?: string): (() => string | null) => {
      const session = sessionOf(otherwise(before, change), origins)
      session.start()
      return () => session.status().reason
    }
    const flood = reasonOf(
      `${tellsItself} setTimeout(() => { for (let sent = 0; sent < 50_000; sent++) tell({ kind: 'beat' }) }, 500)`,
    )
    const rubbish = reasonOf(`${tellsItself} setTimeout(() => tell({ kind: 'secret', of: 'nobody' }), 500)`)
    const noJson = reasonOf(`${tellsItself} setTimeout(() => write(Buffer.from([0, 0, 0, 2, 9, 9])), 500)`)
    const huge = reasonOf(`${tellsItself} setTimeout(() => write(head(500_000_000)), 500)`)
    const boasts = reasonOf(
      `${tellsItself} const none = { reason: null, clockOffsetMs: null, restLatencyMs: null, trouble: null }
       const zero = { instruments: 0, watched: 0, messagesPerSecond: 0, reconnects: 0, frames: 0 }
       const status = { exchange: 'x-acme', state: 'live', ...none, ...zero, rejected: [], budgets: [], sockets: [] }
       setTimeout(() => tell({ kind: 'status', lives: [], status: { ...status, notes: ['x'.repeat(2_000_000)] } }), 500)`,
    )
    const complains = reasonOf(`setInterval(() => console.error('x'.repeat(100_000)), 1)`)
    const other = reasonOf('', `{ exchange: 'binance' }`)
    const throws = reasonOf(`throw new Error('not today')`)
    const hangs = reasonOf(`setTimeout(() => { for (;;); }, 1_000)`)
    const within = { timeout: withinMs }
    await Promise.all([
      expect.poll(flood, within).toMatch(/^it floods Crossbook with messages; it is started again in /),
      expect.poll(rubbish, within).toMatch(/^it told what cannot be read: kind: /),
      expect.poll(noJson, within).toMatch(/^it told what cannot be read: no JSON; /),
      expect.poll(huge, within).toMatch(/^it told what cannot be read: 500000000 bytes at once; /),
      expect.poll(boasts, within).toMatch(/^it told what cannot be read: 2000\d+ bytes of how it is; /),
      expect.poll(complains, within).toMatch(/^it floods Crossbook with complaints; /),
      expect.poll(other, within).toMatch(/^its connector cannot be used: it is for binance, not for x-acme; /),
      expect.poll(throws, within).toMatch(/^its connector cannot be used: not today; /),
      expect.poll(hangs, within).toMatch(/^it does not answer any more; /),
    ])
  })

  it('has no channel of Node by which it could end Crossbook or hand it sockets', { timeout: 120_000 }, async () => {
    const { address, origins, requests } = await startAcme()
    // Node's own frames: one that is out of turn throws in the process that gets it.
    const session = sessionOf(
      otherwise(
        `const sent = typeof process.send === 'function' && process.send({ cmd: 'NODE_HANDLE_ACK' })
         await fetch('${address}/report?sent=' + sent)`,
      ),
      origins,
    )
    session.start()
    const report = () => requests.find((path) => path.startsWith('/report'))
    await expect.poll(report, { timeout: withinMs }).toBe('/report?sent=false')
    await expect.poll(() => session.status().reason, { timeout: withinMs }).not.toBe('its process is starting')
  })

  it.runIf(process.platform === 'linux')(
    'that fills the memory with buffers is ended',
    { timeout: 120_000 },
    async () => {
      const { origins } = await startAcme()
      const folder = otherwise(`setTimeout(() => { globalThis.kept = Buffer.alloc(300_000_000, 1) }, 500)`)
      const session = sessionOf(folder, origins, { mostMemory: 350_000_000 })
      session.start()
      await expect
        .poll(() => session.status().reason, { timeout: withinMs })
        .toMatch(/^it takes \d+ MB of memory; it is started again in /)
    },
  )

  it('that tells as much as it can leaves Crossbook half of its time', { timeout: 120_000 }, async () => {
    const { origins } = await startAcme()
    // Nothing of it is true of any market of its own, but all of it has to be looked at.
    const session = sessionOf(
      otherwise(
        `${tellsItself} const fake = { kind: 'book_ticker', instrument: 999, bidPrice: -1 }
         const events = Array.from({ length: 5_000 }, () => fake)
         setTimeout(() => { for (;;) tell({ kind: 'batch', dropped: 0, events }) }, 500)`,
      ),
      origins,
    )
    session.start()
    const rejected = () => session.status().rejected[0]?.count ?? 0
    await expect.poll(rejected, { timeout: withinMs }).toBeGreaterThan(20_000)
    const before = performance.eventLoopUtilization()
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    // Half for the plugin, and something for everything else.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.75)
  })

  it('whose package leads out of its folder by a link is not started', { timeout: 120_000 }, async () => {
    const { address, origins, requests } = await startAcme()
    const secrets = temporaryFolder()
    writeFileSync(join(secrets, 'crossbook.yaml'), 'secret')
    const folder = otherwise(
      `import { readFileSync } from 'node:fs'
       await fetch('${address}/report?' + readFileSync(new URL('./notes/crossbook.yaml', import.meta.url), 'utf8'))`,
    )
    symlinkSync(secrets, join(folder, 'notes'))
    const session = sessionOf(folder, origins)
    session.start()
    await expect
      .poll(() => session.status().reason, { timeout: withinMs })
      .toMatch(/^notes in its package is a link that leads out of it; it is started again in /)
    expect(requests.filter((path) => path.startsWith('/report'))).toEqual([])
  })

  it('runs in the built program', { timeout: 120_000 }, async () => {
    const { origins, topics } = await startAcme()
    const data = temporaryFolder()
    writeFileSync(join(data, 'crossbook.yaml'), stringify(settingsOf({ origins })))
    const { json, child, ended } = crossbook(['serve', '--data', data, '--port', '0'])
    expect(await json()).toMatchObject({ ready: true })
    await expect.poll(topics, { timeout: withinMs }).toContain('book:BTC-USDT')
    const recorded = () =>
      query<{ symbol: string }>(
        join(data, 'crossbook.db'),
        "SELECT DISTINCT symbol FROM v_book_tickers WHERE exchange = 'x-acme' ORDER BY symbol",
      ).map(({ symbol }) => symbol)
    await expect.poll(recorded, { timeout: withinMs }).toEqual(['BTC_USDT', 'ETH_USDT'])
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
    // Its process goes with it.
    await expect.poll(topics, { timeout: withinMs }).toEqual([])
  })

  it('tells nothing of other exchanges', { timeout: 120_000 }, async () => {
    const { origins } = await startAcme()
    const folder = otherwise(
      `${tellsItself} const fake = { kind: 'book_ticker', bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1, exchangeAt: null }
       setInterval(() => tell({ kind: 'batch', dropped: 0, events: [
         { ...fake, instrument: 999, receivedAt: Date.now() },
         { ...fake, instrument: 1, bidPrice: -1, receivedAt: Date.now() },
         { kind: 'topics', feed: 'spot', state: 'down', topics: [{ channel: 'book_ticker', instrument: 999, period: null }],
           reason: '', cause: 'disconnect', at: Date.now(), heardAt: null, downSince: null },
       ] }), 200)`,
    )
    const test = await startHub({ settings: settingsOf({ origins, folder }) })
    const events = heard(test)
    const rejected = () => new Map(status(test)?.rejected.map(({ reason, sample }) => [reason, sample]))
    await expect.poll(() => rejected().get('schema'), { timeout: withinMs }).toContain('bidPrice')
    await expect.poll(() => rejected().get('unknownInstrument'), { timeout: withinMs }).toContain('instrument 999')
    await expect.poll(() => events.length, { timeout: withinMs }).toBeGreaterThan(0)
    const told = events.flatMap((event) => ('instrument' in event ? [event.instrument.exchange] : []))
    expect(new Set(told)).toEqual(new Set(['x-acme']))
    expect(events.filter((event) => event.kind === 'book_ticker' && event.bidPrice === 1)).toEqual([])
  })

  it('that lists markets of another exchange has none', { timeout: 120_000 }, async () => {
    const { origins } = await startAcme()
    const change = `{ instruments: () => plain.instruments().map((call) => ({ ...call, parse: (body) => {
      const parsed = call.parse(body)
      return { ...parsed, value: parsed.value.map((one) => ({ ...one, exchange: 'binance' })) }
    } })) }`
    const test = await startHub({ settings: settingsOf({ origins, folder: otherwise('', change) }) })
    const note = 'its list of instruments could not be loaded: it lists BTC_USDT of binance'
    await expect.poll(() => status(test)?.reason, { timeout: withinMs }).toBe(note)
    expect(test.hub.instrument('binance:BTC_USDT')).toBeUndefined()
  })
})
