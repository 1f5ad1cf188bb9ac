/** One account at HTX: the spot account, and the USDT-M account (V5). What each call reads: account-calls.ts. */

import type { Fill, Instrument, KeyPermissions, Order, Transfer } from '../../../shared/domain/index.ts'
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
import { joinPositions } from '../joined-positions.ts'
import { withPassedOver } from '../rows.ts'
import {
  createAccountCalls,
  feesPerCall,
  mostOpenOrders,
  type TransferSlice,
  transfersPerCall,
  untoldPermissions,
} from './account-calls.ts'
import { privateStreams } from './account-stream.ts'
import { type Slice, windowed } from './account-windows.ts'
import {
  fillsPerCall,
  longestWindowMs,
  ordersPerCall,
  spotFillsMemoryMs,
  spotOrdersMemoryMs,
  swapMemoryMs,
  swapRowsPerCall,
  urls,
} from './endpoints.ts'
import { TimeReply } from './schemas.ts'

export const htxAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'HTX: API Management > Create, permission "Read" only (it is always there; leave Trade and Withdraw out), and bind it to your IP address, else it ends after 90 days: https://www.htx.com/en-us/apikey/',
  create,
}

/** V5 lists the orders of one of them at a time. */
const marginModes = ['cross', 'isolated'] as const

/** 20001 and the like: V5 knows no such order. Spot: `base-record-invalid`. */
const noSuchOrder: ReadonlySet<string> = new Set(['base-record-invalid', 'order-orderid-invalid', '1017', '1061'])

/** A sub-account's key that asks about itself is refused in one of these ways: whether it is good, what it may ask tells. */
const refusals: ReadonlySet<RestFailure['kind']> = new Set(['forbidden', 'rejectedKey', 'invalid', 'denied'])

/** "You have not opened contracts trading": such a user has no swap account, and so there is nothing in it. */
const notOpened = '1220'
const orNothing = <T>(reply: RestResult<T>, nothing: T): RestResult<T> =>
  !reply.ok && reply.failure.code === notOpened ? { ok: true, value: nothing } : reply
const noRows = { rows: [], count: 0 }

