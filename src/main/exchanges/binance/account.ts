/**
 * One account at Binance: spot and USD-M futures, two wallets with hosts, limits and streams of their own under one key.
 *
 * Conditional futures orders (stop, take profit, trailing) live at `/fapi/v1/openAlgoOrders` since December 2025 and are left out
 * until they trigger; from then on they are orders like any other.
 * Deposits that arrive in the funding wallet (`walletType` 1) are listed, but that wallet is not watched.
 */

import type { AccountFees, EpochMs, Fill, Instrument, KeyPermissions, Wallet } from '../../../shared/domain/index.ts'
import type { RestCall, RestFailure, RestResult } from '../../net/rest.ts'
import type {
  AccountConnector,
  AccountConnectorOptions,
  AccountSupport,
  Ask,
  FillCursor,
  Page,
  StreamTicket,
  TimeRange,
  WithRaw,
} from '../account-contract.ts'
import { clockRoomMs } from '../account-pages.ts'
import { withPassedOver } from '../rows.ts'
import { createCalls, fundingIncomes, moveIncomes } from './account-calls.ts'
import { pagesById, pagesByOffset, pagesByTime, pagesSince } from './account-paging.ts'
import { futuresStream, spotStream } from './account-stream.ts'

const dayMs = 24 * 60 * 60_000
/** `startTime` to `endTime` of futures orders and trades. */
const futuresWindowMs = 7 * dayMs
/** How far back futures lists reach. */
const futuresReachMs = 90 * dayMs
/** `startTime` to `endTime` of deposits and withdrawals. */
const transferWindowMs = 90 * dayMs
/** Ids older than a window are asked for by time: whether an id alone reaches further back is not documented. */
const idReachMs = 6 * dayMs

/** "Order does not exist", and of old ones without a fill "archived". */
const noSuchOrder = new Set(['-2013', '-2026'])

type AsyncPages<T> = AsyncGenerator<Page<T>, void, undefined>

