import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AccountNormalized } from '../../../../src/main/exchanges/account-contract.ts'
import type { AccountNames } from '../../../../src/main/exchanges/kraken/account-names.ts'
import {
  readBalance,
  readFill,
  readOrder,
  readTransfer,
} from '../../../../src/main/exchanges/kraken/account-normalize.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/kraken/account-stream.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument } from '../../../support/instruments.ts'

const btc = instrument('kraken', 'spot', 'BTC', 'USD', 'BTC/USD')
const context = { account: 'kraken-main', instruments: new Map([[btc.nativeName, btc]]) }
const ids: Readonly<Record<string, string>> = { XXBT: 'BTC', ZUSD: 'USD', XXDG: 'DOGE', XETH: 'ETH' }
const names: AccountNames = {
  instrumentOf: (pair) => (pair === 'XBTUSD' || pair === 'XXBTZUSD' ? btc : undefined),
  assetOf: (id) => ids[id] ?? id,
  pairOf: () => 'XBTUSD',
}
const receivedAt = 1_790_000_000_000
const common = { account: 'kraken-main', exchange: 'kraken', receivedAt } as const
const documented: Readonly<Record<string, { readonly result: Readonly<Record<string, unknown>> }>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/kraken/rest_private.json'), 'utf8'),
)
const resultOf = (call: string) => documented[call]?.result ?? {}
const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

