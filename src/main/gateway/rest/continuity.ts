/** How whole the recording is. */
import { z } from 'zod'
import type { ContinuityReport } from '../../../shared/data.ts'
import { GapCause, GapKind, Period } from '../../../shared/domain/index.ts'
import { ApiError } from '../errors.ts'
import type { GatewayHub } from '../options.ts'
import { exchange, instrumentOf, latestTime, number, period, symbol, time } from './parameters.ts'
import { ask, type Route, route } from './route.ts'

const dayMs = 86_400_000
const standardDays = 7

const count = z.number().int()
const ContinuityRow = z.object({
  kind: GapKind,
  period: Period.nullable(),
  from_time: z.number(),
  to_time: z.number().describe('now at the latest'),
  data: z.array(
    z.object({
      exchange: z.string(),
      symbol: z.string(),
      expected: count.describe('rows; seconds of trade and order_book, which have no rhythm'),
      held: count,
      missing: count.describe('expected - held'),
      days: z.array(
        z.object({
          start_time: z.number().describe('when the day begins; days of which nothing was expected are left out'),
          ...{ expected: count, held: count, missing: count },
          causes: z.array(z.object({ cause: GapCause, missing: z.number(), detail: z.string() })),
        }),
      ),
    }),
  ),
})

export function continuityRoutes(hub: GatewayHub): Route[] {
  return [
    route({
      path: '/continuity',
      scope: 'market',
      tag: 'market',
      summary: 'Rows expected, held and missing by instrument and day, with the causes of what is missing',
      query: {
        kind: GapKind.default('book_ticker'),
        period: period.optional().describe('of kline, and only there'),
        exchange: exchange.optional(),
        symbol: symbol.optional().describe('with exchange; without both: all that are watched'),
        from: time.optional().describe('epoch ms; 7 days before `to` unless given'),
        to: time.optional().describe('epoch ms, exclusive; now unless given; at most 400 days after `from`'),
        utc_offset_minutes: number(-900, 900).default(0).describe('days begin at midnight so far east of UTC'),
      },
      reply: ContinuityRow,
      async answer({ query }) {
        if ((query.exchange === undefined) !== (query.symbol === undefined)) {
          throw new ApiError(400, 'exchange and symbol: give both, or neither')
        }
        const instruments =
          query.exchange === undefined || query.symbol === undefined
            ? null
            : [instrumentOf(hub, query.exchange, query.symbol).key]
        const to = query.to ?? Math.min(Date.now(), latestTime)
        const from = query.from ?? Math.max(0, to - standardDays * dayMs)
        const { kind, utc_offset_minutes: utcOffsetMinutes } = query
        const period = query.period ?? null
        return unified(await ask(hub, 'continuity.get', { instruments, kind, period, from, to, utcOffsetMinutes }))
      },
    }),
  ]
}

const unified = ({ kind, period, from, to, series }: ContinuityReport): z.input<typeof ContinuityRow> => ({
  ...{ kind, period, from_time: from, to_time: to },
  data: series.map(({ instrument, days, ...sums }) => {
    const [exchangeId = '', name = ''] = instrument.split(':')
    return {
      ...{ exchange: exchangeId.toUpperCase(), symbol: name, ...sums },
      days: days.map(({ at, causes, ...numbers }) => ({ start_time: at, ...numbers, causes: [...causes] })),
    }
  }),
})
