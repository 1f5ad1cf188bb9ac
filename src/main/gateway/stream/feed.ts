/**
 * The one listener that all stream clients share: bus events and pushes of the hub become unified messages, each written as text once
 * however many clients want it. State is marked as changed and written when the first client sends it; happenings are written at once.
 */
import type { PushName, PushPayload } from '../../../shared/contract.ts'
import type { Balance, FundingRate, Instrument, Kline, Period, Truth } from '../../../shared/domain/index.ts'
import { balanceKey, positionKey } from '../../../shared/domain/index.ts'
import {
  alertMessage,
  balanceMessage,
  connectionMessage,
  driftMessage,
  fillMessage,
  fundingPaymentMessage,
  fundingRateMessage,
  gapMessage,
  klineMessage,
  opportunityMessage,
  orderUpdateMessage,
  positionMessage,
  sentBookLevels,
  tradeMessage,
  transferMessage,
} from '../../../shared/unified/messages.ts'
import type { UnifiedMessage } from '../../../shared/unified/schemas.ts'
import type { Client } from '../../broadcaster.ts'
import type { GatewayHub } from '../options.ts'
import { ask } from '../rest/route.ts'
import { bookOf, isLive, quoteOf, spreadOf } from '../unified-state.ts'
import type { Address, EventType, Topic } from './topics.ts'

/** One thing whose newest state is told. */
export class StateEntry {
  readonly address: Address
  private readonly make: () => UnifiedMessage | undefined
  private cached: string | null = null

  constructor(address: Address, make: () => UnifiedMessage | undefined) {
    this.address = address
    this.make = make
  }

  changed(): void {
    this.cached = null
  }

  message(): UnifiedMessage | undefined {
    return this.make()
  }

  /** '' when there is nothing to tell (any more). */
  text(): string {
    if (this.cached === null) {
      const message = this.make()
      this.cached = message === undefined ? '' : JSON.stringify(message)
    }
    return this.cached
  }
}

export interface FeedListener {
  stateChanged(entry: StateEntry): void
  happened(address: Address, text: string): void
  /** A happening that is the entry's newest state, too: that need not be sent again. */
  settled(entry: StateEntry, text: string): void
  /** What was told of these is void: a snapshot has to come anew. */
  startOver(events: ReadonlySet<EventType>): void
}

const ofBoards: ReadonlySet<EventType> = new Set(['book_ticker', 'order_book', 'kline', 'funding_rate', 'spread'])
const ofAccounts: ReadonlySet<EventType> = new Set(['balance', 'position', 'order_update'])

const addressOf = (event: EventType, exchange: string, name: string, period = ''): Address => ({
  event,
  exchanges: [exchange.toUpperCase()],
  name,
  period,
})

interface InstrumentEntries {
  readonly ticker: StateEntry
  readonly book: StateEntry
  readonly trades: Address
}

export class StreamFeed implements Client {
  private readonly hub: GatewayHub
  private readonly listeners = new Set<FeedListener>()
  private readonly ends: (() => void)[] = []
  private readonly instruments = new Map<number, InstrumentEntries>()
  /** By instrument id and period. */
  private readonly klines = new Map<string, { newest: Kline; readonly entry: StateEntry }>()
  private readonly rates = new Map<string, { newest: FundingRate; readonly entry: StateEntry }>()
  /** Keys of rates that came before the first quote of their feed, while nothing was told of it. */
  private readonly untoldRates = new Set<string>()
  private readonly others = new Map<string, { message: UnifiedMessage; readonly entry: StateEntry }>()
  private pairs: (StateEntry | undefined)[] = []
  private spreadsWanted = false

  constructor(hub: GatewayHub) {
    this.hub = hub
  }

  async start(): Promise<void> {
    this.listen()
    this.hub.connect(this)
    await this.hub.call(this, 'view.set', { visible: false, klines: [] })
    for (const rate of await ask(this.hub, 'fundingRates.list', {})) this.fundingRate(rate)
  }

