/**
 * One account at OKX: the unified trading account, which holds spot and perpetuals alike, and the funding wallet.
 * Docs: https://www.okx.com/docs-v5/en/#trading-account-rest-api, #order-book-trading-trade, #funding-account-rest-api
 */
import type { KeyPermissions } from '../../../shared/domain/index.ts'
import type { RestCall, RestResult } from '../../net/rest.ts'
import type { AccountConnector, AccountConnectorOptions, AccountSupport } from '../account-contract.ts'
import { createLists } from './account-lists.ts'
import { ConfigRow } from './account-schemas.ts'
import { privateStreams } from './account-stream.ts'
import { createAssetCalls } from './assets.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'

export const okxAccount: AccountSupport = {
  needsPassphrase: true,
  keyAdvice:
    'OKX: Profile > API > Create API key, permission "Read" only, with a passphrase of your own and, if you can, an IP allow-list: https://www.okx.com/account/my-api',
  create,
}

function create(options: AccountConnectorOptions): AccountConnector {
  const { account, lookup, credentials } = options
  const { sign, ...lists } = createLists({ account, lookup }, credentials)
  const config: RestCall<KeyPermissions> = {
    url: urls.accountConfig,
    query: [],
    pool: 'account-config',
    weight: 1,
    sign,
    parse(body) {
      const rows = rowsOf(body)
      if (!rows.ok) return rows
      const row = ConfigRow.safeParse(rows.value[0])
      return row.success
        ? { ok: true, value: permissionsOf(row.data) }
        : { ok: false, problem: `account/config: ${row.error.message}` }
    },
  }
  return {
    asksPerSymbol: false,
    wallets: ['unified', 'funding'],
    streams: privateStreams({ account, lookup }, credentials),
    permissions: (ask): Promise<RestResult<KeyPermissions>> => ask(config),
    ...lists,
    ...createAssetCalls({ account, lookup }, sign),
  }
}

/** `perm` lists read_only, trade and withdraw, reading always implied; `ip` the addresses that the key is bound to. */
function permissionsOf({ perm, ip = '' }: ConfigRow): KeyPermissions {
  const granted = new Set(perm.split(',').map((word) => word.trim()))
  const ipAddresses = ip
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '')
  const [canTrade, canWithdraw] = [granted.has('trade'), granted.has('withdraw')]
  const isLoose = (canTrade || canWithdraw) && ipAddresses.length === 0
  return {
    canRead: true,
    canTrade,
    canWithdraw,
    ipRestricted: ipAddresses.length > 0,
    ipAddresses,
    expiresAt: null,
    notes: isLoose
      ? ['OKX lets keys that can trade or withdraw and have no IP allow-list expire after 14 days without use']
      : [],
  }
}
