/**
 * One trader's account at one venue, kept in agreement with itself: orders lock, fills move base and quote and charge fees,
 * positions realise profits, and every change of a balance is an entry of the ledger. Nothing happens by itself: the auto trader
 * (`trader.ts`) or a test asks for it.
 *
 *   Spot        A buy locks price times quantity, a sell the quantity. The fee is taken from what is received.
 *   Perpetual   An order locks price times quantity over leverage (nothing when it only reduces), a position its cost over leverage.
 *               Fee, realised profit and funding are in the quote asset of the futures wallet.
 *   Market      orders lock at the market's price and 1 % more.
 *   Funding     -quantity x mark price x rate at each boundary of the interval, on the venue's clock.
 *
 * Quantities are rounded down to lots, prices to the nearest tick, fees and profits to 8 decimals. What cannot be done throws
 * SimulatorError, and then nothing has changed.
 */
import { Amount, amountText } from '../../../shared/amount.ts'
import { type EpochMs, type ExchangeId, isFinalStatus, type MarketKind } from '../../../shared/domain/index.ts'
import { hashText, hashWide } from '../hash.ts'
import type { SimInstrument, SimMarket } from '../venue.ts'
import { AccountBook } from './book.ts'
import type {
  PlaceOrder,
  SimAccountControl,
  SimAccountEvent,
  SimAccountRules,
  SimApiKey,
  SimFill,
  SimFunding,
  SimOrder,
  SimTransfer,
  SimWallet,
} from './contract.ts'
import { fundingRateDue, nextFundingAt } from './funding.ts'
import { markPriceOf, Positions } from './positions.ts'
import { lotsOf, positiveAmount, refuse, settled, tickPriceOf } from './requests.ts'
import { hexOf, networkOf, withdrawalFeeOf } from './transfers.ts'

const leverage = '10'
const defaultFundingHours = 8
/** What a market order locks above the market's price. */
const marketRoom = '1.01'

export interface AccountEngineOptions {
  readonly exchange: ExchangeId
  readonly rules: SimAccountRules
  /** Its clock is the account's. */
  readonly market: SimMarket
  readonly seed: number
  readonly keys: readonly SimApiKey[]
  readonly fundingHours?: number
  /** A listener that throws has a bug; the account goes on. Thrown on when absent. */
  readonly onListenerError?: (error: unknown) => void
}

/** An order and what it holds. */
interface Working {
  order: SimOrder
  readonly quantity: Amount
  filled: Amount
  quote: Amount
  fee: Amount
  /** What a lot of it is valued at in its lock. */
  readonly lockPrice: Amount
  readonly wallet: SimWallet
  locked: Amount
  readonly lockAsset: string
}

const zero = new Amount(0)

