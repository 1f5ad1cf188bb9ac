import { describe, expect, it, onTestFinished } from 'vitest'
import type { AccountEvent } from '../../../../src/main/exchanges/account-contract.ts'
import type { SimOrder } from '../../../../src/main/simulator/account/contract.ts'
import type { Fill, Order } from '../../../../src/shared/domain/index.ts'
import { collect, fillRow, plain, rowsOf, valueIn } from '../../../support/account-rows.ts'
import type { ConnectorClient } from '../../../support/connector-client.ts'
import { instrument } from '../../../support/instruments.ts'
import { type LiveConnector, type LiveOptions, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams, ticketOf } from '../../../support/private-streams.ts'

const btc = instrument('mexc', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('mexc', 'spot', 'ETH', 'USDT', 'ETHUSDT')
const sol = instrument('mexc', 'spot', 'SOL', 'USDT', 'SOLUSDT')
const listed = [btc, eth, sol]
const live = (options?: LiveOptions) =>
  liveConnector({ exchange: 'mexc', symbols: ['BTC_USDT', 'ETH_USDT', 'SOL_USDT'], listed }, options)

const day = 86_400_000

/** What the account's own order should be read as, in its own words. */
const orderFields = ({ id, side, status, filledQuantity, quantity }: SimOrder) => ({
  exchangeOrderId: id,
  side,
  status,
  filledQuantity,
  quantity,
})
const shown = ({ exchangeOrderId, side, status, filledQuantity, quantity }: Omit<Order, 'receivedAt'>) => ({
  exchangeOrderId,
  side,
  status,
  filledQuantity,
  quantity,
})
const fund = ({ account }: LiveConnector, asset: string, amount: string) =>
  account.advanceTransfer(account.deposit(asset, amount).id, 'completed')

const newest = <T>(events: readonly AccountEvent[], read: (event: AccountEvent) => [string, T] | null): T[] => {
  const byKey = new Map<string, T>()
  for (const event of events) {
    const found = read(event)
    if (found) byKey.set(...found)
  }
  return [...byKey.values()]
}

describe('a MEXC account over real sockets', () => {
  it('is told by stream and by REST alike, and as the exchange keeps it', async () => {
    const run = await live()
    const { account, connector, ask } = run
    const { events, others } = await openedStreams(run)

    fund(run, 'USDT', '100000')
    const bought = account.place({
      instrument: run.sim(btc),
      side: 'BUY',
      type: 'LIMIT',
      price: '50000',
      quantity: '0.5',
    })
    account.fill(bought.id, '0.2', { isMaker: true })
    account.fill(bought.id, '0.3')
    const half = account.place({
      instrument: run.sim(btc),
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'POST_ONLY',
      price: '60000',
      quantity: '0.1',
      clientOrderId: 'mine-1',
    })
    account.fill(half.id, '0.03')
    account.end(half.id, 'CANCELED')
    const market = account.place({ instrument: run.sim(eth), side: 'BUY', type: 'MARKET', quantity: '2' })
    account.fill(market.id, '2')
    const never = account.place({
      instrument: run.sim(eth),
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'IOC',
      price: '10',
      quantity: '1',
    })
    account.end(never.id, 'EXPIRED')
    const open = account.place({
      instrument: run.sim(eth),
      side: 'SELL',
      type: 'LIMIT',
      price: '9000',
      quantity: '0.5',
    })
    const gone = account.withdraw('USDT', '1000')
    account.advanceTransfer(gone.id, 'completed')
    account.withdraw('BTC', '0.01')
    account.deposit('SOL', '7')

    const last = account.balances('spot').length
    await until(() => newest(events, balanceOf).length >= last, 'balances by stream')
    await until(() => events.filter(({ kind }) => kind === 'fill').length === 4, 'fills by stream')

    const balances = valueIn(await connector.balances(ask)).map(plain)
    const nonZero = account.balances('spot').filter(({ total }) => total !== '0')
    expect(balances.map(({ asset, free, locked, total }) => [asset, free, locked, total])).toEqual(
      nonZero.map(({ asset, free, locked, total }) => [asset, free, locked, total]),
    )
    const streamed = newest(events, balanceOf).filter(({ total }) => total !== '0')
    const byAsset = (a: { asset: string }, b: { asset: string }) => a.asset.localeCompare(b.asset)
    expect(streamed.map((row) => ({ ...plain(row), exchangeAt: null })).sort(byAsset)).toEqual(balances.sort(byAsset))

    const openOrders = rowsOf(valueIn(await connector.openOrders(ask, listed)))
    expect(openOrders.map(shown)).toEqual([orderFields(open)])

    const now = account.now()
    const history = await collect(connector.orderHistory(ask, { from: now - day, to: now + 1_000 }, listed))
    const byId = (a: { exchangeOrderId: string }, b: { exchangeOrderId: string }) =>
      a.exchangeOrderId.localeCompare(b.exchangeOrderId)
    const orders = rowsOf(history).sort(byId)
    expect(orders.map(shown)).toEqual(
      account.orders('spot').map((order) => {
        const status = order.status === 'EXPIRED' ? ('CANCELED' as const) : order.status
        return { ...orderFields(order), status }
      }),
    )
    expect(newest(events, orderOf).map(plain).sort(byId)).toEqual(orders)
    expect(orders[1]).toMatchObject({
      clientOrderId: 'mine-1',
      timeInForce: 'POST_ONLY',
      status: 'CANCELED',
      exchangeStatus: 'PARTIALLY_CANCELED',
      averagePrice: '60000',
    })

    const [first] = orders
    const one = valueIn(await connector.order(ask, btc, bought.id))
    expect(one && plain(one.row)).toEqual(first)
    expect(await connector.order(ask, btc, 'C02__1')).toEqual({ ok: true, value: null })

    const fills = rowsOf(await collect(connector.fills(ask, now - day, [], listed)))
    expect(fills).toEqual(account.fills('spot').map(fillRow))
    expect(newest(events, fillOf).map(plain)).toEqual(fills)

    const transfers = rowsOf(await collect(connector.transfers(ask, { from: now - day, to: now + 1_000 })))
    expect(transfers.map(({ kind, asset, amount, fee, status }) => [kind, asset, amount, fee, status])).toEqual([
      ...[
        ['deposit', 'USDT', '100000', null, 'completed'],
        ['deposit', 'SOL', '7', null, 'pending'],
      ].toReversed(),
      ...account
        .transfers('withdrawal')
        .map(({ asset, amount, fee, status }) => ['withdrawal', asset, amount, fee, status])
        .toReversed(),
    ])

    expect(valueIn(await connector.positions(ask))).toEqual([])
    expect(await collect(connector.fundingPayments(ask, { from: 0, to: now }, listed))).toEqual([])
    expect(others).toEqual([])
  })

  const balanceOf = (event: AccountEvent) =>
    event.kind === 'balance' ? ([event.balance.asset, event.balance] as [string, typeof event.balance]) : null
  const orderOf = (event: AccountEvent): [string, Order] | null =>
    event.kind === 'order' ? [event.order.exchangeOrderId, event.order] : null
  const fillOf = (event: AccountEvent): [string, Fill] | null =>
    event.kind === 'fill' ? [event.fill.tradeId, event.fill] : null

  it('downloads more fills and orders than calls hold rows, each once', async () => {
    const run = await live({ shiftMs: -20 * day })
    const { account, connector, ask } = run
    fund(run, 'USDT', '100000000')
    // Three symbols over 20 days, 300 fills of them within a day; all before the loop turns once.
    for (let n = 0; n < 1_300; n++) {
      run.clock.shiftMs = -20 * day + (n < 300 ? 10 * day + n * 280_000 : n * 1_300_000)
      const instrument = run.sim(n % 5 === 0 ? eth : n % 7 === 0 ? sol : btc)
      const order = account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '100', quantity: '0.1' })
      account.fill(order.id, '0.1')
    }
    run.clock.shiftMs = 0
    const all = account.fills('spot').map(fillRow)
    const download = await collect(connector.fills(ask, 0, [], listed))
    const bySymbol = new Map<string, number>()
    for (const { row } of download) {
      expect(row.at).toBeGreaterThanOrEqual(bySymbol.get(row.symbol) ?? 0)
      bySymbol.set(row.symbol, row.at)
    }
    const byTrade = (a: { tradeId: string }, b: { tradeId: string }) => a.tradeId.localeCompare(b.tradeId)
    expect(rowsOf(download).sort(byTrade)).toEqual(all.sort(byTrade))

    const bitcoin = all.filter(({ symbol }) => symbol === 'BTC_USDT').sort((a, b) => a.at - b.at)
    const cursor = bitcoin.at(-50)
    const rest = await collect(
      connector.fills(ask, 0, [{ instrument: btc, tradeId: cursor?.tradeId ?? null, at: cursor?.at ?? null }], []),
    )
    expect(rowsOf(rest)).toEqual(bitcoin.slice(-50))

    const now = account.now()
    const recent = account.orders('spot').filter(({ createdAt }) => createdAt > now - 7 * day + 60_000)
    const history = await collect(connector.orderHistory(ask, { from: 0, to: now }, listed))
    expect(history.map(({ row }) => row.exchangeOrderId).sort()).toEqual(recent.map(({ id }) => id).sort())
  })

  it('tells which windows of transfers are gone, not more than MEXC keeps', async () => {
    const run = await live({ shiftMs: -30 * day })
    for (let n = 0; n < 40; n++) {
      run.clock.shiftMs = -30 * day + n * 18 * 3_600_000
      fund(run, 'USDT', String(n + 1))
    }
    run.clock.shiftMs = 0
    const rows = await collect(run.connector.transfers(run.ask, { from: 0, to: run.account.now() }))
    expect(rows.map(({ row }) => row.amount).sort()).toEqual(Array.from({ length: 40 }, (_, n) => String(n + 1)).sort())
    expect(new Set(rows.map(({ row }) => row.transferId)).size).toBe(40)
  })

  it('tells of moves to and from the futures wallet, to keys that may read them', async () => {
    const run = await live({ shiftMs: -80 * day })
    fund(run, 'USDT', '100000')
    for (let n = 0; n < 130; n++) {
      run.clock.shiftMs = -70 * day + n * 60_000
      run.account.move('USDT', String(n + 1), 'spot', 'futures')
    }
    run.clock.shiftMs = -day
    run.account.move('USDT', '7', 'futures', 'spot')
    run.clock.shiftMs = 0
    const range = { from: 0, to: run.account.now() + 300_000 }
    const told = rowsOf(await collect(run.connector.transfers(run.ask, range)))
      .filter(({ kind }) => kind === 'internal')
      .sort((a, b) => a.createdAt - b.createdAt)
    expect(told.map(({ transferId }) => transferId)).toEqual(run.account.transfers('internal').map(({ id }) => id))
    expect(told.map(({ amount, fromWallet, toWallet }) => [amount, fromWallet, toWallet])).toEqual([
      ...Array.from({ length: 130 }, (_, n) => [String(n + 1), 'spot', null]),
      ['7', null, 'spot'],
    ])

    const key = { key: 'mx0lacking', secret: 'shh', passphrase: null }
    const lacks = ['SPOT_TRANSFER_READ']
    run.account.addKey({ ...key, canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null, lacks })
    const other = run.as(key)
    const left = rowsOf(await collect(other.connector.transfers(other.ask, range)))
    expect(left.map(({ kind }) => kind)).toEqual(['deposit'])
  })

  it('passes over symbols that are not served to keys, and names them', async () => {
    const run = await live()
    const [bitcoin] = listed
    if (!bitcoin) throw new Error('none listed')
    const elsewhere = { ...bitcoin, id: 999, symbol: 'FOO_USDT', nativeName: 'FOOUSDT' }
    const passedOver = { count: 1, samples: ['FOOUSDT: not served to this key (-1121)'], names: ['FOOUSDT'] }
    expect(await run.connector.openOrders(run.ask, [elsewhere, bitcoin])).toEqual({ ok: true, value: [], passedOver })
    const pages = []
    for await (const page of run.connector.fills(run.ask, 0, [], [elsewhere])) pages.push(page)
    expect(pages).toEqual([{ ok: true, value: [], passedOver }])
  })
})

