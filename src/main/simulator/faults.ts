/** Faults on demand: what they are and how they are written in a file. Which are in force, `fault-board.ts` knows. */
import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { BuiltInExchangeId } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import { SimulatorError } from './control.ts'

const scope = {
  /** Only this exchange; all when absent. */
  exchange: BuiltInExchangeId.optional(),
  /** Only this real origin, as `wss://stream.binance.com:9443`. */
  origin: z.string().optional(),
  /** Of each frame, request or socket it applies to; 1 when absent. */
  probability: z.number().gt(0).max(1).optional(),
}
/** Of faults that strike frames. */
const frames = {
  ...scope,
  /** Only pushes of accounts' streams, or only all other frames; REST answers then are not struck. Both when absent. */
  side: z.enum(['public', 'private']).optional(),
  /** Only market data of this channel, or of this market as `BTC_USDT`; nothing else is struck then, REST answers neither. */
  channel: z.enum(['book_ticker', 'trade', 'kline', 'order_book']).optional(),
  symbol: z.string().min(1).optional(),
}
const kinds = {
  /** Open sockets are cut without a close frame when it begins. */
  drop: z.strictObject({ kind: z.literal('drop'), ...scope }),
  /** Sockets stay open but nothing comes out of them, not even pongs. */
  silence: z.strictObject({ kind: z.literal('silence'), ...frames }),
  /** Frames and REST bodies come cut off or garbled. */
  malformed: z.strictObject({ kind: z.literal('malformed'), ...frames }),
  duplicate: z.strictObject({ kind: z.literal('duplicate'), ...frames }),
  /** A frame changes places with the next. */
  reorder: z.strictObject({ kind: z.literal('reorder'), ...frames }),
  /** Frames are lost. */
  gap: z.strictObject({ kind: z.literal('gap'), ...frames }),
  /** A frame has a field renamed, or a number in it written as text: what a changed API looks like. REST is left alone. */
  reshape: z.strictObject({ kind: z.literal('reshape'), change: z.enum(['rename', 'number_to_text']), ...frames }),
  /** Order books come with a bid above the best ask, which is taken back when it ends. REST snapshots are true. */
  cross: z.strictObject({
    kind: z.literal('cross'),
    exchange: scope.exchange,
    origin: scope.origin,
    symbol: frames.symbol,
  }),
  /** Nothing but refusals, in the exchange's own words: REST calls, and upgrades of new WebSockets. */
  maintenance: z.strictObject({ kind: z.literal('maintenance'), ...scope }),
  /** The same for who asks from where the exchange may not serve. */
  region_block: z.strictObject({ kind: z.literal('region_block'), ...scope }),
  /** REST calls and WebSocket upgrades are answered with this status. */
  status: z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    /** Seconds, sent as Retry-After. */
    retryAfter: z.number().int().nonnegative().optional(),
    /** Only paths that begin so, as `/api/v3/allOrders`; all when absent. */
    path: z.string().startsWith('/').optional(),
    ...scope,
  }),
  /** Frames and answers come later by this many ms, in order. */
  latency: z.strictObject({ kind: z.literal('latency'), ms: z.number().positive().max(600_000), ...frames }),
  /** The venue's clock is ahead (or behind, negative) by this many ms. */
  skew: z.strictObject({ kind: z.literal('skew'), ms: z.number().int(), ...scope }),
  /** Connections, requests included, are reset without an answer. */
  refuse: z.strictObject({ kind: z.literal('refuse'), ...scope }),
  /** Listen keys made until it begins are no longer good. */
  expire_listen_keys: z.strictObject({ kind: z.literal('expire_listen_keys'), exchange: scope.exchange }),
  /** API keys are unknown while it is in force; streams that were opened with them end when it begins. */
  revoke_key: z.strictObject({
    kind: z.literal('revoke_key'),
    exchange: scope.exchange,
    /** Only this one; all keys of the exchange when absent. */
    key: z.string().optional(),
  }),
}
/** They happen once and last no time. */
export const isMomentary = ({ kind }: Fault): boolean => kind === 'drop' || kind === 'expire_listen_keys'

export const Fault = z.discriminatedUnion('kind', [
  kinds.drop,
  kinds.silence,
  kinds.malformed,
  kinds.duplicate,
  kinds.reorder,
  kinds.gap,
  kinds.reshape,
  kinds.cross,
  kinds.maintenance,
  kinds.region_block,
  kinds.status,
  kinds.latency,
  kinds.skew,
  kinds.refuse,
  kinds.expire_listen_keys,
  kinds.revoke_key,
])
export type Fault = Readonly<z.infer<typeof Fault>>

const Timing = z.object({
  /** Seconds after the start. */
  at: z.number().nonnegative().optional(),
  /** Or again and again, first after so many seconds. */
  every: z.number().positive().optional(),
  /** Seconds it lasts; a drop and expire_listen_keys need none. */
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
    if (lasts === undefined && !isMomentary(fault)) {
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
    throw new SimulatorError(`faults file ${path} cannot be read: ${messageOf(error)}`)
  }
  const document = parseDocument(text)
  const [first] = document.errors
  if (first) throw new SimulatorError(`faults file ${path}: ${first.message.split('\n')[0]}`)
  return parseFaults(document.toJS())
}
