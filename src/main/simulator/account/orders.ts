/**
 * Orders and their fills: what they lock, move and cost.
 *
 *   Spot        A buy locks price times quantity, a sell the quantity. The fee is taken from what is received, or comes in quote asset
 *               where the venue's rules say so.
 *   Perpetual   An order locks price times quantity over leverage (nothing when it only reduces), a position its cost over leverage.
 *               Fee and realised profit are in the quote asset of the futures wallet.
 *   Market      orders lock at the market's price and 1 % more.
 */
import { Amount, amountText } from '../../../shared/amount.ts'
import { type EpochMs, isFinalStatus, type MarketKind } from '../../../shared/domain/index.ts'
import type { PlaceOrder, SimFill, SimOrder, SimWallet } from './contract.ts'
import { type AccountCore, needWallet } from './core.ts'
import { lotsOf, refuse, settled, tickPriceOf } from './requests.ts'

/** What a market order locks above the market's price. */
const marketRoom = '1.01'

const zero = new Amount(0)

/** An order and what it holds. */
export interface Working {
  order: SimOrder
  readonly quantity: Amount
  filled: Amount
  quote: Amount
  fee: Amount
  /** What it is valued at in its lock. */
  readonly lockPrice: Amount
  readonly wallet: SimWallet
  readonly lockAsset: string
  locked: Amount
}

/** Its own, not copied. */
export interface OrdersState {
  readonly working: readonly Working[]
  readonly fills: Record<MarketKind, SimFill[]>
  readonly count: { orders: number; fills: number; revisions: number }
}

