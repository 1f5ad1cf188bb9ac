import { describe, expect, it } from 'vitest'
import { type List, readList, readWindow } from '../../../../src/main/exchanges/gate/account-rest.ts'
import type { RestFailure } from '../../../../src/main/net/rest.ts'
import type { SimFill, SimOrder } from '../../../../src/main/simulator/account/contract.ts'
import { isSameAmount, negateAmount, sumAmounts } from '../../../../src/shared/amount.ts'
import type { Fill, Instrument, Order } from '../../../../src/shared/domain/index.ts'
import { collect, fillRow, plain, valueIn } from '../../../support/account-rows.ts'
import { instrument } from '../../../support/instruments.ts'
import { type LiveConnector, type LiveOptions, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams } from '../../../support/private-streams.ts'

const spot = (base: string) => instrument('gate', 'spot', base, 'USDT', `${base}_USDT`)
const perpetual = (base: string, contractSize: number) =>
  instrument('gate', 'perpetual', base, 'USDT', `${base}_USDT`, { contractSize })
const [btc, btcPerpetual] = [spot('BTC'), perpetual('BTC', 0.0001)]
const [eth, ethPerpetual] = [spot('ETH'), perpetual('ETH', 0.01)]
const [sol, solPerpetual] = [spot('SOL'), perpetual('SOL', 1)]
const listed = [btc, btcPerpetual, eth, ethPerpetual, sol, solPerpetual]
const live = (options?: LiveOptions) =>
  liveConnector({ exchange: 'gate', symbols: ['BTC_USDT', 'ETH_USDT', 'SOL_USDT'], listed }, options)

const day = 86_400_000
const receivedAt = expect.any(Number)
const head = { account: 'gate-main', exchange: 'gate', receivedAt } as const

const orderRow = (order: SimOrder, ending: string): Order => ({
  ...head,
  symbol: order.instrument.symbol,
  exchangeOrderId: order.id,
  clientOrderId: `t-${order.clientOrderId}`,
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  price: order.price,
  stopPrice: null,
  quantity: order.quantity,
  quoteQuantity: null,
  filledQuantity: order.filledQuantity,
  averagePrice: order.filledQuantity === '0' ? null : (order.price ?? expect.any(String)),
  status: order.status,
  exchangeStatus: ending,
  reduceOnly: order.instrument.kind === 'spot' ? null : order.reduceOnly,
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
})

/** Where nothing was realised the account book has no row, which proves something a minute later only. */
const fillOf = (fill: SimFill): Fill => ({
  ...fillRow(fill),
  receivedAt,
  realisedPnl: fill.realisedPnl === '0' ? null : fill.realisedPnl,
})

