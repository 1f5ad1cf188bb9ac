/**
 * The simulator's own trader: it places orders at a given pace, lets them rest, fills them in parts once the market's quote meets
 * them, cancels and expires them, moves money in and out and pays funding at its boundaries. Driven by the scheduler's step, with
 * chances out of the seed; it has no timer of its own. Given a market of the past, it writes an account's history (`history.ts`).
 */

import type { EpochMs } from '../../../shared/domain/index.ts'
import { hashText } from '../hash.ts'
import type { SimMarket } from '../venue.ts'
import type { SimAccountControl, SimOrder } from './contract.ts'
import { createDraws } from './draws.ts'
import { attempt } from './requests.ts'
import { createTreasurer } from './treasurer.ts'
import { groundOf, type Manner, nextWish } from './wishes.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** What has ended is kept so long, and after no more than so many orders, so that memory is bounded at any pace. */
const keptMs = 90 * 24 * hourMs
const mostOrdersKept = 20_000
/** Resting far from the market at once, and for how long. */
const mostFar = 4
const farMs = { least: hourMs, most: 6 * hourMs }
/** An order that rests near the market stands for so many times the time between orders. */
const nearSpans = { least: 2, most: 14 }
const longestNearMs = 12 * hourMs
const shortestCheckMs = 100
/** A maker's order this close to the touch, as a fraction, is met now and then. */
const nearTouch = 0.000_1
/** Orders caught up on at one step after a stall. */
const mostAtOnce = 200

export interface TraderOptions {
  readonly account: SimAccountControl
  readonly market: SimMarket
  readonly seed: number
  readonly ordersPerMinute: number
  /** Dollars an order is worth on average. */
  readonly size: number
  /** Orders kept at least once they are over; default 20,000. */
  readonly mostKept?: number
}

export interface Trader {
  /** Does what is due by `now`, true time: a venue's clock that is set wrong stops nothing. Funding goes by the venue's. */
  step(now: EpochMs): void
}

/** What it means to do with an open order. */
interface Plan {
  readonly id: string
  readonly manner: Manner
  readonly endsAt: EpochMs
  nextAt: EpochMs
}

