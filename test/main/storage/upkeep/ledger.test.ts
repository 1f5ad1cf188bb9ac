/** Retention and the ledger: whatever goes, opening + what happened since stays the balance. */
import type { Database } from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knowledgeOf } from '../../../../src/main/account/book.ts'
import { Ledger } from '../../../../src/main/account/ledger.ts'
import { createMemoryReader } from '../../../../src/main/storage/accounts/memory.ts'
import { createPnlReader } from '../../../../src/main/storage/accounts/pnl-reader.ts'
import { createAccountWriter } from '../../../../src/main/storage/accounts/writer.ts'
import { createPrune } from '../../../../src/main/storage/upkeep/prune.ts'
import type { Fill, Transfer } from '../../../../src/shared/domain/index.ts'
import { balance, fill, payment, start, transfer } from '../account-rows.ts'
import { openFresh } from './database.ts'

const account = 'binance-main'
const totals = [
  { asset: 'USDT', total: '100000.25' },
  { asset: 'BTC', total: '3' },
]
const tables = ['fills', 'transfers', 'funding_payments'] as const

/** What a restart would make of the file. */
function reopened(database: Database): Ledger {
  const { opening, ledgerSums } = createMemoryReader(database).memory({ account, since: 0 })
  const ledger = new Ledger()
  if (opening !== null) ledger.open(opening, ledgerSums)
  return ledger
}

/** Every asset's expected amount, and those that cannot be checked. */
const content = (ledger: Ledger) => ({
  expected: ledger
    .check(new Map(), [])
    .map(({ asset, expected }) => `${asset} ${expected}`)
    .sort(),
  uncheckable: [...ledger.uncheckable()].sort(),
})

/** Steps until nothing more may go, as upkeep does. */
function pruneAll(database: Database, running: Ledger, table: (typeof tables)[number], before: number, limit: number) {
  const prune = createPrune(database)
  let rows = 0
  for (let step = 0; ; step++) {
    const report = prune({ table, before, limit })
    for (const moved of report.moved) if (moved.account === account) running.moveOpening(moved.at)
    rows += report.rows
    if (report.done) return { ...report, rows }
    expect(step).toBeLessThan(500)
  }
}

function opened(database: Database) {
  const save = createAccountWriter(database)
  const running = new Ledger()
  save({ openings: [{ account, at: start, totals }] })
  running.open({ at: start, totals })
  const tell = (row: Fill, before: Fill | null): void => {
    save({ fills: [{ fill: row, raw: '{}' }] })
    running.addFill(row, before && knowledgeOf(before))
  }
  const move = (row: Transfer, before: Transfer | null): void => {
    save({ transfers: [{ transfer: row, raw: '{}' }] })
    running.addTransfer(row, before)
  }
  return { save, running, tell, move }
}

const amount = fc.integer({ min: 1, max: 10 ** 9 }).map((units) => (units / 1e6).toFixed(6))
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      symbol: fc.constantFrom('BTC_USDT', 'ETH_BTC', 'BTC_USDT_PERP'),
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      price: amount,
      quantity: amount,
      fee: amount,
      feeAsset: fc.constantFrom('USDT', 'BNB', 'BTC'),
      isUntold: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      how: fc.constantFrom('deposit' as const, 'withdrawal' as const),
      amount,
      isPending: fc.boolean(),
      // It was under way when the ledger began.
      isOld: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('funding' as const), amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), tellsTime: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('prune' as const),
      table: fc.constantFrom(...tables),
      age: fc.integer({ min: 0, max: 30 }),
      limit: fc.integer({ min: 1, max: 20 }),
    }),
  },
)

