import { createHmac } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SimAccountControl, SimApiKey } from '../../../../src/main/simulator/account/contract.ts'
import type { Peer, SimInstrument, Venue, VenueConnection, VenueReply } from '../../../../src/main/simulator/venue.ts'
import { createBinanceVenue } from '../../../../src/main/simulator/venues/binance.ts'
import { readFrames } from '../../../support/frames.ts'
import { emptyAccount, instrumentOf } from '../account/support.ts'

const spotHost = 'https://api.binance.com'
const futuresHost = 'https://fapi.binance.com'
const minute = 60_000
const day = 24 * 60 * minute

let clock: { now: number }
let account: SimAccountControl
let venue: Venue
let key: SimApiKey
let btc: SimInstrument
let perp: SimInstrument

beforeEach(() => {
  const made = emptyAccount('binance')
  ;({ account, clock } = made)
  btc = instrumentOf(made.market, 'BTC_USDT')
  perp = instrumentOf(made.market, 'BTC_USDT_PERP')
  venue = createBinanceVenue(made.market, account)
  key = {
    key: 'K'.repeat(64),
    secret: 'S'.repeat(64),
    passphrase: null,
    canTrade: false,
    canWithdraw: false,
    ipAddresses: [],
    expiresAt: null,
  }
  account.addKey(key)
})

const sign = (text: string, secret = key.secret): string => createHmac('sha256', secret).update(text).digest('hex')

function send(
  host: string,
  path: string,
  rawQuery: string,
  headers: Record<string, string>,
  method = 'GET',
): VenueReply {
  return venue.rest({
    origin: host,
    method,
    path,
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers,
    body: '',
    address: '127.0.0.1',
  })
}
/** Signed as it should be. */
function ask(host: string, path: string, query = '', method = 'GET'): VenueReply {
  const text = `${query === '' ? '' : `${query}&`}timestamp=${clock.now}`
  return send(host, path, `${text}&signature=${sign(text)}`, { 'x-mbx-apikey': key.key }, method)
}
const bodyOf = (reply: VenueReply): unknown =>
  typeof reply.body === 'string' ? (JSON.parse(reply.body) as unknown) : reply.body
const rowsOf = (reply: VenueReply): readonly unknown[] => {
  const body = bodyOf(reply)
  if (!Array.isArray(body)) throw new Error(`no list: ${JSON.stringify(body)}`)
  return body
}

function fund(): void {
  account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
  account.move('USDT', '50000', 'spot', 'futures')
}

