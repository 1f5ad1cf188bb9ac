/** `/api/v3/currencies`: a row per asset, its networks in it. */
import type { ChainNames, SimAssets } from '../../assets.ts'
import type { Row } from './frames.ts'

const names: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ERC20',
  bsc: 'BEP20',
  tron: 'TRC20',
  solana: 'SOL',
  arbitrum: 'ARBITRUM',
  optimism: 'OPTIMISM',
  avalanche: 'AVAX C-Chain',
}

export const currencyRows = (assets: SimAssets, now: number): readonly Row[] =>
  assets.names.map((currency) => ({
    ...{ currency, name: currency, fullName: currency, precision: 8, confirms: null, contractAddress: null },
    ...{ isMarginEnabled: false, isDebitEnabled: false },
    chains: assets.networksOf(currency, now).map((network) => ({
      chainName: network.chain === 'own' ? currency : names[network.chain],
      ...{ withdrawalMinSize: network.minimumWithdrawal, depositMinSize: null, withdrawFeeRate: '0' },
      ...{ withdrawalMinFee: network.withdrawalFee, isWithdrawEnabled: network.canWithdraw },
      ...{ isDepositEnabled: network.canDeposit, confirms: 3, preConfirms: 1 },
      ...{ contractAddress: network.contract ?? '', withdrawPrecision: 8, maxWithdraw: null, maxDeposit: null },
      ...{ needTag: false, chainId: (network.chain === 'own' ? currency : names[network.chain]).toLowerCase() },
    })),
  }))
