/**
 * What happens to the account as frames of the user data streams, field for field as documented (user-data-stream.md; USD-M
 * documentation, "User Data Streams"). An order's frames come in the exchange's order: on spot the report, then the balances; on
 * futures the quick TRADE_LITE, then balances and position, then the order.
 */
import type { SimAccountEvent, SimBalance, SimPositionView } from '../../account/contract.ts'
import { nativeName } from './listing.ts'
import { averagePrice, expiryReason, padded, price, quantity, wholeNumber, wordsOf } from './private-rows.ts'

type OrderEvent = Extract<SimAccountEvent, { kind: 'order' }>
type Frame = Readonly<Record<string, unknown>>

/** What the change was: `x`. */
const executionType = ({ order, fill }: OrderEvent): string => (fill === null ? order.status : 'TRADE')

function executionReport(event: OrderEvent): Frame {
  const { order, fill } = event
  const { instrument } = order
  const { type, timeInForce } = wordsOf(order)
  const isCancelled = order.status === 'CANCELED'
  const reason = expiryReason(order)
  return {
    e: 'executionReport',
    E: event.at,
    s: nativeName(instrument),
    // the cancel request's own, where that is what happened
    c: isCancelled ? `web_${order.id}` : order.clientOrderId,
    S: order.side,
    o: type,
    f: timeInForce,
    q: quantity(instrument, order.quantity),
    p: price(instrument, order.price),
    P: padded('0'),
    F: padded('0'),
    g: -1,
    C: isCancelled ? order.clientOrderId : '',
    x: executionType(event),
    X: order.status,
    r: 'NONE',
    i: wholeNumber(order.id),
    l: quantity(instrument, fill?.quantity ?? '0'),
    z: quantity(instrument, order.filledQuantity),
    L: price(instrument, fill?.price ?? '0'),
    n: fill === null ? '0' : padded(fill.fee),
    N: fill?.feeAsset ?? null,
    T: order.updatedAt,
    t: fill === null ? -1 : Number(fill.tradeId),
    I: 8_641_984 + order.revision,
    w: order.status === 'NEW' || order.status === 'PARTIALLY_FILLED',
    m: fill?.isMaker ?? false,
    M: false,
    O: order.createdAt,
    Z: padded(order.filledQuote),
    Y: padded(fill?.quoteQuantity ?? '0'),
    Q: padded('0'),
    W: order.createdAt,
    V: 'NONE',
    ...(reason === undefined ? {} : { eR: reason }),
  }
}

function accountPosition(balances: readonly SimBalance[], at: number): Frame[] {
  if (balances.length === 0) return []
  const B = balances.map(({ asset, free, locked }) => ({ a: asset, f: padded(free), l: padded(locked) }))
  return [{ e: 'outboundAccountPosition', E: at, u: Math.max(...balances.map(({ updatedAt }) => updatedAt)), B }]
}

/** The `event` of each frame. */
export function spotFrames(event: SimAccountEvent): readonly Frame[] {
  if (event.kind === 'key_revoked' || event.kind === 'listen_keys_expired' || event.kind === 'funding') return []
  const balances = event.balances.filter(({ wallet }) => wallet === 'spot')
  if (event.kind === 'order') {
    if (event.order.instrument.kind !== 'spot') return []
    return [executionReport(event), ...accountPosition(balances, event.at)]
  }
  const { transfer, change, at } = event
  const isInternal = transfer.kind === 'internal'
  const isOut = isInternal ? transfer.fromWallet === 'spot' : false
  const moved = isOut ? `-${change}` : change
  const isMoved = balances.length > 0 && !/^-?0*(\.0*)?$/.test(change)
  const update = { e: 'balanceUpdate', E: at, a: transfer.asset, d: padded(moved), T: at }
  return [...(isMoved ? [update] : []), ...accountPosition(balances, at)]
}

