import type { CrossbookApi } from '../../shared/contract.ts'
import type { Period } from '../../shared/domain/index.ts'

export interface ShownBook {
  /** Instrument key. */
  readonly instrument: string
  readonly levels: number
}

export interface Series {
  /** Instrument key. */
  readonly instrument: string
  readonly period: Period
}

/** What this window shows, as the hub must know it: it pushes no state to a hidden window and klines and order books only of named instruments. */
export interface View {
  setVisible(visible: boolean): void
  setKlines(klines: readonly Series[]): void
  setBooks(books: readonly ShownBook[]): void
  /** Says it anew, after the connection was opened again. */
  announce(): void
}

export function createView(api: CrossbookApi, onRefused: (message: string) => void): View {
  let visible = true
  let klines: readonly Series[] = []
  let books: readonly ShownBook[] = []
  const announce = () => {
    const shown = { klines: klines.map((series) => ({ ...series })), books: books.map((book) => ({ ...book })) }
    void api.call('view.set', { visible, ...shown }).then((reply) => {
      // Unavailable is told by the link, and announced again when it opens.
      if (!reply.ok && reply.code !== 'unavailable') onRefused(reply.message)
    })
  }
  return {
    setVisible(next) {
      if (next === visible) return
      visible = next
      announce()
    },
    setKlines(next) {
      klines = next
      announce()
    },
    setBooks(next) {
      books = next
      announce()
    },
    announce,
  }
}
