/** From the bus into the buffers: a closure or a line of text per event, and never a wait. */
import {
  type Balance,
  type BookTicker,
  type ExchangeId,
  instrumentKey,
  type Truth,
} from '../../../shared/domain/index.ts'
import {
  alertMessage,
  balanceMessage,
  bookTickerMessage,
  connectionMessage,
  driftMessage,
  fillMessage,
  fundingPaymentMessage,
  fundingRateMessage,
  gapMessage,
  klineMessage,
  opportunityMessage,
  orderBookMessage,
  orderUpdateMessage,
  positionMessage,
  sentBookLevels,
  tradeMessage,
  transferMessage,
} from '../../../shared/unified/messages.ts'
import type { UnifiedMessage } from '../../../shared/unified/schemas.ts'
import type { Bus } from '../../bus/index.ts'
import { balancePath, channelPath, positionPath } from './names.ts'
import type { TradeQueue } from './pump.ts'
import { bookId, type LatestState, type SlotKind } from './state.ts'

export interface Intake {
  readonly state: LatestState
  readonly trades: TradeQueue
  /** False: only what is true of the accounts is noted, which is not told again when the bridge is switched on. */
  isActive(): boolean
  /** Happenings: every one, in order. */
  happen(message: UnifiedMessage): void
  /** null: it is not watched. */
  truthOfQuote(instrumentId: number): Truth | null
  truthOfBalance(balance: Balance): Truth
  symbolsOf(instrumentIds: readonly number[]): readonly string[]
  /** Something waits that did not before. */
  onWork(): void
}

const quoteKind: SlotKind = { isMarketData: true, latest: channelPath }
/** Fifty levels a side, each time: no bot is served by more. */
const bookKind: SlotKind = { isMarketData: true, latest: channelPath, mostPerSecond: 10 }
const klineKind: SlotKind = { isMarketData: true, latest: null }
const balanceKind: SlotKind = {
  isMarketData: false,
  latest: (message) => (message.event_type === 'balance' ? balancePath(message) : channelPath(message)),
}
const positionKind: SlotKind = {
  isMarketData: false,
  latest: (message) => (message.event_type === 'position' ? positionPath(message) : channelPath(message)),
}

const quoteId = (key: string): string => `quote ${key}`

/** Everything but `ledger_opened` and `account_downloaded`, which are the program's own book-keeping. Returned: ends it. */
export function listen(bus: Bus, intake: Intake): () => void {
  const { state, trades, isActive, happen, symbolsOf, onWork } = intake
  /** By instrument id: told again when nothing but its truth changes. */
  const newest = new Map<number, BookTicker>()
  /** By the slot of its series: open time of the newest closed candle. */
  const closed = new Map<string, number>()
  const tellQuote = (quote: BookTicker, truth: Truth) => {
    const { key } = quote.instrument
    state.set(quoteId(key), quoteKind, key, () => bookTickerMessage(quote, truth))
    onWork()
  }
  const tellBalance = (balance: Balance, truth: Truth) => {
    const { account, wallet, asset } = balance
    state.set(`balance ${account} ${wallet} ${asset}`, balanceKind, account, () => balanceMessage(balance, truth))
    onWork()
  }
  const down = (exchange: ExchangeId, symbols: readonly string[]) => {
    for (const symbol of symbols) {
      const key = instrumentKey(exchange, symbol)
      state.down(quoteId(key), { exchange, symbol }, key)
    }
  }
  const tell = (message: () => UnifiedMessage) => {
    if (isActive()) happen(message())
  }
  const ends = [
    bus.on('book_ticker', (quote) => {
      if (!isActive()) {
        // It may be of a market that is over by the time the bridge is asked again.
        newest.clear()
        return
      }
      const truth = intake.truthOfQuote(quote.instrument.id)
      // Asked for to value what is held: nobody judges it, and no key of it would stay.
      if (truth === null) return
      newest.set(quote.instrument.id, quote)
      tellQuote(quote, truth)
    }),
    bus.on('quote_truth', ({ instrument, truth }) => {
      const quote = newest.get(instrument.id)
      if (isActive() && quote !== undefined) tellQuote(quote, truth)
    }),
    bus.on('order_book', ({ book }) => {
      if (!isActive()) return
      const { key } = book.instrument
      const message = () => orderBookMessage(book, sentBookLevels)
      if (book.truth === 'gap') state.gone(bookId(key), bookKind, key, message)
      else state.set(bookId(key), bookKind, key, message)
      onWork()
    }),
    bus.on('kline', (kline) => {
      if (!isActive()) return
      const { key } = kline.instrument
      const id = `kline ${key} ${kline.period}`
      const message = () => klineMessage(kline.instrument, kline.period, kline, kline.isClosed)
      const closedTo = closed.get(id) ?? Number.NEGATIVE_INFINITY
      if (kline.isClosed) {
        closed.set(id, Math.max(closedTo, kline.openTime))
        // What it was while open must not come after.
        state.forget(id)
        happen(message())
      } else if (kline.openTime > closedTo) state.set(id, klineKind, key, message)
      onWork()
    }),
    bus.on('trade', (trade) => {
      if (!isActive()) return
      trades.add(() => tradeMessage(trade))
      onWork()
    }),
    bus.on('funding_rate', ({ rate }) => {
      if (!isActive()) return
      const key = instrumentKey(rate.exchange, rate.symbol)
      state.set(`funding ${key}`, quoteKind, key, () => fundingRateMessage(rate))
      onWork()
    }),
    bus.on('balance', ({ balance }) => tellBalance(balance, intake.truthOfBalance(balance))),
    bus.on('balance_truth', ({ balance, truth }) => tellBalance(balance, truth)),
    bus.on('position', ({ position }) => {
      const { account, symbol, side } = position
      state.set(`position ${account} ${symbol} ${side}`, positionKind, account, () => positionMessage(position))
      onWork()
    }),
    bus.on('connection', (event) => {
      if (!isActive()) return
      const symbols = symbolsOf(event.instrumentIds)
      if (event.state === 'down') {
        for (const id of event.instrumentIds) newest.delete(id)
        down(event.exchange, symbols)
      }
      happen(connectionMessage(event, symbols))
    }),
    bus.on('order_update', ({ order }) => tell(() => orderUpdateMessage(order))),
    bus.on('fill', ({ fill, completes }) => tell(() => fillMessage(fill, completes))),
    bus.on('transfer', ({ transfer }) => tell(() => transferMessage(transfer))),
    bus.on('funding_payment', ({ payment }) => tell(() => fundingPaymentMessage(payment))),
    bus.on('opportunity', ({ opportunity }) => tell(() => opportunityMessage(opportunity))),
    bus.on('alert', ({ alert, ways }) => {
      if (ways?.redis !== false) tell(() => alertMessage(alert))
    }),
    bus.on('gap', ({ gap }) => tell(() => gapMessage(gap))),
    bus.on('drift', ({ drift }) => tell(() => driftMessage(drift))),
  ]
  return () => {
    for (const end of ends) end()
  }
}
