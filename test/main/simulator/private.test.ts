/** The private side over sockets, with a venue that pushes its account's events as they are. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SimAccountRules } from '../../../src/main/simulator/account/contract.ts'
import { startSimulatorWorker } from '../../../src/main/simulator/index.ts'
import { plainKeyShape } from '../../../src/main/simulator/keys.ts'
import type { SimulatorOptions } from '../../../src/main/simulator/options.ts'
import { runSimulation } from '../../../src/main/simulator/simulation.ts'
import type { CreateVenue } from '../../../src/main/simulator/venue.ts'
import type { ExchangeId } from '../../../src/shared/domain/index.ts'
import { loopbackOf } from '../../support/plain-simulation.ts'
import { simulator as realSimulator } from '../../support/simulator.ts'
import { openSocket } from '../../support/socket.ts'

const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures'],
  futuresWallet: 'futures',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.001', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.0005' } },
  orderId: (n) => String(1_000 + n),
  tradeId: (n) => String(n),
  transferId: (n) => String(n),
  keyShape: plainKeyShape,
}
const rest = (exchange: ExchangeId) => `https://rest.${exchange}.example`
const stream = (exchange: ExchangeId) => `wss://stream.${exchange}.example`

/**
 * GET anything?key answers 200 for a known key, else 401. A socket of /?key tells the time publicly, echoes what it hears, and pushes
 * `<order number> <status>` privately; it ends with 4001 when its key is revoked and with 4002 when listen keys expire.
 */
const createAccountVenue =
  (exchange: ExchangeId): CreateVenue =>
  (market, account) => ({
    exchange,
    origins: [rest(exchange), stream(exchange)],
    kinds: ['spot', 'perpetual'],
    accountRules,
    contractSize: () => 1,
    rest: ({ query }) => ({ status: account.key(query.get('key') ?? '') ? 200 : 401, body: {} }),
    accept: (peer, { query }) => {
      const key = query.get('key') ?? ''
      const stop = account.onEvent((event) => {
        if (event.kind === 'order') peer.sendPrivate(`${event.order.number} ${event.order.status}`)
        if (event.kind === 'key_revoked' && event.key === key) peer.close(4001, 'key revoked')
        if (event.kind === 'listen_keys_expired') peer.close(4002, 'listen keys expired')
      })
      peer.send(`time ${market.now()}`)
      return { onMessage: (text) => peer.send(text), onClose: stop }
    },
  })

