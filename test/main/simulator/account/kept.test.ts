import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import { createAccountEngine } from '../../../../src/main/simulator/account/engine.ts'
import { writeHistory } from '../../../../src/main/simulator/account/history.ts'
import { type KeepOptions, readAccount, writeAccount } from '../../../../src/main/simulator/account/kept.ts'
import { createPastMarket } from '../../../../src/main/simulator/account/past.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import { venues } from '../../../../src/main/simulator/venues/index.ts'
import { type BuiltInExchangeId, exchangeIds, isFinalStatus } from '../../../../src/shared/domain/index.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { expectBooksAgree, marketOf, startedAt } from './support.ts'

const hourMs = 3_600_000

function everything(account: SimAccountControl) {
  const { wallets } = account.rules
  return {
    balances: wallets.map((wallet) => account.balances(wallet)),
    openings: wallets.flatMap((wallet) =>
      account.balances(wallet).map(({ asset }) => `${wallet} ${asset} ${account.opening(wallet, asset)}`),
    ),
    ledger: wallets.map((wallet) => account.ledger(wallet)),
    orders: (['spot', 'perpetual'] as const).map((kind) => account.orders(kind)),
    open: (['spot', 'perpetual'] as const).map((kind) => account.openOrders(kind)),
    fills: (['spot', 'perpetual'] as const).map((kind) => account.fills(kind)),
    positions: account.positions(),
    funding: account.funding(),
    transfers: (['deposit', 'withdrawal', 'internal'] as const).map((kind) => account.transfers(kind)),
  }
}

const allOrders = (account: SimAccountControl) => [...account.orders('spot'), ...account.orders('perpetual')]
const allFills = (account: SimAccountControl) => [...account.fills('spot'), ...account.fills('perpetual')]
const allTransfers = (account: SimAccountControl) =>
  (['deposit', 'withdrawal', 'internal'] as const).flatMap((kind) => account.transfers(kind))

function withPast(exchange: BuiltInExchangeId) {
  const { market, rules, keys, seed } = marketOf(exchange)
  const past = createPastMarket(market)
  const options = { exchange, rules, market: past, seed, keys }
  const account = createAccountEngine(options)
  writeHistory(account, past, seed)
  return { account, market, options }
}

const keptIn = (folder: string, exchange: BuiltInExchangeId, seed = 1): KeepOptions => ({ folder, exchange, seed })

describe('an account that is kept', () => {
  it.each([...exchangeIds])('is the same when it is read, and goes on from there (%s)', (exchange) => {
    const { account, market, options } = withPast(exchange)
    const place = keptIn(temporaryFolder(), exchange)
    const symbols = ['BTC_USDT', 'UNUSED_USDT']
    writeAccount(place, { state: account.state(), savedAt: startedAt, isLast: true, symbols })

    const kept = readAccount(place)
    expect(kept).toMatchObject({ savedAt: startedAt, symbols: ['BTC_USDT'] })
    const from = kept?.restore((symbol) => market.instruments.find((instrument) => instrument.symbol === symbol))
    const again = createAccountEngine({ ...options, ...(from && { from }) })
    expect(everything(again)).toEqual(everything(account))
    expectBooksAgree(again)

    // What it holds for its orders is let go of, exactly: as in the account that was never written.
    for (const one of [account, again]) {
      for (const { id } of [...one.openOrders('spot'), ...one.openOrders('perpetual')]) one.end(id, 'CANCELED')
      for (const { id, status } of allTransfers(one)) if (status === 'pending') one.advanceTransfer(id, 'failed')
      const instrument = market.instruments.find(({ kind }) => kind === 'spot')
      if (!instrument) throw new Error('nothing is listed')
      const { id } = one.place({ instrument, side: 'BUY', type: 'MARKET', quantity: String(instrument.lotSize * 5) })
      one.fill(id, String(instrument.lotSize * 5))
    }
    expect(everything(again)).toEqual(everything(account))
    expectBooksAgree(again)
  })

  it('gives no number twice after a crash, though it forgot which it had given', () => {
    const { account, market, options } = withPast('binance')
    const place = keptIn(temporaryFolder(), 'binance')
    writeAccount(place, { state: account.state(), savedAt: startedAt, isLast: false, symbols: ['BTC_USDT'] })
    const from = readAccount(place)?.restore((symbol) => market.instruments.find((one) => one.symbol === symbol))
    const again = createAccountEngine({ ...options, ...(from && { from }) })
    const [instrument] = market.instruments
    if (!instrument) throw new Error('nothing is listed')
    const request = { instrument, side: 'BUY', type: 'LIMIT', price: '100', quantity: '1' } as const
    const lost = Array.from({ length: 20 }, () => account.place(request).id)
    const given = Array.from({ length: 20 }, () => again.place(request).id)
    expect(given.filter((id) => lost.includes(id))).toEqual([])
    expectBooksAgree(again)
  })

  it('is not taken up where it is of another seed, damaged, or of markets that are gone', () => {
    const { account } = withPast('okx')
    const folder = temporaryFolder()
    const place = keptIn(folder, 'okx')
    expect(readAccount(place)).toBeNull()
    writeAccount(place, { state: account.state(), savedAt: startedAt, isLast: true, symbols: ['BTC_USDT'] })
    expect(readAccount(keptIn(folder, 'okx', 2))).toBeNull()
    expect(() => readAccount(place)?.restore(() => undefined)).toThrow(/_USDT(_PERP)? is not listed$/)
    const file = join(folder, 'okx.account')
    const bytes = readFileSync(file)
    bytes[500] = (bytes[500] ?? 0) ^ 1
    writeFileSync(file, bytes)
    expect(() => readAccount(place)).toThrow(/okx\.account is damaged$/)
    writeFileSync(file, '')
    expect(() => readAccount(place)).toThrow(/okx\.account is damaged$/)
  })
})

