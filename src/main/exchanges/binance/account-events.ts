/** Private frames to events: spot by the WebSocket API, futures by the listen key's socket. */
import { addAmounts } from '../../../shared/amount.ts'
import type { EpochMs, Instrument, RejectReason } from '../../../shared/domain/index.ts'
import { parseExactJson } from '../../net/exact-json.ts'
import type { AccountEvent, AccountNormalized, AccountNormalizer } from '../account-contract.ts'
import type { InstrumentLookup } from '../contract.ts'
import {
  averageAsTold,
  averageOfQuote,
  balanceOf,
  fillOf,
  orderOf,
  plain,
  positionOf,
  type RowContext,
  rawOf,
  statusOf,
  statusWords,
} from './account-normalize.ts'
import {
  AccountPosition,
  AccountUpdate,
  ApiAnswer,
  ApiEvent,
  ExecutionReport,
  FuturesEvent,
  OrderTradeUpdate,
  type UpdatedPosition,
} from './account-schemas.ts'
import { keyProblem, outsideWindow } from './dialect.ts'

const ignored: AccountNormalized = { kind: 'control', control: { type: 'ignored' } }
const closing: AccountNormalized = { kind: 'control', control: { type: 'closing', message: 'serverShutdown' } }
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })
const events = (...list: readonly AccountEvent[]): AccountNormalized => ({ kind: 'events', events: list })
const hint = (poll: Extract<AccountEvent, { kind: 'hint' }>['poll']): AccountEvent => ({ kind: 'hint', poll })

/** The first problem with its path; values stay out, since a frame may hold a listen key. */
function mismatch(
  name: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): AccountNormalized {
  const [first] = issues
  return rejected(
    'schema',
    `${name}: ${first === undefined ? 'unreadable' : `${first.path.join('.')}: ${first.message}`}`,
  )
}

function parse(data: Buffer): { readonly json: unknown } | null {
  try {
    return { json: parseExactJson(data.toString()) }
  } catch {
    return null
  }
}

/** How wide a frame is, in place of its text, which may hold what must not be written down. */
const unreadable = (data: Buffer): AccountNormalized => rejected('json', `a frame of ${data.length} bytes`)

/** The same subscription exists on this connection already (error code of the WebSocket API). */
const alreadySubscribed = -2035

/**
 * In      {"subscriptionId":0,"event":{"e":"executionReport",...}}, and {"id":1,"status":200,"result":{"subscriptionId":0}}
 * Out     orders, fills, balances (absolute, of the assets that may have changed); hints where only REST tells more
 * Expired eventStreamTerminated: the subscription has ended, a new connection subscribes anew
 * Source  user-data-stream.md; web-socket-api.md, "User Data Stream subscribe"
 */
export function createSpotNormalizer(account: string, lookup: InstrumentLookup): AccountNormalizer {
  return (data, _isBinary, receivedAt) => {
    const frame = parse(data)
    if (frame === null) return unreadable(data)
    const parsed = ApiEvent.safeParse(frame.json)
    if (!parsed.success) return readAnswer(frame.json)
    return readSpotEvent(parsed.data.event, { account, lookup, receivedAt })
  }
}

function readAnswer(json: unknown): AccountNormalized {
  const parsed = ApiAnswer.safeParse(json)
  if (!parsed.success) return rejected('schema', 'neither an event nor an answer')
  const { error } = parsed.data
  const id = typeof parsed.data.id === 'number' ? parsed.data.id : null
  if (error === undefined || error.code === alreadySubscribed)
    return { kind: 'control', control: { type: 'ack', id, wires: null } }
  const code = String(error.code)
  const control = { type: 'refused', id, wires: null, message: `${code}: ${error.msg}` } as const
  if (error.code === outsideWindow) return { kind: 'clock', control }
  const problem = keyProblem(error.code)
  return problem === null ? { kind: 'control', control } : { kind: 'rejectedKey', code, message: problem, control }
}

function readSpotEvent(event: { readonly e: string }, context: RowContext): AccountNormalized {
  switch (event.e) {
    case 'executionReport':
      return readExecutionReport(event, context)
    case 'outboundAccountPosition': {
      const parsed = AccountPosition.safeParse(event)
      if (!parsed.success) return mismatch(event.e, parsed.error.issues)
      const { u, B } = parsed.data
      return events(
        ...B.map(({ a, f, l }): AccountEvent => {
          const amounts = { free: plain(f), locked: plain(l), total: addAmounts(f, l) }
          return { kind: 'balance', balance: balanceOf('spot', a, amounts, u, context) }
        }),
      )
    }
    // a change by deposit, withdrawal or transfer, which does not say by which; the balance itself follows
    case 'balanceUpdate':
      return events(hint('transfers'))
    // a change of what is locked outside of trading, without the amount left
    case 'externalLockUpdate':
      return events(hint('balances'))
    case 'eventStreamTerminated':
      return { kind: 'expired', reason: 'the exchange has ended the event stream' }
    case 'serverShutdown':
      return closing
    // the order list beside its orders' own reports
    case 'listStatus':
      return ignored
    default:
      return rejected('unknownChannel', `spot user data: ${event.e.slice(0, 100)}`)
  }
}

