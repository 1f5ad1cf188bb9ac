/** One chunk: the quotes of one instrument in one frame of 720 s. The format stands in docs/database.md; both change together. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { StorageError } from '../error.ts'
import { ByteReader, ByteWriter, crc32 } from './bytes.ts'
import { zstd } from './zstd.ts'

export const frameMs = 720_000
export const chunkFormat = 1

export const frameOf = (time: EpochMs): EpochMs => time - (time % frameMs)

/** A chunk that gives no rows, and why. */
export interface DamagedChunk {
  readonly instrumentId: number
  readonly frameTime: EpochMs
  readonly problem: StorageError
}

/** Columns of quotes; absent is NaN. They may be longer than what they hold. */
export interface QuoteColumns {
  readonly time: Float64Array
  readonly bidPrice: Float64Array
  readonly bidQuantity: Float64Array
  readonly askPrice: Float64Array
  readonly askQuantity: Float64Array
}

export const quoteColumns = (length: number): QuoteColumns => ({
  time: new Float64Array(length),
  bidPrice: new Float64Array(length),
  bidQuantity: new Float64Array(length),
  askPrice: new Float64Array(length),
  askQuantity: new Float64Array(length),
})

/** A row of book_ticker_chunks. */
export interface StoredChunk {
  readonly instrumentId: number
  readonly frameTime: EpochMs
  readonly rowCount: number
  readonly format: number
  readonly data: Uint8Array
}

/** Powers of ten that are exact as doubles. */
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
/** Sums and differences of integers within this are exact, and their zig-zag form too. */
const largestInteger = 2 ** 51
const raw = 255
const allPresent = 0
const somePresent = 1
const nonePresent = 2

const content = new ByteWriter(64 * 1_024)
let values = new Float64Array(1_024)
let integers = new Float64Array(1_024)

/**
 * Packs rows `from` to `to` (exclusive), all within the frame and ascending by time. NaN (absent) comes back as NaN; every other double,
 * -0 and the infinities included, as the identical one.
 */
export function encodeChunk(frameTime: EpochMs, columns: QuoteColumns, from: number, to: number): Uint8Array {
  const count = to - from
  if (values.length < count) {
    values = new Float64Array(count)
    integers = new Float64Array(count)
  }
  content.clear()
  content.varint(count)
  writeTimes(frameTime, columns.time, from, to)
  writeColumn(columns.bidPrice, from, count)
  writeColumn(columns.bidQuantity, from, count)
  writeColumn(columns.askPrice, from, count)
  writeColumn(columns.askQuantity, from, count)
  const bytes = content.written()
  const head = new ByteWriter(16)
  head.varint(bytes.length)
  const frame = zstd.compress(bytes)
  const length = head.written()
  const chunk = new Uint8Array(4 + length.length + frame.length)
  chunk.set(length, 4)
  chunk.set(frame, 4 + length.length)
  new DataView(chunk.buffer).setUint32(0, crc32(chunk.subarray(4)), true)
  return chunk
}

/**
 * Unpacks a chunk into `columns` from row `at` on, which must have room for its `rowCount` rows. Throws a StorageError (`corrupt`, or
 * `newer` for an unknown format) and never gives rows of a damaged chunk.
 */
export function decodeChunk(chunk: StoredChunk, columns: QuoteColumns, at: number): void {
  unpack(chunk, (bytes) => readContent(bytes, chunk.frameTime, chunk.rowCount, columns, at))
}

/** Times of a chunk's rows alone, ascending, which is several times as quick. Throws as `decodeChunk` does. */
export function decodeTimes(chunk: StoredChunk): Float64Array {
  const { frameTime, rowCount } = chunk
  return unpack(chunk, (bytes) => {
    const reader = new ByteReader(bytes)
    assertCount(reader.varint(), rowCount)
    const time = new Float64Array(rowCount)
    readTimes(reader, frameTime, time, 0, rowCount)
    return time
  })
}

/** Hands the content of a chunk that is whole to `read`, whose errors tell of damage too. */
function unpack<T>(chunk: StoredChunk, read: (bytes: Uint8Array) => T): T {
  const { instrumentId, frameTime, rowCount, format, data } = chunk
  const name = `the compressed quotes of instrument ${instrumentId} from ${isoOf(frameTime)}`
  if (format !== chunkFormat) {
    throw new StorageError(
      'newer',
      `${name} have form ${format}, this Crossbook knows ${chunkFormat}: install a newer one`,
    )
  }
  try {
    if (!Number.isInteger(rowCount) || rowCount < 1 || rowCount > frameMs) throw new Error(`it claims ${rowCount} rows`)
    if (data.length < 5) throw new Error('it ends early')
    const sum = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true)
    if (crc32(data.subarray(4)) !== sum) throw new Error('its checksum is wrong')
    const head = new ByteReader(data, 4)
    const length = head.varint()
    if (length < 1 || length > largestContent(rowCount)) throw new Error(`it claims ${length} bytes`)
    return read(zstd.decompress(data.subarray(head.position), length))
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new StorageError('corrupt', `${name} are damaged (${detail}): restore a backup to have them again`)
  }
}

