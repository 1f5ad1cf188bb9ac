/**
 * The whole hub, its accounts live, killed at random moments while 1,000 things a minute happen on its accounts and the market runs.
 * (Kills of the storage alone: test/main/storage/account-kill.test.ts.)
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { SimAccountControl } from '../../src/main/simulator/account/contract.ts'
import { startSimulator } from '../../src/main/simulator/index.ts'
import { openForWriting } from '../../src/main/storage/database.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { booksOf, historyOf, storedIn } from '../support/account-truth.ts'
import { furnish } from '../support/account-world.ts'
import { settingsFor } from '../support/hub.ts'
import { until } from '../support/loopback.ts'
import { temporaryFolder } from '../support/temporary.ts'

const kills = 6
const perMinute = 1_000
/** What a batch in flight may hold, and the time it takes until it is there. */
const inFlightMs = 1_000
const program = join(import.meta.dirname, 'hub-process.ts')
const id = (exchange: ExchangeId): string => `${exchange}-main`

interface Acknowledged {
  readonly key: string
  readonly at: number
}

/** One run of the program: what it said was on its bus, in order. */
function run(folder: string, env: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const fills: Acknowledged[] = []
  let isLive = false
  let states = ''
  onTestFinished(() => void child.kill('SIGKILL'))
  const { stdout } = child
  if (!stdout) throw new Error('no output')
  createInterface({ input: stdout }).on('line', (line) => {
    if (line === 'live') isLive = true
    else if (line.startsWith('states ')) states = line
    else fills.push({ key: line.slice('fill '.length), at: Date.now() })
  })
  return {
    fills,
    live: () =>
      until(() => isLive, 'all accounts live', 25_000).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${states}`)
      }),
    kill: async () => {
      const exited = once(child, 'exit')
      const at = Date.now()
      child.kill('SIGKILL')
      expect((await exited)[1]).toBe('SIGKILL')
      return at
    },
  }
}

/** Opened as the next start opens it. */
function inspect(file: string) {
  const { database, notices } = openForWriting({ file, busyTimeoutMs: 5_000, nativeBinding: null, maximumBytes: null })
  const keys = database
    .prepare<[], string>("SELECT account || ' ' || symbol || ' ' || trade_id || ' ' || exchange_order_id FROM fills")
    .pluck()
    .all()
  const sound = database.pragma('integrity_check', { simple: true })
  const references = database.pragma('foreign_key_check')
  database.close()
  return { notices, sound, references, keys }
}

/** Orders placed, filled in parts and cancelled on all venues in turn, until stopped. */
function trade(accounts: readonly SimAccountControl[]): () => void {
  let n = 0
  const timer = setInterval(() => {
    n++
    const account = accounts[n % accounts.length]
    if (!account) return
    const open = account.openOrders('spot')
    const oldest = open[0]
    const btc = account.instruments.find(({ symbol }) => symbol === 'BTC_USDT')
    if (!btc) return
    if (open.length < 3 || oldest === undefined) {
      account.place({
        instrument: btc,
        side: n % 3 === 0 ? 'SELL' : 'BUY',
        type: 'LIMIT',
        price: '30000',
        quantity: '0.03',
      })
    } else if (n % 11 === 0) account.end(oldest.id, 'CANCELED')
    else account.fill(oldest.id, '0.01')
  }, 60_000 / perMinute)
  return () => clearInterval(timer)
}

describe('kill -9 of the whole hub', () => {
  it(`${kills} times under load: the file opens clean, no acknowledged fill is lost or doubled, and the next start repairs the rest`, async () => {
    const simulator = await startSimulator({ symbols: ['BTC_USDT', 'ETH_USDT'], rate: 500, limits: 1_000 })
    onTestFinished(() => simulator.close())
    const accounts = exchangeIds.flatMap((exchange) => simulator.accounts.get(exchange) ?? [])
    for (const account of accounts) furnish(account)
    const env: Record<string, string> = {}
    const variables = (exchange: ExchangeId) => {
      const { key = '', secret = '', passphrase } = simulator.keys[exchange] ?? {}
      const name = (what: string): string => `KILL_TEST_${exchange}_${what}`
      env[name('key')] = key
      env[name('secret')] = secret
      if (passphrase === undefined) return { key: name('key'), secret: name('secret') }
      env[name('passphrase')] = passphrase
      return { key: name('key'), secret: name('secret'), passphrase: name('passphrase') }
    }
    const folder = temporaryFolder()
    const file = join(folder, 'crossbook.db')
    const settings = {
      ...settingsFor(simulator, { symbols: ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP'] }),
      log: { level: 'silent' },
      history: { backfillCandles: 0 },
      periods: ['1d'],
      accounts: exchangeIds.map((exchange) => ({
        id: id(exchange),
        exchange,
        label: 'Main',
        environment: variables(exchange),
      })),
    }
    writeFileSync(join(folder, 'crossbook.yaml'), stringify(settings))

    const stopTrading = trade(accounts)
    onTestFinished(stopTrading)
    const known = new Set<string>()
    let acknowledged = 0
    for (let kill = 0; kill < kills; kill++) {
      const hub = run(folder, env)
      await until(() => hub.fills.length > 0, 'a fill on the bus', 25_000)
      const afterMs = Math.random() * 2_500
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      const killedAt = await hub.kill()
      const { keys, ...state } = inspect(file)
      expect(state, `killed ${afterMs} ms after the first fill`).toEqual({ notices: [], sound: 'ok', references: [] })
      const stored = new Set(keys)
      expect(stored.size).toBe(keys.length)
      // All of an account before its last that is stored, and all that had the time to be.
      const accountOf = (key: string) => key.slice(0, key.indexOf(' '))
      const last = new Map(hub.fills.flatMap(({ key }, place) => (stored.has(key) ? [[accountOf(key), place]] : [])))
      const due = hub.fills.filter(
        ({ key, at }, place) => place <= (last.get(accountOf(key)) ?? -1) || at < killedAt - inFlightMs,
      )
      expect(due.filter(({ key }) => !stored.has(key))).toEqual([])
      for (const key of known) expect(stored.has(key)).toBe(true)
      for (const key of stored) known.add(key)
      acknowledged += hub.fills.length
    }
    expect(acknowledged).toBeGreaterThan(kills * 5)

    stopTrading()
    const hub = run(folder, env)
    await hub.live()
    const told = () => {
      const database = new Database(file, { readonly: true })
      const count = database.prepare<[], number>('SELECT count(*) FROM fills').pluck().get() ?? 0
      database.close()
      return count
    }
    const truth = accounts.reduce((sum, account) => sum + account.fills('spot').length, 0)
    await until(() => told() >= truth, 'every fill is there', 60_000)
    await expect
      .poll(
        () =>
          accounts.map(({ exchange }) => {
            const { history, books, endedTwice, unresolved } = storedIn(file, id(exchange))
            return { exchange, history, books, endedTwice, unresolved }
          }),
        { timeout: 60_000, interval: 500 },
      )
      .toEqual(
        accounts.map((account) => ({
          exchange: account.exchange,
          history: historyOf(account),
          books: booksOf(account),
          endedTwice: [],
          unresolved: [],
        })),
      )
    await hub.kill()
  }, 400_000)
})
