/**
 * Reads the few values that a hot frame is wanted for straight from its bytes: no text, no JSON.parse, no objects.
 *
 * What a frame looks like is declared with fields to fill (`text()`, `decimal()`, ...), compiled once by `compileShape` and then
 * read by one walk over the bytes. The walk accepts a frame only if it is JSON, complete to its last byte, that has every
 * declared field once in the declared form; keys stand in any order, and others are skipped, with their grammar checked.
 * Everything out of the ordinary is refused by `false`: escapes, text other than ASCII in a wanted value, exponents, repeated wanted
 * keys, another type, deep nesting. A refusal says nothing about the frame: the caller then takes the slow way through
 * JSON.parse and the schema, which judges. So a frame that is accepted means what the slow way makes of it, and no other.
 */
import { powersOfTen } from '../../shared/decimal.ts'
import type { EpochMs } from '../../shared/domain/index.ts'
import type { Normalized, Normalizer } from './contract.ts'
import {
  asciiBytes,
  closeBrace,
  closeBracket,
  colon,
  comma,
  falseWord,
  isAscii,
  isDigit,
  minus,
  openBrace,
  openBracket,
  point,
  quote,
  skipDigits,
  skipSpace,
  skipText,
  skipValue,
  startsWith,
  textBytes,
  trueWord,
  zero,
} from './json-bytes.ts'

type Kind =
  | 'text'
  | 'literal'
  | 'ending'
  | 'decimal'
  | 'decimalOrInteger'
  | 'wholePart'
  | 'integer'
  | 'boolean'
  | 'absent'
  | 'object'
  | 'array'

/**
 * A declared value, and after a successful read what stood there. A field belongs to one place of one shape; its contents are
 * those of the last read, and meaningless after one that returned false.
 */
export class Field {
  readonly kind: Kind
  readonly isOptional: boolean
  /** text: where it stands in the bytes, without its quotes */
  start = 0
  end = 0
  /** numbers: the number, never -0; boolean: 1 or 0 */
  value = Number.NaN
  /** decimal, decimalOrInteger: value = digits / 10^places; NaN where there are more digits than a float64 holds */
  digits = Number.NaN
  places = 0
  /** Whether an optional field stood in the frame; always true for every other. */
  isPresent: boolean
  /** literal: the text with its quotes; ending: the end of the text */
  readonly bytes: Uint8Array
  readonly object: ObjectShape | null
  readonly elements: readonly Field[]
  /** array: more elements may follow */
  readonly isOpen: boolean

  constructor(kind: Kind, more: Partial<Pick<Field, 'isOptional' | 'bytes' | 'object' | 'elements' | 'isOpen'>> = {}) {
    this.kind = kind
    this.isOptional = more.isOptional ?? false
    this.isPresent = !this.isOptional
    this.bytes = more.bytes ?? new Uint8Array()
    this.object = more.object ?? null
    this.elements = more.elements ?? []
    this.isOpen = more.isOpen ?? false
  }
}

/** Keys and what is expected there: a field, or an object with keys of its own. */
export interface Shape {
  readonly [key: string]: Field | Shape
}

/** Text of plain ASCII, without escapes. */
export const text = (): Field => new Field('text')
/** Exactly this text. */
export const literal = (expected: string): Field => new Field('literal', { bytes: asciiBytes(expected, '"', '"') })
/** Text that ends so. */
export const ending = (expected: string): Field => new Field('ending', { bytes: asciiBytes(expected) })
/** Decimal text as most exchanges write numbers: `"0.3521"`, `"-108"`. */
export const decimal = (): Field => new Field('decimal')
/** Decimal text or an integer. */
export const decimalOrInteger = (): Field => new Field('decimalOrInteger')
/** The whole part of decimal text, its fraction cut off: `"1619093543708.2642"` is 1619093543708. */
export const wholePart = (): Field => new Field('wholePart')
/** A JSON number without fraction and exponent, of up to 15 digits; it may be negative. */
export const integer = (): Field => new Field('integer')
export const boolean = (): Field => new Field('boolean')
/** A key that changes what the frame means, so that the slow way is to judge it. */
export const absent = (): Field => new Field('absent', { isOptional: true })
/** The field need not be there; `isPresent` tells. null in its place is no value of its type. */
export const optional = (field: Field): Field => new Field(field.kind, { ...field, isOptional: true })
/** An array of exactly these elements. */
export const exactly = (...elements: readonly (Field | Shape)[]): Field =>
  new Field('array', { elements: elements.map(fieldOf) })
/** An array that begins with these elements; others may follow. */
export const beginning = (...elements: readonly (Field | Shape)[]): Field =>
  new Field('array', { elements: elements.map(fieldOf), isOpen: true })

/** Reads a frame into the fields of the shape; false: not such a frame, or not an ordinary one. */
export type Read = (bytes: Buffer) => boolean

