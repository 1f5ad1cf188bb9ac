import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ask } from '../../../../src/main/exchanges/account-contract.ts'
import { gateAccount } from '../../../../src/main/exchanges/gate/account.ts'
import {
  readFundingPayment,
  readFuturesBalance,
  readInternalTransfer,
  readPosition,
  readRealisedPnl,
  readSpotBalance,
  readSubAccountMove,
  readWalletRecord,
} from '../../../../src/main/exchanges/gate/account-holdings.ts'
import {
  type Reading,
  readFuturesFill,
  readFuturesOrder,
  readSpotFill,
  readSpotOrder,
} from '../../../../src/main/exchanges/gate/account-normalize.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/gate/account-stream.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

type Row = Record<string, unknown>
const documented: Record<string, Row> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/gate/account_rest.json'), 'utf8'),
)
const row = (name: string): Row => {
  const found = documented[name]
  if (!found) throw new Error(`no ${name}`)
  return found
}
const perpetual = (base: string, contractSize: number) =>
  instrument('gate', 'perpetual', base, 'USDT', `${base}_USDT`, { contractSize })
const spot = (base: string) => instrument('gate', 'spot', base, 'USDT', `${base}_USDT`)
const lookup = lookupOf([
  spot('BTC'),
  spot('DOGE'),
  perpetual('BTC', 0.0001),
  perpetual('ETH', 0.01),
  perpetual('ADA', 10),
  perpetual('XRP', 10),
  perpetual('DOGE', 10),
])
const receivedAt = 1_800_000_000_000
const reader = { account: 'gate-main', lookup, receivedAt }
const whole = <T>(reading: Reading<T>): T => {
  if (reading.kind === 'bad') throw new Error(reading.problem)
  return reading.value
}
const head = { account: 'gate-main', exchange: 'gate', receivedAt } as const

