import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AccountNormalized } from '../../../../src/main/exchanges/account-contract.ts'
import {
  readExecution,
  readFundingBalance,
  readOrder,
  readPosition,
  readUnifiedBalance,
} from '../../../../src/main/exchanges/bybit/account-normalize.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/bybit/account-stream.ts'
import {
  readDeposit,
  readFunding,
  readInternalDeposit,
  readTradeProfit,
  readWalletMove,
  readWithdrawal,
} from '../../../../src/main/exchanges/bybit/account-transfers.ts'
import { readCoins, readFeeRates } from '../../../../src/main/exchanges/bybit/assets.ts'
import { pageOf, resultOf } from '../../../../src/main/exchanges/bybit/fields.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const receivedAt = 1_800_000_000_000
const context = {
  account: 'bybit-main',
  lookup: lookupOf([
    instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT'),
    instrument('bybit', 'spot', 'ETH', 'USDT', 'ETHUSDT'),
    instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT'),
    instrument('bybit', 'perpetual', 'ETH', 'USDT', 'ETHUSDT'),
    instrument('bybit', 'perpetual', 'ETH', 'USDC', 'ETHPERP'),
    instrument('bybit', 'perpetual', 'XRP', 'USDT', 'XRPUSDT'),
  ]),
}
const common = { account: 'bybit-main', exchange: 'bybit', receivedAt }
const documented: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/bybit/rest_private.json'), 'utf8'),
)
const rowsOf = (path: string): readonly object[] => {
  const page = pageOf(documented[path])
  if (!page.ok) throw new Error(page.problem)
  return page.value.rows.filter((row) => typeof row === 'object' && row !== null)
}
const rowOf = (path: string, at = 0): object => rowsOf(path)[at] ?? {}
const row = (value: unknown) => ({ kind: 'row', value })
const withRaw = (value: unknown, json: unknown) => row({ row: value, raw: JSON.stringify(json) })
const bad = (problem: string) => ({ kind: 'bad', problem: expect.stringContaining(problem) })

describe('bybit balances', () => {
  const coin = { coin: 'USDT', walletBalance: '1000.5', locked: '100', totalOrderIM: '20', totalPositionIM: '30.25' }
  const balance = { ...common, wallet: 'unified', asset: 'USDT', exchangeAt: 7 }
  const read = (more: object) => readUnifiedBalance(context, { ...coin, ...more }, 7, receivedAt)

  it('lock what spot orders and margins take', () => {
    expect(read({})).toEqual(row({ ...balance, total: '1000.5', locked: '150.25', free: '850.25' }))
  })
  it('are what is held without what was borrowed', () => {
    expect(read({ spotBorrow: '400' })).toEqual(row({ ...balance, total: '600.5', locked: '150.25', free: '450.25' }))
  })
  it('of a portfolio account do not tell what is free', () => {
    expect(read({ totalOrderIM: '', totalPositionIM: '' })).toEqual(
      row({ ...balance, total: '1000.5', locked: null, free: null }),
    )
  })
  it('name what is no number', () => {
    expect(read({ walletBalance: '' })).toEqual(bad('walletBalance: ""'))
  })
  it('of the funding wallet are read of the documented row', () => {
    const result = resultOf(documented['asset/transfer/query-account-coins-balance'])
    const [json] = result.ok ? Object(result.value).balance : []
    expect(readFundingBalance(context, json, receivedAt)).toEqual(
      row({ ...common, wallet: 'funding', asset: 'USDC', free: '0', locked: '0', total: '0', exchangeAt: null }),
    )
  })
})

