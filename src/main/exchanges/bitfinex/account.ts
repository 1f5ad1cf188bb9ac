/**
 * One account at Bitfinex: the exchange wallet (spot), the margin wallet (collateral of perpetuals) and the funding wallet.
 * Docs: https://docs.bitfinex.com/docs/rest-auth, /docs/ws-auth
 */
import type { AccountConnector, AccountConnectorOptions, AccountSupport } from '../account-contract.ts'
import { createLists } from './account-lists.ts'
import { contextOf } from './account-normalize.ts'
import { privateStream } from './account-stream.ts'
import { createNonces } from './signing.ts'

export const bitfinexAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'Bitfinex: Account > API Keys > Create new key, "Read" of Account info, Account history, Orders, Positions (Margin trading) and Wallets only, nothing to write, with an IP allow-list if you can; a key of its own, since another program with the same one makes Bitfinex refuse both: https://setting.bitfinex.com/api',
  create({ account, credentials, lookup }: AccountConnectorOptions): AccountConnector {
    const context = contextOf(account, lookup)
    const nonces = createNonces()
    return {
      asksPerSymbol: false,
      wallets: ['spot', 'futures', 'funding'],
      streams: [privateStream(context, credentials, nonces)],
      ...createLists(context, credentials, nonces),
    }
  },
}
