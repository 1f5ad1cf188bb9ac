import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Holding, type HoldingAccount, inventoryOf } from '../../../src/main/analytics/inventory.ts'
import { Amount } from '../../../src/shared/amount.ts'
import type { AssetTransfer } from '../../../src/shared/assets.ts'
import type { ExchangeId, Instrument, Truth, Wallet } from '../../../src/shared/domain/index.ts'
import type { SpreadDetail, SpreadLeg } from '../../../src/shared/spreads.ts'
import { instrument } from '../../support/instruments.ts'

const fee = 0.001
const spotBinance = instrument('binance', 'spot', 'SOL', 'USDT', 'SOLUSDT', { lotSize: 0.01 })
const spotGate = instrument('gate', 'spot', 'SOL', 'USDT', 'SOL_USDT', { lotSize: 0.001 })
const swapGate = instrument('gate', 'perpetual', 'SOL', 'USDT', 'SOL_USDT', { lotSize: 0.1 })
const spotOkx = instrument('okx', 'spot', 'SOL', 'USDT', 'SOL-USDT', { lotSize: 0.01 })
const swapOkx = instrument('okx', 'perpetual', 'SOL', 'USDT', 'SOL-USDT-SWAP', { lotSize: 0.1 })

function detailOf(
  buy: Instrument,
  sell: Instrument,
  quantity: number,
  [ask, bid] = [100, 101],
  profit = 5,
): SpreadDetail {
  const leg = (of: Instrument): SpreadLeg => ({
    ...{ instrument: of, price: 1, quantity: 1, truth: 'live', reason: '', receivedAt: 0, takerFee: fee },
    ...{ book: null, bookReason: '', funding: null },
  })
  const size = {
    ...{
      value: null,
      quantity,
      buyNotional: quantity * ask,
      fees: 0,
      funding: 0,
      withdrawalFee: null,
      profit,
      problem: null,
    },
    ...{
      buyAverage: quantity > 0 ? ask : null,
      sellAverage: quantity > 0 ? bid : null,
      grossPercent: 1,
      netPercent: 1,
    },
  }
  return {
    ...{
      index: 3,
      kind: 'cross',
      symbol: 'SOL_USDT',
      at: 0,
      buy: leg(buy),
      sell: leg(sell),
      verdict: 'counts',
      standing: '',
    },
    ...{
      grossPercent: 1,
      netPercent: 1,
      lowNetPercent: 1,
      highNetPercent: 1,
      fundingPercent: null,
      carryPercent: null,
    },
    ...{ basisCarryPercent: null, withdrawalFee: null, countsWithdrawalFee: false, ladder: [], untilZero: size },
  }
}

const holding = (
  exchange: ExchangeId,
  wallet: Wallet,
  asset: string,
  free: string | null,
  truth: Truth = 'live',
): Holding => ({
  balance: {
    ...{ account: `${exchange}-main`, exchange, wallet, asset, free, locked: null, total: free ?? '1' },
    ...{ exchangeAt: null, receivedAt: 0 },
  },
  ...{ truth, reason: truth === 'live' ? '' : 'not confirmed for 90 s' },
})

const open = (
  asset: string,
  from: ExchangeId,
  to: ExchangeId,
  takes: string | null,
  minimum: string | null = null,
): AssetTransfer => ({
  ...{ asset, from, to, state: 'open', words: `open on Solana, ${takes} ${asset}`, asOf: 0 },
  routes: [
    { ...{ network: 'Solana', withdrawAs: 'SOL', depositAs: 'SOL', isOpen: true, words: 'open' }, fee: takes, minimum },
  ],
})
const allOpen = (asset: string, from: ExchangeId, to: ExchangeId) =>
  open(asset, from, to, asset === 'SOL' ? '0.01' : '1')
const accountOf = (exchange: ExchangeId, silence: string | null = null): HoldingAccount => ({
  ...{ id: `${exchange}-main`, exchange, label: 'Main', silence },
})
const accounts = [accountOf('binance'), accountOf('gate'), accountOf('okx')]
const ask = (detail: SpreadDetail, holdings: readonly Holding[], transferOf = allOpen) =>
  inventoryOf({ detail, holdings, accounts, transferOf })

