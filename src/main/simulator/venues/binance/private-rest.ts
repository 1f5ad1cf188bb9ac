/** The signed endpoints: weights, parameters, windows and bodies (rest-api.md, "Account endpoints"; USD-M and wallet documentation). */
import { isZeroAmount } from '../../../../shared/amount.ts'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimFill, SimOrder, SimTransfer } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import { coinRows } from './assets.ts'
import type { ListenKeys } from './listen-keys.ts'
import { type Listing, nativeName } from './listing.ts'
import { instrumentNamed, limitOf, mandatoryInstrument, missing, Refusal, whole } from './parameters.ts'
import {
  depositRow,
  futuresBalanceRow,
  futuresFillRow,
  futuresOrderRow,
  incomeRow,
  incomeText,
  padded,
  positionRow,
  spotFillRow,
  spotOrderRow,
  withdrawalRow,
} from './private-rows.ts'

export type PrivatePool = 'spot' | 'perpetual' | 'sapi-ip' | 'sapi-uid'

export interface PrivateEndpoint {
  readonly pool: PrivatePool
  /** False: the key alone, without time stamp and signature. */
  readonly isSigned: boolean
  /** Besides what signing adds. */
  readonly parameters: readonly string[]
  weight(query: URLSearchParams): number
  /** The body, text where it is JSON already, or a Refusal. */
  answer(query: URLSearchParams, key: SimApiKey): unknown
}

const dayMs = 24 * 60 * 60_000
const combination = new Refusal(-1128, 'Combination of optional parameters invalid.')
const noSuchOrder = new Refusal(-2013, 'Order does not exist.')
const archived = new Refusal(
  -2026,
  'Order was canceled or expired with no executed qty over 90 days ago and has been archived.',
)
const noSuchListenKey = new Refusal(-1125, 'This listenKey does not exist.')
/** What futures answer is not documented beside the code. */
const tooWide = (days: number): Refusal =>
  new Refusal(-4165, `Invalid time interval. Maximum time interval is ${days} days.`)

/** A permission that a simulated key may lack (`SimApiKey.lacks`): the word of `apiRestrictions`. */
export const futuresPermission = 'enableFutures'

