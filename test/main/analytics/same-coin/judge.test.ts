import { describe, expect, it } from 'vitest'
import { SameCoinJudge } from '../../../../src/main/analytics/same-coin/judge.ts'
import { KnownCoins } from '../../../../src/main/analytics/same-coin/known-coins.ts'
import { compareContracts, compareNetworks, networkOf } from '../../../../src/main/analytics/same-coin/networks.ts'
import { PriceHistory } from '../../../../src/main/analytics/same-coin/price-history.ts'
import { powerOf } from '../../../../src/main/analytics/same-coin/price-proof.ts'
import { QuoteBoard } from '../../../../src/main/market/quotes.ts'
import { resourceFile } from '../../../../src/main/paths.ts'
import type { AssetNetwork, ExchangeId, Instrument } from '../../../../src/shared/domain/index.ts'
import { SameCoinSettings } from '../../../../src/shared/same-coin.ts'
import { instrument } from '../../../support/instruments.ts'
import { moments, Series } from '../../../support/price-series.ts'

const known = KnownCoins.read(resourceFile('same-coin.json'))
const gate = instrument('gate', 'spot', 'XYZ', 'USDT', 'XYZ_USDT')
const mexc = instrument('mexc', 'spot', 'XYZ', 'USDT', 'XYZUSDT')
const btcGate = instrument('gate', 'spot', 'BTC', 'USDT', 'BTC_USDT')
const btcMexc = instrument('mexc', 'spot', 'BTC', 'USDT', 'BTCUSDT')

const network = (exchange: ExchangeId, asset: string, name: string, contract: string | null): AssetNetwork => ({
  ...{ exchange, asset, network: name, contract, canDeposit: true, canWithdraw: true },
  ...{ withdrawalFee: null, minimumWithdrawal: null, receivedAt: 0 },
})

function setUp(instruments: readonly Instrument[] = [gate, mexc, btcGate, btcMexc]) {
  let settings = SameCoinSettings.parse({})
  let told: readonly AssetNetwork[] = []
  const judge = new SameCoinJudge({
    known,
    decisions: () => settings,
    networks: (exchange, asset) => told.filter((one) => one.exchange === exchange && one.asset === asset),
  })
  const world = { board: new QuoteBoard(instruments), now: 1_700_000_000_000, changes: 0, judge }
  judge.onChange(() => world.changes++)
  const quote = (of: Instrument, price: number) =>
    world.board.applyBookTicker({
      ...{ kind: 'book_ticker', instrument: of, bidPrice: price, bidQuantity: 1, askPrice: price, askQuantity: 1 },
      ...{ exchangeAt: world.now, receivedAt: world.now },
    })
  const tick = (ms: number) => {
    world.now += ms
    judge.tick(world.board, world.now)
  }
  return {
    ...{ world, judge, quote, tick },
    decide: (next: unknown) => {
      settings = SameCoinSettings.parse(next)
      judge.refresh()
    },
    tell: (next: readonly AssetNetwork[]) => {
      told = next
      judge.refresh()
    },
    /** Feeds both XYZ from a series. */
    play: (series: unknown) => {
      for (const { a, b } of moments(Series.parse(series))) {
        quote(gate, a)
        if (b !== null) quote(mexc, b)
        tick(10_000)
      }
    },
  }
}

