/** What KuCoin lists of an account: each list's call, place by place, and the reader of its rows. */

import type { Fill, FundingPayment, Instrument, Order, Transfer } from '../../../shared/domain/index.ts'
import type { Parsed, Sign } from '../../net/rest.ts'
import type { WithRaw } from '../account-contract.ts'
import { type Reading, readList } from '../account-rows.ts'
import { type Reader, readFuturesFill, readFuturesOrder, readSpotFill, readSpotOrder } from './account-normalize.ts'
import type { Slice, SliceCall, WindowedList } from './account-paging.ts'
import { IdPage, NumberedPage, OffsetPage } from './account-schemas.ts'
import { readFunding, readFuturesMove, readLedgerMove, readWalletRecord } from './account-transfers.ts'
import { type Query, type SignedEndpoint, signedCall } from './calls.ts'
import { dataOf, rowsOf } from './replies.ts'
import { Data } from './schemas.ts'

const dayMs = 86_400_000
/** The longest windows: of orders and fills a week; of ledgers a day; payments, an hour apart at least, by what one reply holds. */
const weekMs = 7 * dayMs
const rowsPerId = 100
const rowsPerPage = { spot: 500, futures: 1_000 } as const
const rowsPerOffset = 100

type Read<T> = (json: unknown, reader: Reader) => Reading<T>

export const withRaw =
  <T>(read: Read<T>): Read<WithRaw<T>> =>
  (json, reader) => {
    const reading = read(json, reader)
    return reading.kind === 'row' ? { kind: 'row', value: { row: reading.value, raw: JSON.stringify(json) } } : reading
  }

const orderKey = ({ row }: WithRaw<Order>) => `${row.symbol} ${row.exchangeOrderId}`
const fillKey = ({ row }: WithRaw<Fill>) => `${row.symbol} ${row.tradeId} ${row.exchangeOrderId}`
const transferKey = ({ row }: WithRaw<Transfer>) => `${row.kind} ${row.transferId}`

