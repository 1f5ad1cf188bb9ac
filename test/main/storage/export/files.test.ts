import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startExport } from '../../../../src/main/storage/export/index.ts'
import { openStorage } from '../../../../src/main/storage/index.ts'
import { until } from '../../../support/loopback.ts'
import { instruments, snapshot } from '../support.ts'
import { csvRecords, exported, exportedByThread, filled, folder, insertQuotes, noon, request } from './support.ts'

const small = () => filled((database) => insertQuotes(database, [1, 2], noon, 30))
const large = () => filled((database) => insertQuotes(database, [1, 2, 3], noon, 40_000))

describe('the file of an export', () => {
  it('is never written over unless asked, nor is the one beside it', async () => {
    const database = await small()
    const there = folder()
    const out = join(there, 'out.csv')
    writeFileSync(join(there, 'out_gaps.csv'), 'mine')
    const again = exportedByThread(database, out, {})
    await expect(again).rejects.toMatchObject({
      failure: 'request',
      message: `${join(there, 'out_gaps.csv')} is there already: remove it, choose another name, or overwrite it`,
    })
    expect(readdirSync(there)).toEqual(['out_gaps.csv'])
    await exportedByThread(database, out, {}, true)
    expect(csvRecords(readFileSync(out, 'utf8'))).toHaveLength(60)
    expect(readFileSync(join(there, 'out_gaps.csv'), 'utf8')).not.toBe('mine')
    await expect(exported(database, out, {})).rejects.toThrow(`${out} is there already`)
  })

  it('is never the database, a folder, a device, or somewhere that is not', async () => {
    const database = await small()
    const there = folder()
    symlinkSync(database, join(there, 'link.csv'))
    mkdirSync(join(there, 'folder.csv'))
    const refusals: [string, string][] = [
      [database, 'is the database itself'],
      [`${database}-wal`, 'is the database itself'],
      [join(there, 'link.csv'), 'is the database itself'],
      [join(there, 'folder.csv'), 'is a folder'],
      ['/dev/null', 'is no regular file'],
      [join(there, 'none', 'out.csv'), 'is no folder: make it, or choose another'],
    ]
    // An open reader keeps the WAL there.
    const reader = new Sqlite(database)
    reader.prepare("INSERT INTO meta VALUES ('a', 'b')").run()
    for (const [out, message] of refusals)
      await expect(exported(database, out, { what: 'trades' }, true)).rejects.toThrow(message)
    reader.close()
    expect(statSync(database).size).toBeGreaterThan(10_000)
  })

  it('leaves alone what another thread writes beside it, but not what an earlier program with the same id had left', async () => {
    const database = await large()
    const there = folder()
    const leftover = `old.csv.crossbook-${process.pid}-1.partial`
    writeFileSync(join(there, leftover), 'rows')
    const before = Date.now() / 1_000 - process.uptime() - 3_600
    utimesSync(join(there, leftover), before, before)
    const first = exportedByThread(database, join(there, 'first.csv'), {})
    await until(() => readdirSync(there).some((name) => name.startsWith('first.csv.crossbook-')), 'the first begins')
    await exportedByThread(database, join(there, 'second.jsonl'), { format: 'jsonl', to: noon + 1_000 })
    await first
    expect(readdirSync(there).sort()).toEqual(['first.csv', 'first_gaps.csv', 'second.jsonl', 'second_gaps.jsonl'])
    expect(csvRecords(readFileSync(join(there, 'first.csv'), 'utf8'))).toHaveLength(120_000)
  })

  it('is not there after a cancelled export, nor is anything else', async () => {
    const database = await large()
    const there = folder()
    const cancelled = await Promise.allSettled(
      (['csv', 'parquet', 'sqlite'] as const).map((format) => {
        const plan = {
          request: request({ format }),
          database,
          nativeBinding: null,
          out: join(there, `out.${format}`),
          overwrite: false,
        }
        const running = startExport(plan, () => running.cancel())
        void running.started.then(() => running.cancel())
        return running.done
      }),
    )
    expect({
      left: readdirSync(there),
      failures: cancelled.map((one) => (one.status === 'rejected' ? one.reason.failure : 'finished')),
    }).toEqual({ left: [], failures: ['cancelled', 'cancelled', 'cancelled'] })
  })

  it('is not there after kill -9; the next export into the folder clears away what is', async () => {
    const database = await large()
    const there = folder()
    const out = join(there, 'out.jsonl')
    const child = spawn(process.execPath, [join(import.meta.dirname, 'exporting-process.ts'), database, out], {
      stdio: 'inherit',
    })
    const exited = once(child, 'exit')
    await until(
      () => readdirSync(there).some((name) => statSync(join(there, name)).size > 100_000),
      'half a file',
      10_000,
    )
    child.kill('SIGKILL')
    await exited
    const left = readdirSync(there)
    expect(left.filter((name) => !/^out(_gaps)?\.jsonl\.crossbook-\d+-\d+\.partial$/.test(name))).toEqual([])
    expect(left.length).toBeGreaterThan(0)
    writeFileSync(join(there, 'mine.partial'), '')
    await exported(await small(), join(there, 'other.jsonl'), { what: 'trades', format: 'jsonl' })
    expect(readdirSync(there).sort()).toEqual(['mine.partial', 'other.jsonl'])
  })
})

