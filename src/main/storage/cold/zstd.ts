/**
 * zstd level 3. Node has it from 22.15 on; before that (Electron 33 has Node 20) a WebAssembly build does the same work. Each reads what
 * the other wrote.
 */
import * as zlib from 'node:zlib'

export interface Zstd {
  compress(content: Uint8Array): Uint8Array
  /** Throws where `frame` is damaged or its content is not `length` bytes long; never makes room for more than those. */
  decompress(frame: Uint8Array, length: number): Uint8Array
}

const level = 3

export function nativeZstd(): Zstd | null {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib
  // Declared by Node's types, absent in older ones.
  if (typeof zstdCompressSync !== 'function' || typeof zstdDecompressSync !== 'function') return null
  const params = { [constants.ZSTD_c_compressionLevel]: level }
  return {
    compress: (content) => zstdCompressSync(content, { params, chunkSize: content.length + 1_024 }),
    decompress: (frame, length) => {
      assertContentSize(frame, length)
      return assertLength(
        zstdDecompressSync(frame, { maxOutputLength: length, chunkSize: Math.max(64, length) }),
        length,
      )
    },
  }
}

export async function wasmZstd(): Promise<Zstd> {
  const { init, compress, decompress } = await import('@bokuweb/zstd-wasm')
  await init()
  return {
    compress: (content) => compress(content, level),
    decompress: (frame, length) => {
      assertContentSize(frame, length)
      return assertLength(decompress(frame), length)
    },
  }
}

export const zstd: Zstd = nativeZstd() ?? (await wasmZstd())

function assertLength(content: Uint8Array, length: number): Uint8Array {
  if (content.length !== length) throw new Error(`the content is ${content.length} bytes long instead of ${length}`)
  return content
}

/** Both decompressors make room for what the frame itself announces, so that is checked first. */
function assertContentSize(frame: Uint8Array, length: number): void {
  const size = contentSizeOf(frame)
  if (size !== length) throw new Error(`its zstd frame announces ${size} bytes instead of ${length}`)
}

/** Bytes of content that a frame announces (RFC 8878, 3.1.1.1). Throws where it is no zstd frame, or does not tell. */
export function contentSizeOf(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if (frame.length < 7 || view.getUint32(0, true) !== 0xfd2fb528) throw new Error('it is no zstd frame')
  const descriptor = view.getUint8(4)
  const sizeFlag = descriptor >> 6
  const isSingleSegment = (descriptor & 0x20) !== 0
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0)
  const bytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag
  if (bytes === 0 || at + bytes > frame.length) throw new Error('its zstd frame does not tell how long the content is')
  if (bytes === 1) return view.getUint8(at)
  if (bytes === 2) return view.getUint16(at, true) + 256
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true))
}