function create({ account, lookup, credentials }: AccountConnectorOptions): AccountConnector {
  const calls = createAccountCalls({ account, lookup }, credentials)
  /** Of the spot account; HTX never changes it. */
  let spotId: string | null = null

  async function spotAccount(ask: Ask): Promise<RestResult<string>> {
    if (spotId !== null) return { ok: true, value: spotId }
    const reply = await ask(calls.spotAccount())
    if (reply.ok) spotId = reply.value
    return reply
  }

  const byId = (instrument: Instrument, isSpot = instrument.kind === 'spot') => ({
    most: isSpot ? ordersPerCall : swapRowsPerCall,
    spanMs: longestWindowMs,
    key: ({ row }: WithRaw<Order>) => row.exchangeOrderId,
    timeOf: ({ row }: WithRaw<Order>) => row.createdAt ?? row.updatedAt,
  })

  async function* ordersOf(
    ask: Ask,
    instrument: Instrument,
    range: TimeRange,
    marginMode: (typeof marginModes)[number],
  ): AsyncGenerator<Page<WithRaw<Order>>> {
    const memoryMs = instrument.kind === 'spot' ? spotOrdersMemoryMs : swapMemoryMs
    const list = {
      ...byId(instrument),
      ask: async (from: number, to: number) =>
        orNothing(await ask(calls.orders(instrument, from, to, marginMode)), noRows),
    }
    yield* windowed(list, remembered(range, memoryMs))
  }

  async function* orderHistory(
    ask: Ask,
    range: TimeRange,
    symbols: readonly Instrument[],
  ): AsyncGenerator<Page<WithRaw<Order>>> {
    const until = await untilNow(ask, range)
    if (!until.ok) {
      yield until
      return
    }
    for (const instrument of symbols) {
      for (const mode of instrument.kind === 'spot' ? (['cross'] as const) : marginModes) {
        for await (const page of ordersOf(ask, instrument, until.value, mode)) {
          // The same was just answered for the other mode: this one is not known there, as in V5 of 2025, and has no orders.
          if (mode === 'isolated' && !page.ok && page.failure.kind === 'invalid') break
          yield page
          if (!page.ok) return
        }
      }
    }
  }

  async function* fills(
    ask: Ask,
    from: number,
    cursors: readonly FillCursor[],
    symbols: readonly Instrument[],
  ): AsyncGenerator<Page<WithRaw<Fill>>> {
    const now = await ask(clockCall)
    if (!now.ok) {
      yield now
      return
    }
    const since = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? from]))
    for (const instrument of symbols) {
      const isSpot = instrument.kind === 'spot'
      const list = {
        most: isSpot ? fillsPerCall : swapRowsPerCall,
        spanMs: longestWindowMs,
        key: ({ row }: WithRaw<Fill>) => `${row.tradeId} ${row.exchangeOrderId}`,
        timeOf: ({ row }: WithRaw<Fill>) => row.at,
        ask: async (start: number, end: number) => orNothing(await ask(calls.fills(instrument, start, end)), noRows),
      }
      const range = { from: Math.max(from, since.get(instrument.symbol) ?? from), to: now.value }
      for await (const page of windowed(list, remembered(range, isSpot ? spotFillsMemoryMs : swapMemoryMs))) {
        yield page
        if (!page.ok) return
      }
    }
  }

  /** Newest first until those before the range; HTX takes no times for them. */
  async function* walletTransfers(
    ask: Ask,
    kind: 'deposit' | 'withdrawal',
    range: TimeRange,
  ): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const known = new Set<string>()
    for (let after: string | null = null; ; ) {
      const reply: RestResult<TransferSlice> = await ask(calls.transfers(kind, after))
      if (!reply.ok) {
        yield reply
        return
      }
      const { rows, count }: Slice<WithRaw<Transfer>> = reply.value
      const lastId: string | null = reply.value.lastId
      const fresh = rows.filter(({ row }) => !known.has(row.transferId))
      for (const { row } of fresh) known.add(row.transferId)
      const value = fresh.filter(({ row }) => row.createdAt >= range.from && row.createdAt <= range.to)
      yield withPassedOver(value, [reply.passedOver])
      const isPast = rows.some(({ row }) => row.createdAt < range.from)
      if (count < transfersPerCall || lastId === null || lastId === after || fresh.length === 0 || isPast) return
      after = lastId
    }
  }

  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const until = await untilNow(ask, range)
    if (!until.ok) {
      yield until
      return
    }
    const moves = windowed(
      {
        ...{ most: swapRowsPerCall, spanMs: longestWindowMs },
        key: ({ row }: WithRaw<Transfer>) => row.transferId,
        timeOf: ({ row }) => row.createdAt,
        ask: async (from, to) => orNothing(await ask(calls.moves(from, to)), noRows),
      },
      remembered(until.value, swapMemoryMs),
    )
    // Withdrawals last: sub-accounts may not ask for them.
    for (const source of [walletTransfers(ask, 'deposit', range), moves, walletTransfers(ask, 'withdrawal', range)]) {
      for await (const page of source) {
        yield page
        if (!page.ok) return
      }
    }
  }

  return {
    asksPerSymbol: true,
    untoldPositions: true,
    wallets: ['spot', 'futures'],
    streams: privateStreams({ account, lookup }, credentials, () => spotId),

    async permissions(ask): Promise<RestResult<KeyPermissions>> {
      const uid = await ask(calls.uid())
      const told = uid.ok ? await ask(calls.permissions(uid.value)) : uid
      if (told.ok || !refusals.has(told.failure.kind)) return told
      const proof = await ask(calls.spotAccount())
      return proof.ok ? { ok: true, value: untoldPermissions } : told
    },

    async balances(ask) {
      const id = await spotAccount(ask)
      if (!id.ok) return id
      const spot = await ask(calls.spotBalances(id.value))
      if (!spot.ok) return spot
      const swap = orNothing(await ask(calls.swapBalances()), [])
      if (!swap.ok) return swap
      return withPassedOver([...spot.value, ...swap.value], [spot.passedOver, swap.passedOver])
    },

    async openOrders(ask) {
      const spot = await ask(calls.spotOpenOrders())
      if (!spot.ok) return spot
      const swap = orNothing(await ask(calls.swapOpenOrders()), noRows)
      if (!swap.ok) return swap
      if (spot.value.count >= mostOpenOrders) return tooMany(mostOpenOrders)
      if (swap.value.count >= swapRowsPerCall) return tooMany(swapRowsPerCall)
      return withPassedOver([...spot.value.rows, ...swap.value.rows], [spot.passedOver, swap.passedOver])
    },

    async order(ask, instrument, exchangeOrderId) {
      const reply = await ask(calls.order(instrument, exchangeOrderId))
      return !reply.ok && noSuchOrder.has(reply.failure.code ?? '') ? { ok: true, value: null } : reply
    },

    orderHistory,
    fills,

    async positions(ask) {
      const reply = orNothing(await ask(calls.positions()), noRows)
      return reply.ok ? { ...reply, value: joinPositions(reply.value.rows) } : reply
    },

    transfers,

    async *fundingPayments(ask, range) {
      const until = await untilNow(ask, range)
      if (!until.ok) {
        yield until
        return
      }
      yield* windowed(
        {
          ...{ most: swapRowsPerCall, spanMs: longestWindowMs },
          key: ({ paymentId }) => paymentId,
          timeOf: ({ at }) => at,
          ask: async (from, to) => orNothing(await ask(calls.funding(from, to)), noRows),
        },
        remembered(until.value, swapMemoryMs),
      )
    },

    /** Of spot alone: V5 does not tell those of swaps. */
    async fees(ask, symbols) {
      const spot = symbols.filter(({ kind }) => kind === 'spot')
      const rows = []
      const passedOver: (PassedOver | undefined)[] = []
      for (let start = 0; start < spot.length; start += feesPerCall) {
        const reply = await ask(calls.fees(spot.slice(start, start + feesPerCall)))
        if (!reply.ok) return reply
        rows.push(...reply.value)
        passedOver.push(reply.passedOver)
      }
      return withPassedOver(rows, passedOver)
    },
  }
}

const remembered = ({ from, to }: TimeRange, memoryMs: number): TimeRange => ({
  from: Math.max(from, to - memoryMs, 0),
  to,
})

/** Orders that are not told would look as if they had ended. */
function tooMany(most: number): { readonly ok: false; readonly failure: RestFailure } {
  const message = `HTX lists ${most} open orders at most, and so many or more are open`
  return { ok: false, failure: { kind: 'unreadable', code: null, message, retryAfterMs: null } }
}

/** HTX documents the present as the latest end of a list's window: what it dates a moment ahead comes with the next download. */
async function untilNow(ask: Ask, { from, to }: TimeRange): Promise<RestResult<TimeRange>> {
  const now = await ask(clockCall)
  return now.ok ? { ok: true, value: { from, to: Math.min(to, now.value) } } : now
}

/** HTX's own clock: lists that go on until now need its end. */
const clockCall = {
  ...{ url: urls.time, query: [], pool: 'spot-public', weight: 1 },
  parse: (body: unknown) => {
    const reply = TimeReply.safeParse(body)
    return reply.success
      ? ({ ok: true, value: reply.data.data } as const)
      : ({ ok: false, problem: 'timestamp: data: no time' } as const)
  },
}