function createConnector(options: AccountConnectorOptions): AccountConnector {
  const calls = createCalls(options)
  /** Whether the key may see futures; `leftOut` only where it never could, so that a loss of the permission shows as a failure. */
  let futures: 'unknown' | 'open' | 'leftOut' = 'unknown'

  /** Calls refused side by side ask once. */
  let asking: Promise<RestResult<KeyPermissions>> | null = null
  const askOfKey = (ask: Ask): Promise<RestResult<KeyPermissions>> => {
    asking ??= ask(calls.permissions).finally(() => {
      asking = null
    })
    return asking
  }

  /**
   * A call to the futures host. -2015 there means the key, its address or only this product: the key itself is asked about, and
   * where it is good the answer is `forbidden`.
   */
  async function askFutures<T>(ask: Ask, call: RestCall<T>): Promise<RestResult<T>> {
    const result = await ask(call)
    if (result.ok) {
      futures = 'open'
      return result
    }
    if (result.failure.kind !== 'rejectedKey') return result
    const key = await askOfKey(ask)
    if (!key.ok) return key
    if (futures === 'unknown') futures = 'leftOut'
    return { ok: false, failure: { ...result.failure, kind: 'forbidden', message: withoutFutures } }
  }

  /** The result, or `nothing` where futures are left out. */
  async function futuresOr<T>(ask: Ask, call: RestCall<T>, nothing: T): Promise<RestResult<T>> {
    if (futures === 'leftOut') return { ok: true, value: nothing }
    const result = await askFutures(ask, call)
    return !result.ok && isLeftOut(result.failure) ? { ok: true, value: nothing } : result
  }
  const isLeftOut = (failure: RestFailure): boolean => failure.kind === 'forbidden' && futures === 'leftOut'

  /** Pages of futures: none where they are left out. */
  async function* futuresPages<T>(ask: Ask, pages: (askAll: Ask) => AsyncPages<T>): AsyncPages<T> {
    if (futures === 'leftOut') return
    for await (const page of pages((call) => askFutures(ask, call))) {
      if (!page.ok && isLeftOut(page.failure)) return
      yield page
    }
  }

  /** Spot's rows and futures' as one answer; half of it would look like a whole. */
  async function both<T>(
    ask: Ask,
    spot: RestCall<readonly T[]>,
    perpetual: RestCall<readonly T[]>,
  ): Promise<RestResult<readonly T[]>> {
    const first = await ask(spot)
    if (!first.ok) return first
    const second = await futuresOr(ask, perpetual, [])
    if (!second.ok) return second
    return withPassedOver([...first.value, ...second.value], [first.passedOver, second.passedOver])
  }

  const timeOf = (ask: Ask, call: RestCall<EpochMs>) => async () => {
    const result = await ask(call)
    return result.ok ? result.value : result
  }

  const ticket: StreamTicket = {
    obtain: (ask) => askFutures(ask, calls.createListenKey),
    async extend(ask, held) {
      const result = await askFutures(ask, calls.extendListenKey)
      if (!result.ok) return result
      if (result.value === null || result.value === held) return { ok: true, value: null }
      const message = 'another listen key has taken its place'
      return { ok: false, failure: { kind: 'invalid', code: null, message, retryAfterMs: null } }
    },
    extendEveryMs: 30 * 60_000,
  }
  const streams = [spotStream(options), futuresStream(options, ticket)] as const

  return {
    asksPerSymbol: true,
    get wallets(): readonly Wallet[] {
      return futures === 'leftOut' ? ['spot'] : ['spot', 'futures']
    },
    get streams() {
      return futures === 'leftOut' ? [streams[0]] : streams
    },

    /** Asks the futures host too, since what it shows to a key that may only read is told nowhere. */
    async permissions(ask) {
      const key = await ask(calls.permissions)
      if (!key.ok) return key
      const seen = await ask(calls.futuresConfig)
      if (seen.ok) futures = 'open'
      else if (seen.failure.kind === 'rejectedKey') {
        if (futures === 'unknown') futures = 'leftOut'
        return { ok: true, value: { ...key.value, notes: [...key.value.notes, withoutFutures] } }
      }
      return key
    },

    balances: (ask) => both(ask, calls.spotBalances, calls.futuresBalances),
    openOrders: (ask) => both(ask, calls.spotOpenOrders, calls.futuresOpenOrders),

    async order(ask, instrument, exchangeOrderId) {
      const call = calls.order(instrument, exchangeOrderId)
      const result = await (instrument.kind === 'spot' ? ask(call) : askFutures(ask, call))
      return !result.ok && noSuchOrder.has(result.failure.code ?? '') ? { ok: true, value: null } : result
    },

    /**
     * Spot answers per symbol: one call where the newest 1,000 orders reach back far enough, else windows of a day until the first
     * and then by id. What was made before the range and changed in it is there as far as the newest page holds it.
     */
    async *orderHistory(ask, range, symbols) {
      for (const instrument of symbols) {
        const list = calls.orders(instrument)
        if (instrument.kind === 'spot') {
          for await (const page of pagesSince(ask, list, 'orderId', range.from, timeOf(ask, calls.spotTime)))
            yield kept(page, ({ row }) => row.updatedAt >= range.from && (row.createdAt ?? 0) <= range.to)
        } else {
          const reach = { from: Math.max(range.from, range.to - futuresReachMs), to: range.to }
          yield* futuresPages(ask, (askAll) => pagesByTime(askAll, list, reach, futuresWindowMs))
        }
      }
    },

    async *fills(ask, from, cursors, symbols) {
      for (const instrument of symbols) {
        const since = placeOf(instrument, from, cursors)
        const pages =
          instrument.kind === 'spot'
            ? spotFills(ask, instrument, since)
            : futuresPages(ask, (askAll) => futuresFills(askAll, instrument, since))
        for await (const page of pages) yield kept(page, ({ row }) => row.at >= since.at)
      }
    },

    async positions(ask) {
      const configs = await futuresOr(ask, calls.symbolConfigs, new Map())
      return configs.ok ? futuresOr(ask, calls.positions(configs.value), []) : configs
    },

    async *transfers(ask, range) {
      yield* pagesByOffset(ask, calls.deposits, range, transferWindowMs)
      yield* pagesByOffset(ask, calls.withdrawals, range, transferWindowMs)
      for (const type of moveIncomes)
        yield* futuresPages(ask, (askAll) =>
          pagesByTime(askAll, calls.moves(type), reachOf(range), futuresReachMs + dayMs),
        )
    },

    async *fundingPayments(ask, range) {
      for (const type of fundingIncomes)
        yield* futuresPages(ask, (askAll) =>
          pagesByTime(askAll, calls.funding(type), reachOf(range), futuresReachMs + dayMs),
        )
    },

    assetNetworks: (ask) => ask(calls.assetNetworks),

    async fees(ask, symbols) {
      const usual = await ask(calls.spotRates)
      if (!usual.ok) return usual
      const others = await ask(calls.tradeFees(usual.value))
      if (!others.ok) return others
      const rows: AccountFees[] = [usual.value, ...others.value]
      for (const instrument of symbols.filter(({ kind }) => kind === 'perpetual')) {
        const rate = await futuresOr<AccountFees | null>(ask, calls.commissionRate(instrument), null)
        if (!rate.ok) return rate
        // Futures are left out: so are the fees of the others.
        if (rate.value === null) break
        rows.push(rate.value)
      }
      return { ok: true, value: rows, ...(others.passedOver === undefined ? {} : { passedOver: others.passedOver }) }
    },
  }

  /** From the newest known trade's id on; without one from its time on. */
  function spotFills(ask: Ask, instrument: Instrument, { at, tradeId }: Place): AsyncPages<WithRaw<Fill>> {
    const list = calls.fills(instrument)
    return tradeId === null
      ? pagesSince(ask, list, 'fromId', at, timeOf(ask, calls.spotTime))
      : pagesById(ask, list, 'fromId', tradeId + 1)
  }

  async function* futuresFills(ask: Ask, instrument: Instrument, { at, tradeId }: Place): AsyncPages<WithRaw<Fill>> {
    const now = await ask(calls.futuresTime)
    if (!now.ok) return yield now
    const list = calls.fills(instrument)
    if (tradeId !== null && at > now.value - idReachMs) return yield* pagesById(ask, list, 'fromId', tradeId + 1)
    const range = { from: Math.max(at, now.value - futuresReachMs), to: now.value + clockRoomMs }
    yield* pagesByTime(ask, list, range, futuresWindowMs)
  }
}

const withoutFutures = 'this key may not see futures: they are left out (-2015)'

/** Where a symbol's fills go on: after the trade, or at the time where none is known. */
interface Place {
  readonly at: EpochMs
  readonly tradeId: number | null
}

function placeOf(instrument: Instrument, from: EpochMs, cursors: readonly FillCursor[]): Place {
  const cursor = cursors.find((one) => one.instrument.key === instrument.key)
  const at = cursor?.at ?? null
  if (cursor === undefined || at === null || at < from) return { at: from, tradeId: null }
  const tradeId = cursor.tradeId !== null && /^\d{1,15}$/.test(cursor.tradeId) ? Number(cursor.tradeId) : null
  return { at, tradeId }
}

const reachOf = ({ from, to }: TimeRange): TimeRange => ({ from: Math.max(from, to - futuresReachMs), to })

const kept = <T>(page: Page<T>, isWanted: (row: T) => boolean): Page<T> =>
  page.ok ? { ...page, value: page.value.filter(isWanted) } : page

export const binanceAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'Binance > Account > API Management > Create API (system generated): leave only "Enable Reading" on and restrict it to your IP address; https://www.binance.com/en/my/settings/api-management',
  create: createConnector,
}
