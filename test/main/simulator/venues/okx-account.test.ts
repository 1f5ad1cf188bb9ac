import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createAccountEngine } from '../../../../src/main/simulator/account/engine.ts'
import type {
  Peer,
  SimInstrument,
  SimMarket,
  VenueConnection,
  VenueReply,
} from '../../../../src/main/simulator/venue.ts'
import { accountRules } from '../../../../src/main/simulator/venues/okx/account-rules.ts'
import { createOkxVenue } from '../../../../src/main/simulator/venues/okx.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const hourMs = 3_600_000
const dayMs = 24 * hourMs

const shared = { exchange: 'okx', quote: 'USDT', minimumNotional: 5, listedAt: noon - 100 * dayMs } as const
const btc: SimInstrument = {
  ...{ ...shared, kind: 'spot', base: 'BTC', symbol: 'BTC_USDT', tickSize: 0.1, lotSize: 0.00001 },
  ...{ contractSize: 1, priceDecimals: 1, quantityDecimals: 5 },
}
const btcPerp: SimInstrument = {
  ...{ ...btc, kind: 'perpetual', symbol: 'BTC_USDT_PERP', lotSize: 0.0001, contractSize: 0.01, quantityDecimals: 4 },
}

const reading = { key: '11111111-2222-3333-4444-555555555555', secret: 'SECRET', passphrase: 'words' }
const trading = { ...reading, key: '21111111-2222-3333-4444-555555555555' }
const bound = { ...reading, key: '31111111-2222-3333-4444-555555555555' }
const expired = { ...reading, key: '41111111-2222-3333-4444-555555555555' }

function create() {
  const clock = { now: noon }
  const market: SimMarket = {
    now: () => clock.now,
    instruments: [btc, btcPerp],
    find: (kind, base) => market.instruments.find((one) => one.kind === kind && one.base === base),
    quote: (instrument) => ({
      ...{
        instrument,
        bidPrice: 97_000,
        bidQuantity: 1,
        askPrice: 97_000.1,
        askQuantity: 1,
        at: clock.now,
        updateId: 1,
      },
    }),
    book: (instrument) => depthOf(market.quote(instrument)),
    klines: () => [],
    trades: () => [],
  }
  const none = { canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null }
  const account = createAccountEngine({
    ...{ exchange: 'okx', rules: accountRules, market, seed: 1 },
    keys: [
      { ...reading, ...none },
      { ...trading, ...none, canTrade: true },
      { ...bound, ...none, ipAddresses: ['10.0.0.7'] },
      { ...expired, ...none, expiresAt: noon - 1 },
    ],
  })
  const venue = createOkxVenue(market, account)
  const sign = (prehash: string, secret = reading.secret) =>
    createHmac('sha256', secret).update(prehash).digest('base64')

  interface Asking {
    readonly by?: typeof reading
    readonly at?: string
    readonly address?: string
    /** Overrides of the headers; undefined leaves one out. */
    readonly headers?: Readonly<Record<string, string | undefined>>
  }
  function rest(path: string, { by = reading, at, address = '127.0.0.1', headers = {} }: Asking = {}): VenueReply {
    const { pathname, search, searchParams } = new URL(path, 'https://www.okx.com/api/v5/')
    const timestamp = at ?? new Date(clock.now).toISOString()
    return venue.rest({
      origin: 'https://www.okx.com',
      method: 'GET',
      path: pathname,
      query: searchParams,
      rawQuery: search.slice(1),
      headers: {
        'ok-access-key': by.key,
        'ok-access-passphrase': by.passphrase,
        'ok-access-timestamp': timestamp,
        'ok-access-sign': sign(`${timestamp}GET${pathname}${search}`, by.secret),
        ...headers,
      },
      body: '',
      address,
    })
  }
  function rows(path: string): Record<string, unknown>[] {
    clock.now += 2_000
    const reply = rest(path)
    expect(reply).toMatchObject({ status: 200, body: { code: '0', msg: '' } })
    return Object(reply.body).data
  }

  function open(path: string, address = '127.0.0.1') {
    const sent: string[] = []
    const timers: (() => void)[] = []
    let closed: [number, string] | null = null
    const peer: Peer = {
      send: (frame) => sent.push(String(frame)),
      sendPrivate: (frame) => sent.push(String(frame)),
      close: (code, reason) => {
        closed ??= [code, reason]
      },
      subscribe: () => undefined,
      unsubscribe: () => undefined,
      subscriptions: new Set(),
      ping: () => undefined,
      every: (_interval, run) => timers.push(run),
    }
    clock.now += 1_000
    const origin = 'wss://ws.okx.com:8443'
    const more = { query: new URLSearchParams(), rawQuery: '', headers: {}, body: '' }
    const accepted = venue.accept(peer, { origin, method: 'GET', path, address, ...more })
    if ('status' in accepted) throw new Error(`refused with ${accepted.status}`)
    const connection: VenueConnection = accepted
    const take = (): Record<string, unknown>[] => sent.splice(0).map((frame) => JSON.parse(frame))
    const say = (message: object) => {
      connection.onMessage(JSON.stringify(message))
      return take()
    }
    const loginOf = (by = reading, timestamp = String(Math.floor(clock.now / 1_000))) => ({
      apiKey: by.key,
      passphrase: by.passphrase,
      timestamp,
      sign: sign(`${timestamp}GET/users/self/verify`, by.secret),
    })
    const login = (change: object = {}, by = reading) => say({ op: 'login', args: [{ ...loginOf(by), ...change }] })
    const subscribe = (...args: object[]) => say({ op: 'subscribe', args })
    const pass = (seconds: number) => {
      for (let second = 0; second < seconds; second++) for (const run of timers) run()
      return take()
    }
    return { say, login, subscribe, take, pass, close: () => connection.onClose?.(), closed: () => closed }
  }
  return { clock, account, venue, rest, rows, open }
}