describe('the ledger of an account whose old rows go', () => {
  it('adds up to the same, running and after a restart, whatever happened and whatever went', () => {
    const database = openFresh(1)
    const clear = [...tables, 'transfer_events', 'ledger_openings', 'meta']
    let removed = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 50 }), (steps) => {
        for (const table of [...clear].reverse()) database.exec(`DELETE FROM ${table}`)
        const { save, running, tell, move } = opened(database)
        let now = start
        let unsettled: ((tellsTime: boolean) => void)[] = []
        steps.forEach((one, index) => {
          now += 2
          const at = now
          if (one.kind === 'fill') {
            const { symbol, side, price, quantity, fee, feeAsset, isUntold } = one
            const profit = symbol.endsWith('_PERP') ? { realisedPnl: fee } : {}
            const told = fill({ tradeId: String(index), at, symbol, side, price, quantity, fee, feeAsset, ...profit })
            const first = isUntold ? { ...told, fee: null, feeAsset: null, realisedPnl: null } : told
            tell(first, null)
            if (isUntold) unsettled.push(() => tell(told, first))
          } else if (one.kind === 'transfer') {
            const base = { kind: one.how, transferId: String(index), amount: one.amount, fee: '0.5', receivedAt: at }
            const createdAt = one.isPending && one.isOld ? start - 5 : at
            const first = transfer({ ...base, createdAt, status: one.isPending ? 'pending' : 'completed' })
            move(first, null)
            if (one.isPending)
              unsettled.push((tellsTime) =>
                move({ ...first, status: 'completed', updatedAt: tellsTime ? now : null, receivedAt: now }, first),
              )
          } else if (one.kind === 'funding') {
            const row = payment({ paymentId: String(index), amount: one.amount, at })
            save({ fundingPayments: [row] })
            running.addPayment(row)
          } else if (one.kind === 'settle') {
            for (const settle of unsettled) settle(one.tellsTime)
            unsettled = []
          } else {
            removed += pruneAll(database, running, one.table, at - one.age, one.limit).rows
            expect(content(reopened(database))).toEqual(content(running))
          }
        })
        for (const settle of unsettled) settle(true)
        expect(content(reopened(database))).toEqual(content(running))
        for (const table of tables) pruneAll(database, running, table, now + 10, 7)
        expect(content(reopened(database))).toEqual(content(running))
        for (const table of tables) expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0)
      }),
      { numRuns: 40 },
    )
    expect(removed).toBeGreaterThan(0)
  })

  it('keeps what has not told all or is pending, and what came after it, and says since when', () => {
    const database = openFresh(1)
    const { running, tell, move } = opened(database)
    for (const at of [1, 2, 3]) tell(fill({ tradeId: String(at), at: start + at }), null)
    const untold = fill({ tradeId: '4', at: start + 4, fee: null, feeAsset: null })
    tell(untold, null)
    tell(fill({ tradeId: '5', at: start + 5 }), null)
    const pending = transfer({ createdAt: start + 3 })
    move(pending, null)
    const prune = () => pruneAll(database, running, 'fills', start + 100, 2)
    expect(prune()).toMatchObject({ rows: 2, held: [{ account, since: start + 3 }] })
    move({ ...pending, status: 'completed', updatedAt: start + 50 }, pending)
    expect(prune()).toMatchObject({ rows: 1, held: [{ account, since: start + 4 }] })
    tell({ ...untold, fee: '0.5', feeAsset: 'USDT' }, untold)
    expect(prune()).toMatchObject({ rows: 2, held: [] })
    expect(content(reopened(database))).toEqual(content(running))
  })

  it('passes over, running as after a restart, what was removed and comes again', () => {
    const database = openFresh(1)
    const { running, tell } = opened(database)
    const row = fill({ at: start + 1 })
    tell(row, null)
    pruneAll(database, running, 'fills', start + 10, 10)
    const before = content(running)
    tell(row, null)
    expect([content(running), content(reopened(database))]).toEqual([before, before])
  })

  it('needs nothing where it begins later, or where there is none', () => {
    const database = openFresh(1)
    const { running, tell, save } = opened(database)
    tell(fill({ at: start - 5, fee: null, feeAsset: null }), null)
    save({ fills: [{ fill: fill({ account: 'gate-a', at: start - 5 }), raw: '{}' }] })
    expect(pruneAll(database, running, 'fills', start, 10)).toMatchObject({ rows: 2, moved: [], held: [] })
    expect(database.prepare('SELECT account, at FROM ledger_openings').raw().all()).toEqual([[account, start]])
  })

  it('begins where its first balances told, also once they are gone', () => {
    const database = openFresh(1)
    const save = createAccountWriter(database)
    save({
      balances: [
        balance({ total: '5', receivedAt: start }),
        balance({ asset: 'USDT', total: '70', receivedAt: start + 1 }),
        balance({ asset: 'USDT', total: '50', receivedAt: start + 20_000 }),
        balance({ total: '6', receivedAt: start + 30_000 }),
        balance({ total: '7', receivedAt: start + 40_000 }),
      ],
    })
    const opening = () => createMemoryReader(database).memory({ account, since: 0 }).opening
    const before = opening()
    expect(before).toMatchObject({ at: start + 1, totals: [{ total: '5' }, { total: '70' }] })
    expect(createPrune(database)({ table: 'balances', before: start + 50_000, limit: 100 }).rows).toBe(3)
    expect(opening()).toEqual(before)
  })

  it('lets profit and loss say what is gone, by account', () => {
    const database = openFresh(1)
    const { running, tell, save } = opened(database)
    tell(fill({ tradeId: '1', at: start + 1, fee: '0' }), null)
    tell(fill({ tradeId: '2', at: start + 2, fee: '0', side: 'SELL' }), null)
    save({ fundingPayments: [payment({ at: start + 1 })] })
    const notes = (asked: string | null) =>
      createPnlReader(database)({ account: asked, method: 'average', from: null, to: null, days: 0 }).notes
    expect(notes(null)).toEqual([])
    pruneAll(database, running, 'fills', start + 2, 10)
    pruneAll(database, running, 'funding_payments', start + 2, 10)
    expect(notes(null)).toEqual([
      `${account}: fills up to 2023-11-14T22:13:20.001Z were removed by retention: the cost of what was bought by then is unknown`,
      `${account}: funding payments up to 2023-11-14T22:13:20.001Z were removed by retention: they are missing from the sums`,
      expect.stringContaining('sold that no stored fill bought'),
    ])
    expect(notes('gate-a')).toEqual([])
  })
})
