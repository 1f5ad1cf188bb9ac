/** What Gate tells of assets and their networks, to anybody and to an account, and what an account pays. */
import { z } from 'zod'
import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { AccountFees, AssetNetwork, EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, RestResult, Sign } from '../../net/rest.ts'
import type { Ask } from '../account-contract.ts'
import { amountOf, contractOf, type NetworkEntry, readNetworks } from '../asset-networks.ts'
import { checked, foreign, good, readRows, withPassedOver } from '../rows.ts'
import { signedCall } from './account-rest.ts'
import { urls } from './endpoints.ts'
import { problemOf, Rows } from './schemas.ts'

const Currency = z.object({
  currency: z.string().min(1),
  delisted: z.boolean().optional(),
  chains: z.array(z.unknown()).nullish(),
})
const Chain = z.object({
  name: z.string().min(1),
  addr: z.string().nullish(),
  withdraw_disabled: z.boolean(),
  deposit_disabled: z.boolean(),
})

/**
 * GET /spot/currencies (public): networks, contracts and what is open; fees are told to accounts only. Delisted assets are left out.
 * Source: API V4, "Query all currency information"; fixture rest_documented.json, `currencies`
 */
export function readCurrencies(body: unknown, receivedAt: EpochMs): Parsed<readonly AssetNetwork[]> {
  const rows = Rows.safeParse(body)
  if (!rows.success) return { ok: false, problem: `currencies: ${problemOf(rows.error)}` }
  return readNetworks('currencies', rows.data, (json): readonly NetworkEntry<AssetNetwork>[] => {
    const parsed = Currency.safeParse(json)
    if (!parsed.success) return [{ asset: null, reading: checked(Currency, json, () => foreign) }]
    const { currency: asset, delisted, chains } = parsed.data
    if (delisted === true) return []
    return (chains ?? []).map((row) => ({
      asset,
      reading: checked(Chain, row, (chain) =>
        good<AssetNetwork>({
          exchange: 'gate',
          asset,
          network: chain.name,
          contract: contractOf(chain.addr),
          canDeposit: !chain.deposit_disabled,
          canWithdraw: !chain.withdraw_disabled,
          withdrawalFee: null,
          minimumWithdrawal: null,
          receivedAt,
        }),
      ),
    }))
  })
}

export const currenciesCall = (): RestCall<readonly AssetNetwork[]> => ({
  url: urls.currencies,
  query: [],
  pool: 'spot/currencies',
  weight: 1,
  parse: (body) => readCurrencies(body, Date.now()),
})

const WithdrawStatus = z.object({
  currency: z.string().min(1),
  withdraw_amount_mini: z.string().nullish(),
  withdraw_fix_on_chains: z.record(z.string(), z.unknown()).nullish(),
  /** `0%`, `0.1%` */
  withdraw_percent_on_chains: z.record(z.string(), z.unknown()).nullish(),
  withdraw_percent: z.string().nullish(),
})

/** What withdrawing an asset costs; `feeOf` null: not told, or no fixed amount. */
export interface WithdrawalTerms {
  readonly minimum: string | null
  feeOf(network: string): string | null
}

const isNoShare = (percent: unknown): boolean =>
  percent === undefined || percent === null || (typeof percent === 'string' && isZeroAmount(percent.replace(/%$/, '')))

/**
 * GET /wallet/withdraw_status (permission wallet), by asset.
 * Source: API V4, "Query withdrawal status"; fixture account_rest.json, `withdrawStatus`
 */
export function readWithdrawStatus(body: unknown): Parsed<ReadonlyMap<string, WithdrawalTerms>> {
  const rows = Rows.safeParse(body)
  if (!rows.success) return { ok: false, problem: `withdraw_status: ${problemOf(rows.error)}` }
  const read = readRows('withdraw_status', rows.data, 'currency', (json) =>
    checked(WithdrawStatus, json, (row) => {
      const fees = new Map(Object.entries(row.withdraw_fix_on_chains ?? {}))
      const shares = new Map(Object.entries(row.withdraw_percent_on_chains ?? {}))
      const feeOf = (network: string): string | null => {
        const fee = fees.get(network)
        if (!isNoShare(shares.get(network) ?? row.withdraw_percent)) return null
        return typeof fee === 'string' || typeof fee === 'number' ? amountOf(fee) : null
      }
      return good([row.currency, { minimum: amountOf(row.withdraw_amount_mini), feeOf }] as const)
    }),
  )
  return read.ok ? { ...read, value: new Map<string, WithdrawalTerms>(read.value) } : read
}

const Rate = z.string().refine((text) => decimalTextOf(text) !== null, 'decimal text')
const Fees = z.object({ maker_fee: Rate, taker_fee: Rate, futures_maker_fee: Rate, futures_taker_fee: Rate })

/**
 * GET /wallet/fee?settle=usdt (permission wallet): of all symbols of a kind; what holds when fees are paid in GT (`gt_...`) is left
 * out. Source: API V4, "Query personal trading fees"; fixture account_rest.json, `fee`
 */
export function readFees(body: unknown, account: string, receivedAt: EpochMs): Parsed<readonly AccountFees[]> {
  const parsed = Fees.safeParse(body)
  if (!parsed.success) return { ok: false, problem: `fee: ${problemOf(parsed.error)}` }
  const { maker_fee, taker_fee, futures_maker_fee, futures_taker_fee } = parsed.data
  const common = { account, exchange: 'gate', symbol: null, receivedAt } as const
  return {
    ok: true,
    value: [
      { ...common, kind: 'spot', maker: maker_fee, taker: taker_fee },
      { ...common, kind: 'perpetual', maker: futures_maker_fee, taker: futures_taker_fee },
    ],
  }
}

export function createAssetCalls(account: string, sign: Sign) {
  const withdrawStatus = signedCall(sign, urls.withdrawStatus, [], 'wallet/withdraw_status', readWithdrawStatus)
  const feeCall = signedCall(sign, urls.fee, [['settle', 'usdt']], 'wallet/fee', (body) =>
    readFees(body, account, Date.now()),
  )
  return {
    /** The public list with what withdrawing costs. */
    async assetNetworks(ask: Ask): Promise<RestResult<readonly AssetNetwork[]>> {
      const terms = await ask(withdrawStatus)
      if (!terms.ok) return terms
      const networks = await ask(currenciesCall())
      if (!networks.ok) return networks
      const value = networks.value.map((network) => {
        const own = terms.value.get(network.asset)
        if (own === undefined) return network
        return { ...network, withdrawalFee: own.feeOf(network.network), minimumWithdrawal: own.minimum }
      })
      return withPassedOver(value, [terms.passedOver, networks.passedOver])
    },
    fees: (ask: Ask) => ask(feeCall),
  }
}
