import { describe, expect, it, onTestFinished } from 'vitest'
import type { AccountBatch, DownloadMark } from '../../../src/main/storage/account-contract.ts'
import type { Storage } from '../../../src/main/storage/contract.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { Fill, Order, OrderEvent } from '../../../src/shared/domain/index.ts'
import { FillFilter, OrderFilter, TransferFilter } from '../../../src/shared/portfolio.ts'
import { balance, drift, fill, order, payment, position, rate, start, transfer } from './account-rows.ts'
import { openPlain, openTemporary } from './support.ts'

const main = 'binance-main'
const anyOrder = OrderFilter.parse({})
const anyFill = FillFilter.parse({})
const anyTransfer = TransferFilter.parse({})

const fills = (...rows: readonly Fill[]): AccountBatch => ({ fills: rows.map((row) => ({ fill: row, raw: '{}' })) })
const saveOrders = async (storage: Storage, orders: readonly Order[], source: OrderEvent['source'] = 'stream') => {
  let rows = 0
  for (const row of orders) rows += (await storage.accounts.save({ orders: [{ order: row, raw: '{}', source }] })).rows
  return rows
}
const storedOrder = async (storage: Storage) => (await storage.accounts.orders(anyOrder, null, 10)).rows
const states = async (storage: Storage, { symbol, exchangeOrderId }: Order = order()) =>
  (await storage.accounts.orderEvents(main, symbol, exchangeOrderId)).map(({ status, filledQuantity, price }) =>
    [status, filledQuantity, price].join(' '),
  )

describe('saving', () => {
  it('gives everything back exactly as it was given, in one transaction', async () => {
    const storage = await openTemporary()
    const short = order({ symbol: 'BTC_USDT_PERP', exchangeOrderId: '7', reduceOnly: true, createdAt: null })
    const report = await storage.accounts.save({
      accounts: [{ id: main, exchange: 'binance', label: 'Main' }],
      balances: [balance(), balance({ asset: 'USDT', free: null, locked: null, total: '0.000000010' })],
      dailyBalances: [{ day: '2023-11-14', balance: balance() }],
      orders: [
        { order: order(), raw: '{"id":1001}', source: 'stream' },
        { order: short, raw: '{"id":7}', source: 'rest' },
      ],
      fills: [{ fill: fill(), raw: '{"t":1}' }],
      positions: [position()],
      transfers: [{ transfer: transfer(), raw: '{"x":1}' }],
      fundingPayments: [payment()],
      fundingRates: [rate()],
      drifts: [drift()],
    })
    const memory = await storage.accounts.memory(main, 0)
    expect({
      rows: report.rows,
      memory,
      orders: await storedOrder(storage),
      fills: await storage.accounts.fills(anyFill, null, 10),
      funding: await storage.accounts.fundingPayments(null, null, null, 10),
      raw: openPlain(storage.file)
        .prepare('SELECT raw FROM orders UNION ALL SELECT raw FROM fills UNION ALL SELECT raw FROM transfers')
        .pluck()
        .all(),
      rates: openPlain(storage.file).prepare('SELECT symbol, rate, mark_price FROM funding_rates').raw().all(),
    }).toEqual({
      rows: 12,
      memory: {
        balances: [balance(), balance({ asset: 'USDT', free: null, locked: null, total: '0.000000010' })],
        openOrders: [order(), short],
        positions: [position()],
        newestFills: [{ symbol: 'BTC_USDT', tradeId: '1', at: start }],
        fillKeys: ['binance-main BTC_USDT 1 1001'],
        untoldFills: [],
        transfers: [transfer()],
        newestTransferAt: start,
        newestFundingAt: start,
        downloads: {},
        pastSymbols: null,
        openDrifts: [drift()],
        symbols: ['BTC_USDT', 'BTC_USDT_PERP'],
        ledgerSums: [],
        opening: {
          at: start + 5,
          totals: [
            { asset: 'BTC', total: '1.5' },
            { asset: 'USDT', total: '0.00000001' },
          ],
        },
      },
      orders: [short, order()],
      fills: { rows: [fill()], next: null },
      funding: { rows: [payment()], next: null },
      raw: ['{"id":1001}', '{"id":7}', '{"t":1}', '{"x":1}'],
      rates: [['BTC_USDT_PERP', '0.00010000', '30010.5']],
    })
  })

  it('writes all of a batch or nothing', async () => {
    const storage = await openTemporary()
    // What a bug would hand over: STRICT tables refuse it.
    const broken: Fill = JSON.parse(JSON.stringify({ ...fill({ tradeId: '2' }), price: null }))
    await expect(storage.accounts.save(fills(fill(), broken))).rejects.toMatchObject({
      name: 'StorageError',
      kind: 'refused',
      message: expect.stringContaining('fills.price'),
    })
    expect(await storage.accounts.fills(anyFill, null, 10)).toEqual({ rows: [], next: null })
  })

  it('knows until when the lists of each account are whole', async () => {
    const storage = await openTemporary()
    const mark = (account: string, list: DownloadMark['list'], until: number): DownloadMark => ({
      account,
      list,
      until,
    })
    await storage.accounts.save({ downloads: [mark(main, 'fills', start), mark(main, 'past', start)] })
    await storage.accounts.save({ downloads: [mark(main, 'fills', start + 5), mark('binance-main 2', 'orders', 7)] })
    expect((await storage.accounts.memory(main, 0)).downloads).toEqual({ fills: start + 5, past: start })
    expect((await storage.accounts.memory('okx-main', 0)).downloads).toEqual({})
  })

  it('knows the symbols whose past is whole as they were told last', async () => {
    const storage = await openTemporary()
    const save = (account: string, ...symbols: readonly string[]) =>
      storage.accounts.save({ downloads: [{ account, list: 'past', until: start, symbols }] })
    const told = async (account: string) => (await storage.accounts.memory(account, 0)).pastSymbols
    await save(main, 'BTC_USDT', 'ETH_USDT')
    await save(main, 'BTC_USDT', 'BTC_USDT_PERP')
    await save('binance-other')
    expect([await told(main), await told('binance-other'), await told('okx-main')]).toEqual([
      ['BTC_USDT', 'BTC_USDT_PERP'],
      [],
      null,
    ])
  })

  it('renames an account', async () => {
    const storage = await openTemporary()
    const account = { id: main, exchange: 'binance', label: 'Main' } as const
    const rows = []
    for (const label of ['Main', 'Main', 'Old one']) {
      rows.push((await storage.accounts.save({ accounts: [{ ...account, label }] })).rows)
    }
    const stored = openPlain(storage.file).prepare('SELECT account FROM v_accounts').pluck().all()
    expect({ rows, stored }).toEqual({ rows: [1, 0, 1], stored: ['Old one'] })
  })
})

