/** One account at Gate: the wallets `spot` and `futures` (USDT). What it lists: account-lists.ts; windows and pages: account-rest.ts. */

import { addAmounts, isZeroAmount } from '../../../shared/amount.ts'
import type { Balance, EpochMs, Fill, Instrument, Order } from '../../../shared/domain/index.ts'
import type { RestCall, RestResult } from '../../net/rest.ts'
import type {
  AccountConnector,
  AccountConnectorOptions,
  AccountSupport,
  Ask,
  Page,
  TimeRange,
  WithRaw,
} from '../account-contract.ts'
import { clockRoomMs } from '../account-pages.ts'
import { joinPositions } from '../joined-positions.ts'
import { withPassedOver } from '../rows.ts'
import { readFuturesBalance, readSpotBalance } from './account-holdings.ts'
import { createLists } from './account-lists.ts'
import {
  createDoors,
  keyCall,
  type List,
  type Product,
  readList,
  readPages,
  readWindow,
  untoldPermissions,
  userNumber,
  windowsOf,
} from './account-rest.ts'
import { PositionMode } from './account-schemas.ts'
import { privateStreams } from './account-stream.ts'
import { createAssetCalls } from './assets.ts'
import { futuresMemoryMs, longestWindowMs, urls } from './endpoints.ts'
import { problemOf, ServerTime } from './schemas.ts'
import { restSigner } from './signing.ts'

export const gateAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'On Gate under API Management (https://www.gate.com/myaccount/api_key_manage) make an API v4 key with read-only permission for Spot, Perpetual Futures, Wallet and Account, and bind it to your IP address.',
  create: createGateAccount,
}

/** Fills come newest first, and a download goes on from the newest stored one: so each window is handed over whole, ascending. */
const fillWindowMs = 7 * 86_400_000

/** Profits are looked for this much around the fills that they belong to, and by then they are booked. */
const pnlMarginSeconds = 60

