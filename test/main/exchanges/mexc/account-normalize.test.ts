import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccountCalls } from '../../../../src/main/exchanges/mexc/account-calls.ts'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { encodePush, type Push, pushToJson } from '../../../../src/main/exchanges/mexc/protobuf.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { documentedFrame } from './documented.ts'

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/mexc/rest_private.json'), 'utf8'))
const receivedAt = 1_760_000_000_000

const mx = instrument('mexc', 'spot', 'MX', 'USDT', 'MXUSDT')
const ltc = instrument('mexc', 'spot', 'LTC', 'BTC', 'LTCBTC')
const bnb = instrument('mexc', 'spot', 'BNB', 'BTC', 'BNBBTC')
const lookup = lookupOf([mx, ltc, bnb])
const credentials = { key: 'mx0key', secret: 'secret', passphrase: null }
const connector = mexc.account.create({ account: 'mexc-main', credentials, lookup })
const calls = createAccountCalls('mexc-main', ({ queryString }) => ({ queryString, headers: {} }))

const [stream] = connector.streams
const push = (frame: Buffer) => stream?.createNormalizer()(frame, true, receivedAt)
const answer = (text: string) => stream?.createNormalizer()(Buffer.from(text), false, receivedAt)

const head = { account: 'mexc-main', exchange: 'mexc' } as const
const soon = { ...head, receivedAt: expect.any(Number) }

