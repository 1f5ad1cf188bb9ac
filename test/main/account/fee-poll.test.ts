import { describe, expect, it } from 'vitest'
import type { AccountFees, Instrument } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'
import { failure, instruments, scripted } from './scripted.ts'

const fee = (symbol: string | null, taker: string, kind: AccountFees['kind'] = 'spot'): AccountFees => ({
  account: 'binance-main',
  exchange: 'binance',
  kind,
  symbol,
  maker: '0.0002',
  taker,
  receivedAt: 1,
})
const wait = { timeout: 10_000, interval: 5 }

describe("an account's own fees", () => {
  it('are asked at the start, shown and told on', async () => {
    const exchange = await scripted()
    exchange.truth.fees = [fee(null, '0.001'), fee('BTC_USDT', '0.0005'), fee('BTC_USDT_PERP', '0.0004', 'perpetual')]
    const told: (readonly AccountFees[])[] = []
    const session = exchange.open({ onFees: (fees) => told.push(fees) })
    await expect.poll(() => told, wait).toEqual([exchange.truth.fees])
    expect(exchange.feesAsked).toEqual([instruments.map(({ symbol }) => symbol)])
    expect(session.status().fees).toMatchObject([
      { kind: 'spot', taker: { from: 0.0005, to: 0.001 } },
      { kind: 'perpetual', taker: { from: 0.0004, to: 0.0004 } },
    ])
  })

  it('are a note, and no failure, where the key may not ask', async () => {
    const exchange = await scripted()
    exchange.failures.set('fees', failure('forbidden', 'no wallet permission'))
    const session = exchange.open()
    await expect
      .poll(() => session.status().notes, wait)
      .toContain(
        'the key lacks permission to read its own fees (no wallet permission): standard fees are computed with',
      )
    await expect.poll(() => session.status().state, wait).toBe('live')
    expect(session.status().fees).toEqual([])
  })

  it('count for nothing where no exchange takes so much', async () => {
    const exchange = await scripted()
    exchange.truth.fees = [fee(null, '0.1'), fee('BTC_USDT', '10')]
    const told: (readonly AccountFees[])[] = []
    const session = exchange.open({ onFees: (fees) => told.push(fees) })
    await expect.poll(() => told, wait).toEqual([[fee(null, '0.1')]])
    expect(session.status().notes.join()).toContain('1 of the fees it is told')
  })

  it('are asked soon for symbols that are watched since, where each must be asked', async () => {
    const exchange = await scripted({ asksPerSymbol: true })
    exchange.truth.fees = [fee(null, '0.001'), fee('BTC_USDT_PERP', '0.0004', 'perpetual')]
    let watched: readonly Instrument[] = instruments
    const session = exchange.open({ symbols: () => watched })
    await expect.poll(() => session.status().fees.length, wait).toBe(2)
    session.symbolsChanged()
    watched = [...watched, instrument('binance', 'perpetual', 'ETH', 'USDT', 'ETHUSDT')]
    session.symbolsChanged()
    await expect.poll(() => exchange.feesAsked.at(-1), wait).toContain('ETH_USDT_PERP')
    expect(exchange.count('fees')).toBe(2)
  })
})
