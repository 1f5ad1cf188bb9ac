import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter, crc32, portableCrc32 } from '../../../../src/main/storage/cold/bytes.ts'
import {
  chunkFormat,
  decodeChunk,
  encodeChunk,
  frameMs,
  quoteColumns,
  type StoredChunk,
} from '../../../../src/main/storage/cold/chunk.ts'
import { nativeZstd, wasmZstd, zstd } from '../../../../src/main/storage/cold/zstd.ts'
import { columnsOf, frame, type QuoteRow, quoteRows, rowsOf } from './rows.ts'

const stored = (data: Uint8Array, rowCount: number): StoredChunk => ({
  instrumentId: 7,
  frameTime: frame,
  rowCount,
  format: chunkFormat,
  data,
})

const pack = (rows: readonly QuoteRow[]): StoredChunk =>
  stored(encodeChunk(frame, columnsOf(rows), 0, rows.length), rows.length)

function unpack(chunk: StoredChunk): QuoteRow[] {
  const columns = quoteColumns(Number.isInteger(chunk.rowCount) ? Math.abs(chunk.rowCount) : 720)
  decodeChunk(chunk, columns, 0)
  return rowsOf(columns)
}

/** As Crossbook's own would be, with right checksums, but any content. */
function forged(content: Uint8Array, rowCount: number, claimed = content.length): StoredChunk {
  const writer = new ByteWriter(16)
  writer.varint(claimed)
  const body = Buffer.concat([writer.written(), zstd.compress(content)])
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(body))
  return stored(Buffer.concat([sum, body]), rowCount)
}

/** A price that walks by ticks, quantities with a few digits. */
const walk = (seconds: number): QuoteRow[] => {
  let price = 3_650_010
  return Array.from({ length: seconds }, (_, second): QuoteRow => {
    price += ((second * 7_919) % 5) - 2
    return [
      frame + second * 1_000,
      price / 100,
      ((second * 104_729) % 99_991) / 1e5,
      (price + 1) / 100,
      ((second * 1_299_709) % 99_991) / 1e5,
    ]
  })
}

describe('a chunk', () => {
  it('gives back every double, every absence and every time', () => {
    fc.assert(
      fc.property(quoteRows, (rows) => {
        // toEqual tells -0 from 0.
        expect(unpack(pack(rows))).toEqual(rows)
      }),
      { numRuns: 400 },
    )
  })

  it('packs into the middle of longer columns and leaves the rest alone', () => {
    const rows = walk(30)
    const source = columnsOf(rows)
    const into = quoteColumns(20)
    into.time.fill(-1)
    decodeChunk(stored(encodeChunk(frame, source, 10, 20), 10), into, 5)
    expect([rowsOf(into, 5, 15), [...into.time.subarray(0, 5)], [...into.time.subarray(15)]]).toEqual([
      rows.slice(10, 20),
      [-1, -1, -1, -1, -1],
      [-1, -1, -1, -1, -1],
    ])
  })

  it('keeps an unbroken frame of an ordinary market within 8 bytes a row', () => {
    expect(pack(walk(720)).data.length / 720).toBeLessThan(8)
  })

  it('is laid out as docs/database.md says', () => {
    const { data } = pack([
      [frame + 1_000, 1.5, NaN, NaN, -0],
      [frame + 2_000, 1.25, 3, NaN, 0.1],
    ])
    const content = zstd.decompress(data.subarray(5), data[4] ?? 0)
    const doubles = Buffer.alloc(16)
    doubles.writeDoubleLE(-0, 0)
    doubles.writeDoubleLE(0.1, 8)
    expect([...content]).toEqual([
      ...[2, 0xe8, 0x07, 2],
      // 150 / 10^2 and 125 / 10^2: zig-zag of 150 and -25
      ...[0, 2, 0xac, 0x02, 49],
      ...[1, 0b10, 0, 6],
      2,
      ...[0, 255, ...doubles],
    ])
    expect(Buffer.from(data).readUInt32LE(0)).toBe(crc32(data.subarray(4)))
  })

  it.each([
    ['out of the frame', [frame + frameMs]],
    ['before the frame', [frame - 1]],
    ['twice', [frame, frame]],
    ['backwards', [frame + 2, frame + 1]],
    ['not whole', [frame + 0.5]],
  ])('refuses times that are %s', (_name, times) => {
    const rows = times.map((time): QuoteRow => [time, 1, 1, 1, 1])
    expect(() => pack(rows)).toThrow(/does not belong/)
  })
})