describe('a simulator that keeps its accounts', () => {
  const exchanges = ['binance', 'okx'] as const
  const start = async (keepIn: string, now: number, more: { seed?: number; symbols?: string[] } = {}) => {
    const notices: string[] = []
    const simulation = await runSimulation(
      { venues: exchanges, symbols: ['BTC_USDT', 'ETH_USDT'], accounts: { history: true }, keepIn, ...more },
      venues,
      () => now,
      (notice) => notices.push(notice),
    )
    onTestFinished(() => simulation.close())
    return { simulation, notices }
  }
  const accountsOf = async (started: Awaited<ReturnType<typeof start>>) =>
    exchanges.map((exchange) => {
      const account = started.simulation.accounts.get(exchange)
      if (!account) throw new Error(`${exchange} does not run`)
      return account
    })

  it('finds what it left, and what its trader did since: nothing of the past differs, and nothing is left open for ever', async () => {
    const folder = temporaryFolder()
    const first = await start(folder, startedAt)
    const before = await accountsOf(first)
    await first.simulation.close()
    const second = await start(folder, startedAt + 30 * hourMs, { symbols: ['BTC_USDT'] })
    expect(second.notices).toEqual([])
    for (const [index, account] of (await accountsOf(second)).entries()) {
      const left = before[index]
      if (!left) throw new Error('one is missing')
      expectBooksAgree(account)
      for (const { id, status, clientOrderId, quantity } of allOrders(left)) {
        const now = account.order(id)
        expect(now).toMatchObject({ clientOrderId, quantity })
        // Those that rested did so for six hours at most.
        if (isFinalStatus(status)) expect(now?.status).toBe(status)
        else expect(isFinalStatus(now?.status ?? 'NEW')).toBe(true)
      }
      const key = ({ tradeId, price, quantity, at }: ReturnType<typeof allFills>[number]) =>
        `${tradeId} ${price} ${quantity} ${at}`
      const fills = allFills(account)
      expect(fills.map(key)).toEqual(expect.arrayContaining(allFills(left).map(key)))
      expect(new Set(fills.map(({ tradeId, instrument }) => `${tradeId} ${instrument.symbol}`)).size).toBe(fills.length)
      const since = fills.filter(({ at }) => at > startedAt)
      expect(since.length).toBeGreaterThan(0)
      for (const { at } of since) expect(at).toBeLessThanOrEqual(startedAt + 30 * hourMs)
    }
  })

  it('begins an account anew, and says so, where it cannot be read; and without a word with another seed', async () => {
    const folder = temporaryFolder()
    const first = await start(folder, startedAt)
    await first.simulation.close()
    writeFileSync(join(folder, 'okx.account'), 'something else')
    const second = await start(folder, startedAt)
    expect(second.notices).toEqual([expect.stringMatching(/^the simulated account at okx begins anew: .* is damaged$/)])
    for (const account of await accountsOf(second)) expectBooksAgree(account)
    await second.simulation.close()
    const third = await start(folder, startedAt, { seed: 2 })
    expect(third.notices).toEqual([])
  })

  it('goes on, and says so, where they cannot be written', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'no-folder')
    writeFileSync(file, '')
    const { notices, simulation } = await start(file, startedAt)
    expect(notices).toContainEqual(expect.stringMatching(/^the simulated account at binance could not be kept: /))
    expect(simulation.accounts.size).toBe(2)
  })
})
