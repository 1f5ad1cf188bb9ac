/**
 * Raw frames into a fresh database, by the parsers of today, and what came out beside what was stored: quotes by the second, candles that
 * a stream closed, and the trades of instruments whose trades were recorded.
 */
import { existsSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import {
  type EpochMs,
  type ExchangeId,
  exchangeIds,
  type Instrument,
  type Kline,
  type MarketEvent,
  type RejectReason,
  type Trade,
} from '../shared/domain/index.ts'
import { InstrumentCatalog } from './market/catalog.ts'
import type { RawStore } from './raw/store.ts'
import { type Bounds, type Comparison, compareDatabases } from './rebuild-comparison.ts'
import { RawPlayer } from './replay/player.ts'
import { type RawEntry, readRawFrames } from './replay/raw-frames.ts'
import type { SnapshotBatch, Storage } from './storage/contract.ts'
import { nativeBindingOf, openForReading } from './storage/database.ts'
import { openStorage } from './storage/index.ts'
import { createInstrumentReader } from './storage/instruments.ts'

export interface RebuildOptions {
  readonly store: RawStore
  /** The database whose instruments give names their ids, and which the result is compared with. */
  readonly stored: string
  /** Made anew; must not be there. */
  readonly out: string
  /** from <= at < to */
  readonly from: EpochMs
  readonly to: EpochMs
  /** null: every one of which there are frames */
  readonly exchanges: readonly ExchangeId[] | null
  readonly signal?: AbortSignal
  /** Up to when frames were read. */
  readonly onProgress?: (at: EpochMs) => void
}

export interface RebuildReport {
  readonly frames: number
  readonly events: number
  /** Received at; null: there were no frames. */
  readonly first: EpochMs | null
  readonly last: EpochMs | null
  readonly rejected: readonly { readonly exchange: ExchangeId; readonly reason: RejectReason; readonly count: number }[]
  /** Files and lines that could not be read, the first few in words. */
  readonly damaged: { readonly count: number; readonly samples: readonly string[] }
  readonly comparison: Comparison
}

const shownSamples = 20
const secondMs = 1_000
/** Where an exchange brought nothing for so long, and then a socket begins anew whose connection never ended, the program had been gone. */
const leastAwayMs = 2_000
/** Where it brought nothing at all for longer, nobody knows what held meanwhile: the machine slept, or no frames were kept. */
const longestSilenceMs = 30_000
/** Rows that wait for the database. */
const mostWaiting = 500

/** Rejects with an Error in words for what the user can put right, or a StorageError. Cancelled: the signal's reason. */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { out, stored } = options
  if (existsSync(out)) throw new Error(`${out} is there already: remove it, or choose another file`)
  const original = openForReading({
    file: stored,
    busyTimeoutMs: 5_000,
    nativeBinding: nativeBindingOf(process.env),
    maximumBytes: null,
  })
  try {
    const instruments = createInstrumentReader(original)()
    const storage = await openStorage({ file: out })
    const work = new Rebuild(options, instruments, storage, instrumentsWithTrades(original, options))
    try {
      await storage.setMeta('rebuilt_from', stored)
      await storage.saveInstruments(instruments)
      await work.run()
    } finally {
      await storage.close()
    }
    const rebuilt = openForReading({
      file: out,
      busyTimeoutMs: 5_000,
      nativeBinding: nativeBindingOf(process.env),
      maximumBytes: null,
    })
    try {
      return work.report(compareDatabases(original, rebuilt, instruments, options, work.framesOf))
    } finally {
      rebuilt.close()
    }
  } finally {
    original.close()
  }
}

function instrumentsWithTrades(database: Database, { from, to }: RebuildOptions): ReadonlySet<number> {
  const rows = database
    .prepare<[number, number], number>('SELECT DISTINCT instrument_id FROM trades WHERE time >= ? AND time < ?')
    .pluck()
    .all(from, to)
  return new Set(rows)
}

/** The newest connection of each socket that has not ended. */
class Sockets {
  private readonly open = new Map<string, string>()

  /** Told every line; true: it opens a connection of a socket whose last one was cut off without a word. */
  beginAnew({ head: { connection }, line }: RawEntry): boolean {
    if (!('other' in line)) return false
    const socket = connection.slice(0, connection.lastIndexOf('/'))
    const known = this.open.get(socket)
    if (line.mark === 'opens') this.open.set(socket, connection)
    if (line.mark === 'ends' && known === connection) this.open.delete(socket)
    return line.mark === 'opens' && line.other === null && known !== undefined
  }
}

interface Quote {
  readonly bidPrice: number
  readonly bidQuantity: number
  readonly askPrice: number
  readonly askQuantity: number
}

class Rebuild {
  /** When frames of each exchange were received. */
  readonly framesOf = new Map<ExchangeId, Bounds>()
  private readonly options: RebuildOptions
  private readonly storage: Storage
  private readonly catalog: InstrumentCatalog
  private readonly instruments: readonly Instrument[]
  private readonly withTrades: ReadonlySet<number>
  private readonly rejected: { exchange: ExchangeId; reason: RejectReason; count: number }[] = []
  private readonly damages: string[] = []
  private damaged = 0
  private frames = 0
  private events = 0
  private first: EpochMs | null = null
  private last: EpochMs | null = null
  private quotes = new Map<number, Quote>()
  private klines: Kline[] = []
  private trades: Trade[] = []
  private writes: Promise<unknown>[] = []

