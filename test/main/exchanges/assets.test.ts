import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { readCommissionRate, readSpotRates, readTradeFees } from '../../../src/main/exchanges/binance/account-fees.ts'
import { readAssetNetworks } from '../../../src/main/exchanges/binance/asset-networks.ts'
import * as gateAssets from '../../../src/main/exchanges/gate/assets.ts'
import { readCoins, readTradeFee } from '../../../src/main/exchanges/mexc/assets.ts'
import * as okxAssets from '../../../src/main/exchanges/okx/assets.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import type { RestResult } from '../../../src/main/net/rest.ts'
import { createAssets } from '../../../src/main/simulator/assets.ts'
import { runSimulation } from '../../../src/main/simulator/simulation.ts'
import { venues } from '../../../src/main/simulator/venues/index.ts'
import { type BuiltInExchangeId, type ExchangeId, exchangeIds } from '../../../src/shared/domain/index.ts'
import { connectorClient } from '../../support/connector-client.ts'
import { readFrames } from '../../support/frames.ts'
import { instrument, lookupOf } from '../../support/instruments.ts'

const receivedAt = 1_700_000_000_000
const fixture = (path: string): Record<string, unknown> =>
  z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures', path), 'utf8')))
const named = new Map(
  readFrames('binance/account_rest.ndjson').map((line) => {
    const { name, body } = z.object({ name: z.string(), body: z.unknown() }).parse(JSON.parse(String(line)))
    return [name, body]
  }),
)
const common = { account: 'main', receivedAt }

describe('documented lists of networks', () => {
  it('binance: a coin with a contract, and one that is closed', () => {
    expect(readAssetNetworks(named.get('coins'), receivedAt)).toEqual({
      ok: true,
      value: [
        {
          exchange: 'binance',
          asset: '1MBABYDOGE',
          network: 'BSC',
          contract: '0xc748673057861a797275cd8a068abb95a902e8de',
          canDeposit: true,
          canWithdraw: true,
          withdrawalFee: '10',
          minimumWithdrawal: '20',
          receivedAt,
        },
        {
          exchange: 'binance',
          asset: 'BTC',
          network: 'BNB',
          contract: null,
          canDeposit: false,
          canWithdraw: false,
          withdrawalFee: '0.00000220',
          minimumWithdrawal: '0.00000440',
          receivedAt,
        },
      ],
    })
  })

  it('okx: the network without the asset before it', () => {
    expect(okxAssets.readCurrencies(fixture('okx/rest_private.json')['asset/currencies'], receivedAt)).toEqual({
      ok: true,
      value: [
        {
          exchange: 'okx',
          asset: 'BTC',
          network: 'Bitcoin',
          contract: null,
          canDeposit: true,
          canWithdraw: true,
          withdrawalFee: '0.00005',
          minimumWithdrawal: '0.0005',
          receivedAt,
        },
      ],
    })
  })

  it('gate: what is public, and what withdrawing costs', () => {
    const networks = gateAssets.readCurrencies(fixture('gate/rest_documented.json').currencies, receivedAt)
    const row = { exchange: 'gate', asset: 'GT', canDeposit: true, canWithdraw: true, receivedAt }
    const untold = { withdrawalFee: null, minimumWithdrawal: null }
    expect(networks).toEqual({
      ok: true,
      value: [
        { ...row, ...untold, network: 'GT', contract: null },
        { ...row, ...untold, network: 'ETH', contract: '0xE66747a101bFF2dBA3697199DCcE5b743b454759' },
        { ...row, ...untold, network: 'GTEVM', contract: null },
      ],
    })
    const terms = gateAssets.readWithdrawStatus(fixture('gate/account_rest.json').withdrawStatus)
    if (!terms.ok) throw new Error(terms.problem)
    const gt = terms.value.get('GT')
    expect([gt?.minimum, gt?.feeOf('ETH'), gt?.feeOf('GTEVM')]).toEqual(['0.11', '15', null])
  })

  it('gate: a share of the quantity is no fee that can be compared', () => {
    const row = {
      currency: 'X',
      withdraw_fix_on_chains: { ETH: '1', BSC: '2' },
      withdraw_percent_on_chains: { ETH: '0.1%' },
    }
    const terms = gateAssets.readWithdrawStatus([row])
    expect(terms.ok && [terms.value.get('X')?.feeOf('ETH'), terms.value.get('X')?.feeOf('BSC')]).toEqual([null, '2'])
  })

  it('mexc: by the short name of a network where there is one', () => {
    expect(readCoins(fixture('mexc/rest_private.json').coins, receivedAt)).toMatchObject({
      ok: true,
      value: [
        { asset: 'EOS', network: 'EOS', canDeposit: true, canWithdraw: false, withdrawalFee: '0.000100000000000000' },
        {
          asset: 'EOS',
          network: 'BEP20(BSC)',
          contract: '0x7130d2a12b9bcbfae4f2634d864a1ee1ce3ead9c',
          canWithdraw: true,
        },
      ],
    })
  })

  it('passes an odd network over and keeps the others of its asset', () => {
    const chains = [
      { name: 'ETH', addr: '', withdraw_disabled: 'no', deposit_disabled: false },
      { name: 'BSC', addr: '', withdraw_disabled: true, deposit_disabled: false },
    ]
    expect(gateAssets.readCurrencies([{ currency: 'ABC', chains }, { chains }], receivedAt)).toMatchObject({
      ok: true,
      value: [{ asset: 'ABC', network: 'BSC', canWithdraw: false, canDeposit: true }],
      passedOver: {
        count: 2,
        names: ['ABC'],
        samples: [expect.stringContaining('withdraw_disabled'), expect.anything()],
      },
    })
  })

  it('takes an empty list for no answer', () => {
    for (const read of [readAssetNetworks, gateAssets.readCurrencies, readCoins]) {
      expect(read([], receivedAt)).toMatchObject({ ok: false, problem: expect.stringContaining('empty') })
    }
    expect(okxAssets.readCurrencies({ code: '0', msg: '', data: [] }, receivedAt).ok).toBe(false)
  })
})

