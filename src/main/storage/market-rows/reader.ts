import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { type EpochMs, Gap, GapCause } from '../../../shared/domain/index.ts'
import { createQuoteReader, newestByInstrument } from '../cold/quotes.ts'
import type { Handlers } from '../jobs.ts'
import { createKlineReader } from '../klines.ts'
import type { LastGap, StoredGap } from '../market-contract.ts'
import type { MarketRowReadJobs } from './jobs.ts'

const LastGapRow = z.object({ instrumentId: z.number(), from: z.number(), to: z.number(), cause: GapCause })
const StoredGapRow = Gap.omit({ instrument: true, exchange: true, symbol: true }).extend({ instrumentId: z.number() })

export function createMarketRowReader(database: Database): Handlers<MarketRowReadJobs> {
  const klines = createKlineReader(database)
  const newestTrade = database
    .prepare<[number], EpochMs>('SELECT time FROM trades WHERE instrument_id = ? ORDER BY time DESC LIMIT 1')
    .pluck()
  const gaps = database.prepare(
    `SELECT id, instrument_id AS instrumentId, kind, period, from_time AS "from", to_time AS "to", cause, detail,
            filled_at AS filledAt, why_not_filled AS whyNotFilled
     FROM gaps
     WHERE (@instrumentId IS NULL OR instrument_id = @instrumentId) AND (@kind IS NULL OR kind = @kind)
       AND from_time < coalesce(@to, 9223372036854775807) AND coalesce(to_time, 9223372036854775807) > coalesce(@from, 0)
       AND (@afterId IS NULL OR from_time < @afterFrom OR (from_time = @afterFrom AND id < @afterId))
     ORDER BY from_time DESC, id DESC LIMIT @limit`,
  )
  const lastGapId = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM gaps').pluck()
  const gapEnds = database
    .prepare<[string], [number, EpochMs]>(
      `SELECT instrument_id, max(to_time) FROM gaps WHERE kind = ? AND to_time IS NOT NULL GROUP BY instrument_id`,
    )
    .raw()
  const lastGaps = database.prepare<[string], object>(
    `SELECT instrument_id AS instrumentId, from_time AS "from", to_time AS "to", cause FROM gaps
     WHERE id IN (SELECT max(id) FROM gaps WHERE kind = ? GROUP BY instrument_id) AND to_time IS NOT NULL`,
  )
  const quotes = createQuoteReader(database)
  return {
    newestTradeAt: (instrumentId) => newestTrade.get(instrumentId) ?? null,
    gaps: ({ after, kind = null, ...filter }): readonly StoredGap[] =>
      gaps
        .all({ ...filter, kind, afterFrom: after?.from ?? null, afterId: after?.id ?? null })
        .map((row) => StoredGapRow.parse(row)),
    lastGapId: () => lastGapId.get() ?? 0,
    gapEnds: (kind) => new Map(gapEnds.all(kind)),
    lastGaps: (kind) =>
      new Map(
        lastGaps.all(kind).map((row): [number, LastGap] => {
          const { instrumentId, ...gap } = LastGapRow.parse(row)
          return [instrumentId, gap]
        }),
      ),
    newestSnapshots: () => newestByInstrument(database),
    firstSnapshot: ({ instrumentId, from }) => {
      const range = { instrumentIds: [instrumentId], from, to: Number.MAX_SAFE_INTEGER }
      // A damaged chunk gives no rows, and is no reason not to begin.
      const [frame] = quotes.frames(range, () => undefined)
      return frame?.time[0] ?? null
    },
    klineRange: (request) => klines.range(request),
  }
}
