/**
 * The hub's side of both doors: who is connected, what each shows, and the conflated batches. State (quotes, spreads, klines,
 * status) goes out at most ten times a second, the newest per key, and only to clients that are visible and keep up;
 * happenings go to every client at once.
 */
import type { BookColumns, KlineColumns, QuoteColumns, SpreadColumns } from '../shared/columns.ts'
import type { PushName, PushPayload } from '../shared/contract.ts'
import { type KeptBook, type Kline, type Period, truthCode, verdictCode } from '../shared/domain/index.ts'
import type { SpreadBoard } from './analytics/spreads.ts'
import { bookColumns } from './market/books/contract.ts'
import { toColumns } from './market/history.ts'
import type { QuoteBoard } from './market/quotes.ts'

/** One window or browser tab behind a door. */
export interface Client {
  send<N extends PushName>(name: N, payload: PushPayload<N>): void
  /** False while its door is backed up: it gets no state then, and everything anew afterwards. */
  keepsUp(): boolean
}

export interface View {
  readonly visible: boolean
  readonly klines: readonly { readonly instrument: string; readonly period: Period }[]
  readonly books: readonly { readonly instrument: string; readonly levels: number }[]
}

export interface StateSource {
  readonly quotes: () => QuoteBoard
  readonly spreads: () => SpreadBoard
  /** By key, `binance:BTC_USDT`; undefined where none is kept. */
  readonly book: (key: string) => KeptBook | undefined
  readonly status: () => {
    readonly connections: PushPayload<'connections.status'>
    readonly recorder: PushPayload<'recorder.status'>
    readonly opportunities: PushPayload<'opportunities.live'>
    readonly accounts: PushPayload<'accounts.status'>
    readonly portfolio: PushPayload<'portfolio.update'>
    readonly positions: PushPayload<'positions.update'>
    readonly fundingRates: PushPayload<'fundingRates.update'>
    readonly api: PushPayload<'api.status'>
    readonly redis: PushPayload<'redis.status'>
    readonly network: PushPayload<'network.status'>
    readonly rawFrames: PushPayload<'rawFrames.status'>
  }
}

interface Connected {
  view: View
  /** Sent everything at the next flush instead of what changed. */
  wantsAll: boolean
  /** The same of books alone. */
  wantsBooks: boolean
}

const stateIntervalMs = 100
const statusIntervalMs = 1_000

/** The set of changed indexes since the last flush; no allocation per mark. */
class Changed {
  private flags = new Uint8Array(0)
  private list = new Uint32Array(0)
  private length = 0

  reset(size: number): void {
    this.flags = new Uint8Array(size)
    this.list = new Uint32Array(size)
    this.length = 0
  }

  mark(index: number): void {
    if (this.flags[index] !== 0) return
    this.flags[index] = 1
    this.list[this.length++] = index
  }

  take(): Uint32Array {
    const taken = this.list.slice(0, this.length)
    for (const index of taken) this.flags[index] = 0
    this.length = 0
    return taken
  }
}

export class Broadcaster {
  private readonly clients = new Map<Client, Connected>()
  private readonly source: StateSource
  private readonly changedQuotes = new Changed()
  private readonly changedPairs = new Changed()
  /** `id period` -> open time -> newest kline since the last flush. */
  private readonly changedKlines = new Map<string, Map<number, Kline>>()
  /** Keys of books that somebody shows. */
  private changedBooks = new Set<string>()
  private stateTimer: NodeJS.Timeout | null = null
  private statusTimer: NodeJS.Timeout | null = null

  constructor(source: StateSource) {
    this.source = source
  }

  start(): void {
    this.stateTimer = setInterval(() => this.flush(), stateIntervalMs)
    this.statusTimer = setInterval(() => this.flushStatus(), statusIntervalMs)
  }

  stop(): void {
    if (this.stateTimer) clearInterval(this.stateTimer)
    if (this.statusTimer) clearInterval(this.statusTimer)
    this.stateTimer = null
    this.statusTimer = null
  }

  /** `behind`: those that do not read fast enough and get no state. */
  counts(): { readonly connected: number; readonly behind: number } {
    const behind = [...this.clients.keys()].filter((client) => !client.keepsUp()).length
    return { connected: this.clients.size, behind }
  }

  connect(client: Client): void {
    this.clients.set(client, { view: { visible: true, klines: [], books: [] }, wantsAll: false, wantsBooks: false })
  }

  disconnect(client: Client): void {
    this.clients.delete(client)
  }

