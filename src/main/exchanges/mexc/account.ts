/**
 * An account at MEXC: spot only, so no positions and no funding. Orders and fills are answered for one symbol a call. Of what is sent
 * to another user within MEXC and what comes from one there is a list, which does not say which of the two is asking: it is left out.
 */

import type {
  AccountFees,
  EpochMs,
  Fill,
  Instrument,
  KeyPermissions,
  Order,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { PassedOver, RestFailure, RestResult } from '../../net/rest.ts'
import type {
  AccountConnector,
  AccountConnectorOptions,
  AccountSupport,
  Ask,
  FillCursor,
  Page,
  TimeRange,
  WithRaw,
} from '../account-contract.ts'
import { clockRoomMs } from '../account-pages.ts'
import type { InstrumentLookup } from '../contract.ts'
import { withPassedOver } from '../rows.ts'
import { type AccountCalls, createAccountCalls, moveWays } from './account-calls.ts'
import { createStream } from './account-stream.ts'
import { type Slice, windowed } from './account-windows.ts'
import { serverTime } from './calls.ts'
import { lists } from './endpoints.ts'
import { isAboutSymbol, isUnknownOrder } from './failures.ts'
import { createSign } from './signing.ts'

export const mexcAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'MEXC: https://www.mexc.com/user/openapi, create a key with the View permissions only (account, orders, deposits and withdrawals, transfers). Without an IP list it ends after 90 days.',
  create,
}

function create({ account, credentials, lookup }: AccountConnectorOptions): AccountConnector {
  const sign = createSign(credentials)
  const calls = createAccountCalls(account, sign)
  return {
    asksPerSymbol: true,
    wallets: ['spot'],
    streams: [createStream(account, lookup, sign)],
    permissions: (ask) => permissions(ask, calls, lookup),
    balances: (ask) => ask(calls.balances()),
    openOrders: (ask, symbols) => openOrders(ask, calls, ours(symbols)),
    order: async (ask, instrument, exchangeOrderId) => {
      const reply: RestResult<WithRaw<Order> | null> = await ask(calls.order(instrument, exchangeOrderId))
      return !reply.ok && isUnknownOrder(reply.failure) ? { ok: true, value: null } : reply
    },
    orderHistory: (ask, range, symbols) => orderHistory(ask, calls, range, ours(symbols)),
    fills: (ask, from, cursors, symbols) => fills(ask, calls, from, cursors, ours(symbols)),
    positions: async () => ({ ok: true, value: [] }),
    transfers: (ask, range) => transfers(ask, calls, range),
    // No perpetuals here: a list without pages.
    fundingPayments: async function* () {},
    assetNetworks: (ask) => ask(calls.assetNetworks()),
    fees: (ask, symbols) => fees(ask, calls, ours(symbols)),
  }
}

const ours = (symbols: readonly Instrument[]): readonly Instrument[] =>
  symbols.filter(({ exchange, kind }) => exchange === 'mexc' && kind === 'spot')

/**
 * MEXC has no endpoint that tells a key's permissions: they are inferred from which endpoints answer, 700007 meaning that one is
 * missing. Whether a key may withdraw cannot be found out without withdrawing.
 */
