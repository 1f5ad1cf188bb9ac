/** The private REST calls of one account, all GETs, each with what it reads out of the reply. */

import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type {
  AccountFees,
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Instrument,
  KeyPermissions,
  Order,
  Position,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Credentials, WithRaw } from '../account-contract.ts'
import { type AccountContext, type Reading, readList } from '../account-rows.ts'
import { bad, checked, foreign, good } from '../rows.ts'
import { readSpotBalances, readSpotFill, readSpotOrder, readTransfer } from './account-normalize.ts'
import { AccountsReply, ApiKeysReply, FeeRow, SwapAccount, UidReply } from './account-schemas.ts'
import { readFunding, readMove, readPosition, readSwapBalance, readSwapFill, readSwapOrder } from './account-swap.ts'
import type { Slice } from './account-windows.ts'
import { fillsPerCall, ordersPerCall, spotRestOrigin, swapRestOrigin, swapRowsPerCall, urls } from './endpoints.ts'
import { Rows } from './schemas.ts'
import { signRequests } from './signing.ts'

type Query = RestCall<unknown>['query']
type ReadRow<T> = (json: unknown, receivedAt: EpochMs) => Reading<T>

const everyState = 'created,submitted,partial-filled,filled,partial-canceled,canceling,canceled'
export const mostOpenOrders = 500
export const transfersPerCall = 500
/** Symbols that one call for fee rates may name. */
export const feesPerCall = 10

/** A page of transfers is led on from by the id of its last row. */
export interface TransferSlice extends Slice<WithRaw<Transfer>> {
  readonly lastId: string | null
}