describe('bybit orders', () => {
  const json = rowOf('order/realtime')
  const order = {
    ...common,
    symbol: 'ETH_USDT_PERP',
    exchangeOrderId: 'fd4300ae-7847-404e-b947-b46980a4d140',
    clientOrderId: 'test-000005',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '1600.00',
    stopPrice: null,
    quantity: '0.10',
    quoteQuantity: null,
    filledQuantity: '0.00',
    averagePrice: null,
    status: 'NEW',
    exchangeStatus: 'New',
    reduceOnly: false,
    createdAt: 1_684_738_540_559,
    updatedAt: 1_684_738_540_561,
  }
  const read = (more: object, kind: 'spot' | 'perpetual' = 'perpetual') =>
    readOrder(context, kind, { ...json, ...more }, receivedAt)
  const value = (more: object, kind: 'spot' | 'perpetual' = 'perpetual') => {
    const reading = read(more, kind)
    return reading.kind === 'row' ? reading.value.row : reading
  }

  it('are read of the documented row', () => {
    expect(readOrder(context, 'perpetual', json, receivedAt)).toEqual(withRaw(order, json))
  })

  it.each([
    ['Untriggered', 'NEW'],
    ['Triggered', 'NEW'],
    ['PartiallyFilled', 'PARTIALLY_FILLED'],
    ['Filled', 'FILLED'],
    ['Cancelled', 'CANCELED'],
    ['PartiallyFilledCanceled', 'CANCELED'],
    ['Deactivated', 'CANCELED'],
    ['Rejected', 'REJECTED'],
  ])('that are %s are %s', (orderStatus, status) => {
    expect(value({ orderStatus })).toMatchObject({ status, exchangeStatus: orderStatus })
  })

  it('say why they ended, where Bybit does', () => {
    expect([
      value({ orderStatus: 'Cancelled', cancelType: 'CancelByUser' }),
      value({ orderStatus: 'Rejected', rejectReason: 'EC_PostOnlyWillTakeLiquidity' }),
    ]).toMatchObject([
      { exchangeStatus: 'Cancelled (CancelByUser)' },
      { exchangeStatus: 'Rejected (EC_PostOnlyWillTakeLiquidity)' },
    ])
  })

  it('of spot at the market count quote asset where they say so, or are buys that say nothing', () => {
    const market = { orderType: 'Market', price: '0' }
    const read = (more: object) => value({ ...market, ...more }, 'spot')
    const quoted = { quantity: null, quoteQuantity: '0.10', price: null, type: 'MARKET', reduceOnly: null }
    const based = { quantity: '0.10', quoteQuantity: null, price: null, type: 'MARKET' }
    expect([
      read({ marketUnit: '' }),
      read({ marketUnit: 'quoteCoin', side: 'Sell' }),
      read({ marketUnit: 'baseCoin' }),
      read({ side: 'Sell' }),
      value({ ...market, side: 'Buy' }),
    ]).toMatchObject([quoted, quoted, based, based, based])
  })

  it('with a condition say so', () => {
    expect(value({ stopOrderType: 'TakeProfit', orderType: 'Market', triggerPrice: '1700.5' })).toMatchObject({
      type: 'TAKEPROFIT_MARKET',
      stopPrice: '1700.5',
    })
  })

  it('have the field’s words for how long they stand', () => {
    const words = ['PostOnly', 'IOC', 'constructor']
    expect(words.map((timeInForce) => value({ timeInForce }))).toMatchObject([
      { timeInForce: 'POST_ONLY' },
      { timeInForce: 'IOC' },
      { timeInForce: 'CONSTRUCTOR' },
    ])
  })

  it('that cannot be read name what is wrong, and are never guessed', () => {
    expect([
      read({ orderStatus: 'Sleeping' }),
      read({ side: 'buy' }),
      read({ qty: '' }),
      read({ updatedTime: '0' }),
      read({ symbol: 'FOOUSDT' }),
      read({ symbol: 5 }),
    ]).toEqual([
      bad('orderStatus: "Sleeping": an unknown word'),
      bad('side: "buy"'),
      bad('qty: ""'),
      bad('updatedTime: "0"'),
      { kind: 'unlisted', name: 'FOOUSDT' },
      bad('symbol: 5'),
    ])
  })
})

