/** Sessions one after another over the same database, written by the recorder as in the hub. */

import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AccountRecorder } from '../../../src/main/account/recorder.ts'
import type { AccountSession } from '../../../src/main/account/session.ts'
import type { Storage } from '../../../src/main/storage/contract.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { Instrument } from '../../../src/shared/domain/index.ts'
import { until } from '../../support/loopback.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { type LiveAccount, liveAccount } from './live.ts'
import { balance } from './rows.ts'
import { instruments, scripted } from './scripted.ts'

const day = 86_400_000

async function recorded(live: Pick<LiveAccount, 'bus'>): Promise<{ storage: Storage; recorder: AccountRecorder }> {
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  onTestFinished(() => storage.close())
  const recorder = new AccountRecorder({
    bus: live.bus,
    storage: storage.accounts,
    balances: () => [],
    logger: pino({ level: 'silent' }),
    onAlert: () => {},
    everyMs: 10,
  })
  recorder.start()
  onTestFinished(() => recorder.stop())
  return { storage, recorder }
}

const isLive = (session: AccountSession) => until(() => session.status().state === 'live', 'live', 15_000)
const written = (recorder: AccountRecorder) => until(() => recorder.status().waiting === 0, 'all is written')

describe('an account that starts again', { timeout: 60_000 }, () => {
  it('says nothing that it said before, and finds what happened meanwhile', async () => {
    const live = await liveAccount('binance')
    const { account } = live
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    account.move('USDT', '50000', 'spot', 'futures')
    // Storage counts assets that appear in the first seconds to the opening.
    account.advanceTransfer(account.deposit('BTC', '1').id, 'completed')
    const { storage, recorder } = await recorded(live)
    const timing = { settledMs: 0 }
    const first = live.open({ storage: storage.accounts, timing })
    await isLive(first)
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const [btc, perpetual] = ['BTC_USDT', 'BTC_USDT_PERP'].map((symbol) =>
      live.instruments.find((one) => one.symbol === symbol),
    )
    if (!btc || !perpetual) throw new Error('not traded')
    const resting = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '20000', quantity: '1' })
    account.fill(resting.id, '0.25')
    const short = account.place({ instrument: perpetual, side: 'SELL', type: 'MARKET', quantity: '1' })
    account.fill(short.id, '1')
    account.settleFunding(perpetual)
    account.advanceTransfer(account.withdraw('USDT', '100').id, 'completed')
    await first.refresh()
    await first.stop()
    await written(recorder)

    account.fill(resting.id, '0.75')
    const made = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '19000', quantity: '1' })
    live.events.length = 0
    const second = live.open({ storage: storage.accounts, timing })
    await isLive(second)
    await until(() => second.openOrders().some((order) => order.exchangeOrderId === made.id), 'the new order')
    await second.refresh()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await second.refresh()
    const said = live.events.flatMap((event) => {
      if (event.kind === 'fill') return [`fill ${Number(event.fill.quantity)}`]
      if (event.kind === 'order_update') return [`${Number(event.order.price)} ${event.order.status}`]
      if (event.kind === 'drift') return [JSON.stringify(event.drift)]
      return event.kind === 'position' || event.kind === 'balance' ? [] : [event.kind]
    })
    expect(said.sort()).toEqual(['19000 NEW', '20000 FILLED', 'fill 0.75'])
    expect(second.openDrifts()).toEqual([])
    await second.stop()
    await written(recorder)

    // The database knows each once, and its ledger adds up to what the exchange holds.
    const fills = await storage.accounts.fills(
      { account: null, exchange: null, text: null, from: null, to: null, side: null },
      null,
      100,
    )
    expect(fills.rows.map((fill) => Number(fill.quantity)).sort()).toEqual([0.25, 0.75, 1])
    const memory = await storage.accounts.memory('binance-main', Date.now() - day)
    const sums = await storage.accounts.ledger('binance-main', memory.opening?.at ?? 0)
    const usdt = sums.find(({ asset }) => asset === 'USDT')
    expect(Number(usdt?.trades)).toBe(-20_000)
    expect(Number(usdt?.transfers)).toBe(-100)
  })

  it('asks again for what lies before a fill that its stream told while the download never ended', async () => {
    const live = await liveAccount('binance')
    const { account } = live
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    account.move('USDT', '50000', 'spot', 'futures')
    const { storage, recorder } = await recorded(live)
    const timing = { settledMs: 0, overlapMs: 300 }
    const isStreaming = (session: AccountSession) =>
      until(
        () => session.status().streams.length > 0 && session.status().streams.every(({ state }) => state === 'live'),
        'its streams',
        15_000,
      )
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1_000))
    const told = () => live.events.flatMap((event) => (event.kind === 'fill' ? [Number(event.fill.quantity)] : []))
    const perpetual = live.instruments.find((one) => one.symbol === 'BTC_USDT_PERP')
    if (!perpetual) throw new Error('not traded')
    const trade = (quantity: string) =>
      account.fill(
        account.place({ instrument: perpetual, side: 'BUY', type: 'LIMIT', price: '20000', quantity }).id,
        quantity,
      )

    const first = live.open({ storage: storage.accounts, timing })
    await isLive(first)
    await first.refresh()
    const marks = async () => (await storage.accounts.memory('binance-main', 0)).downloads
    await expect.poll(async () => (await marks()).past, { timeout: 15_000 }).toBeGreaterThan(0)
    await first.stop()
    await pause()
    const missedAt = Date.now()
    trade('0.25')
    await pause()
    const fails = ({ url }: { readonly url: string }) => /Trades|allOrders/.test(url)
    const second = live.open({ storage: storage.accounts, timing, fails })
    await isStreaming(second)
    trade('0.5')
    await until(() => told().includes(0.5), 'the newer fill')
    await second.stop()
    await written(recorder)
    expect(told()).toEqual([0.5])

    // The books would find what is missing, too, and look for it: it is asked for from the first download on.
    const asked: number[] = []
    const noted = ({
      url,
      query,
    }: {
      readonly url: string
      readonly query: readonly (readonly [string, string])[]
    }) => {
      if (/userTrades/.test(url)) asked.push(Number(query.find(([name]) => name === 'startTime')?.[1]))
      return false
    }
    const third = live.open({ storage: storage.accounts, timing, fails: noted })
    await isLive(third)
    await until(() => told().includes(0.25), 'the older fill')
    await third.stop()
    expect(told()).toEqual([0.5, 0.25])
    expect(asked[0]).toBeLessThan(missedAt)
  })

  it('asks for the past of symbols that joined before the end, were left out for a while, or never had theirs', async () => {
    const exchange = await scripted({ asksPerSymbol: true })
    exchange.truth.balances = [balance({ exchangeAt: Date.now(), receivedAt: Date.now() })]
    const { storage, recorder } = await recorded(exchange)
    const isOld = ({ from }: { readonly from: number }) => from < Date.now() - 80 * day
    let watched: readonly Instrument[] = []
    const isWhole = async () => {
      const { pastSymbols } = await storage.accounts.memory('binance-main', 0)
      return pastSymbols?.join(' ') === watched.map(({ symbol }) => symbol).join(' ')
    }
    /** The symbols of whose past a session asks, one download after another; `later` is watched while it runs. */
    async function pastAsked(first: readonly Instrument[], later = first) {
      const begin = exchange.fillsAsked.length
      watched = first
      const session = exchange.open({ storage: storage.accounts, timing: { settledMs: 0 }, symbols: () => watched })
      await isLive(session)
      await session.refresh()
      await expect.poll(isWhole, { timeout: 10_000 }).toBe(true)
      watched = later
      await session.refresh()
      await expect.poll(isWhole, { timeout: 10_000 }).toBe(true)
      await session.stop()
      await written(recorder)
      return exchange.fillsAsked
        .slice(begin)
        .filter(isOld)
        .map((asked) => asked.symbols)
    }
    const [spot, perpetual] = [instruments.slice(0, 1), instruments.slice(1)]
    const first = await pastAsked(spot)
    const joined = await pastAsked(instruments)
    const known = await pastAsked(instruments)
    const left = await pastAsked(instruments, perpetual)
    const returned = await pastAsked(instruments)
    expect({ first, joined, known, left, returned }).toEqual({
      first: [['BTC_USDT']],
      // It was watched before the start, and never asked about.
      joined: [['BTC_USDT_PERP']],
      known: [],
      left: [],
      returned: [['BTC_USDT']],
    })
  })

  it('goes on with drifts that were open', async () => {
    const live = await liveAccount('gate')
    live.account.advanceTransfer(live.account.deposit('USDT', '100').id, 'completed')
    const { storage, recorder } = await recorded(live)
    const drift = {
      id: 7,
      account: 'gate-main',
      subject: 'balance' as const,
      item: 'spot USDT',
      field: 'total',
      expected: '90',
      got: '100',
      since: null,
      foundAt: Date.now() - 1_000,
      resolvedAt: null,
      resolution: null,
    }
    await storage.accounts.save({ drifts: [drift] })
    const session = live.open({ storage: storage.accounts })
    await isLive(session)
    await until(
      () => live.events.some((event) => event.kind === 'drift' && event.drift.resolvedAt !== null),
      'resolved',
    )
    await session.stop()
    await written(recorder)
    expect(await storage.accounts.drifts('gate-main', true)).toMatchObject([{ id: 7, resolvedAt: expect.any(Number) }])
  })
})
