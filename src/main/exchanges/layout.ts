/**
 * Reads the busiest frames straight from their bytes: what a frame of a channel looks like is declared once, as it stands on the wire,
 *
 *     layout`{"u":${id},"s":"${symbol}","b":"${price}","a":${levels(asks)}}`
 *
 * and one walk compares every byte between the slots and reads the slots: numbers from their digits, an instrument found by its name,
 * levels into a `LevelList`. It makes no text and no object. A frame that differs by a byte is refused, which says nothing about
 * it: `scan.ts` takes keys in any order, JSON.parse and the schema judge everything. A slot takes what JSON takes in its place, less
 * than all of it and never more, so that a frame that is accepted means what the slow way makes of it.
 */
import { exactProduct, powersOfTen, type Scale, scaleOf } from '../../shared/decimal.ts'
import type { EpochMs, Instrument } from '../../shared/domain/index.ts'
import type { Normalized } from './contract.ts'
import type { LevelList } from './depth.ts'
import { closeBracket, comma, isAscii, minus, openBracket, point, quote, textBytes, zero } from './json-bytes.ts'
import type { TextRange } from './names.ts'
import type { Reader } from './scan.ts'

const textKind = 0
const integerKind = 1
const decimalKind = 2
const instrumentKind = 3
const levelsKind = 4
const choiceKind = 5

/** The instrument of this name, if it is one that is listed. */
export type FindInstrument = (bytes: Buffer, name: TextRange) => Instrument | undefined

interface SlotParts {
  readonly find?: FindInstrument
  readonly list?: LevelList
  readonly of?: Slot
  readonly furtherTexts?: number
  readonly alternatives?: readonly Layout[]
  readonly isOptional?: boolean
}

/**
 * A place of a layout that differs from frame to frame, and after a successful read what stood there; its contents are meaningless after a
 * read that returned false. One class for every kind, so that the walk meets objects of one shape.
 */
export class Slot implements TextRange {
  readonly kind: number
  /** text, instrument: where it stands in the bytes */
  start = 0
  end = 0
  /** integer, decimal: the number, digits / 10^places, never -0 */
  value = Number.NaN
  digits = Number.NaN
  places = 0
  /** instrument: never null after a successful read */
  instrument: Instrument | null = null
  /** instrument: from its sizes to base asset */
  scale: Scale = scaleOf(1)
  /** choice: which of the alternatives stood there; -1: none */
  chosen = -1
  readonly parts: SlotParts

  constructor(kind: number, parts: SlotParts = {}) {
    this.kind = kind
    this.parts = parts
  }

  /** instrument, decimal: a size to base asset; NaN where the product has more digits than a float64 holds. */
  baseOf(size: Slot): number {
    return exactProduct(size.digits, size.places, this.scale)
  }
}

/** Plain ASCII without escapes, up to the first byte of what follows. */
export const text = (): Slot => new Slot(textKind)
/** A JSON number without fraction and exponent, of up to 15 digits; it may be negative. */
export const integer = (): Slot => new Slot(integerKind)
/** Digits with or without a point between them, of up to 2^53 without the point; no sign. For numbers in quotes: JSON takes no leading 0. */
export const decimal = (): Slot => new Slot(decimalKind)
/** The name of an instrument, as `text`. A frame of one that is not found is refused. */
export const instrument = (find: FindInstrument): Slot => new Slot(instrumentKind, { find })
/**
 * `[]` or `[["price","size"],...]`, into the list: a price above 0, a size of 0 or more, in contracts of the instrument `of`, which
 * stands before them in the frame. `furtherTexts`: how many texts stand behind each size, unread.
 */
export const levels = (list: LevelList, of: Slot, furtherTexts = 0): Slot =>
  new Slot(levelsKind, { list, of, furtherTexts })
/** The first of the alternatives that stands there. */
export const oneOf = (...alternatives: readonly Layout[]): Slot => new Slot(choiceKind, { alternatives })
/** The part, or nothing. */
export const optional = (part: Layout): Slot => new Slot(choiceKind, { alternatives: [part], isOptional: true })

/** Literal bytes and the slots between them; a text or a layout among the values of the template stands in its place as it is. */
export function layout(texts: TemplateStringsArray, ...values: readonly (Slot | Layout | string)[]): Layout {
  const literals = [texts[0] ?? '']
  const slots: Slot[] = []
  const append = (literal: string) => literals.push((literals.pop() ?? '') + literal)
  values.forEach((value, index) => {
    if (typeof value === 'string') append(value)
    else {
      const [first = '', ...others] = value instanceof Layout ? value.texts : ['', '']
      append(first)
      literals.push(...others)
      slots.push(...(value instanceof Layout ? value.slots : [value]))
    }
    append(texts[index + 1] ?? '')
  })
  return new Layout(literals, slots)
}

/**
 * What stands between two slots, in the numbers that its bytes are when eight or four of them are read as one, the last ones
 * overlapping those before. Of ASCII eight bytes are a finite float64 above 0, and no other bytes are equal to it.
 */
