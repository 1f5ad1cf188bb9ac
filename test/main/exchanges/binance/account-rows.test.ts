import { describe, expect, it } from 'vitest'
import type { Ask, Page } from '../../../../src/main/exchanges/account-contract.ts'
import { binanceAccount } from '../../../../src/main/exchanges/binance/account.ts'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import type { RestResult } from '../../../../src/main/net/rest.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const ltc = instrument('binance', 'spot', 'LTC', 'BTC', 'LTCBTC')
const bnb = instrument('binance', 'spot', 'BNB', 'BTC', 'BNBBTC')
const btcPerp = instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const ethPerp = instrument('binance', 'perpetual', 'ETH', 'USDT', 'ETHUSDT')
const create = () =>
  binanceAccount.create({
    account: 'binance-main',
    credentials: { key: 'k', secret: 's', passphrase: null },
    lookup: lookupOf([ltc, bnb, btcPerp, ethPerp]),
  })
const own = { account: 'binance-main', exchange: 'binance', receivedAt: expect.any(Number) }

const documented = new Map<string, unknown>(
  readFrames('binance/account_rest.ndjson').map((line) => {
    const { name, body } = JSON.parse(String(line))
    return [name, body]
  }),
)
const sample = (name: string, more: object = {}): unknown => Object.assign({}, documented.get(name), more)

/** Answers each path with a body, others with an empty list; the host's own answer to the time is one of them. */
const answering =
  (bodies: Readonly<Record<string, unknown>>): Ask =>
  async (call) => {
    const path = new URL(call.url).pathname
    const parsed = call.parse(bodies[path] ?? [])
    return parsed.ok
      ? parsed
      : { ok: false, failure: { kind: 'unreadable', code: null, message: parsed.problem, retryAfterMs: null } }
  }
const got = <T>(result: RestResult<T>): T => {
  if (!result.ok) throw new Error(result.failure.message)
  return result.value
}
async function all<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) rows.push(...got(page))
  return rows
}
const ever = { from: 0, to: 1_700_000_000_000 }