  stop(): void {
    for (const end of this.ends.splice(0)) end()
    this.hub.disconnect(this)
    this.listeners.clear()
  }

  add(listener: FeedListener): void {
    this.listeners.add(listener)
  }

  remove(listener: FeedListener): void {
    this.listeners.delete(listener)
  }

  /** The hub tells spreads only to clients that show something. */
  async wantSpreads(wanted: boolean): Promise<void> {
    if (wanted === this.spreadsWanted) return
    this.spreadsWanted = wanted
    await this.hub.call(this, 'view.set', { visible: wanted, klines: [] })
  }

  /** What holds now of a topic. Everything is read at the call, so what happens after it is not in it and is told besides. */
  async snapshot(topic: Topic): Promise<UnifiedMessage[]> {
    const picked = (entries: Iterable<StateEntry>): UnifiedMessage[] =>
      [...entries].filter(({ address }) => topic.matches(address)).flatMap((entry) => entry.message() ?? [])
    const mapped = <T>(rows: readonly T[], address: (row: T) => Address, message: (row: T) => UnifiedMessage) =>
      rows.filter((row) => topic.matches(address(row))).map(message)
    const { event } = topic
    switch (event) {
      case 'book_ticker':
        return picked(this.hub.board.instruments.map((one) => this.entriesOf(one).ticker))
      case 'order_book':
        return picked(this.hub.board.instruments.map((one) => this.entriesOf(one).book))
      case 'kline':
        return picked([...this.klines.values()].map(({ entry }) => entry))
      case 'funding_rate':
        return picked([...this.rates.values()].map(({ entry }) => entry))
      case 'spread':
        return picked(this.hub.spreads.pairs.flatMap(({ index }) => this.pairEntry(index) ?? []))
      case 'balance': {
        const { rows } = await ask(this.hub, 'portfolio.get', {})
        return mapped(
          rows,
          (row) => addressOf(event, row.exchange, row.asset),
          (row) => balanceMessage(row, row.truth),
        )
      }
      case 'position':
        return mapped(
          await ask(this.hub, 'positions.list', {}),
          (row) => addressOf(event, row.exchange, row.symbol),
          positionMessage,
        )
      case 'order_update':
        return mapped(
          await ask(this.hub, 'orders.open', {}),
          (row) => addressOf(event, row.exchange, row.symbol),
          orderUpdateMessage,
        )
      case 'opportunity':
        return mapped(await ask(this.hub, 'opportunities.live', {}), pairAddress(event), opportunityMessage)
      default:
        return []
    }
  }

  // ---------------------------------------------------------------- the hub's client

  keepsUp(): boolean {
    return true
  }

  send<N extends PushName>(name: N, payload: PushPayload<N>): void {
    // A push carries what the contract says of its name.
    if (name === 'spreads.update') this.spreadsChanged(payload as PushPayload<'spreads.update'>)
    else if (name === 'market.watched') this.boardsChanged()
    else if (name === 'accounts.changed') this.startOver(ofAccounts)
  }

  private spreadsChanged({ pairIndexes }: PushPayload<'spreads.update'>): void {
    for (const index of pairIndexes) {
      const entry = this.pairEntry(index)
      if (entry) this.stateChanged(entry)
    }
  }

  private boardsChanged(): void {
    this.instruments.clear()
    this.pairs = []
    const { board } = this.hub
    const isWatched = (id: number | undefined) => id !== undefined && board.slotOf(id) >= 0
    for (const [key, { newest }] of this.klines) if (!isWatched(newest.instrument.id)) this.klines.delete(key)
    for (const key of this.rates.keys()) if (!isWatched(this.hub.instrument(key)?.id)) this.rates.delete(key)
    this.startOver(ofBoards)
  }

  private startOver(events: ReadonlySet<EventType>): void {
    if (events === ofAccounts) this.others.clear()
    for (const listener of this.listeners) listener.startOver(events)
  }

  // ---------------------------------------------------------------- the bus

