/** Back-tests as they are asked for: each in a thread of its own, two at a time, told of as they go on, cancellable. */
import { Worker } from 'node:worker_threads'
import type { AlertRule, BacktestRequest, BacktestResult } from '../../shared/alert-rules.ts'
import type { Progress } from '../../shared/contract.ts'
import type { EpochMs, Instrument } from '../../shared/domain/index.ts'
import type { PairJudge, PairStanding } from '../analytics/contract.ts'
import type { TakerFee } from '../analytics/spreads.ts'
import { messageOf } from '../errors.ts'
import { CallError } from '../handlers.ts'
import type { Logger } from '../log.ts'
import { nativeBindingOf } from '../storage/database.ts'
import { workerUrl } from '../worker-url.ts'
import type { BacktestMessage, BacktestPlan, BacktestThreadData } from './backtest/messages.ts'

export interface BacktestsOptions {
  /** The database to read; null: nothing is recorded. */
  readonly file: () => string | null
  /** In words why there is none. */
  readonly whyNoFile: () => string | null
  readonly watched: () => readonly Instrument[]
  /** By key, whether watched or not. */
  readonly find: (key: string) => Instrument | undefined
  readonly takerFee: TakerFee
  /** null: one ticker is one asset. */
  readonly judge: PairJudge | null
  readonly maximumAgeMs: () => number
  readonly onProgress: (progress: Progress) => void
  readonly logger: Logger
  readonly now?: () => EpochMs
}

/** More would only take the disk and both processors from what records. */
const mostAtOnce = 2
const dayMs = 86_400_000
const usualDays = 7
const mostDays = 400
const cancelled = 'cancelled'

interface Running {
  readonly cancel: Int32Array<SharedArrayBuffer>
  readonly done: Promise<BacktestResult>
}

export class Backtests {
  private readonly options: BacktestsOptions
  private readonly running = new Map<string, Running>()

  constructor(options: BacktestsOptions) {
    this.options = options
  }

  /** Rejects with a CallError, also when it was cancelled. */
  async run(request: BacktestRequest): Promise<BacktestResult> {
    const { id, rule } = request
    const plan = this.planOf(request)
    const file = this.options.file()
    if (file === null) {
      throw new CallError('unavailable', `nothing is stored: ${this.options.whyNoFile() ?? 'the database is not open'}`)
    }
    if (this.running.has(id)) throw new CallError('badRequest', `id: a back-test "${id}" is running already`)
    if (this.running.size >= mostAtOnce) {
      throw new CallError('unavailable', `${mostAtOnce} back-tests are running already: wait for one, or cancel it`)
    }
    const progress = (part: number, state: Progress['state'], detail: string | null = null): void =>
      this.options.onProgress({
        ...{ id, title: `Back-test: ${rule.name}`, state, canCancel: state === 'running', detail },
        ...{ done: Math.round(part * 100), total: 100 },
      })
    const cancel = new Int32Array(new SharedArrayBuffer(4))
    const data: BacktestThreadData = { plan, database: file, nativeBinding: nativeBindingOf(process.env), cancel }
    const done = runThread(data, (part) => progress(part, 'running'))
    this.running.set(id, { cancel, done })
    progress(0, 'running')
    try {
      const result = await done
      progress(1, 'finished')
      return result
    } catch (error) {
      const words = messageOf(error)
      progress(1, words === cancelled ? 'cancelled' : 'failed', words === cancelled ? null : words)
      if (words !== cancelled) this.options.logger.warn({ rule: rule.name, problem: words }, 'a back-test failed')
      throw error
    } finally {
      this.running.delete(id)
    }
  }

  cancel(id: string): void {
    const running = this.running.get(id)
    if (running) Atomics.store(running.cancel, 0, 1)
  }

  /** Nothing reads the database afterwards. */
  async stop(): Promise<void> {
    const running = [...this.running.entries()]
    for (const [id] of running) this.cancel(id)
    await Promise.allSettled(running.map(([, { done }]) => done))
  }

  private planOf({ rule, from, to, utcOffsetMinutes }: BacktestRequest): BacktestPlan {
    const now = (this.options.now ?? Date.now)()
    const end = Math.min(to ?? now, now)
    const begin = from ?? end - usualDays * dayMs
    if (begin >= end)
      throw new CallError('badRequest', `from: ${begin} is not before to (${end}), which is now at the latest`)
    if (end - begin > mostDays * dayMs) {
      throw new CallError(
        'badRequest',
        `to: more than ${mostDays} days after from; one back-test covers so many at most`,
      )
    }
    const instruments = this.instrumentsOf(rule)
    return {
      ...{ rule, from: begin, to: end, utcOffsetMinutes, maximumAgeMs: this.options.maximumAgeMs() },
      instruments: instruments.map((instrument) => ({ instrument, takerFee: this.options.takerFee(instrument) })),
      standings: rule.kind === 'net_spread' ? this.standingsOf(instruments) : new Map(),
    }
  }

  private instrumentsOf(rule: AlertRule): readonly Instrument[] {
    switch (rule.kind) {
      case 'price':
      case 'spread_width': {
        const found = this.options.find(rule.instrument)
        return found === undefined ? [] : [found]
      }
      case 'net_spread': {
        const { symbol } = rule
        if (symbol === null) return this.options.watched()
        const [base, quote] = symbol.split('_')
        const legs = this.options.watched().filter((one) => one.base === base && one.quote === quote)
        return legs.length < 2 ? [] : legs
      }
      default:
        return []
    }
  }

  /** Of those pairs that are not one asset, or that the trader does not want. */
  private standingsOf(instruments: readonly Instrument[]): ReadonlyMap<string, PairStanding> {
    const { judge } = this.options
    const standings = new Map<string, PairStanding>()
    if (judge === null) return standings
    for (const buy of instruments) {
      for (const sell of instruments) {
        if (buy === sell || buy.base !== sell.base || buy.quote !== sell.quote) continue
        const standing = judge.standingOf(buy, sell)
        if (standing.standing !== 'same') standings.set(`${buy.key}>${sell.key}`, standing)
      }
    }
    return standings
  }
}

function runThread(data: BacktestThreadData, onProgress: (part: number) => void): Promise<BacktestResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl('backtest'), {
      workerData: data,
      name: 'backtest',
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    let cause = ''
    worker.on('message', (message: BacktestMessage) => {
      if (message.kind === 'progress') onProgress(message.part)
      else if (message.kind === 'finished') resolve(message.result)
      else if (message.kind === 'cancelled') reject(new CallError('unavailable', cancelled))
      else reject(new CallError('unavailable', message.message))
    })
    worker.on('error', (error) => {
      cause = messageOf(error)
    })
    // After an answer this changes nothing.
    worker.on('exit', (code) =>
      reject(
        new CallError('unavailable', `the back-testing thread ended unexpectedly (${cause || `exit code ${code}`})`),
      ),
    )
  })
}