describe('a MEXC key', () => {
  const unknown = { canWithdraw: null, ipRestricted: null, ipAddresses: [], expiresAt: null }

  it('is described by what it opens', async () => {
    const run = await live()
    const trading = run.simulator.tradingKeys.mexc
    const reader = valueIn(await run.connector.permissions(run.ask))
    const other = run.as({ key: trading?.key ?? '', secret: trading?.secret ?? '' })
    const trader = valueIn(await other.connector.permissions(other.ask))
    const notes = ['may withdraw', '90 days', 'open ones too; watch a symbol'].map((text) =>
      expect.stringContaining(text),
    )
    expect([reader, trader]).toEqual([
      { ...unknown, canRead: true, canTrade: false, notes },
      { ...unknown, canRead: true, canTrade: true, notes },
    ])
  })

  it.each([
    [['SPOT_DEAL_READ'], true, false, ['may not read orders']],
    [['SPOT_WITHDRAW_READ'], true, false, ['may not read deposits and withdrawals']],
    [['SPOT_TRANSFER_READ'], true, false, ['may not read transfers between wallets']],
    [
      ['SPOT_ACCOUNT_READ', 'SPOT_DEAL_READ', 'SPOT_WITHDRAW_READ'],
      false,
      null,
      ['may not read the account', 'may not read orders', 'may not read deposits and withdrawals'],
    ],
  ])('without %j says what is missing', async (lacks, canRead, canTrade, missing) => {
    const run = await live()
    const key = { key: 'mx0lacking', secret: 'shh', passphrase: null }
    run.account.addKey({ ...key, canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null, lacks })
    const { connector, ask } = run.as(key)
    const { notes, ...rest } = valueIn(await connector.permissions(ask))
    expect(rest).toEqual({ ...unknown, canRead, canTrade })
    expect(notes.slice(3)).toEqual(missing.map((text) => expect.stringContaining(text)))
  })

  it.each<[string, (run: LiveConnector) => ConnectorClient, string, string]>([
    ['that nobody knows', (run) => run.as({ key: 'mx0nobody' }), 'rejectedKey', '10072'],
    ['of another shape', (run) => run.as({ key: 'canary' }), 'rejectedKey', '700001'],
    ['with a wrong secret', (run) => run.as({ secret: 'canary' }), 'rejectedKey', '700002'],
    ['used with a clock that is behind', (run) => run.as({}, { wrongByMs: -60_000 }), 'clock', '700003'],
    ['used with a clock that is ahead', (run) => run.as({}, { wrongByMs: 5_000 }), 'clock', '700003'],
    [
      'used from another address than its own',
      (run) => {
        const key = { key: 'mx0elsewhere', secret: 'canary', passphrase: null }
        const ipAddresses = ['192.0.2.1']
        run.account.addKey({ ...key, canTrade: false, canWithdraw: false, ipAddresses, expiresAt: null })
        return run.as(key)
      },
      'rejectedKey',
      '700006',
    ],
  ])('%s is refused in words that hold no secret', async (_name, of, kind, code) => {
    const { connector, ask } = of(await live())
    const refused = { ok: false, failure: { kind, code, message: expect.stringContaining(code), retryAfterMs: null } }
    const replies = [await connector.permissions(ask), await connector.streams[0]?.ticket?.obtain(ask)]
    expect(replies).toEqual([refused, refused])
    expect(JSON.stringify(replies)).not.toMatch(/canary|mx0|signature=/)
  })

  it('revoked is refused from then on, and its stream falls silent', async () => {
    const run = await live()
    const stream = await openedStreams(run)
    const ticket = await ticketOf(run)
    run.account.revokeKey(run.simulator.keys.mexc?.key ?? '')
    fund(run, 'USDT', '5')
    expect(await run.connector.balances(run.ask)).toMatchObject({ ok: false, failure: { kind: 'rejectedKey' } })
    const again = await openStreams(run, { ticket })
    await until(() => again.others.length > 0, 'the refusal')
    expect([again.others[0]?.kind, stream.events]).toEqual(['expired', []])
  })
})

