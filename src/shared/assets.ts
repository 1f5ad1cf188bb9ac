/** Moving assets between exchanges and the fees in force, as the contract tells them. Amounts are decimal text; times epoch ms. */
import { z } from 'zod'
import { AssetNetwork, DecimalText, ExchangeId } from './domain/index.ts'

/** `ETH`, `1000PEPE` */
const Asset = z.string().trim().min(1).max(40)

export const AssetsRequest = z.object({ assets: z.array(Asset).min(1).max(100) })
export const TransferRequest = z.object({ asset: Asset, from: ExchangeId, to: ExchangeId })

/** How well an exchange's networks are known. */
export const NetworkStanding = z.object({
  exchange: ExchangeId,
  /** `old`: what is known is no longer believed, since the exchange has not answered for long. */
  state: z.enum(['known', 'old', 'unknown']),
  /** In words: by whom they are told, or why they are not known; "needs an account". */
  words: z.string(),
  /** When the exchange last told them; null: never. */
  asOf: z.number().nullable(),
})
export type NetworkStanding = Readonly<z.infer<typeof NetworkStanding>>

export const AssetNetworks = z.object({ networks: z.array(AssetNetwork), exchanges: z.array(NetworkStanding) })
export type AssetNetworks = Readonly<z.infer<typeof AssetNetworks>>

/** One network that both exchanges use, as a way from one to the other. */
export const TransferRoute = z.object({
  /** As people call it: `Tron`. */
  network: z.string(),
  /** The exchanges' own names of it. */
  withdrawAs: z.string(),
  depositAs: z.string(),
  /** null: one of the two does not tell. */
  isOpen: z.boolean().nullable(),
  /** In words: "open", "withdrawals closed on Gate". */
  words: z.string(),
  /** What withdrawing takes, in the asset; null: not told, or no fixed amount. */
  fee: DecimalText.nullable(),
  minimum: DecimalText.nullable(),
})
export type TransferRoute = Readonly<z.infer<typeof TransferRoute>>

/** An asset's way from one exchange to another. */
export const AssetTransfer = z.object({
  asset: z.string(),
  from: ExchangeId,
  to: ExchangeId,
  /** `unknown`: what an exchange tells is not known, too old, or does not say whether it is open. */
  state: z.enum(['open', 'closed', 'unknown']),
  /** In words: "open on Tron, 1 USDT", "withdrawals closed on Gate", "no network in common", "not known for MEXC: needs an account". */
  words: z.string(),
  /** Open ones first, the cheapest first of all; those without a known fee after those with one. */
  routes: z.array(TransferRoute),
  /** What it is known from is as old as this; null: nothing is known of one of the exchanges. */
  asOf: z.number().nullable(),
})
export type AssetTransfer = Readonly<z.infer<typeof AssetTransfer>>

export const FeesRequest = z.object({ instruments: z.array(z.string()).min(1).max(100) })

/** The taker fee that is computed with. */
export const FeeInForce = z.object({
  /** Key. */
  instrument: z.string(),
  /** Fraction of notional; negative: a rebate. */
  taker: z.number(),
  /** `settings` the trader's own word · `account` what an account is told that it pays, the dearest of several · `standard` neither. */
  source: z.enum(['settings', 'account', 'standard']),
  /** Id and name of the account; null: of none. */
  account: z.string().nullable(),
  label: z.string().nullable(),
})
export type FeeInForce = Readonly<z.infer<typeof FeeInForce>>
