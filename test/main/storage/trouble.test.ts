import { chmodSync, closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Worker } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkDatabase } from '../../../src/main/storage/check.ts'
import { storageErrorOf } from '../../../src/main/storage/error.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import { instruments, kline, openPlain, openTemporary, second, snapshot, temporaryFile } from './support.ts'

const quote = (time: number) => snapshot(time, [[1, 1, 1, 2, 1]])

/** A sound file with enough rows to span many pages. */
async function filledFile(): Promise<string> {
  const file = temporaryFile()
  const storage = await openStorage({ file })
  await storage.saveInstruments(instruments)
  await storage.saveKlines(Array.from({ length: 20_000 }, (_, index) => kline({ openTime: index * 60_000 })))
  await storage.close()
  return file
}

function overwrite(file: string, at: number, length: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(length, 0xa5), 0, length, at)
  closeSync(descriptor)
}

describe('a file that is no database', () => {
  it('is set aside, loudly, and a fresh one is begun', async () => {
    const file = temporaryFile()
    const junk = Buffer.from('this was never a database, '.repeat(500))
    writeFileSync(file, junk)
    const storage = await openTemporary({ file })
    await storage.saveInstruments(instruments)
    const [aside = ''] = readdirSync(dirname(file)).filter((name) => name.startsWith('crossbook.db.corrupt-'))
    expect({
      kept: readFileSync(join(dirname(file), aside)).equals(junk),
      name: /^crossbook\.db\.corrupt-\d{8}T\d{9}Z$/.test(aside),
      notices: storage.notices,
      works: await storage.instruments(),
    }).toEqual({
      kept: true,
      name: true,
      notices: [expect.stringContaining(aside)],
      works: instruments,
    })
  })

  it('stays where it is when only its inside is damaged: the check after a crash says so', async () => {
    const file = await filledFile()
    const database = new Sqlite(file)
    database.prepare("UPDATE meta SET value = '0' WHERE key = 'clean_close'").run()
    database.close()
    overwrite(file, 80 * 4_096, 100 * 4_096)
    const bytes = readFileSync(file)
    await expect(openTemporary({ file })).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining(file),
    })
    expect({ same: readFileSync(file).equals(bytes), problem: (await checkDatabase(file)).problem }).toEqual({
      same: true,
      problem: expect.stringContaining('is damaged'),
    })
  })

  it('may be empty: that is a new one', async () => {
    const file = temporaryFile()
    writeFileSync(file, '')
    expect((await openTemporary({ file })).notices).toEqual([])
  })

  it('may be a folder: that is said', async () => {
    await expect(openTemporary({ file: dirname(temporaryFile()) })).rejects.toMatchObject({ name: 'StorageError' })
  })
})

describe('a disk that is full', () => {
  it('fails the write as `full`, keeps what was stored, and works again when there is room', async () => {
    const file = temporaryFile()
    const small = await openStorage({ file, maximumBytes: 400_000 })
    await small.saveInstruments(instruments)
    const rows = Array.from({ length: 5_000 }, (_, index) => kline({ openTime: index * 60_000 }))
    await expect(small.saveKlines(rows)).rejects.toMatchObject({
      name: 'StorageError',
      kind: 'full',
      message: expect.stringMatching(/^the disk is full, so .+crossbook\.db cannot grow: make room/),
    })
    expect((await small.klines(1, '1m', null, 10)).openTime.length).toBe(0)
    expect((await small.saveSnapshot(quote(second))).rows).toBe(1)
    await small.close()
    const roomy = await openTemporary({ file })
    expect((await roomy.saveKlines(rows)).rows).toBe(5_000)
  })
})

describe('a file that another program has locked', () => {
  it('fails writes as `locked` until it is free, and never reads', async () => {
    const storage = await openTemporary({ busyTimeoutMs: 20 })
    await storage.saveInstruments(instruments)
    const other = openPlain(storage.file)
    other.exec('BEGIN IMMEDIATE')
    await expect(storage.saveSnapshot(quote(second))).rejects.toMatchObject({ kind: 'locked' })
    expect(await storage.instruments()).toEqual(instruments)
    other.exec('ROLLBACK')
    expect((await storage.saveSnapshot(quote(second))).rows).toBe(1)
  })

  it('fails the opening as `locked`', async () => {
    const file = await filledFile()
    const other = openPlain(file)
    other.exec('BEGIN EXCLUSIVE')
    await expect(openTemporary({ file, busyTimeoutMs: 20 })).rejects.toMatchObject({ kind: 'locked' })
    other.exec('ROLLBACK')
    expect((await openTemporary({ file })).notices).toEqual([])
  })
})

