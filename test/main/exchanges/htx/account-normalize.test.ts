import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { AccountNormalized } from '../../../../src/main/exchanges/account-contract.ts'
import { createAccountCalls } from '../../../../src/main/exchanges/htx/account-calls.ts'
import { htx } from '../../../../src/main/exchanges/htx/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const credentials = { key: 'htx-test-key-0001', secret: 'htx-test-secret-0001', passphrase: null }
const swap = (base: string, contractSize: number) =>
  instrument('htx', 'perpetual', base, 'USDT', `${base}-USDT`, { contractSize })
const ethSpot = instrument('htx', 'spot', 'ETH', 'USDT', 'ethusdt')
const polySpot = instrument('htx', 'spot', 'POLY', 'USDT', 'polyusdt')
const [btc, eth, ltc] = [swap('BTC', 0.001), swap('ETH', 0.01), swap('LTC', 0.1)]
const lookup = lookupOf([ethSpot, polySpot, instrument('htx', 'spot', 'LTC', 'USDT', 'ltcusdt'), btc, eth, ltc])
const calls = createAccountCalls({ account: 'htx-main', lookup }, credentials)
const replies: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/htx/rest_documented.json'), 'utf8'),
)
const common = { account: 'htx-main', exchange: 'htx', receivedAt: expect.any(Number) }