describe('a damaged chunk', () => {
  const chunk = pack(walk(100))
  const corrupt = expect.objectContaining({ name: 'StorageError', kind: 'corrupt' })
  const failureOf = (damaged: StoredChunk): unknown => {
    try {
      return unpack(damaged)
    } catch (error) {
      return error
    }
  }

  it('is told, whichever bit is wrong', () => {
    const silent = Array.from({ length: chunk.data.length * 8 }, (_, bit) => bit).filter((bit) => {
      const data = Uint8Array.from(chunk.data)
      data[bit >> 3] = (data[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return !corrupt.asymmetricMatch(failureOf(stored(data, chunk.rowCount)))
    })
    expect(silent).toEqual([])
  })

  it('is told wherever it is cut off', () => {
    const cuts = Array.from({ length: chunk.data.length }, (_, length) => stored(chunk.data.subarray(0, length), 100))
    expect(cuts.map(failureOf)).toEqual(cuts.map(() => corrupt))
  })

  it('is told where its row count is another', () => {
    const counts = [99, 101, 0, -1, 1.5, NaN, 720_001]
    expect(counts.map((rowCount) => failureOf({ ...chunk, rowCount }))).toEqual(counts.map(() => corrupt))
  })

  it('never makes room for more than its rows can need', () => {
    const bomb = forged(new Uint8Array(64 * 1_024 * 1_024), 1)
    const liar = forged(new Uint8Array(64 * 1_024 * 1_024), 720, 20_000)
    expect([failureOf(bomb), failureOf(liar)]).toEqual([
      expect.objectContaining({ kind: 'corrupt', message: expect.stringContaining('67108864 bytes') }),
      expect.objectContaining({ kind: 'corrupt', message: expect.stringContaining('instead of 20000') }),
    ])
  })

  it('is told, or gives rows, whatever its content is', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 90 }),
        fc.integer({ min: 1, max: 40 }),
        (bytes, rowCount) => {
          bytes[0] = rowCount
          const result = failureOf(forged(bytes, rowCount))
          expect(Array.isArray(result) ? result.length : result).toEqual(Array.isArray(result) ? rowCount : corrupt)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('names what is damaged, and says what to do', () => {
    expect(failureOf(stored(new Uint8Array(9), 1))).toMatchObject({
      message: expect.stringMatching(/instrument 7 from 2023-11-14T22:12:00.000Z are damaged \(.+\): restore a backup/),
    })
  })

  it('of a later form asks for a newer Crossbook', () => {
    expect(failureOf({ ...chunk, format: 2 })).toMatchObject({ kind: 'newer' })
  })
})

describe('zstd', () => {
  it('of Node and of WebAssembly read each other', async () => {
    const engines = [nativeZstd(), await wasmZstd()].filter((engine) => engine !== null)
    const content = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * i) % 251)
    for (const size of [1, 200, 255, 256, 257, 65_791, 65_792, 300_000]) {
      for (const writer of engines) {
        const frames = writer.compress(content(size))
        for (const reader of engines) {
          expect(Buffer.compare(reader.decompress(frames, size), content(size))).toBe(0)
          expect(() => reader.decompress(frames, size + 1)).toThrow(/announces/)
          expect(() => reader.decompress(frames.subarray(0, 6), size)).toThrow()
        }
      }
    }
    expect(engines.length).toBe(Number(process.versions.node.split('.')[0]) >= 22 ? 2 : 1)
  })
})

describe('crc32', () => {
  it('is the one of zlib with and without Node’s own', () => {
    const check = new TextEncoder().encode('123456789')
    expect([portableCrc32(check), crc32(check)]).toEqual([0xcbf43926, 0xcbf43926])
    fc.assert(fc.property(fc.uint8Array(), (bytes) => portableCrc32(bytes) === crc32(bytes)))
  })
})
