/** What OKX tells an account of assets and fees. */

import { z } from 'zod'
import { decimalTextOf, isZeroAmount, negateAmount } from '../../../shared/amount.ts'
import type { AccountFees, AssetNetwork, EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, RestResult, Sign } from '../../net/rest.ts'
import type { Ask } from '../account-contract.ts'
import type { AccountContext } from '../account-rows.ts'
import { amountOf, contractOf, readNetworks } from '../asset-networks.ts'
import { checked, foreign, good, joinPassedOver, readListing, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'

const Currency = z.object({
  ccy: z.string().min(1),
  /** `USDT-ERC20`, `USDT-Arbitrum One` */
  chain: z.string().min(1),
  ctAddr: z.string().optional(),
  canDep: z.boolean(),
  canWd: z.boolean(),
  fee: z.string().optional(),
  minWd: z.string().optional(),
  burningFeeRate: z.string().optional(),
})

/**
 * GET /asset/currencies: a row for each network of each asset. `burningFeeRate` is a share of the quantity besides the fee: with one
 * the fee is no fixed amount.
 * Source: V5 documentation, "Get currencies"; fixture rest_private.json, `asset/currencies`
 */
export function readCurrencies(body: unknown, receivedAt: EpochMs): Parsed<readonly AssetNetwork[]> {
  const rows = rowsOf(body)
  if (!rows.ok) return rows
  return readNetworks('asset/currencies', rows.value, (json) => {
    const reading = checked(Currency, json, (row) => {
      const { ccy: asset, chain } = row
      const burns = row.burningFeeRate !== undefined && row.burningFeeRate !== '' && !isZeroAmount(row.burningFeeRate)
      return good<AssetNetwork>({
        exchange: 'okx',
        asset,
        network: chain.startsWith(`${asset}-`) ? chain.slice(asset.length + 1) : chain,
        contract: contractOf(row.ctAddr),
        canDeposit: row.canDep,
        canWithdraw: row.canWd,
        withdrawalFee: burns ? null : amountOf(row.fee),
        minimumWithdrawal: amountOf(row.minWd),
        receivedAt,
      })
    })
    return [{ asset: reading.kind === 'row' ? reading.value.asset : null, reading }]
  })
}

/** A fee is negative there, a rebate positive. */
const Rate = z.string().refine((text) => decimalTextOf(text) !== null, 'decimal text')
const FeeGroup = z.object({ groupId: z.string().min(1), maker: Rate, taker: Rate })
const TradeFee = z.object({ feeGroup: z.array(z.unknown()).optional(), maker: z.string(), taker: z.string() })

interface Rates {
  readonly maker: string
  readonly taker: string
}

const instrumentTypes = { spot: 'SPOT', perpetual: 'SWAP' } as const
type Kind = keyof typeof instrumentTypes

/**
 * GET /account/trade-fee?instType=: rates by fee group.
 * Source: V5 documentation, "Get fee rates"; fixture rest_private.json, `account/trade-fee`
 */
export function readFeeGroups(body: unknown): Parsed<ReadonlyMap<string, Rates>> {
  const rows = rowsOf(body)
  if (!rows.ok) return rows
  const row = TradeFee.safeParse(rows.value[0])
  if (!row.success) return { ok: false, problem: `account/trade-fee: ${row.error.message}` }
  const groups = readListing('account/trade-fee', row.data.feeGroup ?? [], 'groupId', (json) =>
    checked(FeeGroup, json, ({ groupId, maker, taker }) =>
      good([groupId, { maker: negateAmount(maker), taker: negateAmount(taker) }] as const),
    ),
  )
  return groups.ok ? { ...groups, value: new Map(groups.value) } : groups
}

const Grouped = z.object({ instId: z.string().min(1), groupId: z.string().optional() })

/** GET /public/instruments: the fee group of each instrument, which only together with its type tells the fee. */
const groupsOfInstruments = (kind: Kind): RestCall<ReadonlyMap<string, string>> => ({
  url: urls.instruments,
  query: [['instType', instrumentTypes[kind]]],
  pool: 'instruments',
  weight: 1,
  parse(body) {
    const rows = rowsOf(body)
    if (!rows.ok) return rows
    const read = readRows('instruments', rows.value, 'instId', (json) =>
      checked(Grouped, json, ({ instId, groupId }) => (groupId ? good([instId, groupId] as const) : foreign)),
    )
    return read.ok ? { ...read, value: new Map(read.value) } : read
  },
})

export function createAssetCalls({ account, lookup }: AccountContext, sign: Sign) {
  const currencies: RestCall<readonly AssetNetwork[]> = {
    url: urls.currencies,
    query: [],
    pool: 'currencies',
    weight: 1,
    sign,
    parse: (body) => readCurrencies(body, Date.now()),
  }
  const tradeFee = (kind: Kind): RestCall<ReadonlyMap<string, Rates>> => ({
    url: urls.tradeFee,
    query: [['instType', instrumentTypes[kind]]],
    pool: 'trade-fee',
    weight: 1,
    sign,
    parse: readFeeGroups,
  })

  /** One row for all where they all pay the same, else one for each whose group's rates are told. */
  function rowsOfKind(
    kind: Kind,
    instruments: Iterable<Instrument>,
    groupOf: ReadonlyMap<string, string>,
    rates: ReadonlyMap<string, Rates>,
  ): readonly AccountFees[] {
    const receivedAt = Date.now()
    const row = (symbol: string | null, { maker, taker }: Rates): AccountFees => ({
      account,
      exchange: 'okx',
      kind,
      symbol,
      maker,
      taker,
      receivedAt,
    })
    const listed = [...instruments].map(({ symbol, nativeName }) => {
      const group = groupOf.get(nativeName)
      return { symbol, rate: group === undefined ? undefined : rates.get(group) }
    })
    const [first] = listed
    if (first?.rate !== undefined && listed.every(({ rate }) => rate === first.rate)) return [row(null, first.rate)]
    return listed.flatMap(({ symbol, rate }) => (rate === undefined ? [] : [row(symbol, rate)]))
  }

  return {
    assetNetworks: (ask: Ask) => ask(currencies),

    async fees(ask: Ask): Promise<RestResult<readonly AccountFees[]>> {
      const rows: AccountFees[] = []
      const passed: Parameters<typeof joinPassedOver>[0][number][] = []
      for (const kind of ['spot', 'perpetual'] as const) {
        const rates = await ask(tradeFee(kind))
        if (!rates.ok) return rates
        const groups = await ask(groupsOfInstruments(kind))
        if (!groups.ok) return groups
        rows.push(...rowsOfKind(kind, lookup[kind].values(), groups.value, rates.value))
        passed.push(rates.passedOver, groups.passedOver)
      }
      const passedOver = joinPassedOver(passed)
      return { ok: true, value: rows, ...(passedOver === null ? {} : { passedOver }) }
    },
  }
}
