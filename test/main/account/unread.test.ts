import { describe, expect, it } from 'vitest'
import type { AccountEvent } from '../../../src/main/exchanges/account-contract.ts'
import { until } from '../../support/loopback.ts'
import { balance, fill, order, position } from './rows.ts'
import { live, now, pause } from './scripted.ts'

const broken = '{"what":"cannot be read"}'
/** The others of its frame could be read. */
const partly = (...events: AccountEvent[]) => JSON.stringify({ events, rejected: 'one row' })

describe('a private frame that cannot be read', () => {
  it.each([
    ['as a whole', broken],
    ['in part', partly({ kind: 'balance', balance: balance({ asset: 'BTC', total: '1', exchangeAt: 1 }) })],
  ])('%s has what it told asked for soon, and none of it is a difference', async (_name, text) => {
    const { exchange, session } = await live(({ truth }) => {
      truth.balances.push(balance({ asset: 'BTC', total: '1', free: '1', exchangeAt: 1 }))
    })
    const made = order({ createdAt: now(), updatedAt: now() })
    const rows = [balance({ total: '70', free: '70', exchangeAt: now() }), exchange.truth.balances[1] ?? balance()]
    Object.assign(exchange.truth, {
      balances: rows,
      openOrders: [made],
      orders: [made],
      positions: [position({ exchangeAt: now() })],
      fills: [fill({ exchangeOrderId: '7', at: now() })],
    })
    exchange.pushText(text)
    await until(() => session.balances().some(({ total }) => total === '70'), 'the balance', 1_500)
    await until(() => session.openOrders().length === 1 && session.positions().length === 1, 'order and position')
    await until(() => exchange.events.some(({ kind }) => kind === 'fill'), 'the fill')
    await pause(150)
    expect(exchange.drifts().filter(({ subject }) => subject !== 'ledger')).toEqual([])
    expect(session.status().rejected).toMatchObject([{ count: 1 }])
  })

  it('excuses nothing that happens after it', async () => {
    const { exchange, session } = await live()
    const asked = exchange.count('balances')
    exchange.pushText(broken)
    await until(() => exchange.count('balances') > asked, 'asked')
    await pause(200)
    await session.refresh()
    exchange.truth.balances = [balance({ total: '90', free: '90', exchangeAt: now(), receivedAt: now() })]
    await session.refresh()
    expect(exchange.drifts()).toMatchObject([{ subject: 'balance', expected: '100', got: '90' }])
  })

  it('among thousands is answered by few requests', async () => {
    const { exchange, session } = await live()
    const before = exchange.calls.length
    const begin = now()
    let sent = 0
    while (now() - begin < 1_500) {
      for (let i = 0; i < 20; i++) exchange.pushText(broken)
      sent += 20
      await pause(10)
    }
    await until(() => session.status().rejected[0]?.count === sent, 'all counted')
    const calls = exchange.calls.slice(before).map(({ method }) => method)
    const count = (method: string) => calls.filter((one) => one === method).length
    // After 60, 160, 360, 760 and 1560 ms.
    for (const method of ['balances', 'positions', 'openOrders']) {
      expect(count(method)).toBeGreaterThanOrEqual(3)
      expect(count(method)).toBeLessThanOrEqual(6)
    }
    // After 60 and some 310 ms, and 500 and 1000 ms later.
    for (const method of ['fills', 'orderHistory']) {
      expect(count(method)).toBeGreaterThanOrEqual(2)
      expect(count(method)).toBeLessThanOrEqual(4)
    }
  })

  it('that told of an order which began and ended after the first questions has it asked for', async () => {
    const { exchange } = await live()
    const asked = exchange.count('orderHistory')
    exchange.pushText(broken)
    await until(() => exchange.count('orderHistory') > asked, 'asked')
    const ended = order({ status: 'CANCELED', createdAt: now(), updatedAt: now() })
    exchange.truth.orders = [ended]
    exchange.pushText(broken)
    await until(() => exchange.events.some(({ kind }) => kind === 'order_update'), 'the order')
  })
})

describe('a fill that an answer brings', () => {
  it('brings its order, though no stream told of either', async () => {
    const { exchange } = await live()
    const before = now() - 5_000
    const ended = order({ exchangeOrderId: '8', status: 'CANCELED', createdAt: before, updatedAt: now() })
    exchange.truth.orders = [ended]
    const own = order({ exchangeOrderId: '7', status: 'PARTIALLY_FILLED', filledQuantity: '0.3', createdAt: now() })
    exchange.truth.fills = [fill({ tradeId: '1', exchangeOrderId: '8', at: before })]
    // More is filled than any fill explains: fills alone are asked for.
    exchange.push({ kind: 'order', order: { ...own, updatedAt: now() }, raw: '{}' })
    const isTold = () =>
      exchange.events.some((event) => event.kind === 'order_update' && event.order.exchangeOrderId === '8')
    await until(isTold, 'its order')
  })
})
