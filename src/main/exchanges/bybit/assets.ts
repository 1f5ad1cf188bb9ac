/** What Bybit tells an account of assets and fees. */

import { z } from 'zod'
import { decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { AccountFees, AssetNetwork, EpochMs, Instrument, MarketKind } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, RestResult, Sign } from '../../net/rest.ts'
import type { Ask } from '../account-contract.ts'
import type { AccountContext } from '../account-rows.ts'
import { amountOf, contractOf, readNetworks } from '../asset-networks.ts'
import { bad, checked, good, joinPassedOver, readListing } from '../rows.ts'
import { categories, urls } from './endpoints.ts'
import { pageOf } from './fields.ts'

const Coin = z.object({ coin: z.string().min(1), chains: z.array(z.unknown()) })
const Chain = z.object({
  chain: z.string().min(1),
  chainDeposit: z.string(),
  chainWithdraw: z.string(),
  withdrawFee: z.string().optional(),
  withdrawMin: z.string().optional(),
  withdrawPercentageFee: z.string().optional(),
  contractAddress: z.string().optional(),
})
/** `chainDeposit` and `chainWithdraw` */
const open = '1'

/**
 * GET /asset/coin/query-info: a row for each asset, its networks within. With a percentage the fee is no fixed amount; without any fee the
 * asset cannot be withdrawn there.
 * Source: V5 documentation, "Get Coin Info"; fixture bybit/rest_private.json, `asset/coin/query-info`
 */
export function readCoins(body: unknown, receivedAt: EpochMs): Parsed<readonly AssetNetwork[]> {
  const page = pageOf(body)
  if (!page.ok) return page
  return readNetworks('asset/coin/query-info', page.value.rows, (json) => {
    const coin = Coin.safeParse(json)
    if (!coin.success) return [{ asset: null, reading: bad('coin', json, coin.error.issues[0]?.message) }]
    const { coin: asset, chains } = coin.data
    return chains.map((chain) => ({
      asset,
      reading: checked(Chain, chain, (row) => {
        const { withdrawPercentageFee: share = '', withdrawFee = '' } = row
        const isShare = share !== '' && !isZeroAmount(share)
        return good<AssetNetwork>({
          exchange: 'bybit',
          asset,
          network: row.chain,
          contract: contractOf(row.contractAddress),
          canDeposit: row.chainDeposit === open,
          canWithdraw: row.chainWithdraw === open && withdrawFee !== '',
          withdrawalFee: isShare ? null : amountOf(withdrawFee),
          minimumWithdrawal: amountOf(row.withdrawMin),
          receivedAt,
        })
      }),
    }))
  })
}

const Rate = z.string().refine((text) => decimalTextOf(text) !== null, 'decimal text')
const FeeRow = z.object({ symbol: z.string().min(1), takerFeeRate: Rate, makerFeeRate: Rate })

interface Rates {
  readonly symbol: string
  readonly maker: string
  readonly taker: string
}

/** GET /account/fee-rate?category=: a row for each symbol; a negative rate is a rebate. */
export function readFeeRates(body: unknown): Parsed<readonly Rates[]> {
  const page = pageOf(body)
  if (!page.ok) return page
  return readListing('account/fee-rate', page.value.rows, 'symbol', (json) =>
    checked(FeeRow, json, ({ symbol, makerFeeRate: maker, takerFeeRate: taker }) => good({ symbol, maker, taker })),
  )
}

export function createAssetCalls({ account, lookup }: AccountContext, sign: Sign) {
  const coins: RestCall<readonly AssetNetwork[]> = {
    url: urls.coins,
    query: [],
    pool: 'asset/coin-info',
    weight: 1,
    sign,
    parse: (body) => readCoins(body, Date.now()),
  }
  const feeRate = (kind: MarketKind): RestCall<readonly Rates[]> => ({
    url: urls.feeRate,
    query: [['category', categories[kind]]],
    pool: 'account/fee-rate',
    weight: 1,
    sign,
    parse: readFeeRates,
  })

  /** One row for all where all listed ones pay the same, else one for each. */
  function rowsOfKind(
    kind: MarketKind,
    instruments: ReadonlyMap<string, Instrument>,
    told: readonly Rates[],
  ): readonly AccountFees[] {
    const receivedAt = Date.now()
    const listed = told.flatMap(({ symbol: name, maker, taker }) => {
      const instrument = instruments.get(name)
      return instrument ? [{ symbol: instrument.symbol, maker, taker }] : []
    })
    const common = { account, exchange: 'bybit', kind, receivedAt } as const
    const [first] = listed
    const isSame = listed.every(({ maker, taker }) => maker === first?.maker && taker === first?.taker)
    if (first !== undefined && isSame && listed.length === instruments.size)
      return [{ ...common, symbol: null, maker: first.maker, taker: first.taker }]
    return listed.map((row) => ({ ...common, ...row }))
  }

  return {
    assetNetworks: (ask: Ask) => ask(coins),

    async fees(ask: Ask): Promise<RestResult<readonly AccountFees[]>> {
      const rows: AccountFees[] = []
      const passed: Parameters<typeof joinPassedOver>[0][number][] = []
      for (const kind of ['spot', 'perpetual'] as const) {
        const rates = await ask(feeRate(kind))
        if (!rates.ok) return rates
        rows.push(...rowsOfKind(kind, lookup[kind], rates.value))
        passed.push(rates.passedOver)
      }
      const passedOver = joinPassedOver(passed)
      return { ok: true, value: rows, ...(passedOver === null ? {} : { passedOver }) }
    },
  }
}
