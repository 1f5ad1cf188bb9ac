/**
 * Order book changes read from their bytes, pushes `publicAggreDepths` (`protobuf.ts` defines them), as MEXC nearly always sends them:
 * one body, no field twice that counts and none that is unknown. `depth.ts` judges any push and documents them.
 */
import protobuf from 'protobufjs'
import type { Instrument } from '../../../shared/domain/index.ts'
import type { LevelList } from '../depth.ts'
import { DepthReading } from '../depth-reading.ts'
import { asciiBytes, isDigit, startsWith, zero } from '../json-bytes.ts'
import { Names } from '../names.ts'
import type { Reader } from '../scan.ts'
import { decimalAt, integer, tagOf, text, varint } from './reader.ts'

/** null for whatever else a binary frame is. */
export function readDepth(instruments: ReadonlyMap<string, Instrument>): Reader {
  const names = new Names()
  const depth = new DepthReading()
  const push = new DepthPush(depth)
  return (data, receivedAt) => {
    if (!startsWith(data, channelAt, channel) || !push.read(data)) return null
    const instrument = instruments.get(names.find(data, push.symbol))
    // contracts are no matter of this exchange's spot market
    if (instrument?.contractSize !== 1) return null
    // protobuf leaves out what is 0
    return depth.update(instrument, false, push.fromVersion, push.toVersion, null, push.sendTime || null, receivedAt)
  }
}

/** The channel's name comes first, behind its tag and length: most other pushes are told apart by it. */
const channelAt = 2
const channel = asciiBytes('spot@public.aggre.depth.v3.api.pb@')

/** Versions have 11 digits so far. */
const mostVersionDigits = 15

/** What the push read last says beside its levels. */
class DepthPush {
  readonly symbol = { start: 0, end: 0 }
  fromVersion = Number.NaN
  toVersion = Number.NaN
  sendTime = 0
  private readonly depth: DepthReading

  constructor(depth: DepthReading) {
    this.depth = depth
  }

  /** Whether it is an ordinary push of depth, to its last byte. */
  read(data: Buffer): boolean {
    this.symbol.end = 0
    this.fromVersion = Number.NaN
    this.toVersion = Number.NaN
    this.sendTime = 0
    this.depth.bids.clear()
    this.depth.asks.clear()
    try {
      return this.readWrapper(protobuf.Reader.create(data), data)
    } catch {
      // The reader throws at the first byte that cannot be: an expected failure, told by the false.
      return false
    }
  }

  private readWrapper(reader: protobuf.Reader, data: Buffer): boolean {
    const { symbol } = this
    let bodies = 0
    while (reader.pos < reader.len) {
      const tag = reader.tag()
      if (tag === tagOf(1, text)) {
        if (!skipText(reader, data)) return false
      } else if (tag === tagOf(3, text) && symbol.end === 0) {
        const length = reader.uint32()
        symbol.start = reader.pos
        symbol.end = reader.pos + length
        if (!skipAscii(reader, data, length)) return false
      } else if (tag === tagOf(5, varint)) integer(reader)
      else if (tag === tagOf(6, varint)) this.sendTime = integer(reader)
      else if (tag === tagOf(313, text) && bodies++ === 0) {
        if (!this.readBody(reader, data)) return false
      } else return false
    }
    return bodies === 1 && symbol.end > 0
  }

  private readBody(reader: protobuf.Reader, data: Buffer): boolean {
    const end = reader.uint32() + reader.pos
    while (reader.pos < end) {
      const tag = reader.tag()
      if (tag === tagOf(1, text)) {
        if (!readLevel(reader, data, this.depth.asks)) return false
      } else if (tag === tagOf(2, text)) {
        if (!readLevel(reader, data, this.depth.bids)) return false
      } else if (tag === tagOf(3, text)) {
        if (!skipText(reader, data)) return false
      } else if (tag === tagOf(4, text)) this.fromVersion = readVersion(reader, data)
      else if (tag === tagOf(5, text)) this.toVersion = readVersion(reader, data)
      else if (tag === tagOf(6, varint)) integer(reader)
      else return false
    }
    return reader.pos === end
  }
}

/** Text of ASCII: of other text the decoder says whether it is any, and its bytes are no characters. */
const skipText = (reader: protobuf.Reader, data: Buffer): boolean => skipAscii(reader, data, reader.uint32())

function skipAscii(reader: protobuf.Reader, data: Buffer, length: number): boolean {
  const start = reader.pos
  reader.skip(length)
  for (let at = start; at < start + length; at++) if ((data[at] ?? 0) > 0x7f) return false
  return true
}

/** A price and then a quantity, nothing else. */
function readLevel(reader: protobuf.Reader, data: Buffer, list: LevelList): boolean {
  const end = reader.uint32() + reader.pos
  if (reader.tag() !== tagOf(1, text)) return false
  const price = readDecimal(reader, data)
  if (reader.tag() !== tagOf(2, text)) return false
  const quantity = readDecimal(reader, data)
  if (reader.pos !== end || !(price > 0) || !(quantity >= 0)) return false
  list.push(price, quantity)
  return true
}

/** NaN for what is no decimal. */
function readDecimal(reader: protobuf.Reader, data: Buffer): number {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  return length === 0 ? Number.NaN : decimalAt(data, start, start + length)
}

/** NaN for what is no number of up to 15 digits. */
function readVersion(reader: protobuf.Reader, data: Buffer): number {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  if (length === 0 || length > mostVersionDigits) return Number.NaN
  let version = 0
  for (let at = start; at < start + length; at++) {
    const byte = data[at] ?? 0
    if (!isDigit(byte)) return Number.NaN
    version = version * 10 + (byte - zero)
  }
  return version
}
