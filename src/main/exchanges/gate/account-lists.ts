/** What Gate lists of an account: addresses, pages and the reader of each list's rows. API V4 "Spot", "Wallet", "Futures". */
import type { Fill, FundingPayment, Order, Position, Transfer } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, Sign } from '../../net/rest.ts'
import type { AccountConnectorOptions, WithRaw } from '../account-contract.ts'
import {
  type RealisedPnl,
  readFundingPayment,
  readInternalTransfer,
  readPosition,
  readRealisedPnl,
  readSubAccountMove,
  readWalletRecord,
} from './account-holdings.ts'
import {
  type Reader,
  type Reading,
  readFuturesFill,
  readFuturesOrder,
  readSpotFill,
  readSpotOrder,
} from './account-normalize.ts'
import { type List, type Read, readList, type Slice, signedCall, withRaw } from './account-rest.ts'
import { OpenOrders } from './account-schemas.ts'
import {
  movesPerPage,
  openOrdersPerPage,
  type PrivatePool,
  positionsPerPage,
  rowsPerPage,
  transfersPerPage,
  urls,
} from './endpoints.ts'
import { problemOf } from './schemas.ts'

/** `reader` and `call` serve what is no list, too; `spotOrder` and `futuresOrder` read one order. */
export function createLists({
  account,
  lookup,
  sign,
}: Pick<AccountConnectorOptions, 'account' | 'lookup'> & { readonly sign: Sign }) {
  const reader = <T>(read: (json: unknown, reader: Reader) => Reading<T>): Read<T> => {
    return (json, receivedAt) => read(json, { account, lookup, receivedAt })
  }
  const call = <T>(
    url: string,
    query: RestCall<unknown>['query'],
    pool: PrivatePool,
    parse: (body: unknown) => Parsed<T>,
  ) => signedCall(sign, url, query, pool, parse)

  const list = <T>(
    url: string,
    pool: PrivatePool,
    fixed: RestCall<unknown>['query'],
    perPage: number,
    paging: 'page' | 'offset',
    read: Read<T>,
    keyOf: (row: T) => string,
  ): List<T> => ({
    keyOf,
    call: (query, { start, page }) => {
      const place = paging === 'page' ? (['page', String(page)] as const) : (['offset', String(start)] as const)
      const asked = [...fixed, ...query, ['limit', String(perPage)] as const, place]
      return call(url, asked, pool, (body) => readList(pool, body, read))
    },
  })
  const orderId = ({ row }: WithRaw<Order>): string => `${row.symbol} ${row.exchangeOrderId}`
  const fillId = ({ row }: WithRaw<Fill>): string => `${row.symbol} ${row.tradeId} ${row.exchangeOrderId}`
  const transferId = ({ row }: WithRaw<Transfer>): string => `${row.kind} ${row.transferId}`
  const spotOrder = withRaw(reader(readSpotOrder))
  const futuresOrder = withRaw(reader(readFuturesOrder))

  const openSpotOrders: List<WithRaw<Order>> = {
    keyOf: orderId,
    // `limit` may mean rows or rows of each pair: either way a page below it is the last.
    call: (query, { page }) =>
      call(
        urls.spotOpenOrders,
        [...query, ['page', String(page)], ['limit', String(openOrdersPerPage)]],
        'spot/open_orders',
        (body): Parsed<Slice<WithRaw<Order>>> => {
          const parsed = OpenOrders.safeParse(body)
          if (!parsed.success) return { ok: false, problem: `open_orders: ${problemOf(parsed.error)}` }
          return readList(
            'spot/open_orders',
            parsed.data.flatMap(({ orders }) => orders),
            spotOrder,
          )
        },
      ),
  }
  const openFuturesOrders = list(
    urls.futuresOrders,
    'futures/orders',
    [['status', 'open']],
    openOrdersPerPage,
    'offset',
    futuresOrder,
    orderId,
  )
  const spotHistory = list(
    urls.spotOrders,
    'spot/orders',
    [['status', 'finished']],
    rowsPerPage,
    'page',
    spotOrder,
    orderId,
  )
  const futuresHistory = list(
    urls.futuresOrdersByTime,
    'futures/orders_timerange',
    [],
    rowsPerPage,
    'offset',
    futuresOrder,
    orderId,
  )
  const spotFills = list(
    urls.spotTrades,
    'spot/my_trades',
    [],
    rowsPerPage,
    'page',
    withRaw(reader(readSpotFill)),
    fillId,
  )
  const futuresFills = list(
    urls.futuresTradesByTime,
    'futures/my_trades_timerange',
    [],
    rowsPerPage,
    'offset',
    withRaw(reader(readFuturesFill)),
    fillId,
  )
  const openPositions = list(
    urls.positions,
    'futures/positions',
    [['holding', 'true']],
    positionsPerPage,
    'offset',
    reader(readPosition),
    ({ symbol, side, marginMode }: Position) => `${symbol} ${side} ${marginMode}`,
  )
  const walletRecords = (kind: 'deposit' | 'withdrawal'): List<WithRaw<Transfer>> =>
    list(
      kind === 'deposit' ? urls.deposits : urls.withdrawals,
      kind === 'deposit' ? 'wallet/deposits' : 'wallet/withdrawals',
      [],
      transfersPerPage,
      'offset',
      withRaw(reader((json, more) => readWalletRecord(kind, json, more))),
      transferId,
    )
  const betweenAccounts = (user: string): List<WithRaw<Transfer>> =>
    list(
      urls.subAccountTransfers,
      'wallet/sub_account_transfers',
      [],
      movesPerPage,
      'offset',
      withRaw(reader((json, more) => readSubAccountMove(user, json, more))),
      transferId,
    )
  const ledger = <T>(type: string, read: Read<T>, keyOf: (row: T) => string): List<T> =>
    list(urls.futuresLedger, 'futures/account_book', [['type', type]], rowsPerPage, 'offset', read, keyOf)
  const internalTransfers = ledger('dnw', withRaw(reader(readInternalTransfer)), transferId)
  const payments = ledger(
    'fund',
    reader(readFundingPayment),
    ({ symbol, paymentId }: FundingPayment) => `${symbol} ${paymentId}`,
  )
  const profits = ledger('pnl', readRealisedPnl, ({ contract, orderId, tradeId, change, id }: RealisedPnl) =>
    [contract, orderId, tradeId, change, id].join(' '),
  )

  return {
    reader,
    call,
    fillId,
    spotOrder,
    futuresOrder,
    openSpotOrders,
    openFuturesOrders,
    spotHistory,
    futuresHistory,
    spotFills,
    futuresFills,
    openPositions,
    deposits: walletRecords('deposit'),
    withdrawals: walletRecords('withdrawal'),
    betweenAccounts,
    internalTransfers,
    payments,
    profits,
  }
}