describe('binance venue, keys and signatures', () => {
  const path = '/api/v3/account'
  const header = () => ({ 'x-mbx-apikey': key.key })

  it.each([
    ['no key', () => send(spotHost, path, '', {}), 401, -2014, 'API-key format invalid.'],
    [
      'a key that is none',
      () => send(spotHost, path, '', { 'x-mbx-apikey': 'abc' }),
      401,
      -2014,
      'API-key format invalid.',
    ],
    [
      'an unknown key',
      () => send(spotHost, path, '', { 'x-mbx-apikey': 'X'.repeat(64) }),
      401,
      -2015,
      'Invalid API-key, IP, or permissions for action.',
    ],
    [
      'an unknown key at the futures host',
      () => send(futuresHost, '/fapi/v3/balance', '', { 'x-mbx-apikey': 'X'.repeat(64) }),
      401,
      -2015,
      'Invalid API-key, IP, or permissions for action., request ip: 127.0.0.1',
    ],
    [
      'no time stamp',
      () => send(spotHost, path, `signature=${sign('')}`, header()),
      400,
      -1102,
      "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
    ],
    [
      'no signature',
      () => send(spotHost, path, `timestamp=${clock.now}`, header()),
      400,
      -1102,
      "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    ],
    [
      'another secret',
      () =>
        send(spotHost, path, `timestamp=${clock.now}&signature=${sign(`timestamp=${clock.now}`, 'none')}`, header()),
      400,
      -1022,
      'Signature for this request is not valid.',
    ],
    [
      'a signature that is not the last parameter',
      () => send(spotHost, path, `signature=${sign(`timestamp=${clock.now}`)}&timestamp=${clock.now}`, header()),
      400,
      -1022,
      'Signature for this request is not valid.',
    ],
    [
      'a parameter spot does not know',
      () => ask(spotHost, path, 'colour=red'),
      400,
      -1101,
      "Too many parameters; expected '2' and received '3'.",
    ],
  ])('refuse %s', (_name, reply, status, code, msg) => {
    expect(reply()).toMatchObject({ status, body: { code, msg } })
  })

  it.each([
    [-5_000, null],
    [-5_001, 'Timestamp for this request is outside of the recvWindow.'],
    [999, null],
    [1_000, "Timestamp for this request was 1000ms ahead of the server's time."],
  ])('take a time stamp that is off by %i ms: %s', (offset, msg) => {
    const text = `timestamp=${clock.now + offset}`
    const reply = send(spotHost, path, `${text}&signature=${sign(text)}`, header())
    expect(reply).toMatchObject(msg === null ? { status: 200 } : { status: 400, body: { code: -1021, msg } })
  })

  it('take a wider window, 60 s at most, and a signature in capitals', () => {
    const at = (window: number) => {
      const text = `recvWindow=${window}&timestamp=${clock.now - 50_000}`
      return send(spotHost, path, `${text}&signature=${sign(text).toUpperCase()}`, header())
    }
    expect(at(60_000).status).toBe(200)
    expect(at(60_001)).toMatchObject({ status: 400, body: { code: -1131 } })
  })

  it('refuse a revoked key, one from another address, one that has expired, and futures to one without', () => {
    const refused = { status: 401, body: { code: -2015 } }
    account.addKey({ ...key, ipAddresses: ['203.0.113.7'] })
    expect(ask(spotHost, path)).toMatchObject(refused)
    account.addKey({ ...key, expiresAt: clock.now })
    expect(ask(spotHost, path)).toMatchObject(refused)
    account.addKey({ ...key, lacks: ['enableFutures'] })
    expect(ask(spotHost, path).status).toBe(200)
    expect(ask(futuresHost, '/fapi/v3/balance')).toMatchObject(refused)
    account.revokeKey(key.key)
    expect(ask(spotHost, path)).toMatchObject(refused)
  })

  it('tell what a key may do', () => {
    const told = () => bodyOf(ask(spotHost, '/sapi/v1/account/apiRestrictions'))
    expect(told()).toMatchObject({
      ipRestrict: false,
      enableReading: true,
      enableWithdrawals: false,
      enableFutures: false,
    })
    account.addKey({ ...key, canTrade: true, canWithdraw: true, ipAddresses: ['127.0.0.1'] })
    expect(told()).toMatchObject({
      ipRestrict: true,
      enableWithdrawals: true,
      enableFutures: true,
      enableSpotAndMarginTrading: true,
    })
  })
})

describe('binance venue, weights of private calls', () => {
  it.each([
    [spotHost, '/api/v3/account', '', 'x-mbx-used-weight-1m', '20'],
    [spotHost, '/api/v3/openOrders', '', 'x-mbx-used-weight-1m', '80'],
    [spotHost, '/api/v3/openOrders', 'symbol=BTCUSDT', 'x-mbx-used-weight-1m', '6'],
    [spotHost, '/api/v3/myTrades', 'symbol=BTCUSDT', 'x-mbx-used-weight-1m', '20'],
    [futuresHost, '/fapi/v1/openOrders', '', 'x-mbx-used-weight-1m', '40'],
    [futuresHost, '/fapi/v1/income', '', 'x-mbx-used-weight-1m', '30'],
    [spotHost, '/sapi/v1/capital/deposit/hisrec', '', 'x-sapi-used-ip-weight-1m', '1'],
    [spotHost, '/sapi/v1/capital/withdraw/history', '', 'x-sapi-used-uid-weight-1m', '18000'],
  ])('%s%s?%s', (host, path, query, name, weight) => {
    const reply = ask(host, path, query)
    expect(reply.status).toBe(200)
    expect(reply.headers?.[name]).toBe(weight)
  })

  it('let ten calls a minute through for withdrawals', () => {
    const call = () => ask(spotHost, '/sapi/v1/capital/withdraw/history').status
    expect(Array.from({ length: 11 }, call)).toEqual([...Array(10).fill(200), 429])
    clock.now += minute
    expect(call()).toBe(200)
  })
})

describe('binance venue, rows', () => {
  const keysOf = (row: unknown): readonly string[] => Object.keys(Object.assign({}, row))
  const documented = new Map<string, unknown>(
    readFrames('binance/account_rest.ndjson').map((line) => {
      const { name, body } = JSON.parse(String(line))
      return [name, body]
    }),
  )

  it.each([
    ['spotAccount', spotHost, '/api/v3/account', ''],
    ['spotOrder', spotHost, '/api/v3/openOrders', ''],
    ['spotFill', spotHost, '/api/v3/myTrades', 'symbol=BTCUSDT'],
    ['apiRestrictions', spotHost, '/sapi/v1/account/apiRestrictions', ''],
    ['deposit', spotHost, '/sapi/v1/capital/deposit/hisrec', ''],
    ['futuresOrder', futuresHost, '/fapi/v1/openOrders', ''],
    ['futuresFill', futuresHost, '/fapi/v1/userTrades', 'symbol=BTCUSDT'],
    ['income', futuresHost, '/fapi/v1/income', ''],
  ])('have the keys of the documented %s, in their order', (name, host, path, query) => {
    fund()
    for (const instrument of [btc, perp]) {
      const order = account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.02' })
      account.fill(order.id, '0.01')
    }
    const body = bodyOf(ask(host, path, query))
    const row: unknown = Array.isArray(body) ? body[0] : body
    expect(keysOf(row)).toEqual(keysOf(documented.get(name)))
  })

  it('give withdrawals the documented fields, times as UTC text', () => {
    fund()
    const { id } = account.withdraw('USDT', '10')
    clock.now += minute
    account.advanceTransfer(id, 'completed')
    const [row] = rowsOf(ask(spotHost, '/sapi/v1/capital/withdraw/history'))
    expect(keysOf(row).filter((name) => !keysOf(documented.get('withdrawal')).includes(name))).toEqual([])
    expect(row).toMatchObject({ id, status: 6, applyTime: '2026-05-06 11:30:00', completeTime: '2026-05-06 11:31:00' })
  })

  it('give ledger rows numbers that no float64 holds', () => {
    fund()
    const { body } = ask(futuresHost, '/fapi/v1/income', 'incomeType=TRANSFER')
    expect(body).toMatch(/"tranId":4480321991774044\d{3}[,}]/)
  })

  it('forget what the exchange forgets', () => {
    fund()
    const ids = [btc, perp].map((instrument) => {
      const order = account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.01' })
      return account.end(order.id, 'CANCELED').id
    })
    const codes = () => [
      bodyOf(ask(spotHost, '/api/v3/order', `symbol=BTCUSDT&orderId=${ids[0]}`)),
      bodyOf(ask(futuresHost, '/fapi/v1/order', `symbol=BTCUSDT&orderId=${ids[1]}`)),
    ]
    clock.now += 2 * day
    expect(codes()).toMatchObject([{ status: 'CANCELED' }, { status: 'CANCELED' }])
    clock.now += 2 * day
    expect(codes()).toMatchObject([{ status: 'CANCELED' }, { code: -2013 }])
    clock.now += 90 * day
    expect(codes()).toMatchObject([{ code: -2026 }, { code: -2013 }])
  })

  it.each([
    [spotHost, '/api/v3/myTrades', '', -1102],
    [spotHost, '/api/v3/myTrades', 'symbol=XYZ', -1121],
    [spotHost, '/api/v3/myTrades', 'symbol=BTCUSDT&fromId=1&startTime=1', -1128],
    [spotHost, '/api/v3/myTrades', `symbol=BTCUSDT&startTime=1&endTime=${2 + day}`, -1127],
    [spotHost, '/api/v3/allOrders', `symbol=BTCUSDT&startTime=1&endTime=${2 + day}`, -1127],
    [futuresHost, '/fapi/v1/userTrades', `symbol=BTCUSDT&startTime=1&endTime=${2 + 7 * day}`, -4165],
    [spotHost, '/api/v3/order', 'symbol=BTCUSDT&orderId=1', -2013],
    [spotHost, '/api/v3/order', 'symbol=BTCUSDT', -1102],
    [spotHost, '/sapi/v1/capital/deposit/hisrec', `startTime=1&endTime=${2 + 90 * day}`, -1127],
  ])('refuse %s%s?%s', (host, path, query, code) => {
    expect(ask(host, path, query)).toMatchObject({ status: 400, body: { code } })
  })
})

