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
