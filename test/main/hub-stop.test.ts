import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHub, query, startHub } from '../support/hub.ts'
import { temporaryFolder } from '../support/temporary.ts'

const demo = { mode: 'demo', symbols: ['BTC_USDT', 'ETH_USDT_PERP'], history: { backfillCandles: 500 } }

/** How a program that is nothing but a hub ends by itself after its hub was stopped `ms` after the start began. */
async function programEnds(ms: number): Promise<{ code: number | null; msAfterStop: number }> {
  const program = join(import.meta.dirname, '../support/hub-process.ts')
  const child = spawn(process.execPath, [program, temporaryFolder(), String(ms)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stoppedAt = Number.NaN
  child.stdout.on('data', () => {
    stoppedAt = performance.now()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, msAfterStop: performance.now() - stoppedAt }
}

describe('stopping the hub', () => {
  it('ends within three seconds while candles are loaded, leaves a whole file, and twice is as once', async () => {
    const { hub, folder } = await startHub({ settings: { ...demo, symbols: undefined } })
    await expect.poll(() => hub.connections().some(({ state }) => state === 'live'), { timeout: 10_000 }).toBe(true)
    const from = performance.now()
    await Promise.all([hub.stop(), hub.stop()])
    await hub.stop()
    expect(performance.now() - from).toBeLessThan(3_000)
    const file = join(folder, 'crossbook.db')
    expect([`${file}-wal`, `${file}-shm`, join(folder, 'crossbook.lock')].filter(existsSync)).toEqual([])
    expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(query(file, 'SELECT count(*) AS n FROM v_opportunities WHERE closed_time_ms IS NULL')).toEqual([{ n: 0 }])
  })

  it.each([0, 50, 200, 400, 800])('is safe %i ms into the start', async (ms) => {
    const { hub, folder, ask } = createHub({ settings: demo })
    const starting = hub.start()
    await delay(ms)
    const from = performance.now()
    await hub.stop()
    expect(performance.now() - from).toBeLessThan(3_000)
    await starting
    const file = join(folder, 'crossbook.db')
    expect([`${file}-wal`, join(folder, 'crossbook.lock')].filter(existsSync)).toEqual([])
    expect(await ask('connections.list', {})).toEqual([])
  })

  it('starts nothing again for a setting changed afterwards', async () => {
    const { hub, ask, folder } = await startHub({ settings: demo })
    const change = ask('settings.update', { changes: [{ path: ['exchanges', 'okx', 'enabled'], value: false }] })
    await hub.stop()
    await change
    await ask('settings.update', { changes: [{ path: ['simulator', 'rate'], value: 500 }] })
    expect(hub.connections()).toEqual([])
    expect(existsSync(join(folder, 'crossbook.db-wal'))).toBe(false)
  })

  it.each([0, 30, 300, 2_000])('leaves nothing behind that keeps a program alive, %i ms into the start', async (ms) => {
    const { code, msAfterStop } = await programEnds(ms)
    expect(code).toBe(0)
    expect(msAfterStop).toBeLessThan(1_000)
  })
})
