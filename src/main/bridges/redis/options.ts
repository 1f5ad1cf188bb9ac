/** What the bridge is given, and how patient it is. */
import type { RedisStatus } from '../../../shared/bots.ts'
import type { Alert, Balance, Instrument, Truth } from '../../../shared/domain/index.ts'
import type { Settings } from '../../../shared/settings.ts'
import type { Bus } from '../../bus/index.ts'
import type { Logger } from '../../log.ts'
import type { BackoffRules } from '../../net/backoff.ts'
import type { OutboxLimits } from './outbox.ts'

export interface BridgeTiming {
  readonly backoff: BackoffRules
  /** Added to every wait, ms: no draw makes a tight loop. */
  readonly shortestWaitMs: number
  /** No answer for this long: the connection is cut, ms. */
  readonly answerTimeoutMs: number
  /** Stopping, what waits is delivered for this long before it goes to the disk, ms. */
  readonly drainMs: number
  /** Happenings that wait in memory for a server that is away go to the disk this often, ms. */
  readonly flushEveryMs: number
  /** Away for this long is worth an alert, ms. */
  readonly alertAfterMs: number
}

export const bridgeTiming: BridgeTiming = {
  backoff: { baseMs: 500, capMs: 30_000 },
  shortestWaitMs: 100,
  answerTimeoutMs: 5_000,
  drainMs: 1_000,
  flushEveryMs: 1_000,
  alertAfterMs: 5_000,
}

export interface RedisBridgeOptions {
  readonly bus: Bus
  readonly settings: () => Settings['redis']
  /** Simulated data goes under a prefix of its own, for no bot may take it for the market. `restart` applies a change. */
  readonly mode: () => 'demo' | 'live'
  /** Asked before every attempt to connect; rejects when the keychain cannot be read. */
  readonly password: () => Promise<string | null>
  readonly symbolsOf: (instrumentIds: readonly number[]) => readonly string[]
  readonly watched: () => readonly Pick<Instrument, 'key'>[]
  /** Ids of the accounts there are: what belongs to others is taken out of the server. */
  readonly accounts: () => readonly string[]
  /** Whether the full book of an instrument, by its key, is kept. */
  readonly keepsBook: (key: string) => boolean
  /** Of the newest quote of an instrument; null: it is not watched, and nothing of it is published. */
  readonly truthOfQuote: (instrumentId: number) => Truth | null
  readonly truthOfBalance: (balance: Balance) => Truth
  /** Of the exchanges and whatever else the key `latest:health` should tell; JSON. */
  readonly health: () => Readonly<Record<string, unknown>>
  /** For happenings that wait longer than memory should hold them. */
  readonly spillFolder: string
  readonly logger: Logger
  readonly onAlert: (finding: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
  readonly onStatus?: (status: RedisStatus) => void
  readonly now?: () => number
  readonly timing?: Partial<BridgeTiming>
  readonly limits?: Partial<OutboxLimits>
}
