/**
 * Alerts as POSTs of JSON to one address of the trader's. One after another, each tried three times; what cannot go out is counted and
 * told once, never as an alert for each. The queue is bounded: when it is full the oldest is lost, since the newest is the one worth
 * knowing. docs/bots.md is its promise to who receives them.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { AlertSettings, WebhookStatus } from '../../shared/alert-rules.ts'
import type { Alert, EpochMs } from '../../shared/domain/index.ts'
import { alertMessage } from '../../shared/unified/messages.ts'
import { messageOf } from '../errors.ts'
import { KeychainError } from '../keychain.ts'
import type { Logger } from '../log.ts'
import { type BackoffRules, equalJitter, type Random } from '../net/backoff.ts'
import type { Network } from '../net/network.ts'
import { connectorOf } from '../net/ways.ts'

export interface WebhookTiming {
  readonly connectTimeoutMs: number
  /** One attempt as a whole. */
  readonly attemptTimeoutMs: number
  readonly backoff: BackoffRules
}

const usualTiming: WebhookTiming = {
  connectTimeoutMs: 5_000,
  attemptTimeoutMs: 10_000,
  backoff: { baseMs: 1_000, capMs: 10_000 },
}
const attempts = 3
const mostWaiting = 100
/** An answer is not read; more than this of it is not even received. */
const largestAnswerBytes = 64 * 1_024
const [okFrom, okBelow, serverErrors] = [200, 300, 500]
/** Answers that another try may mend. */
const passing: readonly number[] = [408, 425, 429]

export interface WebhookOptions {
  readonly settings: () => AlertSettings['webhook']
  readonly mode: () => 'demo' | 'live'
  /** Value of the secret header; null: there is none. Rejects with a KeychainError. */
  readonly secret: () => Promise<string | null>
  readonly network: Network
  readonly logger: Logger
  /** Nothing can be sent any more (words), or again (null): once for each. */
  readonly onTrouble: (words: string | null) => void
  readonly timing?: Partial<WebhookTiming>
  readonly mostWaiting?: number
  readonly now?: () => EpochMs
  readonly random?: Random
}

interface Waiting {
  readonly alert: Alert
  /** Of the market that it is about, which may be over by the time it goes out. */
  readonly mode: 'demo' | 'live'
}

interface Failure {
  readonly words: string
  /** Another try may go better. */
  readonly isPassing: boolean
}

export class Webhook {
  private readonly options: WebhookOptions
  private readonly timing: WebhookTiming
  private readonly now: () => EpochMs
  private readonly agent: Agent
  private readonly closing = new AbortController()
  private readonly queue: Waiting[] = []
  private sending: Promise<void> | null = null
  private secret: string | null = null
  private keychainProblem: string | null = null
  private isSecretRead = false
  /** How often what was known of the secret was forgotten: what was asked for before that is another's. */
  private forgotten = 0
  private sent = 0
  private lost = 0
  private lastSentAt: EpochMs | null = null
  private problem: string | null = null
  private isTold = false

  constructor(options: WebhookOptions) {
    this.options = options
    this.timing = { ...usualTiming, ...options.timing }
    this.now = options.now ?? Date.now
    const { connectTimeoutMs, attemptTimeoutMs } = this.timing
    this.agent = new Agent({
      connections: 1,
      connect: connectorOf(options.network, () => connectTimeoutMs),
      headersTimeout: attemptTimeoutMs,
      bodyTimeout: attemptTimeoutMs,
      maxResponseSize: largestAnswerBytes,
    })
  }

  /** Never waits, never throws. Without an address it does nothing. */
  send(alert: Alert): void {
    if (this.options.settings().url === null || this.closing.signal.aborted) return
    this.queue.push({ alert, mode: this.options.mode() })
    if (this.queue.length > (this.options.mostWaiting ?? mostWaiting)) {
      this.queue.shift()
      this.lost++
    }
    this.sending ??= this.work()
  }

  /** One made-up alert, once. null: it was taken; else why not, in words. */
  async test(): Promise<string | null> {
    const at = this.now()
    const alert: Alert = {
      ...{ id: at, at, severity: 'info', rule: 'webhook', ruleId: null, subject: 'webhook' },
      ...{ message: 'This is a test of the webhook.', acknowledgedAt: null },
    }
    const failure = await this.attempt({ alert, mode: this.options.mode() })
    return failure?.words ?? null
  }

