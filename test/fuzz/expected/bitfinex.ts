/**
 * What Bitfinex's public frames say. A data frame, `[channel, payload, sequence, time]`, says nothing without the ack that tells what its
 * channel is: the acks are those of the samples. All numbers are JSON numbers; amounts are base asset, their sign is a side.
 */
import { type CandleRow, isBookRow, isCandleRow, isTradeRow } from '../../../src/main/exchanges/bitfinex/schemas.ts'
import { readFrames } from '../../support/frames.ts'
import {
  best,
  type Expectation,
  type Expected,
  exact,
  type Json,
  type Levels,
  listOf,
  objectOf,
  readJson,
  same,
  type Told,
  type Values,
} from './readers.ts'

const periods: Readonly<Record<string, string>> = { '1m': '1m', '5m': '5m', '15m': '15m', '1h': '1h', '1D': '1d' }
const flags = { time: 32_768, sequence: 65_536, checksums: 131_072 } as const
/** A channel's levels a side: quotes are a book of one. */
const quoteLevels = '1'
/** Of no channel: what it says is refused, its number is counted. */
const strange = 1
const intervalHours = 8
/** The id of a change that no book can follow on. */
const nothing = -1
/** No sequence is as high, times in milliseconds are. */
const leastTime = 1_000_000_000_000

/** By its number, how a channel was acknowledged. Numbers of the fixtures that are used twice are taken as the last one tells. */
const acks: ReadonlyMap<unknown, Json> = new Map(
  [
    ...readFrames('recordings/BITFINEX.ndjson'),
    ...readFrames('documented/BITFINEX.ndjson'),
    ...readFrames('simulated/bitfinex.ndjson').map((line) => Buffer.from(String(objectOf(readJson(line)).text))),
  ]
    .map((frame) => objectOf(readJson(frame)))
    .filter(({ event }) => event === 'subscribed')
    .map((ack) => [ack.chanId, ack]),
)

interface DataFrame {
  readonly ack: Json
  readonly payload: unknown
  /** What stands behind the name of a named payload. */
  readonly more: unknown
  readonly sequence: number
  /** null where the connection was not asked for times. */
  readonly at: number | null
}

/** null: no data of a known channel. */
function dataOf(data: Buffer): DataFrame | null {
  const frame = listOf(readJson(data))
  const [chanId, payload, more] = frame
  const ack = acks.get(chanId)
  const place = payload === 'te' || payload === 'tu' || payload === 'cs' ? 3 : 2
  const sequence = frame[place]
  if (ack === undefined || typeof sequence !== 'number') return null
  const time = frame[place + 1]
  return { ack, payload, more, sequence, at: typeof time === 'number' && time >= leastTime ? time : null }
}

const isWhole = (payload: unknown): boolean => Array.isArray(payload) && payload.every(Array.isArray)

/** The connection as it must be for the frame: asked for times or not, one number before, its channel just begun, and no book but the whole. */
function before(data: Buffer): readonly Buffer[] {
  const frame = dataOf(data)
  if (frame === null) return []
  const { ack, payload, sequence, at } = frame
  const stamped = (channel: unknown, what: unknown, number: number) =>
    at === null ? [channel, what, number] : [channel, what, number, at]
  const asked = flags.sequence + flags.checksums + (at === null ? 0 : flags.time)
  const isChange = ack.channel === 'book' && !isWhole(payload)
  const last = sequence - 1
  return [
    { event: 'conf', status: 'OK', flags: asked },
    stamped(strange, 'hb', isChange ? last - 1 : last),
    ack,
    ...(isChange ? [stamped(ack.chanId, [], last)] : []),
  ].map((one) => Buffer.from(JSON.stringify(one)))
}