function createGateAccount({ account, credentials, lookup }: AccountConnectorOptions): AccountConnector {
  const sign = restSigner(credentials)
  const doors = createDoors()
  const lists = createLists({ account, lookup, sign })
  /** The newest answer of the futures account was that its positions are split by margin mode. */
  let isSplit = false
  const streams = privateStreams({ account, credentials, lookup, sign, isSplit: () => isSplit })
  const { call, reader, fillId } = lists

  /** A list over a range, window by window, oldest first. False: it failed, and so ends what it is part of. */
  async function* overTime<T>(
    ask: Ask,
    product: Product,
    of: List<T>,
    range: TimeRange,
    spanMs = longestWindowMs,
    finish: (page: Page<T>) => Page<T> | Promise<Page<T>> = (page) => page,
  ): AsyncGenerator<Page<T>, boolean> {
    // Neighbouring windows share a second.
    let before: ReadonlySet<string> = new Set()
    for (const { from, to } of windowsOf(range, spanMs)) {
      const page = await readWindow(ask, of, from, to)
      if (doors.judge(product, page) === 'shut') return true
      const told = before
      const finished = await finish(
        page.ok ? { ...page, value: page.value.filter((row) => !told.has(of.keyOf(row))) } : page,
      )
      yield finished
      if (!page.ok || !finished.ok) return false
      before = new Set(page.value.map(of.keyOf))
    }
    return true
  }

  /** The futures side remembers 6 months only. */
  const remembered = ({ from, to }: TimeRange): TimeRange => ({ from: Math.max(from, to - futuresMemoryMs), to })

  async function whole<T>(ask: Ask, product: Product, of: List<T>): Promise<RestResult<readonly T[]> | null> {
    const result = await readPages(ask, of, [])
    if (result.ok === 'tooDeep') {
      const message = `${product}: the list has no end`
      return { ok: false, failure: { kind: 'unreadable', code: null, message, retryAfterMs: null } }
    }
    return doors.judge(product, result) === 'shut' ? null : result
  }

  const ascending = (page: Page<WithRaw<Fill>>): Page<WithRaw<Fill>> =>
    page.ok ? { ...page, value: [...page.value].sort((a, b) => byTime(a.row, b.row)) } : page

  /**
   * Futures trades do not tell their realised profit; the account book does (API V4 "Futures", "Query futures account history",
   * type `pnl`), with contract, order and trade. Only where all three are those of one trade the profit is its own. The book has a
   * row for every change of the balance, so that a trade without one has realised nothing: "0", once the book around it has been
   * read to the last row and the trade is older than a minute at `now` (Gate's clock). Until then it stays null, and for good where
   * a row names no trade.
   */
  async function withProfits(ask: Ask, page: Page<WithRaw<Fill>>, now: EpochMs): Promise<Page<WithRaw<Fill>>> {
    const sorted = ascending(page)
    if (!sorted.ok) return sorted
    const [first, last] = [sorted.value[0], sorted.value.at(-1)]
    if (!first || !last) return sorted
    const from = Math.floor(first.row.at / 1000) - pnlMarginSeconds
    const booked = await readWindow(ask, lists.profits, from, Math.ceil(last.row.at / 1000) + pnlMarginSeconds)
    if (!booked.ok) return booked
    const byTrade = new Map<string, string>()
    for (const { contract, orderId, tradeId, change } of booked.value) {
      const symbol = lookup.perpetual.get(contract)?.symbol
      if (symbol === undefined) continue
      const key = `${symbol} ${tradeId} ${orderId}`
      byTrade.set(key, addAmounts(byTrade.get(key) ?? '0', change))
    }
    const rows = sorted.value.map((fill) => {
      const isBooked = booked.passedOver === undefined && fill.row.at + pnlMarginSeconds * 1000 <= now
      const realisedPnl = byTrade.get(fillId(fill)) ?? (isBooked ? '0' : null)
      return realisedPnl === null ? fill : { ...fill, row: { ...fill.row, realisedPnl } }
    })
    return { ...sorted, value: rows }
  }

  return {
    asksPerSymbol: false,
    wallets: ['spot', 'futures'],
    get streams() {
      return streams.filter(({ id }) => !doors.isShut(id))
    },
    get untoldPositions() {
      return isSplit
    },

    /** What a sub-account's key hears is not documented; of one that is not good Gate says so in words of their own. */
    async permissions(ask) {
      const result = await ask(keyCall(sign, credentials.key))
      const mayNotAsk = !result.ok && (result.failure.kind === 'forbidden' || result.failure.kind === 'invalid')
      return mayNotAsk ? { ok: true, value: untoldPermissions } : result
    },

    async balances(ask) {
      const spot = await ask(
        call(urls.spotAccounts, [], 'spot/accounts', (body) =>
          readList('spot/accounts', body, reader(readSpotBalance)),
        ),
      )
      const isSpotShut = doors.judge('spot', spot) === 'shut'
      if (!spot.ok && !isSpotShut) return spot
      const futures = await ask(
        call(urls.futuresAccount, [], 'futures/accounts', (body) => {
          isSplit = PositionMode.safeParse(body).data?.position_mode === 'dual_plus'
          return readList('futures/accounts', [body], reader(readFuturesBalance))
        }),
      )
      const isFuturesShut = doors.judge('futures', futures) === 'shut'
      if (!futures.ok && !isFuturesShut) return futures
      // A key that may see neither wallet has told nothing at all.
      if (!spot.ok && !futures.ok) return spot
      const seen = [spot, futures].flatMap((result) => (result.ok ? [result] : []))
      const held = seen.flatMap(({ value }) => value.rows).filter((balance) => !isNothing(balance))
      return withPassedOver(
        held,
        seen.map(({ passedOver }) => passedOver),
      )
    },

    async openOrders(ask) {
      const spot = await whole(ask, 'spot', lists.openSpotOrders)
      if (spot && !spot.ok) return spot
      const futures = await whole(ask, 'futures', lists.openFuturesOrders)
      if (futures && !futures.ok) return futures
      return withPassedOver(
        [...(spot?.value ?? []), ...(futures?.value ?? [])],
        [spot?.passedOver, futures?.passedOver],
      )
    },

    async order(ask, instrument, exchangeOrderId) {
      const result = await ask(orderCall(instrument, exchangeOrderId))
      if (!result.ok && result.failure.code === 'ORDER_NOT_FOUND') return { ok: true, value: null }
      return result
    },

    async *orderHistory(ask, range) {
      if (yield* overTime(ask, 'spot', lists.spotHistory, range)) {
        yield* overTime(ask, 'futures', lists.futuresHistory, remembered(range))
      }
    },

    /** Gate answers for all symbols at once, so all of them begin at `from`. */
    async *fills(ask, from) {
      const now = await ask(clockCall)
      if (!now.ok) {
        yield now
        return
      }
      const range = { from, to: Math.max(from, now.value + clockRoomMs) }
      if (yield* overTime(ask, 'spot', lists.spotFills, range, fillWindowMs, ascending)) {
        const finish = (page: Page<WithRaw<Fill>>) => withProfits(ask, page, now.value)
        yield* overTime(ask, 'futures', lists.futuresFills, remembered(range), fillWindowMs, finish)
      }
    },

    async positions(ask) {
      const result = await whole(ask, 'futures', lists.openPositions)
      if (result === null) return { ok: true, value: [] }
      if (!result.ok) return result
      return { ...result, value: joinPositions(result.value.filter(({ quantity }) => !isZeroAmount(quantity))) }
    },

    async *transfers(ask, range) {
      if (!(yield* overTime(ask, 'wallet', lists.deposits, range))) return
      if (!(yield* overTime(ask, 'wallet', lists.withdrawals, range))) return
      if (!(yield* overTime(ask, 'futures', lists.internalTransfers, remembered(range)))) return
      const user = await userNumber(ask, sign)
      if (user.ok) yield* overTime(ask, 'subAccounts', lists.betweenAccounts(user.value), range)
      // Who may not even hear whose key it is cannot tell moves in from moves out.
      else if (user.failure.kind !== 'forbidden') yield user
    },

    async *fundingPayments(ask, range) {
      yield* overTime(ask, 'futures', lists.payments, remembered(range))
    },

    ...createAssetCalls(account, sign),
  }

  /** GET /spot/orders/{order_id}?currency_pair= and GET /futures/usdt/orders/{order_id}. */
  function orderCall(instrument: Instrument, exchangeOrderId: string): RestCall<WithRaw<Order> | null> {
    const id = encodeURIComponent(exchangeOrderId)
    const isSpot = instrument.kind === 'spot'
    const url = `${isSpot ? urls.spotOrders : urls.futuresOrders}/${id}`
    const query = isSpot ? ([['currency_pair', instrument.nativeName]] as const) : []
    return call(url, query, isSpot ? 'spot/orders/id' : 'futures/orders/id', (body) => {
      const reading = (isSpot ? lists.spotOrder : lists.futuresOrder)(body, Date.now())
      return reading.kind === 'row'
        ? { ok: true, value: reading.value }
        : { ok: false, problem: `order ${exchangeOrderId}: ${reading.problem}` }
    })
  }
}

/** Within a millisecond by id, which counts upwards. */
const byTime = (a: Fill, b: Fill): number =>
  a.at - b.at || a.tradeId.length - b.tradeId.length || (a.tradeId < b.tradeId ? -1 : 1)

const isNothing = ({ free, locked, total }: Balance): boolean =>
  [free, locked, total].every((amount) => amount === null || isZeroAmount(amount))

/** Gate's own clock: lists that go on until now need its end. */
const clockCall: RestCall<number> = {
  url: urls.time,
  query: [],
  pool: 'spot/time',
  weight: 1,
  parse: (body) => {
    const parsed = ServerTime.safeParse(body)
    return parsed.success
      ? { ok: true, value: parsed.data.server_time }
      : { ok: false, problem: problemOf(parsed.error) }
  },
}
