/** What a plugin's process tells of its markets, made into the program's own events: of its own instruments alone, and possible. */
import {
  type EpochMs,
  type ExchangeId,
  type Instrument,
  type MarketEvent,
  openTimeOf,
  type RejectReason,
} from '../../shared/domain/index.ts'
import { isCandle } from '../exchanges/candles.ts'
import type { HistoryCandle, Topic } from '../exchanges/contract.ts'
import { type DepthUpdate, LevelList } from '../exchanges/depth.ts'
import type { PluginEvent, TopicMessage } from './messages.ts'

/** Its clock is this machine's: a time of receipt further off is made up. */
const longestWayMs = 60_000

export type Told = Exclude<PluginEvent, { kind: 'topics' | 'doubt' }>

export type PluginReading =
  | { readonly kind: 'event'; readonly event: MarketEvent }
  | { readonly kind: 'depth'; readonly depth: DepthUpdate; readonly topic: Topic }
  | { readonly kind: 'lost'; readonly topic: Topic; readonly reason: string }
  /** Still on its way when it was unsubscribed. */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly detail: string }

/** Its numbers can be a candle's. */
export const isToldCandle = ({
  open,
  high,
  low,
  close,
  volume,
  quoteVolume,
}: Omit<HistoryCandle, 'isClosed'>): boolean => isCandle(open, high, low, close, volume, quoteVolume ?? 0)

const rejected = (reason: RejectReason, detail: string): PluginReading => ({ kind: 'rejected', reason, detail })

export class PluginReader {
  /** Its own, by id: nothing else exists for it. */
  instruments: ReadonlyMap<number, Instrument> = new Map()
  /** `channel instrument period` of what it was asked for. */
  wanted: ReadonlySet<string> = new Set()
  private readonly exchange: ExchangeId
  private readonly bids = new LevelList()
  private readonly asks = new LevelList()
  private lastBook = 0

  constructor(exchange: ExchangeId) {
    this.exchange = exchange
  }

  /** null: not of its own. */
  topicOf({ channel, instrument: id, period }: TopicMessage): Topic | null {
    const instrument = this.instruments.get(id)
    return instrument === undefined ? null : { channel, instrument, period }
  }

  read(told: Told, now: EpochMs): PluginReading {
    const instrument = this.instruments.get(told.instrument)
    if (instrument === undefined)
      return rejected('unknownInstrument', `${told.kind} of instrument ${told.instrument}, which is none of its own`)
    const channel = told.kind === 'book' || told.kind === 'book_lost' ? 'order_book' : told.kind
    const period = told.kind === 'kline' ? told.period : null
    if (!this.wanted.has(`${channel} ${instrument.id} ${period ?? ''}`)) return { kind: 'unwanted' }
    if (told.kind === 'book_lost') return { kind: 'lost', topic: { channel, instrument, period }, reason: told.reason }
    const at = told.kind === 'funding_rate' ? told.rate.receivedAt : told.receivedAt
    if (Math.abs(now - at) > longestWayMs) return rejected('value', `${instrument.key} ${told.kind}: received at ${at}`)
    const receivedAt = Math.min(at, now)
    switch (told.kind) {
      case 'book':
        if (!hasPrices(told.bids) || !hasPrices(told.asks))
          return rejected('value', `${instrument.key} book: a price that is not above 0`)
        return {
          kind: 'depth',
          depth: this.depthOf(told, instrument, receivedAt),
          topic: { channel, instrument, period },
        }
      case 'funding_rate': {
        const { rate } = told
        if (rate.exchange !== this.exchange || rate.symbol !== instrument.symbol)
          return rejected('unknownInstrument', `a funding rate of ${rate.exchange}:${rate.symbol}`)
        return { kind: 'event', event: { kind: 'funding_rate', rate: { ...rate, receivedAt } } }
      }
      case 'kline':
        if (
          openTimeOf(told.openTime, told.period) !== told.openTime ||
          !isToldCandle(told) ||
          told.openTime > now + longestWayMs
        )
          return rejected('value', `${instrument.key} ${told.period} candle at ${told.openTime}`)
        return { kind: 'event', event: { ...told, instrument, receivedAt } }
      case 'trade':
      case 'book_ticker':
        return { kind: 'event', event: { ...told, instrument, receivedAt } }
    }
  }

  private depthOf(told: Extract<Told, { kind: 'book' }>, instrument: Instrument, receivedAt: EpochMs): DepthUpdate {
    fill(this.bids, told.bids)
    fill(this.asks, told.asks)
    const bookId = ++this.lastBook
    const { exchangeAt } = told
    const ids = { isSnapshot: true, firstId: bookId, lastId: bookId, previousId: null } as const
    return { instrument, ...ids, bids: this.bids, asks: this.asks, exchangeAt, receivedAt }
  }
}

/** Prices and quantities in turn. */
const hasPrices = (pairs: readonly number[]): boolean => pairs.every((value, at) => at % 2 === 1 || value > 0)

function fill(list: LevelList, pairs: readonly number[]): void {
  list.clear()
  for (let at = 0; at + 1 < pairs.length; at += 2) list.push(pairs[at] ?? 0, pairs[at + 1] ?? 0)
}
