/** Gate's signed endpoints, as far as a reader of an account asks them. Nothing here changes anything. */
import { Amount, amountText } from '../../../../shared/amount.ts'
import type { MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimOrder } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import type { SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { withdrawStatusRows } from './assets.ts'
import { nativeName, seconds, wantsDecimalSizes } from './format.ts'
import { mayRead, type Product } from './private-auth.ts'
import { futuresAccount, futuresFill, futuresOrder, ledgerRow, ledgerType, position } from './private-futures-rows.ts'
import { type QuotedAmounts, spotBalance, spotFill, spotOrder, walletRecord } from './private-rows.ts'
import { refuse } from './rest.ts'

const daySeconds = 86_400
/** "Zero-fill cancelled futures orders disappear after about 10 minutes." */
const forgetsAfterMs = 10 * 60_000
const deepestRow = 100_000

const success = (body: unknown): VenueReply => ({ status: 200, body })
const invalidValue = (message: string): VenueReply => refuse(400, 'INVALID_PARAM_VALUE', message)

/** What a private path asks for: `endpoint` is what limits are counted by. */
export interface PrivateCall {
  readonly endpoint: string
  readonly answer: (request: VenueRequest, key: SimApiKey) => VenueReply
}

type Answer = (request: VenueRequest, id: string, key: SimApiKey) => VenueReply
interface Endpoint {
  readonly product: Product
  readonly answer: Answer
}

/** A parameter that cannot be served ends the request: caught where the endpoints are called. */
class BadParameter extends Error {
  readonly reply: VenueReply
  constructor(reply: VenueReply) {
    super('bad parameter')
    this.reply = reply
  }
}

function wholeNumber(query: URLSearchParams, name: string, usual: number, least: number, most: number): number {
  const text = query.get(name)
  if (text === null) return usual
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) throw new BadParameter(invalidValue(`Invalid ${name}`))
  return value
}

/** `from` and `to` in seconds, both inclusive: the last 7 days unless told, at most 30. */
function timeRange(query: URLSearchParams, now: number): (at: number) => boolean {
  const to = wholeNumber(query, 'to', seconds(now), 0, Number.MAX_SAFE_INTEGER)
  const from = wholeNumber(query, 'from', to - 7 * daySeconds, 0, Number.MAX_SAFE_INTEGER)
  if (to - from > 30 * daySeconds) throw new BadParameter(invalidValue('time range exceeds 30 days'))
  if (from > to) throw new BadParameter(invalidValue('from is after to'))
  return (at) => seconds(at) >= from && seconds(at) <= to
}

/** One page, newest first. */
function pageOf<T>(rows: readonly T[], query: URLSearchParams, most: number): readonly T[] {
  const limit = wholeNumber(query, 'limit', 100, 1, most)
  const page = wholeNumber(query, 'page', 1, 1, Number.MAX_SAFE_INTEGER)
  const start = wholeNumber(query, 'offset', (page - 1) * limit, 0, Number.MAX_SAFE_INTEGER)
  if (start > deepestRow) throw new BadParameter(invalidValue('page too deep'))
  return rows.toReversed().slice(start, start + limit)
}

const named = (
  query: URLSearchParams,
  parameter: string,
): ((instrument: { base: string; quote: string }) => boolean) => {
  const name = query.get(parameter)
  return ({ base, quote }) => name === null || `${base}_${quote}` === name
}

const byUpdate = (a: SimOrder, b: SimOrder): number => a.updatedAt - b.updatedAt || a.number - b.number