describe('bybit fills', () => {
  const json = rowOf('execution/list')
  const fill = {
    ...common,
    symbol: 'ETH_USDC_PERP',
    tradeId: 'e0cbe81d-0f18-5866-9415-cf319b5dab3b',
    exchangeOrderId: '8c065341-7b52-4ca9-ac2c-37e31ac55c94',
    side: 'BUY',
    price: '1190.15',
    quantity: '0.1',
    fee: '0.071409',
    feeAsset: 'USDC',
    liquidity: 'taker',
    realisedPnl: null,
    at: 1_672_282_722_429,
  }
  const read = (more: object, kind: 'spot' | 'perpetual' = 'perpetual') =>
    readExecution(context, kind, { ...json, ...more }, receivedAt)

  it('are read of the documented row, the fee in what the contract settles in', () => {
    expect(readExecution(context, 'perpetual', json, receivedAt)).toEqual(withRaw(fill, json))
  })
  it('of spot name what the fee is in, or leave it open', () => {
    const spot = { symbol: 'BTCUSDT', feeCurrency: 'BTC' }
    expect([read(spot, 'spot'), read({ ...spot, feeCurrency: '' }, 'spot')]).toMatchObject([
      { value: { row: { symbol: 'BTC_USDT', feeAsset: 'BTC' } } },
      { value: { row: { feeAsset: null } } },
    ])
  })
  it('are also those by which Bybit closes a position, and not funding', () => {
    expect(
      ['AdlTrade', 'BustTrade', 'Delivery', 'Funding', 'Settle'].map((execType) => read({ execType }).kind),
    ).toEqual(['row', 'row', 'row', 'foreign', 'foreign'])
    expect(read({ execType: 'Gift' })).toEqual(bad('execType: "Gift": an unknown word'))
  })
  it('of perpetuals in USDC tell no profit: Bybit names only what came since its last settlement', () => {
    const withProfit = (symbol: string) => read({ symbol, execPnl: '5' })
    expect([withProfit('ETHUSDT'), withProfit('ETHPERP')]).toMatchObject([
      { value: { row: { symbol: 'ETH_USDT_PERP', realisedPnl: '5' } } },
      { value: { row: { symbol: 'ETH_USDC_PERP', realisedPnl: null } } },
    ])
  })
  it('are not what splits and dividends of stocks settle, by any of the words it has had', () => {
    const words = ['CorporateAction', 'ForwardSplitSettle', 'ReverseSplitSettle', 'Dividend']
    expect(words.map((execType) => read({ execType }).kind)).toEqual(words.map(() => 'foreign'))
  })
})

describe('bybit positions', () => {
  const json = { ...rowOf('position/list'), symbol: 'BTCUSDT' }
  const read = (more: object) => readPosition(context, { ...json, ...more }, receivedAt)
  const position = {
    ...common,
    symbol: 'BTC_USDT_PERP',
    side: 'BOTH',
    quantity: '-300',
    entryPrice: '27464.50441675',
    markPrice: '28224.50',
    unrealisedPnl: '-0.00029413',
    liquidationPrice: null,
    leverage: '10',
    marginMode: null,
    settleAsset: 'USDT',
    exchangeAt: 1_697_673_600_012,
  }
  it('are negative where they are short', () => {
    expect(read({})).toEqual(row(position))
    expect(read({ side: 'Buy', liqPrice: '20000' })).toEqual(
      row({ ...position, quantity: '300', liquidationPrice: '20000' }),
    )
  })
  it('of the hedge mode name their side', () => {
    expect([read({ positionIdx: 1, side: 'Buy' }), read({ positionIdx: 2 })]).toMatchObject([
      { value: { side: 'LONG', quantity: '300' } },
      { value: { side: 'SHORT', quantity: '-300' } },
    ])
  })
  it('that are closed hold nothing', () => {
    expect(read({ side: '', size: '0', avgPrice: '0' })).toMatchObject({ value: { quantity: '0', entryPrice: null } })
  })
  it('of a side that there is not are not guessed', () => {
    expect([read({ positionIdx: 3 }), read({ side: 'Long' })]).toEqual([bad('positionIdx: "3"'), bad('side: "Long"')])
  })
})

