import { createStore } from 'zustand/vanilla'
import type { Reply } from '../../shared/contract.ts'

/** Rows that are read once and then changed by pushes: each once, in order, nothing lost between the reading and the pushes. */
export interface List<T> {
  readonly rows: readonly T[]
  /** Read at least once since the start: no rows then means that there are none. */
  readonly isLoaded: boolean
  readonly isLoading: boolean
  /** There is nothing older at the hub than the last of `rows`. */
  readonly isComplete: boolean
  /** Why the last reading failed; the rows of the one before stay. */
  readonly problem: string | null
  /** Reads anew from the newest on. */
  load(): Promise<void>
  /** Reads the next older page; does nothing while one is under way or when there is none. */
  loadOlder(): Promise<void>
  /** The newest word on these rows, in the order it came. */
  change(changed: readonly T[]): void
}

export interface Page<T> {
  readonly rows: readonly T[]
  /** What the next older page is asked for with; null at the end. */
  readonly next: string | null
}

export interface ListOptions<T> {
  /** `cursor` null: the newest page. */
  read(cursor: string | null): Promise<Reply<Page<T>>>
  keyOf(row: T): string
  /** Order of the rows on the screen. */
  compare(a: T, b: T): number
  /** A row that is so leaves the list (a closed order among open ones). */
  isGone?(row: T): boolean
  /** Rows that are not so are never in the list (a filter); default: all are. */
  accepts?(row: T): boolean
}

export function createListStore<T>({ read, keyOf, compare, isGone, accepts }: ListOptions<T>) {
  // What is told while a reading is under way may be newer than its reply: it is applied again on top of it.
  let told: T[] = []
  // Replies to an earlier reading that come after a later one began are dropped.
  let reading = 0
  let next: string | null = null
  const belongs = (row: T) => !isGone?.(row) && (accepts?.(row) ?? true)
  // The rows by key, so that a push among many thousands of rows costs no look at each of them.
  let byKey = new Map<string, T>()

  /** Where `row` stands or would stand among rows in order. */
  function placeOf(rows: readonly T[], row: T): number {
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = rows[middle]
      if (other !== undefined && compare(other, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
  function remove(rows: T[], row: T): void {
    const place = placeOf(rows, row)
    // Of rows that compare equal the asked for one is not always the first.
    rows.splice(rows[place] === row ? place : rows.indexOf(row), 1)
  }

  return createStore<List<T>>()((set, get) => {
    async function readPage(cursor: string | null, known: () => readonly T[]): Promise<void> {
      const turn = ++reading
      told = []
      set({ isLoading: true, problem: null })
      const reply = await read(cursor)
      if (turn !== reading) return
      if (!reply.ok) return set({ isLoading: false, problem: reply.message })
      next = reply.value.next
      byKey = new Map(known().map((row) => [keyOf(row), row]))
      for (const row of reply.value.rows) if (belongs(row)) byKey.set(keyOf(row), row)
      const again = told
      told = []
      set({
        rows: [...byKey.values()].sort(compare),
        isLoaded: true,
        isLoading: false,
        isComplete: next === null,
      })
      get().change(again)
    }
    return {
      rows: [],
      isLoaded: false,
      isLoading: false,
      isComplete: false,
      problem: null,
      load: () => readPage(null, () => []),
      async loadOlder() {
        const { isLoading, isLoaded } = get()
        if (isLoading || !isLoaded || next === null) return
        await readPage(next, () => get().rows)
      },
      change(changed) {
        if (changed.length === 0) return
        if (get().isLoading) for (const row of changed) told.push(row)
        const { rows, isComplete, isLoaded } = get()
        const changedRows = [...rows]
        for (const row of changed) {
          const key = keyOf(row)
          const known = byKey.get(key)
          const oldest = changedRows.at(-1)
          // Older than the pages read so far: it comes with its own page.
          if (!known && isLoaded && !isComplete && oldest && compare(row, oldest) > 0) continue
          if (known) remove(changedRows, known)
          byKey.delete(key)
          if (!belongs(row)) continue
          byKey.set(key, row)
          changedRows.splice(placeOf(changedRows, row), 0, row)
        }
        set({ rows: changedRows })
      },
    }
  })
}
export type ListStore<T> = ReturnType<typeof createListStore<T>>

/** A call that answers with all rows at once, as the only page. */
export const wholeList = <T>(reply: Reply<readonly T[]>): Reply<Page<T>> =>
  reply.ok ? { ok: true, value: { rows: reply.value, next: null } } : reply
