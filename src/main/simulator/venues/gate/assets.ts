/** Assets, their networks and what withdrawing costs (API V4, "Query all currency information", "Query withdrawal status"). */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { ChainNames, SimAssetNetwork, SimAssets } from '../../assets.ts'

const names: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ETH',
  bsc: 'BSC',
  tron: 'TRX',
  solana: 'SOL',
  arbitrum: 'ARBEVM',
  optimism: 'OPETH',
  avalanche: 'AVAX_C',
}
const nameOf = ({ chain, asset }: SimAssetNetwork): string => (chain === 'own' ? asset : names[chain])

export function currencyRows(assets: SimAssets, now: EpochMs): readonly { readonly currency: string }[] {
  return assets.names.map((currency) => {
    const networks = assets.networksOf(currency, now)
    const [first] = networks
    return {
      currency,
      name: currency,
      delisted: false,
      withdraw_disabled: networks.every(({ canWithdraw }) => !canWithdraw),
      withdraw_delayed: false,
      deposit_disabled: networks.every(({ canDeposit }) => !canDeposit),
      trade_disabled: false,
      chain: first === undefined ? '' : nameOf(first),
      chains: networks.map((network) => ({
        name: nameOf(network),
        addr: network.contract ?? '',
        withdraw_disabled: !network.canWithdraw,
        withdraw_delayed: false,
        deposit_disabled: !network.canDeposit,
      })),
    }
  })
}

export function withdrawStatusRows(assets: SimAssets, now: EpochMs): readonly { readonly currency: string }[] {
  return assets.names.map((currency) => {
    const networks = assets.networksOf(currency, now)
    const [first] = networks
    return {
      currency,
      name: currency,
      name_cn: currency,
      deposit: '0',
      withdraw_percent: '0%',
      withdraw_fix: first?.withdrawalFee ?? '0',
      withdraw_day_limit: '20000',
      withdraw_day_limit_remain: '20000',
      withdraw_amount_mini: first?.minimumWithdrawal ?? '0',
      withdraw_eachtime_limit: '20000',
      withdraw_fix_on_chains: Object.fromEntries(networks.map((one) => [nameOf(one), one.withdrawalFee])),
      withdraw_percent_on_chains: Object.fromEntries(networks.map((one) => [nameOf(one), '0%'])),
    }
  })
}
