/** Frames to JSON. HTX sends its market frames as gzip of UTF-8 text, acks and pings too; only the private spot stream sends plain text. */
import { gunzipSync } from 'node:zlib'
import { parseExactJson } from '../../net/exact-json.ts'
import type { Normalized } from '../contract.ts'

/**
 * The most that one frame may become. The longest that HTX sends, a whole book of 150 levels a side, is below 20 kB; gzip makes a
 * thousandth of what repeats, so that without a bound a small frame could fill the memory.
 */
export const largestTextBytes = 4 * 1024 * 1024
/** What is set aside for a piece of the text. Nearly all frames fit into one; zlib's own 16 kB a frame take a third longer. */
const pieceBytes = 4 * 1024
const gunzip = { maxOutputLength: largestTextBytes, chunkSize: pieceBytes }

type Rejected = Extract<Normalized, { kind: 'rejected' }>
export const rejected = (reason: Rejected['reason'], detail: string): Rejected => ({ kind: 'rejected', reason, detail })

export type Frame = Readonly<Record<string, unknown>>

/**
 * In      a binary frame of gzip, or a text frame of JSON
 * Out     the object in it; numbers that float64 cannot hold (ids of trades) as text with all their digits
 * Rejects json (no gzip, more than `largestTextBytes`, no JSON) · schema (no object)
 */
export function readFrame(data: Buffer, isBinary: boolean): { readonly frame: Frame } | Rejected {
  let text: string
  try {
    text = isBinary ? gunzipSync(data, gunzip).toString() : data.toString()
  } catch (error) {
    return rejected('json', `gzip of ${data.length} bytes: ${error instanceof Error ? error.message : String(error)}`)
  }
  let json: unknown
  try {
    json = parseExactJson(text)
  } catch {
    return rejected('json', text.slice(0, 200))
  }
  return isFrame(json) ? { frame: json } : rejected('schema', `no object: ${text.slice(0, 200)}`)
}

const isFrame = (value: unknown): value is Frame => typeof value === 'object' && value !== null && !Array.isArray(value)
