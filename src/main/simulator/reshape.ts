/** A frame as an API that changed would send it: a field under another name, or a number as text (of MEXC's protobuf: under another number). */
import { gunzipSync, gzipSync } from 'node:zlib'

export type Reshape = 'rename' | 'number_to_text'

/** Text is JSON, zipped or not; other bytes are protobuf. A frame without such a field comes back as it is. */
export function reshape(frame: string | Buffer, change: Reshape): string | Buffer {
  if (typeof frame !== 'string') {
    if (!isZipped(frame)) return reshapeProtobuf(frame, change)
    return gzipSync(reshape(gunzipSync(frame).toString(), change))
  }
  return change === 'rename' ? renameLastKey(frame) : quoteLastNumber(frame)
}

/** The first bytes of gzip, which are no tag of protobuf that venues send. */
const isZipped = (frame: Buffer): boolean => frame[0] === 0x1f && frame[1] === 0x8b

/** The last key is one of the data rather than of its envelope. */
function renameLastKey(json: string): string {
  const last = [...json.matchAll(/"(\w+)":/g)].at(-1)
  if (!last) return json
  return `${json.slice(0, last.index)}"${last[1]}_new":${json.slice(last.index + last[0].length)}`
}

function quoteLastNumber(json: string): string {
  const last = [...json.matchAll(/":(-?\d+(?:\.\d+)?)(?=[,}\]])/g)].at(-1)
  if (!last) return json
  return `${json.slice(0, last.index)}":"${last[1]}"${json.slice(last.index + last[0].length)}`
}

const varintType = 0
const bytesType = 2
const typeBits = 3
const typeMask = 7

/** Encoding of protobuf, https://protobuf.dev/programming-guides/encoding/: a field is a tag (number and wire type), then its value. */
function reshapeProtobuf(frame: Buffer, change: Reshape): Buffer {
  const wanted = change === 'rename' ? bytesType : varintType
  let chosen: { readonly start: number; readonly valueAt: number; readonly end: number; readonly tag: number } | null =
    null
  for (let start = 0; start < frame.length; ) {
    const [tag, valueAt] = readVarint(frame, start)
    const [value, after] = readVarint(frame, valueAt)
    const type = tag & typeMask
    if (type !== varintType && type !== bytesType) return frame
    const end = type === bytesType ? after + value : after
    if (type === wanted) chosen = { start, valueAt, end, tag }
    start = end
  }
  if (!chosen) return frame
  const { start, valueAt, end, tag } = chosen
  const [number, value] =
    change === 'rename'
      ? [tag + (1 << typeBits), frame.subarray(valueAt, end)]
      : [tag - varintType + bytesType, text(String(readVarint(frame, valueAt)[0]))]
  return Buffer.concat([frame.subarray(0, start), varint(number), value, frame.subarray(end)])
}

const text = (value: string): Buffer => Buffer.concat([varint(value.length), Buffer.from(value)])

/** The value, and where what follows begins. Values above 2^53 lose digits. */
function readVarint(bytes: Buffer, start: number): readonly [value: number, next: number] {
  let value = 0
  let scale = 1
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return [value, at + 1]
    scale *= 0x80
  }
  return [value, bytes.length]
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80)
    left = Math.floor(left / 0x80)
  }
  return Buffer.from([...bytes, left])
}
