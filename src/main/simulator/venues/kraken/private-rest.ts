/** Kraken's signed calls, all POST, from the simulated account. Those that would change anything are not there. */
import { Amount } from '../../../../shared/amount.ts'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { SimInstrument, VenueReply, VenueRequest } from '../../venue.ts'
import { assetId, pairKey } from './format.ts'
import { Counters, privateAllowance } from './limiter.ts'
import { createAuthenticate, permissionsOf } from './private-auth.ts'
import { balanceRow, fillRow, orderRow, transferRow } from './private-rows.ts'
import { answer, refuse } from './rest.ts'
import type { Tokens } from './tokens.ts'

const rowsPerPage = 50
const mostDeposits = 25
const mostWithdrawals = 500
/** Of calls for trades and ledgers; every other counts as one. */
const tradesWeight = 4

interface Endpoint {
  readonly weight: number
  /** Any of them is enough; none is asked for where there are none. */
  readonly permissions: readonly string[]
  answer(form: URLSearchParams, key: SimApiKey): VenueReply
}

interface Bounds {
  readonly from: EpochMs
  readonly to: EpochMs
}
/** `start` is exclusive, `end` inclusive, both seconds. */
const boundsOf = (form: URLSearchParams): Bounds => ({
  from: Number(form.get('start') ?? 0) * 1_000,
  to: form.has('end') ? Number(form.get('end')) * 1_000 : Number.POSITIVE_INFINITY,
})
const isWithin = (at: EpochMs, { from, to }: Bounds): boolean => at > from && at <= to