export function createTrader({
  account,
  market,
  seed,
  ordersPerMinute,
  size,
  mostKept = mostOrdersKept,
}: TraderOptions): Trader {
  const startedAt = market.now()
  const draws = createDraws(hashText(seed, `trader ${account.exchange}`))
  const ground = groundOf(account, market)
  const spacingMs = minuteMs / ordersPerMinute
  const treasurer = ground && createTreasurer({ account, ground, draws, spacingMs })
  let plans: Plan[] = [...account.openOrders('spot'), ...account.openOrders('perpetual')].map((order) => ({
    id: order.id,
    manner: 'far',
    endsAt: startedAt + draws.between(farMs.least, farMs.most),
    nextAt: startedAt + draws.wait(minuteMs),
  }))
  let orderAt = startedAt + draws.wait(spacingMs)
  let forgetAt = startedAt
  const [perpetual] = ground?.perpetuals ?? []
  let fundingAt = perpetual ? account.fundingRate(perpetual).nextAt : Number.POSITIVE_INFINITY

  function payFunding(now: EpochMs): void {
    if (now < fundingAt || !perpetual) return
    const { intervalHours, nextAt } = account.fundingRate(perpetual)
    for (; fundingAt < nextAt; fundingAt += intervalHours * hourMs)
      for (const { instrument } of account.positions()) account.settleFunding(instrument, fundingAt)
  }

  const checkMs = (): number => Math.max(shortestCheckMs, draws.wait(spacingMs / 2))

  function order(now: EpochMs): void {
    if (!ground) return
    const far = plans.reduce((sum, { manner }) => sum + Number(manner === 'far'), 0)
    const wish = nextWish(account, market, ground, draws, size, far < mostFar)
    if (!wish) return
    const placed = attempt(() => account.place(wish.order))
    if (!placed) return
    const { id } = placed
    if (wish.manner === 'rejected') {
      account.end(id, 'REJECTED')
      return
    }
    if (wish.manner === 'market' || wish.manner === 'ioc') {
      takeNow(placed, wish.manner)
      return
    }
    const span =
      wish.manner === 'far'
        ? draws.between(farMs.least, farMs.most)
        : Math.min(longestNearMs, spacingMs * draws.between(nearSpans.least, nearSpans.most))
    plans.push({ id, manner: wish.manner, endsAt: now + span, nextAt: now + checkMs() })
  }

  /** Takes what stands in the book: all of a market order, what there is for one that will not wait. */
  function takeNow(placed: SimOrder, manner: 'market' | 'ioc'): void {
    const { id, quantity, instrument } = placed
    const all = Number(quantity)
    const isWhole = manner === 'market' || draws.chance(0.6)
    const first = lots(instrument.lotSize, all * draws.between(0.2, 0.8))
    if (draws.chance(0.4) || !isWhole) fill(id, first, false)
    if (isWhole) fillRest(id, false)
    const left = account.order(id)
    if (left?.status === 'NEW' || left?.status === 'PARTIALLY_FILLED')
      account.end(id, manner === 'ioc' ? 'EXPIRED' : 'CANCELED')
  }

  const lots = (lotSize: number, quantity: number): number => Math.floor(quantity / lotSize + 1e-9) * lotSize

  const restOf = ({ quantity, filledQuantity }: SimOrder): number => Number(quantity) - Number(filledQuantity)

  function fillRest(id: string, isMaker: boolean): void {
    const now = account.order(id)
    if (now && (now.status === 'NEW' || now.status === 'PARTIALLY_FILLED')) fill(id, restOf(now), isMaker)
  }

  /** A fill that cannot be (a reduced position is gone, losses took the money) ends the order. */
  function fill(id: string, quantity: number, isMaker: boolean): void {
    const known = account.order(id)
    if (!known || quantity < known.instrument.lotSize / 2) return
    const text = quantity.toFixed(known.instrument.quantityDecimals)
    if (!attempt(() => account.fill(id, text, { isMaker }))) account.end(id, 'CANCELED')
  }

  /** False once the order needs no more attention. */
  function tend(plan: Plan, now: EpochMs): boolean {
    const known = account.order(plan.id)
    if (!known || (known.status !== 'NEW' && known.status !== 'PARTIALLY_FILLED')) return false
    if (now >= plan.endsAt) {
      account.end(plan.id, draws.chance(0.15) ? 'EXPIRED' : 'CANCELED')
      return false
    }
    if (now < plan.nextAt) return true
    plan.nextAt = now + checkMs()
    if (!isMet(known)) return true
    const rest = restOf(known)
    const part = draws.chance(0.45) ? rest : lots(known.instrument.lotSize, rest * draws.between(0.2, 0.8))
    fill(plan.id, part, true)
    const { status } = account.order(plan.id) ?? known
    return status === 'NEW' || status === 'PARTIALLY_FILLED'
  }

  /** The market's other side has come to the order's price, or its own side is right there. */
  function isMet({ instrument, side, price }: SimOrder): boolean {
    const limit = Number(price)
    const { bidPrice, askPrice } = market.quote(instrument)
    if (side === 'BUY' ? askPrice <= limit : bidPrice >= limit) return true
    const gap = side === 'BUY' ? (bidPrice - limit) / limit : (limit - askPrice) / limit
    return gap <= nearTouch && draws.chance(0.5)
  }

  /** When the oldest of the orders that are kept was made. */
  function oldestKept(): EpochMs {
    const made = [...account.orders('spot'), ...account.orders('perpetual')].map(({ createdAt }) => createdAt)
    return made.length > mostKept ? (made.sort((a, b) => b - a)[mostKept] ?? 0) : 0
  }

  return {
    step: (now) => {
      payFunding(account.now())
      treasurer?.step(now)
      plans = plans.filter((plan) => (now < plan.nextAt && now < plan.endsAt) || tend(plan, now))
      for (let placed = 0; now >= orderAt && placed < mostAtOnce; placed++) {
        order(now)
        orderAt += draws.wait(spacingMs)
      }
      if (now >= orderAt) orderAt = now
      if (now < forgetAt) return
      forgetAt = now + hourMs
      account.forget(Math.max(account.now() - keptMs, oldestKept()))
    },
  }
}