export function createLists(sign: Sign, context: Pick<Reader, 'account' | 'lookup'>) {
  const readRows = <T>(what: string, rows: readonly unknown[], read: Read<T>): Parsed<readonly T[]> => {
    const reader = { ...context, receivedAt: Date.now() }
    return readList(what, rows, (json) => read(json, reader))
  }
  const sliced = <T>(parsed: Parsed<readonly T[]>, next: Query | null): Parsed<Slice<T>> =>
    parsed.ok ? { ...parsed, value: { rows: parsed.value, next } } : parsed

  /** `lastId` of a full reply leads to the next. */
  const byId =
    <T>(endpoint: SignedEndpoint, fixed: Query, read: Read<T>): SliceCall<T> =>
    (window, place) =>
      signedCall(sign, endpoint, [...fixed, ...window, ['limit', String(rowsPerId)], ...place], (body) =>
        dataOf(IdPage, body, ({ items, lastId }) => {
          const isLast = items.length < rowsPerId || lastId === null || lastId === undefined
          return sliced(readRows(endpoint, items, read), isLast ? null : [['lastId', String(lastId)]])
        }),
      )

  const byPage =
    <T>(endpoint: SignedEndpoint, fixed: Query, perPage: number, read: Read<T>): SliceCall<T> =>
    (window, place) => {
      const page = Number(place[0]?.[1] ?? 1)
      const parameters: Query = [
        ['currentPage', String(page)],
        ['pageSize', String(perPage)],
      ]
      return signedCall(sign, endpoint, [...fixed, ...window, ...parameters], (body) =>
        dataOf(NumberedPage, body, ({ items, totalPage }) => {
          const isLast = items.length === 0 || page >= totalPage
          return sliced(readRows(endpoint, items, read), isLast ? null : [['currentPage', String(page + 1)]])
        }),
      )
    }

  /** Towards older rows, from the last one's `key` on. */
  const byOffset =
    <T>(endpoint: SignedEndpoint, fixed: Query, key: 'id' | 'offset', read: Read<T>): SliceCall<T> =>
    (window, place) =>
      signedCall(sign, endpoint, [...fixed, ...window, ['maxCount', String(rowsPerOffset)], ...place], (body) =>
        dataOf(OffsetPage, body, ({ dataList, hasMore }) => {
          const last = lastOf(dataList, key)
          const next: Query | null =
            hasMore && last !== null
              ? [
                  ['offset', last],
                  ['forward', 'true'],
                ]
              : null
          return sliced(readRows(endpoint, dataList, read), next)
        }),
      )

  /** The ledger of the trading account answers a bare list of the newest rows; its last one's id leads on. */
  const spotLedger: SliceCall<WithRaw<Transfer>> = (window, place) =>
    signedCall(
      sign,
      'spotLedgers',
      [['bizType', 'TRANSFER'], ...window, ['limit', String(rowsPerId)], ...place],
      (body) =>
        rowsOf(body, (rows) => {
          const last = rows.length < rowsPerId ? null : lastOf(rows, 'id')
          return sliced(
            readRows('spotLedgers', rows, withRaw(readLedgerMove)),
            last === null ? null : [['lastId', last]],
          )
        }),
    )

  const ordersList = (call: SliceCall<WithRaw<Order>>): WindowedList<WithRaw<Order>> => ({
    ...{ call, spanMs: weekMs, keyOf: orderKey, timeOf: ({ row }) => row.updatedAt },
  })
  const fillsList = (call: SliceCall<WithRaw<Fill>>): WindowedList<WithRaw<Fill>> => ({
    ...{ call, spanMs: weekMs, keyOf: fillKey, timeOf: ({ row }) => row.at },
  })
  const transfersList = (call: SliceCall<WithRaw<Transfer>>, spanMs: number): WindowedList<WithRaw<Transfer>> => ({
    ...{ call, spanMs, keyOf: transferKey, timeOf: ({ row }) => row.createdAt },
  })
  const ofSymbol = ({ nativeName }: Instrument): Query => [['symbol', nativeName]]
  const records = (kind: 'deposit' | 'withdrawal') =>
    withRaw<Transfer>((json, reader) => readWalletRecord(kind, json, reader))

  return {
    /** All open orders of one symbol, in one reply. */
    openSpotOrders: ({ nativeName }: Instrument) =>
      signedCall(sign, 'spotOpenOrders', [['symbol', nativeName]], (body) =>
        rowsOf(body, (rows) => readRows('spotOpenOrders', rows, withRaw(readSpotOrder))),
      ),
    openFuturesOrders: byPage('futuresOrders', [['status', 'active']], rowsPerPage.futures, withRaw(readFuturesOrder)),
    order: (instrument: Instrument, id: string) => {
      const isSpot = instrument.kind === 'spot'
      const read = withRaw(isSpot ? readSpotOrder : readFuturesOrder)
      const parse = (body: unknown): Parsed<WithRaw<Order> | null> =>
        dataOf(Data, body, (data) => {
          if (data === null || data === undefined) return { ok: true, value: null }
          const rows = readRows('order', [data], read)
          return rows.ok ? { ...rows, value: rows.value[0] ?? null } : rows
        })
      const tail = `/${encodeURIComponent(id)}`
      return isSpot
        ? signedCall(sign, 'spotOrder', ofSymbol(instrument), parse, tail)
        : signedCall(sign, 'futuresOrder', [], parse, tail)
    },
    doneSpotOrders: (instrument: Instrument) =>
      ordersList(byId('spotDoneOrders', ofSymbol(instrument), withRaw(readSpotOrder))),
    doneFuturesOrders: ordersList(
      byPage('futuresOrders', [['status', 'done']], rowsPerPage.futures, withRaw(readFuturesOrder)),
    ),
    spotFills: (instrument: Instrument) => fillsList(byId('spotFills', ofSymbol(instrument), withRaw(readSpotFill))),
    futuresFills: fillsList(byPage('futuresFills', [], rowsPerPage.futures, withRaw(readFuturesFill))),
    deposits: transfersList(byPage('deposits', [], rowsPerPage.spot, records('deposit')), weekMs),
    withdrawals: transfersList(byPage('withdrawals', [], rowsPerPage.spot, records('withdrawal')), weekMs),
    mainMoves: transfersList(byPage('ledgers', [], rowsPerPage.spot, withRaw(readLedgerMove)), dayMs),
    spotMoves: transfersList(spotLedger, dayMs),
    futuresMoves: transfersList(byOffset('futuresLedgers', [], 'offset', withRaw(readFuturesMove)), dayMs),
    payments: (instrument: Instrument): WindowedList<FundingPayment> => ({
      call: byOffset('fundingHistory', ofSymbol(instrument), 'id', readFunding),
      spanMs: weekMs,
      keyOf: ({ paymentId }) => paymentId,
      timeOf: ({ at }) => at,
    }),
  }
}

/** Of a list's last row, as text; null where there is none. */
function lastOf(rows: readonly unknown[], key: 'id' | 'offset'): string | null {
  const last: unknown = rows.at(-1)
  if (typeof last !== 'object' || last === null) return null
  const value: unknown = Reflect.get(last, key)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
