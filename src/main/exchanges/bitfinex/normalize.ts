/**
 * Bitfinex's frames to events. Data frames are `[channel, payload, …, sequence, time]`: the ack of a subscription says what a channel
 * is, that of `conf` whether sequence and time are there. Amounts are base asset, of derivatives too; their sign is a side.
 * Docs: https://docs.bitfinex.com/docs/ws-general, /docs/ws-public · fixtures recordings/BITFINEX.ndjson, documented/BITFINEX.ndjson
 */
import type { EpochMs, Instrument, Kline, RejectReason } from '../../../shared/domain/index.ts'
import type { Control } from '../../net/feed.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { type Candles, type Channel, channelOf, cut, isOpenTime, type Quotes } from './channels.ts'
import { fundingRateOf } from './funding-rates.ts'
import { type CandleRow, EventFrame, isCandleRow, isTradeRow } from './schemas.ts'
import { flags, wireOf } from './subscribe.ts'
import { find } from './symbols.ts'

const control = (what: Control): Normalized => ({ kind: 'control', control: what })
const ignored = control({ type: 'ignored' })
const rejected = (reason: RejectReason, detail: string): Normalized => ({
  kind: 'rejected',
  reason,
  detail: detail.slice(0, 300),
})
const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, 160)

/** When a data frame was sent, and its number; null where the connection was not asked for them. */
interface Stamp {
  readonly sequence: number | null
  readonly exchangeAt: EpochMs | null
}

/** Of a trade that came with a subscription: older ones are history, which is not asked of a stream. */
const mostTradeAgeMs = 60_000
const protocolVersion = 2
/** 20051 the server restarts, 20060 and 20061 maintenance begins and ends: all that was subscribed must be begun anew. */
const restarts: ReadonlySet<number> = new Set([20_051, 20_060, 20_061])
const alreadySubscribed = 10_301
/** Not ready: asked again after the ack's time-out. */
const notReady = 10_011

export function createNormalizer(lookup: InstrumentLookup): Normalizer {
  const connection = new Connection(lookup)
  return (data, _isBinary, receivedAt) => {
    let json: unknown
    try {
      json = JSON.parse(data.toString())
    } catch {
      return rejected('json', data.subarray(0, 200).toString())
    }
    return Array.isArray(json) ? connection.readData(json, receivedAt) : connection.readEvent(json)
  }
}

class Connection {
  private readonly lookup: InstrumentLookup
  private readonly channels = new Map<number, Channel>()
  /** Unsubscribed: what still comes of them is late. */
  private readonly left = new Set<number>()
  private hasSequence = false
  private hasTime = false
  private sequence = 0
  /** Why the connection must be replaced, once that was noticed; said with the next frame that brings nothing else. */
  private complaint: string | null = null

  constructor(lookup: InstrumentLookup) {
    this.lookup = lookup
  }

  // ---------------------------------------------------------------- events

  /**
   * In      {"event":"subscribed","channel":"book","chanId":943592,"symbol":"tBTCF0:USTF0","prec":"P0","freq":"F0","len":"250",
   *         "subId":"7","pair":"BTCF0:USTF0"}; errors repeat the fields of the request
   */
  readEvent(json: unknown): Normalized {
    const frame = EventFrame.safeParse(json)
    if (!frame.success) return rejected('schema', frame.error.issues[0]?.message ?? 'no event')
    switch (frame.data.event) {
      case 'info':
        return readInfo(frame.data)
      case 'conf':
        return this.configured(frame.data)
      case 'subscribed':
        return this.subscribed(frame.data)
      case 'unsubscribed':
        return this.unsubscribed(frame.data)
      case 'pong':
        return control({ type: 'pong' })
      case 'error':
        return this.failed(frame.data)
      default:
        return rejected('unknownChannel', `event ${frame.data.event}`)
    }
  }

