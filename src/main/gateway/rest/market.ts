/** Public data: instruments, quotes, books, candles, funding rates, spreads, opportunities, gaps. */
import { z } from 'zod'
import { type ExchangeId, Instrument, MarketKind, Period, periods, SpreadKind } from '../../../shared/domain/index.ts'
import {
  decimalText,
  fundingRateMessage,
  gapMessage,
  opportunityMessage,
  sentBookLevels,
} from '../../../shared/unified/messages.ts'
import {
  BookTickerMessage,
  FundingRateMessage,
  GapMessage,
  KlineMessage,
  OpportunityMessage,
  OrderBookMessage,
  SpreadMessage,
} from '../../../shared/unified/schemas.ts'
import { ApiError } from '../errors.ts'
import type { GatewayHub } from '../options.ts'
import { bookOf, isLive, klinesOf, quoteOf, spreadOf } from '../unified-state.ts'
import { cursor, exchange, flag, instrumentOf, latestTime, limit, number, period, symbol, time } from './parameters.ts'
import { ask, page, type Route, route, whole } from './route.ts'

const decimal = z.string()
const InstrumentRow = z.object({
  exchange: z.string(),
  symbol: z.string(),
  kind: MarketKind,
  base: z.string(),
  quote: z.string(),
  native_name: z.string().describe("the exchange's own"),
  tick_size: decimal.nullable(),
  lot_size: decimal.nullable().describe('base asset'),
  minimum_quantity: decimal.nullable(),
  minimum_notional: decimal.nullable(),
  contract_size: decimal.describe('base asset per contract; quantities elsewhere are multiplied out already'),
  status: Instrument.shape.status,
  is_watched: z.boolean().describe('quotes, candles and funding rates come of watched ones only'),
})

const LatestRow = z.object({
  exchange: z.string(),
  symbol: z.string(),
  period: Period,
  timestamp_open: z.number().int().nullable().describe('of the newest stored closed candle; null: none is stored'),
})

/** More than all exchanges list together. */
const mostInstruments = 100_000

/** Of opportunities and gaps: `time-id` of the last one shown. Those of the same time go by id. */
const sameTime = 100
/** Bots' candles may be asked of the exchange; so many at once leave the screens their share. */
const mostKlineRequests = 4

/** Of `/books`: as many as a screen may ask for. */
const mostBookLevels = 500

const text = (value: number | null): string | null => (value === null ? null : decimalText(value))

const instrumentRow = (instrument: Instrument, isWatched: boolean): z.input<typeof InstrumentRow> => ({
  exchange: instrument.exchange.toUpperCase(),
  symbol: instrument.symbol,
  kind: instrument.kind,
  base: instrument.base,
  quote: instrument.quote,
  native_name: instrument.nativeName,
  tick_size: text(instrument.tickSize),
  lot_size: text(instrument.lotSize),
  minimum_quantity: text(instrument.minimumQuantity),
  minimum_notional: text(instrument.minimumNotional),
  contract_size: decimalText(instrument.contractSize),
  status: instrument.status,
  is_watched: isWatched,
})

interface InstrumentFilter {
  readonly exchange?: ExchangeId | undefined
  readonly symbol?: string | undefined
}

const fits = (row: { exchange: string; symbol: string }, filter: InstrumentFilter): boolean =>
  (filter.exchange === undefined || row.exchange.toLowerCase() === filter.exchange) &&
  (filter.symbol === undefined || row.symbol === filter.symbol)

/** Of what is watched; a named instrument that nobody lists is a mistake, one that is not watched is an empty list. */
function watched(hub: GatewayHub, filter: InstrumentFilter): readonly Instrument[] {
  if (filter.exchange !== undefined && filter.symbol !== undefined) instrumentOf(hub, filter.exchange, filter.symbol)
  return hub.board.instruments.filter((instrument) => fits(instrument, filter))
}