describe('MEXC documented account rows', () => {
  it('reads balances: every one that is not zero, its total the sum', () => {
    const nothing = { asset: 'BTC', free: '0', locked: '0.000' }
    expect(calls.balances().parse({ ...fixture.account, balances: [...fixture.account.balances, nothing] })).toEqual({
      ok: true,
      value: [
        { ...soon, wallet: 'spot', asset: 'USDT', free: '1111078', locked: '33', total: '1111111', exchangeAt: null },
      ],
    })
  })

  const order = {
    ...soon,
    symbol: 'LTC_BTC',
    exchangeOrderId: 'C02__443776347957968896088',
    clientOrderId: null,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: null,
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
  }
  const orderOf = (more: object) => {
    const parsed = calls.order(ltc, 'x').parse({ ...fixture.order, ...more })
    return parsed.ok ? parsed.value.row : parsed.problem
  }

  it('reads an order, and keeps what MEXC sent', () => {
    expect(calls.openOrders(ltc).parse([fixture.order])).toEqual({
      ok: true,
      value: [{ row: order, raw: JSON.stringify(fixture.order) }],
    })
  })

  it.each<[string, object, object]>([
    ['no time of a change', { updateTime: null }, {}],
    ['a market order', { type: 'MARKET', price: '0.1' }, { type: 'MARKET', price: null }],
    [
      'a market buy in quote asset',
      { type: 'MARKET', origQty: '0', origQuoteOrderQty: '25' },
      { type: 'MARKET', price: null, quantity: null, quoteQuantity: '25' },
    ],
    ['a post-only order', { type: 'LIMIT_MAKER' }, { timeInForce: 'POST_ONLY' }],
    ['an immediate one', { type: 'IMMEDIATE_OR_CANCEL' }, { timeInForce: 'IOC' }],
    ['one to fill at once', { type: 'FILL_OR_KILL' }, { timeInForce: 'FOK' }],
    ['a stop', { type: 'STOP_LIMIT', stopPrice: '0.2' }, { type: 'STOP_LIMIT', stopPrice: '0.2' }],
    [
      'one cancelled half-way',
      { status: 'PARTIALLY_CANCELED', executedQty: '0.3', cummulativeQuoteQty: '0.01', clientOrderId: 'mine' },
      {
        status: 'CANCELED',
        exchangeStatus: 'PARTIALLY_CANCELED',
        filledQuantity: '0.3',
        averagePrice: '0.033333333333333333333',
        clientOrderId: 'mine',
      },
    ],
    ['numbers for texts', { price: 1e-7, origQty: 3 }, { price: '0.0000001', quantity: '3' }],
  ])('reads %s', (_name, more, expected) => {
    expect(orderOf(more)).toEqual({ ...order, ...expected })
  })

  it.each([
    ['an unknown status', { status: 'SLEEPING' }, 'order: status: "SLEEPING": an unknown status'],
    ['a limit order without a price', { price: '0' }, 'order: price: "0": a limit order without a price'],
    ['a quantity that is none', { executedQty: 'many' }, 'order: filledQuantity: "many": no amount'],
    ['a negative quantity', { origQty: '-1' }, 'order: quantity: "-1": no amount'],
    ['another symbol', { symbol: 'BNBBTC' }, 'order: of another symbol'],
  ])('rejects %s', (_name, more, problem) => {
    expect(orderOf(more)).toBe(problem)
  })

  const fill = {
    ...soon,
    symbol: 'BNB_BTC',
    tradeId: 'fad2af9e942049b6adbda1a271f990c6',
    exchangeOrderId: 'bb41e5663e124046bd9497a3f5692f39',
    side: 'BUY',
    price: '4.00000100',
    quantity: '12.00000000',
    fee: '10.10000000',
    feeAsset: 'BNB',
    liquidity: 'taker',
    realisedPnl: null,
    at: 1_499_865_549_590,
  }

  it('reads a fill, and names the one it cannot read', () => {
    const bad = { ...fixture.myTrades, id: 'other', qty: '' }
    expect(calls.fills(bnb, 1, 2).parse([fixture.myTrades, bad])).toEqual({
      ok: true,
      value: { rows: [{ row: fill, raw: JSON.stringify(fixture.myTrades) }], received: 2 },
      passedOver: { count: 1, samples: ['other: quantity: "": no quantity'], names: ['other'] },
    })
  })

  it('reads a deposit, its id made of what it has', () => {
    const { txId, address } = fixture.deposit
    expect(calls.deposits(1, 2).parse([fixture.deposit])).toEqual({
      ok: true,
      value: {
        rows: [
          {
            row: {
              ...soon,
              transferId: `EOS ${txId} 1659513342000`,
              kind: 'deposit',
              asset: 'EOS',
              amount: '50000',
              fee: null,
              feeAsset: null,
              network: 'EOS',
              address,
              transactionId: txId,
              fromWallet: null,
              toWallet: null,
              status: 'completed',
              exchangeStatus: 'SUCCESS',
              createdAt: 1_659_513_342_000,
              updatedAt: null,
            },
            raw: JSON.stringify(fixture.deposit),
          },
        ],
        received: 1,
      },
    })
  })

  it.each([
    ['USDT-TRX', 'USDT'],
    ['BTC-LIGHTNING', 'BTC'],
    ['EOS', 'EOS'],
  ])('counts what came as %s to %s', (coin, asset) => {
    const [deposits, withdrawals] = [calls.deposits(1, 2), calls.withdrawals(1, 2)]
    expect(deposits.parse([{ ...fixture.deposit, coin }])).toMatchObject({ value: { rows: [{ row: { asset } }] } })
    expect(withdrawals.parse([{ ...fixture.withdrawal, coin }])).toMatchObject({
      value: { rows: [{ row: { asset, feeAsset: asset } }] },
    })
  })

  const move = { tranId: '11945860693', clientTranId: 'test', asset: 'BTC', amount: '0.1', status: 'SUCCESS' }
  const moveOf = (more: object) => {
    const row = { ...move, fromAccountType: 'SPOT', toAccountType: 'FUTURE', timestamp: 1_544_433_325_000, ...more }
    return [[{ rows: [row], total: 1 }], { rows: [row], total: 1 }].map((reply) =>
      calls.moves(['SPOT', 'FUTURES'], 1, 2).parse(reply),
    )
  }

  it.each([
    [{}, { amount: '0.1', fromWallet: 'spot', toWallet: null, status: 'completed' }],
    [
      { fromAccountType: 'FUTURES', toAccountType: 'SPOT' },
      { fromWallet: null, toWallet: 'spot' },
    ],
    [{ status: 'FAILED' }, { status: 'failed', exchangeStatus: 'FAILED' }],
  ])('reads a move between wallets %j', (more, row) => {
    const known = { kind: 'internal', transferId: '11945860693', asset: 'BTC', createdAt: 1_544_433_325_000 }
    for (const reply of moveOf(more)) expect(reply).toMatchObject({ value: { rows: [{ row: { ...known, ...row } }] } })
  })

  it.each([
    [{ status: 'ODD' }, '11945860693: status: "ODD": an unknown status'],
    [{ toAccountType: 'SPOT' }, '11945860693: toAccountType: "SPOT": not to or from the spot wallet'],
  ])('does not guess what a move %j is', (more, problem) => {
    for (const reply of moveOf(more)) expect(reply).toEqual({ ok: false, problem: expect.stringContaining(problem) })
  })

  const withdrawalOf = (more: object) => {
    const parsed = calls.withdrawals(1, 2).parse([{ ...fixture.withdrawal, ...more }])
    return parsed.ok ? parsed.value.rows[0]?.row : parsed.problem
  }
  const withdrawal = {
    ...soon,
    transferId: 'bb17a2d452684f00a523c015d512a341',
    kind: 'withdrawal',
    asset: 'EOS',
    amount: '10',
    fee: '0',
    feeAsset: 'EOS',
    network: 'EOS',
    address: 'zzqqqqqqqqqq',
    transactionId: '0x0ced593b8b5adc9f600334d0d7335456a7ed772ea5547beda7ffc4f33a065c',
    fromWallet: null,
    toWallet: null,
    status: 'pending',
    exchangeStatus: 'WAIT',
    createdAt: 1_665_300_874_000,
    updatedAt: 1_712_134_082_000,
  }

  it('reads a withdrawal, the fee taken out of the amount', () => {
    expect([withdrawalOf({}), withdrawalOf({ transactionFee: '0.4', status: '7', txId: 'tx' })]).toEqual([
      withdrawal,
      { ...withdrawal, amount: '9.6', fee: '0.4', status: 'completed', exchangeStatus: 'SUCCESS', transactionId: 'tx' },
    ])
  })

  it.each([
    ['deposit', [1, 2, 3, 4, 6, 9, 11], 'pending'],
    ['deposit', [5, 12], 'completed'],
    ['deposit', [7, 10], 'failed'],
    ['deposit', [8], 'refunded'],
    ['withdrawal', [1, 2, 3, 4, 5, 6, 10], 'pending'],
    ['withdrawal', [7], 'completed'],
    ['withdrawal', [8], 'failed'],
    ['withdrawal', [9], 'cancelled'],
  ])('takes %s statuses %j for %s', (kind, statuses, expected) => {
    const call = kind === 'deposit' ? calls.deposits(1, 2) : calls.withdrawals(1, 2)
    const rows = statuses.map((status) => ({ ...fixture[kind], status }))
    const parsed = call.parse(rows)
    expect(parsed.ok && parsed.value.rows.map(({ row }) => row.status)).toEqual(statuses.map(() => expected))
  })

  it('rejects a status that MEXC has not documented', () => {
    const problem = expect.stringContaining('status: 99: an unknown status')
    expect(calls.deposits(1, 2).parse([{ ...fixture.deposit, status: 99 }])).toEqual({ ok: false, problem })
    expect(withdrawalOf({ status: 99 })).toEqual(problem)
  })

  it('never throws, whatever the reply', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        for (const call of [calls.balances(), calls.mayTrade(), calls.order(mx, 'x'), calls.deposits(1, 2)])
          for (const reply of [body, [body], { balances: [body] }]) call.parse(reply)
      }),
    )
  })
})

