/** What the simulator knows of each asset, and how a market's tick, lot and liveliness follow from it. */
import { type ExchangeId, type MarketKind, symbolOf } from '../../shared/domain/index.ts'
import { hash, hashText, unit } from './hash.ts'
import type { SimInstrument } from './venue.ts'

interface Asset {
  readonly dollars: number
  readonly tickSize?: number
  /** Trades a minute on one venue, on average. */
  readonly tradesPerMinute: number
  /** Mean value of a trade and of the top of the book, in dollars. */
  readonly tradeValue: number
  readonly topValue: number
  /** 1 moves like bitcoin, about 2.5 % a day. */
  readonly volatility: number
  /** Usual distance between bid and ask in ticks. */
  readonly spreadTicks: number
  /** Listed only there, as 1000PEPE is at Binance. */
  readonly only?: { readonly exchange: ExchangeId; readonly kind: MarketKind }
}

const asset = (
  dollars: number,
  tradesPerMinute: number,
  tradeValue: number,
  topValue: number,
  volatility: number,
  spreadTicks: number,
  more: Pick<Asset, 'tickSize' | 'only'> = {},
): Asset => ({ dollars, tradesPerMinute, tradeValue, topValue, volatility, spreadTicks, ...more })

const assets: Readonly<Record<string, Asset>> = {
  BTC: asset(97_250, 24, 3_200, 60_000, 1, 1, { tickSize: 0.01 }),
  ETH: asset(3_420, 18, 2_100, 42_000, 1.2, 1, { tickSize: 0.01 }),
  SOL: asset(187, 10, 1_200, 20_000, 1.6, 1),
  XRP: asset(2.42, 10, 900, 18_000, 1.5, 1),
  DOGE: asset(0.2135, 10, 700, 12_000, 1.7, 1),
  ADA: asset(0.742, 4, 500, 8_000, 1.6, 1),
  LINK: asset(18.9, 4, 500, 7_500, 1.6, 2),
  LTC: asset(112.4, 4, 450, 7_000, 1.3, 2),
  AVAX: asset(26.35, 4, 450, 6_500, 1.7, 2),
  DOT: asset(5.12, 3, 400, 6_000, 1.6, 1),
  TRX: asset(0.2414, 4, 500, 9_000, 0.8, 1),
  BCH: asset(421.6, 3, 500, 7_000, 1.3, 2),
  UNI: asset(8.94, 3, 400, 5_000, 1.8, 2),
  ATOM: asset(4.76, 3, 350, 4_500, 1.6, 2),
  NEAR: asset(3.29, 3, 350, 4_500, 1.8, 2),
  APT: asset(5.84, 3, 320, 4_000, 1.8, 2),
  ARB: asset(0.4462, 3, 320, 4_000, 1.9, 2),
  OP: asset(0.9215, 3, 300, 3_600, 1.9, 2),
  FIL: asset(3.18, 1.2, 280, 3_200, 1.7, 2),
  ETC: asset(19.72, 1.5, 280, 3_200, 1.4, 2),
  '1000PEPE': asset(0.009_482, 8, 500, 6_000, 2.2, 2, { only: { exchange: 'binance', kind: 'perpetual' } }),
}

/** Well known, too, and listed when they are asked for. */
const furtherAssets: Readonly<Record<string, Asset>> = {
  BNB: asset(648, 6, 900, 16_000, 1.1, 1, { tickSize: 0.1 }),
  SUI: asset(3.412, 8, 600, 10_000, 2, 1),
  TON: asset(5.236, 4, 400, 6_000, 1.5, 1),
  SHIB: asset(0.000_021_45, 5, 400, 7_000, 1.8, 1, { tickSize: 1e-8 }),
  XLM: asset(0.4187, 5, 450, 7_000, 1.6, 1),
  HBAR: asset(0.2961, 5, 450, 6_000, 1.8, 1),
  ICP: asset(10.24, 2, 320, 3_800, 1.7, 2),
  AAVE: asset(324.5, 3, 450, 5_500, 1.8, 2),
  MKR: asset(1_482, 1, 400, 4_000, 1.6, 2),
  INJ: asset(21.37, 2.5, 320, 3_800, 2.1, 2),
  TIA: asset(4.913, 2.5, 300, 3_600, 2.2, 2),
  SEI: asset(0.4178, 2.5, 300, 3_600, 2.1, 2),
  STX: asset(1.523, 1.5, 280, 3_200, 2, 2),
  RENDER: asset(7.214, 2, 300, 3_500, 2.1, 2),
  FET: asset(1.283, 2, 300, 3_400, 2.2, 2),
  GRT: asset(0.2043, 1.5, 260, 3_000, 1.9, 2),
  ALGO: asset(0.3526, 2.5, 320, 3_800, 1.8, 2),
  VET: asset(0.046_31, 1.5, 280, 3_200, 1.7, 2),
  THETA: asset(2.187, 1.2, 260, 3_000, 1.9, 2),
  SAND: asset(0.5832, 1.5, 260, 3_000, 1.9, 2),
  MANA: asset(0.4871, 1.3, 260, 3_000, 1.9, 2),
  AXS: asset(6.241, 1.2, 250, 2_800, 1.9, 2),
  GALA: asset(0.035_62, 1.8, 260, 3_200, 2.1, 2),
  CRV: asset(0.9124, 2.5, 320, 3_800, 2.2, 2),
  LDO: asset(1.862, 1.8, 280, 3_300, 2.1, 2),
  RUNE: asset(4.628, 1.3, 260, 3_000, 2, 2),
  SNX: asset(1.974, 1, 240, 2_600, 2, 2),
  COMP: asset(78.36, 1, 260, 2_800, 1.8, 2),
  ENS: asset(34.72, 1.1, 260, 2_900, 2, 2),
  IMX: asset(1.318, 1.3, 260, 3_000, 2.1, 2),
}