/** An account with something of everything, and the streams that watched it. */
async function lived() {
  const here = await live()
  const { account, sim } = here
  const [spotStream, futuresStream] = await Promise.all([
    openedStreams(here, { only: 'spot' }),
    openedStreams(here, { only: 'futures' }),
  ])
  account.advanceTransfer(account.deposit('USDT', '200000').id, 'completed')
  account.deposit('ETH', '1.5')
  account.move('USDT', '80000', 'spot', 'futures')
  account.move('USDT', '1000.5', 'futures', 'spot')
  account.advanceTransfer(account.withdraw('USDT', '25').id, 'completed')
  account.withdraw('USDT', '10')

  const limit = { type: 'LIMIT', side: 'BUY', price: '90000' } as const
  const filled = account.place({ ...limit, instrument: sim(btc), quantity: '0.5' })
  account.fill(filled.id, '0.2')
  account.fill(filled.id, '0.3')
  const cancelled = account.place({ ...limit, instrument: sim(btc), side: 'SELL', price: '120000', quantity: '0.1' })
  account.fill(cancelled.id, '0.04')
  account.end(cancelled.id, 'CANCELED')
  const expired = account.place({ ...limit, instrument: sim(btc), quantity: '0.1', timeInForce: 'IOC' })
  account.end(expired.id, 'EXPIRED')
  const resting = account.place({ ...limit, instrument: sim(btc), quantity: '0.2', price: '80000' })
  account.fill(resting.id, '0.05')

  const long = account.place({ ...limit, instrument: sim(btcPerpetual), quantity: '1.2345' })
  account.fill(long.id, '1')
  account.fill(long.id, '0.2345', { isMaker: false })
  const less = account.place({
    ...limit,
    instrument: sim(btcPerpetual),
    side: 'SELL',
    price: '95000',
    quantity: '0.2345',
  })
  account.fill(less.id, '0.2345')
  const waiting = account.place({
    ...limit,
    instrument: sim(btcPerpetual),
    side: 'SELL',
    price: '130000',
    quantity: '0.7',
  })
  account.fill(waiting.id, '0.1')
  account.settleFunding(sim(btcPerpetual))
  const after = (id: string): SimOrder => {
    const order = account.order(id)
    if (!order) throw new Error(`no order ${id}`)
    return order
  }
  const orders = {
    open: [orderRow(after(resting.id), 'open'), orderRow(after(waiting.id), 'open')],
    ended: [
      orderRow(after(filled.id), 'filled'),
      orderRow(after(cancelled.id), 'cancelled'),
      orderRow(after(expired.id), 'ioc'),
      orderRow(after(long.id), 'filled'),
      orderRow(after(less.id), 'filled'),
    ],
  }
  return { here, spotStream, futuresStream, orders, waiting }
}

const lastDay = ({ now }: LiveConnector) => ({ from: now() - day, to: now() })
const byId = (a: Order, b: Order): number => a.exchangeOrderId.localeCompare(b.exchangeOrderId)

