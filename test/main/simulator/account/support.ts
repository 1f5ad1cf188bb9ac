import { expect } from 'vitest'
import type { SimAccountControl, SimWallet } from '../../../../src/main/simulator/account/contract.ts'
import { type AccountEngineOptions, createAccountEngine } from '../../../../src/main/simulator/account/engine.ts'
import { noAccount } from '../../../../src/main/simulator/account/none.ts'
import { apiKeysOf } from '../../../../src/main/simulator/keys.ts'
import { FairPrices, listedSince, VenueMarket } from '../../../../src/main/simulator/market.ts'
import { defaultSymbols } from '../../../../src/main/simulator/symbols.ts'
import type { SimInstrument, SimMarket } from '../../../../src/main/simulator/venue.ts'
import { venues } from '../../../../src/main/simulator/venues/index.ts'
import { Amount, addAmounts, amountText, sumAmounts } from '../../../../src/shared/amount.ts'
import type { BuiltInExchangeId } from '../../../../src/shared/domain/index.ts'

export const startedAt = Date.UTC(2026, 4, 6, 11, 30)

const emptyMarket: SimMarket = {
  now: () => startedAt,
  instruments: [],
  find: () => undefined,
  quote: () => {
    throw new Error('asked for a quote without a market')
  },
  book: () => {
    throw new Error('asked for a book without a market')
  },
  klines: () => [],
  trades: () => [],
}

/** The market of a real venue at a time of the test's own. */
export function marketOf(exchange: BuiltInExchangeId, seed = 1, symbols: readonly string[] = defaultSymbols) {
  const clock = { now: startedAt }
  const rules = venues[exchange](
    emptyMarket,
    noAccount(exchange, () => startedAt),
  )
  const market = new VenueMarket({
    seed,
    symbols,
    rules,
    fair: new FairPrices(seed),
    listedAt: listedSince(startedAt),
    clock: () => clock.now,
  })
  const { accountRules } = rules
  return { market, clock, rules: accountRules, keys: apiKeysOf(seed, exchange, accountRules.keyShape), seed }
}

export function instrumentOf(market: SimMarket, symbol: string): SimInstrument {
  const found = market.instruments.find((instrument) => instrument.symbol === symbol)
  if (!found) throw new Error(`${symbol} is not listed`)
  return found
}

/** An account at a real venue's market, holding nothing. */
export function emptyAccount(exchange: BuiltInExchangeId, more: Partial<AccountEngineOptions> = {}) {
  const { market, clock, rules, keys, seed } = marketOf(exchange)
  const account = createAccountEngine({ exchange, rules, market, seed, keys, ...more })
  return { account, market, clock, rules, keys }
}

/** With 100,000 USDT for spot, and 50,000 beside it for perpetuals where they have a wallet of their own. */
export function fundedAccount(exchange: BuiltInExchangeId, more: Partial<AccountEngineOptions> = {}) {
  const made = emptyAccount(exchange, more)
  const { account, rules } = made
  account.advanceTransfer(account.deposit('USDT', '150000').id, 'completed')
  if (rules.transferWallet !== 'spot') account.move('USDT', '150000', rules.transferWallet, 'spot')
  if (rules.futuresWallet !== 'spot') account.move('USDT', '50000', 'spot', rules.futuresWallet)
  return made
}

export const balanceOf = (account: SimAccountControl, wallet: SimWallet, asset: string) => {
  const found = account.balances(wallet).find((balance) => balance.asset === asset)
  return found ? { free: found.free, locked: found.locked, total: found.total } : null
}

const negated = (text: string): string => amountText(new Amount(text).negated())