async function permissions(
  ask: Ask,
  calls: AccountCalls,
  lookup: InstrumentLookup,
): Promise<RestResult<KeyPermissions>> {
  const notes = [
    'MEXC does not tell whether a key may withdraw: make sure at mexc.com that this one cannot',
    'MEXC does not tell a key its IP list; without one it ends 90 days after it was made',
    'MEXC tells orders and fills of one symbol at a time only: in symbols neither watched, held nor traded before, orders placed while Crossbook was not running are missing, open ones too; watch a symbol to see them',
  ]
  const balances = await ask(calls.balances())
  if (!balances.ok && balances.failure.kind !== 'forbidden') return balances
  if (!balances.ok) notes.push('the key may not read the account: balances, fills and the live stream are missing')
  const mayTrade = await ask(calls.mayTrade())
  if (!mayTrade.ok && !isAboutPermission(mayTrade.failure)) return mayTrade

  const [anySymbol] = lookup.spot.values()
  const orders = anySymbol === undefined ? null : await ask(calls.openOrders(anySymbol))
  if (orders?.ok === false) {
    if (!isAboutPermission(orders.failure)) return orders
    if (orders.failure.kind === 'forbidden') notes.push('the key may not read orders: they are missing')
  }
  const reply = await ask(serverTime())
  if (!reply.ok) return reply
  const deposits = await ask(calls.deposits(reply.value - 60_000, reply.value))
  if (!deposits.ok) {
    if (deposits.failure.kind !== 'forbidden') return deposits
    notes.push('the key may not read deposits and withdrawals: transfers are missing')
  }
  const [way] = moveWays
  const moves = way === undefined ? null : await ask(calls.moves(way, reply.value - 60_000, reply.value))
  if (moves?.ok === false) {
    if (!isAboutPermission(moves.failure)) return moves
    if (moves.failure.kind === 'forbidden')
      notes.push('the key may not read transfers between wallets: moves to and from futures are missing')
  }
  return {
    ok: true,
    value: {
      canRead: balances.ok,
      canTrade: mayTrade.ok ? mayTrade.value : null,
      canWithdraw: null,
      ipRestricted: null,
      ipAddresses: [],
      expiresAt: null,
      notes,
    },
  }
}

/** Says that the key may not, or nothing about the key: this symbol, say, is not served. The rest is a failure of the whole. */
const isAboutPermission = ({ kind }: RestFailure): boolean => kind === 'forbidden' || kind === 'invalid'

/** A symbol that is closed to API keys or no longer listed has nothing to tell; it is named and the others are asked. */
const unserved = ({ nativeName }: Instrument, { code }: RestFailure): PassedOver => ({
  count: 1,
  samples: [`${nativeName}: not served to this key (${code})`],
  names: [nativeName],
})

async function openOrders(
  ask: Ask,
  calls: AccountCalls,
  symbols: readonly Instrument[],
): Promise<RestResult<readonly WithRaw<Order>[]>> {
  const rows: WithRaw<Order>[] = []
  const missing: (PassedOver | undefined)[] = []
  for (const instrument of symbols) {
    const reply = await ask(calls.openOrders(instrument))
    if (reply.ok) {
      rows.push(...reply.value)
      missing.push(reply.passedOver)
    } else if (isAboutSymbol(reply.failure)) missing.push(unserved(instrument, reply.failure))
    else return reply
  }
  return withPassedOver(rows, missing)
}

async function fees(
  ask: Ask,
  calls: AccountCalls,
  symbols: readonly Instrument[],
): Promise<RestResult<readonly AccountFees[]>> {
  const rows: AccountFees[] = []
  const missing: PassedOver[] = []
  for (const instrument of symbols) {
    const reply = await ask(calls.fees(instrument))
    if (reply.ok) rows.push(reply.value)
    else if (isAboutSymbol(reply.failure)) missing.push(unserved(instrument, reply.failure))
    else return reply
  }
  return withPassedOver(rows, missing)
}

/** Answers for a symbol that is not served as for one without rows. */
async function orNothing<T>(
  instrument: Instrument,
  asked: Promise<RestResult<Slice<T>>>,
): Promise<RestResult<Slice<T>>> {
  const reply = await asked
  if (reply.ok || !isAboutSymbol(reply.failure)) return reply
  return { ok: true, value: { rows: [], received: 0 }, passedOver: unserved(instrument, reply.failure) }
}

/**
 * Orders are found by when they were made, 7 days back at most: one that changed in the range was made in it or before, so all that
 * can be had up to its end is asked for and what changed earlier is left out. An older order only `order` tells.
 */
