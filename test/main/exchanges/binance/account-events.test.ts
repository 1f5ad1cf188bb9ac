import { describe, expect, it } from 'vitest'
import { createFuturesNormalizer, createSpotNormalizer } from '../../../../src/main/exchanges/binance/account-events.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const receivedAt = 1_800_000_000_000
const lookup = lookupOf([
  instrument('binance', 'spot', 'ETH', 'BTC', 'ETHBTC'),
  instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT'),
])
const normalizers = {
  spot: createSpotNormalizer('binance-main', lookup),
  perpetual: createFuturesNormalizer('binance-main', lookup),
}
const frames = {
  spot: readFrames('binance/account_ws_spot.ndjson'),
  perpetual: readFrames('binance/account_ws_perpetual.ndjson'),
}
const frameOf = (product: 'spot' | 'perpetual', word: string): Buffer => {
  const found = frames[product].find((frame) => frame.includes(`"${word}"`))
  if (found === undefined) throw new Error(`no ${word}`)
  return found
}
const read = (product: 'spot' | 'perpetual', word: string) =>
  normalizers[product](frameOf(product, word), false, receivedAt)
/** The documented frame with other fields. */
const changed = (product: 'spot' | 'perpetual', word: string, fields: object) => {
  const frame: unknown = JSON.parse(String(frameOf(product, word)), (key, value) =>
    key === 'event' || (key === 'o' && typeof value === 'object') ? { ...value, ...fields } : value,
  )
  return normalizers[product](Buffer.from(JSON.stringify(frame)), false, receivedAt)
}
const own = { account: 'binance-main', exchange: 'binance', receivedAt } as const