export function createOrderDesk(core: AccountCore, from?: OrdersState) {
  const { exchange, rules, market, book, positions } = core
  const working = new Map(from?.working.map((one) => [one.order.id, one]))
  const open = new Set([...working.values()].filter(({ order }) => !isFinalStatus(order.status)))
  const { fills, count }: Omit<OrdersState, 'working'> = from ?? {
    fills: { spot: [], perpetual: [] },
    count: { orders: 0, fills: 0, revisions: 0 },
  }

  const walletOf = (kind: MarketKind): SimWallet => (kind === 'spot' ? 'spot' : rules.futuresWallet)

  function workingOf(orderId: string): Working {
    const found = working.get(orderId)
    if (!found) return refuse('orderId', orderId, `must be an order of the ${exchange} account`)
    if (!open.has(found))
      return refuse('orderId', orderId, `must be an order that is open, it is ${found.order.status}`)
    return found
  }

  /** The price a market order meets now. */
  function marketPrice({ instrument, side }: Pick<SimOrder, 'instrument' | 'side'>): Amount {
    const { bidPrice, askPrice } = market.quote(instrument)
    return new Amount((side === 'BUY' ? askPrice : bidPrice).toFixed(instrument.priceDecimals))
  }

  function lockOf({ instrument, side, reduceOnly }: SimOrder, lockPrice: Amount, left: Amount): Amount {
    if (instrument.kind === 'perpetual') return reduceOnly ? zero : positions.marginOf(lockPrice.times(left))
    if (side === 'SELL') return left
    return lockPrice.times(left).times(rules.feesInQuote === true ? new Amount(rules.fees.spot.taker).plus(1) : 1)
  }

  const paysInBase = (kind: MarketKind, side: 'BUY' | 'SELL'): boolean =>
    kind === 'spot' && side === 'BUY' && rules.feesInQuote !== true

  function revise(one: Working, status: SimOrder['status'], at: EpochMs): SimOrder {
    count.revisions += 1
    one.order = {
      ...one.order,
      filledQuantity: amountText(one.filled),
      filledQuote: amountText(one.quote),
      fee: amountText(one.fee),
      status,
      updatedAt: Math.max(one.order.updatedAt, at),
      revision: count.revisions,
    }
    if (isFinalStatus(status)) open.delete(one)
    return one.order
  }

  function relock(one: Working, at: EpochMs): void {
    const left = isFinalStatus(one.order.status) ? zero : one.quantity.minus(one.filled)
    const wanted = left.isZero() ? zero : lockOf(one.order, one.lockPrice, left)
    book.reserve(one.wallet, one.lockAsset, wanted.minus(one.locked), at)
    one.locked = wanted
  }

  const tellOrder = (order: SimOrder, fill: SimFill | null, at: EpochMs): void => {
    const position = fill && order.instrument.kind === 'perpetual' ? positions.view(order.instrument) : null
    core.tell({ kind: 'order', order, fill, balances: book.takeTouched(), position, at })
  }

  function place(request: PlaceOrder): SimOrder {
    const { instrument, side, type, reduceOnly = false } = request
    const listed = market.find(instrument.kind, instrument.base, instrument.quote)
    if (!listed) return refuse('order.instrument', instrument.symbol, `must be listed at ${exchange}`)
    const quantity = lotsOf('order.quantity', request.quantity, listed)
    if (type === 'MARKET' && request.price !== undefined)
      return refuse('order.price', request.price, 'must be absent from a market order')
    if (type === 'LIMIT' && request.price === undefined)
      return refuse('order.price', request.price, 'must be given for a limit order')
    if (reduceOnly && listed.kind === 'spot') return refuse('order.reduceOnly', true, 'must be false for spot')
    const price = request.price === undefined ? null : tickPriceOf('order.price', request.price, listed)
    const wallet = needWallet(core, 'order.instrument: its wallet', walletOf(listed.kind))
    const lockPrice = price ?? marketPrice({ instrument: listed, side }).times(marketRoom)
    const at = market.now()
    const number = count.orders + 1
    const order: SimOrder = {
      id: rules.orderId(number, listed),
      number,
      clientOrderId: request.clientOrderId ?? `sim${String(number).padStart(8, '0')}`,
      instrument: listed,
      side,
      type,
      timeInForce: request.timeInForce ?? 'GTC',
      price: price && amountText(price),
      quantity: amountText(quantity),
      filledQuantity: '0',
      filledQuote: '0',
      fee: '0',
      feeAsset: paysInBase(listed.kind, side) ? listed.base : listed.quote,
      status: 'NEW',
      reduceOnly,
      createdAt: at,
      updatedAt: at,
      revision: count.revisions + 1,
    }
    const lockAsset = listed.kind === 'spot' && side === 'SELL' ? listed.base : listed.quote
    const needed = lockOf(order, lockPrice, quantity)
    const free = book.free(wallet, lockAsset)
    if (needed.greaterThan(free)) {
      const [needs, has] = [amountText(needed), amountText(free)]
      return refuse('order.quantity', request.quantity, `needs ${needs} ${lockAsset} in ${wallet}, ${has} are free`)
    }
    count.orders = number
    count.revisions += 1
    const one: Working = {
      order,
      quantity,
      filled: zero,
      quote: zero,
      fee: zero,
      lockPrice,
      wallet,
      locked: zero,
      lockAsset,
    }
    working.set(order.id, one)
    open.add(one)
    relock(one, at)
    tellOrder(order, null, at)
    return order
  }

  function fill(
    orderId: string,
    quantityText: string,
    { price: priceText, isMaker }: { readonly price?: string; readonly isMaker?: boolean } = {},
  ): SimFill {
    const one = workingOf(orderId)
    const { instrument, side, reduceOnly, type } = one.order
    const quantity = lotsOf('fill.quantity', quantityText, instrument)
    const left = one.quantity.minus(one.filled)
    if (quantity.greaterThan(left))
      return refuse('fill.quantity', quantityText, `must be at most what is left of the order, ${amountText(left)}`)
    const limit = one.order.price === null ? null : new Amount(one.order.price)
    const price =
      priceText === undefined ? (limit ?? marketPrice(one.order)) : tickPriceOf('fill.price', priceText, instrument)
    if (limit && (side === 'BUY' ? price.greaterThan(limit) : price.lessThan(limit)))
      return refuse('fill.price', priceText, `must be no worse than the order's limit ${one.order.price}`)

    const makes = isMaker ?? type === 'LIMIT'
    const at = market.now()
    const quote = price.times(quantity)
    const isSpot = instrument.kind === 'spot'
    const isBuy = side === 'BUY'
    const rate = rules.fees[instrument.kind][makes ? 'maker' : 'taker']
    const fee = settled((paysInBase(instrument.kind, side) ? quantity : quote).times(rate))
    const signed = isBuy ? quantity : quantity.negated()
    if (reduceOnly) {
      const held = positions.quantity(instrument)
      if (held.isZero() || held.isNegative() === signed.isNegative() || quantity.greaterThan(held.abs()))
        return refuse('fill.quantity', quantityText, `must reduce the position of ${amountText(held)}`)
    }
    const change = isSpot ? null : positions.change(instrument, signed, price)
    const realisedPnl = change?.realisedPnl ?? zero
    // What leaves the wallet must be there, apart from what other orders hold.
    const others = isSpot ? book.free(one.wallet, one.lockAsset).plus(one.locked) : zero
    const lost = isSpot
      ? isBuy
        ? quote.plus(one.order.feeAsset === instrument.quote ? fee : zero)
        : quantity
      : fee.minus(realisedPnl)
    const has = isSpot
      ? Amount.min(others, book.total(one.wallet, one.lockAsset))
      : book.total(one.wallet, instrument.quote)
    if (lost.greaterThan(has)) {
      const words = `costs ${amountText(lost)} ${one.lockAsset}, the ${one.wallet} wallet has ${amountText(has)} for it`
      return refuse('fill.quantity', quantityText, words)
    }

    count.fills += 1
    one.filled = one.filled.plus(quantity)
    one.quote = one.quote.plus(quote)
    one.fee = one.fee.plus(fee)
    const order = revise(one, one.filled.equals(one.quantity) ? 'FILLED' : 'PARTIALLY_FILLED', at)
    const made: SimFill = {
      tradeId: rules.tradeId(count.fills, instrument),
      number: count.fills,
      order,
      instrument,
      side,
      price: amountText(price),
      quantity: amountText(quantity),
      quoteQuantity: amountText(quote),
      fee: amountText(fee),
      feeAsset: order.feeAsset,
      isMaker: makes,
      realisedPnl: amountText(realisedPnl),
      at,
    }
    fills[instrument.kind].push(made)
    relock(one, at)
    const cause = { instrument, order, fill: made }
    if (change) {
      positions.apply(instrument, change, at)
      book.addMargin(one.wallet, instrument.quote, change.margin, at)
      book.post(one.wallet, instrument.quote, realisedPnl, { ...cause, reason: 'realised_pnl' }, at)
    } else {
      const [gives, gets] = isBuy ? [quote, quantity] : [quantity, quote]
      const received = isBuy ? instrument.base : instrument.quote
      book.post(one.wallet, one.lockAsset, gives.negated(), { ...cause, reason: 'trade' }, at)
      book.post(one.wallet, received, gets, { ...cause, reason: 'trade' }, at)
    }
    book.post(one.wallet, order.feeAsset, fee.negated(), { ...cause, reason: 'fee' }, at)
    tellOrder(order, made, at)
    return made
  }

  function end(orderId: string, status: 'CANCELED' | 'REJECTED' | 'EXPIRED'): SimOrder {
    const one = workingOf(orderId)
    if (status === 'REJECTED' && !one.filled.isZero())
      return refuse('status', status, 'must be CANCELED or EXPIRED for an order with fills')
    const at = market.now()
    const order = revise(one, status, at)
    relock(one, at)
    tellOrder(order, null, at)
    return order
  }

  /** Keeps what is open and everything since `before`. */
  function forget(before: EpochMs): void {
    for (const [id, one] of working) if (!open.has(one) && one.order.updatedAt < before) working.delete(id)
    for (const list of [fills.spot, fills.perpetual]) {
      const kept = list.findIndex(({ at }) => at >= before)
      list.splice(0, kept === -1 ? list.length : kept)
    }
  }

  const ordersOf = (from: Iterable<Working>, kind: MarketKind): SimOrder[] =>
    Array.from(from, ({ order }) => order).filter(({ instrument }) => instrument.kind === kind)

  return {
    place,
    fill,
    end,
    forget,
    state: (): OrdersState => ({ working: [...working.values()], fills, count }),
    open: (kind: MarketKind) => ordersOf(open, kind),
    all: (kind: MarketKind) => ordersOf(working.values(), kind),
    order: (id: string) => working.get(id)?.order,
    fills: (kind: MarketKind) => fills[kind].slice(),
  }
}