describe('orders', () => {
  const partly = order({
    status: 'PARTIALLY_FILLED',
    filledQuantity: '0.5',
    averagePrice: '30000',
    updatedAt: start + 10,
  })
  const filled = order({ status: 'FILLED', filledQuantity: '1.5', averagePrice: '30000', updatedAt: start + 20 })
  const canceled = order({ status: 'CANCELED', filledQuantity: '0.5', updatedAt: start + 20 })

  it('go from state to state, each an event', async () => {
    const storage = await openTemporary()
    const rows = await saveOrders(storage, [order(), partly, filled])
    expect({ rows, stored: await storedOrder(storage), states: await states(storage) }).toEqual({
      rows: 3,
      stored: [filled],
      states: ['NEW 0 30000.10', 'PARTIALLY_FILLED 0.5 30000.10', 'FILLED 1.5 30000.10'],
    })
  })

  it('end the same in whatever order and however often their messages come', async () => {
    const all = [order(), partly, filled]
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ].map((indexes) => [...indexes, ...indexes].flatMap((index) => all[index] ?? []))
    const storage = await openTemporary()
    const results = []
    for (const [index, messages] of orders.entries()) {
      const exchangeOrderId = `${index}`
      const own = messages.map((message) => ({ ...message, exchangeOrderId }))
      const written = await saveOrders(storage, own)
      results.push({ written, states: await states(storage, order({ exchangeOrderId })) })
    }
    expect(results).toEqual(
      orders.map(() => ({
        written: 3,
        states: ['NEW 0 30000.10', 'PARTIALLY_FILLED 0.5 30000.10', 'FILLED 1.5 30000.10'],
      })),
    )
    expect((await storedOrder(storage)).map(({ status }) => status)).toEqual(orders.map(() => 'FILLED'))
  })

  it.each([
    ['a final state over an open one with a later time', canceled, order({ updatedAt: start + 99 }), 'CANCELED'],
    [
      'an open state over one with less filled and a later time',
      partly,
      order({ updatedAt: start + 99 }),
      'PARTIALLY_FILLED',
    ],
    ['a final state over another with less filled', filled, { ...canceled, updatedAt: start + 99 }, 'FILLED'],
  ])('keep %s', async (_name, first, second, status) => {
    const storage = await openTemporary()
    await saveOrders(storage, [first, second])
    const [stored] = await storedOrder(storage)
    expect(stored?.status).toBe(status)
    // The late one was a state too.
    expect(await states(storage)).toHaveLength(2)
  })

  it('take a final state with an earlier time than the open one, and leave the open list', async () => {
    const storage = await openTemporary()
    await saveOrders(storage, [order({ updatedAt: start + 50 }), canceled])
    const { openOrders } = await storage.accounts.memory(main, 0)
    expect({ openOrders, stored: await storedOrder(storage) }).toMatchObject({
      openOrders: [],
      stored: [{ status: 'CANCELED' }],
    })
  })

  it('keep what a later message does not tell, and write nothing for what is known', async () => {
    const storage = await openTemporary()
    const terse = { ...partly, clientOrderId: null, timeInForce: null, createdAt: null, averagePrice: null }
    const rows = [
      await saveOrders(storage, [partly]),
      await saveOrders(storage, [{ ...terse, updatedAt: start + 11 }], 'rest'),
      await saveOrders(storage, [{ ...terse, filledQuantity: '0.500', receivedAt: start + 99 }], 'rest'),
    ]
    expect({ rows, stored: await storedOrder(storage), states: await states(storage) }).toEqual({
      rows: [1, 1, 0],
      stored: [{ ...partly, updatedAt: start + 11 }],
      states: ['PARTIALLY_FILLED 0.5 30000.10'],
    })
  })

  it('keep a price that was changed there and back as three states, and replays as none', async () => {
    const storage = await openTemporary()
    const at = (price: string, ms: number) => order({ price, updatedAt: start + ms })
    const changes = [at('100', 0), at('101', 1), at('100', 2)]
    await saveOrders(storage, [...changes, ...changes])
    expect(await states(storage)).toEqual(['NEW 0 100', 'NEW 0 101', 'NEW 0 100'])
  })

  it('are told apart by account and symbol when their ids are the same', async () => {
    const storage = await openTemporary()
    await saveOrders(storage, [order(), order({ symbol: 'ETH_USDT' }), order({ account: 'binance-two' })])
    expect((await storedOrder(storage)).map(({ account, symbol }) => `${account} ${symbol}`).sort()).toEqual([
      'binance-main BTC_USDT',
      'binance-main ETH_USDT',
      'binance-two BTC_USDT',
    ])
  })
})

