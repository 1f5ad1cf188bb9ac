import { createStore } from 'zustand/vanilla'
import type { SpreadColumns } from '../../shared/columns.ts'
import { type SpreadPair, truthCode, verdictCode } from '../../shared/domain/index.ts'

export const spreadFields = [
  'grossPercent',
  'netPercent',
  'buyPrice',
  'sellPrice',
  'quantity',
  'profit',
  'lowNetPercent',
  'highNetPercent',
  'executableQuantity',
  'executableProfit',
  'fundingPercent',
  'carryPercent',
  'buyReceivedAt',
  'sellReceivedAt',
] as const
export type SpreadField = (typeof spreadFields)[number]

/** The newest spreads as columns by pair index. NaN where a leg is missing, too old or not live. Written in place. */
export class SpreadTable {
  readonly pairs: readonly SpreadPair[]
  readonly columns: Readonly<Record<SpreadField, Float64Array>>
  /** `truthCode` of the worse leg. */
  readonly truth: Uint8Array
  /** `verdictCode` */
  readonly verdict: Uint8Array

  constructor(pairs: readonly SpreadPair[]) {
    this.pairs = [...pairs].sort((a, b) => a.index - b.index)
    const size = this.pairs.reduce((largest, pair) => Math.max(largest, pair.index + 1), 0)
    this.truth = new Uint8Array(size)
    this.verdict = new Uint8Array(size)
    const column = () => new Float64Array(size).fill(Number.NaN)
    this.columns = {
      grossPercent: column(),
      netPercent: column(),
      buyPrice: column(),
      sellPrice: column(),
      quantity: column(),
      profit: column(),
      lowNetPercent: column(),
      highNetPercent: column(),
      executableQuantity: column(),
      executableProfit: column(),
      fundingPercent: column(),
      carryPercent: column(),
      buyReceivedAt: column(),
      sellReceivedAt: column(),
    }
  }

  apply(batch: SpreadColumns): void {
    const { pairIndexes } = batch
    for (let row = 0; row < pairIndexes.length; row++) {
      const index = pairIndexes[row] ?? -1
      // Writing beyond a typed array's end does nothing, so an index that is not ours is dropped.
      for (const field of spreadFields) this.columns[field][index] = batch[field][row] ?? Number.NaN
      this.truth[index] = batch.truth[row] ?? truthCode.gap
      this.verdict[index] = batch.verdict[row] ?? verdictCode.absent
    }
  }
}

export interface Spreads {
  readonly table: SpreadTable
  readonly version: number
  /** False from a changed watch list until its pairs are read: batches in between speak of indexes we do not know. */
  readonly isLoaded: boolean
  reset(): void
  load(pairs: readonly SpreadPair[]): void
  apply(batch: SpreadColumns): void
}

export const createSpreadsStore = () =>
  createStore<Spreads>()((set, get) => ({
    table: new SpreadTable([]),
    version: 0,
    isLoaded: false,
    reset: () => set({ table: new SpreadTable([]), version: get().version + 1, isLoaded: false }),
    load: (pairs) => set({ table: new SpreadTable(pairs), version: get().version + 1, isLoaded: true }),
    apply(batch) {
      if (!get().isLoaded) return
      get().table.apply(batch)
      set({ version: get().version + 1 })
    },
  }))
export type SpreadsStore = ReturnType<typeof createSpreadsStore>