describe("gate's account, over sockets", () => {
  it('is by REST what its engine knows, and by streams what it is by REST', async () => {
    const { here, spotStream, futuresStream, orders, waiting } = await lived()
    const { account, connector, ask } = here

    const open = valueIn(await connector.openOrders(ask, []))
    expect(open.map(({ row }) => row).sort(byId)).toEqual(orders.open.toSorted(byId))
    const ended = await collect(connector.orderHistory(ask, lastDay(here), []))
    expect(ended.map(({ row }) => row).sort(byId)).toEqual(orders.ended.toSorted(byId))
    for (const { row, raw } of [...open, ...ended]) expect(raw).toContain(row.exchangeOrderId)

    const fills = await collect(connector.fills(ask, here.now() - day, [], []))
    expect(fills.map(({ row }) => row)).toEqual([...account.fills('spot'), ...account.fills('perpetual')].map(fillOf))
    expect(fills.filter(({ row }) => row.realisedPnl !== null)).toHaveLength(2)
    here.clock.shiftMs = 61_000
    const later = await collect(connector.fills(ask, here.now() - day, [], []))
    const profits = [
      ...account.fills('spot').map(() => null),
      ...account.fills('perpetual').map((one) => one.realisedPnl),
    ]
    expect(later.map(({ row }) => row.realisedPnl)).toEqual(profits)
    here.clock.shiftMs = 0

    const balances = valueIn(await connector.balances(ask))
    const held = (['spot', 'futures'] as const).flatMap((wallet) => account.balances(wallet))
    expect(balances).toEqual(
      held
        .filter(({ total }) => total !== '0')
        .map(({ wallet, asset, free, locked, total }) => ({
          ...head,
          wallet,
          asset,
          free,
          locked,
          total,
          exchangeAt: null,
        })),
    )

    const [position] = account.positions()
    expect(valueIn(await connector.positions(ask))).toEqual([
      {
        ...head,
        symbol: 'BTC_USDT_PERP',
        side: 'BOTH',
        quantity: '0.9',
        entryPrice: position?.entryPrice,
        markPrice: expect.any(String),
        unrealisedPnl: expect.any(String),
        liquidationPrice: expect.any(String),
        leverage: '10',
        marginMode: 'isolated',
        settleAsset: 'USDT',
        exchangeAt: expect.any(Number),
      },
    ])

    const wholeSeconds = (at: number): number => at - (at % 1000)
    const transfers = await collect(connector.transfers(ask, lastDay(here)))
    const expected = (['deposit', 'withdrawal', 'internal'] as const).flatMap((kind) => account.transfers(kind))
    expect(transfers.map(({ row }) => row).sort((a, b) => a.transferId.localeCompare(b.transferId))).toEqual(
      expected
        .toSorted((a, b) => a.id.localeCompare(b.id))
        .map((transfer) => ({
          ...head,
          transferId: transfer.id,
          kind: transfer.kind,
          asset: transfer.asset,
          amount: transfer.amount,
          fee: transfer.kind === 'withdrawal' ? transfer.fee : null,
          feeAsset: transfer.kind === 'withdrawal' ? transfer.asset : null,
          network: transfer.network || null,
          address: transfer.address || null,
          transactionId: transfer.transactionId || null,
          fromWallet: transfer.fromWallet,
          toWallet: transfer.toWallet,
          status: transfer.status,
          exchangeStatus: expect.stringMatching(/^(DONE|PEND|dnw)$/),
          createdAt: transfer.kind === 'internal' ? transfer.createdAt : wholeSeconds(transfer.createdAt),
          updatedAt:
            transfer.kind === 'deposit'
              ? null
              : transfer.kind === 'internal'
                ? transfer.updatedAt
                : wholeSeconds(transfer.updatedAt),
        })),
    )

    const [paid] = account.funding()
    expect(await collect(connector.fundingPayments(ask, lastDay(here), []))).toEqual([
      {
        ...head,
        symbol: 'BTC_USDT_PERP',
        paymentId: paid?.id,
        asset: 'USDT',
        amount: paid?.amount,
        at: paid?.at,
      },
    ])

    // Streams
    const streamed = () => [...spotStream.events, ...futuresStream.events]
    const hinted = () => new Set(streamed().flatMap((event) => (event.kind === 'hint' ? [event.poll] : [])))
    await until(() => hinted().has('funding'), 'the last event of futures')
    await until(() => streamed().filter(({ kind }) => kind === 'fill').length === fills.length, 'every fill')
    expect([...spotStream.others, ...futuresStream.others]).toEqual([])
    const newest = new Map(
      streamed().flatMap((event) => (event.kind === 'order' ? [[event.order.exchangeOrderId, event.order]] : [])),
    )
    expect([...newest.values()].sort(byId).map(plain)).toEqual(
      [...open, ...ended]
        .map(({ row }) => plain(row))
        .sort((a, b) => byId({ ...a, receivedAt: 0 }, { ...b, receivedAt: 0 })),
    )
    const states = streamed().flatMap((event) =>
      event.kind === 'order' && event.order.exchangeOrderId === waiting.id ? [event.order.status] : [],
    )
    expect(states).toEqual(['NEW', 'PARTIALLY_FILLED'])
    const told = streamed().flatMap((event) => (event.kind === 'fill' ? [event.fill] : []))
    expect(told.map(plain)).toEqual(fills.map(({ row }) => plain({ ...row, realisedPnl: null })))
    const wallets = new Map(
      streamed().flatMap((event) =>
        event.kind === 'balance' ? [[`${event.balance.wallet} ${event.balance.asset}`, event.balance]] : [],
      ),
    )
    for (const balance of balances) {
      const last = wallets.get(`${balance.wallet} ${balance.asset}`)
      const { free, locked } = balance.wallet === 'spot' ? balance : { free: null, locked: null }
      expect(last).toMatchObject({ free, locked, total: balance.total })
    }
    const positions = streamed().flatMap((event) => (event.kind === 'position' ? [event.position] : []))
    expect(positions.map(({ quantity }) => quantity)).toEqual(['1', '1.2345', '1', '0.9'])
    expect([...hinted()].sort()).toEqual(['fills', 'funding', 'transfers'])
  })

  it('tells of one order, and that there is none', async () => {
    const { here, orders } = await lived()
    const { connector, ask } = here
    const ask1 = async (instrument: Instrument, id: string) => valueIn(await connector.order(ask, instrument, id))
    const [resting, waiting] = orders.open
    expect((await ask1(btc, resting?.exchangeOrderId ?? ''))?.row).toEqual(resting)
    expect((await ask1(btcPerpetual, waiting?.exchangeOrderId ?? ''))?.row).toEqual(waiting)
    expect([await ask1(btc, '1'), await ask1(btcPerpetual, '1')]).toEqual([null, null])
    // A zero-fill cancelled futures order is forgotten after ten minutes, and then the exchange says so.
    const { account, sim } = here
    const gone = account.place({
      instrument: sim(btcPerpetual),
      side: 'BUY',
      type: 'LIMIT',
      price: '1000',
      quantity: '0.1',
    })
    account.end(gone.id, 'CANCELED')
    expect((await ask1(btcPerpetual, gone.id))?.row.status).toBe('CANCELED')
    here.clock.shiftMs = 11 * 60_000
    expect(await ask1(btcPerpetual, gone.id)).toBeNull()
  })

  it('adds up over sixty days: fills, fees, profits, funding and moves make the futures balance', async () => {
    const here = await live({ history: true })
    const { account, connector, ask } = here
    const range = { from: here.now() - 90 * day, to: here.now() }
    const fills = (await collect(connector.fills(ask, range.from, [], []))).map(({ row }) => row)
    expect(fills.length).toBeGreaterThan(100)
    expect(fills.map(({ tradeId }) => tradeId)).toEqual(
      [...account.fills('spot'), ...account.fills('perpetual')].map(({ tradeId }) => tradeId),
    )
    const futures = fills.filter(({ symbol }) => symbol.endsWith('_PERP'))
    const paid = await collect(connector.fundingPayments(ask, range, []))
    const moves = (await collect(connector.transfers(ask, range))).filter(({ row }) => row.kind === 'internal')
    const balances = valueIn(await connector.balances(ask))
    const sum = sumAmounts([
      ...futures.map(({ realisedPnl }) => realisedPnl ?? '0'),
      ...futures.map(({ fee }) => negateAmount(fee ?? '0')),
      ...paid.map(({ amount }) => amount),
      ...moves.map(({ row }) => (row.toWallet === 'futures' ? row.amount : negateAmount(row.amount))),
    ])
    expect(balances.filter(({ wallet }) => wallet === 'futures')).toMatchObject([{ asset: 'USDT', total: sum }])
  })

  it('gives market buys in quote asset', async () => {
    const here = await live()
    const { account, sim, connector, ask } = here
    account.advanceTransfer(account.deposit('USDT', '20000').id, 'completed')
    const stream = await openedStreams(here, { only: 'spot' })
    const order = account.place({ instrument: sim(eth), side: 'BUY', type: 'MARKET', quantity: '1' })
    account.fill(order.id, '1')
    const [row] = (await collect(connector.orderHistory(ask, lastDay(here), []))).map((one) => one.row)
    expect(row).toMatchObject({
      type: 'MARKET',
      price: null,
      quantity: null,
      quoteQuantity: expect.stringMatching(/^\d+(\.\d+)?$/),
      filledQuantity: '1',
      status: 'FILLED',
    })
    await until(() => stream.events.filter(({ kind }) => kind === 'order').length === 2, 'both states')
    const amounts = stream.events.flatMap((event) => (event.kind === 'order' ? [event.order.quoteQuantity] : []))
    expect(amounts).toEqual([row?.quoteQuantity, row?.quoteQuantity])
  })
})

