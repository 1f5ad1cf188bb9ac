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
import type { Reader } from './scan.ts'

const textKind = 0
const integerKind = 1
const decimalKind = 2
const instrumentKind = 3
const levelsKind = 4
const choiceKind = 5

/** The instrument of this name, if it is one that is listed. */
export type FindInstrument = (name: string) => Instrument | undefined

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
export class Slot {
  readonly kind: number
  /** integer, decimal: the number is digits / 10^places */
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

  /** integer, decimal: the number, never -0. */
  get value(): number {
    return this.places === 0 ? this.digits : this.digits / (powersOfTen[this.places] ?? Number.NaN)
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

// Four bytes at once
const eachByte = 0x01010101
const highestBits = 0x80808080 | 0
const fourZeros = 0x30303030
const fourBlanks = 0x20202020
const fourQuotes = 0x22222222
const fourBackslashes = 0x5c5c5c5c
/** Added to a byte that is above 9 and below 0x8a, it reaches the highest bit. */
const aboveNine = 0x76767676
/** The highest bit of every byte that is 0, and of none below the lowest of these. */
const zeroesOf = (four: number): number => (four - eachByte) & ~four
/** Which byte has the lowest of these bits. */
const lowestOf = (bits: number): number => (31 - Math.clz32(bits & -bits)) >> 3

const hashFactor = 0x9e3779b1 | 0
/** To the highest ten bits: 1,024 places. */
const hashShift = 22

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
        at = readDecimal(at, slot)
        break
      case integerKind:
        at = readInteger(at, slot)
        break
      case textKind:
        at = readText(at, literals[index + 1]?.first)
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

function readText(at: number, stop: number | undefined): number {
  const stops = Math.imul(stop ?? 0, eachByte)
  for (;;) {
    const four = fourAt(at)
    const control = (four - fourBlanks) & ~four
    const others =
      (zeroesOf(four ^ stops) | zeroesOf(four ^ fourQuotes) | zeroesOf(four ^ fourBackslashes) | control | four) &
      highestBits
    if (others !== 0) return at + lowestOf(others)
    at += 4
  }
}

/**
 * The bytes of a name lead to its text as they stood there earlier, so that none is made for each frame. Of two names that meet on one of
 * the places the later stays: the memory is bounded whatever arrives.
 */
const namePlaces = 1024
const longestName = 48
const foursOfName = longestName / 4
const knownTexts: string[] = Array.from({ length: namePlaces }, () => '')
/** The bytes of each text, the last four filled up with 0. */
const knownFours = new Int32Array(namePlaces * foursOfName)

function readInstrument(at: number, slot: Slot, stop: number | undefined): number {
  const stops = Math.imul(stop ?? 0, eachByte)
  let hash = 0
  let end = at
  let last = 0
  for (;;) {
    const four = fourAt(end)
    const found = zeroesOf(four ^ stops) & highestBits
    if (found !== 0) {
      const count = lowestOf(found)
      last = four & ((1 << (8 * count)) - 1)
      end += count
      break
    }
    if (end - at >= longestName - 4) return -1
    hash = Math.imul(hash ^ four, hashFactor)
    end += 4
  }
  if (end === at) return -1
  const place = Math.imul(hash ^ last, hashFactor) >>> hashShift
  const known = isKnown(at, end, last, place)
  const text = known ? (knownTexts[place] ?? '') : bytes.toString('latin1', at, end)
  const found = slot.parts.find?.(text)
  if (found === undefined) return -1
  if (!known) {
    if (readText(at, stop) !== end) return -1
    remember(at, end, last, place, text === found.nativeName ? found.nativeName : text)
  }
  if (found !== slot.instrument) {
    slot.instrument = found
    slot.scale = scaleOf(found.contractSize)
  }
  return end
}

function isKnown(at: number, end: number, last: number, place: number): boolean {
  if (knownTexts[place]?.length !== end - at) return false
  let index = place * foursOfName
  for (; at <= end - 4; at += 4) if (knownFours[index++] !== fourAt(at)) return false
  return at === end || knownFours[index] === last
}

/** The listed text rather than one that equals it: a map finds it quicker. */
function remember(at: number, end: number, last: number, place: number, text: string): void {
  knownTexts[place] = text
  let index = place * foursOfName
  for (; at <= end - 4; at += 4) knownFours[index++] = fourAt(at)
  knownFours[index] = last
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

/** A price or a quantity of a level. */
const number = decimal()

/**
 * Digits with or without a point between them. What more than 2^53 needs comes out above it: rounding on the way there never takes it
 * below. How many digits of the last four there are is asked by branches, since the next read need not wait for those.
 */
function readDecimal(at: number, into: Slot): number {
  const start = at
  let fraction = 0
  let digits = 0
  for (;;) {
    const four = fourAt(at)
    const values = four ^ fourZeros
    const others = (values | (values + aboveNine)) & highestBits
    if (others === 0) {
      const pairs = (Math.imul(values, 10) + (values >>> 8)) & 0x00ff00ff
      digits = digits * 10_000 + ((pairs & 0xff) * 100 + (pairs >>> 16))
      at += 4
      continue
    }
    let byte = four & 0xff
    if ((others & 0x80) === 0) {
      if ((others & 0x8000) !== 0) {
        digits = digits * 10 + (values & 0xff)
        at += 1
        byte = (four >>> 8) & 0xff
      } else {
        const pair = (values & 0xff) * 10 + ((values >>> 8) & 0xff)
        if ((others & 0x80_0000) !== 0) {
          digits = digits * 100 + pair
          at += 2
          byte = (four >>> 16) & 0xff
        } else {
          digits = digits * 1_000 + (pair * 10 + ((values >>> 16) & 0xff))
          at += 3
          byte = four >>> 24
        }
      }
    }
    if (byte !== point || fraction > 0 || at === start) break
    fraction = ++at
  }
  if (at === start || at === fraction || digits > Number.MAX_SAFE_INTEGER) return -1
  into.digits = digits
  into.places = fraction > 0 ? at - fraction : 0
  return at
}

function readInteger(at: number, slot: Slot): number {
  const isNegative = bytes[at] === minus
  if (isNegative) at++
  const start = at
  at = readDecimal(at, slot)
  const count = at - start
  // JSON has no leading zeros; -0 would be a number of its own
  if (at < 0 || slot.places > 0 || count > mostDigits || (bytes[start] === zero && (count > 1 || isNegative))) return -1
  if (isNegative) slot.digits = -slot.digits
  return at
}

function readLevels(at: number, slot: Slot): number {
  const { list, of, furtherTexts = 0 } = slot.parts
  if (list === undefined || of === undefined || bytes[at] !== openBracket) return -1
  if (bytes[at + 1] === closeBracket) return at + 2
  const { units, places: scalePlaces } = of.scale
  do {
    if (bytes[at + 1] !== openBracket || bytes[at + 2] !== quote) return -1
    at = readDecimal(at + 3, number)
    if (at < 0) return -1
    const price = number.value
    if (!(price > 0) || bytes[at] !== quote || bytes[at + 1] !== comma || bytes[at + 2] !== quote) return -1
    at = readDecimal(at + 3, number)
    if (at < 0 || bytes[at] !== quote) return -1
    const product = number.digits * units
    const quantity = product / (powersOfTen[number.places + scalePlaces] ?? Number.NaN)
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
