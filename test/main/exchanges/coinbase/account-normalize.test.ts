import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AccountNormalized, Ask } from '../../../../src/main/exchanges/account-contract.ts'
import {
  joinBalances,
  readFill,
  readOrder,
  readWallet,
} from '../../../../src/main/exchanges/coinbase/account-normalize.ts'
import { readTransaction } from '../../../../src/main/exchanges/coinbase/account-transfers.ts'
import { coinbase } from '../../../../src/main/exchanges/coinbase/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const fixtures = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/coinbase/rest_private.json'), 'utf8'),
)
const receivedAt = 1_800_000_000_000
const btc = instrument('coinbase', 'spot', 'BTC', 'USD', 'BTC-USD')
const lookup = lookupOf([btc])
const context = { account: 'coinbase-main', lookup }
const common = { account: 'coinbase-main', exchange: 'coinbase', receivedAt }
const credentials = { key: 'key', secret: '', passphrase: null }
const connector = coinbase.account.create({ account: 'coinbase-main', credentials, lookup })

describe('documented coinbase wallets', () => {
  const [row] = fixtures.accounts.accounts
  const balance = { ...common, wallet: 'spot', asset: 'BTC', exchangeAt: null }

  it('are balances of what is available and what is held', () => {
    expect(readWallet(context, row, receivedAt)).toEqual({
      kind: 'row',
      value: { ...balance, free: '1.23456789', locked: '0.00500000', total: '1.23956789' },
    })
  })

  it('are passed over where they cannot trade, and named where they are wrong', () => {
    expect(readWallet(context, { ...row, type: 'ACCOUNT_TYPE_VAULT' }, receivedAt)).toEqual({ kind: 'foreign' })
    const wrong = { ...row, hold: { value: '', currency: 'BTC' } }
    expect(readWallet(context, wrong, receivedAt)).toEqual({ kind: 'bad', problem: 'hold.value: "": no amount' })
  })

  it('of one asset are one balance, and none where they are empty', () => {
    const of = (asset: string, free: string, locked: string, total: string) => ({
      ...({ account: 'a', exchange: 'coinbase', wallet: 'spot', exchangeAt: null, receivedAt } as const),
      ...{ asset, free, locked, total },
    })
    expect(joinBalances([of('BTC', '1', '0.5', '1.5'), of('ETH', '0', '0', '0'), of('BTC', '2', '0', '2')])).toEqual([
      of('BTC', '3', '0.5', '3.5'),
    ])
  })
})

