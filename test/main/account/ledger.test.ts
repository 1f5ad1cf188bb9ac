import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownFills } from '../../../src/main/account/book.ts'
import { Ledger } from '../../../src/main/account/ledger.ts'
import { Amount } from '../../../src/shared/amount.ts'
import type { Fill, Transfer } from '../../../src/shared/domain/index.ts'
import { fill, transfer } from './rows.ts'

function opened(usdt = '1000', btc = '1'): Ledger {
  const ledger = new Ledger()
  ledger.open({
    at: 1_000,
    totals: [
      { asset: 'USDT', total: usdt },
      { asset: 'BTC', total: btc },
    ],
  })
  return ledger
}

const totals = (amounts: Record<string, string>) =>
  new Map(Object.entries(amounts).map(([asset, total]) => [asset, new Amount(total)]))

const check = (ledger: Ledger, amounts: Record<string, string>, pending: Transfer[] = []) =>
  ledger.check(totals(amounts), pending).map(({ asset, difference }) => `${asset} ${difference}`)

describe('a ledger', () => {
  it('adds both legs of a spot trade and its fee', () => {
    const ledger = opened('20000')
    ledger.addFill(fill(), null)
    ledger.addFill(fill({ side: 'SELL', tradeId: '2', quantity: '0.1', fee: '2', feeAsset: 'USDT' }), null)
    expect(check(ledger, { USDT: '11998', BTC: '1.3995' })).toEqual([])
    expect(check(ledger, { USDT: '11999', BTC: '1.3995' })).toEqual(['USDT 1'])
    expect(check(ledger, { USDT: '11998', BTC: '1.3995', ETH: '2' })).toEqual(['ETH 2'])
  })

  it('allows for what the exchange rounds when it books a trade, one of the last decimal for each amount, and for no more', () => {
    const ledger = new Ledger((asset) => (asset === 'USD' ? 4 : null))
    ledger.open({ at: 1_000, totals: [{ asset: 'USD', total: '126.1818' }] })
    // Kraken, "Decimal precision for API calculations": 50,123 SHIB at 0.00002901 are 1.45406823, and 1.4541 are taken.
    const shib = { symbol: 'SHIB_USD', price: '0.00002901', quantity: '50123', fee: '0', feeAsset: 'USD' }
    ledger.addFill(fill(shib), null)
    expect(check(ledger, { USD: '124.7277', SHIB: '50123' })).toEqual([])
    expect(check(ledger, { USD: '124.7200', SHIB: '50123' })).toEqual(['USD -0.00773177'])
    expect(check(ledger, { USD: '124.7277', SHIB: '50123.0001' })).toEqual(['SHIB 0.0001'])
    const exact = new Ledger()
    exact.open({ at: 1_000, totals: [{ asset: 'USD', total: '126.1818' }] })
    exact.addFill(fill(shib), null)
    expect(check(exact, { USD: '124.7277', SHIB: '50123' })).toEqual(['USD -0.00003177'])
  })

  it('passes over what happened up to its opening', () => {
    const ledger = opened()
    ledger.addFill(fill({ at: 1_000 }), null)
    ledger.addTransfer(transfer({ createdAt: 900, updatedAt: 1_000 }), null)
    expect(check(ledger, { USDT: '1000', BTC: '1' })).toEqual([])
  })

  it('adds a perpetual’s profit, not its quantity, and says when it is not told', () => {
    const ledger = opened()
    const perpetual = fill({ symbol: 'BTC_USDT_PERP', fee: '1', feeAsset: 'USDT' })
    ledger.addFill({ ...perpetual, realisedPnl: '10' }, null)
    expect(check(ledger, { USDT: '1009', BTC: '1' })).toEqual([])
    ledger.addFill({ ...perpetual, tradeId: '2' }, null)
    expect([...ledger.uncheckable()]).toEqual([['USDT', 1]])
    expect(check(ledger, { USDT: '5', BTC: '1' })).toEqual([])
    ledger.addFill({ ...perpetual, tradeId: '2', realisedPnl: '5' }, { fee: true, profit: false })
    expect([...ledger.uncheckable()]).toEqual([])
    expect(check(ledger, { USDT: '1013', BTC: '1' })).toEqual([])
  })

  it('counts a fee that comes later once', () => {
    const ledger = opened('20000')
    ledger.addFill(fill({ fee: null, feeAsset: null }), null)
    expect(ledger.uncheckable().size).toBe(2)
    ledger.addFill(fill(), { fee: false, profit: false })
    expect(ledger.uncheckable().size).toBe(0)
    expect(check(ledger, { USDT: '10000', BTC: '1.4995' })).toEqual([])
  })

  it('lets a transfer count when it is completed, and only then', () => {
    const ledger = opened()
    const pending = transfer({ kind: 'withdrawal', amount: '90', fee: '10', feeAsset: 'USDT', status: 'pending' })
    ledger.addTransfer(pending, null)
    expect(check(ledger, { USDT: '1000', BTC: '1' }, [pending])).toEqual([])
    // Exchanges that take it at once are understood.
    expect(check(ledger, { USDT: '900', BTC: '1' }, [pending])).toEqual([])
    expect(check(ledger, { USDT: '950', BTC: '1' }, [pending])).toEqual(['USDT -50'])
    const completed: Transfer = { ...pending, status: 'completed' }
    ledger.addTransfer(completed, pending)
    expect(check(ledger, { USDT: '900', BTC: '1' })).toEqual([])
    ledger.addTransfer({ ...pending, status: 'refunded' }, completed)
    expect(check(ledger, { USDT: '1000', BTC: '1' })).toEqual([])
  })

  it('knows that a withdrawal from before its opening took its fee then, when the fee is told late', () => {
    const ledger = opened()
    const past = { kind: 'withdrawal', amount: '90', feeAsset: 'USDT', createdAt: 900, updatedAt: 950 } as const
    const untold = transfer({ ...past, fee: null, transferId: '2' })
    ledger.addTransfer(untold, null)
    ledger.addTransfer({ ...untold, fee: '10' }, untold)
    expect(check(ledger, { USDT: '1000', BTC: '1' })).toEqual([])

    const pending = transfer({ ...past, fee: null, status: 'pending', transferId: '3' })
    const completed: Transfer = { ...pending, status: 'completed' }
    ledger.addTransfer(pending, null)
    ledger.addTransfer(completed, pending)
    ledger.addTransfer({ ...completed, fee: '10' }, completed)
    expect(check(ledger, { USDT: '900', BTC: '1' })).toEqual([])
  })

  it('sees moves within the account as nothing, and those that leave it as what they are', () => {
    const ledger = opened()
    const move = transfer({ kind: 'internal', fromWallet: 'spot', toWallet: 'futures' })
    ledger.addTransfer(move, null)
    ledger.addTransfer({ ...move, transferId: '2', toWallet: null }, null)
    expect(check(ledger, { USDT: '950', BTC: '1' })).toEqual([])
  })

  it('goes on from stored sums', () => {
    const ledger = new Ledger()
    const sums = {
      asset: 'USDT',
      trades: '-5',
      fees: '-1',
      transfers: '10',
      funding: '-2',
      untoldFills: 0,
      bookings: 0,
    }
    ledger.open({ at: 1_000, totals: [{ asset: 'USDT', total: '100' }] }, [sums])
    expect(check(ledger, { USDT: '102' })).toEqual([])
  })

  it('adds the same, in whatever order and however often fills come', () => {
    const fills = fc.uniqueArray(
      fc.record({
        tradeId: fc.integer({ min: 1, max: 99 }).map(String),
        quantity: fc.integer({ min: 1, max: 10_000 }).map((n) => (n / 10_000).toFixed(4)),
        price: fc.integer({ min: 1, max: 1_000_000 }).map((n) => (n / 100).toFixed(2)),
        isBuy: fc.boolean(),
      }),
      { selector: ({ tradeId }) => tradeId, maxLength: 20 },
    )
    fc.assert(
      fc.property(fills, fc.infiniteStream(fc.nat()), (rows, order) => {
        const all: Fill[] = rows.map(({ isBuy, ...more }) =>
          fill({ ...more, side: isBuy ? 'BUY' : 'SELL', fee: '0.01' }),
        )
        const mixed = [...all, ...all]
          .map((one) => ({ one, place: order.next().value }))
          .sort((a, b) => a.place - b.place)
          .map(({ one }) => one)
        const [once, twice] = [opened(), opened()]
        const known = new KnownFills()
        for (const one of all) once.addFill(one, null)
        for (const one of mixed) {
          const added = known.add(one)
          if (added !== null) twice.addFill(one, added.before)
        }
        const nothing = totals({})
        expect(twice.check(nothing, []).sort(byAsset)).toEqual(once.check(nothing, []).sort(byAsset))
      }),
    )
  })
})

const byAsset = (a: { asset: string }, b: { asset: string }): number => (a.asset < b.asset ? -1 : 1)