describe('a MEXC listen key', () => {
  it('is extended as long as it is known, and told apart from one that is not', async () => {
    const run = await live()
    const ticket = await ticketOf(run)
    const extend = run.connector.streams[0]?.ticket?.extend
    expect(await extend?.(run.ask, ticket)).toEqual({ ok: true, value: null })
    run.account.expireListenKeys()
    expect(await extend?.(run.ask, ticket)).toEqual({
      ok: false,
      failure: {
        kind: 'invalid',
        code: '-1125',
        message: 'MEXC does not accept the listen key (-1125)',
        retryAfterMs: null,
      },
    })
  })

  it('lasts 60 minutes from its last extension', async () => {
    const run = await live()
    const extend = run.connector.streams[0]?.ticket?.extend
    const ticket = await ticketOf(run)
    const minutes = async (after: number) => {
      run.clock.shiftMs = after * 60_000
      return (await extend?.(run.ask, ticket))?.ok
    }
    expect([await minutes(59), await minutes(118), await minutes(179)]).toEqual([true, true, false])
  })

  it('that expired is noticed when the socket is opened again, and a new one brings the stream back', async () => {
    const run = await live()
    const stream = await openedStreams(run)
    fund(run, 'USDT', '1')
    await until(() => stream.events.length === 2, 'the first deposit')
    run.account.expireListenKeys()
    fund(run, 'USDT', '2')
    await run.simulator.dropSockets('mexc')
    await until(() => stream.others.length > 0, 'the refusal')
    expect(stream.others[0]).toMatchObject({ kind: 'expired', control: { type: 'refused' } })
    await stream.stop()

    const next = await openedStreams(run)
    fund(run, 'USDT', '4')
    await until(() => next.events.length === 2, 'the third deposit')
    // Each with the advice to look up what came.
    const told = [
      { kind: 'balance', balance: { total: '7' } },
      { kind: 'hint', poll: 'transfers' },
    ]
    expect([stream.events.length, next.events]).toMatchObject([2, told])
  })

  it('is in no word of status, error or event', async () => {
    const run = await live()
    const ticket = await ticketOf(run)
    const stream = await openedStreams(run, { ticket })
    fund(run, 'USDT', '1')
    await until(() => stream.events.length === 2, 'the deposit')
    run.account.expireListenKeys()
    const failed = await run.connector.streams[0]?.ticket?.extend?.(run.ask, ticket)
    expect(JSON.stringify([stream.events, stream.others, failed])).not.toContain(ticket)
    onTestFinished(() => stream.stop())
  })
})
