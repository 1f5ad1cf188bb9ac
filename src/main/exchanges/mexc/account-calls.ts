/** The private REST calls of one account, each with what it reads out of the reply. All are GETs. */
import { isZeroAmount } from '../../../shared/amount.ts'
import type {
  AccountFees,
  AssetNetwork,
  Balance,
  EpochMs,
  Fill,
  Instrument,
  Order,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, Sign } from '../../net/rest.ts'
import type { WithRaw } from '../account-contract.ts'
import { checked, foreign, good, type RowReading, readRows } from '../rows.ts'
import { type Reading, readBalanceRow, readOrderRow, readTradeRow } from './account-normalize.ts'
import {
  AccountReply,
  BalanceRow,
  DepositRow,
  List,
  MoveRow,
  MovesReply,
  OrderRow,
  SelfSymbolsReply,
  TradeRow,
  WithdrawalRow,
} from './account-schemas.ts'
import { readDepositRow, readMoveRow, readWithdrawalRow } from './account-transfers.ts'
import type { Slice } from './account-windows.ts'
import { readCoins, readTradeFee } from './assets.ts'
import { call, unreadable } from './calls.ts'
import { type Endpoint, lists } from './endpoints.ts'

type Query = RestCall<unknown>['query']

/** The wallet it leaves, and the one it comes to: the list is answered for one way at a time. */
export type MoveWay = readonly [from: string, to: string]
export const moveWays: readonly MoveWay[] = [
  ['SPOT', 'FUTURES'],
  ['FUTURES', 'SPOT'],
]

