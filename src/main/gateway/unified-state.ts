/** What holds now, out of the hub's columns, in the shapes that leave the program. */
import type { KlineColumns } from '../../shared/columns.ts'
import { type Instrument, instrumentKey } from '../../shared/domain/index.ts'
import { bookTickerMessage, deadBookTicker, klineMessage, spreadMessage } from '../../shared/unified/messages.ts'
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
  return instrument !== undefined && hub.board.live[hub.board.slotOf(instrument.id)] === 1
}

export function quoteOf(board: QuoteBoard, slot: number, instrument: Instrument): MessageOf<'book_ticker'> {
  if (board.live[slot] !== 1) return deadBookTicker(instrument)
  const exchangeAt = at(board.exchangeAt, slot)
  return bookTickerMessage({
    kind: 'book_ticker',
    instrument,
    bidPrice: at(board.bidPrice, slot),
    bidQuantity: at(board.bidQuantity, slot),
    askPrice: at(board.askPrice, slot),
    askQuantity: at(board.askQuantity, slot),
    exchangeAt: Number.isNaN(exchangeAt) ? null : exchangeAt,
    receivedAt: at(board.receivedAt, slot),
  })
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
      buyReceivedAt: at(board.receivedAt, spreads.buySlot[index] ?? -1),
      sellReceivedAt: at(board.receivedAt, spreads.sellSlot[index] ?? -1),
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