describe('gate documented account rows', () => {
  const order = {
    ...head,
    symbol: 'BTC_USDT',
    exchangeOrderId: '62364648575',
    clientOrderId: null,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '30000',
    stopPrice: null,
    quantity: '0.0001',
    quoteQuantity: null,
    filledQuantity: '0',
    averagePrice: null,
    status: 'NEW',
    exchangeStatus: 'open',
    reduceOnly: null,
    createdAt: 1_626_354_833_544,
    updatedAt: 1_626_354_833_544,
  }
  it('read a spot order', () => expect(whole(readSpotOrder(row('spotOrder'), reader))).toEqual(order))

  it.each<[string, Row, object]>([
    [
      'partly filled',
      { left: '0.00004', filled_amount: '0.00006', avg_deal_price: '29999.5' },
      { status: 'PARTIALLY_FILLED', filledQuantity: '0.00006', averagePrice: '29999.5' },
    ],
    [
      'without filled_amount',
      { left: '0.00004', filled_amount: undefined },
      { status: 'PARTIALLY_FILLED', filledQuantity: '0.00006' },
    ],
    ['filled', { status: 'closed', finish_as: 'filled' }, { status: 'FILLED', exchangeStatus: 'filled' }],
    ['cancelled', { status: 'cancelled', finish_as: 'cancelled' }, { status: 'CANCELED', exchangeStatus: 'cancelled' }],
    ['cancelled for its size', { status: 'cancelled', finish_as: 'small' }, { status: 'CANCELED' }],
    ['not filled at once', { status: 'cancelled', finish_as: 'ioc' }, { status: 'EXPIRED', exchangeStatus: 'ioc' }],
    ['post-only that would take', { status: 'cancelled', finish_as: 'poc' }, { status: 'EXPIRED' }],
    ['ended before finish_as came', { status: 'closed', finish_as: undefined }, { status: 'FILLED' }],
    [
      'a market buy, in quote asset',
      {
        type: 'market',
        price: '0',
        time_in_force: 'ioc',
        amount: '25',
        left: '0.0031',
        filled_amount: '0.0008',
        status: 'closed',
        finish_as: 'filled',
      },
      {
        type: 'MARKET',
        timeInForce: 'IOC',
        price: null,
        quantity: null,
        quoteQuantity: '25',
        filledQuantity: '0.0008',
        status: 'FILLED',
      },
    ],
    [
      'a market buy that borrows and repays',
      { type: 'market_borrow_repay', price: '0', amount: '25', filled_amount: '0.0008' },
      { type: 'MARKET', price: null, quantity: null, quoteQuantity: '25', filledQuantity: '0.0008' },
    ],
    ['a limit that borrows', { type: 'limit_borrow' }, { type: 'LIMIT', price: '30000', quantity: '0.0001' }],
    [
      'cancelled, nobody knows why',
      { status: 'cancelled', finish_as: 'unknown' },
      { status: 'CANCELED', exchangeStatus: 'cancelled' },
    ],
    ['closed, nobody knows how', { status: 'closed', finish_as: '-' }, { status: 'FILLED', exchangeStatus: 'closed' }],
    ['a market sell', { type: 'market', side: 'sell' }, { side: 'SELL', type: 'MARKET', quantity: '0.0001' }],
    ['with an id of the user', { text: 't-mine' }, { clientOrderId: 't-mine' }],
    ['post-only', { time_in_force: 'poc' }, { timeInForce: 'POST_ONLY' }],
    [
      'of a stream, which has events instead of a status',
      { status: undefined, event: 'finish', finish_as: 'stp' },
      { status: 'EXPIRED', exchangeStatus: 'stp' },
    ],
  ])('read a spot order %s', (_name, more, expected) => {
    expect(whole(readSpotOrder({ ...row('spotOrder'), ...more }, reader))).toMatchObject(expected)
  })

  it.each<[string, Row, string, string]>([
    ['an ending nobody documented', { status: 'cancelled', finish_as: 'eclipse' }, 'value', 'unknown state cancelled'],
    [
      'an end of which a stream does not tell how',
      { status: undefined, event: 'finish', finish_as: '-' },
      'value',
      'unknown state finish / -',
    ],
    ['a status nobody documented', { status: 'paused' }, 'value', 'unknown state paused / open'],
    ['a pair that is not listed', { currency_pair: 'XYZ_USDT' }, 'unknownInstrument', 'XYZ_USDT'],
    ['a price that is none', { price: 'free' }, 'schema', 'price: "free"'],
    ['no amount', { amount: undefined }, 'schema', 'amount: absent'],
    ['an id that JSON.parse has rounded', { id: 2 ** 60 }, 'schema', 'id: '],
    [
      'no time',
      { create_time: '', update_time: '', create_time_ms: 0, update_time_ms: 0 },
      'value',
      'order 62364648575: no time',
    ],
    [
      'a market buy that tells no filled amount',
      { type: 'market', filled_amount: undefined },
      'value',
      'a market buy without filled_amount',
    ],
  ])('reject a spot order with %s', (_name, more, reason, problem) => {
    const reading = readSpotOrder({ ...row('spotOrder'), ...more }, reader)
    expect(reading).toMatchObject({ kind: 'bad', reason, problem: expect.stringContaining(problem) })
  })

  it('read a futures order', () => {
    expect(whole(readFuturesOrder(row('futuresOrder'), reader))).toEqual({
      ...head,
      symbol: 'ADA_USDT_PERP',
      exchangeOrderId: '123028481731',
      clientOrderId: null,
      side: 'BUY',
      type: 'MARKET',
      timeInForce: 'IOC',
      price: null,
      stopPrice: null,
      quantity: '10',
      quoteQuantity: null,
      filledQuantity: '10',
      averagePrice: '1.05273',
      status: 'FILLED',
      exchangeStatus: 'filled',
      reduceOnly: false,
      createdAt: 1_643_950_262_680,
      updatedAt: 1_643_950_262_680,
    })
  })

  it.each<[string, Row, object]>([
    [
      'in fractions of contracts, to sell',
      { contract: 'ETH_USDT', status: 'open', finish_as: undefined, size: '-12.5', left: '-2.3', price: '2480.27' },
      {
        side: 'SELL',
        type: 'LIMIT',
        price: '2480.27',
        quantity: '0.125',
        filledQuantity: '0.102',
        status: 'PARTIALLY_FILLED',
        exchangeStatus: 'open',
      },
    ],
    ['not yet filled', { status: 'open', left: 1 }, { status: 'NEW', filledQuantity: '0', exchangeStatus: 'open' }],
    ['closed with its position', { finish_as: 'position_closed' }, { status: 'CANCELED' }],
    ['by liquidation, all of it', { finish_as: 'liquidated' }, { status: 'FILLED', exchangeStatus: 'liquidated' }],
    ['by liquidation, not all of it', { finish_as: 'liquidated', size: 3, left: 1 }, { status: 'CANCELED' }],
    ['post-only that would take', { finish_as: 'poc' }, { status: 'EXPIRED' }],
  ])('read a futures order %s', (_name, more, expected) => {
    expect(whole(readFuturesOrder({ ...row('futuresOrder'), ...more }, reader))).toMatchObject(expected)
  })

  it.each<[string, Row, string]>([
    ['an ending nobody documented', { finish_as: 'eclipse' }, 'unknown state finished / eclipse'],
    ['size 0: a close-all order', { size: 0, is_close: true }, 'size 0 tells no side'],
  ])('reject a futures order with %s', (_name, more, problem) => {
    const reading = readFuturesOrder({ ...row('futuresOrder'), ...more }, reader)
    expect(reading).toEqual({ kind: 'bad', reason: 'value', problem: `order 123028481731: ${problem}` })
  })

  const spotFill = {
    ...head,
    symbol: 'DOGE_USDT',
    tradeId: '2876130500',
    exchangeOrderId: '125924049993',
    side: 'SELL',
    price: '0.137384',
    quantity: '10.97',
    fee: '0.00301420496',
    feeAsset: 'USDT',
    liquidity: 'taker',
    realisedPnl: null,
    at: 1_645_464_610_777,
  }
  it('read a spot fill', () => expect(whole(readSpotFill(row('spotFill'), reader))).toEqual(spotFill))

  it.each<[string, Row, object]>([
    ['in GT', { fee: '0', gt_fee: '0.0021' }, { fee: '0.0021', feeAsset: 'GT' }],
    ['in points', { fee: '0', point_fee: '0.5' }, { fee: '0.5', feeAsset: 'POINT' }],
    ['that is none', { fee: '0' }, { fee: '0', feeAsset: 'USDT' }],
    ['that is not told', { fee: undefined, gt_fee: undefined }, { fee: null, feeAsset: null }],
    ['that is a rebate', { fee: '-0.001' }, { fee: '-0.001', feeAsset: 'USDT' }],
  ])('read a fee %s', (_name, more, expected) => {
    expect(whole(readSpotFill({ ...row('spotFill'), ...more }, reader))).toEqual({ ...spotFill, ...expected })
  })

  it('read a futures fill, by either name of its id', () => {
    const fill = {
      ...head,
      symbol: 'DOGE_USDT_PERP',
      tradeId: '26884791',
      exchangeOrderId: '130264979823',
      side: 'SELL',
      price: '0.136888',
      quantity: '50',
      fee: '0.0003',
      feeAsset: 'USDT',
      liquidity: 'taker',
      realisedPnl: null,
      at: 1_645_465_199_547,
    }
    const { id, ...rest } = row('futuresFill')
    const byTime = { ...rest, trade_id: String(id), fee: '0', point_fee: '0.2' }
    expect([row('futuresFill'), byTime].map((json) => whole(readFuturesFill(json, reader)))).toEqual([
      fill,
      { ...fill, fee: '0.2', feeAsset: 'POINT' },
    ])
    expect(readFuturesFill(rest, reader)).toMatchObject({ kind: 'bad', reason: 'schema' })
  })

  it('read balances; totals without unrealised profit', () => {
    const [eth] = Object.values(row('spotAccounts'))
    const balance = { ...head, exchangeAt: null }
    expect(whole(readSpotBalance(eth, reader))).toEqual({
      ...balance,
      wallet: 'spot',
      asset: 'ETH',
      free: '968.8',
      locked: '0',
      total: '968.8',
    })
    expect(whole(readFuturesBalance(row('futuresAccount'), reader))).toEqual({
      ...balance,
      wallet: 'futures',
      asset: 'USDT',
      free: '9669.091377934145',
      locked: '38.712189181',
      total: '9707.803567115145',
    })
    expect(whole(readFuturesBalance({ ...row('futuresAccount'), available: '9800' }, reader)).locked).toBeNull()
  })

  it('do not take the fields of a unified account for what it holds', () => {
    const reading = readFuturesBalance({ ...row('futuresAccount'), margin_mode: 1 }, reader)
    expect(reading).toMatchObject({ kind: 'bad', reason: 'value', problem: expect.stringContaining('margin_mode 1') })
  })

  const position = {
    contract: 'BTC_USDT',
    size: '-12',
    leverage: '0',
    cross_leverage_limit: '20',
    entry_price: '97250.1',
    mark_price: '97300.25',
    liq_price: '0',
    unrealised_pnl: '-0.06018',
    mode: 'single',
    update_time: 1_684_994_406,
  }
  it('read a position', () => {
    const crossed = {
      ...head,
      symbol: 'BTC_USDT_PERP',
      side: 'BOTH',
      quantity: '-0.0012',
      entryPrice: '97250.1',
      markPrice: '97300.25',
      unrealisedPnl: '-0.06018',
      liquidationPrice: null,
      leverage: '20',
      marginMode: 'cross',
      settleAsset: 'USDT',
      exchangeAt: 1_684_994_406_000,
    }
    const hedged = { ...position, mode: 'dual_short', leverage: '5', liq_price: '99000' }
    expect([position, hedged].map((json) => whole(readPosition(json, reader)))).toEqual([
      crossed,
      { ...crossed, side: 'SHORT', leverage: '5', marginMode: 'isolated', liquidationPrice: '99000' },
    ])
    expect(readPosition({ ...position, mode: 'triple' }, reader)).toMatchObject({ kind: 'bad', reason: 'value' })
  })

  it('read the margin mode and the leverage where they are told by name', () => {
    const named = { ...position, pos_margin_mode: 'isolated', lever: '30' }
    expect(whole(readPosition(named, reader))).toMatchObject({ marginMode: 'isolated', leverage: '30' })
    const unnamed = { ...position, pos_margin_mode: '', lever: '' }
    expect(whole(readPosition(unnamed, reader))).toMatchObject({ marginMode: 'cross', leverage: '20' })
  })

  it('read a side held in cross and in isolated margin as one, and ask for it at each push', async () => {
    const long = { ...position, mode: 'dual_long', update_time: 1_684_994_406 }
    const rows = [
      { ...long, size: '30', entry_price: '100', pos_margin_mode: 'cross', lever: '20', unrealised_pnl: '1' },
      { ...long, size: '10', entry_price: '200', pos_margin_mode: 'isolated', lever: '5', unrealised_pnl: '-3' },
      { ...position, mode: 'dual_short', size: '-7', pos_margin_mode: 'isolated', lever: '5' },
    ]
    const futures = { ...row('futuresAccount'), position_mode: 'dual_plus' }
    const credentials = { key: 'k', secret: 's', passphrase: null }
    const connector = gateAccount.create({ account: 'gate-main', lookup, credentials })
    const ask: Ask = async ({ url, parse }) => {
      const parsed = parse(url.endsWith('/positions') ? rows : url.endsWith('/futures/usdt/accounts') ? futures : [])
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    const result = await connector.positions(ask)
    expect(result.ok && result.value).toMatchObject([
      {
        side: 'LONG',
        quantity: '0.004',
        entryPrice: '125',
        unrealisedPnl: '-2',
        leverage: null,
        marginMode: null,
        liquidationPrice: null,
      },
      { side: 'SHORT', quantity: '-0.0007', leverage: '5', marginMode: 'isolated' },
    ])
    const pushed = () => {
      const normalizer = connector.streams.find(({ id }) => id === 'futures')?.createNormalizer()
      const frame = { time: 1, channel: 'futures.positions', event: 'update', result: [long] }
      return normalizer?.(Buffer.from(JSON.stringify(frame)), false, receivedAt)
    }
    expect(connector.untoldPositions).toBe(false)
    expect(pushed()).toMatchObject({ events: [{ kind: 'position', position: { quantity: '-0.0012' } }] })
    await connector.balances(ask)
    expect(connector.untoldPositions).toBe(true)
    expect(pushed()).toEqual({ kind: 'events', events: [{ kind: 'hint', poll: 'positions' }] })
  })

  it('read the permissions of whichever keys may be ours', async () => {
    const may = (name: string, read_only: boolean, key: unknown) => ({ perms: [{ name, read_only }], key, state: 1 })
    const connector = gateAccount.create({
      account: 'gate-main',
      lookup,
      credentials: { key: 'c5dcfbf1f3a7ee01', secret: 's', passphrase: null },
    })
    const told = async (body: unknown) => {
      const ask: Ask = async ({ parse }) => {
        const parsed = parse(body)
        if (!parsed.ok) throw new Error(parsed.problem)
        return parsed
      }
      const result = await connector.permissions(ask)
      return result.ok && result.value.canTrade
    }
    const others = may('spot', false, '52fd0035f665*****')
    expect(await told([others, may('spot', true, 'c5dcfbf1f3a7*****')])).toBe(false)
    expect(await told([others, may('spot', true, 'c5dcfbf1f3a7ee01')])).toBe(false)
    expect(await told([others])).toBeNull()
    expect(await told([may('spot', true, { mode: 1 }), may('spot', false, { mode: 1 })])).toBe(true)
    expect(await told(may('spot', true, '…'))).toBe(false)
  })

  const move = {
    timest: '1592809000',
    uid: '10001',
    sub_account: '10002',
    sub_account_type: 'futures',
    currency: 'USDT',
    amount: '1.5',
    direction: 'to',
    source: 'web',
    client_order_id: '',
    status: 'success',
  }
  it.each<[string, Row, string, object]>([
    ['into a sub-account, to the main one', {}, '10001', { fromWallet: 'spot', toWallet: null }],
    ['into a sub-account, to that', {}, '10002', { fromWallet: null, toWallet: 'futures' }],
    ['out of it, to the main one', { direction: 'from' }, '10001', { fromWallet: null, toWallet: 'spot' }],
    ['out of it, to that', { direction: 'from' }, '10002', { fromWallet: 'futures', toWallet: null }],
  ])('read a move %s', (_name, more, user, expected) => {
    expect(whole(readSubAccountMove(user, { ...move, ...more }, reader))).toMatchObject({
      ...{ kind: 'internal', asset: 'USDT', amount: '1.5', status: 'completed', createdAt: 1_592_809_000_000 },
      ...expected,
    })
  })
  it.each<[string, Row, string]>([
    ['of others', {}, '10003'],
    ['with a wallet that is not read', { sub_account_type: 'options' }, '10002'],
    ['that did not succeed', { status: 'lost' }, '10001'],
  ])('reject a move %s', (_name, more, user) => {
    expect(readSubAccountMove(user, { ...move, ...more }, reader)).toMatchObject({ kind: 'bad', reason: 'value' })
  })

  it('ask for moves to and from sub-accounts, whoever of the two it is', async () => {
    const credentials = { key: 'k', secret: 's', passphrase: null }
    const connector = gateAccount.create({ account: 'gate-main', lookup, credentials })
    const ask: Ask = async ({ url, parse }) => {
      const rows = url.endsWith('/sub_account_transfers') ? [move, { ...move, timest: '1592809060' }] : []
      const parsed = parse(url.endsWith('/account/detail') ? { user_id: 10002 } : rows)
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    const range = { from: 1_592_800_000_000, to: 1_592_900_000_000 }
    const found: unknown[] = []
    for await (const page of connector.transfers(ask, range)) if (page.ok) found.push(...page.value)
    expect(found).toMatchObject([
      { row: { toWallet: 'futures', createdAt: 1_592_809_000_000 }, raw: JSON.stringify(move) },
      { row: { toWallet: 'futures', createdAt: 1_592_809_060_000 } },
    ])
  })

  it('read a deposit and a withdrawal', () => {
    const transfer = { ...head, asset: 'USDT', fromWallet: null, toWallet: null }
    expect(whole(readWalletRecord('deposit', row('deposit'), reader))).toEqual({
      ...transfer,
      transferId: 'd33361395',
      kind: 'deposit',
      amount: '100',
      fee: null,
      feeAsset: null,
      network: 'TRX',
      address: 'TErdnxenuLtXfnMafLbfappYdHtnXQ5U4z',
      transactionId: 'ae9374de34e558562fe18cbb1bf9ab4d9eb8aa7669d65541c9fa2a532c1474a0',
      status: 'completed',
      exchangeStatus: 'DONE',
      createdAt: 1_626_345_819_000,
      updatedAt: null,
    })
    expect(whole(readWalletRecord('withdrawal', row('withdrawal'), reader))).toEqual({
      ...transfer,
      transferId: 'w210496',
      kind: 'withdrawal',
      amount: '222.6',
      fee: '0.01',
      feeAsset: 'USDT',
      network: 'TRX',
      address: '1HkxtBAMrA3tP5ENnYY2CZortjZvFDH5Cs',
      transactionId: '128988928203223323290',
      status: 'completed',
      exchangeStatus: 'DONE',
      createdAt: 1_542_000_000_000,
      updatedAt: 1_542_000_600_000,
    })
  })

  it.each([
    ['CANCEL', 'cancelled'],
    ['FAIL', 'failed'],
    ['INVALID', 'failed'],
    ['EXTPEND', 'pending'],
    ['SPLITPEND', 'pending'],
    ['DEP_CREDITED', 'completed'],
    ['CANCELPEND', 'pending'],
    ['FVERIFY', 'pending'],
    ['LOCKED', 'pending'],
    ['REJECT', 'failed'],
  ])('read the status %s as %s', (status, expected) => {
    expect(whole(readWalletRecord('deposit', { ...row('deposit'), status }, reader)).status).toBe(expected)
  })
  it('reject a withdrawal that cost more than it was', () => {
    const reading = readWalletRecord('withdrawal', { ...row('withdrawal'), amount: '0.005' }, reader)
    expect(reading).toEqual({
      kind: 'bad',
      reason: 'value',
      problem: 'withdrawal w210496: its fee is above its amount',
    })
  })
  it('reject a status nobody documented', () => {
    const reading = readWalletRecord('deposit', { ...row('deposit'), status: 'LOST' }, reader)
    expect(reading).toEqual({ kind: 'bad', reason: 'value', problem: 'deposit d33361395: unknown status LOST' })
  })

  it('read the account book: funding, moves between wallets, realised profit', () => {
    expect(whole(readFundingPayment(row('funding'), reader))).toEqual({
      ...head,
      symbol: 'ETH_USDT_PERP',
      paymentId: '1',
      asset: 'USDT',
      amount: '0.000010152188',
      at: 1_682_294_400_123,
    })
    const move = { time: 1_682_294_400.123456, change: '-25.5', type: 'dnw', text: '', contract: '', id: '77' }
    expect(whole(readInternalTransfer(move, reader))).toEqual({
      ...head,
      transferId: '77',
      kind: 'internal',
      asset: 'USDT',
      amount: '25.5',
      fee: null,
      feeAsset: null,
      network: null,
      address: null,
      transactionId: null,
      fromWallet: 'futures',
      toWallet: 'spot',
      status: 'completed',
      exchangeStatus: 'dnw',
      createdAt: 1_682_294_400_123,
      updatedAt: 1_682_294_400_123,
    })
    expect(whole(readInternalTransfer({ ...move, change: '25.5', id: '' }, reader))).toMatchObject({
      transferId: '1682294400.123456 25.5',
      amount: '25.5',
      fromWallet: 'spot',
      toWallet: 'futures',
    })
    const pnl = { ...move, change: '1.5', type: 'pnl', text: 'BTC_USDT:12', contract: 'BTC_USDT', trade_id: '9' }
    expect(whole(readRealisedPnl(pnl))).toEqual({
      contract: 'BTC_USDT',
      orderId: '12',
      tradeId: '9',
      change: '1.5',
      id: '77',
    })
    expect(readRealisedPnl({ ...pnl, trade_id: '' })).toMatchObject({ kind: 'bad', reason: 'value' })
  })
})

describe('gate documented account frames', () => {
  const frames = readFrames('gate/account_ws.ndjson')
  const normalize = createAccountNormalizer({ account: 'gate-main', lookup })
  const eventsOf = (channel: string) => {
    const frame = frames.find((bytes) => {
      const { channel: own, event } = JSON.parse(bytes.toString())
      return own === channel && event === 'update'
    })
    const result = frame && normalize(frame, false, receivedAt)
    return result?.kind === 'events' ? result.events : result
  }
  const rawOf = expect.stringMatching(/^\{.*\}$/)

  it('account for every one', () => {
    const kinds = frames.map((frame) => normalize(frame, false, receivedAt).kind)
    expect(kinds).toEqual(['control', 'rejectedKey', ...Array(7).fill('events')])
  })

  it('read spot.orders', () => {
    expect(eventsOf('spot.orders')).toEqual([
      {
        kind: 'order',
        order: {
          ...head,
          symbol: 'BTC_USDT',
          exchangeOrderId: '1036717689726',
          clientOrderId: null,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '200',
          stopPrice: null,
          quantity: '0.1',
          quoteQuantity: null,
          filledQuantity: '0',
          averagePrice: null,
          status: 'NEW',
          exchangeStatus: 'open',
          reduceOnly: null,
          createdAt: 1_774_613_210_391,
          updatedAt: 1_774_613_210_391,
        },
        raw: rawOf,
      },
    ])
  })

  it('read spot.usertrades', () => {
    expect(eventsOf('spot.usertrades')).toEqual([
      {
        kind: 'fill',
        fill: {
          ...head,
          symbol: 'BTC_USDT',
          tradeId: '5736713',
          exchangeOrderId: '30784428',
          side: 'SELL',
          price: '10000.00000000',
          quantity: '1.00000000',
          fee: '0.00200000000000',
          feeAsset: 'USDT',
          liquidity: 'taker',
          realisedPnl: null,
          at: 1_605_176_741_123,
        },
        raw: rawOf,
      },
    ])
  })

  it('read spot.balances as REST would: the total is what is free and what is frozen', () => {
    const balance = { ...head, wallet: 'spot', asset: 'USDT', free: '222244.3827', locked: '5', total: '222249.3827' }
    expect(eventsOf('spot.balances')).toEqual([
      { kind: 'balance', balance: { ...balance, exchangeAt: 1_667_556_323_730 } },
    ])
  })

  it('read futures.orders, numbers and all', () => {
    expect(eventsOf('futures.orders')).toEqual([
      {
        kind: 'order',
        order: {
          ...head,
          symbol: 'BTC_USDT_PERP',
          exchangeOrderId: '4872460',
          clientOrderId: null,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '40000.4',
          stopPrice: null,
          quantity: '0.0001',
          quoteQuantity: null,
          filledQuantity: '0.0001',
          averagePrice: '40000.4',
          status: 'FILLED',
          exchangeStatus: 'filled',
          reduceOnly: false,
          createdAt: 1_628_736_847_325,
          updatedAt: 1_628_736_848_321,
        },
        raw: rawOf,
      },
    ])
  })

  it('read futures.usertrades', () => {
    expect(eventsOf('futures.usertrades')).toEqual([
      {
        kind: 'fill',
        fill: {
          ...head,
          symbol: 'BTC_USDT_PERP',
          tradeId: '3335259',
          exchangeOrderId: '4872460',
          side: 'BUY',
          price: '40000.4',
          quantity: '0.0001',
          fee: '0.0009290592',
          feeAsset: 'USDT',
          liquidity: 'maker',
          realisedPnl: null,
          at: 1_628_736_848_321,
        },
        raw: rawOf,
      },
    ])
  })

  it.each(['point_fee', 'point_dnw', 'bonus_offset'])('take no %s in futures.balances for the total', (type) => {
    expect(push('futures.balances', [{ ...balanceRow, type }])).toEqual({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'balances' }],
    })
  })

  it('read futures.balances: the total, nothing else', () => {
    const balance = { ...head, wallet: 'futures', asset: 'USDT', free: null, locked: null, total: '20.031873037' }
    expect(eventsOf('futures.balances')).toEqual([
      { kind: 'balance', balance: { ...balance, exchangeAt: 1_653_665_311_437 } },
    ])
  })

  it('read futures.positions', () => {
    expect(eventsOf('futures.positions')).toEqual([
      {
        kind: 'position',
        position: {
          ...head,
          symbol: 'XRP_USDT_PERP',
          side: 'BOTH',
          quantity: '10',
          entryPrice: '0.5253',
          markPrice: null,
          unrealisedPnl: null,
          liquidationPrice: '0.0361',
          leverage: null,
          marginMode: 'cross',
          settleAsset: 'USDT',
          exchangeAt: 1_693_158_497_195,
        },
      },
    ])
  })

  const push = (channel: string, result: unknown) =>
    normalize(Buffer.from(JSON.stringify({ time: 1, channel, event: 'update', result })), false, receivedAt)
  const balanceRow = { balance: 10, change: 1, text: '', time: 1, time_ms: 1_653_665_311_437, user: '1' }

  it.each([
    ['dnw', 'transfers'],
    ['fund', 'funding'],
    ['pnl', 'fills'],
  ])('take %s in futures.balances for a hint at %s', (type, poll) => {
    expect(push('futures.balances', [{ ...balanceRow, type }])).toMatchObject({
      events: [{ kind: 'balance' }, { kind: 'hint', poll }],
    })
  })

  it('take deposits in spot.balances for a hint at transfers', () => {
    const row = { currency: 'BTC', available: '1', freeze: '0', total: '1', timestamp_ms: '1667556323730' }
    expect(push('spot.balances', [{ ...row, change_type: 'deposit' }])).toMatchObject({
      events: [{ kind: 'balance' }, { kind: 'hint', poll: 'transfers' }],
    })
  })

  it('keep the good rows of a frame that has a bad one, and send for the rest', () => {
    const { result } = JSON.parse(frames.find((bytes) => bytes.includes('"spot.orders"'))?.toString() ?? '')
    const [good] = result
    expect(push('spot.orders', [{ ...good, finish_as: 'eclipse', event: 'finish' }, good])).toMatchObject({
      events: [
        { kind: 'order', order: { status: 'NEW' } },
        { kind: 'hint', poll: 'orders' },
      ],
    })
    expect(push('spot.orders', [{ ...good, finish_as: '-', event: 'finish' }])).toMatchObject({
      events: [{ kind: 'hint', poll: 'orders' }],
      rejected: { reason: 'value' },
    })
    expect(push('spot.orders', [{ ...good, currency_pair: 'XYZ_USDT' }])).toEqual({
      kind: 'rejected',
      reason: 'unknownInstrument',
      detail: 'spot.orders: XYZ_USDT',
    })
  })

  it('keep every digit of an id', () => {
    const frame = frames.find((bytes) => bytes.includes('"futures.orders","event":"update"'))?.toString() ?? ''
    const long = frame.replace('"id":4872460', '"id":36028797827225781')
    expect(normalize(Buffer.from(long), false, receivedAt)).toMatchObject({
      events: [{ order: { exchangeOrderId: '36028797827225781' } }],
    })
  })

  const reply = (more: object) =>
    normalize(
      Buffer.from(JSON.stringify({ time: 1, id: 7, channel: 'futures.orders', event: 'subscribe', ...more })),
      false,
      receivedAt,
    )
  const refusedWith = (label: string) =>
    reply({ error: { code: 4, message: `{"label":"${label}","message":"as Gate says"}\n` }, result: null })
  it('read replies: acks, refused keys, refused channels', () => {
    expect(reply({ result: { status: 'success' } })).toEqual({
      kind: 'control',
      control: { type: 'ack', id: 7, wires: null },
    })
    expect(reply({ id: undefined, result: { status: 'success' } })).toEqual({
      kind: 'control',
      control: { type: 'ack', id: null, wires: ['futures.orders'] },
    })
    const message = 'key rejected (INVALID_SIGNATURE): check the secret: the signature does not match'
    expect(refusedWith('INVALID_SIGNATURE')).toEqual({
      kind: 'rejectedKey',
      code: 'INVALID_SIGNATURE',
      message,
      control: { type: 'refused', id: 7, wires: null, message },
    })
    expect(refusedWith('REQUEST_EXPIRED')).toEqual({
      kind: 'clock',
      control: { type: 'refused', id: 7, wires: null, message: 'as Gate says' },
    })
    expect(reply({ error: { code: 2, message: 'unknown contract X' } })).toMatchObject({
      control: { type: 'refused', message: 'unknown contract X' },
    })
    expect(reply({ error: { code: 3, message: 'server error' } })).toEqual({
      kind: 'control',
      control: { type: 'ignored' },
    })
  })

  it('never throw, whatever comes', () => {
    const channels = frames.map((frame) => JSON.parse(frame.toString()).channel)
    fc.assert(fc.property(fc.constantFrom(...channels), fc.jsonValue(), (channel, json) => void push(channel, json)))
    fc.assert(fc.property(fc.jsonValue(), (json) => void reply({ error: json })))
    fc.assert(fc.property(fc.string(), (text) => void normalize(Buffer.from(text), false, receivedAt)))
  })
})
