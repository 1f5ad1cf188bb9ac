/** `/api/v3/capital/config/getall`: a row per asset (documentation, "Query the currency information"). */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { ChainNames, SimAssets } from '../../assets.ts'

/** Short names (`netWork`) and long ones (`network`). */
const names: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ETH',
  bsc: 'BSC',
  tron: 'TRX',
  solana: 'SOL',
  arbitrum: 'ARB',
  optimism: 'OP',
  avalanche: 'AVAX_CCHAIN',
}
const longNames: ChainNames = {
  bitcoin: 'Bitcoin(BTC)',
  ethereum: 'Ethereum(ERC20)',
  bsc: 'BNB Smart Chain(BEP20)',
  tron: 'Tron(TRC20)',
  solana: 'Solana(SOL)',
  arbitrum: 'Arbitrum One(ARB)',
  optimism: 'Optimism(OP)',
  avalanche: 'Avalanche C Chain(AVAX CCHAIN)',
}

export function coinRows(assets: SimAssets, now: EpochMs): readonly object[] {
  return assets.names.map((coin) => ({
    coin,
    Name: coin,
    networkList: assets.networksOf(coin, now).map(({ chain, ...network }) => ({
      coin,
      depositDesc: null,
      depositEnable: network.canDeposit,
      minConfirm: 5,
      Name: coin,
      network: chain === 'own' ? coin : longNames[chain],
      withdrawEnable: network.canWithdraw,
      withdrawFee: network.withdrawalFee,
      withdrawIntegerMultiple: null,
      withdrawMax: '10000000.000000000000000000',
      withdrawMin: network.minimumWithdrawal,
      sameAddress: false,
      contract: network.contract ?? '',
      withdrawTips: null,
      depositTips: null,
      netWork: chain === 'own' ? coin : names[chain],
    })),
  }))
}
