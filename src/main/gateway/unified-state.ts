/** What holds now, out of the hub's columns, in the shapes that leave the program. */
import type { KlineColumns } from '../../shared/columns.ts'
import {
  type BookTicker,
  type Instrument,
  instrumentKey,
  truthCode,
  truthOf,
  verdictOf,
} from '../../shared/domain/index.ts'
import {
  bookTickerMessage,
  deadBookTicker,
  klineMessage,
  orderBookMessage,
  spreadMessage,
  topOfBookMessage,
} from '../../shared/unified/messages.ts'
import type { MessageOf } from '../../shared/unified/schemas.ts'
import type { SpreadBoard } from '../analytics/spreads.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { GatewayHub } from './options.ts'

const at = (column: Float64Array, index: number): number => column[index] ?? Number.NaN

/** Whether its feed is up: what an exchange said of an instrument before it went down is not told as what it says now. */
export function isLive(
  hub: Pick<GatewayHub, 'board' | 'instrument'>,
  { exchange, symbol }: Pick<Instrument, 'exchange' | 'symbol'>,
): boolean {
  const instrument = hub.instrument(instrumentKey(exchange, symbol))
  return instrument !== undefined && (hub.board.truthOf(instrument.id) ?? 'gap') !== 'gap'
}

export function quoteOf(board: QuoteBoard, slot: number, instrument: Instrument): MessageOf<'book_ticker'> {
  const truth = truthOf(board.truth[slot] ?? truthCode.gap)
  if (truth === 'gap') return deadBookTicker(instrument)
  const exchangeAt = at(board.exchangeAt, slot)
  const quote: BookTicker = {
    kind: 'book_ticker',
    instrument,
    bidPrice: at(board.bidPrice, slot),
    bidQuantity: at(board.bidQuantity, slot),
    askPrice: at(board.askPrice, slot),
    askQuantity: at(board.askQuantity, slot),
    exchangeAt: Number.isNaN(exchangeAt) ? null : exchangeAt,
    receivedAt: at(board.receivedAt, slot),
  }
  return bookTickerMessage(quote, truth)
}

/** The book that is kept of it, or else its best bid and ask. */
export function bookOf(
  hub: Pick<GatewayHub, 'board' | 'orderBook'>,
  instrument: Instrument,
  levels: number,
): MessageOf<'order_book'> {
  const kept = hub.orderBook(instrument.id)
  if (kept !== undefined) return orderBookMessage(kept, levels)
  return topOfBookMessage(quoteOf(hub.board, hub.board.slotOf(instrument.id), instrument))
}

/** undefined: there is no such pair (any more). */
export function spreadOf(spreads: SpreadBoard, board: QuoteBoard, index: number): MessageOf<'spread'> | undefined {
  const pair = spreads.pairs[index]
  return (
    pair &&
    spreadMessage(pair, {
      grossPercent: at(spreads.grossPercent, index),
      netPercent: at(spreads.netPercent, index),
      buyPrice: at(spreads.buyPrice, index),
      sellPrice: at(spreads.sellPrice, index),
      quantity: at(spreads.quantity, index),
      profit: at(spreads.profit, index),
      verdict: verdictOf(spreads.verdict[index] ?? -1),
      lowNetPercent: at(spreads.lowNetPercent, index),
      highNetPercent: at(spreads.highNetPercent, index),
      executableQuantity: at(spreads.executableQuantity, index),
      executableProfit: at(spreads.executableProfit, index),
      fundingPercent: at(spreads.fundingPercent, index),
      carryPercent: at(spreads.carryPercent, index),
      buyReceivedAt: at(board.receivedAt, spreads.buySlot[index] ?? -1),
      sellReceivedAt: at(board.receivedAt, spreads.sellSlot[index] ?? -1),
      truth: truthOf(spreads.truthOf(index)),
    })
  )
}

export function klinesOf(instrument: Instrument, columns: KlineColumns): MessageOf<'kline'>[] {
  return Array.from(columns.openTime, (openTime, row) =>
    klineMessage(
      instrument,
      columns.period,
      {
        openTime,
        open: at(columns.open, row),
        high: at(columns.high, row),
        low: at(columns.low, row),
        close: at(columns.close, row),
        volume: at(columns.volume, row),
      },
      columns.isClosed[row] === 1,
    ),
  )
}
