/**
 * One classic account at KuCoin: the main account (deposits and withdrawals), the trading account and the futures account. Orders and fills
 * of spot are answered for one symbol at a time; those of futures together. Docs: https://www.kucoin.com/docs-new
 */

import type { z } from 'zod'
import { isZeroAmount } from '../../../shared/amount.ts'
import type { AccountFees, Fill, Instrument, KeyPermissions, Order, Position } from '../../../shared/domain/index.ts'
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
import { clockRoomMs } from '../account-pages.ts'
import { readList } from '../account-rows.ts'
import { withPassedOver } from '../rows.ts'
import { createLists } from './account-lists.ts'
import { readAccount, readFuturesBalance, readPosition } from './account-normalize.ts'
import { wholeList, windowed } from './account-paging.ts'
import { ApiKey, FeeRow, OpenSymbols, Overview } from './account-schemas.ts'
import { privateStreams } from './account-stream.ts'
import { currenciesCall } from './assets.ts'
import { serverTime, signedCall } from './calls.ts'
import { dataOf, rowsOf } from './replies.ts'
import { signRequests } from './signing.ts'

export const kucoinAccount: AccountSupport = {
  needsPassphrase: true,
  keyAdvice:
    'KuCoin: https://www.kucoin.com/account/api, create an API-based key with the General permission only, a passphrase of your own and, if you can, an IP allow-list. Accounts of the unified "Pro" mode are not served.',
  create,
}

const dayMs = 86_400_000
/** Closed orders are found by a time that is not documented; one that changed within a range was made at most so long before. */
const longestRestMs = 7 * dayMs
/** Symbols of one call for fees. */
const feesPerCall = 10

