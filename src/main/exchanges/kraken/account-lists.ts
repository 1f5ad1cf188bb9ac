/**
 * The private REST lists of one account. Orders and fills come newest first, 50 at a time from an offset: what happens meanwhile has some come
 * twice, and none be missed. Calls go one after another, since Kraken refuses a nonce that arrives behind a higher one.
 */

import type { z } from 'zod'
import type { AccountFees, Fill, Instrument, Order, Transfer } from '../../../shared/domain/index.ts'
import type { Parsed, PassedOver, RestCall, RestResult, Sign } from '../../net/rest.ts'
import type { AccountConnector, Ask, FillCursor, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { type Reading, readList } from '../account-rows.ts'
import { withPassedOver } from '../rows.ts'
import { type AccountNames, createNames } from './account-names.ts'
import { type Entry, readBalance, readFill, readOrder, readTransfer } from './account-normalize.ts'
import { type AccountContext, fractionOf } from './account-rows.ts'
import { ById, ClosedOrders, OpenOrders, TradesHistory, TradeVolume, Transfers } from './account-schemas.ts'
import { readResult } from './calls.ts'
import { restOrigin } from './endpoints.ts'
import type { ReadingPath } from './signing.ts'

const dayMs = 86_400_000
export const rowsPerPage = 50
/** A page of deposits; withdrawals come in larger ones. */
export const transfersPerPage = 25
/**
 * Fills are handed on, oldest first, when all of such a piece of time is there: an interrupted download goes on behind it. So long that the
 * usual download of the past is one piece, since every one costs a call.
 */
const fillWindowMs = 100 * dayMs
/** Calls for trades that ended cost the key's counter more. */
const tradesWeight = 4
/** Pairs that one question about fees names. */
const pairsPerCall = 50

type Query = RestCall<unknown>['query']
/** Part of what was asked, and whether there may be more. */
interface Slice<T> {
  readonly rows: readonly T[]
  readonly received: number
  /** null: there is no more. */
  readonly cursor: string | null
}

/** One reading, by POST. `readingPaths` of signing.ts holds every path that can be given. */
export const privateCall = <S extends z.ZodType, T>(
  sign: Sign,
  path: ReadingPath,
  query: Query,
  schema: S,
  then: (result: z.output<S>) => Parsed<T>,
  weight = 1,
): RestCall<T> => ({
  method: 'POST', // of readingPaths only
  url: `${restOrigin}/0/private/${path}`,
  query,
  pool: 'private',
  weight,
  sign,
  parse: (body) => readResult(schema, body, then),
})

/** Calls of one key, each after the one before was answered. */
export function createTurns(): (ask: Ask) => Ask {
  let last: Promise<unknown> = Promise.resolve()
  return (ask) => (call) => {
    const mine = last.then(() => ask(call))
    last = mine.catch(() => null)
    return mine
  }
}

/** Bounds are whole seconds, the first exclusive: a little wider than asked for. */
const boundsOf = ({ from, to }: TimeRange): Query => [
  ['start', String(Math.max(0, Math.floor(from / 1_000) - 1))],
  ['end', String(Math.ceil(to / 1_000))],
]

type Lists = Pick<AccountConnector, 'balances' | 'openOrders' | 'order' | 'orderHistory' | 'fills' | 'transfers'> & {
  readonly fees: NonNullable<AccountConnector['fees']>
  readonly bookedDecimals: NonNullable<AccountConnector['bookedDecimals']>
}

export function createLists(context: AccountContext, sign: Sign, inTurn: (ask: Ask) => Ask): Lists {
  const known = createNames(context.instruments)

  /** Asks what names mean first, then what they name. */
  async function named<T>(ask: Ask, callOf: (names: AccountNames) => RestCall<T>): Promise<RestResult<T>> {
    const names = await known.of(ask)
    return names.ok ? inTurn(ask)(callOf(names.value)) : names
  }

  const sliceOf = <T>(
    path: ReadingPath,
    entries: readonly Entry[],
    read: (entry: Entry, receivedAt: number) => Reading<T>,
  ): Parsed<Slice<T>> => {
    const receivedAt = Date.now()
    const parsed = readList(path, entries, (entry) => read(entry, receivedAt))
    return parsed.ok ? { ...parsed, value: { rows: parsed.value, received: entries.length, cursor: null } } : parsed
  }

  /** Pages from offset to offset, newest first. */
  async function* pagesOf<T>(
    ask: Ask,
    callOf: (names: AccountNames, offset: number) => RestCall<Slice<T>>,
  ): AsyncGenerator<Page<T>> {
    for (let offset = 0; ; ) {
      const result = await named(ask, (names) => callOf(names, offset))
      if (!result.ok) return yield result
      const { rows, received } = result.value
      yield { ...result, value: rows }
      if (received < rowsPerPage) return
      offset += received
    }
  }

  const balances = (ask: Ask): ReturnType<AccountConnector['balances']> =>
    named(ask, (names) =>
      privateCall(sign, 'BalanceEx', [], ById, (byId) => {
        const receivedAt = Date.now()
        return readList('BalanceEx', Object.entries(byId), (entry) => readBalance(context, names, entry, receivedAt))
      }),
    )

  const openOrders = (ask: Ask): ReturnType<AccountConnector['openOrders']> =>
    named(ask, (names) =>
      privateCall(sign, 'OpenOrders', [], OpenOrders, ({ open }) => {
        const receivedAt = Date.now()
        return readList('OpenOrders', Object.entries(open), (entry) => readOrder(context, names, entry, receivedAt))
      }),
    )

  /** Which of the words means that there is no such order is not documented. */
  async function order(ask: Ask, _instrument: Instrument, id: string): ReturnType<AccountConnector['order']> {
    const result = await named(ask, (names) =>
      privateCall(sign, 'QueryOrders', [['txid', id]], ById, (byId) => {
        const receivedAt = Date.now()
        return readList('QueryOrders', Object.entries(byId), (entry) => readOrder(context, names, entry, receivedAt))
      }),
    )
    if (result.ok) return { ...result, value: result.value.find(({ row }) => row.exchangeOrderId === id) ?? null }
    const { code } = result.failure
    return code === 'EOrder:Unknown order' || code === 'EOrder:Invalid order' ? { ok: true, value: null } : result
  }

  /** Orders that ended in the range; what became of open ones, those tell. */
  const orderHistory = (ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Order>>> =>
    pagesOf(ask, (names, offset) => {
      const query: Query = [...boundsOf(range), ['closetime', 'close'], ['ofs', String(offset)]]
      return privateCall(sign, 'ClosedOrders', query, ClosedOrders, ({ closed }) =>
        sliceOf('ClosedOrders', Object.entries(closed), (entry, at) => readOrder(context, names, entry, at)),
      )
    })

  /** Each by itself: merged with others of its order it would have another id than the stream gives it. */
  const fillPages = (ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Fill>>> =>
    pagesOf(ask, (names, offset) => {
      const query: Query = [...boundsOf(range), ['consolidate_taker', 'false'], ['ofs', String(offset)]]
      return privateCall(
        sign,
        'TradesHistory',
        query,
        TradesHistory,
        ({ trades }) =>
          sliceOf('TradesHistory', Object.entries(trades), (entry, at) => readFill(context, names, entry, at)),
        tradesWeight,
      )
    })

  async function* fills(ask: Ask, since: number, cursors: readonly FillCursor[]): AsyncGenerator<Page<WithRaw<Fill>>> {
    const knownUntil = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? 0]))
    // Past now, whatever this machine's clock says.
    const until = Date.now() + dayMs
    for (let from = since; from < until; from += fillWindowMs) {
      const piece: WithRaw<Fill>[] = []
      const missing: (PassedOver | undefined)[] = []
      for await (const page of fillPages(ask, { from, to: Math.min(until, from + fillWindowMs) })) {
        if (!page.ok) return yield page
        piece.push(...page.value)
        missing.push(page.passedOver)
      }
      const value = piece
        .filter(({ row }) => row.at >= since && row.at >= (knownUntil.get(row.symbol) ?? 0))
        .sort((a, b) => a.row.at - b.row.at)
      const page = withPassedOver(value, missing)
      if (value.length > 0 || page.passedOver !== undefined) yield page
    }
  }

  const transfersCall = (
    names: AccountNames,
    kind: 'deposit' | 'withdrawal',
    range: TimeRange,
    cursor: string | null,
  ): RestCall<Slice<WithRaw<Transfer>>> => {
    const path = kind === 'deposit' ? 'DepositStatus' : 'WithdrawStatus'
    const query: Query = [...boundsOf(range), ['limit', String(transfersPerPage)], ['cursor', cursor ?? 'true']]
    return privateCall(sign, path, query, Transfers, (told) => {
      const receivedAt = Date.now()
      const [list = [], next] = Array.isArray(told)
        ? [told]
        : [Object.values(told).find((member) => Array.isArray(member)), told.next_cursor]
      if (!Array.isArray(list)) return { ok: false, problem: `${path}: no list` }
      const parsed = readList<unknown, WithRaw<Transfer>>(path, list, (json) =>
        readTransfer(context, names, kind, json, receivedAt),
      )
      const more = typeof next === 'string' && next !== '' ? next : null
      return parsed.ok ? { ...parsed, value: { rows: parsed.value, received: list.length, cursor: more } } : parsed
    })
  }

  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    for (const kind of ['deposit', 'withdrawal'] as const) {
      let cursor: string | null = null
      do {
        const at: string | null = cursor
        const result: RestResult<Slice<WithRaw<Transfer>>> = await named(ask, (names) =>
          transfersCall(names, kind, range, at),
        )
        if (!result.ok) return yield result
        const { rows } = result.value
        const isWanted = ({ row }: WithRaw<Transfer>) => row.createdAt >= range.from && row.createdAt <= range.to
        yield { ...result, value: rows.filter(isWanted) }
        cursor = result.value.cursor
      } while (cursor !== null)
    }
  }

  /** In percent there; pairs without maker rates pay the other for both. */
  async function fees(ask: Ask, symbols: readonly Instrument[]): Promise<RestResult<readonly AccountFees[]>> {
    const rows: AccountFees[] = []
    for (let start = 0; start < symbols.length; start += pairsPerCall) {
      const some = symbols.slice(start, start + pairsPerCall)
      const result = await named(ask, (names) => feesCall(names, some))
      if (!result.ok) return result
      rows.push(...result.value)
    }
    return { ok: true, value: rows }
  }

  function feesCall(names: AccountNames, symbols: readonly Instrument[]): RestCall<readonly AccountFees[]> {
    const pairs = symbols.map(names.pairOf).filter((pair) => pair !== undefined)
    return privateCall(sign, 'TradeVolume', [['pair', pairs.join(',')]], TradeVolume, (told) => {
      const receivedAt = Date.now()
      const { account } = context
      const value: AccountFees[] = []
      for (const [pair, { fee }] of Object.entries(told.fees ?? {})) {
        const instrument = names.instrumentOf(pair)
        const maker = told.fees_maker?.[pair]?.fee ?? fee
        if (instrument === undefined) continue
        if (![fee, maker].every((rate) => /^-?\d+(\.\d+)?$/.test(rate)))
          return { ok: false, problem: `fees.${pair}: ${fee}, ${maker}: no decimal numbers` }
        const { symbol } = instrument
        const rates = { maker: fractionOf(maker), taker: fractionOf(fee) }
        value.push({ account, exchange: 'kraken', kind: 'spot', symbol, ...rates, receivedAt })
      }
      return { ok: true, value }
    })
  }

  return { balances, openOrders, order, orderHistory, fills, transfers, fees, bookedDecimals: known.decimalsOf }
}
