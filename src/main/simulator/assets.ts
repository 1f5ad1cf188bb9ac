/**
 * The networks on which the venues move assets: the same coin has the same contracts everywhere and in every run. Most are open; each
 * venue closes some for ten minutes at a time, by the seed.
 */
import { createHash } from 'node:crypto'
import { Amount, amountText } from '../../shared/amount.ts'
import type { EpochMs, ExchangeId } from '../../shared/domain/index.ts'
import { hashText, hashWide, unit } from './hash.ts'
import { dollarsOf } from './symbols.ts'
import type { SimMarket } from './venue.ts'

/** `own`: a chain of the asset's own. */
export type SimChain =
  | 'own'
  | 'bitcoin'
  | 'ethereum'
  | 'bsc'
  | 'tron'
  | 'solana'
  | 'arbitrum'
  | 'optimism'
  | 'avalanche'

export interface SimAssetNetwork {
  readonly asset: string
  readonly chain: SimChain
  /** null: the chain's own coin. */
  readonly contract: string | null
  readonly canDeposit: boolean
  readonly canWithdraw: boolean
  /** Decimal text, in the asset. */
  readonly withdrawalFee: string
  readonly minimumWithdrawal: string
}

export interface SimAssets {
  /** Whatever the venue's spot markets trade, except money of states. */
  readonly names: readonly string[]
  networksOf(asset: string, at: EpochMs): readonly SimAssetNetwork[]
}

/** How the venue calls its networks; `own` is called like the asset where nothing else is said. */
export type ChainNames = Readonly<Record<Exclude<SimChain, 'own'>, string>>

const dollarsOfTransfer: Readonly<Record<SimChain, number>> = {
  own: 0.5,
  bitcoin: 8,
  ethereum: 4,
  bsc: 0.3,
  tron: 1,
  solana: 0.1,
  arbitrum: 0.3,
  optimism: 0.2,
  avalanche: 0.3,
}

const coins: Readonly<Partial<Record<string, readonly SimChain[]>>> = {
  BTC: ['bitcoin'],
  ETH: ['ethereum', 'arbitrum', 'optimism'],
  SOL: ['solana'],
  TRX: ['tron'],
  AVAX: ['avalanche'],
  ...Object.fromEntries(
    ['XRP', 'DOGE', 'ADA', 'LTC', 'DOT', 'BCH', 'ATOM', 'NEAR', 'APT', 'FIL', 'ETC'].map((coin) => [coin, ['own']]),
  ),
}

/** Everything else is a token: on these, or on Ethereum and BSC. */
const tokens: Readonly<Partial<Record<string, readonly SimChain[]>>> = {
  BTC: ['bsc'],
  ETH: ['bsc'],
  USDT: ['ethereum', 'tron', 'bsc', 'solana'],
  USDC: ['ethereum', 'solana', 'arbitrum'],
  LINK: ['ethereum', 'bsc', 'arbitrum'],
  UNI: ['ethereum', 'bsc', 'arbitrum'],
  ARB: ['arbitrum', 'ethereum'],
  OP: ['optimism'],
}
const usualTokens: readonly SimChain[] = ['ethereum', 'bsc']
const statesMoney: ReadonlySet<string> = new Set(['USD', 'EUR', 'TRY'])

/** Where these tickers mean another asset than elsewhere: one that everybody knows, and one that nobody does. */
const namesakes = { exchange: 'mexc', assets: ['UNI', 'ACE'] } as const satisfies {
  exchange: ExchangeId
  assets: readonly string[]
}
const isNamesake = (exchange: ExchangeId, asset: string): boolean =>
  exchange === namesakes.exchange && namesakes.assets.some((one) => one === asset)

const closedForMs = 600_000
/** Of all times and networks. */
const closedShare = 1 / 20

export function createAssets(seed: number, exchange: ExchangeId, market: Pick<SimMarket, 'instruments'>): SimAssets {
  const traded = market.instruments.flatMap(({ kind, base, quote }) => (kind === 'spot' ? [base, quote] : []))
  const names = [...new Set(traded)].filter((name) => !statesMoney.has(name))

  const isOpen = (what: string, at: EpochMs): boolean =>
    unit(hashWide(hashText(seed, `${exchange} ${what}`), Math.floor(at / closedForMs))) >= closedShare

  function networkOf(asset: string, chain: SimChain, isToken: boolean, at: EpochMs): SimAssetNetwork {
    const venueFactor = 0.8 + 0.4 * unit(hashText(seed, `${exchange} fee ${asset} ${chain}`))
    const fee = new Amount((dollarsOfTransfer[chain] * venueFactor) / dollarsOf(seed, asset)).toSignificantDigits(2)
    const owner = isNamesake(exchange, asset) ? `${exchange}'s ${asset}` : asset
    return {
      asset,
      chain,
      contract: isToken ? contractOf(chain, owner) : null,
      canDeposit: isOpen(`${asset} deposit`, at) && isOpen(`${asset} ${chain} deposit`, at),
      canWithdraw: isOpen(`${asset} withdraw`, at) && isOpen(`${asset} ${chain} withdraw`, at),
      withdrawalFee: amountText(fee),
      minimumWithdrawal: amountText(fee.times(2)),
    }
  }

  return {
    names,
    networksOf(asset, at) {
      const own = coins[asset] ?? []
      const others = tokens[asset] ?? (own.length === 0 ? usualTokens : [])
      return [
        ...own.map((chain) => networkOf(asset, chain, false, at)),
        ...others.map((chain) => networkOf(asset, chain, true, at)),
      ]
    },
  }
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Shaped like the chain's addresses, and no real one. */
function contractOf(chain: SimChain, owner: string): string {
  const bytes = createHash('sha256').update(`${chain} ${owner}`).digest()
  if (chain !== 'tron' && chain !== 'solana') return `0x${bytes.toString('hex').slice(0, 40)}`
  const letters = Array.from(bytes, (byte) => base58[byte % base58.length]).join('')
  return chain === 'tron' ? `T${letters.padEnd(33, 'x').slice(0, 33)}` : letters
}