describe('what could be done now', () => {
  it('is all that the books give where both balances reach', () => {
    const result = ask(detailOf(spotBinance, spotGate, 10), [
      holding('binance', 'spot', 'USDT', '1001'),
      holding('gate', 'spot', 'SOL', '10'),
      holding('gate', 'spot', 'USDT', '9'),
    ])
    expect(result).toMatchObject({
      ...{ executable: '10', possible: '10', limit: 'nothing' },
      buy: { asset: 'USDT', free: '1001', needed: '1001', notCounted: [] },
      sell: { asset: 'SOL', free: '10', needed: '10', isMargin: false },
    })
  })

  it('says which balance limits, in lots that both take', () => {
    const bought = ask(detailOf(spotBinance, spotGate, 10), [
      holding('binance', 'spot', 'USDT', '1000.99'),
      holding('gate', 'spot', 'SOL', '10'),
    ])
    expect(bought).toMatchObject({ possible: '9.99', limit: 'buy', words: 'limited by 1000.99 USDT on Binance' })
    const sold = ask(detailOf(spotBinance, spotGate, 10), [
      holding('binance', 'spot', 'USDT', '5000'),
      holding('gate', 'spot', 'SOL', '0.777'),
    ])
    expect(sold).toMatchObject({ possible: '0.77', limit: 'sell', words: 'limited by 0.777 SOL on Gate' })
  })

  it('is nothing where an exchange takes no order as small as all that the books give', () => {
    const detail = detailOf(spotBinance, spotGate, 0.03)
    const untilZero = {
      ...detail.untilZero,
      problem: { leg: 'sell', rule: 'minimumNotional', limit: 5 } as const,
    }
    const result = ask({ ...detail, untilZero }, [
      holding('binance', 'spot', 'USDT', '5000'),
      holding('gate', 'spot', 'SOL', '10'),
    ])
    expect(result).toMatchObject({
      ...{ executable: null, possible: null, limit: 'books' },
      words: 'the books give less than the least order on Gate, 5 USDT, at a profit now',
      rebalance: { moves: [], trades: null },
    })
  })

  it('does not count what is not live, nor what is not told to be free', () => {
    const detail = detailOf(spotBinance, spotGate, 10)
    const sol = holding('gate', 'spot', 'SOL', '10')
    expect(ask(detail, [holding('binance', 'spot', 'USDT', '5000', 'stale'), sol])).toMatchObject({
      ...{ possible: null, limit: 'unknown' },
      words: 'USDT on Binance cannot be relied on: Main, spot: not confirmed for 90 s',
      buy: { free: null, notCounted: ['Main, spot: not confirmed for 90 s'] },
    })
    expect(ask(detail, [holding('binance', 'spot', 'USDT', null), sol]).possible).toBeNull()
    // Another wallet does not pay for a spot order.
    expect(ask(detail, [holding('binance', 'futures', 'USDT', '5000'), sol])).toMatchObject({
      limit: 'order',
      possible: '0',
    })
  })

  it('needs margin at 1x for a perpetual, from one purse where both legs draw on it', () => {
    const apart = ask(detailOf(spotBinance, swapGate, 10), [
      holding('binance', 'spot', 'USDT', '5000'),
      holding('gate', 'futures', 'USDT', '505.505'),
    ])
    expect(apart).toMatchObject({
      possible: '5',
      limit: 'sell',
      sell: { asset: 'USDT', isMargin: true, needed: '1011.01' },
    })
    expect(apart.words).toBe('limited by 505.505 USDT on Gate as margin at 1x')
    const shared = ask(detailOf(spotOkx, swapOkx, 10), [holding('okx', 'unified', 'USDT', '1006.005')])
    // 100.1 and 101.101 for each unit: 1006.005 pays for five of both.
    expect(shared).toMatchObject({ possible: '5', rebalance: null })
    expect(ask(detailOf(spotOkx, swapOkx, 4), [holding('okx', 'unified', 'USDT', '1006.005')]).limit).toBe('nothing')
  })

  it('tells of exchanges without an account, of least orders and of books that give nothing', () => {
    const detail = detailOf(spotBinance, spotGate, 10)
    const asked = { detail, holdings: [], transferOf: allOpen }
    expect(inventoryOf({ ...asked, accounts: [accountOf('gate')] }).words).toBe('no account on Binance')
    // What an account does not name it does not hold, but only if it tells everything.
    const silent = [accountOf('binance', 'reading its key'), accountOf('gate')]
    expect(inventoryOf({ ...asked, accounts: silent })).toMatchObject({
      ...{ limit: 'unknown', possible: null, words: 'USDT on Binance cannot be relied on: Main: reading its key' },
      ...{ buy: { free: null }, sell: { free: '0' } },
    })
    expect(
      inventoryOf({ ...asked, detail: { ...detail, verdict: 'different', standing: 'two coins' }, accounts }),
    ).toMatchObject({
      ...{
        limit: 'unknown',
        possible: null,
        executable: null,
        rebalance: null,
        words: 'the pair does not count: two coins',
      },
    })
    const least = detailOf({ ...spotBinance, minimumNotional: 50 }, spotGate, 10)
    const funds = [holding('binance', 'spot', 'USDT', '40'), holding('gate', 'spot', 'SOL', '10')]
    expect(ask(least, funds)).toMatchObject({ possible: '0', limit: 'order' })
    expect(ask(least, funds).words).toBe('40 USDT on Binance is less than the least order on Binance, 50 USDT')
    expect(ask(detailOf(spotBinance, spotGate, 0), funds)).toMatchObject({
      possible: null,
      limit: 'books',
      executable: null,
    })
  })

  it('never costs more than there is, and never leaves out a whole lot', () => {
    const cents = fc.integer({ min: 0, max: 500_000 }).map((value) => new Amount(value).div(100).toFixed())
    fc.assert(
      fc.property(cents, cents, fc.integer({ min: 1, max: 900 }), (usdt, sol, size) => {
        const { possible } = ask(detailOf(spotBinance, spotGate, size / 100), [
          holding('binance', 'spot', 'USDT', usdt),
          holding('gate', 'spot', 'SOL', sol),
        ])
        const quantity = new Amount(possible ?? '0')
        const fits = (base: Amount) => base.times('100.1').lte(usdt) && base.lte(sol) && base.lte(size / 100)
        expect(fits(quantity)).toBe(true)
        expect(fits(quantity.plus('0.01'))).toBe(false)
      }),
      { numRuns: 100 },
    )
  })
})

