/** The desk over a simulated exchange and a real database, written by the recorder as in the hub. */
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AccountDesk } from '../../../src/main/account/desk.ts'
import { KeyRing } from '../../../src/main/account/keys.ts'
import { AccountRecorder } from '../../../src/main/account/recorder.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import type { MarketSession } from '../../../src/main/exchanges/session-contract.ts'
import { InstrumentCatalog } from '../../../src/main/market/catalog.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { Balance, Truth } from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { snapshot } from '../storage/support.ts'
import { liveAccount } from './live.ts'

const id = 'binance-main'
const logger = pino({ level: 'silent' })
const labelled = (label: string): Settings =>
  Settings.parse({
    exchanges: { binance: {} },
    accounts: [{ id, exchange: 'binance', label, environment: { key: 'KEY', secret: 'SECRET' } }],
  })

/** What was stored before: balances, and that Crossbook ran when the last of them came. */
async function desk(stored: readonly Balance[] = []) {
  const live = await liveAccount('binance')
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  onTestFinished(() => storage.close())
  await storage.accounts.save({ balances: stored })
  const [btc] = live.exchange.instruments.spot.values()
  if (btc && stored.length > 0) {
    await storage.saveInstruments([btc])
    const ranAt = Math.max(...stored.map(({ receivedAt }) => receivedAt))
    await storage.saveSnapshot(snapshot(ranAt, [[btc.id, 1, 1, 2, 1]]))
  }
  // So seldom that nothing is stored here unless somebody asks for it.
  const recorder = new AccountRecorder({
    bus: live.bus,
    storage: storage.accounts,
    balances: () => [],
    logger,
    onAlert: () => {},
    everyMs: 600_000,
  })
  recorder.start()
  onTestFinished(() => recorder.stop())
  const catalog = new InstrumentCatalog([...live.exchange.instruments.spot.values()])
  const { key = '', secret = '' } = live.simulator.keys.binance ?? {}
  let settings = labelled('main')
  const created = new AccountDesk({
    settings: () => settings,
    demo: null,
    keyRing: new KeyRing({ KEY: key, SECRET: secret }),
    exchange: () => live.exchange,
    origins: () => live.simulator.originsOf('binance'),
    catalog,
    quoteTruth: () => null,
    bus: live.bus,
    storage: storage.accounts,
    flush: () => recorder.flush(),
    logger,
    onAssets: () => {},
    onFees: () => {},
    onRejected: () => {},
  })
  onTestFinished(() => created.stop())
  await created.start()
  const isLive = (label: string) => () =>
    created.list().some((account) => account.label === label && account.state === 'live')
  await until(isLive('main'), 'live', 15_000)
  return {
    live,
    desk: created,
    isLive,
    rename(label: string) {
      settings = labelled(label)
      created.sync()
    },
  }
}

/** A keychain that is locked for now. */
class LockedRing extends KeyRing {
  asked = 0

  override load(): ReturnType<KeyRing['load']> {
    this.asked++
    return Promise.resolve({ ok: false, problem: 'locked', retry: true })
  }
}

it('an account without its key is tried once at a time, however often lists of instruments come meanwhile', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const keyRing = new LockedRing({})
  const created = new AccountDesk({
    settings: () => labelled('main'),
    demo: null,
    keyRing,
    exchange: () => ({}) as MarketSession,
    origins: () => ({}),
    catalog: new InstrumentCatalog([instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')]),
    quoteTruth: () => null,
    bus: createBus((error) => {
      throw error
    }),
    storage: null,
    flush: () => Promise.resolve(),
    logger,
    onAssets: () => {},
    onFees: () => {},
    onRejected: () => {},
  })
  onTestFinished(() => created.stop())
  await created.start()
  await vi.advanceTimersByTimeAsync(30_000)
  created.instrumentsListed('binance')
  await vi.advanceTimersByTimeAsync(0)
  expect(keyRing.asked).toBe(2)
  await vi.advanceTimersByTimeAsync(59_999)
  expect(keyRing.asked).toBe(2)
  await vi.advanceTimersByTimeAsync(1)
  expect(keyRing.asked).toBe(3)
})

describe('an account that starts again at the desk', { timeout: 60_000 }, () => {
  it.each(['restarted by hand', 'renamed twice'])('%s knows what was told right before', async (how) => {
    const { live, desk: accounts, isLive, rename } = await desk()
    const btc = live.instruments.find(({ symbol }) => symbol === 'BTC_USDT')
    if (!btc) throw new Error('not traded')
    live.account.advanceTransfer(live.account.deposit('USDT', '100000').id, 'completed')
    const order = live.account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '20000', quantity: '1' })
    live.account.fill(order.id, '1')
    const told = () => live.events.filter(({ kind }) => kind === 'fill' || kind === 'order_update')
    await until(() => told().some(({ kind }) => kind === 'fill') && told().length >= 3, 'the order and its fill')
    const before = told().length
    if (how === 'restarted by hand') await accounts.restart(id)
    else {
      rename('second')
      rename('third')
    }
    const label = how === 'restarted by hand' ? 'main' : 'third'
    await until(isLive(label), 'live again', 15_000)
    await accounts.refresh(id)
    await until(() => accounts.list().every(({ notes }) => notes.length === 0), 'its past is there')
    expect(told()).toHaveLength(before)
  })
})

describe('the balances of the desk', { timeout: 60_000 }, () => {
  it('are told anew when nothing but their truth changes: their stream is down, and back and confirmed', async () => {
    const { live, desk: accounts } = await desk()
    live.account.advanceTransfer(live.account.deposit('USDT', '1000').id, 'completed')
    const truths: (readonly [string, Truth])[] = []
    live.bus.on('balance_truth', ({ balance, truth }) => truths.push([balance.asset, truth]))
    const row = () => accounts.portfolio().rows.find(({ asset }) => asset === 'USDT')
    const swept = (truth: Truth) => () => {
      accounts.sweep()
      return row()?.truth === truth
    }
    await until(swept('live'), 'confirmed', 15_000)
    expect(row()?.truthReason).toBe('')
    truths.length = 0
    const refusal = await live.simulator.inject({ kind: 'refuse', exchange: 'binance' })
    await live.simulator.dropSockets('binance')
    await until(swept('gap'), 'down')
    expect(row()?.truthReason).toMatch(/^its live updates (are|were) interrupted/)
    await refusal.stop()
    await until(swept('live'), 'confirmed again', 30_000)
    accounts.sweep()
    expect(truths.filter(([asset]) => asset === 'USDT').map(([, truth]) => truth)).toEqual(['gap', 'live'])
  })
})

describe('the portfolio of the desk', { timeout: 60_000 }, () => {
  it('tells what was sold off since midnight as a change', async () => {
    const at = new Date().setHours(0, 0, 0, 0) - 1_000
    const of = { account: id, exchange: 'binance', wallet: 'spot', exchangeAt: null, receivedAt: at } as const
    const { desk: accounts } = await desk([{ ...of, asset: 'ETH', free: '2', locked: '0', total: '2' }])
    const row = () => accounts.portfolio().rows.find(({ asset }) => asset === 'ETH')
    await until(() => row()?.changeSinceMidnight === '-2', 'the change')
    expect(row()).toMatchObject({ total: '0', changeSinceMidnight: '-2' })
    expect(accounts.quotesWanted('binance').map(({ symbol }) => symbol)).toContain('ETH_USDT')
    expect(accounts.balances().map(({ asset }) => asset)).not.toContain('ETH')
  })
})