/** A client's socket without a network. */
class HandPeer implements Peer {
  readonly sent: unknown[] = []
  readonly timers: { readonly intervalMs: number; readonly run: () => void }[] = []
  readonly subscriptions = new Set<string>()
  send(frame: string | Buffer): void {
    this.sent.push(JSON.parse(frame.toString()))
  }
  sendPrivate(frame: string | Buffer): void {
    this.send(frame)
  }
  close(): void {}
  subscribe(): void {}
  unsubscribe(): void {}
  ping(): void {}
  every(intervalMs: number, run: () => void): void {
    this.timers.push({ intervalMs, run })
  }
  tick(intervalMs: number): void {
    for (const timer of this.timers) if (timer.intervalMs === intervalMs) timer.run()
  }
  take(): unknown[] {
    return this.sent.splice(0)
  }
}

function open(url: string, origin = new URL(url).origin): { peer: HandPeer; connection: VenueConnection } {
  const { pathname, search } = new URL(url)
  const peer = new HandPeer()
  const request = {
    origin,
    method: 'GET',
    path: pathname,
    query: new URLSearchParams(search),
    rawQuery: search.slice(1),
    headers: {},
    body: '',
    address: '127.0.0.1',
  }
  const connection = venue.accept(peer, request)
  if (!('onMessage' in connection)) throw new Error(`refused: ${connection.status}`)
  return { peer, connection }
}

