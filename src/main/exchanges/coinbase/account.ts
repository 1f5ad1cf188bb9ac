/** One account at Coinbase, read with a CDP key through Advanced Trade: spot only, so no positions and no funding. */
import type { AccountConnector, AccountConnectorOptions, AccountSupport } from '../account-contract.ts'
import { createLists } from './account-lists.ts'
import { userStream } from './account-stream.ts'
import { createSigner } from './signing.ts'

export const coinbaseAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice:
    'Coinbase: https://portal.cdp.coinbase.com/access/api, create a Secret API key with the View permission only (no Trade, no Transfer) and, if you can, an IP allow-list. The key is its name ("organizations/…/apiKeys/…"), the secret its private key, ECDSA or Ed25519.',
  create,
}

function create({ account, credentials, lookup }: AccountConnectorOptions): AccountConnector {
  const signer = createSigner(credentials)
  const context = { account, lookup }
  return {
    asksPerSymbol: false,
    wallets: ['spot'],
    streams: [userStream(context, signer)],
    untoldWallets: ['spot'],
    untoldFills: true,
    ...createLists(context, signer.sign),
    positions: async () => ({ ok: true, value: [] }),
    // No perpetuals here: a list without pages.
    fundingPayments: async function* () {},
  }
}
