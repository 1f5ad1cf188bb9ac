/**
 * Canaries for keys: a whole session of an account at each exchange with everything going wrong, then a search for the secrets in every file and
 * every message.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { Config } from '../../src/main/config.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { openGateway } from '../../src/main/gateway/index.ts'
import { Hub } from '../../src/main/hub.ts'
import { startSimulator } from '../../src/main/simulator/index.ts'
import { type CallName, calls } from '../../src/shared/contract.ts'
import { type BuiltInExchangeId, type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { RecordingClient, settingsFor } from '../support/hub.ts'
import { temporaryFolder } from '../support/temporary.ts'

const variable = (exchange: ExchangeId, part: string) => `CROSSBOOK_TEST_${exchange.toUpperCase()}_${part}`

/** Long enough for every kind of failure to be told. */
const troubledMs = 12_000

/** Secrets as they are, and as they would look encoded. */
const needlesOf = (secrets: readonly string[]): readonly string[] =>
  secrets.flatMap((text) => [
    text,
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
  ])

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )
}

it('keeps keys, secrets, passphrases, signatures and listen keys out of every file and every message', async () => {
  const folder = temporaryFolder()
  const simulator = await startSimulator({ symbols: ['BTC_USDT', 'ETH_USDT'], rate: 200 })
  onTestFinished(() => simulator.close())
  const accountOf = (exchange: ExchangeId) => {
    const account = simulator.accounts.get(exchange)
    if (!account) throw new Error(`${exchange} is not simulated`)
    return account
  }
  // The canaries: keys of each exchange's own shape.
  const canaryOf = (exchange: ExchangeId) => {
    const { key, secret, passphrase = 'no passphrase here' } = simulator.keys[exchange] ?? { key: '', secret: '' }
    return { key, secret, passphrase }
  }
  const needles = needlesOf(exchangeIds.flatMap((exchange) => Object.values(canaryOf(exchange))))
  for (const exchange of exchangeIds) {
    const { key, secret, passphrase } = canaryOf(exchange)
    process.env[variable(exchange, 'KEY')] = key
    process.env[variable(exchange, 'SECRET')] = secret
    process.env[variable(exchange, 'PASSPHRASE')] = passphrase
  }
  const settings = {
    ...settingsFor(simulator, { symbols: ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP'], gateway: { port: 0 } }),
    accounts: exchangeIds.map((exchange) => ({
      id: `${exchange}-canary`,
      exchange,
      label: 'Canary',
      environment: {
        key: variable(exchange, 'KEY'),
        secret: variable(exchange, 'SECRET'),
        ...(connectorOf(exchange).account.needsPassphrase ? { passphrase: variable(exchange, 'PASSPHRASE') } : {}),
      },
    })),
  }
  const settingsFile = join(folder, 'crossbook.yaml')
  writeFileSync(settingsFile, stringify(settings))
  mkdirSync(join(folder, 'log'))
  const logFile = join(folder, 'log', 'crossbook.log')
  const logger = pino({ level: 'trace' }, pino.destination({ dest: logFile, sync: true }))
  const config = Config.open({ file: settingsFile, template: null, flags: {}, env: {} })
  const hub = new Hub({ config, dataDir: folder, dryRun: false, door: 'headless', version: '0', logger })
  onTestFinished(() => hub.stop())
  const client = new RecordingClient()
  hub.connect(client)
  await hub.start()
  const gateway = await openGateway({ hub, dataDir: folder, rendererDir: folder, logger })
  onTestFinished(() => gateway.close())
  const said: unknown[] = []
  const ask = async (name: CallName, request: unknown) => said.push([name, await hub.call(client, name, request)])
  const statesOf = async () => {
    const reply = await hub.call(client, 'accounts.list', {})
    const list = reply.ok ? calls['accounts.list'].reply.parse(reply.value) : []
    return list.map(({ state }) => state)
  }
  await expect.poll(statesOf, { timeout: 30_000, interval: 250 }).toEqual(exchangeIds.map(() => 'live'))

  // Work, with everything going wrong at once.
  for (const exchange of exchangeIds) {
    const account = accountOf(exchange)
    account.deposit('USDT', '100000')
    for (const { id } of account.transfers('deposit')) account.advanceTransfer(id, 'completed')
  }
  const faults = await Promise.all([
    simulator.inject({ kind: 'status', status: 500, probability: 0.4 }),
    simulator.inject({ kind: 'malformed', probability: 0.3 }),
    simulator.inject({ kind: 'skew', ms: 120_000 }),
  ])
  // Some wait long before they ask again: what they have not said by then they say later.
  const everywhere = (run: (exchange: BuiltInExchangeId) => Promise<void>) =>
    Promise.race([Promise.all(exchangeIds.map(run)), new Promise((resolve) => setTimeout(resolve, troubledMs))])
  await everywhere(async (exchange) => {
    accountOf(exchange).expireListenKeys()
    await ask('accounts.refresh', { id: `${exchange}-canary` })
    await ask('accounts.restart', { id: `${exchange}-canary` })
  })
  await simulator.dropSockets(null)
  for (const { stop } of faults) await stop()
  await everywhere(async (exchange) => {
    const { key, secret, passphrase } = canaryOf(exchange)
    const newKey = { exchange, key, secret: `${secret}x`, passphrase: exchange === 'okx' ? passphrase : null }
    await ask('accounts.testKey', newKey)
    await ask('accounts.add', { ...newKey, secret, label: 'Second', allowWithdrawals: false })
    // Requests that do not fit must not be told back either.
    await ask('accounts.add', { ...newKey, label: 7, [secret]: key })
    accountOf(exchange).revokeKey(key)
    await ask('accounts.refresh', { id: `${exchange}-canary` })
  })
  await expect.poll(statesOf, { timeout: 30_000, interval: 250 }).toEqual(exchangeIds.map(() => 'rejected'))
  const reads: readonly (readonly [CallName, unknown])[] = [
    ['accounts.list', {}],
    ['accounts.keyStore', {}],
    ['portfolio.get', {}],
    ['settings.get', {}],
    ['alerts.list', {}],
    ['connections.list', {}],
    ['drifts.list', { account: null, withResolved: true }],
  ]
  for (const [name, request] of reads) await ask(name, request)
  await gateway.close()
  await hub.stop()

  const messages = JSON.stringify([client.received, said])
  const places = [
    ...filesUnder(folder).map((file) => [file, readFileSync(file, 'latin1')] as const),
    ['messages', messages] as const,
  ]
  const found = places.flatMap(([place, text]) =>
    needles.filter((needle) => text.includes(needle)).map((needle) => `${place}: ${needle}`),
  )
  expect(found).toEqual([])
  const signed = places.flatMap(([place, text]) => (/(signature|listenKey)=[A-Za-z0-9]{16}/.test(text) ? [place] : []))
  expect(signed).toEqual([])
  // The search is worth something: the session did write what it saw.
  expect(places.map(([place]) => place)).toContain(join(folder, 'crossbook.db'))
  expect(readFileSync(logFile, 'utf8')).toContain('-canary')
  expect(messages).toContain('key rejected')
}, 120_000)