function create(options: AccountConnectorOptions): AccountConnector {
  const { account, credentials, lookup } = options
  const sign = signRequests(credentials)
  const context = { account, lookup }
  const lists = createLists(sign, context)
  const ours = (symbols: readonly Instrument[], kind: Instrument['kind']) =>
    symbols.filter((one) => one.exchange === 'kucoin' && one.kind === kind)
  const settleAssets = () => {
    const known = new Set([...lookup.perpetual.values()].map(({ quote }) => quote))
    return known.size === 0 ? ['USDT'] : [...known]
  }

  async function balances(ask: Ask): ReturnType<AccountConnector['balances']> {
    const accounts = await ask(
      signedCall(sign, 'accounts', [], (body) =>
        rowsOf(body, (rows) => {
          const reader = { ...context, receivedAt: Date.now() }
          return readList('accounts', rows, (json) => readAccount(json, reader))
        }),
      ),
    )
    if (!accounts.ok) return accounts
    const held = [...accounts.value]
    for (const currency of settleAssets()) {
      const overview = await ask(
        signedCall(sign, 'futuresOverview', [['currency', currency]], (body) =>
          dataOf(Overview, body, (row) => {
            const reading = readFuturesBalance(row, { ...context, receivedAt: Date.now() })
            return reading.kind === 'row'
              ? { ok: true, value: reading.value }
              : { ok: false, problem: `account-overview: ${reading.kind === 'bad' ? reading.problem : 'no row'}` }
          }),
        ),
      )
      if (!overview.ok) return overview
      held.push(overview.value)
    }
    return withPassedOver(
      held.filter(({ total }) => !isZeroAmount(total)),
      [accounts.passedOver],
    )
  }

  /** Which symbols have open orders is asked first, so that none is missed. */
  async function openOrders(ask: Ask): ReturnType<AccountConnector['openOrders']> {
    const symbols = await ask(
      signedCall(sign, 'spotOpenSymbols', [], (body) =>
        dataOf(OpenSymbols, body, ({ symbols: names }) => ({ ok: true, value: names ?? [] })),
      ),
    )
    if (!symbols.ok) return symbols
    const rows: WithRaw<Order>[] = []
    const passedOver: (PassedOver | undefined)[] = []
    for (const name of symbols.value) {
      const instrument = lookup.spot.get(name)
      if (instrument === undefined) {
        passedOver.push({ count: 1, samples: [`${name}: not a listed instrument`], names: [name] })
        continue
      }
      const reply = await ask(lists.openSpotOrders(instrument))
      if (!reply.ok) return reply
      rows.push(...reply.value)
      passedOver.push(reply.passedOver)
    }
    const futures = await wholeList(ask, lists.openFuturesOrders, [])
    if (!futures.ok) return futures
    return withPassedOver([...rows, ...futures.value], [...passedOver, futures.passedOver])
  }

  async function order(ask: Ask, instrument: Instrument, id: string): ReturnType<AccountConnector['order']> {
    const reply = await ask(lists.order(instrument, id))
    return !reply.ok && isUnknownOrder(reply.failure) ? { ok: true, value: null } : reply
  }

  async function* orderHistory(
    ask: Ask,
    range: TimeRange,
    symbols: readonly Instrument[],
  ): AsyncGenerator<Page<WithRaw<Order>>> {
    const asked = { from: range.from - longestRestMs, to: range.to }
    const isWanted = ({ row }: WithRaw<Order>) => row.updatedAt >= range.from && row.updatedAt <= range.to
    for (const list of [...ours(symbols, 'spot').map(lists.doneSpotOrders), lists.doneFuturesOrders]) {
      for await (const page of windowed(ask, list, asked)) {
        yield page.ok ? { ...page, value: page.value.filter(isWanted) } : page
        if (!page.ok) return
      }
    }
  }

  async function* fills(
    ask: Ask,
    from: number,
    cursors: readonly FillCursor[],
    symbols: readonly Instrument[],
  ): AsyncGenerator<Page<WithRaw<Fill>>> {
    const now = await ask(serverTime())
    if (!now.ok) return yield now
    const knownUntil = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? 0]))
    const isWanted = ({ row }: WithRaw<Fill>) => row.at >= from && row.at >= (knownUntil.get(row.symbol) ?? 0)
    const all = new Map(
      [...symbols, ...cursors.map(({ instrument }) => instrument)].map((instrument) => [instrument.id, instrument]),
    )
    const spot = ours([...all.values()], 'spot').map((instrument) => ({
      list: lists.spotFills(instrument),
      since: Math.max(from, knownUntil.get(instrument.symbol) ?? 0),
    }))
    for (const { list, since } of [...spot, { list: lists.futuresFills, since: from }]) {
      for await (const page of windowed(ask, list, { from: since, to: now.value + clockRoomMs })) {
        yield page.ok ? { ...page, value: page.value.filter(isWanted) } : page
        if (!page.ok) return
      }
    }
  }

  async function positions(ask: Ask): ReturnType<AccountConnector['positions']> {
    const reply = await ask(
      signedCall(sign, 'positions', [], (body) =>
        rowsOf(body, (rows) => {
          const reader = { ...context, receivedAt: Date.now() }
          return readList('positions', rows, (json) => readPosition(json, reader))
        }),
      ),
    )
    if (!reply.ok) return reply
    const open = (position: Position | null): position is Position =>
      position !== null && !isZeroAmount(position.quantity)
    return { ...reply, value: reply.value.filter(open) }
  }

  async function* transfers(ask: Ask, range: TimeRange) {
    for (const list of [lists.deposits, lists.withdrawals, lists.mainMoves, lists.spotMoves, lists.futuresMoves]) {
      for await (const page of windowed(ask, list, range)) {
        yield page
        if (!page.ok) return
      }
    }
  }

  async function* fundingPayments(ask: Ask, range: TimeRange, symbols: readonly Instrument[]) {
    for (const instrument of ours(symbols, 'perpetual')) {
      for await (const page of windowed(ask, lists.payments(instrument), range)) {
        yield page
        if (!page.ok) return
      }
    }
  }

  /** What is paid on each symbol, KuCoin's own coin not counted. */
  async function fees(ask: Ask, symbols: readonly Instrument[]): Promise<RestResult<readonly AccountFees[]>> {
    const rows: AccountFees[] = []
    const feesOf = (told: readonly z.infer<typeof FeeRow>[], instruments: ReadonlyMap<string, Instrument>) => {
      for (const { symbol: name, makerFeeRate: maker, takerFeeRate: taker } of told) {
        const instrument = instruments.get(name)
        if (instrument === undefined) continue
        const { kind, symbol } = instrument
        rows.push({ account, exchange: 'kucoin', kind, symbol, maker, taker, receivedAt: Date.now() })
      }
    }
    const names = ours(symbols, 'spot').map(({ nativeName }) => nativeName)
    for (let start = 0; start < names.length; start += feesPerCall) {
      const asked = names.slice(start, start + feesPerCall).join(',')
      const reply = await ask(
        signedCall(sign, 'spotFees', [['symbols', asked]], (body) =>
          dataOf(FeeRow.array(), body, (value) => ({ ok: true, value })),
        ),
      )
      if (!reply.ok) return reply
      feesOf(reply.value, lookup.spot)
    }
    for (const { nativeName } of ours(symbols, 'perpetual')) {
      const reply = await ask(
        signedCall(sign, 'futuresFees', [['symbol', nativeName]], (body) =>
          dataOf(FeeRow, body, (value) => ({ ok: true, value: [value] })),
        ),
      )
      if (!reply.ok) return reply
      feesOf(reply.value, lookup.perpetual)
    }
    return { ok: true, value: rows }
  }

  return {
    asksPerSymbol: true,
    wallets: ['spot', 'futures', 'funding'],
    streams: privateStreams(context, sign),
    permissions: (ask) =>
      ask(
        signedCall(sign, 'apiKey', [], (body) =>
          dataOf(ApiKey, body, (row) => ({ ok: true, value: permissionsOf(row) })),
        ),
      ),
    ...{ balances, openOrders, order, orderHistory, fills, positions, transfers, fundingPayments, fees },
    assetNetworks: (ask) => ask(currenciesCall()),
  }
}

/** The words are not documented: the code is that of any wrong parameter. */
const isUnknownOrder = ({ kind, message }: RestFailure): boolean =>
  kind === 'invalid' && /order.{0,20}not.{0,5}(exist|found)/i.test(message)

/** `General` reads; `Transfer` (once `Withdrawal`) withdraws; `InnerTransfer` moves within the owner's accounts only. */
function permissionsOf({ permission, ipWhitelist }: ApiKey): KeyPermissions {
  const granted = new Set(permission.split(',').map((word) => word.trim()))
  const ipAddresses = (ipWhitelist ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '')
  const notes = [
    'KuCoin tells orders and fills of spot for one symbol at a time only: what ended while Crossbook was not running, in symbols neither watched, held nor traded before, is missing; watch a symbol to see it',
    'KuCoin does not tell the profit of single futures trades: futures balances cannot be explained from them',
  ]
  if (granted.has('InnerTransfer')) notes.push('the key may move money between the owner’s own accounts')
  return {
    canRead: granted.has('General'),
    canTrade: ['Spot', 'Margin', 'Futures', 'Trade'].some((word) => granted.has(word)),
    canWithdraw: granted.has('Transfer') || granted.has('Withdrawal'),
    ipRestricted: ipAddresses.length > 0,
    ipAddresses,
    expiresAt: null,
    notes,
  }
}