describe('documented fees', () => {
  it('binance: one rate for spot, and what differs from it', () => {
    const bnb = instrument('binance', 'spot', 'BNB', 'BTC', 'BNBBTC')
    const perpetual = instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
    const context = { ...common, lookup: lookupOf([bnb, perpetual]) }
    const usual = readSpotRates(named.get('spotAccount'), context)
    if (!usual.ok) throw new Error(usual.problem)
    expect(usual.value).toEqual({
      ...common,
      exchange: 'binance',
      kind: 'spot',
      symbol: null,
      maker: '0.00150000',
      taker: '0.00150000',
    })
    expect(readTradeFees(named.get('tradeFee'), usual.value, context)).toEqual({
      ok: true,
      value: [{ ...common, exchange: 'binance', kind: 'spot', symbol: 'BNB_BTC', maker: '0.001', taker: '0.001' }],
    })
    expect(readTradeFees(named.get('tradeFee'), { ...usual.value, maker: '0.0010', taker: '0.001' }, context)).toEqual({
      ok: true,
      value: [],
    })
    expect(readCommissionRate(named.get('commissionRate'), perpetual, context)).toMatchObject({
      ok: true,
      value: { kind: 'perpetual', symbol: 'BTC_USDT_PERP', maker: '0.0002', taker: '0.0004' },
    })
    expect(readCommissionRate({ ...Object(named.get('commissionRate')), symbol: 'X' }, perpetual, context).ok).toBe(
      false,
    )
  })

  it('okx: what is paid is negative there', () => {
    const groups = okxAssets.readFeeGroups(fixture('okx/rest_private.json')['account/trade-fee'])
    expect(groups).toEqual({ ok: true, value: new Map([['1', { maker: '0.0008', taker: '0.001' }]]) })
  })

  it('gate and mexc', () => {
    expect(gateAssets.readFees(fixture('gate/account_rest.json').fee, 'main', receivedAt)).toMatchObject({
      ok: true,
      value: [
        { kind: 'spot', symbol: null, maker: '0.002', taker: '0.002' },
        { kind: 'perpetual', symbol: null, maker: '0.00075', taker: '-0.00025' },
      ],
    })
    const mx = instrument('mexc', 'spot', 'MX', 'USDT', 'MXUSDT')
    expect(readTradeFee(fixture('mexc/rest_private.json').tradeFee, mx, common)).toEqual({
      ok: true,
      value: { ...common, exchange: 'mexc', kind: 'spot', symbol: 'MX_USDT', maker: '0.003', taker: '0.003' },
    })
  })
})

