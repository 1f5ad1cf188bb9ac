import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AccountEvent } from '../../../../src/main/exchanges/account-contract.ts'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import type { SimFill, SimOrder } from '../../../../src/main/simulator/account/contract.ts'
import { futuresPermission } from '../../../../src/main/simulator/venues/binance/private-rest.ts'
import { isSameAmount, isZeroAmount } from '../../../../src/shared/amount.ts'
import type { Fill, Order } from '../../../../src/shared/domain/index.ts'
import { collect, plain, valueIn } from '../../../support/account-rows.ts'
import { instrument } from '../../../support/instruments.ts'
import { type LiveConnector, type LiveOptions, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams, type PrivateStreams, ticketOf } from '../../../support/private-streams.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('binance', 'spot', 'ETH', 'USDT', 'ETHUSDT')
const btcPerpetual = instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const ethPerpetual = instrument('binance', 'perpetual', 'ETH', 'USDT', 'ETHUSDT')
const spot = [btc, eth]
const perpetuals = [btcPerpetual, ethPerpetual]
const listed = [...spot, ...perpetuals]
const live = (options?: LiveOptions) =>
  liveConnector({ exchange: 'binance', symbols: ['BTC_USDT', 'ETH_USDT'], listed }, options)

const hour = 60 * 60_000
const day = 24 * hour
/** Amounts as numbers, since engine and exchange pad them differently. */
const same = (a: string | null, b: string | null): boolean => (a === null || b === null ? a === b : isSameAmount(a, b))
const last = <T>(rows: readonly T[], keyOf: (row: T) => string): T[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]
const ordersOf = (events: readonly AccountEvent[]): Order[] =>
  events.flatMap((event) => (event.kind === 'order' ? [event.order] : []))
const fillsOf = (events: readonly AccountEvent[]): Fill[] =>
  events.flatMap((event) => (event.kind === 'fill' ? [event.fill] : []))

async function openBoth(run: LiveConnector): Promise<{ spot: PrivateStreams; futures: PrivateStreams }> {
  const [spot, futures] = await Promise.all([
    openedStreams(run, { only: 'spot' }),
    openedStreams(run, { only: 'futures' }),
  ])
  return { spot, futures }
}

/** Money in both wallets. */
function fund({ account }: LiveConnector): void {
  account.advanceTransfer(account.deposit('USDT', '200000').id, 'completed')
  account.advanceTransfer(account.deposit('BTC', '1').id, 'completed')
  account.move('USDT', '80000', 'spot', 'futures')
}

const sideOf = (order: SimOrder) => ({
  exchangeOrderId: order.id,
  clientOrderId: order.clientOrderId,
  symbol: order.instrument.symbol,
  side: order.side,
  status: order.status,
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
})
const fillText = (fill: SimFill) =>
  [
    fill.instrument.symbol,
    fill.tradeId,
    fill.order.id,
    fill.side,
    Number(fill.price),
    Number(fill.quantity),
    Number(fill.fee),
    fill.feeAsset,
    fill.isMaker,
    fill.at,
  ].join(' ')
const rowText = (fill: Fill) =>
  [
    fill.symbol,
    fill.tradeId,
    fill.exchangeOrderId,
    fill.side,
    Number(fill.price),
    Number(fill.quantity),
    Number(fill.fee),
    fill.feeAsset,
    fill.liquidity === 'maker',
    fill.at,
  ].join(' ')

