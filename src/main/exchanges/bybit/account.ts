/**
 * One account at Bybit: the unified trading account, which holds spot and perpetuals alike, and the funding wallet. Older accounts without
 * the unified one are told to upgrade.
 * Docs: https://bybit-exchange.github.io/docs/v5/user/apikey-info, /v5/account/wallet-balance
 */
import type { EpochMs, KeyPermissions } from '../../../shared/domain/index.ts'
import type { RestCall, RestResult } from '../../net/rest.ts'
import type { AccountConnector, AccountConnectorOptions, AccountSupport } from '../account-contract.ts'
import { createLists } from './account-lists.ts'
import { KeyResult } from './account-schemas.ts'
import { privateStreams } from './account-stream.ts'
import { createAssetCalls } from './assets.ts'
import { urls } from './endpoints.ts'
import { resultOf } from './fields.ts'

export const bybitAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'Bybit: Account > API > Create New Key > System-generated, "Read-Only" with Unified Trading (Orders, Positions, SPOT) and Assets (Account Transfer) and, if you can, an IP allow-list: https://www.bybit.com/app/user/api-management',
  create,
}

function create(options: AccountConnectorOptions): AccountConnector {
  const { account, lookup, credentials } = options
  let isSubAccount = false
  const { sign, ...lists } = createLists({ account, lookup }, credentials, () => isSubAccount)
  const information: RestCall<KeyResult> = {
    url: urls.keyInformation,
    query: [],
    pool: 'user/query-api',
    weight: 1,
    sign,
    parse(body) {
      const result = resultOf(body)
      if (!result.ok) return result
      const key = KeyResult.safeParse(result.value)
      return key.success
        ? { ok: true, value: key.data }
        : { ok: false, problem: `user/query-api: ${key.error.message}` }
    },
  }
  return {
    asksPerSymbol: false,
    wallets: ['unified', 'funding'],
    streams: privateStreams({ account, lookup }, credentials),
    async permissions(ask): Promise<RestResult<KeyPermissions>> {
      const key = await ask(information)
      if (!key.ok) return key
      isSubAccount = key.value.isMaster === false
      return { ...key, value: permissionsOf(key.value) }
    },
    ...lists,
    ...createAssetCalls({ account, lookup }, sign),
  }
}

const anyAddress = '*'

/** `OptionsTrade` trades perpetuals in USDC, too. `DerivativesTrade` tells the kind of account, not of key. */
const tradingPermissions = [
  ['Spot', 'SpotTrade'],
  ['ContractTrade', 'Order'],
  ['Options', 'OptionsTrade'],
  ['CopyTrading', 'CopyTrading'],
  ['BlockTrade', 'BlockTrade'],
] as const

/** `readOnly` 1 takes from every permission what would change something. `ips` holds `*` where any address is allowed. */
function permissionsOf({ readOnly, permissions, ips, expiredAt }: KeyResult): KeyPermissions {
  const canChange = readOnly === 0
  const has = (group: string, permission: string) => permissions[group]?.includes(permission) === true
  const ipAddresses = (ips ?? []).filter((address) => address !== '' && address !== anyAddress)
  return {
    canRead: true,
    canTrade: canChange && tradingPermissions.some(([group, permission]) => has(group, permission)),
    canWithdraw: canChange && has('Wallet', 'Withdraw'),
    ipRestricted: ipAddresses.length > 0,
    ipAddresses,
    expiresAt: timeOf(expiredAt),
    notes: [],
  }
}

/** `1970-01-01T00:00:00Z` of keys that do not expire. */
function timeOf(text: string | undefined): EpochMs | null {
  const at = Date.parse(text ?? '')
  return at > 0 ? at : null
}
