/** What the chaos proxy can do to traffic, and what it does to single frames. Pure but for the dice handed in. */
import type { ExchangeId, GapKind } from '../../src/shared/domain/index.ts'

/** From 0 to below 1. */
export type Dice = () => number

/** The same seed, the same dice (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What a frame carries, as far as its text tells. `private`: of an account. */
export type FrameChannel = GapKind | 'funding' | 'private'
export interface FrameLabel {
  readonly channel: FrameChannel
  /** `BTC_USDT`, `BTC_USDT_PERP`; null: not told. */
  readonly symbol: string | null
}

/** Faults that strike single frames from the exchange. */
export const frameFaultKinds = [
  'duplicate',
  'reorder',
  'lose',
  'truncate',
  'malformed',
  'renamed_field',
  'retyped_field',
  'wrong_checksum',
] as const
export type FrameFaultKind = (typeof frameFaultKinds)[number]

export type ProxyFault =
  /** Open sockets are reset. Momentary. */
  | { readonly kind: 'reset' }
  /** Open sockets are closed in good order, as at the end of a connection's lifetime. Momentary. */
  | { readonly kind: 'close' }
  /** Open connections are reset, and nothing listens. */
  | { readonly kind: 'refused' }
  /** Open connections are reset, and the name is not resolved. */
  | { readonly kind: 'unresolved' }
  /** Nothing passes in either direction, pings included, and nothing is said of it; in the end everything comes after all, or a reset. */
  | { readonly kind: 'half_open'; readonly ending: 'resume' | 'reset' }
  /** Requests and upgrades are answered so; `cuts`: open sockets are reset first. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly retryAfterSeconds: number | null
      readonly cuts: boolean
    }
  /** The network answers every request with its own page; open sockets are reset. */
  | { readonly kind: 'captive_portal' }
  /** Answers come piece by piece. */
  | { readonly kind: 'drip' }
  /** Everything comes later by so much, in order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** `channel` null: frames of every channel. `most`: no more of them than that. */
  | {
      readonly kind: 'frames'
      readonly how: FrameFaultKind
      readonly channel: FrameChannel | null
      readonly probability: number
      readonly most: number | null
    }

export const isMomentary = ({ kind }: ProxyFault): boolean => kind === 'reset' || kind === 'close'

// ---------------------------------------------------------------- whose a frame is

const binanceChannels: Readonly<Record<string, FrameChannel>> = {
  bookTicker: 'book_ticker',
  trade: 'trade',
  aggTrade: 'trade',
  kline: 'kline',
  depth: 'order_book',
  markPrice: 'funding',
}

const spotOf = (joined: string): string => joined.toUpperCase().replace(/^(.+?)_?(USDT|USDC)$/, '$1_$2')

function binance(text: string, origin: string): FrameLabel | null {
  const stream = /"stream":"([a-z0-9]+)@([a-zA-Z]+)/.exec(text)
  if (stream) {
    const [, name = '', word = ''] = stream
    const channel = binanceChannels[word]
    if (channel === undefined) return null
    return { channel, symbol: origin.includes('fstream') ? `${spotOf(name)}_PERP` : spotOf(name) }
  }
  return /"e":"(executionReport|outboundAccountPosition|balanceUpdate|ORDER_TRADE_UPDATE|ACCOUNT_UPDATE)"/.test(text)
    ? { channel: 'private', symbol: null }
    : null
}

function okx(text: string): FrameLabel | null {
  if (!text.includes('"data":') || text.includes('"event":')) return null
  const name = /"channel":"([^"]+)"/.exec(text)?.[1]
  if (name === undefined) return null
  const native = /"instId":"([^"]+)"/.exec(text)?.[1]
  const symbol = native === undefined ? null : native.replace(/-SWAP$/, '-PERP').replaceAll('-', '_')
  if (name === 'bbo-tbt') return { channel: 'book_ticker', symbol }
  if (name.startsWith('trades')) return { channel: 'trade', symbol }
  if (name.startsWith('candle')) return { channel: 'kline', symbol }
  if (name.startsWith('books')) return { channel: 'order_book', symbol }
  return { channel: name === 'funding-rate' ? 'funding' : 'private', symbol: null }
}

