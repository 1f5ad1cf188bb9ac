/** Raw frames by file name, and what the normalising bench must know of each exchange to read them. */
import { readFileSync } from 'node:fs'
import type { InstrumentLookup, Normalizer } from '../../src/main/exchanges/contract.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { type ExchangeId, type Instrument, instrumentKey, type MarketKind } from '../../src/shared/domain/index.ts'

export interface Source {
  readonly exchange: ExchangeId
  /** The connector's feed whose normalizer reads a frame of this channel. */
  readonly feedOf: (channel: string) => string
  /** The channel's name as the exchange writes it; null for housekeeping. */
  readonly channelOf: (json: Readonly<Record<string, unknown>>) => string | null
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const binanceChannel = (json: Readonly<Record<string, unknown>>) =>
  text(json.stream)
    ?.replace(/^[^@]*@/, '')
    .replace(/@.*$/, '') ?? null

/** By file name, as in the recordings. */
export const sources: Readonly<Record<string, Source>> = {
  BINANCE: { exchange: 'binance', feedOf: () => 'spot', channelOf: binanceChannel },
  BINANCE_FUTURES: {
    exchange: 'binance',
    feedOf: (channel) =>
      channel === 'bookTicker' || channel.startsWith('depth') ? 'perpetual-public' : 'perpetual-market',
    channelOf: binanceChannel,
  },
  OKX: {
    exchange: 'okx',
    feedOf: (channel) => (channel.startsWith('candle') ? 'business' : 'public'),
    channelOf: (json) => (json.event === undefined ? text(field(json.arg, 'channel')) : null),
  },
  GATEIO: {
    exchange: 'gate',
    feedOf: (channel) => (channel.startsWith('futures.') ? 'perpetual' : 'spot'),
    channelOf: (json) => (json.event === 'update' ? text(json.channel) : null),
  },
  MEXC: {
    exchange: 'mexc',
    feedOf: () => 'spot',
    // spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT
    channelOf: (json) => /^spot@public\.(?:aggre\.)?(\w+)\./.exec(text(json.channel) ?? '')?.[1] ?? null,
  },
}

/** Lists every instrument a frame may name: a bench measures reading, not a list of 2021. */
class AnyInstrument extends Map<string, Instrument> {
  private readonly exchange: ExchangeId
  private readonly kind: MarketKind
  constructor(exchange: ExchangeId, kind: MarketKind) {
    super()
    this.exchange = exchange
    this.kind = kind
  }
  override has(nativeName: string): boolean {
    return this.get(nativeName) !== undefined
  }
  override get(nativeName: string): Instrument | undefined {
    const known = super.get(nativeName)
    if (known) return known
    // Coin-margined and dated contracts are what the connectors leave out.
    if (this.exchange === 'okx' && /-USD-|-\d{6}$/.test(nativeName)) return undefined
    const symbol = nativeName.replaceAll('-', '_')
    const made: Instrument = {
      id: this.size,
      key: instrumentKey(this.exchange, symbol),
      exchange: this.exchange,
      symbol,
      kind: this.kind,
      base: symbol,
      quote: 'USDT',
      nativeName,
      tickSize: null,
      lotSize: null,
      minimumQuantity: null,
      minimumNotional: null,
      contractSize: this.kind === 'perpetual' ? 0.01 : 1,
      status: 'trading',
    }
    this.set(nativeName, made)
    return made
  }
}

export const lookupFor = (exchange: ExchangeId): InstrumentLookup => ({
  spot: new AnyInstrument(exchange, 'spot'),
  perpetual: new AnyInstrument(exchange, 'perpetual'),
})

/** Those that were asked for so far, in maps as the program has them: they are found quicker than those that are made when asked for. */
export const foundIn = ({ spot, perpetual }: InstrumentLookup): InstrumentLookup => ({
  spot: new Map(spot),
  perpetual: new Map(perpetual),
})

/** The connector's normalizer for a channel. */
export const normalizerOf = (
  { exchange, feedOf }: Source,
  channel: string,
  lookup: InstrumentLookup = lookupFor(exchange),
): Normalizer => connectorOf(exchange).createNormalizer(feedOf(channel), lookup)

export interface Frame {
  /** What JSON.parse is timed on; of a binary frame its JSON form, as the documentation prints samples. */
  readonly text: string
  readonly bytes: Buffer
  readonly isBinary: boolean
}

export const binaryFrame = (bytes: Buffer): Frame => ({
  text: JSON.stringify(pushToJson(bytes)),
  bytes,
  isBinary: true,
})
export const textFrame = (line: string): Frame => ({ text: line, bytes: Buffer.from(line), isBinary: false })

/** One frame a line; a line `base64:…` is a binary one. */
export const readFrames = (path: string): readonly Frame[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('base64:') ? binaryFrame(Buffer.from(line.slice(7), 'base64')) : textFrame(line)))

/** The channel of a frame; '' for housekeeping and for what is no JSON (`pong`). */
export function channelOf(source: Source, { text: json }: Frame): string {
  try {
    const parsed: unknown = JSON.parse(json)
    return typeof parsed === 'object' && parsed !== null ? (source.channelOf({ ...parsed }) ?? '') : ''
  } catch {
    // Not every frame is JSON: it counts as housekeeping.
    return ''
  }
}
