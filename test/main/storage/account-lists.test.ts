import { describe, expect, it } from 'vitest'
import type { RowPage } from '../../../src/main/storage/account-contract.ts'
import type { Fill, Order, Transfer } from '../../../src/shared/domain/index.ts'
import { FillFilter, OrderFilter, TransferFilter } from '../../../src/shared/portfolio.ts'
import { fill, order, payment, start, transfer } from './account-rows.ts'
import { openPlain, openTemporary } from './support.ts'

/** Every row of a list, page by page. */
async function all<T>(read: (cursor: string | null) => Promise<RowPage<T>>): Promise<T[]> {
  const rows: T[] = []
  for (let cursor: string | null = null; ; ) {
    const page = await read(cursor)
    rows.push(...page.rows)
    if (page.next === null) return rows
    cursor = page.next
  }
}

const fillRows: readonly Fill[] = [
  fill({ tradeId: 'a1', at: start }),
  fill({ tradeId: 'a2', at: start + 10, symbol: 'ETH_USDT', side: 'SELL' }),
  fill({ tradeId: 'a3', at: start + 10, account: 'okx-a', exchange: 'okx' }),
  // Comes last and is the oldest.
  fill({ tradeId: 'A4', at: start - 10, symbol: 'BTC_USDT_PERP', exchangeOrderId: 'xYz%_1' }),
]

const withFills = async () => {
  const storage = await openTemporary()
  await storage.accounts.save({ fills: fillRows.map((row) => ({ fill: row, raw: '{}' })) })
  return storage.accounts
}

describe('fills', () => {
  const cases: readonly (readonly [string, Partial<FillFilter>, string[]])[] = [
    ['nothing', {}, ['a3', 'a2', 'a1', 'A4']],
    ['account', { account: 'okx-a' }, ['a3']],
    ['account without rows', { account: 'mexc-a' }, []],
    ['exchange', { exchange: 'binance' }, ['a2', 'a1', 'A4']],
    ['side', { side: 'SELL' }, ['a2']],
    ['a symbol in small letters', { text: 'btc_usdt' }, ['a3', 'a1', 'A4']],
    ['a trade id whatever its case', { text: 'a4' }, ['A4']],
    ['an order id whatever its case', { text: 'XyZ' }, ['A4']],
    ['a sign that SQL knows', { text: '%' }, ['A4']],
    ['another sign that SQL knows', { text: 'c_u' }, ['a3', 'a1', 'A4']],
    ['one that would match anything', { text: 'x_z' }, []],
    ['an escape', { text: '\\' }, []],
    ['text that is nowhere', { text: 'doge' }, []],
    ['empty text', { text: '' }, ['a3', 'a2', 'a1', 'A4']],
    ['from', { from: start + 10 }, ['a3', 'a2']],
    ['to', { to: start + 10 }, ['a1', 'A4']],
    [
      'everything',
      { account: 'binance-main', exchange: 'binance', side: 'BUY', text: '1001', from: start, to: start + 1 },
      ['a1'],
    ],
  ]

  it('are filtered, newest first', async () => {
    const accounts = await withFills()
    const found = []
    for (const [name, filter] of cases) {
      const { rows, next } = await accounts.fills(FillFilter.parse(filter), null, 10)
      found.push([name, rows.map(({ tradeId }) => tradeId), next])
    }
    expect(found).toEqual(cases.map(([name, , ids]) => [name, ids, null]))
  })

  it('come in pages of any size, each row once, though rows are added meanwhile', async () => {
    const storage = await openTemporary()
    // Three a millisecond, so that pages end among equals.
    const rows = Array.from({ length: 25 }, (_, index) =>
      fill({ tradeId: `${index}`, at: start + Math.floor(index / 3) }),
    )
    await storage.accounts.save({ fills: rows.map((row) => ({ fill: row, raw: '{}' })) })
    for (const limit of [1, 2, 7, 24, 25, 26]) {
      let added = 0
      const read = await all(async (cursor) => {
        const page = await storage.accounts.fills(FillFilter.parse({ side: 'BUY' }), cursor, limit)
        const newer = fill({ tradeId: `new ${limit} ${added++}`, at: start + 99, side: 'BUY' })
        await storage.accounts.save({ fills: [{ fill: newer, raw: '{}' }] })
        return page
      })
      const old = read.filter(({ tradeId }) => !tradeId.startsWith('new'))
      expect(old.map(({ tradeId }) => tradeId)).toEqual(rows.map(({ tradeId }) => tradeId).reverse())
    }
  })

  it('refuse a cursor that is none', async () => {
    const accounts = await withFills()
    await expect(accounts.fills(FillFilter.parse({}), "1' OR 1", 10)).rejects.toMatchObject({
      name: 'StorageError',
      message: expect.stringContaining('is no place in a list'),
    })
  })
})

