/**
 * The simulator's one loop. Every step sends what became due since the last one, for the topics somebody subscribed: each trade with the
 * quote it happens at before it, candles once a second and right after they close, order books ten times a second, and quotes in between
 * up to the wanted rate.
 */
import { type EpochMs, openTimeOf, type Period, periodMs } from '../../shared/domain/index.ts'
import { DepthOutlet, type ToldBook } from './depth-outlet.ts'
import { hashText } from './hash.ts'
import type { VenueMarket } from './market.ts'
import { quotesPerMs } from './path.ts'
import type { Counters, SocketPeer } from './peer.ts'
import type { SimDepth, SimEvent, SimInstrument, SimQuote, SimTopic } from './venue.ts'

const stepMs = 10
const klineEveryMs = 1_000
/** Every subscribed quote comes at least so often, whatever the rate. */
const quoteAtLeastEveryMs = 1_000
/** At most this much of a second's rate is caught up after a stall. */
const catchUpSeconds = 0.25
/** A longer gap (the machine slept) cuts every socket: its clients reconnect and repair, as they would with a real exchange. */
const sleepMs = 30_000

export interface Subscription {
  readonly peer: SocketPeer
  readonly topic: SimTopic
  readonly encode: (event: SimEvent) => string | Buffer
  readonly throttleMs: number
  /** Of the last quote, and the newest held back since. */
  sentAt: EpochMs
  waiting: SimQuote | null
  /** Of an order book: what it was told; null before the first. */
  told: ToldBook | null
}

/** What goes out of one market of one venue. */
interface Outlet {
  readonly market: VenueMarket
  readonly instrument: SimInstrument
  /** Spreads the candles of many markets over the second. */
  readonly phaseMs: number
  readonly quotes: Set<Subscription>
  readonly trades: Set<Subscription>
  readonly depth: DepthOutlet<Subscription>
  readonly klines: Map<Period, Set<Subscription>>
  quotedAt: EpochMs
  lastUpdateId: number
}

export interface SchedulerOptions {
  /** Frames a second, summed over all sockets, that quotes fill up to. */
  readonly rate: number
  readonly counters: Counters
  /** True time, epoch ms. */
  readonly clock: () => EpochMs
  readonly marketOf: (instrument: SimInstrument) => VenueMarket
  /** Before each step: faults come and go. */
  readonly onStep: (now: EpochMs) => void
}