const orderPush = (body: Partial<NonNullable<Push['privateOrders']>>, more: Partial<Push> = {}): Buffer =>
  encodePush({
    channel: 'spot@private.orders.v3.api.pb',
    symbol: 'MXUSDT',
    sendTime: 1_736_417_034_281,
    privateOrders: {
      id: 'C02__1',
      price: '3.5',
      quantity: '2',
      orderType: 1,
      tradeType: 1,
      status: 1,
      createTime: 1_736_417_034_259,
      ...body,
    },
    ...more,
  })

describe('MEXC documented private pushes', () => {
  it('reads what is available and frozen of one asset', () => {
    const balance = {
      ...head,
      receivedAt,
      wallet: 'spot',
      asset: 'USDT',
      free: '0.006016465074677006',
      locked: '4.4022',
      total: '4.408216465074677006',
      exchangeAt: 1_758_134_605_364,
    }
    expect(push(documentedFrame('privateAccount'))).toEqual({
      kind: 'events',
      events: [{ kind: 'balance', balance }],
    })
  })

  it('reads a fill', () => {
    const frame = documentedFrame('privateDeals')
    const fill = {
      ...head,
      receivedAt,
      symbol: 'MX_USDT',
      tradeId: '505979017439002624X1',
      exchangeOrderId: 'C02__505979017439002624115',
      side: 'SELL',
      price: '3.6962',
      quantity: '1',
      fee: '0.0003998377369698171',
      feeAsset: 'MX',
      liquidity: 'taker',
      realisedPnl: null,
      at: 1_736_417_034_280,
    }
    expect(push(frame)).toEqual({
      kind: 'events',
      events: [{ kind: 'fill', fill, raw: JSON.stringify(pushToJson(frame)) }],
    })
  })

  const sold = {
    ...head,
    receivedAt,
    symbol: 'MX_USDT',
    exchangeOrderId: 'C02__505979017439002624115',
    clientOrderId: null,
    side: 'SELL',
    type: 'MARKET',
    timeInForce: null,
    price: null,
    stopPrice: null,
    quantity: '1',
    quoteQuantity: null,
    filledQuantity: '1',
    averagePrice: '3.6962',
    status: 'FILLED',
    exchangeStatus: 'FILLED',
    reduceOnly: null,
    createdAt: 1_736_417_034_259,
    updatedAt: 1_736_417_034_281,
  }

  it('reads an order', () => {
    const frame = documentedFrame('privateOrder')
    expect(push(frame)).toEqual({
      kind: 'events',
      events: [{ kind: 'order', order: sold, raw: JSON.stringify(pushToJson(frame)) }],
    })
  })

  it('reads the vectors from the bytes that our own encoder writes for them', () => {
    const account = {
      vcoinName: 'USDT',
      coinId: '128f589271cb4951b03e71e6323eb7be',
      balanceAmount: '0.006016465074677006',
      balanceAmountChange: '-4.4022',
      frozenAmount: '4.4022',
      frozenAmountChange: '4.4022',
      type: 'ENTRUST_PLACE',
      time: 1_758_134_605_364,
    }
    const times = { createTime: account.time, sendTime: 1_758_134_605_373 }
    const order = {
      id: 'C02__505979017439002624115',
      price: '3.5121',
      quantity: '1',
      amount: '0',
      avgPrice: '3.6962',
      orderType: 5,
      tradeType: 2,
      remainAmount: '0',
      remainQuantity: '0',
      lastDealQuantity: '1',
      cumulativeQuantity: '1',
      cumulativeAmount: '3.6962',
      status: 2,
      createTime: 1_736_417_034_259,
    }
    const frames = [
      encodePush({ channel: 'spot@private.account.v3.api.pb', ...times, privateAccount: account }),
      encodePush({
        channel: 'spot@private.orders.v3.api.pb',
        symbol: 'MXUSDT',
        sendTime: 1_736_417_034_281,
        privateOrders: order,
      }),
    ]
    expect(frames).toEqual([documentedFrame('privateAccount'), documentedFrame('privateOrder')])
  })

  it('takes what protobuf leaves out for what it stands for', () => {
    expect(push(orderPush({}))).toMatchObject({
      events: [{ order: { clientOrderId: null, filledQuantity: '0', averagePrice: null, stopPrice: null } }],
    })
  })

  it.each([
    [1, 'NEW', 'NEW'],
    [2, 'FILLED', 'FILLED'],
    [3, 'PARTIALLY_FILLED', 'PARTIALLY_FILLED'],
    [4, 'CANCELED', 'CANCELED'],
    [5, 'CANCELED', 'PARTIALLY_CANCELED'],
  ])('reads status %d as %s', (status, expected, exchangeStatus) => {
    expect(push(orderPush({ status }))).toMatchObject({ events: [{ order: { status: expected, exchangeStatus } }] })
  })

  it.each([
    [1, 'LIMIT', null],
    [2, 'LIMIT', 'POST_ONLY'],
    [3, 'LIMIT', 'IOC'],
    [4, 'LIMIT', 'FOK'],
    [5, 'MARKET', null],
    [100, 'STOP_LIMIT', null],
    [77, 'TYPE_77', null],
  ])('reads order type %d as %s %s', (orderType, type, timeInForce) => {
    expect(push(orderPush({ orderType }))).toMatchObject({ events: [{ order: { type, timeInForce } }] })
  })

  it.each<[string, Buffer, string, string]>([
    ['an unlisted symbol', orderPush({}, { symbol: 'FOOUSDT' }), 'unknownInstrument', 'FOOUSDT'],
    ['an unknown status', orderPush({ status: 9 }), 'value', 'status: "9": an unknown status'],
    ['an unknown side', orderPush({ tradeType: 3 }), 'value', 'tradeType: 3: an unknown side'],
    ['a price that is none', orderPush({ price: 'x' }), 'value', 'price: "x": no amount'],
    ['a push of a public channel', documentedFrame('deals'), 'unknownChannel', 'aggre.deals'],
    ['other bytes', Buffer.from('ffff', 'hex'), 'schema', 'ffff'],
  ])('rejects %s', (_name, frame, reason, detail) => {
    expect(push(frame)).toEqual({ kind: 'rejected', reason, detail: expect.stringContaining(detail) })
  })

  it('rejects a balance without its amounts rather than taking it for nothing', () => {
    const frame = encodePush({
      channel: 'spot@private.account.v3.api.pb',
      privateAccount: { vcoinName: 'USDT', balanceAmount: '', frozenAmount: '1', time: 1 },
    })
    expect(push(frame)).toMatchObject({ kind: 'rejected', reason: 'schema' })
  })

  it.each(['privateAccount', 'privateDeals', 'privateOrder'])('rejects %s cut short at any byte', (name) => {
    const frame = documentedFrame(name)
    for (let length = 0; length < frame.length; length++)
      expect(push(frame.subarray(0, length))).toMatchObject({ kind: 'rejected' })
  })
})

