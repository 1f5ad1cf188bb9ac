import { describe, expect, it } from 'vitest'
import { FeesInForce, feeRanges, isPlausible } from '../../../src/main/account/fees.ts'
import type { AccountFees } from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { instrument } from '../../support/instruments.ts'

const btc = instrument('gate', 'spot', 'BTC', 'USDT', 'BTC_USDT')
const eth = instrument('gate', 'spot', 'ETH', 'USDT', 'ETH_USDT')
const perpetual = instrument('gate', 'perpetual', 'BTC', 'USDT', 'BTC_USDT')
const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')

const told = (account: string, taker: string, more: Partial<AccountFees> = {}): AccountFees => ({
  account,
  exchange: 'gate',
  kind: 'spot',
  symbol: null,
  maker: '0.0001',
  taker,
  receivedAt: 1,
  ...more,
})
const standard = { spot: { maker: 0.002, taker: 0.002 }, perpetual: { maker: 0.003, taker: 0.003 } }

function fees(rows: AccountFees[], overrides: object = {}) {
  const settings = Settings.parse({ exchanges: { gate: { fees: overrides } } })
  return new FeesInForce({ settings: () => settings, standard: () => standard, told: () => rows })
}

describe('the fee in force', () => {
  it('is the standard until an account tells', () => {
    expect(fees([]).feeOf(btc)).toEqual({ taker: 0.002, source: 'standard', account: null })
    const own = fees([told('main', '0.00085')])
    expect(own.feeOf(btc)).toEqual({ taker: 0.00085, source: 'account', account: 'main' })
    expect(own.feeOf(perpetual).source).toBe('standard')
    expect(own.feeOf(okx).source).toBe('standard')
  })

  it("is a symbol's own before that of all, and a rebate below zero", () => {
    const own = fees([told('main', '0.00085'), told('main', '-0.0001', { symbol: 'ETH_USDT' })])
    expect(own.feeOf(eth).taker).toBe(-0.0001)
    expect(own.feeOf(btc).taker).toBe(0.00085)
  })

  it('is the highest of several accounts, each with what it pays for the symbol', () => {
    const own = fees([
      told('cheap', '0.0005'),
      told('cheap', '0.0015', { symbol: 'ETH_USDT' }),
      told('dear', '0.0009'),
      told('dear', '0', { symbol: 'ETH_USDT' }),
    ])
    expect(own.feeOf(btc)).toEqual({ taker: 0.0009, source: 'account', account: 'dear' })
    expect(own.feeOf(eth)).toEqual({ taker: 0.0015, source: 'account', account: 'cheap' })
  })

  it("is the trader's own word before everything", () => {
    const own = fees([told('main', '0.00085')], { spot: { maker: 0, taker: 0.0042 } })
    expect(own.feeOf(btc)).toEqual({ taker: 0.0042, source: 'settings', account: null })
  })

  it('says once when what is computed with holds no longer', () => {
    const rows: AccountFees[] = []
    const own = fees(rows)
    expect(own.takerOf(btc)).toBe(0.002)
    own.renew()
    expect(own.haveChanged()).toBe(false)
    rows.push(told('main', '0.00085'))
    own.renew()
    expect(own.haveChanged()).toBe(true)
    expect(own.haveChanged()).toBe(false)
    expect(own.takerOf(btc)).toBe(0.00085)
    // The same again is no news.
    rows.push(told('other', '0.0005'))
    own.renew()
    expect(own.haveChanged()).toBe(false)
  })
})

describe('what accounts are told', () => {
  it('is shown from the cheapest symbol to the dearest', () => {
    expect(feeRanges([told('main', '0.001'), told('main', '0', { symbol: 'ETH_USDT', receivedAt: 0 })])).toEqual([
      { kind: 'spot', maker: { from: 0.0001, to: 0.0001 }, taker: { from: 0, to: 0.001 }, receivedAt: 0 },
    ])
  })

  it('counts for nothing where no exchange takes so much', () => {
    expect(isPlausible(told('main', '0.001'))).toBe(true)
    expect(isPlausible(told('main', '5'))).toBe(false)
    expect(isPlausible(told('main', '0.001', { maker: '-0.5' }))).toBe(false)
  })
})
