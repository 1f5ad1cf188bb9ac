/** What MEXC tells an account of assets and fees. */
import { z } from 'zod'
import { decimalTextOf } from '../../../shared/amount.ts'
import type { AccountFees, AssetNetwork, EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import { amountOf, contractOf, type NetworkEntry, readNetworks } from '../asset-networks.ts'
import { bad, checked, foreign, good } from '../rows.ts'
import { List } from './account-schemas.ts'
import { unreadable } from './calls.ts'

const Coin = z.object({ coin: z.string().min(1), networkList: z.array(z.unknown()) })

const Decimal = z.union([z.string(), z.number()])
const Network = z.object({
  /** The short name, which withdrawals go by; `network` is its long one and to be dropped. */
  netWork: z.string().nullish(),
  network: z.string().nullish(),
  depositEnable: z.boolean(),
  withdrawEnable: z.boolean(),
  withdrawFee: Decimal.nullish(),
  withdrawMin: Decimal.nullish(),
  contract: z.string().nullish(),
})

/**
 * GET /api/v3/capital/config/getall (weight 10, permission SPOT_WITHDRAW_READ).
 * Documentation, "Query the currency information"; fixture rest_private.json, `coins`
 */
export function readCoins(body: unknown, receivedAt: EpochMs): Parsed<readonly AssetNetwork[]> {
  const list = List.safeParse(body)
  if (!list.success) return unreadable('coins: not a list')
  return readNetworks('coins', list.data, (json): readonly NetworkEntry<AssetNetwork>[] => {
    const parsed = Coin.safeParse(json)
    if (!parsed.success) return [{ asset: null, reading: checked(Coin, json, () => foreign) }]
    const { coin: asset, networkList } = parsed.data
    return networkList.map((row) => ({
      asset,
      reading: checked(Network, row, (one) => {
        const network = one.netWork || one.network
        if (!network) return bad('netWork', one.netWork)
        return good<AssetNetwork>({
          exchange: 'mexc',
          asset,
          network,
          contract: contractOf(one.contract),
          canDeposit: one.depositEnable,
          canWithdraw: one.withdrawEnable,
          withdrawalFee: amountOf(one.withdrawFee),
          minimumWithdrawal: amountOf(one.withdrawMin),
          receivedAt,
        })
      }),
    }))
  })
}

const TradeFeeReply = z.object({ data: z.object({ makerCommission: Decimal, takerCommission: Decimal }) })

/**
 * GET /api/v3/tradeFee?symbol= (weight 20, permission SPOT_ACCOUNT_READ), numbers or text.
 * Documentation, "Query Symbol Commission"; fixture rest_private.json, `tradeFee`
 */
export function readTradeFee(
  body: unknown,
  { exchange, kind, symbol }: Instrument,
  { account, receivedAt }: { readonly account: string; readonly receivedAt: EpochMs },
): Parsed<AccountFees> {
  const reply = TradeFeeReply.safeParse(body)
  if (!reply.success) return unreadable('tradeFee: no data.makerCommission and data.takerCommission')
  const { makerCommission, takerCommission } = reply.data.data
  const [maker, taker] = [decimalTextOf(makerCommission), decimalTextOf(takerCommission)]
  if (maker === null) return unreadable(`tradeFee: makerCommission: ${makerCommission}: no decimal number`)
  if (taker === null) return unreadable(`tradeFee: takerCommission: ${takerCommission}: no decimal number`)
  return { ok: true, value: { account, exchange, kind, symbol, maker, taker, receivedAt } }
}