function orderTradeUpdate(event: OrderEvent): Frame {
  const { order, fill, at } = event
  const { instrument } = order
  const { type, timeInForce } = wordsOf(order)
  return {
    e: 'ORDER_TRADE_UPDATE',
    E: at,
    T: order.updatedAt,
    st: 1,
    o: {
      s: nativeName(instrument),
      c: order.clientOrderId,
      S: order.side,
      o: type,
      f: timeInForce,
      q: quantity(instrument, order.quantity),
      p: price(instrument, order.price),
      ap: averagePrice(order),
      sp: '0',
      x: executionType(event),
      X: order.status,
      i: wholeNumber(order.id),
      l: quantity(instrument, fill?.quantity ?? '0'),
      z: quantity(instrument, order.filledQuantity),
      L: price(instrument, fill?.price ?? '0'),
      ...(fill === null ? {} : { N: fill.feeAsset, n: padded(fill.fee) }),
      T: order.updatedAt,
      t: fill === null ? 0 : Number(fill.tradeId),
      b: '0',
      a: '0',
      m: fill?.isMaker ?? false,
      R: order.reduceOnly,
      wt: 'CONTRACT_PRICE',
      ot: type,
      ps: 'BOTH',
      cp: false,
      rp: padded(fill?.realisedPnl ?? '0'),
      pP: false,
      si: 0,
      ss: 0,
      V: 'NONE',
      pm: 'NONE',
      gtd: 0,
      er: '0',
    },
  }
}

function tradeLite({ order, fill, at }: OrderEvent): Frame[] {
  if (fill === null) return []
  const { instrument } = order
  return [
    {
      e: 'TRADE_LITE',
      E: at,
      T: order.updatedAt,
      s: nativeName(instrument),
      q: quantity(instrument, order.quantity),
      p: price(instrument, order.price),
      m: fill.isMaker,
      c: order.clientOrderId,
      S: order.side,
      L: price(instrument, fill.price),
      l: quantity(instrument, fill.quantity),
      t: Number(fill.tradeId),
      i: wholeNumber(order.id),
    },
  ]
}

const positionOf = (position: SimPositionView) => ({
  s: nativeName(position.instrument),
  pa: quantity(position.instrument, position.quantity),
  ep: position.entryPrice,
  bep: position.entryPrice,
  cr: padded(position.realisedPnl),
  up: padded(position.unrealisedPnl),
  mt: 'cross',
  iw: '0',
  ps: 'BOTH',
})

function accountUpdate(
  reason: string,
  balances: readonly SimBalance[],
  positions: readonly SimPositionView[],
  change: string,
  at: number,
): Frame[] {
  if (balances.length === 0 && positions.length === 0) return []
  const B = balances.map(({ asset, total }) => ({ a: asset, wb: padded(total), cw: padded(total), bc: padded(change) }))
  return [{ e: 'ACCOUNT_UPDATE', E: at, T: at, st: 1, a: { m: reason, B, P: positions.map(positionOf) } }]
}

/** The frames as they are sent on `/private/ws`. */
export function futuresFrames(event: SimAccountEvent): readonly Frame[] {
  if (event.kind === 'key_revoked' || event.kind === 'listen_keys_expired') return []
  const balances = event.balances.filter(({ wallet }) => wallet === 'futures')
  switch (event.kind) {
    case 'order': {
      if (event.order.instrument.kind !== 'perpetual') return []
      // an order that only rests changes no wallet balance
      const positions = event.position === null ? [] : [event.position]
      const changed = event.fill === null ? [] : accountUpdate('ORDER', balances, positions, '0', event.at)
      return [...tradeLite(event), ...changed, orderTradeUpdate(event)]
    }
    case 'transfer': {
      const isOut = event.transfer.fromWallet === 'futures'
      const change = isOut ? `-${event.change}` : event.change
      return accountUpdate(isOut ? 'WITHDRAW' : 'DEPOSIT', balances, [], change, event.at)
    }
    // of a cross position the balance alone
    case 'funding':
      return accountUpdate('FUNDING_FEE', balances, [], event.funding.amount, event.at)
  }
}
