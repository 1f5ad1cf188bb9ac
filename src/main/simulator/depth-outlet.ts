/** Sends one market's order book to those who subscribed it: each gets what changed since the last it was sent. */
import type { EpochMs } from '../../shared/domain/index.ts'
import { bookTickMs } from './book.ts'
import type { DepthSource } from './depth.ts'
import type { Subscription } from './scheduler.ts'
import type { SimBookTopic, SimDepth } from './venue.ts'

/** A crossing bid stands so many ticks above the best ask. */
const crossedByTicks = 3
const crossingLots = 10

/** What a subscriber holds. */
export interface ToldBook {
  tick: number
  at: EpochMs
  /** Where a fault made a bid cross, in ticks; null where none does. */
  crossedAt: number | null
}

export class DepthOutlet {
  readonly subscriptions = new Set<Subscription>()
  readonly #source: DepthSource
  readonly #onSent: () => void
  #tick = Number.NaN

  constructor(source: DepthSource, onSent: () => void) {
    this.#source = source
    this.#onSent = onSent
  }

  /** Called at every step of the scheduler; does something once a tick of the book. */
  step(now: EpochMs): void {
    if (this.subscriptions.size === 0) return
    const tick = this.#source.tickAt(now)
    if (tick === this.#tick) return
    this.#tick = tick
    for (const subscription of this.subscriptions) {
      const { topic } = subscription
      if (topic.channel === 'order_book') this.#tell(subscription, topic, tick, now)
    }
  }

  #tell(subscription: Subscription, topic: SimBookTopic, tick: number, now: EpochMs): void {
    if (subscription.told === null && topic.snapshotFirst) {
      if (this.#send(subscription, this.#source.snapshot(tick, topic.levels)))
        subscription.told = { tick, at: now, crossedAt: null }
      return
    }
    subscription.told ??= { tick: tick - 1, at: now, crossedAt: null }
    const { told } = subscription
    if (tick <= told.tick || (tick - told.tick) * bookTickMs < subscription.throttleMs) return
    const changes = this.#source.changes(told.tick, tick, topic.levels)
    const { crossedAt } = told
    const depth = this.#crossed(subscription, told, changes, tick)
    if (depth.bids.length + depth.asks.length > 0) {
      // The book as held moves on only with what was sent: what is withheld from a slow reader is told with the next.
      if (this.#send(subscription, depth)) {
        told.tick = tick
        told.at = now
      } else told.crossedAt = crossedAt
    } else if (topic.heartbeatMs !== null && now - told.at >= topic.heartbeatMs) {
      const { previousId } = depth
      if (this.#send(subscription, { ...depth, updateId: previousId })) told.at = now
    }
  }

  #send(subscription: Subscription, depth: SimDepth): boolean {
    const isSent = subscription.peer.deliver(subscription, { channel: 'order_book', depth }, true)
    if (isSent) this.#onSent()
    return isSent
  }

  /** While a fault says so, a bid stands above the best ask; when it ends, or the market has reached it, the true level is told. */
  #crossed(subscription: Subscription, told: ToldBook, changes: SimDepth, tick: number): SimDepth {
    const { faults, exchange, origin } = subscription.peer.host
    const { symbol } = changes.instrument
    const wanted = faults.crosses(exchange, origin, symbol)
    if (!wanted && told.crossedAt === null) return changes
    const source = this.#source
    const bestAsk = source.bestAskOf(tick)
    const stays = wanted && told.crossedAt !== null && told.crossedAt >= bestAsk
    if (stays) return changes
    const price: number[] = []
    const quantity: number[] = []
    if (told.crossedAt !== null) {
      price.push(source.priceOf(told.crossedAt))
      quantity.push(source.quantityOf(source.bidLotsOf(tick, told.crossedAt)))
    }
    told.crossedAt = wanted ? bestAsk + crossedByTicks : null
    if (told.crossedAt !== null) {
      price.push(source.priceOf(told.crossedAt))
      quantity.push(source.quantityOf(crossingLots))
    }
    const { bids } = changes
    const length = bids.length + price.length
    return {
      ...changes,
      bids: {
        length,
        price: Float64Array.of(...price, ...bids.price.subarray(0, bids.length)),
        quantity: Float64Array.of(...quantity, ...bids.quantity.subarray(0, bids.length)),
      },
    }
  }
}