async function started(options: SimulatorOptions = {}) {
  const simulator = await runSimulation(
    { symbols: ['BTC_USDT'], venues: ['binance', 'okx'], ...options },
    { binance: createAccountVenue('binance'), okx: createAccountVenue('okx') },
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('binance')
  const instrument = account?.instruments.find(({ symbol }) => symbol === 'BTC_USDT')
  if (!account || !instrument) throw new Error('binance has no account that trades BTC_USDT')
  account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
  const keyOf = (exchange: ExchangeId): string => simulator.keys[exchange]?.key ?? ''
  return {
    simulator,
    account,
    place: () => account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.01' }),
    open: async (exchange: ExchangeId = 'binance') => {
      const client = await openSocket(`${loopbackOf(simulator, stream(exchange))}/?key=${keyOf(exchange)}`)
      await client.frame((text) => text.startsWith('time'))
      return client
    },
    statusOf: async (path: string, exchange: ExchangeId = 'binance') =>
      (await fetch(`${loopbackOf(simulator, rest(exchange))}${path}?key=${keyOf(exchange)}`)).status,
  }
}

/** Everything that came by the time an echo is back. */
async function framesOf(client: Awaited<ReturnType<typeof openSocket>>): Promise<readonly string[]> {
  const mark = `echo ${client.frames.length}`
  client.send(mark)
  await client.frame((text) => text === JSON.stringify(mark))
  return client.frames.filter((text) => !text.startsWith('"') && !text.startsWith('time'))
}

describe('pushes of accounts', () => {
  it('go out at once, in order, and are counted', async () => {
    const { simulator, account, place, open } = await started()
    const client = await open()
    const { id } = place()
    account.fill(id, '0.004')
    account.fill(id, '0.006')
    expect(await framesOf(client)).toEqual(['1 NEW', '1 PARTIALLY_FILLED', '1 FILLED'])
    expect((await simulator.statistics()).frames.private).toBe(3)
  })

  it('are lost alone by a gap of the private side, and spared by one of the public side', async () => {
    const { simulator, place, open } = await started()
    const client = await open()
    const lost = await simulator.inject({ kind: 'gap', side: 'private' })
    place()
    expect(await framesOf(client)).toEqual([])
    await lost.stop()
    const deaf = await simulator.inject({ kind: 'gap', side: 'public' })
    place()
    await client.frame((text) => text === '2 NEW')
    client.send('unheard')
    await vi.waitFor(async () => expect((await simulator.statistics()).frames.replies).toBe(3))
    await deaf.stop()
    expect(await framesOf(client)).toEqual(['2 NEW'])
    expect(client.frames).not.toContain('"unheard"')
  })

  it('come twice', async () => {
    const { simulator, place, open } = await started()
    const client = await open()
    await simulator.inject({ kind: 'duplicate', side: 'private' })
    place()
    expect(await framesOf(client)).toEqual(['1 NEW', '1 NEW'])
    expect(client.frames.filter((text) => text.startsWith('"'))).toHaveLength(1)
  })

  it('come late, in order, while the public side goes on', async () => {
    const { simulator, account, place, open } = await started()
    const client = await open()
    await simulator.inject({ kind: 'latency', ms: 400, side: 'private', exchange: 'binance' })
    const at = performance.now()
    account.end(place().id, 'CANCELED')
    expect(await framesOf(client)).toEqual([])
    expect(performance.now() - at).toBeLessThan(350)
    await client.frame((text) => text === '1 CANCELED')
    expect(performance.now() - at).toBeGreaterThan(390)
    expect(await framesOf(client)).toEqual(['1 NEW', '1 CANCELED'])
  })

  it('change places with each other, not with public frames', async () => {
    const { simulator, account, place, open } = await started()
    const client = await open()
    await simulator.inject({ kind: 'reorder', side: 'private' })
    const { id } = place()
    expect(await framesOf(client)).toEqual([])
    account.end(id, 'EXPIRED')
    await client.frame((text) => text === '1 NEW')
    expect(await framesOf(client)).toEqual(['1 EXPIRED', '1 NEW'])
  })

  it('are struck with the others by a fault without a side', async () => {
    const { simulator, place, open } = await started()
    const client = await open()
    const gap = await simulator.inject({ kind: 'gap' })
    place()
    client.send('unheard')
    await vi.waitFor(async () => expect((await simulator.statistics()).frames.replies).toBe(2))
    await gap.stop()
    expect(await framesOf(client)).toEqual([])
    expect(client.frames).not.toContain('"unheard"')
  })
})

describe('faults of the private side', () => {
  it('expire listen keys once, of the named exchange only', async () => {
    const { simulator, open } = await started()
    const [binance, okx] = [await open(), await open('okx')]
    const injected = await simulator.inject({ kind: 'expire_listen_keys', exchange: 'binance' })
    expect(await binance.closed).toBe(4002)
    await injected.stop()
    expect(okx.socket.readyState).toBe(okx.socket.OPEN)
    await open()
  })

  it('revoke keys while in force, and end the streams opened with them', async () => {
    const { simulator, open, statusOf } = await started()
    const [binance, okx] = [await open(), await open('okx')]
    const revoked = await simulator.inject({ kind: 'revoke_key', exchange: 'binance' })
    expect(await binance.closed).toBe(4001)
    expect([await statusOf('/balances'), await statusOf('/balances', 'okx')]).toEqual([401, 200])
    expect(okx.socket.readyState).toBe(okx.socket.OPEN)
    await revoked.stop()
    await revoked.stop()
    expect(await statusOf('/balances')).toBe(200)
  })

  it('revoke one key by its name', async () => {
    const { simulator, account, open } = await started()
    const [reading, trading] = [simulator.keys.binance?.key ?? '', simulator.tradingKeys.binance?.key ?? '']
    const client = await open()
    await simulator.inject({ kind: 'revoke_key', key: trading })
    expect([account.key(trading), account.key(reading)?.canTrade]).toEqual([undefined, false])
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  it('do not bring back a key that a test has revoked for good', async () => {
    const { simulator, account } = await started()
    const key = simulator.keys.binance?.key ?? ''
    account.revokeKey(key)
    await (await simulator.inject({ kind: 'revoke_key' })).stop()
    expect(account.key(key)).toBeUndefined()
    expect(account.key(simulator.tradingKeys.binance?.key ?? '')).toBeDefined()
  })

  it('answer with a status on the named paths only', async () => {
    const { simulator, statusOf, open } = await started()
    const fault = await simulator.inject({ kind: 'status', status: 503, path: '/history/', exchange: 'binance' })
    expect([
      await statusOf('/history/orders'),
      await statusOf('/balances'),
      await statusOf('/history/x', 'okx'),
    ]).toEqual([503, 200, 200])
    await open()
    await fault.stop()
    expect(await statusOf('/history/orders')).toBe(200)
  })

  it('come from a faults file, too', async () => {
    const { open, statusOf } = await started({
      faults: [
        { kind: 'expire_listen_keys', at: 0.3, exchange: 'okx' },
        { kind: 'revoke_key', at: 0.3, for: 0.6, exchange: 'binance' },
      ],
    })
    const [binance, okx] = [await open(), await open('okx')]
    expect([await binance.closed, await okx.closed]).toEqual([4001, 4002])
    await vi.waitFor(async () => expect(await statusOf('/balances')).toBe(200))
  })
})

describe('accounts of a simulator', () => {
  it('are empty and still unless asked otherwise', async () => {
    const { account, simulator } = await started()
    expect(account.orders('spot')).toEqual([])
    expect(simulator.accounts.get('okx')?.balances('spot')).toEqual([])
  })

  it('begin with a past and trade on when asked', async () => {
    const { account, open } = await started({ accounts: { history: true, ordersPerMinute: 3_000 } })
    const before = account.orders('spot').length
    expect(before).toBeGreaterThan(100)
    const client = await open()
    await vi.waitFor(() => expect(client.frames.length).toBeGreaterThan(50), { timeout: 5_000 })
    expect(account.orders('spot').length).toBeGreaterThan(before)
  })

  it('are known by three keys an exchange, different from each other', async () => {
    const { simulator } = await started({ seed: 3 })
    const { keys, tradingKeys, withdrawingKeys, accounts } = simulator
    const all = (['binance', 'okx'] as const).flatMap((exchange) =>
      [keys, tradingKeys, withdrawingKeys].map((one) => {
        const known = accounts.get(exchange)?.key(one[exchange]?.key ?? '')
        expect(known).toMatchObject({ secret: one[exchange]?.secret, passphrase: one[exchange]?.passphrase ?? null })
        return [known?.canTrade, known?.canWithdraw]
      }),
    )
    expect(all).toEqual(
      [...Array(2)].flatMap(() => [
        [false, false],
        [true, false],
        [true, true],
      ]),
    )
    expect(new Set([keys, tradingKeys, withdrawingKeys].map((one) => one.binance?.secret)).size).toBe(3)
  })

  it('run in a thread of their own with the same keys', async () => {
    const options = { seed: 11, symbols: ['BTC_USDT'], accounts: { history: true, ordersPerMinute: 600 } }
    const there = await startSimulatorWorker(options)
    onTestFinished(() => there.close())
    const here = await realSimulator(options)
    expect([there.keys, there.tradingKeys, there.withdrawingKeys]).toEqual([
      here.keys,
      here.tradingKeys,
      here.withdrawingKeys,
    ])
    expect(await there.statistics()).toMatchObject({ frames: { private: 0 }, venueErrors: 0 })
    expect('accounts' in there).toBe(false)
  })

  it.each([
    [{ ordersPerMinute: -1 }, /^simulator options\.accounts\.ordersPerMinute: .*\(got -1\)$/],
    [{ ordersPerMinute: 10_001 }, /^simulator options\.accounts\.ordersPerMinute: .*\(got 10001\)$/],
    [{ history: 'yes' }, /^simulator options\.accounts\.history: .*\(got "yes"\)$/],
    [{ pace: 1 }, /^simulator options\.accounts: Unrecognized key: "pace"$/],
  ])('name what is wrong in %j', async (accounts, message) => {
    const options: object = { accounts }
    await expect(started(options)).rejects.toThrow(message)
  })
})
