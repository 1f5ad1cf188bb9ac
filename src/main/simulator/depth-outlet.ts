/** Sends one market's order book to those who subscribed it: each gets what changed since the last it was sent. */
import type { EpochMs } from '../../shared/domain/index.ts'
import { bookTickMs } from './book.ts'
import type { DepthSource } from './depth.ts'
import type { SimBookTopic, SimDepth, SimTopic } from './venue.ts'

/** A crossing bid stands so many ticks above the best ask. */
const crossedByTicks = 3
const crossingLots = 10

/** What a subscriber holds. */
export interface ToldBook {
  /** The tick whose book it is; `id` of the last frame, which may be of an equal book before. */
  tick: number
  id: number
  at: EpochMs
  /** Where a fault made a bid cross, in ticks; null where none does. */
  crossedAt: number | null
}

export interface BookSubscriber {
  readonly topic: SimTopic
  readonly throttleMs: number
  /** null before the first that was sent. */
  told: ToldBook | null
}

export interface DepthOutletOptions<Subscriber> {
  readonly source: Pick<
    DepthSource,
    'tickAt' | 'idOf' | 'snapshot' | 'changes' | 'bestAskOf' | 'bidLotsOf' | 'priceOf' | 'quantityOf'
  >
  /** False where nothing can be sent now; what it misses is part of the next. */
  readonly canTake: (subscriber: Subscriber) => boolean
  /** False when it was not sent after all; it is then part of the next, too. */
  readonly send: (subscriber: Subscriber, depth: SimDepth) => boolean
  /** Whether a fault has the book come crossed. */
  readonly crosses: (subscriber: Subscriber, symbol: string) => boolean
}

export class DepthOutlet<Subscriber extends BookSubscriber> {
  readonly subscriptions = new Set<Subscriber>()
  readonly #options: DepthOutletOptions<Subscriber>
  #tick = Number.NaN

  constructor(options: DepthOutletOptions<Subscriber>) {
    this.#options = options
  }

  /** Called at every step of the scheduler; does something once a tick of the book. */
  step(now: EpochMs): void {
    if (this.subscriptions.size === 0) return
    const tick = this.#options.source.tickAt(now)
    if (tick === this.#tick) return
    this.#tick = tick
    for (const subscription of this.subscriptions) {
      const { topic } = subscription
      if (topic.channel === 'order_book') this.#tell(subscription, topic, tick, now)
    }
  }

  #tell(subscription: Subscriber, topic: SimBookTopic, tick: number, now: EpochMs): void {
    const { source, send, canTake } = this.#options
    if (!canTake(subscription)) return
    if (subscription.told === null && topic.snapshotFirst) {
      const whole = source.snapshot(tick, topic.levels)
      if (send(subscription, whole)) subscription.told = { tick, id: whole.updateId, at: now, crossedAt: null }
      return
    }
    subscription.told ??= { tick: tick - 1, id: source.idOf(tick - 1), at: now, crossedAt: null }
    const { told } = subscription
    if (tick <= told.tick || (tick - told.tick) * bookTickMs < subscription.throttleMs) return
    const sinceTick = source.changes(told.tick, tick, topic.levels)
    const changes = told.id === sinceTick.previousId ? sinceTick : { ...sinceTick, previousId: told.id }
    const { crossedAt } = told
    const depth = this.#crossed(subscription, told, changes, tick)
    if (depth.bids.length + depth.asks.length > 0) {
      if (send(subscription, depth)) Object.assign(told, { tick, id: depth.updateId, at: now })
      else told.crossedAt = crossedAt
      return
    }
    told.tick = tick
    if (topic.heartbeatMs === null || now - told.at < topic.heartbeatMs) return
    if (send(subscription, { ...depth, updateId: told.id })) told.at = now
  }

  /** While a fault says so, a bid stands above the best ask; when it ends, or the market has reached it, the true level is told. */
  #crossed(subscription: Subscriber, told: ToldBook, changes: SimDepth, tick: number): SimDepth {
    const { source, crosses } = this.#options
    const wanted = crosses(subscription, changes.instrument.symbol)
    if (!wanted && told.crossedAt === null) return changes
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
