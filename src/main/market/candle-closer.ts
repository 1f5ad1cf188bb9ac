/**
 * Candles that nobody closes. Some exchanges send no closed flag (MEXC, Gate's futures), so that a candle counts as closed only
 * when the next one comes, and in a quiet market nothing comes. Some seconds after a period's end, every series whose closing was
 * not heard is asked of history. What closes a candle is always the exchange's word, never the clock alone: where history does not
 * have it either, it stays open. Where streams tell candles at intervals (HTX, MEXC), the last trades of one may be in none of its pushes:
 * there every candle that ended is asked of history, closed or not, and told once more where history knows of more.
 */
import {
  type EpochMs,
  type ExchangeId,
  type Instrument,
  type Kline,
  knownExchanges,
  openTimeOf,
  type Period,
  periodMs,
  periods,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import { messageOf } from '../errors.ts'
import type { TopicsChange } from '../exchanges/session.ts'
import type { Logger } from '../log.ts'
import type { KlineRow } from '../storage/contract.ts'
import type { KlineHistory } from './history.ts'

export interface CandleCloserOptions {
  readonly bus: Bus
  readonly history: KlineHistory
  /**
   * The exchange's clock, epoch ms; null while it was not measured or the exchange is not running. Never this machine's: by a clock
   * that is ahead, a candle under way would pass for closed.
   */
  readonly now: (exchange: ExchangeId) => EpochMs | null
  /** Its streams tell candles at intervals. Absent: nobody's do. */
  readonly samplesCandles?: (exchange: ExchangeId) => boolean
  readonly logger: Logger
}

/** After a period's end, so that a closing that was late on its way, and the trades in it, are there. */
const askAfterMs = 8_000
const tickMs = 1_000
/** The one that ended, the one under way, and the one before for good measure. */
const candlesAsked = 3
/** Of one exchange; its rate limits pace the rest. */
const asksAtOnce = 2
const retryAfterMs = 30_000
const attempts = 3

/** One instrument's candles of one period. */
interface Series {
  instrument: Instrument
  readonly period: Period
  /** Its topic flows. Where it does not, the repair after the reconnect asks. */
  isLive: boolean
  /** Open time of the newest candle known to be closed. */
  closed: EpochMs | null
  /** Its newest closed candle as the stream told it. */
  heard: Kline | null
  /** Open time of the newest candle that history told closed; looked at where streams sample only. */
  confirmed: EpochMs | null
  readonly isSampled: boolean
  /** What history said last. */
  told: Kline | null
  isWaiting: boolean
}

interface Ask {
  readonly series: Series
  /** The candle that should have been closed. */
  readonly openTime: EpochMs
  readonly attempt: number
}

/** One exchange's questions. */
interface Lane {
  readonly waiting: Ask[]
  readonly later: { readonly ask: Ask; readonly at: EpochMs }[]
  running: number
  /** By period: the open time of the newest candle that was looked at. */
  readonly looked: Map<Period, EpochMs>
}

const keyOf = (instrument: Instrument, period: Period): string => `${instrument.id} ${period}`

export class CandleCloser {
  private readonly options: CandleCloserOptions
  private readonly series = new Map<string, Series>()
  private readonly lanes = new Map<ExchangeId, Lane>()
  private readonly stopping = new AbortController()
  private timer: NodeJS.Timeout | null = null
  private unsubscribe: () => void = () => undefined

  constructor(options: CandleCloserOptions) {
    this.options = options
  }

  start(): void {
    this.unsubscribe = this.options.bus.on('kline', (kline) => this.heard(kline))
    this.timer = setInterval(() => this.tick(), tickMs)
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    this.unsubscribe()
    this.stopping.abort()
  }

  /** Every change of an exchange's topics, from the start. */
  follow({ topics, state }: TopicsChange): void {
    for (const { instrument, period } of topics) {
      if (period === null) continue
      const key = keyOf(instrument, period)
      const known = this.series.get(key)
      if (known !== undefined) known.isLive = state === 'live'
      else if (state === 'live') {
        const isSampled = this.options.samplesCandles?.(instrument.exchange) ?? false
        const nothing = { closed: null, heard: null, confirmed: null, told: null }
        this.series.set(key, { instrument, period, isLive: true, ...nothing, isSampled, isWaiting: false })
      }
    }
  }

  /** The watch list, whenever it or what is known of its instruments changes: topics end without a word. */
  watch(instruments: readonly Instrument[], wanted: readonly Period[]): void {
    const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]))
    for (const [key, series] of this.series) {
      const instrument = byId.get(series.instrument.id)
      if (instrument !== undefined && wanted.includes(series.period)) series.instrument = instrument
      else {
        series.isLive = false
        this.series.delete(key)
      }
    }
  }

  private heard(kline: Kline): void {
    if (!kline.isClosed) return
    const series = this.series.get(keyOf(kline.instrument, kline.period))
    if (series === undefined) return
    if (series.closed === null || kline.openTime > series.closed) series.closed = kline.openTime
    const { told } = series
    if (told !== kline && kline.openTime === series.closed) series.heard = kline
    if (told === null || told === kline || told.openTime !== kline.openTime) return
    // The stream closes it at last, with what it had pushed before: history knows better, unless trades came in since.
    if (kline.volume > told.volume) series.told = null
    // Later, so that every listener hears this one first.
    else if (differs(kline, told)) queueMicrotask(() => this.options.bus.publish(told))
  }

  private tick(): void {
    for (const exchange of knownExchanges()) {
      const now = this.options.now(exchange)
      if (now === null) continue
      const lane = this.laneOf(exchange)
      for (const period of periods) {
        const openTime = openTimeOf(now - askAfterMs, period) - periodMs[period]
        const looked = lane.looked.get(period)
        if (looked !== undefined && looked >= openTime) continue
        lane.looked.set(period, openTime)
        // What ended before the start is the backfill's.
        if (looked !== undefined) this.look(exchange, lane, period, openTime)
      }
      const due = lane.later.findIndex(({ at }) => at > now)
      for (const { ask } of lane.later.splice(0, due < 0 ? lane.later.length : due)) this.enqueue(lane, ask)
      this.run(lane)
    }
  }

  private look(exchange: ExchangeId, lane: Lane, period: Period, openTime: EpochMs): void {
    for (const series of this.series.values()) {
      if (series.instrument.exchange !== exchange || series.period !== period) continue
      this.enqueue(lane, { series, openTime, attempt: 1 })
    }
  }

  private enqueue(lane: Lane, ask: Ask): void {
    // One that waits already will ask for the newest candles too.
    if (ask.series.isWaiting || !isOpen(ask)) return
    ask.series.isWaiting = true
    lane.waiting.push(ask)
  }

  private run(lane: Lane): void {
    while (lane.running < asksAtOnce) {
      const ask = lane.waiting.shift()
      if (ask === undefined) return
      ask.series.isWaiting = false
      if (!isOpen(ask)) continue
      lane.running++
      void this.ask(lane, ask).finally(() => {
        lane.running--
        if (!this.stopping.signal.aborted) this.run(lane)
      })
    }
  }

  private async ask(lane: Lane, ask: Ask): Promise<void> {
    const { instrument, period } = ask.series
    const { signal } = this.stopping
    const report = await this.options.history
      .refresh(instrument, period, candlesAsked, signal)
      .catch((error: unknown) => ({ rows: [], problem: messageOf(error) }))
    if (signal.aborted) return
    for (const row of report.rows) this.take(ask.series, row)
    if (report.problem === null) return
    const { problem } = report
    const now = this.options.now(instrument.exchange)
    if (ask.attempt < attempts && now !== null) {
      lane.later.push({ ask: { ...ask, attempt: ask.attempt + 1 }, at: now + retryAfterMs })
    } else this.options.logger.warn({ instrument: instrument.key, period, problem }, 'a candle could not be closed')
  }

  /** So that charts and everybody else hear of it as of any other. */
  private take(series: Series, row: KlineRow): void {
    if (!row.isClosed) return
    const { closed, heard, confirmed, isSampled } = series
    if (confirmed === null || row.openTime > confirmed) series.confirmed = row.openTime
    const isNews = closed === null || row.openTime > closed
    const knowsMore = isSampled && heard?.openTime === row.openTime && row.volume > heard.volume
    if (!isNews && !knowsMore) return
    const { openTime, open, high, low, close, volume, quoteVolume } = row
    series.told = {
      ...{ kind: 'kline', instrument: series.instrument, period: series.period },
      ...{ openTime, open, high, low, close, volume, quoteVolume },
      ...{ isClosed: true, exchangeAt: null, receivedAt: Date.now() },
    }
    this.options.bus.publish(series.told)
  }

  private laneOf(exchange: ExchangeId): Lane {
    let lane = this.lanes.get(exchange)
    if (lane === undefined) {
      lane = { waiting: [], later: [], running: 0, looked: new Map() }
      this.lanes.set(exchange, lane)
    }
    return lane
  }
}

const isOpen = ({ series, openTime }: Ask): boolean => {
  const { isLive, isSampled, closed, confirmed } = series
  const known = isSampled ? confirmed : closed
  return isLive && (known === null || known < openTime)
}

const differs = (one: Kline, other: Kline): boolean =>
  one.open !== other.open ||
  one.high !== other.high ||
  one.low !== other.low ||
  one.close !== other.close ||
  one.volume !== other.volume ||
  one.quoteVolume !== other.quoteVolume