export interface AccountCalls {
  balances(): RestCall<readonly Balance[]>
  /** Whether any pair was granted to the key. */
  mayTrade(): RestCall<boolean>
  openOrders(instrument: Instrument): RestCall<readonly WithRaw<Order>[]>
  order(instrument: Instrument, exchangeOrderId: string): RestCall<WithRaw<Order>>
  /** Orders made in the window. */
  allOrders(instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Order>>>
  fills(instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Fill>>>
  deposits(from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Transfer>>>
  withdrawals(from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Transfer>>>
  /** Between the spot wallet and that of perpetuals, one way. */
  moves(way: MoveWay, from: EpochMs, to: EpochMs): RestCall<Slice<WithRaw<Transfer>>>
  assetNetworks(): RestCall<readonly AssetNetwork[]>
  fees(instrument: Instrument): RestCall<AccountFees>
}

/** `account` is Crossbook's id of it. */
export function createAccountCalls(account: string, sign: Sign): AccountCalls {
  const signed = <T>(endpoint: Endpoint, query: Query, parse: (body: unknown, reading: Reading) => Parsed<T>) => ({
    ...call<T>(endpoint, query, (body) => parse(body, { account, receivedAt: Date.now() })),
    sign,
  })

  const orderRow = (json: unknown, instrument: Instrument, reading: Reading): RowReading<WithRaw<Order>> =>
    checked(OrderRow, json, (row) =>
      row.symbol === instrument.nativeName ? withRaw(json, readOrderRow(row, instrument, reading)) : foreign,
    )

  return {
    balances: () =>
      signed('account', [], (body, reading) => {
        const reply = AccountReply.safeParse(body)
        if (!reply.success) return unreadable('balances: not a list')
        const rows = readRows('balances', reply.data.balances, 'asset', (json) =>
          checked(BalanceRow, json, (row) => readBalanceRow(row, reading)),
        )
        return rows.ok ? { ...rows, value: rows.value.filter(({ total }) => !isZeroAmount(total)) } : rows
      }),

    mayTrade: () =>
      signed('selfSymbols', [], (body) => {
        const reply = SelfSymbolsReply.safeParse(body)
        return reply.success ? { ok: true, value: (reply.data.data ?? []).length > 0 } : unreadable('data: not a list')
      }),

    openOrders: (instrument) =>
      signed('openOrders', [['symbol', instrument.nativeName]], (body, reading) =>
        rowsOf(readSlice('open orders', 'orderId', body, (json) => orderRow(json, instrument, reading))),
      ),

    order: (instrument, exchangeOrderId) =>
      signed(
        'order',
        [
          ['symbol', instrument.nativeName],
          ['orderId', exchangeOrderId],
        ],
        (body, reading) => {
          const row = orderRow(body, instrument, reading)
          if (row.kind === 'row') return { ok: true, value: row.value }
          return unreadable(row.kind === 'bad' ? `order: ${row.problem}` : 'order: of another symbol')
        },
      ),

    allOrders: (instrument, from, to) =>
      signed('allOrders', windowOf(from, to, lists.orders.rows, instrument), (body, reading) =>
        readSlice('orders', 'orderId', body, (json) => orderRow(json, instrument, reading)),
      ),

    fills: (instrument, from, to) =>
      signed('myTrades', windowOf(from, to, lists.fills.rows, instrument), (body, reading) =>
        readSlice('fills', 'id', body, (json) =>
          checked(TradeRow, json, (row) =>
            row.symbol === instrument.nativeName ? withRaw(json, readTradeRow(row, instrument, reading)) : foreign,
          ),
        ),
      ),

    deposits: (from, to) =>
      signed('deposits', windowOf(from, to, lists.transfers.rows), (body, reading) =>
        readSlice('deposits', 'txId', body, (json) =>
          checked(DepositRow, json, (row) => withRaw(json, readDepositRow(row, reading))),
        ),
      ),

    withdrawals: (from, to) =>
      signed('withdrawals', windowOf(from, to, lists.transfers.rows), (body, reading) =>
        readSlice('withdrawals', 'id', body, (json) =>
          checked(WithdrawalRow, json, (row) => withRaw(json, readWithdrawalRow(row, reading))),
        ),
      ),

    moves: ([fromAccountType, toAccountType], from, to) =>
      signed(
        'moves',
        [
          ['fromAccountType', fromAccountType],
          ['toAccountType', toAccountType],
          ['startTime', String(from)],
          ['endTime', String(to)],
          ['size', String(lists.moves.rows)],
        ],
        (body, reading) => {
          const reply = MovesReply.safeParse(body)
          if (!reply.success) return unreadable('moves: no rows')
          const pages = Array.isArray(reply.data) ? reply.data : [reply.data]
          const rows = pages.flatMap((page) => page.rows ?? [])
          return readSlice('moves', 'tranId', rows, (json) =>
            checked(MoveRow, json, (row) => withRaw(json, readMoveRow(row, reading))),
          )
        },
      ),

    assetNetworks: () => signed('coins', [], (body, { receivedAt }) => readCoins(body, receivedAt)),

    fees: (instrument) =>
      signed('tradeFee', [['symbol', instrument.nativeName]], (body, reading) =>
        readTradeFee(body, instrument, reading),
      ),
  }
}

const windowOf = (from: EpochMs, to: EpochMs, limit: number, instrument?: Instrument): Query => [
  ...(instrument === undefined ? [] : [['symbol', instrument.nativeName] as const]),
  ['startTime', String(from)],
  ['endTime', String(to)],
  ['limit', String(limit)],
]

const withRaw = <T>(json: unknown, reading: RowReading<T>): RowReading<WithRaw<T>> =>
  reading.kind === 'row' ? good({ row: reading.value, raw: JSON.stringify(json) }) : reading

function readSlice<T>(
  what: string,
  key: string,
  body: unknown,
  read: (json: unknown) => RowReading<T>,
): Parsed<Slice<T>> {
  const list = List.safeParse(body)
  if (!list.success) return unreadable(`${what}: not a list`)
  const rows = readRows(what, list.data, key, read)
  return rows.ok ? { ...rows, value: { rows: rows.value, received: list.data.length } } : rows
}

const rowsOf = <T>(slice: Parsed<Slice<T>>): Parsed<readonly T[]> =>
  slice.ok ? { ...slice, value: slice.value.rows } : slice
