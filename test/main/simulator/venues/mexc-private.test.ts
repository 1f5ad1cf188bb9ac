import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { pushToJson } from '../../../../src/main/exchanges/mexc/protobuf.ts'
import type { SimApiKey } from '../../../../src/main/simulator/account/contract.ts'
import { createAccountEngine } from '../../../../src/main/simulator/account/engine.ts'
import type { Peer, SimInstrument, SimMarket, VenueRequest } from '../../../../src/main/simulator/venue.ts'
import { accountRules } from '../../../../src/main/simulator/venues/mexc/account-rules.ts'
import { createMexcVenue } from '../../../../src/main/simulator/venues/mexc.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const start = Date.parse('2026-05-06T11:30:00Z')
const minute = 60_000
const day = 86_400_000

const btc: SimInstrument = {
  exchange: 'mexc',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC_USDT',
  tickSize: 0.01,
  lotSize: 0.000001,
  minimumNotional: 1,
  contractSize: 1,
  priceDecimals: 2,
  quantityDecimals: 8,
  listedAt: 0,
}

class TestMarket implements SimMarket {
  at = start
  readonly instruments = [btc]
  now = () => this.at
  find = () => btc
  quote = () => ({
    instrument: btc,
    bidPrice: 50_000,
    bidQuantity: 1,
    askPrice: 50_001,
    askQuantity: 1,
    at: this.at,
    updateId: 1,
  })
  book = () => depthOf(this.quote())
  trades = () => []
  klines = () => []
}

class TestPeer implements Peer {
  readonly subscriptions: ReadonlySet<string> = new Set()
  readonly texts: string[] = []
  readonly pushes: Buffer[] = []
  send(frame: string | Buffer): void {
    this.texts.push(frame.toString())
  }
  sendPrivate(frame: string | Buffer): void {
    this.pushes.push(Buffer.from(frame))
  }
  close(): void {}
  subscribe(): void {}
  unsubscribe(): void {}
  ping(): void {}
  every(): void {}
  /** Private pushes since the last time, as the documentation prints them. */
  told(): unknown[] {
    return this.pushes.splice(0).map((frame) => pushToJson(frame))
  }
}

const key: SimApiKey = {
  key: 'mx0test',
  secret: 'secret',
  passphrase: null,
  canTrade: false,
  canWithdraw: false,
  ipAddresses: [],
  expiresAt: null,
}
const reader: SimApiKey = { ...key, key: 'mx0noorders', lacks: ['SPOT_DEAL_READ'] }
const elsewhere: SimApiKey = { ...key, key: 'mx0elsewhere', ipAddresses: ['192.0.2.1'] }
const passing: SimApiKey = { ...key, key: 'mx0passing', expiresAt: start + 90 * day }

const sign = (text: string, secret = key.secret) => createHmac('sha256', secret).update(text).digest('hex')

function open() {
  const market = new TestMarket()
  const keys = [key, reader, elsewhere, passing]
  const account = createAccountEngine({ exchange: 'mexc', rules: accountRules, market, seed: 1, keys })
  const venue = createMexcVenue(market, account)
  const send = (method: string, path: string, rawQuery: string, more: Partial<VenueRequest> = {}) =>
    venue.rest({
      origin: 'https://api.mexc.com',
      method,
      path: `/api/v3/${path}`,
      query: new URLSearchParams(rawQuery),
      rawQuery,
      headers: { 'content-type': 'application/json', 'x-mexc-apikey': key.key },
      body: '',
      address: '127.0.0.1',
      ...more,
    })
  /** In good order. */
  const ask = (method: string, path: string, query = '', as = key) => {
    const stamped = `${query === '' ? '' : `${query}&`}timestamp=${market.at}`
    const headers = { 'x-mexc-apikey': as.key }
    return send(method, path, `${stamped}&signature=${sign(stamped)}`, { headers })
  }
  const get = (path: string, query?: string, as?: SimApiKey) => ask('GET', path, query, as)
  function listen(): string {
    const { body } = ask('POST', 'userDataStream')
    const found = typeof body === 'object' && body !== null && 'listenKey' in body ? body.listenKey : undefined
    if (typeof found !== 'string') throw new Error('no listen key')
    return found
  }
  function connect(listenKey: string | null) {
    const peer = new TestPeer()
    const rawQuery = listenKey === null ? '' : `listenKey=${listenKey}`
    const connection = venue.accept(peer, {
      origin: 'wss://wbs-api.mexc.com',
      method: 'GET',
      path: '/ws',
      query: new URLSearchParams(rawQuery),
      rawQuery,
      headers: {},
      body: '',
      address: '127.0.0.1',
    })
    if ('status' in connection) throw new Error('refused')
    return { peer, connection }
  }
  return { market, account, send, ask, get, listen, connect }
}

