/** What the Markets table is made of: rows, their order, and which quotes count. Pure, so that it can be tested as it is. */
import { z } from 'zod'
import { ExchangeId, knownExchanges, type MarketKind, truthCode } from '../../../shared/domain/index.ts'
import { strangersOf } from '../../../shared/same-coin.ts'
import { matchesSymbol, splitSymbol } from '../../format/names.ts'
import { decimalsOf, formatPrice } from '../../format/number.ts'
import type { QuoteTable } from '../../stores/quotes.ts'

export interface MarketRow {
  readonly symbol: string
  readonly base: string
  readonly kind: MarketKind
  /** Slot in the quote table per exchange, in the order of `MarketTable.exchanges`; -1 where it does not list the symbol. */
  readonly slots: readonly number[]
  /** Decimals of each one's price step; null where unknown. */
  readonly decimals: readonly (number | null)[]
}

export interface MarketTable {
  readonly exchanges: readonly ExchangeId[]
  readonly rows: readonly MarketRow[]
}

/** Rows in watch-list order of their symbols' first appearance; exchanges in their standing order. */
export function buildMarketTable(table: QuoteTable): MarketTable {
  const exchanges = knownExchanges().filter((id) => table.instruments.some(({ exchange }) => exchange === id))
  const symbols = [...new Set(table.instruments.map(({ symbol }) => symbol))]
  const rows = symbols.map((symbol): MarketRow => {
    const slots = exchanges.map((exchange) => table.slotOfKey(`${exchange}:${symbol}`))
    const listed = slots.map((slot) => table.instruments[slot])
    const first = listed.find((instrument) => instrument !== undefined)
    return {
      symbol,
      base: first?.base ?? splitSymbol(symbol).base,
      kind: first?.kind ?? 'spot',
      slots,
      decimals: listed.map((instrument) => decimalsOf(instrument?.tickSize ?? null)),
    }
  })
  return { exchanges, rows }
}

export const exchangeColumns = ['bid', 'ask', 'last', 'age'] as const
export type ExchangeColumn = (typeof exchangeColumns)[number]
/** Of many exchanges: twice as many fit beside each other. */
export const quoteColumns: readonly ExchangeColumn[] = ['bid', 'ask']

const SortColumn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('symbol') }),
  /** Best bid over best ask of all exchanges, percent. */
  z.object({ kind: z.literal('cross') }),
  z.object({ kind: z.literal('quote'), exchange: ExchangeId, column: z.enum(exchangeColumns) }),
])
export type SortColumn = Readonly<z.infer<typeof SortColumn>>

export const Sort = z.object({ by: SortColumn, descending: z.boolean() })
export type Sort = Readonly<z.infer<typeof Sort>>

export const sameColumn = (a: SortColumn, b: SortColumn): boolean =>
  a.kind === b.kind &&
  (a.kind !== 'quote' || b.kind !== 'quote' || (a.exchange === b.exchange && a.column === b.column))

/** Which quotes count now: those that can be relied on and are young enough, while the hub is heard. */
export interface Freshness {
  readonly now: number
  readonly maximumAgeMs: number
  readonly isLinked: boolean
  /** Whether two instruments are known to trade two coins by one name. Not given: none are. */
  readonly isOtherCoin?: (one: string, other: string) => boolean
}

/** The truth code of what is shown: nothing can be relied on while the hub is not heard. */
export const shownTruth = (code: number, { isLinked }: Freshness): number =>
  isLinked ? code : Math.min(code, truthCode.stale)

/** Whether a quote takes part in comparisons. False also for one that never came. */
export const counts = (code: number, receivedAt: number, freshness: Freshness): boolean =>
  shownTruth(code, freshness) === truthCode.live && freshness.now - receivedAt <= freshness.maximumAgeMs

export interface Best {
  /** Index into the table's exchanges; -1 where no fresh quote has that side. */
  readonly bid: number
  readonly ask: number
  /** (best bid - best ask) / best ask, percent; NaN unless both sides are there. */
  readonly crossPercent: number
}

/**
 * The highest fresh bid and lowest fresh ask of a row; of equal ones the first. Marks need at least two exchanges to compare. Where these
 * two are of two coins by one name, only those exchanges are compared that trade the one that most of them do.
 */