describe("gate's lists", () => {
  it('come complete and once each: 2,600 fills over 40 days, of several symbols', async () => {
    const here = await live({ shiftMs: -40 * day })
    const { account, sim, connector, ask } = here
    account.advanceTransfer(account.deposit('USDT', '5000000').id, 'completed')
    account.move('USDT', '2000000', 'spot', 'futures')
    const markets = listed.map(sim)
    const start = here.now()
    for (let n = 0; n < 2_600; n++) {
      const instrument = markets[n % markets.length]
      if (!instrument) throw new Error('no market')
      // Most of them within one week, so that a window has several pages.
      here.clock.shiftMs = -40 * day + (n < 2_400 ? n * 200_000 : (n - 2_400) * 200_000 + 36 * day)
      const side = n % 4 < 2 ? 'BUY' : 'SELL'
      const quantity = instrument.base === 'SOL' ? '2' : '0.02'
      const price = { BTC: '90000', ETH: '3000', SOL: '150' }[instrument.base] ?? '1'
      const isHeld =
        instrument.kind === 'perpetual' ||
        account
          .balances('spot')
          .some(({ asset, free }) => asset === instrument.base && Number(free) >= Number(quantity))
      const order = account.place({ instrument, side: isHeld ? side : 'BUY', type: 'LIMIT', price, quantity })
      account.fill(order.id, quantity)
    }
    here.clock.shiftMs = 0
    const fills = await collect(connector.fills(ask, start, [], []))
    const expected = [...account.fills('spot'), ...account.fills('perpetual')]
    expect(expected).toHaveLength(2_600)
    expect(fills.map(({ row }) => `${row.symbol} ${row.tradeId}`)).toEqual(
      expected.map(({ instrument, tradeId }) => `${instrument.symbol} ${tradeId}`),
    )
    const profits = fills.map(({ row }) => row.realisedPnl ?? '0')
    const booked = expected.map(({ realisedPnl }) => realisedPnl)
    expect(isSameAmount(sumAmounts(profits), sumAmounts(booked))).toBe(true)
    const orders = await collect(connector.orderHistory(ask, { from: start, to: here.now() }, []))
    expect(new Set(orders.map(({ row }) => row.exchangeOrderId)).size).toBe(2_600)
    expect(orders).toHaveLength(2_600)
  }, 60_000)

  it('tell once what lies in the second that two windows share', async () => {
    const { account, connector, ask } = await live()
    const { createdAt } = account.deposit('USDT', '1')
    const transfers = await collect(connector.transfers(ask, { from: createdAt - 30 * day, to: createdAt + 30 * day }))
    expect(transfers).toHaveLength(1)
  })

  it('follow open orders beyond one page', async () => {
    const { account, sim, connector, ask } = await live()
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    account.move('USDT', '50000', 'spot', 'futures')
    for (let n = 0; n < 230; n++) {
      const instrument = sim(n % 2 === 0 ? sol : n % 3 === 0 ? solPerpetual : ethPerpetual)
      account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '10', quantity: '1' })
    }
    const open = valueIn(await connector.openOrders(ask, []))
    expect(new Set(open.map(({ row }) => row.exchangeOrderId)).size).toBe(230)
    expect(open).toHaveLength(230)
  })

  it('pass over what is not listed any more, and say so', async () => {
    const { here } = await lived()
    const { connector, ask } = here.as({}, { listed: listed.filter(({ base }) => base !== 'BTC') })
    const open = await connector.openOrders(ask, [])
    expect(open).toMatchObject({ ok: true, value: [], passedOver: { count: 2, names: ['BTC_USDT', 'BTC_USDT'] } })
  })

  it('halve a window that is deeper than pages reach', async () => {
    const list: List<number> = {
      keyOf: String,
      call: (query, { start }) => ({
        url: '',
        query,
        pool: '',
        weight: start,
        parse: (body) => readList('numbers', body, (json) => ({ kind: 'row', value: Number(json) })),
      }),
    }
    // 15,000 rows a second, 1,000 a page.
    const all = Array.from({ length: 150_000 }, (_, n) => n / 15_000)
    const windows = new Map<string, number[]>()
    const result = await readWindow(
      async (call) => {
        const [from = 0, to = 0] = call.query.map(([, value]) => Number(value))
        const name = `${from}-${to}`
        const within = windows.get(name) ?? all.filter((at) => at >= from && at <= to)
        windows.set(name, within)
        const parsed = call.parse(within.slice(call.weight, call.weight + 1_000))
        if (!parsed.ok) throw new Error(parsed.problem)
        return parsed
      },
      list,
      0,
      10,
    )
    const asked = [...windows.keys()]
    expect(asked).toEqual(['0-10', '0-5', '5-10'])
    expect(valueIn(result)).toHaveLength(150_000)
  })
})

