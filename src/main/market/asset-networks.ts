/**
 * On which networks each exchange takes in and pays out each asset, asked again every ten minutes: of an account where one can be
 * asked (fees are told to accounts only), else of the public list where there is one.
 */
import type { NetworkStanding } from '../../shared/assets.ts'
import { type AssetNetwork, type EpochMs, type ExchangeId, exchangeTitle } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type BackoffRules, equalJitter, type Random } from '../net/backoff.ts'
import type { RestFailure, RestResult } from '../net/rest.ts'

/** One way to ask an exchange. */
export interface NetworkSource {
  /** Another one is asked at once. */
  readonly id: string
  /** "account 'Main'" */
  readonly words: string
  ask(): Promise<RestResult<readonly AssetNetwork[]>>
}

export interface AssetNetworkTiming {
  readonly everyMs: number
  /** How often it is looked for something to ask. */
  readonly lookEveryMs: number
  /** What is known is believed for this long without a newer answer. */
  readonly believedMs: number
  readonly backoff: BackoffRules
}

const minuteMs = 60_000
export const usualAssetNetworkTiming: AssetNetworkTiming = {
  everyMs: 10 * minuteMs,
  lookEveryMs: 2_000,
  believedMs: 30 * minuteMs,
  backoff: { baseMs: 10_000, capMs: 10 * minuteMs },
}

export interface AssetNetworkOptions {
  /** Those that run. */
  readonly exchanges: () => readonly ExchangeId[]
  /** Ways to ask, the one that tells most first; where there is none, why. */
  readonly sources: (exchange: ExchangeId) => { readonly sources: readonly NetworkSource[]; readonly why: string }
  /** Assets of which a transfer that opens or closes is worth a line. */
  readonly assets: () => ReadonlySet<string>
  readonly logger: Logger
  readonly timing?: Partial<AssetNetworkTiming>
  readonly random?: Random
  readonly now?: () => EpochMs
}

interface Known {
  readonly byAsset: ReadonlyMap<string, readonly AssetNetwork[]>
  readonly at: EpochMs
  readonly words: string
}

interface Entry {
  known: Known | null
  /** The sources' ids when it was last asked. */
  askedOf: string
  nextAt: EpochMs
  /** How long that was from when it was settled, ms. */
  waitMs: number
  failures: number
  problem: string | null
  isAsking: boolean
}

const refused: ReadonlySet<RestFailure['kind']> = new Set(['forbidden', 'rejectedKey'])
const none: readonly AssetNetwork[] = []

export class AssetNetworkBoard {
  private readonly options: AssetNetworkOptions
  private readonly timing: AssetNetworkTiming
  private readonly now: () => EpochMs
  private readonly entries = new Map<ExchangeId, Entry>()
  private readonly listeners = new Set<(exchange: ExchangeId) => void>()
  private timer: NodeJS.Timeout | null = null

  constructor(options: AssetNetworkOptions) {
    this.options = options
    this.timing = { ...usualAssetNetworkTiming, ...options.timing }
    this.now = options.now ?? Date.now
  }

