/**
 * The faults in force. Peers and servers ask here for the fate of each frame and request; venues know nothing of it. Chances are
 * hashed from the seed, so a run with the same traffic has the same faults.
 */
import type { ExchangeId } from '../../shared/domain/index.ts'
import { type Fault, isMomentary, type ScheduledFault } from './faults.ts'
import { hash, hashText, unit } from './hash.ts'
import type { Reshape } from './reshape.ts'
import type { Closure, SimTopic } from './venue.ts'

/** What becomes of one frame. */
export interface FrameFate {
  readonly lost: boolean
  readonly copies: number
  readonly malformed: boolean
  readonly swapped: boolean
  readonly delayMs: number
  readonly reshaped: Reshape | null
}

/** What a frame of market data tells of. */
export interface FrameSubject {
  readonly channel: SimTopic['channel']
  readonly symbol: string
}

/** What becomes of one request. */
export interface RequestFate {
  readonly refused: boolean
  readonly status: { readonly status: number; readonly retryAfter: number | null } | null
  /** Nobody is served: for maintenance, or because of where they are. */
  readonly closed: Closure | null
  readonly malformed: boolean
  readonly delayMs: number
}

interface Active {
  readonly fault: Fault
  readonly key: number
  draws: number
  /** Ms after the start. */
  readonly beganAtMs: number
  /** What undoes it when it ends. */
  restore: (() => void) | null
}

interface Entry {
  readonly scheduled: ScheduledFault
  readonly key: number
  active: Active | null
  /** How many times it has begun. */
  runs: number
}

/** What some faults do when they begin, beyond the fate of frames and requests. An exchange of null: all. */
export interface FaultEffects {
  drop(exchange: ExchangeId | null, origin: string | null, chosen: () => boolean): void
  expireListenKeys(exchange: ExchangeId | null): void
  /** `key` null: all of them. The returned function makes them good again. */
  revokeKeys(exchange: ExchangeId | null, key: string | null): () => void
}

export type FrameSide = 'public' | 'private'

/** The faults of one simulator: scheduled ones come and go with `advance`, injected ones until stopped. */
export class FaultBoard {
  readonly #seed: number
  readonly #entries: readonly Entry[]
  readonly #effects: FaultEffects
  readonly #injected = new Set<Active>()
  #active: readonly Active[] = []
  #injections = 0
  #elapsedMs = 0

  constructor(seed: number, scheduled: readonly ScheduledFault[], effects: FaultEffects) {
    this.#seed = hashText(seed, 'faults')
    this.#effects = effects
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
    this.#elapsedMs = elapsedMs
    let changed = false
    for (const entry of this.#entries) {
      const { atMs, everyMs, forMs, fault } = entry.scheduled
      const runs = everyMs === null ? Number(elapsedMs >= (atMs ?? 0)) : Math.floor(elapsedMs / everyMs)
      const beganAt = everyMs === null ? (atMs ?? 0) : runs * everyMs
      if (runs > entry.runs) {
        entry.runs = runs
        entry.active?.restore?.()
        entry.active = { fault, key: hash(entry.key, runs), draws: 0, beganAtMs: beganAt, restore: null }
        this.#begin(entry.active)
        changed = true
      }
      if (entry.active !== null && elapsedMs >= beganAt + forMs) {
        entry.active.restore?.()
        entry.active = null
        changed = true
      }
    }
    if (changed) this.#refresh()
  }

