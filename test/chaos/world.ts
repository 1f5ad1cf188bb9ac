/**
 * One scenario's world: simulated exchanges, the proxy before them, a hub behind it with a real database, and an observer who is connected
 * to the exchanges directly and so knows what there was to be heard.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { stringify } from 'yaml'
import type { Client } from '../../src/main/broadcaster.ts'
import { createBus } from '../../src/main/bus/index.ts'
import { Config } from '../../src/main/config.ts'
import { databaseFile } from '../../src/main/data-folder.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import { Hub } from '../../src/main/hub.ts'
import { type LocalSimulator, startSimulator } from '../../src/main/simulator/index.ts'
import type { CallName, CallReply, CallRequest } from '../../src/shared/contract.ts'
import type { ExchangeId, Instrument, Trade } from '../../src/shared/domain/index.ts'
import { furnish } from '../support/account-world.ts'
import { ChaosProxy } from '../support/chaos-proxy.ts'
import { loadListed } from '../support/instruments.ts'
import type { Scenario } from './scenario.ts'

/** Frames a second that each scenario's quotes fill up to: lively, and several side by side leave the machine time. */
const rate = 60
const backfillCandles = 20
const keptLogLines = 300

/** A door that looks at nothing. */
const blindClient: Client = { send: () => {}, keepsUp: () => true }

export interface Observer {
  readonly session: ExchangeSession
  readonly instruments: readonly Instrument[]
}

export interface World {
  readonly scenario: Scenario
  readonly simulator: LocalSimulator
  readonly proxy: ChaosProxy
  readonly hub: Hub
  readonly file: string
  /** Warnings and worse, the newest last. */
  readonly logged: readonly string[]
  readonly observers: ReadonlyMap<ExchangeId, Observer>
  /** Public trades that the observer heard, by `binance:BTC_USDT id`. */
  readonly heard: ReadonlyMap<string, Trade>
  ask<N extends CallName>(name: N, request: CallRequest<N>): Promise<CallReply<N>>
  close(): Promise<void>
}

export const accountIdOf = (exchange: ExchangeId): string => `${exchange}-main`
export const tradeKey = ({ instrument, tradeId }: Trade): string => `${instrument.key} ${tradeId}`

export async function startWorld(scenario: Scenario, name: string): Promise<World> {
  const { exchanges, symbols, seed, index } = scenario
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-chaos-'))
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const simulator = await startSimulator({
      ...{ seed: 1 + ((seed + index) % 1_000), venues: exchanges, rate },
      symbols: symbols.map((symbol) => symbol.replace('_PERP', '')),
    })
    closing.push(() => simulator.close())
    for (const exchange of scenario.accounts) {
      const account = simulator.accounts.get(exchange)
      if (account) furnish(account)
    }
    const proxy = await ChaosProxy.start({
      origins: exchanges.map((exchange) => ({ exchange, origins: simulator.originsOf(exchange) })),
      ...{ seed: seed + index, name },
    })
    closing.push(() => proxy.close())
    const heard = new Map<string, Trade>()
    const observers = new Map(
      await Promise.all(exchanges.map((exchange) => observe(exchange, simulator, symbols, heard))),
    )
    closing.push(() => Promise.all([...observers.values()].map(({ session }) => session.stop())))
    const logged: string[] = []
    const logger = pino(
      { level: 'warn' },
      {
        write: (line: string) => {
          logged.push(line.trim())
          if (logged.length > keptLogLines) logged.shift()
        },
      },
    )
    const hub = new Hub({
      config: configOf(scenario, proxy, simulator, folder, name),
      ...{ dataDir: folder, dryRun: false, door: 'headless', version: '0', logger },
    })
    closing.push(() => hub.stop())
    hub.connect(blindClient)
    await hub.start()
    return {
      ...{ scenario, simulator, proxy, hub, logged, observers, heard, close },
      file: databaseFile(folder),
      async ask<N extends CallName>(call: N, request: CallRequest<N>) {
        const reply = await hub.call(blindClient, call, request)
        if (!reply.ok) throw new Error(`${call}: ${reply.message}`)
        // The hub has just answered a call of this name.
        return reply.value as CallReply<N>
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function configOf(
  { exchanges, symbols, accounts }: Scenario,
  proxy: ChaosProxy,
  simulator: LocalSimulator,
  folder: string,
  name: string,
): Config {
  const variables = (exchange: ExchangeId) => {
    const given = simulator.keys[exchange]
    if (!given) throw new Error(`no key of ${exchange}`)
    const prefix = `CHAOS_${name}_${exchange}`.toUpperCase()
    process.env[`${prefix}_KEY`] = given.key
    process.env[`${prefix}_SECRET`] = given.secret
    if (given.passphrase !== undefined) process.env[`${prefix}_PASSPHRASE`] = given.passphrase
    const passphrase = given.passphrase === undefined ? {} : { passphrase: `${prefix}_PASSPHRASE` }
    return { key: `${prefix}_KEY`, secret: `${prefix}_SECRET`, ...passphrase }
  }
  const file = join(folder, 'crossbook.yaml')
  writeFileSync(
    file,
    stringify({
      ...{ mode: 'live', symbols: [...symbols], periods: ['1m'] },
      ...{ history: { backfillCandles }, trades: { record: [...symbols] } },
      log: { level: 'warn' },
      exchanges: Object.fromEntries(exchanges.map((exchange) => [exchange, { origins: proxy.originsOf(exchange) }])),
      accounts: accounts.map((exchange) => ({
        ...{ id: accountIdOf(exchange), exchange, label: 'Main', environment: variables(exchange) },
      })),
    }),
  )
  return Config.open({ file, template: null, flags: {}, env: {} })
}

/** Connected past the proxy: what it hears of trades is what there was, and its REST answers are the exchange's word on candles. */
async function observe(
  exchange: ExchangeId,
  simulator: LocalSimulator,
  symbols: readonly string[],
  heard: Map<string, Trade>,
): Promise<readonly [ExchangeId, Observer]> {
  const bus = createBus((error) => {
    throw error
  })
  bus.on('trade', (trade) => heard.set(tradeKey(trade), trade))
  const session = new ExchangeSession({
    connector: connectorOf(exchange),
    ...{ origins: simulator.originsOf(exchange), bus, logger: pino({ level: 'silent' }) },
  })
  const instruments = await loadListed(session, ({ symbol }) => symbols.includes(symbol))
  session.want(instruments.map((instrument) => ({ channel: 'trade', instrument, period: null })))
  session.start()
  return [exchange, { session, instruments }]
}
