/** Frames and replies that cases begin with: recorded, documented, and what the simulator's venues send. */
import type { InstrumentLookup } from '../../src/main/exchanges/contract.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import { type BuiltInExchangeId, exchangeIds, type Instrument, type MarketKind } from '../../src/shared/domain/index.ts'
import { readFrames } from '../support/frames.ts'
import { instrument } from '../support/instruments.ts'
import { samples } from './samples.ts'

/** A line of test/fixtures/simulated, written by collect.ts: a frame by its feed or stream, or a REST reply by its path. */
export interface SimulatedSample {
  readonly source: 'public' | 'private' | 'rest'
  readonly name: string
  /** Of replies: when they were asked for, epoch ms. */
  readonly askedAt?: number
  readonly text?: string
  readonly base64?: string
}

export interface Frame {
  readonly data: Buffer
  readonly isBinary: boolean
}

/** All samples of one feed, stream or path. */
export interface Source {
  readonly exchange: BuiltInExchangeId
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

/** Recordings repeat themselves: every so many frames are enough of one file. */
const mostOfOneFile = 120
const thinned = <T>(list: readonly T[]): readonly T[] => {
  const step = Math.max(1, Math.ceil(list.length / mostOfOneFile))
  return list.filter((_, at) => at % step === 0)
}

const simulated = (exchange: BuiltInExchangeId): readonly SimulatedSample[] =>
  readFrames(`simulated/${exchange}.ndjson`).map((line): SimulatedSample => JSON.parse(String(line)))

/** When the replies of the simulator were asked for, epoch ms: what they tell lies around it. */
export const askedAt = (exchange: BuiltInExchangeId): number =>
  Math.max(0, ...simulated(exchange).map((sample) => sample.askedAt ?? 0))

/** Of documented bodies, which answer any call. */
export const documentedPath = 'documented'

export function readCorpus(): readonly Source[] {
  const sources = new Map<string, { readonly source: Omit<Source, 'frames'>; readonly frames: Frame[] }>()
  const add = (source: Omit<Source, 'frames'>, frames: readonly Frame[]) => {
    const key = `${source.exchange} ${source.kind} ${source.name}`
    const known = sources.get(key) ?? { source, frames: [] }
    known.frames.push(...frames)
    sources.set(key, known)
  }
  for (const exchange of exchangeIds) {
    for (const kind of ['public', 'private'] as const) {
      for (const [name, files] of Object.entries(samples[exchange][kind]))
        for (const file of files) add({ exchange, kind, name }, thinned(readFrames(file)).map(recordedFrame))
    }
    for (const { source: kind, name, text, base64 } of simulated(exchange)) {
      const frame =
        base64 === undefined
          ? textFrame(Buffer.from(text ?? ''))
          : { data: Buffer.from(base64, 'base64'), isBinary: true }
      add({ exchange, kind, name }, [frame])
    }
    const bodies = samples[exchange].replies().map((body) => textFrame(Buffer.from(JSON.stringify(body))))
    add({ exchange, kind: 'rest', name: documentedPath }, bodies)
  }
  return [...sources.values()].map(({ source, frames }) => ({ ...source, frames }))
}

/** Sizes of every third contract differ, so that a quantity that was not multiplied out is seen. */
const contractSizes = [0.01, 1, 0.0001, 10]

/** An instrument for every text of the frames that may name one. */
export function lookupFor(exchange: BuiltInExchangeId, sources: readonly Source[]): InstrumentLookup {
  const names: Readonly<Record<MarketKind, Set<string>>> = { spot: new Set(), perpetual: new Set() }
  const { namesIn, countsContracts } = samples[exchange]
  const note = (text: string) => {
    for (const [kind, name] of namesIn(text)) names[kind].add(name)
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
        const size = countsContracts && kind === 'perpetual' ? contractSizes[at % contractSizes.length] : 1
        const contractSize = size ?? 1
        const [base = name, quote = 'USDT'] = name.split(/[_/-]/)
        return [name, instrument(exchange, kind, base, quote, name, { contractSize })]
      }),
    )
  return { spot: made('spot'), perpetual: made('perpetual') }
}
