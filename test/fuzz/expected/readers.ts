/** What expectations are made of. Nothing here knows how a connector reads: numbers and times are read anew, without haste. */
import { Decimal } from 'decimal.js'
import type { z } from 'zod'

export type Json = Readonly<Record<string, unknown>>
/** Fields of an event by name; a list is a side of a book. `undefined`: any value is right. */
export type Values = Readonly<Record<string, unknown>>

export interface Told {
  readonly kind: 'book_ticker' | 'trade' | 'kline' | 'funding_rate' | 'depth'
  /** The exchange's name of the instrument. */
  readonly name: unknown
  /** `contractSize` of the instrument that the name stands for. */
  values(contractSize: number): Values
}

export interface Expected {
  readonly fitsSchema: boolean
  readonly told: readonly Told[]
}

/** What one exchange's public frames say. */
export interface Expectation {
  /** null: nothing that events can be made of. */
  read(feed: string, data: Buffer, isBinary: boolean): Expected | null
  /** Frames that a connection brings before this one, where it says nothing without them. None else. */
  before?(data: Buffer): readonly Buffer[]
}

/** Of frames that are JSON objects; `parse` is JSON.parse or what keeps long integers. */
export const fromJson =
  (
    read: (feed: string, frame: Json) => Expected | null,
    parse: (text: string) => unknown = JSON.parse,
  ): Expectation['read'] =>
  (feed, data) => {
    const frame = readJson(data, parse)
    return isObject(frame) ? read(feed, frame) : null
  }

/** undefined: no JSON, of which nothing may be made. */
export function readJson(data: Buffer, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(data.toString())
  } catch {
    return undefined
  }
}

const decimalText = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/
/** Beyond that many digits exact arithmetic takes long and says nothing new. */
const exactDigits = 60

/** The number that stands there, as text or as a number; NaN where none does. */
export function exact(value: unknown, factor = 1): number {
  if (typeof value !== 'number' && (typeof value !== 'string' || !decimalText.test(value))) return Number.NaN
  const isLong = String(value).length > exactDigits
  return factor === 1 || isLong ? Number(value) * factor : new Decimal(value).times(factor).toNumber()
}

const instant = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/
/** Microseconds since 1970 of `2026-09-25T17:48:26.844359566Z`, further digits cut off; NaN where that is no time of the calendar. */
export function microsecondsOf(text: unknown): number {
  const parts = typeof text === 'string' ? instant.exec(text) : null
  if (parts === null) return Number.NaN
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number)
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const isOfCalendar = new Date(at).toISOString().slice(0, 19) === String(text).slice(0, 19)
  return isOfCalendar ? at * 1_000 + Number((parts[7] ?? '').padEnd(6, '0').slice(0, 6)) : Number.NaN
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const fits = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success

/** A side of the book: nothing where nobody quotes. */
export function side(name: 'bid' | 'ask', price: unknown, quantity: unknown, factor = 1): Values {
  const [exactPrice, exactQuantity] = [exact(price), exact(quantity, factor)]
  const isEmpty =
    [price, quantity].some((value) => value === undefined || value === '') || exactPrice === 0 || exactQuantity === 0
  return {
    [`${name}Price`]: isEmpty ? null : exactPrice,
    [`${name}Quantity`]: isEmpty ? null : exactQuantity,
  }
}
/** Binance's letters, which others have taken over: b and B the bid, a and A the ask. */
export const sides = (of: Json, factor = 1): Values => ({
  ...side('bid', of.b, of.B, factor),
  ...side('ask', of.a, of.A, factor),
})
export const levels = (rows: unknown, factor = 1): Levels =>
  listOf(rows).map((row) => {
    const [price, quantity] = listOf(row)
    return [exact(price), exact(quantity, factor)]
  })
export type Levels = readonly (readonly [price: number, quantity: number])[]

/** The quote of a whole book. Of levels with one price the last one counts; a quantity of 0 is none. */
export function best(bids: Levels, asks: Levels): Values {
  const first = (rows: Levels, sign: 1 | -1) =>
    [...new Map(rows)].filter(([, quantity]) => quantity !== 0).sort(([a], [b]) => (b - a) * sign)[0] ?? [null, null]
  const [[bidPrice, bidQuantity], [askPrice, askQuantity]] = [first(bids, 1), first(asks, -1)]
  return { bidPrice, bidQuantity, askPrice, askQuantity }
}
/** Values in which contracts play no part. */
export const same = (values: Values) => (): Values => values