export function createPrivateRest(
  account: SimAccount,
  byName: ReadonlyMap<string, SimInstrument>,
  tokens: Tokens,
  limits: number,
): (path: string, request: VenueRequest) => VenueReply | null {
  const authenticate = createAuthenticate(account)
  const counters = new Counters(limits)

  const closedOrders = (form: URLSearchParams): VenueReply => {
    const bounds = boundsOf(form)
    const time = form.get('closetime') ?? 'both'
    const isOpen = new Set(account.openOrders('spot').map(({ id }) => id))
    const chosen = account
      .orders('spot')
      .filter(({ id }) => !isOpen.has(id))
      .filter(
        ({ createdAt, updatedAt }) =>
          (time !== 'close' && isWithin(createdAt, bounds)) || (time !== 'open' && isWithin(updatedAt, bounds)),
      )
      .sort((a, b) => b.updatedAt - a.updatedAt || b.number - a.number)
    const rows = pageOf(chosen, form).map((order) => [order.id, orderRow(order)])
    return answer({ closed: Object.fromEntries(rows), count: chosen.length })
  }

  const trades = (form: URLSearchParams): VenueReply => {
    const bounds = boundsOf(form)
    const chosen = account
      .fills('spot')
      .filter(({ at }) => isWithin(at, bounds))
      .sort((a, b) => b.at - a.at || b.number - a.number)
    const rows = pageOf(chosen, form).map((fill) => [fill.tradeId, fillRow(fill)])
    return answer({ count: chosen.length, trades: Object.fromEntries(rows) })
  }

  const queryOrders = (form: URLSearchParams): VenueReply => {
    const found = (form.get('txid') ?? '').split(',').map((id) => account.order(id))
    if (found.some((order) => order === undefined)) return refuse('EOrder:Unknown order')
    return answer(Object.fromEntries(found.flatMap((order) => (order ? [[order.id, orderRow(order)]] : []))))
  }

  /** Newest first. A cursor is the number of rows that were told. */
  const transfers =
    (kind: 'deposit' | 'withdrawal', most: number) =>
    (form: URLSearchParams): VenueReply => {
      const bounds = boundsOf(form)
      const limit = Math.min(most, Number(form.get('limit') ?? most))
      const cursor = form.get('cursor')
      const start = cursor === null || cursor === 'true' || cursor === 'false' ? 0 : Number(cursor)
      if (!Number.isInteger(limit) || limit < 1 || !Number.isInteger(start)) return refuse('EGeneral:Invalid arguments')
      const chosen = account
        .transfers(kind)
        .filter(({ createdAt }) => isWithin(Math.floor(createdAt / 1_000) * 1_000, bounds))
        .toReversed()
      const rows = chosen.slice(start, start + limit).map(transferRow)
      if (cursor === null || cursor === 'false') return answer(rows)
      const next = start + limit < chosen.length ? String(start + limit) : null
      return answer({ [kind === 'deposit' ? 'deposit' : 'withdrawals']: rows, next_cursor: next })
    }

  const tradeVolume = (form: URLSearchParams): VenueReply => {
    const chosen = (form.get('pair') ?? '')
      .split(',')
      .filter(Boolean)
      .map((name) => byName.get(name))
    if (chosen.some((one) => one === undefined)) return refuse('EQuery:Unknown asset pair')
    const { maker, taker } = account.rules.fees.spot
    const rows = (rate: string) =>
      Object.fromEntries(
        chosen.flatMap((one) => (one ? [[pairKey(one), { fee: new Amount(rate).times(100).toFixed(4) }]] : [])),
      )
    return answer({ currency: 'ZUSD', volume: '0.0000', fees: rows(taker), fees_maker: rows(maker) })
  }

  const keyInfo = (_form: URLSearchParams, key: SimApiKey): VenueReply =>
    answer({
      apiKeyName: 'crossbook',
      apiKey: key.key,
      nonce: '0',
      nonceWindow: 0,
      permissions: permissionsOf(key),
      iban: '',
      validUntil: key.expiresAt === null ? '0' : String(Math.floor(key.expiresAt / 1_000)),
      queryFrom: '0',
      queryTo: '0',
      createdTime: '1600000000',
      modifiedTime: '1600000000',
      ipAllowlist: key.ipAddresses,
      lastUsed: String(Math.floor(account.now() / 1_000)),
    })

  const reading = (permissions: string | readonly string[], then: Endpoint['answer'], weight = 1): Endpoint => ({
    weight,
    permissions: typeof permissions === 'string' ? [permissions] : permissions,
    answer: then,
  })
  const balances = () =>
    answer(Object.fromEntries(account.balances('spot').map((one) => [assetId(one.asset), balanceRow(one)])))
  const openOrders = () =>
    answer({ open: Object.fromEntries(account.openOrders('spot').map((order) => [order.id, orderRow(order)])) })
  const endpoints: ReadonlyMap<string, Endpoint> = new Map([
    ['GetApiKeyInfo', reading([], keyInfo)],
    ['BalanceEx', reading('query-funds', balances)],
    ['OpenOrders', reading('query-open-trades', openOrders)],
    ['ClosedOrders', reading('query-closed-trades', closedOrders)],
    ['QueryOrders', reading(['query-open-trades', 'query-closed-trades'], queryOrders)],
    ['TradesHistory', reading('query-closed-trades', trades, tradesWeight)],
    ['TradeVolume', reading('query-funds', tradeVolume)],
    ['DepositStatus', reading('query-funds', transfers('deposit', mostDeposits))],
    ['WithdrawStatus', reading(['withdraw-funds', 'query-ledger'], transfers('withdrawal', mostWithdrawals))],
    [
      'GetWebSocketsToken',
      reading('create-ws-token', (_form, key) => answer({ token: tokens.make(key.key), expires: 900 })),
    ],
  ])

  /** null: there is no such call. */
  return (path, request) => {
    const endpoint = endpoints.get(path)
    if (endpoint === undefined) return null
    const key = authenticate(request)
    if ('status' in key) return key
    if (!counters.take(key.key, endpoint.weight, privateAllowance, account.now()))
      return refuse('EAPI:Rate limit exceeded')
    const granted = permissionsOf(key)
    const mayAsk = endpoint.permissions.length === 0 || endpoint.permissions.some((word) => granted.includes(word))
    return mayAsk ? endpoint.answer(new URLSearchParams(request.body), key) : refuse('EGeneral:Permission denied')
  }
}

const pageOf = <T>(rows: readonly T[], form: URLSearchParams): readonly T[] => {
  const start = Number(form.get('ofs') ?? 0)
  return rows.slice(start, start + rowsPerPage)
}