  private listen(): void {
    const { bus } = this.hub
    this.ends.push(
      bus.on('book_ticker', ({ instrument }) => this.quoteChanged(instrument)),
      bus.on('quote_truth', ({ instrument }) => this.quoteChanged(instrument)),
      bus.on('order_book', ({ book }) => this.bookChanged(book.instrument)),
      bus.on('connection', (event) => {
        const instruments = event.instrumentIds.flatMap((id) => this.hub.instrumentById(id) ?? [])
        if (event.state === 'down') {
          for (const instrument of instruments) {
            this.quoteChanged(instrument)
            this.rates.get(instrument.key)?.entry.changed()
          }
        }
        const symbols = instruments.map(({ symbol }) => symbol)
        this.happened(addressOf('connection', event.exchange, ''), connectionMessage(event, symbols))
      }),
      bus.on('trade', (trade) => {
        if (this.listeners.size === 0 || this.hub.board.slotOf(trade.instrument.id) < 0) return
        this.happened(this.entriesOf(trade.instrument).trades, tradeMessage(trade))
      }),
      bus.on('kline', (kline) => this.kline(kline)),
      bus.on('funding_rate', ({ rate }) => this.fundingRate(rate)),
      bus.on('balance', ({ balance }) => this.balance(balance, this.hub.truthOfBalance(balance))),
      bus.on('balance_truth', ({ balance, truth }) => this.balance(balance, truth)),
      bus.on('position', ({ position }) =>
        this.other(
          positionKey(position),
          addressOf('position', position.exchange, position.symbol),
          positionMessage(position),
        ),
      ),
      bus.on('opportunity', ({ opportunity }) =>
        this.happened(pairAddress('opportunity')(opportunity), opportunityMessage(opportunity)),
      ),
      bus.on('order_update', ({ order }) =>
        this.happened(addressOf('order_update', order.exchange, order.symbol), orderUpdateMessage(order)),
      ),
      bus.on('fill', ({ fill, completes }) =>
        this.happened(addressOf('fill', fill.exchange, fill.symbol), fillMessage(fill, completes)),
      ),
      bus.on('transfer', ({ transfer }) =>
        this.happened(addressOf('transfer', transfer.exchange, transfer.asset), transferMessage(transfer)),
      ),
      bus.on('funding_payment', ({ payment }) =>
        this.happened(addressOf('funding_payment', payment.exchange, payment.symbol), fundingPaymentMessage(payment)),
      ),
      bus.on('gap', ({ gap }) => this.happened(addressOf('gap', gap.exchange, gap.symbol), gapMessage(gap))),
      bus.on('drift', ({ drift }) =>
        this.happened({ event: 'drift', exchanges: [], name: '', period: '' }, driftMessage(drift)),
      ),
      bus.on('alert', ({ alert }) =>
        this.happened({ event: 'alert', exchanges: [], name: '', period: '' }, alertMessage(alert)),
      ),
    )
  }

  private quoteChanged(instrument: Instrument): void {
    if (this.hub.board.slotOf(instrument.id) < 0) return
    const { ticker, book } = this.entriesOf(instrument)
    this.stateChanged(ticker)
    if (this.untoldRates.size > 0) this.tellRate(instrument)
    // A book that is kept changes by itself.
    if (this.hub.orderBook(instrument.id) === undefined) this.stateChanged(book)
  }

  private bookChanged(instrument: Instrument): void {
    if (this.hub.board.slotOf(instrument.id) >= 0) this.stateChanged(this.entriesOf(instrument).book)
  }

  private kline(kline: Kline): void {
    const { instrument, period, isClosed } = kline
    const key = `${instrument.id} ${period}`
    const known = this.klines.get(key)
    const message = () => klineMessage(instrument, period, kline, isClosed)
    if (known && kline.openTime < known.newest.openTime) {
      // One from before, told late: it changes nothing of what holds now.
      if (isClosed) this.happened(known.entry.address, message())
      return
    }
    // A frame of the candle under way that comes after its end.
    if (known && kline.openTime === known.newest.openTime && known.newest.isClosed && !isClosed) return
    const series = known ?? this.addSeries(key, kline)
    series.newest = kline
    series.entry.changed()
    for (const listener of this.listeners) {
      if (isClosed) listener.settled(series.entry, series.entry.text())
      else listener.stateChanged(series.entry)
    }
  }

