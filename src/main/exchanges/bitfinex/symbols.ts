/**
 * Bitfinex's names. A symbol is `t` and a pair: two codes side by side where both have three letters (`tBTCUST`), a colon between them
 * where one is longer (`tDOGE:UST`). Codes are Bitfinex's own (`UST` is Tether, `IOT` IOTA); its own table says which are aliases.
 * Those of derivatives end in `F0` (`tBTCF0:USTF0`), those of paper trading begin with `TEST`.
 * Docs: https://docs.bitfinex.com/docs/rest-public#supported-pairs, /reference/rest-public-conf
 */
import type { Instrument } from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'

const derivative = 'F0'
const codeLetters = 3

/** Both codes of a pair (without `t`); null where it is none. */
export function codesOf(pair: string): readonly [base: string, quote: string] | null {
  const colon = pair.indexOf(':')
  const codes: readonly [string, string] =
    colon < 0 ? [pair.slice(0, codeLetters), pair.slice(codeLetters)] : [pair.slice(0, colon), pair.slice(colon + 1)]
  return codes.every((code) => /^[A-Z0-9]{2,}$/.test(code)) ? codes : null
}

/** What Bitfinex calls by another name: code to asset (`UST` to `USDt`), as its table has it. */
export type Aliases = ReadonlyMap<string, string>

/** The asset that a code stands for: `ALGF0` is `ALGO`. */
export function assetOf(code: string, aliases: Aliases): string {
  const plain = isDerivative(code) ? code.slice(0, -derivative.length) : code
  return (aliases.get(plain) ?? plain).toUpperCase()
}

export const isDerivative = (code: string): boolean => code.endsWith(derivative) && code.length > derivative.length

export const isPaper = (pair: string): boolean => pair.includes('TEST')

/** A symbol's instrument: names of perpetuals have `F0:` within, and no others. */
export const find = (lookup: InstrumentLookup, symbol: string): Instrument | undefined =>
  symbol.includes(`${derivative}:`) ? lookup.perpetual.get(symbol) : lookup.spot.get(symbol)
