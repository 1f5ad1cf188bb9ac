/** Connectors of others through the real thing: a process of their own under Node's permissions, a loopback exchange, a hub with its database. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { findPlugin } from '../../../src/main/plugins/manifest.ts'
import { PluginSession } from '../../../src/main/plugins/session.ts'
import type { MarketEvent } from '../../../src/shared/domain/index.ts'
import { startAcme } from '../../support/acme.ts'
import { query, startHub, type TestHub } from '../../support/hub.ts'
import { crossbook } from '../../support/program.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const acmeFolder = fileURLToPath(new URL('../../fixtures/plugins/crossbook-connector-acme', import.meta.url))
const withinMs = 60_000

interface SetUp {
  readonly origins: Readonly<Record<string, string>>
  readonly folder?: string
  readonly allowed?: boolean
}

const settingsOf = ({ origins, folder = acmeFolder, allowed = true }: SetUp) => ({
  mode: 'live',
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
const readAcme = (): string => readFileSync(join(acmeFolder, 'index.js'), 'utf8')

/** Without a hub; stopped when the test ends. */
function sessionOf(folder: string, origins: Readonly<Record<string, string>>): PluginSession {
  const found = findPlugin({ package: folder, exchange: 'x-acme', allowed: true }, '')
  if (!found.ok) throw new Error(found.problem)
  const ignore = () => undefined
  const session = new PluginSession({
    plugin: found.plugin,
    network: { watch: null, proxy: () => null },
    origins,
    bus: createBus(ignore),
    logger: createLogger('silent'),
    onTopics: ignore,
    onDepth: ignore,
    onDoubt: ignore,
    longestSilenceMs: 3_000,
  })
  onTestFinished(() => session.stop())
  return session
}

const status = ({ hub }: TestHub) => hub.connections().find(({ exchange }) => exchange === 'x-acme')

function heard(test: TestHub): MarketEvent[] {
  const events: MarketEvent[] = []
  for (const kind of ['book_ticker', 'trade', 'kline'] as const) test.hub.bus.on(kind, (event) => events.push(event))
  return events
}

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

  it('can neither read files, load keytar, start processes nor reach what listens at a file', {
    timeout: 120_000,
  }, async () => {
    const { address, origins, requests } = await startAcme()
    const socketFile = join(temporaryFolder(), 'bus')
    const connections: unknown[] = []
    const listening = createServer((socket) => connections.push(socket))
    await new Promise<void>((resolve) => listening.listen(socketFile, resolve))
    onTestFinished(() => void listening.close())
    const keytar = createRequire(import.meta.url).resolve('keytar')
    const data = temporaryFolder()
    const attempts = {
      settings: `(await import('node:fs')).readFileSync(${JSON.stringify(join(data, 'crossbook.yaml'))})`,
      write: `(await import('node:fs')).writeFileSync(${JSON.stringify(join(data, 'mine'))}, '')`,
      spawn: `(await import('node:child_process')).spawnSync('true')`,
      worker: `new (await import('node:worker_threads')).Worker('1', { eval: true })`,
      keytar: `await (await import(${JSON.stringify(pathToFileURL(keytar).href)})).default.findCredentials('crossbook')`,
      sqlite: `new (await import('node:sqlite')).DatabaseSync(${JSON.stringify(join(data, 'crossbook.db'))})`,
      signal: `process.kill(process.ppid, 0)`,
      debugger: `process._debugProcess(process.ppid)`,
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
    await startHub({ settings: settingsOf({ origins, folder }), folder: data })
    const report = () => requests.find((path) => path.startsWith('/report'))
    await expect.poll(report, { timeout: withinMs }).toBe(`/report?done=&refused=${Object.keys(attempts).join()}`)
    expect(connections).toEqual([])
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
      `setTimeout(() => { for (let sent = 0; sent < 50_000; sent++) process.send({ kind: 'beat' }) }, 500)`,
    )
    const rubbish = reasonOf(`setTimeout(() => process.send({ kind: 'secret', of: 'nobody' }), 500)`)
    const other = reasonOf('', `{ exchange: 'binance' }`)
    const throws = reasonOf(`throw new Error('not today')`)
    const hangs = reasonOf(`setTimeout(() => { for (;;); }, 1_000)`)
    const within = { timeout: withinMs }
    await Promise.all([
      expect.poll(flood, within).toMatch(/^it floods Crossbook with messages; it is started again in /),
      expect.poll(rubbish, within).toMatch(/^it told what cannot be read: kind: /),
      expect.poll(other, within).toMatch(/^its connector cannot be used: it is for binance, not for x-acme; /),
      expect.poll(throws, within).toMatch(/^its connector cannot be used: not today; /),
      expect.poll(hangs, within).toMatch(/^it does not answer any more; /),
    ])
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
      `const fake = { kind: 'book_ticker', bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1, exchangeAt: null }
       setInterval(() => process.send({ kind: 'batch', dropped: 0, events: [
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
