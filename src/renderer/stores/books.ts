import { createStore } from 'zustand/vanilla'
import type { BookColumns } from '../../shared/columns.ts'

/** The order books that are shown, as they came last, by instrument id. */
export interface Books {
  readonly books: ReadonlyMap<number, BookColumns>
  /** Grows with every batch. */
  readonly version: number
  apply(batch: readonly BookColumns[]): void
  /** Nothing of these is shown any more. */
  clear(): void
}

export const createBooksStore = () =>
  createStore<Books>()((set, get) => ({
    books: new Map(),
    version: 0,
    apply(batch) {
      const books = new Map(get().books)
      for (const columns of batch) books.set(columns.instrumentId, columns)
      set({ books, version: get().version + 1 })
    },
    clear: () => set({ books: new Map(), version: get().version + 1 }),
  }))
export type BooksStore = ReturnType<typeof createBooksStore>
