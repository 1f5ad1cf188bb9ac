/**
 * The contract's messages as text, for the headless door's WebSocket: JSON in which a typed array is
 * `{"$f64":"<base64 of its little-endian bytes>"}`, `{"$u32":…}` or `{"$u8":…}`. So NaN (absent, in columns) survives, and a
 * column costs one string instead of thousands of numbers. Same code in browser and Node.
 */
import { z } from 'zod'

const Id = z.number().int().nonnegative()
const ReplyFrame = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.enum(['badRequest', 'unavailable', 'internal']), message: z.string() }),
])

/** A message's envelope. What it carries is checked by whoever reads it, with the contract's schema of that name. */
export const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id: Id, name: z.string(), request: z.unknown() }),
  z.object({ kind: z.literal('reply'), id: Id, reply: ReplyFrame }),
  z.object({ kind: z.literal('push'), name: z.string(), payload: z.unknown() }),
])
export type Message = z.infer<typeof Message>

export type Decoded =
  | { readonly ok: true; readonly value: Message }
  /** `problem` says in words what is wrong with the text. */
  | { readonly ok: false; readonly problem: string }

export function encodeMessage(message: Message): string {
  return JSON.stringify(message, (_key, value: unknown) => {
    if (value instanceof Float64Array) return { $f64: toBase64(value) }
    if (value instanceof Uint32Array) return { $u32: toBase64(value) }
    if (value instanceof Uint8Array) return { $u8: toBase64(value) }
    return value
  })
}

/** Never throws: text that is no message comes back as `ok: false`. */
export function decodeMessage(text: string): Decoded {
  let problem: string | null = null
  let json: unknown
  try {
    json = JSON.parse(text, (_key, value: unknown) => {
      const column = readColumn(value)
      if (column === 'malformed') problem = 'a column is not base64 of whole numbers'
      return column === null || column === 'malformed' ? value : column
    })
  } catch {
    return { ok: false, problem: 'not JSON' }
  }
  if (problem !== null) return { ok: false, problem }
  const parsed = Message.safeParse(json)
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, problem: z.prettifyError(parsed.error) }
}

type Column = Float64Array | Uint32Array | Uint8Array

/** null for anything but an object whose only key is one of the three marks. */
function readColumn(value: unknown): Column | 'malformed' | null {
  if (typeof value !== 'object' || value === null) return null
  for (const key in value) {
    if (key !== '$f64' && key !== '$u32' && key !== '$u8') return null
    if (Object.keys(value).length !== 1) return null
    const text: unknown = Reflect.get(value, key)
    const bytes = typeof text === 'string' ? fromBase64(text) : null
    if (bytes === null) return 'malformed'
    if (key === '$u8') return bytes
    if (bytes.length % (key === '$f64' ? 8 : 4) !== 0) return 'malformed'
    return key === '$f64' ? new Float64Array(bytes.buffer) : new Uint32Array(bytes.buffer)
  }
  return null
}

// Every machine that Electron, Node or a browser runs on today is little-endian, so a column's bytes go as they lie.
// The ES2026 base64 methods are some twenty times faster than atob, but younger than the oldest runtime we serve.
interface ModernBytes {
  toBase64?(): string
}
interface Runtime {
  readonly Uint8Array: { readonly prototype: object; fromBase64?(text: string): Uint8Array<ArrayBuffer> }
  /** Node's, whose base64 is as fast; Node 24 has no `toBase64`. */
  readonly Buffer?: {
    from(bytes: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64'): string }
  }
  /** In every browser and in Node, but in neither's types when shared code is checked without them. */
  btoa(binary: string): string
  atob(text: string): string
}
const runtime: Runtime = globalThis as typeof globalThis & Runtime

function toBase64(column: Column): string {
  const bytes: Uint8Array & ModernBytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  if (bytes.toBase64) return bytes.toBase64()
  if (runtime.Buffer) return runtime.Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64')
  let binary = ''
  // In slices: an argument list holds no more than some 60,000 values.
  for (let i = 0; i < bytes.length; i += 8_192) binary += String.fromCharCode(...bytes.subarray(i, i + 8_192))
  return runtime.btoa(binary)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    if (runtime.Uint8Array.fromBase64) return runtime.Uint8Array.fromBase64(text)
    const binary = runtime.atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
    return bytes
  } catch {
    return null
  }
}
