/**
 * JSON.parse, but numbers that float64 cannot hold come as text with all their digits: an id beyond 2^53 would be another order's, a
 * long amount another amount. Exchanges that write 64-bit ids or amounts as JSON numbers need it. Throws SyntaxError as JSON.parse does.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(sixteenDigits.test(text) ? text.replace(stringOrNumber, quoteUnsafe) : text)
}

/** With or without a point among them; what has fewer is held exactly. */
const sixteenDigits = /\d{16}|[\d.]{17}/
/** Strings are matched so that digits within them stay as they are; exponents write no digits that need care. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d+(?:\.\d+)?(?![\d.eE])/g
const quoteUnsafe = (token: string): string =>
  token.length < 16 || token.startsWith('"') || isHeld(token) ? token : `"${token}"`

/** A number reads back as it was written, but for zeros behind the last digit of its fraction. */
function isHeld(token: string): boolean {
  const number = Number(token)
  return token.includes('.') ? String(number) === token.replace(/\.?0+$/, '') : Number.isSafeInteger(number)
}