describe('the judge of same coins', () => {
  it('takes the trader’s word at once, and tells of it', () => {
    const { judge, decide, tick, world } = setUp()
    tick(0)
    expect(judge.standingOf(gate, mexc).standing).toBe('unproven')
    decide({ confirmed: [{ asset: 'XYZ', exchanges: ['mexc', 'gate'] }] })
    expect(judge.standingOf(gate, mexc)).toEqual({ standing: 'same', words: 'confirmed by you' })
    expect(judge.standingOf(mexc, gate).standing).toBe('same')
    expect(world.changes).toBe(1)
    decide({ muted: [['gate:XYZ_USDT', 'mexc:XYZ_USDT']], banned: [{ asset: 'BTC', exchanges: ['gate', 'mexc'] }] })
    expect(judge.standingOf(mexc, gate).standing).toBe('muted')
    expect(judge.standingOf(btcGate, btcMexc).standing).toBe('banned')
    decide({})
    expect(judge.standingOf(btcGate, btcMexc).standing).toBe('same')
    expect(world.changes).toBe(3)
  })

  it('tells coins apart, whatever speaks against their markets alone', () => {
    const { judge, decide, tell, tick } = setUp()
    const differ = (asset = 'XYZ') => judge.areDifferentCoins(asset, 'mexc', 'gate')
    tick(0)
    expect([differ(), differ('BTC'), differ('UNHEARD')]).toEqual([false, false, false])
    decide({
      banned: [
        { asset: 'XYZ', exchanges: ['gate', 'mexc'] },
        { asset: 'UNHEARD', exchanges: ['gate', 'mexc'] },
      ],
    })
    expect([differ(), differ('BTC'), differ('UNHEARD')]).toEqual([true, false, true])
    decide({ muted: [['gate:XYZ_USDT', 'mexc:XYZ_USDT']] })
    expect([differ(), judge.areDifferentCoins('XYZ', 'gate', 'gate')]).toEqual([false, false])
    tell([network('gate', 'XYZ', 'ETH', `0x${'2'.repeat(40)}`), network('mexc', 'XYZ', 'ETH', `0x${'1'.repeat(40)}`)])
    expect([differ(), judge.areDifferentCoins('XYZ', 'gate', 'mexc')]).toEqual([true, true])
    tell([network('gate', 'XYZ', 'ETH', `0x${'1'.repeat(40)}`), network('mexc', 'XYZ', 'ETH', `0x${'1'.repeat(40)}`)])
    expect(differ()).toBe(false)
  })

  it('tells coins apart by prices of their spot markets, and takes it back with them', () => {
    const mexcPerpetual = instrument('mexc', 'perpetual', 'XYZ', 'USDT', 'XYZ_USDT')
    const { judge, play, quote, tick } = setUp([gate, mexc, mexcPerpetual])
    const differ = () => judge.areDifferentCoins('XYZ', 'gate', 'mexc')
    for (let minute = 0; minute < 15; minute++) {
      for (let sample = 0; sample < 6; sample++) {
        quote(gate, 10 + minute / 100)
        quote(mexcPerpetual, 30)
        tick(10_000)
      }
    }
    expect([judge.standingOf(gate, mexcPerpetual).standing, differ()]).toEqual(['different', false])
    play({ kind: 'different', seed: 3, minutes: 30, ratio: 2.6 })
    expect(differ()).toBe(true)
    play({ kind: 'same', seed: 3, minutes: 90 })
    expect(differ()).toBe(false)
    play({ kind: 'same', seed: 3, minutes: 90, ratio: 1_000 })
    expect(differ()).toBe(true)
  })

  it('answers before it has seen a board, and says nothing of changes that are none', () => {
    const { judge, tick, world } = setUp()
    expect(judge.standingOf(btcGate, btcMexc).standing).toBe('same')
    for (let second = 0; second < 90; second++) tick(1_000)
    expect(world.changes).toBe(0)
  })

  it('follows networks that exchanges tell of later', () => {
    const { judge, tell, tick } = setUp()
    tick(0)
    const address = '0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9'
    tell([network('gate', 'XYZ', 'ETH', address.toLowerCase()), network('mexc', 'XYZ', 'Ethereum(ERC20)', address)])
    expect(judge.standingOf(gate, mexc)).toEqual({ standing: 'same', words: 'same contract on Ethereum: 0x7fc6…dae9' })
    // What was shown holds while an exchange tells nothing, and not once it tells otherwise.
    tell([network('gate', 'XYZ', 'ETH', address)])
    expect(judge.standingOf(gate, mexc).standing).toBe('same')
    tell([network('gate', 'XYZ', 'ETH', address), network('mexc', 'XYZ', 'ETH', `0x${'1'.repeat(40)}`)])
    expect(judge.standingOf(gate, mexc).standing).toBe('different')
    tell([network('gate', 'XYZ', 'ETH', address.toLowerCase()), network('mexc', 'XYZ', 'Ethereum(ERC20)', address)])
    const { networks } = judge.evidenceOf(mexc, gate)
    expect(networks).toEqual([
      { network: 'Ethereum', buyContract: address, sellContract: address.toLowerCase(), result: 'equal' },
    ])
  })

  it('proves by prices, and takes it back within a second when they come apart', () => {
    const { judge, play, quote, tick, world } = setUp([gate, mexc])
    play({ kind: 'same', seed: 9, minutes: 65 })
    const { standing, words } = judge.standingOf(gate, mexc)
    expect(standing).toBe('same')
    expect(words).toMatch(/^prices move as one: ratio 1\.000\d, correlation 0\.9\d over \d\d min$/)
    const before = world.changes
    quote(mexc, 20)
    tick(1_000)
    expect(judge.standingOf(gate, mexc).standing).toBe('unproven')
    expect(world.changes).toBe(before + 1)
    // Nor does a look at the past, in which they were one, bring it back.
    expect(judge.evidenceOf(gate, mexc)).toMatchObject({ standing: 'unproven' })
    for (let second = 0; second < 8; second++) tick(1_000)
    expect(world.changes).toBe(before + 1)
  })

  it('knows nothing of another market whose instruments only have the same ids', () => {
    const { judge, play, tick } = setUp([gate, mexc])
    play({ kind: 'same', seed: 9, minutes: 65 })
    expect(judge.standingOf(gate, mexc).standing).toBe('same')
    judge.forget()
    expect(judge.standingOf(gate, mexc).standing).toBe('unproven')
    tick(1_000)
    expect(judge.standingOf(gate, mexc).standing).toBe('unproven')
    expect(judge.evidenceOf(gate, mexc).prices.samples).toBe(1)
  })

  it('keeps what it knows of instruments that stay when the watch list changes, and nothing of others', () => {
    const { judge, play, tick, world } = setUp([gate, mexc])
    play({ kind: 'same', seed: 9, minutes: 65 })
    const other = new QuoteBoard([btcMexc, mexc, gate])
    other.copyFrom(world.board)
    world.board = other
    tick(1_000)
    expect(judge.standingOf(mexc, gate).standing).toBe('same')
    expect(judge.evidenceOf(mexc, gate).prices.samples).toBe(360)
    world.board = new QuoteBoard([mexc])
    tick(1_000)
    expect(judge.evidenceOf(mexc, gate).prices.samples).toBe(0)
    expect(judge.standingOf(mexc, gate).standing).toBe('unproven')
  })

  it('compares what both quoted while live, and forgets what a sleep passed over', () => {
    const board = new QuoteBoard([gate, mexc])
    const history = new PriceHistory(board.instruments)
    const quote = (of: Instrument, price: number) =>
      board.applyBookTicker({
        ...{ kind: 'book_ticker', instrument: of, bidPrice: price, bidQuantity: 1, askPrice: price, askQuantity: 1 },
        ...{ exchangeAt: null, receivedAt: 0 },
      })
    quote(gate, 10)
    quote(mexc, 20)
    for (let now = 0; now < 60_000; now += 1_000) history.sample(board, now)
    expect(history.compare(0, 1)).toMatchObject({ samples: 6, ratio: 2, newestRatio: 2, within: 0 })
    expect(history.compare(1, 0)).toMatchObject({ samples: 6, ratio: 0.5 })
    board.clearLive([mexc.id])
    for (let now = 60_000; now < 120_000; now += 1_000) history.sample(board, now)
    expect(history.compare(0, 1).samples).toBe(6)
    quote(mexc, 20)
    // Half an hour later the six samples are still within the hour, an hour later they are not.
    history.sample(board, 30 * 60_000)
    expect(history.compare(0, 1)).toMatchObject({ samples: 7, ratio: 2 })
    history.sample(board, 90 * 60_000)
    expect(history.compare(0, 1).samples).toBe(1)
    // A clock that was set back: what came before cannot be placed.
    history.sample(board, 5_000)
    expect(history.compare(0, 1).samples).toBe(1)
  })
})

