/**
 * Reads the pushes that are subscribed straight from their bytes. The general decoder (`decodePush`) makes a text of every field,
 * which costs more than all the rest; here a price goes from its digits to a number, and only the symbol becomes a text.
 * The same rules as the general decoder's: fields in any order, the last of a repeated one counts, unknown ones are skipped. Frames with
 * several bodies are left to it.
 */
import protobuf from 'protobufjs'
import { parseDecimal, powersOfTen } from '../../../shared/decimal.ts'
import { Names } from '../names.ts'

/** Numbers: NaN where the text is no decimal, 0 where a field is absent or empty (proto3 sends no empty text). */
export interface BookTickerBody {
  readonly type: 'bookTicker'
  readonly bidPrice: number
  readonly bidQuantity: number
  readonly askPrice: number
  readonly askQuantity: number
}

/** `tradeType` is the taker's side (1 buy, 2 sell), `time` epoch ms, `tradeId` empty before June 2026. */
export interface Deal {
  readonly price: number
  readonly quantity: number
  readonly tradeType: number
  readonly time: number
  readonly tradeId: string
}

export interface DealsBody {
  readonly type: 'deals'
  readonly deals: readonly Deal[]
}

/** `windowStart` epoch seconds; `volume` base asset; `amount` quote asset, null where absent. */
export interface KlineBody {
  readonly type: 'kline'
  readonly interval: string
  readonly windowStart: number
  readonly open: number
  readonly close: number
  readonly high: number
  readonly low: number
  readonly volume: number
  readonly amount: number | null
}

/** Times are epoch ms, 0 where absent. `body` null: one that is not subscribed, or none. */
export interface PushFrame {
  readonly symbol: string
  readonly createTime: number
  readonly sendTime: number
  readonly body: BookTickerBody | DealsBody | KlineBody | null
}

/** null for bytes that are no protobuf message. Field numbers: the definitions in `protobuf.ts`. */
export function readPush(data: Buffer): PushFrame | null {
  try {
    return readWrapper(protobuf.Reader.create(data), data)
  } catch {
    // The reader throws at the first byte that cannot be: an expected failure, told by the null.
    return null
  }
}

/** Wire types. */
export const text = 2
export const varint = 0
export const tagOf = (field: number, wireType: number): number => (field << 3) | wireType

const klineTag = tagOf(308, text)
const dealsTag = tagOf(314, text)
const bookTickerTag = tagOf(315, text)
/** A push has one body; of several the general decoder is to judge. */
const firstBody = 301
const lastBody = 315

function readWrapper(reader: protobuf.Reader, data: Buffer): PushFrame {
  let symbol = ''
  let createTime = 0
  let sendTime = 0
  let body: PushFrame['body'] = null
  let hasOtherBody = false
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === tagOf(3, text)) symbol = readName(reader, data)
    else if (tag === tagOf(5, varint)) createTime = integer(reader)
    else if (tag === tagOf(6, varint)) sendTime = integer(reader)
    else if (tag === bookTickerTag || tag === dealsTag || tag === klineTag) {
      // Of a second one of its kind, too: what the first one told would be lost.
      hasOtherBody ||= body !== null
      if (tag === bookTickerTag) body = within(reader, data, readBookTicker)
      else if (tag === dealsTag) body = within(reader, data, readDeals)
      else body = within(reader, data, readKline)
    } else if (tag === tagOf(1, text) || tag === tagOf(4, text)) skipText(reader, data)
    else {
      const field = tag >>> 3
      hasOtherBody ||= field >= firstBody && field <= lastBody
      skip(reader, tag)
    }
  }
  return { symbol, createTime, sendTime, body: hasOtherBody ? null : body }
}

const names = new Names()
/** Throws, as the general decoder does, where bytes are no text. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The same string for the same bytes, which makes none for each frame. */
function readName(reader: protobuf.Reader, data: Buffer): string {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  for (let at = start; at < reader.pos; at++)
    if ((data[at] ?? 0) > 0x7f) return strictUtf8.decode(data.subarray(start, reader.pos))
  return names.find(data, { start, end: reader.pos })
}

/** A message inside: its length first, and nothing in it may reach beyond its end. */
function within<T>(reader: protobuf.Reader, data: Buffer, read: (reader: protobuf.Reader, data: Buffer) => T): T {
  const outerEnd = reader.len
  const length = reader.uint32()
  if (reader.pos + length > outerEnd) throw new RangeError('message longer than its frame')
  reader.len = reader.pos + length
  const value = read(reader, data)
  reader.len = outerEnd
  return value
}

function readBookTicker(reader: protobuf.Reader, data: Buffer): BookTickerBody {
  let bidPrice = 0
  let bidQuantity = 0
  let askPrice = 0
  let askQuantity = 0
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === tagOf(1, text)) bidPrice = decimalField(reader, data)
    else if (tag === tagOf(2, text)) bidQuantity = decimalField(reader, data)
    else if (tag === tagOf(3, text)) askPrice = decimalField(reader, data)
    else if (tag === tagOf(4, text)) askQuantity = decimalField(reader, data)
    else skip(reader, tag)
  }
  return { type: 'bookTicker', bidPrice, bidQuantity, askPrice, askQuantity }
}

