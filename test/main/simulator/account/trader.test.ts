import { describe, expect, it } from 'vitest'
import type { SimAccountEvent } from '../../../../src/main/simulator/account/contract.ts'
import { createTrader } from '../../../../src/main/simulator/account/trader.ts'
import { type BuiltInExchangeId, exchangeIds } from '../../../../src/shared/domain/index.ts'
import { emptyAccount, expectBooksAgree, fundedAccount } from './support.ts'

const hourMs = 3_600_000

function trading(exchange: BuiltInExchangeId, ordersPerMinute: number, make = fundedAccount, mostKept = 20_000) {
  const made = make(exchange)
  const { account, market, clock } = made
  const events: SimAccountEvent[] = []
  account.onEvent((event) => events.push(event))
  const trader = createTrader({ account, market, seed: 1, ordersPerMinute, size: 60, mostKept })
  const run = (forMs: number, stepMs: number): void => {
    for (const until = clock.now + forMs; clock.now < until; ) {
      clock.now += stepMs
      trader.step(clock.now)
    }
  }
  return { ...made, events, run }
}

describe('the auto trader', () => {
  it.each([...exchangeIds])('trades for a day within its means, in all manners (%s)', (exchange) => {
    const { account, market, events, run } = trading(exchange, 6)
    run(26 * hourMs, 5_000)
    expectBooksAgree(account)
    const orders = [...account.orders('spot'), ...account.orders('perpetual')]
    expect(orders.length).toBeGreaterThan(6_000)
    expect(orders.length).toBeLessThan(11_000)
    const states = new Set(orders.map(({ status, filledQuantity }) => `${status}${filledQuantity === '0' ? '' : '+'}`))
    for (const state of ['FILLED+', 'CANCELED', 'CANCELED+', 'EXPIRED', 'REJECTED']) expect(states).toContain(state)
    expect(account.fills('spot').some(({ isMaker }) => isMaker)).toBe(true)
    expect(account.fills('spot').some(({ isMaker }) => !isMaker)).toBe(true)
    const open = [...account.openOrders('spot'), ...account.openOrders('perpetual')]
    expect(open.length).toBeLessThan(60)
    expect(open.every(({ createdAt }) => createdAt > account.now() - 7 * hourMs)).toBe(true)
    for (const kind of ['deposit', 'withdrawal'] as const) {
      const ended = account.transfers(kind).filter(({ status }) => status !== 'pending')
      expect(ended.length).toBeGreaterThan(5)
    }
    expect(events.some(({ kind }) => kind === 'transfer')).toBe(true)
    // The trader knows one money: perpetuals in another are left alone.
    if (!market.instruments.some(({ kind, quote }) => kind === 'perpetual' && quote === 'USDT')) return
    // 16:00, 00:00, 08:00
    const paid = account.funding()
    expect(new Set(paid.map(({ at }) => at)).size).toBe(3)
    expect(paid.every(({ at }) => at % (8 * hourMs) === 0)).toBe(true)
    for (const { quantity, markPrice } of account.positions())
      expect(Math.abs(Number(quantity) * Number(markPrice))).toBeLessThan(3_000)
  })

  it('starts from nothing by depositing', () => {
    const { account, run } = trading('gate', 6, emptyAccount)
    run(hourMs, 1_000)
    expect(account.fills('spot').length).toBeGreaterThan(20)
    expectBooksAgree(account)
  })

  it('reaches 1,000 private events a minute when asked', () => {
    const { account, events, run } = trading('binance', 700)
    run(5 * 60_000, 10)
    expect(events.length / 5).toBeGreaterThan(1_000)
    expectBooksAgree(account)
  })

  it('does the same again for the same seed and steps', () => {
    const [first, second] = [trading('okx', 60), trading('okx', 60)]
    for (const { run } of [first, second]) run(20 * 60_000, 500)
    expect(second.events).toEqual(first.events)
    expect(first.events.length).toBeGreaterThan(500)
  })

  it('keeps memory bounded, by number and by age', () => {
    const { account, clock, run } = trading('mexc', 300, fundedAccount, 3_000)
    run(3 * hourMs, 500)
    const numbers = account.orders('spot').map(({ number }) => number)
    const newest = numbers.at(-1) ?? 0
    expect(newest).toBeGreaterThan(40_000)
    // Once an hour all but 3,000 are dropped.
    expect(numbers.length).toBeLessThan(23_000)
    clock.now += 91 * 24 * hourMs
    run(1_000, 500)
    expect(account.orders('spot').length).toBeLessThan(300)
    expectBooksAgree(account)
  })

  it('does not shuffle a full wallet to and fro', () => {
    const { account, run } = trading('okx', 6)
    run(hourMs, 1_000)
    expect(account.transfers('internal').length).toBeLessThan(30)
    expectBooksAgree(account)
  })

  it('trades on while and after the venue’s clock is set wrong', () => {
    const { account, market, run } = trading('binance', 60)
    market.skewMs = 2 * hourMs
    run(5 * 60_000, 500)
    const skewed = account.orders('spot').length
    market.skewMs = 0
    run(5 * 60_000, 500)
    expect(skewed).toBeGreaterThan(100)
    expect(account.orders('spot').length).toBeGreaterThan(skewed + 100)
    expectBooksAgree(account)
  })

  it('survives a machine that slept, a boundary of funding in between', () => {
    const { account, clock, run } = trading('binance', 60)
    run(hourMs, 1_000)
    clock.now += 20 * hourMs
    const positions = account.positions().length
    run(60_000, 500)
    expect(positions).toBeGreaterThan(0)
    expect(new Set(account.funding().map(({ at }) => at)).size).toBe(3)
    expectBooksAgree(account)
  })
})