export function createAccountCalls(context: AccountContext, credentials: Credentials) {
  const sign = {
    spot: signRequests(credentials, new URL(spotRestOrigin).host),
    swap: signRequests(credentials, new URL(swapRestOrigin).host),
  }

  const call = <T>(url: string, pool: string, query: Query, parse: (body: unknown) => Parsed<T>): RestCall<T> => ({
    ...{ url, query, pool, weight: 1, exactIntegers: true, parse },
    sign: url.startsWith(swapRestOrigin) ? sign.swap : sign.spot,
  })

  /** A reply whose `data` is a list. */
  const slice = <T>(url: string, pool: string, query: Query, read: ReadRow<T>): RestCall<Slice<T>> =>
    call(url, pool, query, (body) => {
      const reply = Rows.safeParse(body)
      if (!reply.success) return { ok: false, problem: `${pool}: data: no list` }
      const receivedAt = Date.now()
      const parsed = readList(pool, reply.data.data, (json) => read(json, receivedAt))
      return parsed.ok ? { ...parsed, value: { rows: parsed.value, count: reply.data.data.length } } : parsed
    })

  const windowOf = (names: readonly [string, string], from: EpochMs, to: EpochMs): Query => [
    [names[0], String(from)],
    [names[1], String(to)],
  ]
  const spotNames = ['start-time', 'end-time'] as const
  const swapNames = ['start_time', 'end_time'] as const
  const swapLimit = ['limit', String(swapRowsPerCall)] as const
  const bills = <T>(from: EpochMs, to: EpochMs, read: ReadRow<T>) =>
    slice(urls.swapBills, 'swap-private', [...windowOf(swapNames, from, to), swapLimit], read)

  return {
    /** The id of the spot account. */
    spotAccount: (): RestCall<string> =>
      call(urls.accounts, 'account', [], (body) => {
        const reply = AccountsReply.safeParse(body)
        if (!reply.success) return { ok: false, problem: 'accounts: data: no list' }
        const own = reply.data.data.find(({ type }) => type === 'spot')
        return own === undefined
          ? { ok: false, problem: 'accounts: none of type spot' }
          : { ok: true, value: String(own.id) }
      }),

    spotBalances: (accountId: string): RestCall<readonly Balance[]> =>
      call(`${urls.accounts}/${encodeURIComponent(accountId)}/balance`, 'account', [], (body) =>
        readSpotBalances(context, body, Date.now()),
      ),

    swapBalances: (): RestCall<readonly Balance[]> =>
      call(urls.swapBalance, 'swap-private', [], (body) => {
        const data: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'data') : undefined
        const reply = SwapAccount.safeParse(data)
        if (!reply.success) return { ok: false, problem: 'V5 balance: data.details: no list' }
        const receivedAt = Date.now()
        const rows = readList('V5 balance', reply.data.details, (json) => readSwapBalance(context, json, receivedAt))
        return rows.ok ? { ...rows, value: rows.value.filter(({ total }) => !isZeroAmount(total)) } : rows
      }),

    /** Of every symbol, as long as neither account nor symbol is named; the newest 500. */
    spotOpenOrders: (): RestCall<Slice<WithRaw<Order>>> =>
      slice(urls.openOrders, 'open-orders', [['size', String(mostOpenOrders)]], (json, receivedAt) =>
        readSpotOrder(context, json, receivedAt),
      ),

    swapOpenOrders: (): RestCall<Slice<WithRaw<Order>>> =>
      slice(urls.swapOpenOrders, 'swap-private', [swapLimit], (json, receivedAt) =>
        readSwapOrder(context, json, receivedAt),
      ),

    order: ({ kind, nativeName }: Instrument, exchangeOrderId: string): RestCall<WithRaw<Order>> => {
      const isSpot = kind === 'spot'
      const url = isSpot ? `${urls.orders}/${encodeURIComponent(exchangeOrderId)}` : urls.swapOrder
      const query: Query = isSpot
        ? []
        : [
            ['contract_code', nativeName],
            ['order_id', exchangeOrderId],
          ]
      return call(url, isSpot ? 'order' : 'swap-private', query, (body) => {
        const data: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'data') : undefined
        // Whether V5 gives the order or a list of it is not documented.
        const json: unknown = Array.isArray(data) ? data[0] : data
        const reading = (isSpot ? readSpotOrder : readSwapOrder)(context, json, Date.now())
        if (reading.kind === 'row') return { ok: true, value: reading.value }
        return { ok: false, problem: `order: ${reading.kind === 'bad' ? reading.problem : 'of another instrument'}` }
      })
    },

    /** Orders made in the window, of one symbol; of swaps those in one margin mode, without which V5 lists none. */
    orders: (
      { kind, nativeName }: Instrument,
      from: EpochMs,
      to: EpochMs,
      marginMode: 'cross' | 'isolated',
    ): RestCall<Slice<WithRaw<Order>>> =>
      kind === 'spot'
        ? slice(
            urls.orders,
            'orders',
            [
              ['symbol', nativeName],
              ['states', everyState],
              ...windowOf(spotNames, from, to),
              ['size', String(ordersPerCall)],
            ],
            (json, receivedAt) => readSpotOrder(context, json, receivedAt),
          )
        : slice(
            urls.swapOrders,
            'swap-private',
            [['contract_code', nativeName], ['margin_mode', marginMode], ...windowOf(swapNames, from, to), swapLimit],
            (json, receivedAt) => readSwapOrder(context, json, receivedAt),
          ),

    fills: ({ kind, nativeName }: Instrument, from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Fill>>> =>
      kind === 'spot'
        ? slice(
            urls.matchResults,
            'match-results',
            [['symbol', nativeName], ...windowOf(spotNames, from, to), ['size', String(fillsPerCall)]],
            (json, receivedAt) => readSpotFill(context, json, receivedAt),
          )
        : slice(
            urls.swapFills,
            'swap-private',
            [['contract_code', nativeName], ...windowOf(swapNames, from, to), swapLimit],
            (json, receivedAt) => readSwapFill(context, json, receivedAt),
          ),

    positions: (): RestCall<Slice<Position>> =>
      slice(urls.swapPositions, 'swap-private', [], (json, receivedAt) => readPosition(context, json, receivedAt)),

    /** Newest first; `after` the id of the last row of the page before. */
    transfers: (kind: 'deposit' | 'withdrawal', after: string | null): RestCall<TransferSlice> => {
      const query: Query = [
        ['type', kind === 'deposit' ? 'deposit' : 'withdraw'],
        ...(after === null ? [] : [['from', after] as const]),
        ['size', String(transfersPerCall)],
        ['direct', 'next'],
      ]
      const { parse, ...rest } = slice(urls.transfers, 'transfers', query, (json, receivedAt) =>
        readTransfer(context, kind, json, receivedAt),
      )
      return {
        ...rest,
        parse(body) {
          const parsed = parse(body)
          if (!parsed.ok) return parsed
          const rows = Rows.safeParse(body)
          const last: unknown = rows.success ? rows.data.data.at(-1) : undefined
          const id: unknown = typeof last === 'object' && last !== null ? Reflect.get(last, 'id') : undefined
          const lastId = typeof id === 'number' || typeof id === 'string' ? String(id) : null
          return { ...parsed, value: { ...parsed.value, lastId } }
        },
      }
    },

    moves: (from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Transfer>>> =>
      bills(from, to, (json, receivedAt) => readMove(context, json, receivedAt)),

    funding: (from: EpochMs, to: EpochMs): RestCall<Slice<FundingPayment>> =>
      bills(from, to, (json, receivedAt) => readFunding(context, json, receivedAt)),

    uid: (): RestCall<string> =>
      call(urls.uid, 'user', [], (body) => {
        const reply = UidReply.safeParse(body)
        return reply.success ? { ok: true, value: String(reply.data.data) } : { ok: false, problem: 'uid: data: none' }
      }),

    permissions: (uid: string): RestCall<KeyPermissions> =>
      call(
        urls.apiKey,
        'user',
        [
          ['uid', uid],
          ['accessKey', credentials.key],
        ],
        (body) => readPermissions(body, credentials.key),
      ),

    fees: (symbols: readonly Instrument[]): RestCall<readonly AccountFees[]> => {
      const byName = new Map(symbols.map((instrument) => [instrument.nativeName, instrument]))
      const { account } = context
      return call(urls.feeRates, 'fee-rates', [['symbols', [...byName.keys()].join(',')]], (body) => {
        const reply = Rows.safeParse(body)
        if (!reply.success) return { ok: false, problem: 'fee rates: data: no list' }
        const receivedAt = Date.now()
        return readList('fee rates', reply.data.data, (json) =>
          checked(FeeRow, json, (row) => {
            const symbol = byName.get(row.symbol)?.symbol
            if (symbol === undefined) return foreign
            const [maker, taker] = [decimalTextOf(row.makerFeeRate), decimalTextOf(row.takerFeeRate)]
            if (maker === null) return bad('makerFeeRate', row.makerFeeRate, 'no decimal number')
            if (taker === null) return bad('takerFeeRate', row.takerFeeRate, 'no decimal number')
            return good({ account, exchange: 'htx', kind: 'spot', symbol, maker, taker, receivedAt } as const)
          }),
        )
      })
    },
  }
}

