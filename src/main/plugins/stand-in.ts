/** The connector that stands for a plugin's in the main process: what it says of itself, and calls that its own process carries out. */
import type { z } from 'zod'
import { type FundingRate, type Instrument, symbolOf } from '../../shared/domain/index.ts'
import type { Connector } from '../exchanges/contract.ts'
import type { BookRules } from '../exchanges/depth.ts'
import type { Parsed, RestCall } from '../net/rest.ts'
import { noAccount } from './loading.ts'
import type { PluginManifest } from './manifest.ts'
import { ClockReading, FundingRates, HistoryCandles, ListedInstruments, mostLevels, Question } from './messages.ts'
import { isToldCandle } from './reader.ts'

/** Candles of one question; the plugin's process asks its exchange as often as that takes. */
const candlesAtOnce = 1_000

/** As it stands in symbols, keys and addresses. */
const isAsset = /^[A-Z0-9.$-]{1,30}$/

/** Books come whole, and kept by the plugin's process: each replaces the one before. */
const bookRules: BookRules = {
  snapshot: null,
  follows: (update, lastId) => (update.lastId > lastId ? 'next' : 'old'),
  isAlwaysWhole: true,
  levels: mostLevels,
  intervalMs: 100,
}

function read<S extends z.ZodType, T>(schema: S, then: (value: z.output<S>) => Parsed<T>): RestCall<T>['parse'] {
  return (body) => {
    const parsed = schema.safeParse(body)
    if (parsed.success) return then(parsed.data)
    const [issue] = parsed.error.issues
    return { ok: false, problem: `the plugin's answer: ${issue?.path.map(String).join('.')}: ${issue?.message}` }
  }
}

/** The question that a call stands for; null: it is none of these. */
export function questionOf({ query }: RestCall<unknown>): Question | null {
  const [first] = query
  return first === undefined || first[0] !== 'question' ? null : (Question.safeParse(JSON.parse(first[1])).data ?? null)
}

const asking = <T>(question: Question, parse: RestCall<T>['parse']): RestCall<T> => ({
  url: 'plugin://process/',
  query: [['question', JSON.stringify(question)]],
  pool: 'plugin',
  weight: 1,
  parse,
})

export function standInFor({ exchange, title, kinds, origins, fees }: PluginManifest): Connector {
  const rates = (instruments: readonly Instrument[]) =>
    asking<readonly FundingRate[]>(
      { what: 'funding', instruments: instruments.map(({ id }) => id) },
      read(FundingRates, (told) => {
        const wanted = new Set(instruments.map(({ symbol }) => symbol))
        // Only what it was asked for, and only of its own.
        return { ok: true, value: told.filter((rate) => rate.exchange === exchange && wanted.has(rate.symbol)) }
      }),
    )
  return {
    exchange,
    title,
    kinds,
    origins,
    fees,
    account: noAccount(exchange),
    quirks: [],
    unverified: [],
    feeds: [],
    route: () => null,
    createNormalizer: () => () => ({ kind: 'rejected', reason: 'unknownChannel', detail: 'read in its own process' }),
    bookRules: () => bookRules,
    dialect: { usage: () => null, failure: () => null },
    pools: [],
    serverTime: () =>
      asking(
        { what: 'clock' },
        read(ClockReading, ({ offsetMs }) => ({ ok: true, value: Date.now() + offsetMs })),
      ),
    instruments: () => [
      asking(
        { what: 'instruments' },
        read(ListedInstruments, (listed) => {
          const foreign = listed.find((one) => one.exchange !== exchange)
          if (foreign !== undefined) return { ok: false, problem: `it lists ${foreign.symbol} of ${foreign.exchange}` }
          const odd = listed.find(
            ({ symbol, base, quote, kind }) =>
              !kinds.includes(kind) ||
              symbol !== symbolOf(base, quote, kind) ||
              !isAsset.test(base) ||
              !isAsset.test(quote),
          )
          if (odd !== undefined)
            return { ok: false, problem: `${odd.symbol} is not what ${odd.base} in ${odd.quote} is called` }
          const isTwice = new Set(listed.map(({ symbol }) => symbol)).size < listed.length
          return isTwice ? { ok: false, problem: 'it lists a symbol twice' } : { ok: true, value: listed }
        }),
      ),
    ],
    klinesPerCall: () => candlesAtOnce,
    klines: ({ instrument, period, from, to }) =>
      asking(
        { what: 'klines', instrument: instrument.id, period, from, to },
        read(HistoryCandles, (candles) => {
          const inOrder = candles.every((candle, at) => {
            const { openTime } = candle
            const before = candles[at - 1]
            const follows = before === undefined || before.openTime < openTime
            return follows && openTime >= from && openTime <= to && isToldCandle(candle)
          })
          return inOrder
            ? { ok: true, value: candles }
            : { ok: false, problem: 'candles that cannot be, or were not asked for' }
        }),
      ),
    fundingRates: (instruments) => (kinds.includes('perpetual') ? [rates(instruments)] : []),
  }
}