export function createPrivateRest(market: SimMarket, account: SimAccount, quoted: QuotedAmounts, assets: SimAssets) {
  const isOpen = ({ status }: SimOrder): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'
  const spotRow = (order: SimOrder): object => spotOrder(order, market, quoted, 'rest')
  const futuresForm = ({ headers }: VenueRequest) =>
    ({ form: 'rest', sizesAsText: wantsDecimalSizes(headers) }) as const
  const futuresRow = (request: VenueRequest) => (order: SimOrder) =>
    futuresOrder(order, account.userId, futuresForm(request))
  const isForgotten = (order: SimOrder): boolean =>
    !isOpen(order) && order.filledQuantity === '0' && account.now() - order.updatedAt > forgetsAfterMs

  const finished = (kind: MarketKind): SimOrder[] =>
    account
      .orders(kind)
      .filter((order) => !isOpen(order) && !(kind === 'perpetual' && isForgotten(order)))
      .sort(byUpdate)

  function listOrders(kind: MarketKind, request: VenueRequest): VenueReply {
    const { query } = request
    const parameter = kind === 'spot' ? 'currency_pair' : 'contract'
    const isNamed = named(query, parameter)
    const row = kind === 'spot' ? spotRow : futuresRow(request)
    const status = query.get('status')
    if (status === 'open') {
      if (kind === 'spot' && !query.has(parameter)) {
        return refuse(400, 'MISSING_REQUIRED_PARAM', `Missing required parameter: ${parameter}`)
      }
      const open = account.openOrders(kind).filter(({ instrument }) => isNamed(instrument))
      return success(pageOf(open, query, 100).map(row))
    }
    if (status !== 'finished') return invalidValue('Invalid status')
    const isWithin = kind === 'spot' ? timeRange(query, account.now()) : () => true
    const orders = finished(kind).filter(({ instrument, updatedAt }) => isNamed(instrument) && isWithin(updatedAt))
    return success(pageOf(orders, query, 1_000).map(row))
  }

  function openSpotOrders({ query }: VenueRequest): VenueReply {
    const groups = new Map<string, SimOrder[]>()
    for (const order of account.openOrders('spot')) {
      const name = nativeName(order.instrument)
      groups.set(name, [...(groups.get(name) ?? []), order])
    }
    const rows = [...groups].map(([currency_pair, orders]) => ({
      currency_pair,
      total: orders.length,
      orders: pageOf(orders, query, 100).map(spotRow),
    }))
    return success(rows.filter(({ orders }) => orders.length > 0))
  }

  function oneOrder(kind: MarketKind, request: VenueRequest, id: string): VenueReply {
    if (kind === 'spot' && !request.query.has('currency_pair')) {
      return refuse(400, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: currency_pair')
    }
    const order = account.order(id)
    const isKnown =
      order?.instrument.kind === kind &&
      named(request.query, 'currency_pair')(order.instrument) &&
      !(kind === 'perpetual' && isForgotten(order))
    if (!order || !isKnown) return refuse(404, 'ORDER_NOT_FOUND', `Order with ID ${id} not found`)
    return success(kind === 'spot' ? spotRow(order) : futuresRow(request)(order))
  }

  function fills(kind: MarketKind, request: VenueRequest): VenueReply {
    const { query } = request
    const isNamed = named(query, kind === 'spot' ? 'currency_pair' : 'contract')
    const isWithin = timeRange(query, account.now())
    const rows = account.fills(kind).filter(({ instrument, at }) => isNamed(instrument) && isWithin(at))
    const page = pageOf(rows, query, 1_000)
    return success(
      page.map((fill) => (kind === 'spot' ? spotFill(fill, 'rest') : futuresFill(fill, futuresForm(request)))),
    )
  }

  function transfers(kind: 'deposit' | 'withdrawal', { query }: VenueRequest): VenueReply {
    const isWithin = timeRange(query, account.now())
    const currency = query.get('currency')
    const rows = account
      .transfers(kind)
      .filter(({ asset, createdAt }) => isWithin(createdAt) && (currency === null || currency === asset))
    return success(pageOf(rows, query, 500).map(walletRecord))
  }

  function ledger({ query }: VenueRequest): VenueReply {
    const isWithin = timeRange(query, account.now())
    const type = query.get('type')
    const isNamed = named(query, 'contract')
    const rows = account.ledger('futures').filter((entry) => {
      const own = ledgerType(entry)
      const isOfContract = entry.instrument ? isNamed(entry.instrument) : !query.has('contract')
      return own !== null && (type === null || own === type) && isOfContract && isWithin(entry.at)
    })
    return success(pageOf(rows, query, 1_000).map(ledgerRow))
  }

  const futuresBalance = () => account.balances('futures').find(({ asset }) => asset === 'USDT')
  /** Whoever never had anything there never opened it. */
  const neverOpened = refuse(400, 'USER_NOT_FOUND', 'please transfer funds first to make futures account')

  const opened =
    (answer: Answer): Answer =>
    (request, id, key) =>
      futuresBalance() ? answer(request, id, key) : neverOpened

  /** Those of the main account, the end of each hidden: ours, unless it is a sub-account's (`lacks: ['main']`), and one that may do all. */
  function mainKeys(key: SimApiKey): VenueReply {
    const perms = [
      { name: 'account', read_only: true },
      { name: 'spot', read_only: !key.canTrade },
      { name: 'futures', read_only: !key.canTrade },
      { name: 'wallet', read_only: !key.canWithdraw },
    ]
    const shared = { state: 1, mode: 1, currency_pairs: [], user_id: Number(account.userId) }
    const own = {
      ...shared,
      name: 'simulator',
      ip_whitelist: key.ipAddresses,
      perms: perms.filter(({ name }) => !key.lacks?.includes(name)),
      key: `${key.key.slice(0, 12)}*****`,
    }
    const other = {
      ...shared,
      name: 'another',
      ip_whitelist: [],
      perms: perms.map(({ name }) => ({ name, read_only: false })),
      key: '52fd0035f665*****',
    }
    return success(key.lacks?.includes('main') ? [other] : [other, own])
  }

  const spot = (answer: Answer): Endpoint => ({ product: 'spot', answer })
  const futures = (answer: Answer): Endpoint => ({ product: 'futures', answer: opened(answer) })
  const wallet = (answer: Answer): Endpoint => ({ product: 'wallet', answer })
  const about = (answer: Answer): Endpoint => ({ product: 'account', answer })

  const endpoints: ReadonlyMap<string, Endpoint> = new Map([
    ['/spot/accounts', spot(() => success(account.balances('spot').map(spotBalance)))],
    ['/spot/open_orders', spot(openSpotOrders)],
    ['/spot/orders', spot((request) => listOrders('spot', request))],
    ['/spot/orders/:id', spot((request, id) => oneOrder('spot', request, id))],
    ['/spot/my_trades', spot((request) => fills('spot', request))],
    [
      '/wallet/withdraw_status',
      wallet(({ query }) => {
        const currency = query.get('currency')
        const rows = withdrawStatusRows(assets, account.now())
        return success(rows.filter((row) => currency === null || row.currency === currency))
      }),
    ],
    [
      '/wallet/fee',
      wallet(() => {
        const { spot, perpetual } = account.rules.fees
        return success({
          user_id: Number(account.userId),
          taker_fee: spot.taker,
          maker_fee: spot.maker,
          gt_discount: false,
          gt_taker_fee: '0',
          gt_maker_fee: '0',
          loan_fee: '0.18',
          point_type: '1',
          futures_taker_fee: perpetual.taker,
          futures_maker_fee: perpetual.maker,
          delivery_taker_fee: '0.0005',
          delivery_maker_fee: '0.0002',
          debit_fee: 3,
        })
      }),
    ],
    ['/wallet/deposits', wallet((request) => transfers('deposit', request))],
    ['/wallet/withdrawals', wallet((request) => transfers('withdrawal', request))],
    [
      '/wallet/sub_account_transfers',
      wallet(({ query }, _id, key) => {
        timeRange(query, account.now())
        // There are no sub-accounts here, unless the key is one's.
        return key.lacks?.includes('main') ? refuse(400, 'INVALID_REQUEST', 'only for the main account') : success([])
      }),
    ],
    [
      '/account/detail',
      about((_request, _id, key) =>
        success({
          user_id: Number(account.userId),
          ip_whitelist: key.ipAddresses,
          currency_pairs: [],
          key: { mode: 1 },
          tier: 0,
          copy_trading_role: 0,
        }),
      ),
    ],
    ['/account/main_keys', about((_request, _id, key) => mainKeys(key))],
    [
      '/futures/usdt/accounts',
      futures(() => {
        const balance = futuresBalance()
        const open = account.positions().map(({ unrealisedPnl }) => new Amount(unrealisedPnl))
        const unrealised = open.reduce((sum, profit) => sum.plus(profit), new Amount(0))
        return balance ? success(futuresAccount(balance, account.userId, amountText(unrealised))) : neverOpened
      }),
    ],
    [
      '/futures/usdt/positions',
      futures(({ query, headers }) =>
        success(
          pageOf(account.positions(), query, 100).map((held) =>
            position(held, account.userId, wantsDecimalSizes(headers)),
          ),
        ),
      ),
    ],
    ['/futures/usdt/orders', futures((request) => listOrders('perpetual', request))],
    ['/futures/usdt/orders/:id', futures((request, id) => oneOrder('perpetual', request, id))],
    [
      '/futures/usdt/orders_timerange',
      futures((request) => {
        const { query } = request
        const isNamed = named(query, 'contract')
        const isWithin = timeRange(query, account.now())
        const rows = finished('perpetual').filter(
          ({ instrument, updatedAt }) => isNamed(instrument) && isWithin(updatedAt),
        )
        return success(pageOf(rows, query, 1_000).map(futuresRow(request)))
      }),
    ],
    ['/futures/usdt/my_trades_timerange', futures((request) => fills('perpetual', request))],
    ['/futures/usdt/account_book', futures(ledger)],
  ])

  /** null: no such path among those simulated. */
  return function find(path: string): PrivateCall | null {
    const cut = path.lastIndexOf('/')
    const whole = endpoints.get(path)
    const endpoint = whole ?? endpoints.get(`${path.slice(0, cut)}/:id`)
    if (!endpoint) return null
    const id = whole ? '' : path.slice(cut + 1)
    return {
      endpoint: whole ? path : `${path.slice(0, cut)}/:id`,
      answer(request, key) {
        const { product } = endpoint
        if (!mayRead(key, product)) {
          return refuse(403, 'FORBIDDEN', `the key has no ${product} permission`)
        }
        if (request.method !== 'GET') {
          // The simulator's account is nobody's to change.
          return key.canTrade ? refuse(404, 'NOT_FOUND', 'Not Found') : refuse(403, 'READ_ONLY', 'the key is read-only')
        }
        try {
          return endpoint.answer(request, id, key)
        } catch (error) {
          if (error instanceof BadParameter) return error.reply
          throw error
        }
      },
    }
  }
}
