/** What KuCoin tells anybody of assets and their networks. Docs: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-currencies */
import { z } from 'zod'
import type { AssetNetwork } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import { amountOf, contractOf, type NetworkEntry, readNetworks } from '../asset-networks.ts'
import { checked, foreign, good } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './replies.ts'

const Currency = z.object({ currency: z.string().min(1), chains: z.array(z.unknown()).nullish() })
const Chain = z.object({
  chainName: z.string().min(1),
  contractAddress: z.string().nullish(),
  isDepositEnabled: z.boolean(),
  isWithdrawEnabled: z.boolean(),
  withdrawalMinSize: z.string().nullish(),
  withdrawalMinFee: z.string().nullish(),
  /** A share of the amount, charged where it is more than the least fee. */
  withdrawFeeRate: z.string().nullish(),
})

/**
 * In      {"currency":"BTC","chains":[{"chainName":"BTC","withdrawalMinSize":"0.001","withdrawFeeRate":"0","withdrawalMinFee":"0.0005",
 *         "isWithdrawEnabled":true,"isDepositEnabled":true,"contractAddress":"","chainId":"btc",…}],…}
 * Out     one network for each chain; the fee only where no share of the amount is taken
 */
export const currenciesCall = (): RestCall<readonly AssetNetwork[]> => ({
  url: urls.currencies,
  query: [],
  pool: 'public',
  weight: 3,
  parse: (body) =>
    rowsOf(body, (rows) => {
      const receivedAt = Date.now()
      return readNetworks('currencies', rows, (json): readonly NetworkEntry<AssetNetwork>[] => {
        const parsed = Currency.safeParse(json)
        if (!parsed.success) return [{ asset: null, reading: checked(Currency, json, () => foreign) }]
        const { currency: asset, chains } = parsed.data
        return (chains ?? []).map((row) => ({
          asset,
          reading: checked(Chain, row, (chain) =>
            good<AssetNetwork>({
              exchange: 'kucoin',
              asset,
              network: chain.chainName,
              contract: contractOf(chain.contractAddress),
              canDeposit: chain.isDepositEnabled,
              canWithdraw: chain.isWithdrawEnabled,
              withdrawalFee: Number(chain.withdrawFeeRate ?? 0) === 0 ? amountOf(chain.withdrawalMinFee) : null,
              minimumWithdrawal: amountOf(chain.withdrawalMinSize),
              receivedAt,
            }),
          ),
        }))
      })
    }),
})