describe("gate's keys", () => {
  const failureOf = (result: { ok: boolean; failure?: RestFailure }) => [result.failure?.kind, result.failure?.code]

  it('tell what they may do', async () => {
    const { simulator, connector, ask, as } = await live()
    const readOnly = {
      canRead: true,
      canTrade: false,
      canWithdraw: false,
      ipRestricted: false,
      ipAddresses: [],
      expiresAt: null,
      notes: [],
    }
    expect(await connector.permissions(ask)).toEqual({ ok: true, value: readOnly })
    const permissionsOf = async (key: { key: string; secret: string } | undefined) => {
      const other = as(key ?? {})
      return valueIn(await other.connector.permissions(other.ask))
    }
    expect(await permissionsOf(simulator.tradingKeys.gate)).toEqual({ ...readOnly, canTrade: true })
    expect(await permissionsOf(simulator.withdrawingKeys.gate)).toEqual({
      ...readOnly,
      canTrade: true,
      canWithdraw: true,
    })
  })

  it('that lack a permission leave its product out', async () => {
    const { account, as } = await live()
    account.advanceTransfer(account.deposit('USDT', '1000').id, 'completed')
    account.move('USDT', '400', 'spot', 'futures')
    const key = { key: 'spot-only', secret: 'x', passphrase: null }
    const plain = { ...key, canTrade: false, canWithdraw: false, ipAddresses: ['127.0.0.1'], expiresAt: null }
    account.addKey({ ...plain, lacks: ['futures', 'wallet'] })
    const { connector, ask } = as(key)
    expect(valueIn(await connector.permissions(ask))).toMatchObject({
      ipRestricted: true,
      ipAddresses: ['127.0.0.1'],
      notes: [
        'no futures permission: futures balances, orders, fills, positions and funding are left out',
        'no wallet permission: deposits and withdrawals are left out',
      ],
    })
    expect(valueIn(await connector.balances(ask))).toMatchObject([{ wallet: 'spot', total: '600' }])
    expect(valueIn(await connector.positions(ask))).toEqual([])
    expect(await collect(connector.transfers(ask, { from: Date.now() - day, to: Date.now() }))).toEqual([])
    expect(await collect(connector.fills(ask, Date.now() - day, [], []))).toEqual([])
    // What was let in before and then is not has not become nothing.
    account.addKey({ ...plain, lacks: ['spot'] })
    expect(failureOf(await connector.balances(ask))).toEqual(['forbidden', 'FORBIDDEN'])
  })

  it('that may not ask about themselves, or hear of others only, are good for the rest', async () => {
    const { account, as } = await live()
    account.advanceTransfer(account.deposit('USDT', '1000').id, 'completed')
    account.move('USDT', '400', 'spot', 'futures')
    const key = { key: 'no-account-permission', secret: 'x', passphrase: null }
    const plain = { ...key, canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null }
    const untold = { canTrade: null, canWithdraw: null, ipRestricted: null }
    account.addKey({ ...plain, lacks: ['account'] })
    const here = as(key)
    expect(valueIn(await here.connector.permissions(here.ask))).toMatchObject(untold)
    const stream = await openedStreams(here, { only: 'futures' })
    account.move('USDT', '100', 'spot', 'futures')
    await until(
      () => stream.events.some((event) => event.kind === 'balance' && event.balance.total === '500'),
      'the futures balance',
    )
    account.addKey({ ...plain, lacks: ['main'] })
    expect(valueIn(await here.connector.permissions(here.ask))).toMatchObject(untold)
    const moved = await collect(here.connector.transfers(here.ask, { from: Date.now() - day, to: Date.now() + 1 }))
    expect(moved.map(({ row }) => row.kind)).toEqual(['deposit', 'internal', 'internal'])
  })

  it('of an account that never opened futures find nothing there', async () => {
    const { account, connector, ask } = await live()
    account.advanceTransfer(account.deposit('BTC', '1').id, 'completed')
    expect(valueIn(await connector.balances(ask))).toMatchObject([{ wallet: 'spot', asset: 'BTC' }])
    expect(valueIn(await connector.positions(ask))).toEqual([])
    expect(valueIn(await connector.openOrders(ask, []))).toEqual([])
  })

  it('are refused for what is wrong with them, without a word of a secret', async () => {
    const { account, as, credentials: own } = await live()
    const ended = { key: 'away', secret: 'x', canTrade: false, canWithdraw: false, passphrase: null, expiresAt: null }
    account.addKey({ ...ended, ipAddresses: ['203.0.113.7'] })
    const results = await Promise.all(
      [
        as({ key: 'nobody' }),
        as({ secret: 'canary-secret' }),
        as({ key: 'away', secret: 'x' }),
        as({}, { wrongByMs: 90_000 }),
      ].map(({ connector, ask }) => connector.permissions(ask)),
    )
    expect(results.map(failureOf)).toEqual([
      ['rejectedKey', 'INVALID_KEY'],
      ['rejectedKey', 'INVALID_SIGNATURE'],
      ['rejectedKey', 'IP_FORBIDDEN'],
      ['clock', 'REQUEST_EXPIRED'],
    ])
    const text = JSON.stringify(results)
    for (const secret of [own.key, own.secret, 'canary-secret']) expect(text).not.toContain(secret)
  })
})