/**
 * One change of an order, and its fill where that was the change (`x` TRADE). Of a cancelled order `c` is the cancel request's id
 * and `C` the order's own; of an amended one (`x` REPLACED) `C` is what it was called before.
 * What Binance's order routing trades for the owner on other books is no trade (`t` -1) but an allocation, several of one order.
 */
function readExecutionReport(event: unknown, context: RowContext): AccountNormalized {
  const parsed = ExecutionReport.safeParse(event)
  if (!parsed.success) return mismatch('executionReport', parsed.error.issues)
  const report = parsed.data
  const instrument = context.lookup.spot.get(report.s)
  if (instrument === undefined) return rejected('unknownInstrument', report.s)
  const status = statusOf(report.X)
  if (status === undefined) return rejected('value', `executionReport: status ${report.X.slice(0, 50)}`)
  const raw = rawOf(event)
  const order = orderOf(
    instrument,
    {
      id: report.i,
      clientId: report.C === '' || report.x === 'REPLACED' ? report.c : report.C,
      side: report.S,
      type: report.o,
      timeInForce: report.f,
      price: report.p,
      stopPrice: report.P,
      quantity: report.q,
      quoteQuantity: report.Q,
      filled: report.z,
      averagePrice: averageOfQuote(report.Z, report.z),
      status,
      exchangeStatus: statusWords(report.X, report.eR ?? report.r),
      reduceOnly: null,
      createdAt: report.O,
      updatedAt: report.T,
    },
    context,
  )
  if (report.x !== 'TRADE') return events({ kind: 'order', order, raw })
  const isTrade = Number(report.t) >= 0
  if (!isTrade && report.a === undefined) return events({ kind: 'order', order, raw }, hint('fills'))
  const tradeId = isTrade ? report.t : `allocation-${report.a}`
  const parts = {
    tradeId,
    orderId: report.i,
    side: report.S,
    price: report.L,
    quantity: report.l,
    fee: report.n,
    feeAsset: report.N,
    isMaker: report.m,
    realisedPnl: null,
    at: report.T,
  }
  return events({ kind: 'order', order, raw }, { kind: 'fill', fill: fillOf(instrument, parts, context), raw })
}

/** Why ACCOUNT_UPDATE came, and what REST then knows more of. */
const hintOfReason: ReadonlyMap<string, AccountEvent> = new Map(
  Object.entries({
    FUNDING_FEE: hint('funding'),
    DEPOSIT: hint('transfers'),
    WITHDRAW: hint('transfers'),
    WITHDRAW_REJECT: hint('transfers'),
    ADMIN_DEPOSIT: hint('transfers'),
    ADMIN_WITHDRAW: hint('transfers'),
    ASSET_TRANSFER: hint('transfers'),
    AUTO_EXCHANGE: hint('transfers'),
    COIN_SWAP_DEPOSIT: hint('transfers'),
    COIN_SWAP_WITHDRAW: hint('transfers'),
  }),
)

/** Without consequence: fills told twice, conditional orders (see `account.ts`), margin calls, strategies. */
const overlooked = new Set([
  'TRADE_LITE',
  'ALGO_UPDATE',
  'CONDITIONAL_ORDER_TRIGGER_REJECT',
  'MARGIN_CALL',
  'STRATEGY_UPDATE',
  'GRID_UPDATE',
])

/**
 * In      {"e":"ORDER_TRADE_UPDATE","E":...,"T":...,"o":{...}}, bare on `/private/ws`
 * Out     orders, fills; balances with their total alone, and positions, of what changed. Every row carries the exchange's time:
 *         frames may come in another order than they were made, and of two rows the later holds
 * Expired listenKeyExpired: the socket stays open and silent
 * Source  USD-M documentation, "User Data Streams"
 */
export function createFuturesNormalizer(account: string, lookup: InstrumentLookup): AccountNormalizer {
  return (data, _isBinary, receivedAt) => {
    const frame = parse(data)
    if (frame === null) return unreadable(data)
    const parsed = FuturesEvent.safeParse(frame.json)
    if (!parsed.success) return mismatch('futures user data', parsed.error.issues)
    const { e, st } = parsed.data
    // COIN-M
    if (st !== undefined && st !== 1) return ignored
    const context = { account, lookup, receivedAt }
    switch (e) {
      case 'ORDER_TRADE_UPDATE':
        return readOrderTradeUpdate(frame.json, context)
      case 'ACCOUNT_UPDATE':
        return readAccountUpdate(frame.json, context)
      // leverage or margin mode
      case 'ACCOUNT_CONFIG_UPDATE':
        return events(hint('positions'))
      case 'listenKeyExpired':
        return { kind: 'expired', reason: 'the listen key has expired' }
      case 'serverShutdown':
        return closing
      default:
        return overlooked.has(e) ? ignored : rejected('unknownChannel', `futures user data: ${e.slice(0, 100)}`)
    }
  }
}

