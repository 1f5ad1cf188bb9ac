/** What the page of the benches is answered about depth over time, and how markets and exchanges do. */

import { codeOfSize, type DepthHistoryRequest } from '../../../src/shared/depth-history.ts'
import { exchangeIds, type Instrument } from '../../../src/shared/domain/index.ts'
import { delayBoundsMs } from '../../../src/shared/market-health.ts'

const hourMs = 3_600_000
const rows = 128
const bucketSize = 10

/** A wall of orders that moves along with the price; every 40th column is a hole. */
function depthColumns({ instruments, from, columns, columnMs }: DepthHistoryRequest) {
  const live = Uint8Array.from({ length: columns }, (_, column) => (column % 40 === 39 ? 0 : instruments.length))
  const priceOf = (column: number) => 65_000 + 200 * Math.sin((from + column * columnMs) / 600_000)
  const sizes = new Uint8Array(columns * rows * 2)
  for (let cell = 0; cell < columns * rows; cell++) {
    const distance = Math.abs((cell % rows) - rows / 2) + 1
    const code = codeOfSize(20 / distance + (cell % 7))
    sizes[cell * 2] = code & 255
    sizes[cell * 2 + 1] = code >> 8
  }
  const segments = Array.from(live).flatMap((count, column) =>
    count === 0 ? [] : [{ firstColumn: column, columns: 1, bucketSize, lowBucket: 6_436, rows, offset: column * rows }],
  )
  return {
    ...{ from, columnMs, segments, sizes, live, setAside: new Uint8Array(columns), unreadable: 0 },
    known: new Uint8Array(columns * rows).fill(instruments.length),
    bestBid: Float64Array.from(live, (count, column) => (count === 0 ? Number.NaN : priceOf(column))),
    bestAsk: Float64Array.from(live, (count, column) => (count === 0 ? Number.NaN : priceOf(column) + 0.1)),
  }
}

export const observationAnswers = (instruments: readonly Instrument[]) => ({
  'depth.columns': (request: DepthHistoryRequest) => depthColumns(request),
  'depth.status': () => ({ columnMs: 5_000, books: instruments.length, leftOut: 0, oldest: Date.now() - 20 * hourMs }),
  'health.markets': () => ({
    overMs: 840_000,
    markets: instruments.map(({ key }, i) => ({
      ...{ instrument: key, updatesPerSecond: 40 / (1 + i), spreadPercent: 0.001 * (1 + i), liveShare: 1 },
      ...{ liquidity: 4e6 / (1 + i), liquidityIsWhole: i % 5 !== 4, opportunities: i % 9 },
    })),
  }),
  'health.league': ({ from }: { readonly from: number }) => {
    const first = Math.max(from, Date.now() - 20 * hourMs)
    const hours = Array.from({ length: 20 }, (_, i) => first - (first % hourMs) + i * hourMs)
    return hours.flatMap((hour) =>
      exchangeIds.map((exchange, i) => ({
        ...{ exchange, hour, since: hour, observedMinutes: 60, liveMinutes: 60 - (i % 2), messages: 9e6, rejected: i },
        ...{ reconnects: i, gaps: 3 * i, resyncs: 2 * i, clockOffsetMs: 4 - 3 * i, clockMinutes: 60 },
        delayCounts: delayBoundsMs.slice(0, 40).map((_, at) => Math.round(1e5 * Math.exp(-((at - 20 - i) ** 2) / 20))),
      })),
    )
  },
})
