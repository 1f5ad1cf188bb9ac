/** What can happen to an account and to the messages about it: steps for fast-check, and how they are taken in a world. */
import fc from 'fast-check'
import type { SimTransfer } from '../../src/main/simulator/account/contract.ts'
import { type Fault, SimulatorError } from '../../src/main/simulator/index.ts'
import type { BuiltInExchangeId } from '../../src/shared/domain/index.ts'
import type { AccountWorld } from './account-world.ts'
import { until } from './loopback.ts'

const nth = fc.nat({ max: 20 })
const side = fc.constantFrom('BUY' as const, 'SELL' as const)
const market = fc.constantFrom('BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP', 'ETH_USDT_PERP')

const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('place' as const), market, side, price: fc.nat({ max: 99 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('fill' as const), nth, share: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      nth,
      status: fc.constantFrom('CANCELED' as const, 'EXPIRED' as const, 'REJECTED' as const),
    }),
  },
  // Against a position of the other side it closes it and, being larger, opens it anew.
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      market,
      side,
      lots: fc.integer({ min: 1, max: 9 }),
      price: fc.nat({ max: 99 }),
      pieces: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      direction: fc.constantFrom('deposit' as const, 'withdraw' as const),
      cents: fc.integer({ min: 100, max: 50_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      nth,
      status: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      nth,
      cents: fc.integer({ min: 100, max: 50_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('funding' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refresh' as const) }) },
  // More than any exchange accepts of a time stamp. Nothing happens on the account meanwhile: its times are the exchange's, and go on.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('skew' as const), ms: fc.constantFrom(-70_000, 70_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 50 }) }) },
)
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

const probability = fc.constantFrom(0.5, 1)
const trouble = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('gap' as const, 'duplicate' as const, 'reorder' as const, 'malformed' as const),
      probability,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('latency' as const), ms: fc.integer({ min: 5, max: 120 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(500, 502, 503, 429),
      what: fc.constantFrom('orderHistory' as const, 'fills' as const, 'all' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('answers' as const),
      how: fc.constantFrom('slow' as const, 'malformed' as const, 'refused' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
)
type Trouble = typeof trouble extends fc.Arbitrary<infer T> ? T : never

/** A happening, and a fault that begins before it and lasts for some more. */
const step = fc.record({
  happening,
  trouble: fc.option(trouble, { freq: 2 }),
  lasts: fc.nat({ max: 3 }),
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

export interface Life {
  readonly steps: readonly Step[]
  /** In the middle of it. */
  readonly break: 'none' | 'restart' | 'revoked'
}

export const life: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 12 }),
  break: fc.oneof(
    { weight: 12, arbitrary: fc.constant('none' as const) },
    { weight: 2, arbitrary: fc.constant('restart' as const) },
    { weight: 1, arbitrary: fc.constant('revoked' as const) },
  ),
})

/** Paths that answer orders that ended, and fills. */
export const historyPaths: Readonly<
  Record<BuiltInExchangeId, Readonly<Record<'orderHistory' | 'fills', readonly string[]>>>
> = {
  binance: {
    orderHistory: ['/api/v3/allOrders', '/fapi/v1/allOrders'],
    fills: ['/api/v3/myTrades', '/fapi/v1/userTrades'],
  },
  okx: {
    orderHistory: ['/api/v5/trade/orders-history'],
    fills: ['/api/v5/trade/fills'],
  },
  gate: {
    orderHistory: ['/api/v4/spot/orders', '/api/v4/futures/usdt/orders'],
    fills: ['/api/v4/spot/my_trades', '/api/v4/futures/usdt/my_trades'],
  },
  mexc: { orderHistory: ['/api/v3/allOrders'], fills: ['/api/v3/myTrades'] },
  bybit: { orderHistory: ['/v5/order/history'], fills: ['/v5/execution/list'] },
  coinbase: {
    orderHistory: ['/api/v3/brokerage/orders/historical/batch'],
    fills: ['/api/v3/brokerage/orders/historical/fills'],
  },
  kraken: { orderHistory: ['/0/private/ClosedOrders'], fills: ['/0/private/TradesHistory'] },
  kucoin: {
    orderHistory: ['/api/v1/hf/orders/done', '/api/v1/orders'],
    fills: ['/api/v1/hf/fills', '/api/v1/fills'],
  },
  htx: {
    orderHistory: ['/v1/order/orders', '/v5/trade/order/history'],
    fills: ['/v1/order/matchresults', '/v5/trade/order/details'],
  },
  bitfinex: { orderHistory: ['/v2/auth/r/orders/hist'], fills: ['/v2/auth/r/trades/hist'] },
  cryptocom: {
    orderHistory: ['/exchange/v1/private/get-order-history'],
    fills: ['/exchange/v1/private/get-trades'],
  },
}

function faultsOf(trouble: Trouble, exchange: BuiltInExchangeId): readonly Fault[] {
  switch (trouble.kind) {
    case 'gap':
    case 'duplicate':
    case 'reorder':
    case 'malformed':
      return [{ kind: trouble.kind, exchange, side: 'private', probability: trouble.probability }]
    case 'latency':
      return [{ kind: 'latency', ms: trouble.ms, exchange, side: 'private' }]
    case 'status': {
      const { status, what } = trouble
      const more = status === 429 ? { retryAfter: 0 } : {}
      if (what === 'all') return [{ kind: 'status', status, exchange, ...more }]
      return (historyPaths[exchange]?.[what] ?? []).map((path) => ({ kind: 'status', status, path, exchange, ...more }))
    }
    case 'answers':
      if (trouble.how === 'refused') return [{ kind: 'refuse', exchange }]
      if (trouble.how === 'slow') return [{ kind: 'latency', ms: 80, exchange }]
      return [{ kind: 'malformed', exchange, probability: 0.5 }]
    case 'drop':
      return [{ kind: 'drop', exchange }]
    case 'silence':
      return [{ kind: 'silence', exchange }]
    case 'expire':
      return [{ kind: 'expire_listen_keys', exchange }]
  }
}

/** Lives one life; when it resolves no fault is in force any more. */
export async function live(world: AccountWorld, { steps, break: interruption }: Life): Promise<void> {
  const { simulator, exchange } = world
  const active: { until: number; readonly stop: () => Promise<void> }[] = []
  const end = async (at: number) => {
    for (const one of active.filter((fault) => fault.until <= at)) {
      active.splice(active.indexOf(one), 1)
      await one.stop()
    }
  }
  const middle = Math.floor(steps.length / 2)
  for (const [at, { happening, trouble, lasts }] of steps.entries()) {
    if (trouble !== null) {
      for (const fault of faultsOf(trouble, exchange)) {
        const { stop } = await simulator.inject(fault)
        active.push({ until: at + lasts, stop })
      }
    }
    if (at === middle && interruption === 'restart') await world.main.restart()
    if (at === middle && interruption === 'revoked') {
      await end(Number.POSITIVE_INFINITY)
      await revoke(world, async () => happen(world, happening))
    } else await happen(world, happening)
    await end(at)
  }
  await end(Number.POSITIVE_INFINITY)
}

/** The key is taken back while `meanwhile` happens; it is given again and the account started anew. */
async function revoke(world: AccountWorld, meanwhile: () => Promise<void>): Promise<void> {
  const { simulator, exchange, main } = world
  const gone = await simulator.inject({ kind: 'revoke_key', exchange })
  await meanwhile()
  void main.session.refresh()
  await until(() => main.session.status().state === 'rejected', 'the key is rejected', 10_000).catch(
    (error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(main.session.status(), null, 1)}`)
    },
  )
  await gone.stop()
  await main.restart()
}

const refused = <T>(run: () => T): T | null => {
  try {
    return run()
  } catch (error) {
    // It has not the means for it, or an order that only reduces has nothing to reduce: nothing has happened then.
    if (error instanceof SimulatorError) return null
    throw error
  }
}

const centre: Readonly<Record<string, number>> = { BTC: 30_000, ETH: 2_000 }

async function happen(world: AccountWorld, happening: Happening): Promise<void> {
  const { truth, main } = world
  // MEXC has no perpetuals.
  const traded = (symbol: string) => world.instrument(symbol) ?? world.instrument(symbol.replace('_PERP', ''))
  const open = [...truth.openOrders('spot'), ...truth.openOrders('perpetual')]
  switch (happening.kind) {
    case 'place': {
      const instrument = traded(happening.market)
      if (instrument === undefined) return
      const { side } = happening
      const middle = centre[instrument.base] ?? 1
      const price = (middle * (side === 'BUY' ? 0.9 : 1.1) + happening.price).toFixed(instrument.priceDecimals)
      refused(() => truth.place({ instrument, side, type: 'LIMIT', price, quantity: '0.4' }))
      return
    }
    case 'fill': {
      const order = open[happening.nth % Math.max(1, open.length)]
      if (order === undefined) return
      const left = Math.round((Number(order.quantity) - Number(order.filledQuantity)) * 10)
      refused(() => truth.fill(order.id, (Math.min(left, happening.share) / 10).toFixed(1)))
      return
    }
    case 'end': {
      const order = open[happening.nth % Math.max(1, open.length)]
      if (order !== undefined) refused(() => truth.end(order.id, happening.status))
      return
    }
    case 'trade': {
      const instrument = traded(happening.market)
      if (instrument === undefined) return
      const { side, lots, pieces } = happening
      const price = ((centre[instrument.base] ?? 1) + happening.price - 50).toFixed(instrument.priceDecimals)
      const quantity = (lots * pieces) / 10
      const order = refused(() => truth.place({ instrument, side, type: 'MARKET', quantity: quantity.toFixed(1) }))
      if (order === null) return
      for (let piece = 0; piece < pieces; piece++)
        refused(() => truth.fill(order.id, (lots / 10).toFixed(1), { price }))
      const { status } = truth.order(order.id) ?? order
      if (status !== 'FILLED') refused(() => truth.end(order.id, 'CANCELED'))
      return
    }
    case 'transfer': {
      const amount = (happening.cents / 100).toFixed(2)
      refused(() => truth[happening.direction]('USDT', amount))
      return
    }
    case 'advance': {
      const pending = [...truth.transfers('deposit'), ...truth.transfers('withdrawal')].filter(isPending)
      const transfer = pending[happening.nth % Math.max(1, pending.length)]
      if (transfer !== undefined) refused(() => truth.advanceTransfer(transfer.id, happening.status))
      return
    }
    case 'move': {
      const { wallets } = truth.rules
      const others = wallets.filter((wallet) => wallet !== 'spot')
      const other = others[happening.nth % Math.max(1, others.length)]
      if (other === undefined) return
      const [from, to] = happening.nth % 2 === 0 ? (['spot', other] as const) : ([other, 'spot'] as const)
      refused(() => truth.move('USDT', (happening.cents / 100).toFixed(2), from, to))
      return
    }
    case 'funding': {
      const perpetual = world.instrument('BTC_USDT_PERP')
      // No exchange pays twice at one moment, and some tell it by its time alone.
      const [last] = truth.funding().slice(-1)
      if (perpetual !== undefined && Math.abs(truth.now() - (last?.at ?? 0)) > 1_100) truth.settleFunding(perpetual)
      return
    }
    case 'refresh':
      void main.session.refresh()
      return
    case 'skew': {
      const { stop } = await world.simulator.inject({ kind: 'skew', ms: happening.ms, exchange: world.exchange })
      void main.session.refresh()
      await new Promise((resolve) => setTimeout(resolve, 40))
      await stop()
      return
    }
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, happening.ms))
  }
}

const isPending = ({ status }: SimTransfer): boolean => status === 'pending'