async function* orderHistory(
  ask: Ask,
  calls: AccountCalls,
  range: TimeRange,
  symbols: readonly Instrument[],
): AsyncGenerator<Page<WithRaw<Order>>> {
  const now = await ask(serverTime())
  if (!now.ok) return yield now
  for (const instrument of symbols) {
    const pages = windowed<WithRaw<Order>>({
      from: now.value - lists.orders.reachMs,
      to: Math.min(range.to, now.value + clockRoomMs),
      rows: lists.orders.rows,
      spanMs: lists.orders.spanMs,
      key: ({ row }) => row.exchangeOrderId,
      timeOf: ({ row }) => row.createdAt ?? row.updatedAt,
      ask: (from, to) => orNothing(instrument, ask(calls.allOrders(instrument, from, to))),
    })
    for await (const page of pages) {
      yield page.ok ? { ...page, value: page.value.filter(({ row }) => row.updatedAt >= range.from) } : page
      if (!page.ok) return
    }
  }
}

/** Fills reach one month back. Ascending within a symbol; those that have a cursor go on from it. */
async function* fills(
  ask: Ask,
  calls: AccountCalls,
  since: EpochMs,
  cursors: readonly FillCursor[],
  symbols: readonly Instrument[],
): AsyncGenerator<Page<WithRaw<Fill>>> {
  const now = await ask(serverTime())
  if (!now.ok) return yield now
  const cursorOf = new Map(cursors.map((cursor) => [cursor.instrument.id, cursor]))
  const wanted = new Map([...symbols, ...ours(cursors.map(({ instrument }) => instrument))].map((one) => [one.id, one]))
  for (const instrument of wanted.values()) {
    const pages = windowed<WithRaw<Fill>>({
      from: Math.max(since, cursorOf.get(instrument.id)?.at ?? 0, now.value - lists.fills.reachMs),
      to: now.value + clockRoomMs,
      rows: lists.fills.rows,
      spanMs: lists.fills.spanMs,
      key: ({ row }) => `${row.tradeId} ${row.exchangeOrderId}`,
      timeOf: ({ row }) => row.at,
      ask: (from, to) => orNothing(instrument, ask(calls.fills(instrument, from, to))),
    })
    for await (const page of pages) {
      yield page.ok ? { ...page, value: [...page.value].sort(byTime) } : page
      if (!page.ok) return
    }
  }
}

/** Several of one moment by their ids, which grow. */
const byTime = ({ row: a }: WithRaw<Fill>, { row: b }: WithRaw<Fill>): number =>
  a.at - b.at || a.tradeId.length - b.tradeId.length || (a.tradeId < b.tradeId ? -1 : 1)

/** Deposits, then withdrawals, 90 days back at most, then moves to and from the wallet of perpetuals. */
async function* transfers(ask: Ask, calls: AccountCalls, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
  const now = await ask(serverTime())
  if (!now.ok) return yield now
  for (const list of [calls.deposits, calls.withdrawals]) {
    const pages = windowed<WithRaw<Transfer>>({
      from: Math.max(range.from, now.value - lists.transfers.reachMs),
      to: Math.min(range.to, now.value + clockRoomMs),
      rows: lists.transfers.rows,
      spanMs: lists.transfers.spanMs,
      key: ({ row }) => row.transferId,
      timeOf: ({ row }) => row.createdAt,
      ask: (from, to) => ask(list(from, to)),
    })
    for await (const page of pages) {
      yield page
      if (!page.ok) return
    }
  }
  for (const way of moveWays) {
    const pages = windowed<WithRaw<Transfer>>({
      from: Math.max(range.from, now.value - lists.moves.reachMs),
      // Dates that MEXC finds wrong are refused; what a server dates a moment ahead comes with the next download, whose range overlaps.
      to: Math.min(range.to, now.value),
      rows: lists.moves.rows,
      spanMs: lists.moves.spanMs,
      key: ({ row }) => row.transferId,
      timeOf: ({ row }) => row.createdAt,
      ask: (from, to) => ask(calls.moves(way, from, to)),
    })
    for await (const page of pages) {
      // A permission of its own (SPOT_TRANSFER_READ), which keys made for the lists above lack; `permissions` says so.
      if (!page.ok && page.failure.kind === 'forbidden') return
      yield page
      if (!page.ok) return
    }
  }
}