const symbols = ['BTC_USDT', 'UNI_USDT', 'XRP_USDT']
const nativeNames: Readonly<Record<BuiltInExchangeId, (base: string, isPerpetual: boolean) => string>> = {
  binance: (base) => `${base}USDT`,
  okx: (base, isPerpetual) => `${base}-USDT${isPerpetual ? '-SWAP' : ''}`,
  gate: (base) => `${base}_USDT`,
  mexc: (base) => `${base}USDT`,
  bybit: (base) => `${base}USDT`,
  coinbase: (base) => `${base}-USDT`,
  kraken: (base) => `${base}/USDT`,
  kucoin: (base, isPerpetual) => (isPerpetual ? `${base === 'BTC' ? 'XBT' : base}USDTM` : `${base}-USDT`),
  htx: (base, isPerpetual) => (isPerpetual ? `${base}-USDT` : `${base.toLowerCase()}usdt`),
  bitfinex: (base, isPerpetual) => (isPerpetual ? `t${base}F0:USTF0` : `t${base}UST`),
  cryptocom: (base, isPerpetual) => (isPerpetual ? `${base}USD-PERP` : `${base}_USDT`),
}
const listedAt = (exchange: BuiltInExchangeId) =>
  ['BTC', 'UNI', 'XRP'].flatMap((base) =>
    (['spot', 'perpetual'] as const)
      .filter((kind) => connectorOf(exchange).kinds.includes(kind))
      .map((kind) => instrument(exchange, kind, base, 'USDT', nativeNames[exchange](base, kind === 'perpetual'))),
  )
const seed = 7
/** What these do not tell, or only asset by asset, which is not asked. */
const tellNoNetworks: ReadonlySet<ExchangeId> = new Set(['coinbase', 'kraken', 'bitfinex'])
const tellNoContracts: ReadonlySet<ExchangeId> = new Set(['htx', 'cryptocom'])
const tellNoPerpetualFees: ReadonlySet<ExchangeId> = new Set(['htx'])
/** Who tells anybody. Gate keeps to its accounts what withdrawing costs. */
const tellAnybody: ReadonlySet<ExchangeId> = new Set(['gate', 'kucoin', 'htx'])

