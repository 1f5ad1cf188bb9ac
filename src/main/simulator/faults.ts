/**
 * Faults on demand: what they are, their file, and which are in force. Peers and servers ask here for the fate of each frame and
 * request; venues know nothing of it. Chances are hashed from the seed, so a run with the same traffic has the same faults.
 */
import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { ExchangeId } from '../../shared/domain/index.ts'
import { SimulatorError } from './control.ts'
import { hash, hashText, unit } from './hash.ts'

const scope = {
  /** Only this exchange; all when absent. */
  exchange: ExchangeId.optional(),
  /** Only this real origin, as `wss://stream.binance.com:9443`. */
  origin: z.string().optional(),
  /** Of each frame, request or socket it applies to; 1 when absent. */
  probability: z.number().gt(0).max(1).optional(),
}
const kinds = {
  /** Open sockets are cut without a close frame when it begins. */
  drop: z.strictObject({ kind: z.literal('drop'), ...scope }),
  /** Sockets stay open but nothing comes out of them, not even pongs. */
  silence: z.strictObject({ kind: z.literal('silence'), ...scope }),
  /** Frames and REST bodies come cut off or garbled. */
  malformed: z.strictObject({ kind: z.literal('malformed'), ...scope }),
  duplicate: z.strictObject({ kind: z.literal('duplicate'), ...scope }),
  /** A frame changes places with the next. */
  reorder: z.strictObject({ kind: z.literal('reorder'), ...scope }),
  /** Frames are lost. */
  gap: z.strictObject({ kind: z.literal('gap'), ...scope }),
  /** REST calls and WebSocket upgrades are answered with this status. */
  status: z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    /** Seconds, sent as Retry-After. */
    retryAfter: z.number().int().nonnegative().optional(),
    ...scope,
  }),
  /** Frames and answers come later by this many ms, in order. */
  latency: z.strictObject({ kind: z.literal('latency'), ms: z.number().positive().max(600_000), ...scope }),
  /** The venue's clock is ahead (or behind, negative) by this many ms. */
  skew: z.strictObject({ kind: z.literal('skew'), ms: z.number().int(), ...scope }),
  /** Connections, requests included, are reset without an answer. */
  refuse: z.strictObject({ kind: z.literal('refuse'), ...scope }),
}

export const Fault = z.discriminatedUnion('kind', [
  kinds.drop,
  kinds.silence,
  kinds.malformed,
  kinds.duplicate,
  kinds.reorder,
  kinds.gap,
  kinds.status,
  kinds.latency,
  kinds.skew,
  kinds.refuse,
])
export type Fault = Readonly<z.infer<typeof Fault>>

const Timing = z.object({
  /** Seconds after the start. */
  at: z.number().nonnegative().optional(),
  /** Or again and again, first after so many seconds. */
  every: z.number().positive().optional(),
  /** Seconds it lasts; a drop needs none. */
  for: z.number().positive().optional(),
})

/** A fault and when it is in force. */
export interface ScheduledFault {
  readonly fault: Fault
  readonly atMs: number | null
  readonly everyMs: number | null
  readonly forMs: number
}

/** `faults[2].ms: expected number, received string (got "fast")` */
export function complaints(name: string, input: unknown, error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
      const got = valueAt(input, issue.path)
      const shown = got === undefined ? 'it is missing' : `got ${JSON.stringify(got)}`
      const message = issue.message.replace(/^Invalid (input|option): /, '')
      return issue.code === 'unrecognized_keys' ? `${name}${path}: ${message}` : `${name}${path}: ${message} (${shown})`
    })
    .join('; ')
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.getOwnPropertyDescriptor(value, key)?.value
  }
  return value
}

/** One fault without a time, as `inject` takes it. Throws SimulatorError naming the field. */
export function parseFault(input: unknown, name = 'fault'): Fault {
  const kind = valueAt(input, ['kind'])
  if (typeof kind !== 'string' || !(kind in kinds)) {
    const got = kind === undefined ? 'it is missing' : `got ${JSON.stringify(kind)}`
    throw new SimulatorError(`${name}.kind: must be one of ${Object.keys(kinds).join(', ')} (${got})`)
  }
  const parsed = Fault.safeParse(input)
  if (!parsed.success) throw new SimulatorError(complaints(name, input, parsed.error))
  return parsed.data
}