describe('a file that cannot be written', () => {
  it("is told by SQLite's own error", () => {
    const file = temporaryFile()
    new Sqlite(file).exec('CREATE TABLE a (x)').close()
    const reader = new Sqlite(file, { readonly: true })
    onTestFinished(() => {
      reader.close()
    })
    const refused = () => reader.exec('INSERT INTO a VALUES (1)')
    expect(refused).toThrow()
    try {
      refused()
    } catch (error) {
      expect(storageErrorOf(error, file)).toMatchObject({ kind: 'readonly', message: expect.stringContaining(file) })
    }
  })

  it.skipIf(process.getuid?.() === 0)('fails the opening as `readonly` (root may write everywhere)', async () => {
    const file = await filledFile()
    chmodSync(file, 0o444)
    await expect(openTemporary({ file })).rejects.toMatchObject({ kind: 'readonly' })
  })
})

describe('a database that was not closed', () => {
  it('is checked at the next opening, and marked clean by a close', async () => {
    const file = temporaryFile()
    const mark = (): unknown =>
      openPlain(file).prepare("SELECT value FROM meta WHERE key = 'clean_close'").pluck().get()
    const storage = await openStorage({ file })
    const open = mark()
    await storage.close()
    expect([open, mark()]).toEqual(['0', '1'])
  })

  it('is described by the doctor while it is in use', async () => {
    const storage = await openTemporary()
    expect(await checkDatabase(storage.file)).toEqual({ problem: null, summary: expect.stringContaining('sound') })
    expect((await checkDatabase(`${storage.file}.none`)).problem).toEqual(expect.any(String))
  })
})

describe('a storage thread that ends unexpectedly', () => {
  const threads = () => {
    const started: Worker[] = []
    const remember = (worker: Worker) => started.push(worker)
    process.on('worker', remember)
    onTestFinished(() => {
      process.off('worker', remember)
    })
    return started
  }

  it('rejects what was pending, says so, and is started again after a pause', async () => {
    const started = threads()
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const rows = Array.from({ length: 100_000 }, (_, index) => kline({ openTime: index * 60_000 }))
    const pending = storage.saveKlines(rows)
    const rejected = expect(pending).rejects.toMatchObject({
      name: 'StorageError',
      kind: 'stopped',
      message: expect.stringContaining('ended unexpectedly'),
    })
    // The job is sent in a microtask of its own.
    await Promise.resolve()
    await started[0]?.terminate()
    await rejected
    await expect(storage.saveSnapshot(quote(second))).rejects.toMatchObject({ kind: 'stopped' })
    const from = performance.now()
    const report = await vi.waitFor(() => storage.saveSnapshot(quote(second)), { timeout: 10_000, interval: 50 })
    expect({
      rows: report.rows,
      paused: performance.now() - from > 500,
      threads: started.length,
      notices: storage.notices,
      lost: (await storage.klines(1, '1m', null, 1)).openTime.length,
    }).toEqual({
      rows: 1,
      paused: true,
      threads: 2,
      notices: [expect.stringContaining('ended unexpectedly')],
      lost: 0,
    })
  })

  it('can still be closed', async () => {
    const started = threads()
    const storage = await openTemporary()
    await started[0]?.terminate()
    await storage.close()
    await expect(storage.setMeta('a', 'b')).rejects.toMatchObject({ kind: 'stopped' })
  })
})

describe('a disk that does not keep up', () => {
  it('drops the oldest waiting snapshots, and nothing else', async () => {
    const storage = await openTemporary({ queuedSnapshots: 3 })
    await storage.saveInstruments(instruments)
    const long = storage.saveKlines(Array.from({ length: 50_000 }, (_, index) => kline({ openTime: index * 60_000 })))
    const snapshots = Array.from({ length: 6 }, (_, index) => storage.saveSnapshot(quote(second + index * 1_000)))
    const closed = storage.saveKlines([kline({ instrumentId: 2, isClosed: true })])
    const outcomes = await Promise.allSettled(snapshots)
    await Promise.all([long, closed])
    expect({
      outcomes: outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'stored' : outcome.reason.kind)),
      times: openPlain(storage.file).prepare('SELECT time FROM book_tickers ORDER BY time').pluck().all(),
    }).toEqual({
      outcomes: ['overloaded', 'overloaded', 'overloaded', 'stored', 'stored', 'stored'],
      times: [second + 3_000, second + 4_000, second + 5_000],
    })
  })
})