describe('bybit transfers', () => {
  const none = { fromWallet: null, toWallet: null, updatedAt: null }
  it('are deposits, as documented', () => {
    const json = rowOf('asset/deposit/query-record')
    const deposit = {
      ...{ ...common, ...none, transferId: '160237231', kind: 'deposit', asset: 'USDT', amount: '999.0496', fee: null },
      ...{ feeAsset: null, network: 'TRX', address: 'TDGYpm5zPacnEqKV34TJPuhJhHom9hcXAy', status: 'completed' },
      transactionId: '04bf3fbad2fc85b107a42cfdc5ff83110092b606ca754efa0f032f8b94b3262e',
      exchangeStatus: '3 (success)',
      createdAt: 1_742_728_163_000,
    }
    expect(readDeposit(context, json, receivedAt)).toEqual(withRaw(deposit, json))
    const read = (more: object) => readDeposit(context, { ...json, ...more }, receivedAt)
    expect([
      read({ status: 70011 }),
      read({ status: 10011 }),
      read({ id: '', txIndex: '4' }),
      // of when it began nothing is told before it is credited
      read({ status: 1, successAt: '0' }),
      read({ status: 99 }),
    ]).toMatchObject([
      { value: { row: { status: 'failed' } } },
      { value: { row: { status: 'pending' } } },
      { value: { row: { transferId: `${deposit.transactionId}:4` } } },
      { kind: 'foreign' },
      bad('status: "99"'),
    ])
  })
  it('are deposits from other users, whose times count seconds', () => {
    const json = {
      ...{ id: '1103', amount: '0.1', type: 1, coin: 'ETH', address: 'xxxxx***@gmail.com', status: 2 },
      ...{ createdTime: '1705393280', txID: '77c37e5c-d9fa-41e5-bd13-c9b59d95' },
    }
    const deposit = {
      ...{ ...common, ...none, transferId: 'internal:1103', kind: 'deposit', asset: 'ETH', amount: '0.1', fee: null },
      ...{ feeAsset: null, network: null, address: 'xxxxx***@gmail.com', transactionId: json.txID },
      ...{ status: 'completed', exchangeStatus: '2 (success)', createdAt: 1_705_393_280_000 },
    }
    const read = (more: object) => readInternalDeposit(context, { ...json, ...more }, receivedAt)
    expect(read({})).toEqual(withRaw(deposit, json))
    expect([
      read({ createdTime: '1705393280123', status: 1 }),
      read({ status: 3, txID: '' }),
      read({ status: 9 }),
      read({ createdTime: '17053' }),
    ]).toMatchObject([
      { value: { row: { createdAt: 1_705_393_280_123, status: 'pending' } } },
      { value: { row: { status: 'failed', transactionId: null } } },
      bad('status: "9"'),
      bad('createdTime: "17053"'),
    ])
  })
  it('are withdrawals, as documented, in words of any case', () => {
    const json = rowOf('asset/withdraw/query-record')
    const withdrawal = {
      ...{
        ...common,
        ...none,
        transferId: '131629076',
        kind: 'withdrawal',
        asset: 'USDC',
        amount: '41.43008',
        fee: '5',
      },
      ...{ feeAsset: 'USDC', network: 'ETH', address: '0xE3De6d711e0951d34777b5Cd93c827F822ee8514' },
      transactionId: '0x3d7bddb797f0e86420c982c0723653b8b728fd0ec9953b6b354445848d83a185',
      ...{ status: 'completed', exchangeStatus: 'success', createdAt: 1_742_738_305_000, updatedAt: 1_742_738_340_000 },
    }
    expect(readWithdrawal(context, json, receivedAt)).toEqual(withRaw(withdrawal, json))
    const statusOf = (status: string) => {
      const reading = readWithdrawal(context, { ...json, status }, receivedAt)
      return reading.kind === 'row' ? reading.value.row.status : reading
    }
    expect(['SecurityCheck', 'Pending', 'CancelByUser', 'Reject', 'Fail', 'BlockchainConfirmed'].map(statusOf)).toEqual(
      [...['pending', 'pending', 'cancelled', 'failed', 'failed', 'completed']],
    )
    expect(statusOf('Lost')).toEqual(bad('status: "lost"'))
  })
  it('are moves between wallets, of which one at least is watched', () => {
    const json = rowOf('asset/transfer/query-inter-transfer-list')
    const move = (fromAccountType: string, toAccountType: string) =>
      readWalletMove(context, { ...json, fromAccountType, toAccountType }, receivedAt)
    expect([
      readWalletMove(context, json, receivedAt),
      move('FUND', 'UNIFIED'),
      move('UNIFIED', 'FUND'),
      move('SPOT', 'CONTRACT'),
    ]).toMatchObject([
      { value: { row: { fromWallet: null, toWallet: 'unified', amount: '5000', status: 'completed' } } },
      { value: { row: { fromWallet: 'funding', toWallet: 'unified' } } },
      { value: { row: { fromWallet: 'unified', toWallet: 'funding' } } },
      { kind: 'foreign' },
    ])
  })
})

