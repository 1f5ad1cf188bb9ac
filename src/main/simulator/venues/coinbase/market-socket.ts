/** Advanced Trade's sockets: one channel a message, a number on every frame, no ids; `user` on a socket of its own behind a token. */
import { z } from 'zod'
import { openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimOrder } from '../../account/contract.ts'
import type { Peer, SimDepth, SimEvent, SimInstrument, SimMarket, VenueConnection } from '../../venue.ts'
import { keyOfToken } from './auth.ts'
import { microTime, price, productOf, quantity } from './format.ts'
import { streamOrderRow } from './private-rows.ts'
import { candleRow } from './rest.ts'

export const Request = z.object({
  type: z.enum(['subscribe', 'unsubscribe']),
  channel: z.string(),
  product_ids: z.array(z.string()).optional(),
  jwt: z.string().optional(),
})

/** Without a subscription by then the socket is closed. */
export const mostIdleSeconds = 5
const candlesOfSnapshot = 100
const ordersPerFrame = 50
const updateEveryMs = 1_000

export interface MarketSocketOptions {
  readonly market: SimMarket
  readonly account: SimAccount
  readonly instruments: ReadonlyMap<string, SimInstrument>
  readonly peer: Peer
  readonly address: string
  /** Of the user's socket, which has no market data. */
  readonly isUser: boolean
}

