import type { EpochMs } from '../../../shared/domain/index.ts'
import { type DamagedChunk, frameMs } from '../cold/chunk.ts'
import { createQuoteReader, type QuoteFrame } from '../cold/quotes.ts'
import { Continuity, endOfGaps, instrumentsWithGaps, type Series } from '../continuity/holes.ts'
import { type Batch, column } from './columns.ts'
import { chosenInstruments } from './instruments.ts'
import type { Source, SourceOptions } from './source.ts'

const secondMs = 1_000

const columns = [
  column('time', 'time'),
  column('exchange', 'text'),
  column('symbol', 'text'),
  ...['bid_price', 'bid_quantity', 'ask_price', 'ask_quantity'].map((name) => column(name, 'number', true)),
]

/** Best bid and ask once a second, hot and cold rows as one, ascending by time. */
export function quoteSource({ database, request, onGap }: SourceOptions): Source {
  const reader = createQuoteReader(database)
  const { instruments, isAll } = chosenInstruments(database, request)
  const ids = isAll ? null : instruments.map(({ id }) => id)
  const stored = ids?.length === 0 ? null : reader.bounds(null)
  const from = Math.max(request.from ?? 0, stored?.first ?? 0)
  const storedTo = (stored?.last ?? -secondMs) + secondMs
  const to = Math.min(request.to ?? Number.MAX_SAFE_INTEGER, storedTo)
  const isEmpty = stored === null || from >= to
  const watchedTo = stored === null || request.to === null ? to : Math.min(request.to, recordedTo(request.to))
  const isUnwatched = stored === null || from >= watchedTo
  const range = { instrumentIds: ids, from, to }
  const counted = isEmpty ? { rows: 0, isExact: true } : reader.count(range)
  const damaged = new Set<number>()
  const series = new Map<number, Series>(
    instruments.map(({ id, exchange, symbol }) => [
      id,
      { instrumentId: id, exchange, symbol, period: null, stepMs: secondMs },
    ]),
  )
  const continuity = new Continuity({
    database,
    kind: 'book_ticker',
    from,
    to: watchedTo,
    extent: ({ instrumentId }) => reader.bounds([instrumentId]),
    onGap,
  })
  const exchanges: string[] = []
  const symbols: string[] = []
  for (const { id, exchange, symbol } of instruments) {
    exchanges[id] = exchange
    symbols[id] = symbol
  }
  const watch = createWatch(continuity, series)
  const batchOf = (frame: QuoteFrame): Batch => {
    const { length, time, instrumentIds, bidPrice, bidQuantity, askPrice, askQuantity } = frame
    const exchange = new Array<string>(length)
    const symbol = new Array<string>(length)
    for (let row = 0; row < length; row++) {
      const id = instrumentIds[row] ?? 0
      exchange[row] = exchanges[id] ?? ''
      symbol[row] = symbols[id] ?? ''
      watch(id, time[row] ?? 0)
    }
    return { length, values: [time, exchange, symbol, bidPrice, bidQuantity, askPrice, askQuantity] }
  }
  return {
    columns,
    extents: { ...counted, ...(isEmpty || counted.rows === 0 ? { first: null, last: null } : edges()) },
    *batches() {
      if (isEmpty) return
      for (const frame of reader.frames(range, unreadable)) yield batchOf(frame)
    },
    continuity() {
      // Of instruments that only a list names, most were never watched.
      const others = isUnwatched ? [] : request.symbols.length > 0 ? instruments.map(({ id }) => id) : withGaps()
      const totals = continuity.finish(others.flatMap((id) => series.get(id) ?? []))
      return { expectedRows: continuity.expectedRows, gaps: continuity.gaps, series: totals }
    },
  }

  /** The export goes on without it: what is missing, and why, is in its continuity. */
  function unreadable({ instrumentId, frameTime, problem }: DamagedChunk): void {
    damaged.add(instrumentId)
    continuity.unreadable(instrumentId, frameTime, frameTime + frameMs, problem.message)
  }

  /** Where even the last row of all is followed by a gap (no feed came back yet), the recording goes on to where that ends. */
  function recordedTo(asked: EpochMs): EpochMs {
    const series = { kind: 'book_ticker', period: null, instrumentIds: instruments.map(({ id }) => id) } as const
    return endOfGaps(database, { ...series, after: storedTo, now: Math.min(asked, Date.now()) })
  }

  function withGaps(): readonly number[] {
    return [...new Set([...instrumentsWithGaps(database, 'book_ticker', from, watchedTo), ...damaged])]
  }

  /** Of all instruments, cut by the range: exact enough for a screen, and quick. */
  function edges(): { first: EpochMs; last: EpochMs } {
    const bounds = ids !== null && ids.length <= 20 ? reader.bounds(ids) : stored
    return { first: Math.max(from, bounds?.first ?? from), last: Math.min(to - 1, bounds?.last ?? to) }
  }
}

/** Tells continuity of each row; what it remembers of a series is found by the instrument's small number. */
function createWatch(continuity: Continuity, series: ReadonlyMap<number, Series>) {
  const seen: (ReturnType<Continuity['begin']> | undefined)[] = []
  return (id: number, time: EpochMs): void => {
    const before = seen[id]
    if (before !== undefined) {
      continuity.next(before, time)
      return
    }
    const first = series.get(id)
    if (first !== undefined) seen[id] = continuity.begin(first, time)
  }
}