export function compileShape(shape: Shape): Read {
  const { object } = fieldOf(shape)
  if (object === null) throw new TypeError('the outermost shape is an object')
  return (bytes) => {
    const at = skipSpace(bytes, 0)
    if (bytes[at] !== openBrace) return false
    const end = readObject(bytes, at + 1, object)
    // reading behind the end makes every later read of the same loop slower, so that the usual frame is asked first
    return end === bytes.length || (end > 0 && skipSpace(bytes, end) === bytes.length)
  }
}

/** One key of an object as it stood in the last frame, whether wanted or not. */
interface Expected {
  /** `"key":`, as it stands where no blanks do */
  readonly bytes: Uint8Array
  readonly wanted: Wanted | null
}

interface Wanted {
  readonly field: Field
  readonly bit: number
}

interface ObjectShape {
  /** What the keys were in the last frame, in order. Exchanges keep an order, so that one comparison a key nearly always does. */
  readonly expected: Expected[]
  /** Declared keys; at most 31, since each has a bit. */
  readonly wanted: readonly (Expected & { readonly wanted: Wanted })[]
  /** Bits of what must be there. */
  readonly required: number
  readonly optional: readonly Wanted[]
}

function fieldOf(shape: Field | Shape): Field {
  if (shape instanceof Field) return shape
  const entries = Object.entries(shape)
  if (entries.length > 31) throw new RangeError('more than 31 keys')
  const wanted = entries.map(([key, value], index) => ({
    bytes: asciiBytes(key, '"', '":'),
    wanted: { field: fieldOf(value), bit: 1 << index },
  }))
  const optional = wanted.map((key) => key.wanted).filter(({ field }) => field.isOptional)
  const required = wanted.filter((key) => !key.wanted.field.isOptional).reduce((bits, key) => bits | key.wanted.bit, 0)
  return new Field('object', { object: { expected: [], wanted, required, optional } })
}

// The walk: as in json-bytes.ts, a position in and out, -1 for refused.

/** Keys of one object whose order is remembered, and the most bytes of one. */
const mostExpected = 64
const longestExpected = 64
/** Longer decimal text is left to the slow way. */
const longestDecimal = 40
/** Whole numbers of up to this many digits are exact in a float64. */
const mostDigits = 15

/** Behind `{`. An object without keys is refused where keys are wanted. */
function readObject(bytes: Buffer, at: number, shape: ObjectShape): number {
  const { expected } = shape
  let seen = 0
  for (let position = 0; ; position++) {
    let key = expected[position]
    if (key !== undefined && startsWith(bytes, at, key.bytes)) at += key.bytes.length
    else {
      const start = skipSpace(bytes, at)
      const end = skipText(bytes, start)
      if (end < 0) return -1
      key = keyAt(bytes, start, end, shape)
      if (position < mostExpected && end - start < longestExpected) expected[position] = key
      at = skipSpace(bytes, end)
      if (bytes[at] !== colon) return -1
      at++
    }
    at = skipSpace(bytes, at)
    const { wanted } = key
    if (wanted === null) at = skipValue(bytes, at, 0)
    else {
      // of a repeated key JSON.parse takes the last
      if ((seen & wanted.bit) !== 0) return -1
      seen |= wanted.bit
      at = readField(bytes, at, wanted.field)
    }
    if (at < 0) return -1
    if (bytes[at] === comma) {
      at++
      continue
    }
    at = skipSpace(bytes, at)
    const byte = bytes[at++]
    if (byte === closeBrace) break
    if (byte !== comma) return -1
  }
  if ((seen & shape.required) !== shape.required) return -1
  for (const { field, bit } of shape.optional) field.isPresent = (seen & bit) !== 0
  return at
}

/** The key whose text with quotes stands in [start, end). */
function keyAt(bytes: Uint8Array, start: number, end: number, { wanted }: ObjectShape): Expected {
  for (const key of wanted) {
    const length = key.bytes.length - 1
    if (length === end - start && startsWith(bytes, start, key.bytes, length)) return key
  }
  const own = new Uint8Array(end - start + 1)
  own.set(bytes.subarray(start, end))
  own[end - start] = colon
  return { bytes: own, wanted: null }
}

function readField(bytes: Buffer, at: number, field: Field): number {
  switch (field.kind) {
    case 'decimal':
      return readDecimal(bytes, at, field)
    case 'integer':
      return readInteger(bytes, at, field)
    case 'decimalOrInteger':
      return bytes[at] === quote ? readDecimal(bytes, at, field) : readInteger(bytes, at, field)
    case 'wholePart':
      return readWholePart(bytes, at, field)
    case 'text':
      return readText(bytes, at, field)
    case 'literal':
      return startsWith(bytes, at, field.bytes) ? at + field.bytes.length : -1
    case 'ending':
      return readEnding(bytes, at, field)
    case 'boolean':
      return readBoolean(bytes, at, field)
    case 'object':
      return field.object !== null && bytes[at] === openBrace ? readObject(bytes, at + 1, field.object) : -1
    case 'array':
      return readArray(bytes, at, field)
    case 'absent':
      return -1
  }
}

function readText(bytes: Uint8Array, at: number, field: Field): number {
  if (bytes[at] !== quote) return -1
  field.start = ++at
  while (textBytes[bytes[at] ?? 0] === isAscii) at++
  field.end = at
  return bytes[at] === quote ? at + 1 : -1
}

