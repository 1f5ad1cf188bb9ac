import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBalances, createPositions, KnownFills, TransferTable } from '../../../src/main/account/book.ts'
import { balance, fill, position, transfer } from './rows.ts'

describe('balances', () => {
  it('end with the newest message, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 }), (times) => {
        const table = createBalances()
        for (const at of times)
          table.fromStream(balance({ total: String(at), free: null, locked: null, exchangeAt: at }), 1)
        expect(table.rows().map((row) => row.total)).toEqual([String(Math.max(...times))])
      }),
    )
  })

  it('do not guess what a message leaves untold', () => {
    const table = createBalances()
    table.fromRest(balance())
    expect(table.fromStream(balance({ total: '90', free: null, locked: null, exchangeAt: 2_000 }), 1)).toMatchObject({
      total: '90',
      free: null,
      locked: null,
    })
  })

  it('tell nothing of what is written otherwise, and nothing of a zero never held', () => {
    const table = createBalances()
    expect(table.fromRest(balance())).not.toBeNull()
    expect(table.fromStream(balance({ total: '100.00', free: '100.0', exchangeAt: 2_000 }), 1)).toBeNull()
    expect(table.fromStream(balance({ asset: 'ETH', total: '0.000', free: '0', exchangeAt: 2_000 }), 1)).toBeNull()
  })

  it('take the exchange’s answer over a stream, and a later stream over the answer', () => {
    const table = createBalances()
    table.fromStream(balance({ total: '1', exchangeAt: 5_000 }), 1)
    table.fromRest(balance({ total: '2', exchangeAt: null, receivedAt: 4_000 }))
    expect(table.rows()[0]?.total).toBe('2')
    table.fromStream(balance({ total: '3', exchangeAt: 4_999, receivedAt: 6_000 }), 1)
    expect(table.rows()[0]?.total).toBe('2')
    table.fromStream(balance({ total: '4', exchangeAt: 5_001, receivedAt: 6_000 }), 1)
    expect(table.rows()[0]?.total).toBe('4')
  })
})

describe('positions', () => {
  it('keep settings that a message does not tell, and nothing that moves', () => {
    const table = createPositions()
    table.fromRest(position({ markPrice: '20100', unrealisedPnl: '100' }))
    const next = position({ quantity: '2', leverage: null, marginMode: null, exchangeAt: 2_000 })
    expect(table.fromStream(next, 1)).toMatchObject({ leverage: '5', marginMode: 'cross', markPrice: null })
  })

  it('tell of a close, and hold it no longer', () => {
    const table = createPositions()
    table.fromRest(position())
    expect(table.fromStream(position({ quantity: '0', exchangeAt: 2_000 }), 1)).not.toBeNull()
    expect(table.rows()).toEqual([])
  })
})

describe('fills', () => {
  it('are known once each, and again when a missing fee or profit comes', () => {
    const known = new KnownFills()
    const bare = fill({ symbol: 'BTC_USDT_PERP', fee: null, feeAsset: null })
    const fee = { fee: '1', feeAsset: 'USDT' }
    const added = [
      bare,
      bare,
      { ...bare, ...fee },
      { ...bare, realisedPnl: '3' },
      { ...bare, ...fee, realisedPnl: '3' },
    ].map((one) => known.add(one))
    expect(added).toEqual([
      { before: null },
      null,
      { before: { fee: false, profit: false } },
      { before: { fee: true, profit: false } },
      null,
    ])
  })

  it('that are stored are known', () => {
    const known = new KnownFills()
    known.remember(['binance-main BTC_USDT 1 1'])
    expect(known.add(fill())).toBeNull()
  })

  it('that are stored without their profit come again with it', () => {
    const known = new KnownFills()
    const key = 'binance-main BTC_USDT_PERP 1 1'
    known.remember([key], [{ key, fee: true, profit: false }])
    const bare = fill({ symbol: 'BTC_USDT_PERP' })
    expect([bare, { ...bare, realisedPnl: '0' }, bare].map((one) => known.add(one))).toEqual([
      null,
      { before: { fee: true, profit: false } },
      null,
    ])
  })
})

describe('transfers', () => {
  it('do not go back to pending, and tell of each new state once', () => {
    const table = new TransferTable()
    const states = ['pending', 'pending', 'completed', 'pending', 'refunded'] as const
    const told = states.filter((status) => table.add(transfer({ status, exchangeStatus: status })) !== null)
    expect(told).toEqual(['pending', 'completed', 'refunded'])
    expect(table.pending()).toEqual([])
  })

  it('keep what only an earlier word told, as what is stored does', () => {
    const table = new TransferTable()
    const first = transfer({ status: 'pending', fee: '0.5', feeAsset: 'USDT', transactionId: '0xab' })
    table.add(first)
    const untold = { status: 'completed', fee: null, feeAsset: null, transactionId: null } as const
    const completed = table.add(transfer(untold))
    expect(completed?.before).toEqual(first)
    expect(completed?.transfer).toEqual({ ...first, status: 'completed' })
    expect(table.add(transfer(untold))).toBeNull()
  })
})