const isoOf = (at: number) => new Date(at).toISOString()

describe('okx venue keys', () => {
  it.each<[string, Parameters<ReturnType<typeof create>['rest']>[1], string]>([
    ['no key', { headers: { 'ok-access-key': undefined } }, '50103'],
    ['no passphrase', { headers: { 'ok-access-passphrase': '' } }, '50104'],
    ['a wrong passphrase', { by: { ...reading, passphrase: 'other' } }, '50105'],
    ['no signature', { headers: { 'ok-access-sign': undefined } }, '50106'],
    ['no time stamp', { headers: { 'ok-access-timestamp': undefined } }, '50107'],
    ['a time stamp in seconds', { at: '1768478400' }, '50112'],
    ['an old time stamp', { at: isoOf(noon - 30_001) }, '50102'],
    ['a time stamp of the future', { at: isoOf(noon + 30_001) }, '50102'],
    ['a malformed key', { by: { ...reading, key: 'abc' } }, '50111'],
    ['an unknown key', { by: { ...reading, key: reading.key.replaceAll('1', '9') } }, '50119'],
    ['an expired key', { by: expired }, '50119'],
    ['an address that is not allowed', { by: bound }, '50110'],
    ['a wrong secret', { by: { ...reading, secret: 'other' } }, '50113'],
  ])('are refused for %s', (_name, asking, code) => {
    const reply = create().rest('account/config', asking)
    expect(reply).toEqual({ status: 401, body: { msg: expect.stringMatching(/./), code } })
  })

  it('are good for 30 s either way, over the query as sent, and from the address they are bound to', () => {
    const { rest } = create()
    const statuses = [
      rest('account/config', { at: isoOf(noon - 30_000) }),
      rest('account/config', { at: isoOf(noon + 30_000) }),
      rest('account/balance?ccy=BTC%2CETH'),
      rest('account/config', { by: bound, address: '10.0.0.7' }),
      rest('account/config', { by: trading }),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(statuses.slice(3).map(({ body }) => Object(body).data[0])).toMatchObject([
      { perm: 'read_only', ip: '10.0.0.7' },
      { perm: 'read_only,trade', ip: '' },
    ])
  })

  it('are unknown once revoked', () => {
    const { account, rest } = create()
    account.revokeKey(reading.key)
    expect(rest('account/config')).toMatchObject({ status: 401, body: { code: '50119' } })
  })

  it('share their user’s limits, endpoint by endpoint', () => {
    const { clock, rest } = create()
    const statuses = (path: string, count: number) =>
      Array.from({ length: count }, (_, n) =>
        rest(path, { by: n % 2 ? trading : reading, address: `10.0.0.${n}` }),
      ).map(({ status }) => status)
    expect(statuses('account/config', 6)).toEqual([200, 200, 200, 200, 200, 429])
    expect(rest('account/config').body).toEqual({ code: '50011', msg: 'Too Many Requests', data: [] })
    expect(statuses('account/balance', 1)).toEqual([200])
    clock.now += 2_000
    expect(statuses('account/config', 1)).toEqual([200])
    expect(statuses('asset/balances', 7).at(-1)).toBe(429)
    clock.now += 1_000
    expect(statuses('asset/balances', 1)).toEqual([200])
  })
})

describe('okx venue account', () => {
  function filled() {
    const one = create()
    const { account, clock } = one
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    account.move('USDT', '90000', 'funding', 'spot')
    const buy = (quantity: string, instrument = btc) => {
      clock.now += 1_000
      return account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '90000', quantity })
    }
    return { ...one, buy }
  }

  it.each([
    ['trade/orders-history', 400, '50014'],
    ['trade/fills-history', 400, '50014'],
    ['trade/orders-history?instType=COIN', 400, '51000'],
    ['trade/orders-history?instType=SPOT&limit=x', 400, '51000'],
    ['trade/orders-history?instType=SPOT&after=x', 400, '51000'],
    ['trade/order?ordId=1', 400, '50014'],
    ['trade/order?instId=BTC-USDT', 400, '50014'],
    ['trade/order?instId=FOO-USDT&ordId=1', 200, '51001'],
    ['trade/order?instId=BTC-USDT&ordId=1', 200, '51603'],
  ])('answers %s with %i and %s', (path, status, code) => {
    expect(create().rest(path)).toEqual({ status, body: { code, msg: expect.stringMatching(/./), data: [] } })
  })

  it('pages orders and fills by id, newest first, 100 at most', () => {
    const { account, buy, rows } = filled()
    const orders = Array.from({ length: 105 }, () => buy('0.001'))
    for (const order of orders) account.fill(order.id, '0.001')
    const ids = (path: string, field: string) => rows(path).map((row) => row[field])
    const all = orders.map(({ id }) => id).reverse()
    expect(ids('trade/orders-history?instType=SPOT', 'ordId')).toEqual(all.slice(0, 100))
    expect(ids(`trade/orders-history?instType=SPOT&after=${all[99]}`, 'ordId')).toEqual(all.slice(100))
    expect(ids(`trade/orders-history?instType=SPOT&before=${all[2]}`, 'ordId')).toEqual(all.slice(0, 2))
    expect(ids('trade/orders-history?instType=MARGIN', 'ordId')).toEqual([])
    const fills = rows('trade/fills-history?instType=SPOT')
    expect(fills.map(({ ordId }) => ordId)).toEqual(all.slice(0, 100))
    const older = rows(`trade/fills-history?instType=SPOT&after=${fills[99]?.billId}`)
    expect(older.map(({ ordId }) => ordId)).toEqual(all.slice(100))
    const [newest] = fills
    const window = `begin=${newest?.fillTime}&end=${newest?.fillTime}`
    expect(ids(`trade/fills-history?instType=SPOT&${window}`, 'ordId')).toEqual(
      fills.filter(({ fillTime }) => fillTime === newest?.fillTime).map(({ ordId }) => ordId),
    )
  })

  it('forgets orders cancelled unfilled after two hours, and archives only what has fills', () => {
    const { account, buy, rows, rest, clock } = filled()
    const [unfilled, partly, open] = [buy('0.1'), buy('0.1'), buy('0.1')]
    account.fill(partly.id, '0.05')
    account.end(unfilled.id, 'CANCELED')
    account.end(partly.id, 'EXPIRED')
    const listed = (path: string) => rows(path).map(({ ordId, state, cancelSource }) => [ordId, state, cancelSource])
    const [gone, kept] = [
      [unfilled.id, 'canceled', '1'],
      [partly.id, 'canceled', '0'],
    ]
    expect(listed('trade/orders-history?instType=SPOT')).toEqual([kept, gone])
    expect(listed('trade/orders-history-archive?instType=SPOT')).toEqual([kept])
    expect(listed('trade/orders-pending')).toEqual([[open.id, 'live', '']])
    clock.now += 2 * hourMs
    expect(listed('trade/orders-history?instType=SPOT')).toEqual([kept])
    expect(rest(`trade/order?instId=BTC-USDT&ordId=${unfilled.id}`)).toMatchObject({ body: { code: '51603' } })
    clock.now += 7 * dayMs
    expect(listed('trade/orders-history?instType=SPOT')).toEqual([])
    expect(listed('trade/orders-history-archive?instType=SPOT')).toEqual([kept])
  })

  it('writes bills for moves, trades and funding, for seven days and in an archive', () => {
    const { account, buy, rows, clock } = filled()
    account.fill(buy('0.02', btcPerp).id, '0.02')
    const paid = account.settleFunding(btcPerp)
    expect(rows('account/bills?type=8')).toMatchObject([
      {
        type: '8',
        subType: paid?.amount.startsWith('-') ? '173' : '174',
        instId: 'BTC-USDT-SWAP',
        ccy: 'USDT',
        balChg: paid?.amount,
        pnl: paid?.amount,
      },
    ])
    expect(rows('account/bills?type=1')).toMatchObject([{ subType: '11', from: '6', to: '18', balChg: '90000' }])
    expect(new Set(rows('account/bills').map(({ type }) => type))).toEqual(new Set(['1', '2', '8']))
    clock.now += 8 * dayMs
    expect(rows('account/bills?type=1')).toEqual([])
    expect(rows('account/bills-archive?type=1')).toHaveLength(1)
  })

  it('counts swaps in contracts', () => {
    const { account, buy, rows } = filled()
    account.fill(buy('0.0213', btcPerp).id, '0.0113')
    expect(rows('trade/orders-pending?instType=SWAP')).toMatchObject([
      { sz: '2.13', accFillSz: '1.13', fillSz: '1.13', instId: 'BTC-USDT-SWAP', posSide: 'net', tdMode: 'cross' },
    ])
    expect(rows('account/positions?instType=SWAP')).toMatchObject([{ pos: '1.13', avgPx: '90000', lever: '10' }])
    expect(rows('account/positions?instType=MARGIN')).toEqual([])
  })
})