  start(): void {
    this.timer ??= setInterval(() => this.look(), this.timing.lookEveryMs)
    this.look()
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** After each answer of an exchange; the returned function ends it. */
  onChange(listener: (exchange: ExchangeId) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Empty: nothing is known, or nothing that is still believed, which `standingOf` tells. */
  networksOf(exchange: ExchangeId, asset: string): readonly AssetNetwork[] {
    const known = this.entries.get(exchange)?.known ?? null
    if (known === null || this.isOld(known)) return none
    return known.byAsset.get(asset) ?? none
  }

  standingOf(exchange: ExchangeId): NetworkStanding {
    const { known = null, problem = null } = this.entries.get(exchange) ?? {}
    const asOf = known?.at ?? null
    if (known !== null && !this.isOld(known)) return { exchange, state: 'known', words: known.words, asOf }
    const runs = this.options.exchanges().includes(exchange)
    const { sources, why } = this.options.sources(exchange)
    const idle = sources.length === 0 ? why : 'the first answer is on its way'
    const words = runs ? (problem ?? idle) : 'switched off'
    return { exchange, state: known === null ? 'unknown' : 'old', words, asOf }
  }

  /** What comes from the future was told before this machine's clock was set back, nobody knows how long ago. */
  private isOld({ at }: Known): boolean {
    return Math.abs(this.now() - at) > this.timing.believedMs
  }

  private look(): void {
    const now = this.now()
    for (const exchange of this.options.exchanges()) {
      const entry = this.entryOf(exchange)
      if (entry.isAsking) continue
      // The clock was set back: nothing is waited for longer than it was to be.
      entry.nextAt = Math.min(entry.nextAt, now + entry.waitMs)
      const { sources } = this.options.sources(exchange)
      const ids = sources.map(({ id }) => id).join('\n')
      if (sources.length === 0 || (ids === entry.askedOf && now < entry.nextAt)) {
        if (sources.length === 0) entry.problem = null
        continue
      }
      if (ids !== entry.askedOf) entry.failures = 0
      entry.askedOf = ids
      entry.isAsking = true
      this.ask(exchange, entry, sources)
        .catch((error: unknown) => this.failed(exchange, entry, messageOf(error), null))
        .finally(() => {
          entry.isAsking = false
        })
    }
  }

  private async ask(exchange: ExchangeId, entry: Entry, sources: readonly NetworkSource[]): Promise<void> {
    const problems: string[] = []
    let retryAfterMs: number | null = null
    let isPassing = false
    for (const { words, ask } of sources) {
      const result = await ask()
      if (this.timer === null) return
      if (result.ok) {
        this.take(exchange, entry, result.value, [`told by ${words}`, ...problems].join('; '))
        if (result.passedOver !== undefined) {
          const { count, samples } = result.passedOver
          this.options.logger.warn({ exchange, count, samples }, 'networks of assets that could not be read')
        }
        // Somebody else can tell more, and may soon.
        if (isPassing) this.later(entry, retryAfterMs)
        else this.tellProblem(exchange, entry, problems)
        return
      }
      const { kind, message } = result.failure
      problems.push(kind === 'forbidden' ? `${words} lacks the permission: ${message}` : `${words}: ${message}`)
      retryAfterMs = result.failure.retryAfterMs
      isPassing ||= !refused.has(kind)
    }
    this.failed(exchange, entry, problems.join('; '), retryAfterMs)
  }

  private take(exchange: ExchangeId, entry: Entry, networks: readonly AssetNetwork[], words: string): void {
    const now = this.now()
    const byAsset = new Map<string, AssetNetwork[]>()
    for (const network of networks) {
      const own = byAsset.get(network.asset)
      if (own === undefined) byAsset.set(network.asset, [network])
      else own.push(network)
    }
    const before = entry.known
    entry.known = { byAsset, at: now, words }
    entry.failures = 0
    this.waitFor(entry, this.timing.everyMs * (0.9 + 0.1 * (this.options.random ?? Math.random)()))
    if (before !== null) this.tellChanges(exchange, before, entry.known)
    for (const listener of this.listeners) listener(exchange)
  }

  private tellChanges(exchange: ExchangeId, before: Known, after: Known): void {
    for (const asset of this.options.assets()) {
      for (const [what, field] of [
        ['deposits', 'canDeposit'],
        ['withdrawals', 'canWithdraw'],
      ] as const) {
        const [was, is] = [before, after].map(({ byAsset }) => anyOpen(byAsset.get(asset) ?? none, field))
        if (was === is || was === undefined || is === undefined || was === null || is === null) continue
        const words = `${what} of ${asset} ${is ? 'open again' : 'closed'} on ${exchangeTitle(exchange)}`
        this.options.logger.info({ exchange, asset }, words)
      }
    }
  }

  private failed(exchange: ExchangeId, entry: Entry, problem: string, retryAfterMs: number | null): void {
    if (this.timer === null) return
    this.tellProblem(exchange, entry, [problem])
    this.later(entry, retryAfterMs)
  }

  /** Once, until it is another. */
  private tellProblem(exchange: ExchangeId, entry: Entry, problems: readonly string[]): void {
    const problem = problems.length === 0 ? null : problems.join('; ')
    if (problem !== null && problem !== entry.problem) {
      this.options.logger.warn({ exchange, problem }, 'networks of assets are not told in full')
    }
    entry.problem = problem
  }

  private later(entry: Entry, retryAfterMs: number | null): void {
    entry.failures++
    const waitMs = equalJitter(this.timing.backoff, entry.failures, this.options.random ?? Math.random)
    this.waitFor(entry, Math.max(waitMs, retryAfterMs ?? 0))
  }

  private waitFor(entry: Entry, ms: number): void {
    entry.nextAt = this.now() + ms
    entry.waitMs = ms
  }

  private entryOf(exchange: ExchangeId): Entry {
    const found = this.entries.get(exchange)
    if (found !== undefined) return found
    const entry: Entry = { known: null, askedOf: '', nextAt: 0, waitMs: 0, failures: 0, problem: null, isAsking: false }
    this.entries.set(exchange, entry)
    return entry
  }
}

/** undefined: it is not listed; null: not told. */
function anyOpen(networks: readonly AssetNetwork[], field: 'canDeposit' | 'canWithdraw'): boolean | null | undefined {
  if (networks.length === 0) return undefined
  if (networks.some((network) => network[field] === true)) return true
  return networks.some((network) => network[field] === null) ? null : false
}
