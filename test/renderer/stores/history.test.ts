import { describe, expect, it } from 'vitest'
import { acceptsFill, acceptsOrder, readEveryPage } from '../../../src/renderer/stores/history.ts'
import { FillFilter, OrderFilter } from '../../../src/shared/portfolio.ts'
import { fill, order } from '../support/account-rows.ts'

describe('a push', () => {
  it('passes the filters that the hub holds its pages to', () => {
    const passes = (filter: object) => acceptsOrder(OrderFilter.parse(filter), order())
    const kept = [
      {},
      { account: 'binance-main', exchange: 'binance', side: 'BUY', statuses: ['NEW'] },
      { text: 'btc_' },
      { text: 'BOT-1' },
      { from: 1_000 },
      { to: 1_001 },
    ]
    const dropped = [
      { account: 'okx-main' },
      { exchange: 'okx' },
      { side: 'SELL' },
      { statuses: ['FILLED'] },
      { text: 'eth' },
      { from: 1_001 },
      { to: 1_000 },
    ]
    expect([kept.filter(passes), dropped.filter(passes)]).toEqual([kept, []])
  })
  it('of a fill is found by trade and order', () => {
    const passes = (text: string) =>
      acceptsFill(FillFilter.parse({ text }), fill({ tradeId: '77', exchangeOrderId: 'x9' }))
    expect([passes('77'), passes('X9'), passes('78')]).toEqual([true, true, false])
  })
})

describe('reading everything', () => {
  const pages = [
    { rows: [1, 2], next: 'b' },
    { rows: [3], next: null },
  ]
  const read = async (cursor: string | null) => ({
    ok: true as const,
    value: pages[cursor === null ? 0 : 1] ?? { rows: [], next: null },
  })
  it('goes from page to page and tells how far it is', async () => {
    const counts: number[] = []
    const reply = await readEveryPage(read, (count) => counts.push(count) > 0)
    expect([reply, counts]).toEqual([{ ok: true, value: [1, 2, 3] }, [2, 3]])
  })
  it('ends without rows where nobody wants them any more', async () => {
    expect(await readEveryPage(read, () => false)).toEqual({ ok: true, value: null })
  })
  it('passes a failure on', async () => {
    const failure = { ok: false, code: 'unavailable', message: 'locked' } as const
    expect(
      await readEveryPage(
        async () => failure,
        () => true,
      ),
    ).toEqual(failure)
  })
})
