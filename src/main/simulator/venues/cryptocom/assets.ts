/** `private/get-currency-networks`: a map of assets, a list of networks in each. Contracts are not told. */
import type { ChainNames, SimAssets } from '../../assets.ts'
import type { Row } from './frames.ts'

const names: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ETH',
  bsc: 'BNB',
  tron: 'TRX',
  solana: 'SOL',
  arbitrum: 'ARB',
  optimism: 'OP',
  avalanche: 'AVAXC',
}

export const currencyMap = (assets: SimAssets, now: number): Row => ({
  update_time: now,
  currency_map: Object.fromEntries(
    assets.names.map((asset) => [
      asset,
      {
        full_name: asset,
        default_network: null,
        network_list: assets.networksOf(asset, now).map(({ chain, ...network }) => ({
          network_id: chain === 'own' ? asset : names[chain],
          withdrawal_fee: Number(network.withdrawalFee),
          withdraw_enabled: network.canWithdraw,
          min_withdrawal_amount: Number(network.minimumWithdrawal),
          deposit_enabled: network.canDeposit,
          confirmation_required: 12,
        })),
      },
    ]),
  ),
})