  /** In force until the returned function is called; what lasts no time happens at once. */
  inject(fault: Fault): () => void {
    this.#injections += 1
    const key = hash(this.#seed, -this.#injections)
    const active: Active = { fault, key, draws: 0, beganAtMs: this.#elapsedMs, restore: null }
    this.#begin(active)
    if (isMomentary(fault)) return () => undefined
    this.#injected.add(active)
    this.#refresh()
    return () => {
      if (!this.#injected.delete(active)) return
      active.restore?.()
      this.#refresh()
    }
  }

  fateOfFrame(
    exchange: ExchangeId,
    origin: string,
    side: FrameSide = 'public',
    about: FrameSubject | null = null,
  ): FrameFate {
    let lost = false
    let copies = 1
    let malformed = false
    let swapped = false
    let delayMs = 0
    let reshaped: Reshape | null = null
    for (const active of this.#active) {
      const { fault } = active
      if (!isOfFrames(fault)) continue
      if (fault.channel !== undefined && fault.channel !== about?.channel) continue
      if (fault.symbol !== undefined && fault.symbol !== about?.symbol) continue
      if (fault.side !== undefined && fault.side !== side) continue
      if (!applies(fault, exchange, origin) || !chosen(active)) continue
      if (fault.kind === 'silence' || fault.kind === 'gap') lost = true
      if (fault.kind === 'duplicate') copies = 2
      if (fault.kind === 'malformed') malformed = true
      if (fault.kind === 'reorder') swapped = true
      if (fault.kind === 'latency') delayMs += fault.ms
      if (fault.kind === 'reshape') reshaped = fault.change
    }
    return { lost, copies, malformed, swapped, delayMs, reshaped }
  }

  fateOfRequest(exchange: ExchangeId, origin: string, path: string): RequestFate {
    let refused = false
    let status: RequestFate['status'] = null
    let closed: RequestFate['closed'] = null
    let malformed = false
    let delayMs = 0
    for (const active of this.#active) {
      const { fault } = active
      if (!isOfRequests(fault)) continue
      // Narrowed to some frames, it leaves requests alone.
      if (isOfFrames(fault) && (fault.side ?? fault.channel ?? fault.symbol) !== undefined) continue
      if (fault.kind === 'status' && !path.startsWith(fault.path ?? '')) continue
      if (!applies(fault, exchange, origin) || !chosen(active)) continue
      if (fault.kind === 'refuse') refused = true
      if (fault.kind === 'maintenance' || fault.kind === 'region_block') closed ??= fault.kind
      if (fault.kind === 'malformed') malformed = true
      if (fault.kind === 'latency') delayMs += fault.ms
      if (fault.kind === 'status') status ??= { status: fault.status, retryAfter: fault.retryAfter ?? null }
    }
    return { refused, status, closed, malformed, delayMs }
  }

  /** Whether the order books of a market come crossed. */
  crosses(exchange: ExchangeId, origin: string, symbol: string): boolean {
    return this.#active.some(
      ({ fault }) =>
        fault.kind === 'cross' &&
        (fault.symbol === undefined || fault.symbol === symbol) &&
        applies(fault, exchange, origin),
    )
  }

  /** Maintenance of the whole exchange, in force or next on the schedule; ms after the start. */
  maintenanceOf(exchange: ExchangeId): readonly { fromMs: number; untilMs: number | null; isOngoing: boolean }[] {
    const concerns = (fault: Fault) =>
      fault.kind === 'maintenance' && fault.origin === undefined && (fault.exchange ?? exchange) === exchange
    const scheduled = this.#entries.flatMap(({ scheduled: { fault, atMs, everyMs, forMs }, active, runs }) => {
      if (!concerns(fault)) return []
      const nextMs = everyMs === null ? (runs === 0 ? (atMs ?? 0) : null) : (runs + 1) * everyMs
      const fromMs = active?.beganAtMs ?? nextMs
      return fromMs === null ? [] : [{ fromMs, untilMs: fromMs + forMs, isOngoing: active !== null }]
    })
    const injected = [...this.#injected].filter(({ fault }) => concerns(fault))
    return [...scheduled, ...injected.map(({ beganAtMs }) => ({ fromMs: beganAtMs, untilMs: null, isOngoing: true }))]
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
    const exchange = fault.exchange ?? null
    if (fault.kind === 'drop') this.#effects.drop(exchange, fault.origin ?? null, () => chosen(active))
    if (fault.kind === 'expire_listen_keys') this.#effects.expireListenKeys(exchange)
    if (fault.kind === 'revoke_key') active.restore = this.#effects.revokeKeys(exchange, fault.key ?? null)
  }

  #refresh(): void {
    const scheduled = this.#entries.flatMap((entry) => (entry.active === null ? [] : [entry.active]))
    this.#active = [...scheduled, ...this.#injected]
  }
}

type FrameFault = Extract<Fault, { side?: unknown }>
const frameKinds: ReadonlySet<Fault['kind']> = new Set<FrameFault['kind']>([
  'silence',
  'malformed',
  'duplicate',
  'reorder',
  'gap',
  'reshape',
  'latency',
])
const isOfFrames = (fault: Fault): fault is FrameFault => frameKinds.has(fault.kind)

const requestKinds = ['status', 'refuse', 'malformed', 'latency', 'maintenance', 'region_block'] as const
type RequestFault = Extract<Fault, { kind: (typeof requestKinds)[number] }>
const isOfRequests = (fault: Fault): fault is RequestFault => requestKinds.some((kind) => kind === fault.kind)

/** Those that draw their chances. */
type Scoped = Exclude<Fault, { kind: 'expire_listen_keys' | 'revoke_key' }>
const applies = (fault: Scoped, exchange: ExchangeId, origin: string): boolean =>
  (fault.exchange === undefined || fault.exchange === exchange) &&
  (fault.origin === undefined || fault.origin === origin)

function chosen(active: Active): boolean {
  const probability = 'probability' in active.fault ? active.fault.probability : undefined
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