interface Literal {
  readonly length: number
  /** Its first byte; 0 where it has none. */
  readonly first: number
  /** 8 bytes and more: by eight, then the last eight. */
  readonly eights: Float64Array
  readonly lastEight: number
  /** 4 to 7 bytes: the first four and the last four. Fewer: all of them, under a mask. */
  readonly firstFour: number
  readonly lastFour: number
  readonly mask: number
}

export class Layout {
  /** One more than slots. */
  readonly texts: readonly string[]
  readonly slots: readonly Slot[]
  readonly literals: readonly Literal[]
  /** Every list that a read may fill. */
  private readonly lists: readonly LevelList[]

  constructor(texts: readonly string[], slots: readonly Slot[]) {
    this.texts = texts
    this.slots = slots
    this.literals = texts.map(literalOf)
    this.lists = slots.flatMap(({ parts }) => [
      ...(parts.list ? [parts.list] : []),
      ...(parts.alternatives?.flatMap(({ lists }) => lists) ?? []),
    ])
  }

  clear(): void {
    for (const list of this.lists) list.clear()
  }
}

function literalOf(text: string): Literal {
  if (!/^[\x20-\x5b\x5d-\x7e]*$/.test(text)) throw new TypeError(`not plain ASCII: ${text}`)
  const { length } = text
  if (length > longestLiteral) throw new RangeError(`longer than ${longestLiteral}: ${text}`)
  const own = Buffer.alloc(Math.max(8, length))
  own.write(text, 'latin1')
  return {
    length,
    first: own[0] ?? 0,
    eights: Float64Array.from({ length: Math.floor(length / 8) }, (_, index) => own.readDoubleLE(index * 8)),
    lastEight: own.readDoubleLE(Math.max(8, length) - 8),
    firstFour: own.readInt32LE(0),
    lastFour: own.readInt32LE(Math.min(Math.max(4, length), 8) - 4),
    mask: length < 4 ? 2 ** (8 * length) - 1 : 0,
  }
}

/** A layout, and what a frame of it becomes once its slots are read; null leaves the frame to the others, as `Reader` does. */
export interface Declared {
  readonly frame: Layout
  become(receivedAt: EpochMs): Normalized | null
}

/** Reads the frames of these layouts, first byte to last, the busiest first. Of the others their lists are left empty. */
export function readLayouts(...declared: readonly Declared[]): Reader {
  return (data, receivedAt) => {
    const { length } = data
    if (length > longestFrame) return null
    bytes.set(data)
    bytes[length] = 0
    for (const { frame, become } of declared) {
      frame.clear()
      const normalized = walk(0, frame) === length ? become(receivedAt) : null
      if (normalized !== null) return normalized
      frame.clear()
    }
    return null
  }
}

// The walk: a position in and out, -1 for refused. It goes over a copy of the frame that is always at the same place in memory, where
// reading costs a third; a byte 0 behind the frame, which is part of no literal and no slot, ends every loop.

/** A snapshot of 400 levels a side takes 30 kB. */
const longestFrame = 1 << 18
/** No literal is longer, so that none is looked for behind the end of the copy. */
const longestLiteral = 256
const bytes = Buffer.from(new ArrayBuffer(longestFrame + longestLiteral))
const words = new DataView(bytes.buffer)
const fourAt = (at: number): number => words.getInt32(at, true)

/** Whether the literal stands there. */
function isAt(at: number, literal: Literal): boolean {
  const { length } = literal
  if (length >= 8) {
    const { eights } = literal
    for (let index = 0; index < eights.length; index++)
      if (words.getFloat64(at + index * 8, true) !== eights[index]) return false
    return words.getFloat64(at + length - 8, true) === literal.lastEight
  }
  if (length >= 4) return fourAt(at) === literal.firstFour && fourAt(at + length - 4) === literal.lastFour
  return (fourAt(at) & literal.mask) === literal.firstFour
}

function walk(at: number, { literals, slots }: Layout): number {
  for (let index = 0; ; index++) {
    const literal = literals[index]
    if (literal === undefined || !isAt(at, literal)) return -1
    at += literal.length
    const slot = slots[index]
    if (slot === undefined) return at
    switch (slot.kind) {
      case decimalKind:
        at = readDecimal(at)
        slot.digits = last.digits
        slot.places = last.places
        slot.value = last.digits / (powersOfTen[last.places] ?? Number.NaN)
        break
      case integerKind:
        at = readInteger(at, slot)
        break
      case textKind:
        at = readText(at, slot, literals[index + 1]?.first)
        break
      case instrumentKind:
        at = readInstrument(at, slot, literals[index + 1]?.first)
        break
      case levelsKind:
        at = readLevels(at, slot)
        break
      default:
        at = readChoice(at, slot)
    }
    if (at < 0) return -1
  }
}

function readText(at: number, slot: Slot, stop: number | undefined): number {
  slot.start = at
  let byte = bytes[at] ?? 0
  while (byte !== stop && textBytes[byte] === isAscii) byte = bytes[++at] ?? 0
  slot.end = at
  return at
}

