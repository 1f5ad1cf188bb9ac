/** `/v5/asset/coin/query-info`: a row per asset, its networks within (V5 documentation, "Get Coin Info"). */
import type { ChainNames, SimAssets } from '../../assets.ts'
import type { Row } from './replies.ts'

/** `chain` and `chainType`. */
const codes: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ETH',
  bsc: 'BSC',
  tron: 'TRX',
  solana: 'SOL',
  arbitrum: 'ARBI',
  optimism: 'OP',
  avalanche: 'CAVAX',
}
const titles: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'Ethereum',
  bsc: 'BSC (BEP20)',
  tron: 'TRC20',
  solana: 'SOL',
  arbitrum: 'Arbitrum One',
  optimism: 'OP Mainnet',
  avalanche: 'CAVAX',
}
const flag = (isOpen: boolean): string => (isOpen ? '1' : '0')

export const coinRows = (assets: SimAssets, wanted: string | null, now: number): readonly Row[] =>
  assets.names
    .filter((coin) => wanted === null || coin === wanted)
    .map((coin) => ({
      name: coin,
      coin,
      remainAmount: '10000000',
      chains: assets.networksOf(coin, now).map(({ chain, ...network }) => ({
        chainType: chain === 'own' ? coin : titles[chain],
        confirmation: '6',
        withdrawFee: network.withdrawalFee,
        depositMin: '0',
        withdrawMin: network.minimumWithdrawal,
        chain: chain === 'own' ? coin : codes[chain],
        chainDeposit: flag(network.canDeposit),
        chainWithdraw: flag(network.canWithdraw),
        minAccuracy: '8',
        withdrawPercentageFee: '0',
        contractAddress: network.contract ?? '',
        safeConfirmNumber: '65',
        withdrawMax: '10000000',
      })),
    }))