describe('documented coinbase orders', () => {
  const [row] = fixtures.orders.orders
  const order = {
    ...common,
    symbol: 'BTC_USD',
    exchangeOrderId: '0000-000000-000000',
    clientOrderId: '11111-000000-000000',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '10000.00',
    stopPrice: null,
    quantity: '0.00100000',
    quoteQuantity: null,
    filledQuantity: '0.0005',
    averagePrice: '50',
    status: 'PARTIALLY_FILLED',
    exchangeStatus: 'OPEN',
    reduceOnly: null,
    createdAt: Date.UTC(2021, 4, 31, 9, 59, 59),
    updatedAt: Date.UTC(2021, 4, 31, 10, 59, 59),
  }
  const read = (change: object) => readOrder(context, { ...row, ...change }, receivedAt)

  it('keep price and size where their kind has them', () => {
    expect(read({})).toEqual({ kind: 'row', value: { row: order, raw: JSON.stringify(row) } })
    const market = { market_market_ioc: { quote_size: '10.00' } }
    const change = { order_type: 'MARKET', time_in_force: 'IMMEDIATE_OR_CANCEL', order_configuration: market }
    expect(read(change)).toMatchObject({
      value: { row: { type: 'MARKET', timeInForce: 'IOC', price: null, quantity: null, quoteQuantity: '10.00' } },
    })
    const stop = { stop_limit_stop_limit_gtc: { base_size: '1', limit_price: '2', stop_price: '3' } }
    expect(read({ order_type: 'STOP_LIMIT', order_configuration: stop })).toMatchObject({
      value: { row: { type: 'STOP_LIMIT', price: '2', stopPrice: '3', quantity: '1' } },
    })
    const post = { limit_limit_gtc: { base_size: '1', limit_price: '2', post_only: true } }
    expect(read({ order_configuration: post })).toMatchObject({ value: { row: { timeInForce: 'POST_ONLY' } } })
  })

  it.each([
    [{ status: 'OPEN', filled_size: '0' }, 'NEW', 'OPEN'],
    [{ status: 'CANCEL_QUEUED', filled_size: '0' }, 'NEW', 'CANCEL_QUEUED'],
    [{ status: 'FILLED' }, 'FILLED', 'FILLED'],
    [{ status: 'CANCELLED', cancel_message: 'User requested cancel' }, 'CANCELED', 'CANCELLED: User requested cancel'],
    [{ status: 'EXPIRED' }, 'EXPIRED', 'EXPIRED'],
    [{ status: 'FAILED', reject_reason: 'INSUFFICIENT_FUND' }, 'REJECTED', 'FAILED: INSUFFICIENT_FUND'],
  ])('of %o are %s', (change, status, exchangeStatus) => {
    expect(read(change)).toMatchObject({ value: { row: { status, exchangeStatus } } })
  })

  it.each([
    [{ status: 'UNKNOWN_ORDER_STATUS' }, 'status: "UNKNOWN_ORDER_STATUS": an unknown status'],
    [{ side: 'UNKNOWN' }, 'side: "UNKNOWN": an unknown word'],
    [{ filled_size: '' }, 'filled_size: "": no amount'],
    [{ created_time: 'x' }, 'created_time: "x": no time'],
    [
      { order_configuration: { limit_limit_gtc: { base_size: '-1', limit_price: '1' } } },
      'limit_limit_gtc.base_size: "-1": no amount',
    ],
  ])('of %o are named', (change, problem) => {
    expect(read(change)).toEqual({ kind: 'bad', problem })
  })

  it('of products that are not listed are told apart', () => {
    expect(read({ product_id: 'BTC-USDC' })).toEqual({ kind: 'unlisted', name: 'BTC-USDC' })
  })
})

describe('documented coinbase fills', () => {
  const [row] = fixtures.fills.fills
  const read = (change: object) => readFill(context, { ...row, ...change }, receivedAt)

  it('are fills whose commission is in quote asset', () => {
    expect(read({})).toMatchObject({
      value: {
        row: {
          ...common,
          symbol: 'BTC_USD',
          tradeId: '1111-11111-111111',
          exchangeOrderId: '0000-000000-000000',
          side: 'BUY',
          price: '45123.45',
          quantity: '0.005',
          fee: '1.14',
          feeAsset: 'USD',
          liquidity: 'maker',
          realisedPnl: null,
          at: Date.UTC(2024, 0, 15, 10, 30),
        },
      },
    })
  })

  it('divide a size in quote asset by the price', () => {
    expect(read({ size: '100', price: '8', size_in_quote: true })).toMatchObject({
      value: { row: { quantity: '12.5' } },
    })
  })

  it.each([
    [{ trade_type: 'REVERSAL' }, 'trade_type: "REVERSAL": a trade that is none'],
    [{ liquidity_indicator: 'X' }, 'liquidity_indicator: "X": an unknown word'],
    [{ commission: 'x' }, 'commission: "x": no amount'],
    [{ size: '0' }, 'size: "0": no size'],
  ])('of %o are named', (change, problem) => {
    expect(read(change)).toEqual({ kind: 'bad', problem })
  })
})

