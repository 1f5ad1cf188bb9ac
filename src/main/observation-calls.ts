/** The contract's calls about what was seen of markets and exchanges over time. */
import { CallError, type Handlers } from './handlers.ts'
import type { InstrumentCatalog } from './market/catalog.ts'
import type { ObservationSide } from './observation-side.ts'

export interface ObservationCallParts {
  catalog(): InstrumentCatalog
  observation(): ObservationSide
}

type ObservationCall = Extract<keyof Handlers, `depth.${string}` | `health.${string}`>

export const createObservationHandlers = (parts: ObservationCallParts): Pick<Handlers, ObservationCall> => ({
  'depth.columns': ({ instruments, ...range }) => {
    if (range.from % range.columnMs !== 0) {
      const below = range.from - (range.from % range.columnMs)
      throw new CallError(
        'badRequest',
        `from: ${range.from} is no multiple of columnMs (${range.columnMs}); ${below} is`,
      )
    }
    const found = [...new Set(instruments)].map((key) => {
      const instrument = parts.catalog().get(key)
      if (instrument) return instrument
      throw new CallError('badRequest', `instruments: no exchange lists "${key}"; keys look like binance:BTC_USDT`)
    })
    const symbols = new Set(found.map(({ symbol }) => symbol))
    if (symbols.size > 1) {
      throw new CallError('badRequest', `instruments: ${[...symbols].join(', ')} cannot be added up; name one symbol's`)
    }
    return parts.observation().depth(
      found.map(({ id }) => id),
      range,
    )
  },
  'depth.status': () => parts.observation().depthStatus(),
  'health.markets': () => parts.observation().markets(),
  'health.league': async ({ from }) => [...(await parts.observation().hours(from))],
})
