/** What `spreads.history` costs: 24 h of one pair among many, hot and cold, asked of the storage threads as the hub does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Storage } from '../../src/main/storage/contract.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { instrument } from '../support/instruments.ts'
import { median, type Row, type Table } from './table.ts'

const instruments = 40
const seconds = 86_400
const frameMs = 720_000
const frames = (seconds * 1_000) / frameMs
const start = 1_700_000_000_000 - (1_700_000_000_000 % frameMs)
const rounds = 5

export async function benchSpreadHistory(): Promise<readonly Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  const storage = await openStorage({ file: join(folder, 'crossbook.db') })
  await storage.saveInstruments(
    Array.from({ length: instruments }, (_, i) =>
      instrument('binance', 'spot', `C${i}`, 'USDT', `C${i}USDT`, { id: i + 1 }),
    ),
  )
  fill(storage.file)
  const rows = [await measured(storage, 'hot')]
  await rollUp(storage, frames / 2)
  rows.push(await measured(storage, 'half in chunks'))
  await rollUp(storage, frames)
  rows.push(await measured(storage, 'in chunks'))
  await storage.close()
  rmSync(folder, { recursive: true })
  return [{ title: `24 h of a pair among ${instruments} instruments`, rows }]
}

function fill(file: string): void {
  const database = new Sqlite(file)
  const insert = database.prepare(
    `INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  database.transaction(() => {
    for (let second = 0; second < seconds; second++)
      for (let id = 1; id <= instruments; id++) {
        const bid = Math.round((100 + Math.sin(second / 900 + id)) * 100) / 100
        insert.run(start + second * 1_000, id, bid, 1.5, bid + 0.02, 2.5)
      }
  })()
  database.close()
}

async function rollUp(storage: Storage, upTo: number): Promise<void> {
  const framesAtOnce = 5
  for (let done = 0; done < upTo; done += framesAtOnce)
    await storage.upkeep.rollUp({ before: start + upTo * frameMs, maximumFrames: framesAtOnce })
}

/** Time and processor time of all threads, by itself; then, beside it, how long other reads wait. */
async function measured(storage: Storage, where: string): Promise<Row> {
  const read = () =>
    storage.history.read('pair', {
      ...{ measure: 'spread', first: 1, second: instruments },
      ...{ from: start, to: start + seconds * 1_000, bucketMs: 60_000 },
    })
  const times: number[] = []
  const used: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    const began = performance.now()
    const { time } = await read()
    times.push(performance.now() - began)
    const { user, system } = process.cpuUsage(before)
    used.push((user + system) / 1_000)
    if (time.length !== seconds / 60) throw new Error(`${time.length} buckets`)
  }
  let isUnderWay = true
  const reading = read().finally(() => {
    isUnderWay = false
  })
  let longest = 0
  while (isUnderWay) {
    const asked = performance.now()
    await storage.meta('mode')
    longest = Math.max(longest, performance.now() - asked)
  }
  await reading
  return {
    'where the day lies': where,
    'median, ms': Math.round(median(times)),
    'processor, ms': Math.round(median(used)),
    'longest wait of another read, ms': Math.round(longest),
  }
}