describe('binance venue, the WebSocket API', () => {
  function api() {
    const { peer, connection } = open('wss://ws-api.binance.com/ws-api/v3', 'wss://ws-api.binance.com:443')
    return {
      peer,
      connection,
      say: (words: object): unknown => {
        clock.now += 1_000
        connection.onMessage(JSON.stringify(words))
        return peer.sent.shift()
      },
    }
  }
  const subscription = (more: object = {}, secret = key.secret) => {
    const params = { apiKey: key.key, timestamp: clock.now + 1_000, ...more }
    const text = Object.entries(params)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    return { id: 1, method: 'userDataStream.subscribe.signature', params: { ...params, signature: sign(text, secret) } }
  }

  it('subscribes once by signature, counts, lists, ends', () => {
    const { say, peer } = api()
    const limit = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 }
    expect(say(subscription())).toEqual({
      id: 1,
      status: 200,
      result: { subscriptionId: 0 },
      rateLimits: [{ ...limit, count: 4 }],
    })
    expect(say(subscription())).toMatchObject({ status: 400, error: { code: -2035 } })
    expect(say({ id: 'a', method: 'session.subscriptions' })).toMatchObject({ result: [{ subscriptionId: 0 }] })
    expect(say({ id: 2, method: 'userDataStream.unsubscribe' })).toMatchObject({ id: 2, status: 200, result: {} })
    expect(peer.take()).toEqual([{ subscriptionId: 0, event: { e: 'eventStreamTerminated', E: clock.now } }])
    fund()
    expect(peer.take()).toEqual([])
    expect(say(subscription())).toMatchObject({ result: { subscriptionId: 1 } })
  })

  it.each([
    ['an unknown key', () => subscription({ apiKey: 'X'.repeat(64) }), 401, -2015],
    ['a key that is none', () => subscription({ apiKey: 'abc' }), 401, -2014],
    ['another secret', () => subscription({}, 'none'), 400, -1022],
    ['an old time stamp', () => subscription({ timestamp: clock.now - 10_000 }), 400, -1021],
    ['a time stamp ahead', () => subscription({ timestamp: clock.now + 60_000 }), 400, -1021],
    [
      'no signature',
      () => ({ id: 1, method: 'userDataStream.subscribe.signature', params: { apiKey: key.key } }),
      400,
      -1102,
    ],
  ])('refuses %s', (_name, words, status, code) => {
    expect(api().say(words())).toMatchObject({ id: 1, status, error: { code } })
  })

  it('tells orders, fills and balances with the keys of the documented frames', () => {
    const { say, peer, connection } = api()
    say(subscription())
    fund()
    const order = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.02' })
    account.fill(order.id, '0.01')
    account.end(order.id, 'CANCELED')
    const eventsOf = (frames: readonly unknown[]) =>
      frames.map((frame) => Object.assign({ e: '' }, Object.assign({ event: {} }, frame).event))
    const events = eventsOf(peer.take())
    const documented = eventsOf(readFrames('binance/account_ws_spot.ndjson').map((line) => JSON.parse(String(line))))
    for (const event of events)
      expect(Object.keys(event)).toEqual(Object.keys(documented.find(({ e }) => e === event.e) ?? {}))
    // deposit: pending tells nothing but the balance it does not change
    expect(events.map(({ e }) => e).filter((e) => e !== 'outboundAccountPosition')).toEqual([
      ...['balanceUpdate', 'balanceUpdate', 'executionReport', 'executionReport', 'executionReport'],
    ])
    expect(events.filter(({ e }) => e === 'executionReport')).toMatchObject([
      { x: 'NEW', X: 'NEW', z: '0.00000000' },
      { x: 'TRADE', X: 'PARTIALLY_FILLED', l: '0.01000000', z: '0.01000000', Z: '500.00000000', N: 'BTC', m: true },
      { x: 'CANCELED', X: 'CANCELED', c: `web_${order.id}`, C: order.clientOrderId },
    ])
    connection.onClose?.()
    fund()
    expect(peer.take()).toEqual([])
  })
})

