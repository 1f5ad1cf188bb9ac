import { beforeEach, describe, expect, it } from 'vitest'
import { createSigner } from '../../../../src/main/exchanges/coinbase/signing.ts'
import { createAccountEngine } from '../../../../src/main/simulator/account/engine.ts'
import { keyOf, tradingKeyOf } from '../../../../src/main/simulator/keys.ts'
import type {
  Peer,
  SimEvent,
  SimInstrument,
  SimKline,
  SimMarket,
  SimTopic,
  SimTrade,
  VenueConnection,
  VenueReply,
  VenueRequest,
} from '../../../../src/main/simulator/venue.ts'
import { accountRules } from '../../../../src/main/simulator/venues/coinbase/account-rules.ts'
import { createCoinbaseVenue } from '../../../../src/main/simulator/venues/coinbase.ts'
import { type EpochMs, type Period, periodMs } from '../../../../src/shared/domain/index.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const start = Date.UTC(2026, 3, 7, 14, 30, 17)
const listedAt = Date.UTC(2025, 0, 1)
const restOrigin = 'https://api.coinbase.com'
const marketOrigin = 'wss://advanced-trade-ws.coinbase.com'
const userOrigin = 'wss://advanced-trade-ws-user.coinbase.com'
const tradesOrigin = 'wss://ws-feed.exchange.coinbase.com'

const btc: SimInstrument = {
  ...{ exchange: 'coinbase', kind: 'spot', base: 'BTC', quote: 'USD', symbol: 'BTC_USD', listedAt },
  ...{
    tickSize: 0.01,
    lotSize: 0.00000001,
    minimumNotional: 1,
    contractSize: 1,
    priceDecimals: 2,
    quantityDecimals: 8,
  },
}
const eth: SimInstrument = { ...btc, base: 'ETH', quote: 'USDT', symbol: 'ETH_USDT' }
const elsewhere: SimInstrument = { ...btc, exchange: 'okx', base: 'SOL', symbol: 'SOL_USD' }

const clock = { now: start }
const tradeOf = (instrument: SimInstrument): SimTrade => ({
  ...{ instrument, tradeId: 7, price: 68_900.5, quantity: 0.0015, side: 'BUY', at: clock.now },
})
const market: SimMarket = {
  now: () => clock.now,
  instruments: [btc, eth, elsewhere],
  find: (_kind, base) => market.instruments.find((one) => one.base === base),
  quote: (instrument) => ({
    ...{ instrument, bidPrice: 68_900, bidQuantity: 1, askPrice: 68_901, askQuantity: 2, at: clock.now, updateId: 1 },
  }),
  book: (instrument) => depthOf(market.quote(instrument)),
  trades: (instrument) => [tradeOf(instrument)],
  /** Every third candle has no trades. */
  klines(instrument: SimInstrument, period: Period, from: EpochMs, to: EpochMs): SimKline[] {
    const step = periodMs[period]
    const found: SimKline[] = []
    for (let openTime = Math.ceil(from / step) * step; openTime <= Math.min(to, clock.now); openTime += step)
      found.push({
        ...{ instrument, period, openTime, open: 100, high: 110, low: 90, close: 101, volume: 1.5, quoteVolume: 150 },
        ...{ takerBuyVolume: 0, trades: (openTime / step) % 3, firstTradeId: 1, lastTradeId: 2, isClosed: true },
        at: clock.now,
      })
    return found
  },
}

const reading = keyOf(1, 'coinbase', accountRules.keyShape)
const trading = tradingKeyOf(1, 'coinbase', accountRules.keyShape)
const none = { passphrase: null, canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null }
const createAccount = () =>
  createAccountEngine({
    ...{ exchange: 'coinbase', rules: accountRules, market, seed: 1 },
    keys: [
      { ...reading, ...none },
      { ...trading, ...none, canTrade: true },
    ],
  })
let account = createAccount()
let venue = createCoinbaseVenue(market, account)
beforeEach(() => {
  clock.now = start
  account = createAccount()
  venue = createCoinbaseVenue(market, account)
})

function get(pathAndQuery: string, headers: VenueRequest['headers'] = {}): VenueReply {
  const [path = '', rawQuery = ''] = pathAndQuery.split('?')
  const query = new URLSearchParams(rawQuery)
  return venue.rest({
    ...{ origin: restOrigin, method: 'GET', path, query, rawQuery, headers, body: '', address: '10.0.0.1' },
  })
}

/** As the connector signs. */
function signed(pathAndQuery: string, by = reading, now = clock.now): VenueReply {
  const [path = '', queryString = ''] = pathAndQuery.split('?')
  const { headers } = createSigner({ ...by, passphrase: null }).sign({
    method: 'GET',
    path,
    query: [],
    queryString,
    now,
  })
  return get(pathAndQuery, headers)
}

