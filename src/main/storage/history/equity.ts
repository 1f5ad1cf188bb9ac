/** What the accounts were worth over time, and what came in and went out meanwhile. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { Amount, amountText, multiplyAmounts } from '../../../shared/amount.ts'
import { DecimalText, type EpochMs } from '../../../shared/domain/index.ts'
import { transferTime } from '../accounts/transfer-time.ts'
import type { EquityFlow, EquityQuestion, EquitySample, StoredEquity } from '../history-contract.ts'
import { createPastPrices } from './past-prices.ts'

const Assets = z.array(z.string())
const SampleRow = z.object({
  account: z.string(),
  at: z.number(),
  currency: z.string(),
  value: DecimalText,
  leftOut: z.string(),
  oldPrices: z.string(),
})
const DayRow = z.object({
  day: z.string(),
  account: z.string(),
  exchange: z.string(),
  asset: z.string(),
  total: DecimalText,
  changedAt: z.number(),
})
const FlowRow = z.object({
  account: z.string(),
  exchange: z.string(),
  at: z.number(),
  kind: z.enum(['deposit', 'withdrawal']),
  asset: z.string(),
  amount: DecimalText,
})
const SpanRow = z.object({ account: z.string(), first: z.number(), last: z.number() })
const DaySpanRow = z.object({ account: z.string(), first: z.string(), last: z.string() })

const startOfDay = (day: string): EpochMs => Date.parse(`${day}T00:00:00Z`)
const dayOf = (at: EpochMs): string => new Date(Math.min(at, latestDate)).toISOString().slice(0, 10)
/** The last moment that a Date can name. */
const latestDate = 8.64e15

const dayMs = 86_400_000
/** Buckets read at once. */
const sliceBuckets = 256
/** Days valued at once: each asset of each account asks candles for its price. */
const sliceDays = 20

/** Adds samples; one that is known stays as it is. Returns the rows added. */
export function createEquityWriter(database: Database): (samples: readonly EquitySample[]) => number {
  const insert = database.prepare<[object]>(
    `INSERT INTO equity_samples (account, time, currency, value, left_out, old_prices)
     VALUES (@account, @at, @currency, @value, @leftOut, @oldPrices) ON CONFLICT DO NOTHING`,
  )
  return (samples) =>
    samples.reduce(
      (rows, { leftOut, oldPrices, ...sample }) =>
        rows +
        insert.run({ ...sample, leftOut: JSON.stringify(leftOut), oldPrices: JSON.stringify(oldPrices) }).changes,
      0,
    )
}