describe('fills', () => {
  it('are stored once, and take up what was not told at first', async () => {
    const storage = await openTemporary()
    const terse = fill({ fee: null, feeAsset: null, liquidity: null })
    const told = fill({ realisedPnl: '1.25', price: '1' })
    const rows = []
    for (const row of [terse, terse, told, terse, fill({ fee: '9', feeAsset: 'BNB' })]) {
      rows.push((await storage.accounts.save(fills(row))).rows)
    }
    expect({ rows, stored: (await storage.accounts.fills(anyFill, null, 10)).rows }).toEqual({
      rows: [1, 0, 1, 0, 0],
      stored: [fill({ realisedPnl: '1.25' })],
    })
  })

  it('are remembered with what they have not told: the fee, and of perpetuals the profit', async () => {
    const storage = await openTemporary()
    const perpetual = { symbol: 'BTC_USDT_PERP', realisedPnl: null }
    const rows = [
      fill(),
      fill({ tradeId: '2', fee: null, feeAsset: null }),
      fill({ tradeId: '3', ...perpetual }),
      fill({ tradeId: '4', ...perpetual, realisedPnl: '0' }),
      fill({ tradeId: '5', ...perpetual, fee: null, feeAsset: null }),
      // Nothing was taken, of whatever asset.
      fill({ tradeId: '6', fee: '0', feeAsset: null }),
    ]
    await storage.accounts.save(fills(...rows))
    const { fillKeys, untoldFills } = await storage.accounts.memory(main, 0)
    expect(fillKeys).toHaveLength(6)
    expect(untoldFills).toEqual([
      { key: `${main} BTC_USDT 2 1001`, fee: false, profit: false },
      { key: `${main} BTC_USDT_PERP 3 1001`, fee: true, profit: false },
      { key: `${main} BTC_USDT_PERP 5 1001`, fee: false, profit: false },
    ])
  })

  it('are told apart by account, symbol, trade and order', async () => {
    const storage = await openTemporary()
    const rows = [
      fill(),
      fill({ symbol: 'ETH_USDT' }),
      fill({ exchangeOrderId: '2' }),
      fill({ account: 'gate-a', exchange: 'gate' }),
    ]
    const report = await storage.accounts.save(fills(...rows, ...rows))
    expect(report.rows).toBe(4)
  })
})