class TestPeer implements Peer {
  readonly sent: unknown[] = []
  readonly topics = new Map<string, { topic: SimTopic; encode: (event: SimEvent) => string | Buffer }>()
  closed: string | null = null
  private readonly timers: (() => void)[] = []
  get subscriptions(): ReadonlySet<string> {
    return new Set(this.topics.keys())
  }
  send(frame: string | Buffer): void {
    this.sent.push(JSON.parse(String(frame)))
  }
  sendPrivate(frame: string | Buffer): void {
    this.send(frame)
  }
  close(_code: number, reason: string): void {
    this.closed ??= reason
  }
  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer): void {
    this.topics.set(key, { topic, encode })
  }
  unsubscribe(key: string): void {
    this.topics.delete(key)
  }
  ping(): void {}
  every(_intervalMs: number, run: () => void): void {
    this.timers.push(run)
  }
  second(count = 1): void {
    for (let at = 0; at < count; at++) for (const run of this.timers) run()
  }
  tell(event: SimEvent, key: string): void {
    const frame = this.topics.get(key)?.encode(event)
    if (frame !== undefined) this.send(frame)
  }
}

function connect(origin: string): { peer: TestPeer; say: (words: unknown) => void } {
  const peer = new TestPeer()
  const request = { ...{ origin, method: 'GET', path: '/', query: new URLSearchParams(), rawQuery: '' } }
  const accepted = venue.accept(peer, { ...request, headers: {}, body: '', address: '10.0.0.1' })
  if (!('onMessage' in accepted)) throw new Error(`refused: ${accepted.status}`)
  const connection: VenueConnection = accepted
  return { peer, say: (words) => connection.onMessage(typeof words === 'string' ? words : JSON.stringify(words)) }
}

describe("Coinbase's public REST", () => {
  it('lists products with the other names of their books', () => {
    const { body } = get('/api/v3/brokerage/market/products?product_type=SPOT')
    const { products } = JSON.parse(JSON.stringify(body))
    expect(products.map((row: { product_id: string; alias: string }) => [row.product_id, row.alias])).toEqual([
      ['BTC-USD', ''],
      ['BTC-USDC', 'BTC-USD'],
      ['ETH-USDT', ''],
    ])
    expect(products[0]).toMatchObject({ price_increment: '0.01', base_increment: '0.00000001', alias_to: ['BTC-USDC'] })
    expect(get('/api/v3/brokerage/market/products/NOPE-USD')).toMatchObject({
      ...{ status: 404, body: { error: 'NOT_FOUND', message: 'Product NOPE-USD not supported' } },
    })
  })

  it('gives candles newest first, without those in which nothing was traded, 350 at most', () => {
    const at = Math.floor(start / 1_000) - (Math.floor(start / 1_000) % 180)
    const path = '/api/v3/brokerage/market/products/BTC-USD/candles?granularity=ONE_MINUTE'
    expect(get(`${path}&start=${at - 180}&end=${at - 1}`).body).toEqual({
      candles: [at - 60, at - 120].map((openTime) => ({
        ...{
          start: String(openTime),
          low: '90.00',
          high: '110.00',
          open: '100.00',
          close: '101.00',
          volume: '1.50000000',
        },
      })),
    })
    expect(get(`${path}&start=${at - 351 * 60}&end=${at}`)).toMatchObject({
      status: 400,
      body: { error: 'INVALID_ARGUMENT' },
    })
    expect(get(`${path}&start=x&end=${at}`)).toMatchObject({ status: 400 })
  })

  it('counts ten calls a second and address', () => {
    const statuses = Array.from({ length: 11 }, () => get('/api/v3/brokerage/time').status)
    expect(statuses.indexOf(429)).toBe(10)
    clock.now += 1_000
    expect(get('/api/v3/brokerage/time').body).toMatchObject({ epochMillis: String(clock.now) })
  })
})

