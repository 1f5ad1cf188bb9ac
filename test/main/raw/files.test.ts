import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RingFiles } from '../../../src/main/raw/files.ts'
import { keyOf, minuteOfKey, rawKind, recordHeadBytes } from '../../../src/main/raw/format.ts'
import { LocalRawStore } from '../../../src/main/raw/store.ts'
import { readRawFrames } from '../../../src/main/replay/raw-frames.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const minute = Date.UTC(2026, 10, 21, 13, 4)
const connection = 'binance/spot#1/7f3a9c'
const place = { exchange: 'binance', connection, minute } as const
const head = { format: 1, exchange: 'binance', feed: 'spot', connection } as const

function record(at: number, kind: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(recordHeadBytes)
  bytes.writeDoubleLE(at, 0)
  bytes.writeUInt8(kind, 8)
  bytes.writeUInt32LE(content.length, 9)
  return Buffer.concat([bytes, content])
}
const text = (at: number, content: string) => record(at, rawKind.text, Buffer.from(content))

function ring(folder = temporaryFolder(), more: { keepHours?: number; maximumBytes?: number } = {}) {
  const store = new LocalRawStore(folder)
  const files = new RingFiles({ store, spool: join(folder, '.spool'), keepHours: 72, maximumBytes: 1e9, ...more })
  return { folder, store, files }
}

async function linesOf(store: LocalRawStore): Promise<unknown[]> {
  const lines: unknown[] = []
  const range = { exchange: 'binance', from: 0, to: minute * 2 } as const
  const damaged = (key: string, problem: string) => lines.push({ key, problem })
  for await (const entries of readRawFrames(store, range, damaged)) lines.push(...entries.map(({ line }) => line))
  return lines
}

describe('a key', () => {
  it('names exchange, connection, day and minute, and tells the minute back', () => {
    const key = keyOf({ ...place, part: 0 })
    expect(key).toBe('binance/spot-1/2026/11/21/1304-7f3a9c.ndjson.zst')
    expect(keyOf({ ...place, part: 2 })).toBe('binance/spot-1/2026/11/21/1304-7f3a9c.2.ndjson.zst')
    expect(keyOf({ ...place, connection: 'topics', part: 0 })).toBe('binance/topics/2026/11/21/1304.ndjson.zst')
    expect(minuteOfKey(key)).toBe(minute)
    expect(minuteOfKey('notes.txt')).toBeNull()
  })

  it('cannot leave the folder', () => {
    expect(keyOf({ ...place, connection: 'binance/../..//etc', part: 0 })).not.toContain('..')
  })
})