function read(_feed: string, data: Buffer): Expected | null {
  const frame = dataOf(data)
  if (frame === null) return null
  const { ack, payload, more } = frame
  const isNamed = typeof payload === 'string'
  switch (ack.channel) {
    case 'trades':
      return payload === 'te' || !isNamed ? tradesOf(ack, isNamed ? more : payload) : null
    case 'candles':
      return candleOf(frame, isWhole(payload) ? listOf(payload)[0] : payload)
    case 'status':
      return statusOf(String(ack.key).slice('deriv:'.length), listOf(payload))
    case 'book':
      return ack.len === quoteLevels ? quoteOf(frame) : bookOf(frame)
    default:
      return null
  }
}

function tradesOf({ symbol: name }: Json, told: unknown): Expected {
  const rows = isWhole(told) ? listOf(told) : [told]
  return {
    fitsSchema: rows.every(isTradeRow),
    told: rows.filter(isTradeRow).map(([id, exchangeAt, amount, price]) => {
      const sides = { quantity: Math.abs(amount), side: amount > 0 ? 'BUY' : 'SELL' }
      return { kind: 'trade', name, values: same({ tradeId: String(id), price, ...sides, exchangeAt }) }
    }),
  }
}

/** Of a list the newest, which stands first. */
function candleOf({ ack, at }: DataFrame, row: unknown): Expected {
  const [, timeframe = '', ...name] = String(ack.key).split(':')
  const valuesOf = ([openTime, open, close, high, low, volume]: CandleRow): Values => ({
    period: periods[timeframe],
    ...{ openTime, open, high, low, close, volume },
    ...{ quoteVolume: null, isClosed: false, exchangeAt: at },
  })
  if (!isCandleRow(row)) return { fitsSchema: false, told: [] }
  return { fitsSchema: true, told: [{ kind: 'kline', name: name.join(':'), values: same(valuesOf(row)) }] }
}

function statusOf(name: string, row: readonly unknown[]): Expected {
  const [next, mark] = [row[7], row[14]]
  const values = {
    rate: exact(row[11]),
    nextFundingAt: typeof next === 'number' && Number.isSafeInteger(next) && next > 0 ? next : null,
    intervalHours,
    markPrice: mark === null || mark === undefined ? null : exact(mark),
    exchangeAt: exact(row[0]),
  }
  return { fitsSchema: true, told: [{ kind: 'funding_rate', name, values: same(values) }] }
}

interface Sides {
  readonly bids: Levels
  readonly asks: Levels
}

/** null: neither rows nor one. A count of 0 takes the level away. */
function sidesOf(payload: unknown): Sides | null {
  const rows = isWhole(payload) ? listOf(payload) : [payload]
  if (!rows.every(isBookRow)) return null
  const of = (sign: number) =>
    rows
      .filter((row) => Math.sign(row[2]) === sign)
      .map(([price, count, amount]) => [price, count === 0 ? 0 : Math.abs(amount)] as const)
  return { bids: of(1), asks: of(-1) }
}

/** Heartbeats and checksums change nothing and count. */
function bookOf({ ack, payload, more, sequence, at }: DataFrame): Expected {
  const isBeat = payload === 'hb' || payload === 'cs'
  const sides = isBeat ? { bids: [], asks: [] } : sidesOf(payload)
  const isSnapshot = isWhole(payload)
  // the first frame of all has none before it, and so follows on nothing
  const previousId = isSnapshot ? null : sequence > 1 ? sequence - 1 : nothing
  const ids = { firstId: sequence, lastId: sequence, previousId }
  const checksum = payload === 'cs' && Number.isSafeInteger(more) ? more : null
  const values = { isSnapshot, ...ids, ...sides, checksum, exchangeAt: at }
  return { fitsSchema: sides !== null, told: [{ kind: 'depth', name: ack.symbol, values: same(values) }] }
}

/** The best of a whole book, or of the one level that a change leaves of none. */
function quoteOf({ ack, payload, at }: DataFrame): Expected {
  const sides = sidesOf(payload)
  const values = { ...best(sides?.bids ?? [], sides?.asks ?? []), exchangeAt: at }
  const told: Told = { kind: 'book_ticker', name: ack.symbol, values: same(values) }
  return { fitsSchema: sides !== null, told: [told] }
}

export const expected: Expectation = { read, before }
