/**
 * One account at Kraken: spot only, so no positions and no funding. Private calls are POST there; which ones can be made at all stands in
 * signing.ts.
 * Docs: https://docs.kraken.com/api/docs/guides/spot-rest-auth, /rest-api/get-api-key-info
 */
import type { KeyPermissions } from '../../../shared/domain/index.ts'
import type { AccountConnector, AccountConnectorOptions, AccountSupport } from '../account-contract.ts'
import { createLists, createTurns, privateCall } from './account-lists.ts'
import { KeyInfo, Token } from './account-schemas.ts'
import { privateStream } from './account-stream.ts'
import { createSign } from './signing.ts'
import { millisecondsOfSeconds } from './times.ts'

export const krakenAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'Kraken: Settings > API > Create API key for Crossbook alone, with Query under Funds, Query open and Query closed orders and trades, Query ledger entries, and WebSocket interface, nothing else: https://pro.kraken.com/app/settings/api',
  create,
}

function create({ account, credentials, lookup }: AccountConnectorOptions): AccountConnector {
  const context = { account, instruments: lookup.spot }
  const sign = createSign(credentials)
  const inTurn = createTurns()
  const keyInfo = privateCall(sign, 'GetApiKeyInfo', [], KeyInfo, (info) => ({ ok: true, value: permissionsOf(info) }))
  const token = privateCall(sign, 'GetWebSocketsToken', [], Token, ({ token: value }) => ({ ok: true, value }))
  return {
    asksPerSymbol: false,
    wallets: ['spot'],
    totalsOnlyWallets: ['spot'],
    streams: [privateStream(context, token, inTurn)],
    permissions: (ask) => inTurn(ask)(keyInfo),
    ...createLists(context, sign, inTurn),
    positions: async () => ({ ok: true, value: [] }),
    // No perpetuals here: a list without pages.
    fundingPayments: async function* () {},
  }
}

/** What Crossbook goes without where one of these is missing. */
const needed: Readonly<Record<string, string>> = {
  'query-funds': 'balances, deposits and fees',
  'query-open-trades': 'open orders',
  'query-closed-trades': 'orders that ended and fills',
  'create-ws-token': 'live stream',
}

function permissionsOf({ permissions, validUntil, queryFrom, queryTo, ipAllowlist }: KeyInfo): KeyPermissions {
  const granted = new Set(permissions)
  const notes = Object.entries(needed).flatMap(([word, what]) =>
    granted.has(word) ? [] : [`the key lacks ${word}: no ${what}`],
  )
  if (!granted.has('query-ledger') && !granted.has('withdraw-funds'))
    notes.push('the key lacks query-ledger: no withdrawals')
  if (timeOf(queryFrom) !== null || timeOf(queryTo) !== null) notes.push('the key may read a part of the past only')
  const ipAddresses = ipAllowlist ?? []
  return {
    canRead: granted.has('query-funds'),
    canTrade: granted.has('modify-trades') || granted.has('close-trades'),
    canWithdraw: granted.has('withdraw-funds'),
    ipRestricted: ipAddresses.length > 0,
    ipAddresses: [...ipAddresses],
    expiresAt: timeOf(validUntil),
    notes,
  }
}

/** null: no bound. */
function timeOf(seconds: number | string | null | undefined): number | null {
  const at = seconds === null || seconds === undefined ? Number.NaN : millisecondsOfSeconds(seconds)
  return Number.isNaN(at) ? null : at
}