const refused = (code: number, msg: unknown = expect.any(String)) => ({
  status: 400,
  body: { msg, code, _extend: null },
})

describe('MEXC venue, signed requests', () => {
  const stamp = `timestamp=${start}`

  it.each<[string, string, Partial<VenueRequest>, number]>([
    ['no key', `${stamp}&signature=${sign(stamp)}`, { headers: {} }, 400],
    ['a key of another shape', `${stamp}&signature=${sign(stamp)}`, { headers: { 'x-mexc-apikey': 'abc' } }, 700001],
    ['no signature', stamp, {}, 700002],
    ['an unknown key', `${stamp}&signature=${sign(stamp)}`, { headers: { 'x-mexc-apikey': 'mx0other' } }, 10072],
    [
      'another address than the key has',
      `${stamp}&signature=${sign(stamp)}`,
      { headers: { 'x-mexc-apikey': elsewhere.key } },
      700006,
    ],
    ['a wrong secret', `${stamp}&signature=${sign(stamp, 'other')}`, {}, 700002],
    ['upper-case hexadecimal', `${stamp}&signature=${sign(stamp).toUpperCase()}`, {}, 700002],
    ['a parameter that was not signed', `symbol=BTCUSDT&${stamp}&signature=${sign(stamp)}`, {}, 700002],
    ['no time', `a=1&signature=${sign('a=1')}`, {}, 700004],
    ['a wrong content type', stamp, { headers: { 'content-type': 'text/plain' } }, 700013],
  ])('are refused with %s', (_name, query, more, code) => {
    expect(open().send('GET', 'account', query, more)).toEqual(refused(code))
  })

  it('are accepted with the signature over query and body without anything in between', () => {
    const [query, body] = ['a=1', `b=2&${stamp}`]
    const reply = open().send('GET', 'kyc/status', `${query}&signature=${sign(query + body)}`, { body })
    expect(reply).toEqual({ status: 200, body: { status: '1' } })
  })

  it.each([
    [start - 5_000, null, 200],
    [start - 5_001, null, 700003],
    [start + 999, null, 200],
    [start + 1_000, null, 700003],
    [start - 60_000, 60_000, 200],
    [start - 60_001, 60_000, 700003],
    [start, 60_001, 700005],
  ])('of time %d with recvWindow %s are answered %d', (timestamp, recvWindow, expected) => {
    const stamped = `${recvWindow === null ? '' : `recvWindow=${recvWindow}&`}timestamp=${timestamp}`
    const reply = open().send('GET', 'kyc/status', `${stamped}&signature=${sign(stamped)}`)
    expect(reply).toEqual(expected === 200 ? { status: 200, body: { status: '1' } } : refused(expected))
  })

  it('need the permission of their endpoint', () => {
    const { get } = open()
    expect([get('openOrders', 'symbol=BTCUSDT', reader), get('account', '', reader).status]).toEqual([
      refused(700007),
      200,
    ])
  })

  it('end with the key', () => {
    const { market, account, get } = open()
    const before = get('kyc/status', '', passing).status
    market.at = start + 90 * day
    account.revokeKey(key.key)
    expect([before, get('kyc/status', '', passing), get('kyc/status')]).toEqual([200, refused(10072), refused(10072)])
  })

  it.each([
    ['openOrders', '', 700004],
    ['openOrders', 'symbol=FOOUSDT', -1121],
    ['order', 'symbol=BTCUSDT', 700004],
    ['order', 'symbol=BTCUSDT&orderId=C02__1', -2011],
    ['allOrders', `symbol=BTCUSDT&startTime=${start - 8 * day}&endTime=${start}`, -1128],
    ['allOrders', `symbol=BTCUSDT&startTime=2&endTime=1`, -1128],
    ['myTrades', 'symbol=BTCUSDT&startTime=x', 700008],
    ['myTrades', 'symbol=BTCUSDT&limit=many', 700008],
    ['capital/deposit/hisrec', `startTime=${start - 8 * day}&endTime=${start}`, -1128],
  ])('GET %s?%s is refused with %d', (path, query, code) => {
    expect(open().get(path, query)).toEqual(refused(code))
  })

  it('have two calls a second for the account, and pools of their own for the rest', () => {
    const { market, get } = open()
    const statuses = [1, 2, 3].map(() => get('account').status)
    market.at += 1_000
    expect([...statuses, get('account').status, get('kyc/status').status]).toEqual([200, 200, 429, 200, 200])
  })

  it('give the newest hundred of too many fills, and none older than a month', () => {
    const { market, account, get } = open()
    account.advanceTransfer(account.deposit('USDT', '1000000').id, 'completed')
    for (let n = 0; n < 120; n++) {
      market.at = start + n * minute
      const order = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.01' })
      account.fill(order.id, '0.01')
    }
    const timesOf = ({ body }: { body: unknown }) =>
      Array.isArray(body) ? body.map((row: { time: number }) => (row.time - start) / minute) : []
    const newest = timesOf(get('myTrades', 'symbol=BTCUSDT'))
    market.at = start + 30 * day + 100 * minute
    expect([newest.length, newest[0], newest.at(-1), timesOf(get('myTrades', 'symbol=BTCUSDT')).at(-1)]).toEqual([
      100, 119, 20, 100,
    ])
  })
})