describe('htx account by REST', () => {
  it('finds the spot account, and adds up the two rows of each coin', () => {
    expect(calls.spotAccount().parse(replies.accounts)).toEqual({ ok: true, value: '100009' })
    expect(calls.spotBalances('100009').parse(replies.balance)).toEqual({
      ok: true,
      value: [
        {
          ...{ ...common, wallet: 'spot', asset: 'USDT', free: '91.850043797676510303', locked: '5.16' },
          ...{ total: '97.010043797676510303', exchangeAt: null },
        },
      ],
    })
  })

  it('reads the swap account without unrealised profit', () => {
    const body = {
      code: 200,
      data: { details: [{ currency: 'USDT', equity: '90.5', profit_unreal: '-9.5', available: '40' }] },
    }
    expect(calls.swapBalances().parse(body)).toEqual({
      ok: true,
      value: [
        { ...common, wallet: 'futures', asset: 'USDT', free: '40', locked: null, total: '100', exchangeAt: null },
      ],
    })
    expect(calls.swapBalances().parse(replies.v5Balance)).toMatchObject({
      value: [{ total: '174.21', exchangeAt: 1770293270932 }],
    })
  })

  const order = {
    ...{ ...common, symbol: 'ETH_USDT', timeInForce: 'GTC', stopPrice: null, quoteQuantity: null, reduceOnly: null },
    type: 'LIMIT',
  }
  it('reads spot orders of both lists', () => {
    expect(calls.spotOpenOrders().parse(replies.openOrders)).toMatchObject({
      value: {
        count: 1,
        rows: [
          {
            row: {
              ...{ ...order, exchangeOrderId: '38477101630', clientOrderId: null, side: 'SELL' },
              ...{ price: '400.000000000000000000', quantity: '0.010000000000000000', filledQuantity: '0.0' },
              ...{ averagePrice: null, status: 'NEW', exchangeStatus: 'submitted' },
              ...{ createdAt: 1561597491963, updatedAt: 1561597491963 },
            },
          },
        ],
      },
    })
    expect(calls.orders(ethSpot, 0, 1, 'cross').parse(replies.orders)).toMatchObject({
      value: {
        rows: [
          {
            row: {
              ...{ ...order, exchangeOrderId: '59378', clientOrderId: 'a0001', side: 'BUY', averagePrice: '100.1' },
              ...{ filledQuantity: '10.1000000000', status: 'FILLED', updatedAt: 1494901400468 },
            },
          },
        ],
      },
    })
  })

  it('reads market buys in quote asset, and words that it does not know not at all', () => {
    const row = { id: 1, symbol: 'ethusdt', amount: '50', price: '0', 'created-at': 1494901162595 }
    const filled = { 'field-amount': '0.5', 'field-cash-amount': '50', 'finished-at': 1494901162600, 'canceled-at': 0 }
    const read = (more: object) =>
      calls.orders(ethSpot, 0, 1, 'cross').parse({ status: 'ok', data: [{ ...row, ...filled, ...more }] })
    expect(read({ type: 'buy-market', state: 'filled' })).toMatchObject({
      value: {
        rows: [{ row: { type: 'MARKET', price: null, quantity: null, quoteQuantity: '50', averagePrice: '100' } }],
      },
    })
    expect(read({ type: 'buy-limit-fok', state: 'partial-canceled' })).toMatchObject({
      value: { rows: [{ row: { timeInForce: 'FOK', status: 'CANCELED' } }] },
    })
    expect(read({ type: 'buy-limit', state: 'asleep' })).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/state: "asleep"/),
    })
  })

  it('reads fills, with fees that were paid in points', () => {
    expect(calls.fills(polySpot, 0, 1).parse(replies.matchresults)).toMatchObject({
      value: {
        rows: [
          {
            row: {
              ...{ ...common, symbol: 'POLY_USDT', tradeId: '1085', exchangeOrderId: '345487249132375', side: 'BUY' },
              ...{ price: '0.338', quantity: '147.928994082840236', fee: '0.1', feeAsset: 'HBPOINT' },
              ...{ liquidity: 'taker', realisedPnl: null, at: 1629443051839 },
            },
          },
        ],
      },
    })
    expect(calls.fills(btc, 0, 1).parse(replies.v5Fills)).toMatchObject({
      value: {
        rows: [
          {
            row: {
              ...{ ...common, symbol: 'BTC_USDT_PERP', tradeId: '152022944', side: 'SELL', quantity: '0.002' },
              ...{ fee: '0.07522584', feeAsset: 'USDT', liquidity: 'taker', realisedPnl: '-0.3656', at: 1780967931197 },
            },
          },
        ],
      },
    })
  })

  it('takes fees of swaps for USDT, whatever they were taken in', () => {
    const row = { id: '1', contract_code: 'BTC-USDT', order_id: '2', trade_id: '3', side: 'sell', role: 'TAKER' }
    const trade = { trade_price: '31400', trade_volume: '1', trade_fee: '0.01884', created_time: '1740366817564' }
    const data = ['HTX', 'USDT,HTX'].map((fee_currency) => ({ ...row, ...trade, fee_currency, deduction_price: '2' }))
    const fill = { row: { fee: '0.01884', feeAsset: 'USDT' } }
    expect(calls.fills(btc, 0, 1).parse({ code: 200, data })).toMatchObject({ value: { rows: [fill, fill] } })
  })

  it('reads a swap order that was refused', () => {
    const row = { contract_code: 'BTC-USDT', order_id: '2', side: 'buy', type: 'limit', price: '30', volume: '1' }
    const data = [{ ...row, state: 'rejected', trade_volume: '0', created_time: '1740366817564' }]
    expect(calls.orders(btc, 0, 1, 'cross').parse({ code: 200, data })).toMatchObject({
      value: { rows: [{ row: { status: 'REJECTED', exchangeStatus: 'rejected' } }] },
    })
  })

  it('reads swap orders and positions in base asset', () => {
    expect(calls.swapOpenOrders().parse(replies.v5OpenOrders)).toMatchObject({
      value: {
        rows: [
          {
            row: {
              ...{ ...common, symbol: 'LTC_USDT_PERP', exchangeOrderId: '1512509978516443136', side: 'BUY' },
              ...{ quantity: '0.1', filledQuantity: '0', price: '30', averagePrice: null, timeInForce: 'GTC' },
              ...{ status: 'NEW', reduceOnly: false, createdAt: 1780652079954, updatedAt: 1780652079954 },
            },
          },
        ],
      },
    })
    expect(calls.positions().parse(replies.v5Positions)).toMatchObject({
      value: {
        rows: [
          {
            ...{ ...common, symbol: 'ETH_USDT_PERP', side: 'BOTH', quantity: '0.1', entryPrice: '1672.36' },
            ...{ markPrice: '1197.58', unrealisedPnl: '-47.478', liquidationPrice: null, leverage: '5' },
            ...{ marginMode: 'cross', settleAsset: 'USDT', exchangeAt: 1740451087505 },
          },
        ],
      },
    })
  })

  it('adds up what is held of a contract in cross and in isolated margin', async () => {
    const row = { contract_code: 'BTC-USDT', position_side: 'both', mark_price: '61000', lever_rate: 5 }
    const cross = { ...row, direction: 'buy', margin_mode: 'cross', volume: '30', open_avg_price: '60000' }
    const isolated = { ...row, margin_mode: 'isolated', volume: '10', open_avg_price: '64000' }
    const [gain, loss] = [{ profit_unreal: '30' }, { profit_unreal: '-30' }]
    const account = htx.account.create({ account: 'htx-main', credentials, lookup })
    const positionsOf = (data: readonly object[]) =>
      account.positions(async (call) => {
        const parsed = call.parse({ code: 200, data })
        if (!parsed.ok) throw new Error(parsed.problem)
        return parsed
      })
    expect(
      await positionsOf([
        { ...cross, ...gain },
        { ...isolated, direction: 'buy', ...loss },
      ]),
    ).toMatchObject({
      value: [
        {
          ...{ symbol: 'BTC_USDT_PERP', quantity: '0.04', entryPrice: '61000', unrealisedPnl: '0', leverage: '5' },
          ...{ marginMode: null, liquidationPrice: null },
        },
      ],
    })
    expect(
      await positionsOf([
        { ...cross, ...gain },
        { ...isolated, direction: 'sell', ...loss },
      ]),
    ).toMatchObject({
      value: [{ quantity: '0.02', entryPrice: null }],
    })
    expect(await positionsOf([{ ...cross, ...gain }])).toMatchObject({ value: [{ marginMode: 'cross' }] })
  })

  it('reads deposits, and of bills what moved and what funding cost', () => {
    expect(calls.transfers('deposit', null).parse(replies.deposits)).toMatchObject({
      value: {
        lastId: '75115912',
        rows: [
          {
            row: {
              ...{ ...common, transferId: '75115912', kind: 'deposit', asset: 'USDT', amount: '2849', fee: null },
              ...{ network: 'trc20usdt', status: 'completed', exchangeStatus: 'safe', createdAt: 1621843808662 },
            },
          },
        ],
      },
    })
    const bill = { contract_code: 'BTC-USDT', margin_mode: 'cross', currency: 'USDT', created_time: '1780967931197' }
    const body = {
      code: 200,
      data: [
        { ...bill, id: '1', type: '30', amount: '0.5' },
        { ...bill, id: '2', type: '31', amount: '0.25' },
        { ...bill, id: '3', type: '14', amount: '100', contract_code: '' },
        { ...bill, id: '4', type: '15', amount: '-40', contract_code: '' },
        { ...bill, id: '5', type: '5', amount: '-1' },
      ],
    }
    expect(calls.funding(0, 1).parse(body)).toMatchObject({
      value: {
        count: 5,
        rows: [
          { paymentId: '1', amount: '0.5' },
          { paymentId: '2', amount: '-0.25' },
        ],
      },
    })
    expect(calls.moves(0, 1).parse(body)).toMatchObject({
      value: {
        rows: [
          { row: { transferId: '3', kind: 'internal', amount: '100', fromWallet: 'spot', toWallet: 'futures' } },
          { row: { transferId: '4', kind: 'internal', amount: '40', fromWallet: 'futures', toWallet: 'spot' } },
        ],
      },
    })
  })

  it('tells what the key may do', () => {
    expect(calls.permissions('1').parse(replies.apiKey)).toMatchObject({
      value: {
        canRead: true,
        canTrade: true,
        canWithdraw: false,
        ipRestricted: true,
        ipAddresses: ['1.1.1.1'],
        notes: [],
      },
    })
  })

  it('sends nothing but GETs', () => {
    const all = [
      ...[calls.spotAccount(), calls.spotBalances('1'), calls.swapBalances(), calls.spotOpenOrders()],
      ...[
        calls.swapOpenOrders(),
        calls.order(ethSpot, '1'),
        calls.order(btc, '1'),
        calls.orders(ethSpot, 0, 1, 'cross'),
      ],
      ...[calls.orders(btc, 0, 1, 'cross'), calls.fills(ethSpot, 0, 1), calls.fills(btc, 0, 1), calls.positions()],
      ...[calls.transfers('deposit', null), calls.moves(0, 1), calls.funding(0, 1), calls.uid()],
      ...[calls.permissions('1'), calls.fees([ethSpot])],
    ]
    expect(new Set(all.map(({ method }) => method ?? 'GET'))).toEqual(new Set(['GET']))
    expect(all.every(({ sign }) => sign !== undefined)).toBe(true)
  })
})