const symbolsOf = (listed: Readonly<Record<string, Asset>>): readonly string[] =>
  Object.keys(listed).map((base) => symbolOf(base, 'USDT', 'spot'))

/** Quoted against when no symbols are asked for. */
export const defaultSymbols: readonly string[] = symbolsOf(assets)
/** Fifty that every venue lists as spot. */
export const wellKnownSymbols: readonly string[] = symbolsOf({
  ...Object.fromEntries(Object.entries(assets).filter(([, { only }]) => only === undefined)),
  ...furtherAssets,
})

const dollarsPerQuote: Readonly<Record<string, number>> = { USDT: 1, USDC: 1, USD: 1, EUR: 1.08, TRY: 0.024 }

/** An asset that is not listed here gets hashed parameters: the same seed and name, the same coin. */
function assetOf(seed: number, base: string): Asset {
  const known = assets[base] ?? furtherAssets[base]
  if (known) return known
  const key = hashText(seed, `asset ${base}`)
  const at = (n: number): number => unit(hash(key, n))
  return asset(
    Number((10 ** (at(0) * 4 - 2)).toPrecision(4)),
    1 + at(1) * 5,
    150 + at(2) * 300,
    1_500 + at(3) * 3_000,
    1.3 + at(4),
    1 + Math.floor(at(5) * 3),
  )
}

/** What one of an asset is worth, about. */
export const dollarsOf = (seed: number, asset: string): number => dollarsPerQuote[asset] ?? assetOf(seed, asset).dollars

/** A market with the integers it is computed in: price = ticks * tickUnits / priceScale, quantity = lots * lotUnits / quantityScale. */
export interface MarketShape {
  readonly instrument: SimInstrument
  readonly basePrice: number
  readonly tickUnits: number
  readonly priceScale: number
  readonly lotUnits: number
  readonly quantityScale: number
  readonly tradesPerMinute: number
  readonly meanTradeLots: number
  readonly meanTopLots: number
  readonly volatility: number
  readonly spreadTicks: number
}

/** The decimal places of 0.001 (3), 1e-7 (7), 10 (0). */
export function decimalsOf(step: number): number {
  const text = step.toString()
  const [mantissa = text, exponent] = text.split('e')
  const places = mantissa.split('.')[1]?.length ?? 0
  return Math.max(0, places - Number(exponent ?? 0))
}

const powerOfTen = (exponent: number): number => Number(`1e${exponent}`)
const magnitude = (value: number): number => Math.floor(Math.log10(value))

/** `BTC_USDT` or `BTC_USDT_PERP`, either of which names the pair. */
export function pairOf(symbol: string): { base: string; quote: string } {
  const [base = '', quote = ''] = symbol.split('_')
  return { base, quote }
}

/** What of a venue decides its markets. */
export interface VenueRules {
  readonly exchange: ExchangeId
  readonly kinds: readonly MarketKind[]
  contractSize(base: string, kind: MarketKind): number
  readonly tellsBooksByTime?: true
  /** What every perpetual there is quoted and settled in; not given: what its pair is. */
  readonly perpetualQuote?: string
}

/**
 * The market of a pair at a venue, or null where it is not listed. A tick is 0.1 to 1 hundredth of a percent of the price and a lot is
 * worth about a dollar, unless the asset says otherwise. Where a venue counts contracts (it does if its bitcoin contract
 * is not one bitcoin), the lot of a perpetual is one contract.
 */
export function shapeOf(
  seed: number,
  rules: VenueRules,
  base: string,
  quote: string,
  kind: MarketKind,
  listedAt: number,
): MarketShape | null {
  if (!rules.kinds.includes(kind)) return null
  const asset = assetOf(seed, base)
  if (asset.only && (asset.only.exchange !== rules.exchange || asset.only.kind !== kind)) return null
  const perQuote = dollarsPerQuote[quote] ?? assetOf(seed, quote).dollars
  const basePrice = asset.dollars / perQuote
  const tickSize = (perQuote === 1 ? asset.tickSize : undefined) ?? powerOfTen(magnitude(basePrice) - 4)
  const contractSize = kind === 'perpetual' ? rules.contractSize(base, kind) : 1
  const countsContracts = kind === 'perpetual' && rules.contractSize('BTC', kind) !== 1
  const spotLot = powerOfTen(magnitude(1 / asset.dollars))
  // A perpetual without contracts has coarser lots than spot, as Binance's do: about ten dollars, and never under 0.001.
  const lotSize = countsContracts ? contractSize : kind === 'perpetual' ? Math.max(0.001, spotLot) : spotLot
  const priceDecimals = decimalsOf(tickSize)
  const quantityDecimals = decimalsOf(lotSize)
  const priceScale = powerOfTen(priceDecimals)
  const quantityScale = powerOfTen(quantityDecimals)
  const lotValue = asset.dollars * lotSize
  return {
    instrument: {
      exchange: rules.exchange,
      kind,
      base,
      quote,
      symbol: symbolOf(base, quote, kind),
      tickSize,
      lotSize,
      minimumNotional: 5 / perQuote,
      contractSize,
      priceDecimals,
      quantityDecimals,
      listedAt,
    },
    basePrice,
    tickUnits: Math.round(tickSize * priceScale),
    priceScale,
    lotUnits: Math.round(lotSize * quantityScale),
    quantityScale,
    tradesPerMinute: asset.tradesPerMinute,
    meanTradeLots: asset.tradeValue / lotValue,
    meanTopLots: asset.topValue / lotValue,
    volatility: asset.volatility,
    spreadTicks: asset.spreadTicks,
  }
}
