/** Which pairs the Spreads table shows, and in what order. Pure. */
import {
  type ExchangeId,
  type SpreadKind,
  type SpreadPair,
  type SpreadVerdict,
  verdictOf,
} from '../../../shared/domain/index.ts'
import type { InventorySide, SpreadInventory } from '../../../shared/inventory.ts'
import { matchesSymbol } from '../../format/names.ts'
import type { SpreadField, SpreadTable } from '../../stores/spreads.ts'

export interface SpreadFilter {
  /** Words that the symbol contains; see matchesSymbol. */
  readonly text: string
  readonly kind: SpreadKind | 'all'
  /** null: any net percent. */
  readonly minimumNetPercent: number | null
  /** Show pairs that have no value now, because a leg is missing, too old or not live. */
  readonly withAbsent: boolean
  readonly verdicts: VerdictGroup
  /** Whether a symbol is in the watchlist that is shown. */
  shows(symbol: string): boolean
  /** Whether the exchanges of its legs are among those wanted. */
  isWanted(pair: SpreadPair): boolean
}

/** Every pair · those that the trader's accounts can trade: both legs at an exchange with one · those with a leg at this exchange. */
export type ExchangeChoice = 'all' | 'accounts' | ExchangeId

export function wantedAt(choice: ExchangeChoice, withAccount: ReadonlySet<ExchangeId>): SpreadFilter['isWanted'] {
  if (choice === 'all') return () => true
  // Keys of instruments begin with their exchange.
  const starts = (choice === 'accounts' ? [...withAccount] : [choice]).map((exchange) => `${exchange}:`)
  const isThere = (key: string) => starts.some((start) => key.startsWith(start))
  return choice === 'accounts'
    ? ({ buy, sell }) => isThere(buy) && isThere(sell)
    : ({ buy, sell }) => isThere(buy) || isThere(sell)
}

/** `proven` one asset on both sides · `certain` of these, those whose sign is certain · `unproven` nothing shows it · `aside` other coins, muted, banned */
export type VerdictGroup = 'proven' | 'certain' | 'unproven' | 'aside'

const shownVerdicts: Readonly<Record<VerdictGroup, readonly SpreadVerdict[]>> = {
  proven: ['counts', 'uncertain'],
  certain: ['counts'],
  unproven: ['unproven'],
  aside: ['different', 'muted', 'banned'],
}

/** Whether an answer is about this pair: after a change of the watch list another one may have its index. */
export function isInventoryOf(
  { symbol, buy, sell }: Pick<SpreadInventory, 'symbol' | 'buy' | 'sell'>,
  pair: SpreadPair,
): boolean {
  const isLeg = ({ exchange, isMargin }: InventorySide, key: string) =>
    key.startsWith(`${exchange}:`) && isMargin === key.endsWith('_PERP')
  return symbol === pair.symbol && isLeg(buy, pair.buy) && isLeg(sell, pair.sell)
}

export type SpreadSort = { readonly by: 'symbol' | SpreadField; readonly descending: boolean }

export interface Ranking {
  readonly pairs: readonly SpreadPair[]
  /** Pairs that the watchlist, exchange, text and kind let through but that have no value now. */
  readonly absent: number
  /** Of those with a value, how many are unproven and how many set aside, shown or not. */
  readonly unproven: number
  readonly aside: number
}

/** Absent values last in either direction, equal ones in order of the pairs: so rows that tie do not change places. */
export function rankPairs(table: SpreadTable, filter: SpreadFilter, sort: SpreadSort): Ranking {
  const net = table.columns.netPercent
  const shown = shownVerdicts[filter.verdicts]
  let absent = 0
  let unproven = 0
  let aside = 0
  const pairs = table.pairs.filter((pair) => {
    if (!filter.shows(pair.symbol) || !filter.isWanted(pair)) return false
    if (filter.kind !== 'all' && pair.kind !== filter.kind) return false
    if (!matchesSymbol(pair.symbol, filter.text)) return false
    const percent = net[pair.index] ?? Number.NaN
    if (Number.isNaN(percent)) {
      absent++
      return filter.withAbsent
    }
    const verdict = verdictOf(table.verdict[pair.index] ?? -1)
    if (verdict === 'unproven') unproven++
    else if (shownVerdicts.aside.includes(verdict)) aside++
    if (!shown.includes(verdict)) return false
    return filter.minimumNetPercent === null || percent >= filter.minimumNetPercent
  })
  return { pairs: sortPairs(pairs, table, sort), absent, unproven, aside }
}

function sortPairs(
  pairs: readonly SpreadPair[],
  table: SpreadTable,
  { by, descending }: SpreadSort,
): readonly SpreadPair[] {
  const sign = descending ? -1 : 1
  if (by === 'symbol') return [...pairs].sort((a, b) => sign * a.symbol.localeCompare(b.symbol) || a.index - b.index)
  const column = table.columns[by]
  const isAge = by === 'buyReceivedAt' || by === 'sellReceivedAt'
  return [...pairs].sort((a, b) => {
    const first = column[a.index] ?? Number.NaN
    const second = column[b.index] ?? Number.NaN
    const absentLast = Number(Number.isNaN(first)) - Number(Number.isNaN(second))
    if (absentLast !== 0 || Number.isNaN(first)) return absentLast || a.index - b.index
    // Ages are shown, times are kept: the older the time, the greater the age.
    return (isAge ? -sign : sign) * (first - second) || a.index - b.index
  })
}
