/**
 * The Redis bridge: what happens on the bus, on a Redis server for the trader's bots; docs/bots.md is its promise to them. It only
 * listens: events go into bounded buffers (`state.ts`, `outbox.ts`, `TradeQueue`), and a pump of its own empties them as fast as the
 * server takes them. The server may be away for as long as it likes.
 */
import { join } from 'node:path'
import type { RedisStatus } from '../../../shared/bots.ts'
import type { Alert } from '../../../shared/domain/index.ts'
import type { Settings } from '../../../shared/settings.ts'
import { unifiedVersion } from '../../../shared/unified/schemas.ts'
import type { RedisBridge } from '../../bots-contract.ts'
import { messageOf } from '../../errors.ts'
import { fullJitter } from '../../net/backoff.ts'
import { FrameRate } from '../../net/frame-rate.ts'
import { Sequence } from './identity.ts'
import { listen } from './intake.ts'
import { Link, publicUrl } from './link.ts'
import { channelPath } from './names.ts'
import { type BridgeTiming, bridgeTiming, type RedisBridgeOptions } from './options.ts'
import { Outbox, outboxLimits } from './outbox.ts'
import { Pump, type PumpParts, TradeQueue } from './pump.ts'
import { LatestState } from './state.ts'
import { Wake } from './wake.ts'
import { RedisRefusal, wordsOf } from './words.ts'

export type { RedisBridgeOptions } from './options.ts'

const mostQueuedQuotes = 20_000
/** Latest-value keys are written again at least this often, or three times within their time to live. */
const slowestRefreshMs = 10_000
const slowestHealthMs = 2_000
const tickMs = 500
/** A trouble that goes on is told this often: each alert is a happening itself. */
const repeatMs = 60_000

export function createRedisBridge(options: RedisBridgeOptions): RedisBridge {
  return new Bridge(options)
}

class Bridge implements RedisBridge {
  private readonly options: RedisBridgeOptions
  private readonly timing: BridgeTiming
  private readonly now: () => number
  /** For all that is paced: a clock that is set back must not keep anything waiting until it is there again. ms */
  private readonly steady = (): number => performance.now()
  private readonly state: LatestState
  private readonly trades = new TradeQueue()
  /** Of `mode`: what waits of the demo must never be delivered as real. */
  private outbox: Outbox
  private mode: 'demo' | 'live'
  private readonly wake = new Wake()
  private readonly rate = new FrameRate()
  private sequence: Sequence | null = null
  private endListening: (() => void) | null = null
  private active = false
  private wasLive = false
  private tickTimer: NodeJS.Timeout | null = null
  /** Starts, restarts and stops come one after another. */
  private turn: Promise<void> = Promise.resolve()
  private run: { readonly abort: AbortController; draining: boolean; readonly ended: Promise<void> } | null = null

  private settings: Settings['redis']
  private current: Pick<RedisStatus, 'state' | 'reason' | 'since' | 'nextAttemptAt'>
  private published = 0
  private reconnects = 0
  private hasPassword = false
  /** By the steady clock, as all that follows; never yet: long ago. */
  private refreshedAt = Number.NEGATIVE_INFINITY
  private healthAt = Number.NEGATIVE_INFINITY
  private flushedAt = Number.NEGATIVE_INFINITY
  private awaySince: number | null = null
  private lossTold = Number.NEGATIVE_INFINITY
  private diskTold = Number.NEGATIVE_INFINITY
  private alerted = false
  /** By outboxes of earlier modes. */
  private lostBefore = 0
  private toldStatus = ''

  constructor(options: RedisBridgeOptions) {
    this.options = options
    this.timing = { ...bridgeTiming, ...options.timing }
    this.now = options.now ?? Date.now
    this.settings = options.settings()
    this.current = { state: 'off', reason: null, since: this.now(), nextAttemptAt: null }
    this.state = new LatestState({ perSecond: () => this.settings.quotesPerSecond, mostQueued: mostQueuedQuotes })
    this.mode = options.mode()
    this.outbox = this.createOutbox()
  }

  private createOutbox(): Outbox {
    return new Outbox({
      folder: this.folder(),
      limits: { ...outboxLimits, ...this.options.limits },
      onReady: () => this.wake.now(),
      onLost: (count, why) => this.tellLoss(count, why),
      onDamaged: (lines) =>
        this.alert('warning', `${lines} happenings for Redis could not be read back from the disk and are skipped`),
      onDiskProblem: (problem) => {
        if (problem === null || this.steady() - this.diskTold < repeatMs) return
        this.diskTold = this.steady()
        this.alert('error', `happenings for Redis cannot be kept on the disk: ${problem}`)
      },
    })
  }

  start(): void {
    this.endListening ??= this.listen()
    void this.inTurn(() => this.open())
  }