/** Per row a run of two varints, four numbers of at most 8 bytes, four bits of presence. */
const largestContent = (rowCount: number): number => 32 + rowCount * 46

const isoOf = (time: number): string => (Number.isFinite(time) ? new Date(time).toISOString() : String(time))

function readContent(bytes: Uint8Array, frameTime: EpochMs, rowCount: number, columns: QuoteColumns, at: number): void {
  const reader = new ByteReader(bytes)
  const count = reader.varint()
  assertCount(count, rowCount)
  readTimes(reader, frameTime, columns.time, at, count)
  readColumn(reader, columns.bidPrice, at, count)
  readColumn(reader, columns.bidQuantity, at, count)
  readColumn(reader, columns.askPrice, at, count)
  readColumn(reader, columns.askQuantity, at, count)
  if (reader.position !== bytes.length) throw new Error('something stands after its end')
}

function assertCount(count: number, rowCount: number): void {
  if (count !== rowCount) throw new Error(`it holds ${count} rows instead of ${rowCount}`)
}

function writeTimes(frameTime: EpochMs, time: Float64Array, from: number, to: number): void {
  let before = frameTime
  let distance = -1
  let run = 0
  for (let row = from; row < to; row++) {
    const now = time[row] ?? Number.NaN
    const next = now - before
    if (!(next > 0 || (next === 0 && row === from)) || now >= frameTime + frameMs || !Number.isInteger(now)) {
      throw new Error(`time ${now} does not belong after ${before} into the frame of ${frameTime}`)
    }
    if (next !== distance && run > 0) {
      content.varint(distance)
      content.varint(run)
      run = 0
    }
    distance = next
    run++
    before = now
  }
  content.varint(distance)
  content.varint(run)
}

function readTimes(reader: ByteReader, frameTime: EpochMs, into: Float64Array, from: number, count: number): void {
  let time = frameTime
  let row = 0
  while (row < count) {
    const distance = reader.varint()
    const run = reader.varint()
    if (run < 1 || run > count - row || (distance === 0 && (row > 0 || run > 1))) throw new Error('its times are wrong')
    for (let i = 0; i < run; i++) {
      time += distance
      into[from + row++] = time
    }
  }
  if (time >= frameTime + frameMs) throw new Error('its times are wrong')
}

function writeColumn(column: Float64Array, from: number, count: number): void {
  let present = 0
  for (let i = 0; i < count; i++) {
    const value = column[from + i] ?? Number.NaN
    if (!Number.isNaN(value)) values[present++] = value
  }
  if (present === 0) {
    content.byte(nonePresent)
    return
  }
  content.byte(present === count ? allPresent : somePresent)
  if (present < count) {
    const bitmap = content.zeros(Math.ceil(count / 8))
    for (let i = 0; i < count; i++) {
      if (!Number.isNaN(column[from + i])) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7))
    }
  }
  const scale = toIntegers(present)
  content.byte(scale)
  if (scale === raw) content.doubles(values, present)
  else content.deltas(integers, present)
}

/** Fills `integers` with `values` times 10^scale and returns the smallest lossless scale, or `raw` where there is none. */
function toIntegers(count: number): number {
  let scale = 0
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? Number.NaN
    while (!isExact(value, powers[scale] ?? Number.NaN)) if (++scale === powers.length) return raw
  }
  const power = powers[scale] ?? Number.NaN
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? Number.NaN
    const integer = Math.round(value * power)
    // Scales grew on the way: every value is looked at again with the last one.
    if (!(Math.abs(integer) < largestInteger) || integer / power !== value) return raw
    integers[i] = integer
  }
  return scale
}

/** -0 would come back as 0. */
const isExact = (value: number, power: number): boolean =>
  Math.round(value * power) / power === value && (value !== 0 || !Object.is(value, -0))

function readColumn(reader: ByteReader, into: Float64Array, from: number, count: number): void {
  const presence = reader.byte()
  if (presence === nonePresent) {
    into.fill(Number.NaN, from, from + count)
    return
  }
  if (presence > nonePresent) throw new Error(`it has an unknown mark of presence, ${presence}`)
  const bitmap = presence === somePresent ? reader.take(Math.ceil(count / 8)) : null
  let present = count
  if (bitmap) {
    present = 0
    for (let i = 0; i < count; i++) present += ((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1
  }
  const scale = reader.byte()
  const power = powers[scale]
  if (scale === raw) reader.doubles(into, from, present)
  else if (power !== undefined) reader.deltas(into, from, present, power)
  else throw new Error(`it has an unknown scale, ${scale}`)
  if (!bitmap) return
  // From the end, so that nothing is overwritten before it has moved.
  for (let i = count - 1, source = present - 1; i >= 0; i--) {
    const isPresent = (((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1) === 1
    into[from + i] = isPresent ? (into[from + source--] ?? Number.NaN) : Number.NaN
  }
}