describe("kraken's private replies", () => {
  it('tell balances, what is lent in what is free; zero ones are left out', () => {
    const read = entriesOf(resultOf('BalanceEx')).map((entry) => readBalance(context, names, entry, receivedAt))
    const balance = (asset: string, total: string, locked: string, free: string) => ({
      kind: 'row',
      value: { ...common, wallet: 'spot', asset, total, locked, free, exchangeAt: null },
    })
    expect(read).toEqual([
      balance('USD', '100000.0000', '250.0000', '99750'),
      balance('BTC', '1.5000000000', '0.0000000000', '1.5'),
      { kind: 'foreign' },
      balance('ETH.F', '2.0000000000', '0.0000000000', '2'),
      balance('SOL', '10', '2', '12'),
    ])
  })

  it('tell an open order', () => {
    const [entry = ['', null]] = entriesOf(resultOf('OpenOrders').open)
    expect(readOrder(context, names, entry, receivedAt)).toEqual({
      kind: 'row',
      value: {
        row: {
          ...common,
          symbol: 'BTC_USD',
          exchangeOrderId: 'OQCLML-BW3P3-BUCMWZ',
          clientOrderId: null,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: null,
          price: '30010.0',
          stopPrice: null,
          quantity: '1.25000000',
          quoteQuantity: null,
          filledQuantity: '0.37500000',
          averagePrice: '30010.0',
          status: 'PARTIALLY_FILLED',
          exchangeStatus: 'open',
          reduceOnly: null,
          createdAt: 1_688_666_559_897,
          updatedAt: 1_688_666_559_897,
        },
        raw: JSON.stringify({ [entry[0]]: entry[1] }),
      },
    })
  })

  const order = (more: object, descr: object = {}) => {
    const [[id, json] = ['', {}]] = entriesOf(resultOf('OpenOrders').open)
    const row: unknown = JSON.parse(JSON.stringify(json))
    const own = { pair: 'XBTUSD', type: 'sell', ordertype: 'limit', price: '5', price2: '0' }
    const whole = { ...(typeof row === 'object' ? row : {}), vol_exec: '0', descr: { ...own, ...descr }, ...more }
    const reading = readOrder(context, names, [id, whole], receivedAt)
    return reading.kind === 'row' ? reading.value.row : reading
  }

  it.each([
    ['pending', 'NEW'],
    ['open', 'NEW'],
    ['closed', 'FILLED'],
    ['canceled', 'CANCELED'],
    ['expired', 'EXPIRED'],
  ])('call an order that is %s %s', (status, expected) => {
    expect(order({ status, closetm: 1_688_666_560.5 })).toMatchObject({
      status: expected,
      updatedAt: 1_688_666_560_500,
    })
  })

  it('tell triggers and limits of stops, quote quantities, post-only, and why an order ended', () => {
    expect(order({}, { ordertype: 'stop-loss-limit', price: '6', price2: '7' })).toMatchObject({
      type: 'STOP_LOSS_LIMIT',
      stopPrice: '6',
      price: '7',
    })
    expect(order({}, { ordertype: 'iceberg', price: '6' })).toMatchObject({
      type: 'ICEBERG',
      stopPrice: null,
      price: '6',
    })
    expect(order({}, { ordertype: 'trailing-stop', price: '+5%' })).toMatchObject({ stopPrice: null, price: null })
    expect(order({ oflags: 'fciq,viqc', vol: '100' }, { ordertype: 'market', price: '0' })).toMatchObject({
      type: 'MARKET',
      price: null,
      quantity: null,
      quoteQuantity: '100',
    })
    expect(order({ oflags: 'post', status: 'canceled', reason: 'User requested' })).toMatchObject({
      timeInForce: 'POST_ONLY',
      exchangeStatus: 'canceled: User requested',
    })
  })

  it('do not guess: words that are unknown, markets that are not listed', () => {
    expect(order({ status: 'frozen' })).toEqual({ kind: 'bad', problem: 'status: "frozen": an unknown word' })
    expect(order({}, { pair: 'XMRUSD' })).toEqual({ kind: 'unlisted', name: 'XMRUSD' })
  })

  it('tell a fill, its fee in quote asset', () => {
    const [entry = ['', null]] = entriesOf(resultOf('TradesHistory').trades)
    expect(readFill(context, names, entry, receivedAt)).toMatchObject({
      kind: 'row',
      value: {
        row: {
          ...common,
          symbol: 'BTC_USD',
          tradeId: 'THVRQM-33VKH-UCI7BS',
          exchangeOrderId: 'OQCLML-BW3P3-BUCMWZ',
          side: 'BUY',
          price: '30010.00000',
          quantity: '0.02000000',
          fee: '0.00000',
          feeAsset: 'USD',
          liquidity: 'maker',
          realisedPnl: null,
          at: 1_688_667_796_880,
        },
      },
    })
  })

  it('tell transfers, and how they ended', () => {
    const rows: unknown = resultOf('DepositStatus')
    const [row] = Array.isArray(rows) ? rows : []
    const read = (kind: 'deposit' | 'withdrawal', more: object) => {
      const reading = readTransfer(context, names, kind, { ...row, ...more }, receivedAt)
      return reading.kind === 'row' ? reading.value.row : reading
    }
    expect(read('deposit', {})).toEqual({
      ...common,
      transferId: 'Q2CANKL-LBFVEE-U4Y2WQ',
      kind: 'deposit',
      asset: 'ETH',
      amount: '7.9999257900',
      fee: '0.0000000000',
      feeAsset: 'ETH',
      network: 'Ether (Hex)',
      address: '0x615f',
      transactionId: '0x57fd',
      fromWallet: null,
      toWallet: null,
      status: 'completed',
      exchangeStatus: 'Success',
      createdAt: 1_529_223_212_000,
      updatedAt: null,
    })
    const states = [
      [{ status: 'Initial' }, 'pending'],
      [{ status: 'Settled' }, 'pending'],
      [{ status: 'Failure' }, 'failed'],
      [{ status: 'Failure', 'status-prop': 'canceled' }, 'cancelled'],
      [{ status: 'Failure', 'status-prop': 'return' }, 'refunded'],
      [{ status: 'Success', 'status-prop': 'onhold' }, 'pending'],
      [{ status: 'Pending', 'status-prop': 'cancel-pending' }, 'pending'],
    ] as const
    for (const [more, status] of states) expect(read('withdrawal', more)).toMatchObject({ status })
    expect(read('deposit', { fee: '0.5', amount: '2' })).toMatchObject({ amount: '1.5', fee: '0.5' })
    expect(read('withdrawal', { fee: '0.5', amount: '2' })).toMatchObject({ amount: '2', fee: '0.5' })
  })
})

