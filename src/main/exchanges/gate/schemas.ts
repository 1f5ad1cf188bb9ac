/**
 * Gate's frames and replies as they come, without transforms; `normalize.ts` and `index.ts` read the numbers. The format grew
 * over the years, so only what is read is named and all that newer servers added is optional.
 */
import { z } from 'zod'

const decimal = z.union([z.string(), z.number()])
/** Unix seconds, up to the year 5138. */
const seconds = z.number().min(0).lt(100_000_000_000)
/**
 * A futures size in a stream: text, or an integer from a server that does not honour X-Gate-Size-Decimal. `numberOf` takes these two
 * and nothing else; the union that would say so here costs a tenth of the whole frame.
 */
const size = z.unknown()

/** Reply to subscribe and unsubscribe. In 2021 it had neither `id` nor `payload` (fixture ws_spot.ndjson). */
export const SubscriptionReply = z.object({
  id: z.number().nullish(),
  channel: z.string(),
  event: z.string(),
  payload: z.array(z.string()).nullish(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
  result: z.object({ status: z.string() }).nullish(),
})

/** `futures.system`: `type` "upgrade" says that this server will close. */
export const SystemNotice = z.object({ result: z.object({ type: z.string(), msg: z.string().nullish() }) })

/** `result` of spot.book_ticker */
export const SpotBookTicker = z.object({
  t: z.number(),
  s: z.string(),
  b: z.string(),
  B: z.string(),
  a: z.string(),
  A: z.string(),
})

/** `result` of futures.book_ticker; B and A in contracts */
export const PerpetualBookTicker = z.object({
  t: z.number(),
  s: z.string(),
  b: z.string(),
  B: size,
  a: z.string(),
  A: size,
})

/** `result` of spot.trades: one trade; create_time_ms "1619093543708.2642" */
export const SpotTrade = z.object({
  id: z.number(),
  create_time_ms: z.string(),
  side: z.enum(['buy', 'sell']),
  currency_pair: z.string(),
  amount: z.string(),
  price: z.string(),
})

/** `result` of futures.trades; `size` in contracts, negative when the taker sold */
export const PerpetualTrades = z.array(
  z.object({
    id: z.number(),
    create_time_ms: z.number(),
    contract: z.string(),
    size,
    price: z.string(),
    is_internal: z.boolean().optional(),
  }),
)

const spotCandle = {
  t: z.string(),
  n: z.string(),
  o: z.string(),
  h: z.string(),
  l: z.string(),
  c: z.string(),
  v: z.string(),
}
/** `result` of spot.candlesticks: `v` quote volume, `a` base volume, `w` window closed */
export const SpotCandle = z.object({ ...spotCandle, a: z.string(), w: z.boolean().optional() })
/** The same before `a` came; a schema of its own because an optional field more is felt in the time of a frame. */
export const OldSpotCandle = z.object({ ...spotCandle, a: z.undefined().optional(), w: z.boolean().optional() })

/** `result` of futures.candlesticks: `v` contracts */
export const PerpetualCandles = z.array(
  z.object({
    t: z.number(),
    n: z.string(),
    o: z.string(),
    h: z.string(),
    l: z.string(),
    c: z.string(),
    v: size,
    w: z.boolean().optional(),
  }),
)

/** `result` of futures.tickers; any of it may be absent, and then stands as it was. */
export const PerpetualTickers = z.array(
  z.object({
    contract: z.string(),
    mark_price: decimal.nullish(),
    funding_rate: decimal.nullish(),
    funding_interval: z.number().nullish(),
    funding_next_apply: seconds.nullish(),
    t: z.number().nullish(),
  }),
)

/** Price and size as text; of futures in contracts. */
const level = z.tuple([z.string(), z.string()], z.unknown())
const levels = z.array(level).nullish()
/** `result` of spot.obu and futures.obu, a whole book; an id is an id only if the reader says so */
export const WholeBook = z.object({
  t: z.number(),
  full: z.literal(true),
  s: z.string(),
  u: z.number(),
  b: z.array(level),
  a: z.array(level),
})
const changeKeys: ReadonlySet<string> = new Set(['t', 'full', 's', 'U', 'u', 'b', 'a'])
/**
 * The same, changes `U` to `u`. Either side may be left out, and then nothing unknown may stand there: it could be that side under another
 * name, and a book without its changes is wrong.
 */
export const BookChanges = z
  .looseObject({
    t: z.number(),
    full: z.literal(false).optional(),
    s: z.string(),
    U: z.number(),
    u: z.number(),
    b: levels,
    a: levels,
  })
  .superRefine((changes, context) => {
    const absent = (['b', 'a'] as const).find((side) => !Array.isArray(changes[side]))
    if (absent === undefined) return
    const unknown = Object.keys(changes).find((key) => !changeKeys.has(key))
    if (unknown === undefined) return
    context.addIssue({ code: 'custom', path: [absent], message: `left out, while "${unknown}" is unknown` })
  })

// REST

/** 2100-01-01, epoch ms: a later clock is none, and lists that go on until it would never end. */
const latestClock = 4_102_444_800_000
export const ServerTime = z.object({ server_time: z.number().positive().max(latestClock) })

/** Every list; rows are checked one by one. */
export const Rows = z.array(z.unknown())

export const CurrencyPair = z.object({
  id: z.string().min(1),
  base: z.string().min(1),
  quote: z.string().min(1),
  precision: z.number().int().min(0).max(30),
  amount_precision: z.number().int().min(0).max(30),
  min_base_amount: z.string().nullish(),
  min_quote_amount: z.string().nullish(),
  trade_status: z.string(),
})

/** What tells the contracts that are ours; the others' rows may look different. */
export const ContractKind = z.object({ type: z.string(), contract_type: z.string().nullish() })

export const Contract = z.object({
  name: z.string(),
  quanto_multiplier: decimal,
  order_price_round: decimal,
  order_size_min: decimal.nullish(),
  enable_decimal: z.boolean().nullish(),
  in_delisting: z.boolean(),
  status: z.string().nullish(),
})

/** What a contract tells of its funding. */
export const ContractFunding = z.object({
  name: z.string(),
  mark_price: decimal.nullish(),
  funding_rate: decimal,
  funding_interval: z.number().nullish(),
  funding_next_apply: seconds.nullish(),
})

/** A funding rate that was paid. */
export const PaidRate = z.object({ r: decimal, t: seconds })

/** `[time s, quote volume, close, high, low, open, base volume, closed "true"/"false"]` */
export const SpotCandleRow = z
  .tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.string(), z.string()])
  .rest(z.string())

/** `v` contracts, `sum` quote volume */
export const PerpetualCandleRow = z.object({
  t: decimal,
  o: decimal,
  h: decimal,
  l: decimal,
  c: decimal,
  v: decimal,
  sum: decimal.nullish(),
})

export const RestError = z.object({ label: z.string(), message: z.string().nullish() })

/** What is wrong with a frame or reply: its first few wrong fields. */
export const problemOf = (error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string =>
  error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`)
    .join('; ')