describe('orders', () => {
  const rows: readonly Order[] = [
    order({ exchangeOrderId: '1', createdAt: start, status: 'FILLED', filledQuantity: '1.5', updatedAt: start + 500 }),
    order({ exchangeOrderId: '2', createdAt: start + 100, clientOrderId: 'Grid-7', side: 'SELL' }),
    order({ exchangeOrderId: '3', createdAt: null, updatedAt: start + 200, status: 'CANCELED' }),
  ]
  const withOrders = async () => {
    const { accounts } = await openTemporary()
    await accounts.save({ orders: rows.map((row) => ({ order: row, raw: '{}', source: 'rest' as const })) })
    return accounts
  }

  const cases: readonly (readonly [string, Partial<OrderFilter>, string[]])[] = [
    ['nothing, by when they were placed or first seen', {}, ['3', '2', '1']],
    ['statuses', { statuses: ['FILLED', 'CANCELED'] }, ['3', '1']],
    ['no status at all', { statuses: [] }, []],
    ['client order id', { text: 'grid-' }, ['2']],
    ['side and time', { side: 'BUY', from: start, to: start + 200 }, ['1']],
  ]

  it('are filtered, newest first', async () => {
    const accounts = await withOrders()
    const found = []
    for (const [name, filter] of cases) {
      const list = await all((cursor) => accounts.orders(OrderFilter.parse(filter), cursor, 1))
      found.push([name, list.map(({ exchangeOrderId }) => exchangeOrderId)])
    }
    expect(found).toEqual(cases.map(([name, , ids]) => [name, ids]))
  })

  it('stay in their place when they change', async () => {
    const accounts = await withOrders()
    const later = order({ ...rows[1], status: 'FILLED', filledQuantity: '1.5', updatedAt: start + 9_000 })
    const seen = order({ ...rows[2], createdAt: null, updatedAt: start + 9_000, filledQuantity: '0.5' })
    await accounts.save({ orders: [later, seen].map((row) => ({ order: row, raw: '{}', source: 'stream' as const })) })
    const { rows: found } = await accounts.orders(OrderFilter.parse({}), null, 10)
    expect(found.map(({ exchangeOrderId, updatedAt }) => [exchangeOrderId, updatedAt - start])).toEqual([
      ['3', 9_000],
      ['2', 9_000],
      ['1', 500],
    ])
  })
})

describe('transfers and funding payments', () => {
  const rows: readonly Transfer[] = [
    transfer({ transferId: 'in', createdAt: start }),
    transfer({
      transferId: 'out',
      kind: 'withdrawal',
      status: 'completed',
      createdAt: start + 1,
      transactionId: '0xABC',
    }),
    transfer({ transferId: 'moved', kind: 'internal', asset: 'BTC', createdAt: start + 2, status: 'completed' }),
  ]

  const cases: readonly (readonly [string, Partial<TransferFilter>, string[]])[] = [
    ['nothing', {}, ['moved', 'out', 'in']],
    ['kind', { kind: 'deposit' }, ['in']],
    ['status', { status: 'completed' }, ['moved', 'out']],
    ['transaction', { text: '0xabc' }, ['out']],
    ['asset', { text: 'btc' }, ['moved']],
  ]

  it('are filtered, newest first', async () => {
    const { accounts } = await openTemporary()
    await accounts.save({ transfers: rows.map((row) => ({ transfer: row, raw: '{}' })) })
    const found = []
    for (const [name, filter] of cases) {
      const list = await all((cursor) => accounts.transfers(TransferFilter.parse(filter), cursor, 2))
      found.push([name, list.map(({ transferId }) => transferId)])
    }
    expect(found).toEqual(cases.map(([name, , ids]) => [name, ids]))
  })

  it('are paged by account and time', async () => {
    const { accounts } = await openTemporary()
    const payments = Array.from({ length: 9 }, (_, index) =>
      payment({ paymentId: `${index}`, at: start + index, account: index % 2 === 0 ? 'binance-main' : 'gate-a' }),
    )
    await accounts.save({ fundingPayments: payments })
    const found = await all((cursor) => accounts.fundingPayments('binance-main', start + 2, cursor, 2))
    expect(found.map(({ paymentId }) => paymentId)).toEqual(['8', '6', '4', '2'])
  })
})

describe('the query plan', () => {
  it('goes through the list in the order of its index and sorts nothing', async () => {
    const { file } = await openTemporary()
    const database = openPlain(file)
    const planOf = (sql: string) =>
      database
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => detail)
        .join('; ')
    const plans = [
      `SELECT id FROM fills INDEXED BY fills_by_time WHERE at >= 1 AND account = 'a' AND exchange = 'b' AND side = 'BUY'
         AND search LIKE '%x%' AND (at, id) < (5, 5) ORDER BY at DESC, id DESC LIMIT 9`,
      `SELECT id FROM orders INDEXED BY orders_by_time WHERE placed_at < 9 AND account = 'a' AND exchange = 'b' AND side = 'BUY'
         AND status IN ('NEW') AND search LIKE '%x%' ORDER BY placed_at DESC, id DESC LIMIT 9`,
      `SELECT id FROM transfers INDEXED BY transfers_by_time WHERE account = 'a' AND exchange = 'b' AND kind = 'deposit'
         AND status = 'pending' AND search LIKE '%x%' ORDER BY created_at DESC, id DESC LIMIT 9`,
    ].map(planOf)
    expect(plans.filter((plan) => !plan.includes('_by_time') || plan.includes('TEMP B-TREE'))).toEqual([])
  })
})