  setView(client: Client, view: View): void {
    const connected = this.clients.get(client)
    if (!connected) return
    connected.wantsAll ||= view.visible && !connected.view.visible
    connected.wantsBooks ||= view.books.some((wanted) => !connected.view.books.some((had) => isSame(had, wanted)))
    connected.view = view
  }

  /** The boards are new: indexes seen before mean nothing now. */
  boardsChanged(): void {
    this.changedQuotes.reset(this.source.quotes().instruments.length)
    this.changedPairs.reset(this.source.spreads().pairs.length)
    for (const connected of this.clients.values()) connected.wantsAll = true
  }

  quoteChanged(slot: number): void {
    this.changedQuotes.mark(slot)
  }

  pairChanged(index: number): void {
    this.changedPairs.mark(index)
  }

  klineChanged(kline: Kline): void {
    if (!this.anyoneShows(kline)) return
    const key = `${kline.instrument.id} ${kline.period}`
    const series = this.changedKlines.get(key) ?? new Map<number, Kline>()
    this.changedKlines.set(key, series)
    series.set(kline.openTime, kline)
  }

  bookChanged({ instrument: { key } }: KeptBook): void {
    for (const { view } of this.clients.values()) {
      if (!view.visible) continue
      for (const { instrument } of view.books) if (instrument === key) this.changedBooks.add(key)
    }
  }

  /** A happening: to everyone, at once, hidden or not. */
  tell<N extends PushName>(name: N, payload: PushPayload<N>): void {
    for (const client of this.clients.keys()) client.send(name, payload)
  }

  private anyoneShows(kline: Kline): boolean {
    for (const { view } of this.clients.values()) if (view.visible && shows(view, kline)) return true
    return false
  }

  private flush(): void {
    const slots = this.changedQuotes.take()
    const pairs = this.changedPairs.take()
    const klines = [...this.changedKlines.values()].map((series) => [...series.values()])
    this.changedKlines.clear()
    const books = new BookBatch(this.source.book, this.changedBooks)
    this.changedBooks = new Set()
    let quoteColumns: QuoteColumns | null = null
    let spreadColumns: SpreadColumns | null = null
    for (const [client, connected] of this.clients) {
      if (!connected.view.visible) continue
      if (!client.keepsUp()) {
        connected.wantsAll = true
        continue
      }
      const shown = books.of(connected.view, connected.wantsAll || connected.wantsBooks)
      connected.wantsBooks = false
      if (shown.length > 0) client.send('market.books', shown)
      if (connected.wantsAll) {
        connected.wantsAll = false
        client.send('market.quotes', allQuotes(this.source.quotes()))
        client.send('spreads.update', allSpreads(this.source.spreads(), this.source.quotes()))
      } else {
        if (slots.length > 0) {
          quoteColumns ??= gatherQuotes(this.source.quotes(), slots)
          client.send('market.quotes', quoteColumns)
        }
        if (pairs.length > 0) {
          spreadColumns ??= gatherSpreads(this.source.spreads(), this.source.quotes(), pairs)
          client.send('spreads.update', spreadColumns)
        }
      }
      const wanted = klines.filter(([first]) => first && shows(connected.view, first))
      if (wanted.length > 0) client.send('market.klines', wanted.map(klineColumns))
    }
  }

  private flushStatus(): void {
    let status: ReturnType<StateSource['status']> | null = null
    for (const [client, { view }] of this.clients) {
      if (!view.visible || !client.keepsUp()) continue
      status ??= this.source.status()
      client.send('connections.status', status.connections)
      client.send('recorder.status', status.recorder)
      client.send('opportunities.live', status.opportunities)
      client.send('accounts.status', status.accounts)
      client.send('portfolio.update', status.portfolio)
      client.send('positions.update', status.positions)
      client.send('fundingRates.update', status.fundingRates)
      client.send('api.status', status.api)
      client.send('redis.status', status.redis)
      client.send('network.status', status.network)
      client.send('rawFrames.status', status.rawFrames)
    }
  }
}

type ShownBook = View['books'][number]
const isSame = (a: ShownBook, b: ShownBook): boolean => a.instrument === b.instrument && a.levels === b.levels

/** The books of one flush; those that several clients show as deep are read once. */
class BookBatch {
  private readonly find: StateSource['book']
  private readonly changed: ReadonlySet<string>
  private readonly read = new Map<string, BookColumns>()

  constructor(find: StateSource['book'], changed: ReadonlySet<string>) {
    this.find = find
    this.changed = changed
  }