export function marketRoutes(hub: GatewayHub): Route[] {
  let klineRequests = 0
  return [
    route({
      path: '/instruments',
      scope: 'market',
      tag: 'market',
      summary: 'The watched instruments; with query those that any exchange lists',
      query: {
        exchange: exchange.optional(),
        symbol: symbol.optional(),
        query: z.string().min(1).max(40).optional().describe('text that the symbol contains; best match first'),
        watched: flag.optional().describe('only watched, or only others'),
        cursor: cursor.optional(),
        limit: limit(500),
      },
      reply: page(InstrumentRow),
      async answer({ query: { query, watched, cursor: after, limit: most, ...filter } }) {
        const watchedKeys = new Set(hub.board.instruments.map(({ key }) => key))
        const found =
          query === undefined && filter.symbol === undefined
            ? hub.board.instruments
            : await ask(hub, 'instruments.search', {
                query: query ?? filter.symbol?.slice(0, 40) ?? '',
                // All of them: what is left out by exchange or symbol must not have taken the place of others.
                limit: mostInstruments,
              })
        const rows = found
          .filter((instrument) => fits(instrument, filter))
          .map((instrument) => instrumentRow(instrument, watchedKeys.has(instrument.key)))
          .filter((row) => watched === undefined || row.is_watched === watched)
        const [begin = 0] = after?.split('-').map(Number) ?? []
        const end = begin + most
        return { data: rows.slice(begin, end), next: end < rows.length ? `${end}-${rows.length}` : null }
      },
    }),
    route({
      path: '/quotes',
      scope: 'market',
      tag: 'market',
      summary:
        'The newest best bid and ask; truth says how far it can be relied on: is_live false and no prices while it is gap',
      query: { exchange: exchange.optional(), symbol: symbol.optional() },
      reply: page(BookTickerMessage),
      answer: ({ query }) => whole(watched(hub, query).map((one) => quoteOf(hub.board, hub.board.slotOf(one.id), one))),
    }),
    route({
      path: '/books',
      scope: 'market',
      tag: 'market',
      summary: 'Order books: the best levels of each side; depth 1 where no book is kept, only the best bid and ask',
      query: {
        exchange: exchange.optional(),
        symbol: symbol.optional(),
        levels: number(1, mostBookLevels).default(sentBookLevels).describe('a side, at most'),
      },
      reply: page(OrderBookMessage),
      answer: ({ query }) => whole(watched(hub, query).map((one) => bookOf(hub, one, query.levels))),
    }),
    route({
      path: '/klines',
      scope: 'market',
      tag: 'market',
      summary:
        'Candles, ascending, of the limit periods before before; missing ones are fetched from the exchange. problem: why some may be missing',
      query: {
        exchange,
        symbol,
        period,
        // No exchange has candles from before 2009.
        before: number(1_230_768_000_000, latestTime).optional().describe('epoch ms; `next` of the page after'),
        limit: limit(500),
      },
      reply: page(KlineMessage).extend({ problem: z.string().nullable() }),
      async answer({ query }) {
        const instrument = instrumentOf(hub, query.exchange, query.symbol)
        if (klineRequests >= mostKlineRequests) {
          throw new ApiError(429, `${mostKlineRequests} requests for candles are under way: wait for one of them`, 1)
        }
        klineRequests++
        try {
          const before = query.before === undefined ? null : Math.min(query.before, Date.now() + 86_400_000)
          const { limit: most } = query
          const { klines, problem } = await ask(hub, 'klines.list', {
            instrument: instrument.key,
            period: query.period,
            before,
            limit: most,
          })
          const data = klinesOf(instrument, klines)
          const oldest = data[0]?.timestamp_open
          // Fewer than asked for is not the end: a market without trades for a while has no candles of that time.
          return { data, next: oldest === undefined ? null : String(oldest), problem }
        } finally {
          klineRequests--
        }
      },
    }),
    route({
      path: '/klines/latest',
      scope: 'market',
      tag: 'market',
      summary: 'How far each stored series of candles reaches',
      query: { exchange, symbol, period: period.optional() },
      reply: page(LatestRow),
      async answer({ query }) {
        const instrument = instrumentOf(hub, query.exchange, query.symbol)
        const wanted = query.period === undefined ? periods : [query.period]
        const rows = await Promise.all(
          wanted.map(async (one) => ({
            exchange: instrument.exchange.toUpperCase(),
            symbol: instrument.symbol,
            period: one,
            timestamp_open: (await ask(hub, 'klines.latest', { instrument: instrument.key, period: one })).openTime,
          })),
        )
        return whole(rows)
      },
    }),
    route({
      path: '/funding-rates',
      scope: 'market',
      tag: 'market',
      summary: 'The newest funding rate of every watched perpetual whose feed is up',
      query: { exchange: exchange.optional(), symbol: symbol.optional() },
      reply: page(FundingRateMessage),
      async answer({ query }) {
        const rates = await ask(hub, 'fundingRates.list', {})
        return whole(rates.filter((rate) => fits(rate, query) && isLive(hub, rate)).map(fundingRateMessage))
      },
    }),
    route({
      path: '/spreads',
      scope: 'market',
      tag: 'market',
      summary:
        'Every ordered pair: what buying on one and selling on the other brings; null while a leg does not count',
      query: {
        kind: SpreadKind.optional(),
        symbol: symbol.optional(),
        exchange: exchange.optional().describe('that one of the legs is on'),
        live: flag.optional().describe('only those with numbers, or only those without'),
      },
      reply: page(SpreadMessage),
      answer({ query }) {
        const { spreads, board } = hub
        const name = query.exchange?.toUpperCase()
        const rows = spreads.pairs.flatMap((pair) => {
          if (query.kind !== undefined && pair.kind !== query.kind) return []
          if (query.symbol !== undefined && pair.symbol !== query.symbol) return []
          return spreadOf(spreads, board, pair.index) ?? []
        })
        return whole(
          rows
            .filter((row) => name === undefined || row.buy_exchange === name || row.sell_exchange === name)
            .filter((row) => query.live === undefined || (row.gross_percent !== null) === query.live),
        )
      },
    }),
    route({
      path: '/opportunities',
      scope: 'market',
      tag: 'market',
      summary: 'Those open now, or the closed ones, newest first',
      query: {
        state: z.enum(['open', 'closed']).default('open'),
        cursor: cursor.optional(),
        limit: limit(100, 500),
      },
      reply: page(OpportunityMessage),
      async answer({ query }) {
        const [openedAt, id] = query.cursor?.split('-').map(Number) ?? []
        const before = openedAt === undefined ? null : openedAt + 1
        const found =
          query.state === 'open'
            ? [...(await ask(hub, 'opportunities.live', {}))].sort((a, b) => b.openedAt - a.openedAt || b.id - a.id)
            : await ask(hub, 'opportunities.list', { before, limit: query.limit + sameTime })
        const after = found.filter(
          (one) =>
            openedAt === undefined ||
            id === undefined ||
            one.openedAt < openedAt ||
            (one.openedAt === openedAt && one.id < id),
        )
        const rows = after.slice(0, query.limit)
        const last = rows.at(-1)
        return {
          data: rows.map(opportunityMessage),
          next: last && after.length > rows.length ? `${last.openedAt}-${last.id}` : null,
        }
      },
    }),
    route({
      path: '/gaps',
      scope: 'market',
      tag: 'market',
      summary: 'Holes in what was recorded, newest first',
      query: {
        exchange: exchange.optional(),
        symbol: symbol.optional(),
        from: time.optional(),
        to: time.optional(),
        cursor: cursor.optional(),
        limit: limit(100),
      },
      reply: page(GapMessage),
      async answer({ query }) {
        const { from = null, to = null } = query
        if ((query.exchange === undefined) !== (query.symbol === undefined)) {
          throw new ApiError(400, 'exchange and symbol: give both, or neither')
        }
        const instrument =
          query.exchange === undefined || query.symbol === undefined
            ? null
            : instrumentOf(hub, query.exchange, query.symbol).key
        const [afterFrom = 0, afterId = 0] = query.cursor?.split('-').map(Number) ?? []
        const after = query.cursor === undefined ? {} : { after: { from: afterFrom, id: afterId } }
        const gaps = await ask(hub, 'gaps.list', { instrument, from, to, ...after, limit: query.limit })
        const last = gaps.length === query.limit ? gaps.at(-1) : undefined
        return { data: gaps.map(gapMessage), next: last === undefined ? null : `${last.from}-${last.id}` }
      },
    }),
  ]
}