describe('documented coinbase transactions', () => {
  const [row] = fixtures.transactions.data
  const read = (change: object) => readTransaction(context, { ...row, ...change }, receivedAt)

  it('that left are withdrawals without their fee', () => {
    expect(read({})).toMatchObject({
      value: {
        row: {
          ...common,
          transferId: '57ffb4ae-0c59-5430-bcd3-3f98f797a66c',
          kind: 'withdrawal',
          asset: 'BTC',
          amount: '0.0009',
          fee: '0.00010000',
          feeAsset: 'BTC',
          network: 'bitcoin',
          address: '1AUJ8z5RuHRTqD1eikyfUUetzGmdWLGkpT',
          transactionId: '463397c87beddd9a61ade61359a13adc9efea26062191fe07147037bce7f33ed',
          status: 'completed',
          exchangeStatus: 'completed',
          createdAt: Date.UTC(2015, 2, 11, 20, 13, 35),
        },
      },
    })
  })

  it('that came are deposits, and what stays within Coinbase is internal', () => {
    const came = { amount: { amount: '2', currency: 'EUR' }, network: null, to: null }
    expect(read({ ...came, type: 'fiat_deposit' })).toMatchObject({
      value: { row: { kind: 'deposit', asset: 'EUR', amount: '2', fee: null, network: null, address: null } },
    })
    expect(read({ ...came, type: 'receive', amount: { amount: '0.5', currency: 'BTC' } })).toMatchObject({
      value: { row: { kind: 'deposit', asset: 'BTC', amount: '0.5', fee: null, exchangeStatus: 'completed' } },
    })
    expect(read({ ...came, type: 'intx_withdrawal' })).toMatchObject({
      value: { row: { kind: 'internal', fromWallet: null, toWallet: 'spot' } },
    })
    expect(read({ ...came, type: 'pro_withdrawal' })).toMatchObject({
      value: { row: { kind: 'internal', fromWallet: null, toWallet: 'spot' } },
    })
    expect(read({ type: 'advanced_trade_fill' })).toEqual({ kind: 'foreign' })
  })

  it.each([
    [{ status: 'odd' }, 'status: "odd": an unknown status'],
    [{ created_at: '' }, 'created_at: "": no time'],
    [{ amount: { amount: 'x', currency: 'BTC' } }, 'amount.amount: "x": no amount'],
  ])('of %o are named', (change, problem) => {
    expect(read(change)).toEqual({ kind: 'bad', problem })
  })
})