describe('moving back what a trade moved', () => {
  const detail = detailOf(spotBinance, spotGate, 10, [100, 101], 0.9)

  it('costs the fees of both withdrawals, and so many trades', () => {
    const { rebalance } = ask(detail, [])
    expect(rebalance).toMatchObject({
      ...{
        cost: '2',
        trades: 3,
        words: 'moving back what a trade of 10 SOL moved costs 2 USDT: 3 such trades pay for it',
      },
      moves: [
        { asset: 'SOL', from: 'binance', to: 'gate', quantity: '10', fee: '0.01', cost: '1' },
        { asset: 'USDT', from: 'gate', to: 'binance', quantity: '1001', fee: '1', cost: '1' },
      ],
    })
  })

  it('is of a trade as large as the balances allow', () => {
    const { rebalance } = ask(detail, [holding('binance', 'spot', 'USDT', '5000'), holding('gate', 'spot', 'SOL', '2')])
    expect(rebalance).toMatchObject({ cost: '2', trades: 12, moves: [{ quantity: '2' }, { quantity: '200.2' }] })
  })

  it('pays for the withdrawal once, though the profit is after it', () => {
    const { untilZero } = detail
    const after = { ...detail, countsWithdrawalFee: true, withdrawalFee: 0.01 }
    const paid = { ...untilZero, withdrawalFee: 0.8, profit: 0.1 }
    expect(ask({ ...after, untilZero: paid }, []).rebalance).toMatchObject({ cost: '2', trades: 3 })
  })

  it('says what keeps it from being done, and never guesses a fee', () => {
    const closed = ask(detail, [], (asset, from, to) =>
      asset === 'SOL'
        ? allOpen(asset, from, to)
        : { ...allOpen(asset, from, to), state: 'closed', words: 'withdrawals closed on Gate' },
    )
    expect(closed.rebalance).toMatchObject({
      cost: null,
      trades: null,
      words: 'cannot be moved: USDT: withdrawals closed on Gate',
    })
    const untold = ask(detail, [], (asset, from, to) => open(asset, from, to, asset === 'SOL' ? null : '1'))
    expect(untold.rebalance).toMatchObject({
      cost: null,
      trades: null,
      words: 'what moving back costs is not known: no fee told for SOL',
    })
    const small = ask(detail, [], (asset, from, to) => open(asset, from, to, '0.1', '5000'))
    expect(small.rebalance?.moves[0]?.words).toContain('the least withdrawal is 5000 SOL, more than one trade moves')
    expect(ask(detailOf(spotBinance, spotGate, 0), []).rebalance).toMatchObject({ moves: [], trades: null })
    expect(ask(detailOf(spotBinance, swapGate, 10), []).rebalance).toBeNull()
  })
})