describe("Advanced Trade's market socket", () => {
  it('numbers every frame, acks and heartbeats included', () => {
    const { peer, say } = connect(marketOrigin)
    say({ type: 'subscribe', channel: 'heartbeats' })
    peer.second()
    say({ type: 'subscribe', channel: 'level2', product_ids: ['BTC-USD'] })
    peer.tell({ channel: 'order_book', depth: market.book(btc) }, 'level2:BTC-USD')
    peer.tell({ channel: 'order_book', depth: { ...market.book(btc), isSnapshot: false } }, 'level2:BTC-USD')
    expect(peer.sent).toMatchObject([
      { channel: 'subscriptions', sequence_num: 0, events: [{ subscriptions: { heartbeats: ['heartbeats'] } }] },
      { channel: 'heartbeats', sequence_num: 1, events: [{ heartbeat_counter: 1 }] },
      { sequence_num: 2, events: [{ subscriptions: { heartbeats: ['heartbeats'], level2: ['BTC-USD'] } }] },
      {
        channel: 'l2_data',
        timestamp: '2026-04-07T14:30:17.000000Z',
        sequence_num: 3,
        events: [
          {
            type: 'snapshot',
            product_id: 'BTC-USD',
            updates: [
              { side: 'bid', event_time: '1970-01-01T00:00:00Z', price_level: '68900.00', new_quantity: '1.00000000' },
              {},
              {},
              { side: 'offer', price_level: '68901.00', new_quantity: '2.00000000' },
              {},
              {},
            ],
          },
        ],
      },
      { channel: 'l2_data', sequence_num: 4, events: [{ type: 'update' }] },
    ])
  })

  it('begins candles with a hundred', () => {
    const { peer, say } = connect(marketOrigin)
    say({ type: 'subscribe', channel: 'candles', product_ids: ['BTC-USD'] })
    const [, snapshot] = JSON.parse(JSON.stringify(peer.sent))
    expect(snapshot).toMatchObject({ channel: 'candles', events: [{ type: 'snapshot' }] })
    expect(snapshot.events[0].candles).toHaveLength(100)
    expect(snapshot.events[0].candles[0]).toMatchObject({ product_id: 'BTC-USD', start: '1775572200' })
    expect(peer.topics.get('candles:BTC-USD')?.topic).toEqual({ channel: 'kline', instrument: btc, period: '5m' })
  })

  it('refuses what it does not know as if it were a matter of keys, and orders without one', () => {
    const { peer, say } = connect(marketOrigin)
    say({ type: 'subscribe', channel: 'nonsense', product_ids: ['BTC-USD'] })
    say({ type: 'subscribe', channel: 'user' })
    say('nonsense')
    expect(peer.sent.map((frame) => Object(frame).message)).toEqual([
      ...['authentication failure', 'authentication failure', 'invalid message'],
    ])
  })

  it('closes a socket that subscribes nothing within five seconds', () => {
    const { peer } = connect(marketOrigin)
    peer.second(5)
    expect(peer.closed).toBeNull()
    peer.second()
    expect(peer.closed).toBe('no subscription')
  })

  it('tells all that is left after an unsubscription', () => {
    const { peer, say } = connect(marketOrigin)
    say({ type: 'subscribe', channel: 'level2', product_ids: ['BTC-USD', 'ETH-USDT'] })
    say({ type: 'unsubscribe', channel: 'level2', product_ids: ['BTC-USD'] })
    expect(peer.sent[1]).toMatchObject({ events: [{ subscriptions: { level2: ['ETH-USDT'] } }] })
    say({ type: 'unsubscribe', channel: 'level2' })
    expect(peer.sent[2]).toMatchObject({ events: [{ subscriptions: {} }] })
    expect(peer.subscriptions.size).toBe(0)
  })

  it('takes eight connections a second of one address', () => {
    for (let at = 0; at < 8; at++) connect(marketOrigin)
    expect(() => connect(marketOrigin)).toThrow('refused: 429')
  })
})