describe('binance spot user data', () => {
  it('has an answer for every documented frame', () => {
    expect(frames.spot.map((frame) => normalizers.spot(frame, false, receivedAt).kind)).toEqual([
      ...['events', 'events', 'events', 'events', 'expired', 'control', 'control', 'rejectedKey'],
    ])
  })

  it('reads an order report', () => {
    const frame: unknown = JSON.parse(String(frameOf('spot', 'executionReport')))
    const order = {
      ...own,
      symbol: 'ETH_BTC',
      exchangeOrderId: '4293153',
      clientOrderId: 'mUvoqJxFIILMdfAW5iGSOW',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: '0.10264410',
      stopPrice: null,
      quantity: '1.00000000',
      quoteQuantity: null,
      filledQuantity: '0.00000000',
      averagePrice: null,
      status: 'NEW',
      exchangeStatus: 'NEW',
      reduceOnly: null,
      createdAt: 1_499_405_658_657,
      updatedAt: 1_499_405_658_657,
    }
    const raw = JSON.stringify(Object.getOwnPropertyDescriptor(frame, 'event')?.value)
    expect(read('spot', 'executionReport')).toEqual({ kind: 'events', events: [{ kind: 'order', order, raw }] })
  })

  it('reads the fill of a trade, with its fee, beside the order', () => {
    const trade = {
      x: 'TRADE',
      X: 'PARTIALLY_FILLED',
      l: '0.4',
      z: '0.5',
      L: '0.102',
      Z: '0.0511',
      n: '0.0004',
      N: 'ETH',
      t: 77,
      m: true,
    }
    expect(changed('spot', 'executionReport', trade)).toMatchObject({
      kind: 'events',
      events: [
        { kind: 'order', order: { status: 'PARTIALLY_FILLED', filledQuantity: '0.5', averagePrice: '0.1022' } },
        {
          kind: 'fill',
          fill: {
            ...own,
            symbol: 'ETH_BTC',
            tradeId: '77',
            exchangeOrderId: '4293153',
            side: 'BUY',
            price: '0.102',
            quantity: '0.4',
            fee: '0.0004',
            feeAsset: 'ETH',
            liquidity: 'maker',
            realisedPnl: null,
            at: 1_499_405_658_657,
          },
        },
      ],
    })
  })

  it('reads ids that no float64 holds, digit by digit', () => {
    const frame = String(frameOf('perpetual', 'ORDER_TRADE_UPDATE')).replace(/"i":\d+/, '"i":8389765519993908929')
    expect(normalizers.perpetual(Buffer.from(frame), false, receivedAt)).toMatchObject({
      kind: 'events',
      events: [
        { kind: 'order', order: { exchangeOrderId: '8389765519993908929' } },
        { kind: 'fill', fill: { exchangeOrderId: '8389765519993908929' } },
      ],
    })
  })

  it('tells allocations of one order apart, which are no trades', () => {
    const ids = [0, 1].flatMap((a) => {
      const routed = { x: 'TRADE', X: 'FILLED', t: -1, a, b: 'ONE_PARTY_TRADE_REPORT', k: 'SOR', uS: true, l: '0.5' }
      const result = changed('spot', 'executionReport', routed)
      return result.kind === 'events'
        ? result.events.flatMap((one) => (one.kind === 'fill' ? [one.fill.tradeId] : []))
        : []
    })
    expect(ids).toEqual(['allocation-0', 'allocation-1'])
  })

  it.each([
    [
      'the order’s own id once it is cancelled',
      { X: 'CANCELED', c: 'cancel-1', C: 'mine' },
      { clientOrderId: 'mine', status: 'CANCELED' },
    ],
    [
      'the id that an amended order was given',
      { x: 'REPLACED', c: 'new-name', C: 'old-name', q: '0.5' },
      { clientOrderId: 'new-name', status: 'NEW', quantity: '0.5' },
    ],
    ['post-only by its type', { o: 'LIMIT_MAKER' }, { type: 'LIMIT', timeInForce: 'POST_ONLY' }],
    ['no price of a market order', { o: 'MARKET', p: '0.00000000' }, { type: 'MARKET', price: null }],
    [
      'a quantity in quote asset',
      { o: 'MARKET', q: '0.00000000', Q: '25.5' },
      { quantity: null, quoteQuantity: '25.5' },
    ],
    ['a trigger price', { o: 'STOP_LOSS_LIMIT', P: '0.09' }, { type: 'STOP_LOSS_LIMIT', stopPrice: '0.09' }],
    [
      'why it expired',
      { X: 'EXPIRED', eR: 'UNFILLED_IOC_QUANTITY_EXPIRED' },
      { status: 'EXPIRED', exchangeStatus: 'EXPIRED (UNFILLED_IOC_QUANTITY_EXPIRED)' },
    ],
    [
      'why it was rejected',
      { X: 'REJECTED', r: 'INSUFFICIENT_BALANCES' },
      { status: 'REJECTED', exchangeStatus: 'REJECTED (INSUFFICIENT_BALANCES)' },
    ],
    ['self-trade prevention', { X: 'EXPIRED_IN_MATCH' }, { status: 'EXPIRED' }],
    ['a waiting leg', { X: 'PENDING_NEW' }, { status: 'NEW' }],
  ])('tells %s', (_name, fields, order) => {
    expect(changed('spot', 'executionReport', fields)).toMatchObject({
      kind: 'events',
      events: [{ kind: 'order', order }],
    })
  })

  it('reads balances, and asks for what only REST tells', () => {
    const balance = {
      ...own,
      wallet: 'spot',
      asset: 'ETH',
      free: '10000.000000',
      locked: '0.000000',
      total: '10000',
      exchangeAt: 1_564_034_571_073,
    }
    expect(read('spot', 'outboundAccountPosition')).toEqual({ kind: 'events', events: [{ kind: 'balance', balance }] })
    expect(read('spot', 'balanceUpdate')).toEqual({ kind: 'events', events: [{ kind: 'hint', poll: 'transfers' }] })
    expect(read('spot', 'externalLockUpdate')).toEqual({ kind: 'events', events: [{ kind: 'hint', poll: 'balances' }] })
  })

  it('knows a stream that has ended, a server about to leave, and answers', () => {
    expect(read('spot', 'eventStreamTerminated')).toEqual({
      kind: 'expired',
      reason: 'the exchange has ended the event stream',
    })
    expect(read('spot', 'serverShutdown')).toEqual({
      kind: 'control',
      control: { type: 'closing', message: 'serverShutdown' },
    })
    const answer = (body: object) => normalizers.spot(Buffer.from(JSON.stringify(body)), false, receivedAt)
    expect(answer({ id: 3, status: 200, result: { subscriptionId: 0 } })).toEqual({
      kind: 'control',
      control: { type: 'ack', id: 3, wires: null },
    })
    expect(answer({ id: 3, status: 400, error: { code: -2035, msg: 'already' } })).toMatchObject({
      control: { type: 'ack', id: 3 },
    })
    const banned = 'Way too much request weight used; IP banned until 1659146400000.'
    expect(answer({ id: 3, status: 418, error: { code: -1003, msg: banned, data: { retryAfter: 1 } } })).toEqual({
      kind: 'control',
      control: { type: 'refused', id: 3, wires: null, message: `-1003: ${banned}` },
    })
    expect(answer({ id: 3, status: 401, error: { code: -2015, msg: 'Invalid API-key' } })).toEqual({
      kind: 'rejectedKey',
      code: '-2015',
      message: 'key rejected (-2015): check the key, its permissions and its IP allow-list',
      control: { type: 'refused', id: 3, wires: null, message: '-2015: Invalid API-key' },
    })
  })
})

