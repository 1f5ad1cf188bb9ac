/** Text of exports, built as bytes: formatting is what CSV and JSON Lines cost. */
import type { Sink } from './columns.ts'

/** Powers of ten that a double holds exactly. */
const powers: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)
/** Decimals of fewer digits than this are told apart by their double, so the digits found are the shortest. */
const mostScaled = 1e15
const mostDecimals = 12
const flushBytes = 1 << 18
const zero = 48

/** A number without an exponent, in the fewest digits that give the same number again: `0.0000001`, `100000000000000000000000`. */
export function plainNumber(value: number): string {
  const text = String(value)
  const at = text.indexOf('e')
  if (at < 0) return text
  const sign = value < 0 ? '-' : ''
  const [whole = '', fraction = ''] = text.slice(sign.length, at).split('.')
  const point = whole.length + Number(text.slice(at + 1))
  const digits = whole + fraction
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0').slice(0, point)}${digits.length > point ? `.${digits.slice(point)}` : ''}`
}

/** Bytes on their way to a sink. Every method appends. */
export class TextBuffer {
  private readonly sink: Sink
  private bytes = Buffer.allocUnsafe(flushBytes * 2)
  private at = 0
  private cachedSecond = Number.NaN
  private readonly second = Buffer.alloc(64)
  private secondLength = 0
  private cachedTime = Number.NaN
  private cachedBetween: Uint8Array | null = null
  private readonly time = Buffer.alloc(160)
  private timeLength = 0

  constructor(sink: Sink) {
    this.sink = sink
  }

  /** At the end of a row: hands on what has gathered. */
  endRow(): void {
    if (this.at >= flushBytes) this.flush()
  }

  flush(): void {
    if (this.at > 0) this.sink.write(this.bytes.subarray(0, this.at))
    this.at = 0
  }

  byte(code: number): void {
    this.room(1)
    this.bytes[this.at++] = code
  }

  copy(bytes: Uint8Array): void {
    this.room(bytes.length)
    for (let index = 0; index < bytes.length; index++) this.bytes[this.at++] = bytes[index] ?? 0
  }

  /** Any text, as UTF-8. */
  text(text: string): void {
    const { length } = text
    this.room(length * 3)
    if (length > 48) {
      this.at += this.bytes.write(text, this.at)
      return
    }
    const from = this.at
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) {
        this.at = from + this.bytes.write(text, from)
        return
      }
      this.bytes[this.at++] = code
    }
  }

  /**
   * The shortest decimal that reads back as this number, without an exponent. `decimals` is a guess, best the answer for the number
   * before: returns the next guess.
   */
  number(value: number, decimals: number): number {
    this.room(32)
    const size = Math.abs(value)
    for (let places = decimals; places <= mostDecimals; places++) {
      const power = powers[places] ?? 1
      const scaled = Math.round(size * power)
      if (!(scaled < mostScaled)) break
      // Both are exact, so the quotient is the double nearest to the decimal: it is this number or not.
      if (scaled / power !== size) continue
      if (value < 0) this.bytes[this.at++] = 45
      const whole = Math.floor(size)
      this.whole(whole)
      this.fraction(scaled - whole * power, places)
      return places
    }
    this.text(plainNumber(value))
    return 0
  }

  /** A whole number of at most 15 digits; others as plain text. */
  integer(value: number): void {
    this.room(32)
    const size = Math.abs(value)
    if (!(size < mostScaled)) {
      this.text(plainNumber(value))
      return
    }
    if (value < 0) this.bytes[this.at++] = 45
    this.whole(size)
  }

  /** `2026-11-21T10:00:00.000Z` */
  iso(time: number): void {
    const second = Math.floor(time / 1_000)
    if (second !== this.cachedSecond) {
      this.secondLength = this.second.write(new Date(second * 1_000).toISOString().slice(0, -4), 0, 'latin1')
      this.cachedSecond = second
    }
    this.room(64)
    this.at += this.second.copy(this.bytes, this.at, 0, this.secondLength)
    this.padded(time - second * 1_000, 3)
    this.bytes[this.at++] = 90
  }

  /** ISO and epoch ms of one moment, with `between` (at most 64 bytes) between them. Snapshot rows of one second come together, so both are kept. */
  bothTimes(time: number, between: Uint8Array): void {
    this.room(160)
    if (time !== this.cachedTime || between !== this.cachedBetween) {
      const from = this.at
      this.iso(time)
      this.copy(between)
      this.integer(time)
      this.cachedTime = time
      this.cachedBetween = between
      this.timeLength = this.bytes.copy(this.time, 0, from, this.at)
      return
    }
    for (let index = 0; index < this.timeLength; index++) this.bytes[this.at++] = this.time[index] ?? 0
  }

  private whole(value: number): void {
    if (value < 1e9) {
      this.digits(value)
      return
    }
    const high = Math.floor(value / 1e9)
    this.digits(high)
    this.padded(value - high * 1e9, 9)
  }

  /** `value` of `places` decimals, without trailing zeros; nothing at all for 0. */
  private fraction(value: number, places: number): void {
    if (value === 0) return
    this.bytes[this.at++] = 46
    if (places > 9) {
      const high = Math.floor(value / 1e3)
      this.padded(high, places - 3)
      this.padded(value - high * 1e3, 3)
    } else this.padded(value, places)
    while (this.bytes[this.at - 1] === zero) this.at--
  }

  private digits(value: number): void {
    let places = 1
    while (places < 10 && value >= (powers[places] ?? 0)) places++
    this.padded(value, places)
  }

  /** At most nine digits. */
  private padded(value: number, places: number): void {
    let rest = value | 0
    for (let at = this.at + places - 1; at >= this.at; at--) {
      const next = (rest / 10) | 0
      this.bytes[at] = zero + rest - next * 10
      rest = next
    }
    this.at += places
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return
    this.flush()
    if (bytes > this.bytes.length) this.bytes = Buffer.allocUnsafe(bytes)
  }
}
