import { describe, expect, it } from 'vitest'
import { fill, payment, start, transfer } from './account-rows.ts'
import { openTemporary } from './support.ts'

const perpetual = { symbol: 'BTC_USDT_PERP', feeAsset: 'USDT' }
const done = { status: 'completed', updatedAt: start + 10 } as const

describe('the ledger', () => {
  it('adds up what changed each asset after a moment, exactly', async () => {
    const { accounts } = await openTemporary()
    const at = start + 1
    const fills = [
      fill({ tradeId: 'before', quantity: '999' }),
      fill({ tradeId: '1', at, quantity: '0.1', price: '30000.000000000000000001', fee: '0.0001', feeAsset: 'BTC' }),
      fill({ tradeId: '2', at, side: 'SELL', quantity: '0.2', price: '30000', fee: '-0.5', feeAsset: 'USDT' }),
      fill({ tradeId: '3', at, ...perpetual, realisedPnl: '12.5', fee: '1' }),
      fill({ tradeId: '4', at, symbol: 'ETH_BTC', quantity: '2', price: '0.05', fee: '0.01', feeAsset: 'BNB' }),
      fill({ tradeId: 'elsewhere', at, account: 'gate-a', exchange: 'gate' }),
    ]
    await accounts.save({
      fills: fills.map((row) => ({ fill: row, raw: '{}' })),
      transfers: [
        transfer({ transferId: 'in', ...done, amount: '100' }),
        transfer({ transferId: 'waits', amount: '7' }),
        transfer({ transferId: 'earlier', status: 'completed', updatedAt: start }),
        transfer({ transferId: 'out', kind: 'withdrawal', ...done, amount: '40', fee: '0.5', feeAsset: null }),
        transfer({ transferId: 'failed', kind: 'withdrawal', ...done, status: 'failed' }),
        transfer({ transferId: 'within', kind: 'internal', ...done, fromWallet: 'spot', toWallet: 'futures' }),
        transfer({ transferId: 'came', kind: 'internal', ...done, amount: '3', toWallet: 'spot' }),
        transfer({ transferId: 'went', kind: 'internal', ...done, amount: '1', fromWallet: 'spot' }),
      ].map((row) => ({ transfer: row, raw: '{}' })),
      fundingPayments: [payment({ paymentId: 'early', amount: '50' }), payment({ at, amount: '-0.125' })],
    })
    const none = { trades: '0', fees: '0', transfers: '0', funding: '0', untoldFills: 0, bookings: 0 }
    expect(await accounts.ledger('binance-main', start)).toEqual([
      { ...none, asset: 'BNB', fees: '-0.01', bookings: 1 },
      { ...none, asset: 'BTC', trades: '-0.2', fees: '-0.0001', bookings: 2 },
      { ...none, asset: 'ETH', trades: '2' },
      {
        asset: 'USDT',
        trades: '3012.4999999999999999999',
        fees: '-1',
        transfers: '62',
        funding: '-0.125',
        untoldFills: 0,
        bookings: 4,
      },
    ])
  })

  it('counts what the exchange has not told instead of making it up', async () => {
    const { accounts } = await openTemporary()
    const fills = [
      fill({ tradeId: '1', at: start + 1, ...perpetual, fee: '1' }),
      fill({ tradeId: '2', at: start + 1, symbol: 'ETH_USDT', quantity: '1', price: '10', fee: null, feeAsset: null }),
    ]
    await accounts.save({ fills: fills.map((row) => ({ fill: row, raw: '{}' })) })
    expect(await accounts.ledger('binance-main', start)).toMatchObject([
      { asset: 'ETH', trades: '1', untoldFills: 1, bookings: 0 },
      { asset: 'USDT', trades: '-10', fees: '-1', untoldFills: 2, bookings: 2 },
    ])
  })
})

describe('profit and loss', () => {
  const rows = [
    // Stored in another order than they happened; trade 9 comes before trade 10 of the same millisecond.
    fill({ tradeId: '10', at: start, side: 'SELL', quantity: '1', price: '150', fee: '0', feeAsset: 'USDT' }),
    fill({ tradeId: '11', at: start + 5, side: 'SELL', quantity: '1', price: '300', fee: '1', feeAsset: 'USDT' }),
    fill({ tradeId: '9', at: start, quantity: '1', price: '100', fee: '0', feeAsset: 'USDT' }),
    fill({ tradeId: '8', at: start - 5, quantity: '1', price: '200', fee: '0', feeAsset: 'USDT' }),
    fill({ tradeId: '1', account: 'okx-a', exchange: 'okx', quantity: '1', price: '1', fee: '0', feeAsset: 'USDT' }),
  ]
  const stored = async () => {
    const { accounts } = await openTemporary()
    await accounts.save({
      fills: rows.map((row) => ({ fill: row, raw: '{}' })),
      fundingPayments: [payment({ amount: '-2' }), payment({ account: 'okx-a', exchange: 'okx', amount: '5' })],
    })
    return accounts
  }
  const asked = { method: 'fifo', from: null, to: null, days: 0 } as const

  it('is computed from stored fills in the order they happened, and from funding', async () => {
    const accounts = await stored()
    const { symbols, days, firstFillAt, notes } = await accounts.pnl({ ...asked, account: 'binance-main' })
    expect({
      symbols: symbols.map(({ symbol, realised, fees, funding, fills }) => [symbol, realised, fees, funding, fills]),
      days: days.map(({ day, net }) => [day, net]),
      firstFillAt,
      notes,
    }).toEqual({
      symbols: [
        ['BTC_USDT', '150', '1', '0', 4],
        ['BTC_USDT_PERP', '0', '0', '-2', 0],
      ],
      days: [['2023-11-14', '147']],
      firstFillAt: start - 5,
      notes: [],
    })
  })

  it('covers every account when none is named, and only the range asked for', async () => {
    const accounts = await stored()
    const everything = await accounts.pnl({ ...asked, account: null })
    const late = await accounts.pnl({ ...asked, account: null, from: start + 1 })
    expect({
      all: everything.symbols.map(({ account, exchange, symbol }) => [account, exchange, symbol].join(' ')),
      late: late.symbols.map(({ account, realised, fills, openQuantity }) => [account, realised, fills, openQuantity]),
      first: late.firstFillAt,
    }).toEqual({
      all: [
        'binance-main binance BTC_USDT',
        'binance-main binance BTC_USDT_PERP',
        'okx-a okx BTC_USDT',
        'okx-a okx BTC_USDT_PERP',
      ],
      late: [
        ['binance-main', '200', 1, '0'],
        ['okx-a', '0', 0, '1'],
      ],
      first: start - 5,
    })
  })
})