/** The list of a faults file. Throws SimulatorError naming the entry, the field, its value and what would be right. */
export function parseFaults(input: unknown): readonly ScheduledFault[] {
  if (!Array.isArray(input)) throw new SimulatorError('faults: must be a list of { kind, at or every, for, … }')
  return input.map((entry: unknown, index) => {
    const name = `faults[${index}]`
    if (typeof entry !== 'object' || entry === null)
      throw new SimulatorError(`${name}: must be { kind, at or every, … }`)
    const timing = Timing.safeParse(entry)
    if (!timing.success) throw new SimulatorError(complaints(name, entry, timing.error))
    const { at, every, for: lasts } = timing.data
    const fault = parseFault(Object.fromEntries(Object.entries(entry).filter(([key]) => !(key in Timing.shape))), name)
    if ((at === undefined) === (every === undefined)) {
      throw new SimulatorError(`${name}: needs either at (seconds after the start) or every (seconds between)`)
    }
    if (lasts === undefined && fault.kind !== 'drop') {
      throw new SimulatorError(`${name}.for: must say how many seconds the ${fault.kind} lasts (it is missing)`)
    }
    if (every !== undefined && lasts !== undefined && lasts >= every) {
      throw new SimulatorError(`${name}.for: must be shorter than every (${every} s) (got ${lasts})`)
    }
    return {
      fault,
      atMs: at === undefined ? null : at * 1_000,
      everyMs: every === undefined ? null : every * 1_000,
      forMs: (lasts ?? 0) * 1_000,
    }
  })
}