/** By method and path: `GET /api/v3/account`. */
export function createPrivateEndpoints(
  account: SimAccount,
  spot: Listing,
  perpetual: Listing,
  listenKeys: ListenKeys,
  assets: SimAssets,
): ReadonlyMap<string, PrivateEndpoint> {
  const endpoints = new Map<string, PrivateEndpoint>()
  const add = (
    name: string,
    pool: PrivatePool,
    weight: number | PrivateEndpoint['weight'],
    parameters: readonly string[],
    answer: PrivateEndpoint['answer'],
    isSigned = true,
  ): void => {
    endpoints.set(name, {
      pool,
      isSigned,
      parameters,
      weight: typeof weight === 'number' ? () => weight : weight,
      answer,
    })
  }
  const withSymbol = (symbol: number, without: number) => (query: URLSearchParams) =>
    query.has('symbol') ? symbol : without

  // Spot

  add('GET /api/v3/account', 'spot', 20, ['omitZeroBalances'], (query) => {
    const balances = account.balances('spot')
    const shown =
      query.get('omitZeroBalances') === 'true' ? balances.filter(({ total }) => !isZeroAmount(total)) : balances
    return {
      makerCommission: 10,
      takerCommission: 10,
      buyerCommission: 0,
      sellerCommission: 0,
      commissionRates: {
        maker: padded(account.rules.fees.spot.maker),
        taker: padded(account.rules.fees.spot.taker),
        buyer: padded('0'),
        seller: padded('0'),
      },
      // of the account, not of the key
      canTrade: true,
      canWithdraw: true,
      canDeposit: true,
      brokered: false,
      requireSelfTradePrevention: false,
      preventSor: false,
      updateTime: Math.max(0, ...balances.map(({ updatedAt }) => updatedAt)),
      accountType: 'SPOT',
      balances: shown.map(({ asset, free, locked }) => ({ asset, free: padded(free), locked: padded(locked) })),
      permissions: ['SPOT'],
      uid: Number(account.userId),
    }
  })

  for (const listing of [spot, perpetual]) {
    const { kind } = listing
    const isSpot = kind === 'spot'
    const [base, pool] = isSpot ? ['/api/v3', 'spot' as const] : ['/fapi/v1', 'perpetual' as const]
    const orderRow: (order: SimOrder) => object = isSpot ? spotOrderRow : futuresOrderRow
    const fillRow: (fill: SimFill) => object = isSpot ? spotFillRow : futuresFillRow

    add(`GET ${base}/openOrders`, pool, isSpot ? withSymbol(6, 80) : withSymbol(1, 40), ['symbol'], (query) => {
      const name = query.get('symbol')
      const instrument = name === null ? null : instrumentNamed(listing, name)
      if (instrument instanceof Refusal) return instrument
      const open = account.openOrders(kind)
      return open.filter((order) => instrument === null || order.instrument === instrument).map(orderRow)
    })

    add(`GET ${base}/order`, pool, isSpot ? 4 : 1, ['symbol', 'orderId', 'origClientOrderId'], (query) => {
      const instrument = mandatoryInstrument(listing, query)
      if (instrument instanceof Refusal) return instrument
      const [id, clientId] = [query.get('orderId'), query.get('origClientOrderId')]
      if (id === null && clientId === null) return missing('orderId')
      const order = account
        .orders(kind)
        .find((one) => one.instrument === instrument && (id === null ? one.clientOrderId === clientId : one.id === id))
      if (order === undefined) return noSuchOrder
      return hasVanished(order, account.now(), isSpot ? 90 : 3) ? (isSpot ? archived : noSuchOrder) : orderRow(order)
    })

    add(
      `GET ${base}/allOrders`,
      pool,
      isSpot ? 20 : 5,
      ['symbol', 'orderId', 'startTime', 'endTime', 'limit'],
      (query) => {
        const orders = account.orders(kind).filter((order) => !hasVanished(order, account.now(), isSpot ? 90 : 3))
        return pageOf(listing, query, 'orderId', orders.map(placedOrder), account.now(), orderRow)
      },
    )
    add(
      `GET ${base}/${isSpot ? 'myTrades' : 'userTrades'}`,
      pool,
      (query) => (isSpot ? (query.has('orderId') ? 5 : 20) : 5),
      ['symbol', 'orderId', 'startTime', 'endTime', 'fromId', 'limit'],
      (query) => {
        const orderId = query.get('orderId')
        const fills = account.fills(kind).filter((fill) => orderId === null || fill.order.id === orderId)
        return pageOf(listing, query, 'fromId', fills.map(placedFill), account.now(), fillRow)
      },
    )
  }

  // Wallet

  add('GET /sapi/v1/account/apiRestrictions', 'sapi-ip', 1, [], (_query, key) => ({
    ipRestrict: key.ipAddresses.length > 0,
    createTime: 1_698_645_219_000,
    enableReading: true,
    enableWithdrawals: key.canWithdraw,
    enableInternalTransfer: false,
    enableMargin: false,
    enableFutures: key.canTrade && key.lacks?.includes(futuresPermission) !== true,
    permitsUniversalTransfer: false,
    enableVanillaOptions: false,
    enableFixApiTrade: false,
    enableFixReadOnly: true,
    enableSpotAndMarginTrading: key.canTrade,
    enablePortfolioMarginTrading: false,
  }))
  add('GET /sapi/v1/capital/config/getall', 'sapi-ip', 10, [], () => coinRows(assets, account))
  add('GET /sapi/v1/asset/tradeFee', 'sapi-ip', 1, ['symbol'], (query) => {
    const name = query.get('symbol')
    const { maker, taker } = account.rules.fees.spot
    return spot.instruments
      .map(nativeName)
      .filter((symbol) => (name ?? symbol) === symbol)
      .map((symbol) => ({ symbol, makerCommission: maker, takerCommission: taker }))
  })
  const transferParameters = ['coin', 'status', 'startTime', 'endTime', 'offset', 'limit']
  for (const [path, pool, weight, kind] of [
    ['/sapi/v1/capital/deposit/hisrec', 'sapi-ip', 1, 'deposit'],
    // and 10 requests a second, which its weight leaves no room for
    ['/sapi/v1/capital/withdraw/history', 'sapi-uid', 18_000, 'withdrawal'],
  ] as const)
    add(`GET ${path}`, pool, weight, transferParameters, (query) => {
      const window = windowOf(query, account.now(), 90 * dayMs)
      if (window instanceof Refusal) return window
      const limit = limitOf(query, 'spot', 1_000, 1_000)
      if (limit instanceof Refusal) return limit
      const offset = whole(query, 'offset')
      if (offset instanceof Refusal) return offset
      if (window.end - window.start > 90 * dayMs)
        return new Refusal(-1127, 'More than 90 days between startTime and endTime.')
      const row: (transfer: SimTransfer) => { readonly status: number } =
        kind === 'deposit' ? depositRow : withdrawalRow
      const rows = account
        .transfers(kind)
        .filter(({ createdAt }) => createdAt >= window.start && createdAt <= window.end)
        .filter(({ asset }) => (query.get('coin') ?? asset) === asset)
        .map(row)
        .filter(({ status }) => (query.get('status') ?? String(status)) === String(status))
        .reverse()
      return rows.slice(offset ?? 0, (offset ?? 0) + limit)
    })

  // Futures

  add('GET /fapi/v3/balance', 'perpetual', 5, [], () => {
    const positions = account.positions()
    return account.balances('futures').map((balance) => futuresBalanceRow(balance, positions, account.userId))
  })
  add('GET /fapi/v3/positionRisk', 'perpetual', 5, ['symbol'], (query) =>
    account
      .positions()
      .map(positionRow)
      .filter(({ symbol }) => (query.get('symbol') ?? symbol) === symbol),
  )
  add('GET /fapi/v1/accountConfig', 'perpetual', 5, [], () => ({
    feeTier: 0,
    canTrade: true,
    canDeposit: true,
    canWithdraw: true,
    dualSidePosition: false,
    multiAssetsMargin: false,
    updateTime: 0,
    tradeGroupId: -1,
  }))
  add('GET /fapi/v1/commissionRate', 'perpetual', 20, ['symbol'], (query) => {
    const instrument = mandatoryInstrument(perpetual, query)
    if (instrument instanceof Refusal) return instrument
    const { maker, taker } = account.rules.fees.perpetual
    return { symbol: nativeName(instrument), makerCommissionRate: maker, takerCommissionRate: taker }
  })
  add('GET /fapi/v1/symbolConfig', 'perpetual', 5, ['symbol'], () => {
    const held = new Map(account.positions().map(({ instrument, leverage }) => [instrument, leverage]))
    return perpetual.instruments.map((instrument) => ({
      symbol: nativeName(instrument),
      marginType: 'CROSSED',
      isAutoAddMargin: false,
      leverage: Number(held.get(instrument) ?? 20),
      maxNotionalValue: '1000000',
    }))
  })
  // no conditional order is ever placed here
  add('GET /fapi/v1/openAlgoOrders', 'perpetual', withSymbol(1, 40), ['symbol', 'algoType', 'algoId'], () => [])
  add('GET /fapi/v1/income', 'perpetual', 30, ['symbol', 'incomeType', 'startTime', 'endTime', 'limit'], (query) => {
    const limit = limitOf(query, 'perpetual', 100, 1_000)
    if (limit instanceof Refusal) return limit
    const window = windowOf(query, account.now(), 7 * dayMs)
    if (window instanceof Refusal) return window
    const from = Math.max(window.start, account.now() - 90 * dayMs)
    const rows = account
      .ledger('futures')
      .filter(({ at }) => at >= from && at <= window.end)
      .flatMap((entry) => incomeRow(entry) ?? [])
      .filter(({ incomeType }) => (query.get('incomeType') ?? incomeType) === incomeType)
      .filter(({ symbol }) => (query.get('symbol') ?? symbol) === symbol)
    return incomeText(rows.slice(0, limit))
  })

  const listenKey = '/fapi/v1/listenKey'
  add(`POST ${listenKey}`, 'perpetual', 1, [], (_query, { key }) => ({ listenKey: listenKeys.create(key) }), false)
  add(
    `PUT ${listenKey}`,
    'perpetual',
    1,
    [],
    (_query, { key }) => {
      const extended = listenKeys.extend(key)
      return extended === null ? noSuchListenKey : { listenKey: extended }
    },
    false,
  )
  add(
    `DELETE ${listenKey}`,
    'perpetual',
    1,
    [],
    (_query, { key }) => (listenKeys.delete(key) ? {} : noSuchListenKey),
    false,
  )
  return endpoints
}

