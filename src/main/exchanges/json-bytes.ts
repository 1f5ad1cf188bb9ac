/**
 * Walks over JSON in bytes, checking its grammar: what JSON.parse takes, less than all of it. Every function takes where it stands
 * and returns where it ended, or -1 for refused: no JSON, or JSON that is out of the ordinary (escapes, deep nesting), which is for
 * JSON.parse to judge. Behind the last byte a read gives 0, which is no part of any JSON text, so that every loop ends there.
 */

export const quote = 0x22
export const comma = 0x2c
export const minus = 0x2d
export const point = 0x2e
export const zero = 0x30
export const colon = 0x3a
export const openBracket = 0x5b
export const closeBracket = 0x5d
export const openBrace = 0x7b
export const closeBrace = 0x7d

/** Frames nest four deep; what nests deeper in a skipped value is left to the slow way. */
const deepestSkipped = 12

export const isAscii = 1
const isOther = 2
/** Bytes that stand in a text without an escape: ASCII but for controls, quote and backslash; or a part of UTF-8. */
export const textBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? isOther : byte >= 0x20 && byte !== quote && byte !== 0x5c ? isAscii : 0,
)

export const isDigit = (byte: number): boolean => byte >= zero && byte <= 0x39

export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at] ?? 0
  if (byte > 0x20) return at
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] ?? 0
  return at
}

export function startsWith(bytes: Uint8Array, at: number, expected: Uint8Array, length = expected.length): boolean {
  if (at + length > bytes.length) return false
  for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return false
  return true
}

const encoder = new TextEncoder()
/** `before` and `after` around a text that stands in JSON as it is. */
export const asciiBytes = (value: string, before = '', after = ''): Uint8Array => {
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(value)) throw new TypeError(`not plain ASCII: ${value}`)
  return encoder.encode(before + value + after)
}

export const trueWord = asciiBytes('true')
export const falseWord = asciiBytes('false')
const nullWord = asciiBytes('null')

function skipWord(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  const word = byte === trueWord[0] ? trueWord : byte === falseWord[0] ? falseWord : nullWord
  return startsWith(bytes, at, word) ? at + word.length : -1
}

export function skipValue(bytes: Uint8Array, at: number, depth: number): number {
  const byte = bytes[at] ?? 0
  if (byte === quote) return skipText(bytes, at)
  if (byte === minus || isDigit(byte)) return skipNumber(bytes, at)
  if (byte === openBrace || byte === openBracket) return depth < deepestSkipped ? skipNested(bytes, at, depth + 1) : -1
  return skipWord(bytes, at)
}

/** Broken UTF-8 never takes a quote with it, so that a text ends here where it ends for JSON.parse. */
export function skipText(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote) return -1
  at++
  while (textBytes[bytes[at] ?? 0] !== 0) at++
  return bytes[at] === quote ? at + 1 : -1
}

function skipNumber(bytes: Uint8Array, at: number): number {
  if (bytes[at] === minus) at++
  if (bytes[at] === zero) at++
  else {
    at = skipDigits(bytes, at)
    if (at < 0) return -1
  }
  if (bytes[at] === point) {
    at = skipDigits(bytes, at + 1)
    if (at < 0) return -1
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at++
    if (bytes[at] === minus || bytes[at] === 0x2b) at++
    at = skipDigits(bytes, at)
  }
  return at
}

/** At least one. */
export function skipDigits(bytes: Uint8Array, at: number): number {
  const start = at
  while (isDigit(bytes[at] ?? 0)) at++
  return at === start ? -1 : at
}

function skipNested(bytes: Uint8Array, at: number, depth: number): number {
  const isObject = bytes[at] === openBrace
  const close = isObject ? closeBrace : closeBracket
  at = skipSpace(bytes, at + 1)
  if (bytes[at] === close) return at + 1
  for (;;) {
    if (isObject) {
      at = skipText(bytes, at)
      if (at < 0) return -1
      at = skipSpace(bytes, at)
      if (bytes[at] !== colon) return -1
      at = skipSpace(bytes, at + 1)
    }
    at = skipValue(bytes, at, depth)
    if (at < 0) return -1
    at = skipSpace(bytes, at)
    const byte = bytes[at++]
    if (byte === close) return at
    if (byte !== comma) return -1
    at = skipSpace(bytes, at)
  }
}