function readInstrument(at: number, slot: Slot, stop: number | undefined): number {
  const end = readText(at, slot, stop)
  if (end === at) return -1
  const found = slot.parts.find?.(bytes, slot)
  if (found === undefined) return -1
  if (found !== slot.instrument) {
    slot.instrument = found
    slot.scale = scaleOf(found.contractSize)
  }
  return end
}

function readChoice(at: number, slot: Slot): number {
  const { alternatives = [], isOptional = false } = slot.parts
  for (let index = 0; index < alternatives.length; index++) {
    const alternative = alternatives[index]
    if (alternative === undefined) break
    const end = walk(at, alternative)
    if (end >= 0) {
      slot.chosen = index
      return end
    }
    alternative.clear()
  }
  slot.chosen = -1
  return isOptional ? at : -1
}

// Numbers. Four bytes are taken for digits at once, which is a fifth of the work of one after the other.

/** Whole numbers of up to this many digits are exact in a float64. */
const mostDigits = 15
const fourZeros = 0x30303030
/** Added to a byte that is above 9 and below 0x8a, it reaches the highest bit. */
const aboveNine = 0x76767676
const highestBits = 0x80808080 | 0

/** The decimal read last. */
const last = { digits: Number.NaN, places: 0 }

/**
 * Digits, with a point between them where it `mayPoint`; fills `last`. What more than 2^53 needs comes out above it: rounding on the
 * way there never takes it below. How many digits of the last four there are is asked by branches, since the next read need not wait
 * for those.
 */
function readDigits(at: number, mayPoint: boolean): number {
  const start = at
  let fraction = 0
  let digits = 0
  for (;;) {
    const values = fourAt(at) ^ fourZeros
    const others = (values | (values + aboveNine)) & highestBits
    if (others === 0) {
      const pairs = (Math.imul(values, 10) + (values >>> 8)) & 0x00ff00ff
      digits = digits * 10_000 + ((pairs & 0xff) * 100 + (pairs >>> 16))
      at += 4
      continue
    }
    if ((others & 0x80) === 0) {
      if ((others & 0x8000) !== 0) {
        digits = digits * 10 + (values & 0xff)
        at += 1
      } else {
        const pair = (values & 0xff) * 10 + ((values >>> 8) & 0xff)
        if ((others & 0x80_0000) !== 0) {
          digits = digits * 100 + pair
          at += 2
        } else {
          digits = digits * 1_000 + (pair * 10 + ((values >>> 16) & 0xff))
          at += 3
        }
      }
    }
    if (fraction > 0 || !mayPoint || bytes[at] !== point) break
    if (at === start) return -1
    fraction = ++at
  }
  if (at === start || at === fraction) return -1
  last.digits = digits
  last.places = fraction > 0 ? at - fraction : 0
  return at
}

function readInteger(at: number, slot: Slot): number {
  const isNegative = bytes[at] === minus
  if (isNegative) at++
  const start = at
  at = readDigits(at, false)
  const count = at - start
  // JSON has no leading zeros; -0 would be a number of its own
  if (at < 0 || count > mostDigits || (bytes[start] === zero && (count > 1 || isNegative))) return -1
  slot.digits = isNegative ? -last.digits : last.digits
  slot.places = 0
  slot.value = slot.digits
  return at
}

/** Fills `last`. */
function readDecimal(at: number): number {
  const end = readDigits(at, true)
  return last.digits <= Number.MAX_SAFE_INTEGER ? end : -1
}

function readLevels(at: number, slot: Slot): number {
  const { list, of, furtherTexts = 0 } = slot.parts
  if (list === undefined || of === undefined || bytes[at] !== openBracket) return -1
  if (bytes[at + 1] === closeBracket) return at + 2
  const { units, places: scalePlaces } = of.scale
  do {
    if (bytes[at + 1] !== openBracket || bytes[at + 2] !== quote) return -1
    at = readDecimal(at + 3)
    if (at < 0) return -1
    const price = last.digits / (powersOfTen[last.places] ?? Number.NaN)
    if (!(price > 0) || bytes[at] !== quote || bytes[at + 1] !== comma || bytes[at + 2] !== quote) return -1
    at = readDecimal(at + 3)
    if (at < 0 || bytes[at] !== quote) return -1
    const product = last.digits * units
    const quantity = product / (powersOfTen[last.places + scalePlaces] ?? Number.NaN)
    if (!(product <= Number.MAX_SAFE_INTEGER && quantity >= 0)) return -1
    at = furtherTexts === 0 ? at + 1 : skipTexts(at + 1, furtherTexts)
    if (at < 0 || bytes[at] !== closeBracket) return -1
    list.push(price, quantity)
    at++
  } while (bytes[at] === comma)
  return bytes[at] === closeBracket ? at + 1 : -1
}

/** `,"text"` as often as `count` says. */
function skipTexts(at: number, count: number): number {
  for (let index = 0; index < count; index++) {
    if (bytes[at] !== comma || bytes[at + 1] !== quote) return -1
    at += 2
    while (textBytes[bytes[at] ?? 0] === isAscii) at++
    if (bytes[at] !== quote) return -1
    at++
  }
  return at
}
