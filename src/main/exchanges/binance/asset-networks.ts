/** Networks of all assets, told to accounts only. */
import { z } from 'zod'
import type { AssetNetwork, EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import { amountOf, contractOf, type NetworkEntry, readNetworks } from '../asset-networks.ts'
import { checked, foreign, good } from '../rows.ts'

const Coin = z.object({
  coin: z.string().min(1),
  /** Of the whole coin. */
  depositAllEnable: z.boolean().optional(),
  withdrawAllEnable: z.boolean().optional(),
  isLegalMoney: z.boolean().optional(),
  networkList: z.array(z.unknown()),
})

const Network = z.object({
  network: z.string().min(1),
  depositEnable: z.boolean(),
  withdrawEnable: z.boolean(),
  withdrawFee: z.string().optional(),
  withdrawMin: z.string().optional(),
  contractAddress: z.string().nullish(),
})

/**
 * GET /sapi/v1/capital/config/getall (weight 10 by IP). A network is open where neither it nor its coin is closed. Money of states
 * is left out.
 * Source: wallet documentation, "All Coins' Information"; fixture account_rest.ndjson, `coins`
 */
export function readAssetNetworks(body: unknown, receivedAt: EpochMs): Parsed<readonly AssetNetwork[]> {
  if (!Array.isArray(body)) return { ok: false, problem: 'coins: no list' }
  return readNetworks('coins', body, (json): readonly NetworkEntry<AssetNetwork>[] => {
    const parsed = Coin.safeParse(json)
    if (!parsed.success) return [{ asset: null, reading: checked(Coin, json, () => foreign) }]
    const { coin: asset, networkList, isLegalMoney, depositAllEnable, withdrawAllEnable } = parsed.data
    if (isLegalMoney === true) return []
    return networkList.map((row) => ({
      asset,
      reading: checked(Network, row, (one) =>
        good<AssetNetwork>({
          exchange: 'binance',
          asset,
          network: one.network,
          contract: contractOf(one.contractAddress),
          canDeposit: one.depositEnable && depositAllEnable !== false,
          canWithdraw: one.withdrawEnable && withdrawAllEnable !== false,
          withdrawalFee: amountOf(one.withdrawFee),
          minimumWithdrawal: amountOf(one.withdrawMin),
          receivedAt,
        }),
      ),
    }))
  })
}
