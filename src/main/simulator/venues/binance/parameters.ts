/** Query parameters read as the exchange reads them, with its own errors (errors.md, "11xx - Request issues"). */
import type { MarketKind } from '../../../../shared/domain/index.ts'
import type { SimInstrument } from '../../venue.ts'
import type { Listing } from './listing.ts'

/** An error answer. */
export class Refusal {
  readonly status: number
  readonly code: number
  readonly msg: string

  constructor(code: number, msg: string, status = 400) {
    this.code = code
    this.msg = msg
    this.status = status
  }
}

export const invalidSymbol = new Refusal(-1121, 'Invalid symbol.')
export const invalidInterval = new Refusal(-1120, 'Invalid interval.')

export const missing = (name: string): Refusal =>
  new Refusal(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
const empty = (name: string): Refusal => new Refusal(-1105, `Parameter '${name}' was empty.`)
const illegal = (name: string, range: string): Refusal =>
  new Refusal(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`)
const notValid = (name: string): Refusal => new Refusal(-1130, `Data sent for parameter '${name}' is not valid.`)

/** Letters of any script, since symbols may be Chinese; spot refuses lower case by its range, futures by the symbol's name. */
const spotSymbolRange = /^[\p{Lu}\p{Lo}0-9\-_.]{1,40}$/u

export function mandatory(query: URLSearchParams, name: string): string | Refusal {
  return query.get(name) || missing(name)
}

export function instrumentNamed(listing: Listing, name: string): SimInstrument | Refusal {
  if (listing.kind === 'spot' && !spotSymbolRange.test(name)) return illegal('symbol', '^[A-Z0-9-_.]{1,20}$')
  return listing.byName.get(name) ?? invalidSymbol
}

export function mandatoryInstrument(listing: Listing, query: URLSearchParams): SimInstrument | Refusal {
  const name = mandatory(query, 'symbol')
  return name instanceof Refusal ? name : instrumentNamed(listing, name)
}

/** `["BTCUSDT","BNBBTC"]` */
export function instrumentsNamed(listing: Listing, text: string): readonly SimInstrument[] | Refusal {
  const names = /^\["[^"\s]+"(,"[^"\s]+")*\]$/.test(text) ? [...text.matchAll(/"([^"]+)"/g)] : null
  if (names === null) return illegal('symbols', '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$')
  const instruments: SimInstrument[] = []
  for (const [, name = ''] of names) {
    const instrument = instrumentNamed(listing, name)
    if (instrument instanceof Refusal) return instrument
    instruments.push(instrument)
  }
  return instruments
}

/** A whole number, null where it is not sent. */
export function whole(query: URLSearchParams, name: string): number | null | Refusal {
  const text = query.get(name)
  if (text === null) return null
  if (text === '') return empty(name)
  return /^\d{1,16}$/.test(text) ? Number(text) : illegal(name, '^[0-9]{1,20}$')
}

/** Spot cuts a limit above the maximum down to it; futures refuse one (unverified, both seen by clients only). */
export function limitOf(query: URLSearchParams, kind: MarketKind, standard: number, maximum: number): number | Refusal {
  const limit = whole(query, 'limit')
  if (limit instanceof Refusal) return limit
  if (limit === null) return standard
  if (limit < 1 || (limit > maximum && kind === 'perpetual')) return notValid('limit')
  return Math.min(limit, maximum)
}

/** Spot refuses parameters it does not know; futures overlook them. */
export function unknownParameter(query: URLSearchParams, known: readonly string[]): Refusal | null {
  const sent = [...query.keys()]
  const read = sent.filter((name) => known.includes(name)).length
  return read === sent.length
    ? null
    : new Refusal(-1101, `Too many parameters; expected '${read}' and received '${sent.length}'.`)
}