/** Throws where the account disagrees with itself. */
export function expectBooksAgree(account: SimAccountControl): void {
  const { wallets, futuresWallet } = account.rules
  for (const wallet of wallets) {
    const ledger = account.ledger(wallet)
    const running = new Map<string, string>()
    for (const { asset, change, total } of ledger) {
      const before = running.get(asset) ?? account.opening(wallet, asset)
      const after = addAmounts(before, change)
      expect(total).toBe(after)
      running.set(asset, after)
    }
    for (const { asset, free, locked, total } of account.balances(wallet)) {
      expect(total, `${wallet} ${asset}`).toBe(running.get(asset) ?? account.opening(wallet, asset))
      expect(addAmounts(free, locked)).toBe(total)
      for (const amount of [free, locked, total]) expect(amount).toMatch(/^\d+(\.\d+)?$/)
    }
  }
  const fills = [...account.fills('spot'), ...account.fills('perpetual')]
  const entries = wallets.flatMap((wallet) => account.ledger(wallet))
  const sumOf = (reason: string, asset: string) =>
    sumAmounts(entries.filter((entry) => entry.reason === reason && entry.asset === asset).map(({ change }) => change))
  for (const asset of new Set(entries.map((entry) => entry.asset))) {
    const fees = fills.filter(({ feeAsset }) => feeAsset === asset).map(({ fee }) => negated(fee))
    expect(sumOf('fee', asset)).toBe(sumAmounts(fees))
    const traded = account.fills('spot').flatMap(({ instrument: { base, quote }, side, quantity, quoteQuantity }) => {
      const [gets, gives] = side === 'BUY' ? [quantity, quoteQuantity] : [quoteQuantity, quantity]
      const [got, given] = side === 'BUY' ? [base, quote] : [quote, base]
      return [...(got === asset ? [gets] : []), ...(given === asset ? [negated(gives)] : [])]
    })
    expect(sumOf('trade', asset)).toBe(sumAmounts(traded))
    const own = account.fills('perpetual').filter(({ instrument }) => instrument.quote === asset)
    expect(sumOf('realised_pnl', asset)).toBe(sumAmounts(own.map(({ realisedPnl }) => realisedPnl)))
    const funded = account.funding().filter((paid) => paid.asset === asset)
    expect(sumOf('funding', asset)).toBe(sumAmounts(funded.map(({ amount }) => amount)))
    expect(sumOf('internal', asset)).toBe('0')
  }
  expectOrdersMatch(account)
  expectPositionsMatch(account, futuresWallet)
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one)) ?? []
    group.push(one)
    groups.set(keyOf(one), group)
  }
  return groups
}

function expectOrdersMatch(account: SimAccountControl): void {
  for (const kind of ['spot', 'perpetual'] as const) {
    const byOrder = grouped(account.fills(kind), ({ order }) => order.id)
    const orders = account.orders(kind)
    expect(orders.map(({ number }) => number)).toEqual(orders.map(({ number }) => number).sort((a, b) => a - b))
    for (const order of orders) {
      const fills = byOrder.get(order.id) ?? []
      expect(order).toMatchObject({
        filledQuantity: sumAmounts(fills.map(({ quantity }) => quantity)),
        filledQuote: sumAmounts(fills.map(({ quoteQuantity }) => quoteQuantity)),
        fee: sumAmounts(fills.map(({ fee }) => fee)),
      })
      expect(order.status === 'FILLED').toBe(order.filledQuantity === order.quantity)
      if (order.status === 'PARTIALLY_FILLED') expect(order.filledQuantity).not.toBe('0')
      if (order.status === 'NEW' || order.status === 'REJECTED') expect(order.filledQuantity).toBe('0')
    }
    const open = orders.filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED')
    expect(account.openOrders(kind)).toEqual(open)
  }
}

/** Only of accounts that have forgotten nothing. */
function expectPositionsMatch(account: SimAccountControl, wallet: SimWallet): void {
  const bySymbol = grouped(account.fills('perpetual'), ({ instrument }) => instrument.symbol)
  const positions = new Map(account.positions().map((position) => [position.instrument.symbol, position]))
  for (const [symbol, fills] of bySymbol) {
    if (wallet && account.opening(wallet, fills[0]?.instrument.quote ?? '') !== '0') return
    const signed = (text: string, side: string) => (side === 'BUY' ? text : negated(text))
    const quantity = sumAmounts(fills.map((fill) => signed(fill.quantity, fill.side)))
    const position = positions.get(symbol)
    expect(position?.quantity ?? '0').toBe(quantity)
    // What was received less what was paid, with what is left at its mark price, is the whole profit.
    const cash = sumAmounts(fills.map((fill) => negated(signed(fill.quoteQuantity, fill.side))))
    const left = new Amount(quantity).times(position?.markPrice ?? 0)
    const realised = sumAmounts(fills.map(({ realisedPnl }) => realisedPnl))
    const profit = new Amount(realised).plus(position?.unrealisedPnl ?? 0)
    expect(left.plus(cash).minus(profit).abs().toNumber()).toBeLessThan(1e-8 * (fills.length + 1))
  }
}
