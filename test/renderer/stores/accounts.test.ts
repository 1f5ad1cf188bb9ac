import { describe, expect, it, vi } from 'vitest'
import { connectStores, createStores } from '../../../src/renderer/stores/index.ts'
import type { AccountStatus, Drift, Fill, Order, Position } from '../../../src/shared/domain/index.ts'
import type { Portfolio } from '../../../src/shared/portfolio.ts'
import { createHub } from '../support/hub.ts'

const account = (id: string, more: Partial<AccountStatus> = {}): AccountStatus => ({
  id,
  exchange: 'binance',
  label: id,
  keySource: 'keychain',
  state: 'connecting',
  reason: null,
  since: 0,
  streams: [],
  polls: [],
  permissions: null,
  fees: [],
  openDrifts: 0,
  rejected: [],
  notes: [],
  ...more,
})
const portfolio = (at: number): Portfolio => ({
  currency: 'USDT',
  at,
  rows: [],
  total: String(at),
  missingPrices: [],
  stalePrices: [],
  changeSinceMidnight: null,
})
const order = (more: Partial<Order> = {}): Order => ({
  account: 'a',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  exchangeOrderId: '1',
  clientOrderId: null,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '1',
  stopPrice: null,
  quantity: '2',
  quoteQuantity: null,
  filledQuantity: '0',
  averagePrice: null,
  status: 'NEW',
  exchangeStatus: 'NEW',
  reduceOnly: null,
  createdAt: 1,
  updatedAt: 1,
  receivedAt: 1,
  ...more,
})
const fill = (tradeId: string, at: number): Fill => ({
  account: 'a',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  tradeId,
  exchangeOrderId: '1',
  side: 'BUY',
  price: '1',
  quantity: '1',
  fee: null,
  feeAsset: null,
  liquidity: null,
  realisedPnl: null,
  at,
  receivedAt: at,
})
const position = (quantity: string): Position => ({
  account: 'a',
  exchange: 'binance',
  symbol: 'BTC_USDT_PERP',
  side: 'BOTH',
  quantity,
  entryPrice: null,
  markPrice: null,
  unrealisedPnl: null,
  liquidationPrice: null,
  leverage: null,
  marginMode: null,
  settleAsset: 'USDT',
  exchangeAt: null,
  receivedAt: 1,
})

describe('the stores of accounts', () => {
  it('keep the newest state of an account through the reading of the list', async () => {
    const hub = createHub()
    let release: (list: AccountStatus[]) => void = () => {}
    hub.answer(
      'accounts.list',
      () =>
        new Promise((resolve) => {
          release = resolve
        }),
    )
    const stores = createStores(hub.door)
    connectStores(stores)
    hub.push('accounts.status', [account('a', { state: 'live' }), account('gone')])
    expect(stores.accounts.getState().accounts).toBeNull()
    await vi.waitFor(() => expect(hub.asked.map(({ name }) => name)).toContain('accounts.list'))
    release([account('a'), account('b')])
    await vi.waitFor(() => expect(stores.accounts.getState().accounts).not.toBeNull())
    expect(stores.accounts.getState().accounts?.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'live'],
      ['b', 'connecting'],
    ])
  })

  it('take a changed list over a reply that was under way, and read everything anew', async () => {
    const hub = createHub()
    const held: ((list: AccountStatus[]) => void)[] = []
    hub.answer('accounts.list', () => new Promise((resolve) => held.push(resolve)))
    hub.answer('orders.open', () => [order()])
    const stores = createStores(hub.door)
    connectStores(stores)
    await vi.waitFor(() => expect(stores.activity.openOrders.getState().isLoaded).toBe(true))
    hub.asked.length = 0
    hub.push('accounts.changed', [account('new')])
    held[0]?.([account('old')])
    await vi.waitFor(() => expect(hub.asked.map(({ name }) => name)).toContain('drifts.list'))
    expect(stores.accounts.getState().accounts?.map(({ id }) => id)).toEqual(['new'])
    expect(hub.asked.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'accounts.keyStore',
        'portfolio.get',
        'orders.open',
        'fills.list',
        'positions.list',
        'transfers.list',
      ]),
    )
  })

  it('follow orders, fills and positions as they are told', async () => {
    const hub = createHub()
    hub.answer('orders.open', () => [order(), order({ exchangeOrderId: '2' })])
    hub.answer('fills.list', () => ({ rows: [fill('7', 7)], next: null }))
    hub.answer('positions.list', () => [position('1.5')])
    const { activity, ...stores } = createStores(hub.door)
    connectStores({ activity, ...stores })
    await vi.waitFor(() => expect(activity.positions.getState().rows).toHaveLength(1))
    await vi.waitFor(() => expect(activity.fills.getState().rows).toHaveLength(1))
    hub.push('order.changed', order({ status: 'FILLED', filledQuantity: '2' }))
    hub.push('order.changed', order({ exchangeOrderId: '2', status: 'PARTIALLY_FILLED', filledQuantity: '1' }))
    hub.push('fill.added', fill('8', 8))
    hub.push('fill.added', fill('8', 8))
    hub.push('positions.update', [position('0.000')])
    expect(
      activity.openOrders
        .getState()
        .rows.map(({ exchangeOrderId, filledQuantity }) => [exchangeOrderId, filledQuantity]),
    ).toEqual([['2', '1']])
    expect(activity.fills.getState().rows.map(({ tradeId }) => tradeId)).toEqual(['8', '7'])
    expect(activity.positions.getState().rows).toEqual([])
  })

  it('put open drifts before resolved ones', async () => {
    const hub = createHub()
    const drift = (id: number, resolvedAt: number | null): Drift => ({
      id,
      account: 'a',
      subject: 'balance',
      item: 'spot BTC',
      field: 'total',
      expected: '1',
      got: '2',
      since: null,
      foundAt: id,
      resolvedAt,
      resolution: null,
    })
    hub.answer('drifts.list', () => [drift(3, 30), drift(2, null)])
    const stores = createStores(hub.door)
    connectStores(stores)
    await vi.waitFor(() => expect(stores.activity.drifts.getState().rows).toHaveLength(2))
    hub.push('drift.changed', drift(1, null))
    hub.push('drift.changed', drift(2, 20))
    expect(stores.activity.drifts.getState().rows.map(({ id }) => id)).toEqual([1, 3, 2])
  })

  it('never let an older portfolio replace a newer one', async () => {
    const hub = createHub()
    hub.answer('portfolio.get', () => portfolio(5))
    const stores = createStores(hub.door)
    connectStores(stores)
    hub.push('portfolio.update', portfolio(9))
    await new Promise((resolve) => setImmediate(resolve))
    expect(stores.portfolio.getState().portfolio?.total).toBe('9')
    hub.push('portfolio.update', portfolio(10))
    expect(stores.portfolio.getState().portfolio?.total).toBe('10')
  })
})
