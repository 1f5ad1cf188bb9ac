/**
 * The walk over a frame's bytes that `layout.ts` declares: a position in and out, -1 for refused. Each reader's walk is made into code of
 * its own, with its literals as numbers in it, which takes two thirds of the time of one loop over all layouts (docs/decisions/0007). It
 * goes over a copy of the frame that is always at the same place in memory, where reading costs a third; a byte 0 behind the frame, which
 * is part of no literal and no slot, ends every loop.
 */
import { powersOfTen, scaleOf } from '../../shared/decimal.ts'
import type { LevelList } from './depth.ts'
import { closeBracket, comma, isAscii, minus, openBracket, point, quote, textBytes, zero } from './json-bytes.ts'
import type { Declared, Layout } from './layout.ts'
import { decimal, type Slot } from './layout-slots.ts'
import type { Reader } from './scan.ts'

/** A snapshot of 400 levels a side takes 30 kB. */
const longestFrame = 1 << 18
/** No literal is longer, so that none is looked for behind the end of the copy. */
export const longestLiteral = 256
const bytes = Buffer.from(new ArrayBuffer(longestFrame + longestLiteral))
const words = new DataView(bytes.buffer)
const fourAt = (at: number): number => words.getInt32(at, true)

// Four bytes at once
const eachByte = 0x01010101
const highestBits = 0x80808080 | 0
const fifthBits = 0x20202020
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

/** Takes a frame of up to `longestFrame` bytes as the one that walks go over. */
function take(frame: Uint8Array): void {
  bytes.set(frame)
  bytes[frame.length] = 0
}

/** Walks over a frame by one layout after the other until one fits from the first byte to the last and becomes something. */
export function compileReader(declared: readonly Declared[]): Reader {
  // A function's own values, by the names that its code knows them by.
  const values: [name: string, value: unknown][] = Object.entries({ words, take, readText, readName, readInteger })
  values.push(
    ...Object.entries({ readDecimal, readInstrument, readLevels, readVarint, readLength, readSizedText, readUnread }),
  )
  let names = 0
  const named = (value: unknown): string => {
    const name = `value${names++}`
    values.push([name, value])
    return name
  }

  /** `refuse`: the statement that leaves the walk, or the alternative; `after`: what follows the layout. */
  const codeOf = ({ texts, slots }: Layout, refuse: string, after = ''): string =>
    texts
      .map((text, index) => {
        const slot = slots[index]
        const differs = differenceCode(text)
        const literal = differs === '' ? '' : `if (${differs}) ${refuse}; at += ${text.length};`
        return slot === undefined ? literal : literal + slotCode(slot, texts[index + 1] || after, refuse)
      })
      .join('\n')

  const slotCode = (slot: Slot, next: string, refuse: string): string => {
    const { kind, parts } = slot
    if (kind === 'choice') return choiceCode(slot, refuse, next)
    if (kind === 'sized') return sizedCode(slot, refuse, next)
    const stops = Math.imul(next.charCodeAt(0) || 0, eachByte)
    const read = {
      text: () => `readText(at, ${stops})`,
      name: () => 'readName(at)',
      sizedText: () => 'readSizedText(at)',
      unread: () => 'readUnread(at)',
      integer: () => `readInteger(at, ${named(slot)})`,
      decimal: () => `readDecimal(at, ${named(slot)})`,
      varint: () => `readVarint(at, ${named(slot)})`,
      instrument: () => `readInstrument(at, ${named(slot)}, ${stops})`,
      levels: () => `readLevels(at, ${named(parts.list)}, ${named(parts.of)}, ${parts.furtherTexts ?? 0})`,
    }[kind]
    return `at = ${read()}; if (at < 0) ${refuse};`
  }

  const sizedCode = (slot: Slot, refuse: string, next: string): string => {
    const { inside } = slot.parts
    if (inside === undefined) throw new TypeError('a sized slot without a part')
    const name = named(slot)
    return `at = readLength(at, ${name}); if (at < 0) ${refuse};
      ${codeOf(inside, refuse, next)}
      if (at !== ${name}.digits) ${refuse};`
  }

  const choiceCode = (slot: Slot, refuse: string, next: string): string => {
    const { alternatives = [], isOptional = false } = slot.parts
    const chosen = `${named(slot)}.chosen`
    const [choice, from] = [`choice${names}`, `from${names}`]
    const attempts = alternatives.map((alternative, index) => {
      const attempt = `${choice}_${index}`
      const code = codeOf(alternative, `break ${attempt}`, next)
      return `${attempt}: { ${code} ${chosen} = ${index}; break ${choice}; }
        ${named(alternative)}.clear(); at = ${from};`
    })
    return `const ${from} = at; ${choice}: { ${attempts.join('\n')} ${chosen} = -1; ${isOptional ? '' : refuse} }`
  }

  const attemptCode = ({ frame, become }: Declared, index: number): string => {
    const attempt = `attempt${index}`
    const clear = frame.hasLists ? `${named(frame)}.clear();` : ''
    return `at = 0; ${clear}
      ${attempt}: {
        ${codeOf(frame, `break ${attempt}`)}
        if (at !== data.length) break ${attempt};
        const normalized = ${named(become)}(receivedAt);
        if (normalized !== null) return normalized;
      }
      ${clear}`
  }

  const body = `'use strict'; return (data, receivedAt) => {
    if (data.length > ${longestFrame}) return null;
    take(data);
    let at = 0;
    ${declared.map(attemptCode).join('\n')}
    return null;
  }`
  const make = new Function(...values.map(([name]) => name), body)
  return make(...values.map(([, value]) => value))
}