describe("kraken's private frames", () => {
  const frames = readFrames('kraken/ws_private.ndjson')
  const normalizer = () => {
    const normalize = createAccountNormalizer(context)
    return (frame: string | Buffer): AccountNormalized =>
      normalize(typeof frame === 'string' ? Buffer.from(frame) : frame, false, receivedAt)
  }
  const at = (part: string): Buffer => {
    const frame = frames.find((one) => one.includes(part))
    if (frame === undefined) throw new Error(`no frame with ${part}`)
    return frame
  }

  it('are acknowledged, and a token that is too old asks for another', () => {
    expect([at('"maxratecount"'), at('ESession')].map(normalizer())).toEqual([
      { kind: 'control', control: { type: 'ack', id: null, wires: ['executions'] } },
      {
        kind: 'expired',
        reason: 'the token is no longer good (ESession:Invalid session)',
        control: { type: 'refused', id: null, wires: ['executions'], message: 'ESession:Invalid session' },
      },
    ])
  })

  it('tell what the spot wallet holds, and nothing of what is free', () => {
    const balance = { ...common, wallet: 'spot', asset: 'BTC', free: null, locked: null, exchangeAt: null }
    expect(normalizer()(at('"wallets"'))).toEqual({
      kind: 'events',
      events: [{ kind: 'balance', balance: { ...balance, total: '1.2' } }],
    })
    const exchangeAt = Date.UTC(2023, 8, 22, 10, 33, 5, 710)
    const update = String(at('"ledger_id"')).replace('"sequence":9', '"sequence":1')
    expect(normalizer()(update)).toEqual({
      kind: 'events',
      events: [{ kind: 'balance', balance: { ...balance, total: '0.005', exchangeAt } }],
    })
    const deposit = update.replace('"type":"trade"', '"type":"deposit"').replace('0.005}', '12345678901.123456789}')
    expect(normalizer()(deposit)).toEqual({
      kind: 'events',
      events: [
        { kind: 'balance', balance: { ...balance, total: '12345678901.123456789', exchangeAt } },
        { kind: 'hint', poll: 'transfers' },
      ],
    })
    expect(normalizer()(update.replace('"spot"', '"earn"'))).toEqual({ kind: 'events', events: [] })
  })

  it('of one order are joined: what follows says little', () => {
    const normalize = normalizer()
    const sent = ['"sequence":8', '"exec_type":"new"', '"exec_type":"trade"'].map(at)
    const filled =
      '{"channel":"executions","type":"update","data":[{"timestamp":"2023-09-22T10:33:05.71Z","order_status":"filled","exec_type":"filled","order_id":"OK4GJX-KSTLS-7DZZO5"}],"sequence":11}'
    const results = [...sent, filled].map(normalize)
    const orders = results.map((one) =>
      one.kind === 'events' ? one.events.find(({ kind }) => kind === 'order') : null,
    )
    const time = Date.UTC(2023, 8, 22, 10, 33, 5, 709)
    const order = {
      ...common,
      symbol: 'BTC_USD',
      exchangeOrderId: 'OK4GJX-KSTLS-7DZZO5',
      clientOrderId: null,
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: '26500',
      stopPrice: null,
      quantity: '0.005',
      quoteQuantity: null,
      reduceOnly: null,
      createdAt: time,
    }
    const nothing = { filledQuantity: '0', averagePrice: null, updatedAt: time }
    const all = { filledQuantity: '0.005', averagePrice: '26599.9' }
    expect(orders).toMatchObject([
      { order: { ...order, ...nothing, status: 'NEW', exchangeStatus: 'pending_new' } },
      { order: { ...order, ...nothing, status: 'NEW', exchangeStatus: 'new' } },
      { order: { ...order, ...all, status: 'PARTIALLY_FILLED', exchangeStatus: 'partially_filled', updatedAt: time } },
      { order: { ...order, ...all, status: 'FILLED', exchangeStatus: 'filled', updatedAt: time + 1 } },
    ])
    const fills = results.flatMap((one) =>
      one.kind === 'events' ? one.events.filter(({ kind }) => kind === 'fill') : [],
    )
    expect(fills).toMatchObject([
      {
        fill: {
          ...common,
          symbol: 'BTC_USD',
          tradeId: 'TGBB7L-HT5LX-J3BZ4A',
          exchangeOrderId: 'OK4GJX-KSTLS-7DZZO5',
          side: 'SELL',
          price: '26599.9',
          quantity: '0.005',
          fee: '0.3458',
          feeAsset: 'USD',
          liquidity: 'taker',
          at: time,
        },
      },
    ])
  })

  it('of a fill are not taken for the next one of its order', () => {
    const normalize = normalizer()
    const trade = (sequence: number, more: object) =>
      normalize(
        JSON.stringify({
          ...{ channel: 'executions', type: 'update', sequence },
          data: [
            {
              ...{ order_id: 'OK4GJX', exec_type: 'trade', order_status: 'partially_filled', symbol: 'BTC/USD' },
              ...{ side: 'sell', order_type: 'limit', last_price: 5, last_qty: 1, timestamp: '2023-09-22T10:33:06Z' },
              ...more,
            },
          ],
        }),
      )
    trade(1, { exec_id: 'TA', cum_qty: 1, liquidity_ind: 't', fees: [{ asset: 'USD', qty: 0.3 }] })
    expect(trade(2, { exec_id: 'TB', cum_qty: 2 })).toMatchObject({
      events: [
        { kind: 'order', order: { filledQuantity: '2' } },
        { kind: 'fill', fill: { tradeId: 'TB', quantity: '1', fee: null, feeAsset: null, liquidity: null } },
        { kind: 'hint', poll: 'balances' },
      ],
    })
    expect(trade(3, { cum_qty: 3 })).toMatchObject({ rejected: { reason: 'value', detail: 'exec_id: absent' } })
  })

  it('that follow on nothing known, or on a hole, have REST asked', () => {
    const late = String(at('"exec_type":"new"')).replace('"sequence":9', '"sequence":1')
    const asked = [
      { kind: 'hint', poll: 'orders' },
      { kind: 'hint', poll: 'fills' },
      { kind: 'hint', poll: 'balances' },
    ]
    expect(normalizer()(late)).toEqual({ kind: 'events', events: asked })
    const normalize = normalizer()
    normalize(String(at('"wallets"')))
    const third = String(at('"ledger_id"')).replace('"sequence":9', '"sequence":3')
    expect(normalize(third)).toMatchObject({
      events: [{ kind: 'balance' }, { kind: 'hint', poll: 'balances' }],
      rejected: { reason: 'value', detail: 'balances: sequence: messages are missing before 3' },
    })
    expect(normalize(third.replace(':3}', ':4}'))).toMatchObject({ events: [{ kind: 'balance' }] })
  })

  it('that say little are not joined with what was known before a hole', () => {
    const normalize = normalizer()
    normalize(String(at('"sequence":8')).replace('"sequence":8', '"sequence":1'))
    const ended = String(at('"exec_type":"new"'))
      .replace('"sequence":9', '"sequence":3')
      .replaceAll('"new"', '"filled"')
    expect(normalize(ended)).toMatchObject({
      events: [{ poll: 'orders' }, { poll: 'fills' }, { poll: 'balances' }, { poll: 'orders' }, { poll: 'fills' }],
    })
  })

  it('that came already, or behind a later one, change nothing', () => {
    const normalize = normalizer()
    normalize(String(at('"wallets"')))
    const pushOf = (sequence: number) => String(at('"ledger_id"')).replace('"sequence":9', `"sequence":${sequence}`)
    expect(normalize(pushOf(2))).toMatchObject({ kind: 'events' })
    expect(normalize(pushOf(2))).toEqual({ kind: 'control', control: { type: 'ignored' } })
    expect(normalize(pushOf(4))).toMatchObject({ events: [{ kind: 'balance' }, { kind: 'hint', poll: 'balances' }] })
    expect(normalize(pushOf(3))).toEqual({ kind: 'control', control: { type: 'ignored' } })
    expect(normalize(pushOf(5))).toEqual({ kind: 'events', events: [expect.objectContaining({ kind: 'balance' })] })
    // another subscription on the same socket
    expect(normalize(pushOf(1))).toMatchObject({ events: [{ kind: 'balance' }] })
    expect(normalize(pushOf(2))).toEqual({ kind: 'events', events: [expect.objectContaining({ kind: 'balance' })] })
  })

  it.each([
    ['cut off', '{"chan', 'json'],
    ['without rows', '{"channel":"balances"}', 'schema'],
    ['of another channel', '{"channel":"level3","data":[]}', 'unknownChannel'],
    ['without an amount', '{"channel":"balances","data":[{"asset":"BTC"}]}', 'schema'],
  ])('are rejected without a word of theirs: %s', (_name, frame, reason) => {
    const result = normalizer()(frame)
    expect(result.kind === 'events' ? result.rejected : result).toMatchObject({ reason })
  })

  it('about a key that may not listen stop the account', () => {
    const answer = '{"method":"subscribe","req_id":4,"success":false,"error":"EGeneral:Permission denied"}'
    expect(normalizer()(answer)).toMatchObject({ kind: 'rejectedKey', code: 'EGeneral:Permission denied' })
  })
})
