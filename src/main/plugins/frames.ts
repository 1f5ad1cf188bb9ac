/**
 * Messages between Crossbook and the process of a plugin, over a pipe of their own: the length in four bytes, then JSON. Not Node's channel
 * between processes: it takes messages of any size, sockets among them, and frames that only Node may send; a wrong one ends whoever reads it.
 */

/** The pipe's number in the plugin's process. */
export const pipeNumber = 3
/** A list of 20,000 instruments takes half of it. */
export const longestMessage = 16 * 1_024 * 1_024
const headBytes = 4

/** JSON would make `null` of it, which is "absent": as text it is refused by whoever wants a number. */
const asNumber = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

export function frameOf(message: unknown): Buffer {
  const text = JSON.stringify(message, asNumber)
  const frame = Buffer.allocUnsafe(headBytes + Buffer.byteLength(text))
  frame.writeUInt32BE(frame.length - headBytes)
  frame.write(text, headBytes)
  return frame
}

/** What stands next in what arrived. */
export type Next =
  | { readonly kind: 'message'; readonly message: unknown; readonly bytes: number }
  /** The rest of it has yet to come. */
  | { readonly kind: 'part' }
  /** In words, why nothing that follows can be read. */
  | { readonly kind: 'unreadable'; readonly why: string }

const part: Next = { kind: 'part' }

/** Takes messages out of what arrives, chunk by chunk; of the one under way it holds no more than the longest there may be. */
export class FrameReader {
  private chunks: Buffer[] = []
  private bytes = 0

  add(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.bytes += chunk.length
  }

  next(): Next {
    if (this.bytes < headBytes) return part
    if ((this.chunks[0]?.length ?? 0) < headBytes) this.join()
    const length = this.chunks[0]?.readUInt32BE() ?? 0
    if (length > longestMessage) return { kind: 'unreadable', why: `${length} bytes at once` }
    if (this.bytes < headBytes + length) return part
    const whole = this.join()
    const text = whole.toString('utf8', headBytes, headBytes + length)
    const rest = whole.subarray(headBytes + length)
    this.chunks = rest.length === 0 ? [] : [rest]
    this.bytes = rest.length
    try {
      return { kind: 'message', message: JSON.parse(text), bytes: length }
    } catch {
      return { kind: 'unreadable', why: 'no JSON' }
    }
  }

  private join(): Buffer {
    const [first] = this.chunks
    const whole = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks)
    this.chunks = [whole]
    return whole
  }
}