describe("Coinbase Exchange's feed", () => {
  it('acknowledges everything, tells the newest trade and then each, with the side of the maker', () => {
    const { peer, say } = connect(tradesOrigin)
    say({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches', 'heartbeat'] })
    peer.tell({ channel: 'trade', trade: tradeOf(btc) }, 'BTC-USD')
    peer.second()
    expect(peer.sent).toMatchObject([
      {
        type: 'subscriptions',
        channels: [
          { name: 'matches', product_ids: ['BTC-USD'] },
          { name: 'heartbeat', product_ids: ['BTC-USD'] },
        ],
      },
      { type: 'last_match', trade_id: 7, side: 'sell', size: '0.00150000', price: '68900.50', product_id: 'BTC-USD' },
      { type: 'match', trade_id: 7, side: 'sell', time: '2026-04-07T14:30:17.000000Z' },
      { type: 'heartbeat', last_trade_id: 7, product_id: 'BTC-USD' },
    ])
  })

  it('refuses a whole request for one product or channel, and then tells nothing as subscribed', () => {
    const { peer, say } = connect(tradesOrigin)
    say({ type: 'subscribe', product_ids: ['BTC-USD', 'FOO-USD'], channels: ['matches'] })
    say({ type: 'subscribe', channels: [{ name: 'level3', product_ids: ['BTC-USD'] }] })
    const empty = { type: 'subscriptions', channels: [] }
    expect(peer.sent).toEqual([
      { type: 'error', message: 'Failed to subscribe', reason: 'FOO-USD is not a valid product' },
      empty,
      { type: 'error', message: 'Failed to subscribe', reason: 'level3 is not a valid channel' },
      empty,
    ])
    expect(peer.subscriptions.size).toBe(0)
  })
})

describe("Coinbase's private half", () => {
  const accounts = '/api/v3/brokerage/accounts'

  it('takes tokens of a known key, for this path, in time', () => {
    expect(signed(`${accounts}?limit=250`).status).toBe(200)
    expect(get(accounts)).toMatchObject({
      status: 401,
      body: 'Unauthorized\n',
      headers: { date: new Date(start).toUTCString() },
    })
    expect(signed(accounts, { ...reading, secret: trading.secret }).status).toBe(401)
    expect(signed(accounts, { ...reading, key: 'organizations/x/apiKeys/y' }).status).toBe(401)
    expect(signed(accounts, reading, start - 121_000).status).toBe(401)
    expect(signed(accounts, reading, start + 6_000).status).toBe(401)
    const { headers } = createSigner({ ...reading, passphrase: null }).sign({
      ...{ method: 'GET', path: '/api/v3/brokerage/key_permissions', query: [], queryString: '', now: start },
    })
    expect(get(accounts, headers).status).toBe(401)
  })

  it('shows what a key may do', () => {
    const path = '/api/v3/brokerage/key_permissions'
    expect(signed(path).body).toMatchObject({ can_view: true, can_trade: false, can_transfer: false })
    expect(signed(path, trading).body).toMatchObject({ can_view: true, can_trade: true })
  })

  it('charges commissions in quote asset, holds them with the order, and pages its lists', () => {
    const deposited = account.deposit('USD', '1000')
    account.advanceTransfer(deposited.id, 'completed')
    const order = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '100', quantity: '2' })
    const held = JSON.parse(JSON.stringify(signed(accounts).body)).accounts[0]
    expect(held).toMatchObject({ currency: 'USD', hold: { value: '202.4' }, available_balance: { value: '797.6' } })
    account.fill(order.id, '0.5')
    account.fill(order.id, '0.5')
    const fills = '/api/v3/brokerage/orders/historical/fills?limit=1'
    const first = JSON.parse(JSON.stringify(signed(fills).body))
    expect(first).toMatchObject({ cursor: '1', fills: [{ price: '100', size: '0.5', commission: '0.3', side: 'BUY' }] })
    const second = JSON.parse(JSON.stringify(signed(`${fills}&cursor=1`).body))
    expect(second).toMatchObject({ cursor: '', fills: [{ order_id: order.id, liquidity_indicator: 'MAKER' }] })
    expect(signed('/api/v3/brokerage/orders/historical/batch?order_status=OPEN').body).toMatchObject({
      ...{
        has_next: false,
        orders: [{ order_id: order.id, status: 'OPEN', filled_size: '1', average_filled_price: '100' }],
      },
    })
    expect(signed('/api/v3/brokerage/orders/historical/batch?order_status=OPEN&order_status=FILLED').status).toBe(400)
    expect(signed('/api/v3/brokerage/orders/historical/nothing').body).toMatchObject({ error: 'NOT_FOUND' })
    expect(signed(`/v2/accounts/${held.uuid}/transactions`).body).toMatchObject({
      data: [{ type: 'receive', status: 'completed', amount: { amount: '1000', currency: 'USD' } }],
    })
  })

  it('streams orders behind a token, and nothing else of the account', () => {
    const { peer, say } = connect(userOrigin)
    const jwt = createSigner({ ...reading, passphrase: null }).streamToken(start)
    say({ type: 'subscribe', channel: 'user' })
    expect(peer.sent).toEqual([{ type: 'error', message: 'authentication failure' }])
    say({ type: 'subscribe', channel: 'user', jwt })
    const { id } = account.deposit('USD', '1000')
    account.advanceTransfer(id, 'completed')
    const order = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '100', quantity: '2' })
    account.fill(order.id, '0.5')
    expect(peer.sent.slice(2)).toMatchObject([
      { channel: 'user', sequence_num: 1, events: [{ type: 'snapshot', orders: [] }] },
      {
        sequence_num: 2,
        events: [{ type: 'update', orders: [{ order_id: order.id, status: 'OPEN', order_type: 'Limit' }] }],
      },
      {
        sequence_num: 3,
        events: [{ orders: [{ cumulative_quantity: '0.5', leaves_quantity: '1.5', number_of_fills: '1' }] }],
      },
    ])
    account.revokeKey(reading.key)
    expect(peer.closed).toBe('authentication failure')
  })
})