/** Reasons of `er`; 0 is none. */
const expiryReasons: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '1': 'self-trade prevention',
    '2': 'rest of an IOC order',
    '3': 'rest of an IOC order and self-trade prevention',
    '4': 'conflict with a reduce-only order',
    '5': 'liquidation',
    '6': 'GTE condition',
    '7': 'symbol delisted',
    '8': 'triggered',
    '9': 'rest of a market order',
  }),
)

/**
 * One change of an order, and its fill: TRADE, or CALCULATED for liquidations and deleveraging. The time an order was made comes
 * with its first report alone.
 */
function readOrderTradeUpdate(json: unknown, context: RowContext): AccountNormalized {
  const parsed = OrderTradeUpdate.safeParse(json)
  if (!parsed.success) return mismatch('ORDER_TRADE_UPDATE', parsed.error.issues)
  const { o } = parsed.data
  const instrument = context.lookup.perpetual.get(o.s)
  if (instrument === undefined) return rejected('unknownInstrument', o.s)
  const status = statusOf(o.X)
  if (status === undefined) return rejected('value', `ORDER_TRADE_UPDATE: status ${o.X.slice(0, 50)}`)
  const raw = rawOf(json)
  const order = orderOf(
    instrument,
    {
      id: o.i,
      clientId: o.c,
      side: o.S,
      type: o.o,
      timeInForce: o.f,
      price: o.p,
      stopPrice: o.sp,
      quantity: o.q,
      quoteQuantity: undefined,
      filled: o.z,
      averagePrice: averageAsTold(o.ap),
      status,
      exchangeStatus: statusWords(o.X, o.er === undefined || o.er === '0' ? null : (expiryReasons.get(o.er) ?? o.er)),
      reduceOnly: o.R,
      createdAt: o.x === 'NEW' ? o.T : null,
      updatedAt: o.T,
    },
    context,
  )
  const changed: AccountEvent = { kind: 'order', order, raw }
  const isFill = o.x === 'TRADE' || (o.x === 'CALCULATED' && !/^0*(\.0*)?$/.test(o.l))
  if (!isFill) return events(changed)
  // a liquidation's report may come without the trade's number, which only REST then knows
  if (Number(o.t) <= 0) return events(changed, hint('fills'))
  const parts = {
    tradeId: o.t,
    orderId: o.i,
    side: o.S,
    price: o.L,
    quantity: o.l,
    fee: o.n,
    feeAsset: o.N,
    isMaker: o.m,
    realisedPnl: o.rp,
    at: o.T,
  }
  return events(changed, { kind: 'fill', fill: fillOf(instrument, parts, context), raw })
}

/**
 * Wallet balances without unrealised profit, and positions. Which asset a position settles in stands nowhere in it: a linear
 * contract settles in its quote asset. A contract that is not listed does not hide the rest.
 */
function readAccountUpdate(json: unknown, context: RowContext): AccountNormalized {
  const parsed = AccountUpdate.safeParse(json)
  if (!parsed.success) return mismatch('ACCOUNT_UPDATE', parsed.error.issues)
  const { T, a } = parsed.data
  const list: AccountEvent[] = []
  for (const { a: asset, wb } of a.B ?? []) {
    const amounts = { free: null, locked: null, total: plain(wb) }
    list.push({ kind: 'balance', balance: balanceOf('futures', asset, amounts, T, context) })
  }
  const unlisted: string[] = []
  for (const position of a.P ?? []) {
    const instrument = context.lookup.perpetual.get(position.s)
    if (instrument === undefined) unlisted.push(position.s)
    else list.push({ kind: 'position', position: readPosition(instrument, position, T, context) })
  }
  if (list.length === 0 && unlisted.length > 0) return rejected('unknownInstrument', unlisted.join(' '))
  const more = hintOfReason.get(a.m)
  if (more !== undefined) list.push(more)
  const [name] = unlisted
  return {
    kind: 'events',
    events: list,
    ...(name === undefined ? {} : { rejected: { reason: 'unknownInstrument', detail: name } }),
  }
}

const readPosition = (
  instrument: Instrument,
  { ps, pa, ep, up, mt }: UpdatedPosition,
  exchangeAt: EpochMs,
  context: RowContext,
) =>
  positionOf(
    instrument,
    {
      side: ps,
      quantity: pa,
      entryPrice: ep,
      markPrice: undefined,
      unrealisedPnl: up,
      liquidationPrice: undefined,
      leverage: null,
      marginMode: mt === 'isolated' ? 'isolated' : 'cross',
      settleAsset: instrument.quote,
      exchangeAt,
    },
    context,
  )
