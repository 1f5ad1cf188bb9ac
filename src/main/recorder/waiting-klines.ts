import type { Kline } from '../../shared/domain/index.ts'
import type { KlineRow } from '../storage/contract.ts'

const keyOf = (row: KlineRow): string => `${row.instrumentId} ${row.period} ${row.openTime}`

/**
 * The newest candle per instrument, period and open time that is not stored yet. A closed one is never replaced by an open one
 * and waits until it is stored; open ones are bounded by the number of series.
 */
export class WaitingKlines {
  private readonly rows = new Map<string, KlineRow>()

  get size(): number {
    return this.rows.size
  }

  add({ instrument, period, openTime, open, high, low, close, volume, quoteVolume, isClosed }: Kline): void {
    const row = { instrumentId: instrument.id, period, openTime, open, high, low, close, volume, quoteVolume, isClosed }
    const key = keyOf(row)
    if (!isClosed && this.rows.get(key)?.isClosed) return
    this.rows.set(key, row)
  }

  take(): readonly KlineRow[] {
    const rows = [...this.rows.values()]
    this.rows.clear()
    return rows
  }

  /** Puts back what could not be stored, unless something newer has come meanwhile. */
  putBack(rows: readonly KlineRow[]): void {
    for (const row of rows) {
      const newer = this.rows.get(keyOf(row))
      if (newer === undefined || (row.isClosed && !newer.isClosed)) this.rows.set(keyOf(row), row)
    }
  }
}