  private addSeries(key: string, kline: Kline): { newest: Kline; readonly entry: StateEntry } {
    const { instrument, period } = kline
    const entry: StateEntry = new StateEntry(addressOf('kline', instrument.exchange, instrument.symbol, period), () =>
      klineMessage(instrument, period satisfies Period, series.newest, series.newest.isClosed),
    )
    const series = { newest: kline, entry }
    this.klines.set(key, series)
    return series
  }

  private fundingRate(rate: FundingRate): void {
    const key = `${rate.exchange}:${rate.symbol}`
    const known = this.rates.get(key)
    if (isLive(this.hub, rate)) this.untoldRates.delete(key)
    else this.untoldRates.add(key)
    if (known) {
      known.newest = rate
      this.stateChanged(known.entry)
      return
    }
    const entry: StateEntry = new StateEntry(addressOf('funding_rate', rate.exchange, rate.symbol), () =>
      isLive(this.hub, series.newest) ? fundingRateMessage(series.newest) : undefined,
    )
    const series = { newest: rate, entry }
    this.rates.set(key, series)
    this.stateChanged(entry)
  }

  private tellRate({ key, exchange, symbol }: Instrument): void {
    if (!this.untoldRates.has(key) || !isLive(this.hub, { exchange, symbol })) return
    this.untoldRates.delete(key)
    const rate = this.rates.get(key)
    if (rate) this.stateChanged(rate.entry)
  }

  private balance(balance: Balance, truth: Truth): void {
    const address = addressOf('balance', balance.exchange, balance.asset)
    this.other(balanceKey(balance), address, balanceMessage(balance, truth))
  }

  /** Balances and positions: their newest state is the event itself. */
  private other(id: string, address: Address, message: UnifiedMessage): void {
    const key = `${address.event} ${id}`
    const known = this.others.get(key)
    if (known) {
      known.message = message
      this.stateChanged(known.entry)
      return
    }
    const entry: StateEntry = new StateEntry(address, () => series.message)
    const series = { message, entry }
    this.others.set(key, series)
    this.stateChanged(entry)
  }

  private stateChanged(entry: StateEntry): void {
    entry.changed()
    for (const listener of this.listeners) listener.stateChanged(entry)
  }

  private happened(address: Address, message: UnifiedMessage): void {
    if (this.listeners.size === 0) return
    const text = JSON.stringify(message)
    for (const listener of this.listeners) listener.happened(address, text)
  }

  private entriesOf(instrument: Instrument): InstrumentEntries {
    const known = this.instruments.get(instrument.id)
    if (known) return known
    const { exchange, symbol } = instrument
    const quote = () => quoteOf(this.hub.board, this.hub.board.slotOf(instrument.id), instrument)
    const entries = {
      ticker: new StateEntry(addressOf('book_ticker', exchange, symbol), quote),
      book: new StateEntry(addressOf('order_book', exchange, symbol), () =>
        bookOf(this.hub, instrument, sentBookLevels),
      ),
      trades: addressOf('trade', exchange, symbol),
    }
    this.instruments.set(instrument.id, entries)
    return entries
  }

  private pairEntry(index: number): StateEntry | undefined {
    const known = this.pairs[index]
    const pair = this.hub.spreads.pairs[index]
    if (known || !pair) return known
    const entry = new StateEntry(pairAddress('spread')(pair), () => spreadOf(this.hub.spreads, this.hub.board, index))
    this.pairs[index] = entry
    return entry
  }
}

const exchangeOf = (key: string): string => key.slice(0, key.indexOf(':')).toUpperCase()

const pairAddress =
  (event: EventType) =>
  ({ buy, sell, symbol }: { readonly buy: string; readonly sell: string; readonly symbol: string }): Address => ({
    event,
    exchanges: [exchangeOf(buy), exchangeOf(sell)],
    name: symbol,
    period: '',
  })
