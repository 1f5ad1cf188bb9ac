import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DiskSpace, DiskWatch, readDisk } from '../../src/main/disk.ts'
import { createLogger } from '../../src/main/log.ts'
import { temporaryFolder } from '../support/temporary.ts'

const minute = 60_000
const totalBytes = 500e9

/** A watch over a disk whose free space the test sets, with a clock of the test's own. */
function watched(limit = 5e9) {
  const alerts: { readonly severity: string; readonly message: string }[] = []
  const state = { now: 1_700_000_000_000, free: 100e9, fails: false }
  const watch = new DiskWatch({
    folder: '/data',
    warnBelowFreeBytes: () => limit,
    onAlert: ({ severity, rule, message }) => {
      expect(rule).toBe('disk')
      alerts.push({ severity, message })
    },
    logger: createLogger('silent'),
    now: () => state.now,
    read: async (): Promise<DiskSpace> => {
      if (state.fails) throw new Error('EIO')
      return { freeBytes: state.free, totalBytes }
    },
  })
  /** Looks every 30 s, the free space moving evenly to `free`. */
  const go = async (minutes: number, free: number): Promise<void> => {
    const steps = minutes * 2
    const from = state.free
    for (let step = 1; step <= steps; step++) {
      state.now += minute / 2
      state.free = from + ((free - from) * step) / steps
      await watch.look()
    }
  }
  return { watch, alerts, state, go }
}

describe('the watch over the disk', () => {
  it('warns once below the limit, says how much is left and what to do, and is calm only well above it', async () => {
    const { watch, alerts, go } = watched()
    await go(1, 100e9)
    expect(watch.warning).toBeNull()
    await go(1, 4.9e9)
    await go(1, 5.2e9)
    await go(1, 4.8e9)
    expect(alerts).toEqual([{ severity: 'warning', message: expect.stringContaining('4.9 GB of 500.0 GB are free') }])
    expect(watch.warning).toMatch(
      /^The disk runs short: only 4.8 GB .* \/data, .* below 5.0 GB; make room on it, keep rows/,
    )
    await go(1, 5.6e9)
    expect(alerts.at(-1)).toEqual({ severity: 'info', message: expect.stringContaining('5.6 GB are free') })
    expect([alerts.length, watch.warning]).toEqual([2, null])
  })

  it('warns when the rate of the last hour fills the disk within a day', async () => {
    const { watch, alerts, go } = watched()
    await go(15, 98.75e9)
    // Too short a time to speak of a rate.
    expect(alerts).toEqual([])
    await go(15, 97.5e9)
    expect(alerts).toEqual([{ severity: 'warning', message: expect.stringMatching(/full in about 20 hours/) }])
    // Slower, and still within the margin: no back and forth.
    await go(60, 94.4e9)
    expect([alerts.length, watch.warning]).toEqual([1, expect.stringMatching(/full in about 30 hours/)])
    await go(60, 94.3e9)
    expect([alerts.length, alerts.at(-1)?.severity, watch.warning]).toEqual([2, 'info', null])
  })

  it('takes one large file for no rate', async () => {
    const { alerts, go } = watched()
    await go(20, 100e9)
    await go(1, 80e9)
    await go(60, 80e9)
    expect(alerts).toEqual([])
  })

  it('calls a full disk an error', async () => {
    const { alerts, go } = watched()
    await go(1, 0.05e9)
    expect(alerts.at(-1)).toEqual({ severity: 'error', message: expect.stringContaining('only 50.0 MB of 500.0 GB') })
  })

  it('never warns where the limit is 0', async () => {
    const { watch, alerts, go } = watched(0)
    await go(60, 0)
    expect([alerts, watch.warning]).toEqual([[], null])
  })

  it('knows nothing where the disk cannot be read, and says nothing wrong', async () => {
    const { watch, alerts, state, go } = watched()
    state.fails = true
    await go(1, 1e9)
    expect([watch.space, watch.warning, alerts]).toEqual([null, null, []])
    state.fails = false
    await go(1, 1e9)
    expect([watch.space, alerts.length]).toEqual([{ freeBytes: 1e9, totalBytes }, 1])
  })
})

describe('while it runs', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('looks at once and every 30 s until it is stopped', async () => {
    const read = vi.fn(async () => ({ freeBytes: 1e12, totalBytes: 2e12 }))
    const watch = new DiskWatch({
      folder: '/data',
      warnBelowFreeBytes: () => 1,
      onAlert: () => undefined,
      logger: createLogger('silent'),
      read,
    })
    watch.start()
    watch.start()
    await vi.advanceTimersByTimeAsync(95_000)
    watch.stop()
    await vi.advanceTimersByTimeAsync(95_000)
    expect(read.mock.calls).toEqual([['/data'], ['/data'], ['/data'], ['/data']])
  })
})

describe('readDisk', () => {
  it('tells the space of a real folder', async () => {
    const { freeBytes, totalBytes: total } = await readDisk(temporaryFolder())
    expect(freeBytes).toBeGreaterThan(0)
    expect(total).toBeGreaterThan(freeBytes)
    await expect(readDisk('/no/such/folder')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