describe('bybit transaction log', () => {
  const [settlement, trade] = rowsOf('account/transaction-log')
  it('tells funding with its sign: paid is negative', () => {
    expect(readFunding(context, settlement, receivedAt)).toEqual(
      row({
        ...common,
        symbol: 'XRP_USDT_PERP',
        paymentId: '534c0003-4bf7-486f-aa02-78cee36825e4',
        asset: 'USDT',
        amount: '-0.003676',
        at: 1_672_128_000_000,
      }),
    )
    expect(readFunding(context, trade, receivedAt)).toEqual({ kind: 'foreign' })
  })
  it('tells what a trade realised', () => {
    expect(readTradeProfit(context, { ...trade, cashFlow: '-12.5' })).toEqual(
      row({ tradeId: '5184f079-88ec-54c7-8774-5173cafd2b4e', symbol: 'XRP_USDT_PERP', profit: '-12.5' }),
    )
    expect(readTradeProfit(context, settlement)).toEqual({ kind: 'foreign' })
    expect(readTradeProfit(context, { ...trade, symbol: 'ETHPERP', currency: 'USDC' })).toEqual({ kind: 'foreign' })
  })
})

describe('bybit assets and fees', () => {
  it('are read of the documented replies', () => {
    const network = { exchange: 'bybit', asset: 'MNT', canDeposit: true, canWithdraw: true, receivedAt }
    expect(readCoins(documented['asset/coin/query-info'], receivedAt)).toEqual({
      ok: true,
      value: [
        {
          ...{ ...network, network: 'ETH', contract: '0x3c3a81e81dc49a522a592e7622a7e711c06bf354' },
          ...{ withdrawalFee: '3', minimumWithdrawal: '3' },
        },
        { ...network, network: 'MANTLE', contract: null, withdrawalFee: '0', minimumWithdrawal: '10' },
      ],
    })
    expect(readFeeRates(documented['account/fee-rate'])).toEqual({
      ok: true,
      value: [{ symbol: 'ETHUSDT', maker: '0.0001', taker: '0.0006' }],
    })
  })
  it('without a fee cannot leave, and a share of the amount is no fee that can be told', () => {
    const chain = { chain: 'ETH', chainDeposit: '1', chainWithdraw: '1', withdrawFee: '', withdrawMin: '' }
    const shared = { ...chain, chain: 'BSC', withdrawFee: '1', withdrawPercentageFee: '0.022', chainDeposit: '0' }
    const body = { retCode: 0, retMsg: '', result: { rows: [{ coin: 'X', chains: [chain, shared] }] } }
    expect(readCoins(body, receivedAt)).toMatchObject({
      value: [
        { network: 'ETH', canWithdraw: false, withdrawalFee: null, minimumWithdrawal: null },
        { network: 'BSC', canDeposit: false, canWithdraw: true, withdrawalFee: null },
      ],
    })
  })
})

