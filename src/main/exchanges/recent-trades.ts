import type { Trade } from '../../shared/domain/index.ts'

/** Far more than any exchange sends again (its newest one to fifty), and one push of trades fits several times. */
const idsKept = 256

interface Recent {
  /** A ring: the next id takes the place of the oldest. */
  readonly ids: string[]
  next: number
  /** The highest id so far in an order of any kind; nothing above it was here before. */
  highest: string
}

/**
 * Which trades were published already. Exchanges send their newest trades again to whoever subscribes, so after a reconnect the
 * same trade comes twice. Remembers the last 256 ids of each instrument. Ids nearly always grow, which makes a new trade one
 * comparison; only one that does not is looked for.
 */
export class RecentTrades {
  private readonly byInstrument = new Map<number, Recent>()

  /** This trade was here before, as far as is remembered. */
  has({ instrument, tradeId }: Trade): boolean {
    const recent = tradeId === null ? undefined : this.byInstrument.get(instrument.id)
    if (tradeId === null || recent === undefined) return false
    return !isHigher(tradeId, recent.highest) && recent.ids.includes(tradeId)
  }

  /** False when this trade was here before; true, and remembered, when it is new. One without an id is always new. */
  add({ instrument, tradeId }: Trade): boolean {
    if (tradeId === null) return true
    const recent = this.byInstrument.get(instrument.id)
    if (recent === undefined) {
      this.byInstrument.set(instrument.id, { ids: [tradeId], next: 1, highest: tradeId })
      return true
    }
    if (isHigher(tradeId, recent.highest)) recent.highest = tradeId
    else if (recent.ids.includes(tradeId)) return false
    recent.ids[recent.next] = tradeId
    recent.next = (recent.next + 1) % idsKept
    return true
  }

  /** Forgets all other instruments. */
  keep(instrumentIds: ReadonlySet<number>): void {
    for (const id of this.byInstrument.keys()) if (!instrumentIds.has(id)) this.byInstrument.delete(id)
  }
}

/** Whole numbers by size, everything else in an order that is as good as any. */
const isHigher = (id: string, than: string): boolean =>
  id.length > than.length || (id.length === than.length && id > than)
