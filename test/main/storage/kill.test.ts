import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { openPlain, openTemporary, temporaryFile } from './support.ts'

const rows = 200

/** @returns the last second the process reported as stored before it was killed */
async function recordUntilKilled(file: string, seconds: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recording-process.ts'), file, String(rows)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let stored = 0
  for await (const line of createInterface({ input: child.stdout })) {
    stored = Number(line)
    if (stored === seconds) child.kill('SIGKILL')
  }
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  return stored
}

describe('kill -9 while recording', () => {
  // Different lengths, so that the kill also falls among checkpoints.
  it.each([3, 57, 411])('after %i snapshots loses nothing that was stored, and opens clean', async (seconds) => {
    const file = temporaryFile()
    const stored = await recordUntilKilled(file, seconds)
    const storage = await openTemporary({ file })
    const database = openPlain(file)
    const perSecond = database
      .prepare<[], [number, number, number]>(
        'SELECT time / 1000, count(*), sum(bid_price) FROM book_tickers GROUP BY time ORDER BY time',
      )
      .raw()
      .all()
    const found = perSecond.length
    expect({
      notices: storage.notices,
      sound: database.pragma('integrity_check', { simple: true }),
      // All that was reported, and at most the one in flight besides.
      complete: found === stored || found === stored + 1,
      whole: perSecond,
    }).toEqual({
      notices: [],
      sound: 'ok',
      complete: true,
      whole: Array.from({ length: found }, (_, index) => [index + 1, rows, rows * (index + 1)]),
    })
    await storage.close()
  })
})