  constructor(
    options: RebuildOptions,
    instruments: readonly Instrument[],
    storage: Storage,
    withTrades: ReadonlySet<number>,
  ) {
    this.options = options
    this.instruments = instruments
    this.catalog = new InstrumentCatalog(instruments)
    this.storage = storage
    this.withTrades = withTrades
  }

  /** One exchange after the other: nothing of one depends on another. */
  async run(): Promise<void> {
    for (const exchange of this.options.exchanges ?? exchangeIds) await this.exchange(exchange)
  }

  report(comparison: Comparison): RebuildReport {
    const { frames, events, first, last, rejected, damaged } = this
    return { frames, events, first, last, rejected, damaged: { count: damaged, samples: this.damages }, comparison }
  }

  private async exchange(exchange: ExchangeId): Promise<void> {
    const { store, from, to, signal, onProgress } = this.options
    this.quotes = new Map()
    const player = new RawPlayer({
      exchange,
      lookup: this.catalog.lookup(exchange),
      instruments: this.instruments.filter((instrument) => instrument.exchange === exchange),
      onEvent: (event) => this.take(event),
      onDown: (keys) => {
        if (keys === null) this.quotes.clear()
        for (const key of keys ?? []) this.quotes.delete(this.catalog.get(key)?.id ?? -1)
      },
    })
    let second: EpochMs | null = null
    let heardAt: EpochMs | null = null
    const sockets = new Sockets()
    const damage = (key: string, problem: string) => {
      this.damaged++
      if (this.damages.length < shownSamples) this.damages.push(`${key}: ${problem}`)
    }
    for await (const entries of readRawFrames(store, { exchange, from, to }, damage)) {
      signal?.throwIfAborted()
      for (const entry of entries) {
        const { at } = entry.line
        const silentMs = heardAt === null ? 0 : at - heardAt
        heardAt = at
        // What was quoted before does not hold any more, nor did it meanwhile.
        if (silentMs > (sockets.beginAnew(entry) ? leastAwayMs : longestSilenceMs)) this.quotes.clear()
        second = await this.until(at, second)
        this.play(exchange, player, entry)
      }
      onProgress?.(entries.at(-1)?.line.at ?? from)
    }
    await this.write(true)
    this.frames += player.frames
    for (const { reason, count } of player.rejections.list()) this.rejected.push({ exchange, reason, count })
  }

  private play(exchange: ExchangeId, player: RawPlayer, entry: RawEntry): void {
    const { at } = entry.line
    this.first = Math.min(this.first ?? at, at)
    this.last = Math.max(this.last ?? at, at)
    const { first, last } = this.framesOf.get(exchange) ?? { first: at, last: at }
    this.framesOf.set(exchange, { first: Math.min(first, at), last: Math.max(last, at) })
    player.play(entry)
  }

  /** Snapshots of every full second before `at`; what is received in the very millisecond of a second still belongs to it. */
  private async until(at: EpochMs, second: EpochMs | null): Promise<EpochMs> {
    let next = second ?? Math.ceil(at / secondMs) * secondMs
    for (; next < at; next += secondMs) {
      const batch = this.snapshot(next)
      if (batch !== null) this.writes.push(this.storage.saveSnapshot(batch))
      if (this.writes.length >= mostWaiting / 10) await this.write(false)
    }
    return next
  }

  private snapshot(time: EpochMs): SnapshotBatch | null {
    if (this.quotes.size === 0) return null
    const rows = [...this.quotes].sort(([a], [b]) => a - b)
    const column = (name: keyof Quote) => Float64Array.from(rows, ([, quote]) => quote[name])
    return {
      time,
      instrumentIds: Uint32Array.from(rows, ([id]) => id),
      bidPrice: column('bidPrice'),
      bidQuantity: column('bidQuantity'),
      askPrice: column('askPrice'),
      askQuantity: column('askQuantity'),
    }
  }

  private take(event: MarketEvent): void {
    this.events++
    if (event.kind === 'book_ticker') {
      const { instrument, bidPrice, bidQuantity, askPrice, askQuantity } = event
      if (bidPrice === null && askPrice === null) {
        this.quotes.delete(instrument.id)
        return
      }
      this.quotes.set(instrument.id, {
        bidPrice: bidPrice ?? Number.NaN,
        bidQuantity: bidQuantity ?? Number.NaN,
        askPrice: askPrice ?? Number.NaN,
        askQuantity: askQuantity ?? Number.NaN,
      })
    } else if (event.kind === 'kline') {
      if (event.isClosed) this.klines.push(event)
    } else if (event.kind === 'trade' && this.withTrades.has(event.instrument.id)) this.trades.push(event)
    if (this.klines.length + this.trades.length >= mostWaiting) this.flushRows()
  }

  private flushRows(): void {
    if (this.klines.length > 0) {
      const rows = this.klines.map((kline) => ({ ...kline, instrumentId: kline.instrument.id }))
      this.writes.push(this.storage.saveKlines(rows))
      this.klines = []
    }
    if (this.trades.length > 0) {
      const rows = this.trades.map((trade) => ({ ...trade, instrumentId: trade.instrument.id }))
      this.writes.push(this.storage.marketRows.saveTrades(rows))
      this.trades = []
    }
  }

  private async write(all: boolean): Promise<void> {
    if (all) this.flushRows()
    await Promise.all(this.writes)
    this.writes = []
  }
}