/**
 * A condition that holds where the literal does not stand: its bytes are compared by eight or four as one number, the last ones overlapping
 * those before. Of ASCII eight bytes are a finite float64 that is not 0, and no other bytes are equal to it.
 */
function differenceCode(text: string): string {
  const { length } = text
  if (length === 0) return ''
  const own = Buffer.alloc(length + 4)
  own.write(text, 'latin1')
  if (length < 4) return `(words.getInt32(at, true) & ${2 ** (8 * length) - 1}) !== ${own.readInt32LE(0)}`
  const width = length < 8 ? 4 : 8
  const starts = Array.from({ length: Math.ceil(length / width) }, (_, index) =>
    Math.min(index * width, length - width),
  )
  const compare = (start: number) =>
    width === 4
      ? `words.getInt32(at + ${start}, true) !== ${own.readInt32LE(start)}`
      : `words.getFloat64(at + ${start}, true) !== ${own.readDoubleLE(start)}`
  return starts.map(compare).join(' || ')
}

function readText(at: number, stops: number): number {
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

/** Of ASCII the bytes 0x30 to 0x3f and 0x60 to 0x7f: bit 5 with one of its neighbours. */
function readName(at: number): number {
  for (;;) {
    const four = fourAt(at)
    const others = ~(four & ((four << 1) | (four >>> 1)) & ~(four >>> 2)) & fifthBits
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

function readInstrument(at: number, slot: Slot, stops: number): number {
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
    if (readText(at, stops) !== end) return -1
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

// Numbers. Four bytes are taken for digits at once, which is a fifth of the work of one after the other.

/** Whole numbers of up to this many digits are exact in a float64. */
const mostDigits = 15

/** 49 bits: more than any time. */
const mostVarintBytes = 7

/** A price or a quantity of a level. */
const number = decimal()
/** A text of up to four bytes as they are read at once. */
const four = (text: string): number => Buffer.from(text.padStart(4, '\0'), 'latin1').readInt32LE()
const beforePrice = four('[["')
const beforeQuantity = four('","')
const betweenLevels = four('],["')
const endOfLevels = four(']]') >>> 16

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

/** Seven bits a byte, the lowest first; the highest bit says that another byte follows. */
function readVarint(at: number, slot: Slot): number {
  let value = 0
  let factor = 1
  for (let count = 0; count < mostVarintBytes; count++) {
    const byte = bytes[at++] ?? 0
    value += (byte & 0x7f) * factor
    if (byte < 0x80) {
      slot.digits = value
      return at
    }
    factor *= 0x80
  }
  return -1
}

function readSizedText(at: number): number {
  const length = bytes[at] ?? 0
  if (length >= 0x80) return -1
  const end = at + 1 + length
  for (at++; at < end; at++) if (textBytes[bytes[at] ?? 0] !== isAscii) return -1
  return end
}

/** Into `digits` where what follows ends. */
function readLength(at: number, slot: Slot): number {
  const byte = bytes[at] ?? 0
  const next = bytes[at + 1] ?? 0
  if (byte < 0x80) slot.digits = at + 1 + byte
  else if (next < 0x80) slot.digits = at + 2 + (byte & 0x7f) + next * 0x80
  else return -1
  return byte < 0x80 ? at + 1 : at + 2
}

function readUnread(start: number): number {
  let at = start
  for (;;) {
    const values = fourAt(at) ^ fourZeros
    const others = (values | (values + aboveNine)) & highestBits
    if (others !== 0) {
      at += lowestOf(others)
      break
    }
    at += 4
  }
  const count = at - start
  return count === 0 || count > mostDigits || (count > 1 && bytes[start] === zero) ? -1 : at
}

/** The two numbers of a level in turns, so that there is one place that reads a number: V8 puts the code of no more into a function. */
function readLevels(at: number, list: LevelList, of: Slot, furtherTexts: number): number {
  if (bytes[at] !== openBracket) return -1
  if (bytes[at + 1] === closeBracket) return at + 2
  const { units, places: scalePlaces } = of.scale
  let price = 0
  if (fourAt(at) << 8 !== beforePrice) return -1
  at += 3
  for (;;) {
    at = readDecimal(at, number)
    if (at < 0) return -1
    if (price === 0) {
      price = number.digits / (powersOfTen[number.places] ?? Number.NaN)
      if (!(price > 0) || fourAt(at) << 8 !== beforeQuantity) return -1
      at += 3
      continue
    }
    if (bytes[at] !== quote) return -1
    const product = number.digits * units
    const quantity = product / (powersOfTen[number.places + scalePlaces] ?? Number.NaN)
    if (!(product <= Number.MAX_SAFE_INTEGER && quantity >= 0)) return -1
    at = furtherTexts === 0 ? at + 1 : skipTexts(at + 1, furtherTexts)
    if (at < 0) return -1
    list.push(price, quantity)
    price = 0
    const end = fourAt(at)
    if (end === betweenLevels) at += 4
    else return (end & 0xffff) === endOfLevels ? at + 2 : -1
  }
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
