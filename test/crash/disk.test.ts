import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startHub, type TestHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'
import { temporaryFolder } from '../support/temporary.ts'

const demo = {
  ...{ mode: 'demo', symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 5 } },
  exchanges: { gate: { enabled: true } },
}
const recordsAgain = (test: TestHub) =>
  until(() => test.client.pushes('recorder.status').at(-1)?.recording === true, 'recording again', 60_000)
const stops = (test: TestHub) =>
  until(() => test.client.pushes('recorder.status').at(-1)?.recording === false, 'not recording', 30_000)
const snapshots = (test: TestHub): number =>
  test.rows<{ n: number }>('SELECT count(*) AS n FROM book_tickers')[0]?.n ?? 0
const storageGaps = (test: TestHub) =>
  test.rows<{ n: number }>("SELECT count(*) AS n FROM gaps WHERE cause = 'storage' AND to_time IS NOT NULL")[0]?.n ?? 0
/** Starts of a market: each tells its accounts once. */
const starts = (test: TestHub): number => test.client.pushes('accounts.changed').length

/** null: not root, or this machine refuses it; then in words why. */
function mounted(folder: string, args: readonly string[]): string | null {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('mount', [...args, folder], { stdio: 'pipe' })
  } catch (error) {
    return `mount is refused here (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }))
  return null
}

describe('a disk', () => {
  it('that is full: the market goes on, recording comes back by itself with room, and the gap says storage', async (context) => {
    const folder = join(temporaryFolder(), 'small')
    const refused = mounted(folder, ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs'])
    // storage/trouble.test.ts fills a file to its maximumBytes everywhere.
    if (refused !== null) context.skip(refused)
    const test = await startHub({ settings: demo, folder })
    await until(() => snapshots(test) > 2, 'something recorded', 30_000)
    const ballast = join(folder, 'ballast')
    fill(ballast)
    await stops(test)
    // The last bytes may take a small row where a large one has just failed.
    await expect
      .poll(() => test.ask('database.status', {}), { timeout: 30_000 })
      .toMatchObject({ state: 'full', canSalvage: false })
    expect(await test.ask('recorder.status', {})).toMatchObject({
      problem: expect.stringContaining('the disk is full'),
    })
    const held = snapshots(test)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    rmSync(ballast)
    await recordsAgain(test)
    await until(() => snapshots(test) > held + 2 && storageGaps(test) > 0, 'rows and the gap', 30_000)
    expect({ state: (await test.ask('database.status', {})).state, starts: starts(test) }).toEqual({
      state: 'ok',
      starts: 1,
    })
    expect(test.rows('PRAGMA integrity_check(1)')).toEqual([{ integrity_check: 'ok' }])
  }, 150_000)

  it('that becomes read-only: said in words, no end and no loop, and recording comes back', async (context) => {
    const folder = join(temporaryFolder(), 'kept')
    const refused = mounted(folder, ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs'])
    if (refused !== null) context.skip(refused)
    const test = await startHub({ settings: demo, folder })
    await until(() => snapshots(test) > 1, 'something recorded', 30_000)
    await test.hub.stop()
    execFileSync('mount', ['-o', 'remount,ro', folder])
    onTestFinished(() => void execFileSync('mount', ['-o', 'remount,rw', folder], { stdio: 'pipe' }))
    // The folder cannot even be locked: a door says so and ends, in one line.
    await expect(test.hub.start()).rejects.toThrow(/cannot write to the data folder/)
  }, 60_000)

  it('with a file that nobody may write: quotes flow unrecorded, and it is taken up once it may be written', async (context) => {
    const folder = temporaryFolder()
    const first = await startHub({ settings: demo, folder })
    await until(() => snapshots(first) > 1, 'something recorded', 30_000)
    await first.hub.stop()
    const file = join(folder, 'crossbook.db')
    // Also for root: the file alone lies under a read-only mount.
    try {
      execFileSync('mount', ['--bind', file, file], { stdio: 'pipe' })
      onTestFinished(() => {
        try {
          execFileSync('umount', ['-l', file], { stdio: 'pipe' })
        } catch (error) {
          // The test itself has done so by then.
          expect(error).toBeInstanceOf(Error)
        }
      })
      execFileSync('mount', ['-o', 'remount,ro,bind', file], { stdio: 'pipe' })
    } catch (error) {
      context.skip(`mount is refused here (${String(error).split('\n')[0]})`)
    }
    const test = await startHub({ settings: demo, folder })
    expect(await test.ask('database.status', {})).toMatchObject({
      ...{ state: 'readonly', words: expect.stringContaining('cannot be written'), canSalvage: false },
    })
    const before = starts(test)
    execFileSync('umount', ['-l', file], { stdio: 'pipe' })
    await recordsAgain(test)
    // One new start of the market for one change of the file, not one for every look at it.
    expect({ starts: starts(test) - before, state: (await test.ask('database.status', {})).state }).toEqual({
      ...{ starts: 1, state: 'ok' },
    })
  }, 120_000)
})

describe('a database that another program locks', () => {
  it('for 10 s while it is recorded to: the seconds are a gap of storage, and recording goes on', async () => {
    const test = await startHub({ settings: demo })
    await until(() => snapshots(test) > 2, 'something recorded', 30_000)
    const locker = fork(join(import.meta.dirname, 'locking-process.ts'), [join(test.folder, 'crossbook.db'), '10000'])
    const ended = once(locker, 'exit')
    await once(locker, 'message')
    await stops(test)
    expect(await test.ask('database.status', {})).toMatchObject({ state: 'locked', canSalvage: false })
    await ended
    await recordsAgain(test)
    await until(() => storageGaps(test) > 0, 'the gap', 30_000)
    expect({ state: (await test.ask('database.status', {})).state, starts: starts(test) }).toEqual({
      state: 'ok',
      starts: 1,
    })
  }, 150_000)
})

/** Until nothing fits any more. */
function fill(file: string): void {
  for (const size of [65_536, 4_096]) {
    for (let full = false; !full; ) {
      try {
        writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' })
        full = true
      }
    }
  }
}
