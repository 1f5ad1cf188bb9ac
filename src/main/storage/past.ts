/** What a back-test asks of the stored past beside quotes: rows in the order in which the program came to know of them. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { Drift, downCauses, type EpochMs, ExchangeId, Fill, FundingRate } from '../../shared/domain/index.ts'
import { frameMs, frameOf } from './cold/chunk.ts'
import { Spans } from './continuity/spans.ts'

const PastBalance = z.object({
  account: z.string(),
  wallet: z.string(),
  asset: z.string(),
  total: z.string(),
  receivedAt: z.number(),
})
export type PastBalance = Readonly<z.infer<typeof PastBalance>>

const Outage = z.object({ exchange: ExchangeId, from: z.number(), to: z.number().nullable(), detail: z.string() })
export type Outage = Readonly<z.infer<typeof Outage>>

/** Causes that take an exchange's feed down, as against those of this machine or of one instrument. */
const feedCauses = downCauses.filter((cause) => cause !== 'resync' && cause !== 'sleep')

export function createPastReader(database: Database) {
  const funding = database.prepare<[string, string, EpochMs]>(
    `SELECT exchange, symbol, rate, next_funding_at AS nextFundingAt, interval_hours AS intervalHours,
            mark_price AS markPrice, exchange_at AS exchangeAt, received_at AS receivedAt
     FROM funding_rates WHERE exchange = ? AND symbol = ? AND received_at < ? ORDER BY received_at, id`,
  )
  const balances = database.prepare<
    [{ readonly asset: string; readonly account: string | null; readonly to: EpochMs }]
  >(
    `SELECT account, wallet, asset, total, received_at AS receivedAt FROM balances
     WHERE asset = @asset AND (@account IS NULL OR account = @account) AND received_at < @to ORDER BY received_at, id`,
  )
  const fills = database.prepare<[{ readonly account: string | null; readonly from: EpochMs; readonly to: EpochMs }]>(
    `SELECT account, exchange, symbol, trade_id AS tradeId, exchange_order_id AS exchangeOrderId, side, price, quantity, fee,
            fee_asset AS feeAsset, liquidity, realised_pnl AS realisedPnl, at, received_at AS receivedAt
     FROM fills WHERE (@account IS NULL OR account = @account) AND received_at >= @from AND received_at < @to
     ORDER BY received_at, id`,
  )
  const drifts = database.prepare<[{ readonly account: string | null; readonly to: EpochMs }]>(
    `SELECT id, account, subject, item, field, expected, got, since, found_at AS foundAt, resolved_at AS resolvedAt,
            resolution
     FROM drift WHERE (@account IS NULL OR account = @account) AND found_at < @to ORDER BY found_at, id`,
  )
  const outages = database.prepare<[{ readonly causes: string; readonly from: EpochMs; readonly to: EpochMs }]>(
    `SELECT i.exchange AS exchange, g.from_time AS "from", g.to_time AS "to", g.detail AS detail
     FROM gaps g JOIN instruments i ON i.id = g.instrument_id
     WHERE g.kind = 'book_ticker' AND g.cause IN (SELECT value FROM json_each(@causes))
       AND g.from_time < @to AND coalesce(g.to_time, 9223372036854775807) > @from ORDER BY g.from_time, g.id`,
  )
  const firstOf = database
    .prepare<[{ readonly account: string | null }], EpochMs | null>(
      'SELECT min(received_at) FROM balances WHERE @account IS NULL OR account = @account',
    )
    .pluck()
  const coldFrames = database
    .prepare<[EpochMs, EpochMs], EpochMs>(
      'SELECT DISTINCT frame_time FROM book_ticker_chunks WHERE frame_time >= ? AND frame_time < ? ORDER BY frame_time',
    )
    .pluck()
  const isHot = database
    .prepare<[EpochMs, EpochMs], 1>('SELECT 1 FROM book_tickers WHERE time >= ? AND time < ? LIMIT 1')
    .pluck()

  return {
    /** Those received before `to`, from the first on. */
    fundingRates: (exchange: string, symbol: string, to: EpochMs): readonly FundingRate[] =>
      funding.all(exchange, symbol, to).map((row) => FundingRate.parse(row)),
    /** Changes received before `to`, from the first on: what was held follows from all of them. `account` null: of each. */
    balances: (account: string | null, asset: string, to: EpochMs): readonly PastBalance[] =>
      balances.all({ account, asset, to }).map((row) => PastBalance.parse(row)),
    /** Received within from <= t < to. */
    fills: (account: string | null, from: EpochMs, to: EpochMs): readonly Fill[] =>
      fills.all({ account, from, to }).map((row) => Fill.parse(row)),
    /** Found before `to`, from the first on. */
    drifts: (account: string | null, to: EpochMs): readonly Drift[] =>
      drifts.all({ account, to }).map((row) => Drift.parse(row)),
    /** Times in which quotes of an exchange's instruments were missing since its feed was down; several may overlap. */
    outages: (from: EpochMs, to: EpochMs): readonly Outage[] =>
      outages.all({ causes: JSON.stringify(feedCauses), from, to }).map((row) => Outage.parse(row)),
    /** When something was first known of the account (null: of any); null: nothing is. */
    accountSince: (account: string | null): EpochMs | null => firstOf.get({ account }) ?? null,
    /** Times in which the program was recording anything, to the frame of 720 s. */
    recorded(from: EpochMs, to: EpochMs): Spans {
      const spans = new Spans()
      for (const frame of coldFrames.all(frameOf(from), to)) spans.add(frame, frame + frameMs)
      const hot = new Spans()
      for (let frame = frameOf(from); frame < to; frame += frameMs) {
        if (isHot.get(frame, frame + frameMs) !== undefined) hot.add(frame, frame + frameMs)
      }
      spans.join(hot)
      return spans
    },
  }
}
export type PastReader = ReturnType<typeof createPastReader>