describe('binance private replies', () => {
  it('reads spot and futures balances, but none of nothing', async () => {
    const spot = {
      updateTime: 123_456_789,
      balances: [
        { asset: 'BTC', free: '1.50', locked: '0.25' },
        { asset: 'ETH', free: '0.00', locked: '0.00' },
      ],
    }
    const futures = [
      { asset: 'USDT', balance: '122607.35', availableBalance: '23.72469206', updateTime: 1_617_939_110_373 },
      { asset: 'BNB', balance: '0.00000000', availableBalance: '5.0', updateTime: 0 },
    ]
    const ask = answering({ '/api/v3/account': spot, '/fapi/v3/balance': futures })
    expect(got(await create().balances(ask))).toEqual([
      { ...own, wallet: 'spot', asset: 'BTC', free: '1.50', locked: '0.25', total: '1.75', exchangeAt: 123_456_789 },
      {
        ...own,
        wallet: 'futures',
        asset: 'USDT',
        free: '23.72469206',
        locked: null,
        total: '122607.35',
        exchangeAt: 1_617_939_110_373,
      },
    ])
    const documentedAccount = answering({ '/api/v3/account': sample('spotAccount') })
    expect(got(await create().balances(documentedAccount))).toMatchObject([{ asset: 'BTC', total: '4723846.89208129' }])
  })

  it('reads orders of both products', async () => {
    const ask = answering({
      '/api/v3/openOrders': [sample('spotOrder')],
      '/fapi/v1/openOrders': [sample('futuresOrder')],
    })
    expect(got(await create().openOrders(ask, []))).toEqual([
      {
        row: {
          ...own,
          symbol: 'LTC_BTC',
          exchangeOrderId: '1',
          clientOrderId: 'myOrder1',
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '0.1',
          stopPrice: null,
          quantity: '1.0',
          quoteQuantity: null,
          filledQuantity: '0.0',
          averagePrice: null,
          status: 'NEW',
          exchangeStatus: 'NEW',
          reduceOnly: null,
          createdAt: 1_499_827_319_559,
          updatedAt: 1_499_827_319_559,
        },
        raw: JSON.stringify(sample('spotOrder')),
      },
      {
        row: {
          ...own,
          symbol: 'BTC_USDT_PERP',
          exchangeOrderId: '1917641',
          clientOrderId: 'abc',
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '9300',
          stopPrice: null,
          quantity: '0.40',
          quoteQuantity: null,
          filledQuantity: '0',
          averagePrice: null,
          status: 'NEW',
          exchangeStatus: 'NEW',
          reduceOnly: false,
          createdAt: 1_579_276_756_075,
          updatedAt: 1_579_276_756_075,
        },
        raw: JSON.stringify(sample('futuresOrder')),
      },
    ])
  })

  it('reads an order’s average price, unless the exchange has it no more', async () => {
    const order = async (more: object) => {
      const ask = answering({ '/api/v3/order': sample('spotOrder', { executedQty: '3.0', ...more }) })
      return got(await create().order(ask, ltc, '1'))?.row.averagePrice
    }
    expect(await order({ cummulativeQuoteQty: '1.0' })).toBe('0.333333333333333333333333')
    expect(await order({ cummulativeQuoteQty: '0.3' })).toBe('0.1')
    expect(await order({ cummulativeQuoteQty: '-1' })).toBeNull()
  })

  it('reads fills of both products; the fee is what was paid', async () => {
    const ask = answering({
      '/api/v3/myTrades': [sample('spotFill')],
      '/fapi/v1/userTrades': [sample('futuresFill')],
      '/fapi/v1/time': { serverTime: 1_569_600_000_000 },
    })
    const from = 1_499_865_549_000
    const [spot, ...futures] = await all(create().fills(ask, from, [], [bnb, btcPerp]))
    expect(spot).toEqual({
      row: {
        ...own,
        symbol: 'BNB_BTC',
        tradeId: '28457',
        exchangeOrderId: '100234',
        side: 'BUY',
        price: '4.00000100',
        quantity: '12.00000000',
        fee: '10.10000000',
        feeAsset: 'BNB',
        liquidity: 'taker',
        realisedPnl: null,
        at: 1_499_865_549_590,
      },
      raw: JSON.stringify(sample('spotFill')),
    })
    // the same answer to every window of seven days
    expect(futures[0]?.row).toEqual({
      ...own,
      symbol: 'BTC_USDT_PERP',
      tradeId: '698759',
      exchangeOrderId: '25851813',
      side: 'SELL',
      price: '7819.01',
      quantity: '0.002',
      fee: '0.0781901',
      feeAsset: 'USDT',
      liquidity: 'taker',
      realisedPnl: '-0.91539999',
      at: 1_569_514_978_020,
    })
    const rebate = answering({
      '/fapi/v1/userTrades': [sample('futuresFill', { maker: true })],
      '/fapi/v1/time': { serverTime: 1_569_600_000_000 },
    })
    const [made] = await all(create().fills(rebate, 1_569_500_000_000, [], [btcPerp]))
    expect(made?.row).toMatchObject({ fee: '-0.07819010', liquidity: 'maker' })
  })

  it('reads positions, with leverage and margin mode from the symbol’s settings', async () => {
    const position = {
      symbol: 'BTCUSDT',
      positionSide: 'BOTH',
      positionAmt: '-0.010',
      entryPrice: '60000.0',
      markPrice: '59000.00000000',
      unRealizedProfit: '10.00000000',
      liquidationPrice: '0',
      marginAsset: 'USDT',
      updateTime: 1_700_000_000_000,
    }
    const ask = answering({
      '/fapi/v3/positionRisk': [position, { ...position, symbol: 'ETHUSDT', positionAmt: '0.000' }],
      '/fapi/v1/symbolConfig': [{ symbol: 'BTCUSDT', marginType: 'ISOLATED', leverage: 21 }],
    })
    expect(got(await create().positions(ask))).toEqual([
      {
        ...own,
        symbol: 'BTC_USDT_PERP',
        side: 'BOTH',
        quantity: '-0.010',
        entryPrice: '60000.0',
        markPrice: '59000.00000000',
        unrealisedPnl: '10.00000000',
        liquidationPrice: null,
        leverage: '21',
        marginMode: 'isolated',
        settleAsset: 'USDT',
        exchangeAt: 1_700_000_000_000,
      },
    ])
  })

  it('reads deposits, withdrawals and moves to futures', async () => {
    const move = {
      symbol: '',
      incomeType: 'TRANSFER',
      income: '-12.50',
      asset: 'USDT',
      info: 'TRANSFER',
      time: 1_699_999_999_000,
      tradeId: '',
    }
    const ask = answering({
      '/sapi/v1/capital/deposit/hisrec': [sample('deposit')],
      '/sapi/v1/capital/withdraw/history': [sample('withdrawal')],
      // a number beyond 2^53, as it reaches us
      '/fapi/v1/income': [{ ...move, tranId: '4480321991774044580' }],
    })
    const [deposit, withdrawal, internal] = await all(
      create().transfers(ask, { from: ever.to - 1_000_000, to: ever.to }),
    )
    const shared = { ...own, fromWallet: null, toWallet: null }
    expect(deposit?.row).toEqual({
      ...shared,
      transferId: '769800519366885376',
      kind: 'deposit',
      asset: 'BNB',
      amount: '0.001',
      fee: null,
      feeAsset: null,
      network: 'BNB',
      address: 'bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23',
      transactionId: '98A3EA560C6B3336D348B6C83F0F95ECE4F1F5919E94BD006E5BF3BF264FACFC',
      status: 'completed',
      exchangeStatus: '1 success',
      createdAt: 1_661_493_146_000,
      updatedAt: 1_661_493_146_000,
    })
    expect(withdrawal?.row).toEqual({
      ...shared,
      transferId: 'b6ae22b3aa844210a7041aee7589627c',
      kind: 'withdrawal',
      asset: 'USDT',
      amount: '8.91000000',
      fee: '0.004',
      feeAsset: 'USDT',
      network: 'ETH',
      address: '0x94df8b352de7f46f64b01d3666bf6e936e44ce60',
      transactionId: '0xb5ef8c13b968a406cc62a93a8bd80f9e9a906ef1b3fcf20a2e48573c17659268',
      status: 'completed',
      exchangeStatus: '6 completed',
      createdAt: Date.UTC(2019, 9, 12, 11, 12, 2),
      updatedAt: Date.UTC(2023, 2, 23, 16, 52, 41),
    })
    expect(internal).toEqual({
      row: {
        ...own,
        transferId: '1699999999000:TRANSFER:USDT:-12.50',
        kind: 'internal',
        asset: 'USDT',
        amount: '12.5',
        fee: null,
        feeAsset: null,
        network: null,
        address: null,
        transactionId: null,
        fromWallet: 'futures',
        toWallet: 'spot',
        status: 'completed',
        exchangeStatus: 'TRANSFER',
        createdAt: 1_699_999_999_000,
        updatedAt: 1_699_999_999_000,
      },
      raw: JSON.stringify({ ...move, tranId: '4480321991774044580' }),
    })
  })

  it('reads what comes into the futures wallet otherwise, and what is converted there', async () => {
    const rows: Readonly<Record<string, readonly [asset: string, income: string]>> = {
      INTERNAL_TRANSFER: ['USDT', '40'],
      STRATEGY_UMFUTURES_TRANSFER: ['USDT', '-30'],
      COIN_SWAP_DEPOSIT: ['BNB', '0.1'],
      COIN_SWAP_WITHDRAW: ['USDT', '-60'],
      AUTO_EXCHANGE: ['USDC', '-5'],
    }
    const ask: Ask = async (call) => {
      const type = call.query.find(([name]) => name === 'incomeType')?.[1] ?? ''
      const [asset, income] = rows[type] ?? []
      const row = {
        symbol: '',
        incomeType: type,
        income,
        asset,
        info: '',
        time: ever.to - 1_000,
        tranId: 7,
        tradeId: '',
      }
      const parsed = call.parse(asset === undefined ? [] : [row])
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    const told = await all(create().transfers(ask, { from: ever.to - 1_000_000, to: ever.to }))
    expect(told.map(({ row }) => [row.exchangeStatus, row.asset, row.amount, row.fromWallet, row.toWallet])).toEqual([
      ['INTERNAL_TRANSFER', 'USDT', '40', null, 'futures'],
      ['STRATEGY_UMFUTURES_TRANSFER', 'USDT', '30', 'futures', null],
      ['COIN_SWAP_DEPOSIT', 'BNB', '0.1', null, 'futures'],
      ['COIN_SWAP_WITHDRAW', 'USDT', '60', 'futures', null],
      ['AUTO_EXCHANGE', 'USDC', '5', 'futures', null],
    ])
  })

  it('reads funding payments', async () => {
    const ask = answering({ '/fapi/v1/income': [sample('income')] })
    const [payment] = await all(create().fundingPayments(ask, ever, []))
    expect(payment).toEqual({
      ...own,
      symbol: 'ETH_USDT_PERP',
      paymentId: '1621584000000:FUNDING_FEE:ETHUSDT:USDT:-0.00134317',
      asset: 'USDT',
      amount: '-0.00134317',
      at: 1_621_584_000_000,
    })
  })

  it('reads what a key may do', async () => {
    const permissions = async (more: object) => {
      const ask = answering({ '/sapi/v1/account/apiRestrictions': sample('apiRestrictions', more) })
      return got(await create().permissions(ask))
    }
    const readOnly = {
      canRead: true,
      canTrade: false,
      canWithdraw: false,
      ipRestricted: false,
      ipAddresses: [],
      expiresAt: null,
      notes: [],
    }
    expect(await permissions({})).toEqual(readOnly)
    for (const word of ['enableSpotAndMarginTrading', 'enableFutures', 'enableMargin', 'enablePortfolioMarginTrading'])
      expect(await permissions({ [word]: true })).toEqual({ ...readOnly, canTrade: true })
    expect(await permissions({ enableWithdrawals: true, ipRestrict: true, permitsUniversalTransfer: true })).toEqual({
      ...readOnly,
      canWithdraw: true,
      ipRestricted: true,
      notes: ['bound to IP addresses, which Binance does not tell', "may move funds between the owner's own accounts"],
    })
  })

  it('passes over and names what is not listed, and what it cannot read beside what it can', async () => {
    const foreign = sample('spotOrder', { symbol: 'XYZBTC' })
    const odd = sample('spotOrder', { status: 'BROODING' })
    const good = sample('spotOrder')
    const open = (rows: readonly unknown[]) => create().openOrders(answering({ '/api/v3/openOrders': rows }), [])
    expect(await open([foreign])).toEqual({
      ok: true,
      value: [],
      passedOver: { count: 1, samples: ['XYZBTC: not listed'], names: ['XYZBTC'] },
    })
    expect(await open([foreign, good, odd])).toMatchObject({
      ok: true,
      value: [{ row: { symbol: 'LTC_BTC' } }],
      passedOver: { count: 2, names: ['LTCBTC', 'XYZBTC'] },
    })
    expect(await open([odd])).toMatchObject({ ok: false, failure: { kind: 'unreadable' } })
    const income = [sample('income', { symbol: 'XYZUSDT' })]
    const pages = create().fundingPayments(answering({ '/fapi/v1/income': income }), ever, [])
    for await (const page of pages) expect(page).toMatchObject({ ok: true, value: [], passedOver: { count: 1 } })
  })

  it.each([
    ['deposit', 0, 'pending'],
    ['deposit', 6, 'completed'],
    ['deposit', 7, 'failed'],
    ['deposit', 8, 'pending'],
    ['withdrawal', 0, 'pending'],
    ['withdrawal', 1, 'cancelled'],
    ['withdrawal', 2, 'pending'],
    ['withdrawal', 3, 'failed'],
    ['withdrawal', 4, 'pending'],
    ['withdrawal', 5, 'failed'],
  ] as const)('takes status %s %i for %s', async (kind, status, unified) => {
    const path = kind === 'deposit' ? '/sapi/v1/capital/deposit/hisrec' : '/sapi/v1/capital/withdraw/history'
    const rows = await all(create().transfers(answering({ [path]: [sample(kind, { status })] }), { from: 1, to: 2 }))
    expect(rows.map(({ row }) => row.status)).toEqual([unified])
  })

  it('reads current funding rates of the contracts asked for', () => {
    const row = {
      symbol: 'BTCUSDT',
      markPrice: '11793.63104562',
      indexPrice: '11781.80495970',
      estimatedSettlePrice: '11781.16138815',
      lastFundingRate: '0.00038246',
      interestRate: '0.00010000',
      nextFundingTime: 1_597_392_000_000,
      time: 1_597_370_495_002,
    }
    const [call, ...more] = binance.fundingRates([btcPerp, ltc])
    expect(more).toEqual([])
    expect(call).toMatchObject({ pool: 'perpetual', weight: 10 })
    expect(call?.parse([row, { symbol: 'BTCUSDT_260925', lastFundingRate: '' }])).toEqual({
      ok: true,
      value: [
        {
          exchange: 'binance',
          symbol: 'BTC_USDT_PERP',
          rate: '0.00038246',
          nextFundingAt: 1_597_392_000_000,
          intervalHours: null,
          markPrice: '11793.63104562',
          exchangeAt: 1_597_370_495_002,
          receivedAt: expect.any(Number),
        },
      ],
    })
    expect(binance.fundingRates([ltc])).toEqual([])
  })
})
