/**
 * One account at Crypto.com: a single margin wallet, which holds spot and perpetuals alike.
 * Docs: #private-user-balance, #private-get-fee-rate, #private-get-currency-networks
 */

import { Amount, amountText } from '../../../shared/amount.ts'
import type { AccountFees, AssetNetwork, Balance, KeyPermissions } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { AccountConnector, AccountConnectorOptions, AccountSupport } from '../account-contract.ts'
import { readList } from '../account-rows.ts'
import { amountOf, readNetworks } from '../asset-networks.ts'
import { RowFields } from '../row-fields.ts'
import { bad, checked, good, type RowReading } from '../rows.ts'
import { createCalls, createLists } from './account-lists.ts'
import { isEmptyBalance, readBalances } from './account-normalize.ts'
import { BalanceRow, CurrencyMap, CurrencyRow, FeeRates, NetworkRow } from './account-schemas.ts'
import { createUserStream } from './account-stream.ts'
import { resultOf, rowsOf } from './fields.ts'
import { PositionParts } from './position-parts.ts'

export const cryptocomAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'Crypto.com Exchange: User Center > API > Create a new API key, with "Can Read" only, as it is made by default, and, if you can, an IP allow-list: https://crypto.com/exchange/user/settings/api-management',
  create,
}

/** What a key may do is told nowhere. */
const untold: KeyPermissions = {
  canRead: true,
  canTrade: null,
  canWithdraw: null,
  ipRestricted: null,
  ipAddresses: [],
  expiresAt: null,
  notes: [
    'Crypto.com does not tell what a key may do besides reading: make sure at crypto.com/exchange that this one has "Can Read" only',
    'Crypto.com tells no realised profit of a fill and no transfers between its own accounts',
  ],
}

function create(options: AccountConnectorOptions): AccountConnector {
  const { account, lookup, credentials } = options
  const context = { account, lookup }
  const calls = createCalls(credentials)
  const positions = new PositionParts()
  const balances: RestCall<readonly Balance[]> = calls.call('private/user-balance', {}, (body) => {
    const receivedAt = Date.now()
    const rows = rowsOf(body)
    if (!rows.ok) return rows
    const row = BalanceRow.safeParse(rows.value[0])
    if (!row.success) return { ok: false, problem: `user-balance: ${row.error.message}` }
    const list = readList('user-balance', readBalances(context, row.data, receivedAt), (reading) => reading)
    return list.ok ? { ...list, value: list.value.filter((balance) => !isEmptyBalance(balance)) } : list
  })
  return {
    asksPerSymbol: false,
    wallets: ['unified'],
    streams: [createUserStream(context, credentials, positions)],
    async permissions(ask) {
      const reply = await ask(balances)
      return reply.ok ? { ok: true, value: untold } : reply
    },
    balances: (ask) => ask(balances),
    ...createLists(context, calls, positions),
    fees: (ask) => ask(calls.call('private/get-fee-rate', {}, (body) => readFees(body, account))),
    assetNetworks: (ask) => ask(calls.call('private/get-currency-networks', {}, readCurrencies)),
  }
}

const rateOf = (fields: RowFields, name: string, hundredths: string | number): string =>
  amountText(new Amount(fields.decimal(name, hundredths)).div(10_000))

/** In {"spot_tier":"3","deriv_tier":"3","effective_spot_maker_rate_bps":"6.5","effective_spot_taker_rate_bps":"6.9",...} */
function readFees(body: unknown, account: string): Parsed<readonly AccountFees[]> {
  const receivedAt = Date.now()
  const result = resultOf(body)
  if (!result.ok) return result
  const rows = readList('get-fee-rate', [result.value], (json) =>
    checked(FeeRates, json, (rates): RowReading<readonly AccountFees[]> => {
      const fields = new RowFields()
      const row = (kind: AccountFees['kind'], word: 'spot' | 'deriv'): AccountFees => ({
        account,
        exchange: 'cryptocom',
        kind,
        symbol: null,
        maker: rateOf(fields, `effective_${word}_maker_rate_bps`, rates[`effective_${word}_maker_rate_bps`]),
        taker: rateOf(fields, `effective_${word}_taker_rate_bps`, rates[`effective_${word}_taker_rate_bps`]),
        receivedAt,
      })
      const rows = [row('spot', 'spot'), row('perpetual', 'deriv')]
      return fields.problem ?? good(rows)
    }),
  )
  return rows.ok ? { ...rows, value: rows.value.flat() } : rows
}

/**
 * In      {"update_time":1641151604000,"currency_map":{"AGLD":{"full_name":"Adventure Gold","default_network":null,"network_list":[
 *          {"network_id":"ETH","withdrawal_fee":null,"withdraw_enabled":true,"min_withdrawal_amount":10.0,"deposit_enabled":true,...}]}}}
 * Out     one row for each network; contracts are not told
 */
function readCurrencies(body: unknown): Parsed<readonly AssetNetwork[]> {
  const receivedAt = Date.now()
  const result = resultOf(body)
  if (!result.ok) return result
  const map = CurrencyMap.safeParse(result.value)
  if (!map.success) return { ok: false, problem: `get-currency-networks: ${map.error.message}` }
  return readNetworks('get-currency-networks', Object.entries(map.data.currency_map), (entry) => {
    const [asset, json] = Array.isArray(entry) ? entry : []
    if (typeof asset !== 'string') return [{ asset: null, reading: bad('currency', asset) }]
    const currency = CurrencyRow.safeParse(json)
    if (!currency.success) return [{ asset, reading: bad(`${asset}.network_list`, json) }]
    return currency.data.network_list.map((one) => ({
      asset,
      reading: checked(NetworkRow, one, (row) =>
        good<AssetNetwork>({
          exchange: 'cryptocom',
          asset,
          network: row.network_id,
          contract: null,
          canDeposit: row.deposit_enabled,
          canWithdraw: row.withdraw_enabled,
          withdrawalFee: amountOf(row.withdrawal_fee),
          minimumWithdrawal: amountOf(row.min_withdrawal_amount),
          receivedAt,
        }),
      ),
    }))
  })
}