describe("gate's private streams", () => {
  it('subscribe anew after a lost socket', async () => {
    const here = await live()
    const { account, simulator } = here
    const stream = await openedStreams(here, { only: 'spot' })
    await simulator.dropSockets('gate')
    await until(() => stream.ups() === 2, 'up again')
    account.advanceTransfer(account.deposit('USDT', '10').id, 'completed')
    await until(() => stream.events.some((event) => event.kind === 'balance' && event.balance.total === '10'), 'news')
  })

  it('say that the key is refused, once it is revoked', async () => {
    const here = await live()
    const { account, credentials } = here
    const stream = await openedStreams(here, { only: 'futures' })
    account.revokeKey(credentials.key)
    await until(() => stream.others.length > 0, 'refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code: 'INVALID_KEY' })
    expect(JSON.stringify(stream.others)).not.toContain(credentials.key)
  })

  it('are refused by a wrong secret or a wrong clock', async () => {
    const here = await live()
    const wrong = await openStreams(here.as({ secret: 'canary-secret' }), { only: 'spot' })
    await until(() => wrong.others.length === 3, 'three refusals')
    expect(wrong.others[0]).toMatchObject({ kind: 'rejectedKey', code: 'INVALID_SIGNATURE' })
    const late = await openStreams(here.as({}, { wrongByMs: 120_000 }), { only: 'spot' })
    await until(() => late.refusals.length === 3, 'three refusals')
    expect(late.refusals[0]).toBe('spot.orders: gap between request Timestamp and server time exceeds 60')
  })
})
