import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { createHub, query } from '../support/hub.ts'
import { until } from '../support/loopback.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { randomOf } from './flips.ts'

const kills = Number(process.env.CROSSBOOK_CRASH_KILLS ?? 10)
const seed = Number(process.env.CROSSBOOK_CRASH_SEED ?? 5)
const settings = { mode: 'demo', symbols: ['BTC_USDT', 'ETH_USDT_PERP'], exchanges: { gate: { enabled: true } } }
/** A hub records once a second: what was received before its last full second is in the file, but for a machine that is late. */
const toleranceMs = 2_500
const neverMs = 60_000

/** A machine that does ten things at once starts it slowly. */
const startLimitMs = 120_000
const lookEveryMs = 100

async function recording(file: string, since: number, turn: number): Promise<void> {
  const end = Date.now() + startLimitMs
  while (newest(file) <= since) {
    if (Date.now() > end) throw new Error(`nothing was recorded in turn ${turn}`)
    await delay(lookEveryMs)
  }
}

const newest = (file: string): number => {
  if (!existsSync(file)) return 0
  try {
    return query<{ t: number | null }>(file, 'SELECT max(time) AS t FROM book_tickers')[0]?.t ?? 0
  } catch (error) {
    // Its tables are being made.
    expect(error).toBeInstanceOf(Error)
    return 0
  }
}

describe(`kill -9 of a program that records (${kills} times, seed ${seed})`, () => {
  it('loses a second at most, tells the rest as a gap of cause crash, and starts again', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'crossbook.db')
    // One exchange starts quickly.
    writeFileSync(join(folder, 'crossbook.yaml'), stringify(settings))
    const random = randomOf(seed)
    for (let turn = 0; turn < kills; turn++) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../support/hub-process.ts'), folder, String(neverMs)],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      )
      const exited = once(child, 'exit')
      const before = newest(file)
      await recording(file, before + 1_000, turn)
      await delay(random() * 1_500)
      const killedAt = Date.now()
      child.kill('SIGKILL')
      await exited
      const last = newest(file)
      expect({
        turn,
        integrity: query<{ integrity_check: string }>(file, 'PRAGMA integrity_check')[0]?.integrity_check,
        lostMs: Math.max(0, killedAt - last - toleranceMs),
        // Whole seconds only: each holds the same instruments as its neighbours at most, and none twice.
        twice: query(file, 'SELECT 1 FROM book_tickers GROUP BY time, instrument_id HAVING count(*) > 1'),
      }).toEqual({ turn, integrity: 'ok', lostMs: 0, twice: [] })
    }
    const test = createHub({ settings, folder })
    await test.hub.start()
    expect(await test.ask('database.status', {})).toMatchObject({ state: 'ok', setAside: null })
    expect((await test.ask('alerts.list', {})).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /^Crossbook did not end cleanly\. The database is sound; no quotes are recorded from .* to .*: \d+ rows/,
      ),
    )
    const crashes = () =>
      query<{ n: number }>(
        file,
        "SELECT count(DISTINCT from_time) AS n FROM gaps WHERE kind = 'book_ticker' AND cause = 'crash' AND to_time IS NOT NULL",
      )[0]?.n ?? 0
    // The last one is over once rows flow again.
    await until(() => crashes() >= kills, 'a gap for each', 30_000)
  }, 900_000)
})
