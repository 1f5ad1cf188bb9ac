import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { BookColumns } from '../../../shared/columns.ts'
import { type ConsolidatedBook, type ConsolidatedLeg, consolidate } from '../../../shared/consolidated.ts'
import { usualBucketSize } from '../../../shared/consolidated-buckets.ts'
import { medianOf, reliabilityOf } from '../../../shared/consolidated-prices.ts'
import type { BookStatus, Instrument } from '../../../shared/domain/index.ts'
import { strangersOf } from '../../../shared/same-coin.ts'
import { maxLevelsOfBook } from '../../../shared/view.ts'
import { textsOf } from '../../i18n.ts'
import { CoinMemory } from '../../stores/same-coin.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { useShownBooks } from '../../ui/useShown.ts'

const t = textsOf('consolidated')

/** Of one side of all books together: half of what one window may see, so that two such panes fit. */
const consolidatedLevels = 2_000

/** Levels of each side of each of so many books: the more books, the less deep each is known, and what is not known is said. */
export const levelsOfEach = (books: number): number =>
  Math.min(maxLevelsOfBook, Math.floor(consolidatedLevels / Math.max(1, books)))

const statusEveryMs = 5_000

/** The coarsest tick of a symbol's markets; null where none is told. */
export const coarsestTick = (instruments: readonly Instrument[]): number | null => {
  const ticks = instruments.flatMap(({ tickSize }) => tickSize ?? [])
  return ticks.length === 0 ? null : Math.max(...ticks)
}

export interface ConsolidatedFeed {
  /** Of the books as they are now; the same object until one of them changes. null: no market of the symbol is watched. */
  read(): ConsolidatedBook | null
  /** Shown in vain: the window shows as much as it may. */
  readonly leftOut: ReturnType<typeof useShownBooks>
}

/** Follows the books of a symbol. `bucketSize` null: the usual one of its price. */
export function useConsolidated(instruments: readonly Instrument[], bucketSize: number | null): ConsolidatedFeed {
  const { api, books, link, spreads, status } = useStores()
  const coins = useRef(new CoinMemory())
  const levels = levelsOfEach(instruments.length)
  const leftOut = useShownBooks(instruments, levels)
  const [resyncs, setResyncs] = useState<ReadonlyMap<string, number>>(new Map())
  const startedAt = useStore(status, ({ info }) => info?.startedAt ?? null)
  useEffect(() => {
    let isCurrent = true
    // What is there already: a quiet book may not change for a while.
    for (const { key } of instruments) {
      void api.call('books.depth', { instrument: key, levels }).then((reply) => {
        if (isCurrent && reply.ok) books.getState().apply([reply.value])
      })
    }
    return () => {
      isCurrent = false
    }
  }, [api, books, instruments, levels])
  useOnLink(() => {
    void api.call('books.list', {}).then((reply) => {
      if (!reply.ok) return
      const next = new Map(reply.value.map((book: BookStatus) => [book.instrument, book.resyncs]))
      setResyncs((before) => (isSame(before, next) ? before : next))
    })
  }, statusEveryMs)

  const made = useRef<Made>(nothingMade)
  const read = useMemo(() => {
    made.current = nothingMade
    const keys = instruments.map(({ key }) => key)
    const tick = coarsestTick(instruments)
    return () => {
      const isHeard = link.getState().state === 'open'
      const shown = instruments.map(({ id }) => books.getState().books.get(id) ?? null)
      // The sign of an unheard hub is part of what it was made of.
      const of = isHeard ? shown : shown.map(unheard)
      const { table } = spreads.getState()
      const strangers = strangersOf(keys, (one, other) => coins.current.isOther(table, one, other))
      const isSameCoins = isSame(strangers, made.current.strangers)
      if (isSameCoins && of.length === made.current.of.length && of.every((book, i) => book === made.current.of[i])) {
        return made.current.book
      }
      const price = medianOf(
        of.flatMap((book, i) => (book?.truth === 'live' && !strangers.has(keys[i] ?? '') ? middleOf(book) : [])),
      )
      const size = bucketSize ?? (price > 0 ? usualBucketSize(price, tick) : null)
      const connections = status.getState().connections
      const runMs = startedAt === null ? 0 : Date.now() - startedAt
      const legs = instruments.map(({ exchange, key }, i): ConsolidatedLeg => {
        const reconnects = connections?.find((one) => one.exchange === exchange)?.reconnects ?? 0
        const disturbances = (resyncs.get(key) ?? 0) + reconnects
        const otherThan = instruments.find((one) => one.key === strangers.get(key))?.exchange
        return { exchange, book: of[i] ?? null, otherThan, reliability: reliabilityOf(disturbances, runMs) }
      })
      // Without a price nothing is put into buckets, but which books are missing is told all the same.
      const book = legs.length === 0 ? null : consolidate(legs, size ?? tick ?? 1)
      made.current = { of: isHeard ? of : [], strangers, book }
      return book
    }
  }, [books, link, spreads, status, instruments, bucketSize, resyncs, startedAt])
  return { read, leftOut }
}

/** What was made last, and of what. */
interface Made {
  readonly of: readonly (BookColumns | null)[]
  readonly strangers: ReadonlyMap<string, string>
  readonly book: ConsolidatedBook | null
}
const nothingMade: Made = { of: [], strangers: new Map(), book: null }

const notHeard = t('notHeard')

const unheard = (book: BookColumns | null): BookColumns | null =>
  book === null ? null : { ...book, truth: 'stale', reason: notHeard }

const middleOf = ({ bidPrice, askPrice }: BookColumns): number[] => {
  const [bid, ask] = [bidPrice[0], askPrice[0]]
  return bid === undefined || ask === undefined ? [] : [(bid + ask) / 2]
}

const isSame = <V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)
