import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { bytesPerYear, instruments, instrumentsOf, market } from '../../../bench/cold.ts'
import { openPlain, openTemporary } from '../support.ts'

describe('a year of one-second quotes of 40 instruments', () => {
  it('stays under 10 GB, a day of hot rows included', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instrumentsOf())
    const next = market()
    const frames = 3
    for (let second = 0; second < frames * 720; second++) await storage.saveSnapshot(next())
    const rows = frames * 720 * instruments
    await storage.close()
    const hotBytes = statSync(storage.file).size / rows
    const again = await openTemporary({ file: storage.file })
    const report = await again.upkeep.rollUp({ before: Number.MAX_SAFE_INTEGER - frameMs, maximumFrames: 100 })
    expect(report).toMatchObject({ rows, done: true })
    await again.upkeep.returnFreeSpace('vacuum')
    // All of the file, but the few pages that a fresh one has.
    const bytes = openPlain(storage.file)
      .prepare<[], number>("SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name LIKE '%book_ticker%'")
      .pluck()
      .get()
    const coldBytes = (bytes ?? Number.NaN) / rows
    const year = bytesPerYear(coldBytes) + (bytesPerYear(hotBytes) / 365) * 1.1
    process.stdout.write(
      `chunk ${(report.bytes / rows).toFixed(2)} B a row, with key, index and pages ${coldBytes.toFixed(2)}, hot ${hotBytes.toFixed(1)}: ` +
        `a year is ${(year / 1e9).toFixed(2)} GB\n`,
    )
    expect(year).toBeLessThan(10e9)
    expect(report.bytes / rows).toBeLessThan(8)
  })
})