describe('state', () => {
  it('makes no row of a balance or funding rate that repeats the newest', async () => {
    const storage = await openTemporary()
    const report = await storage.accounts.save({
      balances: [
        balance(),
        balance({ total: '1.5', receivedAt: start + 9 }),
        balance({ free: null, locked: null }),
        balance({ wallet: 'futures' }),
        balance({ total: '2', free: null, locked: null }),
        balance(),
      ],
      fundingRates: [
        rate(),
        rate({ rate: '0.0001', markPrice: '2', receivedAt: start + 60_000 }),
        rate({ rate: '0.0002' }),
        rate(),
        rate({ symbol: 'ETH_USDT_PERP' }),
      ],
    })
    expect(report.rows).toBe(4 + 4)
  })

  it('keeps the first of a day', async () => {
    const storage = await openTemporary()
    const daily = (day: string, total: string) => ({ day, balance: balance({ total }) })
    const report = await storage.accounts.save({
      dailyBalances: [daily('2023-11-14', '1'), daily('2023-11-14', '2'), daily('2023-11-15', '3')],
    })
    const stored = openPlain(storage.file).prepare('SELECT day, total FROM v_daily_balances ORDER BY day').raw().all()
    expect({ rows: report.rows, stored }).toEqual({
      rows: 2,
      stored: [
        ['2023-11-14', '1'],
        ['2023-11-15', '3'],
      ],
    })
  })

  it('adds nothing to a day that an earlier run of the program wrote', async () => {
    const first = await openTemporary()
    const day = '2023-11-14'
    await first.accounts.save({ dailyBalances: [{ day, balance: balance({ asset: 'USDT', total: '100' }) }] })
    await first.close()
    const second = await openStorage({ file: first.file })
    onTestFinished(() => second.close())
    // Bought with 60 of the 100 since.
    const held = [balance({ asset: 'USDT', total: '40' }), balance({ asset: 'BTC', total: '0.002' })]
    await second.accounts.save({ dailyBalances: held.map((row) => ({ day, balance: row })) })
    expect(openPlain(first.file).prepare('SELECT asset, total FROM daily_balances').raw().all()).toEqual([
      ['USDT', '100'],
    ])
  })

  it('remembers the newest of each balance and position, however the clock was set', async () => {
    const storage = await openTemporary()
    await storage.accounts.save({
      balances: [balance({ total: '1' }), balance({ total: '2', receivedAt: start - 3_600_000 })],
      positions: [
        position(),
        position({ quantity: '0' }),
        position({ symbol: 'ETH_USDT_PERP', side: 'LONG' }),
        position({ symbol: 'ETH_USDT_PERP', side: 'SHORT', quantity: '-0.00' }),
      ],
    })
    const { balances, positions } = await storage.accounts.memory(main, 0)
    expect({ balances: balances.map(({ total }) => total), positions }).toEqual({
      balances: ['2'],
      positions: [position({ symbol: 'ETH_USDT_PERP', side: 'LONG' })],
    })
  })

  it('knows the balances of any moment', async () => {
    const storage = await openTemporary()
    const at = (ms: number, total: string, more = {}) => balance({ receivedAt: start + ms, total, ...more })
    await storage.accounts.save({
      balances: [
        at(0, '1'),
        at(100, '2'),
        at(200, '3'),
        at(150, '9', { account: 'okx-a', exchange: 'okx', wallet: 'unified' }),
      ],
    })
    const totals = async (ms: number) =>
      (await storage.accounts.balancesAt(start + ms)).map(({ account, total }) => `${account} ${total}`)
    expect([await totals(-1), await totals(0), await totals(199), await totals(999)]).toEqual([
      [],
      ['binance-main 1'],
      ['binance-main 2', 'okx-a 9'],
      ['binance-main 3', 'okx-a 9'],
    ])
  })

  it('opens the ledger with the first balances of all wallets, as they were when the last of them came', async () => {
    const storage = await openTemporary()
    const at = (ms: number, total: string, more = {}) => balance({ receivedAt: start + ms, total, ...more })
    await storage.accounts.save({
      balances: [
        at(0, '1'),
        at(100, '2'),
        at(2_000, '0.25', { wallet: 'futures' }),
        at(3_000, '7'),
        at(60_000, '5', { asset: 'ETH' }),
      ],
    })
    const { opening } = await storage.accounts.memory(main, 0)
    expect(opening).toEqual({ at: start + 2_000, totals: [{ asset: 'BTC', total: '2.25' }] })
    expect((await storage.accounts.memory('binance-new', 0)).opening).toBeNull()
    // What the ledger itself said when it began goes before, and is said once.
    const said = { account: main, at: start + 500, totals: [{ asset: 'BTC', total: '2.10' }] }
    await storage.accounts.save({ openings: [said, { ...said, totals: [] }] })
    await storage.accounts.save({ openings: [{ ...said, at: start + 900 }] })
    expect((await storage.accounts.memory(main, 0)).opening).toEqual({ at: said.at, totals: said.totals })
    await storage.accounts.save({ openings: [{ account: 'binance-empty', at: start, totals: [] }] })
    expect((await storage.accounts.memory('binance-empty', 0)).opening).toEqual({ at: start, totals: [] })
  })
})