/** Cancelled or expired without a fill, and that long ago. */
const hasVanished = ({ status, filledQuantity, updatedAt }: SimOrder, now: EpochMs, days: number): boolean =>
  (status === 'CANCELED' || status === 'EXPIRED') && isZeroAmount(filledQuantity) && updatedAt < now - days * dayMs

interface Placed<T> {
  readonly id: number
  readonly at: EpochMs
  readonly symbol: string
  readonly row: T
}
const placedOrder = (order: SimOrder): Placed<SimOrder> => ({
  id: Number(order.id),
  at: order.createdAt,
  symbol: nativeName(order.instrument),
  row: order,
})
const placedFill = (fill: SimFill): Placed<SimFill> => ({
  id: Number(fill.tradeId),
  at: fill.at,
  symbol: nativeName(fill.instrument),
  row: fill,
})

/** `startTime` to `endTime`; without a start `usualMs` back from the end. */
function windowOf(query: URLSearchParams, now: EpochMs, usualMs: number): { start: EpochMs; end: EpochMs } | Refusal {
  const [startTime, endTime] = [whole(query, 'startTime'), whole(query, 'endTime')]
  if (startTime instanceof Refusal) return startTime
  if (endTime instanceof Refusal) return endTime
  const end = endTime ?? now
  return { start: startTime ?? end - usualMs, end }
}