describe('MEXC private stream', () => {
  it('has the three channels, and the listen key in its address', () => {
    expect([stream?.wires, stream?.rules('key', Date.now).url, stream?.ticket?.extendEveryMs]).toEqual([
      ['spot@private.account.v3.api.pb', 'spot@private.deals.v3.api.pb', 'spot@private.orders.v3.api.pb'],
      'wss://wbs-api.mexc.com/ws?listenKey=key',
      30 * 60_000,
    ])
  })

  it('takes a refusal of its channels for the end of the listen key', () => {
    const wires = ['spot@private.account.v3.api.pb', 'spot@private.orders.v3.api.pb']
    const msg = `Not Subscribed successfully! [${wires.join(',')}].  Reason： Blocked! `
    expect(answer(JSON.stringify({ id: 3, code: 0, msg }))).toEqual({
      kind: 'expired',
      reason: 'MEXC refuses the private channels to this listen key',
      control: { type: 'refused', id: 3, wires, message: msg.trim() },
    })
  })

  it('reads acknowledgements and pongs as everywhere', () => {
    const msg = 'spot@private.account.v3.api.pb,spot@private.deals.v3.api.pb'
    expect([answer(JSON.stringify({ id: 1, code: 0, msg })), answer('{"id":0,"code":0,"msg":"PONG"}')]).toEqual([
      { kind: 'control', control: { type: 'ack', id: 1, wires: msg.split(',') } },
      { kind: 'control', control: { type: 'pong' } },
    ])
  })
})
