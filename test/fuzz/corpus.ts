/** Frames and replies that cases begin with: recorded, documented, and what the simulator's venues send. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstrumentLookup } from '../../src/main/exchanges/contract.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import { type ExchangeId, exchangeIds, type Instrument, type MarketKind } from '../../src/shared/domain/index.ts'
import { readFrames } from '../support/frames.ts'
import { instrument } from '../support/instruments.ts'

/** A line of test/fixtures/simulated, written by collect.ts: a frame by its feed or stream, or a REST reply by its path. */
export interface SimulatedSample {
  readonly source: 'public' | 'private' | 'rest'
  readonly name: string
  readonly text?: string
  readonly base64?: string
}

export interface Frame {
  readonly data: Buffer
  readonly isBinary: boolean
}

/** All samples of one feed, stream or path. */
export interface Source {
  readonly exchange: ExchangeId
  readonly kind: SimulatedSample['source']
  /** `spot`, `futures`, `/api/v3/klines` */
  readonly name: string
  readonly frames: readonly Frame[]
}

const textFrame = (data: Buffer): Frame => ({ data, isBinary: false })
/** A line as the recordings have it: text, or `base64:` of a binary frame. */
const recordedFrame = (line: Buffer): Frame =>
  line.subarray(0, 7).toString() === 'base64:'
    ? { data: Buffer.from(line.subarray(7).toString(), 'base64'), isBinary: true }
    : textFrame(line)

const okx = 'public'
const recorded: readonly (readonly [ExchangeId, Source['kind'], name: string, files: readonly string[]])[] = [
  ['binance', 'public', 'spot', ['recordings/BINANCE.ndjson', 'documented/BINANCE.ndjson']],
  [
    'binance',
    'public',
    'perpetual-public',
    ['recordings/BINANCE_FUTURES.ndjson', 'documented/BINANCE_FUTURES.ndjson', 'depth/BINANCE_FUTURES.ndjson'],
  ],
  [
    'okx',
    'public',
    okx,
    ['recordings/OKX.ndjson', 'documented/OKX.ndjson', 'depth/OKX.ndjson', 'okx/documented.ndjson'],
  ],
  [
    'gate',
    'public',
    'spot',
    ['recordings/GATEIO.ndjson', 'documented/GATEIO.ndjson', 'depth/GATEIO.ndjson', 'gate/ws_documented.ndjson'],
  ],
  ['gate', 'public', 'perpetual', ['documented/GATEIO.ndjson', 'depth/GATEIO.ndjson', 'gate/ws_documented.ndjson']],
  ['mexc', 'public', 'spot', ['documented/MEXC.ndjson', 'depth/MEXC.ndjson', 'mexc/ws_answers.jsonl']],
  ['binance', 'private', 'spot', ['binance/account_ws_spot.ndjson']],
  ['binance', 'private', 'futures', ['binance/account_ws_perpetual.ndjson']],
  ['okx', 'private', 'private', ['okx/ws_private.ndjson']],
  ['gate', 'private', 'spot', ['gate/account_ws.ndjson']],
  ['gate', 'private', 'futures', ['gate/account_ws.ndjson']],
]

/** Recordings repeat themselves: every so many frames are enough of one file. */
const mostOfOneFile = 120
const thinned = <T>(list: readonly T[]): readonly T[] => {
  const step = Math.max(1, Math.ceil(list.length / mostOfOneFile))
  return list.filter((_, at) => at % step === 0)
}

const simulated = (exchange: ExchangeId): readonly SimulatedSample[] =>
  readFrames(`simulated/${exchange}.ndjson`).map((line): SimulatedSample => JSON.parse(String(line)))

const documentedReplies = (file: string): readonly unknown[] =>
  Object.values(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures', file), 'utf8')))

/** Bodies that the documentation shows, of whatever path: any call may be answered with them. */
const documentedBodies: Readonly<Record<ExchangeId, () => readonly unknown[]>> = {
  binance: () => readFrames('binance/account_rest.ndjson').map((line): unknown => JSON.parse(String(line)).body),
  okx: () => documentedReplies('okx/rest_private.json'),
  gate: () => [...documentedReplies('gate/account_rest.json'), ...documentedReplies('gate/rest_documented.json')],
  mexc: () => documentedReplies('mexc/rest_private.json'),
}
export const documentedPath = 'documented'

export function readCorpus(): readonly Source[] {
  const sources = new Map<string, { readonly source: Omit<Source, 'frames'>; readonly frames: Frame[] }>()
  const add = (source: Omit<Source, 'frames'>, frames: readonly Frame[]) => {
    const key = `${source.exchange} ${source.kind} ${source.name}`
    const known = sources.get(key) ?? { source, frames: [] }
    known.frames.push(...frames)
    sources.set(key, known)
  }
  for (const [exchange, kind, name, files] of recorded)
    for (const file of files) add({ exchange, kind, name }, thinned(readFrames(file)).map(recordedFrame))
  for (const exchange of exchangeIds) {
    for (const { source: kind, name, text, base64 } of simulated(exchange)) {
      const frame =
        base64 === undefined
          ? textFrame(Buffer.from(text ?? ''))
          : { data: Buffer.from(base64, 'base64'), isBinary: true }
      add({ exchange, kind, name }, [frame])
    }
    const bodies = documentedBodies[exchange]().map((body) => textFrame(Buffer.from(JSON.stringify(body))))
    add({ exchange, kind: 'rest', name: documentedPath }, bodies)
  }
  return [...sources.values()].map(({ source, frames }) => ({ ...source, frames }))
}

/** Sizes of every third contract differ, so that a quantity that was not multiplied out is seen. */
const contractSizes = [0.01, 1, 0.0001, 10]

/** An instrument for every text of the frames that may name one. */
export function lookupFor(exchange: ExchangeId, sources: readonly Source[]): InstrumentLookup {
  const names: Readonly<Record<MarketKind, Set<string>>> = { spot: new Set(), perpetual: new Set() }
  const note = (text: string) => {
    const name = text.replace(/^(?:ob\.|\d+[mhd]_)/, '').replace(/\.(?:50|400)$/, '')
    if (!/^[A-Z0-9]+(?:[_-][A-Z0-9]+)*$/.test(name) || !/[A-Z]{3}/.test(name) || name.length > 24) return
    if (exchange === 'okx') names[name.endsWith('-SWAP') ? 'perpetual' : 'spot'].add(name)
    else {
      names.spot.add(name)
      if (exchange !== 'mexc') names.perpetual.add(name)
    }
  }
  const visit = (value: unknown): void => {
    if (typeof value === 'string') note(value)
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member)
  }
  for (const { frames } of sources.filter((source) => source.exchange === exchange)) {
    for (const { data, isBinary } of frames) {
      const text = isBinary ? '' : data.toString()
      visit(isBinary ? pushToJson(data) : /^[[{]/.test(text) ? JSON.parse(text) : null)
    }
  }
  const made = (kind: MarketKind): ReadonlyMap<string, Instrument> =>
    new Map(
      [...names[kind]].map((name, at) => {
        const contractSize =
          kind === 'spot' || exchange === 'binance' ? 1 : (contractSizes[at % contractSizes.length] ?? 1)
        const [base = name, quote = 'USDT'] = name.split(/[_-]/)
        return [name, instrument(exchange, kind, base, quote, name, { contractSize })]
      }),
    )
  return { spot: made('spot'), perpetual: made('perpetual') }
}
