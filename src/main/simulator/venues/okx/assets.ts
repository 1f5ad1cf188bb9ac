/** `/asset/currencies`: a row per asset and network (V5 documentation, "Get currencies"). */
import type { ChainNames, SimAssets } from '../../assets.ts'
import type { Row } from './frames.ts'

const names: ChainNames = {
  bitcoin: 'Bitcoin',
  ethereum: 'ERC20',
  bsc: 'BSC',
  tron: 'TRC20',
  solana: 'Solana',
  arbitrum: 'Arbitrum One',
  optimism: 'Optimism',
  avalanche: 'Avalanche C-Chain',
}
/** The chains of these coins go by the names of their networks; those of others by the coin's. */
const ownNames: Readonly<Partial<Record<string, string>>> = {
  XRP: 'Ripple',
  DOGE: 'Dogecoin',
  ADA: 'Cardano',
  LTC: 'Litecoin',
  DOT: 'Polkadot',
  BCH: 'BitcoinCash',
  ATOM: 'Cosmos',
  APT: 'Aptos',
  FIL: 'Filecoin',
  ETC: 'Ethereum Classic',
}

export function currencyRows(assets: SimAssets, wanted: ReadonlySet<string> | null, now: number): readonly Row[] {
  return assets.names
    .filter((ccy) => wanted === null || wanted.has(ccy))
    .flatMap((ccy) =>
      assets.networksOf(ccy, now).map(({ chain, ...network }) => ({
        burningFeeRate: '',
        canDep: network.canDeposit,
        canInternal: true,
        canWd: network.canWithdraw,
        ccy,
        chain: `${ccy}-${chain === 'own' ? (ownNames[ccy] ?? ccy) : names[chain]}`,
        ctAddr: network.contract ?? '',
        depEstOpenTime: '',
        depQuotaFixed: '',
        depQuoteDailyLayer2: '',
        fee: network.withdrawalFee,
        logoLink: '',
        mainNet: network.contract === null,
        maxFee: network.withdrawalFee,
        maxFeeForCtAddr: '',
        maxWd: '9999999999',
        minDep: '0.00000001',
        minDepArrivalConfirm: '1',
        minFee: network.withdrawalFee,
        minFeeForCtAddr: '',
        minInternal: '0.00000001',
        minWd: network.minimumWithdrawal,
        minWdUnlockConfirm: '2',
        name: ccy,
        needTag: false,
        usedDepQuotaFixed: '',
        usedWdQuota: '0',
        wdEstOpenTime: '',
        wdQuota: '10000000',
        wdTickSz: '8',
      })),
    )
}