  of({ books }: View, wantsAll: boolean): BookColumns[] {
    const wanted = wantsAll ? books : books.filter(({ instrument }) => this.changed.has(instrument))
    return wanted.flatMap(({ instrument, levels }) => {
      const place = `${instrument} ${levels}`
      const kept = this.read.has(place) ? undefined : this.find(instrument)
      if (kept !== undefined) this.read.set(place, bookColumns(kept, levels))
      return this.read.get(place) ?? []
    })
  }
}

const shows = (view: View, kline: Kline): boolean =>
  view.klines.some(({ instrument, period }) => instrument === kline.instrument.key && period === kline.period)

const klineColumns = (klines: readonly Kline[]): KlineColumns => {
  const [first] = klines
  if (!first) throw new Error('a kline batch is never empty')
  const rows = [...klines].sort((a, b) => a.openTime - b.openTime)
  return toColumns(
    first.instrument.id,
    first.period,
    rows.map((kline) => ({ ...kline, instrumentId: kline.instrument.id })),
  )
}

const everyIndex = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i)

export const allQuotes = (board: QuoteBoard): QuoteColumns => gatherQuotes(board, everyIndex(board.instruments.length))

export const allSpreads = (spreads: SpreadBoard, board: QuoteBoard): SpreadColumns =>
  gatherSpreads(spreads, board, everyIndex(spreads.pairs.length))

function pick(column: Float64Array, indexes: Uint32Array): Float64Array {
  const picked = new Float64Array(indexes.length)
  for (let i = 0; i < indexes.length; i++) picked[i] = column[indexes[i] as number] as number
  return picked
}

function gatherQuotes(board: QuoteBoard, slots: Uint32Array): QuoteColumns {
  const instrumentIds = new Uint32Array(slots.length)
  for (let i = 0; i < slots.length; i++) instrumentIds[i] = board.instruments[slots[i] as number]?.id ?? 0
  return {
    instrumentIds,
    bidPrice: pickKnown(board.bidPrice, board, slots),
    bidQuantity: pickKnown(board.bidQuantity, board, slots),
    askPrice: pickKnown(board.askPrice, board, slots),
    askQuantity: pickKnown(board.askQuantity, board, slots),
    lastPrice: pick(board.lastPrice, slots),
    exchangeAt: pick(board.exchangeAt, slots),
    receivedAt: pick(board.receivedAt, slots),
    truth: Uint8Array.from(slots, (slot) => board.truth[slot] ?? truthCode.gap),
  }
}

/** A quote from before a disconnect is not shown as one that holds now. */
function pickKnown(column: Float64Array, board: QuoteBoard, slots: Uint32Array): Float64Array {
  const picked = pick(column, slots)
  for (let i = 0; i < slots.length; i++) if (board.truth[slots[i] as number] === truthCode.gap) picked[i] = Number.NaN
  return picked
}

function gatherSpreads(spreads: SpreadBoard, board: QuoteBoard, pairs: Uint32Array): SpreadColumns {
  const buySlots = new Uint32Array(pairs.length)
  const sellSlots = new Uint32Array(pairs.length)
  for (let i = 0; i < pairs.length; i++) {
    buySlots[i] = spreads.buySlot[pairs[i] as number] as number
    sellSlots[i] = spreads.sellSlot[pairs[i] as number] as number
  }
  return {
    pairIndexes: pairs,
    grossPercent: pick(spreads.grossPercent, pairs),
    netPercent: pick(spreads.netPercent, pairs),
    buyPrice: pick(spreads.buyPrice, pairs),
    sellPrice: pick(spreads.sellPrice, pairs),
    quantity: pick(spreads.quantity, pairs),
    profit: pick(spreads.profit, pairs),
    verdict: Uint8Array.from(pairs, (pair) => spreads.verdict[pair] ?? verdictCode.absent),
    lowNetPercent: pick(spreads.lowNetPercent, pairs),
    highNetPercent: pick(spreads.highNetPercent, pairs),
    executableQuantity: pick(spreads.executableQuantity, pairs),
    executableProfit: pick(spreads.executableProfit, pairs),
    fundingPercent: pick(spreads.fundingPercent, pairs),
    carryPercent: pick(spreads.carryPercent, pairs),
    buyReceivedAt: pick(board.receivedAt, buySlots),
    sellReceivedAt: pick(board.receivedAt, sellSlots),
    truth: Uint8Array.from(pairs, (pair) => spreads.truthOf(pair)),
  }
}