describe('files of raw frames', () => {
  it('give back text, binary frames and marks as they came', async () => {
    const { store, files } = ring()
    await files.start(minute)
    const odd = Buffer.from([0xff, 0xfe, 10, 0])
    await files.add(
      place,
      head,
      Buffer.concat([text(minute + 1, '{"a":"ü\\n"}'), record(minute + 2, rawKind.binary, odd)]),
    )
    // Text that is no UTF-8 must come back byte for byte, too.
    await files.add(place, head, record(minute + 3, rawKind.text, odd))
    await files.add(place, head, record(minute + 4, rawKind.mark, Buffer.from('"mark":"ends","other":null')))
    await files.sweep(minute + 60_000 + 10_001)
    expect(await linesOf(store)).toEqual([
      { at: minute + 1, text: '{"a":"ü\\n"}' },
      { at: minute + 2, base64: odd.toString('base64') },
      { at: minute + 3, base64: odd.toString('base64') },
      { at: minute + 4, mark: 'ends', other: null },
    ])
    expect(files.state()).toMatchObject({ files: 1, oldest: minute, newest: minute, problem: null })
  })

  it('store at the next start what a crash left, without the torn line', async () => {
    const first = ring()
    await first.files.start(minute)
    await first.files.add(place, head, text(minute + 1, 'one'))
    const spooled = join(first.folder, '.spool', ...keyOf({ ...place, part: 0 }).split('/'))
    writeFileSync(spooled, '{"at":179526264', { flag: 'a' })
    const second = ring(first.folder)
    await second.files.start(minute + 5_000)
    expect(await linesOf(second.store)).toEqual([{ at: minute + 1, text: 'one' }])
    expect(existsSync(spooled)).toBe(false)
  })

  it('store what a crash left though one of it cannot be stored yet, and write nothing over that one', async () => {
    const first = ring()
    const later = { ...place, minute: minute + 60_000 }
    await first.files.start(minute)
    await first.files.add(place, head, text(minute + 1, 'one'))
    await first.files.add(later, head, text(later.minute + 1, 'three'))
    // A folder stands where its file is wanted.
    const inTheWay = join(first.folder, ...keyOf({ ...place, part: 0 }).split('/'))
    mkdirSync(inTheWay, { recursive: true })
    const second = ring(first.folder)
    await second.files.start(minute + 5_000)
    expect(second.files.state().problem).toMatch(/^raw frames cannot be written: /)
    await second.files.add(place, head, text(minute + 6_000, 'two'))
    expect(await linesOf(second.store)).toEqual([{ at: later.minute + 1, text: 'three' }])
    rmSync(inTheWay, { recursive: true })
    await second.files.sweep(minute + 70_001)
    expect(second.files.state().problem).toBeNull()
    expect(await linesOf(second.store)).toEqual([
      { at: minute + 1, text: 'one' },
      { at: minute + 6_000, text: 'two' },
      { at: later.minute + 1, text: 'three' },
    ])
  })

  it('remove the oldest by age and by size, with the folders they empty', async () => {
    const { folder, files } = ring(undefined, { keepHours: 1, maximumBytes: 400 })
    await files.start(minute)
    for (let i = 0; i < 5; i++) {
      const at = minute + i * 60_000
      await files.add({ ...place, minute: at }, head, text(at, `frame ${i}`))
    }
    await files.sweep(minute + 5 * 60_000 + 10_001)
    const { bytes, oldest, newest } = files.state()
    expect(bytes).toBeLessThanOrEqual(400)
    expect(oldest).toBeGreaterThan(minute)
    expect(newest).toBe(minute + 4 * 60_000)
    await files.sweep(minute + 3 * 3_600_000)
    expect(files.state()).toMatchObject({ files: 0, bytes: 0, oldest: null })
    expect(readdirSync(folder).filter((name) => name !== '.spool')).toEqual([])
  })

  it('say what is wrong with the disk, and go on when it is mended', async () => {
    const { folder, files } = ring()
    await files.start(minute)
    // Root may write everywhere, so a file stands where a folder is wanted.
    const inTheWay = join(folder, '.spool')
    mkdirSync(dirname(inTheWay), { recursive: true })
    writeFileSync(inTheWay, '')
    expect(await files.add(place, head, text(minute, 'lost'))).toBe(false)
    expect(files.state().problem).toMatch(/^raw frames cannot be written: /)
    rmSync(inTheWay)
    expect(await files.add(place, head, text(minute, 'kept'))).toBe(true)
    expect(files.state().problem).toBeNull()
  })

  it('begin anew where somebody removed them while they were written', async () => {
    const { folder, store, files } = ring()
    await files.start(minute)
    expect(await files.add(place, head, text(minute + 1, 'removed'))).toBe(true)
    rmSync(join(folder, '.spool'), { recursive: true })
    expect(await files.add(place, head, text(minute + 2, 'lost'))).toBe(false)
    expect(await files.add(place, head, text(minute + 3, 'kept'))).toBe(true)
    const later = minute + 60_000
    const another = { ...place, minute: later }
    expect(await files.add(another, head, text(later, 'kept'))).toBe(true)
    await files.sweep(later + 10_001)
    expect(await linesOf(store)).toEqual([{ at: minute + 3, text: 'kept' }])
    // One that is gone when its minute is over is told once.
    rmSync(join(folder, '.spool'), { recursive: true })
    await files.sweep(later + 60_000 + 10_001)
    expect(files.state().problem).toMatch(/ENOENT/)
    await files.sweep(later + 60_000 + 15_001)
    expect(files.state().problem).toBeNull()
  })

  it('are not written over by those of another start in the same minute', async () => {
    const { folder, store, files } = ring()
    const topics = { ...place, connection: 'topics' }
    const mark = (at: number, mark: string) =>
      record(at, rawKind.mark, Buffer.from(`"mark":"${mark}","feed":"spot","instruments":[]`))
    await files.start(minute)
    await files.add(topics, head, mark(minute + 1, 'live'))
    await files.close()
    const second = ring(folder)
    await second.files.start(minute)
    await second.files.add(topics, head, mark(minute + 2, 'down'))
    await second.files.close()
    expect(await linesOf(store)).toEqual([
      { at: minute + 1, mark: 'live', feed: 'spot', instruments: [] },
      { at: minute + 2, mark: 'down', feed: 'spot', instruments: [] },
    ])
  })

  it('are read with the end of topics behind what came in its millisecond, whatever their connection is called', async () => {
    const { store, files } = ring()
    await files.start(minute)
    const down = Buffer.from('"mark":"down","feed":"usdt","instruments":["gate:BTC_USDT"]')
    await files.add({ ...place, connection: 'topics' }, head, record(minute + 5, rawKind.mark, down))
    await files.add({ ...place, connection: 'binance/usdt#1/7f3a9c' }, head, text(minute + 5, 'last'))
    await files.close()
    expect((await linesOf(store)).map((line) => Object.keys(line ?? {}))).toEqual([
      ['at', 'text'],
      ['at', 'mark', 'feed', 'instruments'],
    ])
  })

  it('are read part by part, so that frames of one millisecond keep their order', async () => {
    const { store, files } = ring()
    await files.start(minute)
    const whole = 12
    for (let part = 0; part < whole; part++) {
      await files.add(place, head, text(minute + 1, `${part}`))
      // Stored, so that the next one begins another part.
      await files.sweep(minute + 60_000 + 10_001)
    }
    expect(files.state().files).toBe(whole)
    expect(await linesOf(store)).toEqual(
      Array.from({ length: whole }, (_, part) => ({ at: minute + 1, text: `${part}` })),
    )
  })

  it('are read past a damaged one, which is named', async () => {
    const { folder, store, files } = ring()
    await files.start(minute)
    await files.add(place, head, text(minute + 1, 'one'))
    await files.close()
    const bad = keyOf({ ...place, part: 1 })
    writeFileSync(join(folder, ...bad.split('/')), 'no zstd at all')
    expect(await linesOf(store)).toEqual([
      { key: bad, problem: 'it is no zstd frame' },
      { at: minute + 1, text: 'one' },
    ])
  })
})
