import { expect, it } from 'vitest'
import { until } from '../../support/loopback.ts'
import { balance, fill, order } from './rows.ts'
import { live, now, pause, type Scripted } from './scripted.ts'

/** Usual times, twenty to thirty times as fast. */
const timing = { snapshotEveryMs: 2_000, soonMs: 100, graceMs: 50, quietMs: 170, afterTotalMs: 330 }

/** Another order and fill every 20 ms, so that no answer finds the account at rest. */
async function trade(exchange: Scripted, forMs: number): Promise<void> {
  const begin = now()
  for (let id = 1; now() - begin < forMs; id++) {
    const at = now()
    const total = String(100 + id)
    const ended = exchange.truth.openOrders.map((one) => ({
      ...one,
      status: 'FILLED' as const,
      filledQuantity: '1',
      updatedAt: at,
    }))
    const made = order({ exchangeOrderId: String(id), createdAt: at, updatedAt: at })
    const dealt = ended.map((one) =>
      fill({ tradeId: `t${one.exchangeOrderId}`, exchangeOrderId: one.exchangeOrderId, quantity: '1', at }),
    )
    const held = balance({ total, free: total, exchangeAt: at, receivedAt: at })
    Object.assign(exchange.truth, { openOrders: [made], balances: [held] })
    exchange.truth.orders = [...exchange.truth.orders.filter(({ status }) => status === 'FILLED'), ...ended, made]
    exchange.truth.fills.push(...dealt)
    exchange.push(...[...ended, made].map((one) => ({ kind: 'order', order: one, raw: '{}' }) as const), {
      kind: 'balance',
      balance: held,
    })
    exchange.push(...dealt.map((one) => ({ kind: 'fill', fill: one, raw: '{}' }) as const))
    await pause(20)
  }
}

it('a busy account is asked little more often than one at rest, and soon again after a gap and after the rush', async () => {
  const { exchange, session } = await live(() => {}, { timing })
  const counts = () => (['balances', 'openOrders'] as const).map((method) => exchange.count(method))
  const since = (before: number[]) => counts().map((count, i) => count - (before[i] ?? 0))

  let before = counts()
  const fills = exchange.count('fills')
  const rush = trade(exchange, 7_500)
  await pause(4_000)
  // After 100, 200, 400, 800 and 1600 ms, and what each takes; always after 100 ms there would be 15 and more.
  for (const count of since(before)) expect(count).toBeLessThanOrEqual(8)
  // Each fill came a moment after its order.
  expect(exchange.count('fills')).toBeLessThanOrEqual(fills + 2)
  before = counts()
  await pause(2_000)
  for (const count of since(before)) expect(count).toBeLessThanOrEqual(2)

  before = counts()
  for (const socket of exchange.sockets) socket.terminate()
  await until(() => since(before).every((count) => count >= 2), 'asked after the gap, and repeated', 1_000)
  await rush

  await until(() => session.openOrders().length === 1, 'the last order')
  before = counts()
  await until(() => since(before).every((count) => count >= 1), 'compared at rest', 3_000)
  await pause(200)
  let release = () => {}
  exchange.holds.set('balances', () => new Promise((resolve) => (release = resolve)))
  before = counts()
  void session.refresh()
  await until(() => (since(before)[0] ?? 0) >= 1, 'under way')
  const held = balance({ total: '1', free: '1', exchangeAt: now(), receivedAt: now() })
  exchange.push({ kind: 'balance', balance: held })
  exchange.truth.balances = [held]
  await until(() => session.balances()[0]?.total === '1', 'touched meanwhile')
  exchange.holds.clear()
  release()
  await until(() => (since(before)[0] ?? 0) >= 2, 'repeated soon', 600)
  expect(exchange.drifts().filter(({ subject }) => subject !== 'ledger')).toEqual([])
}, 20_000)

it('thousands of orders that ended within an hour are no news when the exchange’s history tells them again', async () => {
  const { exchange, session } = await live(() => {}, { timing: { ...timing, hourlyMs: 1_500 } })
  const at = now()
  const ended = Array.from({ length: 5_000 }, (_, id) =>
    order({ exchangeOrderId: `e${id}`, createdAt: at, updatedAt: at, status: 'CANCELED' }),
  )
  exchange.truth.orders = ended
  exchange.push(...ended.map((one) => ({ kind: 'order', order: one, raw: '{}' }) as const))
  const asked = exchange.count('orderHistory')
  await until(() => exchange.count('orderHistory') >= asked + 2, 'the history, twice', 10_000)
  await pause(100)
  expect([session.openOrders(), exchange.drifts().filter(({ subject }) => subject === 'order')]).toEqual([[], []])
}, 20_000)