function readEnding(bytes: Uint8Array, at: number, field: Field): number {
  const end = readText(bytes, at, field)
  if (end < 0) return -1
  const start = field.end - field.bytes.length
  return start >= field.start && startsWith(bytes, start, field.bytes) ? end : -1
}

function readBoolean(bytes: Uint8Array, at: number, field: Field): number {
  const isTrue = startsWith(bytes, at, trueWord)
  if (!isTrue && !startsWith(bytes, at, falseWord)) return -1
  field.value = isTrue ? 1 : 0
  return at + (isTrue ? trueWord.length : falseWord.length)
}

/** The same numbers as `parseDecimal` gives. */
function readDecimal(bytes: Buffer, at: number, field: Field): number {
  if (bytes[at++] !== quote) return -1
  const isNegative = bytes[at] === minus
  if (isNegative) at++
  const start = at
  let digits = 0
  let byte = bytes[at] ?? 0
  while (isDigit(byte)) {
    digits = digits * 10 + (byte - zero)
    byte = bytes[++at] ?? 0
  }
  if (at === start) return -1
  let places = 0
  if (byte === point) {
    const first = ++at
    byte = bytes[at] ?? 0
    while (isDigit(byte)) {
      digits = digits * 10 + (byte - zero)
      byte = bytes[++at] ?? 0
    }
    places = at - first
    if (places === 0) return -1
  }
  if (byte !== quote) return -1
  const power = powersOfTen[places]
  if (digits > Number.MAX_SAFE_INTEGER || power === undefined)
    return readLongDecimal(bytes, start, at, isNegative, field)
  field.digits = isNegative ? 0 - digits : digits
  field.places = places
  field.value = field.digits / power
  return at + 1
}

/** More digits than a float64 holds, in [start, end). Volumes in quote asset have them: `"166741046.22583129"`. */
function readLongDecimal(bytes: Buffer, start: number, end: number, isNegative: boolean, field: Field): number {
  if (end - start > longestDecimal) return -1
  const value = Number(bytes.toString('latin1', start, end))
  field.digits = Number.NaN
  field.value = isNegative ? 0 - value : value
  return end + 1
}

function readWholePart(bytes: Uint8Array, at: number, field: Field): number {
  if (bytes[at] !== quote) return -1
  const start = ++at
  let digits = 0
  let byte = bytes[at] ?? 0
  while (isDigit(byte)) {
    digits = digits * 10 + (byte - zero)
    byte = bytes[++at] ?? 0
  }
  if (at === start || at - start > mostDigits) return -1
  if (byte === point) {
    at = skipDigits(bytes, at + 1)
    if (at < 0) return -1
  }
  field.value = digits
  return bytes[at] === quote ? at + 1 : -1
}

/** What a fraction or an exponent begins with is no comma or brace, so that the caller refuses those. */
function readInteger(bytes: Uint8Array, at: number, field: Field): number {
  const isNegative = bytes[at] === minus
  if (isNegative) at++
  const start = at
  let digits = 0
  let byte = bytes[at] ?? 0
  while (isDigit(byte)) {
    digits = digits * 10 + (byte - zero)
    byte = bytes[++at] ?? 0
  }
  const length = at - start
  if (length === 0 || length > mostDigits) return -1
  // JSON has no leading zeros; -0 would be a number of its own
  if (bytes[start] === zero && (length > 1 || isNegative)) return -1
  field.digits = isNegative ? 0 - digits : digits
  field.places = 0
  field.value = field.digits
  return at
}

function readArray(bytes: Buffer, at: number, { elements, isOpen }: Field): number {
  if (bytes[at] !== openBracket) return -1
  for (let index = 0; ; index++) {
    at = skipSpace(bytes, at + 1)
    const field = elements[index]
    if (field !== undefined) at = readField(bytes, at, field)
    else if (isOpen) at = skipValue(bytes, at, 0)
    else return -1
    if (at < 0) return -1
    at = skipSpace(bytes, at)
    const byte = bytes[at]
    if (byte === closeBracket) return index + 1 < elements.length ? -1 : at + 1
    if (byte !== comma) return -1
  }
}

// Joining the two ways

/** Reads the ordinary frames of one channel; null leaves a frame to the others and at last to the normalizer. */
export type Reader = (data: Buffer, receivedAt: EpochMs) => Normalized | null

/**
 * The readers in turn, the busiest channel first, then the normalizer. A reader that meets another channel says so in a few bytes. They are
 * shown text frames, or binary ones where `isBinary` says so.
 */
export function readFirst(
  readers: readonly Reader[],
  normalize: Normalizer,
  expected: { readonly isBinary: boolean } = { isBinary: false },
): Normalizer {
  return (data, isBinary, receivedAt) => {
    if (isBinary === expected.isBinary) {
      for (const read of readers) {
        const normalized = read(data, receivedAt)
        if (normalized !== null) return normalized
      }
    }
    return normalize(data, isBinary, receivedAt)
  }
}