function gate(text: string): FrameLabel | null {
  if (!/"event":"(update|all)"/.test(text)) return null
  const [, wallet = '', name = ''] = /"channel":"([a-z]+)\.([a-z_]+)"/.exec(text) ?? []
  const native = /"(?:s|n|contract|currency_pair)":"(?:\w+\.|\d+[mhd]_)?([A-Z0-9]+_USDT)/.exec(text)?.[1]
  const symbol = native === undefined ? null : `${native}${wallet === 'futures' ? '_PERP' : ''}`
  if (name === 'book_ticker') return { channel: 'book_ticker', symbol }
  if (name === 'trades') return { channel: 'trade', symbol }
  if (name === 'candlesticks') return { channel: 'kline', symbol }
  if (name === 'obu' || name.startsWith('order_book')) return { channel: 'order_book', symbol }
  if (name === 'tickers' || name === '') return name === '' ? null : { channel: 'funding', symbol }
  return { channel: 'private', symbol: null }
}

function mexc(text: string): FrameLabel | null {
  const [, side, name = ''] = /spot@(public|private)\.(?:aggre\.|increase\.)?([a-zA-Z]+)/.exec(text) ?? []
  if (side === undefined) return null
  if (side === 'private') return { channel: 'private', symbol: null }
  const native = /@([A-Z0-9]+(?:USDT|USDC))/.exec(text)?.[1]
  const symbol = native === undefined ? null : spotOf(native)
  if (name === 'bookTicker') return { channel: 'book_ticker', symbol }
  if (name === 'deals') return { channel: 'trade', symbol }
  if (name === 'kline') return { channel: 'kline', symbol }
  return name === 'depth' ? { channel: 'order_book', symbol } : null
}

/** null: housekeeping of the exchange's own, such as acks and pongs. */
export function labelOf(exchange: ExchangeId, origin: string, frame: Buffer, isBinary: boolean): FrameLabel | null {
  // Acks of MEXC name their channels, too, but are text.
  if (exchange === 'mexc') return isBinary ? mexc(frame.toString('latin1')) : null
  const text = frame.toString('utf8')
  if (exchange === 'binance') return binance(text, origin)
  return exchange === 'okx' ? okx(text) : gate(text)
}

// ---------------------------------------------------------------- damage

/** Some key of the frame gets another name; null: it has none. */
function renamed(text: string, dice: Dice): string | null {
  const keys = [...text.matchAll(/"([A-Za-z_]+)":/g)]
  const key = keys[Math.floor(dice() * keys.length)]
  if (key === undefined) return null
  return `${text.slice(0, key.index)}"${key[1]}_new":${text.slice(key.index + key[0].length)}`
}

/** Some number becomes text, or text that is a number becomes one. */
function retyped(text: string, dice: Dice): string | null {
  const values = [...text.matchAll(/":("-?\d+(?:\.\d+)?"|-?\d+(?:\.\d+)?)(?=[,}])/g)]
  const value = values[Math.floor(dice() * values.length)]
  if (value === undefined) return null
  const word = value[1] ?? ''
  const other = word.startsWith('"') ? word.slice(1, -1) : `"${word}"`
  return `${text.slice(0, value.index)}":${other}${text.slice(value.index + value[0].length)}`
}

/** The frame as it comes instead; null: such damage cannot be done to it. */
export function damaged(
  how: 'truncate' | 'malformed' | 'renamed_field' | 'retyped_field' | 'wrong_checksum',
  frame: Buffer,
  isBinary: boolean,
  dice: Dice,
): Buffer | null {
  if (how === 'truncate') return frame.subarray(0, Math.floor(frame.length * dice()))
  if (how === 'malformed') {
    const garbled = Buffer.from(frame)
    // Printable, so that a text frame stays one.
    for (let at = Math.floor(dice() * 4); at < garbled.length; at += 5) garbled[at] = 35 + Math.floor(dice() * 80)
    return garbled
  }
  if (isBinary) return null
  const text = frame.toString('utf8')
  if (how === 'wrong_checksum') {
    const other = text.replace(/"checksum":-?\d+/, `"checksum":${1 + Math.floor(dice() * 2_000_000_000)}`)
    return other === text ? null : Buffer.from(other)
  }
  const changed = how === 'renamed_field' ? renamed(text, dice) : retyped(text, dice)
  return changed === null ? null : Buffer.from(changed)
}
