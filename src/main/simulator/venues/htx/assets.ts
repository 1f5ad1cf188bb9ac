/** `/v2/reference/currencies`: an asset a row, its chains in it. */
import type { ChainNames, SimAssets } from '../../assets.ts'
import type { Row } from './frames.ts'

const names: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ERC20',
  bsc: 'BEP20',
  tron: 'TRC20',
  solana: 'SOL',
  arbitrum: 'ARB',
  optimism: 'OPT',
  avalanche: 'AVAXC',
}

export const currencyRows = (assets: SimAssets, now: number): readonly Row[] =>
  assets.names.map((asset) => ({
    currency: asset.toLowerCase(),
    instStatus: 'normal',
    chains: assets.networksOf(asset, now).map(({ chain, ...network }) => {
      const displayName = chain === 'own' ? asset : names[chain]
      return {
        chain: `${displayName}${asset}`.toLowerCase(),
        displayName,
        baseChain: displayName,
        isDynamic: false,
        numOfConfirmations: 12,
        depositStatus: network.canDeposit ? 'allowed' : 'prohibited',
        minDepositAmt: '0.00000001',
        withdrawStatus: network.canWithdraw ? 'allowed' : 'prohibited',
        minWithdrawAmt: network.minimumWithdrawal,
        withdrawPrecision: 8,
        withdrawFeeType: 'fixed',
        transactFeeWithdraw: network.withdrawalFee,
      }
    }),
  }))