describe('htx private streams', () => {
  const [spot, futures] = htx.account.create({ account: 'htx-main', credentials, lookup }).streams
  const frames = readFrames('htx/ws_private.ndjson').map(String)
  const read = (id: 'spot' | 'futures', frame: string): AccountNormalized => {
    const normalize = (id === 'spot' ? spot : futures)?.createNormalizer()
    if (normalize === undefined) throw new Error('no stream')
    return id === 'spot' ? normalize(Buffer.from(frame), false, 7) : normalize(gzipSync(frame), true, 7)
  }
  const eventsOf = (id: 'spot' | 'futures', of: string) =>
    frames
      .filter((frame) => frame.includes(of))
      .flatMap((frame): readonly unknown[] => {
        const told = read(id, frame)
        return told.kind === 'events' ? told.events : [told]
      })

  it('tell of spot balances, orders and fills', () => {
    expect(eventsOf('spot', '"push","ch":"accounts')).toEqual([
      {
        kind: 'balance',
        balance: {
          ...{ ...common, receivedAt: 7, wallet: 'spot', asset: 'BTC', free: '20.286', locked: '2.825' },
          ...{ total: '23.111', exchangeAt: 1568601800000 },
        },
      },
    ])
    expect(eventsOf('spot', '"push","ch":"orders')).toMatchObject([
      {
        order: {
          exchangeOrderId: '478861479986886',
          status: 'NEW',
          price: '100',
          quantity: '0.05',
          filledQuantity: '0',
        },
      },
      { order: { exchangeOrderId: '509835753860328', status: 'FILLED', type: 'MARKET', filledQuantity: '0.0385' } },
      { order: { exchangeOrderId: '478861479986886', status: 'CANCELED', updatedAt: 1645116061000 } },
    ])
    expect(eventsOf('spot', 'trade.clearing')).toMatchObject([
      {
        kind: 'fill',
        fill: {
          ...{ symbol: 'LTC_USDT', tradeId: '101539740584', exchangeOrderId: '478862728954426', side: 'BUY' },
          ...{ price: '118.89', quantity: '0.042200701236437042', fee: '0.000041778694224073', feeAsset: 'LTC' },
          ...{ liquidity: 'taker', at: 1645124660368 },
        },
      },
    ])
  })

  it('add up what a market buy has bought, of which they tell only what was spent', () => {
    const order = { symbol: 'ethusdt', orderId: 7, type: 'buy-market', orderValue: '50', clientOrderId: '' }
    const trade = (price: string, volume: string, spent: string, status: string) => ({
      ...{ ...order, eventType: 'trade', tradePrice: price, tradeVolume: volume, execAmt: spent, orderStatus: status },
      ...{ tradeTime: 1_648_714_741_525, tradeId: 1, aggressor: true, remainAmt: '0' },
    })
    const created = { ...order, eventType: 'creation', orderStatus: 'submitted', orderCreateTime: 1_648_714_741_500 }
    const [first, second] = [trade('2000', '0.02', '40', 'partial-filled'), trade('2500', '0.004', '50', 'filled')]
    const readAll = (rows: readonly object[]) => {
      const normalize = spot?.createNormalizer()
      return rows.map((data) =>
        normalize?.(Buffer.from(JSON.stringify({ action: 'push', ch: 'orders#ethusdt', data })), false, 7),
      )
    }
    const told = (filledQuantity: string, status: string) => ({
      events: [{ kind: 'order', order: { quantity: null, quoteQuantity: '50', filledQuantity, status } }],
    })
    const canceled = { ...order, eventType: 'cancellation', execAmt: '40', orderStatus: 'partial-canceled' }
    expect(readAll([created, first, second])).toMatchObject([
      told('0', 'NEW'),
      told('0.02', 'PARTIALLY_FILLED'),
      told('0.024', 'FILLED'),
    ])
    expect(readAll([first, { ...canceled, lastActTime: 1_648_714_741_600 }])).toMatchObject([
      told('0.02', 'PARTIALLY_FILLED'),
      told('0.02', 'CANCELED'),
    ])
    // Its first trade came before this connection.
    expect(readAll([second])).toEqual([
      {
        ...{ kind: 'events', events: [{ kind: 'hint', poll: 'orders' }] },
        rejected: { reason: 'value', detail: expect.stringMatching(/^orders execAmt: "50": spent, /) },
      },
    ])
  })

  it('tell of swap orders, balances and fills, whose fees are to be asked for', () => {
    expect(eventsOf('futures', '"topic":"orders"')).toMatchObject([
      { kind: 'order', order: { symbol: 'BTC_USDT_PERP', quantity: '0.001', price: '40000', status: 'NEW' } },
    ])
    expect(eventsOf('futures', '"topic":"trade"')).toMatchObject([
      {
        kind: 'fill',
        fill: {
          ...{ symbol: 'BTC_USDT_PERP', tradeId: '155233460', exchangeOrderId: '1519705786942156810', side: 'BUY' },
          ...{ price: '61629', quantity: '0.001', fee: null, feeAsset: null, realisedPnl: null },
          ...{ liquidity: 'taker', at: 1782367694375 },
        },
      },
      { kind: 'hint', poll: 'positions' },
    ])
    expect(eventsOf('futures', '"topic":"account"')).toMatchObject([
      { kind: 'balance', balance: { wallet: 'futures', asset: 'USDT', total: '162.33', exchangeAt: 1780329743956 } },
    ])
  })

  it('ask REST for what they could not read', () => {
    const odd = frames.find((frame) => frame.includes('"submitted"'))?.replace('submitted', 'asleep') ?? ''
    expect(read('spot', odd)).toEqual({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'orders' }],
      rejected: { reason: 'value', detail: 'orders state: "asleep": an unknown word' },
    })
  })

  it.each([
    [
      'spot',
      '{"action":"ping","data":{"ts":1575537778295}}',
      { type: 'ping', answer: '{"action":"pong","data":{"ts":1575537778295}}' },
    ],
    ['spot', '{"action":"req","code":200,"ch":"auth","data":{}}', { type: 'loggedIn' }],
    ['spot', '{"action":"sub","code":200,"ch":"orders#*","data":{}}', { type: 'ack', id: null, wires: ['orders#*'] }],
    [
      'spot',
      '{"action":"sub","code":2001,"ch":"x","message":"invalid.ch"}',
      { type: 'refused', id: null, wires: ['x'], message: '2001 invalid.ch' },
    ],
    ['futures', '{"op":"ping","ts":"1645202800015"}', { type: 'ping', answer: '{"op":"pong","ts":"1645202800015"}' }],
    ['futures', '{"op":"auth","type":"api","err-code":0,"ts":1,"data":{"user-id":"1"}}', { type: 'loggedIn' }],
    [
      'futures',
      '{"op":"sub","cid":"1","topic":"orders","ts":1,"err-code":0}',
      { type: 'ack', id: 1, wires: ['orders'] },
    ],
  ] as const)('%s: %s', (id, frame, control) => {
    expect(read(id, frame)).toEqual({ kind: 'control', control })
  })

  it('measure the clock after the first refused login, and blame the key after the second', () => {
    const { streams } = htx.account.create({ account: 'htx-main', credentials, lookup })
    for (const [at, refusal, login] of [
      [
        0,
        '{"action":"req","code":2002,"ch":"auth","message":"auth.fail"}',
        '{"action":"req","code":200,"ch":"auth","data":{}}',
      ],
      [1, '{"op":"auth","type":"api","err-code":2003,"ts":1}', '{"op":"auth","type":"api","err-code":0,"ts":1}'],
    ] as const) {
      const kinds = [refusal, login, refusal, refusal].map(
        (frame) => streams[at]?.createNormalizer()(Buffer.from(frame), false, 7).kind,
      )
      expect(kinds).toEqual(['clock', 'control', 'clock', 'rejectedKey'])
    }
    expect(read('spot', '{"action":"req","code":2000,"ch":"auth","message":"invalid.ip"}')).toMatchObject({
      ...{ kind: 'rejectedKey', message: 'key rejected (2000): check the IP allow-list' },
    })
  })
})