describe('a Binance account over real sockets', () => {
  it('is told by streams and by REST alike, and as the exchange keeps it', async () => {
    const run = await live()
    const { account, connector, ask } = run
    const streams = await openBoth(run)
    fund(run)
    const [coin, perp] = [run.sim(btc), run.sim(btcPerpetual)]

    const bought = account.place({ instrument: coin, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.5' })
    account.fill(bought.id, '0.2', { isMaker: true })
    account.fill(bought.id, '0.3')
    const half = account.place({
      instrument: coin,
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'POST_ONLY',
      price: '90000',
      quantity: '0.4',
    })
    account.fill(half.id, '0.1')
    const gone = account.place({ instrument: coin, side: 'BUY', type: 'LIMIT', price: '40000', quantity: '0.1' })
    account.end(gone.id, 'CANCELED')
    const late = account.place({
      instrument: coin,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'IOC',
      price: '40000',
      quantity: '0.1',
    })
    account.end(late.id, 'EXPIRED')
    const market = account.place({ instrument: coin, side: 'SELL', type: 'MARKET', quantity: '0.01' })
    account.fill(market.id, '0.01')
    const long = account.place({ instrument: perp, side: 'BUY', type: 'LIMIT', price: '60000', quantity: '0.3' })
    account.fill(long.id, '0.1')
    account.fill(long.id, '0.2', { isMaker: false })
    const reduce = account.place({ instrument: perp, side: 'SELL', type: 'MARKET', quantity: '0.1', reduceOnly: true })
    account.fill(reduce.id, '0.1')
    account.place({
      instrument: perp,
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'POST_ONLY',
      price: '99000',
      quantity: '0.05',
    })
    account.settleFunding(perp)
    const withdrawal = account.withdraw('USDT', '100')
    account.advanceTransfer(withdrawal.id, 'completed')
    account.withdraw('USDT', '50')
    account.move('USDT', '500', 'futures', 'spot')

    const all = { from: 0, to: account.now() + hour }
    const recent = { from: account.now() - hour, to: all.to }

    // Orders: history and open ones equal the engine's, and the last word of the streams
    const history = await collect(connector.orderHistory(ask, recent, listed))
    const engine = [...account.orders('spot'), ...account.orders('perpetual')]
    const byId = new Map(history.map(({ row }) => [row.exchangeOrderId, row]))
    expect(byId.size).toBe(engine.length)
    for (const order of engine) {
      const row = byId.get(order.id)
      expect(row).toMatchObject(sideOf(order))
      expect(same(row?.quantity ?? null, order.quantity)).toBe(true)
      expect(same(row?.filledQuantity ?? null, order.filledQuantity)).toBe(true)
      expect(same(row?.price ?? null, order.price)).toBe(true)
    }
    const open = valueIn(await connector.openOrders(ask, listed))
    expect(open.map(({ row }) => row.exchangeOrderId).sort()).toEqual(
      [...account.openOrders('spot'), ...account.openOrders('perpetual')].map(({ id }) => id).sort(),
    )
    await until(() => fillsOf(streams.futures.events).length === 3, 'the futures fills are told')
    await until(() => ordersOf(streams.spot.events).length === 11, 'the spot orders are told')
    const byStream = last(
      [...ordersOf(streams.spot.events), ...ordersOf(streams.futures.events)],
      (row) => row.exchangeOrderId,
    )
    // a futures order's time of making comes with its first report alone
    const settled = (row: Order) => ({ ...plain(row), ...(row.reduceOnly === null ? {} : { createdAt: null }) })
    expect(byStream.map(settled)).toEqual(
      byStream.map(({ exchangeOrderId }) => {
        const row = byId.get(exchangeOrderId)
        return row && settled(row)
      }),
    )
    expect(byId.get(late.id)).toMatchObject({ exchangeStatus: 'EXPIRED (UNFILLED_IOC_QUANTITY_EXPIRED)' })
    expect(byId.get(half.id)).toMatchObject({ type: 'LIMIT', timeInForce: 'POST_ONLY' })
    expect(byId.get(bought.id)).toMatchObject({ averagePrice: '50000' })
    expect(valueIn(await connector.order(ask, btc, half.id))?.row).toMatchObject(sideOf(account.order(half.id) ?? half))
    expect(valueIn(await connector.order(ask, btc, '1'))).toBeNull()
    expect(valueIn(await connector.order(ask, btcPerpetual, '1'))).toBeNull()

    // Fills
    const fills = (await collect(connector.fills(ask, recent.from, [], listed))).map(({ row }) => row)
    const made = [...account.fills('spot'), ...account.fills('perpetual')]
    expect(fills.map(rowText).sort()).toEqual(made.map(fillText).sort())
    const streamed = [...fillsOf(streams.spot.events), ...fillsOf(streams.futures.events)]
    expect(streamed.map(plain)).toEqual(
      streamed.map(({ tradeId }) => {
        const row = fills.find((fill) => fill.tradeId === tradeId)
        return row && plain(row)
      }),
    )

    // Balances and positions
    const balances = valueIn(await connector.balances(ask))
    const held = [...account.balances('spot'), ...account.balances('futures')].filter(
      ({ total }) => !isZeroAmount(total),
    )
    expect(balances.map(({ wallet, asset, total }) => `${wallet} ${asset} ${Number(total)}`).sort()).toEqual(
      held.map(({ wallet, asset, total }) => `${wallet} ${asset} ${Number(total)}`).sort(),
    )
    for (const { asset, free, locked } of account.balances('spot')) {
      const row = balances.find((one) => one.wallet === 'spot' && one.asset === asset)
      expect(row && [Number(row.free), Number(row.locked)]).toEqual([Number(free), Number(locked)])
    }
    const newest = (stream: PrivateStreams, asset: string) =>
      stream.events.findLast((event) => event.kind === 'balance' && event.balance.asset === asset)
    await until(() => {
      const words = (wallet: string) => balances.find((row) => row.wallet === wallet && row.asset === 'USDT')?.total
      const toldOf = (stream: PrivateStreams) => {
        const event = newest(stream, 'USDT')
        return event?.kind === 'balance' ? event.balance.total : null
      }
      return (
        same(toldOf(streams.spot), words('spot') ?? null) && same(toldOf(streams.futures), words('futures') ?? null)
      )
    }, 'both streams end with the balances of REST')
    const [position, ...more] = valueIn(await connector.positions(ask))
    expect(more).toEqual([])
    const [view] = account.positions()
    expect(position).toMatchObject({
      symbol: 'BTC_USDT_PERP',
      side: 'BOTH',
      settleAsset: 'USDT',
      marginMode: 'cross',
      leverage: view?.leverage,
    })
    expect(same(position?.quantity ?? null, '0.2')).toBe(true)
    const toldPosition = streams.futures.events.findLast((event) => event.kind === 'position')
    expect(toldPosition).toMatchObject({ position: { quantity: position?.quantity, entryPrice: position?.entryPrice } })

    // Transfers and funding
    const transfers = (await collect(connector.transfers(ask, recent))).map(({ row }) => row)
    expect(
      transfers.map(({ kind, status, amount, asset, fromWallet, toWallet }) => [
        kind,
        status,
        Number(amount),
        asset,
        fromWallet,
        toWallet,
      ]),
    ).toEqual([
      ['deposit', 'completed', 1, 'BTC', null, null],
      ['deposit', 'completed', 200_000, 'USDT', null, null],
      ['withdrawal', 'pending', 50, 'USDT', null, null],
      ['withdrawal', 'completed', 100, 'USDT', null, null],
      ['internal', 'completed', 80_000, 'USDT', 'spot', 'futures'],
      ['internal', 'completed', 500, 'USDT', 'futures', 'spot'],
    ])
    expect(transfers.find((row) => row.transferId === withdrawal.id)).toMatchObject({
      feeAsset: 'USDT',
      transactionId: account.transfers('withdrawal').find(({ id }) => id === withdrawal.id)?.transactionId,
    })
    const payments = await collect(connector.fundingPayments(ask, recent, listed))
    expect(payments.map(({ symbol, asset, amount, at }) => [symbol, asset, Number(amount), at])).toEqual(
      account.funding().map(({ instrument, asset, amount, at }) => [instrument.symbol, asset, Number(amount), at]),
    )
    for (const poll of ['transfers', 'funding'])
      expect([...streams.spot.events, ...streams.futures.events]).toContainEqual({ kind: 'hint', poll })
    expect([streams.spot.others, streams.futures.others]).toEqual([[], []])
    expect((await run.simulator.statistics()).venueErrors).toBe(0)
  }, 20_000)

  it('reads every page of history, each row once, over days and symbols', async () => {
    const run = await live({ shiftMs: -6 * day })
    const { account, connector, ask } = run
    fund(run)
    const began = account.now()
    const spotInstruments = [run.sim(btc), run.sim(eth)] as const
    const perp = run.sim(btcPerpetual)
    // 1,300 of BTC over five days, of which the newest thousand do not reach back to the beginning; few of ETH
    for (let n = 0; n < 1_300; n++) {
      run.clock.shiftMs = -6 * day + Math.floor((n * 5 * day) / 1_300)
      for (const instrument of n % 100 === 0 ? [...spotInstruments, perp] : [spotInstruments[0], perp]) {
        const side = n % 2 === 0 ? 'BUY' : 'SELL'
        const quantity = instrument.base === 'ETH' ? '0.01' : '0.001'
        if (instrument.base === 'ETH' && side === 'SELL') continue
        const order = account.place({ instrument, side, type: 'MARKET', quantity })
        account.fill(order.id, quantity)
      }
    }
    run.clock.shiftMs = 0
    const made = [...account.fills('spot'), ...account.fills('perpetual')]
    expect(made.length).toBe(2_613)

    const rows = (await collect(connector.fills(ask, began, [], listed))).map(({ row }) => row)
    expect(rows.map(rowText).sort()).toEqual(made.map(fillText).sort())
    for (const symbol of ['BTC_USDT', 'BTC_USDT_PERP']) {
      const ids = rows.filter((row) => row.symbol === symbol).map(({ tradeId }) => Number(tradeId))
      expect(ids).toEqual([...ids].sort((a, b) => a - b))
    }

    // from a stored one on
    const known = account.fills('spot').filter(({ instrument }) => instrument.base === 'BTC')[1_249]
    if (known === undefined) throw new Error('no such fill')
    const cursor = { instrument: btc, tradeId: known.tradeId, at: known.at }
    const fresh = await collect(connector.fills(ask, began, [cursor], spot.slice(0, 1)))
    expect(fresh.length).toBe(50)
    const perpetualKnown = account.fills('perpetual')[1_000]
    if (perpetualKnown === undefined) throw new Error('no such fill')
    const perpetualCursor = {
      instrument: btcPerpetual,
      tradeId: perpetualKnown.tradeId,
      at: perpetualKnown.at,
    }
    const later = await collect(connector.fills(ask, began, [perpetualCursor], perpetuals.slice(0, 1)))
    expect(later.length).toBe(299)
    // the newest page reaches back: one call and no search by windows
    run.asked.length = 0
    const since = account.now() - 3 * day
    const newest = await collect(connector.fills(ask, since, [], spot.slice(0, 1)))
    expect(newest.map(({ row }) => rowText(row))).toEqual(
      made.filter(({ instrument, at }) => instrument === spotInstruments[0] && at >= since).map(fillText),
    )
    expect(run.asked).toEqual(['/api/v3/myTrades'])

    // from ever on: by id instead of a search through every day since 1970
    run.asked.length = 0
    expect((await collect(connector.fills(ask, 0, [], spot.slice(0, 1)))).length).toBe(1_300)
    expect(run.asked).toEqual(['/api/v3/myTrades', '/api/v3/time', '/api/v3/myTrades', '/api/v3/myTrades'])

    const orders = await collect(connector.orderHistory(ask, { from: began, to: account.now() }, listed))
    expect(orders.length).toBe(2_613)
    expect(new Set(orders.map(({ row }) => `${row.symbol} ${row.exchangeOrderId}`)).size).toBe(2_613)
  }, 40_000)

  it('reads sixty days as the exchange keeps them', async () => {
    const run = await live({ history: true })
    const { account, connector, ask } = run
    const range = { from: account.now() - 90 * day, to: account.now() + hour }
    const fills = (await collect(connector.fills(ask, range.from, [], listed))).map(({ row }) => row)
    const made = [...account.fills('spot'), ...account.fills('perpetual')]
    expect(made.length).toBeGreaterThan(300)
    expect(fills.map(rowText).sort()).toEqual(made.map(fillText).sort())
    // without a fill an order is forgotten after three days, of futures
    const orders = (await collect(connector.orderHistory(ask, range, listed))).map(({ row }) => row)
    const kept = [...account.orders('spot'), ...account.orders('perpetual')].filter(
      ({ instrument, status, filledQuantity, updatedAt }) =>
        instrument.kind === 'spot' ||
        status === 'NEW' ||
        !isZeroAmount(filledQuantity) ||
        status === 'REJECTED' ||
        updatedAt > account.now() - 3 * day,
    )
    const named = ({ symbol, exchangeOrderId, status }: Pick<Order, 'symbol' | 'exchangeOrderId' | 'status'>) =>
      `${symbol} ${exchangeOrderId} ${status}`
    expect(orders.map(named).sort()).toEqual(
      kept
        .map(({ instrument, id, status }) => named({ symbol: instrument.symbol, exchangeOrderId: id, status }))
        .sort(),
    )
    const payments = await collect(connector.fundingPayments(ask, range, []))
    expect(payments.map(({ symbol, amount, at }) => `${symbol} ${Number(amount)} ${at}`)).toEqual(
      account.funding().map(({ instrument, amount, at }) => `${instrument.symbol} ${Number(amount)} ${at}`),
    )
    expect(new Set(payments.map(({ symbol, paymentId }) => `${symbol} ${paymentId}`)).size).toBe(payments.length)
    const transfers = (await collect(connector.transfers(ask, range))).map(({ row }) => row)
    const known = (['deposit', 'withdrawal', 'internal'] as const).flatMap((kind) => account.transfers(kind))
    expect(
      transfers.map(({ kind, asset, amount, status }) => `${kind} ${asset} ${Number(amount)} ${status}`).sort(),
    ).toEqual(known.map(({ kind, asset, amount, status }) => `${kind} ${asset} ${Number(amount)} ${status}`).sort())
    expect((await run.simulator.statistics()).venueErrors).toBe(0)
  }, 30_000)

  it('calls orders of the ETHUSDT perpetual by their 19 digits', async () => {
    const run = await live()
    const { account, connector, ask } = run
    const streams = await openBoth(run)
    fund(run)
    const perp = run.sim(ethPerpetual)
    const open = account.place({ instrument: perp, side: 'BUY', type: 'LIMIT', price: '100', quantity: '1' })
    const done = account.place({ instrument: perp, side: 'BUY', type: 'MARKET', quantity: '0.5' })
    account.fill(done.id, '0.5')
    expect(open.id).toMatch(/^8389765\d{12}$/)

    await until(() => fillsOf(streams.futures.events).length === 1, 'the fill by stream')
    const ids = [open.id, done.id]
    const told = new Set(ordersOf(streams.futures.events).map(({ exchangeOrderId }) => exchangeOrderId))
    expect([...told]).toEqual(ids)
    expect(valueIn(await connector.openOrders(ask, listed)).map(({ row }) => row.exchangeOrderId)).toEqual([open.id])
    expect(valueIn(await connector.order(ask, ethPerpetual, open.id))?.row.exchangeOrderId).toBe(open.id)
    const range = { from: account.now() - hour, to: account.now() }
    const history = await collect(connector.orderHistory(ask, range, [ethPerpetual]))
    expect(history.map(({ row }) => row.exchangeOrderId)).toEqual(ids)
    const fills = (await collect(connector.fills(ask, range.from, [], [ethPerpetual]))).map(({ row }) => row)
    expect([...fills, ...fillsOf(streams.futures.events)].map(({ exchangeOrderId }) => exchangeOrderId)).toEqual([
      done.id,
      done.id,
    ])
    expect(streams.futures.others).toEqual([])
  })

  it('reads a ledger of more than a page', async () => {
    const run = await live({ shiftMs: -10 * day })
    const { account, connector, ask } = run
    fund(run)
    const began = account.now()
    for (let n = 0; n < 1_150; n++) {
      // three in each millisecond
      run.clock.shiftMs = -10 * day + Math.floor(n / 3) * 60_000
      account.move('USDT', String(1 + n / 100), n % 2 === 0 ? 'spot' : 'futures', n % 2 === 0 ? 'futures' : 'spot')
    }
    run.clock.shiftMs = 0
    const rows = await collect(connector.transfers(ask, { from: began - day, to: account.now() }))
    const moves = rows.filter(({ row }) => row.kind === 'internal')
    expect(moves.length).toBe(1_151)
    expect(new Set(moves.map(({ row }) => row.transferId)).size).toBe(1_151)
  }, 40_000)

  it('renews a listen key that has expired', async () => {
    const run = await live()
    const { account, connector, ask } = run
    const ticket = connector.streams[1]?.ticket
    const first = await ticketOf(run)
    expect(await ticketOf(run)).toBe(first)
    const stream = await openedStreams(run, { only: 'futures', ticket: first })
    expect(await ticket?.extend?.(ask, first)).toEqual({ ok: true, value: null })

    account.expireListenKeys()
    await until(() => stream.others.length > 0, 'the expiry is told')
    expect(stream.others).toEqual([{ kind: 'expired', reason: 'the listen key has expired' }])
    expect(await ticket?.extend?.(ask, first)).toMatchObject({ ok: false, failure: { kind: 'invalid', code: '-1125' } })
    const second = await ticketOf(run)
    expect(second).not.toBe(first)
    // the key that has taken its place is not ours
    expect(await ticket?.extend?.(ask, first)).toMatchObject({ ok: false, failure: { kind: 'invalid' } })

    // an expired key opens, and stays silent; a new one speaks
    const silent = await openedStreams(run, { only: 'futures', ticket: first })
    const again = await openedStreams(run, { only: 'futures', ticket: second })
    fund(run)
    await until(() => again.events.length > 0, 'the new one speaks')
    expect(silent.events).toEqual([])
  }, 20_000)

  it('notices the end of its spot subscription, and subscribes anew', async () => {
    const run = await live()
    const stream = await openedStreams(run, { only: 'spot' })
    run.account.expireListenKeys()
    await until(() => stream.others.length > 0, 'the end is told')
    expect(stream.others).toEqual([{ kind: 'expired', reason: 'the exchange has ended the event stream' }])
    const again = await openedStreams(run, { only: 'spot' })
    fund(run)
    await until(() => again.events.some(({ kind }) => kind === 'balance'), 'it speaks')
  })
})

describe('a Binance key that is not good', () => {
  const wrong = 'A'.repeat(64)
  it.each([
    ['an unknown key', { key: wrong }, '-2015'],
    ['a key that is none', { key: 'abc' }, '-2014'],
    ['a wrong secret', { secret: wrong }, '-1022'],
  ])('%s is rejected by every endpoint and stream, and named nowhere', async (_name, credentials, code) => {
    const run = await live()
    const client = run.as(credentials)
    const { connector, ask } = client
    const range = { from: 1_000, to: 2_000 }
    const first = async <T>(pages: AsyncIterable<T>) => {
      for await (const page of pages) return page
      return null
    }
    const answers = [
      await connector.permissions(ask),
      await connector.balances(ask),
      await connector.openOrders(ask, []),
      await connector.positions(ask),
      await connector.order(ask, btc, '1'),
      await connector.order(ask, btcPerpetual, '1'),
      await first(connector.fills(ask, 0, [], spot)),
      await first(connector.fills(ask, 0, [], perpetuals)),
      await first(connector.orderHistory(ask, range, spot)),
      await first(connector.transfers(ask, range)),
      await first(connector.fundingPayments(ask, range, [])),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ ok: false, failure: { kind: 'rejectedKey', code } })
      for (const secret of [wrong, run.credentials.key, run.credentials.secret])
        expect(JSON.stringify(answer)).not.toContain(secret)
    }
    const stream = await openStreams(client, { only: 'spot' })
    await until(() => stream.others.length > 0, 'the stream is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code })
    expect(JSON.stringify(stream.others)).not.toContain(run.credentials.key)
    expect(stream.isUp()).toBe(false)
  })

  it('is asked about once by futures calls refused side by side', async () => {
    const run = await live()
    const { connector, ask, asked } = run.as({ key: wrong })
    const range = { from: 1_000, to: 2_000 }
    const rates = connector.fundingPayments(ask, range, [])[Symbol.asyncIterator]()
    const answers = await Promise.all([connector.positions(ask), connector.positions(ask), rates.next()])
    expect(answers.length).toBe(3)
    expect(asked.filter((path) => path === '/sapi/v1/account/apiRestrictions').length).toBeLessThanOrEqual(2)
  })

  it('is rejected from another address, and once it is revoked', async () => {
    const run = await live()
    const key = { ...run.credentials, key: 'B'.repeat(64), canTrade: false, canWithdraw: false, expiresAt: null }
    run.account.addKey({ ...key, ipAddresses: ['203.0.113.7'] })
    const client = run.as({ key: key.key })
    const { connector, ask } = client
    expect(await connector.balances(ask)).toMatchObject({ ok: false, failure: { kind: 'rejectedKey', code: '-2015' } })
    run.account.addKey({ ...key, ipAddresses: ['127.0.0.1'] })
    expect(valueIn(await connector.permissions(ask))).toMatchObject({
      canTrade: false,
      canWithdraw: false,
      ipRestricted: true,
    })

    const stream = await openedStreams(client, { only: 'spot' })
    run.account.revokeKey(key.key)
    await until(() => stream.others.length > 0, 'the end is told')
    expect(stream.others[0]).toMatchObject({ kind: 'expired' })
    const again = await openStreams(client, { only: 'spot' })
    await until(() => again.others.length > 0, 'the next is refused')
    expect(again.others[0]).toMatchObject({ kind: 'rejectedKey', code: '-2015' })
    expect(await connector.balances(ask)).toMatchObject({ ok: false, failure: { kind: 'rejectedKey' } })
  })

  it.each([
    ['behind', -20_000],
    ['ahead', 5_000],
  ])('is not what a clock %s means', async (_name, wrongByMs) => {
    const run = await live()
    const client = run.as({}, { wrongByMs })
    expect(await client.connector.balances(client.ask)).toMatchObject({
      ok: false,
      failure: { kind: 'clock', code: '-1021' },
    })
    const stream = await openStreams(client, { only: 'spot' })
    await until(() => stream.refusals.length > 0, 'the stream is refused')
    expect(stream.refusals[0]).toMatch(/^userData: -1021: /)
    expect(stream.others.map(({ kind }) => kind)).toEqual(['clock'])
  })
})

describe('a Binance key without futures', () => {
  it('shows spot alone and says so', async () => {
    const run = await live()
    fund(run)
    const key = {
      ...run.credentials,
      key: 'C'.repeat(64),
      canTrade: true,
      canWithdraw: false,
      ipAddresses: [],
      expiresAt: null,
    }
    run.account.addKey({ ...key, lacks: [futuresPermission] })
    const { connector, ask, asked } = run.as({ key: key.key })
    expect(connector.wallets).toEqual(['spot', 'futures'])
    // learnt from whatever is asked first
    const walletsTold = async () => new Set(valueIn(await connector.balances(ask)).map(({ wallet }) => wallet))
    expect(await walletsTold()).toEqual(new Set(['spot']))
    expect(connector.wallets).toEqual(['spot'])
    expect(connector.streams.map(({ id }) => id)).toEqual(['spot'])
    asked.length = 0
    expect(valueIn(await connector.openOrders(ask, []))).toEqual([])
    expect(valueIn(await connector.positions(ask))).toEqual([])
    expect(await collect(connector.fundingPayments(ask, { from: 1, to: 2 }, []))).toEqual([])
    expect(await collect(connector.fills(ask, 0, [], perpetuals))).toEqual([])
    expect(asked).toEqual(['/api/v3/openOrders'])
    const permissions = valueIn(await connector.permissions(ask))
    expect(permissions).toMatchObject({ canRead: true, canTrade: true })
    expect(permissions.notes).toEqual(['this key may not see futures: they are left out (-2015)'])

    // allowed later
    run.account.addKey(key)
    expect(valueIn(await connector.permissions(ask)).notes).toEqual([])
    expect(await walletsTold()).toEqual(new Set(['spot', 'futures']))
    // and forbidden again: what was there has not become nothing
    run.account.addKey({ ...key, lacks: [futuresPermission] })
    expect(await connector.balances(ask)).toMatchObject({ ok: false, failure: { kind: 'forbidden', code: '-2015' } })
    expect(await connector.positions(ask)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
  })
})

describe('binance funding rates over real sockets', () => {
  it('are the account’s own, by REST and by stream', async () => {
    const run = await live()
    const route = binance.route({ channel: 'funding_rate', instrument: btcPerpetual, period: null })
    expect(route).toEqual({ feed: 'perpetual-market', wire: 'btcusdt@markPrice@1s' })
    expect(binance.route({ channel: 'funding_rate', instrument: btc, period: null })).toBeNull()
    const [call] = binance.fundingRates(perpetuals)
    if (call === undefined || route === null) throw new Error('no funding rates')
    const rates = valueIn(await run.ask(call))
    const { rate, nextAt } = run.account.fundingRate(run.sim(btcPerpetual))
    expect(rates.map(({ symbol }) => symbol)).toEqual(['BTC_USDT_PERP', 'ETH_USDT_PERP'])
    expect(rates[0]).toMatchObject({ nextFundingAt: nextAt })
    expect(Number(rates[0]?.rate)).toBeCloseTo(Number(rate), 8)

    const origin = run.simulator.originsOf('binance')['wss://fstream.binance.com']
    const socket = new WebSocket(`${origin}/market/stream?streams=${route.wire}`)
    onTestFinished(() => socket.close())
    const lookup = { spot: new Map(), perpetual: new Map(perpetuals.map((one) => [one.nativeName, one])) }
    const normalize = binance.createNormalizer('perpetual-market', lookup)
    const frames: unknown[] = []
    socket.addEventListener('message', ({ data }) => frames.push(normalize(Buffer.from(String(data)), false, 5)))
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), { timeout: 4_000, interval: 20 })
    const { markPrice, ...told } = { ...rates[0] }
    expect(frames[0]).toMatchObject({
      kind: 'events',
      events: [
        {
          kind: 'funding_rate',
          rate: { ...told, exchangeAt: expect.any(Number), receivedAt: 5, markPrice: expect.any(String) },
        },
      ],
    })
    expect(Number(markPrice)).toBeGreaterThan(0)
  })
})