  private configured({ status, flags: granted = 0 }: EventFrame): Normalized {
    if (status !== 'OK') return control({ type: 'loginRefused', message: `conf: ${shown(status)}` })
    this.hasSequence = (granted & flags.sequence) !== 0
    this.hasTime = (granted & flags.timestamp) !== 0
    return control({ type: 'loggedIn' })
  }

  private subscribed(event: EventFrame): Normalized {
    const { chanId, subId } = event
    const wire = wireOf(event)
    const channel = wire === null ? null : channelOf(wire)
    if (wire === null || channel === null || chanId === undefined)
      return rejected('unknownChannel', `subscribed ${shown(event)}`)
    this.channels.set(chanId, channel)
    this.left.delete(chanId)
    return control({ type: 'ack', id: idOf(subId), wires: [wire], handle: chanId })
  }

  private unsubscribed({ chanId, status }: EventFrame): Normalized {
    if (chanId === undefined || status !== 'OK') return rejected('value', `unsubscribed ${chanId} ${shown(status)}`)
    if (this.channels.delete(chanId)) this.left.add(chanId)
    return ignored
  }

  /** That something is subscribed already tells its channel; whoever missed how it began learns so from a book that follows on nothing. */
  private failed(event: EventFrame): Normalized {
    const { code = 0, msg = '', chanId, subId } = event
    const wire = wireOf(event)
    const message = `${code} ${msg}`
    if (wire === null || code === notReady) return rejected('value', `error ${message}`)
    if (code === alreadySubscribed && chanId !== undefined) {
      if (!this.channels.has(chanId)) {
        const channel = channelOf(wire)
        if (channel === null) return rejected('value', `error ${message}`)
        cut(channel)
        this.channels.set(chanId, channel)
      }
      return control({ type: 'ack', id: idOf(subId), wires: [wire], handle: chanId })
    }
    return control({ type: 'refused', id: idOf(subId), wires: [wire], message })
  }

  // ---------------------------------------------------------------- data

  /** `[channel, payload, sequence, time]`, of `te`, `tu` and `cs` one place more between. */
  readData(frame: readonly unknown[], receivedAt: EpochMs): Normalized {
    // by place: taking an array apart with a pattern costs as much as all else here
    const chanId = frame[0]
    const payload = frame[1]
    if (typeof chanId !== 'number') return rejected('schema', `no channel: ${shown(frame)}`)
    const isNamed = payload === 'te' || payload === 'tu' || payload === 'cs'
    const stamp = this.stampOf(frame, isNamed ? 3 : 2)
    if (stamp === null) return rejected('schema', `no sequence or time: ${shown(frame)}`)
    if (stamp.sequence !== null && !this.follows(stamp.sequence)) return ignored
    const channel = this.channels.get(chanId)
    if (channel === undefined) {
      return this.left.has(chanId) ? ignored : rejected('unknownChannel', `channel ${chanId}: ${shown(payload)}`)
    }
    const instrument = find(this.lookup, channel.symbol)
    if (instrument === undefined) return rejected('unknownInstrument', channel.symbol)
    return this.read(channel, instrument, payload, frame[2], stamp, receivedAt)
  }

  private read(
    channel: Channel,
    instrument: Instrument,
    payload: unknown,
    told: unknown,
    stamp: Stamp,
    receivedAt: EpochMs,
  ): Normalized {
    switch (channel.kind) {
      case 'trades':
        return payload === 'tu' || payload === 'hb'
          ? this.nothing()
          : readTrades(payload === 'te' ? told : payload, instrument, receivedAt)
      case 'candles':
        return payload === 'hb' ? this.nothing() : readCandles(channel, payload, instrument, stamp, receivedAt)
      case 'status':
        return payload === 'hb' ? this.nothing() : readStatus(payload, instrument, receivedAt)
      case 'quote':
        return this.readQuote(channel, payload, instrument, stamp, receivedAt)
      case 'book': {
        if (payload === 'hb' && channel.channel.isEmpty) return this.nothing()
        const id = stamp.sequence ?? ++this.sequence
        const { exchangeAt } = stamp
        if (payload === 'hb' || payload === 'cs') {
          const checksum = payload === 'cs' && typeof told === 'number' && Number.isSafeInteger(told) ? told : null
          return { kind: 'depth', depth: channel.channel.beat(id, checksum, instrument, exchangeAt, receivedAt) }
        }
        const depth = channel.channel.read(payload, id, instrument, exchangeAt, receivedAt)
        if ('wrong' in depth) return rejected('value', `${instrument.nativeName} book: ${shown(depth.wrong)}`)
        return { kind: 'depth', depth }
      }
    }
  }

