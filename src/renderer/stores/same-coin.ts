/** Markets of one symbol that trade another coin than the others: neither books nor prices of theirs are compared. Pure. */
import { type SpreadVerdict, verdictOf } from '../../shared/domain/index.ts'
import type { SpreadTable } from './spreads.ts'

const others: ReadonlySet<SpreadVerdict> = new Set(['different', 'banned'])

/** What spreads say of two instruments, by their keys; what was said last while they say nothing, since a leg is not live. */
export class CoinMemory {
  private table: SpreadTable | null = null
  private indexes: ReadonlyMap<string, number> = new Map()
  private readonly known = new Map<string, boolean>()

  isOther(table: SpreadTable, one: string, other: string): boolean {
    if (table !== this.table) {
      this.table = table
      this.indexes = new Map(table.pairs.map(({ buy, sell, index }) => [`${buy} ${sell}`, index]))
    }
    const key = `${one} ${other}`
    const verdict = verdictOf(table.verdict[this.indexes.get(key) ?? -1] ?? -1)
    if (verdict !== 'absent') this.known.set(key, others.has(verdict))
    return this.known.get(key) ?? false
  }
}

/**
 * Those that are another coin than the most of them, with one of these: of as many, than the first. What is not known to be another counts
 * as the same, as everywhere that only looks on.
 */
export function strangersOf(
  keys: readonly string[],
  isOther: (one: string, other: string) => boolean,
): ReadonlyMap<string, string> {
  const most = keys
    .map((founder) => ({ founder, strangers: keys.filter((key) => key !== founder && isOther(founder, key)) }))
    .reduce((best, one) => (one.strangers.length < best.strangers.length ? one : best), {
      founder: '',
      strangers: keys,
    })
  return new Map(most.strangers.map((key) => [key, most.founder]))
}
