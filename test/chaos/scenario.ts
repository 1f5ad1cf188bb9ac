/** What a scenario is made of, drawn from its seed: plain data, so that a failure can be printed and run again. */
import type { Fault } from '../../src/main/simulator/index.ts'
import { type BuiltInExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { type Dice, diceOf, isMomentary, type ProxyFault } from '../support/chaos-faults.ts'
import type { FrameChannel } from '../support/chaos-labels.ts'

/** Faults that the exchange itself has: the simulator's own. */
export type VenueFault = Extract<Fault, { kind: 'expire_listen_keys' | 'skew' }>

/** One fault of a scenario and when it is in force, ms after the warm-up. */
export type ScheduledFault = { readonly exchange: BuiltInExchangeId; readonly atMs: number; readonly forMs: number } & (
  | { readonly by: 'proxy'; readonly stream: number | null; readonly fault: ProxyFault }
  | { readonly by: 'venue'; readonly fault: VenueFault }
)

export interface Scenario {
  readonly seed: number
  readonly index: number
  readonly exchanges: readonly BuiltInExchangeId[]
  readonly symbols: readonly string[]
  /** Exchanges on which Crossbook holds a key. */
  readonly accounts: readonly BuiltInExchangeId[]
  readonly faults: readonly ScheduledFault[]
}

const markets = ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP'] as const
const latestBeginMs = 2_000
const shortestFaultMs = 400
const longestFaultMs = 4_000

const pick = <T>(dice: Dice, values: readonly T[]): T => {
  const value = values[Math.floor(dice() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}
const shuffled = <T>(dice: Dice, values: readonly T[]): T[] =>
  values
    .map((value) => ({ value, at: dice() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)

const channels: readonly (FrameChannel | null)[] = [
  'book_ticker',
  'trade',
  'kline',
  'order_book',
  'order_book',
  'private',
  null,
]

type Drawn = { readonly by: 'proxy'; readonly fault: ProxyFault } | { readonly by: 'venue'; readonly fault: VenueFault }

/** As likely as each stands here. */
const draws: readonly ((dice: Dice, exchange: BuiltInExchangeId) => Drawn)[] = [
  () => ({ by: 'proxy', fault: { kind: 'reset' } }),
  () => ({ by: 'proxy', fault: { kind: 'reset' } }),
  () => ({ by: 'proxy', fault: { kind: 'close' } }),
  () => ({ by: 'proxy', fault: { kind: 'refused' } }),
  () => ({ by: 'proxy', fault: { kind: 'unresolved' } }),
  (dice) => ({ by: 'proxy', fault: { kind: 'half_open', ending: pick(dice, ['resume', 'reset']) } }),
  (dice) => ({ by: 'proxy', fault: { kind: 'half_open', ending: pick(dice, ['resume', 'reset']) } }),
  (dice) => ({ by: 'proxy', fault: { kind: 'delay', ms: Math.round(50 + dice() * 1_500) } }),
  () => ({ by: 'proxy', fault: { kind: 'drip' } }),
  () => ({ by: 'proxy', fault: { kind: 'captive_portal' } }),
  (dice) => status(dice, 429, pick(dice, [null, 1, 2])),
  (dice) => status(dice, 418, pick(dice, [1, 2])),
  (dice) => status(dice, pick(dice, [500, 502, 503, 504]), null),
  (dice) => status(dice, pick(dice, [451, 403]), null),
  // Exactly one: the sequence jumps.
  () => frames('lose', 'order_book', 1, 1),
  () => frames('lose', 'order_book', 1, 1),
  (dice) => frames('duplicate', pick(dice, channels), 0.3, null),
  (dice) => frames('reorder', pick(dice, channels), 0.3, null),
  (dice) => frames('truncate', pick(dice, channels), 0.3, null),
  (dice) => frames('malformed', pick(dice, channels), 0.3, null),
  (dice) => frames('renamed_field', pick(dice, channels), 0.3, null),
  (dice) => frames('retyped_field', pick(dice, channels), 0.3, null),
  () => frames('wrong_checksum', 'order_book', 1, null),
  (_dice, exchange) => ({ by: 'venue', fault: { kind: 'expire_listen_keys', exchange } }),
  (dice, exchange) => ({
    by: 'venue',
    fault: { kind: 'skew', exchange, ms: pick(dice, [-70_000, -3_000, 3_000, 70_000]) },
  }),
]

const status = (dice: Dice, code: number, retryAfterSeconds: number | null): Drawn => ({
  by: 'proxy',
  fault: { kind: 'status', status: code, retryAfterSeconds, cuts: dice() < 0.7 },
})
const frames = (
  how: Extract<ProxyFault, { kind: 'frames' }>['how'],
  channel: FrameChannel | null,
  probability: number,
  most: number | null,
): Drawn => ({ by: 'proxy', fault: { kind: 'frames', how, channel, probability, most } })

/** The same seed and index, the same scenario. */
export function drawScenario(seed: number, index: number): Scenario {
  const dice = diceOf(seed * 1_000_003 + index)
  for (let warmUp = 0; warmUp < 5; warmUp++) dice()
  const exchanges = shuffled(dice, exchangeIds).slice(0, 2 + Math.floor(dice() * 3))
  const symbols = shuffled(dice, markets).slice(0, 2)
  const accounts = dice() < 0.5 ? exchanges.filter(() => dice() < 0.6) : []
  const faults = Array.from({ length: 1 + Math.floor(dice() * 4) }, (): ScheduledFault => {
    const exchange = pick(dice, exchanges)
    const drawn = pick(dice, draws)(dice, exchange)
    const atMs = Math.round(dice() * latestBeginMs)
    const lasts = shortestFaultMs + dice() * (longestFaultMs - shortestFaultMs)
    const forMs =
      (drawn.by === 'proxy' && isMomentary(drawn.fault)) || drawn.fault.kind === 'expire_listen_keys'
        ? 0
        : Math.round(lasts)
    if (drawn.by === 'venue') return { exchange, atMs, forMs, ...drawn }
    // A third strikes one stream of the exchange only.
    return { exchange, atMs, forMs, ...drawn, stream: dice() < 0.33 ? Math.floor(dice() * 10) : null }
  })
  return { seed, index, exchanges, symbols, accounts, faults }
}

/** When the last fault of it has ended, ms after the warm-up. */
export const endOf = ({ faults }: Scenario): number =>
  faults.reduce((latest, { atMs, forMs }) => Math.max(latest, atMs + forMs), 0)

/** How long the exchange itself asked to be left alone beyond the fault's end, ms. */
export const askedWaitMs = ({ faults }: Scenario): number =>
  faults.reduce((longest, one) => {
    if (one.by !== 'proxy' || one.fault.kind !== 'status') return longest
    return Math.max(longest, (one.fault.retryAfterSeconds ?? 0) * 1_000)
  }, 0)

const refusals: readonly number[] = [403, 418, 429, 451]

/**
 * The exchange itself refuses: after six refusals in a row the program leaves it alone for 15 to 30 s by design, so as not to be banned
 * (docs/runbook.md, open circuit).
 */
export const isRefused = ({ faults }: Scenario): boolean =>
  faults.some(({ fault }) => fault.kind === 'status' && refusals.includes(fault.status))

/** In a line for people. */
export function describeScenario({ exchanges, symbols, accounts, faults }: Scenario): string {
  const told = faults.map(({ exchange, atMs, forMs, ...one }) => {
    const { kind, ...details } = one.fault
    const where = one.by === 'proxy' && one.stream !== null ? ` stream ${one.stream}` : ''
    return `${exchange}${where} ${kind} ${JSON.stringify(details)} at ${atMs} for ${forMs} ms`
  })
  const held = accounts.length === 0 ? '' : `; accounts ${accounts.join(' ')}`
  return `${exchanges.join(' ')}; ${symbols.join(' ')}${held}; ${told.join(' | ')}`
}