describe('binance venue, listen keys', () => {
  const listenKey = (method: string) => send(futuresHost, '/fapi/v1/listenKey', '', { 'x-mbx-apikey': key.key }, method)
  const create = (): string => {
    const body = listenKey('POST').body
    return typeof body === 'object' && body !== null && 'listenKey' in body ? String(body.listenKey) : ''
  }

  it('are one at a time, extended by asking again, and gone after an hour', () => {
    expect(listenKey('PUT')).toMatchObject({
      status: 400,
      body: { code: -1125, msg: 'This listenKey does not exist.' },
    })
    const first = create()
    expect(first).toMatch(/^[a-z0-9]{64}$/)
    clock.now += 59 * minute
    expect(create()).toBe(first)
    clock.now += 59 * minute
    expect(listenKey('PUT')).toMatchObject({ status: 200, body: { listenKey: first } })
    clock.now += 60 * minute
    expect(listenKey('PUT')).toMatchObject({ status: 400, body: { code: -1125 } })
    expect(create()).not.toBe(first)
    expect(listenKey('DELETE')).toMatchObject({ status: 200, body: {} })
    expect(listenKey('DELETE')).toMatchObject({ status: 400, body: { code: -1125 } })
  })

  it('need a key, and no signature', () => {
    const reply = send(futuresHost, '/fapi/v1/listenKey', '', { 'x-mbx-apikey': 'X'.repeat(64) }, 'POST')
    expect(reply).toMatchObject({ status: 401, body: { code: -2015 } })
  })

  it.each([
    ['/private/ws?listenKey=', ''],
    ['/private/ws/', ''],
    ['/private/stream?listenKey=', 'wrapped'],
  ])('open %s, say when they end, and are silent then', (path, isWrapped) => {
    const own = create()
    const { peer } = open(`wss://fstream.binance.com${path}${own}`)
    const fake = open(`wss://fstream.binance.com${path}${'f'.repeat(64)}`)
    fund()
    const frames = peer.take()
    const update = { e: 'ACCOUNT_UPDATE', a: { m: 'DEPOSIT', B: [{ a: 'USDT', wb: '50000.00000000' }] } }
    expect(frames).toMatchObject([isWrapped === '' ? update : { stream: own, data: update }])
    clock.now += 60 * minute
    peer.tick(1_000)
    const expired = { e: 'listenKeyExpired', E: clock.now, listenKey: own }
    expect(peer.take()).toEqual([isWrapped === '' ? expired : { stream: own, data: expired }])
    fund()
    expect(peer.take()).toEqual([])
    expect(fake.peer.take()).toEqual([])
  })

  it('tell an order as the exchange does, and only the events asked for', () => {
    const own = create()
    const all = open(`wss://fstream.binance.com/private/ws?listenKey=${own}`)
    const some = open(`wss://fstream.binance.com/private/ws?listenKey=${own}&events=ORDER_TRADE_UPDATE`)
    fund()
    const order = account.place({ instrument: perp, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.02' })
    account.fill(order.id, '0.02')
    account.settleFunding(perp)
    const namesOf = (frames: readonly unknown[]) => frames.map((frame) => Object.assign({ e: '' }, frame).e)
    const frames = all.peer.take()
    expect(namesOf(frames)).toEqual([
      ...[
        'ACCOUNT_UPDATE',
        'ORDER_TRADE_UPDATE',
        'TRADE_LITE',
        'ACCOUNT_UPDATE',
        'ORDER_TRADE_UPDATE',
        'ACCOUNT_UPDATE',
      ],
    ])
    expect(frames.at(-1)).toMatchObject({ a: { m: 'FUNDING_FEE', P: [] } })
    expect(namesOf(some.peer.take())).toEqual(['ORDER_TRADE_UPDATE', 'ORDER_TRADE_UPDATE'])
    const documented = readFrames('binance/account_ws_perpetual.ndjson').map((line) => JSON.parse(String(line)))
    const orderOf = (list: readonly unknown[]) =>
      list.map((frame) => Object.assign({ e: '', o: {} }, frame)).find(({ e }) => e === 'ORDER_TRADE_UPDATE')?.o ?? {}
    expect(Object.keys(orderOf([frames[4]]))).toEqual(Object.keys(orderOf(documented)))
  })

  it('end with the key that made them', () => {
    const own = create()
    const { peer } = open(`wss://fstream.binance.com/private/ws?listenKey=${own}`)
    account.revokeKey(key.key)
    peer.tick(1_000)
    expect(peer.take()).toMatchObject([{ e: 'listenKeyExpired' }])
    expect(listenKey('POST')).toMatchObject({ status: 401, body: { code: -2015 } })
  })
})