export class Scheduler {
  /** True time of the current or last step. */
  now: EpochMs
  isStepping = false
  readonly #options: SchedulerOptions
  readonly #outlets = new Map<SimInstrument, Outlet>()
  /** The outlets whose quotes somebody wants, in turn. */
  #quoted: Outlet[] = []
  #turn = 0
  #credit = 0
  readonly #throttled = new Set<Subscription>()
  readonly #peers = new Set<SocketPeer>()
  readonly #corked: SocketPeer[] = []
  #delayed: { readonly due: EpochMs; readonly run: () => void }[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.now = options.clock()
  }

  get peers(): ReadonlySet<SocketPeer> {
    return this.#peers
  }

  start(): void {
    this.now = this.#options.clock()
    this.#timer ??= setInterval(() => this.#step(), stepMs)
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
    this.#delayed = []
  }

  /** Runs at the first step `delayMs` from now. */
  after(delayMs: number, run: () => void): void {
    this.#delayed.push({ due: this.#options.clock() + delayMs, run })
  }

  addPeer(peer: SocketPeer): void {
    this.#peers.add(peer)
  }

  removePeer(peer: SocketPeer): void {
    this.#peers.delete(peer)
  }

  uncorkLater(peer: SocketPeer): void {
    this.#corked.push(peer)
  }

  subscribe(subscription: Subscription): void {
    const outlet = this.#outletOf(subscription.topic.instrument)
    this.#listOf(outlet, subscription.topic).add(subscription)
    this.#requote()
  }

  unsubscribe(subscription: Subscription): void {
    const outlet = this.#outletOf(subscription.topic.instrument)
    this.#listOf(outlet, subscription.topic).delete(subscription)
    this.#throttled.delete(subscription)
    const { quotes, trades, depth, klines } = outlet
    const states = quotes.size + trades.size + depth.subscriptions.size
    const wanted = [...klines.values()].reduce((sum, list) => sum + list.size, states)
    if (wanted === 0) this.#outlets.delete(outlet.instrument)
    this.#requote()
  }

  #requote(): void {
    this.#quoted = [...this.#outlets.values()].filter((outlet) => outlet.quotes.size > 0)
  }

  #outletOf(instrument: SimInstrument): Outlet {
    const market = this.#options.marketOf(instrument)
    const own = market.find(instrument.kind, instrument.base, instrument.quote) ?? instrument
    const known = this.#outlets.get(own)
    if (known) return known
    const outlet: Outlet = {
      market,
      instrument: own,
      phaseMs: hashText(0, `${own.exchange}:${own.symbol}`) % klineEveryMs,
      quotes: new Set(),
      trades: new Set(),
      depth: new DepthOutlet<Subscription>({
        source: market.depthOf(own),
        canTake: ({ peer }) => peer.canTakeState(),
        send: (subscription, depth) => this.#deliverDepth(subscription, depth),
        crosses: ({ peer: { host } }, symbol) => host.faults.crosses(host.exchange, host.origin, symbol),
      }),
      klines: new Map(),
      quotedAt: 0,
      lastUpdateId: 0,
    }
    this.#outlets.set(own, outlet)
    return outlet
  }

  #listOf(outlet: Outlet, topic: SimTopic): Set<Subscription> {
    if (topic.channel === 'book_ticker') return outlet.quotes
    if (topic.channel === 'trade') return outlet.trades
    if (topic.channel === 'order_book') return outlet.depth.subscriptions
    const known = outlet.klines.get(topic.period)
    if (known) return known
    const list = new Set<Subscription>()
    outlet.klines.set(topic.period, list)
    return list
  }

  #step(): void {
    const last = this.now
    const now = this.#options.clock()
    this.#options.onStep(now)
    if (now - last > sleepMs || now < last - sleepMs) {
      this.now = now
      for (const peer of this.#peers) peer.cut()
      return
    }
    // The system's clock was set back a little: nothing is due until it has caught up.
    if (now <= last) return
    this.now = now
    this.isStepping = true
    for (const peer of this.#peers) peer.step(now)
    this.#runDelayed(now)
    const { rate } = this.#options
    this.#credit = Math.min(this.#credit + (rate * (now - last)) / 1_000, rate * catchUpSeconds)
    for (const outlet of this.#outlets.values()) {
      this.#sendTrades(outlet, last, now)
      this.#sendKlines(outlet, last, now)
      outlet.depth.step(now)
    }
    for (const outlet of this.#quoted) if (now - outlet.quotedAt >= quoteAtLeastEveryMs) this.#sendQuote(outlet, now)
    this.#fillWithQuotes(now)
    this.#sendWaiting(now)
    this.isStepping = false
    for (const peer of this.#corked) peer.uncork()
    this.#corked.length = 0
  }

  #runDelayed(now: EpochMs): void {
    if (this.#delayed.length === 0) return
    const due = this.#delayed.filter((delayed) => delayed.due <= now)
    this.#delayed = this.#delayed.filter((delayed) => delayed.due > now)
    for (const delayed of due) delayed.run()
  }

  #sendTrades(outlet: Outlet, last: EpochMs, now: EpochMs): void {
    if (outlet.trades.size === 0 && outlet.quotes.size === 0) return
    const { counters } = this.#options
    outlet.market.forTradesBetween(outlet.instrument, last, now, (trade, at) => {
      this.#sendQuote(outlet, at)
      const event: SimEvent = { channel: 'trade', trade }
      for (const subscription of outlet.trades) {
        if (!subscription.peer.deliver(subscription, event, false)) continue
        counters.trades += 1
        this.#credit -= 1
      }
    })
  }

  #sendKlines(outlet: Outlet, last: EpochMs, now: EpochMs): void {
    if (outlet.klines.size === 0) return
    const { market, instrument, phaseMs } = outlet
    const isDue = Math.floor((now + phaseMs) / klineEveryMs) !== Math.floor((last + phaseMs) / klineEveryMs)
    for (const [period, subscriptions] of outlet.klines) {
      if (subscriptions.size === 0) continue
      const open = openTimeOf(now, period)
      const from = openTimeOf(last, period)
      if (!isDue && from === open) continue
      // The candles that closed since the last step, then the one under way.
      for (const kline of market.klinesAt(instrument, period, from, isDue ? open : open - periodMs[period], now)) {
        const event: SimEvent = { channel: 'kline', kline }
        for (const subscription of subscriptions) {
          if (!subscription.peer.deliver(subscription, event, !kline.isClosed)) continue
          this.#options.counters.klines += 1
          this.#credit -= 1
        }
      }
    }
  }

  #fillWithQuotes(now: EpochMs): void {
    if (this.#quoted.length === 0) {
      this.#credit = Math.min(this.#credit, 0)
      return
    }
    // Bounded, since throttled and slow sockets take nothing.
    for (let left = Math.ceil(this.#credit); left > 0 && this.#credit >= 1; left--) {
      this.#turn = (this.#turn + 1) % this.#quoted.length
      const outlet = this.#quoted[this.#turn]
      if (outlet) this.#sendQuote(outlet, now)
    }
  }

  #sendQuote(outlet: Outlet, at: EpochMs): void {
    if (outlet.quotes.size === 0) return
    // Of the same millisecond as the one before: the next in its sequence, so that update ids grow.
    const first = outlet.market.updateIdAt(outlet.instrument, at)
    const sequence = outlet.lastUpdateId >= first ? outlet.lastUpdateId - first + 1 : 0
    if (sequence >= quotesPerMs) return
    const quote = outlet.market.quoteAt(outlet.instrument, at, sequence)
    outlet.lastUpdateId = quote.updateId
    outlet.quotedAt = at
    const event: SimEvent = { channel: 'book_ticker', quote }
    for (const subscription of outlet.quotes) {
      if (subscription.throttleMs > 0 && at - subscription.sentAt < subscription.throttleMs) {
        subscription.waiting = quote
        this.#throttled.add(subscription)
      } else this.#deliverQuote(subscription, event, at)
    }
  }

  /** Throttled quotes whose time has come: the newest of each. */
  #sendWaiting(now: EpochMs): void {
    for (const subscription of this.#throttled) {
      if (now - subscription.sentAt < subscription.throttleMs) continue
      if (subscription.waiting)
        this.#deliverQuote(subscription, { channel: 'book_ticker', quote: subscription.waiting }, now)
      this.#throttled.delete(subscription)
    }
  }

  #deliverDepth(subscription: Subscription, depth: SimDepth): boolean {
    if (!subscription.peer.deliver(subscription, { channel: 'order_book', depth }, true)) return false
    this.#options.counters.depths += 1
    this.#credit -= 1
    return true
  }

  #deliverQuote(subscription: Subscription, event: SimEvent, at: EpochMs): void {
    subscription.waiting = null
    subscription.sentAt = at
    if (!subscription.peer.deliver(subscription, event, true)) return
    this.#options.counters.quotes += 1
    this.#credit -= 1
  }
}