describe('networks', () => {
  it.each([
    ['AAVE-ERC20', 'AAVE', 'Ethereum'],
    ['ETH', 'AAVE', 'Ethereum'],
    ['Ethereum(ERC20)', 'AAVE', 'Ethereum'],
    ['USDT-Avalanche C-Chain', 'USDT', 'Avalanche C-Chain'],
    ['AVAX_C', 'USDT', 'Avalanche C-Chain'],
    ['BNB Smart Chain(BEP20)', 'CAKE', 'BNB Smart Chain'],
    ['ARBEVM', 'ARB', 'Arbitrum One'],
    ['USDC-Arbitrum One (Bridged)', 'USDC', 'USDC-Arbitrum One (Bridged)'],
    ['BNB', 'CAKE', 'BNB'],
  ])('%s of %s is %s', (name, asset, title) => {
    expect(networkOf({ network: name, asset }).title).toBe(title)
  })

  it.each([
    ['0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9', '0x7fc66500c84a76ad7e9c93437bfc5ac33e2ddae9', 'equal'],
    ['0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9', '2DDaE9', 'equal'],
    ['2ddae8', '0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9', 'different'],
    ['GJAFwWjJ3vnTsrQVabjBVK2TYB1YtRCQXRDfDgUnpump', 'gJAFwWjJ3vnTsrQVabjBVK2TYB1YtRCQXRDfDgUnpump', 'different'],
    ['0x2::sui::SUI', '0x0002::sui::SUI', 'unclear'],
    ['0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9', 'GJAFwWjJ3vnTsrQVabjBVK2TYB1YtRCQXRDfDgUnpump', 'unclear'],
  ])('compares %s with %s: %s', (a, b, result) => {
    expect(compareContracts(a, b)).toBe(result)
    expect(compareContracts(b, a)).toBe(result)
  })

  it('does not take what contradicts itself for a proof', () => {
    const on = (exchange: ExchangeId, ethereum: string, polygon: string) => [
      network(exchange, 'XYZ', 'ETH', ethereum),
      network(exchange, 'XYZ', 'MATIC', polygon),
    ]
    const [one, other] = [`0x${'1'.repeat(40)}`, `0x${'2'.repeat(40)}`]
    const titles = { buy: 'Gate', sell: 'MEXC' }
    expect(compareNetworks(on('gate', one, one), on('mexc', one, other), titles)).toMatchObject({
      says: 'nothing',
      words: 'contracts agree on Ethereum but differ on Polygon',
    })
    expect(compareNetworks(on('gate', one, one), [], titles)).toMatchObject({ words: 'MEXC: networks not known' })
  })
})

it.each([
  [1, 0],
  [1_020, 3],
  [0.000_98, -3],
  [1_100, 0],
  [3.2, 0],
  [0, 0],
  [Number.NaN, 0],
])('a ratio of %s is near the power %s of ten', (ratio, power) => {
  expect(powerOf(ratio)).toBe(power)
})
