import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { closeCleanly, openForWriting } from '../../../src/main/storage/database.ts'
import { temporaryFile } from './support.ts'

const lanes = 3
const killsPerLane = 17
const program = join(import.meta.dirname, 'account-recording-process.ts')

/**
 * Lets a process save trades and kills it at a random moment after its first batch.
 * @returns the last trade that it reported as stored
 */
async function saveUntilKilled(file: string, first: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [program, file, `${first}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let stored = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (stored === 0) setTimeout(() => child.kill('SIGKILL'), afterMs)
    stored = Number(line)
  }
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  return stored
}

/** What is in the file, opened as the program opens it at its next start. */
function inspect(file: string) {
  const { database, notices, wasUnclean } = openForWriting({
    file,
    busyTimeoutMs: 5_000,
    nativeBinding: null,
    maximumBytes: null,
  })
  const numberOf = (sql: string) => database.prepare<[], number>(sql).pluck().get() ?? 0
  const found = {
    notices,
    wasUnclean,
    sound: database.pragma('integrity_check', { simple: true }),
    references: database.pragma('foreign_key_check'),
    fills: numberOf('SELECT count(*) FROM fills'),
    differentFills: numberOf('SELECT count(DISTINCT trade_id) FROM fills'),
    newestFill: numberOf('SELECT max(CAST(trade_id AS INTEGER)) FROM fills'),
    filledOrders: numberOf("SELECT count(*) FROM orders WHERE status = 'FILLED'"),
    events: numberOf('SELECT count(*) FROM order_events'),
    balances: numberOf('SELECT count(*) FROM balances'),
    positions: numberOf('SELECT count(*) FROM positions'),
  }
  // Every other time the next process finds no mark of a clean end.
  if (found.fills % 2 === 0) closeCleanly(database, file)
  else database.close()
  return found
}

describe('kill -9 while accounts are recorded', () => {
  it(`${lanes * killsPerLane} times at random moments loses no fill that was stored and doubles none, and the file opens clean`, async () => {
    let kills = 0
    const lane = async () => {
      const file = temporaryFile()
      let before = 0
      for (let kill = 0; kill < killsPerLane; kill++) {
        const afterMs = Math.random() * 120
        const stored = await saveUntilKilled(file, before + 1, afterMs)
        const found = inspect(file)
        const { fills } = found
        expect(found, `killed after ${afterMs} ms`).toEqual({
          notices: [],
          wasUnclean: true,
          sound: 'ok',
          references: [],
          // All of them, once each, without a hole, and no batch in half.
          fills,
          differentFills: fills,
          newestFill: fills,
          filledOrders: fills,
          events: 2 * fills,
          balances: fills,
          positions: fills,
        })
        expect(fills).toBeGreaterThanOrEqual(stored)
        // At most the batch in flight besides.
        expect(fills - stored).toBeLessThanOrEqual(400)
        before = fills
        kills++
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    expect(kills).toBeGreaterThanOrEqual(50)
  }, 120_000)
})