describe('okx venue private sockets', () => {
  const [account, orders] = [{ channel: 'account' }, { channel: 'orders', instType: 'ANY' }]
  const connId = expect.stringMatching(/^[0-9a-f]{8}$/)

  it.each<[string, object, string]>([
    ['a malformed key', { apiKey: 'abc' }, '60005'],
    ['an unknown key', { apiKey: reading.key.replaceAll('1', '9') }, '60032'],
    ['no key', { apiKey: '' }, '60001'],
    ['no signature', { sign: '' }, '60002'],
    ['no passphrase', { passphrase: '' }, '60003'],
    ['a wrong signature', { sign: 'abc' }, '60007'],
    ['a wrong passphrase', { passphrase: 'other' }, '60024'],
    ['a time stamp in milliseconds', { timestamp: String(noon) }, '60004'],
    ['an old time stamp', { timestamp: String(noon / 1_000 - 31) }, '60006'],
    ['half a login', { sign: undefined }, '60009'],
  ])('refuse a login with %s', (_name, change, code) => {
    const { login, subscribe } = create().open('/ws/v5/private')
    expect(login(change)).toEqual([{ event: 'error', code, msg: expect.stringMatching(/./), connId }])
    expect(subscribe(account)).toMatchObject([{ event: 'error', code: '60011' }])
  })

  it('let in who logs in, once, and only where there is something to log in for', () => {
    const { open } = create()
    const { login, subscribe } = open('/ws/v5/private')
    expect(login()).toEqual([{ event: 'login', code: '0', msg: '', connId }])
    expect(login()).toMatchObject([{ event: 'error', code: '60010' }])
    expect(subscribe(orders)).toEqual([
      { event: 'subscribe', arg: orders, connId },
      { event: 'channel-conn-count', channel: 'orders', connCount: '1', connId },
    ])
    expect(open('/ws/v5/public').login()).toMatchObject([{ code: '60008' }])
    expect(open('/ws/v5/private').login({}, bound)).toMatchObject([{ code: '60009' }])
    expect(open('/ws/v5/private', '10.0.0.7').login({}, bound)).toMatchObject([{ event: 'login' }])
    const business = open('/ws/v5/business')
    expect(business.subscribe({ channel: 'deposit-info' })).toMatchObject([{ code: '60011' }])
    business.login()
    expect(business.subscribe({ channel: 'deposit-info' })).toMatchObject([{ event: 'subscribe' }, {}])
    expect(subscribe({ channel: 'fills' }, { channel: 'orders' }, { channel: 'deposit-info' })).toMatchObject([
      { code: '64003' },
      { code: '60027' },
      { code: '64001' },
    ])
  })

  it('count 30 connections on a channel and no more', () => {
    const { open } = create()
    const sockets = Array.from({ length: 31 }, () => open('/ws/v5/private'))
    const counts = sockets.map(({ login, subscribe }) => {
      login()
      return subscribe(orders)[1]
    })
    expect(counts[29]).toMatchObject({ event: 'channel-conn-count', connCount: '30' })
    expect(counts[30]).toMatchObject({ event: 'channel-conn-count-error', channel: 'orders' })
    sockets[0]?.close()
    expect(sockets[30]?.subscribe(orders)[1]).toMatchObject({ event: 'channel-conn-count', connCount: '30' })
  })

  it('begin with the account in pages and go on with what changed', () => {
    const { account: engine, open } = create()
    for (let n = 0; n < 23; n++) {
      engine.advanceTransfer(engine.deposit(`COIN${n}`, '5').id, 'completed')
      engine.move(`COIN${n}`, '5', 'funding', 'spot')
    }
    const { login, subscribe, take } = open('/ws/v5/private')
    login()
    const pages = subscribe({ channel: 'account', extraParams: '{"updateInterval":"0"}' }).slice(2)
    const arg = { channel: 'account', uid: engine.userId }
    expect(pages.map((page) => ({ ...page, data: Object(page).data[0].details.length }))).toEqual([
      { arg, eventType: 'snapshot', curPage: 1, lastPage: false, data: 20 },
      { arg, eventType: 'snapshot', curPage: 2, lastPage: true, data: 3 },
    ])
    engine.move('COIN3', '5', 'spot', 'funding')
    expect(take()).toMatchObject([
      { arg, eventType: 'event_update', data: [{ details: [{ ccy: 'COIN3', cashBal: '0' }] }] },
    ])
  })

  it('tell of a fill as order, balances and position, and of nothing after closing', () => {
    const { account: engine, open } = create()
    engine.advanceTransfer(engine.deposit('USDT', '9000').id, 'completed')
    engine.move('USDT', '9000', 'funding', 'spot')
    const { login, subscribe, take, pass, close } = open('/ws/v5/private')
    login()
    const args = [account, orders, { channel: 'positions', instType: 'SWAP' }, { channel: 'balance_and_position' }]
    subscribe(...args)
    const order = engine.place({ instrument: btcPerp, side: 'BUY', type: 'LIMIT', price: '90000', quantity: '0.01' })
    take()
    engine.fill(order.id, '0.01')
    const channelOf = (frame: Record<string, unknown>) => Object(frame.arg).channel
    const frames = take()
    expect(frames.map(channelOf)).toEqual(['orders', 'account', 'balance_and_position', 'positions'])
    expect(frames[0]).toMatchObject({
      arg: { ...orders, uid: engine.userId },
      data: [{ state: 'filled', fillSz: '1', fillPx: '90000', fillFee: '-0.18', execType: 'M', fillPnl: '0' }],
    })
    expect(frames[2]).toMatchObject({ data: [{ eventType: 'filled', posData: [{ pos: '1' }] }] })
    // Positions and, unless it is switched off, balances come every 5 s besides.
    expect(pass(5).map(channelOf).sort()).toEqual(['account', 'positions'])
    close()
    engine.settleFunding(btcPerp)
    expect(take()).toEqual([])
  })

  it('close with 4007 when their key is revoked, not when another is', () => {
    const { account: engine, open } = create()
    const { login, closed } = open('/ws/v5/private')
    login()
    engine.revokeKey(trading.key)
    expect(closed()).toBeNull()
    engine.expireListenKeys()
    expect(closed()).toBeNull()
    engine.revokeKey(reading.key)
    expect(closed()).toEqual([4007, 'API key has been updated or deleted. Please reconnect.'])
  })
})