const got = <T>(result: RestResult<T> | undefined): T => {
  if (result === undefined) throw new Error('not asked')
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`)
  expect(result.passedOver).toBeUndefined()
  return result.value
}

describe('the simulated exchanges over their sockets', () => {
  it('tell networks and fees to accounts, and gate some of it to anybody', async () => {
    const at = Date.UTC(2026, 4, 6, 11, 30)
    const startedAt = Date.now()
    const now = () => at + Date.now() - startedAt
    const simulator = await runSimulation({ symbols, rate: 0, seed }, venues, now)
    onTestFinished(() => simulator.close())
    const contracts = new Map<ExchangeId, string | null | undefined>()
    for (const exchange of exchangeIds) {
      const { connector, ask } = connectorClient(simulator, exchange, { now, listed: listedAt(exchange) })
      const open = connectorOf(exchange).assetNetworks?.()
      expect(open !== undefined).toBe(tellAnybody.has(exchange))
      expect(connector.assetNetworks === undefined && open === undefined).toBe(tellNoNetworks.has(exchange))
      const asked = connector.assetNetworks?.(ask) ?? (open && ask(open))
      const networks = asked === undefined ? [] : got(await asked)

      const listed = listedAt(exchange)
      const truth = createAssets(seed, exchange, {
        instruments: listed.map((one) => ({
          ...one,
          tickSize: 1,
          lotSize: 1,
          minimumNotional: 1,
          priceDecimals: 1,
          quantityDecimals: 1,
          listedAt: 0,
        })),
      })
      for (const asset of tellNoNetworks.has(exchange) ? [] : ['BTC', 'UNI', 'XRP', 'USDT']) {
        const told = networks.filter((one) => one.asset === asset)
        expect(
          told.map(({ canDeposit, canWithdraw, contract, withdrawalFee }) => ({
            canDeposit,
            canWithdraw,
            contract,
            withdrawalFee,
          })),
        ).toEqual(
          truth.networksOf(asset, at).map(({ canDeposit, canWithdraw, contract, withdrawalFee }) => ({
            canDeposit,
            canWithdraw,
            contract: tellNoContracts.has(exchange) ? null : contract,
            withdrawalFee,
          })),
        )
      }
      contracts.set(exchange, networks.find(({ asset, contract }) => asset === 'UNI' && contract !== null)?.contract)

      const fees = got(await connector.fees?.(ask, listed))
      const { spot, perpetual } = simulator.accounts.get(exchange)?.rules.fees ?? { spot: null, perpetual: null }
      const feeOf = (kind: 'spot' | 'perpetual', symbol: string) => {
        const rows = fees.filter((row) => row.kind === kind)
        const row = rows.find((one) => one.symbol === symbol) ?? rows.find((one) => one.symbol === null)
        return row && { maker: String(Number(row.maker)), taker: String(Number(row.taker)) }
      }
      expect(feeOf('spot', 'UNI_USDT')).toEqual(spot)
      if (connectorOf(exchange).kinds.includes('perpetual') && !tellNoPerpetualFees.has(exchange))
        expect(feeOf('perpetual', 'BTC_USDT_PERP')).toEqual(perpetual)

      const hidden = exchange === 'gate' ? { withdrawalFee: null, minimumWithdrawal: null } : {}
      if (open !== undefined)
        expect(got(await ask(open))).toEqual(
          networks.map((one) => ({ ...one, ...hidden, receivedAt: expect.any(Number) })),
        )
    }
    // The same coin has one contract everywhere; the namesake at one venue has another.
    const telling = exchangeIds.filter((id) => !tellNoNetworks.has(id) && !tellNoContracts.has(id))
    expect(new Set(telling.filter((id) => id !== 'mexc').map((id) => contracts.get(id))).size).toBe(1)
    expect(contracts.get('mexc')).not.toBe(contracts.get('gate'))
  })

  it('say what a key may not ask: gate without the wallet, mexc without withdrawals', async () => {
    const simulator = await runSimulation({ symbols, rate: 0, seed, venues: ['gate', 'mexc'] }, venues)
    onTestFinished(() => simulator.close())
    for (const [exchange, lacks] of [
      ['gate', 'wallet'],
      ['mexc', 'SPOT_WITHDRAW_READ'],
    ] as const) {
      const account = simulator.accounts.get(exchange)
      const own = account?.key(simulator.keys[exchange]?.key ?? '')
      if (!account || !own) throw new Error(`no key at ${exchange}`)
      account.addKey({ ...own, lacks: [lacks] })
      const { connector, ask } = connectorClient(simulator, exchange, { now: Date.now, listed: listedAt(exchange) })
      expect(await connector.assetNetworks?.(ask)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
      const fees = await connector.fees?.(ask, listedAt(exchange))
      // Gate's fees are part of the wallet, MEXC's of the account.
      expect(fees).toMatchObject(exchange === 'gate' ? { ok: false, failure: { kind: 'forbidden' } } : { ok: true })
    }
  })

  it('close about one network in ten at a time, each for ten minutes', () => {
    const assets = createAssets(seed, 'gate', {
      instruments: listedAt('gate').map((one) => ({
        ...one,
        ...{ tickSize: 1, lotSize: 1, minimumNotional: 1, priceDecimals: 1, quantityDecimals: 1, listedAt: 0 },
      })),
    })
    const slot = 600_000
    const at = (index: number) => assets.names.flatMap((name) => assets.networksOf(name, index * slot))
    const seen = Array.from({ length: 150 }, (_, index) => at(index)).flat()
    const closed = seen.filter(({ canWithdraw }) => !canWithdraw).length / seen.length
    expect(closed).toBeGreaterThan(0.06)
    expect(closed).toBeLessThan(0.14)
    expect(assets.networksOf('BTC', 7 * slot)).toEqual(assets.networksOf('BTC', 8 * slot - 1))
  })
})
