/** One block of depth samples as bytes. The format stands in docs/database.md; both change together. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { ByteReader, ByteWriter, crc32 } from '../cold/bytes.ts'
import { zstd } from '../cold/zstd.ts'
import type { DepthBlock } from '../depth-contract.ts'
import { StorageError } from '../error.ts'

export const depthFormat = 1

/** A row of depth_chunks. */
export interface StoredDepth {
  readonly instrumentId: number
  readonly fromTime: EpochMs
  readonly columnMs: number
  readonly columnCount: number
  readonly bucketSize: number
  readonly format: number
  readonly data: Uint8Array
}

/** Nobody samples more columns or buckets in one block: what claims more is damaged. */
const mostColumns = 4_096
const mostRows = 1_000_000
/** Prices are kept as integers of 10^-scale where that is exact, else as they lie in memory. */
const largestScale = 15
const raw = 255
const largestInteger = 2 ** 51

const content = new ByteWriter(64 * 1_024)

export function encodeDepth(block: DepthBlock): Uint8Array {
  const places = livePlaces(block.live)
  content.clear()
  const bitmap = content.zeros(Math.ceil(block.live.length / 8))
  for (const place of places) bitmap[place >> 3] = (bitmap[place >> 3] ?? 0) | (1 << (place & 7))
  const column = (of: (place: number) => number) => Float64Array.from(places, of)
  content.deltas(
    column((place) => block.low[place] ?? 0),
    places.length,
  )
  content.deltas(
    column((place) => block.known[place] ?? 0),
    places.length,
  )
  writePrices(column((place) => block.bestBid[place] ?? Number.NaN))
  writePrices(column((place) => block.bestAsk[place] ?? Number.NaN))
  // Price by price through time: what stands at one price is mostly what stood there before.
  const row = new Float64Array(places.length)
  const [lowest, end] = rangeOf(block, places)
  for (let bucket = lowest; bucket < end; bucket++) {
    let count = 0
    for (const place of places) {
      const cell = bucket - (block.low[place] ?? 0)
      if (cell >= 0 && cell < (block.known[place] ?? 0)) row[count++] = block.codes[place * block.height + cell] ?? 0
    }
    content.deltas(row, count)
  }
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

/** Throws a StorageError (`corrupt`, or `newer` for an unknown format); never gives cells of a damaged chunk. */
export function decodeDepth(chunk: StoredDepth): DepthBlock {
  const { format, data, columnCount } = chunk
  const name = `depth samples of instrument ${chunk.instrumentId} from ${new Date(chunk.fromTime).toISOString()}`
  if (format !== depthFormat) {
    throw new StorageError('newer', `${name} have form ${format}, this Crossbook knows ${depthFormat}`)
  }
  try {
    if (columnCount < 1 || columnCount > mostColumns) throw new Error(`it claims ${columnCount} columns`)
    if (data.length < 5) throw new Error('it ends early')
    if (crc32(data.subarray(4)) !== new DataView(data.buffer, data.byteOffset).getUint32(0, true)) {
      throw new Error('its checksum is wrong')
    }
    const head = new ByteReader(data, 4)
    const length = head.varint()
    return readContent(zstd.decompress(data.subarray(head.position), length), chunk)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new StorageError('corrupt', `${name} are damaged (${detail})`)
  }
}

function readContent(bytes: Uint8Array, chunk: StoredDepth): DepthBlock {
  const { instrumentId, fromTime, columnMs, columnCount, bucketSize } = chunk
  const reader = new ByteReader(bytes)
  const bitmap = reader.take(Math.ceil(columnCount / 8))
  const live = Uint8Array.from({ length: columnCount }, (_, place) => ((bitmap[place >> 3] ?? 0) >> (place & 7)) & 1)
  const places = livePlaces(live)
  const values = new Float64Array(places.length)
  const low = new Int32Array(columnCount)
  const known = new Uint16Array(columnCount)
  const bestBid = new Float64Array(columnCount).fill(Number.NaN)
  const bestAsk = new Float64Array(columnCount).fill(Number.NaN)
  const spread = (into: Int32Array | Uint16Array | Float64Array) => {
    places.forEach((place, i) => {
      into[place] = values[i] ?? Number.NaN
    })
  }
  reader.deltas(values, 0, places.length, 1)
  spread(low)
  reader.deltas(values, 0, places.length, 1)
  spread(known)
  readPrices(reader, values)
  spread(bestBid)
  readPrices(reader, values)
  spread(bestAsk)
  const height = places.reduce((most, place) => Math.max(most, known[place] ?? 0), 0)
  const codes = new Uint16Array(columnCount * height)
  const block = { instrumentId, fromTime, columnMs, bucketSize, live, bestBid, bestAsk, low, known, height, codes }
  const [lowest, end] = rangeOf(block, places)
  if (end - lowest > mostRows) throw new Error(`it claims ${end - lowest} prices`)
  const there = new Uint32Array(places.length)
  for (let bucket = lowest; bucket < end; bucket++) {
    let count = 0
    for (const place of places) {
      const cell = bucket - (low[place] ?? 0)
      if (cell >= 0 && cell < (known[place] ?? 0)) there[count++] = place * height + cell
    }
    reader.deltas(values, 0, count, 1)
    for (let i = 0; i < count; i++) codes[there[i] ?? 0] = values[i] ?? 0
  }
  if (reader.position !== bytes.length) throw new Error('something stands after its end')
  return block
}

const livePlaces = (live: Uint8Array): readonly number[] => {
  const places: number[] = []
  live.forEach((one, place) => {
    if (one === 1) places.push(place)
  })
  return places
}

/** The first bucket that is known in some column, and the first after the last. */
function rangeOf({ low, known }: Pick<DepthBlock, 'low' | 'known'>, places: readonly number[]): [number, number] {
  let lowest = Number.POSITIVE_INFINITY
  let end = Number.NEGATIVE_INFINITY
  for (const place of places) {
    lowest = Math.min(lowest, low[place] ?? 0)
    end = Math.max(end, (low[place] ?? 0) + (known[place] ?? 0))
  }
  return [lowest, end]
}

function writePrices(prices: Float64Array): void {
  let scale = 0
  for (const price of prices) while (scale <= largestScale && !isWhole(price, 10 ** scale)) scale++
  const isExact = scale <= largestScale && prices.every((price) => isWhole(price, 10 ** scale))
  content.byte(isExact ? scale : raw)
  if (isExact)
    content.deltas(
      prices.map((price) => Math.round(price * 10 ** scale)),
      prices.length,
    )
  else content.doubles(prices, prices.length)
}

const isWhole = (price: number, power: number): boolean => {
  const integer = Math.round(price * power)
  return Math.abs(integer) < largestInteger && integer / power === price
}

function readPrices(reader: ByteReader, into: Float64Array): void {
  const scale = reader.byte()
  if (scale === raw) reader.doubles(into, 0, into.length)
  else if (scale <= largestScale) reader.deltas(into, 0, into.length, 10 ** scale)
  else throw new Error(`it has an unknown scale, ${scale}`)
}