function readDeals(reader: protobuf.Reader, data: Buffer): DealsBody {
  const deals: Deal[] = []
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === tagOf(1, text)) deals.push(within(reader, data, readDeal))
    else skip(reader, tag)
  }
  return { type: 'deals', deals }
}

function readDeal(reader: protobuf.Reader, data: Buffer): Deal {
  let price = 0
  let quantity = 0
  let tradeType = 0
  let time = 0
  let tradeId = ''
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === tagOf(1, text)) price = decimalField(reader, data)
    else if (tag === tagOf(2, text)) quantity = decimalField(reader, data)
    else if (tag === tagOf(3, varint)) tradeType = reader.int32()
    else if (tag === tagOf(4, varint)) time = integer(reader)
    else if (tag === tagOf(5, text)) tradeId = readText(reader, data)
    else skip(reader, tag)
  }
  return { price, quantity, tradeType, time, tradeId }
}

function readKline(reader: protobuf.Reader, data: Buffer): KlineBody {
  let interval = ''
  let windowStart = 0
  let open = 0
  let close = 0
  let high = 0
  let low = 0
  // A candle without volume says "0"; one without the field says nothing.
  let volume = Number.NaN
  let amount: number | null = null
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === tagOf(1, text)) interval = readText(reader, data)
    else if (tag === tagOf(2, varint)) windowStart = integer(reader)
    else if (tag === tagOf(3, text)) open = decimalField(reader, data)
    else if (tag === tagOf(4, text)) close = decimalField(reader, data)
    else if (tag === tagOf(5, text)) high = decimalField(reader, data)
    else if (tag === tagOf(6, text)) low = decimalField(reader, data)
    else if (tag === tagOf(7, text)) volume = decimalOrNull(reader, data) ?? Number.NaN
    else if (tag === tagOf(8, text)) amount = decimalOrNull(reader, data)
    else skip(reader, tag)
  }
  return { type: 'kline', interval, windowStart, open, close, high, low, volume, amount }
}

/** Throws, as the general decoder does, where bytes are no text. */
function readText(reader: protobuf.Reader, data: Buffer): string {
  const start = skipText(reader, data)
  return strictUtf8.decode(data.subarray(start, reader.pos))
}

/** A text that is not read; where it begins. Throws, as the general decoder does, where its bytes are none. */
function skipText(reader: protobuf.Reader, data: Buffer): number {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  let highest = 0
  for (let at = start; at < reader.pos; at++) highest |= data[at] ?? 0
  if (highest > 0x7f) strictUtf8.decode(data.subarray(start, reader.pos))
  return start
}

const mostVarintBytes = 10
/** A field that is not read. Throws, as the general decoder does, at a varint that is longer than there are. */
export function skip(reader: protobuf.Reader, tag: number): void {
  const start = reader.pos
  reader.skipType(tag & 7, 0, tag >>> 3)
  if ((tag & 7) === varint && reader.pos - start > mostVarintBytes) throw new RangeError('invalid varint')
}

/** Exact up to 2^53, which is beyond every time. */
export function integer(reader: protobuf.Reader): number {
  const value = reader.int64()
  return typeof value === 'number' ? value : value.high * 4_294_967_296 + (value.low >>> 0)
}

function decimalField(reader: protobuf.Reader, data: Buffer): number {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  return length === 0 ? 0 : decimalAt(data, start, start + length)
}

/** null for a text without a digit. */
function decimalOrNull(reader: protobuf.Reader, data: Buffer): number | null {
  const isEmpty = data[reader.pos] === 0
  const value = decimalField(reader, data)
  return isEmpty ? null : value
}

/**
 * The number whose decimal text stands in [start, end); NaN for anything but digits, a point and an exponent.
 * Up to 15 digits are an exact integer in a float64, and dividing it by an exact power of ten rounds once: the same number as
 * `Number(text)` gives. Longer texts and exponents, which are rare, go that way.
 */
export function decimalAt(data: Buffer, start: number, end: number): number {
  let digits = 0
  let point = -1
  for (let at = start; at < end; at++) {
    const byte = data[at] ?? 0
    if (byte === 0x2e && point < 0 && at > start) point = at
    else if (byte >= 0x30 && byte <= 0x39) digits = digits * 10 + (byte - 0x30)
    else return parseDecimal(data.toString('latin1', start, end))
  }
  const places = point < 0 ? 0 : end - point - 1
  const power = powersOfTen[places]
  if (end - start > 16 || point === end - 1 || power === undefined)
    return parseDecimal(data.toString('latin1', start, end))
  return digits / power
}