  stop(): Promise<void> {
    this.endListening?.()
    this.endListening = null
    return this.inTurn(() => this.close())
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.close()
      await this.open()
    })
  }

  status(): RedisStatus {
    return {
      ...this.current,
      url: this.current.state === 'off' ? null : publicUrl(this.settings.url),
      published: this.published,
      messagesPerSecond: this.current.state === 'live' ? this.rate.perSecond(this.steady(), this.published) : 0,
      droppedState: this.state.dropped,
      droppedTrades: this.trades.dropped,
      waitingHappenings: this.outbox.waiting,
      spilledHappenings: Math.max(0, this.outbox.onDisk),
      lostHappenings: this.lostBefore + this.outbox.lost,
      reconnects: this.reconnects,
      hasPassword: this.hasPassword,
    }
  }

  // ---------------------------------------------------------------- start and stop

  private async open(): Promise<void> {
    if (this.run) return
    this.endListening ??= this.listen()
    this.settings = this.options.settings()
    await this.applyMode()
    // Not waited for: a keychain may ask its owner first.
    void this.readPassword().then(
      () => this.tellStatus(),
      () => this.tellStatus(),
    )
    this.active = this.settings.enabled
    this.state.dropMarketData()
    if (!this.active) return this.setState('off', null)
    this.sequence ??= new Sequence(this.folder(), this.now())
    if (this.sequence.problem !== null) {
      this.alert('error', `the folder for happenings that wait for Redis cannot be used: ${this.sequence.problem}`)
    }
    const { sequence } = this
    await this.outbox.open()
    this.tickTimer = setInterval(() => this.tick(), Math.min(tickMs, this.refreshMs()))
    const abort = new AbortController()
    this.run = { abort, draining: false, ended: this.keepConnected(sequence, abort.signal) }
  }

  private async applyMode(): Promise<void> {
    const mode = this.options.mode()
    if (mode === 'demo') this.settings = { ...this.settings, prefix: `${this.settings.prefix}.demo` }
    if (mode === this.mode) return
    const { outbox } = this
    this.mode = mode
    this.lostBefore += outbox.lost
    this.outbox = this.createOutbox()
    this.sequence = null
    this.state.forgetAll()
    // What came since it was closed.
    await outbox.flush()
  }

  private folder(): string {
    return this.mode === 'demo' ? join(this.options.spillFolder, 'demo') : this.options.spillFolder
  }

  private async close(): Promise<void> {
    const { run } = this
    if (run) {
      this.state.withdraw(['health'])
      run.draining = true
      this.wake.now()
      const timer = setTimeout(() => run.abort.abort(), this.current.state === 'live' ? this.timing.drainMs : 0)
      await run.ended
      clearTimeout(timer)
      this.run = null
    }
    if (this.tickTimer) clearInterval(this.tickTimer)
    this.tickTimer = null
    if (run) await this.outbox.flush()
    this.wasLive = false
    this.awaySince = null
    this.alerted = false
    this.setState('off', null)
  }

  /** Also while switched off: what accounts hold is told once, when it changes. */
  private listen(): () => void {
    return listen(this.options.bus, {
      state: this.state,
      trades: this.trades,
      // A market of the other mode may begin before `restart` is asked for: its data has no place here yet.
      isActive: () => this.active && this.options.mode() === this.mode,
      symbolsOf: this.options.symbolsOf,
      truthOfQuote: this.options.truthOfQuote,
      truthOfBalance: this.options.truthOfBalance,
      happen: (message) => {
        if (!this.sequence) return
        const sequence = this.sequence.next()
        this.outbox.add({ sequence, path: channelPath(message), message: JSON.stringify(message) })
        this.wake.soon()
      },
      onWork: () => this.wake.soon(),
    })
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error: unknown) => {
      // Words only: errors of the library carry what was sent.
      this.options.logger.error({ reason: wordsOf(error) }, 'the Redis bridge failed')
    })
    return this.turn
  }

  // ---------------------------------------------------------------- connection

  private async keepConnected(sequence: Sequence, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted && !this.run?.draining; ) {
      this.setState('connecting', this.current.reason)
      let liveSince: number | null = null
      let reason: string
      try {
        const link = await this.connect(sequence, signal)
        liveSince = this.steady()
        this.becomeLive(link)
        reason = await this.pump(link, sequence, signal)
      } catch (error) {
        reason = wordsOf(error)
      }
      this.state.setConnected(false)
      this.trades.setConnected(false)
      if (signal.aborted || this.run?.draining) return
      // One that stood for a while was no failure; one that ends at once is, however well it began.
      if (liveSince !== null && this.steady() - liveSince > this.timing.alertAfterMs) failures = 0
      failures += 1
      this.awaySince ??= this.steady()
      const delayMs = this.timing.shortestWaitMs + fullJitter(this.timing.backoff, failures, Math.random)
      this.setState('waiting', reason, this.now() + delayMs)
      this.tellAway(reason)
      await pause(delayMs, signal)
    }
  }

  private async connect(sequence: Sequence, signal: AbortSignal): Promise<Link> {
    const reading = this.readPassword().catch((error: unknown) => {
      throw new RedisRefusal(`its password cannot be read: ${messageOf(error)}`)
    })
    const password = await Promise.race([reading, aborted(signal)])
    const { url, certificateAuthorityFile, prefix } = this.settings
    const { answerTimeoutMs } = this.timing
    const { sender } = sequence
    return Link.open({ url, password, certificateAuthorityFile, prefix, sender, answerTimeoutMs }, signal)
  }

  private becomeLive(link: Link): void {
    this.outbox.deliveredUpTo(link.position)
    this.state.setConnected(true)
    this.trades.setConnected(true)
    this.healthAt = Number.NEGATIVE_INFINITY
    this.refreshedAt = this.steady()
    this.awaySince = null
    if (this.wasLive) this.reconnects += 1
    this.wasLive = true
    this.setState('live', null)
    if (!this.alerted) return
    this.alerted = false
    this.alert('info', `Redis is there again; ${this.outbox.waiting} happenings waited for it`)
  }

  /** Until the connection ends; resolves to why. */
  private async pump(link: Link, { sender }: Sequence, signal: AbortSignal): Promise<string> {
    const cut = () => {
      link.close()
      this.wake.now()
    }
    signal.addEventListener('abort', cut)
    link.whenEnded(() => this.wake.now())
    const parts: PumpParts = {
      outbox: this.outbox,
      state: this.state,
      trades: this.trades,
      sender,
      settings: this.settings,
      health: () => this.dueHealth(),
      now: this.steady,
    }
    const pump = new Pump(parts, link, (messages) => {
      this.published += messages
    })
    try {
      while (link.problem === null) {
        const nextAt = await pump.step()
        if (this.run?.draining && this.outbox.waiting === 0 && !this.state.hasWork) break
        // Read once: a second look may find it past, and Node warns of timers in the past.
        const waitMs = nextAt - this.steady()
        if (waitMs > 0) await this.wake.wait(waitMs)
      }
      return link.problem ?? 'closed'
    } catch (error) {
      return wordsOf(error)
    } finally {
      signal.removeEventListener('abort', cut)
      link.close()
    }
  }

  // ---------------------------------------------------------------- time

  private refreshMs(): number {
    return Math.min(slowestRefreshMs, (this.settings.timeToLiveSeconds * 1_000) / 3)
  }

  private tick(): void {
    const now = this.steady()
    this.rate.sample(now, this.published)
    if (this.current.state === 'live') {
      if (now - this.refreshedAt >= this.refreshMs()) {
        this.refreshedAt = now
        const { watched, accounts, keepsBook } = this.options
        this.state.prune(new Set(watched().map(({ key }) => key)), new Set(accounts()), keepsBook)
        this.state.refresh()
      }
      this.wake.soon()
    } else if (now - this.flushedAt >= this.timing.flushEveryMs) {
      this.flushedAt = now
      void this.outbox.flush()
    }
    this.tellStatus()
  }

  /** Also the sign of life that a silent server owes an answer to. */
  private dueHealth(): string | null {
    const now = this.steady()
    if (now - this.healthAt < Math.min(slowestHealthMs, this.refreshMs())) return null
    if (this.run?.draining) return null
    this.healthAt = now
    return JSON.stringify({ event_type: 'health', version: unifiedVersion, time: this.now(), ...this.options.health() })
  }

  // ---------------------------------------------------------------- telling

  private async readPassword(): Promise<string | null> {
    const password = await this.options.password()
    this.hasPassword = password !== null
    return password
  }

  private setState(state: RedisStatus['state'], reason: string | null, nextAttemptAt: number | null = null): void {
    const changed = state !== this.current.state || reason !== this.current.reason
    const since = state === this.current.state ? this.current.since : this.now()
    this.current = { state, reason, since, nextAttemptAt }
    if (changed && state !== 'connecting') this.options.logger.info({ state, reason }, 'Redis bridge')
    this.tellStatus()
  }

  private tellStatus(): void {
    if (!this.options.onStatus) return
    const status = this.status()
    const text = JSON.stringify(status)
    if (text === this.toldStatus) return
    this.toldStatus = text
    this.options.onStatus(status)
  }

  private tellAway(reason: string): void {
    if (this.alerted || this.awaySince === null || this.steady() - this.awaySince < this.timing.alertAfterMs) return
    this.alerted = true
    this.alert('warning', `Redis at ${publicUrl(this.settings.url)} cannot be used: ${reason}. Happenings wait for it.`)
  }

  private tellLoss(count: number, why: string): void {
    this.options.logger.debug({ count }, 'happenings for Redis lost')
    if (this.steady() - this.lossTold < repeatMs) return
    this.lossTold = this.steady()
    this.alert('error', `happenings for Redis are lost (${this.lostBefore + this.outbox.lost} so far): ${why}`)
  }

  private alert(severity: Alert['severity'], message: string): void {
    this.options.onAlert({ severity, rule: 'redis', subject: 'redis', message })
  }
}

/** Never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new RedisRefusal('it was stopped')), { once: true })
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
