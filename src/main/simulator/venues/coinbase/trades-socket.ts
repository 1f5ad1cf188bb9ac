/** Coinbase Exchange's public feed: `matches` and `heartbeat`, several channels a message. */
import { z } from 'zod'
import type { Peer, SimInstrument, SimMarket, SimTrade, VenueConnection } from '../../venue.ts'
import { uuidOf } from './account-rules.ts'
import { microTime, price, productOf, quantity } from './format.ts'
import { mostIdleSeconds, parsed } from './market-socket.ts'

const Request = z.object({
  type: z.enum(['subscribe', 'unsubscribe']),
  product_ids: z.array(z.string()).optional(),
  channels: z.array(z.union([z.string(), z.object({ name: z.string(), product_ids: z.array(z.string()) })])),
})

type Wanted = readonly (readonly [channel: string, products: readonly string[]])[]

const channels: ReadonlySet<string> = new Set(['matches', 'heartbeat'])

export function openTradesSocket(
  market: SimMarket,
  instruments: ReadonlyMap<string, SimInstrument>,
  peer: Peer,
): VenueConnection {
  const subscribed = new Map<string, Set<string>>()
  let emptySeconds = 0
  const products = (channel: string): Set<string> => {
    const known = subscribed.get(channel) ?? new Set<string>()
    subscribed.set(channel, known)
    return known
  }

  function acknowledge(): void {
    const list = [...subscribed].filter(([, names]) => names.size > 0)
    peer.send(
      JSON.stringify({ type: 'subscriptions', channels: list.map(([name, ids]) => ({ name, product_ids: [...ids] })) }),
    )
  }

  function refuse(reason: string): void {
    peer.send(JSON.stringify({ type: 'error', message: 'Failed to subscribe', reason }))
    peer.send(JSON.stringify({ type: 'subscriptions', channels: [] }))
  }

  peer.every(1_000, () => {
    for (const product of products('heartbeat')) {
      const instrument = instruments.get(product)
      const newest = instrument && market.trades(instrument, 1).at(-1)
      const id = newest?.tradeId ?? 0
      const told = { sequence: sequenceOf(id), last_trade_id: id, product_id: product, time: microTime(market.now()) }
      peer.send(JSON.stringify({ type: 'heartbeat', ...told }))
    }
    emptySeconds = [...subscribed.values()].some((names) => names.size > 0) ? 0 : emptySeconds + 1
    if (emptySeconds > mostIdleSeconds) peer.close(1008, 'no subscription')
  })

  function begin(instrument: SimInstrument): void {
    const newest = market.trades(instrument, 1).at(-1)
    if (newest) peer.send(matchText('last_match', newest))
    peer.subscribe(productOf(instrument), { channel: 'trade', instrument }, (event) => {
      if (event.channel !== 'trade') throw new Error(`not a trade: ${event.channel}`)
      return matchText('match', event.trade)
    })
  }

  /** Why nothing of a request can be done; null: it can. */
  function refusalOf(wanted: Wanted): string | null {
    for (const [channel, names] of wanted) {
      if (!channels.has(channel)) return `${channel} is not a valid channel`
      const unknown = names.find((name) => !instruments.has(name))
      if (unknown !== undefined) return `${unknown} is not a valid product`
    }
    return null
  }

  function subscribe(wanted: Wanted): void {
    const begun: SimInstrument[] = []
    for (const [channel, names] of wanted)
      for (const name of names) {
        const instrument = instruments.get(name)
        if (channel === 'matches' && instrument && !products(channel).has(name)) begun.push(instrument)
        products(channel).add(name)
      }
    acknowledge()
    for (const instrument of begun) begin(instrument)
  }

  function unsubscribe(wanted: Wanted): void {
    for (const [channel, names] of wanted)
      for (const name of names) {
        products(channel).delete(name)
        if (channel === 'matches') peer.unsubscribe(name)
      }
    acknowledge()
  }

  return {
    onMessage(text) {
      const request = Request.safeParse(parsed(text))
      if (!request.success) {
        peer.send(JSON.stringify({ type: 'error', message: 'Malformed JSON', reason: 'unreadable' }))
        return
      }
      const { type, product_ids: common = [], channels: asked } = request.data
      const wanted = asked.map((one) =>
        typeof one === 'string' ? ([one, common] as const) : ([one.name, one.product_ids] as const),
      )
      const refusal = type === 'subscribe' ? refusalOf(wanted) : null
      if (refusal !== null) refuse(refusal)
      else if (type === 'subscribe') subscribe(wanted)
      else unsubscribe(wanted)
    },
  }
}

/** Grows with the trades of a product, with what is told on other channels between them. */
const sequenceOf = (tradeId: number): number => 1_000_000 + 7 * tradeId

/** `side` is the maker's. */
function matchText(type: 'match' | 'last_match', trade: SimTrade): string {
  const { instrument, tradeId, side, at } = trade
  return JSON.stringify({
    type,
    trade_id: tradeId,
    maker_order_id: uuidOf(`maker ${instrument.symbol} ${tradeId}`),
    taker_order_id: uuidOf(`taker ${instrument.symbol} ${tradeId}`),
    side: side === 'BUY' ? 'sell' : 'buy',
    size: quantity(trade.quantity, instrument),
    price: price(trade.price, instrument),
    product_id: productOf(instrument),
    sequence: sequenceOf(tradeId),
    time: microTime(at),
  })
}