export function openMarketSocket(options: MarketSocketOptions): VenueConnection {
  const { market, account, instruments, peer, address, isUser } = options
  /** Products by channel, as acks tell them. */
  const subscribed = new Map<string, Set<string>>()
  let sequence = 0
  let beats = 0
  let emptySeconds = 0
  let key: SimApiKey | null = null
  let stop: (() => void) | null = null

  const frame = (channel: string, events: readonly unknown[], at = market.now()): string =>
    JSON.stringify({ channel, client_id: '', timestamp: microTime(at), sequence_num: sequence++, events })
  const refuse = (message: string) => peer.send(JSON.stringify({ type: 'error', message }))
  const products = (channel: string): Set<string> => {
    const known = subscribed.get(channel) ?? new Set<string>()
    subscribed.set(channel, known)
    return known
  }

  function acknowledge(): void {
    const lists = [...subscribed].filter(([, names]) => names.size > 0).map(([channel, names]) => [channel, [...names]])
    peer.send(frame('subscriptions', [{ subscriptions: Object.fromEntries(lists) }]))
  }

  peer.every(1_000, () => {
    if (subscribed.has('heartbeats')) {
      beats += 1
      const heartbeat = { current_time: `${new Date(market.now()).toISOString()} m=+1`, heartbeat_counter: beats }
      peer.send(frame('heartbeats', [heartbeat]))
    }
    emptySeconds = [...subscribed.values()].some((names) => names.size > 0) ? 0 : emptySeconds + 1
    if (emptySeconds > mostIdleSeconds) peer.close(1008, 'no subscription')
  })

  function beginBook(instrument: SimInstrument): void {
    const topic = { channel: 'order_book', instrument, levels: null, snapshotFirst: true, heartbeatMs: null } as const
    peer.subscribe(keyOf('level2', instrument), topic, (event) => {
      if (event.channel !== 'order_book') throw new Error(`not a book: ${event.channel}`)
      return frame('l2_data', [depthEvent(event.depth)], event.depth.at)
    })
  }

  function beginCandles(instrument: SimInstrument): void {
    const now = market.now()
    const newest = openTimeOf(now, '5m')
    const from = newest - (candlesOfSnapshot - 1) * periodMs['5m']
    const row = (kline: Parameters<typeof candleRow>[0]) => ({ ...candleRow(kline), product_id: productOf(instrument) })
    const past = market.klines(instrument, '5m', from, now).map(row).reverse()
    peer.send(frame('candles', [{ type: 'snapshot', candles: past }]))
    const encode = (event: SimEvent): string => {
      if (event.channel !== 'kline') throw new Error(`not a kline: ${event.channel}`)
      return frame('candles', [{ type: 'update', candles: [row(event.kline)] }])
    }
    peer.subscribe(keyOf('candles', instrument), { channel: 'kline', instrument, period: '5m' }, encode, updateEveryMs)
  }

  const fillsOf = (order: SimOrder): number => account.fills('spot').filter((fill) => fill.order.id === order.id).length
  const pushOrders = (type: 'snapshot' | 'update', orders: readonly SimOrder[]) => {
    const rows = orders.map((order) => streamOrderRow(order, fillsOf(order)))
    const positions = { perpetual_futures_positions: [], expiring_futures_positions: [] }
    peer.sendPrivate(frame('user', [{ type, orders: rows, positions }]))
  }

  /** Every open order, fifty a frame, of which the last is not full. */
  function beginOrders(): void {
    const open = account.openOrders('spot')
    for (let start = 0; start <= open.length; start += ordersPerFrame)
      pushOrders(start === 0 ? 'snapshot' : 'update', open.slice(start, start + ordersPerFrame))
    stop ??= account.onEvent((event) => {
      if (event.kind === 'order') pushOrders('update', [event.order])
      if (event.kind === 'key_revoked' && event.key === key?.key) peer.close(1008, 'authentication failure')
    })
  }

  function subscribe(channel: string, names: readonly string[], token: string | undefined): void {
    if (token !== undefined) key = keyOfToken(account, token, null, address)
    const isRefused = token !== undefined && key === null
    if (!isRefused && channel === 'heartbeats') {
      products(channel).add('heartbeats')
      acknowledge()
    } else if (isUser && channel === 'user' && key !== null) {
      products(channel).add('all')
      acknowledge()
      beginOrders()
    } else if (!isUser && !isRefused && (channel === 'level2' || channel === 'candles')) {
      subscribeMarket(channel, names)
    } else refuse('authentication failure')
  }

  function subscribeMarket(channel: 'level2' | 'candles', names: readonly string[]): void {
    const chosen = names.flatMap((name) => instruments.get(name) ?? [])
    if (chosen.length === 0 || chosen.length < names.length) {
      // What an unknown product is told is not documented.
      refuse('invalid product_ids')
      return
    }
    const begun = chosen.filter((one) => !products(channel).has(productOf(one)))
    for (const one of chosen) products(channel).add(productOf(one))
    acknowledge()
    for (const one of begun) {
      if (channel === 'level2') beginBook(one)
      else beginCandles(one)
    }
  }

  function unsubscribe(channel: string, names: readonly string[] | undefined): void {
    const known = products(channel)
    for (const name of names ?? [...known]) {
      known.delete(name)
      const instrument = instruments.get(name)
      if (instrument) peer.unsubscribe(keyOf(channel, instrument))
    }
    if (channel === 'user') {
      stop?.()
      stop = null
    }
    acknowledge()
  }

  return {
    onMessage(text) {
      const request = Request.safeParse(parsed(text))
      if (!request.success) {
        refuse('invalid message')
        return
      }
      const { type, channel, product_ids: names, jwt } = request.data
      if (type === 'subscribe') subscribe(channel, names ?? [], jwt)
      else unsubscribe(channel, names)
    },
    onClose: () => stop?.(),
  }
}

const keyOf = (channel: string, instrument: SimInstrument): string => `${channel}:${productOf(instrument)}`

/** In snapshots every level bears the time 0. */
function depthEvent({ instrument, isSnapshot, bids, asks, at }: SimDepth): unknown {
  const event_time = isSnapshot ? '1970-01-01T00:00:00Z' : microTime(at)
  const rows = (side: 'bid' | 'offer', levels: SimDepth['bids']) =>
    Array.from({ length: levels.length }, (_, index) => ({
      side,
      event_time,
      price_level: price(levels.price[index] ?? 0, instrument),
      new_quantity: quantity(levels.quantity[index] ?? 0, instrument),
    }))
  const updates = [...rows('bid', bids), ...rows('offer', asks)]
  return { type: isSnapshot ? 'snapshot' : 'update', product_id: productOf(instrument), updates }
}

/** undefined where the text is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
