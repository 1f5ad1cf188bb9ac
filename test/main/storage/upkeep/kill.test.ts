import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { createQuoteReader } from '../../../../src/main/storage/cold/quotes.ts'
import { openPlain, openTemporary, temporaryFile } from '../support.ts'
import { counts, rowsOf } from './database.ts'

const instruments = 20

/** @returns the last second the process reported as stored before it was killed in the midst of rolling up */
async function rollUntilKilled(file: string, rollUps: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'rolling-process.ts'), file, String(instruments)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let stored = -1
  let rolled = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'rolled up') stored = Number(line)
    else if (++rolled === rollUps) setTimeout(() => child.kill('SIGKILL'), delayMs)
  }
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  return stored
}

describe('kill -9 while quotes are rolled up', () => {
  // Rolled up again and again: the same frame is merged with what came since. Killed at different moments of it.
  it.each([
    [1, 0],
    [40, 0],
    [60, 1],
    [90, 3],
  ])('after %i roll-ups and %i ms loses nothing that was stored, and doubles nothing', async (rollUps, delayMs) => {
    const file = temporaryFile()
    const stored = await rollUntilKilled(file, rollUps, delayMs)
    const storage = await openTemporary({ file })
    const database = openPlain(file)
    const rows = [
      ...createQuoteReader(database).frames({ instrumentIds: null, from: 0, to: Number.MAX_SAFE_INTEGER }),
    ].flatMap(rowsOf)
    const seconds = rows.length / instruments
    const { hot = 0, cold = 0 } = counts(database)
    expect({
      notices: storage.notices,
      sound: database.pragma('integrity_check', { simple: true }),
      complete: seconds === stored + 1 || seconds === stored + 2,
      isPartlyCold: Number(cold) > 0,
      each: Number(hot) + Number(cold),
      rows,
    }).toEqual({
      notices: [],
      sound: 'ok',
      complete: true,
      isPartlyCold: true,
      each: seconds * instruments,
      rows: Array.from({ length: seconds }, (_, second) => second).flatMap((second) =>
        Array.from({ length: instruments }, (_, index) => [
          ...[second * 1_000, index + 1, second, null, second + 0.5, Math.sqrt(second)],
        ]),
      ),
    })
  })
})