  /** Another secret, or another address: what was known of the old one says nothing. */
  forget(): void {
    this.forgotten++
    this.isSecretRead = false
    this.problem = null
  }

  async status(): Promise<WebhookStatus> {
    const secret = await this.readSecret()
    const { url } = this.options.settings()
    return {
      target: url === null ? null : new URL(url).origin,
      hasSecret: secret !== null,
      keychainProblem: this.keychainProblem,
      waiting: this.queue.length,
      sent: this.sent,
      lost: this.lost,
      lastSentAt: this.lastSentAt,
      problem: this.problem,
    }
  }

  /** What waits is lost, and counted by nobody any more. Never rejects. */
  async stop(): Promise<void> {
    this.closing.abort()
    await this.sending
    await this.agent.destroy()
  }

  private async work(): Promise<void> {
    try {
      while (!this.closing.signal.aborted) {
        const next = this.queue.shift()
        if (next === undefined) return
        await this.deliver(next)
      }
    } finally {
      // In the same moment in which nothing waits any more: what comes next begins anew.
      this.sending = null
    }
  }

  private async deliver(waiting: Waiting): Promise<void> {
    const { backoff } = this.timing
    for (let tries = 1; ; tries++) {
      const failure = await this.attempt(waiting)
      if (this.closing.signal.aborted) return
      this.problem = failure?.words ?? null
      if (failure === null) {
        this.sent++
        this.lastSentAt = this.now()
        if (this.isTold) this.options.onTrouble(null)
        this.isTold = false
        return
      }
      if (!failure.isPassing || tries >= attempts) {
        this.lost++
        this.options.logger.warn({ problem: failure.words, tries }, 'an alert did not reach the webhook')
        if (!this.isTold) this.options.onTrouble(failure.words)
        this.isTold = true
        return
      }
      const waitMs = equalJitter(backoff, tries, this.options.random ?? Math.random)
      await pause(waitMs, undefined, { signal: this.closing.signal }).catch(() => undefined)
    }
  }

  /** null: it was taken. Words name the host, never path, query or header: they may be secret. */
  private async attempt({ alert, mode }: Waiting): Promise<Failure | null> {
    const { url, secretHeader } = this.options.settings()
    if (url === null) return { words: 'no address is set (alerts.webhook.url)', isPassing: false }
    const secret = await this.readSecret()
    const { host } = new URL(url)
    try {
      const signals = [this.closing.signal, AbortSignal.timeout(this.timing.attemptTimeoutMs)]
      const { statusCode, body } = await request(url, {
        method: 'POST',
        dispatcher: this.agent,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'crossbook',
          ...(secret === null ? {} : { [secretHeader]: secret }),
        },
        body: JSON.stringify({ ...alertMessage(alert), mode }),
        signal: AbortSignal.any(signals),
      })
      // Its content means nothing; an answer that breaks off was an answer all the same.
      await body.dump({ limit: largestAnswerBytes }).catch(() => undefined)
      if (statusCode >= okFrom && statusCode < okBelow) return null
      const isPassing = statusCode >= serverErrors || passing.includes(statusCode)
      return { words: `${host} answered with HTTP ${statusCode}`, isPassing }
    } catch (error) {
      return { words: `${host} was not reached: ${causeWords(error, this.timing)}`, isPassing: true }
    }
  }

  private async readSecret(): Promise<string | null> {
    if (this.isSecretRead) return this.secret
    const { forgotten } = this
    let secret: string | null = null
    let problem: string | null = null
    try {
      secret = await this.options.secret()
    } catch (error) {
      if (!(error instanceof KeychainError)) throw error
      problem = error.message
    }
    // It was changed while the keychain was asked, which may wait for the user to unlock it: what came may be the old one.
    if (forgotten !== this.forgotten) return this.readSecret()
    this.secret = secret
    this.keychainProblem = problem
    this.isSecretRead = problem === null
    return secret
  }
}

function causeWords(error: unknown, { attemptTimeoutMs }: WebhookTiming): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${attemptTimeoutMs / 1_000} s`
  return messageOf(error)
}
