/** Questions to a plugin's process that are not answered yet. Everything resolves; what the process does not answer fails in time. */
import type { RestFailure, RestResult } from '../net/rest.ts'
import type { Question } from './messages.ts'

/** History of several calls within an exchange's limits takes its time. */
const longestAnswerMs = 120_000

interface Waiting {
  readonly question: Question
  isSent: boolean
  readonly settle: (result: RestResult<unknown>) => void
}

export class Asked {
  private readonly send: (id: number, question: Question) => void
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0

  constructor(send: (id: number, question: Question) => void) {
    this.send = send
  }

  static refusal(kind: RestFailure['kind'], message: string): { readonly ok: false; readonly failure: RestFailure } {
    return { ok: false, failure: { kind, code: null, message, retryAfterMs: null } }
  }

  /** `now`: the process can answer; else it is asked by `sendWaiting`. */
  ask(question: Question, now: boolean, signal?: AbortSignal): Promise<RestResult<unknown>> {
    if (signal?.aborted) return Promise.resolve(Asked.refusal('cancelled', 'cancelled'))
    return new Promise((resolve) => {
      const id = ++this.lastId
      const cancel = () => this.answered(id, Asked.refusal('cancelled', 'cancelled'))
      const timer = setTimeout(
        () => this.answered(id, Asked.refusal('network', 'the plugin did not answer')),
        longestAnswerMs,
      )
      const settle = (result: RestResult<unknown>) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
        resolve(result)
      }
      signal?.addEventListener('abort', cancel)
      this.waiting.set(id, { question, isSent: now, settle })
      if (now) this.send(id, question)
    })
  }

  sendWaiting(): void {
    for (const [id, one] of this.waiting) {
      if (one.isSent) continue
      one.isSent = true
      this.send(id, one.question)
    }
  }

  /** An answer that nobody waits for any more, or ever did, is passed over. */
  answered(id: number, result: RestResult<unknown>): void {
    const one = this.waiting.get(id)
    this.waiting.delete(id)
    one?.settle(result)
  }

  fail(kind: RestFailure['kind'], message: string): void {
    for (const id of [...this.waiting.keys()]) this.answered(id, Asked.refusal(kind, message))
  }
}
