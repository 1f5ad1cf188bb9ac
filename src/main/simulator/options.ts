/** What a simulator can be asked for, checked where it comes in. */
import { z } from 'zod'
import { BuiltInExchangeId, type ExchangeId, exchangeIds } from '../../shared/domain/index.ts'
import { SimulatorError } from './control.ts'
import { complaints, parseFaults, readFaults, type ScheduledFault } from './faults.ts'
import { defaultSymbols, pairOf } from './symbols.ts'

export interface SimulatorOptions {
  /** Any integer; the same seed and symbols give the same prices. Default 1. */
  readonly seed?: number
  /** Default all. */
  readonly venues?: readonly ExchangeId[]
  /** `BTC_USDT`; each is listed as spot everywhere and as a perpetual where the venue has them, so `BTC_USDT_PERP` names the same pair. */
  readonly symbols?: readonly string[]
  /** Frames a second summed over all sockets that quotes fill up to. Default 1,000. */
  readonly rate?: number
  /** The first of consecutive ports; 0, the default, takes free ones. */
  readonly port?: number
  /** A faults file's path, or its list (docs/simulator.md). */
  readonly faults?: string | readonly unknown[]
  /** How many times the requests that the exchanges allow: for tests that ask more in a minute than a client does in a day. Default 1. */
  readonly limits?: number
  /** What happens in the venues' accounts by itself. Default nothing: they are empty, and only a test moves them. */
  readonly accounts?: AccountOptions
  /** A folder in which the accounts are kept: one that was left there goes on. Default: each start begins with new ones. */
  readonly keepIn?: string
}

export interface AccountOptions {
  /** Sixty days of believable past. Default false. */
  readonly history?: boolean
  /** What the auto trader places on each venue; 0, the default: there is none, and no funding falls due. */
  readonly ordersPerMinute?: number
}

/** Accounts as the demo and `crossbook simulate` show them. */
export const livelyAccounts = { history: true, ordersPerMinute: 6 } as const satisfies AccountOptions

export interface CheckedOptions {
  readonly seed: number
  readonly venues: readonly ExchangeId[]
  /** Spot symbols, each once. */
  readonly symbols: readonly string[]
  readonly rate: number
  readonly port: number
  readonly faults: readonly ScheduledFault[]
  readonly limits: number
  readonly accounts: Required<AccountOptions>
  readonly keepIn: string | null
}

const Options = z.strictObject({
  seed: z.number().int().optional(),
  venues: z.array(BuiltInExchangeId).min(1).optional(),
  symbols: z
    .array(z.string().regex(/^[A-Z0-9]+_[A-Z0-9]+(_PERP)?$/, 'must be written like BTC_USDT or BTC_USDT_PERP'))
    .min(1)
    .optional(),
  rate: z.number().nonnegative().max(1_000_000).optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  faults: z.union([z.string(), z.array(z.unknown())]).optional(),
  limits: z.number().int().min(1).max(10_000).optional(),
  accounts: z
    .strictObject({
      history: z.boolean().optional(),
      ordersPerMinute: z.number().nonnegative().max(10_000).optional(),
    })
    .optional(),
  keepIn: z.string().min(1).optional(),
})

/** Throws SimulatorError naming every wrong option, its value and what would be right. */
export function checkOptions(input: SimulatorOptions): CheckedOptions {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const parsed = Options.safeParse(given)
  if (!parsed.success) throw new SimulatorError(`simulator ${complaints('options', given, parsed.error)}`)
  const {
    seed = 1,
    venues,
    symbols,
    rate = 1_000,
    port = 0,
    faults = [],
    limits = 1,
    accounts = {},
    keepIn = null,
  } = parsed.data
  const pairs = (symbols ?? defaultSymbols).map((symbol) => {
    const { base, quote } = pairOf(symbol)
    if (base === quote) throw new SimulatorError(`simulator options.symbols: ${symbol} is quoted in itself`)
    return `${base}_${quote}`
  })
  return {
    seed,
    venues: exchangeIds.filter((exchange) => !venues || venues.includes(exchange)),
    symbols: [...new Set(pairs)],
    rate,
    port,
    faults: typeof faults === 'string' ? readFaults(faults) : parseFaults(faults),
    limits,
    accounts: { history: accounts.history ?? false, ordersPerMinute: accounts.ordersPerMinute ?? 0 },
    keepIn,
  }
}
