/** OKX's private REST under /api/v5, read only: lists newest first, paged by id, with the windows and limits as documented. */
import { Amount, isZeroAmount, negateAmount } from '../../../../shared/amount.ts'
import type { EpochMs, MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimBalance, SimFill, SimOrder, SimTransfer } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import type { SimInstrument, VenueReply } from '../../venue.ts'
import { currencyRows } from './assets.ts'
import type { Frames, Row } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Of orders cancelled without a fill. */
const unfilledKeptMs = 2 * hourMs
const recentMs = 7 * dayMs
const keptMs = 92 * dayMs
const fundingBillsKeptMs = 31 * dayMs
const mostRows = 100

type Answer = readonly unknown[] | VenueReply

export interface PrivateEndpoint {
  /** Requests of one user in a window. */
  readonly limit: number
  /** 2 s unless said otherwise. */
  readonly windowMs?: number
  answer(query: URLSearchParams, key: SimApiKey): Answer
}

const failed = (status: number, code: string, msg: string): VenueReply => ({ status, body: { code, msg, data: [] } })
const missing = (name: string) => failed(400, '50014', `Parameter ${name} can not be empty.`)
const wrong = (name: string) => failed(400, '51000', `Parameter ${name} error`)
const noInstrument = () => failed(200, '51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
const noOrder = () => failed(200, '51603', 'Order does not exist')

/** A thing to list: what it is paged by, when it was, and its row, made only for what is shown. */
interface Listed {
  readonly id: bigint
  readonly at: EpochMs
  row(): Row
}

export function createPrivateRest(
  account: SimAccount,
  frames: Frames,
  rows: PrivateRows,
  assets: SimAssets,
): Readonly<Record<string, PrivateEndpoint>> {
  /** `instType` to the market it is; null: a type of OKX with nothing in it here; undefined: no type. */
  function kindOf(instType: string): MarketKind | null | undefined {
    if (instType === 'SPOT') return 'spot'
    if (instType === 'SWAP') return 'perpetual'
    return ['MARGIN', 'FUTURES', 'OPTION'].includes(instType) ? null : undefined
  }

  /** Markets and instrument that a query narrows a list to. */
  function narrowed(
    query: URLSearchParams,
    needsType: boolean,
    answer: (kinds: readonly MarketKind[], fits: (instrument: SimInstrument) => boolean) => Answer,
  ): Answer {
    const instType = query.get('instType')
    if (needsType && !instType) return missing('instType')
    const kind = instType ? kindOf(instType) : undefined
    if (instType && kind === undefined) return wrong('instType')
    const instId = query.get('instId')
    const instrument = instId ? frames.find(instId) : undefined
    if (instId && !instrument) return noInstrument()
    const kinds: readonly MarketKind[] = kind === null ? [] : kind === undefined ? ['spot', 'perpetual'] : [kind]
    return answer(kinds, (one) => instrument === undefined || one === instrument)
  }

  /** `after` is older than an id, `before` newer; with both an interval. Newest first, the newest of what fits. */
  function paged(query: URLSearchParams, listed: readonly Listed[]): Answer {
    const [after, before] = [idIn(query, 'after'), idIn(query, 'before')]
    if (after === null) return wrong('after')
    if (before === null) return wrong('before')
    const [begin, end] = [idIn(query, 'begin'), idIn(query, 'end')]
    if (begin === null) return wrong('begin')
    if (end === null) return wrong('end')
    const limit = idIn(query, 'limit') ?? (query.get('limit') ? null : BigInt(mostRows))
    if (limit === null || limit < 1n) return wrong('limit')
    const most = limit > BigInt(mostRows) ? mostRows : Number(limit)
    const found = listed.filter(
      ({ id, at }) =>
        (after === undefined || id < after) &&
        (before === undefined || id > before) &&
        (begin === undefined || at >= Number(begin)) &&
        (end === undefined || at <= Number(end)),
    )
    // Stable: of two with one id (a time) the later made comes first.
    return found
      .reverse()
      .sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
      .slice(0, most)
      .map((one) => one.row())
  }

  const lastFills = (kinds: readonly MarketKind[]): ReadonlyMap<string, SimFill> =>
    new Map(kinds.flatMap((kind) => account.fills(kind)).map((fill) => [fill.order.id, fill]))

  function orderList(kinds: readonly MarketKind[], isShown: (order: SimOrder) => boolean): readonly Listed[] {
    const fills = lastFills(kinds)
    return kinds
      .flatMap((kind) => account.orders(kind))
      .filter(isShown)
      .map((order) => ({
        id: BigInt(order.id),
        at: order.createdAt,
        row: () => rows.order(order, fills.get(order.id) ?? null),
      }))
  }

  const isGone = (order: SimOrder): boolean =>
    !rows.isOpen(order) &&
    order.status !== 'FILLED' &&
    isZeroAmount(order.filledQuantity) &&
    order.updatedAt < account.now() - unfilledKeptMs

  const history = (query: URLSearchParams, isArchive: boolean): Answer =>
    narrowed(query, true, (kinds, fits) => {
      const since = account.now() - (isArchive ? keptMs : recentMs)
      return paged(
        query,
        orderList(kinds, (order) => {
          if (rows.isOpen(order) || !fits(order.instrument) || order.updatedAt < since || isGone(order)) return false
          return !isArchive || !isZeroAmount(order.filledQuantity)
        }),
      )
    })

  const fillList = (query: URLSearchParams, forMs: number, needsType: boolean): Answer =>
    narrowed(query, needsType, (kinds, fits) => {
      const since = account.now() - forMs
      const ordId = query.get('ordId')
      const shown = kinds
        .flatMap((kind) => account.fills(kind))
        .filter(({ at, instrument, order }) => at >= since && fits(instrument) && (!ordId || order.id === ordId))
      return paged(
        query,
        shown.map((fill) => ({ id: BigInt(rows.fillBillId(fill)), at: fill.at, row: () => rows.fill(fill) })),
      )
    })

  function bills(query: URLSearchParams, forMs: number): Answer {
    const since = account.now() - forMs
    const [type, subType, ccy] = [query.get('type'), query.get('subType'), query.get('ccy')]
    const shown = account.ledger('spot').filter((entry) => {
      const [ofType, ofSubType] = rows.billTypeOf(entry)
      if (entry.at < since || (type && type !== ofType) || (subType && subType !== ofSubType)) return false
      return !ccy || entry.asset === ccy
    })
    return narrowed(query, false, (_kinds, fits) =>
      paged(
        query,
        shown
          .filter(({ instrument }) => !query.get('instId') || (instrument !== null && fits(instrument)))
          .map((entry) => ({ id: BigInt(rows.billId(entry)), at: entry.at, row: () => rows.bill(entry) })),
      ),
    )
  }

  /** Paged by time. */
  const transferList = (
    query: URLSearchParams,
    kind: 'deposit' | 'withdrawal',
    idName: string,
    row: (transfer: SimTransfer) => Row,
  ): Answer => {
    const [ccy, id, state] = [query.get('ccy'), query.get(idName), query.get('state')]
    const shown = account.transfers(kind).filter((transfer) => {
      if ((ccy && transfer.asset !== ccy) || (id && transfer.id !== id)) return false
      return !state || row(transfer).state === state
    })
    return paged(
      query,
      shown.map((transfer) => ({
        id: BigInt(transfer.createdAt),
        at: transfer.createdAt,
        row: () => row(transfer),
      })),
    )
  }

  const named = (query: URLSearchParams, balances: readonly SimBalance[]): readonly SimBalance[] => {
    const ccy = query.get('ccy')
    const names = ccy ? ccy.split(',') : null
    return balances.filter(
      ({ asset, free, locked, total }) =>
        (names === null || names.includes(asset)) && ![free, locked, total].every(isZeroAmount),
    )
  }

  function oneOrder(query: URLSearchParams): Answer {
    const [instId, ordId, clOrdId] = [query.get('instId'), query.get('ordId'), query.get('clOrdId')]
    if (!instId) return missing('instId')
    if (!ordId && !clOrdId) return missing('ordId')
    const instrument = frames.find(instId)
    if (!instrument) return noInstrument()
    const order = ordId
      ? account.order(ordId)
      : account.orders(instrument.kind).find(({ clientOrderId }) => clientOrderId === clOrdId)
    if (!order || order.instrument !== instrument || isGone(order)) return noOrder()
    return [rows.order(order, lastFills([instrument.kind]).get(order.id) ?? null)]
  }

  /** What is paid is negative there. One group of instruments each. */
  function tradeFee(query: URLSearchParams): Answer {
    const instType = query.get('instType')
    if (!instType) return missing('instType')
    const kind = kindOf(instType)
    if (kind === undefined) return wrong('instType')
    const own = kind === null ? { maker: '0', taker: '0' } : account.rules.fees[kind]
    const maker = negateAmount(own.maker)
    const taker = negateAmount(own.taker)
    const isSwap = kind === 'perpetual'
    return [
      {
        category: '1',
        delivery: '',
        exercise: '',
        feeGroup: [{ elpMaker: maker, groupId: isSwap ? '5' : '1', maker, taker }],
        fiat: [],
        instType,
        level: 'Lv1',
        maker,
        makerU: isSwap ? maker : '',
        makerUSDC: '',
        ruleType: 'normal',
        taker,
        takerU: isSwap ? taker : '',
        takerUSDC: '',
        ts: String(account.now()),
      },
    ]
  }

  return {
    '/account/trade-fee': { limit: 5, answer: tradeFee },
    '/asset/currencies': {
      limit: 6,
      windowMs: 1_000,
      answer: (query) => {
        const ccy = query.get('ccy')
        return currencyRows(assets, ccy ? new Set(ccy.split(',')) : null, account.now())
      },
    },
    '/account/balance': { limit: 10, answer: (query) => [rows.accountRow(named(query, account.balances('spot')))] },
    '/account/config': { limit: 5, answer: (_query, key) => [rows.config(key)] },
    '/account/positions': {
      limit: 10,
      answer: (query) =>
        narrowed(query, false, (kinds, fits) =>
          kinds.includes('perpetual')
            ? account.positions().flatMap((one) => (fits(one.instrument) ? [rows.position(one)] : []))
            : [],
        ),
    },
    '/account/bills': { limit: 10, answer: (query) => bills(query, recentMs) },
    '/account/bills-archive': { limit: 5, answer: (query) => bills(query, keptMs) },
    '/asset/balances': {
      limit: 6,
      windowMs: 1_000,
      answer: (query) =>
        named(query, account.balances('funding')).map(({ asset, free, locked }) => ({
          availBal: free,
          bal: new Amount(free).plus(locked).toFixed(),
          ccy: asset,
          frozenBal: locked,
        })),
    },
    '/asset/bills': {
      limit: 6,
      windowMs: 1_000,
      answer(query) {
        const [ccy, type] = [query.get('ccy'), query.get('type')]
        const since = account.now() - fundingBillsKeptMs
        const shown = account
          .ledger('funding')
          .filter((one) => one.at >= since && (!ccy || one.asset === ccy))
          .map((one) => ({ id: BigInt(one.at), at: one.at, row: () => rows.fundingBill(one) }))
        return paged(query, type ? shown.filter(({ row }) => row().type === type) : shown)
      },
    },
    '/asset/deposit-history': {
      limit: 6,
      windowMs: 1_000,
      answer: (query) => transferList(query, 'deposit', 'depId', rows.deposit),
    },
    '/asset/withdrawal-history': {
      limit: 6,
      windowMs: 1_000,
      answer: (query) => transferList(query, 'withdrawal', 'wdId', rows.withdrawal),
    },
    '/trade/order': { limit: 60, answer: oneOrder },
    '/trade/orders-pending': {
      limit: 60,
      answer: (query) =>
        narrowed(query, false, (kinds, fits) =>
          paged(
            query,
            orderList(kinds, (order) => rows.isOpen(order) && fits(order.instrument)),
          ),
        ),
    },
    '/trade/orders-history': { limit: 40, answer: (query) => history(query, false) },
    '/trade/orders-history-archive': { limit: 20, answer: (query) => history(query, true) },
    '/trade/fills': { limit: 60, answer: (query) => fillList(query, 3 * dayMs, false) },
    '/trade/fills-history': { limit: 10, answer: (query) => fillList(query, keptMs, true) },
  }
}

/** undefined where it is not given, null where it is no number. */
function idIn(query: URLSearchParams, name: string): bigint | null | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  return /^\d{1,20}$/.test(text) ? BigInt(text) : null
}