describe('MEXC venue, private stream', () => {
  const channels = {
    account: 'spot@private.account.v3.api.pb',
    deals: 'spot@private.deals.v3.api.pb',
    orders: 'spot@private.orders.v3.api.pb',
  }
  const all = Object.values(channels)
  const subscribe = JSON.stringify({ method: 'SUBSCRIPTION', params: all, id: 1 })
  const ack = JSON.stringify({ id: 1, code: 0, msg: all.join(',') })
  const blocked = JSON.stringify({
    id: 1,
    code: 0,
    msg: `Not Subscribed successfully! [${all.join(',')}].  Reason： Blocked! `,
  })

  it('refuses its channels without a listen key, with an unknown one and with one that expired', () => {
    const { market, listen, connect } = open()
    const listenKey = listen()
    const asked = [null, 'unknown', listenKey].map(connect)
    market.at += 60 * minute
    asked.push(connect(listenKey))
    for (const { connection } of asked) connection.onMessage(subscribe)
    expect(asked.flatMap(({ peer }) => peer.texts)).toEqual([blocked, blocked, blocked, blocked])
  })

  it('carries five connections on one listen key', () => {
    const { listen, connect } = open()
    const listenKey = listen()
    const opened = Array.from({ length: 6 }, () => connect(listenKey))
    for (const { connection } of opened) connection.onMessage(subscribe)
    opened[0]?.connection.onClose?.()
    const seventh = connect(listenKey)
    seventh.connection.onMessage(subscribe)
    expect([...opened, seventh].flatMap(({ peer }) => peer.texts)).toEqual([ack, ack, ack, ack, ack, blocked, ack])
  })

  it('gives a user sixty listen keys, lists them, extends and deletes them', () => {
    const { ask, get, listen } = open()
    const keys = Array.from({ length: 60 }, listen)
    const [first = '', second = ''] = keys
    expect([
      new Set(keys).size,
      ask('POST', 'userDataStream').status,
      ask('DELETE', 'userDataStream', `listenKey=${first}`),
      ask('PUT', 'userDataStream', `listenKey=${first}`),
      ask('PUT', 'userDataStream', `listenKey=${second}`),
      get('userDataStream'),
    ]).toEqual([
      60,
      400,
      { status: 200, body: { listenKey: first } },
      refused(-1125),
      { status: 200, body: { listenKey: second } },
      { status: 200, body: { listenKey: keys.slice(1) } },
    ])
  })

  it('tells orders, fills and balances in the documented shape', () => {
    const { market, account, listen, connect } = open()
    account.advanceTransfer(account.deposit('USDT', '1000').id, 'completed')
    const { peer, connection } = connect(listen())
    connection.onMessage(subscribe)
    const order = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.01' })
    const placed = peer.told()
    market.at += 5
    const fill = account.fill(order.id, '0.004', { isMaker: true })
    const filled = peer.told()
    const times = { createTime: String(start), sendTime: String(start) }
    expect(placed).toEqual([
      {
        channel: channels.orders,
        symbol: 'BTCUSDT',
        sendTime: String(start),
        privateOrders: {
          id: order.id,
          ...(order.clientOrderId === '' ? {} : { clientId: order.clientOrderId }),
          price: '50000',
          quantity: '0.01',
          amount: '500',
          avgPrice: '0',
          orderType: 1,
          tradeType: 1,
          remainAmount: '500',
          remainQuantity: '0.01',
          cumulativeQuantity: '0',
          cumulativeAmount: '0',
          status: 1,
          createTime: String(start),
        },
      },
      {
        channel: channels.account,
        ...times,
        privateAccount: {
          vcoinName: 'USDT',
          balanceAmount: '500',
          balanceAmountChange: '-500',
          frozenAmount: '500',
          frozenAmountChange: '500',
          type: 'ENTRUST_PLACE',
          time: String(start),
        },
      },
    ])
    const at = String(start + 5)
    expect(filled.slice(0, 2)).toMatchObject([
      {
        sendTime: at,
        privateOrders: {
          avgPrice: '50000',
          isMaker: true,
          lastDealQuantity: '0.004',
          remainQuantity: '0.006',
          cumulativeQuantity: '0.004',
          cumulativeAmount: '200',
          status: 3,
        },
      },
      {
        channel: channels.deals,
        symbol: 'BTCUSDT',
        sendTime: at,
        privateDeals: {
          price: '50000',
          quantity: '0.004',
          amount: '200',
          tradeType: 1,
          isMaker: true,
          tradeId: fill.tradeId,
          orderId: order.id,
          feeAmount: '0',
          feeCurrency: 'BTC',
          time: at,
        },
      },
    ])
  })

  it('falls silent when the listen keys expire, and when their API key is revoked', () => {
    const { account, listen, connect, get } = open()
    const { peer, connection } = connect(listen())
    connection.onMessage(subscribe)
    account.expireListenKeys()
    account.advanceTransfer(account.deposit('USDT', '1000').id, 'completed')
    const again = connect(listen())
    again.connection.onMessage(subscribe)
    account.revokeKey(key.key)
    account.advanceTransfer(account.deposit('USDT', '1000').id, 'completed')
    expect([peer.told(), again.peer.told(), get('account')]).toEqual([[], [], refused(10072)])
  })

  it('tells nothing of a channel that was left or a socket that was closed', () => {
    const { account, listen, connect } = open()
    const { peer, connection } = connect(listen())
    connection.onMessage(subscribe)
    connection.onMessage(JSON.stringify({ method: 'UNSUBSCRIPTION', params: [channels.account] }))
    const deposit = () => account.advanceTransfer(account.deposit('USDT', '1000').id, 'completed')
    deposit()
    const left = peer.told()
    connection.onMessage(subscribe)
    deposit()
    const back = peer.told()
    connection.onClose?.()
    deposit()
    expect([left.length, back.length, peer.told().length]).toEqual([0, 1, 0])
  })
})
