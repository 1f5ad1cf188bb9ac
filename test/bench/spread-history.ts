/**
 * What `spreads.history` costs: 24 h of one pair among many instruments, hot, cold and half of each, asked of the storage threads as the
 * hub does. `node test/bench/spread-history.ts [instruments]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { openStorage } from '../../src/main/storage/index.ts'
import { instrument } from '../support/instruments.ts'

const instruments = Number(process.argv[2] ?? 40)
const seconds = 86_400
const frameMs = 720_000
const start = 1_700_000_000_000 - (1_700_000_000_000 % frameMs)
const rounds = 5

const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
const storage = await openStorage({ file: join(folder, 'crossbook.db') })
await storage.saveInstruments(
  Array.from({ length: instruments }, (_, i) =>
    instrument('binance', 'spot', `C${i}`, 'USDT', `C${i}USDT`, { id: i + 1 }),
  ),
)
const writer = new Sqlite(storage.file)
const insert = writer.prepare(
  `INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity) VALUES (?, ?, ?, ?, ?, ?)`,
)
const fill = writer.transaction((from: number, to: number) => {
  for (let second = from; second < to; second++)
    for (let id = 1; id <= instruments; id++) {
      const bid = Math.round((100 + Math.sin(second / 900 + id)) * 100) / 100
      insert.run(start + second * 1_000, id, bid, 1.5, bid + 0.02, 2.5)
    }
})
for (let from = 0; from < seconds; from += 7_200) fill(from, from + 7_200)
writer.close()

const read = () =>
  storage.history.read('pair', {
    ...{ measure: 'spread', first: 1, second: instruments },
    ...{ from: start, to: start + seconds * 1_000, bucketMs: 60_000 },
  })

/** Time and processor time of all threads by itself; then, beside it, how long other reads wait. */
async function measure(what: string): Promise<void> {
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
  const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(rounds / 2)]?.toFixed(0)
  console.info(
    `${what}: median ${middle(times)} ms, processor ${middle(used)} ms, longest wait of another read ${longest.toFixed(0)} ms`,
  )
}

await measure(`24 h of a pair among ${instruments} instruments, hot`)
for (let frames = 0; frames < 60; frames += 5)
  await storage.upkeep.rollUp({ before: start + 60 * frameMs, maximumFrames: 5 })
await measure('half cold')
for (let frames = 0; frames < 60; frames += 5)
  await storage.upkeep.rollUp({ before: start + 120 * frameMs, maximumFrames: 5 })
await measure('cold')
await storage.close()
rmSync(folder, { recursive: true })