describe('bybit private frames', () => {
  const normalize = createAccountNormalizer(context)
  const read = (frame: Buffer | object): AccountNormalized =>
    normalize(Buffer.isBuffer(frame) ? frame : Buffer.from(JSON.stringify(frame)), false, receivedAt)
  const frames = readFrames('bybit/ws_private.ndjson')
  const control = (what: object) => ({ kind: 'control', control: what })

  it('account for every documented one', () => {
    const message = expect.stringMatching(/^key rejected/)
    expect(frames.map(read)).toEqual([
      control({ type: 'loggedIn' }),
      { kind: 'rejectedKey', code: null, message, control: { type: 'loginRefused', message } },
      control({ type: 'pong' }),
      control({ type: 'pong' }),
      control({ type: 'ack', id: null, wires: ['order', 'execution', 'wallet', 'position'] }),
      // an option's
      { kind: 'events', events: [] },
      {
        kind: 'events',
        events: [
          {
            kind: 'fill',
            raw: expect.stringContaining('0ab1bdf7'),
            fill: expect.objectContaining({
              ...{ symbol: 'BTC_USDT_PERP', price: '95900.1', quantity: '0.5', fee: '26.3725275', feeAsset: 'USDT' },
              ...{ realisedPnl: '0.05', liquidity: 'taker', side: 'SELL', at: 1_746_270_400_353 },
            }),
          },
        ],
      },
      {
        kind: 'events',
        events: [
          {
            kind: 'balance',
            // a portfolio account: what is locked is not told
            balance: {
              ...{ ...common, wallet: 'unified', asset: 'BTC', free: null, locked: null, total: '0.00102964' },
              exchangeAt: 1_700_034_722_104,
            },
          },
        ],
      },
      {
        kind: 'events',
        events: [
          {
            kind: 'position',
            position: expect.objectContaining({
              symbol: 'BTC_USDT_PERP',
              side: 'SHORT',
              quantity: '0',
              entryPrice: null,
            }),
          },
        ],
      },
    ])
  })

  it('of which a part is odd bring the rest, and ask REST for what they were about', () => {
    const push = JSON.parse(String(frames.find((frame) => frame.includes('"topic":"execution"'))))
    const [good] = push.data
    expect(read({ ...push, data: [{ ...good, execPrice: 'x' }, good] })).toMatchObject({
      kind: 'events',
      events: [{ kind: 'fill' }, { kind: 'hint', poll: 'fills' }],
      rejected: { reason: 'value', detail: expect.stringContaining('execPrice: "x"') },
    })
    expect(read({ ...push, data: [{ ...good, symbol: 'FOOUSDT' }] })).toEqual({
      kind: 'rejected',
      reason: 'unknownInstrument',
      detail: 'FOOUSDT',
    })
    expect(read({ ...push, data: [{ ...good, execType: 'Funding' }] })).toEqual({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'funding' }],
    })
  })

  it('that refuse a login tell the key from the clock and from what may pass', () => {
    const refused = (said: string) => {
      const result = read({
        success: false,
        ret_msg: said,
        conn_id: 'x',
        request: { op: 'auth', args: ['MYKEY', 1, 'S'] },
      })
      expect(JSON.stringify(result)).not.toContain('MYKEY')
      return result.kind
    }
    expect(
      ['API key is invalid.', 'Invalid sign', 'error:10010 Unmatched IP', 'Request expired', 'error:10016 busy'].map(
        refused,
      ),
    ).toEqual(['rejectedKey', 'rejectedKey', 'rejectedKey', 'clock', 'control'])
  })

  it('that are none are rejected without a word of theirs', () => {
    expect([
      normalize(Buffer.from('{"op"'), false, receivedAt),
      read([]),
      read({ topic: 5 }),
      read({ op: 'what' }),
    ]).toMatchObject([
      { kind: 'rejected', reason: 'json', detail: '5 bytes that are no JSON' },
      { kind: 'rejected', reason: 'schema' },
      { kind: 'rejected', reason: 'schema' },
      { kind: 'rejected', reason: 'unknownChannel' },
    ])
  })
})
