/** Bitfinex's names of what the simulator lists: pairs, their codes, and the table of aliases that explains these. */
import { listedBy, listedOf } from '../../listing.ts'
import type { SimInstrument, SimMarket } from '../../venue.ts'

/** As `pub:map:currency:sym` has them, of what may be listed here and a few more. */
export const aliases: readonly (readonly [code: string, asset: string])[] = [
  ['UST', 'USDt'],
  ['UDC', 'USDC'],
  ['ALG', 'ALGO'],
  ['ATO', 'ATOM'],
  ['IOT', 'IOTA'],
  ['DSH', 'DASH'],
  ['QTM', 'QTUM'],
  ['DOG', 'MDOGE'],
]
const codes: ReadonlyMap<string, string> = new Map(aliases.map(([code, asset]) => [asset.toUpperCase(), code]))

/** `UST` of USDT; wallets and collateral are named so too. */
export const codeOf = (asset: string): string => codes.get(asset) ?? asset

/** `BTCUST`, `DOGE:UST`, `BTCF0:USTF0` */
export function pairOf({ base, quote, kind }: SimInstrument): string {
  const suffix = kind === 'perpetual' ? 'F0' : ''
  const [baseCode, quoteCode] = [codeOf(base) + suffix, codeOf(quote) + suffix]
  return baseCode.length === 3 && quoteCode.length === 3 ? `${baseCode}${quoteCode}` : `${baseCode}:${quoteCode}`
}

export const symbolOf = (instrument: SimInstrument): string => `t${pairOf(instrument)}`

export interface Names {
  readonly instruments: readonly SimInstrument[]
  /** By symbol, `tBTCUST`. */
  find(symbol: string): SimInstrument | undefined
}

/** Perpetuals settle in Tether alone. */
export function namesOf(market: SimMarket): Names {
  const isServed = ({ kind, quote }: SimInstrument) => kind === 'spot' || quote === 'USDT'
  const bySymbol = listedBy(market, (instrument) => (isServed(instrument) ? [symbolOf(instrument)] : []))
  return { instruments: listedOf(market, isServed), find: (symbol) => bySymbol.get(symbol) }
}
