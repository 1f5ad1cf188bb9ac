/**
 * What it costs to turn a frame's bytes into events, beside JSON.parse of the same strings in the same run. Two inputs: the
 * frames as recorded, over and over (V8 remembers short strings it has seen, which flatters JSON.parse), and the same frames
 * with fresh digits in every number.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { InstrumentLookup, Normalizer } from '../../src/main/exchanges/contract.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { type ExchangeId, type Instrument, instrumentKey, type MarketKind } from '../../src/shared/domain/index.ts'
import { median, type Row, type Table } from './table.ts'

interface Source {
  readonly exchange: ExchangeId
  /** The connector's feed whose normalizer reads a frame of this kind. */
  readonly feedOf: (channel: string) => string
  /** The channel's name as the exchange writes it; null for housekeeping. */
  readonly channelOf: (json: Record<string, unknown>) => string | null
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const binanceChannel = (json: Record<string, unknown>) =>
  text(json.stream)
    ?.replace(/^[^@]*@/, '')
    .replace(/@.*$/, '') ?? null

/** By file name, as in the recordings. */
const sources: Readonly<Record<string, Source>> = {
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
  MEXC: { exchange: 'mexc', feedOf: () => 'spot', channelOf: () => null },
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

const lookupFor = (exchange: ExchangeId): InstrumentLookup => ({
  spot: new AnyInstrument(exchange, 'spot'),
  perpetual: new AnyInstrument(exchange, 'perpetual'),
})

interface Frame {
  readonly text: string
  readonly bytes: Buffer
  readonly isBinary: boolean
}

const frameOf = (line: string): Frame =>
  line.startsWith('base64:')
    ? { text: '', bytes: Buffer.from(line.slice(7), 'base64'), isBinary: true }
    : { text: line, bytes: Buffer.from(line), isBinary: false }

function parse(line: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(line)
    return typeof json === 'object' && json !== null ? { ...json } : {}
  } catch {
    // Not every frame is JSON (`pong`, protobuf): it counts as housekeeping.
    return {}
  }
}

/** Another number of the same length and sign, the leading digit kept so that no price becomes 0. */
const freshDigits = (line: string): string =>
  line.replace(
    /("[1-9]|"0\.0*[1-9]|[:,[][1-9])(\d*)(\.?)(\d*)(?=["\],}])/g,
    (_all, lead: string, a: string, dot: string, b: string) => {
      const random = (digits: string) => digits.replace(/\d/g, () => String(Math.floor(Math.random() * 10)))
      return lead + random(a) + dot + random(b)
    },
  )

const rounds = 7
const framesPerRound = 20_000
const freshFrames = 60_000

let sink = 0
function timeParse(frames: readonly Frame[], count: number): number {
  const started = process.hrtime.bigint()
  for (let i = 0; i < count; i++) {
    const json: unknown = JSON.parse((frames[i % frames.length] as Frame).text)
    if (json === undefined) sink++
  }
  return Number(process.hrtime.bigint() - started) / count
}
function timeNormalise(normalise: Normalizer, frames: readonly Frame[], count: number): number {
  const started = process.hrtime.bigint()
  for (let i = 0; i < count; i++) {
    const { bytes, isBinary } = frames[i % frames.length] as Frame
    if (normalise(bytes, isBinary, i).kind === 'control') sink++
  }
  return Number(process.hrtime.bigint() - started) / count
}

function compare(normalise: Normalizer, frames: readonly Frame[], count: number) {
  timeParse(frames, count)
  timeNormalise(normalise, frames, count)
  const parse: number[] = []
  const ours: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const a = timeParse(frames, count)
    const b = timeNormalise(normalise, frames, count)
    parse.push(a)
    ours.push(b)
    ratios.push(b / a)
  }
  return { parse: median(parse), ours: median(ours), ratio: median(ratios) }
}

export async function benchNormalise(framesDir?: string): Promise<readonly Table[]> {
  const folder = framesDir ?? join(import.meta.dirname, '../fixtures/recordings')
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`)
  const counts: Row[] = []
  const speeds: Row[] = []
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()) {
    const name = basename(file, '.ndjson')
    const source = sources[name]
    if (!source) {
      counts.push({ file: name, frames: 0, events: 0, control: 0, rejected: 'no connector for it yet' })
      continue
    }
    const lines = readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const { exchange, channelOf, feedOf } = source
    const lookup = lookupFor(exchange)
    const normalizers = new Map<string, Normalizer>()
    const normalizerOf = (channel: string) => {
      const feed = feedOf(channel)
      const normalizer = normalizers.get(feed) ?? connectors[exchange].createNormalizer(feed, lookup)
      normalizers.set(feed, normalizer)
      return normalizer
    }
    const channels = new Map<string, string[]>()
    const rejected: Record<string, number> = {}
    let events = 0
    let control = 0
    for (const line of lines) {
      const channel = channelOf(parse(line))
      const { bytes, isBinary } = frameOf(line)
      const result = normalizerOf(channel ?? '')(bytes, isBinary, 0)
      if (result.kind === 'events') {
        events += result.events.length
        if (channel) channels.set(channel, [...(channels.get(channel) ?? []), line])
      } else if (result.kind === 'control') control++
      else rejected[result.reason] = (rejected[result.reason] ?? 0) + 1
    }
    const reasons = Object.entries(rejected).map(([reason, count]) => `${reason} ${count}`)
    counts.push({ file: name, frames: lines.length, events, control, rejected: reasons.join(', ') || 'none' })
    for (const [channel, recorded] of channels) {
      const recordedFrames = recorded.map(frameOf)
      const fresh = Array.from({ length: freshFrames }, (_, i) =>
        frameOf(freshDigits(recorded[i % recorded.length] as string)),
      )
      const asRecorded = compare(normalizerOf(channel), recordedFrames, framesPerRound)
      const withFresh = compare(normalizerOf(channel), fresh, freshFrames)
      speeds.push({
        file: name,
        channel,
        frames: recorded.length,
        bytes: Math.round(recordedFrames.reduce((sum, { bytes }) => sum + bytes.length, 0) / recordedFrames.length),
        'parse ns': Math.round(asRecorded.parse),
        'normalise ns': Math.round(asRecorded.ours),
        ratio: asRecorded.ratio,
        'fresh parse ns': Math.round(withFresh.parse),
        'fresh normalise ns': Math.round(withFresh.ours),
        'fresh ratio': withFresh.ratio,
      })
    }
  }
  if (sink < 0) throw new Error('unreachable: keeps the loops alive')
  return [
    { title: `Frames of ${framesDir ?? 'the recordings'}: what they became`, rows: counts },
    { title: 'Bytes to events, beside JSON.parse of the same strings (medians of 7)', rows: speeds },
  ]
}
