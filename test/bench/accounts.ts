/**
 * Accounts end to end. How long an order or fill takes from the simulated exchange, through a real socket, connector, session, bus
 * and broadcaster, to a connected client, with the market's full load beside; and how long until accounts with 100,000 stored
 * fills are live.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { stringify } from 'yaml'
import { Config } from '../../src/main/config.ts'
import { Hub } from '../../src/main/hub.ts'
import { createLogger } from '../../src/main/log.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import type { PushName, PushPayload } from '../../src/shared/contract.ts'
import { AccountStatus, type ExchangeId, exchangeIds, Fill, Order } from '../../src/shared/domain/index.ts'
import { batchOf, fillsOf } from './account-rows.ts'
import type { Left, Origins } from './accounts-exchange.ts'
import type { Row, Table } from './table.ts'

const perMinute = 1_000
const marketRates = [0, 2_000, 20_000]
const measuredMs = 15_000
const stored = 100_000

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const now = (): number => performance.timeOrigin + performance.now()
const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN).toFixed(1))
}

async function exchange(marketRate: number) {
  const child = fork(join(import.meta.dirname, 'accounts-exchange.ts'), [String(marketRate), String(perMinute)])
  const left = new Map<string, number>()
  const ready = new Promise<Origins>((resolve) => {
    child.on('message', (message: Origins | Left) => {
      if (message.kind === 'ready') resolve(message)
      else left.set(`${message.what} ${message.key}`, message.at)
    })
  })
  const { origins, keys } = await ready
  return {
    origins,
    keys,
    left,
    begin: () => void child.send('begin'),
    stop: async () => {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}

type Exchange = Awaited<ReturnType<typeof exchange>>

/** A hub over a folder, its accounts' keys in the environment; a client beside, as a door has one. */
function hubOver(folder: string, { origins, keys }: Exchange, onPush: (name: PushName, payload: unknown) => void) {
  const accounts = exchangeIds.map((id: ExchangeId) => {
    const { key = '', secret = '', passphrase } = keys[id] ?? {}
    const name = (what: string): string => `BENCH_${id}_${what}`
    process.env[name('key')] = key
    process.env[name('secret')] = secret
    const environment = { key: name('key'), secret: name('secret') }
    if (passphrase === undefined) return { id: `${id}-main`, exchange: id, label: 'Main', environment }
    process.env[name('passphrase')] = passphrase
    return {
      id: `${id}-main`,
      exchange: id,
      label: 'Main',
      environment: { ...environment, passphrase: name('passphrase') },
    }
  })
  const settings = {
    mode: 'live',
    log: { level: 'silent' },
    exchanges: Object.fromEntries(exchangeIds.map((id) => [id, { origins: origins[id] ?? {} }])),
    accounts,
    history: { backfillCandles: 0 },
  }
  const file = join(folder, 'crossbook.yaml')
  writeFileSync(file, stringify(settings))
  const hub = new Hub({
    config: Config.open({ file, template: null, flags: {}, env: {} }),
    dataDir: folder,
    dryRun: false,
    door: 'headless',
    version: '0',
    logger: createLogger('silent'),
  })
  const client = {
    send: <N extends PushName>(name: N, payload: PushPayload<N>) => onPush(name, payload),
    keepsUp: () => true,
  }
  hub.connect(client)
  const live = async (): Promise<void> => {
    for (;;) {
      const reply = await hub.call(client, 'accounts.list', {})
      const list = AccountStatus.array().parse(reply.ok ? reply.value : [])
      if (list.length > 0 && list.every(({ state }) => state === 'live')) return
      await wait(5)
    }
  }
  return { hub, live }
}

async function latencies(marketRate: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  const venue = await exchange(marketRate)
  const arrived = new Map<string, number>()
  const { hub, live } = hubOver(folder, venue, (name, payload) => {
    const at = now()
    if (name === 'fill.added') {
      const { exchange: id, exchangeOrderId, tradeId } = Fill.parse(payload)
      arrived.set(`fill ${id} ${exchangeOrderId} ${tradeId}`, at)
    }
    if (name === 'order.changed') {
      const { exchange: id, exchangeOrderId, status } = Order.parse(payload)
      arrived.set(`order ${id} ${exchangeOrderId} ${status}`, at)
    }
  })
  await hub.start()
  await live()
  venue.begin()
  await wait(3_000)
  const from = now()
  await wait(measuredMs)
  const until = now()
  await wait(1_000)
  const rows = (['order', 'fill'] as const).map((what) => {
    const sent = [...venue.left].filter(([key, at]) => key.startsWith(what) && at >= from && at < until)
    const times = sent.flatMap(([key, at]) => {
      const came = arrived.get(key)
      return came === undefined ? [] : [came - at]
    })
    return {
      'market frames a second': marketRate,
      what: what === 'fill' ? 'fills' : 'new orders',
      sent: sent.length,
      arrived: times.length,
      'p50 ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
      'most ms': quantile(times, 1),
      'target p99 ms': 50,
    }
  })
  await hub.stop()
  await venue.stop()
  rmSync(folder, { recursive: true, force: true })
  return rows
}

/** From the hub's start until every account is live; the first without anything stored, the others with 100,000 fills. */
async function starts(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  const venue = await exchange(0)
  const timed = async (what: string): Promise<Row> => {
    const { hub, live } = hubOver(folder, venue, () => {})
    const begun = now()
    await hub.start()
    const started = now()
    await live()
    const row = { what, 'hub started, ms': Math.round(started - begun), 'accounts live, ms': Math.round(now() - begun) }
    await hub.stop()
    return row
  }
  const empty = await timed('nothing stored')
  const storage = await openStorage({ file: join(folder, 'crossbook.db') })
  const fills = fillsOf(stored).map((fill) => ({ ...fill, at: Date.now() - 86_400_000 * 30 + (fill.at % 86_400_000) }))
  for (let at = 0; at < stored; at += 2_000) await storage.accounts.save(batchOf(fills.slice(at, at + 2_000)))
  await storage.close()
  const reading = await openStorage({ file: join(folder, 'crossbook.db') })
  const asked = now()
  const { fillKeys } = await reading.accounts.memory('binance-main', Date.now() - 90 * 86_400_000)
  const memory = {
    what: `its memory alone, ${fillKeys.length} fill keys`,
    'accounts live, ms': Math.round(now() - asked),
  }
  await reading.close()
  const rows: Row[] = [empty, memory]
  for (let round = 0; round < 3; round++) rows.push(await timed(`${stored.toLocaleString('en-US')} fills stored`))
  await venue.stop()
  rmSync(folder, { recursive: true, force: true })
  return rows
}

export async function benchAccounts(): Promise<readonly Table[]> {
  const rows: Row[] = []
  for (const rate of marketRates) rows.push(...(await latencies(rate)))
  return [
    { title: `From the exchange to a connected client, ${perMinute} private events a minute`, rows },
    { title: 'Start until every account is live (four exchanges)', rows: await starts() },
  ]
}
