/**
 * The private REST lists of one account. Orders, fills and the journal come newest first, at most 100 rows before `end_time`, which is in
 * nanoseconds and not included; deposits and withdrawals come by page number.
 * Docs: #private-get-order-history, #private-get-trades, #private-get-transactions, #private-get-deposit-history
 */

import { isZeroAmount } from '../../../shared/amount.ts'
import type { EpochMs, Fill, FundingPayment, Order, Transfer } from '../../../shared/domain/index.ts'
import type { Parsed, PassedOver, RestCall } from '../../net/rest.ts'
import type { AccountConnector, Ask, Credentials, FillCursor, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { onceEach } from '../account-pages.ts'
import { type AccountContext, type Reading, readList } from '../account-rows.ts'
import { withPassedOver } from '../rows.ts'
import { readDeposit, readFill, readFunding, readOrder, readPosition, readWithdrawal } from './account-normalize.ts'
import { Deposits, Withdrawals } from './account-schemas.ts'
import { urls } from './endpoints.ts'
import { resultOf, rowsOf } from './fields.ts'
import type { PositionParts } from './position-parts.ts'
import { type CallParameters, type ReadingMethod, signRequests } from './signing.ts'

const dayMs = 86_400_000
/**
 * The longest range of fills, "up to 7 days", a second short of it. Nothing is told of the order history and the journal, which share
 * their parameters: they are asked in such pieces too.
 */
const longestRangeMs = 7 * dayMs - 1_000
/** By which of its times the order history is asked is not documented: an order that changed was created at most so long before. */
const longestRestMs = 7 * dayMs
const pageSize = 100
const transferPageSize = 200

type ReadRow<T> = (json: unknown, receivedAt: EpochMs) => Reading<T>

export interface Calls {
  /** The exchange's clock as of the last request; 0 before the first. */
  now(): EpochMs
  call<T>(method: ReadingMethod, parameters: CallParameters, parse: (body: unknown) => Parsed<T>): RestCall<T>
}

/** Private calls are POSTs, whatever they do: what may be asked, `readingMethods` tells. */
export function createCalls(credentials: Credentials): Calls {
  let id = 0
  let now: EpochMs = 0
  return {
    now: () => now,
    call(method, parameters, parse) {
      const sign = signRequests(credentials, parameters, () => ++id)
      return {
        method: 'POST', // of readingMethods only
        url: `${urls.rest}/${method}`,
        query: [],
        pool: method.slice('private/'.length),
        weight: 1,
        exactIntegers: true,
        sign(request) {
          now = request.now
          return sign(request)
        },
        parse,
      }
    },
  }
}

type Lists = Pick<
  AccountConnector,
  'openOrders' | 'order' | 'orderHistory' | 'fills' | 'positions' | 'transfers' | 'fundingPayments'
>

export function createLists(context: AccountContext, calls: Calls, parts: PositionParts): Lists {
  const listCall = <T>(method: ReadingMethod, parameters: CallParameters, read: ReadRow<T>): RestCall<readonly T[]> =>
    calls.call(method, parameters, (body) => {
      const receivedAt = Date.now()
      const rows = rowsOf(body)
      return rows.ok ? readList(method, rows.value, (json) => read(json, receivedAt)) : rows
    })

  /**
   * Every page with times in [from, to], a range that may be asked at once, newest first. A row may come twice: ties at the end of a page
   * are asked for again.
   */
  async function* pagesWithin<T>(
    ask: Ask,
    method: ReadingMethod,
    timeField: string,
    { from, to }: TimeRange,
    more: CallParameters,
    read: ReadRow<T>,
  ): AsyncGenerator<Page<T>> {
    let end = nanoseconds(to + 1)
    for (;;) {
      const parameters = {
        ...more,
        start_time: String(nanoseconds(from)),
        end_time: String(end),
        limit: String(pageSize),
      }
      const seen: { count: number; oldest: bigint | null } = { count: 0, oldest: null }
      const { parse, ...call } = listCall(method, parameters, read)
      const page = await ask({
        ...call,
        parse(body) {
          const rows = rowsOf(body)
          if (rows.ok) {
            seen.count = rows.value.length
            for (const row of rows.value) {
              const at = timeIn(row, timeField)
              if (at !== null && (seen.oldest === null || at < seen.oldest)) seen.oldest = at
            }
          }
          return parse(body)
        },
      })
      yield page
      const { count, oldest } = seen
      if (!page.ok || count < pageSize || oldest === null) return
      // Ends that do not move (a whole page within one nanosecond) go on behind it.
      end = oldest + 1n < end ? oldest + 1n : oldest
    }
  }

  /** As `pagesWithin`, of any range, its oldest piece first. A page that failed is the last. */
  async function* pagesOf<T>(
    ask: Ask,
    method: ReadingMethod,
    timeField: string,
    range: TimeRange,
    more: CallParameters,
    read: ReadRow<T>,
  ): AsyncGenerator<Page<T>> {
    for (let { from } = range; from <= range.to; from += longestRangeMs) {
      const piece = { from, to: Math.min(range.to, from + longestRangeMs - 1) }
      for await (const page of pagesWithin(ask, method, timeField, piece, more, read)) {
        yield page
        if (!page.ok) return
      }
    }
  }

  async function* orderHistory(ask: Ask, { from, to }: TimeRange): AsyncGenerator<Page<WithRaw<Order>>> {
    const range = { from: Math.max(0, from - longestRestMs), to }
    const pages = pagesOf(ask, 'private/get-order-history', 'create_time', range, {}, (json, receivedAt) =>
      readOrder(context, json, receivedAt),
    )
    yield* onceEach(
      pages,
      ({ row }) => row.exchangeOrderId,
      ({ row }) => row.updatedAt >= from && row.updatedAt <= to,
    )
  }

  /** A piece of time is handed on when all of it is there, oldest fill first: a download cut off leaves no hole behind it. */
  async function* fills(ask: Ask, from: EpochMs, cursors: readonly FillCursor[]): AsyncGenerator<Page<WithRaw<Fill>>> {
    const knownUntil = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? 0]))
    const isWanted = ({ row }: WithRaw<Fill>) => row.at >= from && row.at >= (knownUntil.get(row.symbol) ?? 0)
    let begin = from
    do {
      const end = begin + longestRangeMs
      const pages = pagesWithin(
        ask,
        'private/get-trades',
        'create_time',
        { from: begin, to: end - 1 },
        {},
        (json, receivedAt) => readFill(context, json, receivedAt),
      )
      const idOf = ({ row }: WithRaw<Fill>) => `${row.symbol} ${row.tradeId} ${row.exchangeOrderId}`
      const piece: WithRaw<Fill>[] = []
      const passedOver: (PassedOver | undefined)[] = []
      for await (const page of onceEach(pages, idOf, isWanted)) {
        if (!page.ok) {
          yield page
          return
        }
        for (const fill of page.value) piece.push(fill)
        passedOver.push(page.passedOver)
      }
      // Pages come newest first; sorting is stable.
      piece.reverse().sort((a, b) => a.row.at - b.row.at)
      const page = withPassedOver(piece, passedOver)
      if (piece.length > 0 || page.passedOver !== undefined) yield page
      begin = end
    } while (begin <= calls.now())
  }

  /** 40401: there is no such order (any more). Its detail is the result itself, no list. */
  async function order(ask: Ask, _instrument: unknown, exchangeOrderId: string): ReturnType<AccountConnector['order']> {
    const result = await ask(
      calls.call('private/get-order-detail', { order_id: exchangeOrderId }, (body) => {
        const detail = resultOf(body)
        if (!detail.ok) return detail
        const receivedAt = Date.now()
        return readList('get-order-detail', [detail.value], (json) => readOrder(context, json, receivedAt))
      }),
    )
    if (result.ok) return { ...result, value: result.value[0] ?? null }
    return result.failure.code === '40401' ? { ok: true, value: null } : result
  }

  /** Numbered pages from 0; times in ms. */
  async function* transfersOf(
    ask: Ask,
    method: 'private/get-deposit-history' | 'private/get-withdrawal-history',
    { from, to }: TimeRange,
  ): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const isDeposit = method === 'private/get-deposit-history'
    for (let page = 0; ; page++) {
      const parameters = {
        start_ts: String(from),
        end_ts: String(to),
        page_size: String(transferPageSize),
        page: String(page),
      }
      let count = 0
      const reply = await ask(
        calls.call(method, parameters, (body) => {
          const result = resultOf(body)
          if (!result.ok) return result
          const receivedAt = Date.now()
          const rows = isDeposit ? depositsOf(result.value) : withdrawalsOf(result.value)
          if (rows === null) return { ok: false, problem: `${method}: no list` }
          count = rows.length
          return readList(method, rows, (json) =>
            isDeposit ? readDeposit(context, json, receivedAt) : readWithdrawal(context, json, receivedAt),
          )
        }),
      )
      yield reply
      if (!reply.ok || count < transferPageSize) return
    }
  }

  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    for (const method of ['private/get-deposit-history', 'private/get-withdrawal-history'] as const) {
      const pages = onceEach(
        transfersOf(ask, method, range),
        ({ row }) => row.transferId,
        ({ row }) => row.createdAt >= range.from && row.createdAt <= range.to,
      )
      for await (const page of pages) {
        yield page
        if (!page.ok) return
      }
    }
  }

  function fundingPayments(ask: Ask, range: TimeRange): AsyncIterable<Page<FundingPayment>> {
    const pages = pagesOf(
      ask,
      'private/get-transactions',
      'event_timestamp',
      range,
      { journal_type: 'FUNDING' },
      (json, receivedAt) => readFunding(context, json, receivedAt),
    )
    return onceEach(
      pages,
      ({ symbol, paymentId }) => `${symbol} ${paymentId}`,
      ({ at }) => at >= range.from && at <= range.to,
    )
  }

  return {
    openOrders: (ask) =>
      ask(listCall('private/get-open-orders', {}, (json, receivedAt) => readOrder(context, json, receivedAt))),
    order,
    orderHistory,
    fills,
    async positions(ask) {
      const result = await ask(
        listCall('private/get-positions', {}, (json, receivedAt) => readPosition(context, json, receivedAt)),
      )
      if (!result.ok) return result
      return { ...result, value: parts.replace(result.value).filter(({ quantity }) => !isZeroAmount(quantity)) }
    },
    transfers,
    fundingPayments,
  }
}

const depositsOf = (result: unknown): readonly unknown[] | null => {
  const list = Deposits.safeParse(result)
  return list.success ? list.data.deposit_list : null
}
const withdrawalsOf = (result: unknown): readonly unknown[] | null => {
  const list = Withdrawals.safeParse(result)
  return list.success ? list.data.withdrawal_list : null
}

const nanosecondsPerMs = 1_000_000n
const nanoseconds = (at: EpochMs): bigint => BigInt(at) * nanosecondsPerMs

/** `create_time_ns`, or `create_time` where it is not told; `event_timestamp` ends in `_ms`. */
function timeIn(row: unknown, field: string): bigint | null {
  if (typeof row !== 'object' || row === null) return null
  const fieldOf = (name: string): unknown => Object.getOwnPropertyDescriptor(row, name)?.value
  const fine = fieldOf(`${field}_ns`)
  if (typeof fine === 'string' && /^\d{16,19}$/.test(fine)) return BigInt(fine)
  const coarse = fieldOf(field) ?? fieldOf(`${field}_ms`)
  return (typeof coarse === 'number' || typeof coarse === 'string') && /^\d{12,14}$/.test(String(coarse))
    ? BigInt(coarse) * nanosecondsPerMs
    : null
}