describe('coinbase account calls', () => {
  /** Answers each call with the body that belongs to its path. */
  const asked: string[] = []
  const ask: Ask = async (call) => {
    const path = new URL(call.url).pathname
    asked.push(`${call.method ?? 'GET'} ${path}`)
    const body = path.endsWith('/key_permissions')
      ? fixtures.permissions
      : path.endsWith('/transaction_summary')
        ? fixtures.summary
        : path.endsWith('/accounts')
          ? fixtures.accounts
          : path.endsWith('/transactions')
            ? fixtures.transactions
            : path.endsWith('/fills')
              ? { fills: [], cursor: '' }
              : path.endsWith('/batch')
                ? fixtures.orders
                : { order: fixtures.orders.orders[0] }
    const parsed = call.parse(body)
    if (!parsed.ok) throw new Error(parsed.problem)
    return parsed
  }

  it('read permissions and the fee tier', async () => {
    expect(await connector.permissions(ask)).toMatchObject({
      value: { canRead: true, canTrade: false, canWithdraw: false, ipRestricted: null, expiresAt: null },
    })
    expect(await connector.fees?.(ask, [])).toMatchObject({
      value: [{ exchange: 'coinbase', kind: 'spot', symbol: null, maker: '0.0020', taker: '0.0010' }],
    })
  })

  it.each([
    ['names it', (id: string) => ({ next_starting_after: id })],
    [
      'gives its address',
      (id: string) => ({ next_uri: `/v2/accounts/8bfc/transactions?limit=100&starting_after=${id}` }),
    ],
  ])('follow the transactions of a wallet to the next page, whether a reply %s', async (_how, next) => {
    const [row] = fixtures.transactions.data
    const pages: Readonly<Record<string, unknown>> = {
      '': {
        pagination: next('b'),
        data: [
          { ...row, id: 'a' },
          { ...row, id: 'b' },
        ],
      },
      b: { pagination: { next_starting_after: null, next_uri: '' }, data: [{ ...row, id: 'c' }] },
    }
    const paged: Ask = async (call) => {
      const after = call.query.find(([name]) => name === 'starting_after')?.[1] ?? ''
      const parsed = call.parse(call.url.endsWith('/transactions') ? pages[after] : fixtures.accounts)
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    const ids: string[] = []
    for await (const page of connector.transfers(paged, { from: 0, to: receivedAt }))
      if (page.ok) ids.push(...page.value.map((one) => one.row.transferId))
    expect(ids).toEqual(['a', 'b', 'c'])
  })

  it('name what moved money and is no transfer, as far back as is asked, and go no further back', async () => {
    const [row] = fixtures.transactions.data
    const at = Date.UTC(2026, 0, 2)
    const made = (id: string, type: string, day: number, more: object = {}) => ({
      ...{ ...row, id, type, created_at: new Date(at + day * 86_400_000).toISOString(), ...more },
    })
    const data = [
      made('1', 'staking_reward', 3),
      made('2', 'advanced_trade_fill', 2),
      made('3', 'trade', 2),
      made('4', 'trade', 1, { status: 'canceled' }),
      made('5', 'staking_reward', 1, { amount: { amount: '0.00', currency: 'BTC' } }),
      made('6', 'staking_reward', -1),
    ]
    const pages: unknown[] = []
    const wallet: Ask = async (call) => {
      if (!call.url.endsWith('/transactions')) return ask(call)
      expect(call.query.some(([name]) => name === 'starting_after')).toBe(false)
      const parsed = call.parse({ pagination: { next_starting_after: '6' }, data })
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    for await (const page of connector.transfers(wallet, { from: at, to: receivedAt })) pages.push(page)
    const samples = ['a transaction of type staking_reward', 'a transaction of type trade']
    expect(pages).toEqual([{ ok: true, value: [], passedOver: { count: 2, samples, names: [] } }])
  })

  it('tell the transactions of every wallet that may be asked, and that one may not', async () => {
    const [wallet] = fixtures.accounts.accounts
    const wallets = ['gone', 'there'].map((uuid) => ({ ...wallet, uuid }))
    const failure = { kind: 'invalid', code: 'NOT_FOUND', message: 'no such account', retryAfterMs: null } as const
    const partial: Ask = async (call) => {
      if (call.url.includes('/gone/')) return { ok: false, failure }
      const isList = call.url.endsWith('/transactions')
      const parsed = call.parse(isList ? fixtures.transactions : { ...fixtures.accounts, accounts: wallets })
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    const told: unknown[] = []
    for await (const page of connector.transfers(partial, { from: 0, to: receivedAt }))
      told.push(page.ok ? page.value.map(({ row }) => row.transferId) : page.failure.message)
    expect(told).toEqual([fixtures.transactions.data.map((one: { id: string }) => one.id), 'no such account'])
  })

  it('are GETs of reading endpoints alone', async () => {
    asked.length = 0
    await connector.permissions(ask)
    await connector.balances(ask)
    await connector.openOrders(ask, [])
    await connector.order(ask, btc, 'an id/with a slash')
    await connector.fees?.(ask, [])
    const range = { from: 0, to: receivedAt }
    for await (const page of connector.orderHistory(ask, range, [])) expect(page.ok).toBe(true)
    for await (const page of connector.transfers(ask, range)) expect(page.ok).toBe(true)
    for await (const page of connector.fills(ask, 0, [], [])) expect(page.ok).toBe(true)
    expect(await connector.positions(ask)).toEqual({ ok: true, value: [] })
    for await (const _page of connector.fundingPayments(ask, range, [])) expect.unreachable()
    expect([...new Set(asked)].sort()).toEqual([
      'GET /api/v3/brokerage/accounts',
      'GET /api/v3/brokerage/key_permissions',
      'GET /api/v3/brokerage/orders/historical/an%20id%2Fwith%20a%20slash',
      'GET /api/v3/brokerage/orders/historical/batch',
      'GET /api/v3/brokerage/orders/historical/fills',
      'GET /api/v3/brokerage/transaction_summary',
      'GET /v2/accounts/8bfc20d7-f7c6-4422-bf07-8243ca4169fe/transactions',
    ])
  })
})

describe('the private stream of coinbase', () => {
  const [stream] = connector.streams
  const connection = () => {
    const normalize = stream?.createNormalizer()
    return (frame: unknown): AccountNormalized | undefined =>
      normalize?.(Buffer.isBuffer(frame) ? frame : Buffer.from(JSON.stringify(frame)), false, receivedAt)
  }
  const [documented] = readFrames('coinbase/ws_user.ndjson')
  const [row] = JSON.parse(String(documented)).events[0].orders
  const frame = (number: number, type: string, ...orders: object[]) => ({
    channel: 'user',
    timestamp: '2023-02-09T20:33:57.609931463Z',
    sequence_num: number,
    events: [{ type, orders: orders.map((change) => ({ ...row, ...change })) }],
  })
  const hints = ['fills', 'balances'].map((poll) => ({ kind: 'hint', poll }))

  it('begins with the orders as they are', () => {
    expect(connection()(documented)).toMatchObject({
      kind: 'events',
      events: [
        {
          kind: 'order',
          order: {
            ...common,
            symbol: 'BTC_USD',
            exchangeOrderId: 'YYY',
            clientOrderId: 'XXX',
            side: 'BUY',
            type: 'LIMIT',
            timeInForce: 'GTC',
            price: '50000',
            stopPrice: null,
            quantity: '0.01',
            filledQuantity: '0.01',
            averagePrice: '50000',
            status: 'FILLED',
            updatedAt: Date.UTC(2023, 1, 9, 20, 33, 57, 609),
          },
        },
      ],
    })
  })

  it('has REST asked for fills and balances when an order moved, and for one that ended without having been open here', () => {
    const read = connection()
    expect(
      read(frame(0, 'update', { status: 'OPEN', cumulative_quantity: '0.002', leaves_quantity: '0.008' })),
    ).toMatchObject({ events: [{ kind: 'order', order: { status: 'PARTIALLY_FILLED', quantity: '0.01' } }, ...hints] })
    const cancelled = { status: 'CANCELLED', cumulative_quantity: '0.002', leaves_quantity: '0', cancel_reason: 'User' }
    expect(read(frame(1, 'update', cancelled))).toMatchObject({
      events: [
        {
          kind: 'order',
          order: { status: 'CANCELED', quantity: '0.01', filledQuantity: '0.002', exchangeStatus: 'CANCELLED: User' },
        },
        ...hints,
      ],
    })
    expect(read(frame(2, 'update', { ...cancelled, order_id: 'another' }))).toEqual({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'orders' }, ...hints],
    })
  })

  it('shows frames that are missing, and passes over one that comes twice', () => {
    const read = connection()
    read(frame(0, 'snapshot'))
    const heartbeat = (number: number) => ({ channel: 'heartbeats', sequence_num: number })
    const rejected = { reason: 'value', detail: 'sequence_num: 2 frames are missing before 3' }
    expect(read(heartbeat(3))).toEqual({ kind: 'rejected', ...rejected })
    expect(read(heartbeat(3))).toEqual({ kind: 'control', control: { type: 'ignored' } })
    expect(read(frame(5, 'update', {}))).toMatchObject({ kind: 'events', rejected: { reason: 'value' } })
  })

  it('names orders that it cannot read, and keeps the others', () => {
    expect(connection()(frame(0, 'update', {}, { product_id: 'FOO-USD' }, { cumulative_quantity: 'x' }))).toMatchObject(
      {
        events: [{ kind: 'order' }, { kind: 'hint', poll: 'orders' }, ...hints],
        rejected: { reason: 'unknownInstrument', detail: 'FOO-USD' },
      },
    )
  })

  it('has the clock measured when a token is refused, and gives the key up when the next one is as well', () => {
    const refusal = { type: 'error', message: 'authentication failure' }
    const accepted = { channel: 'subscriptions', sequence_num: 0, events: [{ subscriptions: { user: ['x'] } }] }
    expect(connection()(refusal)).toMatchObject({ kind: 'clock', control: { type: 'loginRefused' } })
    expect(connection()(refusal)).toMatchObject({ kind: 'rejectedKey', control: { type: 'loginRefused' } })
    expect(connection()(accepted)).toEqual({ kind: 'control', control: { type: 'ack', id: null, wires: ['user'] } })
    expect(connection()(refusal)).toMatchObject({ kind: 'clock' })
  })
})
