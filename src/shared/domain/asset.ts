/** What an exchange tells of an asset as a thing to move: the networks it travels on. Amounts are decimal text, absent is null. */
import { z } from 'zod'
import { DecimalText } from './account.ts'
import { ExchangeId } from './exchange.ts'
import { MarketKind } from './instrument.ts'

/** One network on which one exchange takes in or pays out one asset. */
export const AssetNetwork = z.object({
  exchange: ExchangeId,
  /** As instruments name it: `BTC`. */
  asset: z.string(),
  /** The exchange's own name of the network: `ETH`, `ERC20`, `BSC`. */
  network: z.string(),
  /** The token's contract there, as the exchange writes it; null: it tells none, or the asset is the chain's own coin. */
  contract: z.string().nullable(),
  /** Open now; null: the exchange does not tell. */
  canDeposit: z.boolean().nullable(),
  canWithdraw: z.boolean().nullable(),
  /** In the asset itself, whatever the quantity; null: the exchange does not tell, or takes a share of the quantity. */
  withdrawalFee: DecimalText.nullable(),
  minimumWithdrawal: DecimalText.nullable(),
  receivedAt: z.number(),
})
export type AssetNetwork = Readonly<z.infer<typeof AssetNetwork>>

/** What an account pays, as fractions of notional; a rebate is negative. */
export const AccountFees = z.object({
  account: z.string(),
  exchange: ExchangeId,
  kind: MarketKind,
  /** null: of every symbol of this kind that has no entry of its own. */
  symbol: z.string().nullable(),
  maker: DecimalText,
  taker: DecimalText,
  receivedAt: z.number(),
})
export type AccountFees = Readonly<z.infer<typeof AccountFees>>