export function createAccountEngine(options: AccountEngineOptions): SimAccountControl {
  const { exchange, rules, market, seed, fundingHours = defaultFundingHours } = options
  const own = hashText(seed, `account ${exchange}`)
  const book = new AccountBook()
  const positions = new Positions(market, leverage)
  const keys = new Map(options.keys.map((key) => [key.key, key]))
  const listeners = new Set<(event: SimAccountEvent) => void>()
  const working = new Map<string, Working>()
  const open = new Set<Working>()
  const fills: Record<MarketKind, SimFill[]> = { spot: [], perpetual: [] }
  const transfers = new Map<string, SimTransfer>()
  const funding: SimFunding[] = []
  const count = { orders: 0, fills: 0, transfers: 0, funding: 0, revisions: 0 }

  function tell(event: SimAccountEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        if (!options.onListenerError) throw error
        options.onListenerError(error)
      }
    }
  }

  const needWallet = (field: string, wallet: SimWallet): SimWallet =>
    rules.wallets.includes(wallet) ? wallet : refuse(field, wallet, `must be one of ${rules.wallets.join(', ')}`)
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
    return side === 'BUY' ? lockPrice.times(left) : left
  }

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
    tell({ kind: 'order', order, fill, balances: book.takeTouched(), position, at })
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
    const wallet = needWallet('order.instrument: its wallet', walletOf(listed.kind))
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
      feeAsset: listed.kind === 'spot' && side === 'BUY' ? listed.base : listed.quote,
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
    const fee = settled((isSpot && isBuy ? quantity : quote).times(rate))
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
    const lost = isSpot ? (isBuy ? quote : quantity) : fee.minus(realisedPnl)
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

  function transferOf(
    kind: SimTransfer['kind'],
    asset: string,
    amount: Amount,
    fee: string,
    wallets: readonly [SimWallet, SimWallet] | null,
  ): SimTransfer {
    count.transfers += 1
    const at = market.now()
    const id = rules.transferId(count.transfers, kind)
    const transfer: SimTransfer = {
      id,
      number: count.transfers,
      kind,
      asset,
      amount: amountText(amount),
      fee,
      network: kind === 'internal' ? '' : networkOf(asset),
      address: kind === 'internal' ? '' : `0x${hexOf(own, `${kind} address ${asset}`, 5)}`,
      transactionId: kind === 'deposit' ? hexOf(own, `transaction ${id}`, 8) : '',
      status: kind === 'internal' ? 'completed' : 'pending',
      fromWallet: wallets?.[0] ?? null,
      toWallet: wallets?.[1] ?? null,
      createdAt: at,
      updatedAt: at,
    }
    transfers.set(id, transfer)
    return transfer
  }

  const tellTransfer = (transfer: SimTransfer, change: Amount, at: EpochMs): SimTransfer => {
    tell({ kind: 'transfer', transfer, balances: book.takeTouched(), change: amountText(change), at })
    return transfer
  }

  function deposit(asset: string, text: string): SimTransfer {
    needWallet('transferWallet', rules.transferWallet)
    const transfer = transferOf('deposit', asset, positiveAmount('deposit.amount', text), '0', null)
    return tellTransfer(transfer, zero, transfer.createdAt)
  }

  function withdraw(asset: string, text: string): SimTransfer {
    const wallet = needWallet('transferWallet', rules.transferWallet)
    const amount = positiveAmount('withdrawal.amount', text)
    const fee = withdrawalFeeOf(market, asset)
    const needed = amount.plus(fee)
    const free = book.free(wallet, asset)
    if (needed.greaterThan(free)) {
      const words = `needs ${amountText(needed)} ${asset} with its fee in ${wallet}, ${amountText(free)} are free`
      return refuse('withdrawal.amount', text, words)
    }
    const transfer = transferOf('withdrawal', asset, amount, fee, null)
    book.reserve(wallet, asset, needed, transfer.createdAt)
    return tellTransfer(transfer, zero, transfer.createdAt)
  }

  function advanceTransfer(id: string, status: SimTransfer['status']): SimTransfer {
    const known = transfers.get(id)
    if (!known) return refuse('transferId', id, `must be a transfer of the ${exchange} account`)
    if (known.status !== 'pending' || status === 'pending')
      return refuse('status', status, `must be an end of a pending transfer, ${id} is ${known.status}`)
    const at = market.now()
    const { transferWallet } = rules
    const isWithdrawal = known.kind === 'withdrawal'
    const amount = new Amount(known.amount)
    const all = amount.plus(known.fee)
    // A negative balance is the only reason for which a withdrawal's reserve may be missing.
    if (isWithdrawal && status === 'completed' && all.greaterThan(book.total(transferWallet, known.asset)))
      return refuse('status', status, `needs ${amountText(all)} ${known.asset}, losses have taken them`)
    const transfer: SimTransfer = {
      ...known,
      status,
      transactionId: isWithdrawal && status === 'completed' ? hexOf(own, `transaction ${id}`, 8) : known.transactionId,
      updatedAt: Math.max(known.updatedAt, at),
    }
    transfers.set(id, transfer)
    if (isWithdrawal) book.reserve(transferWallet, known.asset, all.negated(), at)
    if (status !== 'completed') return tellTransfer(transfer, zero, at)
    const sign = isWithdrawal ? -1 : 1
    const { kind } = known
    const reason = kind === 'withdrawal' ? 'withdrawal' : 'deposit'
    book.post(transferWallet, known.asset, amount.times(sign), { reason, transfer }, at)
    if (isWithdrawal)
      book.post(
        transferWallet,
        known.asset,
        new Amount(known.fee).negated(),
        { reason: 'withdrawal_fee', transfer },
        at,
      )
    return tellTransfer(transfer, isWithdrawal ? all.negated() : amount, at)
  }

  function move(asset: string, text: string, from: SimWallet, to: SimWallet): SimTransfer {
    needWallet('move.from', from)
    if (needWallet('move.to', to) === from) return refuse('move.to', to, 'must be another wallet than move.from')
    const amount = positiveAmount('move.amount', text)
    const free = book.free(from, asset)
    if (amount.greaterThan(free))
      return refuse('move.amount', text, `must be at most what is free in ${from}, ${amountText(free)} ${asset}`)
    const transfer = transferOf('internal', asset, amount, '0', [from, to])
    const at = transfer.createdAt
    book.post(from, asset, amount.negated(), { reason: 'internal', transfer }, at)
    book.post(to, asset, amount, { reason: 'internal', transfer }, at)
    return tellTransfer(transfer, amount, at)
  }

  function settleFunding(instrument: SimInstrument, dueAt?: EpochMs): SimFunding | null {
    if (instrument.kind !== 'perpetual') return refuse('funding.instrument', instrument.symbol, 'must be a perpetual')
    const held = positions.quantity(instrument)
    if (held.isZero()) return null
    const at = dueAt ?? market.now()
    const rate = fundingRateDue(seed, instrument, dueAt ?? nextFundingAt(at, fundingHours))
    const mark = markPriceOf(market, instrument)
    const asset = instrument.quote
    const due = settled(held.times(mark).times(rate)).negated()
    // Nothing is liquidated, so an account without the means pays what it has.
    const amount = Amount.max(due, book.total(rules.futuresWallet, asset).negated())
    count.funding += 1
    const paid: SimFunding = {
      id: String(count.funding),
      number: count.funding,
      instrument,
      rate,
      markPrice: amountText(mark),
      quantity: amountText(held),
      amount: amountText(amount),
      asset,
      at,
    }
    funding.push(paid)
    book.post(rules.futuresWallet, asset, amount, { reason: 'funding', instrument, funding: paid }, at)
    const position = positions.view(instrument)
    if (position) tell({ kind: 'funding', funding: paid, balances: book.takeTouched(), position, at })
    return paid
  }

  /** Keeps what is open or pending and everything since `before`. */
  function forget(before: EpochMs): void {
    for (const [id, one] of working) if (!open.has(one) && one.order.updatedAt < before) working.delete(id)
    for (const [id, { status, updatedAt }] of transfers)
      if (status !== 'pending' && updatedAt < before) transfers.delete(id)
    for (const list of [fills.spot, fills.perpetual, funding]) {
      const kept = list.findIndex(({ at }) => at >= before)
      list.splice(0, kept === -1 ? list.length : kept)
    }
    book.forget(before)
  }

  const ordersOf = (from: Iterable<Working>, kind: MarketKind): SimOrder[] =>
    Array.from(from, ({ order }) => order).filter(({ instrument }) => instrument.kind === kind)

  return {
    exchange,
    userId: String(10_000_000 + (hashWide(own, 1) % 90_000_000)),
    rules,
    now: () => market.now(),
    key: (key) => {
      const known = keys.get(key)
      return known && (known.expiresAt === null || known.expiresAt > market.now()) ? known : undefined
    },
    balances: (wallet) => book.balances(wallet),
    openOrders: (kind) => ordersOf(open, kind),
    orders: (kind) => ordersOf(working.values(), kind),
    order: (id) => working.get(id)?.order,
    fills: (kind) => fills[kind].slice(),
    positions: () => positions.views(),
    transfers: (kind) => [...transfers.values()].filter((transfer) => transfer.kind === kind),
    funding: () => funding.slice(),
    ledger: (wallet) => book.ledger(wallet),
    fundingRate: (instrument) => {
      const nextAt = nextFundingAt(market.now(), fundingHours)
      return {
        rate: fundingRateDue(seed, instrument, nextAt),
        markPrice: amountText(markPriceOf(market, instrument)),
        nextAt,
        intervalHours: fundingHours,
      }
    },
    onEvent: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    place,
    fill,
    end,
    deposit,
    withdraw,
    advanceTransfer,
    move,
    settleFunding,
    revokeKey: (key) => {
      if (keys.delete(key)) tell({ kind: 'key_revoked', key, at: market.now() })
    },
    addKey: (key) => {
      keys.set(key.key, key)
    },
    expireListenKeys: () => tell({ kind: 'listen_keys_expired', at: market.now() }),
    opening: (wallet, asset) => book.opening(wallet, asset),
    forget,
  }
}
