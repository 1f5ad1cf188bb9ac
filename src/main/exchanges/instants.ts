/** Times as RFC 3339 text, `2026-09-25T17:48:26.844359Z`, read without a regular expression: they stand in every frame of a book. */
import type { EpochMs } from '../../shared/domain/index.ts'

const zeroDigit = 0x30
const hyphen = 0x2d
const point = 0x2e
const colon = 0x3a
const letterT = 0x54
const letterZ = 0x5a
/** `2026-09-25T17:48:26` */
const secondsLength = 19
const mostDecimals = 9
const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
const daysBeforeMonths = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const
const leapDaysBefore1970 = 477

/**
 * Microseconds since 1970, a safe integer (until 2255): further decimals are cut off, of nine at most. In UTC (`Z`) or with an offset (`+05:30`). NaN
 * where the text is no such time, and for 1970 itself and before, which stand for none.
 */
export function microsecondsOf(text: string): number {
  const isForm =
    text.charCodeAt(4) === hyphen &&
    text.charCodeAt(7) === hyphen &&
    text.charCodeAt(10) === letterT &&
    text.charCodeAt(13) === colon &&
    text.charCodeAt(16) === colon
  if (!isForm) return Number.NaN
  const day = dayOf(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8))
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  // a NaN passes no comparison
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN
  let at = secondsLength
  let micros = 0
  if (text.charCodeAt(at) === point) {
    const start = ++at
    let unit = 100_000
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
      micros += digit * unit
      unit = unit === 1 ? 0 : unit / 10
    }
    if (at === start || at - start > mostDecimals) return Number.NaN
  }
  const isUtc = text.charCodeAt(at) === letterZ && text.length === at + 1
  const seconds = day * 86_400 + hour * 3_600 + minute * 60 + second - (isUtc ? 0 : minutesOf(text, at) * 60)
  return seconds > 0 ? seconds * 1_000_000 + micros : Number.NaN
}

/** Epoch ms, cut off; NaN as above. */
export const millisecondsOf = (text: string): EpochMs => Math.floor(microsecondsOf(text) / 1_000)

/** -1 where it is none. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - zeroDigit
  return digit >= 0 && digit <= 9 ? digit : -1
}

/** NaN where these are no two digits. */
function twoDigits(text: string, at: number): number {
  const tens = digitAt(text, at)
  const ones = digitAt(text, at + 1)
  return tens < 0 || ones < 0 ? Number.NaN : tens * 10 + ones
}

/** Days since 1970 in the Gregorian calendar; NaN where there is no such day. */
function dayOf(year: number, month: number, day: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const most = month === 2 && !isLeap ? 28 : (daysOfMonths[month - 1] ?? 0)
  if (!(day >= 1 && day <= most)) return Number.NaN
  const leapDays = Math.floor((year - 1) / 4) - Math.floor((year - 1) / 100) + Math.floor((year - 1) / 400)
  const before = (daysBeforeMonths[month - 1] ?? Number.NaN) + (month > 2 && isLeap ? 1 : 0)
  return (year - 1970) * 365 + leapDays - leapDaysBefore1970 + before + day - 1
}

/** `+05:30` as minutes; NaN where the text does not end so. */
function minutesOf(text: string, at: number): number {
  const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : Number.NaN
  const hours = twoDigits(text, at + 1)
  const minutes = twoDigits(text, at + 4)
  const isOffset = text.charCodeAt(at + 3) === colon && text.length === at + 6 && hours <= 23 && minutes <= 59
  return isOffset ? sign * (hours * 60 + minutes) : Number.NaN
}