  /**
   * In      [[86704,1,0.03460649],[86719,2,-0.03483509]] first, then [86719,2,-0.03483509]
   * Out     a book_ticker of what stands after it; nothing while a level is under way from one price to another (`quote.ts`)
   */
  private readQuote(
    { channel, book }: Quotes,
    payload: unknown,
    instrument: Instrument,
    { exchangeAt }: Stamp,
    receivedAt: EpochMs,
  ): Normalized {
    if (payload === 'hb' || payload === 'cs') {
      return book.settle() && !channel.isCut ? quoteOf(book, instrument, exchangeAt, receivedAt) : this.nothing()
    }
    if (channel.isCut) return this.nothing()
    const depth = channel.read(payload, 0, instrument, exchangeAt, receivedAt)
    if ('wrong' in depth) {
      this.complaint ??= `a quote of ${instrument.nativeName} could not be read`
      return rejected('value', `${instrument.nativeName} quote: ${shown(depth.wrong)}`)
    }
    if (depth.isSnapshot) book.replace(depth)
    else if (!book.apply(depth)) return ignored
    return quoteOf(book, instrument, exchangeAt, receivedAt)
  }

  /** null: not as the connection was asked for. */
  private stampOf(frame: readonly unknown[], at: number): Stamp | null {
    const sequence = this.hasSequence ? frame[at] : null
    const exchangeAt = this.hasTime ? frame[this.hasSequence ? at + 1 : at] : null
    if (sequence !== null && !(typeof sequence === 'number' && Number.isSafeInteger(sequence))) return null
    if (exchangeAt !== null && !(typeof exchangeAt === 'number' && isPositive(exchangeAt))) return null
    return { sequence, exchangeAt }
  }

  /** False: it was here already. One that is missing may have been of any channel. */
  private follows(sequence: number): boolean {
    if (sequence <= this.sequence) return false
    if (sequence !== this.sequence + 1) {
      for (const channel of this.channels.values()) cut(channel)
      this.complaint ??= `frames ${this.sequence + 1} to ${sequence - 1} are missing`
    }
    this.sequence = sequence
    return true
  }

  /** A frame that brings nothing: the place to say that the connection is no longer good. */
  private nothing(): Normalized {
    const { complaint } = this
    if (complaint === null) return ignored
    return control({ type: 'closing', message: complaint })
  }
}

/** `{"event":"info","version":2,"platform":{"status":1}}` greets; `{"event":"info","code":20051,"msg":"…"}` announces. */
function readInfo({ code, msg = '', version, platform }: EventFrame): Normalized {
  if (code !== undefined)
    return restarts.has(code) ? control({ type: 'closing', message: `${code} ${msg}`.trim() }) : ignored
  if (version !== undefined && version !== protocolVersion)
    return control({ type: 'loginRefused', message: `it speaks version ${version}` })
  return platform?.status === 0 ? control({ type: 'loginRefused', message: 'it is in maintenance' }) : ignored
}

const idOf = (subId: string | number | undefined): number | null =>
  /^\d{1,15}$/.test(String(subId)) ? Number(subId) : null

function quoteOf(
  { bestBid, bestAsk }: Quotes['book'],
  instrument: Instrument,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): Normalized {
  const [bidPrice, bidQuantity] = bestBid ?? [null, null]
  const [askPrice, askQuantity] = bestAsk ?? [null, null]
  return {
    kind: 'events',
    events: [{ kind: 'book_ticker', instrument, bidPrice, bidQuantity, askPrice, askQuantity, exchangeAt, receivedAt }],
  }
}

