/** Varints into and out of bytes, and the checksum of a chunk. docs/database.md has the format. */
import * as zlib from 'node:zlib'

/** Grows as it is written to; one is used again and again. */
export class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>
  private view: DataView
  private length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  clear(): void {
    this.length = 0
  }

  /** What was written so far; valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** 0 <= value <= 2^53 */
  varint(value: number): void {
    this.reserve(8)
    const { bytes } = this
    let at = this.length
    let rest = value
    while (rest >= 0x1000_0000) {
      bytes[at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
    this.length = at
  }

  /** Differences of `integers`, zig-zag; each difference within 2^52. */
  deltas(integers: Float64Array, count: number): void {
    this.reserve(count * 8)
    const { bytes } = this
    let at = this.length
    let before = 0
    for (let i = 0; i < count; i++) {
      const integer = integers[i] ?? 0
      const delta = integer - before
      before = integer
      let rest = delta >= 0 ? 2 * delta : -2 * delta - 1
      while (rest >= 0x1000_0000) {
        bytes[at++] = (rest % 128) | 128
        rest = Math.floor(rest / 128)
      }
      while (rest > 127) {
        bytes[at++] = (rest & 127) | 128
        rest >>>= 7
      }
      bytes[at++] = rest
    }
    this.length = at
  }

  doubles(values: Float64Array, count: number): void {
    this.reserve(count * 8)
    for (let i = 0; i < count; i++) this.view.setFloat64(this.length + i * 8, values[i] ?? 0, true)
    this.length += count * 8
  }

  /** @returns room for `count` bytes, zeroed */
  zeros(count: number): Uint8Array {
    this.reserve(count)
    const room = this.bytes.subarray(this.length, this.length + count).fill(0)
    this.length += count
    return room
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** Reads what ByteWriter wrote. Throws where the bytes end early or hold what was never written. */
export class ByteReader {
  private readonly bytes: Uint8Array
  private at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get position(): number {
    return this.at
  }

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new Error('it ends early')
    return byte
  }

  varint(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (value > 2 ** 53) throw new Error('a number in it is too large')
      if (byte < 128) return value
      factor *= 128
    }
  }

  /** `into[from + i]` = the i-th sum of differences, divided by `divisor`. */
  deltas(into: Float64Array, from: number, count: number, divisor: number): void {
    const { bytes } = this
    let { at } = this
    let integer = 0
    for (let i = 0; i < count; i++) {
      let byte = bytes[at++] ?? 0
      let zigzag = byte & 127
      let factor = 128
      while (byte > 127) {
        if (factor > 2 ** 49) throw new Error('a number in it is too large')
        byte = bytes[at++] ?? 0
        zigzag += (byte & 127) * factor
        factor *= 128
      }
      integer += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
      into[from + i] = integer / divisor
    }
    if (at > bytes.length) throw new Error('it ends early')
    this.at = at
  }

  doubles(into: Float64Array, from: number, count: number): void {
    const bytes = this.take(count * 8)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < count; i++) into[from + i] = view.getFloat64(i * 8, true)
  }

  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new Error('it ends early')
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }
}

let table: Uint32Array | null = null

function tableOfCrc32(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1
    return value
  })
}

export function portableCrc32(bytes: Uint8Array): number {
  table ??= tableOfCrc32()
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffff_ffff) >>> 0
}

/** CRC-32 as zlib and PNG have it. Node brings its own from 22.2 on. */
export const crc32: (bytes: Uint8Array) => number = typeof zlib.crc32 === 'function' ? zlib.crc32 : portableCrc32