describe('a full disk', () => {
  it('is said in one line, and nothing is left on it', async ({ skip }) => {
    const disk = folder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'crossbook-test', disk], { stdio: 'ignore' })
    } catch {
      // Only root can make a small disk.
      skip()
    }
    onTestFinished(() => void execFileSync('umount', [disk]))
    const database = await large()
    for (const format of ['csv', 'parquet', 'sqlite'] as const) {
      const out = join(disk, `out.${format}`)
      await expect(exportedByThread(database, out, { format })).rejects.toMatchObject({
        failure: 'failed',
        message: expect.stringMatching(/^the disk (is|of .+ is) full.*[^\n]$/),
      })
      expect(readdirSync(disk)).toEqual([])
    }
  })
})

describe('a copy of the database', () => {
  it('is whole and of one moment while a recorder writes', async () => {
    const file = join(folder(), 'crossbook.db')
    const storage = await openStorage({ file })
    await storage.saveInstruments(instruments)
    let second = 0
    let ended = false
    // Every batch brings one row of each instrument: any moment between two has equal counts.
    const record = async (): Promise<void> => {
      while (!ended)
        await storage.saveSnapshot(
          snapshot(noon + second++ * 1_000, [
            [1, 1, 1, 2, 1],
            [2, 3, 1, 4, 1],
            [3, 5, 1, 6, 1],
          ]),
        )
    }
    const recording = record()
    await until(() => second > 300, 'a few hundred snapshots', 10_000)
    const there = folder()
    const out = join(there, 'copy.db')
    const before = second
    const { bytes } = await exportedByThread(file, out, { format: 'sqlite' })
    const after = second
    ended = true
    await recording
    await storage.close()
    const copy = new Sqlite(out, { readonly: true })
    const counts = copy.prepare<[], number>('SELECT count(*) FROM book_tickers GROUP BY instrument_id').pluck().all()
    expect({
      sound: copy.pragma('integrity_check', { simple: true }),
      journal: copy.pragma('journal_mode', { simple: true }),
      same: new Set(counts).size,
      instruments: counts.length,
      within: (counts[0] ?? 0) >= before - 1 && (counts[0] ?? 0) <= after,
      bytes: statSync(out).size === bytes,
      alone: readdirSync(there),
    }).toEqual({
      sound: 'ok',
      journal: 'delete',
      same: 1,
      instruments: 3,
      within: true,
      bytes: true,
      alone: ['copy.db'],
    })
    expect(after).toBeGreaterThan(before)
    copy.close()
  })
})

describe('rows exported while a recorder writes', () => {
  it('are those that were there at the start, and no transaction stays open', async () => {
    const file = await large()
    const storage = await openStorage({ file })
    onTestFinished(() => storage.close())
    let second = 40_000
    let ended = false
    const record = async (): Promise<void> => {
      while (!ended) await storage.saveSnapshot(snapshot(noon + second++ * 1_000, [[1, 1, 1, 2, 1]]))
    }
    const recording = record()
    const out = join(folder(), 'out.csv')
    const { rows } = await exportedByThread(file, out, {})
    ended = true
    await recording
    // 3 instruments of 40,000 s, and the few of the first one that were written before it began.
    expect(rows).toBeGreaterThanOrEqual(120_000)
    expect(rows).toBeLessThan(80_000 + second)
    // A reader that holds a snapshot keeps the WAL from being emptied.
    const database = new Sqlite(file)
    const [state] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    database.close()
    expect(state?.busy).toBe(0)
    expect(existsSync(out)).toBe(true)
  })
})
