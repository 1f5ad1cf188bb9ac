/** `/sapi/v1/capital/config/getall`: a row per asset (wallet documentation, "All Coins' Information"). */
import type { SimAccount } from '../../account/contract.ts'
import type { ChainNames, SimAssets } from '../../assets.ts'

const names: ChainNames = {
  bitcoin: 'BTC',
  ethereum: 'ETH',
  bsc: 'BSC',
  tron: 'TRX',
  solana: 'SOL',
  arbitrum: 'ARBITRUM',
  optimism: 'OPTIMISM',
  avalanche: 'AVAXC',
}

export function coinRows(assets: SimAssets, account: SimAccount): readonly object[] {
  const balances = new Map(account.balances('spot').map((balance) => [balance.asset, balance]))
  return assets.names.map((coin) => {
    const networks = assets.networksOf(coin, account.now())
    const balance = balances.get(coin)
    return {
      coin,
      depositAllEnable: networks.some(({ canDeposit }) => canDeposit),
      withdrawAllEnable: networks.some(({ canWithdraw }) => canWithdraw),
      name: coin,
      free: balance?.free ?? '0',
      locked: balance?.locked ?? '0',
      freeze: '0',
      withdrawing: '0',
      ipoing: '0',
      ipoable: '0',
      storage: '0',
      isLegalMoney: false,
      trading: true,
      networkList: networks.map((network, index) => ({
        network: network.chain === 'own' ? coin : names[network.chain],
        coin,
        withdrawIntegerMultiple: '0.00000001',
        isDefault: index === 0,
        depositEnable: network.canDeposit,
        withdrawEnable: network.canWithdraw,
        depositDesc: network.canDeposit ? '' : 'Wallet Maintenance, Deposit Suspended',
        withdrawDesc: network.canWithdraw ? '' : 'Wallet Maintenance, Withdrawal Suspended',
        specialTips: '',
        name: network.chain === 'own' ? coin : names[network.chain],
        resetAddressStatus: false,
        addressRegex: '',
        memoRegex: '',
        withdrawFee: network.withdrawalFee,
        withdrawMin: network.minimumWithdrawal,
        withdrawMax: '9999999999',
        withdrawInternalMin: '0.00000001',
        depositDust: '0.00000001',
        minConfirm: 5,
        unLockConfirm: 0,
        sameAddress: false,
        withdrawTag: false,
        estimatedArrivalTime: 1,
        busy: false,
        ...(network.contract === null ? {} : { contractAddressUrl: '', contractAddress: network.contract }),
      })),
    }
  })
}
