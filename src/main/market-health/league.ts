/**
 * What each exchange was like, hour by hour: counted from the sessions once a minute, delays and gaps as they come. Pure: time comes
 * from the caller. Memory: one hour of each exchange, and the ids of the newest gaps.
 */
import type { BookTicker, EpochMs, ExchangeId, Gap, GapCause, Trade } from '../../shared/domain/index.ts'
import { delayBoundsMs, type ExchangeHour } from '../../shared/market-health.ts'

const hourMs = 3_600_000
/** Gaps are told again when they end and when they are filled. */
const rememberedGaps = 10_000
/** Those that are the exchange's or its connection's; the others are this machine's, or nobody's. */
const theirCauses: ReadonlySet<GapCause> = new Set(['disconnect', 'outage', 'blocked', 'resync', 'unknown'])

/** What a session and its books counted since the run began, and how it is now. */
export interface ExchangeReading {
  readonly exchange: ExchangeId
  readonly isLive: boolean
  readonly messages: number
  readonly rejected: number
  readonly reconnects: number
  readonly resyncs: number
  readonly clockOffsetMs: number | null
}

interface Counting {
  readonly exchange: ExchangeId
  readonly hour: EpochMs
  readonly since: EpochMs
  readonly delays: Float64Array
  observedMinutes: number
  liveMinutes: number
  messages: number
  rejected: number
  reconnects: number
  gaps: number
  resyncs: number
  clockSum: number
  clockMinutes: number
}

export class League {
  private readonly counting = new Map<ExchangeId, Counting>()
  /** As read last. */
  private readonly before = new Map<ExchangeId, ExchangeReading>()
  private readonly gapIds = new Set<number>()

  /** Of a quote or a trade; `offsetMs`: its exchange's clock minus ours, null where it is not known, and then nothing is counted. */
  arrived({ instrument: { exchange }, exchangeAt, receivedAt }: BookTicker | Trade, offsetMs: number | null): void {
    if (exchangeAt === null || offsetMs === null) return
    const counting = this.counting.get(exchange)
    if (counting === undefined) return
    const place = classOf(receivedAt + offsetMs - exchangeAt)
    counting.delays[place] = (counting.delays[place] ?? 0) + 1
  }

  gap({ id, exchange, kind, cause }: Gap): void {
    if (kind === 'kline' || !theirCauses.has(cause) || this.gapIds.has(id)) return
    this.gapIds.add(id)
    const [oldest] = this.gapIds
    if (this.gapIds.size > rememberedGaps && oldest !== undefined) this.gapIds.delete(oldest)
    const counting = this.counting.get(exchange)
    if (counting !== undefined) counting.gaps++
  }

  /** Call once a minute, and at the end (`isMinute` false: less than a minute is no minute). Returns the hours that are over. */
  read(readings: readonly ExchangeReading[], now: EpochMs, isMinute = true): readonly ExchangeHour[] {
    const over: ExchangeHour[] = []
    const hour = now - (now % hourMs)
    for (const reading of readings) {
      const { exchange } = reading
      const counting = this.counting.get(exchange) ?? this.begin(exchange, hour, now)
      const before = this.before.get(exchange)
      this.before.set(exchange, reading)
      if (before !== undefined) take(counting, before, reading, isMinute)
      // Also where the clock was set back: an hour would last until it is there again.
      if (counting.hour !== hour) {
        over.push(hourOf(counting))
        this.begin(exchange, hour, now)
      }
    }
    return over
  }

  /** The hours under way. */
  present(): readonly ExchangeHour[] {
    return [...this.counting.values()].map(hourOf)
  }

  private begin(exchange: ExchangeId, hour: EpochMs, since: EpochMs): Counting {
    const counting: Counting = {
      ...{ exchange, hour, since, delays: new Float64Array(delayBoundsMs.length + 1) },
      ...{ observedMinutes: 0, liveMinutes: 0, messages: 0, rejected: 0, reconnects: 0, gaps: 0, resyncs: 0 },
      ...{ clockSum: 0, clockMinutes: 0 },
    }
    this.counting.set(exchange, counting)
    return counting
  }
}

/** The class of `delayBoundsMs`: an offset wrong by a millisecond makes some negative, and those count as none. */
const classOf = (ms: number): number => (ms <= 1 ? 0 : Math.min(delayBoundsMs.length, Math.ceil(Math.log2(ms) * 4)))

function take(
  counting: Counting,
  before: ExchangeReading,
  { isLive, clockOffsetMs, ...now }: ExchangeReading,
  isMinute: boolean,
): void {
  if (isMinute) counting.observedMinutes++
  if (isMinute && isLive) counting.liveMinutes++
  // Counters only grow while a run lasts; a feed that is gone may take its own along.
  counting.messages += Math.max(0, now.messages - before.messages)
  counting.rejected += Math.max(0, now.rejected - before.rejected)
  counting.reconnects += Math.max(0, now.reconnects - before.reconnects)
  counting.resyncs += Math.max(0, now.resyncs - before.resyncs)
  if (clockOffsetMs === null || !isMinute) return
  counting.clockSum += clockOffsetMs
  counting.clockMinutes++
}

function hourOf({ delays, clockSum, ...counted }: Counting): ExchangeHour {
  const last = delays.findLastIndex((count) => count > 0)
  return {
    ...counted,
    delayCounts: Array.from(delays.subarray(0, last + 1)),
    clockOffsetMs: counted.clockMinutes === 0 ? null : clockSum / counted.clockMinutes,
  }
}
