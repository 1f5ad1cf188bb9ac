/** The networks of HTX's assets, told to anybody. */
import { z } from 'zod'
import type { AssetNetwork, EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { amountOf, type NetworkEntry, readNetworks } from '../asset-networks.ts'
import { bad, checked, foreign, good, type RowReading } from '../rows.ts'
import { urls } from './endpoints.ts'
import { Rows } from './schemas.ts'

const Currency = z.object({
  currency: z.string().min(1),
  instStatus: z.string().nullish(),
  chains: z.array(z.unknown()).nullish(),
})
const Chain = z.object({
  chain: z.string().min(1),
  displayName: z.string().nullish(),
  depositStatus: z.string(),
  withdrawStatus: z.string(),
  withdrawFeeType: z.string().nullish(),
  transactFeeWithdraw: z.string().nullish(),
  minWithdrawAmt: z.string().nullish(),
})

/**
 * GET /v2/reference/currencies
 *
 * In      {"currency":"usdt","instStatus":"normal","chains":[{"chain":"trc20usdt","displayName":"TRC20","depositStatus":"allowed",
 *         "withdrawStatus":"allowed","withdrawFeeType":"fixed","transactFeeWithdraw":"1","minWithdrawAmt":"2",...}]}
 * Out     a network each. Contracts are not told there. Fees that are a share of the amount, or lie within a range, are null
 * Source  spot "APIv2 - Currency & Chains"
 */
export const assetNetworks = (): RestCall<readonly AssetNetwork[]> => ({
  url: urls.currencies,
  query: [],
  pool: 'spot-public',
  weight: 1,
  parse: (body) => readCurrencies(body, Date.now()),
})

function readCurrencies(body: unknown, receivedAt: EpochMs): Parsed<readonly AssetNetwork[]> {
  const reply = Rows.safeParse(body)
  if (!reply.success) return { ok: false, problem: 'currencies: data: no list' }
  return readNetworks('currencies', reply.data.data, (json): readonly NetworkEntry<AssetNetwork>[] => {
    const parsed = Currency.safeParse(json)
    if (!parsed.success) return [{ asset: null, reading: checked(Currency, json, () => foreign) }]
    const { currency, instStatus, chains } = parsed.data
    if (instStatus === 'delisted') return []
    const asset = currency.toUpperCase()
    return (chains ?? []).map((row) => ({ asset, reading: readChain(asset, row, receivedAt) }))
  })
}

const open: ReadonlyMap<string, boolean> = new Map([
  ['allowed', true],
  ['prohibited', false],
])

const readChain = (asset: string, json: unknown, receivedAt: EpochMs): RowReading<AssetNetwork> =>
  checked(Chain, json, (row) => {
    const [canDeposit, canWithdraw] = [open.get(row.depositStatus), open.get(row.withdrawStatus)]
    if (canDeposit === undefined) return bad('depositStatus', row.depositStatus, 'an unknown word')
    if (canWithdraw === undefined) return bad('withdrawStatus', row.withdrawStatus, 'an unknown word')
    const network =
      row.displayName === undefined || row.displayName === null || row.displayName === '' ? row.chain : row.displayName
    return good<AssetNetwork>({
      ...{ exchange: 'htx', asset, network, contract: null, canDeposit, canWithdraw },
      withdrawalFee: row.withdrawFeeType === 'fixed' ? amountOf(row.transactFeeWithdraw) : null,
      minimumWithdrawal: amountOf(row.minWithdrawAmt),
      receivedAt,
    })
  })
