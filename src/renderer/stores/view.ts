import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import { maxShownBooks, maxShownKlines, maxShownLevels, type ShownBook, type ShownSeries } from '../../shared/view.ts'

export type { ShownBook, ShownSeries }

/** What one owner asked for and does not get, because the window shows as much as the contract allows. */
export interface LeftOut {
  readonly klines: readonly ShownSeries[]
  readonly books: readonly ShownBook[]
}

/** One part of the window that shows candles or order books: a screen, a pane. Several may ask for the same. */
export interface ViewOwner {
  setKlines(klines: readonly ShownSeries[]): void
  /** Of a book that others show deeper, their depth comes: take the first levels. */
  setBooks(books: readonly ShownBook[]): void
  /** Asks for nothing any more; to set something later opens it again. */
  close(): void
  readonly leftOut: StoreApi<LeftOut>
}

/** What this window shows, as the hub must know it: it pushes no state to a hidden window and klines and order books only of named instruments. */
export interface View {
  setVisible(visible: boolean): void
  open(): ViewOwner
  /** Says it anew, after the connection was opened again. */
  announce(): void
}

interface Wishes {
  klines: readonly ShownSeries[]
  books: readonly ShownBook[]
  readonly leftOut: StoreApi<LeftOut>
}

interface Shown {
  readonly klines: readonly ShownSeries[]
  readonly books: readonly ShownBook[]
  /** In the order of the wishes. */
  readonly leftOut: readonly LeftOut[]
}

const nothing: LeftOut = { klines: [], books: [] }

/** All wishes as one, within the contract's limits: who asked first is served first. A book comes as deep as its deepest wish. */
export function unionOf(wishes: readonly Pick<Wishes, 'klines' | 'books'>[]): Shown {
  const klines = new Map<string, ShownSeries>()
  const books = new Map<string, ShownBook>()
  let levels = 0
  const takeSeries = (series: ShownSeries): boolean => {
    const key = `${series.instrument} ${series.period}`
    if (!klines.has(key) && klines.size === maxShownKlines) return false
    klines.set(key, { instrument: series.instrument, period: series.period })
    return true
  }
  const takeBook = (book: ShownBook): boolean => {
    const had = books.get(book.instrument)
    const more = book.levels - (had?.levels ?? 0)
    if (more <= 0) return true
    if (levels + more > maxShownLevels || (had === undefined && books.size === maxShownBooks)) return false
    levels += more
    books.set(book.instrument, { instrument: book.instrument, levels: book.levels })
    return true
  }
  const leftOut = wishes.map(
    (wish): LeftOut => ({
      klines: wish.klines.filter((series) => !takeSeries(series)),
      books: wish.books.filter((book) => !takeBook(book)),
    }),
  )
  return { klines: [...klines.values()], books: [...books.values()], leftOut }
}

export function createView(api: CrossbookApi, onRefused: (message: string) => void): View {
  let visible = true
  const owners = new Set<Wishes>()
  let isWaiting = false

  const announce = () => {
    isWaiting = false
    const wishes = [...owners]
    const { klines, books, leftOut } = unionOf(wishes)
    wishes.forEach((wish, i) => {
      wish.leftOut.setState(leftOut[i] ?? nothing)
    })
    void api.call('view.set', { visible, klines: [...klines], books: [...books] }).then((reply) => {
      // Unavailable is told by the link, and announced again when it opens.
      if (!reply.ok && reply.code !== 'unavailable') onRefused(reply.message)
    })
  }
  /** Once for all that change together, as when a layout takes the place of another. */
  const announceSoon = () => {
    if (isWaiting) return
    isWaiting = true
    queueMicrotask(() => {
      if (isWaiting) announce()
    })
  }
  const open = (): ViewOwner => {
    const leftOut = createStore<LeftOut>()(() => nothing)
    const wishes: Wishes = { klines: [], books: [], leftOut }
    const change = () => {
      owners.add(wishes)
      announceSoon()
    }
    return {
      setKlines(klines) {
        wishes.klines = klines
        change()
      },
      setBooks(books) {
        wishes.books = books
        change()
      },
      close() {
        wishes.klines = []
        wishes.books = []
        leftOut.setState(nothing)
        if (owners.delete(wishes)) announceSoon()
      },
      leftOut,
    }
  }
  return {
    setVisible(next) {
      if (next === visible) return
      visible = next
      announce()
    },
    open,
    announce,
  }
}
