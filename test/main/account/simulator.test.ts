import { describe, expect, it } from 'vitest'
import type { AccountSession } from '../../../src/main/account/session.ts'
import { isSameAmount, isZeroAmount } from '../../../src/shared/amount.ts'
import { type ExchangeId, exchangeIds } from '../../../src/shared/domain/index.ts'
import { until } from '../../support/loopback.ts'
import { type LiveAccount, liveAccount } from './live.ts'

/** As the venue's engine sees it, in the session's words. */
function truthOf({ account }: LiveAccount) {
  const balances = account.rules.wallets
    .flatMap((wallet) => account.balances(wallet))
    .filter((balance) => !isZeroAmount(balance.total))
    .map(({ wallet, asset, total }) => {
      const unified = account.exchange === 'okx' && wallet === 'spot'
      return `${unified ? 'unified' : wallet} ${asset} ${plain(total)}`
    })
  const orders = (['spot', 'perpetual'] as const)
    .flatMap((kind) => account.openOrders(kind))
    .map((order) => `${order.instrument.symbol} ${order.status} ${plain(order.filledQuantity)}`)
  const positions = account.positions().map(({ instrument, quantity }) => `${instrument.symbol} ${plain(quantity)}`)
  return { balances: balances.sort(), orders: orders.sort(), positions: positions.sort() }
}

function seenBy(session: AccountSession) {
  const balances = session.balances().map(({ wallet, asset, total }) => `${wallet} ${asset} ${plain(total)}`)
  const orders = session.openOrders().map((order) => `${order.symbol} ${order.status} ${plain(order.filledQuantity)}`)
  const positions = session.positions().map(({ symbol, quantity }) => `${symbol} ${plain(quantity)}`)
  return { balances: balances.sort(), orders: orders.sort(), positions: positions.sort() }
}

const plain = (amount: string): string =>
  isSameAmount(amount, '0') ? '0' : amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

const agrees = (live: LiveAccount, session: AccountSession): boolean =>
  JSON.stringify(truthOf(live)) === JSON.stringify(seenBy(session))

/** Money and a little past: an open order, one half filled, one that ended. */
function furnish(live: LiveAccount): void {
  const { account } = live
  for (const [asset, amount] of [
    ['USDT', '100000'],
    ['BTC', '5'],
  ] as const) {
    const { id } = account.deposit(asset, amount)
    account.advanceTransfer(id, 'completed')
    if (account.rules.transferWallet !== 'spot') account.move(asset, amount, account.rules.transferWallet, 'spot')
  }
  if (account.rules.wallets.includes('futures')) account.move('USDT', '50000', 'spot', 'futures')
}

const spot = (live: LiveAccount, symbol: string) => {
  const found = live.instruments.find((one) => one.symbol === symbol)
  if (!found) throw new Error(`${symbol} is not traded`)
  return found
}

async function started(exchange: ExchangeId, prepare: (live: LiveAccount) => void = () => {}) {
  const live = await liveAccount(exchange)
  furnish(live)
  prepare(live)
  const session = live.open()
  await until(() => session.status().state === 'live', `${exchange} live`, 15_000).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(session.status(), null, 1)}`)
  })
  return { live, session }
}

const drifts = (live: LiveAccount) => live.events.flatMap((event) => (event.kind === 'drift' ? [event.drift] : []))
const fills = (live: LiveAccount) => live.events.flatMap((event) => (event.kind === 'fill' ? [event.fill.tradeId] : []))

describe.each(exchangeIds)('an account at %s', (exchange) => {
  it('starts equal to the exchange, with its past, and follows its streams', async () => {
    const { live, session } = await started(exchange, ({ account, instruments }) => {
      const btc = instruments.find((one) => one.symbol === 'BTC_USDT')
      if (!btc) throw new Error('no BTC_USDT')
      const resting = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '20000', quantity: '0.5' })
      account.fill(resting.id, '0.2')
      account.end(
        account.place({ instrument: btc, side: 'SELL', type: 'LIMIT', price: '900000', quantity: '0.1' }).id,
        'CANCELED',
      )
    })
    await until(() => agrees(live, session), 'the start agrees').catch((error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify([truthOf(live), seenBy(session)], null, 1)}`)
    })
    await until(() => fills(live).length === 1, 'the past fill')
    await until(
      () => live.events.some((event) => event.kind === 'order_update' && event.order.status === 'CANCELED'),
      'the past order',
    )

    const order = live.account.place({
      instrument: spot(live, 'ETH_USDT'),
      side: 'BUY',
      type: 'LIMIT',
      price: '1000',
      quantity: '2',
    })
    live.account.fill(order.id, '0.5')
    live.account.fill(order.id, '1.5')
    await until(() => fills(live).length === 3, 'two more fills')
    await until(() => agrees(live, session), 'it follows')
    await session.refresh()
    expect(agrees(live, session)).toBe(true)
    expect(drifts(live)).toEqual([])
    expect(session.status().rejected).toEqual([])
    expect(session.isStale()).toBe(false)
  })

  it('finds what lost messages hid, takes it and resolves it', async () => {
    const { live, session } = await started(exchange)
    const order = live.account.place({
      instrument: spot(live, 'BTC_USDT'),
      side: 'BUY',
      type: 'LIMIT',
      price: '20000',
      quantity: '1',
    })
    await until(() => session.openOrders().length === 1, 'the order is seen')
    await session.refresh()
    await new Promise((resolve) => setTimeout(resolve, 400))
    const gap = await live.simulator.inject({ kind: 'gap', exchange, side: 'private' })
    live.account.fill(order.id, '1')
    await new Promise((resolve) => setTimeout(resolve, 400))
    await gap.stop()
    expect(session.openOrders()).toHaveLength(1)
    await session.refresh()
    await until(() => agrees(live, session), 'it agrees again')
    await until(() => fills(live).length === 1, 'the lost fill')
    const subjects = new Set(drifts(live).map((drift) => drift.subject))
    expect([...subjects]).toEqual(expect.arrayContaining(['balance', 'order', 'fill']))
    await until(() => session.openDrifts().length === 0, 'all resolved').catch((error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(session.openDrifts(), null, 1)}`)
    })
    expect(new Set(fills(live)).size).toBe(fills(live).length)
  })
})