describe('binance futures user data', () => {
  it('has an answer for every documented frame', () => {
    expect(frames.perpetual.map((frame) => normalizers.perpetual(frame, false, receivedAt).kind)).toEqual([
      ...['events', 'events', 'control', 'events', 'expired'],
    ])
  })

  it('reads an order and its fill', () => {
    const raw = String(frameOf('perpetual', 'ORDER_TRADE_UPDATE'))
    const shared = { ...own, symbol: 'BTC_USDT_PERP', exchangeOrderId: '8886774', side: 'SELL' } as const
    const order = {
      ...shared,
      clientOrderId: 'TEST',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: '7103.04',
      stopPrice: null,
      quantity: '0.001',
      quoteQuantity: null,
      filledQuantity: '0.001',
      averagePrice: '7103.04',
      status: 'FILLED',
      exchangeStatus: 'FILLED',
      reduceOnly: false,
      createdAt: null,
      updatedAt: 1_568_879_465_650,
    }
    const fill = {
      ...shared,
      tradeId: '98127',
      price: '7103.04',
      quantity: '0.001',
      fee: '0.00142',
      feeAsset: 'USDT',
      liquidity: 'maker',
      realisedPnl: '0',
      at: 1_568_879_465_650,
    }
    expect(read('perpetual', 'ORDER_TRADE_UPDATE')).toEqual({
      kind: 'events',
      events: [
        { kind: 'order', order, raw },
        { kind: 'fill', fill, raw },
      ],
    })
  })

  it('reads balances and positions', () => {
    expect(read('perpetual', 'ACCOUNT_UPDATE')).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'balance',
          balance: {
            ...own,
            wallet: 'futures',
            asset: 'USDT',
            free: null,
            locked: null,
            total: '122624.12345678',
            exchangeAt: 1_564_745_798_938,
          },
        },
        {
          kind: 'position',
          position: {
            ...own,
            symbol: 'BTC_USDT_PERP',
            side: 'BOTH',
            quantity: '-0.089',
            entryPrice: '19700.03933',
            markPrice: null,
            unrealisedPnl: '1.53058860',
            liquidationPrice: null,
            leverage: null,
            marginMode: 'isolated',
            settleAsset: 'USDT',
            exchangeAt: 1_564_745_798_938,
          },
        },
      ],
    })
  })

  it('counts a position of an unlisted contract beside what it can read', () => {
    const position = { pa: '1', ep: '1', up: '0', mt: 'cross', ps: 'BOTH' }
    const update = {
      e: 'ACCOUNT_UPDATE',
      E: 1,
      T: 1,
      a: {
        m: 'ORDER',
        P: [
          { s: 'XYZUSDT', ...position },
          { s: 'BTCUSDT', ...position },
        ],
      },
    }
    expect(normalizers.perpetual(Buffer.from(JSON.stringify(update)), false, receivedAt)).toMatchObject({
      kind: 'events',
      events: [{ kind: 'position', position: { symbol: 'BTC_USDT_PERP' } }],
      rejected: { reason: 'unknownInstrument', detail: 'XYZUSDT' },
    })
  })

  it('takes a liquidation’s report for a fill, and asks for one without a number', () => {
    const kinds = (fields: object): readonly string[] => {
      const result = changed('perpetual', 'ORDER_TRADE_UPDATE', fields)
      return result.kind === 'events' ? result.events.map(({ kind }) => kind) : [result.kind]
    }
    expect(kinds({ x: 'CALCULATED' })).toEqual(['order', 'fill'])
    expect(kinds({ x: 'CALCULATED', l: '0.000' })).toEqual(['order'])
    expect(kinds({ x: 'CALCULATED', t: 0 })).toEqual(['order', 'hint'])
    expect(kinds({ x: 'AMENDMENT' })).toEqual(['order'])
  })

  it.each([
    ['the time an order was made with its first report', { x: 'NEW', X: 'NEW' }, { createdAt: 1_568_879_465_650 }],
    [
      'why an order expired',
      { x: 'EXPIRED', X: 'EXPIRED', er: '2' },
      { exchangeStatus: 'EXPIRED (rest of an IOC order)' },
    ],
    ['post-only by its time in force', { x: 'NEW', f: 'GTX' }, { type: 'LIMIT', timeInForce: 'POST_ONLY' }],
  ])('tells %s', (_name, fields, order) => {
    expect(changed('perpetual', 'ORDER_TRADE_UPDATE', fields)).toMatchObject({ events: [{ kind: 'order', order }] })
  })

  it('leaves a fee open that the frame does not tell', () => {
    const result = changed('perpetual', 'ORDER_TRADE_UPDATE', { n: undefined, N: undefined })
    expect(result).toMatchObject({ events: [{}, { kind: 'fill', fill: { fee: null, feeAsset: null } }] })
  })

  it('asks for the rest of what happened', () => {
    const update = (m: string) =>
      normalizers.perpetual(
        Buffer.from(JSON.stringify({ e: 'ACCOUNT_UPDATE', E: 1, T: 1, a: { m } })),
        false,
        receivedAt,
      )
    expect(update('FUNDING_FEE')).toEqual({ kind: 'events', events: [{ kind: 'hint', poll: 'funding' }] })
    expect(update('DEPOSIT')).toEqual({ kind: 'events', events: [{ kind: 'hint', poll: 'transfers' }] })
    expect(read('perpetual', 'ACCOUNT_CONFIG_UPDATE')).toEqual({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'positions' }],
    })
  })
})