export function createEquityReader(database: Database): (question: EquityQuestion) => Generator<void, StoredEquity> {
  const priceAt = createPastPrices(database)
  // With max() the other columns are those of the row it stands in. Numbers are bound as floats: without the cast each time would be a group.
  const newest = database.prepare<[object], object>(
    `SELECT account, max(time) AS at, currency, value, left_out AS leftOut, old_prices AS oldPrices FROM equity_samples
     WHERE time >= @from AND time < @to AND currency = @currency AND (@account IS NULL OR account = @account)
     GROUP BY account, time / CAST(@bucketMs AS INTEGER) ORDER BY at, account`,
  )
  const currencies = database
    .prepare<[object], string>(
      `SELECT DISTINCT currency FROM equity_samples
       WHERE time >= @from AND time < @to AND currency <> @currency AND (@account IS NULL OR account = @account)`,
    )
    .pluck()
  const spans = database.prepare<[object], object>(
    `SELECT account, min(time) AS first, max(time) AS last FROM equity_samples
     WHERE currency = @currency AND (@account IS NULL OR account = @account) GROUP BY account`,
  )
  const daySpans = database.prepare<[object], object>(
    `SELECT account, min(day) AS first, max(day) AS last FROM daily_balances
     WHERE @account IS NULL OR account = @account GROUP BY account`,
  )
  const days = database.prepare<[object], object>(
    `SELECT day, account, exchange, asset, total, received_at AS changedAt FROM daily_balances
     WHERE day >= @fromDay AND day <= @toDay AND (@account IS NULL OR account = @account)
     ORDER BY day, account, asset, wallet`,
  )
  const flows = database.prepare<[object], object>(
    `SELECT account, exchange, ${transferTime} AS at, asset, amount,
            CASE WHEN kind = 'deposit' OR (kind = 'internal' AND from_wallet IS NULL) THEN 'deposit' ELSE 'withdrawal' END AS kind
     FROM transfers INDEXED BY transfers_by_time
     WHERE created_at < @to AND ${transferTime} >= @from AND ${transferTime} < @to
       AND status = 'completed' AND (@account IS NULL OR account = @account)
       AND (kind <> 'internal' OR (from_wallet IS NULL) <> (to_wallet IS NULL))
     ORDER BY at, id`,
  )

  return function* (question) {
    const { from, to, bucketMs, currency, account } = question
    const known = new Map<string, { first: EpochMs; last: EpochMs }>()
    const know = (id: string, first: EpochMs, last: EpochMs): void => {
      const span = known.get(id)
      known.set(id, { first: Math.min(first, span?.first ?? first), last: Math.max(last, span?.last ?? last) })
    }
    for (const row of spans.all(question)) {
      const { account: id, first, last } = SpanRow.parse(row)
      know(id, first, last)
    }
    yield

    const samples: StoredEquity['samples'][number][] = []
    const sampled = new Set<string>()
    const placeOf = (sample: Pick<EquitySample, 'account' | 'at'>) =>
      `${Math.floor(sample.at / bucketMs)} ${sample.account}`
    for (let start = from; start < to; start += sliceBuckets * bucketMs) {
      const end = Math.min(to, start + sliceBuckets * bucketMs)
      for (const row of newest.all({ from: start, to: end, bucketMs, currency, account })) {
        const { leftOut, oldPrices, ...sample } = SampleRow.parse(row)
        sampled.add(placeOf(sample))
        samples.push({
          ...sample,
          leftOut: Assets.parse(JSON.parse(leftOut)),
          oldPrices: Assets.parse(JSON.parse(oldPrices)),
          source: 'sample',
        })
      }
      yield
    }

    if (bucketMs >= dayMs) {
      for (const row of daySpans.all(question)) {
        const { account: id, first, last } = DaySpanRow.parse(row)
        know(id, startOfDay(first), startOfDay(last))
      }
      let valued = 0
      for (const rows of eachDay(days.all({ account, fromDay: dayOf(from), toDay: dayOf(to) }))) {
        const sample = sampleOfDay(rows, currency, priceAt)
        if (sample !== null && sample.at >= from && sample.at < to && !sampled.has(placeOf(sample)))
          samples.push(sample)
        if (++valued % sliceDays === 0) yield
      }
    }

    const moved: EquityFlow[] = []
    for (const row of flows.all(question)) {
      const { exchange, ...flow } = FlowRow.parse(row)
      const price = priceAt(flow.asset, currency, exchange, flow.at)
      moved.push({ ...flow, value: price === null ? null : multiplyAmounts(flow.amount, price) })
      if (moved.length % sliceDays === 0) yield
    }
    return {
      samples: samples.sort((a, b) => a.at - b.at || (a.account < b.account ? -1 : 1)),
      flows: moved,
      spans: [...known].map(([id, span]) => ({ account: id, ...span })),
      otherCurrencies: currencies.all(question),
    }
  }
}

/** Balances of one account on one day at a time. */
function* eachDay(all: readonly object[]): Generator<readonly z.infer<typeof DayRow>[]> {
  let rows: z.infer<typeof DayRow>[] = []
  for (const one of all) {
    const row = DayRow.parse(one)
    const [before] = rows
    if (before !== undefined && (before.day !== row.day || before.account !== row.account)) {
      yield rows
      rows = []
    }
    rows.push(row)
  }
  if (rows.length > 0) yield rows
}

/** Balances of one moment were told within this of each other, ms. */
const momentMs = 600_000

/**
 * The balances of one account as they were first known on a day, at the prices of that moment: midnight (UTC), or when the last of them
 * changed, where that was later (Crossbook was started during the day). null: they are not of one moment, as earlier versions stored
 * them, which added what was bought during the day to what was paid with.
 */
function sampleOfDay(
  rows: readonly z.infer<typeof DayRow>[],
  currency: string,
  priceAt: ReturnType<typeof createPastPrices>,
): (EquitySample & { readonly source: 'day' }) | null {
  const [first] = rows
  const begin = first === undefined ? 0 : startOfDay(first.day)
  const times = rows.map(({ changedAt }) => Math.max(begin, changedAt))
  const at = Math.max(begin, ...times)
  if (at - Math.min(...times) > momentMs) return null
  const leftOut = new Set<string>()
  let value = new Amount(0)
  for (const { asset, exchange, total } of rows) {
    const amount = new Amount(total)
    if (amount.isZero()) continue
    const price = priceAt(asset, currency, exchange, at)
    if (price === null) leftOut.add(asset)
    else value = value.plus(amount.times(price))
  }
  return {
    account: first?.account ?? '',
    at,
    currency,
    value: amountText(value.toDecimalPlaces(8)),
    leftOut: [...leftOut],
    oldPrices: [],
    source: 'day',
  }
}
