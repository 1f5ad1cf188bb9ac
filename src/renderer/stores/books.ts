import { createStore } from 'zustand/vanilla'
import type { BookColumns } from '../../shared/columns.ts'

/** The order books that are shown, as they came last, by instrument id. */
export interface Books {
  readonly books: ReadonlyMap<number, BookColumns>
  /** Grows with every batch. */
  readonly version: number
  /** Keeps the books of these instrument ids until the returned function is called; what nobody holds is forgotten, since it is not heard any more. */
  hold(ids: readonly number[]): () => void
  /** Takes those that somebody holds. */
  apply(batch: readonly BookColumns[]): void
}

export const createBooksStore = () =>
  createStore<Books>()((set, get) => {
    const holders = new Map<number, number>()
    const release = (ids: readonly number[]) => {
      const books = new Map(get().books)
      for (const id of ids) {
        const left = (holders.get(id) ?? 0) - 1
        if (left > 0) holders.set(id, left)
        else {
          holders.delete(id)
          books.delete(id)
        }
      }
      set({ books, version: get().version + 1 })
    }
    return {
      books: new Map(),
      version: 0,
      hold(ids) {
        for (const id of ids) holders.set(id, (holders.get(id) ?? 0) + 1)
        let isHeld = true
        return () => {
          if (isHeld) release(ids)
          isHeld = false
        }
      },
      apply(batch) {
        const books = new Map(get().books)
        for (const columns of batch) if (holders.has(columns.instrumentId)) books.set(columns.instrumentId, columns)
        set({ books, version: get().version + 1 })
      },
    }
  })
export type BooksStore = ReturnType<typeof createBooksStore>
