import { createStore } from 'zustand/vanilla'
import type { QuoteColumns } from '../../shared/columns.ts'
import { type Instrument, truthCode } from '../../shared/domain/index.ts'

const quoteFields = [
  'bidPrice',
  'bidQuantity',
  'askPrice',
  'askQuantity',
  'lastPrice',
  'exchangeAt',
  'receivedAt',
] as const
export type QuoteField = (typeof quoteFields)[number]

/** The newest quotes as columns, one slot per watched instrument in watch-list order. Absent is NaN. Written in place. */
export class QuoteTable {
  readonly instruments: readonly Instrument[]
  readonly columns: Readonly<Record<QuoteField, Float64Array>>
  /** `truthCode`: whether the quote can be relied on; `gap` before the first. */
  readonly truth: Uint8Array
  private readonly slots = new Map<number, number>()
  private readonly keys = new Map<string, number>()

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments
    const column = () => new Float64Array(instruments.length).fill(Number.NaN)
    this.columns = {
      bidPrice: column(),
      bidQuantity: column(),
      askPrice: column(),
      askQuantity: column(),
      lastPrice: column(),
      exchangeAt: column(),
      receivedAt: column(),
    }
    this.truth = new Uint8Array(instruments.length)
    instruments.forEach((instrument, slot) => {
      this.slots.set(instrument.id, slot)
      this.keys.set(instrument.key, slot)
    })
  }

  /** -1 for an instrument that is not watched. */
  slotOfKey(key: string): number {
    return this.keys.get(key) ?? -1
  }

  apply(batch: QuoteColumns): void {
    const { instrumentIds } = batch
    for (let row = 0; row < instrumentIds.length; row++) {
      const slot = this.slots.get(instrumentIds[row] ?? -1)
      if (slot === undefined) continue
      for (const field of quoteFields) this.columns[field][slot] = batch[field][row] ?? Number.NaN
      this.truth[slot] = batch.truth[row] ?? truthCode.gap
    }
  }
}

export interface Quotes {
  readonly table: QuoteTable
  /** Grows with every batch; the table is written in place. */
  readonly version: number
  /** The watch list has been read at least once. */
  readonly isLoaded: boolean
  watch(instruments: readonly Instrument[]): void
  apply(batch: QuoteColumns): void
}

export const createQuotesStore = () =>
  createStore<Quotes>()((set, get) => ({
    table: new QuoteTable([]),
    version: 0,
    isLoaded: false,
    watch: (instruments) => set({ table: new QuoteTable(instruments), version: get().version + 1, isLoaded: true }),
    apply(batch) {
      get().table.apply(batch)
      set({ version: get().version + 1 })
    },
  }))
export type QuotesStore = ReturnType<typeof createQuotesStore>