describe('binance private frames that are not what they must be', () => {
  it.each([
    ['spot', 'cut-off text', '{"subscriptionId":0,"ev', 'json'],
    ['spot', 'nothing known', '{"hello":1}', 'schema'],
    ['spot', 'a missing field', '{"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1}}', 'schema'],
    [
      'spot',
      'an amount that is none',
      '{"subscriptionId":0,"event":{"e":"outboundAccountPosition","u":1,"B":[{"a":"X","f":"","l":"0"}]}}',
      'schema',
    ],
    ['spot', 'an unknown event', '{"subscriptionId":0,"event":{"e":"somethingNew"}}', 'unknownChannel'],
    ['perpetual', 'cut-off text', '{"e":"ORDER', 'json'],
    ['perpetual', 'an unknown event', '{"e":"SOMETHING_NEW","E":1}', 'unknownChannel'],
    [
      'perpetual',
      'a position of an unlisted contract',
      '{"e":"ACCOUNT_UPDATE","E":1,"T":1,"a":{"m":"ORDER","P":[{"s":"XYZUSDT","pa":"1","ep":"1","up":"0","mt":"cross","ps":"BOTH"}]}}',
      'unknownInstrument',
    ],
  ] as const)('%s: rejects %s', (product, _name, text, reason) => {
    expect(normalizers[product](Buffer.from(text), false, receivedAt)).toMatchObject({ kind: 'rejected', reason })
  })

  it.each([
    ['spot', 'executionReport', { s: 'XYZBTC' }, 'unknownInstrument'],
    ['spot', 'executionReport', { X: 'BROODING' }, 'value'],
    ['perpetual', 'ORDER_TRADE_UPDATE', { s: 'BTCUSDT_260925' }, 'unknownInstrument'],
    ['perpetual', 'ORDER_TRADE_UPDATE', { X: 'BROODING' }, 'value'],
  ] as const)('%s: rejects a %s with %j', (product, word, fields, reason) => {
    expect(changed(product, word, fields)).toMatchObject({ kind: 'rejected', reason })
  })

  it('says nothing of their text, which may hold a listen key', () => {
    const secret = 'WsCMN0a4KHUPTQuX6IUnqEZfB1inxmv1'
    for (const text of [
      `{"e":"listenKeyExpired","listenKey":"${secret}"}`,
      `{"e":"listenKeyExpired","E":1,"l":"${secret}"`,
    ])
      expect(JSON.stringify(normalizers.perpetual(Buffer.from(text), false, receivedAt))).not.toContain(secret)
  })

  it('leaves COIN-M aside', () => {
    const frame = Buffer.from('{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"st":2,"o":{}}')
    expect(normalizers.perpetual(frame, false, receivedAt)).toEqual({ kind: 'control', control: { type: 'ignored' } })
  })
})