export function bestOf(row: MarketRow, table: QuoteTable, freshness: Freshness): Best {
  const best = bestAmong(row, table, freshness, nobody)
  const { isOtherCoin } = freshness
  const keyOf = (exchange: number) => table.instruments[row.slots[exchange] ?? -1]?.key ?? ''
  // Two coins have two prices, so that without a bid above an ask there is nothing to look for.
  if (isOtherCoin === undefined || !(best.crossPercent > 0) || !isOtherCoin(keyOf(best.ask), keyOf(best.bid)))
    return best
  const keys = row.slots.flatMap((slot) => table.instruments[slot]?.key ?? [])
  return bestAmong(row, table, freshness, strangersOf(keys, isOtherCoin))
}

const nobody: ReadonlyMap<string, string> = new Map()

function bestAmong(
  row: MarketRow,
  table: QuoteTable,
  freshness: Freshness,
  strangers: ReadonlyMap<string, string>,
): Best {
  const { bidPrice, askPrice, receivedAt } = table.columns
  let bid = -1
  let ask = -1
  let bestBid = Number.NEGATIVE_INFINITY
  let bestAsk = Number.POSITIVE_INFINITY
  for (let exchange = 0; exchange < row.slots.length; exchange++) {
    const slot = row.slots[exchange] ?? -1
    if (slot < 0 || !counts(table.truth[slot] ?? truthCode.gap, receivedAt[slot] ?? Number.NaN, freshness)) continue
    if (strangers.size > 0 && strangers.has(table.instruments[slot]?.key ?? '')) continue
    const itsBid = bidPrice[slot] ?? Number.NaN
    const itsAsk = askPrice[slot] ?? Number.NaN
    if (itsBid > bestBid) {
      bestBid = itsBid
      bid = exchange
    }
    if (itsAsk < bestAsk) {
      bestAsk = itsAsk
      ask = exchange
    }
  }
  return { bid, ask, crossPercent: bid >= 0 && ask >= 0 ? ((bestBid - bestAsk) / bestAsk) * 100 : Number.NaN }
}

export interface MarketFilter {
  /** Words that the symbol contains; see matchesSymbol. */
  readonly text: string
  readonly kind: MarketKind | 'all'
}

export function matchesFilter(row: MarketRow, { text, kind }: MarketFilter): boolean {
  if (kind !== 'all' && row.kind !== kind) return false
  return matchesSymbol(row.symbol, text)
}

/** Rows in order: absent values last in either direction, equal ones in watch-list order. */
export function sortRows(
  rows: readonly MarketRow[],
  sort: Sort,
  market: MarketTable,
  table: QuoteTable,
  freshness: Freshness,
): readonly MarketRow[] {
  const { by, descending } = sort
  const sign = descending ? -1 : 1
  if (by.kind === 'symbol') return [...rows].sort((a, b) => sign * a.symbol.localeCompare(b.symbol))
  const exchange = by.kind === 'quote' ? market.exchanges.indexOf(by.exchange) : -1
  const sortValue = (row: MarketRow): number => {
    if (by.kind === 'cross') return bestOf(row, table, freshness).crossPercent
    const slot = row.slots[exchange] ?? -1
    if (slot < 0) return Number.NaN
    const { bidPrice, askPrice, lastPrice, receivedAt } = table.columns
    // An age grows as its time shrinks.
    if (by.column === 'age') return freshness.now - (receivedAt[slot] ?? Number.NaN)
    return (by.column === 'bid' ? bidPrice : by.column === 'ask' ? askPrice : lastPrice)[slot] ?? Number.NaN
  }
  const keyed = rows.map((row) => ({ row, value: sortValue(row) }))
  keyed.sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value))
    return sign * (a.value - b.value)
  })
  return keyed.map(({ row }) => row)
}

/** Characters of the longest price in the table. */
export function longestPrice(market: MarketTable, table: QuoteTable): number {
  const { bidPrice, askPrice, lastPrice } = table.columns
  let longest = 0
  for (const { slots, decimals } of market.rows) {
    slots.forEach((slot, exchange) => {
      if (slot < 0) return
      for (const column of [bidPrice, askPrice, lastPrice])
        longest = Math.max(longest, formatPrice(column[slot] ?? Number.NaN, decimals[exchange] ?? null).length)
    })
  }
  return longest
}