/** A YAML or JSON file holding the list. Throws SimulatorError. */
export function readFaults(path: string): readonly ScheduledFault[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SimulatorError(`faults file ${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  const document = parseDocument(text)
  const [first] = document.errors
  if (first) throw new SimulatorError(`faults file ${path}: ${first.message.split('\n')[0]}`)
  return parseFaults(document.toJS())
}

/** What becomes of one frame. */
export interface FrameFate {
  readonly lost: boolean
  readonly copies: number
  readonly malformed: boolean
  readonly swapped: boolean
  readonly delayMs: number
}

/** What becomes of one request. */
export interface RequestFate {
  readonly refused: boolean
  readonly status: { readonly status: number; readonly retryAfter: number | null } | null
  readonly malformed: boolean
  readonly delayMs: number
}

interface Active {
  readonly fault: Fault
  readonly key: number
  draws: number
}

interface Entry {
  readonly scheduled: ScheduledFault
  readonly key: number
  active: Active | null
  /** How many times it has begun. */
  runs: number
}

export type DropSockets = (exchange: ExchangeId | null, origin: string | null, chosen: () => boolean) => number

/** The faults of one simulator: scheduled ones come and go with `advance`, injected ones until stopped. */
export class FaultBoard {
  readonly #seed: number
  readonly #entries: readonly Entry[]
  readonly #drop: DropSockets
  readonly #injected = new Set<Active>()
  #active: readonly Active[] = []
  #injections = 0

  constructor(seed: number, scheduled: readonly ScheduledFault[], drop: DropSockets) {
    this.#seed = hashText(seed, 'faults')
    this.#drop = drop
    this.#entries = scheduled.map((entry, index) => ({
      scheduled: entry,
      key: hash(this.#seed, index),
      active: null,
      runs: 0,
    }))
  }

  /** Nothing in force: the quick way past. */
  get isQuiet(): boolean {
    return this.#active.length === 0
  }

  /** Brings the schedule to `elapsedMs` after the start. */
  advance(elapsedMs: number): void {
    let changed = false
    for (const entry of this.#entries) {
      const { atMs, everyMs, forMs, fault } = entry.scheduled
      const runs = everyMs === null ? Number(elapsedMs >= (atMs ?? 0)) : Math.floor(elapsedMs / everyMs)
      const beganAt = everyMs === null ? (atMs ?? 0) : runs * everyMs
      if (runs > entry.runs) {
        entry.runs = runs
        entry.active = { fault, key: hash(entry.key, runs), draws: 0 }
        this.#begin(entry.active)
        changed = true
      }
      if (entry.active !== null && elapsedMs >= beganAt + forMs) {
        entry.active = null
        changed = true
      }
    }
    if (changed) this.#refresh()
  }

  /** In force until the returned function is called; a drop happens at once. */
  inject(fault: Fault): () => void {
    this.#injections += 1
    const active: Active = { fault, key: hash(this.#seed, -this.#injections), draws: 0 }
    this.#begin(active)
    if (fault.kind === 'drop') return () => undefined
    this.#injected.add(active)
    this.#refresh()
    return () => {
      this.#injected.delete(active)
      this.#refresh()
    }
  }

  fateOfFrame(exchange: ExchangeId, origin: string): FrameFate {
    let lost = false
    let copies = 1
    let malformed = false
    let swapped = false
    let delayMs = 0
    for (const active of this.#active) {
      const { fault } = active
      if (fault.kind === 'skew' || fault.kind === 'status' || fault.kind === 'refuse' || fault.kind === 'drop') continue
      if (!applies(fault, exchange, origin) || !chosen(active)) continue
      if (fault.kind === 'silence' || fault.kind === 'gap') lost = true
      if (fault.kind === 'duplicate') copies = 2
      if (fault.kind === 'malformed') malformed = true
      if (fault.kind === 'reorder') swapped = true
      if (fault.kind === 'latency') delayMs += fault.ms
    }
    return { lost, copies, malformed, swapped, delayMs }
  }

  fateOfRequest(exchange: ExchangeId, origin: string): RequestFate {
    let refused = false
    let status: RequestFate['status'] = null
    let malformed = false
    let delayMs = 0
    for (const active of this.#active) {
      const { fault } = active
      if (fault.kind !== 'status' && fault.kind !== 'refuse' && fault.kind !== 'malformed' && fault.kind !== 'latency')
        continue
      if (!applies(fault, exchange, origin) || !chosen(active)) continue
      if (fault.kind === 'refuse') refused = true
      if (fault.kind === 'malformed') malformed = true
      if (fault.kind === 'latency') delayMs += fault.ms
      if (fault.kind === 'status') status ??= { status: fault.status, retryAfter: fault.retryAfter ?? null }
    }
    return { refused, status, malformed, delayMs }
  }

  /** Ms the venue's clock is ahead; an `origin` has no clock of its own. */
  skewOf(exchange: ExchangeId): number {
    let skew = 0
    for (const { fault } of this.#active) {
      if (fault.kind === 'skew' && (fault.exchange === undefined || fault.exchange === exchange)) skew += fault.ms
    }
    return skew
  }

  #begin(active: Active): void {
    const { fault } = active
    if (fault.kind === 'drop') this.#drop(fault.exchange ?? null, fault.origin ?? null, () => chosen(active))
  }

  #refresh(): void {
    const scheduled = this.#entries.flatMap((entry) => (entry.active === null ? [] : [entry.active]))
    this.#active = [...scheduled, ...this.#injected]
  }
}

const applies = (fault: Fault, exchange: ExchangeId, origin: string): boolean =>
  (fault.exchange === undefined || fault.exchange === exchange) &&
  (fault.origin === undefined || fault.origin === origin)

function chosen(active: Active): boolean {
  const { probability } = active.fault
  if (probability === undefined || probability === 1) return true
  active.draws += 1
  return unit(hash(active.key, active.draws)) < probability
}

/** A frame or body as a broken line delivers it: text cut off in the middle, bytes cut off and one of them flipped. */
export function garble(frame: string | Buffer): string | Buffer {
  const half = Math.ceil(frame.length / 2)
  if (typeof frame === 'string') return frame.slice(0, half)
  const cut = Buffer.from(frame.subarray(0, half))
  if (cut.length > 0) cut[cut.length >> 1] = (cut[cut.length >> 1] ?? 0) ^ 0xff
  return cut
}
