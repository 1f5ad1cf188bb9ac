/**
 * JSON.parse, but integers beyond 2^53 come as text with all their digits: as numbers they would be another order's id. Exchanges that
 * write 64-bit ids as JSON numbers need it. Throws SyntaxError as JSON.parse does.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(sixteenDigits.test(text) ? text.replace(stringOrInteger, quoteUnsafe) : text)
}

const sixteenDigits = /\d{16}/
/** Strings are matched so that digits within them stay as they are; fractions and exponents are no integers. */
const stringOrInteger = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g
const quoteUnsafe = (token: string): string =>
  token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`