/**
 * A page of one symbol's rows, ascending by id: from an id (inclusive) upwards, the oldest of a window, else the newest. Spot allows
 * windows of 24 h, and knows no end where none is asked for; futures allow 7 days, and take the last 7 days where neither time nor id
 * is given, 90 at most.
 */
function pageOf<T>(
  listing: Listing,
  query: URLSearchParams,
  idName: 'orderId' | 'fromId',
  all: readonly Placed<T>[],
  now: EpochMs,
  show: (row: T) => unknown,
): unknown {
  const isSpot = listing.kind === 'spot'
  const instrument = mandatoryInstrument(listing, query)
  if (instrument instanceof Refusal) return instrument
  const limit = limitOf(query, listing.kind, 500, 1_000)
  if (limit instanceof Refusal) return limit
  const [id, startTime, endTime] = [whole(query, idName), whole(query, 'startTime'), whole(query, 'endTime')]
  if (id instanceof Refusal) return id
  if (startTime instanceof Refusal) return startTime
  if (endTime instanceof Refusal) return endTime
  const hasTime = startTime !== null || endTime !== null
  if (id !== null && hasTime) return combination
  const widest = isSpot ? dayMs : 7 * dayMs
  if (startTime !== null && endTime !== null && endTime - startTime > widest)
    return isSpot ? new Refusal(-1127, 'More than 24 hours between startTime and endTime.') : tooWide(7)

  const end = endTime ?? (isSpot ? Number.POSITIVE_INFINITY : startTime === null ? now : startTime + widest)
  const start = startTime ?? (isSpot || id !== null ? 0 : end - widest)
  const symbol = nativeName(instrument)
  const rows = all
    .filter((placed) => placed.symbol === symbol)
    .filter(({ at }) => isSpot || at >= now - 90 * dayMs)
    .filter(({ at, id: own }) => (id === null ? at >= start && at <= end : own >= id))
  const isForwards = id !== null || startTime !== null
  return (isForwards ? rows.slice(0, limit) : rows.slice(-limit)).map(({ row }) => show(row))
}
