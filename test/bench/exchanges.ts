/**
 * Of each exchange, what a frame of best bid and ask and one of its order book cost on their way to events, beside JSON.parse of the same
 * text: what its venue sends is collected over a socket and replayed from the first frame on, since sequences and channels tie frames together.
 * All exchanges run in one process, as in the program, so that shared code sees the shapes of all of them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { createBus } from '../../src/main/bus/index.ts'
import type { Connector, InstrumentLookup, Topic } from '../../src/main/exchanges/contract.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import { createLogger } from '../../src/main/log.ts'
import { startSimulator } from '../../src/main/simulator/index.ts'
import { defaultSymbols } from '../../src/main/simulator/symbols.ts'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { loadListed } from '../support/instruments.ts'
import { roomy, timesTheLimits } from '../support/roomy.ts'
import type { Row, Table } from './table.ts'

const symbols = defaultSymbols
/** Frames a second that the venues' sockets are filled up to, all together. */
const rate = 4_000
/** Of a feed; slow ones tell each symbol's quote ten times a second, and a busy machine takes its time. */
const mostFrames = 2_000
const longestListenMs = 120_000
const lookEveryMs = 200
/** Fewer say nothing of a feed. */
const fewestFrames = 100
const rounds = 30
const warmUpRounds = 6

interface Frame {
  readonly bytes: Buffer
  readonly isBinary: boolean
}

const channels = ['book_ticker', 'order_book'] as const
type Channel = (typeof channels)[number]

interface Heard {
  readonly connector: Connector
  readonly channel: Channel
  readonly lookup: InstrumentLookup
  /** By feed, from its first frame on. */
  readonly said: ReadonlyMap<string, readonly Frame[]>
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b
const textOf = ({ bytes, isBinary }: Frame): string => {
  if (isGzip(bytes)) return gunzipSync(bytes).toString()
  return isBinary ? JSON.stringify(pushToJson(bytes)) : bytes.toString()
}

/** Listens to one channel of every symbol. */
async function collect(
  connector: Connector,
  origins: Readonly<Record<string, string>>,
  channel: Channel,
): Promise<Heard> {
  const said = new Map<string, Frame[]>()
  const session = new ExchangeSession({
    connector,
    origins,
    bus: createBus((error) => {
      throw error
    }),
    logger: createLogger('silent'),
    onRawFrame(frame, isBinary, _receivedAt, feed) {
      const frames = said.get(feed) ?? []
      if (frames.length < mostFrames) frames.push({ bytes: Buffer.from(frame), isBinary })
      said.set(feed, frames)
    },
  })
  const instruments = await loadListed(session, ({ symbol }) => symbols.includes(symbol.replace(/_PERP$/, '')))
  session.want(
    instruments
      .map((instrument): Topic => ({ channel, instrument, period: null }))
      .filter((topic) => connector.route(topic) !== null),
  )
  session.start()
  const isHeard = () => [...said.values()].some((frames) => frames.length === mostFrames)
  for (const started = performance.now(); !isHeard() && performance.now() - started < longestListenMs; )
    await delay(lookEveryMs)
  await session.stop()
  return { connector, channel, lookup: session.instruments, said }
}

/** Nanoseconds of one frame. */
function timed(count: number, run: () => void): number {
  const started = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - started) / count
}

/** The row of one feed; null: next to nothing was said on it. */
function measure(
  connector: Connector,
  channel: Channel,
  feed: string,
  frames: readonly Frame[],
  lookup: InstrumentLookup,
): Row | null {
  const spoken = frames.flatMap((frame) => {
    const text = textOf(frame)
    return /^[[{]/.test(text) ? [{ ...frame, text }] : []
  })
  let useful = 0
  let rejected = ''
  const replay = (look: boolean) => {
    const normalize = connector.createNormalizer(feed, lookup)
    for (let at = 0; at < spoken.length; at++) {
      const frame = spoken[at]
      if (frame === undefined) continue
      const told = normalize(frame.bytes, frame.isBinary, at)
      if (!look) continue
      if (told.kind === 'rejected') rejected ||= told.detail
      if (told.kind === 'events' || told.kind === 'depth') useful++
    }
  }
  replay(true)
  if (rejected !== '') throw new Error(`${connector.exchange} ${feed}: ${rejected}`)
  if (useful < fewestFrames) return null
  const parse = () => {
    for (const { bytes, text } of spoken) JSON.parse(isGzip(bytes) ? gunzipSync(bytes).toString() : text)
  }
  const times = Array.from({ length: warmUpRounds + rounds }, () => [
    timed(spoken.length, parse),
    timed(spoken.length, () => replay(false)),
  ]).slice(warmUpRounds)
  // the quickest round of each: no other program took the processor in it
  const [parsed, ours] = [0, 1].map((column) => Math.min(...times.map((pair) => pair[column] ?? Number.NaN)))
  const bytes = spoken.reduce((sum, { text }) => sum + text.length, 0) / spoken.length
  return {
    exchange: connector.exchange,
    channel,
    feed,
    frames: spoken.length,
    bytes: Math.round(bytes),
    'parse ns': Math.round(parsed ?? Number.NaN),
    'ours ns': Math.round(ours ?? Number.NaN),
    ratio: (ours ?? Number.NaN) / (parsed ?? Number.NaN),
  }
}

export async function benchExchanges(): Promise<readonly Table[]> {
  const simulator = await startSimulator({ symbols, rate, limits: timesTheLimits })
  const heard = await Promise.all(
    exchangeIds.flatMap((exchange) =>
      channels.map((channel) => collect(roomy(connectors[exchange]), simulator.originsOf(exchange), channel)),
    ),
  )
  await simulator.close()
  const rows = heard.flatMap(({ connector, channel, lookup, said }) =>
    [...said].flatMap(([feed, frames]) => {
      const row = measure(connector, channel, feed, frames, lookup)
      return row === null ? [] : [row]
    }),
  )
  const title =
    'Best bid and ask and order books of every exchange: bytes to events, beside JSON.parse of the same text (of HTX unzipped on both sides, of MEXC its JSON form)'
  return [{ title, rows }]
}
