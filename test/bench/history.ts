/**
 * A year of minutes as a history request: fetched and stored the first time, read the second. The exchange is a function in this process,
 * so what is measured is ours: planning, storing, reading, streaming. Prints candles a second and, where node runs with --expose-gc,
 * the most memory held beyond the start.
 *
 *   node --expose-gc test/bench/history.ts [days]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HistoryCandle } from '../../src/main/exchanges/contract.ts'
import { createLogger } from '../../src/main/log.ts'
import { KlineHistory, type KlineSource } from '../../src/main/market/history.ts'
import { createHistoryService } from '../../src/main/market/history-service.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { type Instrument, periodMs } from '../../src/shared/domain/index.ts'

const days = Number(process.argv[2] ?? 365)
const minute = periodMs['1m']
const now = Date.UTC(2025, 5, 2, 12)
const btc: Instrument = {
  ...{
    id: 1,
    key: 'binance:BTC_USDT',
    exchange: 'binance',
    symbol: 'BTC_USDT',
    kind: 'spot',
    base: 'BTC',
    quote: 'USDT',
  },
  ...{ nativeName: 'BTCUSDT', tickSize: 0.01, lotSize: 0.0001, minimumQuantity: null, minimumNotional: null },
  ...{ contractSize: 1, status: 'trading' },
}
const source: KlineSource = {
  klinesPerCall: () => 1_000,
  klines: async ({ from, to }) => {
    await new Promise(setImmediate)
    const value: HistoryCandle[] = []
    for (let openTime = from; openTime <= to; openTime += minute) {
      const price = 50_000 + (openTime % 7_919) / 100
      const candle = { openTime, open: price, high: price + 1, low: price - 1, close: price, volume: 2, quoteVolume: 2 }
      value.push({ ...candle, isClosed: true })
    }
    return { ok: true, value }
  },
  now: () => now,
}
/** What lives on the heap and beside it, bytes. */
function held(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
const storage = await openStorage({ file: join(folder, 'crossbook.db') })
await storage.saveInstruments([btc])

for (const [what, kept] of [
  ['fetched, nothing stored', null],
  ['fetched and stored', storage],
  ['read', storage],
] as const) {
  const history = new KlineHistory({ storage: kept, sourceOf: () => source })
  const service = createHistoryService({ find: () => btc, history, logger: createLogger('silent') })
  const before = held()
  const begun = performance.now()
  let most = 0
  let candles = 0
  let longest = 0
  let last = begun
  for await (const part of service.stream({
    instrument: btc.key,
    period: '1m',
    from: now - days * periodMs['1d'],
    to: now,
  })) {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
    if (part.kind === 'chunk') candles += part.klines.openTime.length
    if (globalThis.gc && candles % 50_000 < 1_000) most = Math.max(most, held() - before)
  }
  const seconds = (performance.now() - begun) / 1_000
  process.stdout.write(
    `${what}: ${candles} candles in ${seconds.toFixed(1)} s, ${Math.round(candles / seconds)} a second, ` +
      `longest wait for a chunk ${longest.toFixed(0)} ms, at most ${(most / 1e6).toFixed(0)} MB more\n`,
  )
}
await storage.close()
rmSync(folder, { recursive: true })