/**
 * In      [1966969153,1788336976468,0.00012941,77531] (`te`), or a list of them, newest first, to begin with
 * Out     a trade each, oldest first; AMOUNT above 0: the taker bought. Of those to begin with, the last minute's
 * Not     `tu`, which tells of the same trade once more
 */
function readTrades(payload: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  const isList = Array.isArray(payload) && payload.every(Array.isArray)
  const rows: readonly unknown[] = isList ? payload.toReversed() : [payload]
  const events: MarketTrade[] = []
  for (const row of rows) {
    if (!isTradeRow(row)) return rejected('schema', `${instrument.nativeName} trade: ${shown(row)}`)
    const [id, exchangeAt, amount, price] = row
    const quantity = Math.abs(amount)
    const isTrade =
      Number.isSafeInteger(id) &&
      exchangeAt > 0 &&
      isPositive(price) &&
      isPositive(quantity) &&
      Number.isFinite(exchangeAt)
    if (!isTrade) return rejected('value', `${instrument.nativeName} trade: ${shown(row)}`)
    if (isList && exchangeAt < receivedAt - mostTradeAgeMs) continue
    const side = amount > 0 ? 'BUY' : 'SELL'
    events.push({ kind: 'trade', instrument, tradeId: String(id), price, quantity, side, exchangeAt, receivedAt })
  }
  return events.length === 0 ? ignored : { kind: 'events', events }
}
type MarketTrade = Extract<Extract<Normalized, { kind: 'events' }>['events'][number], { kind: 'trade' }>

const isPositive = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY

/**
 * Candles bear no closed flag: see CandleCloses. Of the list to begin with, newest first, only the newest is told: history knows the others.
 *
 * In      [[1574698260000,7379.78,7383.8,7388.3,7379.78,1.68829482],…] first, then [1574698200000,7399.9,7379.7,7399.9,7371.8,41.6]
 * Out     one kline, or two; volume = base asset; quoteVolume null, which Bitfinex does not tell
 */
function readCandles(
  channel: Candles,
  payload: unknown,
  instrument: Instrument,
  { exchangeAt }: Stamp,
  receivedAt: EpochMs,
): Normalized {
  const isList = Array.isArray(payload) && payload.every(Array.isArray)
  if (isList && payload.length === 0) return ignored
  const rows: readonly unknown[] = isList ? payload : [payload]
  const [row] = rows
  if (!isCandleRow(row)) return rejected('schema', `${instrument.nativeName} candle: ${shown(row)}`)
  const candle = candleOf(row)
  const { period, closes } = channel
  if (candle === null || !isOpenTime(candle.openTime, period))
    return rejected('value', `${instrument.nativeName} candle: ${shown(row)}`)
  const kline: Kline = {
    ...candle,
    ...{ kind: 'kline', instrument, period, isClosed: false, exchangeAt, receivedAt },
  }
  const events = closes.take(kline)
  return events.length === 0 ? ignored : { kind: 'events', events }
}

/** null: the values cannot be a candle's. */
export function candleOf(row: CandleRow) {
  const [openTime, open, close, high, low, volume] = row
  return isCandle(open, high, low, close, volume, 0)
    ? { openTime, open, high, low, close, volume, quoteVolume: null }
    : null
}

/** Out: the funding rate (`funding-rates.ts`); one that is not told yet is nothing. */
function readStatus(payload: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  if (!Array.isArray(payload)) return rejected('schema', `${instrument.nativeName} status: ${shown(payload)}`)
  const reading = fundingRateOf(payload, instrument, receivedAt)
  if (reading.kind === 'bad') return rejected('value', `${instrument.nativeName} status: ${reading.problem}`)
  return reading.kind === 'row' ? { kind: 'events', events: [{ kind: 'funding_rate', rate: reading.value }] } : ignored
}