export type AccountCalls = ReturnType<typeof createAccountCalls>

/** `permission` lists readOnly, trade and withdraw; keys without an IP address end after 90 days. */
function readPermissions(body: unknown, key: string): Parsed<KeyPermissions> {
  const reply = ApiKeysReply.safeParse(body)
  if (!reply.success) return { ok: false, problem: 'api-key: data: no list' }
  const own = reply.data.data.find(({ accessKey }) => accessKey === key)
  if (own === undefined) return { ok: false, problem: 'api-key: the list does not hold this key' }
  const granted = new Set(own.permission.split(',').map((word) => word.trim()))
  const ipAddresses = (own.ipAddresses ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '')
  const days = own.validDays ?? -1
  return {
    ok: true,
    value: {
      canRead: granted.has('readOnly'),
      canTrade: granted.has('trade'),
      canWithdraw: granted.has('withdraw'),
      ipRestricted: ipAddresses.length > 0,
      ipAddresses,
      expiresAt: null,
      notes: days >= 0 ? [`HTX ends this key in ${days} days, since it is not bound to an IP address`] : [],
    },
  }
}

/** The key is good, but a sub-account's key may not ask about itself. */
export const untoldPermissions: KeyPermissions = {
  ...{ canRead: true, canTrade: null, canWithdraw: null, ipRestricted: null, ipAddresses: [], expiresAt: null },
  notes: ["HTX does not let this key ask for its own permissions: look them up on HTX's API page"],
}