describe('transfers', () => {
  const done = transfer({ status: 'completed', exchangeStatus: '1', updatedAt: start + 60_000 })

  it('go from state to state, never back to pending, and keep each status', async () => {
    const storage = await openTemporary()
    const rows = []
    for (const row of [transfer(), transfer(), done, transfer(), done, { ...done, network: null }]) {
      rows.push((await storage.accounts.save({ transfers: [{ transfer: row, raw: '{}' }] })).rows)
    }
    const events = openPlain(storage.file).prepare('SELECT status, time_ms FROM v_transfer_events').raw().all()
    expect({ rows, stored: await storage.accounts.transfers(anyTransfer, null, 10), events }).toEqual({
      rows: [1, 0, 1, 0, 0, 0],
      stored: { rows: [done], next: null },
      events: [
        ['pending', null],
        ['completed', start + 60_000],
      ],
    })
  })

  it('are remembered while pending, and when they changed lately', async () => {
    const storage = await openTemporary()
    const rows = [
      transfer({ transferId: 'old', status: 'completed' }),
      transfer({ transferId: 'waits' }),
      { ...done, transferId: 'changed' },
    ]
    await storage.accounts.save({ transfers: rows.map((row) => ({ transfer: row, raw: '{}' })) })
    const { transfers } = await storage.accounts.memory(main, start + 1_000)
    expect(transfers.map(({ transferId }) => transferId)).toEqual(['waits', 'changed'])
  })
})

describe('what happens once', () => {
  it('keeps the interval of a funding rate that the next message does not tell', async () => {
    const storage = await openTemporary()
    const fundingRates = [
      rate({ intervalHours: 4 }),
      rate({ intervalHours: null }),
      rate({ intervalHours: null, rate: '0.0009' }),
    ]
    await storage.accounts.save({ fundingRates })
    const stored = openPlain(storage.file).prepare('SELECT rate, interval_hours FROM funding_rates').raw().all()
    expect(stored).toEqual([
      [rate().rate, 4],
      ['0.0009', 4],
    ])
  })

  it('is a funding payment by its id, and a drift by its number', async () => {
    const storage = await openTemporary()
    const resolved = drift({ resolvedAt: start + 1, resolution: 'the next snapshot agreed' })
    const { rows } = await storage.accounts.save({
      fundingPayments: [payment(), payment({ amount: '5' }), payment({ paymentId: 'p2' })],
      drifts: [drift(), drift({ id: 2, account: 'okx-a' }), resolved],
    })
    const { accounts } = storage
    expect({
      rows,
      payments: (await accounts.fundingPayments(main, start, null, 10)).rows.map(({ paymentId }) => paymentId),
      later: (await accounts.fundingPayments(null, start + 1, null, 10)).rows,
      open: (await accounts.drifts(null, false)).map(({ id }) => id),
      all: await accounts.drifts(main, true),
      memory: (await accounts.memory(main, 0)).openDrifts,
      last: await accounts.lastDriftId(),
    }).toEqual({
      rows: 2 + 3,
      payments: ['p2', 'p1'],
      later: [],
      open: [2],
      all: [resolved],
      memory: [],
      last: 2,
    })
  })
})
