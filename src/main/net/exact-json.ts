/**
 * JSON.parse, but numbers that float64 cannot hold come as text with all their digits: an id beyond 2^53 would be another order's, a
 * long amount another amount. Exchanges that write 64-bit ids or amounts as JSON numbers need it. Throws SyntaxError as JSON.parse does.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(withUnsafeQuoted(text))
}

const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
/** Fewer characters are held exactly. */
const fewestUnsafe = 16
/** Exponents write no digits that need care, and what is no number is JSON.parse's to refuse. */
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** One walk over the text; it is copied only where a number is put into quotes. */
function withUnsafeQuoted(text: string): string {
  let quoted = ''
  let copied = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) at = behindString(text, at)
    else if (code !== minus && !isDigit(code)) at++
    else {
      const start = at++
      while (isOfNumber(text.charCodeAt(at))) at++
      if (at - start < fewestUnsafe) continue
      const token = text.slice(start, at)
      if (!plainNumber.test(token) || isHeld(token)) continue
      quoted += `${text.slice(copied, start)}"${token}"`
      copied = at
    }
  }
  return copied === 0 ? text : quoted + text.slice(copied)
}

/** Behind the quote that ends the string; the text's length where none does. */
function behindString(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from)
    if (end < 0) return text.length
    let before = end
    while (text.charCodeAt(before - 1) === backslash) before--
    if ((end - before) % 2 === 0) return end + 1
    from = end + 1
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
/** Digits, `.`, `+`, `-`, `e` and `E`. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2e || code === minus || code === 0x2b || code === 0x65 || code === 0x45

/** A number reads back as it was written, but for zeros behind the last digit of its fraction. */
function isHeld(token: string): boolean {
  const number = Number(token)
  return token.includes('.') ? String(number) === token.replace(/\.?0+$/, '') : Number.isSafeInteger(number)
}
